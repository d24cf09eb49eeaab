"""A release: complete, checkable, the same bytes each time, and readable without a server."""

import csv
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from click.testing import CliRunner, Result
from flask import Flask, redirect
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from conftest import CASES, built
from qgraph import commit, delta, history, release, store, versions
from qgraph.cli import main
from qgraph.commit import Author, Request, Update
from qgraph.errors import Overloaded, SettingsError, StoreError
from qgraph.formats import BY_NAME, GRAPHS
from qgraph.history import Forget
from qgraph.packages import SECTIONS, spdx
from qgraph.release import Hands
from qgraph.settings import Settings
from qgraph.versions import FULL
from qgraph.web import create_app
from qgraph.web.mirror import AT_ONCE, Mirror
from qgraph.web.serve import pool

BASE = "https://tiny.example/"
SPDX = Namespace("http://spdx.org/rdf/terms#")
VOID = Namespace("http://rdfs.org/ns/void#")
ENTERED = """PREFIX : <ontology#> PREFIX core: <https://w3id.org/qgraph/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
INSERT DATA {{ <{graph}> a core:Evidence ; core:fromSource <source/leaflet> ; core:voice core:Editor ;
  core:stated core:Explicit ; core:tier core:{tier} ; core:reviewNote "Invented."@en .
  GRAPH <{graph}> {{ {facts} }} }}"""
CURATOR = Author("c0000000", "curator")
HIDDEN = ("p3ccc", "Cem Example", "withheldword", "p4ddd", "Didem Example")
SENTENCE = "Why these two films were invented is told nowhere else."


CHOSEN = """# title: Films of a length
# question: Which films last so long?
# param: most, integer, such as "90": Films of at most so many minutes.
PREFIX : <ontology#>
SELECT ?film ?length
WHERE { VALUES ?most { 90 } ?film :length ?length FILTER(?length <= ?most) }
ORDER BY ?film
"""
WHOLE = """# title: Whole
# question: What is there?
CONSTRUCT WHERE { ?s ?p ?o }
"""


def entered(settings: Settings, name: str, facts: str, tier: str) -> None:
    text = ENTERED.format(graph=f"evidence/leaflet/{name}", facts=facts, tier=tier)
    commit.write(settings, Request(Update(text, commit.limits(settings), base=BASE), CURATOR))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny graph with Restricted evidence, something erased, and what a folder may say of itself."""
    folder = tmp_path_factory.mktemp("house")
    graph = Path(shutil.copytree(CASES / "tiny", folder / "graph"))
    (graph / "datasheet.md").write_text(f"# Sheet\n\n## Motivation\n\n{SENTENCE}\n\n## Thanks\n\nTo all.\n")
    (graph / "LICENSE-DATA").write_text("Do as you like.\n")
    (graph / "ontology" / "about.ttl").write_text(
        f"<{BASE}> <http://purl.org/dc/terms/creator> 'Ana: Example, \"A.\"' ; "
        "<http://purl.org/dc/terms/license> <https://creativecommons.org/publicdomain/zero/1.0/> ."
    )
    (graph / "queries" / "long.rq").write_text(CHOSEN)
    (graph / "queries" / "whole.rq").write_text(WHOLE)
    settings = built(graph, folder / "store")
    history.tag(settings, "first", 1)
    entered(settings, "w1", '<person/p4ddd> a :Person ; rdfs:label "Didem Example"@en', "Open")
    history.forget_all(settings, Forget(erased=[f"{BASE}person/p4ddd"]))
    secret = '<person/p3ccc> a :Person ; rdfs:label "Cem Example"@en, "withheldword"@az'
    entered(settings, "w2", secret, "Restricted")
    assert versions.has(settings.store, versions.current(settings.store), FULL)
    return settings


def released(settings: Settings, output: Path, *options: str) -> Result:
    places = ["--graph", str(settings.graph), "--store", str(settings.store), "--output", str(output)]
    return CliRunner().invoke(main, ["release", *options, *places], catch_exceptions=False)


@pytest.fixture(scope="module")
def two(house: Settings, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two releases of the same version."""
    outputs = [tmp_path_factory.mktemp("dist") / str(number) for number in (1, 2)]
    for output in outputs:
        told = released(house, output, "1.0.0")
        assert told.exit_code == 0, told.output
    return [output / "a-tiny-graph-1.0.0" for output in outputs]


