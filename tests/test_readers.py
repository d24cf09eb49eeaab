"""Readers that nobody here wrote agree on what our exports and shapes say."""

import csv
import io
import json
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pyshacl
import pytest
from rdflib import RDFS, SH, BNode, Dataset, Graph
from rdflib.term import Node

from conftest import CASES, CLIENTS, ROOT, free_port, program, until
from qgraph import delta, questions, store, versions
from qgraph.export import export
from qgraph.formats import BY_NAME, GRAPHS, Format
from qgraph.settings import Settings
from qgraph.sources import find

RDFLIB = {"turtle": "turtle", "ntriples": "nt", "rdfxml": "xml", "jsonld": "json-ld"}
NQUADS = BY_NAME["nquads"]
# What a reader has no parser for; all else it is given.
NOT_READ = {
    "n3": {"rdfxml", "jsonld"},
    "jsonld": {"turtle", "trig", "rdfxml"},
    "rapper": {"jsonld"},
    "rdflib": set(),
    "pyoxigraph": set(),
}
# Where a reader is at fault: the reader and the format, and what it does.
KNOWN_FAULTS: dict[tuple[str, str], str] = {}


@pytest.fixture(scope="module")
def rapper() -> str:
    return program("rapper")


def ran(*command: object) -> bytes:
    done = subprocess.run([str(one) for one in command], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def canonical_digest(text: bytes) -> str:
    """Return the digest of N-Quads whose blank nodes are named by RDFC-1.0, as pyoxigraph does it."""
    return delta.digest(store.canonical(store.parse(text, NQUADS)))


def by_rapper(file: Path, syntax: Format, request: pytest.FixtureRequest) -> str:
    program = request.getfixturevalue("rapper")
    command = (program, "-q", "-i", syntax.name, "-o", "nquads", file, "http://base.example/")
    return canonical_digest(ran(*command))


def by_rdflib(file: Path, syntax: Format, _request: pytest.FixtureRequest) -> str:
    if syntax.holds_named_graphs:
        dataset = Dataset()
        dataset.parse(file, format=syntax.name)
        return canonical_digest(dataset.serialize(format="nquads", encoding="utf-8"))
    graph = Graph().parse(file, format=RDFLIB[syntax.name])
    return canonical_digest(graph.serialize(format="nt", encoding="utf-8"))


def by_pyoxigraph(file: Path, syntax: Format, _request: pytest.FixtureRequest) -> str:
    return canonical_digest(store.dump(store.parse(file.read_bytes(), syntax), NQUADS, {}))


def in_javascript(reader: str) -> Callable[[Path, Format, pytest.FixtureRequest], str]:
    def read(file: Path, syntax: Format, request: pytest.FixtureRequest) -> str:
        """Return the digest of what the script writes: rdf-canonize has named the blank nodes."""
        program = request.getfixturevalue("node")
        written = ran(program, CLIENTS / "readers.mjs", reader, syntax.media_type, file)
        return delta.digest(store.parse(written, NQUADS))

    return read


READERS = {
    "rapper": by_rapper,
    "rdflib": by_rdflib,
    "pyoxigraph": by_pyoxigraph,
    "n3": in_javascript("n3"),
    "jsonld": in_javascript("jsonld"),
}
READ = [(reader, one) for reader in READERS for one in GRAPHS if one.name not in NOT_READ[reader]]


@pytest.fixture(scope="module")
def exports(real: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the real graph in each format."""
    folder = tmp_path_factory.mktemp("exports")
    held, version = versions.open_version(real.store, 1), versions.describe(real.store, 1)
    for one in GRAPHS:
        (folder / f"graph.{one.suffix}").write_bytes(export(held, version, one))
    return folder


@pytest.mark.parametrize(("reader", "syntax"), READ, ids=lambda value: getattr(value, "name", value))
def test_a_reader_of_others_finds_in_an_export_what_is_in_the_graph(
    real: Settings, exports: Path, request: pytest.FixtureRequest, *, reader: str, syntax: Format
) -> None:
    held = versions.open_version(real.store, 1)
    graph = None if syntax.holds_named_graphs else store.DefaultGraph()
    expected = delta.digest(held.quads_for_pattern(None, None, None, graph))

    agrees = READERS[reader](exports / f"graph.{syntax.suffix}", syntax, request) == expected
    assert agrees != ((reader, syntax.name) in KNOWN_FAULTS), KNOWN_FAULTS.get((reader, syntax.name))


def test_a_dataset_has_the_digest_of_its_version(real: Settings, exports: Path) -> None:
    digest = versions.describe(real.store, 1).digest

    assert canonical_digest((exports / "graph.nq").read_bytes()) == digest


def test_each_format_has_three_readers_of_others() -> None:
    readers = Counter(syntax.name for _, syntax in READ)

    assert {one.name for one in GRAPHS if readers[one.name] < 3} == set()
    assert set(KNOWN_FAULTS) <= {(reader, syntax.name) for reader, syntax in READ}


# ------------------------------------------------------------------ shapes

Results = set[tuple[str, ...]]
SHAPED = [*sorted((CASES / "valid").glob("*.ttl")), *sorted((CASES / "invalid").glob("*.ttl"))]


def rules_of(paths: list[Path]) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path)
    return graph


def named(term: Node | None) -> str:
    return "_" if isinstance(term, BNode) else str(term or "")


def by_pyshacl(data: Graph, shapes: Graph) -> tuple[bool, Results]:
    conforms, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    words = (SH.focusNode, SH.sourceShape, SH.sourceConstraintComponent)
    found = {
        tuple(named(report.value(one, word)) for word in words) for one in report.objects(None, SH.result)
    }
    return conforms, found


def test_no_shape_rests_on_more_than_the_core_of_shacl() -> None:
    """So the next test leaves none out; rdf-validate-shacl knows the core alone."""
    shapes = rules_of(find(ROOT).shapes)
    beyond = [SH.sparql, SH.js, SH.target, SH.rule, SH.expression]

    assert [word for word in beyond if (None, word, None) in shapes] == []


def test_rdf_validate_shacl_objects_to_what_pyshacl_objects_to(node: str, tmp_path: Path) -> None:
    sources = find(ROOT)
    shapes, ontology = rules_of(sources.shapes), rules_of(sources.ontology)
    shapes.serialize(tmp_path / "shapes.nt", format="nt", encoding="utf-8")
    expected = {}
    for case in SHAPED:
        data = Graph().parse(case)
        data += (triple for triple in ontology.triples((None, RDFS.subClassOf, None)))
        file = tmp_path / f"{case.parent.name}-{case.stem}.nt"
        data.serialize(file, format="nt", encoding="utf-8")
        expected[str(file)] = by_pyshacl(data, shapes)
    told = json.loads(ran(node, CLIENTS / "shacl.mjs", tmp_path / "shapes.nt", *expected))
    found = {file: (one["conforms"], {tuple(row) for row in one["results"]}) for file, one in told.items()}

    assert sum(not conforms for conforms, _ in found.values()) > 100
    assert {file: (found[file], rows) for file, rows in expected.items() if found[file] != rows} == {}


# ------------------------------------------------------------------ the reference server

QUESTIONS = questions.read(ROOT)


@pytest.fixture(scope="module")
def peer(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of `oxigraph serve` over the TriG export."""
    oxigraph = program("oxigraph", path=str(Path(sys.executable).parent), target=".venv/test")
    data = tmp_path_factory.mktemp("peer")
    ran(oxigraph, "load", "--location", data, "--file", exports / "graph.trig")
    address = f"127.0.0.1:{free_port()}"
    command = [oxigraph, "serve", "--location", str(data), "--bind", address]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            assert until(lambda: server.poll() is None and answers(address), 20)
            yield f"http://{address}/query"
        finally:
            server.terminate()


def answers(address: str) -> bool:
    try:
        return bool(asked(f"http://{address}/query", "ASK {}"))
    except OSError:
        return False


def asked(endpoint: str, query: str) -> list[list[str]]:
    """Return the header and the rows; from JSON, since the server's CSV leaves a comma in an IRI unquoted."""
    accept = {"Accept": "application/sparql-results+json"}
    sent = urllib.request.Request(f"{endpoint}?{urlencode({'query': query})}", headers=accept)
    with urllib.request.urlopen(sent, timeout=30) as answer:
        told = json.load(answer)
    columns = told["head"].get("vars", [])
    rows = told.get("results", {}).get("bindings", [])
    return [columns, *([row.get(name, {}).get("value", "") for name in columns] for row in rows)]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.name)
def test_the_reference_server_answers_a_question_from_our_trig_with_the_same_rows(
    peer: str, question: questions.Question
) -> None:
    expected = (CASES / "questions" / question.name / "graph.csv").read_text(encoding="utf-8")

    assert asked(peer, question.query) == list(csv.reader(io.StringIO(expected, newline="")))
