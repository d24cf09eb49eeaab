"""The description of one name as RDF: what is said of it, what refers to it, and who says so.

What belongs to it, and no more: the facts both ways, of what its frame nests those
of these too; the evidence that carries them, with its passages; the labels and
types of what is named. Formats of one graph leave the evidence away.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from typing import Any

from qgraph import kinds
from qgraph.errors import NotFound
from qgraph.layout import is_fact
from qgraph.namespaces import CORE, FOAF, LABEL, RDFS, SKOS, TYPE, VOID, Names
from qgraph.nearness import names_near
from qgraph.store import DefaultGraph, Literal, NamedNode, Quad, Store, text_of

MOST = 5_000  # statements that refer to one thing
SORTS = ("Source", "Evidence")  # what is told of otherwise than a thing
NAMING = (LABEL, SKOS + "prefLabel", TYPE)
LEFT_OUT = "Of the statements that refer to it, {most:,} are here and {others:,} are not: ask the endpoint."
UNKNOWN = "The graph holds nothing called {name}."
NO_KIND = "There is no kind of thing called “{kind}”; there are {kinds}."
Shape = Mapping[str, Any]


@dataclass(frozen=True)
class Description:
    """What is told of a name: *whole*, as a dataset, or *plain*, as one graph.

    The whole has the named graphs too, and describes what carries the facts.
    """

    whole: set[Quad]
    plain: set[Quad]


def identify(store: Store, iri: str, base: str, *, sized: bool = False) -> dict[str, object]:
    """Return what *iri* names: its sort; whether it is a graph, or one that commits make; if asked its size.

    Raises NotFound, with what is near, if the graph knows no such name.
    """
    node = node_of(iri)
    is_graph = store.contains_named_graph(node)
    if not is_graph and not _is_known(store, node):
        raise _unknown(store, iri, base)
    size = sum(1 for _ in store.quads_for_pattern(None, None, None, node)) if is_graph and sized else 0
    told = {quad.object for quad in store.quads_for_pattern(node, NamedNode(TYPE), None, DefaultGraph())}
    sort = next((one for one in SORTS if NamedNode(CORE + one) in told), "")
    return {"graph": is_graph, "made": iri.startswith(Names(base).made), "statements": size, "sort": sort}


def node_of(iri: str) -> NamedNode:
    """Return *iri* as a term. Raises NotFound if it is none."""
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise NotFound("That is not the name of anything: it is no IRI.") from error


def _is_known(store: Store, node: NamedNode) -> bool:
    return any(
        next(store.quads_for_pattern(*pattern), None) is not None
        for pattern in ((node, None, None, None), (None, None, node, None))
    )


def _unknown(store: Store, iri: str, base: str) -> NotFound:
    name = iri.removeprefix(base)
    kind, known = name.partition("/")[0], [one.segment for one in kinds.read(store, base)]
    if known and kind not in known and kind != "graph":
        said = NO_KIND.format(kind=kind, kinds=", ".join(known))
        return NotFound(said, kinds=known)
    return NotFound(UNKNOWN.format(name=name), near=names_near(store, iri, base))


def describe(store: Store, iri: str, base: str, *, shape: Shape | None = None) -> Description:
    """Return the description of *iri*; *shape* says what of it is nested (`jsonld.shape_of`).

    Raises NotFound, with what is near, if the graph knows no such name.
    """
    identify(store, iri, base)
    node, names = node_of(iri), Names(base)
    if iri.startswith(names.made):
        held = set(store.quads_for_pattern(None, None, None, node))
        return Description(held, {Quad(one.subject, one.predicate, one.object) for one in held})
    about, left_out = _both_ways(store, node)
    about |= set(_nested(store, node, shape or {}))
    about |= set(_parts(store, node, about))
    about |= set(store.quads_for_pattern(None, None, None, node))
    hidden = {NamedNode(one) for one in (names.asserted, names.ontology, names.shapes)}
    named = {quad for quad in about if quad.graph_name not in hidden}
    facts = {one for quad in named for one in _with_default(store, quad)}
    evidence = set(_evidence(store, named))
    facts |= set(_labels(store, (quad for quad in facts if is_fact(quad)), node))
    evidence |= set(_labels(store, [*facts, *evidence], node))
    facts |= set(left_out)
    return Description(facts | evidence, {quad for quad in facts if is_fact(quad)})


def belonging(store: Store, iri: str, base: str) -> set[Quad]:
    """Return of which dataset a thing's document is, the same in each format; a graph is told as it is."""
    if store.contains_named_graph(NamedNode(iri)):
        return set()
    document = NamedNode(f"{iri}.ttl")
    told = ((FOAF + "primaryTopic", iri), (VOID + "inDataset", base))
    return {Quad(document, NamedNode(word), NamedNode(value)) for word, value in told}