@pytest.fixture(scope="module")
def one(two: list[Path]) -> Path:
    return two[0]


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def tar_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.tar.gz")


# ------------------------------------------------------------------ as a whole


def test_two_releases_of_a_version_are_the_same_bytes(two: list[Path]) -> None:
    first, second = map(files, two)

    assert first == second
    assert tar_of(two[0]).read_bytes() == tar_of(two[1]).read_bytes()
    assert {path.name for path in two[0].parent.iterdir()} == {
        "a-tiny-graph-1.0.0",
        "a-tiny-graph-1.0.0.tar.gz",
        "a-tiny-graph-1.0.0.tar.gz.sha256",
    }


def test_a_release_holds_what_it_promises(one: Path) -> None:
    held = set(files(one))

    assert {f"dumps/graph.{syntax.suffix}.gz" for syntax in GRAPHS} <= held
    assert {"README.md", "CITATION.cff", "LICENCES.md", "LICENSE-DATA", "datasheet.md", "dataset.ttl"} <= held
    assert {"dataset.jsonld", "ro-crate-metadata.json", "SHA256SUMS", "validation/report.ttl"} <= held
    assert {"ontology/tiny.ttl", "ontology/checks/films-are-not-mocked.rq", "shapes/tiny.ttl"} <= held
    assert {"ontology/core/vocabulary.ttl", "shapes/core/shapes.ttl", "validation/report.txt"} <= held
    assert {
        "questions/films.rq",
        "questions/films.csv",
        "pages/index.html",
        "pages/static/built/style.css",
    } <= held
    assert not [name for name in held if name.startswith("data/")]


def test_sha256sum_finds_every_file_as_it_was(one: Path) -> None:
    command = ["sha256sum", "--check", "--strict"]
    told = subprocess.run([*command, "SHA256SUMS"], cwd=one, capture_output=True, text=True, check=True)
    subprocess.run([*command, f"{one.name}.tar.gz.sha256"], cwd=one.parent, capture_output=True, check=True)

    assert len(told.stdout.splitlines()) == len(files(one)) - 1
    assert told.stdout.count(": OK") == len(told.stdout.splitlines())


def test_the_tar_holds_the_folder_and_tells_of_nobody(one: Path, house: Settings, tmp_path: Path) -> None:
    version = versions.describe(house.store, versions.current(house.store))
    with tarfile.open(tar_of(one)) as tar:
        entries = tar.getmembers()
        tar.extractall(tmp_path, filter="data")

    assert files(tmp_path / one.name) == files(one)
    assert [entry.name for entry in entries] == sorted(entry.name for entry in entries)
    assert {(entry.uid, entry.gid, entry.uname, entry.gname) for entry in entries} == {(0, 0, "", "")}
    assert {entry.mtime for entry in entries} == {release.moment(version)}


def test_nothing_restricted_or_erased_is_in_a_release(one: Path) -> None:
    plain = {
        name: gzip.decompress(data) if name.endswith(".gz") else data for name, data in files(one).items()
    }
    with gzip.open(tar_of(one)) as tar:
        plain["the tar"] = tar.read()

    found = {(name, word) for name, data in plain.items() for word in HIDDEN if word.encode() in data}
    assert found == set()


# ------------------------------------------------------------------ the dumps


def quads_of(folder: Path, syntax: str) -> list[store.Quad]:
    data = gzip.decompress((folder / "dumps" / f"graph.{BY_NAME[syntax].suffix}.gz").read_bytes())
    return store.canonical(store.parse(data, BY_NAME[syntax]))


