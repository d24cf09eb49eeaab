"""The W3C's SPARQL 1.1 tests, read from their manifests, and results made comparable.

The files are read where the folder of test data has them; none is copied here.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
BASE = "https://w3c.github.io/rdf-tests/sparql/sparql11/"
SYNTAX = {"ttl": ox.RdfFormat.TURTLE, "rdf": ox.RdfFormat.RDF_XML, "nt": ox.RdfFormat.N_TRIPLES}
RESULTS = {"srx": "application/sparql-results+xml", "srj": "application/sparql-results+json"}
WRITTEN = {"csv": "text/csv", "tsv": "text/tab-separated-values"}
Comparable = object


@dataclass(frozen=True)
class Case:
    """One test: its *kind* is the class the manifest gives it."""

    name: str
    kind: str
    query: Path
    result: Path | None = None
    data: tuple[Path, ...] = ()
    graphs: tuple[tuple[str, Path], ...] = ()

    @property
    def dataset(self) -> str:
        """The data as N-Quads, each graph under its name."""
        named = [("", path) for path in self.data] + list(self.graphs)
        return "\n".join(_nquads(path, name) for name, path in named)


@dataclass(frozen=True)
class State:
    """What a store holds: files for its default graph, and for each graph its name and its file."""

    data: tuple[Path, ...] = ()
    graphs: tuple[tuple[str, Path], ...] = ()

    @property
    def quads(self) -> list[ox.Quad]:
        """All quads, with blank nodes that no other file shares."""
        named = [("", path) for path in self.data] + list(self.graphs)
        nquads = "\n".join(_nquads(path, name) for name, path in named)
        return list(ox.parse(nquads, format=ox.RdfFormat.N_QUADS))

    @property
    def names(self) -> set[str]:
        """The names of the graphs that there are, empty ones too."""
        return {name for name, _ in self.graphs}


@dataclass(frozen=True)
class Change:
    """A test of an update: what is there *before*, and *after* it; None where its syntax alone is tested."""

    name: str
    kind: str
    request: Path
    before: State = field(default_factory=State)
    after: State | None = None


def changes(folder: Path, group: str) -> list[Change]:
    """Return the tests of updates of the suite in *folder* whose manifest is *group*/manifest.ttl."""
    manifest = read(folder, group)
    return [manifest.change(group, test) for test in manifest.tests()]


def cases(folder: Path, group: str) -> list[Case]:
    """Return the tests of the suite in *folder* whose manifest is *group*/manifest.ttl."""
    manifest = read(folder, group)
    return [manifest.case(group, test) for test in manifest.tests()]


def read(folder: Path, group: str) -> "Manifest":
    """Return the manifest of *group*."""
    store = ox.Store()
    store.load(path=str(folder / group / "manifest.ttl"), base_iri=BASE + group + "/manifest.ttl")
    return Manifest(store, folder)


class Manifest:
    """The triples of one manifest, asked by property."""

    def __init__(self, store: ox.Store, folder: Path) -> None:
        self.store = store
        self.folder = folder

    def values(self, subject: ox.NamedNode | ox.BlankNode, name: str) -> list:
        """Return the objects of *subject*'s property *name*."""
        found = self.store.quads_for_pattern(subject, ox.NamedNode(name), None)
        return sorted((quad.object for quad in found), key=str)

    def tests(self) -> Iterator[ox.NamedNode]:
        """Yield the tests in the order of the manifest."""
        [entries] = self.store.quads_for_pattern(None, ox.NamedNode(MF + "entries"), None)
        rest = entries.object
        while rest.value != RDF + "nil":
            yield self.values(rest, RDF + "first")[0]
            [rest] = self.values(rest, RDF + "rest")

    def case(self, group: str, test: ox.NamedNode) -> Case:
        """Return the test that is called *test*."""
        [action] = self.values(test, MF + "action")
        kind = self.values(test, RDF + "type")[0].value.removeprefix(MF)
        name = f"{group}/{test.value.partition('#')[2]}"
        if not self.values(action, QT + "query"):
            return Case(name, kind, self.path(action))
        graphs = [self.named(one) for one in self.values(action, QT + "graphData")]
        return Case(
            name,
            kind,
            self.path(self.values(action, QT + "query")[0]),
            self.path(self.values(test, MF + "result")[0]),
            tuple(self.path(one) for one in self.values(action, QT + "data")),
            tuple(graphs),
        )

    def change(self, group: str, test: ox.NamedNode) -> Change:
        """Return the test of an update that is called *test*."""
        [action] = self.values(test, MF + "action")
        kind = self.values(test, RDF + "type")[0].value.removeprefix(MF)
        name = f"{group}/{test.value.partition('#')[2]}"
        if not self.values(action, UT + "request"):
            return Change(name, kind, self.path(action))
        [result] = self.values(test, MF + "result")
        [request] = self.values(action, UT + "request")
        return Change(name, kind, self.path(request), self.state(action), self.state(result))

    def state(self, described: ox.NamedNode | ox.BlankNode) -> State:
        """Return what a store holds by the properties of *described*."""
        named = [
            (self.values(one, LABEL)[0].value, self.path(self.values(one, UT + "graph")[0]))
            for one in self.values(described, UT + "graphData")
        ]
        return State(tuple(map(self.path, self.values(described, UT + "data"))), tuple(named))

    def named(self, graph: ox.NamedNode | ox.BlankNode) -> tuple[str, Path]:
        """Return the name and the file of *graph*."""
        if isinstance(graph, ox.BlankNode):
            [file] = self.values(graph, QT + "graph")
            [label] = self.values(graph, LABEL)
            return label.value, self.path(file)
        return graph.value, self.path(graph)

    def path(self, iri: ox.NamedNode) -> Path:
        """Return the file that *iri* names."""
        return self.folder / iri.value.removeprefix(BASE)


