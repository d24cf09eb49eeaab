"""What SPARQL 1.2 and RDF 1.2 add, asked of the real server over a plain store."""

import json
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from conftest import ROOT, serving

DATA = """VERSION "1.2"
PREFIX : <http://e/>
:film :title "Home"@en--ltr , "بيت"@ar--rtl .
:film :shownAt :festival ~ :claim {| :source :report |} .
:report :says <<( :film :title "Home"@en--ltr )>> .
"""
START = 'VERSION "1.2" PREFIX : <http://e/> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> '


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(ROOT, tmp_path_factory.mktemp("bare"), "--bare", "--open-writes") as address:
        put = Request(
            f"{address}/graphs?default", DATA.encode(), {"Content-Type": 'text/turtle; version="1.2"'}
        )
        put.method = "PUT"
        with urlopen(put) as answer:
            assert answer.status == 204
        yield address


def asked(address: str, text: str, accept: str) -> tuple[int, str, str]:
    """Return status, media type and body."""
    request = Request(f"{address}/sparql?{urlencode({'query': START + text})}", headers={"Accept": accept})
    try:
        with urlopen(request) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.headers.get_content_type(), error.read().decode()


def rows(address: str, text: str) -> list[dict[str, dict[str, object]]]:
    status, _, body = asked(address, text, "application/sparql-results+json")
    assert status == 200, body
    return json.loads(body)["results"]["bindings"]


def uri(name: str) -> dict[str, str]:
    return {"type": "uri", "value": f"http://e/{name}"}


@pytest.mark.parametrize(
    "pattern",
    [
        "?claim rdf:reifies <<( :film :shownAt ?where )>> ; :source ?source",
        "<< :film :shownAt ?where ~ ?claim >> :source ?source",
        ":film :shownAt ?where ~ ?claim {| :source ?source |}",
    ],
)
def test_a_statement_about_a_triple_is_found_however_it_is_written(bare: str, pattern: str) -> None:
    expected = {"claim": uri("claim"), "where": uri("festival"), "source": uri("report")}

    assert rows(bare, f"SELECT ?claim ?where ?source {{ {pattern} }}") == [expected]


def test_a_triple_term_is_a_row_of_json(bare: str) -> None:
    [row] = rows(bare, "SELECT ?t { :report :says ?t }")
    title = {"type": "literal", "value": "Home", "xml:lang": "en", "its:dir": "ltr"}

    assert row["t"] == {
        "type": "triple",
        "value": {"subject": uri("film"), "predicate": uri("title"), "object": title},
    }


@pytest.mark.parametrize(
    ("accept", "written"),
    [
        ("application/sparql-results+xml", "<triple><subject><uri>http://e/film</uri></subject>"),
        ("text/tab-separated-values", '<<( <http://e/film> <http://e/title> "Home"@en--ltr )>>'),
        ("text/csv", '"<<( http://e/film http://e/title ""Home"" )>>"'),
    ],
)
def test_a_triple_term_is_written_in_each_format_of_rows(bare: str, accept: str, written: str) -> None:
    status, kind, body = asked(bare, "SELECT ?t { :report :says ?t }", accept)

    assert (status, kind) == (200, accept)
    assert written in body


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("isTRIPLE(TRIPLE(:a, :b, :c))", "true"),
        ("SUBJECT(TRIPLE(:a, :b, :c))", "http://e/a"),
        ("PREDICATE(TRIPLE(:a, :b, :c))", "http://e/b"),
        ("OBJECT(TRIPLE(:a, :b, :c))", "http://e/c"),
        ('LANGDIR("x"@en--rtl)', "rtl"),
        ('hasLANG("x"@en)', "true"),
        ('hasLANGDIR("x"@en)', "false"),
        ('STRLANGDIR("x", "ar", "rtl") = "x"@ar--rtl', "true"),
    ],
)
def test_the_functions_of_sparql_12_are_known(bare: str, call: str, value: str) -> None:
    [row] = rows(bare, f"SELECT ({call} AS ?x) {{}}")

    assert row["x"]["value"] == value


def test_an_update_writes_triple_terms(bare: str) -> None:
    text = f"{START} INSERT {{ GRAPH :copy {{ ?s ?p ?t }} }} WHERE {{ ?s ?p ?t FILTER(isTRIPLE(?t)) }}"
    kind = {"Content-Type": 'application/sparql-update; version="1.2"'}
    with urlopen(Request(f"{bare}/sparql", text.encode(), kind)) as answer:
        assert answer.status == 204

    assert len(rows(bare, "SELECT * { GRAPH :copy { ?s ?p ?t } }")) == 2


@pytest.mark.parametrize(
    ("accept", "written"),
    [
        ("text/turtle; version=1.2", "<http://e/says> <<( <http://e/film> <http://e/title>"),
        ("application/n-triples", "<http://e/says> <<( <http://e/film> <http://e/title>"),
        ("application/rdf+xml", 'rdf:parseType="Triple"'),
        ("application/trig", "<http://e/says> <<( <http://e/film> <http://e/title>"),
        ("application/n-quads", "<http://e/says> <<( <http://e/film> <http://e/title>"),
    ],
)
def test_a_graph_holds_triple_terms(bare: str, accept: str, written: str) -> None:
    status, kind, body = asked(bare, "CONSTRUCT WHERE { ?s ?p ?o }", accept)

    assert (status, kind) == (200, accept.partition(";")[0])
    assert written in body


@pytest.mark.parametrize("target", ["/sparql?query=CONSTRUCT+WHERE+%7B%3Fs+%3Fp+%3Fo%7D", "/graphs?default"])
def test_json_ld_says_that_it_cannot_hold_triple_terms(bare: str, target: str) -> None:
    with pytest.raises(HTTPError) as refusal:
        urlopen(Request(bare + target, headers={"Accept": "application/ld+json"}))

    with refusal.value as error:
        assert error.code == 406
        assert "ask for another: JSON-LD does not support RDF 1.2" in error.read().decode()


def test_json_ld_holds_directions(bare: str) -> None:
    status, _, body = asked(bare, "DESCRIBE :film", "application/ld+json")
    assert status == 200
    assert '"@direction":"rtl"' in body


@pytest.mark.parametrize(
    ("text", "accept"),
    [
        ('SELECT ("a\\u0000" AS ?x) {}', "application/sparql-results+xml"),
        ('SELECT ("a\\uFFFF" AS ?x) {}', "application/sparql-results+xml"),
        ('CONSTRUCT { :a :b "\\u001F" } WHERE {}', "application/rdf+xml"),
        ("CONSTRUCT { :a <http://e/1> :b } WHERE {}", "application/rdf+xml"),
        ("CONSTRUCT { :a <http://e/> :b } WHERE {}", "application/rdf+xml"),
    ],
)
def test_an_answer_that_would_be_no_xml_is_refused(bare: str, text: str, accept: str) -> None:
    status, kind, body = asked(bare, text, accept)

    assert (status, kind) == (406, "application/problem+json")
    assert "XML cannot hold" in body
    assert (
        asked(bare, text.replace("\\u0000", "").replace("\\uFFFF", "").replace("\\u001F", ""), "*/*")[0]
        == 200
    )
