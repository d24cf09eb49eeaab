from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgraph.errors import OutwardQuery, QueryError, QueryTooLarge
from qgraph.outward import CALL
from qgraph.precheck import Limits, check, clearing, graphs, is_small, measure, parts, using

PIECES = st.sampled_from([*"({[)}].;,/|^*+! a'", "||", "VALUES", "1 "])
LOW = Limits(length=100, nesting=3, patterns=3, path=2, values=12)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * { service silent <http://127.0.0.1:9/> {} }",
        "SELECT * { ?s ?p '''x''' . SERVICE?x{} }",
        'SELECT * { ?s ?p "a\\"b" SERVICE <x:y> {} }',
        "SELECT * { ?s ?p ?o } # c\u000aSERVICE <x:y> {}",
        "SELECT * { \\u0053ERVICE <x:y> {} }",
        "SELECT * { ?a<?b SERVICE <x:y> {} }",
    ],
)
def test_a_call_to_another_server_is_refused(query: str) -> None:
    with pytest.raises(OutwardQuery, match="SERVICE is not allowed"):
        check(query, Limits())


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service ?p 'SERVICE <x:y> {}' } # SERVICE",
        'PREFIX service: <http://e/SERVICE/> SELECT * { ?s service:SERVICE "SERVICE" }',
        'SELECT * { ?s ?p """\n SERVICE <x:y> {}""" }',
    ],
)
def test_the_word_service_elsewhere_is_no_call(query: str) -> None:
    check(query, Limits())


@pytest.mark.parametrize("target", ["<https://e/sparql>", "SILENT <https://e/other?a=b>"])
def test_a_service_that_the_operator_allows_may_be_asked(target: str) -> None:
    check(f"SELECT * {{ SERVICE {target} {{ ?s ?p ?o }} }}", Limits(), "https://e/sparql")


@pytest.mark.parametrize(
    "target",
    ["<http://e/>", "<https://e:8/>", "<https://e.org/>", "<https://e@x/>", "?x", "e:s", "", "SILENT", "<e>"],
)
def test_no_service_but_the_allowed_may_be_asked(target: str) -> None:
    with pytest.raises(OutwardQuery, match="asks <https://e/sparql> alone, named in full"):
        check(f"SELECT * {{ SERVICE {target} {{ ?s ?p ?o }} }}", Limits(), "https://e/sparql")


@pytest.mark.parametrize("target", ["<http://[>", "<https://[e>", "<//[>"])
def test_a_service_that_has_no_iri_is_refused_in_words(target: str) -> None:
    with pytest.raises(OutwardQuery, match="SERVICE is not allowed"):
        check(f"SELECT * {{ SERVICE {target} {{}} }}", Limits())
    with pytest.raises(QueryError, match="is no IRI"):
        check(f"SELECT * {{ SERVICE {target} {{}} }}", Limits(), "https://e/sparql")


def test_nothing_is_loaded_where_a_service_is_allowed() -> None:
    with pytest.raises(OutwardQuery, match="LOAD is not allowed"):
        check("LOAD <https://e/sparql>", Limits(), "https://e/sparql")


TOO_LARGE = {
    "length": "ASK {} #" + "x" * 64_000,
    "nesting": "ASK " + "{" * 65 + "}" * 65,
    "patterns": "ASK { " + "?s ?p ?o . " * 201 + "}",
    "values": "ASK { VALUES (?x ?y) { " + "(<x:y> 'a b') " * 1500 + "} VALUES ?z { " + "1 " * 2001 + "} }",
    "path": "PREFIX : <x:> ASK { ?s " + "/".join([":p"] * 34) + " ?o }",
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_a_query_over_a_limit_is_refused_with_what_was_found(name: str) -> None:
    with pytest.raises(QueryTooLarge, match=rf"at most .* \(query_{name}\)") as refusal:
        check(TOO_LARGE[name], Limits())

    assert int(str(refusal.value.details["found"])) > int(str(refusal.value.details["limit"]))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (" + "+".join(f"?v{n}" for n in range(60)) + " AS ?sum) {}",
        "ASK { " + "FILTER(!BOUND(?x)) " * 60 + "}",
        "ASK { FILTER(?x IN (" + ",".join(["1"] * 1000) + ")) }",
        "ASK { VALUES ?x { " + "<x:y> " * 5000 + "} " + "?s ?p 1 . " * 150 + " }",
        "PREFIX : <x:> ASK { ?s " + "/".join([":p"] * 33) + " ?o }",
        "ASK { ?s ?p '" + "{" * 100 + "' } # " + "{" * 100,
    ],
)
def test_an_honest_query_is_let_through(query: str) -> None:
    check(query, Limits())


def test_what_is_counted() -> None:
    counted = measure(
        "PREFIX : <x:> SELECT * { ?s :p/:q* ?o ; :r 1 , 2 . { [ :t ?u ] } FILTER(?o IN (1, 2)) }"
    )

    assert (counted.nesting, counted.patterns, counted.path) == (3, 6, 2)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_what_is_small_is_within_each_limit(text: str) -> None:
    if is_small(text, LOW):
        found = measure(text)
        assert found.nesting <= LOW.nesting
        assert found.patterns <= LOW.patterns
        assert found.path <= LOW.path
        assert found.values <= LOW.values