def base_of(path: Path) -> str:
    """Return the IRI under which the suite knows *path*."""
    return BASE + "/".join(path.parts[-2:])


def _nquads(path: Path, name: str) -> str:
    quads = ox.parse(
        path=str(path), format=SYNTAX[path.suffix[1:]], base_iri=base_of(path), rename_blank_nodes=True
    )
    graph = ox.NamedNode(name) if name else ox.DefaultGraph()
    moved = (ox.Quad(one.subject, one.predicate, one.object, graph) for one in quads)
    return ox.serialize(moved, format=ox.RdfFormat.N_QUADS).decode()


def insertion(nquads: str) -> str:
    """Return an update that puts *nquads* in place of all there is."""
    rows = []
    for quad in ox.parse(nquads, format=ox.RdfFormat.N_QUADS):
        named = quad.graph_name != ox.DefaultGraph()
        rows.append(f"GRAPH {quad.graph_name} {{ {quad.triple} }}" if named else f"{quad.triple} .")
    return "DROP ALL ; INSERT DATA { " + "\n".join(rows) + " }"


def comparable(text: bytes, suffix: str, base: str = BASE) -> Comparable:
    """Return a result as a value that equals that of any result with the same meaning.

    Terms are compared exactly; blank nodes by their place (RDFC-1.0); rows as a
    multiset.
    """
    if suffix == "csv":
        return _canonical_rows(
            [_csv_row(row) for row in csv.DictReader(io.StringIO(text.decode(), newline=""))]
        )
    if suffix in SYNTAX:
        return _from_graph(list(ox.parse(text, format=SYNTAX[suffix], base_iri=base)))
    kind = {"srx": "XML", "srj": "JSON", "tsv": "TSV"}[suffix]
    parsed = ox.parse_query_results(text, getattr(ox.QueryResultsFormat, kind))
    if isinstance(parsed, ox.QueryBoolean):
        return bool(parsed)
    names = [variable.value for variable in parsed.variables]
    rows = [{name: row[name] for name in names if row[name] is not None} for row in parsed]
    return _canonical_rows(rows)


def _csv_row(row: dict[str, str]) -> dict:
    return {
        name: ox.BlankNode(cell[2:]) if cell.startswith("_:") else ox.Literal(cell)
        for name, cell in row.items()
    }


def _from_graph(quads: list[ox.Quad]) -> Comparable:
    """Return the table that *quads* describe, or else the graph itself."""
    store = ox.Store()
    store.extend(quads)
    tables = list(store.quads_for_pattern(None, None, ox.NamedNode(RS + "ResultSet")))
    if not tables:
        return canonical(quads)
    manifest = Manifest(store, Path())
    truth = manifest.values(tables[0].subject, RS + "boolean")
    if truth:
        return truth[0].value == "true"
    rows = []
    for solution in manifest.values(tables[0].subject, RS + "solution"):
        bindings = manifest.values(solution, RS + "binding")
        rows.append(
            {
                manifest.values(one, RS + "variable")[0].value: manifest.values(one, RS + "value")[0]
                for one in bindings
            }
        )
    return _canonical_rows(rows)


def _canonical_rows(rows: list[dict]) -> Comparable:
    quads = []
    for row in rows:
        node = ox.BlankNode()
        quads += [ox.Quad(node, ox.NamedNode(f"urn:variable:{name}"), term) for name, term in row.items()]
    return len(rows), canonical(quads)


def canonical(quads: list[ox.Quad]) -> list[str]:
    """Return *quads* as lines that equal those of any isomorphic dataset (RDFC-1.0)."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(str(quad) for quad in dataset)
