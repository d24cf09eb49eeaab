"""A change in words: what evidence says now, and no longer says."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from qgraph.delta import Delta
from qgraph.namespaces import TYPE, Names
from qgraph.store import DefaultGraph, Literal, NamedNode, Quad, text_of

Label = Callable[[str], str]


@dataclass(frozen=True)
class Row:
    """One statement that came (+) or went (-): in words, and where it stands.

    *graph* is the IRI of its evidence, empty for the description of evidence.
    """

    mark: str
    subject: str
    predicate: str
    value: str
    graph: str

    def __str__(self) -> str:
        where = f"  [{self.graph}]" if self.graph else ""
        return f"{self.mark} {self.subject} – {self.predicate} – {self.value}{where}"


def rows(change: Delta, names: Names, label: Label) -> list[Row]:
    """Return *change* in words, by evidence; *label* gives the name of an IRI, if it has one.

    What is derived from evidence is left out: it follows from the rest.
    """
    told = [("+", quad) for quad in change.added] + [("-", quad) for quad in change.removed]
    described = {quad.subject for _, quad in told if quad.graph_name == DefaultGraph()} - _facts(
        change, names
    )
    kept = [(mark, quad) for mark, quad in told if _is_told(quad, names, described)]
    ordered = sorted(kept, key=lambda one: (text_of(one[1].graph_name), str(one[1].triple), one[0]))
    return [_row(mark, quad, label, base=names.base) for mark, quad in ordered]


def _facts(change: Delta, names: Names) -> set[object]:
    """Return the subjects of facts, which the default graph repeats."""
    return {quad.subject for quad in change.quads if text_of(quad.graph_name) in names.derived}


def _is_told(quad: Quad, names: Names, described: AbstractSet[object]) -> bool:
    if quad.graph_name == DefaultGraph():
        return quad.subject in described
    return text_of(quad.graph_name) not in names.derived


def _row(mark: str, quad: Quad, label: Label, *, base: str) -> Row:
    def named(term: object) -> str:
        if isinstance(term, NamedNode):
            return "is a" if term.value == TYPE else label(term.value) or term.value.removeprefix(base)
        return f"“{term.value}”" if isinstance(term, Literal) else str(term)

    graph = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
    return Row(mark, named(quad.subject), named(quad.predicate), named(quad.object), graph)