@pytest.mark.parametrize("syntax", [one.name for one in GRAPHS])
def test_who_reads_a_dump_gets_the_digest_of_the_version(one: Path, house: Settings, syntax: str) -> None:
    number = versions.current(house.store)
    version, held = versions.describe(house.store, number), versions.open_version(house.store, number)
    plain = delta.digest(held.quads_for_pattern(None, None, None, store.DefaultGraph()))
    expected = version.digest if BY_NAME[syntax].holds_named_graphs else plain

    assert delta.digest(quads_of(one, syntax)) == expected


def test_a_question_stands_with_its_answer(one: Path, house: Settings) -> None:
    asked = (one / "questions" / "films.rq").read_text()
    rows = list(csv.reader((one / "questions" / "films.csv").read_text().splitlines()))

    assert asked == (house.graph / "queries" / "films.rq").read_text()
    assert rows == [["film", "maker"], ["Harbour", "Ana Example"], ["Tide", "Bo Example"]]


def test_a_question_with_a_choice_is_answered_as_the_server_answers_it(one: Path, house: Settings) -> None:
    kept = list(csv.reader((one / "questions" / "long.csv").read_text().splitlines()))
    page = (one / "pages" / "questions" / "long.html").read_text()
    with pool(house) as engine:
        told = create_app(house, engine).test_client().get("/questions/long?format=csv")

    assert (
        kept
        == list(csv.reader(told.text.splitlines()))
        == [["film", "length"], [f"{BASE}film/harbour", "90"]]
    )
    assert ">Harbour</a>" in page
    assert "<form" not in page
    assert 'name="most"' not in page


def test_a_question_for_a_graph_is_answered_with_one(one: Path) -> None:
    found = store.parse((one / "questions" / "whole.ttl").read_bytes(), BY_NAME["turtle"])

    assert store.canonical(found) == quads_of(one, "turtle")


def test_the_report_is_that_of_the_version(one: Path) -> None:
    report = Graph().parse(one / "validation" / "report.ttl")
    sh = Namespace("http://www.w3.org/ns/shacl#")

    assert [bool(value) for value in report.objects(None, sh.conforms)] == [True]
    assert "conforms to the shapes and checks" in (one / "validation" / "report.txt").read_text()


# ------------------------------------------------------------------ what is said about it


def test_the_description_names_each_dump_with_size_and_checksum(one: Path) -> None:
    here = f"{one.as_uri()}/"
    turtle = Graph().parse(one / "dataset.ttl")
    [dataset] = turtle.subjects(RDF.type, DCAT.Dataset)
    told = {}
    for dump in turtle.objects(dataset, DCAT.distribution):
        [checksum] = turtle.objects(turtle.value(dump, SPDX.checksum), SPDX.checksumValue)
        name = str(turtle.value(dump, DCAT.downloadURL)).removeprefix(here)
        told[name] = (int(turtle.value(dump, DCAT.byteSize)), str(checksum))
        assert turtle.value(dump, DCAT.mediaType)

    assert str(dataset) == here
    assert turtle.value(dataset, URIRef("http://www.w3.org/ns/dcat#version")) == Literal("1.0.0")
    assert str(turtle.value(dataset, DCTERMS.license)).startswith("https://creativecommons.org/publicdomain/")
    assert int(turtle.value(dataset, VOID.triples)) == len(quads_of(one, "turtle"))
    assert told == {
        name: (len(data), hashlib.sha256(data).hexdigest())
        for name, data in files(one).items()
        if name.startswith("dumps/")
    }
    again = Graph().parse(one / "dataset.jsonld", format="json-ld", publicID=f"{here}dataset.jsonld")
    assert isomorphic(again, turtle)


