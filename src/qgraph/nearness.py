"""Names like one that is not there, for who mistyped it."""

from difflib import get_close_matches
from itertools import islice

from qgraph import kinds
from qgraph.namespaces import LABEL, TYPE
from qgraph.store import DefaultGraph, NamedNode, Store, text_of

CANDIDATES = 5_000
FEW = 5
ALIKE = 0.6


def near(store: Store, iri: str, base: str) -> list[str]:
    """Return the few IRIs of the same kind whose name or label is like that of *iri*, the likest first."""
    kind, _, name = iri.removeprefix(base).partition("/")
    known = _names(store, f"{base}{kind}/", kinds.of(store, base).get(kind, []))
    wanted = name.lower()
    like = get_close_matches(wanted, known, n=2 * FEW, cutoff=ALIKE)
    holding = sorted(one for one in known if len(wanted) > 2 and wanted in one)
    return list(dict.fromkeys(known[one] for one in [*like, *holding]))[:FEW]


def _names(store: Store, start: str, classes: list[str]) -> dict[str, str]:
    """Return the names and labels of what is of these *classes*, each with its IRI; of many, some."""
    found: dict[str, str] = {}
    for one in classes:
        things = store.quads_for_pattern(None, NamedNode(TYPE), NamedNode(one), DefaultGraph())
        for quad in islice(things, CANDIDATES):
            iri = text_of(quad.subject)
            if iri.startswith(start) and isinstance(quad.subject, NamedNode):
                found[iri.removeprefix(start)] = iri
                for label in store.quads_for_pattern(quad.subject, NamedNode(LABEL), None, DefaultGraph()):
                    found.setdefault("-".join(text_of(label.object).lower().split()), iri)
    return found
