"""The query page: it works bare, leads to an address, says what is wrong and where; and its editor."""

import html
import json
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from browsers import looking, walk
from qgraph import faults
from qgraph.engine import Pool, Reply, Task
from qgraph.errors import Overloaded, ProcessDied, QgraphError, QuerySyntaxError, TooManyQueries
from qgraph.settings import Settings
from qgraph.store import ask, in_memory
from qgraph.web import create_app
from qgraph.web.serve import pool
from test_engine import KILLER

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}
FILMS = "SELECT ?film { ?film a <https://tiny.example/ontology#Film> } ORDER BY ?film"
LONG = FILMS + "\n#" + "x" * 9_000
LARGE = f'SELECT ?long {{ GRAPH ?g {{ ?s ?p ?o }} BIND("{"x" * 5_000}" AS ?long) }} LIMIT 300'


def asked(client: FlaskClient, query: str, **more: str) -> str:
    return client.get("/sparql", query_string={"query": query, **more}, headers=BROWSER).text


def hrefs(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'href="([^"]*)"', page)]


# Without a script


def test_a_query_from_the_form_leads_to_its_address(client: FlaskClient) -> None:
    sent = client.post("/sparql?version=1", data={"query": "ASK {\r\n}"}, headers=BROWSER)
    there = urlsplit(sent.headers["Location"])

    assert sent.status_code == 303
    assert (there.netloc, there.path) == ("", "/sparql")
    assert parse_qs(there.query) == {"query": ["ASK {\n}"], "version": ["1"]}
    assert "yes" in client.get(sent.headers["Location"], headers=BROWSER).text


def test_a_query_too_long_for_an_address_is_answered_at_once(client: FlaskClient) -> None:
    page = client.post("/sparql", data={"query": LONG}, headers=BROWSER)
    whole = re.search(r'type="hidden" name="query" value="([^"]*)"', page.text)

    assert page.status_code == 200
    assert "2 rows" in page.text
    assert "too long for a link" in page.text
    assert whole
    assert html.unescape(whole[1]) == LONG
    assert '<button name="format" value="tsv">' in page.text


def test_a_query_is_data_for_who_asks_for_data(client: FlaskClient) -> None:
    by_program = client.post("/sparql", data={"query": FILMS})
    by_button = client.post("/sparql", data={"query": LONG, "format": "csv"}, headers=BROWSER)

    assert by_program.mimetype == "application/sparql-results+json"
    assert by_button.text.splitlines()[0] == "film"


def test_an_update_is_no_query_of_a_person(client: FlaskClient) -> None:
    for path, data in (("/sparql", {"update": "CLEAR ALL"}), ("/sparql?update=CLEAR+ALL", {"a": ""})):
        assert client.post(path, data=data, headers=BROWSER).status_code == 401


def test_the_form_and_all_links_keep_the_version_and_the_graphs(client: FlaskClient) -> None:
    graph = "https://tiny.example/graph/asserted"
    page = asked(client, FILMS, version="1", **{"default-graph-uri": graph})
    links = [parse_qs(urlsplit(one).query) for one in hrefs(page) if one.startswith("/sparql?query=")]

    assert f'action="{html.escape("/sparql?version=1&default-graph-uri=")}' in page
    told = {"query": [FILMS], "default-graph-uri": [graph]}
    assert links.pop(0) == told  # to what is in force now
    assert len(links) == 5
    assert all(one.items() >= (told | {"version": ["1"]}).items() for one in links)


def test_a_form_in_another_language_leads_back_to_it(tiny: Settings) -> None:
    settings = replace(tiny, languages="en,az")
    with pool(settings) as engine:
        client = create_app(settings, engine).test_client()
        form = client.get("/az/sparql", headers=BROWSER).text
        sent = client.post("/sparql", data={"query": "ASK {}", "language": "az"}, headers=BROWSER)
        long = {"query": f"ASK {{}} #{'x' * 9_000}", "language": "az"}
        stays = client.post("/sparql", data=long, headers=BROWSER)
        strange = client.post("/sparql", data={"query": "ASK {}", "language": "/x.example"}, headers=BROWSER)

    assert '<input type="hidden" name="language" value="az">' in form
    assert sent.headers["Location"].startswith("/az/sparql?query=")
    assert (stays.status_code, '<html lang="az"' in stays.text) == (200, True)
    assert strange.headers["Location"].startswith("/sparql?query=")


