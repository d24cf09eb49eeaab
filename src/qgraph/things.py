"""One thing, for a page: its label, what is said of it, and who says so."""

from collections.abc import Iterator

from qgraph.namespaces import CORE, LABEL, SKOS, TYPE, Names
from qgraph.store import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple, text_of

TOLD = ("voice", "attributedTo", "stated", "hedge", "tier", "contentNote", "passage", "record")
Told = dict[str, str]


def labels(store: Store, iris: list[str]) -> dict[str, str]:
    """Return the label of each of *iris* that has one, in any graph."""
    return {iri: label for iri in iris if (label := _label(store, iri))}


def describe(store: Store, iri: str, base: str) -> dict[str, object]:
    """Return what the graph says of *iri*: its label and its facts, both ways.

    Each fact has its property and the thing at its other end with labels, and
    the evidence it stands in; a fact without evidence is inferred.
    """
    node = NamedNode(iri)
    told = [*_facts(store, node, None, base), *_facts(store, None, node, base)]
    described = {
        _short(quad.predicate.value): _value(store, quad.object)
        for quad in store.quads_for_pattern(node, None, None, DefaultGraph())
    }
    return {"iri": iri, "label": _label(store, iri) or iri, "facts": told, "described": described}


def _facts(
    store: Store, subject: NamedNode | None, value: NamedNode | None, base: str
) -> Iterator[dict[str, object]]:
    """Yield the facts of evidence graphs and of the inferred graph, in a stable order."""
    names = Names(base)
    found = sorted(store.quads_for_pattern(subject, None, value, None), key=str)
    for quad in found:
        graph = text_of(quad.graph_name)
        if graph == names.inferred or graph.startswith(base + "evidence/"):
            yield {
                "inverse": subject is None,
                "property": {"iri": quad.predicate.value, "label": _name(store, quad.predicate.value)},
                "value": _value(store, quad.subject if subject is None else quad.object),
                "evidence": {} if graph == names.inferred else _evidence(store, quad),
            }


def _evidence(store: Store, quad: Quad) -> dict[str, object]:
    node = NamedNode(text_of(quad.graph_name))
    reported = Quad(node, NamedNode(TYPE), NamedNode(CORE + "Reported"), DefaultGraph()) in store
    told: dict[str, object] = {"iri": node.value, "reported": reported}
    for word in TOLD:
        for found in store.quads_for_pattern(node, NamedNode(CORE + word), None, DefaultGraph()):
            told[word] = _value(store, found.object)
    return told


def _value(store: Store, term: NamedNode | BlankNode | Literal | Triple) -> Told:
    if isinstance(term, Literal):
        return {"text": term.value, "language": term.language or ""}
    iri = text_of(term)
    return {"iri": iri, "text": _name(store, iri)}


def _name(store: Store, iri: str) -> str:
    return _label(store, iri) or _short(iri)


def _short(iri: str) -> str:
    """Return the last part of *iri*, for what has no label."""
    return iri.rstrip("/").replace("#", "/").rpartition("/")[2] or iri


def _label(store: Store, iri: str) -> str:
    for word in (LABEL, SKOS + "prefLabel"):
        found = store.quads_for_pattern(NamedNode(iri), NamedNode(word), None, None)
        names = sorted(text_of(quad.object) for quad in found)
        if names:
            return names[0]
    return ""
