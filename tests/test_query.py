from dataclasses import replace
from pathlib import Path

import pytest

from qgraph.errors import NotAcceptable, QueryError, ResultTooLarge, UnknownGraph
from qgraph.query import SMALL, Question, Spool
from qgraph.query import answer as answer_into
from qgraph.store import DefaultGraph, Literal, NamedNode, Quad, in_memory

STORE = in_memory(
    Quad(NamedNode(f"http://e/{number}"), NamedNode("http://e/p"), Literal("x" * 50), DefaultGraph())
    for number in range(9000)
)
STORE.add(Quad(NamedNode("http://e/1"), NamedNode("http://e/p"), Literal("y"), NamedNode("http://e/g")))


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
    assert count(plain, default_graphs=["http://e/g"]) == b"1"
    assert count(plain, named_graphs=["http://e/g"]) == b"0"
    assert count(named, default_graphs=["http://e/g"]) == b"0"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM <http://e/none> { ?s ?p ?o }",
        "SELECT * from named <file:///etc/passwd> { ?s ?p ?o }",
        "PREFIX e: <http://e/> ASK FROM e:none {}",
        "BASE <http://e/> ASK FROM <none> {}",
        "ASK \\u0046ROM <http://e/none> {}",
    ],
)
def test_a_graph_that_is_not_here_is_not_fetched(text: str) -> None:
    with pytest.raises(UnknownGraph, match=r"There is no graph <(http://e/none|file:///etc/passwd)> here"):
        answer(Question(text, base="http://b/"))


def test_the_graphs_of_the_request_stand_in_place_of_those_in_the_text() -> None:
    asked = Question(
        "SELECT ?o FROM <http://e/none> { ?s ?p ?o }", results="tsv", default_graphs=["http://e/g"]
    )

    assert answer(asked)[1] == b'?o\n"y"\n'


def test_a_refusal_for_want_of_a_format_lists_those_of_its_kind() -> None:
    with pytest.raises(NotAcceptable) as refusal:
        answer(Question("ASK {}", results="", triples="turtle"))

    assert "text/csv" in refusal.value.details["offers"]
    assert "text/turtle" not in refusal.value.details["offers"]


def test_a_plain_store_takes_a_graph_that_is_not_here_as_empty() -> None:
    assert b"false" in answer(Question("ASK FROM <http://e/none> { ?s ?p ?o }", strict=False))[1]
    with pytest.raises(UnknownGraph, match="<file:///etc/passwd>"):
        answer(Question("ASK FROM <file:///etc/passwd> {}", strict=False))


@pytest.mark.parametrize(
    "text",
    [
        "ASK FROM <http://e/g> { ?s ?p 'FROM <http://e/none>' }",
        "PREFIX from: <http://e/> ASK FROM from:g { ?from ?p ?o }",
        "BASE <http://e/x/> ASK FROM NAMED <../g> {}",
    ],
)
def test_a_graph_that_is_here_may_be_named(text: str) -> None:
    answer(Question(text, base="http://b/"))


def test_a_graph_whose_name_is_no_iri_is_refused() -> None:
    with pytest.raises(QueryError, match="is no IRI of a graph"):
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
    assert b"<<( x:a x:b" in written


def test_an_answer_over_the_limit_is_refused() -> None:
    with pytest.raises(ResultTooLarge, match="more than 100,000 bytes"):
        answer(Question("SELECT * { ?s ?p ?o }"), limit=100_000)


@pytest.mark.parametrize("syntax", ["json", "xml", "csv", "tsv"])
def test_an_answer_of_too_many_rows_is_refused(syntax: str) -> None:
    few = Question("SELECT * { ?s ?p ?o } LIMIT 2000", results=syntax, rows=2000)
    assert answer(few)[1].count(b"http://e/p") == 2000

    with pytest.raises(ResultTooLarge, match="more than 2,000 rows"):
        answer(replace(few, text="SELECT * { ?s ?p ?o } LIMIT 2001"))


def test_a_large_answer_goes_to_a_file_without_a_name(tmp_path: Path) -> None:
    with Spool(10_000_000, tmp_path) as output:
        answer_into(STORE, Question("SELECT * { ?s ?p ?o }"), prefixes={}, output=output)

        assert output.size > SMALL
        assert output.file.fileno() > 0
        assert not list(tmp_path.iterdir())
