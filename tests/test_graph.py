"""The graph that ships: right answers, the same in other people's tools."""

import csv
import io
import json
import re
import tomllib
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Dataset, Graph

from conftest import CASES, ROOT, quietly, serving
from qgraph import commit, questions, versions
from qgraph.export import export
from qgraph.formats import BY_NAME
from qgraph.passages import digest_of
from qgraph.settings import Settings
from qgraph.store import select, text_of

QUESTIONS = {one.name: one for one in questions.read(ROOT)}
ASKING_EVIDENCE = [name for name, one in QUESTIONS.items() if re.search(r"\bGRAPH\b", one.query)]
ASKING_FACTS = [name for name in QUESTIONS if name not in ASKING_EVIDENCE]
Rows = list[tuple[str, ...]]


@pytest.fixture(scope="module")
def endpoint(real: Settings) -> Iterator[str]:
    with serving(real.graph, real.store) as address:
        yield address + "/sparql?"


def over_http(endpoint: str, query: str) -> Rows:
    parameters = urllib.parse.urlencode({"query": query, "format": "csv"})
    with urllib.request.urlopen(endpoint + parameters) as answer:
        return [tuple(row) for row in csv.reader(io.TextIOWrapper(answer, "utf-8", newline=""))][1:]


def exported(settings: Settings, syntax: str) -> bytes:
    version = versions.describe(settings.store, 1)
    return export(versions.open_version(settings.store, 1), version, BY_NAME[syntax])


@pytest.fixture(scope="module")
def plain(real: Settings) -> dict[str, Graph]:
    """The exports as plain rdflib reads them."""
    dataset = Dataset()
    dataset.parse(data=exported(real, "trig"), format="trig")
    return {
        "turtle": Graph().parse(data=exported(real, "turtle"), format="turtle"),
        "jsonld": Graph().parse(data=exported(real, "jsonld"), format="json-ld"),
        "trig": dataset,
    }


def in_rdflib(graph: Graph, query: str) -> Rows:
    return [tuple("" if term is None else str(term) for term in row) for row in graph.query(query)]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_has_exactly_the_expected_answer(endpoint: str, name: str) -> None:
    with (CASES / "questions" / name / "graph.csv").open(encoding="utf-8", newline="") as file:
        expected = [tuple(row) for row in csv.reader(file)][1:]

    assert expected
    assert over_http(endpoint, QUESTIONS[name].query) == expected


@pytest.mark.parametrize("name", ASKING_FACTS)
@pytest.mark.parametrize("syntax", ["turtle", "jsonld"])
def test_plain_rdflib_gives_the_same_rows_from_an_export(
    plain: dict[str, Graph], endpoint: str, name: str, syntax: str
) -> None:
    query = QUESTIONS[name].query

    assert Counter(in_rdflib(plain[syntax], query)) == Counter(over_http(endpoint, query))


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_plain_dataset_gives_the_same_rows_from_the_trig_export(
    plain: dict[str, Graph], endpoint: str, name: str
) -> None:
    query = QUESTIONS[name].query

    assert Counter(in_rdflib(plain["trig"], query)) == Counter(over_http(endpoint, query))


