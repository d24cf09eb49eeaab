"""The kinds of things that have addresses: what the ontology says with core:pathSegment."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from qgraph.findings import Finding, Place
from qgraph.namespaces import PATH_SEGMENT
from qgraph.store import Quad, Store, select, text_of

KINDS = Path(__file__).with_name("kinds.rq").read_text(encoding="utf-8")
SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Paths that the server itself answers, now or as the design has it: no kind of thing may take them.
RESERVED = frozenset(
    {
        *("about", "api", "browse", "catalog", "core", "export", "graph", "graphs", "linkset", "ontology"),
        *("questions", "search", "shapes", "sparql", "validate", "versions", "timemap", "void"),
        *(
            "health",
            "metrics",
            "ready",
            "static",
            "context",
            "changes",
            "dataset",
            "openapi",
            "sitemap",
            "robots",
            "favicon",
        ),
        *("az", "en", "releases", "dumps", "w3id", "well-known"),
    }
)
TAKEN = "The server itself answers under “{segment}”: give the class another core:pathSegment."
MALFORMED = "“{segment}” is no path segment: write a-z and 0-9, with single hyphens between, such as “film”."


@dataclass(frozen=True)
class Kind:
    """A class whose things live under the path *segment*; its *label* is empty if it has none."""

    segment: str
    iri: str
    label: str


def read(store: Store, base: str) -> list[Kind]:
    """Return the kinds that the ontology in *store* declares, by their paths."""
    return [
        Kind(*(text_of(row[name]) for name in ("segment", "class", "name")))
        for row in select(store, KINDS, base)
    ]


def findings(
    ontology: Iterable[Quad], place_of: Callable[[Quad], Place | None] = lambda _quad: None
) -> list[Finding]:
    """Return a finding for each path segment in *ontology* that no kind may have.

    *place_of* gives where a quad is written, if it is.
    """
    found = []
    for quad in ontology:
        if quad.predicate.value != PATH_SEGMENT:
            continue
        segment = text_of(quad.object)
        malformed = not SEGMENT.fullmatch(segment)
        if malformed or segment in RESERVED:
            said = (MALFORMED if malformed else TAKEN).format(segment=segment)
            thing = text_of(quad.subject)
            found.append(Finding("path-segment", said, thing=thing, path=PATH_SEGMENT, place=place_of(quad)))
    return found