def test_the_graphs_that_an_address_names_are_those_asked(client: FlaskClient) -> None:
    named = {"default-graph-uri": "https://tiny.example/graph/shapes"}

    assert "no rows" in asked(client, FILMS, **named)


@pytest.mark.parametrize(
    ("query", "formats"),
    [
        (FILMS, ["json", "xml", "csv", "tsv"]),
        ("ASK {}", ["json", "xml", "csv", "tsv"]),
        ("CONSTRUCT WHERE { ?s a ?o }", ["turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads"]),
    ],
)
def test_each_download_is_there_in_its_format(client: FlaskClient, query: str, formats: list[str]) -> None:
    links = [one for one in hrefs(asked(client, query)) if "format=" in one]

    assert [parse_qs(urlsplit(one).query)["format"][0] for one in links] == formats
    assert all(client.get(one, headers=BROWSER).status_code == 200 for one in links)


def test_a_link_to_a_query_names_the_version_that_answered(client: FlaskClient) -> None:
    page = asked(client, FILMS)

    assert "Link to this query in version 1" in page
    assert any(one.endswith("&version=1") for one in hrefs(page))


def test_an_example_is_put_into_the_form_and_not_asked(client: FlaskClient) -> None:
    page = client.get("/sparql?question=films", headers=BROWSER).text

    assert "SELECT" in page.partition("<textarea")[2]
    assert 'id="answer"' not in page
    assert client.get("/sparql?question=fims", headers=BROWSER).status_code == 404


def test_script_in_a_query_or_a_parameter_is_text(client: FlaskClient) -> None:
    page = asked(client, "SELECT </textarea><script>")
    other = asked(client, "ASK {}", version='"><script>')

    assert "<script>" not in page + other
    assert "<mark>&lt;/textarea&gt;</mark>&lt;script&gt;" in page
    assert "&#34;&gt;&lt;script&gt;" in other


# What is wrong, and where


def place(query: str) -> tuple[object, object, str]:
    """Return the line, the column and the words at which *query* is said to go wrong."""
    with pytest.raises(QuerySyntaxError) as refused:
        ask(in_memory(), query)
    told = faults.placed(query, refused.value)
    line, column, length = (int(str(told.details[one])) for one in ("line", "column", "length"))
    marked = query.split("\n")[line - 1][column - 1 : column - 1 + length]
    return line, column, f"{marked}|{str(told).rpartition('”: ')[2]}"


@pytest.mark.parametrize(
    ("query", "where", "said"),
    [
        ("SELECT * WHERE {\n  ?s ?p ?o .\n", (2, 13), "|the query ends too early: the “{” of line 1 is not"),
        ("SELECT * {\n ?s x:y ?o }", (2, 5), "x:y|the prefix “x:” is not declared."),
        ("PREFIX x: <x:>\nSELECT * { ?s x:y 1 ; :z 2 }", (2, 23), ":z|the prefix “:” is not declared."),
        ("SELEC * { ?s ?p ?o }", (1, 1), "SELEC|“SELEC” is no word of SPARQL; there is SELECT."),
        ("PREFIX x: <x:>\ninsert DATA { x:a x:b 1 }", (2, 1), "insert|“insert” begins an update, and only"),
        ("SELECT * {\n ?s ?p ?o .\n FILTR(?o > 3) }", (3, 2), "FILTR|“FILTR” is no word of SPARQL"),
        ("SELECT * { ?s ?p ?o }\nORDR BY ?s", (2, 1), "ORDR|“ORDR” is no word of SPARQL; there is ORDER."),
        ("SELECT * {\n ?a ?b .\n ?c ?d ?e }", (2, 8), ".|“.” does not fit here."),
        ("SELECT * { ?s ?p ?o }\n}", (2, 1), "}|“}” does not fit here."),
        ('SELECT * {\n ?s ?p "abc .\n ?a ?b 1 }', (2, 8), '"abc .|this text is not closed'),
        ("# not { here\nSELECT * { ?s ?p <x:a b> }", (2, 18), "<x:a b>|"),
        ("SELECT (COUNT(?s) ?n) { ?s ?p ?o }", (1, 19), "?n|"),
        ("SELECT ?x (SUM(?y) AS ?t) { ?x ?p ?y }", (1, 1), "SELECT|The SELECT contains a variable"),
    ],
)
def test_a_fault_has_its_place(query: str, where: tuple[int, int], said: str) -> None:
    line, column, words = place(query)

    assert (line, column) == where
    assert words.startswith(said)


