"""Questions and exports by their addresses."""

import csv
import io
import json
import shutil
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from conftest import CASES, built, serving
from qgraph import versions
from qgraph.export import export
from qgraph.formats import BY_NAME
from qgraph.settings import Settings
from qgraph.web import create_app
from qgraph.web.serve import pool

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
HEADER = """# param: film, text@en, such as "Tide": Only this film.
# param: one, thing:film, such as "film/tide": Only this thing.
# param: most, integer, such as "90": Films of at most so many minutes.
PREFIX :"""
BODY = """WHERE {
  VALUES ?film { UNDEF }
  VALUES ?one { UNDEF }
  VALUES ?most { UNDEF }"""
END = "OPTIONAL { ?one :length ?length } FILTER (!BOUND(?most) || ?length <= ?most) }\nORDER"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny graph, whose question has parameters."""
    graph = Path(shutil.copytree(CASES / "tiny", tmp_path_factory.mktemp("rest") / "graph"))
    query = graph / "queries" / "films.rq"
    text = query.read_text().replace("PREFIX :", HEADER).replace("WHERE {", BODY)
    query.write_text(text.replace("}\nORDER", END))
    (graph / "queries" / "now.rq").write_text("# title: Now\n# question: When?\nSELECT (NOW() AS ?x) {}\n")
    (graph / "queries" / "graph.rq").write_text(
        "# title: Graph\n# question: Which?\nCONSTRUCT WHERE { ?s ?p ?o }\n"
    )
    return built(graph, tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def rest(settings: Settings) -> Iterator[FlaskClient]:
    with pool(settings) as engine:
        yield create_app(settings, engine).test_client()


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))[1:]


@pytest.mark.parametrize(
    ("given", "films"),
    [
        ("", ["Harbour", "Tide"]),
        ("film=Tide", ["Tide"]),
        ("film=", ["Harbour", "Tide"]),
        ("film=Ebb", []),
        ("one=film/tide", ["Tide"]),
        ("one=tide&film=Harbour", []),
        ("one=https://tiny.example/film/harbour", ["Harbour"]),
        ("most=100", ["Harbour"]),
        ("film=Tide%22%20%7D%20%23", []),
    ],
)
def test_a_question_is_asked_of_what_the_address_says(
    rest: FlaskClient, given: str, films: list[str]
) -> None:
    answer = rest.get(f"/questions/films?format=csv&{given}")

    assert [row[0] for row in rows(answer.text)] == films


@pytest.mark.parametrize(
    ("format_", "accept", "kind"),
    [
        ("", "*/*", "application/sparql-results+json"),
        ("", "text/csv", "text/csv"),
        ("", "application/sparql-results+xml;q=0.9, text/html;q=0.1", "application/sparql-results+xml"),
        ("", BROWSER["Accept"], "text/html"),
        ("tsv", BROWSER["Accept"], "text/tab-separated-values"),
        ("html", "*/*", "text/html"),
        ("xlsx", "*/*", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("srj", "text/csv", "application/sparql-results+json"),
    ],
)
def test_an_answer_comes_in_the_format_that_is_asked_for(
    rest: FlaskClient, format_: str, accept: str, kind: str
) -> None:
    answer = rest.get("/questions/films", query_string={"format": format_}, headers={"Accept": accept})

    assert answer.status_code == 200
    assert answer.mimetype == kind
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        (
            "/questions/films?most=many",
            400,
            "“most” is “many”, expected a whole number (integer), such as 90",
        ),
        ("/questions/films?one=person/p1aaa", 400, "“one” is “person/p1aaa”, expected the IRI"),
        ("/questions/films?film=a&film=b", 400, "“film” is given 2 times"),
        ("/questions/films?filn=a", 400, "no parameter “filn”; there is “film”"),
        ("/questions/films?format=csv&bom=x", 400, "“bom” is “x”, expected 0 or 1"),
        ("/questions/films?format=docx", 406, "there is json, xml, csv, tsv, xlsx"),
        ("/questions/graph?format=csv", 406, "no table"),
        ("/questions/film", 404, "no question “film”; there is “films”"),
        ("/export/all.docx", 406, "there is turtle, ntriples"),
        ("/export/all.csv", 406, "there is turtle"),
        ("/export/kind/filn.ttl", 404, "there is “film”"),
        ("/export/thing/film/tides.ttl", 404, "there is “film/tide”"),
        ("/export/thing.ttl", 404, "/export says what there is"),
        ("/export/everything.ttl", 404, "/export says what there is"),
        ("/export/all.ttl?infered=0", 400, "no parameter “infered”; there is “inferred”"),
        ("/export/all.ttl?inferred=no", 400, "“inferred” is “no”, expected 0 or 1"),
        ("/export/all.ttl?version=9", 404, "no version 9"),
    ],
)
def test_what_is_wrong_is_told_in_words(rest: FlaskClient, path: str, status: int, said: str) -> None:
    data = rest.get(path)

    assert (data.status_code, data.mimetype) == (status, "application/problem+json")
    assert said in data.json["detail"]
    assert rest.get(path, headers=BROWSER).status_code == status


def test_a_wrong_parameter_is_told_on_the_page_with_its_form(rest: FlaskClient) -> None:
    page = rest.get("/questions/films?most=<b>&film=Tide", headers=BROWSER)

    assert page.status_code == 400
    assert "“most” is “&lt;b&gt;”, expected a whole number" in page.text
    assert 'name="film" value="Tide"' in page.text


def test_a_question_has_a_form_that_needs_no_script(rest: FlaskClient) -> None:
    page = rest.get("/questions/films?film=Tide", headers=BROWSER).text

    assert '<form action="/questions/films" method="get">' in page
    assert '<label for="p-most">Films of at most so many minutes.</label>' in page
    assert "Bo Example" in page
    assert "Ana Example" not in page
    assert "/questions/films?film=Tide&amp;format=xlsx" in page


def test_the_questions_are_listed_by_title_with_their_parameters(rest: FlaskClient) -> None:
    page = rest.get("/questions/", headers=BROWSER).text
    listed = {one["name"]: one for one in rest.get("/questions/").json}

    assert page.index("Films and their makers") < page.index(">Graph</a>") < page.index(">Now</a>")
    assert listed["films"]["parameters"]["most"]["type"] == "integer"
    assert listed["now"]["parameters"] == {}


@pytest.mark.parametrize(
    "path", ["/questions/films?film=Tide&format=csv", "/export/all.nq", "/export/kind/film.xlsx"]
)
def test_an_answer_is_tagged_and_not_sent_twice(rest: FlaskClient, path: str) -> None:
    first = rest.get(path)
    tag = {"If-None-Match": first.headers["ETag"]}
    again = rest.get(path, headers=tag)
    other = rest.get(
        path.replace("Tide", "Harbour")
        .replace("all", "concepts")
        .replace("film.x", "person.x")
        .replace("concepts.nq", "concepts.nt")
    )
    head = rest.head(path)

    assert (again.status_code, again.data) == (304, b"")
    assert other.headers["ETag"] != first.headers["ETag"]
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == first.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(first.data))
    assert rest.options(path).headers["Allow"] == "GET, HEAD, OPTIONS"


def test_what_differs_each_time_has_no_tag(rest: FlaskClient) -> None:
    answer = rest.get("/questions/now?format=csv")

    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_question_is_answered_in_every_format_that_openapi_lists(rest: FlaskClient) -> None:
    paths = rest.get("/openapi.json").json["paths"]
    for name in ("films", "graph", "now"):
        listed = paths[f"/questions/{name}"]["get"]["responses"]["200"]["content"]
        page = rest.get(f"/questions/{name}", headers=BROWSER).text

        assert ("text/csv" in listed, "text/turtle" in listed) == (name != "graph", name == "graph")
        assert (f"/questions/{name}?format=csv" in page) == (name != "graph")
        for kind in listed:
            assert rest.get(f"/questions/{name}", headers={"Accept": kind}).mimetype == kind


def test_a_graph_is_an_answer_too(rest: FlaskClient) -> None:
    assert rest.get("/questions/graph?format=ttl").mimetype == "text/turtle"
    assert rest.get("/questions/graph").mimetype == "text/turtle"
    assert (
        rest.get("/questions/graph", headers={"Accept": "application/json"}).mimetype == "application/ld+json"
    )


def test_a_question_comes_in_the_form_that_is_liked_best(rest: FlaskClient) -> None:
    liked = rest.get("/questions/films", headers={"Accept": "text/turtle, */*;q=0.1"})
    refused = rest.get("/questions/films?format=turtle")

    assert liked.mimetype == "text/turtle"
    assert refused.status_code == 406
    assert "text/turtle" not in refused.json["offers"]
    assert "text/csv" in refused.json["offers"]


def test_the_exports_are_listed_and_each_is_there(rest: FlaskClient) -> None:
    page = rest.get("/export", headers=BROWSER).text
    files = [file for row in rest.get("/export").json["exports"] for file in row["files"].values()]

    assert len(files) > 40
    for file in files:
        answer = rest.get(file["url"])
        assert answer.status_code == 200, file
        assert answer.content_type.startswith(file["type"])
        name = file["url"].rpartition("/")[2]
        assert f'filename="{name}"' in answer.headers["Content-Disposition"]
        assert f'href="{file["url"]}"' in page


def test_an_export_without_suffix_comes_as_accepted(rest: FlaskClient) -> None:
    answer = rest.get("/export/thing/film/tide", headers={"Accept": "application/geo+json"})

    assert answer.mimetype == "application/geo+json"
    assert rest.get("/export/all", headers={"Accept": "image/png"}).status_code == 406


def test_a_table_leads_to_its_metadata(rest: FlaskClient) -> None:
    link = rest.get("/export/kind/film.csv").headers["Link"]

    assert link == '<film.csv-metadata.json>; rel="describedby"; type="application/csvm+json"'
    assert json.loads(rest.get("/export/kind/film.csv-metadata.json").data)["url"] == "film.csv"


def test_switches_leave_things_out_and_mark_utf_8(rest: FlaskClient) -> None:
    bare = rest.get("/export/all.nq?inferred=0&evidence=0").text
    with zipfile.ZipFile(io.BytesIO(rest.get("/export/all.zip?bom=1").data)) as archive:
        marked = archive.read("film.csv")

    assert "/graph/asserted>" in bare
    assert "/graph/inferred>" not in bare
    assert "/evidence/leaflet/p1-1>" not in bare
    assert marked.startswith(b"\xef\xbb\xbfiri,")
    assert rest.get("/questions/films?format=csv&bom=1").data.startswith(b"\xef\xbb\xbffilm,")


def test_a_large_export_is_spooled_and_the_same_as_from_the_command(real: Settings) -> None:
    version = versions.describe(real.store, 1)
    expected = export(versions.open_version(real.store, 1), version, BY_NAME["nquads"])
    with serving(real.graph, real.store) as address:
        with urllib.request.urlopen(f"{address}/export/all.nq") as answer:
            sent = answer.read()
        asking = urllib.request.Request(f"{address}/export/all.nq", method="HEAD")
        with urllib.request.urlopen(asking) as answer:
            length, tag = int(answer.headers["Content-Length"]), answer.headers["ETag"]
        for _ in range(2):
            known = urllib.request.Request(f"{address}/export/all.nq", headers={"If-None-Match": tag})
            with pytest.raises(urllib.error.HTTPError, match="304"):
                urllib.request.urlopen(known)
        with urllib.request.urlopen(f"{address}/export/all.nq") as answer:
            again = answer.read()

    assert sent == again == expected
    assert length == len(expected) > 1_000_000
