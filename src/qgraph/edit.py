"""What a writer may ask for: each kind of change makes itself in a store and says what it did.

These functions parse a stranger's text, so they run in a process that may die.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from xml.parsers import expat

from qgraph import delta, outward, precheck, store
from qgraph.delta import Delta
from qgraph.errors import Conflict, MovedOn, NotFound, RequestError, SourceError
from qgraph.formats import BY_NAME, Format
from qgraph.namespaces import CORE, DESCRIBED
from qgraph.precheck import Limits
from qgraph.store import BlankNode, DefaultGraph, NamedNode, Quad, Store, Triple

PLAIN = {"INSERT", "DELETE", "DATA", "PREFIX", "BASE", ";"}
NESTING = ("turtle", "trig", "jsonld")
DEEPEST = 100
TOO_DEEP = f"The body nests deeper than {DEEPEST} levels."


class Change(Protocol):
    """A change that somebody asks for."""

    def apply(self, data: Store, before: Store) -> Delta:
        """Make the change in *data*, a copy of *before*, and return it."""


@dataclass(frozen=True)
class Author:
    """Who makes a change: an opaque id, and a role."""

    name: str
    role: str


@dataclass(frozen=True)
class Request:
    """A change that is asked for: by whom, why, and of which version (0: any).

    *whole* has everything validated, not only what the change touches.
    """

    change: Change
    author: Author
    message: str = ""
    expected: int = 0
    whole: bool = False


def check_expected(current: int, expected: int) -> None:
    """Raise MovedOn unless the version *current* is the one *expected* (0: any)."""
    if expected not in (0, current):
        raise MovedOn(f"Version {current} is in force, not {expected}: look at it, and try again.")


@dataclass(frozen=True)
class Update:
    """A SPARQL 1.1 Update, within *limits*; relative IRIs stand under *base*.

    Its patterns are matched in the graphs that are named, if any (SPARQL 1.1
    Protocol, section 2.2.3).
    """

    text: str
    limits: Limits
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    base: str = ""

    def apply(self, data: Store, before: Store) -> Delta:
        """Change *data*. Raises QueryError where the text is no update or cannot run."""
        text = outward.without_silent_loads(self.text)
        precheck.check(text, self.limits)
        default, named = (
            [str(store.iri(one)) for one in iris] for iris in (self.default_graphs, self.named_graphs)
        )
        text = precheck.clearing(precheck.using(text, default, named))
        touched = self._touched(text) if holds_data_alone(text) else None
        _run(data, text, self.base)
        if touched is None or any(map(store.has_blank_node, touched)):
            return delta.of_stores(before, data)
        return Delta(
            frozenset(quad for quad in touched if quad in data and quad not in before),
            frozenset(quad for quad in touched if quad in before and quad not in data),
        )

    def _touched(self, text: str) -> list[Quad]:
        """Return the quads that *text* names, where it names all that it touches.

        A large store then need not be compared as a whole.
        """
        named = Store()
        _run(named, _as_inserts(text), self.base)
        return list(named)


def _run(data: Store, update: str, base: str) -> None:
    """Change *data*, which is thrown away where this fails, as *update* says.

    What a part of it is to the engine is looked at once more by itself.
    """
    for part in precheck.parts(update):
        if part != update:
            outward.check(part, "")
        store.update(data, part, base or None)


def holds_data_alone(text: str) -> bool:
    """Say whether the update *text* has no operation but INSERT DATA and DELETE DATA.

    A word is one of those that these need: the engine reads others run together.
    """
    words = {word for word, *_ in precheck.top_level(text) if word}
    return "DATA" in words and words <= PLAIN


def _as_inserts(text: str) -> str:
    """Return the update *text* with each DELETE DATA as INSERT DATA, so that a parser gives its quads."""

    def inserted(token: re.Match[str]) -> str:
        return "INSERT" if token.lastgroup == "word" and token[0].upper() == "DELETE" else token[0]

    return precheck.TOKEN.sub(inserted, text)


@dataclass(frozen=True)
class Put:
    """The triples of *body* into *graph* (empty: the default graph), in place of what it held or added.

    SPARQL 1.1 Graph Store HTTP Protocol, sections 5.3 and 5.5. *guarded* is for
    a published graph, where what describes the evidence is no part of it. Relative
    IRIs stand under the graph's own, those of the default graph under *base*.
    """

    graph: str
    body: bytes
    syntax: str
    replaces: bool = True
    guarded: bool = False
    base: str = ""

    def apply(self, data: Store, before: Store) -> Delta:  # noqa: ARG002 (others need it)
        """Change *data*. Raises SourceError if the body is not RDF."""
        _check_named(self.graph, guarded=self.guarded)
        name = store.graph_name(self.graph)
        quads = parsed(self.body, BY_NAME[self.syntax], self.graph or self.base)
        if self.guarded and not quads:
            raise SourceError("Line 1: Expected RDF that says something; to take a graph away, send DELETE.")
        if any(not isinstance(one.graph_name, DefaultGraph) for one in quads):
            raise SourceError("The body has named graphs, but one graph is asked for: send Turtle, say.")
        described = _descriptions(quads, self.graph) if self.guarded else ()
        new = {_moved(one, DefaultGraph() if one.subject in described else name) for one in quads}
        old: set[Quad] = set()
        if self.replaces:
            old = set(data.quads_for_pattern(None, None, None, name))
            for subject in described:
                old |= set(data.quads_for_pattern(subject, None, None, DefaultGraph()))
        made = _change(data, new, old)
        made.make(data)
        if self.graph:
            data.add_graph(name)
        return made


def _check_named(graph: str, *, guarded: bool) -> None:
    """Raise Conflict for the default graph of a published graph."""
    if guarded and not graph:
        said = "The default graph is made by every commit: write the graph of the evidence."
        raise Conflict(said, graph="default")


def _descriptions(quads: Iterable[Quad], graph: str) -> set[NamedNode | BlankNode | Triple]:
    """Return the subjects in *quads* that are no things: the evidence *graph* itself, passages, sources."""
    kinds = {NamedNode(CORE + kind) for kind in DESCRIBED}
    return {NamedNode(graph)} | {one.subject for one in quads if one.object in kinds}


def _change(data: Store, new: set[Quad], old: set[Quad]) -> Delta:
    return Delta(frozenset(quad for quad in new if quad not in data), frozenset(old - new))


@dataclass(frozen=True)
class Patch:
    """*graph* alone is changed by the update *text*, which sees it as the default graph.

    SPARQL 1.1 Graph Store HTTP Protocol, section 5.7.
    """

    graph: str
    text: str
    limits: Limits

    def apply(self, data: Store, before: Store) -> Delta:  # noqa: ARG002 (others need it)
        """Change *data*. Raises QueryError, and RequestError where the update makes another graph."""
        precheck.check(self.text, self.limits)
        name = store.graph_name(self.graph)
        old = set(data.quads_for_pattern(None, None, None, name))
        alone = store.in_memory(_moved(one, DefaultGraph()) for one in old)
        _run(alone, self.text, self.graph)
        if any(True for _ in alone.named_graphs()):
            raise RequestError("The update makes another graph than the one that is asked for.")
        made = delta.between(old, (_moved(one, name) for one in alone))
        made.make(data)
        if self.graph:
            data.add_graph(name)
        return made


@dataclass(frozen=True)
class Merge:
    """The quads of *body*, a dataset, added to what is there."""

    body: bytes
    syntax: str
    base: str

    def apply(self, data: Store, before: Store) -> Delta:  # noqa: ARG002 (others need it)
        """Change *data*. Raises SourceError if the body is not RDF."""
        quads = parsed(self.body, BY_NAME[self.syntax], self.base)
        if not quads:
            raise SourceError("Line 1: Expected RDF that says something.")
        made = _change(data, set(quads), set())
        made.make(data)
        return made


@dataclass(frozen=True)
class Delete:
    """*graph* is removed, with its description (SPARQL 1.1 Graph Store HTTP Protocol, section 5.4)."""

    graph: str
    guarded: bool = False

    def apply(self, data: Store, before: Store) -> Delta:  # noqa: ARG002 (others need it)
        """Change *data*. Raises NotFound if there is no such graph."""
        _check_named(self.graph, guarded=self.guarded)
        name = store.graph_name(self.graph)
        if self.graph and not store.has_graph(data, self.graph):
            raise NotFound(f"There is no graph {self.graph}.")
        old = set(data.quads_for_pattern(None, None, None, name))
        if self.guarded:
            old |= set(data.quads_for_pattern(NamedNode(self.graph), None, None, DefaultGraph()))
        made = Delta(removed=frozenset(old))
        made.make(data)
        data.remove_graph(name)
        return made


@dataclass(frozen=True)
class Require:
    """Nothing is changed; *graph* must be there, or must not (RFC 9110, sections 13.1.1 and 13.1.2)."""

    graph: str
    exists: bool

    def apply(self, data: Store, before: Store) -> Delta:  # noqa: ARG002 (others need it)
        """Change nothing. Raises MovedOn where it is otherwise."""
        if self.exists != (not self.graph or store.has_graph(data, self.graph)):
            found = "no such graph" if self.exists else "such a graph already"
            raise MovedOn(f"There is {found}: {self.graph or 'the default graph'}.")
        return Delta()


@dataclass(frozen=True)
class Chain:
    """Several changes, made one after the other as one."""

    parts: tuple[Change, ...]

    def apply(self, data: Store, before: Store) -> Delta:
        """Change *data* by each part in turn."""
        made = Delta()
        for part in self.parts:
            made = made.then(part.apply(data, before))
        return made


def parsed(body: bytes, syntax: Format, base: str) -> list[Quad]:
    """Return the quads of an upload. Raises SourceError if it is not RDF, or reaches outwards."""
    if syntax.name == "rdfxml" and (b"<!DOCTYPE" in body or b"<!ENTITY" in body or b"\0" in body):
        raise SourceError("The RDF/XML has a DOCTYPE or entities, or is not UTF-8: neither is read here.")
    if syntax.name == "rdfxml":
        _check_xml(body)
    if syntax.name in NESTING and precheck.measure(body.decode("utf-8", "replace")).nesting > DEEPEST:
        raise SourceError(TOO_DEEP)
    return store.parse(body, syntax, base or None)


def _check_xml(text: bytes) -> None:
    """Raise SourceError if *text* is not well-formed XML, or nests deep.

    The parser of RDF lets the end be missing, and takes long over what is deep.
    """
    levels = Levels()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = levels.down, levels.up
    try:
        parser.Parse(text, True)  # noqa: FBT003 (takes no name)
    except expat.ExpatError as error:
        raise SourceError(f"Line {error.lineno}: Expected XML: {expat.ErrorString(error.code)}.") from error


class Levels:
    """Counts how deep an XML parser is."""

    def __init__(self) -> None:
        self.depth = 0

    def down(self, _name: str, _attributes: dict[str, str]) -> None:
        """Take a start tag. Raises SourceError where it is too deep."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise SourceError(TOO_DEEP)

    def up(self, _name: str) -> None:
        """Take an end tag."""
        self.depth -= 1


def _moved(quad: Quad, graph: NamedNode | DefaultGraph) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, graph)