def test_a_text_too_long_to_be_looked_through_keeps_the_place_of_the_engine() -> None:
    query = "SELECT * { ?s ?p }" + "#" * faults.LONGEST
    with pytest.raises(QuerySyntaxError) as refused:
        ask(in_memory(), query)

    assert faults.placed(query, refused.value) is refused.value


def test_a_fault_is_marked_in_its_line(client: FlaskClient) -> None:
    page = asked(client, "SELECT * {\n  ?s x:y ?o .\n}")

    assert "<code>  ?s <mark>x:y</mark> ?o .</code>" in page
    assert "line 2, column 6" in page
    assert 'data-line="2" data-column="6" data-length="3"' in page
    assert 'aria-invalid="true"' in page


def test_a_deadline_is_told_as_one(client: FlaskClient) -> None:
    page = client.get("/sparql", query_string={"query": KILLER}, headers=BROWSER)

    assert page.status_code == 504
    assert "stopped after 2 seconds" in page.text
    assert "This is no answer" in page.text
    assert "no rows" not in page.text
    assert KILLER in page.text


def test_an_answer_too_large_for_the_page_is_there_as_a_file(client: FlaskClient) -> None:
    page = client.get("/sparql", query_string={"query": LARGE}, headers=BROWSER)
    links = [one for one in hrefs(page.text) if "format=csv" in one]

    assert page.status_code == 413
    assert client.get(links[0], headers=BROWSER).status_code == 200


@pytest.mark.parametrize(
    ("error", "status"),
    [(Overloaded("Busy."), 503), (TooManyQueries("Wait."), 429), (ProcessDied("It broke."), 400)],
)
def test_what_is_no_fault_of_the_text_keeps_it(tiny: Settings, error: QgraphError, status: int) -> None:
    class Refusing(Pool):
        def ask(self, task: Task, client: str = "") -> Reply:
            if task.name == "query":
                raise error
            return super().ask(task, client)

    with pool(tiny) as engine:
        refusing = Refusing(tiny, engine.folder, ended=engine.ended, loop=engine.loop)
        page = asked_of(create_app(tiny, refusing).test_client(), FILMS)
        engine.loop.call_soon_threadsafe(refusing.close)

    assert page[0] == status
    assert page[1] == ("" if status == 400 else "5")
    assert f"\n{html.escape(FILMS)}</textarea>" in page[2]
    assert str(error) in page[2]


def asked_of(client: FlaskClient, query: str) -> tuple[int, str, str]:
    page = client.get("/sparql", query_string={"query": query}, headers=BROWSER)
    return page.status_code, page.headers.get("Retry-After", ""), page.text


# What the editor proposes


