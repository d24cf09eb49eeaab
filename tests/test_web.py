"""The Flask app: pages for people, problems for programs."""

import json
import re

import pytest
from flask.testing import FlaskClient

from qgraph.engine import Pool, Reply, Task
from qgraph.errors import QgraphError, Refused
from qgraph.findings import Report
from qgraph.settings import Settings
from qgraph.web import create_app
from qgraph.web.errors import STATUS, problem
from qgraph.web.serve import pool

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}
QUERY = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?film ?l { ?film a <https://tiny.example/ontology#Film> ; rdfs:label ?l } ORDER BY ?l"""


def test_the_first_page_names_the_graph_and_its_questions(client: FlaskClient) -> None:
    page = client.get("/", headers=BROWSER).text

    assert "<h1>A tiny graph</h1>" in page
    assert "Two invented films, for tests." in page
    assert '<a href="/questions/films">Which films are there, and who made them?</a>' in page


def test_a_browser_gets_a_table_with_labels_and_links(client: FlaskClient) -> None:
    page = client.get("/sparql", query_string={"query": QUERY}, headers=BROWSER)

    assert page.mimetype == "text/html"
    assert '<a href="/film/harbour" title="https://tiny.example/film/harbour">Harbour</a>' in page.text
    assert page.text.count("<tr>") == 3


def test_an_answer_too_large_for_a_page_is_told_so_and_where_to_have_it(client: FlaskClient) -> None:
    query = "SELECT * { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?t ?q ?o } }"
    page = client.get("/sparql", query_string={"query": query}, headers=BROWSER)

    assert page.status_code == 413
    assert page.mimetype == "text/html"
    assert "ask with format=csv" in page.text
    assert (
        client.get("/sparql", query_string={"query": query, "format": "csv"}, headers=BROWSER).status_code
        == 200
    )


def test_a_wide_table_shows_fewer_rows(client: FlaskClient) -> None:
    variables = " ".join(f"?v{number}" for number in range(1000))
    query = f"SELECT {variables} {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT 50"
    page = client.get("/sparql", query_string={"query": query}, headers=BROWSER)

    assert "20 of 50 rows are shown" in page.text


def test_a_query_of_a_page_counts_as_one_of_its_reader(tiny: Settings) -> None:
    clients = set()

    class Noting(Pool):
        def ask(self, task: Task, client: str = "") -> Reply:
            clients.add(client)
            return super().ask(task, client)

    with pool(tiny) as engine:
        noting = Noting(tiny, engine.folder, ended=engine.ended, loop=engine.loop)
        app = create_app(tiny, noting).test_client()
        app.get(
            "/sparql",
            query_string={"query": QUERY},
            headers=BROWSER,
            environ_base={"REMOTE_ADDR": "192.0.2.7"},
        )
        engine.loop.call_soon_threadsafe(noting.close)

    assert clients == {"192.0.2.7"}


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("ASK {}", "yes"),
        ("ASK { <x:y> ?p ?o }", "no"),
        ("SELECT ?x { VALUES ?x { UNDEF '<b>&' } }", "&lt;b&gt;&amp;"),
        ("CONSTRUCT WHERE { ?s <https://tiny.example/ontology#length> ?o }", "film:harbour :length 90"),
        ("SELECT * { <x:y> ?p ?o }", "no rows"),
        ("SELECT * { VALUES ?s { <x:y> <urn:a> } }", 'title="urn:a">urn:a'),
        ("SELECT (TRIPLE(<x:a>, <x:b>, 'c') AS ?t) {}", "x:b"),
        ("SELECT * { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?t ?q ?o } } LIMIT 600", "500 of 600"),
    ],
)
def test_every_kind_of_answer_has_its_page(client: FlaskClient, query: str, shown: str) -> None:
    page = client.get("/sparql", query_string={"query": query}, headers=BROWSER)

    assert page.status_code == 200
    assert shown in page.text