def _both_ways(store: Store, node: NamedNode) -> tuple[set[Quad], list[Quad]]:
    """Return what is said of *node* and what refers to it, at most so much; and a word on the rest."""
    said = set(store.quads_for_pattern(node, None, None, None))
    referring = list(store.quads_for_pattern(None, None, node, None))
    if len(referring) <= MOST:
        return said | set(referring), []
    text = LEFT_OUT.format(most=MOST, others=len(referring) - MOST)
    word = Quad(node, NamedNode(RDFS + "comment"), Literal(text, language="en"))
    return said | set(nsmallest(MOST, referring, key=str)), [word]


def _nested(store: Store, node: NamedNode, shape: Shape) -> Iterator[Quad]:
    """Yield what is said of the things that *shape* nests under *node*, and under those."""
    for (word, is_back), inner in _branches(shape):
        for nested in _led_to(store, node, NamedNode(word), is_back=is_back):
            yield from store.quads_for_pattern(nested, None, None, None)
            yield from _nested(store, nested, inner)


def _branches(shape: Shape) -> Iterator[tuple[tuple[str, bool], Shape]]:
    for direction, is_back in (("forward", False), ("back", True)):
        for word, inner in shape.get(direction, {}).items():
            yield (word, is_back), inner


def _led_to(store: Store, node: NamedNode, word: NamedNode, *, is_back: bool) -> Iterator[NamedNode]:
    subject, value = (None, node) if is_back else (node, None)
    found = islice(store.quads_for_pattern(subject, word, value, DefaultGraph()), MOST)
    for term in sorted({quad.subject if is_back else quad.object for quad in found}, key=str):
        if isinstance(term, NamedNode):
            yield term


def _parts(store: Store, node: NamedNode, about: Iterable[Quad]) -> Iterator[Quad]:
    """Yield what is said of the parts of *node* that are named under it, such as passages of a source."""
    start = node.value + "#"
    for part in {quad.subject for quad in about if text_of(quad.subject).startswith(start)}:
        yield from store.quads_for_pattern(part, None, None, None)


def _with_default(store: Store, quad: Quad) -> Iterator[Quad]:
    """Yield *quad*, and the same as a fact if it is one."""
    yield quad
    fact = Quad(quad.subject, quad.predicate, quad.object)
    if fact in store:
        yield fact


def _evidence(store: Store, quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield the descriptions of the graphs in which *quads* stand, and of the passages these rest on."""
    for graph in {quad.graph_name for quad in quads}:
        if not isinstance(graph, NamedNode):
            continue
        for told in store.quads_for_pattern(graph, None, None, DefaultGraph()):
            yield told
            if told.predicate.value == CORE + "passage" and isinstance(told.object, NamedNode):
                yield from store.quads_for_pattern(told.object, None, None, DefaultGraph())


def _labels(store: Store, quads: Iterable[Quad], node: NamedNode) -> Iterator[Quad]:
    """Yield label and type of each thing that *quads* name, as far as they are facts."""
    terms = {term for quad in quads for term in (quad.subject, quad.object, quad.graph_name)}
    for term in terms - {node}:
        if isinstance(term, NamedNode):
            for word in NAMING:
                yield from store.quads_for_pattern(term, NamedNode(word), None, DefaultGraph())
