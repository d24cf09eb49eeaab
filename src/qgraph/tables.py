"""The things of a graph as tables: one for each kind, one of the facts with their evidence.

Each column is told in CSV on the Web (CSVW): its property, its language or datatype,
and the mark between several values, which stands in none of them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from qgraph.about import Copy
from qgraph.kinds import Kind
from qgraph.namespaces import CORE, TYPE, XSD
from qgraph.selection import DEFAULT, Graphs
from qgraph.sheets import Row, cell_of
from qgraph.store import Literal, NamedNode, Quad, csv_cell, text_of

MARKS = ("|", "‖", "¦", "␟", "\n")
FACTS = "facts"
TOLD = ("voice", "stated", "hedge", "tier", "attributedTo", "fromSource", "passage", "record")
PARTS = ("thing", "thing_label", "property", "property_label", "value", "value_label", "language", "datatype")
OF_FACTS = (*PARTS, "status", "evidence", *TOLD)
IRIS = (
    "thing",
    "property",
    "datatype",
    "evidence",
    "voice",
    "stated",
    "tier",
    "attributedTo",
    "fromSource",
    "passage",
)
STRING = XSD + "string"


@dataclass(frozen=True, order=True)
class Column:
    """A column: the values of *property* that are IRIs, their labels, or literals of one language or type."""

    property: str
    language: str = ""
    datatype: str = ""
    node: bool = False
    labels: bool = False


@dataclass(frozen=True)
class Table:
    """The things of one kind: their columns by name, and the mark between several values of each."""

    kind: Kind
    columns: dict[str, Column]
    marks: dict[str, str]
    several: frozenset[str]


def tables(graphs: Graphs) -> Iterator[Table]:
    """Yield the table of each kind that has things in the selection of *graphs*, in order of their paths."""
    chosen = graphs.selection
    kinds = graphs.kinds()
    if chosen.what == "kind":
        next(graphs.things(), None)  # says if there is no such kind
    if chosen.what == "thing":
        segment = graphs.kind_of(next(graphs.things()), kinds)
        kinds = {name: kind for name, kind in kinds.items() if name == segment}
    for kind in kinds.values():
        if (chosen.what != "kind" or kind.segment == chosen.name) and (made := _table(graphs, kind)):
            yield made


def _table(graphs: Graphs, kind: Kind) -> Table | None:
    """Return the table of *kind*, None if it has no row: first its things are looked through for columns."""
    used: dict[Column, set[str]] = {}
    several: set[Column] = set()
    empty = True
    for thing in _things(graphs, kind):
        values = _values(graphs, thing)
        empty = empty and not values
        for column, cells in values.items():
            marks = used.setdefault(column, set(MARKS))
            marks -= {mark for mark in marks for cell in cells if mark in cell}
            if len(cells) > 1:
                several.add(column)
    if empty and graphs.selection.what != "kind":
        return None
    columns = dict(_named(sorted(used)))
    fit = {
        name: next((mark for mark in MARKS if mark in used[one]), MARKS[-1]) for name, one in columns.items()
    }
    return Table(kind, columns, fit, frozenset(name for name, one in columns.items() if one in several))


def _things(graphs: Graphs, kind: Kind) -> Iterator[NamedNode]:
    yield from graphs.things() if graphs.selection.what == "thing" else graphs.members(kind)


def _values(graphs: Graphs, thing: NamedNode) -> dict[Column, list[str]]:
    """Return what is said of *thing*, column by column, each sorted."""
    found: dict[Column, set[tuple[str, str]]] = {}
    for quad in graphs.of(DEFAULT, thing):
        name, term = text_of(quad.predicate), quad.object
        if isinstance(term, Literal):
            typed = "" if term.language or term.datatype.value == STRING else term.datatype.value
            found.setdefault(Column(name, term.language or "", typed), set()).add((term.value, term.value))
        else:
            iri = csv_cell(term)
            found.setdefault(Column(name, node=True), set()).add((iri, iri))
            if label := graphs.label(term) if name != TYPE else "":
                found.setdefault(Column(name, labels=True), set()).add((iri, label))
    return {column: [shown for _, shown in sorted(values)] for column, values in found.items()}


def _named(columns: list[Column]) -> Iterator[tuple[str, Column]]:
    """Yield *columns* with names that tell them apart."""
    taken = {"iri"}
    for column in columns:
        local = column.property.replace("#", "/").rstrip("/").rpartition("/")[2]
        plain = "".join(mark if mark.isalnum() else "_" for mark in local) or "property"
        plain += f"_{column.language}" * bool(column.language) + "_label" * column.labels
        if plain in taken:
            plain += f"_{column.datatype.rpartition('#')[2]}" * bool(column.datatype)
        number, name = 1, plain
        while name in taken:
            number += 1
            name = f"{plain}_{number}"
        taken.add(name)
        yield name, column


def rows(graphs: Graphs, table: Table) -> Iterator[Row]:
    """Yield the head of *table*, then a row for each thing."""
    yield ["iri", *table.columns]
    for thing in _things(graphs, table.kind):
        values = _values(graphs, thing)
        cells = [
            _joined(values.get(column, []), table.marks[name], column)
            for name, column in table.columns.items()
        ]
        yield [thing.value, *cells]


def _joined(values: list[str], mark: str, column: Column) -> str | int | float:
    if len(values) == 1 and column.datatype:
        return cell_of(Literal(values[0], datatype=NamedNode(column.datatype)))
    return mark.join(values)


def facts(graphs: Graphs) -> Iterator[Row]:
    """Yield a head, then each fact in each evidence that bears it out, and each inferred one."""
    yield OF_FACTS
    chosen = None if graphs.selection.what == "all" else graphs.found()
    names = [*graphs.evidence()] if graphs.selection.evidence else []
    if graphs.selection.inferred:
        names.append(graphs.inferred)
    for graph in names:
        told = _told(graphs, graph)
        quads = graphs.touching(graph, chosen) if chosen else graphs.of(graph)
        for quad in graphs.ordered(quads):
            yield [*_parts(graphs, quad), *told]


def _parts(graphs: Graphs, quad: Quad) -> list[str]:
    value = quad.object
    language, typed = (value.language or "", value.datatype.value) if isinstance(value, Literal) else ("", "")
    ends = ((csv_cell(one), graphs.label(one)) for one in (quad.subject, quad.predicate, value))
    return [*(part for end in ends for part in end), language, "" if language else typed]


def _told(graphs: Graphs, graph: NamedNode) -> list[str]:
    """Return how *graph* stands to the facts, its name, and what its description says."""
    if graph == graphs.inferred:
        return ["inferred", "", *("" for _ in TOLD)]
    reported = Quad(graph, NamedNode(TYPE), NamedNode(CORE + "Reported"), DEFAULT) in graphs.store
    said: dict[str, set[str]] = {}
    for quad in graphs.of(DEFAULT, graph):
        said.setdefault(quad.predicate.value, set()).add(csv_cell(quad.object))
    status = "reported" if reported else "asserted"
    if CORE + "Interpretation" in said.get(CORE + "stated", ()):
        status = "interpretation"
    return [status, graph.value, *(MARKS[0].join(sorted(said.get(CORE + word, ()))) for word in TOLD)]


def metadata(graphs: Graphs, made: list[Table], about: Copy, *, alone: str = "") -> bytes:
    """Return what CSVW says of the tables *made* and the facts, or of one table in the file *alone*."""
    described = [_schema(graphs, table) for table in made]
    if not alone:
        described += [_facts_schema()]
    head: dict[str, object] = {"@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}]}
    whole = head | about.as_csvw() | (described[0] | {"url": alone} if alone else {"tables": described})
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()


def _schema(graphs: Graphs, table: Table) -> dict[str, object]:
    columns = [_described(graphs, table, name) for name in table.columns]
    first = {"name": "iri", "titles": "iri", "datatype": "anyURI", "required": True, "suppressOutput": True}
    return {
        "url": f"{table.kind.segment}.csv",
        "dc:title": table.kind.label or table.kind.segment,
        "tableSchema": {"aboutUrl": "{+iri}", "primaryKey": "iri", "columns": [first, *columns]},
    }


def _described(graphs: Graphs, table: Table, name: str) -> dict[str, object]:
    column = table.columns[name]
    said: dict[str, object] = {"name": name, "titles": name}
    label = graphs.label(NamedNode(column.property))
    if label:
        said["dc:title"] = label
    if column.labels:
        said["suppressOutput"] = True
    else:
        said["propertyUrl"] = column.property
    if column.language:
        said["lang"] = column.language
    elif not column.labels:
        said["datatype"] = _datatype(column)
    if name in table.several:
        said["separator"] = table.marks[name]
    return said


def _datatype(column: Column) -> object:
    if column.datatype.startswith(XSD):
        return column.datatype.removeprefix(XSD)
    if column.datatype:
        return {"base": "string", "@id": column.datatype}
    return "anyURI" if column.node else "string"


def _facts_schema() -> dict[str, object]:
    columns = [
        {"name": name, "titles": name, "datatype": "anyURI" if name in IRIS else "string"}
        | ({"separator": MARKS[0]} if name in TOLD else {})
        for name in OF_FACTS
    ]
    return {"url": f"{FACTS}.csv", "dc:title": "Facts and who says so", "tableSchema": {"columns": columns}}
