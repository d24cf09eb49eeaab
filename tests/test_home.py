"""The first page and the page about the graph: what they count is so, and what they are given stays text."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from conftest import built, quietly
from qgraph import commit, versions
from qgraph.errors import SettingsError
from qgraph.portal import overview, prose
from qgraph.portal.overview import Overview
from qgraph.settings import Settings, read
from qgraph.store import select, text_of
from qgraph.web import create_app
from qgraph.web.serve import pool

HTML = {"Accept": "text/html"}
ENGLISH = "en"


@pytest.fixture(scope="module")
def pages(real: Settings) -> Iterator[FlaskClient]:
    with pool(real) as engine:
        yield create_app(real, engine).test_client()


@pytest.fixture(scope="module")
def seen(real: Settings) -> Overview:
    store = versions.open_version(real.store, 1)
    told = prose.read(real.graph, ENGLISH)
    version = versions.describe(real.store, 1)
    return overview.read(store, version, told, folder=real.graph, language=ENGLISH)


def number_of(settings: Settings, pattern: str) -> int:
    store = versions.open_version(settings.store, 1)
    prefixes = "PREFIX : <https://w3id.org/qgraph/ontology#> PREFIX core: <https://w3id.org/qgraph/core#> "
    [row] = select(store, f"{prefixes} SELECT (COUNT(DISTINCT ?one) AS ?number) {{ {pattern} }}")
    return int(text_of(row[0]))


def test_the_first_page_leads_in_by_what_the_folder_names(pages: FlaskClient) -> None:
    page = pages.get("/", headers=HTML).text

    for theme in ("home", "migration", "violence"):
        assert f'<h3><a href="/theme/{theme}"' in page


def test_each_way_in_says_what_stands_behind_it(real: Settings, seen: Overview) -> None:
    way = seen["ways"][0]
    films = next(one["number"] for one in way["behind"] if one["name"]["text"] == "film")

    assert way["name"]["text"] == "home"
    assert films == number_of(
        real,
        "?one a :Film ; ?p ?theme . ?theme <http://www.w3.org/2004/02/skos/core#broader>* "
        "<https://w3id.org/qgraph/theme/home>",
    )


def test_each_way_in_leads_to_lists_of_as_many_things(pages: FlaskClient) -> None:
    page = pages.get("/", headers=HTML).text.partition('id="figures"')[0]
    links = re.findall(r'<a href="(/browse/[^"]*)"><span>[^<]*</span></a> (\d+)', page)

    assert len(links) >= 3
    for address, number in links:
        path, _, query = address.replace("&amp;", "&").partition("?")
        listed = pages.get(f"{path}.json?{query}").json

        assert listed["count"] == int(number), address


def test_each_way_in_says_what_it_is(pages: FlaskClient) -> None:
    page = pages.get("/", headers=HTML).text

    assert "The place, the people or the state of mind where somebody belongs." in page


def test_gaps_are_counted(real: Settings, seen: Overview) -> None:
    gap = next(
        one for one in seen["gaps"] if (one["kind"]["text"], one["property"]["text"]) == ("film", "year")
    )

    assert gap["number"] == number_of(real, "?one a :Film ; core:notStated :year")
    assert gap["all"] == number_of(real, "?one a :Film")


def test_coverage_is_counted_from_passages_and_the_table_of_the_source(
    real: Settings, seen: Overview
) -> None:
    rest = seen["rests"][0]

    assert rest["name"]["iri"].endswith("/source/gv-2025")
    assert rest["evidence"] == number_of(
        real, "?one core:fromSource <https://w3id.org/qgraph/source/gv-2025>"
    )
    assert rest["sentences"] == number_of(
        real,
        "?e core:passage ?p . ?p core:paragraph ?a ; core:sentence ?b "
        "BIND(CONCAT(STR(?a), '.', STR(?b)) AS ?one)",
    )
    assert rest["left"] == {"no fact": 2, "partly withheld": 1}


def test_what_is_claimed_hedged_and_denied_is_counted(real: Settings, seen: Overview) -> None:
    assert seen["marks"]["reported"] == number_of(real, "?one a core:Reported")
    assert seen["marks"]["hedged"] == number_of(real, "?one a core:Evidence ; core:hedge ?words")
    assert seen["marks"]["absent"] == number_of(real, "?one ?property core:StatedAbsent")


def test_the_page_about_the_graph_tells_its_terms(pages: FlaskClient) -> None:
    page = pages.get("/about", headers=HTML).text

    for words in ("86 of 88", "Corrections and takedown", "CC BY 4.0", "Not yet reviewed by anybody"):
        assert words in page
    assert page.count("<h1") == 1


def test_the_first_page_is_small_and_in_order(pages: FlaskClient) -> None:
    page = pages.get("/", headers=HTML).text
    levels = [int(one) for one in re.findall(r"<h([1-6])", page)]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_page_about_the_graph_tells_data_program_and_sources_apart(pages: FlaskClient) -> None:
    page = pages.get("/about", headers=HTML).text
    licences = re.findall(r"<dt>(Licence[^<]*)</dt>", page)

    assert licences == ["Licence of the data", "Licence of the program"]
    assert re.search(
        r"/source/gv-2025.*?</td>\s*<td>[^<]*<span|/source/gv-2025.*?</td>\s*<td>\S", page, re.DOTALL
    )


def test_who_runs_the_server_may_be_written_to(tiny: Settings) -> None:
    chosen = replace(tiny, contact="mailto:care@village.example")
    with pool(chosen) as engine:
        page = create_app(chosen, engine).test_client().get("/about", headers=HTML).text

    assert '<a href="mailto:care@village.example" rel="noreferrer">care@village.example</a>' in page
    with pytest.raises(SettingsError, match="contact is"):
        read({}, contact="javascript:alert(1)", graph=Path())


def test_words_of_the_folder_are_no_markup(client: FlaskClient) -> None:
    page = client.get("/about", headers=HTML).text

    assert "&lt;b&gt;quickly&lt;/b&gt;" in page
    assert 'href="javascript' not in page
    assert "<img" not in page
    assert '<a href="https://lists.example/" rel="noreferrer">' in page
    assert "<h2>How it was made</h2>" in page
    assert "Reviewed by Ana Example, Bo Example." in page


def test_links_of_the_folder_keep_the_language() -> None:
    assert 'href="/az/versions"' in prose.told("[versions](/versions)", "/az")
    assert 'href="//elsewhere.example"' in prose.told("[there](//elsewhere.example)", "/az")


def test_a_folder_may_tell_of_itself_in_another_language(graph: Path) -> None:
    (graph / "about.az.md").write_text("## Necə hazırlanıb\n", encoding="utf-8")

    assert "Necə" in prose.read(graph, "az")["html"]
    assert prose.read(graph, "az")["language"] == "az"
    assert prose.read(graph, "de")["language"] == ENGLISH


def test_a_graph_without_words_about_it_has_its_pages(graph: Path, tmp_path: Path) -> None:
    (graph / "about.md").unlink()
    settings = built(graph, tmp_path / "store")

    with pool(settings) as engine:
        pages = create_app(settings, engine).test_client()
        answers = [pages.get(path, headers=HTML) for path in ("/", "/about")]
    assert [one.status_code for one in answers] == [200, 200]
    assert "Ways in" not in answers[0].text


def test_a_plain_store_has_a_first_page_and_tells_nothing_of_itself(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path / "store", bare=True, workers=2, long_queries=2)
    commit.start_bare(settings)

    with pool(settings) as engine:
        pages = create_app(settings, engine).test_client()
        first, told = pages.get("/", headers=HTML), pages.get("/about", headers=HTML)
    assert first.status_code == 200
    assert 'href="/about"' not in first.text
    assert 'href="/questions/"' not in first.text
    assert told.status_code == 404


def test_the_first_page_tells_what_is_new_up_to_the_version_looked_at(graph: Path, tmp_path: Path) -> None:
    settings = built(graph, tmp_path / "store")
    films = graph / "data" / "films.trig"
    films.write_text(films.read_text("utf-8").replace(":length 90 .", ":length 91 ."), encoding="utf-8")
    commit.build(replace(settings), message="Corrected & checked", progress=quietly)

    with pool(settings) as engine:
        pages = create_app(settings, engine).test_client()
        now, then = (pages.get(path, headers=HTML).text for path in ("/", "/?version=1"))
    assert "Corrected &amp; checked" in now
    assert 'href="/versions/1..2"' in now
    assert "Corrected" not in then
    assert 'href="/about?version=1"' in then


def test_icons_come_from_here(client: FlaskClient) -> None:
    page = client.get("/", headers=HTML).text
    for path, kind in (
        ("/favicon.ico", "icon"),
        ("/static/icon.svg", "image/svg+xml"),
        ("/static/icon.png", "image/png"),
        ("/static/preview.png", "image/png"),
    ):
        with client.get(path) as answer:
            assert answer.status_code == 200
            assert kind in answer.headers["Content-Type"]
    assert '<meta property="og:image" content="http://localhost/static/preview.png">' in page
    with client.get("/static/preview.png") as preview:
        assert preview.data[16:24] == (1200).to_bytes(4) + (630).to_bytes(4)
