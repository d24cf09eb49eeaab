"""What of a graph is to leave it: all, one kind, one thing with its surroundings, its concepts.

What is found is yielded quad by quad; only the names of things are held in memory.
What the graph and its sources say of licence, rights, purpose and contact is part of
every selection.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from qgraph import kinds
from qgraph.errors import NotFound, QueryError, RequestError
from qgraph.formats import DRAWN, GRAPHS, TABLES, TURTLE12, Format
from qgraph.kinds import Kind
from qgraph.namespaces import CORE, LABEL, SKOS, TYPE, Names
from qgraph.nearness import names_near, near
from qgraph.store import DefaultGraph, NamedNode, Quad, Store, construct, has_graph, iri, select, text_of

HERE = Path(__file__)
MEMBERS = HERE.with_name("members.rq").read_text(encoding="utf-8")
CONCEPTS = HERE.with_name("concepts.rq").read_text(encoding="utf-8")
DEFAULT = DefaultGraph()
IS = NamedNode(TYPE)
TELLING = tuple(NamedNode(CORE + word) for word in ("Evidence", "Reported", "Passage"))
SOURCE = NamedNode(CORE + "Source")
# How a description leads from evidence to what it rests on.
RESTS = tuple(NamedNode(CORE + word) for word in ("passage", "fromSource", "inSource"))
NAMING = (TYPE, LABEL, SKOS + "prefLabel")
ORDERED = 50_000  # quads that are sorted in memory
Graph = NamedNode | DefaultGraph


@dataclass(frozen=True)
class Selection:
    """What is to leave: *what* is all, kind, thing or concepts; *name* is a kind's, or a thing's path.

    Of a kind it is the things *only*, if these are named.
    """

    what: str = "all"
    name: str = ""
    inferred: bool = True
    evidence: bool = True
    only: frozenset[str] | None = None


OFFERS = {
    "all": ("zip", "xlsx", "graphml", "geojson"),
    "kind": ("csv", "csvw", "zip", "xlsx", "graphml", "geojson"),
    "thing": ("zip", "xlsx", "graphml", "geojson"),
    "concepts": (),
}


@dataclass(frozen=True)
class Export:
    """What is to be written and how.

    *bom* marks CSV as UTF-8, *name* is that of its file; *limit* is the characters a workbook may have.
    """

    selection: Selection = field(default_factory=Selection)
    syntax: str = "turtle"
    bom: bool = False
    name: str = ""
    limit: int = 1_000_000_000


def offers(what: str) -> list[Format]:
    """Return the formats in which *what* is offered."""
    if what == "concepts":
        return [one for one in GRAPHS if not one.holds_named_graphs]
    return [*GRAPHS, TURTLE12, *(one for one in TABLES + DRAWN if one.name in OFFERS[what])]


@dataclass
class Found:
    """The names of what belongs to a selection: its things, their neighbours, what tells of them."""

    things: dict[NamedNode, None] = field(default_factory=dict)
    near: dict[NamedNode, None] = field(default_factory=dict)
    telling: dict[NamedNode, None] = field(default_factory=dict)


class Graphs:
    """The dataset in *store* as a *selection* sees it: without what was inferred, or without evidence."""

    def __init__(self, store: Store, base: str, selection: Selection) -> None:
        self.store = store
        self.base = base
        self.names = Names(base)
        self.selection = selection
        self.inferred = NamedNode(self.names.inferred)
        self.drops = not selection.inferred and has_graph(store, self.names.inferred)
        self.seen: tuple[object, bool] = (None, False)

    def kinds(self) -> dict[str, Kind]:
        """Return the kinds of things by their path."""
        return {one.segment: one for one in kinds.read(self.store, self.base)}

    def members(self, kind: Kind) -> Iterator[NamedNode]:
        """Yield the things of *kind* that are chosen, sorted."""
        only = self.selection.only
        for row in select(self.store, MEMBERS, self.base, kind=NamedNode(kind.iri)):
            if only is None or text_of(row["thing"]) in only:
                yield iri(text_of(row["thing"]))

    def things(self) -> Iterator[NamedNode]:
        """Yield the things that are chosen, sorted. Raises NotFound if there are none of that name."""
        name = self.selection.name
        known = self.kinds()
        if self.selection.what == "all":
            for kind in known.values():
                yield from self.members(kind)
        elif self.selection.what == "kind":
            if name not in known:
                raise NotFound(f"There is no kind of things called “{name}”{near(name, known)}.")
            if not self.selection.evidence and known[name].iri in (one.value for one in TELLING):
                raise RequestError(f"Things of the kind “{name}” are evidence: they cannot be left out.")
            yield from self.members(known[name])
        else:
            yield self._thing()

    def _thing(self) -> NamedNode:
        name = self.selection.name
        try:
            node = iri(name if ":" in name else self.base + name)
        except QueryError as error:
            raise NotFound(f"The graph holds nothing called {name}: it is no name.") from error
        if not any(self.store.quads_for_pattern(node, None, None)):
            found = names_near(self.store, node.value, self.base)
            known = [one.removeprefix(self.base) for one in found]
            raise NotFound(f"The graph holds nothing called “{name}”{near(name, known or self.kinds())}.")
        return node

    def names_of_graphs(self) -> Iterator[Graph]:
        """Yield the graphs that are left, in order: the default graph first."""
        yield DEFAULT
        for graph in sorted(self.store.named_graphs(), key=text_of):
            if isinstance(graph, NamedNode) and self._keeps(graph):
                yield graph

    def evidence(self) -> Iterator[NamedNode]:
        """Yield the graphs of evidence that are left, in order."""
        for graph in self.names_of_graphs():
            if isinstance(graph, NamedNode) and self.is_evidence(graph):
                yield graph

    def is_evidence(self, graph: object) -> bool:
        """Say whether *graph* is one of evidence."""
        return isinstance(graph, NamedNode) and not graph.value.startswith(self.names.made)

    def _keeps(self, graph: NamedNode) -> bool:
        if self.is_evidence(graph):
            return self.selection.evidence or not self._tells(graph)
        return not (self.drops and graph == self.inferred)

    def _tells(self, node: object) -> bool:
        """Say whether *node* is evidence or a passage; quads come subject by subject."""
        if self.seen[0] != node:
            kinds = (Quad(node, IS, kind, DEFAULT) for kind in TELLING)  # type: ignore[arg-type]
            self.seen = (node, any(one in self.store for one in kinds))
        return self.seen[1]

    def of(
        self, graph: Graph | None, subject: NamedNode | None = None, value: NamedNode | None = None
    ) -> Iterator[Quad]:
        """Yield the quads of *graph* with this *subject* and *value* that are left."""
        for quad in self.store.quads_for_pattern(subject, None, value, graph):
            if quad.graph_name == DEFAULT and not self._is_left(quad):
                continue
            if graph is None and isinstance(quad.graph_name, NamedNode) and not self._keeps(quad.graph_name):
                continue
            yield quad

    def _is_left(self, quad: Quad) -> bool:
        if self.drops and (
            quad.subject == self.inferred
            or Quad(quad.subject, quad.predicate, quad.object, self.inferred) in self.store
        ):
            return False
        return self.selection.evidence or not self._tells(quad.subject)

    def facts(self, things: Found | None = None) -> Iterator[Quad]:
        """Yield the facts, asserted and inferred, of all or of *things*: each in its half of the graph."""
        for name in self.names.derived:
            if not (self.drops and name == self.names.inferred):
                yield from self.touching(NamedNode(name), things) if things else self.of(NamedNode(name))

    def touching(self, graph: Graph, found: Found) -> Iterator[Quad]:
        """Yield the quads of *graph* in which one of the things stands, each once."""
        for thing in found.things:
            yield from self.of(graph, thing)
            for quad in self.of(graph, None, thing):
                if quad.subject not in found.things and quad.subject not in found.telling:
                    yield quad

    def found(self) -> Found:
        """Return the names of what belongs to the selection, one kind or one thing."""
        found = Found(dict.fromkeys(self.things()))
        for thing in found.things:
            for quad in (*self.of(None, thing), *self.of(None, None, thing)):
                ends = (end for end in (quad.subject, quad.object) if isinstance(end, NamedNode))
                found.near |= dict.fromkeys(end for end in ends if end not in found.things)
                if isinstance(quad.graph_name, NamedNode) and self.is_evidence(quad.graph_name):
                    found.telling[quad.graph_name] = None
        found.telling |= dict.fromkeys(self._whole())
        waiting = list(found.telling)
        while waiting:
            rests = [one for one in self._rests(waiting.pop()) if one not in found.telling]
            found.telling |= dict.fromkeys(rests)
            waiting += rests
        return found

    def _rests(self, node: NamedNode) -> Iterator[NamedNode]:
        """Yield what the evidence or the passage *node* rests on."""
        for quad in self.store.quads_for_pattern(node, None, None, DEFAULT):
            if quad.predicate in RESTS and isinstance(quad.object, NamedNode):
                yield quad.object

    def _whole(self) -> Iterator[NamedNode]:
        """Yield what every part tells of: the graph, with its licence, and its sources."""
        yield NamedNode(self.base)
        for quad in self.store.quads_for_pattern(None, IS, SOURCE, DEFAULT):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject

    def quads(self, *, dataset: bool) -> Iterator[Quad]:
        """Yield what is chosen: the default graph, and if *dataset* is true the named graphs too."""
        if self.selection.what == "concepts":
            yield from self._concepts()
        elif self.selection == Selection() and dataset:
            yield from self.store  # as `of` would, but at the pace of the engine
        elif self.selection.what == "all":
            for graph in self.names_of_graphs() if dataset else [DEFAULT]:
                yield from self.of(graph)
        else:
            yield from self._surroundings(self.found(), dataset=dataset)

    def _surroundings(self, found: Found, *, dataset: bool) -> Iterator[Quad]:
        """Yield what is said of the things, both ways, who says so, and the names of their neighbours."""
        yield from self.touching(DEFAULT, found)
        for node in found.telling:
            if node not in found.things:
                yield from self.of(DEFAULT, node)
        for node in found.near:
            if node not in found.telling:
                yield from (
                    quad
                    for quad in self.of(DEFAULT, node)
                    if text_of(quad.predicate) in NAMING and quad.object not in found.things
                )
        if dataset:
            yield from self._borne_out(found)

    def _borne_out(self, found: Found) -> Iterator[Quad]:
        """Yield what named graphs say of the things, and all that a thing says which is itself evidence."""
        told = [one for one in found.telling if self.is_evidence(one) and one not in found.things]
        for graph in (*map(NamedNode, self.names.derived), *told):
            if self._keeps(graph):
                yield from self.touching(graph, found)
        for graph in found.things:
            if self.is_evidence(graph) and self._keeps(graph):
                yield from self.of(graph)

    def _concepts(self) -> Iterator[Quad]:
        for triple in construct(self.store, CONCEPTS, self.base):
            quad = Quad(triple.subject, triple.predicate, triple.object, DEFAULT)
            if self._is_left(quad):
                yield quad
        for node in self._whole():
            yield from self.of(DEFAULT, node)

    def ordered(self, quads: Iterator[Quad]) -> Iterable[Quad]:
        """Return *quads* sorted by graph and text, a list; or, if they are many, as they come."""
        first = list(islice(quads, ORDERED + 1))
        if len(first) > ORDERED:
            return chain(first, quads)
        return sorted(first, key=lambda quad: (str(quad.graph_name), str(quad)))

    def label(self, node: object) -> str:
        """Return the label of *node*, empty if it has none: of several the first in the order of text."""
        if not isinstance(node, NamedNode):
            return ""
        for word in (LABEL, SKOS + "prefLabel"):
            names = [text_of(one.object) for one in self.store.quads_for_pattern(node, NamedNode(word), None)]
            if names:
                return min(names)
        return ""

    def kind_of(self, node: object, known: Mapping[str, Kind]) -> str:
        """Return the kind under whose path the IRI *node* stands, empty if under none."""
        own = text_of(node).removeprefix(self.base) if isinstance(node, NamedNode) else ""
        segment, slash, _ = own.partition("/")
        return segment if slash and segment in known else ""