def test_the_words_of_the_ontology_are_there_with_what_they_mean(client: FlaskClient) -> None:
    answer = client.get("/sparql/completions.json?version=1")
    terms = {one["name"]: one for one in answer.json["terms"]}

    assert answer.headers["ETag"]
    assert answer.json["prefixes"][""] == "https://tiny.example/ontology#"
    assert answer.json["prefixes"]["xsd"] == "http://www.w3.org/2001/XMLSchema#"
    assert (terms[":Film"]["kind"], terms[":madeBy"]["kind"]) == ("class", "property")
    assert terms[":Film"]["label"]["text"] == "film"
    assert terms[":Film"]["definition"]["text"].endswith(".")


# In a browser


def write(page: Page, text: str) -> None:
    """Put *text* in place of the query, as somebody types it."""
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type(text)


def test_a_query_is_written_with_help_and_asked_by_the_keyboard(browser: Browser, address: str) -> None:
    with looking(browser, address) as page:
        page.goto("/sparql")
        write(page, "SELECT * { ?s a film")
        page.get_by_role("option", name=":Film").wait_for()
        page.wait_for_timeout(100)  # in which a proposal cannot be taken by chance
        page.keyboard.press("Enter")
        page.keyboard.type(" }")
        page.keyboard.press("Control+Enter")
        page.get_by_role("heading", name="Answer").wait_for()

        written = "PREFIX : <https://tiny.example/ontology#>\nSELECT * { ?s a :Film }"
        assert parse_qs(urlsplit(page.url).query)["query"] == [written]
        assert page.get_by_role("link", name="Harbour").is_visible()
        assert page.get_by_role("textbox", name="A query in SPARQL 1.1").inner_text().startswith("PREFIX")


def test_what_was_written_is_there_after_going_back(browser: Browser, address: str) -> None:
    with looking(browser, address) as page:
        page.goto("/sparql")
        write(page, "ASK { ?not ?yet ?asked }")
        page.goto("/questions/")
        page.go_back()
        page.locator(".cm-content").wait_for()

        assert page.locator(".cm-content").inner_text() == "ASK { ?not ?yet ?asked }"


def test_a_fault_is_underlined_where_it_is(browser: Browser, address: str) -> None:
    with looking(browser, address) as page:
        page.goto("/sparql")
        write(page, "SELECT * { ?s ?p '\U0001f3ac' ; x:y 1")  # one character, two units of a script
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Ask").click()
        page.get_by_role("alert").wait_for()
        editor = page.get_by_role("textbox", name="A query in SPARQL 1.1")

        assert page.locator(".cm-fault").inner_text() == "x:y"
        assert editor.evaluate("one => one === document.activeElement")
        assert editor.get_attribute("aria-invalid") == "true"
        page.keyboard.type("?")
        assert page.locator(".cm-fault").count() == 0


def test_tab_goes_through_the_page_and_out(browser: Browser, address: str) -> None:
    with looking(browser, address) as page:
        page.goto("/sparql")
        page.locator(".cm-content").click()
        page.keyboard.press("Tab")

        assert page.evaluate("document.activeElement.textContent") == "Ask"
        page.reload()
        assert walk(page) == []


def test_the_form_works_with_no_script(browser: Browser, address: str) -> None:
    with looking(browser, address, java_script_enabled=False) as page:
        page.goto("/sparql")
        page.get_by_label("A query in SPARQL 1.1").fill("ASK {}")
        page.get_by_role("button", name="Ask").click()

        assert page.locator(".truth").inner_text() == "yes"
        assert page.get_by_text("Tab leaves the editor").is_hidden()


def test_a_plain_store_has_the_page_and_proposes_prefixes(browser: Browser, plain_address: str) -> None:
    with looking(browser, plain_address) as page:
        page.goto("/sparql")
        write(page, "PREFIX sko")
        page.get_by_role("option", name="skos: <http://www.w3.org/2004/02/skos/core#>").wait_for()
        told = json.loads(page.request.get("/sparql/completions.json").text())

        assert told["terms"] == []
        write(page, "ASK { ?s ?p ?o }")
        page.keyboard.press("Control+Enter")
        page.locator(".truth").wait_for()
