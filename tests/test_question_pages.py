"""The pages of questions: sentence, evidence, picture, form, query, samples, citation, versions."""

import html
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient

from conftest import CASES, ROOT, built, quietly, serving
from qgraph import commit, questions
from qgraph.errors import SourceError
from qgraph.portal import pictures
from qgraph.portal.samples import samples
from qgraph.settings import Settings
from qgraph.store import ask, in_memory
from qgraph.web import create_app
from qgraph.web.serve import pool

BROWSER = {"Accept": "text/html"}
HEAD = "PREFIX : <https://tiny.example/ontology#>\nPREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
ASKED = {
    "who": """# title: Who
# question: Who made “{film}”?
# topic: Makers
# answer: {count maker} people made films: [“{film}” by {maker}].
# answer one: “{film}” was made by {maker}, in {length} minutes.
# answer none: Nobody says who made “{film}”.
# picture: flow ?film ?maker
# param: film, text@en, such as "Tide": Only this film.
# param: one, thing:film, such as "film/tide": Only this thing.
# param: most, integer, such as "90": Films of at most so many minutes.
SELECT ?film ?maker ?length WHERE {
  VALUES ?film { UNDEF }
  VALUES ?one { UNDEF }
  VALUES ?most { UNDEF }
  ?one a :Film ; rdfs:label ?film ; :madeBy/rdfs:label ?maker .
  OPTIONAL { ?one :length ?length }
  FILTER (!BOUND(?most) || ?length <= ?most)
}
ORDER BY ?film
""",
    "truth": """# title: Truth
# question: Is there a film?
# topic: Makers
# answer: There is a film.
# answer none: There is none.
ASK { ?x a :Film }
""",
    "plain": "# title: Plain\n# question: Which?\nSELECT ?film { ?film a :Film }\n",
    "graph": "# title: Graph\n# question: Which graph?\nCONSTRUCT { ?x a :Film } WHERE { ?x a :Film }\n",
    "large": "# title: Large\n# question: How large?\nSELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }\n",
    "texts": '# title: Texts\n# question: Which texts?\n# answer: It says: {said}.\n'
    'SELECT ?said ?on ?long ?n { VALUES (?said ?on ?long ?n) { ("<script>x</script>" '
    '"2022-02-22"^^<http://www.w3.org/2001/XMLSchema#date> '
    '"P9Y6M"^^<http://www.w3.org/2001/XMLSchema#duration> 12345) } }\n',
}  # fmt: skip
AWKWARD = "A \"q\" 'p' \\ $HOME `ls` %41 & = # +\n\t\r\u2028 ə İ 😀"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny graph with questions of each kind, in two versions."""
    graph = Path(shutil.copytree(CASES / "tiny", tmp_path_factory.mktemp("asked") / "graph"))
    for name, text in ASKED.items():
        (graph / "queries" / f"{name}.rq").write_text(prefixed(text))
    made = built(graph, tmp_path_factory.mktemp("store"))
    data = graph / "data" / "films.trig"
    data.write_text(data.read_text().replace("film:harbour :length 90", "film:harbour :length 95"))
    commit.build(made, progress=quietly)
    return made


def prefixed(text: str) -> str:
    """Return the question *text* with prefixes below its header."""
    lines = text.splitlines(keepends=True)
    header = [line for line in lines if line.startswith("#")]
    return "".join([*header, HEAD, *lines[len(header) :]])


@pytest.fixture(scope="module")
def asked(settings: Settings) -> Iterator[FlaskClient]:
    with pool(settings) as engine:
        yield create_app(settings, engine).test_client()


def page(client: FlaskClient, path: str) -> str:
    return client.get(path, headers=BROWSER).text


def lead(text: str) -> str:
    """Return the sentence of the answer on the page *text*, without its links."""
    found = re.search(r'<p class="lead"[^>]*>(.*?)</p>', text, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])) if found else ""


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("who", "2 people made films: “Harbour” by Ana Example and “Tide” by Bo Example."),
        ("who?film=Harbour", "“Harbour” was made by Ana Example, in 95 minutes."),
        ("who?film=Tide", "“Tide” was made by Bo Example, in not stated minutes."),
        ("who?film=Ebb", "Nobody says who made “Ebb”."),
        ("truth", "There is a film."),
        ("plain", "The graph has 2 answers, which the table tells."),
        ("graph", "The answer is a graph of 2 statements."),
        ("texts", "It says: <script>x</script>."),
    ],
)
def test_an_answer_is_told_in_a_sentence(asked: FlaskClient, path: str, said: str) -> None:
    assert lead(page(asked, f"/questions/{path}")) == said


def test_the_question_is_told_with_what_is_chosen(asked: FlaskClient) -> None:
    assert "<h1>Who made “Tide”?</h1>" in page(asked, "/questions/who?film=Tide")
    assert "<h1>Who made “&lt;b&gt;”?</h1>" in page(asked, "/questions/who?film=<b>")
    told = page(asked, "/questions/who?film=Tide&one=film/tide")
    assert re.search(r"Only this thing\.</span> <strong><a [^>]*>Tide</a>", told)


def test_no_answer_is_told_as_silence_and_unknown_names_are_named(asked: FlaskClient) -> None:
    told = page(asked, "/questions/who?film=Ebb")

    assert "It does not mean that it is not so." in told
    assert "Nothing in the graph is called “Ebb”." in told
    told = page(asked, "/questions/who?one=film/ebb")
    assert "Nothing in the graph is called “https://tiny.example/film/ebb”." in told
    assert "Nothing in the graph is called" not in page(asked, "/questions/who?film=Tide&most=5")


def test_a_name_that_one_thing_has_leads_to_it(asked: FlaskClient) -> None:
    told = page(asked, "/questions/who?film=Tide")

    assert '<td><a href="/film/tide" title="https://tiny.example/film/tide">Tide</a></td>' in told
    assert '<span class="quiet">not stated</span>' in told


def test_numbers_dates_and_durations_are_written_as_the_language_does(asked: FlaskClient) -> None:
    told = page(asked, "/questions/texts")

    assert '<td class="number">12,345</td>' in told
    assert "February 22, 2022" in told
    assert "9 years and 6 months" in told
    assert "<script>x" not in told


def test_a_field_suggests_values_that_have_an_answer(asked: FlaskClient) -> None:
    told = page(asked, "/questions/who")

    assert 'list="l-film"' in told
    assert '<option value="Harbour">' in told
    assert '<option value="film/tide">Tide</option>' in told
    assert 'list="l-most"' not in told


def test_each_parameter_of_a_column_with_any_name_has_a_query_for_its_values() -> None:
    for question in questions.read(ROOT):
        for parameter in question.parameters:
            ask(in_memory(), questions.choices(question, parameter.name), "https://example.org/")


def test_a_wrong_value_is_told_beside_its_field(asked: FlaskClient) -> None:
    wrong = asked.get("/questions/who?most=many", headers=BROWSER)

    assert wrong.status_code == 400
    assert re.search(r'id="p-most"[^>]* aria-invalid="true" aria-describedby="e-most"', wrong.text)
    assert re.search(r'id="e-most">“most” is “many”, expected a whole number', wrong.text)
    assert 'aria-describedby="e-film"' not in wrong.text


def test_an_answer_too_large_for_a_page_is_told_with_its_downloads(asked: FlaskClient) -> None:
    large = asked.get("/questions/large", headers=BROWSER)

    assert large.status_code in (413, 504)
    assert "Too large" in large.text or "Stopped at the deadline" in large.text
    assert "/questions/large?format=csv" in large.text


def test_a_former_answer_says_whether_it_still_holds(asked: FlaskClient) -> None:
    assert "The answer in force today is the same." in page(asked, "/questions/plain?version=1")
    other = page(asked, "/questions/who?film=Harbour&version=1")
    assert "in 90 minutes" in lead(other)
    assert "The answer in force today is another. Rows today: 1; rows in this one: 1." in other
    assert "/questions/who?film=Harbour&amp;version=1&amp;format=csv" in other
    assert "in force today" not in page(asked, "/questions/plain")


def test_questions_stand_by_topic_with_a_way_to_each(asked: FlaskClient) -> None:
    told = page(asked, "/questions/?version=1")

    assert told.index(">Makers</h2>") < told.index(">Others</h2>") < told.index("Films and their makers</a>")
    assert '<a href="#topic-2">Others</a>' in told
    assert '<a href="/questions/who?version=1">Who</a>' in told


def test_a_page_is_cited_with_what_is_chosen(asked: FlaskClient) -> None:
    cited = asked.get("/questions/who?film=Tide&cite=csl").json[0]

    assert cited["title"] == "Who made “Tide”?"
    assert cited["URL"].endswith("/questions/who?film=Tide&version=2")
    assert asked.get("/questions/who?cite=word").status_code == 400


def test_the_query_is_shown_as_it_was_asked_and_opens_in_the_query_page(asked: FlaskClient) -> None:
    told = html.unescape(page(asked, "/questions/who?film=Tide"))

    assert 'VALUES ?film { "Tide"@en }' in told
    assert "# answer:" not in told
    [query] = re.findall(r'href="/sparql\?query=([^"]+)"', told)
    assert quote('VALUES ?film { "Tide"@en }') in query


def test_a_picture_is_drawn_with_links_and_told_in_words(asked: FlaskClient) -> None:
    told = page(asked, "/questions/who")

    assert "<figcaption>A line leads from each “Film” to each “Maker”" in told
    assert re.search(r'<a href="/film/tide"><text [^>]*>Tide</text></a>', told)
    assert len(re.findall(r'<path d="M', told)) == 2
    assert "<svg" not in page(asked, "/questions/plain")


def test_what_would_be_unreadable_is_not_drawn() -> None:
    cells = [({"text": f"a{n}"}, {"text": "b"}) for n in range(pictures.MOST + 1)]

    assert pictures.drawn("flow", cells) == {}
    assert pictures.drawn("bars", []) == {}
    assert all(pictures.drawn(kind, cells[:3])["texts"] for kind in pictures.KINDS)


def test_bars_are_as_long_as_numbers_or_as_what_differs() -> None:
    counted = pictures.drawn("bars", [({"text": "a"}, {"text": one}) for one in "xxy"])
    numbers = pictures.drawn("bars", [({"text": "a"}, {"text": "7", "kind": "number"})])

    assert [one["cell"]["text"] for one in counted["texts"]] == ["a", "2"]
    assert [one["cell"]["text"] for one in numbers["texts"]] == ["a", "7"]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("# answer: {nobody} did it.\n", "names “nobody”, which is no variable of the query"),
        ("# picture: pie ?film ?maker\n", "there is bars, matrix, flow and timeline"),
        ("# picture: bars ?film ?who\n", "names “who”, which is no variable"),
    ],
)
def test_a_header_that_names_what_is_not_there_is_refused(graph: Path, header: str, said: str) -> None:
    query = graph / "queries" / "films.rq"
    query.write_text(query.read_text().replace("PREFIX :", header + "PREFIX :", 1))

    with pytest.raises(SourceError, match=re.escape(said)):
        questions.read(graph)


def test_every_question_of_the_graph_has_a_topic_and_tells_its_answer() -> None:
    for one in questions.read(ROOT):
        assert one.topic, one.name
        assert one.answers[0], one.name
        assert not any(parameter.default and not one.answers[2] for parameter in one.parameters), one.name


@pytest.fixture(scope="module")
def running(settings: Settings) -> Iterator[str]:
    with serving(settings.graph, settings.store, "--query-timeout", "2") as address:
        yield address


def run(program: list[str], text: str) -> str:
    return subprocess.run(program, input=text, capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.mark.parametrize("film", ["Tide", AWKWARD])
def test_samples_run_as_they_stand(running: str, node: str, rscript: str, film: str) -> None:
    told = samples(f"{running}/questions/who", {"film": film}, "rows")
    answers = {
        "curl": run(["bash"], told["curl"]),
        "Python": run([sys.executable, "-"], told["Python"]),
        "JavaScript": run([node, "--input-type=module"], told["JavaScript"]),
        "R": run([rscript, "-"], told["R"]),
    }

    assert {name for name, one in answers.items() if "Bo Example" in one} == (
        set(answers) if film == "Tide" else set()
    )


@pytest.mark.parametrize("language", ["Python", "JavaScript"])
def test_a_sample_holds_exactly_what_is_chosen(node: str, language: str) -> None:
    literal = re.search(
        r'"film": (".*"),\n', samples("http://a.example", {"film": AWKWARD}, "rows")[language]
    )
    assert literal
    program = {
        "Python": ([sys.executable, "-"], f"import json\nprint(json.dumps({literal[1]}))"),
        "JavaScript": ([node, "--input-type=module"], f"console.log(JSON.stringify({literal[1]}))"),
    }[language]

    assert json.loads(run(*program)) == AWKWARD


def test_a_sample_in_r_quotes_by_the_rules_of_r() -> None:
    told = samples("http://a.example", {"film": AWKWARD}, "rows")["R"]

    assert r'"film" = "A \"q\" ' in told
    assert r"\\ $HOME `ls` %41" in told
    assert r"\u000a\u0009\u000d\u2028 ə İ 😀" in told
    assert "repeated = TRUE" in told
    assert (
        urlencode({"film": AWKWARD}, quote_via=quote)
        in samples("http://a", {"film": AWKWARD}, "rows")["curl"]
    )
