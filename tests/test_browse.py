"""Browse: the things of a kind, chosen by facets; pages, files and the query say the same."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from conftest import ROOT, built, page_of
from qgraph import facets, kinds, versions
from qgraph.errors import SourceError
from qgraph.folding import folded
from qgraph.kinds import Kind
from qgraph.portal import shelves
from qgraph.portal.shelves import Shelf, Shelves
from qgraph.portal.words import Words
from qgraph.settings import Settings
from qgraph.web import create_app
from qgraph.web.serve import pool

THINGS = re.compile(r'<ul class="things">(.*?)</ul>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]*)" title="([^"]*)"')
VIEWS = (
    "/browse/film",
    "/browse/film?theme=theme/home",
    "/browse/film?theme=theme/home&theme=theme/killing&year=core:NotStated",
    "/browse/film?technique=technique/interviews&technique=-",
    "/browse/film?festival=-&voice=core:Film",
    "/browse/event?type=ontology%23Death&place=core:NotStated&stated=core:Explicit",
    "/browse/event?year=2014&source=source/gv-2025",
    "/browse/person?role=role/director",
    "/browse/evidence?hedge=nearly&hedge=often",
    "/browse/source",
)


@pytest.fixture(scope="module")
def reader(real: Settings) -> Iterator[FlaskClient]:
    with pool(real) as engine:
        yield create_app(real, engine).test_client()


def things(text: str) -> list[str]:
    found = THINGS.search(text)
    return [unescape(iri) for _, iri in LINK.findall(found[1])] if found else []


def values(text: str, facet: str) -> dict[str, tuple[int, bool]]:
    """Return the values of a facet as a page shows them: how many things, and whether it leads anywhere."""
    part = text.partition(f"<h3>{facet}</h3>")[2].partition("</details>")[0]
    told = {}
    for item in re.findall(r"<li>(.*?)</li>", part, re.DOTALL):
        name, _, many = item.partition('<span class="many">')
        plain = unescape(re.sub(r"<span (aria-hidden|class=\"hidden).*?</span>|<[^>]*>", "", name)).strip()
        told[plain] = (int(many.partition("<")[0].replace(",", "")), "<a " in name)
    return told


def links(text: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'<a href="([^"]*)"', text)]


def test_browse_shows_each_kind_with_how_many_things_it_has(client: FlaskClient) -> None:
    text = page_of(client, "/browse")

    assert re.search(r'<a href="/browse/film">film</a> <span class="many">2</span>', text)
    assert re.search(r'<a href="/browse/evidence">evidence</a> <span class="many">3</span>', text)
    assert re.search(r'<span class="none">concept scheme</span> <span class="many">0</span>', text)


def test_the_things_of_a_kind_stand_in_the_order_of_their_names(client: FlaskClient) -> None:
    text = page_of(client, "/browse/film")

    assert things(text) == ["https://tiny.example/film/harbour", "https://tiny.example/film/tide"]
    assert "There are 2." in text


def test_names_are_put_in_order_without_their_marks() -> None:
    names = ["Zəhra", "ıldız", "İlham", "Çinar", "“Azad”", "Ceyran", "Əli", "Şirin"]

    assert sorted(names, key=folded) == [
        "“Azad”",
        "Ceyran",
        "Çinar",
        "Əli",
        "ıldız",
        "İlham",
        "Şirin",
        "Zəhra",
    ]


def test_values_of_a_facet_are_either_or_and_facets_are_both(reader: FlaskClient) -> None:
    home = set(things(page_of(reader, "/browse/film?theme=theme/home")))
    killing = set(things(page_of(reader, "/browse/film?theme=theme/killing")))
    silent = set(things(page_of(reader, "/browse/film?year=core:NotStated")))

    assert home - killing
    assert killing - home
    assert set(things(page_of(reader, "/browse/film?theme=theme/home&theme=theme/killing"))) == home | killing
    assert set(things(page_of(reader, "/browse/film?theme=theme/home&year=core:NotStated"))) == home & silent


def test_a_count_is_what_choosing_the_value_gives(reader: FlaskClient) -> None:
    chosen = "/browse/film?theme=theme/home"
    text = page_of(reader, chosen)

    for facet, name, pair in (
        ("Year", "not stated", "year=core:NotStated"),
        ("Year", "2022", "year=2022"),
        ("Technique", "nothing recorded", "technique=-"),
        ("Place", "Istanbul", "place=place/istanbul"),
    ):
        many, leads = values(text, facet)[name]
        assert len(things(page_of(reader, f"{chosen}&{pair}"))) == many
        assert leads == (many > 0)
    assert values(text, "Place")["Istanbul"] == (0, False)


def test_what_a_source_is_silent_on_is_not_what_nobody_recorded(reader: FlaskClient) -> None:
    years = values(page_of(reader, "/browse/event"), "Year")
    silent = things(page_of(reader, "/browse/event?year=core:NotStated"))
    nothing = things(page_of(reader, "/browse/event?year=-"))

    assert years["not stated"][0] == len(silent) > 0
    assert years["nothing recorded"][0] == len(nothing) > 0
    assert not set(silent) & set(nothing)


@pytest.mark.parametrize("path", VIEWS)
def test_the_query_of_a_view_finds_the_same_things(reader: FlaskClient, path: str) -> None:
    text = page_of(reader, path)
    asking = next(one for one in links(text) if one.startswith("/sparql?query="))
    query = parse_qs(urlsplit(asking).query)["query"][0]
    rows = list(
        csv.DictReader(
            io.StringIO(reader.get("/sparql", query_string={"query": query, "format": "csv"}).text)
        )
    )
    listed = json.loads(reader.get(path.replace("?", ".json?") if "?" in path else f"{path}.json").text)

    assert rows
    assert {row["thing"] for row in rows} == {one["iri"] for one in listed["things"]}
    assert len(rows) == listed["count"]
    assert things(text) == [one["iri"] for one in listed["things"]][:100]


def test_filters_are_taken_out_one_by_one_and_all_at_once(reader: FlaskClient) -> None:
    text = page_of(reader, "/browse/film?theme=theme/home&year=core:NotStated")
    chosen = links(text.partition('<ul class="chosen"')[2].partition("</ul>")[0])

    assert chosen == ["/browse/film?year=core:NotStated", "/browse/film?theme=theme/home", "/browse/film"]


def test_a_list_has_one_address_in_whatever_order_it_was_chosen(reader: FlaskClient) -> None:
    one = links(page_of(reader, "/browse/film?year=core:NotStated&theme=theme/home"))
    other = links(page_of(reader, "/browse/film?theme=theme/home&year=core:NotStated"))

    assert one == other
    assert any(link.startswith("/browse/film?theme=theme/home&theme=theme/killing&year") for link in one)


def test_a_wrong_filter_is_named_and_ignored(reader: FlaskClient) -> None:
    text = page_of(reader, "/browse/film?theme=<script>alert(1)</script>&colour=red&year=2022&page=x")

    assert "“&lt;script&gt;alert(1)&lt;/script&gt;” is no value of “theme” here" in text
    assert "There is nothing called “colour” to choose by here" in text
    assert "<script>alert" not in text
    assert things(text) == things(page_of(reader, "/browse/film?year=2022"))
    assert all("colour" not in one and "script" not in one for one in links(text))


def test_the_links_of_a_page_are_to_lists_without_what_was_ignored(reader: FlaskClient) -> None:
    said = reader.get("/browse/film?colour=red&year=2022", headers={"Accept": "text/html"}).headers["Link"]

    assert "</browse/film.csv?year=2022>" in said
    assert "colour" not in said


@pytest.mark.parametrize("kind", ["award", "source", "evidence"])
def test_a_network_holds_each_thing_of_a_list_be_it_alone(reader: FlaskClient, kind: str) -> None:
    wanted = [one["iri"] for one in reader.get(f"/browse/{kind}.json").json["things"]]
    network = reader.get(f"/browse/{kind}.graphml").text

    assert wanted
    assert all(f'<node id="{one}">' in network for one in wanted)


def test_a_file_that_could_not_say_what_was_ignored_is_refused(reader: FlaskClient) -> None:
    answer = reader.get("/browse/film.csv?theme=theme/hom")

    assert answer.status_code == 400
    assert "“theme/hom”" in answer.json["detail"]
    assert "“theme/home”" in answer.json["detail"]


def test_the_list_is_a_file_with_the_same_filters(reader: FlaskClient) -> None:
    path = "/browse/film{}?theme=theme/home&year=core:NotStated"
    wanted = set(things(page_of(reader, path.format(""))))
    table = reader.get(path.format(".csv"))
    turtle, graphml = (reader.get(path.format(end)) for end in (".ttl", ".graphml"))
    told = json.loads(reader.get(path.format(".json")).text)

    assert {row["iri"] for row in csv.DictReader(io.StringIO(table.text))} == wanted
    assert "film.csv-metadata.json?theme=theme/home" in table.headers["Link"]
    assert reader.get(path.format(".csv-metadata.json")).json["dc:license"]
    assert told["about"]["sources"]
    assert told["chosen"] == {"theme": ["theme/home"], "year": ["core:NotStated"]}
    assert "creativecommons" in turtle.text
    assert "creativecommons" in graphml.text
    others = set(things(page_of(reader, "/browse/film"))) - wanted
    assert all(f'<node id="{one}">' in graphml.text for one in wanted)
    assert not all(f'<node id="{one}">' in graphml.text for one in others)  # but some are neighbours
    assert reader.get(path.format(".jsonld")).json
    assert reader.get(path.format(".xlsx")).data[:2] == b"PK"
    assert reader.get(path.format(".pdf")).status_code == 406


def test_nobody_is_listed_by_what_they_are(reader: FlaskClient) -> None:
    words = ("selfDescribedAs", "describedInSourceAs", "nationalityInSource", "ageStated", "occupation")
    files = list((ROOT / "ontology" / "facets").rglob("*.rq"))
    shown = set(re.findall(r"<h3>(.*?)</h3>", page_of(reader, "/browse/person")))

    assert files
    assert not [path for path in files if any(word in path.read_text("utf-8") for word in words)]
    assert shown == {"Role in a film", "Film", "Voice", "How plainly it is stated", "Source"}


def test_every_facet_of_the_real_graph_has_values(reader: FlaskClient) -> None:
    for kind, declared in facets.read(ROOT).items():
        text = page_of(reader, f"/browse/{kind}")
        for one in declared:
            assert values(text, one.title), (kind, one.name)


def test_an_entry_has_its_description_and_its_content_notes(reader: FlaskClient) -> None:
    text = page_of(reader, "/browse/film?theme=theme/home")

    assert "A film that follows a student of twenty" in text
    assert re.search(r'title="[^"]*/film/home-within">Home Within</a> <span class="note">Content note:', text)


def test_a_page_that_there_is_not_is_the_nearest(reader: FlaskClient) -> None:
    last = page_of(reader, "/browse/evidence?page=99")

    many = json.loads(reader.get("/browse/evidence.json").data)["count"]
    pages = -(-many // 100)
    assert f"Page {pages} of {pages}" in last
    assert len(things(last)) == (many - 1) % 100 + 1
    assert things(page_of(reader, "/browse/evidence?page=0")) == things(page_of(reader, "/browse/evidence"))
    assert f"/browse/evidence?page={pages - 1}" in links(last)


def test_all_values_of_a_facet_are_one_link_away(reader: FlaskClient) -> None:
    text = page_of(reader, "/browse/film?year=core:NotStated")
    more = next(one for one in links(text) if "all=theme" in one)

    assert more == "/browse/film?year=core:NotStated&all=theme"
    assert len(values(page_of(reader, more), "Theme")) > len(values(text, "Theme"))


def test_the_version_is_kept_in_every_link(reader: FlaskClient) -> None:
    text = page_of(reader, "/browse/film?year=2022&version=1")
    main = text.partition('<div class="browse">')[2].partition("<footer>")[0]

    assert links(main)
    assert not [one for one in links(main) if one.startswith("/") and "version=1" not in one]


def test_the_language_is_kept_in_every_link(tiny: Settings) -> None:
    with pool(tiny) as engine:
        reader = create_app(replace(tiny, languages="en,az"), engine).test_client()
        text = page_of(reader, "/az/browse/film?length=90")
    main = text.partition('<div class="browse">')[2].partition("<footer>")[0]

    assert '<h3><span lang="en">Length</span></h3>' in text
    assert links(main)
    pages = [one for one in links(main) if one.startswith("/") and not re.search(r"film[.]", one)]
    assert not [one for one in pages if not one.startswith("/az/")]


def test_a_kind_that_there_is_not_and_a_plain_store_are_told(client: FlaskClient, tmp_path: Path) -> None:
    answer = client.get("/browse/films")
    plain = Settings(bare=True, store=tmp_path / "store")

    assert answer.status_code == 404
    assert "“film”" in answer.json["detail"]
    with pool(plain) as engine:
        bare = create_app(plain, engine).test_client()
        assert bare.get("/browse").status_code == bare.get("/browse/film").status_code == 404


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("theme", "SELECT ?thing ?value { ?thing ?p ?value }", "# facet:"),
        ("theme", "# facet: Theme\nSELECT ?thing { ?thing ?p ?value }", "SELECT [?]thing [?]value"),
        ("theme", "# facet: Theme\nSELECT ?thing ?value {", "not SPARQL"),
        ("voice", "# facet: Voice\nSELECT ?thing ?value { ?thing ?p ?value }", "choose another"),
        ("page", "# facet: Page\nSELECT ?thing ?value { ?thing ?p ?value }", "choose another"),
        ("theme", "# facet: A\n# order: x\nSELECT ?thing ?value { ?thing ?p ?value }", "expected a number"),
        (
            "theme",
            "# facet: A\nPREFIX core: <urn:x>\nSELECT ?thing ?value { ?thing ?p ?value }",
            "prefix core:",
        ),
    ],
)
def test_a_bad_facet_is_refused_with_its_file(graph: Path, name: str, text: str, said: str) -> None:
    (graph / "ontology" / "facets" / "film" / f"{name}.rq").write_text(text, "utf-8")

    with pytest.raises(SourceError, match=said) as refused:
        facets.read(graph)
    assert f"{name}.rq" in str(refused.value)


def test_markup_in_names_shows_as_text_and_a_formula_is_none(graph: Path, tmp_path: Path) -> None:
    data = graph / "data" / "films.trig"
    data.write_text(data.read_text("utf-8").replace('"Tide"@en', '"=1+1<script>x</script>"@en'), "utf-8")
    settings = built(graph, tmp_path / "store")

    with pool(settings) as engine:
        odd = create_app(settings, engine).test_client()
        assert "=1+1&lt;script&gt;x&lt;/script&gt;" in page_of(odd, "/browse/film")
        assert "'=1+1<script>" in odd.get("/browse/film.csv").text


def test_what_a_process_keeps_leaves_a_query_half_of_its_memory() -> None:
    bytes_of_an_entry = 110  # measured: a number and its place in a set

    assert 2 * shelves.LARGEST * bytes_of_an_entry < Settings().query_memory


def test_a_process_keeps_few_shelves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qgraph.portal.shelves.LARGEST", 5)
    kept = Shelves()
    made = [Shelf(Kind(name, "", ""), ("a", "b", "c"), frozenset(range(3)), {}) for name in "xyz"]
    for one in made:
        assert kept.get(one.kind.segment, lambda one=one: one) is one

    assert list(kept.kept) == ["z"]
    assert kept.get("z", lambda: made[0]) is made[2]


def test_a_shelf_is_left_for_other_processes_as_long_as_its_version_is_read(
    real: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qgraph.portal.shelves.DEAR", -1.0)
    store = versions.open_version(real.store, 1)
    version = versions.describe(real.store, 1)
    [kind] = [one for one in kinds.read(store, version.base) if one.segment == "film"]
    declared = (*facets.read(ROOT)["film"], *facets.own())
    made = shelves.fill(Words(store), version.base, kind, facets=declared)
    other = Shelf(kind, (), frozenset(), {})
    Shelves(tmp_path, "public-1").get("film", lambda: made)

    assert Shelves(tmp_path, "public-1").get("film", lambda: other) == made
    assert Shelves(tmp_path, "full-1").get("film", lambda: other) is other
    shelves.forget(tmp_path, "public-2.")
    shelves.forget(tmp_path, "full-1.")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("public-1.")]
    shelves.forget(tmp_path, "public-1.")
    assert not list(tmp_path.iterdir())


def test_openapi_tells_of_the_lists_and_their_filters(client: FlaskClient) -> None:
    answer = client.get("/openapi.json")
    paths = answer.json.get("paths", answer.json)
    named = {one["name"] for one in paths["/browse/film.{suffix}"]["get"]["parameters"]}

    assert {"length", "maker", "voice", "bom", "version", "suffix"} <= named
    assert "text/html" in paths["/browse/film"]["get"]["responses"]["200"]["content"]
