"""Labels of things, and a fact that shows how a term is used."""

from itertools import islice, product

from qgraph.namespaces import CORE, LABEL, SKOS, TYPE, Names
from qgraph.store import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple, text_of

TOLD = ("voice", "attributedTo", "stated", "hedge", "tier", "contentNote", "passage", "record")
FEW = 25  # facts among which an example is chosen
Told = dict[str, str]


def labels(store: Store, iris: list[str]) -> dict[str, str]:
    """Return the label of each of *iris* that has one, in any graph."""
    return {iri: label for iri in iris if (label := _label(store, iri))}


def example(store: Store, term: str, base: str) -> dict[str, object]:
    """Return a fact that uses *term*, with its evidence; empty if none does.

    Of the first few the plainest is chosen: of open evidence, asserted, without a
    content note. Where no evidence uses the term, it is one that is inferred, or
    *described*: said of evidence or of a source.
    """
    node, kind = NamedNode(term), NamedNode(TYPE)
    ways = ((node, None), (kind, node), (None, node))
    for way, graph in product(ways, (None, DefaultGraph())):
        if found := _few(store, *way, graph=graph, under=base + "evidence/"):
            best = min(found, key=lambda quad: (_weight(store, quad), str(quad)))
            inferred = (
                Quad(best.subject, best.predicate, best.object, NamedNode(Names(base).inferred)) in store
            )
            return _fact(store, best, base) | {"described": graph is not None and not inferred}
    return {}


def _few(
    store: Store, word: NamedNode | None, value: NamedNode | None, *, graph: DefaultGraph | None, under: str
) -> list[Quad]:
    """Return the first facts with a *word* and a *value* in the default graph, or in graphs *under* one."""
    found = store.quads_for_pattern(None, word, value, graph)
    return list(
        islice((one for one in found if graph is not None or text_of(one.graph_name).startswith(under)), FEW)
    )


def _weight(store: Store, quad: Quad) -> int:
    """Return how much has to be said with a fact before it is read."""
    node = quad.subject if isinstance(quad.graph_name, DefaultGraph) else NamedNode(text_of(quad.graph_name))
    marks = {
        (CORE + "contentNote", None): 4,
        (CORE + "tier", NamedNode(CORE + "Sensitive")): 2,
        (TYPE, NamedNode(CORE + "Reported")): 1,
    }
    return sum(
        size
        for (word, value), size in marks.items()
        if any(True for _ in store.quads_for_pattern(node, NamedNode(word), value, DefaultGraph()))
    )


def _fact(store: Store, quad: Quad, base: str) -> dict[str, object]:
    """Return a fact for a page, with the evidence it stands in, if it stands in any."""
    told = text_of(quad.graph_name).startswith(base + "evidence/")
    return {
        "thing": _value(store, quad.subject),
        "property": _value(store, quad.predicate),
        "value": _value(store, quad.object),
        "evidence": _evidence(store, quad) if told else {},
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


def _told(store: Store, iri: str, word: str) -> str:
    """Return what the description of *iri* says with a *word* of the core; empty if nothing."""
    found = store.quads_for_pattern(NamedNode(iri), NamedNode(CORE + word), None, DefaultGraph())
    return "".join(text_of(quad.object) for quad in found)


def _short(iri: str) -> str:
    """Return the last part of *iri*, for what has no label."""
    return iri.rstrip("/").replace("#", "/").rpartition("/")[2] or iri


def _label(store: Store, iri: str) -> str:
    for word in (LABEL, SKOS + "prefLabel"):
        found = store.quads_for_pattern(NamedNode(iri), NamedNode(word), None, None)
        names = sorted(text_of(quad.object) for quad in found)
        if names:
            return names[0]
    if paragraph := _told(store, iri, "paragraph"):
        return f"paragraph {paragraph}, sentence {_told(store, iri, 'sentence')}"
    return ""
