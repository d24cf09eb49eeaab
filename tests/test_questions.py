import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from rdflib import Graph

from conftest import CASES, ROOT
from qgraph import questions
from qgraph.errors import NotFound, RequestError, SourceError
from qgraph.query import Question as Query
from qgraph.query import Spool, answer
from qgraph.questions import Question
from qgraph.store import in_memory

BASE = "https://tiny.example/"
HEAD = "# title: A\n# question: B?\n# param: {}\nSELECT ?x {{ VALUES ?{} {{ {} }} ?x ?y ?{} }}\n"
KINDS = {
    "text@en": ('"home"@en', '"Home \\" } #"@en', 'Home " } #'),
    "text": ('"home"', '"a"', "a"),
    "language": ('"en"', '"az-Latn"', "az-Latn"),
    "integer": ("5", '"7"^^<http://www.w3.org/2001/XMLSchema#integer>', "7"),
    "year": ("UNDEF", '"2022"^^<http://www.w3.org/2001/XMLSchema#gYear>', "2022"),
    "boolean": ("true", '"false"^^<http://www.w3.org/2001/XMLSchema#boolean>', "false"),
    "iri": ("<urn:x>", "<https://a.example/b>", "https://a.example/b"),
    "thing:film": (f"<{BASE}film/tide>", f"<{BASE}film/harbour>", "film/harbour"),
}
EXAMPLES = {"integer": "5", "year": "2020", "boolean": "true", "iri": "urn:x", "language": "en"}
WRONG = {
    "integer": "many", "year": "soon", "boolean": "perhaps", "iri": "no iri", "language": "?",
    "thing:film": "person/p1aaa",
}  # fmt: skip


def asked(folder: Path, kind: str, value: str) -> Question:
    (folder / "queries").mkdir(exist_ok=True)
    example = EXAMPLES.get(kind, "film/tide" if kind.startswith("thing") else "home")
    declared = f'one, {kind}, such as "{example}": Which one.'
    (folder / "queries" / "asked.rq").write_text(HEAD.format(declared, "one", value, "one"))
    return questions.read(folder)[-1]


def test_a_question_is_read_with_its_header(graph: Path) -> None:
    [question] = questions.read(graph)

    assert question.name == "films"
    assert question.title == "Films and their makers"
    assert question.question == "Which films are there, and who made them?"
    assert "SELECT ?film ?maker" in question.query


@pytest.mark.parametrize("header", ["", "# title: A\n", "# title: A\n# question: No mark\n"])
def test_a_header_without_title_or_question_is_refused(graph: Path, header: str) -> None:
    (graph / "queries" / "bare.rq").write_text(header + "ASK {}")

    with pytest.raises(SourceError, match=r"bare\.rq:1: expected “# title:” and “# question:”"):
        questions.read(graph)


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_of_each_kind_stands_in_the_query_as_a_term(tmp_path: Path, kind: str) -> None:
    default, written, value = KINDS[kind]
    question = asked(tmp_path, kind, default)

    assert f"VALUES ?one {{ {written} }}" in questions.bind(question, {"one": [value]}, BASE)
    assert questions.bind(question, {"one": [""]}, BASE) == question.query
    assert questions.bind(question, {}, BASE) == question.query


@pytest.mark.parametrize("kind", WRONG)
def test_a_value_of_another_kind_is_refused_with_kind_and_example(tmp_path: Path, kind: str) -> None:
    question = asked(tmp_path, kind, "UNDEF")

    with pytest.raises(RequestError, match=r"“one” is “.*”, expected .* such as ") as refused:
        questions.bind(question, {"one": [WRONG[kind]]}, BASE)
    assert refused.value.details["parameter"] == "one"
    assert refused.value.details["kind"] == kind.partition(":")[0]
    assert refused.value.details["example"] == question.parameters[0].example


@pytest.mark.parametrize(
    ("given", "said"),
    [({"two": ["x"]}, "no parameter “two”"), ({"one": ["x", "y"]}, "“one” is given 2 times")],
)
def test_unknown_and_repeated_parameters_are_refused(
    tmp_path: Path, given: dict[str, list[str]], said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        questions.bind(asked(tmp_path, "text", "UNDEF"), given, BASE)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('# param: one, text, such as "x": Said.\nASK { ?s ?p ?one }', "stands in the query"),
        ('# param: format, text, such as "x": Said.\nASK { VALUES ?format { "x" } }', "choose another"),
        ('ASK { VALUES ?one { "x" } ?s ?p ?one }', "declares it"),
        ('# param: one, words, such as "x": Said.\nASK { VALUES ?one { "x" } }', "the kind being one of"),
        ("# param: one, text: Said.\nASK { VALUES ?one { UNDEF } }", "expected “# param:"),
        ('# param: one, year, such as "x": Said.\nASK { VALUES ?one { UNDEF } }', "expected a year"),
        ('# param: one, iri, such as "urn:x": Said.\nASK { VALUES ?one { "x" } }', "stands for an IRI"),
        ('# param: one, text@az, such as "x": Said.\nASK { VALUES ?one { "x"@en } }', "stands for words"),
        ('# param: one, text, such as "x": Said.\nASK {} # VALUES ?one { "x" }', "stands in the query"),
    ],
)
def test_a_header_that_differs_from_its_query_is_refused_at_build(
    graph: Path, run: Callable[..., Result], query: str, said: str
) -> None:
    (graph / "queries" / "odd.rq").write_text(f"# title: A\n# question: B?\n{query}\n")
    built = run("build", "--graph", graph, "--store", graph / "store")

    assert built.exit_code == 1
    assert "odd.rq:3: " in built.output
    assert said in built.output


def test_an_unknown_question_is_told_with_near_ones() -> None:
    with pytest.raises(NotFound, match="no question “film”; there is “films”"):
        questions.named(questions.read(CASES / "tiny"), "film")


def test_a_parameter_is_described_as_json_schema(tmp_path: Path) -> None:
    [one] = asked(tmp_path, "integer", "5").parameters

    assert one.schema() == {"type": "integer", "description": "Which one.", "default": 5, "examples": [5]}


def test_twenty_questions_of_the_graph_can_be_asked_of_something_else() -> None:
    assert sum(bool(one.parameters) for one in questions.read(ROOT)) >= 20


def test_a_bound_query_runs_in_plain_rdflib(tmp_path: Path) -> None:
    data = f'<{BASE}film/tide> <urn:label> "Tide"@en . <{BASE}film/harbour> <urn:label> "Harbour"@en .'
    query = questions.bind(asked(tmp_path, "text@en", "UNDEF"), {"one": ["Tide"]}, BASE)

    assert [str(row.x) for row in Graph().parse(data=data).query(query)] == [f"{BASE}film/tide"]


@pytest.mark.parametrize(
    "value",
    [
        'a"b', "\\", "\\u0022 } #", '"@en } } #', "x\ny", "} SERVICE <http://e.example/> {", "'''", '"""',
        "?x", "\x07", "\U0001f600", "\\uD800", "<urn:x>", "UNDEF",
    ],
)  # fmt: skip
def test_whatever_is_sent_is_one_value(tmp_path: Path, value: str) -> None:
    question = asked(tmp_path, "text@en", "UNDEF")
    text = questions.bind(question, {"one": [value]}, BASE).replace("?x ?y ?one", "")
    with Spool(10_000) as output:
        answer(in_memory(), Query(text.replace("SELECT ?x", "SELECT ?one")), prefixes={}, output=output)
        [row] = json.loads(output.read())["results"]["bindings"]

    assert row["one"] == {"type": "literal", "xml:lang": "en", "value": value}