def test_the_crate_is_an_ro_crate(one: Path) -> None:
    """RO-Crate 1.2: the descriptor, the root, and what the root must and should have."""
    crate = json.loads((one / "ro-crate-metadata.json").read_text())
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    descriptor, root = entities["ro-crate-metadata.json"], entities["./"]

    assert crate["@context"] == "https://w3id.org/ro/crate/1.2/context"
    assert len(entities) == len(crate["@graph"])
    assert all(
        entity["@type"] and entity["name"] for name, entity in entities.items() if entity is not descriptor
    )
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    assert root["@type"] == "Dataset"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", root["datePublished"])
    assert root["description"]
    assert root["license"]["@id"] in entities
    terms = [entities[one["@id"]].get("license") for one in root["isBasedOn"]]
    assert {"@id"} in [set(one) for one in terms]
    assert [one for one in terms if isinstance(one, dict) and one["@id"] not in entities] == []
    references = [root["license"], *root["author"], *root["isBasedOn"], *root["hasPart"]]
    assert [one["@id"] for one in references if one["@id"] not in entities] == []
    for part in root["hasPart"]:
        path, entity = one / part["@id"], entities[part["@id"]]
        assert path.is_dir() == (entity["@type"] == "Dataset")
        if entity["@type"] == "File":
            assert entity["contentSize"] == str(path.stat().st_size)
            assert entity["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    listed = {part["@id"] for part in root["hasPart"]}
    assert {name for name in files(one) if not name.startswith("pages/")} - listed == {
        "SHA256SUMS",
        "ro-crate-metadata.json",
    }


def test_the_citation_keeps_the_rules_of_its_format(one: Path) -> None:
    """Citation File Format 1.2.0: what is required, and the form of each value."""
    lines = (one / "CITATION.cff").read_text().splitlines()
    told = {name: json.loads(value) for name, value in (line.split(": ", 1) for line in lines)}

    assert {"cff-version", "message", "title", "authors"} <= set(told)
    assert set(told) <= {
        *("abstract", "authors", "cff-version", "date-released", "identifiers", "keywords", "license"),
        *("license-url", "message", "title", "type", "url", "version"),
    }
    assert told["cff-version"] == "1.2.0"
    assert told["type"] == "dataset"
    assert told["authors"] == [{"name": 'Ana: Example, "A."'}]
    assert told["license"] == "CC0-1.0"
    assert told["version"] == "1.0.0"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", told["date-released"])
    assert [set(one) for one in told["identifiers"]] == [{"type", "value", "description"}]


@pytest.mark.parametrize(
    ("licence", "identifier"),
    [
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("http://creativecommons.org/licenses/by-nc-sa/3.0", "CC-BY-NC-SA-3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://spdx.org/licenses/ODbL-1.0.html", "ODbL-1.0"),
        ("https://example.org/own", ""),
    ],
)
def test_a_licence_is_known_by_its_identifier(licence: str, identifier: str) -> None:
    assert spdx(licence) == identifier


def test_the_datasheet_has_its_sections_words_and_figures(one: Path) -> None:
    text = (one / "datasheet.md").read_text()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)

    assert headings == [*SECTIONS, "Thanks"]
    assert SENTENCE in text
    assert "* film: 2" in text
    assert text.count("The graph's folder says nothing on this.") == len(SECTIONS) - 1


def test_what_is_to_be_read_first_names_the_rest(one: Path) -> None:
    text = (one / "README.md").read_text()

    assert text.startswith("# A tiny graph, 1.0.0\n\nTwo invented films, for tests.\n")
    for name in re.findall(r"^\| `([^`]+)`", text, re.MULTILINE):
        assert (one / name).exists(), name
    assert "A leaflet that nobody printed" in (one / "LICENCES.md").read_text()


# ------------------------------------------------------------------ the pages


