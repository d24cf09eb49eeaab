"""Names like one that is not there, for who mistyped it."""

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from qgraph import kinds
from qgraph.namespaces import LABEL, TYPE
from qgraph.store import DefaultGraph, NamedNode, Store, text_of

CANDIDATES = 5_000
FEW = 5
ALIKE = 0.6


def alike(name: str, known: Iterable[str]) -> list[str]:
    """Return which of the *known* names are like *name*, the likest first, then those that hold it."""
    wanted, listed = name.lower(), list(known)
    like = get_close_matches(wanted, listed, n=2 * FEW, cutoff=ALIKE)
    holding = sorted(one for one in listed if len(wanted) > 2 and wanted in one)
    return list(dict.fromkeys([*like, *holding]))


def near(name: str, known: Iterable[str]) -> str:
    """Return which of the *known* names are like *name*, to go on a sentence; empty if none is."""
    found = [f"“{one}”" for one in alike(name, known)[:FEW]]
    return f"; there is {' and '.join(found)}" if found else ""


def names_near(store: Store, iri: str, base: str) -> list[str]:
    """Return the few IRIs with the name of *iri* in another kind, or a name or label like it in its own."""
    segment, _, name = iri.removeprefix(base).partition("/")
    listed = kinds.read(store, base)
    known = _names(store, f"{base}{segment}/", [one.iri for one in listed if one.segment == segment])
    others = [f"{base}{one.segment}/{name}" for one in listed if one.segment != segment]
    there = [one for one in others if any(store.quads_for_pattern(NamedNode(one), None, None))]
    return list(dict.fromkeys([*there, *(known[one] for one in alike(name, known))]))[:FEW]


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
