"""The language of pages: prefixes, catalogues, and what never comes in the wrong one."""

import importlib.util
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from urllib.request import Request, urlopen

import pytest
from flask.testing import FlaskClient

from conftest import ROOT, serving
from qgraph import settings
from qgraph.errors import SettingsError
from qgraph.settings import Settings
from qgraph.web import create_app
from qgraph.web.serve import pool

TEMPLATES = sorted((ROOT / "src" / "qgraph" / "web" / "templates").glob("*.html"))
HTML = {"Accept": "text/html"}
DRAFT = "qaralamadır"
LEAVE = "Tez çıx"


def texts() -> ModuleType:
    """The script that writes the catalogues."""
    described = importlib.util.spec_from_file_location("texts", ROOT / "docs" / "texts.py")
    assert described
    assert described.loader
    module = importlib.util.module_from_spec(described)
    sys.modules["texts"] = module
    described.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bilingual(tiny: Settings) -> Iterator[FlaskClient]:
    chosen = replace(tiny, languages="en,az")
    with pool(chosen) as engine:
        yield create_app(chosen, engine).test_client()


def test_each_catalogue_has_every_text_of_the_pages_and_no_other() -> None:
    module = texts()

    assert module.CATALOGUES
    for path in module.CATALOGUES:
        today = module.up_to_date(path)
        assert [one.id for one in module.missing(today)] == [], "run “make texts” and translate"
        assert path.read_bytes() == module.written(today), "run “make texts”"


def test_each_translation_names_what_its_text_names() -> None:
    module = texts()
    faults = [
        (one.id, fault)
        for path in module.CATALOGUES
        for one in module.up_to_date(path)
        for fault in one.check()
    ]

    assert faults == []


def test_no_template_links_to_a_page_without_its_language() -> None:
    link = re.compile(
        r'(?:href|action)="/(?!static/|changes|openapi|void|catalog|dataset|\{\{ name \}\}\.)[^"]*"'
    )
    found = [(path.name, one) for path in TEMPLATES for one in link.findall(path.read_text("utf-8"))]

    assert found == []


def test_pages_are_in_english_unless_another_language_is_asked_for(client: FlaskClient) -> None:
    page = client.get("/", headers=HTML)

    assert '<html lang="en">' in page.text
    assert "hreflang" not in page.text
    assert page.headers["Content-Language"] == "en"
    assert client.get("/az/", headers=HTML).status_code == 404


@pytest.mark.parametrize("path", ["/", "/about", "/versions", "/film/tide.html", "/questions/", "/sparql"])
def test_a_prefix_gives_the_page_in_its_language(bilingual: FlaskClient, path: str) -> None:
    page = bilingual.get(f"/az{path}", headers=HTML)

    assert page.status_code == 200
    assert '<html lang="az">' in page.text
    assert LEAVE in page.text
    assert page.headers["Content-Language"] == "az"
    assert f'hreflang="en" href="http://localhost{path}"' in page.text
    assert f'hreflang="az" href="http://localhost/az{path}"' in page.text


def test_a_draft_says_that_it_is_one(bilingual: FlaskClient) -> None:
    assert DRAFT in bilingual.get("/az/", headers=HTML).text
    assert DRAFT not in bilingual.get("/", headers=HTML).text


def test_links_keep_the_language_and_the_version(bilingual: FlaskClient) -> None:
    page = bilingual.get("/az/film/tide?version=1", headers=HTML, follow_redirects=True).text
    paths = re.findall(r'<a [^>]*?href="(/[^"]*)"', page)
    told = [one for one in paths if "." not in one.partition("?")[0].rpartition("/")[2]]
    others = [one for one in told if not one.startswith("/az/")]

    assert others == []
    assert "/az/person/p2bbb?version=1" in told


def test_a_page_that_is_not_there_says_so_in_its_language(bilingual: FlaskClient) -> None:
    page = bilingual.get("/az/film/nowhere", headers=HTML)

    assert page.status_code == 404
    assert '<html lang="az">' in page.text


def test_who_asks_a_query_for_data_is_led_to_the_one_endpoint(bilingual: FlaskClient) -> None:
    led = bilingual.get("/az/sparql?query=ASK%20%7B%7D&format=csv", headers=HTML)

    assert led.status_code == 307
    assert led.headers["Location"].endswith("/sparql?query=ASK%20%7B%7D&format=csv")
    assert "/az/" not in led.headers["Location"]


def test_nothing_is_written_under_a_prefix(bilingual: FlaskClient) -> None:
    sent = bilingual.post("/az/sparql", data={"update": "CLEAR ALL"})

    assert sent.status_code in (404, 405)


def test_the_cache_of_a_server_keeps_languages_apart(tiny: Settings) -> None:
    def read(address: str) -> str:
        with urlopen(Request(address, headers=HTML), timeout=30) as answer:
            return str(answer.read().decode())

    with serving(tiny.graph, tiny.store, "--languages", "en,az") as address:
        pages = [read(address + path) for path in ("/", "/az/", "/", "/az/", "/catalog", "/az/catalog")]

    languages = [re.findall(r'<html lang="(..)">', page)[0] for page in pages]
    assert languages == ["en", "az", "en", "az", "en", "az"]


@pytest.mark.parametrize("given", ["en,xx", "", "../az"])
def test_a_language_without_a_catalogue_is_named(given: str) -> None:
    with pytest.raises(SettingsError, match="languages has"):
        settings.read({}, languages=given, graph=Path())


def test_leaving_quickly_leads_to_where_the_operator_says(tiny: Settings) -> None:
    with pool(tiny) as engine:
        page = (
            create_app(replace(tiny, leave_url="https://weather.example/"), engine)
            .test_client()
            .get("/")
            .text
        )

    assert 'href="https://weather.example/" rel="noreferrer nofollow"' in page
    with pytest.raises(SettingsError, match="leave_url is"):
        settings.read({}, leave_url="javascript:alert(1)", graph=Path())


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/az/catalog", "evidence"),
        ("/az/ontology", "mocks"),
        ("/az/export", "person"),
        ("/az/person/nothing", "The graph holds"),
    ],
)
def test_what_is_english_on_a_page_in_another_language_says_so(
    bilingual: FlaskClient, path: str, word: str
) -> None:
    page = bilingual.get(path, headers=HTML).text.partition("<main")[2].partition("</main>")[0]
    found = re.findall(rf"<(\w+)([^>]*)>{word}", page)

    assert found
    assert [
        attributes
        for name, attributes in found
        if name not in ("code", "text") and 'lang="en"' not in attributes
    ] == []


def test_the_list_of_forms_is_found_in_the_language_of_the_page(bilingual: FlaskClient) -> None:
    page = bilingual.get("/az/film/tide.html", headers=HTML)

    assert page.status_code == 200
    assert re.search(r'href="/az/film/tide\.html\?_profile=', page.text)
    assert page.headers["Content-Location"] == "/az/film/tide.html"
