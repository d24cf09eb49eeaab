"""RDF as people read it: one block a subject, its type first, and no prefix that is not used.

The engine writes what is sorted here; `nested` writes vocabularies, whose blank nodes
are to stand where they are used, which the engine cannot do.
"""

from collections.abc import Iterable, Iterator, Mapping

from qgraph.formats import Format
from qgraph.namespaces import REIFIES, TYPE
from qgraph.store import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    Term,
    Triple,
    dump,
    text_of,
    triples,
)

TERSE = ("turtle", "turtle12", "trig")


def laid_out(quads: Iterable[Quad], syntax: Format, prefixes: Mapping[str, str], *, first: str = "") -> bytes:
    """Return *quads* in *syntax*, the same bytes for the same quads: grouped by graph and subject.

    What is said of *first* comes first. A format of one graph holds the default
    graph; `turtle12` also says of each quad in a named graph that the graph carries it.
    """
    kept = quads if syntax.holds_named_graphs else one_graph(quads, reified=syntax.name == "turtle12")
    listed = sorted(kept, key=lambda quad: _order(quad, first))
    written = dump(listed if syntax.holds_named_graphs else triples(listed), syntax, in_use(listed, prefixes))
    return _spaced(written) if syntax.name in TERSE else written


def _spaced(text: bytes) -> bytes:
    """Return *text* with its prefixes in order, and an empty line after each block.

    The writer puts each line break of a literal as an escape, so a line ends where a statement does.
    """
    lines = text.splitlines(keepends=True)
    prefixes = sorted(line for line in lines if line.startswith(b"@prefix "))
    rest = b"".join(lines[len(prefixes) :])
    blocks = rest.replace(b" .\n", b" .\n\n").replace(b" .\n\n}", b" .\n}").replace(b"}\n", b"}\n\n")
    return b"".join(prefixes) + b"\n" * bool(prefixes and blocks) + blocks.rstrip(b"\n") + b"\n"


def one_graph(quads: Iterable[Quad], *, reified: bool = False) -> Iterator[Quad]:
    """Yield those of *quads* in the default graph, and what carries the others if they are to be *reified*.

    RDF 1.2 Concepts, section 1.5: what a triple term says is not asserted by it, so
    a reported claim stays a claim.
    """
    for quad in quads:
        if is_fact(quad):
            yield quad
        elif reified and not isinstance(quad.graph_name, DefaultGraph):
            yield Quad(quad.graph_name, NamedNode(REIFIES), quad.triple)


def is_fact(quad: Quad) -> bool:
    """Say whether *quad* stands in the default graph."""
    return isinstance(quad.graph_name, DefaultGraph)


def in_use(quads: Iterable[Quad], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return those of *prefixes* that shorten an IRI in *quads*."""
    iris = {iri for quad in quads for iri in _iris(quad)}
    starts = {iri[: end + 1] for iri in iris for end, mark in enumerate(iri) if mark in "/#:_-"}
    return {prefix: iri for prefix, iri in prefixes.items() if iri in starts}


def _iris(quad: Quad) -> Iterator[str]:
    yield from _of_term(quad.subject)
    if quad.predicate.value != TYPE:  # which is written “a”
        yield quad.predicate.value
    yield from _of_term(quad.object)
    if isinstance(quad.graph_name, NamedNode):
        yield quad.graph_name.value


def _of_term(term: Term) -> Iterator[str]:
    if isinstance(term, NamedNode):
        yield term.value
    elif isinstance(term, Literal):
        yield term.datatype.value
    elif isinstance(term, Triple):
        yield from (part for one in (term.subject, term.predicate, term.object) for part in _of_term(one))


def _order(quad: Quad, first: str) -> tuple[str, bool, bool, str, str, str]:
    """Sort by graph, the default graph first; by subject, names first; its type first; by value."""
    subject, word = text_of(quad.subject), quad.predicate.value
    blank = isinstance(quad.subject, BlankNode)
    said = "" if word == TYPE else word
    return text_of(quad.graph_name), subject != first, blank, subject, said, str(quad.object)
