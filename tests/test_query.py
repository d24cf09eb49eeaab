from pathlib import Path

import pytest

from qgraph.errors import NotAcceptable, QueryError, ResultTooLarge
from qgraph.query import SMALL, Question, Spool
from qgraph.query import answer as answer_into
from qgraph.store import DefaultGraph, Literal, NamedNode, Quad, in_memory

STORE = in_memory(
    Quad(NamedNode(f"http://e/{number}"), NamedNode("http://e/p"), Literal("x" * 50), DefaultGraph())
    for number in range(9000)
)


def answer(
    question: Question, limit: int = 10_000_000, prefixes: dict[str, str] | None = None
) -> tuple[str, bytes]:
    with Spool(limit) as output:
        return answer_into(STORE, question, prefixes=prefixes or {}, output=output), output.read()


def test_an_answer_is_written_in_the_format_for_its_kind() -> None:
    def kind(text: str) -> str:
        return answer(Question(text, results="csv", triples="ntriples"))[0]

    assert kind("SELECT * { ?s ?p ?o } LIMIT 1") == "csv"
    assert kind("ASK {}") == "csv"
    assert kind("CONSTRUCT WHERE { ?s ?p ?o }") == "ntriples"
    assert kind("DESCRIBE <http://e/1>") == "ntriples"


def test_prefixes_are_bound_in_a_graph() -> None:
    _, written = answer(Question("DESCRIBE <http://e/1>"), prefixes={"e": "http://e/"})

    assert written.startswith(b"@prefix e: <http://e/> .\ne:1 e:p ")


def test_relative_iris_stand_under_the_base() -> None:
    _, written = answer(Question("ASK { <1> <p> ?o }", base="http://e/"))

    assert b"true" in written


def test_the_graphs_that_a_request_chooses_are_all_there_is() -> None:
    graphs = "SELECT (COUNT(*) AS ?n) { %s }"
    plain, named = graphs % "?s ?p ?o", graphs % "GRAPH ?g { ?s ?p ?o }"

    def count(text: str, **chosen: list[str]) -> bytes:
        return answer(Question(text, results="tsv", **chosen))[1].split()[1]

    assert count(plain) == b"9000"
    assert count(plain, default_graphs=["http://e/none"]) == b"0"
    assert count(plain, named_graphs=["http://e/none"]) == b"0"
    assert count(named, default_graphs=["http://e/none"]) == b"0"


def test_a_graph_whose_name_is_no_iri_is_refused() -> None:
    with pytest.raises(QueryError, match="cannot be answered"):
        answer(Question("ASK {}", default_graphs=["no iri"]))


@pytest.mark.parametrize(("text", "lacking"), [("ASK {}", "results"), ("DESCRIBE <http://e/1>", "triples")])
def test_a_kind_that_nobody_accepts_is_refused(text: str, lacking: str) -> None:
    with pytest.raises(NotAcceptable, match="no format for that"):
        answer(Question(text, **{lacking: ""}))


def test_csv_quotes_what_holds_a_comma() -> None:
    _, written = answer(
        Question("SELECT ?a ?b { VALUES (?a ?b) { (<x:y#c=1,2> 'a,\"b\"') (UNDEF 3) } }", results="csv")
    )

    assert written == b'a,b\r\n"x:y#c=1,2","a,""b"""\r\n,3\r\n'


def test_csv_names_blank_nodes_and_triples() -> None:
    _, written = answer(Question("SELECT (BNODE() AS ?a) (TRIPLE(<x:a>, <x:b>, 1) AS ?t) {}", results="csv"))

    assert written.splitlines()[1].startswith(b"_:")
    assert b"<x:a> <x:b>" in written


def test_an_answer_over_the_limit_is_refused() -> None:
    with pytest.raises(ResultTooLarge, match="more than 100,000 bytes"):
        answer(Question("SELECT * { ?s ?p ?o }"), limit=100_000)


def test_a_large_answer_goes_to_a_file_without_a_name(tmp_path: Path) -> None:
    with Spool(10_000_000, tmp_path) as output:
        answer_into(STORE, Question("SELECT * { ?s ?p ?o }"), prefixes={}, output=output)

        assert output.size > SMALL
        assert output.file.fileno() > 0
        assert not list(tmp_path.iterdir())