@pytest.mark.parametrize("name", ASKING_EVIDENCE)
def test_each_row_of_an_answer_with_evidence_says_where_it_stands(name: str) -> None:
    with (CASES / "questions" / name / "graph.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert "#char=" in row["passage"]


def test_only_lists_of_our_own_ask_facts_without_their_evidence() -> None:
    assert ASKING_FACTS == ["films-and-makers", "films-at-festivals", "places-and-countries"]


def test_there_are_questions_of_both_kinds_and_ten_of_the_competency_questions() -> None:
    assert len(ASKING_EVIDENCE) >= 3
    assert len(QUESTIONS) >= 10


def test_ten_films_are_counted(endpoint: str) -> None:
    query = """PREFIX : <https://w3id.org/qgraph/ontology#>
    SELECT (COUNT(DISTINCT ?f) AS ?n) { ?f a :Film }"""

    assert over_http(endpoint, query) == [("10",)]


def test_a_passage_leads_to_its_place_in_the_source(endpoint: str) -> None:
    page = endpoint.removesuffix("/sparql?") + "/source/gv-2025"
    request = urllib.request.Request(page, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request) as answer:
        shown = answer.read().decode()

    assert re.search(r'<li id="char=5358,5423">\s*<p class="place"><a [^<]*>paragraph 14, sentence 2', shown)
    starts = [int(start) for start in re.findall(r'id="char=(\d+)', shown)]
    assert starts == sorted(starts)
    assert len(starts) > 50


def test_a_page_says_first_what_it_tells_of_and_where_help_is_found(endpoint: str) -> None:
    page = endpoint.removesuffix("/sparql?") + "/event/suicide-of-isa-shahmarli"
    request = urllib.request.Request(page, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request) as answer:
        shown = answer.read().decode()

    assert (
        shown.index("tells of a suicide</a>") < shown.index("Where help is found") < shown.index('id="facts"')
    )
    assert '<a href="https://findahelpline.com/" rel="noreferrer">' in shown


def asked(settings: Settings, query: str) -> Rows:
    version = versions.describe(settings.store, 1)
    rows = select(versions.open_version(settings.store, 1), query, version.base)
    return [tuple(text_of(row[variable]) for variable in rows.variables) for row in rows]


CORE = "PREFIX core: <https://w3id.org/qgraph/core#> PREFIX : <https://w3id.org/qgraph/ontology#> "


def test_nothing_is_found_fault_with(real: Settings) -> None:
    assert commit.validate(real, progress=quietly).findings == []


def test_a_second_build_has_the_same_digest(real: Settings, tmp_path: Path) -> None:
    again = commit.build(Settings(graph=real.graph, store=tmp_path), progress=quietly)

    assert again.digest == versions.describe(real.store, 1).digest


def test_every_fact_is_in_evidence_or_inferred(real: Settings) -> None:
    query = """SELECT ?s ?p ?o { ?s ?p ?o
      FILTER NOT EXISTS { ?s a core:Evidence } FILTER NOT EXISTS { ?s a core:Passage }
      FILTER NOT EXISTS { ?s a core:Source } FILTER (?s != <graph/inferred>)
      FILTER NOT EXISTS { GRAPH <graph/inferred> { ?s ?p ?o } }
      FILTER NOT EXISTS { GRAPH <graph/ontology> { ?s ?p ?o } }  # what is said of the graph itself
      FILTER NOT EXISTS { ?e a core:Evidence . GRAPH ?e { ?s ?p ?o } } }"""

    assert asked(real, CORE + query) == []


def test_the_sources_words_are_told_apart(real: Settings) -> None:
    directed = asked(
        real,
        CORE + "SELECT ?f { GRAPH ?e { ?c :film ?f ; :role <role/director> } ?e core:stated core:Explicit }",
    )

    assert sorted(row[0].rpartition("/")[2] for row in directed) == [
        "a-and-24-others",
        "anyone-from-istanbul",
        "leave-the-room-make-a-mistake",
        "my-name-is-intigam",
    ]


def test_there_is_a_reported_claim_that_is_no_fact(real: Settings) -> None:
    reported = asked(real, CORE + "SELECT ?s ?p ?o { ?e a core:Reported . GRAPH ?e { ?s ?p ?o } }")

    assert reported
    for subject, predicate, value in reported:
        assert asked(real, f"SELECT ?x {{ BIND(1 AS ?x) <{subject}> <{predicate}> <{value}> }}") == []


def test_general_knowledge_names_its_own_source(real: Settings) -> None:
    query = """SELECT ?record {
      GRAPH ?e { <place/baku> :partOf <place/azerbaijan> }
      ?e core:record ?record ; core:voice core:Reference }"""

    assert asked(real, CORE + query) == [("https://www.geonames.org/587084/",)]


def test_a_bounded_figure_has_no_plain_value(real: Settings) -> None:
    figures = asked(real, CORE + "SELECT ?f { ?f a :StatisticalObservation ; :lowerBound ?n }")

    assert figures
    assert asked(real, CORE + "SELECT ?f { ?f :lowerBound ?n ; :value ?v }") == []


def test_every_passage_stands_in_the_article(real: Settings, article: Path) -> None:
    assert commit.check_passages(real, article.read_text(encoding="utf-8")).findings == []


def own_files() -> list[Path]:
    folders = ("ontology", "shapes", "data", "queries", "docs", "src", "tests", "benchmarks")
    kinds = {".ttl", ".trig", ".rq", ".md", ".py", ".csv", ".html", ".json"}
    return [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in kinds and "__pycache__" not in path.parts
    ]


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs_of(words: list[str], length: int = 7) -> set[str]:
    return {" ".join(words[at : at + length]) for at in range(len(words) - length + 1)}


def test_no_sentence_of_the_article_is_copied(article: Path) -> None:
    """Seven words in a row are a copy, unless titles and names are among them."""
    text = " ".join(words_of(article.read_text(encoding="utf-8")))
    data = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "data").rglob("*.trig"))
    for name in sorted(re.findall(r'(?:label|publishedAs) "([^"]+)"', data), key=len, reverse=True):
        if name != name.lower():
            text = text.replace(" ".join(words_of(name)), "|")
    runs = {run for run in runs_of(text.split()) if "|" not in run}

    assert len(runs) > 1000
    for path in own_files():
        assert runs_of(words_of(path.read_text(encoding="utf-8"))) & runs == set(), path


def test_the_digest_of_the_source_is_that_of_the_text_read(real: Settings, article: Path) -> None:
    [(length,)] = asked(real, CORE + "SELECT ?length { <source/gv-2025> core:length ?length }")

    assert int(length) == len(article.read_text(encoding="utf-8"))
    assert digest_of("a") != digest_of("b")


def test_the_licences_are_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["license"] == "Apache-2.0 AND CC-BY-4.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert "Attribution 4.0 International" in (ROOT / "LICENSE-DATA").read_text()
    assert json.dumps(project["license-files"]) == '["LICENSE", "LICENSE-DATA"]'
