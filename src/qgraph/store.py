"""The only door to pyoxigraph: open, checkpoint, parse, dump, ask.

Terms and quads of pyoxigraph pass through here to the rest of the program.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, cast

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolution,
    QuerySolutions,
    QueryTriples,
    Store,
    Triple,
)

from qgraph.errors import NotAcceptable, QueryError, QuerySyntaxError, SourceError, StoreError
from qgraph.formats import Format
from qgraph.output import ROW_MARKS, Counted, Xml, check_rows

__all__ = [
    "BlankNode", "DefaultGraph", "Literal", "NamedNode", "Quad", "QueryBoolean", "QuerySolution",
    "QuerySolutions", "QueryTriples", "Store", "Term", "Triple",
]  # fmt: skip

Term = NamedNode | BlankNode | Literal | Triple
RDF_SYNTAX = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "turtle12": pyoxigraph.RdfFormat.TURTLE,
    "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "nquads": pyoxigraph.RdfFormat.N_QUADS,
}
RESULT_SYNTAX = {
    "json": pyoxigraph.QueryResultsFormat.JSON,
    "xml": pyoxigraph.QueryResultsFormat.XML,
    "csv": pyoxigraph.QueryResultsFormat.CSV,
    "tsv": pyoxigraph.QueryResultsFormat.TSV,
}
SHOWN = 200  # characters of what another service says
# The parser lists the characters a name may have; a person needs the words only.
CHARACTERS = re.compile(r",? \[['_].*", re.DOTALL)
SAID = re.compile(r"^expected one of (?=[A-Z][a-z]|The )")
QUERY_FAULT = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


class _Lines:
    """A file that gives one line per read, so that its line number is exact."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.number = 0

    def read(self, size: int = -1) -> bytes:
        line = self.file.readline(size)
        self.number += 1 if line.endswith(b"\n") else 0
        return line


class Parser:
    """Iterates over the quads of *file*, each with its line, and knows its prefixes.

    Raises SourceError, with file, line and what was expected, where the text
    is not RDF.
    """

    def __init__(self, path: Path, syntax: Format, base: str) -> None:
        self.path = path
        self.syntax = syntax
        self.base = base
        self.prefixes: dict[str, str] = {}

    def __iter__(self) -> Iterator[tuple[Quad, int]]:
        with self.path.open("rb") as file:
            lines = _Lines(file)
            parser = pyoxigraph.parse(
                lines,  # type: ignore[arg-type]
                RDF_SYNTAX[self.syntax.name],
                base_iri=self.base,
                rename_blank_nodes=True,
            )
            try:
                for quad in parser:
                    yield quad, max(lines.number, 1)
            except SyntaxError as error:
                raise SourceError(_sentence(error), line=error.lineno or lines.number) from error
            self.prefixes = parser.prefixes


def _sentence(error: SyntaxError) -> str:
    if "LoadDocumentCallback" in str(error.msg):
        return "Expected a context in the file itself: none is fetched."
    said = re.sub(
        r"^Parser error at line \d+ (between )?column \d+( and .*?column \d+)?: ", "", str(error.msg)
    )
    return f"Expected {'UTF-8 text' if 'UTF-8' in said else 'RDF'}: {said}."


def parse(text: bytes, syntax: Format, base: str | None = None) -> list[Quad]:
    """Return the quads of *text*. Raises SourceError if it is not *syntax*."""
    try:
        return list(pyoxigraph.parse(text, RDF_SYNTAX[syntax.name], base_iri=base))
    except SyntaxError as error:
        where = f"Line {error.lineno}: " if error.lineno else ""
        raise SourceError(where + _sentence(error)) from error


def canonical(quads: Iterable[Quad]) -> list[Quad]:
    """Return *quads* with blank nodes named as RDFC-1.0 names them, sorted."""
    dataset = pyoxigraph.Dataset(quads)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(dataset, key=str)


def in_memory(quads: Iterable[Quad] = ()) -> Store:
    """Return a store in memory that holds *quads*; it starts no thread."""
    store = Store()
    store.extend(quads)
    return store


def open_to_write(path: Path) -> Store:
    """Return the store in folder *path*, made if it is not there. Raises OSError where that cannot be."""
    return Store(str(path))


def open_read_only(path: Path) -> Store:
    """Return the store in folder *path*, which nothing will change."""
    try:
        return Store.read_only(str(path))
    except (OSError, RuntimeError) as error:
        raise StoreError(f"{path}: cannot read a store here: {error}.") from error