def test_most_queries_are_small() -> None:
    assert is_small("SELECT ?film { ?film a <https://e/Film> ; <https://e/theme> ?theme }", Limits())
    assert not any(is_small(text, Limits()) for name, text in TOO_LARGE.items() if name != "length")


def test_no_query_of_the_w3c_suites_is_refused(shared: Path) -> None:
    queries = sorted((shared / "w3c" / "sparql11").rglob("*.rq"))
    largest = Limits(64_000, 32, 100, 16)

    assert len(queries) > 300
    for path in queries:
        text = path.read_text(encoding="utf-8", errors="replace")
        if not CALL.search(text):
            check(text, largest)


@pytest.mark.parametrize(
    "mark", ["a", "<", '"', "'", '"""', "(", "?", "a:", "1.", "/*", "\\u0041", ".", "-.", '"\\', "'''\\"]
)
def test_a_text_is_measured_to_its_end(mark: str) -> None:
    assert measure(mark * 20_000) == measure(mark * 20_000)


UPDATES = [
    ("INSERT { ?s <x:p> 1 } WHERE { ?s ?p ?o }", "INSERT { ?s <x:p> 1 } USING <x:g> WHERE { ?s ?p ?o }"),
    (
        "DELETE WHERE { ?s <x:p> 'WHERE }' }",
        "DELETE { ?s <x:p> 'WHERE }' } USING <x:g> WHERE { ?s <x:p> 'WHERE }' }",
    ),
    (
        "delete {} insert {} where { { WHERE {} } } ; INSERT {} # WHERE\nWHERE {}",
        "delete {} insert {} USING <x:g> where { { WHERE {} } } ; INSERT {} # WHERE\nUSING <x:g> WHERE {}",
    ),
    (
        "PREFIX where: <x:where> INSERT DATA { where:using where:with '''USING <x:h>''' }",
        "PREFIX where: <x:where> INSERT DATA { where:using where:with '''USING <x:h>''' }",
    ),
]


@pytest.mark.parametrize(("sent", "made"), UPDATES)
def test_the_graphs_of_a_request_are_said_of_each_operation(sent: str, made: str) -> None:
    assert using(sent, ["<x:g>"], []) == made


def test_named_graphs_are_said_so_and_none_change_nothing() -> None:
    assert using("INSERT {} WHERE {}", [], ["<x:g>"]) == "INSERT {} USING NAMED <x:g> WHERE {}"
    assert using("WITH <x:g> INSERT {} WHERE {}", [], []) == "WITH <x:g> INSERT {} WHERE {}"


@pytest.mark.parametrize("word", ["WITH <x:g> INSERT {} WHERE {}", "INSERT {} using named <x:g> WHERE {}"])
def test_graphs_are_named_in_the_request_or_in_the_update(word: str) -> None:
    with pytest.raises(QueryError, match="do one of both"):
        using(word, ["<x:g>"], [])


@pytest.mark.parametrize(
    "said", ["ASK FROM <http://[>{}", "BASE <http://[> ASK FROM <a>{}", "PREFIX a: <//[> ASK FROM a:b{}"]
)
def test_what_is_no_iri_is_told_in_words(said: str) -> None:
    with pytest.raises(QueryError, match="is no IRI"):
        graphs(said, "http://e/")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CLEAR ALL", "CLEAR DEFAULT ; CLEAR NAMED"),
        ("clear silent all ; DROP ALL", "CLEAR DEFAULT ; CLEAR NAMED ; DROP ALL"),
        ("DROP ALL ; CLEAR # all\n ALL", "DROP ALL ; CLEAR DEFAULT ; CLEAR NAMED"),
    ],
)
def test_clearing_all_graphs_is_said_so_that_they_stay(text: str, said: str) -> None:
    assert clearing(text) == said


@pytest.mark.parametrize(
    "text",
    ["DROP ALL", "CLEAR NAMED", "INSERT DATA { <x:CLEAR> <x:ALL> 'CLEAR ALL' }", "CLEAR GRAPH <x:ALL>"],
)
def test_what_clears_no_graphs_at_once_is_left_as_it_is(text: str) -> None:
    assert clearing(text) == text


@pytest.mark.parametrize(
    ("update", "made"),
    [
        ("INSERT DATA { <x:a> <x:b> ';' ; <x:c> 1 } ; DROP ALL", None),
        ("PREFIX a: <x:a> CLEAR ALL ; # PREFIX b: <x:b>\n CLEAR ALL ;", None),
        (
            "PREFIX a: <x:a>\nBASE <x:y>\nCLEAR ALL ;\nprefix b: <x:b> CLEAR ALL ; prefix a: <x:c> CLEAR ALL",
            [
                "PREFIX a: <x:a>\nBASE <x:y>\nCLEAR ALL ",
                "\n\nPREFIX a: <x:a> BASE <x:y> \nprefix b: <x:b> CLEAR ALL ",
                "\n\n\nPREFIX a: <x:a> BASE <x:y> prefix b: <x:b>  prefix a: <x:c> CLEAR ALL",
            ],
        ),
        ("CLEAR ALL ; BASE <x:y>", ["CLEAR ALL ", " BASE <x:y>"]),
    ],
)
def test_an_update_is_made_in_parts_where_something_is_declared_between(
    update: str, made: list[str] | None
) -> None:
    assert list(parts(update)) == (made or [update])
