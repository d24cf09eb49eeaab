from io import BytesIO
from pathlib import Path

import pytest

from qgraph import store
from qgraph.errors import QueryError, QuerySyntaxError, SourceError, StoreError
from qgraph.formats import BY_NAME
from qgraph.store import DefaultGraph, Literal, NamedNode, Parser, Quad

A, B = NamedNode("http://e/a"), NamedNode("http://e/b")


def test_each_statement_comes_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text("@prefix e: <http://e/> .\n\ne:a e:b 1 ;\n  e:c 2 .\n")

    parser = Parser(file, BY_NAME["turtle"], "http://e/")

    assert [line for _, line in parser] == [3, 4]
    assert parser.prefixes == {"e": "http://e/"}


@pytest.mark.parametrize(
    ("text", "line"),
    [(b"@prefix e: <http://e/> .\ne:a e:b .\n", 2), (b'<a> <b> "\xff" .', 1), (b"<a> <b> <c>", 1)],
)
def test_text_that_is_not_rdf_is_refused_with_its_line(tmp_path: Path, text: bytes, line: int) -> None:
    file = tmp_path / "a.ttl"
    file.write_bytes(text)

    with pytest.raises(SourceError, match=r"^Expected ") as refusal:
        list(Parser(file, BY_NAME["turtle"], "http://e/"))

    assert refusal.value.details["line"] == line


def test_bytes_that_are_not_rdf_are_refused() -> None:
    with pytest.raises(SourceError, match="Line 1"):
        store.parse(b"<a> <b>", BY_NAME["turtle"], "http://e/")


def test_blank_nodes_get_the_same_names_each_time() -> None:
    def read() -> list[Quad]:
        return store.canonical(store.parse(b"[] <http://e/p> [ <http://e/q> 1 ] .", BY_NAME["turtle"]))

    assert read() == read()


def test_a_syntax_error_names_line_column_and_the_words_near() -> None:
    with pytest.raises(QuerySyntaxError) as refusal:
        store.ask(store.in_memory(), "SELECT *\nWHERE { ?thing ?has }")

    assert refusal.value.details == {"line": 2, "column": 21, "near": "{ ?thing ?has }"}


@pytest.mark.parametrize(
    "query", ["", "\n", "SELECT", "INSERT DATA { <a:a> <a:b> 1 }", "SELECT (COUNT(?x) AS ?n) ?y {}"]
)
def test_what_is_no_query_is_a_syntax_error(query: str) -> None:
    with pytest.raises(QuerySyntaxError, match="is not SPARQL"):
        store.ask(store.in_memory(), query)


def test_an_unknown_function_is_the_querys_fault() -> None:
    filled = store.in_memory([Quad(A, B, Literal(1), DefaultGraph())])

    with pytest.raises(QueryError, match="http://x/f"):
        store.write(
            store.ask(filled, "SELECT * { ?s ?p ?o FILTER(<http://x/f>(?s)) }"),
            BytesIO(),
            syntax=BY_NAME["json"],
            prefixes={},
            rows=1,
        )


def test_a_folder_that_is_no_store_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot read a store"):
        store.open_read_only(tmp_path / "nowhere")
    with pytest.raises(OSError, match="not a directory"):
        store.open_to_write(tmp_path / "file")


def test_terms_are_told_as_text() -> None:
    assert [store.text_of(term) for term in (A, Literal("x"), DefaultGraph(), None)] == [
        "http://e/a",
        "x",
        "",
        "",
    ]
    assert store.text_of(store.Triple(A, B, Literal("x"))) == '<http://e/a> <http://e/b> "x"'


def test_an_update_that_is_no_sparql_is_called_an_update() -> None:
    with pytest.raises(
        QuerySyntaxError, match=r"^The update is not SPARQL: line 1, column 9.*expected something else"
    ):
        store.update(store.in_memory(), "CLEAR XX")