def checkpoint(store: Store, target: Path) -> None:
    """Copy *store*, which was opened to read, to the folder *target* by hard links."""
    store.backup(str(target))


def tidy(path: Path) -> None:
    """Delete what the store in folder *path* only tells of itself, and makes again when it is opened."""
    for told in [*path.glob("OPTIONS-*"), *path.glob("LOG*")]:
        told.unlink()


def dump_all(store: Store) -> bytes:
    """Return all quads of *store* as N-Quads."""
    return store.dump(format=pyoxigraph.RdfFormat.N_QUADS) or b""


def empty_graphs(store: Store) -> list[str]:
    """Return the names of the graphs in *store* that hold no quad, sorted."""
    names = store.named_graphs()
    return sorted(text_of(one) for one in names if not any(store.quads_for_pattern(None, None, None, one)))


def triples(quads: Iterable[Quad]) -> Iterator[Triple]:
    """Yield *quads* without their graph."""
    return (quad.triple for quad in quads)


def dump(items: Iterable[Quad] | Iterable[Triple], syntax: Format, prefixes: dict[str, str]) -> bytes:
    """Return *items* in *syntax*, in the order given."""
    written = pyoxigraph.serialize(items, format=RDF_SYNTAX[syntax.name], prefixes=prefixes)
    return written or b""


def write_items(
    items: Iterable[Quad] | Iterable[Triple], output: IO[bytes], syntax: Format, *, prefixes: dict[str, str]
) -> None:
    """Write *items* to *output* in *syntax* as they come. Raises NotAcceptable for what it cannot hold."""
    target = cast("IO[bytes]", Xml(output)) if syntax.name == "rdfxml" else output
    pyoxigraph.serialize(items, target, RDF_SYNTAX[syntax.name], prefixes=prefixes)


def ask(
    store: Store,
    query: str,
    base: str | None = None,
    *,
    default: Sequence[str] = (),
    named: Sequence[str] = (),
) -> QuerySolutions | QueryBoolean | QueryTriples:
    """Return the answer of *store* to *query*; relative IRIs stand under *base*.

    Where graphs are chosen, merged as *default* or by name as *named*, they are
    all there is (SPARQL 1.1 Protocol, section 2.1.4).

    A stranger's query goes through `precheck` first: pyoxigraph would call what
    SERVICE names. Raises QuerySyntaxError with line, column and the words near,
    QueryError for what cannot run.
    """
    try:
        if not default and not named:
            return store.query(query, base_iri=base)
        merged: list[NamedNode | BlankNode | DefaultGraph] = [NamedNode(iri) for iri in default]
        apart: list[NamedNode | BlankNode] = [NamedNode(iri) for iri in named]
        return store.query(query, base_iri=base, default_graph=merged, named_graphs=apart)
    except SyntaxError as error:
        raise _located(query, str(error)) from error
    except (RuntimeError, ValueError) as error:
        raise QueryError(f"The query cannot be answered: {error}.") from error


def update(store: Store, text: str, base: str | None = None) -> None:
    """Change *store* as *text*, a SPARQL 1.1 Update under *base*, says: all of it or nothing.

    A stranger's text goes through `precheck` first: pyoxigraph would fetch what
    LOAD names. Raises QueryError.
    """
    try:
        store.update(text, base_iri=base)
    except SyntaxError as error:
        raise _located(text, str(error), "update") from error
    except (RuntimeError, ValueError) as error:
        raise QueryError(f"The update cannot be made: {error}.") from error


def graph_name(name: str) -> NamedNode | DefaultGraph:
    """Return the name of the graph *name*, the default graph if it is empty. Raises QueryError."""
    return iri(name) if name else DefaultGraph()


def has_blank_node(quad: Quad) -> bool:
    """Say whether *quad* holds a blank node."""
    return any(isinstance(term, BlankNode) for term in (quad.subject, quad.object, quad.graph_name))


def iri(text: str) -> NamedNode:
    """Return the IRI *text*. Raises QueryError if it is none."""
    try:
        return NamedNode(text)
    except ValueError as error:
        raise QueryError(f"{text} is no IRI of a graph: {error}.") from error


def has_graph(store: Store, name: str) -> bool:
    """Say whether *store* holds the named graph *name*. Raises QueryError if that is no IRI."""
    return store.contains_named_graph(iri(name))


