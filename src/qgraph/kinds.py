"""The kinds of things that have addresses: what the ontology says with core:pathSegment."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable

from qgraph.findings import Finding, Place
from qgraph.namespaces import PATH_SEGMENT, Names
from qgraph.store import NamedNode, Quad, Store, text_of

SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Paths that the server itself answers, now or as the design has it: no kind of thing may take them.
RESERVED = frozenset(
    {
        *("about", "api", "browse", "catalog", "core", "export", "graph", "graphs", "linkset", "ontology"),
        *("questions", "search", "shapes", "sparql", "validate", "versions", "timemap", "void"),
        *("health", "metrics", "ready", "static", "context", "changes", "openapi", "sitemap", "robots"),
        *("az", "en", "releases", "dumps", "w3id", "well-known"),
    }
)
TAKEN = "The server itself answers under “{segment}”: give the class another core:pathSegment."
MALFORMED = "“{segment}” is no path segment: write a-z and 0-9, with single hyphens between, such as “film”."


def of(store: Store, base: str) -> dict[str, list[str]]:
    """Return the classes of each path segment, as the ontology in *store* has them."""
    found = defaultdict(list)
    ontology = NamedNode(Names(base).ontology)
    for quad in store.quads_for_pattern(None, NamedNode(PATH_SEGMENT), None, ontology):
        found[text_of(quad.object)].append(text_of(quad.subject))
    return {segment: sorted(classes) for segment, classes in sorted(found.items())}


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