def test_a_faulty_query_keeps_its_text_and_is_told_in_words(client: FlaskClient) -> None:
    page = client.get("/sparql", query_string={"query": "SELECT <script>"}, headers=BROWSER)

    assert page.status_code == 400
    assert "line 1, column" in page.text
    assert "SELECT &lt;script&gt;</textarea>" in page.text


def test_the_query_page_is_there_without_a_query(client: FlaskClient) -> None:
    assert "A query in SPARQL 1.1" in client.get("/sparql", headers=BROWSER).text


def test_a_download_from_the_form_is_data(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": QUERY, "format": "csv"}, headers=BROWSER)

    assert (
        answer.text
        == "film,l\r\nhttps://tiny.example/film/harbour,Harbour\r\nhttps://tiny.example/film/tide,Tide\r\n"
    )


def test_a_question_shows_its_answer(client: FlaskClient) -> None:
    page = client.get("/questions/films", headers=BROWSER).text

    assert "<h1>Which films are there, and who made them?</h1>" in page
    assert re.search(r">Harbour</a></td><td><a [^>]*>Ana Example</a>", page)


def test_a_thing_shows_its_facts_with_who_says_so(client: FlaskClient) -> None:
    page = client.get("/film/harbour", headers=BROWSER, follow_redirects=True).text

    assert "<h1>Harbour</h1>" in page
    assert '<a href="/person/p1aaa" title="https://tiny.example/person/p1aaa">Ana Example</a>' in page
    assert '<a href="/evidence/leaflet/p1-1">evidence p1-1</a>' in page
    assert "inferred" in page
    assert "<strong>reported</strong>" in page


def test_evidence_and_sources_have_pages(client: FlaskClient) -> None:
    assert ">editor</a>" in client.get("/evidence/leaflet/p1-1", headers=BROWSER).text
    assert "A leaflet that nobody printed" in client.get("/source/leaflet.html").text


@pytest.mark.parametrize("path", ["/nothing", "/film/nothing", "/questions/nothing", "/film/%3Cscript%3E"])
def test_what_is_not_there_is_told_to_people_and_programs(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers=BROWSER)
    data = client.get(path, headers={"Accept": "application/json"})

    assert (page.status_code, data.status_code) == (404, 404)
    assert page.mimetype == "text/html"
    assert "<script>" not in page.text
    assert data.mimetype == "application/problem+json"
    assert data.json["status"] == 404


def test_health_names_the_version(client: FlaskClient) -> None:
    assert client.get("/health").json.items() >= {"status": "ok", "version": 1}.items()


def test_the_protocol_is_there_without_the_front(client: FlaskClient) -> None:
    answer = client.post("/sparql", data={"query": "ASK {}"})

    assert json.loads(answer.data) == {"head": {}, "boolean": True}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert client.options("/sparql").status_code == 204
    assert client.put("/sparql").status_code == 405


def test_graphs_are_read_without_the_front(client: FlaskClient) -> None:
    answer = client.get("/graphs?default", headers={"Accept": "application/n-triples"})

    assert answer.content_length == len(answer.data)
    assert b"film/tide" in answer.data


def test_a_body_over_the_limit_is_refused(client: FlaskClient) -> None:
    assert client.post("/sparql", data={"query": "x" * 2_000_000}).status_code == 413


def test_pages_ask_nobody_else_for_anything(client: FlaskClient) -> None:
    answer = client.get("/", headers=BROWSER)

    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r'<(?!a )[^>]*(src|href)="https?:', answer.text)


def test_every_error_has_a_status_and_a_sentence() -> None:
    for error, status in STATUS.items():
        told = problem(Refused("This is why.", Report()) if error is Refused else error("This is why."))
        assert (told.status, told.body["detail"]) == (status, "This is why.")


def test_an_error_of_ours_tells_no_inner_matters() -> None:
    told = problem(QgraphError("/secret/path"))

    assert told.status == 500
    assert "secret" not in str(told.body)