def select(store: Store, query: str, base: str | None = None, **bound: Term) -> QuerySolutions:
    """Return the rows of *query*, a SELECT of our own, with its variables *bound*."""
    terms: dict[pyoxigraph.Variable, Term] = {pyoxigraph.Variable(n): term for n, term in bound.items()}
    return cast("QuerySolutions", store.query(query, base_iri=base, substitutions=terms or None))


def construct(store: Store, query: str, base: str | None = None, **bound: Term) -> QueryTriples:
    """Return the triples of *query*, a CONSTRUCT of our own, with its variables *bound*."""
    if not bound:
        return cast("QueryTriples", ask(store, query, base))
    terms: dict[pyoxigraph.Variable, Term] = {pyoxigraph.Variable(n): term for n, term in bound.items()}
    return cast("QueryTriples", store.query(query, base_iri=base, substitutions=terms))


def text_of(term: NamedNode | BlankNode | Literal | Triple | DefaultGraph | None) -> str:
    """Return an IRI, a label or a lexical form as text; of other terms their N-Triples form."""
    if isinstance(term, NamedNode | BlankNode | Literal):
        return term.value
    return "" if term is None or isinstance(term, DefaultGraph) else str(term)


def _located(query: str, said: str, kind: str = "query") -> QuerySyntaxError:
    match = QUERY_FAULT.match(said)
    if not match:
        return QuerySyntaxError(f"The {kind} is not SPARQL: {said}.")
    line, column, expected = int(match[1]), int(match[2]), SAID.sub("", CHARACTERS.sub("", match[3]))
    expected = "expected something else" if expected == "expected" else expected
    text = (query.splitlines() or [""])[min(line, len(query.splitlines())) - 1 :][:1]
    near = "".join(text)[max(column - 16, 0) : column + 24].strip()
    return QuerySyntaxError(
        f"The {kind} is not SPARQL: line {line}, column {column}, near “{near}”: {expected}.",
        line=line,
        column=column,
        near=near,
    )


def write(
    answer: QuerySolutions | QueryBoolean | QueryTriples,
    output: IO[bytes],
    *,
    syntax: Format,
    prefixes: dict[str, str],
    rows: int,
) -> None:
    """Write *answer*, of at most so many *rows*, to *output* in *syntax*.

    Raises ResultTooLarge for more rows, QueryError for what fails as it runs,
    NotAcceptable for what *syntax* cannot hold.
    """
    if syntax.name in ("xml", "rdfxml"):
        output = cast("IO[bytes]", Xml(output))
    try:
        if isinstance(answer, QueryTriples):
            pyoxigraph.serialize(answer, output, RDF_SYNTAX[syntax.name], prefixes=prefixes)
        elif isinstance(answer, QueryBoolean):
            answer.serialize(output, RESULT_SYNTAX[syntax.name])
        elif syntax.name == "csv":
            _write_csv(answer, output, rows)
        else:
            counted = Counted(output, *ROW_MARKS[syntax.name], limit=rows)
            answer.serialize(cast("IO[bytes]", counted), RESULT_SYNTAX[syntax.name])
    except (RuntimeError, ValueError) as error:
        raise QueryError(f"The query cannot be answered: {error}.") from error
    except OSError as error:
        raise _foreign(error) from error


def _foreign(error: OSError) -> Exception:
    """Return *error* as it is to be told: the format or a service may be at fault, or else our disk."""
    if error.errno is not None:
        return error
    if "RDF 1.2" in str(error):
        return NotAcceptable(f"The answer does not fit this format, ask for another: {error}.")
    return QueryError(f"The service that the query asks did not answer: {str(error)[:SHOWN].strip()}.")


def _write_csv(rows: QuerySolutions, output: IO[bytes], limit: int) -> None:
    """Write *rows* as SPARQL 1.1 CSV (section 3), since pyoxigraph quotes no comma in an IRI."""
    table = csv.writer(codecs.getwriter("utf-8")(output))
    table.writerow(variable.value for variable in rows.variables)
    for number, row in enumerate(rows, 1):
        check_rows(number, limit)
        table.writerow(csv_cell(row[variable]) for variable in rows.variables)


def csv_cell(term: NamedNode | BlankNode | Literal | Triple | None) -> str:
    """Return *term* as a cell of SPARQL 1.1 CSV (section 3), unquoted; a triple term as in SPARQL 1.2."""
    if isinstance(term, Triple):
        parts = [
            f'"{part.value}"' if isinstance(part, Literal) else csv_cell(part)
            for part in (term.subject, term.predicate, term.object)
        ]
        return f"<<( {' '.join(parts)} )>>"
    return str(term) if isinstance(term, BlankNode) else text_of(term)