class Links(HTMLParser):
    """Gathers where a page leads, and the places in it."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.leads: list[str] = []
        self.places: set[str] = {""}
        self.tags: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in ("href", "src", "action"):
                self.leads.append(value or "")
            if name == "id":
                self.places.add(value or "")


def dead_links(pages: Path) -> Iterator[tuple[str, str]]:
    """Yield each link that leads to no file in the copy, or out of it, or to no place."""
    held = {str(path) for path in pages.rglob("*") if path.is_file()}
    read = {page: Links(Path(page)) for page in held if page.endswith(".html")}
    for page, links in read.items():
        for lead in links.leads:
            target = urlsplit(lead)
            if target.scheme in ("http", "https"):
                continue
            file = os.path.normpath(f"{page}/../{unquote(target.path)}") if target.path else page
            known = file not in read or unquote(target.fragment) in read[file].places
            if file not in held or not known or target.query or target.path.startswith("/"):
                yield Path(page).name, lead


def test_no_link_of_the_pages_is_dead(one: Path) -> None:
    pages = one / "pages"

    assert len(list(pages.rglob("*.html"))) >= 10
    assert list(dead_links(pages)) == []
    assert {tag for page in pages.rglob("*.html") for tag in Links(page).tags} & {"form", "base"} == set()
    assert "url(" not in (pages / "static" / "built" / "style.css").read_text()


def test_every_thing_evidence_source_and_question_has_a_page(one: Path) -> None:
    pages = one / "pages"

    for name in (
        "film/harbour",
        "person/p1aaa",
        "evidence/leaflet/p1-1",
        "source/leaflet",
        "questions/films",
    ):
        assert (pages / f"{name}.html").exists(), name
    assert "Harbour" in (pages / "film" / "harbour.html").read_text()
    assert "SELECT ?film ?maker" in (pages / "questions" / "films.html").read_text()


def test_the_pages_work_below_a_prefix_and_name_no_server_but_the_graphs(one: Path) -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in (one / "pages").rglob("*.html"))

    assert "pages.invalid" not in text
    assert "localhost" not in text
    assert f'<a href="{BASE}sparql">{BASE}sparql</a>' in text


def test_names_of_files_are_good_everywhere(one: Path) -> None:
    names = list(files(one))

    assert [name for name in names if re.search(r'[<>:"\\|?*\s]', name)] == []
    assert len({name.casefold() for name in names}) == len(names)


def test_no_link_of_the_real_graphs_pages_is_dead(real: Settings, tmp_path: Path) -> None:
    version, held = versions.describe(real.store, 1), versions.open_version(real.store, 1)
    with pool(replace(real, long_queries=AT_ONCE)) as engine:
        mirror = Mirror(create_app(real, engine), tmp_path, version.base)
        mirror.write(release.paths(held, version.base), lambda _done: None)

    assert len(mirror.pages) > version.counts["evidence"]
    assert list(dead_links(tmp_path)) == []


def test_a_page_that_cannot_be_had_is_not_left_out(tmp_path: Path) -> None:
    app = Flask("busy", static_folder=None)
    app.add_url_rule("/", "first", lambda: '<a href="/busy">it</a>')
    app.add_url_rule("/busy", "busy", lambda: ("", 429))

    with pytest.raises(Overloaded, match="/busy could not be copied"):
        Mirror(app, tmp_path, BASE).write([], lambda _done: None)


def odd_app() -> Flask:
    """An app with what the copy must cope with, whatever our own pages have now."""
    app = Flask("odd", static_folder=None)
    leads = [
        "/thing/a",
        "/thing/a#x",
        "/data",
        "/far?q=1&amp;b=2",
        "/thing/a.html",
        "/thing/a.ttl",
        "/all.ttl",
    ]
    leads += ["/lost", "http://pages.invalid/thing/a", "/moved", "https://e.example/x", "/round"]
    leads += ["/thing/%C9%99%3A%3F", "mailto:a@e.example"]
    page = "".join(f'<a href="{lead}">it</a>' for lead in leads)
    told = '<h1 id="x">A</h1><a href="../">up</a><link rel="canonical" href="http://pages.invalid/thing/a">'
    told += '<form action="/ask"><textarea>&lt;q</textarea></form>'
    turtle = "<http://pages.invalid/x> a 1 .", {"Content-Type": "text/turtle"}
    app.add_url_rule("/", "home", lambda: page)
    app.add_url_rule("/thing/a", "thing", lambda: redirect("/thing/a.html", 303))
    app.add_url_rule("/thing/a.html", "page", lambda: told)
    app.add_url_rule("/thing/a.ttl", "turtle", lambda: turtle)
    app.add_url_rule("/all.ttl", "all", lambda: ("all", {"Content-Type": "text/turtle"}))
    app.add_url_rule("/data", "data", lambda: {"a": 1})
    app.add_url_rule("/moved", "moved", lambda: redirect("/thing/a.html#x"))
    app.add_url_rule("/round", "round", lambda: redirect("/round"))
    app.add_url_rule("/thing/ə:?", "odd", lambda: "<p>odd</p>")
    return app


def test_a_copy_of_other_pages_leads_where_they_lead(tmp_path: Path) -> None:
    Mirror(odd_app(), tmp_path, "https://odd.example/base/").write(["/thing/none"], lambda _done: None)
    leads = Links(tmp_path / "index.html").leads
    thing = (tmp_path / "thing" / "a.html").read_text()

    assert set(files(tmp_path)) == {"index.html", "thing/a.html", "thing/%C9%99%3A%3F.html"}
    assert leads == [
        *(
            "thing/a.html",
            "thing/a.html#x",
            "https://odd.example/base/data",
            "https://odd.example/base/far?q=1&b=2",
        ),
        *("thing/a.html", "https://odd.example/base/thing/a.ttl", "https://odd.example/base/all.ttl"),
        *("https://odd.example/base/lost", "thing/a.html", "thing/a.html#x", "https://e.example/x"),
        *("https://odd.example/base/round", "thing/%25C9%2599%253A%253F.html", "mailto:a@e.example"),
    ]
    assert list(dead_links(tmp_path)) == [("index.html", "mailto:a@e.example")]
    assert '<link rel="canonical" href="https://odd.example/base/thing/a">' in thing
    assert '<pre tabindex="0">&lt;q</pre>' in thing
    assert 'href="https://odd.example/base/ask"' in thing
    assert "<form" not in thing


def test_a_page_keeps_its_own_data_beside_it(tmp_path: Path) -> None:
    app = odd_app()
    app.add_url_rule("/b.html", "b", lambda: '<link rel="alternate" href="/b.ttl"><a href="/all.ttl">all</a>')
    app.add_url_rule(
        "/b.ttl", "bt", lambda: ("<http://pages.invalid/x> a 1 .", {"Content-Type": "text/turtle"})
    )
    Mirror(app, tmp_path, "https://odd.example/").write(["/b.html"], lambda _done: None)

    assert (tmp_path / "b.ttl").read_text() == "<https://odd.example/x> a 1 ."
    assert Links(tmp_path / "b.html").leads == ["b.ttl", "https://odd.example/all.ttl"]


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    "number", ["1", "1.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0+", "1.0.0/..", ""]
)
def test_a_number_that_is_no_semantic_version_is_refused_in_words(
    house: Settings, tmp_path: Path, number: str
) -> None:
    told = released(house, tmp_path / "dist", number)

    assert told.exit_code == 1
    assert told.stderr.startswith(f"Error: {number} is no semantic version: expected three numbers")
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize("number", ["0.1.0", "1.2.3-rc.1", "1.0.0-alpha-2", "10.20.30+build.7"])
def test_a_semantic_version_is_one(number: str) -> None:
    release.check_number(number)


def test_a_release_is_never_written_over(house: Settings, two: list[Path]) -> None:
    before = tar_of(two[0]).stat()
    told = released(house, two[0].parent, "1.0.0")

    assert told.exit_code == 1
    assert "is there already: a release is never written over" in told.stderr
    assert tar_of(two[0]).stat() == before


def test_a_former_version_can_be_released_by_its_tag(house: Settings, tmp_path: Path) -> None:
    told = released(house, tmp_path, "1.0.0", "--version", "first")

    assert told.exit_code == 0, told.output
    assert "Release 1.0.0 of version 1 is made." in told.output
    digest = versions.describe(house.store, 1).digest
    assert delta.digest(quads_of(tmp_path / "a-tiny-graph-1.0.0", "nquads")) == digest
    assert list(dead_links(tmp_path / "a-tiny-graph-1.0.0" / "pages")) == []


def made(settings: Settings, output: Path, pages: Callable[[Path], None]) -> Path:
    hands = Hands(lambda _text: ("csv", b"film,maker\r\n"), pages)
    with release.alone(settings.store, versions.current(settings.store)) as only:
        return release.make(
            "1.0.0", output, parts=(settings.graph, only), hands=hands, progress=lambda _stage: None
        )


def test_a_release_that_fails_leaves_nothing(house: Settings, tmp_path: Path) -> None:
    def fail(_folder: Path) -> None:
        raise StoreError("No pages today.")

    with pytest.raises(StoreError, match="No pages today"):
        made(house, tmp_path / "dist", fail)

    assert list((tmp_path / "dist").iterdir()) == []


def test_a_version_that_is_rewritten_meanwhile_is_not_released(graph: Path, tmp_path: Path) -> None:
    settings = built(graph, tmp_path / "store")

    def erase(folder: Path) -> None:
        folder.mkdir()
        history.forget_all(settings, Forget(erased=[f"{BASE}film/tide"]))

    with pytest.raises(StoreError, match="written anew or let go meanwhile"):
        made(settings, tmp_path / "dist", erase)

    assert list((tmp_path / "dist").iterdir()) == []


def test_a_folder_that_has_moved_on_is_refused(graph: Path, tmp_path: Path) -> None:
    settings = built(graph, tmp_path / "store")
    shapes = graph / "shapes" / "tiny.ttl"
    shapes.write_text(f"# a remark is no change\n{shapes.read_text()}")
    assert made(settings, tmp_path / "dist", Path.mkdir)
    shapes.write_text(shapes.read_text().replace("One title", "One name").replace("one title", "one name"))

    with pytest.raises(SettingsError, match="holds another shapes than version 1 was made of"):
        made(replace(settings), tmp_path / "other", Path.mkdir)


def test_rows_that_a_query_puts_in_no_order_are_sorted(graph: Path, tmp_path: Path) -> None:
    (graph / "queries" / "any.rq").write_text("# title: T\n# question: Q?\nSELECT ?a { ?a ?b ?c }")
    settings = built(graph, tmp_path / "store")
    hands = Hands(lambda text: ("csv", b'a\r\nz\r\n"b,"\r\n' if "?b" in text else b"film\r\n"), Path.mkdir)
    with release.alone(settings.store, 1) as only:
        folder = release.make(
            "1.0.0", tmp_path / "dist", parts=(graph, only), hands=hands, progress=lambda _stage: None
        )

    assert (folder / "questions" / "any.csv").read_bytes() == b'a\r\n"b,"\r\nz\r\n'


def test_a_place_where_nobody_can_write_is_told_in_words(house: Settings, tmp_path: Path) -> None:
    (tmp_path / "dist").write_text("a file, not a folder")
    told = released(house, tmp_path / "dist", "1.0.0")

    assert told.exit_code == 1
    assert told.stderr == f"Error: {tmp_path / 'dist'}: File exists; no release is made.\n"


def test_no_release_is_made_of_a_plain_store_or_of_none(house: Settings, tmp_path: Path) -> None:
    plain = replace(house, store=tmp_path / "plain", bare=True)
    commit.start_bare(plain)

    assert "A plain store has no ontology" in released(plain, tmp_path / "dist", "1.0.0").stderr
    none = released(replace(house, store=tmp_path / "none"), tmp_path / "dist", "1.0.0")
    assert "holds no version yet" in none.stderr
    assert not (tmp_path / "none").exists()


def test_a_terminal_is_shown_how_far_it_is(house: Settings, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    places = ["--graph", str(house.graph), "--store", str(house.store), "--output", str(tmp_path)]
    command = [sys.executable, "-m", "qgraph", "release", "1.0.0", *places]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=theirs, check=True)
    told = os.read(ours, 100_000).decode()
    os.close(ours)
    os.close(theirs)

    for stage in ("writing the dumps", "answering the questions", "copying the pages", "10\r", "packing"):
        assert stage in told
