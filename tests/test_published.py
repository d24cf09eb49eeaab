"""What is told to all holds whatever one reader or one writer sends."""

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import XML

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from conftest import built
from qgraph import history
from qgraph.errors import RequestError
from qgraph.formats import BY_NAME, RDF_BY_SUFFIX
from qgraph.history import Forget
from qgraph.questions import Parameter, Question, bind, described
from qgraph.settings import Settings
from qgraph.store import NamedNode, Quad, parse, text_of
from qgraph.web import create_app, exchange
from qgraph.web.exchange import Asked
from qgraph.web.serve import pool
from test_guard import OURS, evidence, write

BASE = "https://tiny.example/"
ERASED = f"{BASE}person/p9zzz"
OTHER = "evidence/leaflet/w2"
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
IN_DATASET = "http://rdfs.org/ns/void#inDataset"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def app(tiny: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The tiny graph after an erasure, and after a message that no XML can hold."""
    store = Path(shutil.copytree(tiny.store, tmp_path_factory.mktemp("published") / "store"))
    settings = replace(tiny, store=store)
    write(settings, evidence(OURS, '<person/p9zzz> a :Person ; rdfs:label "Z"@en'))
    history.forget_all(settings, Forget(erased=[ERASED]))
    write(settings, evidence(OTHER, "<film/tide> :length 70"), message="One\nline\uffff\ufffe\x0e.")
    with pool(settings) as engine:
        yield create_app(settings, engine)


@pytest.fixture(scope="module")
def told(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def licensed(tmp_path_factory: pytest.TempPathFactory, tiny: Settings) -> Iterator[FlaskClient]:
    """The tiny graph, which says of itself what its licence is."""
    folder = Path(shutil.copytree(tiny.graph, tmp_path_factory.mktemp("licensed") / "graph"))
    header = (
        f"<{BASE}> <http://purl.org/dc/terms/license> <{CC0}> ;"
        " <http://purl.org/dc/terms/creator> <https://tiny.example/#ada> .\n"
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> ."
        "<https://tiny.example/#ada> a foaf:Person ; foaf:name 'Ada' ."
    )
    (folder / "ontology" / "header.ttl").write_text(header, encoding="utf-8")
    settings = built(folder, folder.parent / "store")
    with pool(settings) as engine:
        yield create_app(settings, engine).test_client()


def test_an_answer_from_a_file_leaves_its_date_to_the_server(app: Flask) -> None:
    asked = Asked("GET", "/export/all.nt", "", {"host": "localhost"}, "127.0.0.1")
    answer = exchange.page(app, asked, b"")
    assert not isinstance(answer.body, bytes)
    answer.body.close()

    assert "date" not in {name.lower() for name, _ in answer.headers}


@pytest.mark.parametrize(
    "path", ["/catalog.ttl", "/film/tide.ttl", "/timemap", "/ontology.ttl", "/questions/films?format=csv&"]
)
def test_no_reader_writes_a_link_of_an_answer(app: Flask, path: str) -> None:
    path, _, query = path.partition("?")
    query += 'a>;rel="stylesheet",<http://evil.example/'
    answer = exchange.page(app, Asked("GET", path, query, {"host": "localhost"}, "127.0.0.1"), b"")
    said = "".join(value for _, value in answer.headers) + str(answer.body)

    assert "<http://evil.example/" not in said


def test_a_timemap_is_of_an_own_address(told: FlaskClient) -> None:
    asked = {"url": "http://localhost/sparql?query=ASK%7B%7D&version=1#top"}
    own = told.get("/timemap", query_string=asked)

    assert '<http://localhost/sparql?query=ASK%7B%7D>; rel="original timegate"' in own.text
    assert '<http://localhost/sparql?query=ASK%7B%7D&version=1>; rel="memento"' in own.text
    assert told.get("/timemap", query_string={"url": f"{BASE}film/tide"}).status_code == 200
    assert told.get("/timemap", query_string={"url": 'http://localhost/a>,<b"'}).text.count("<b") == 0
    other = told.get("/timemap", query_string={"url": "http://localhost.evil.example/"})
    assert other.status_code == 404
    assert BASE in other.text


def test_the_links_of_a_page_are_asked_by_its_path(told: FlaskClient) -> None:
    assert told.get("/linkset.json?of=/film/tide").json["linkset"][0]["anchor"] == (
        "http://localhost/film/tide"
    )
    assert told.get("/linkset?of=film/tide").status_code == 400
    assert told.get("/linkset?of=/film/ti%2564e").status_code == 404


@pytest.mark.parametrize(
    "path", ["/linkset?of=/person/p9zzz", f"/export/thing/{ERASED}.ttl", "/export/thing/person/p9zzz.ttl"]
)
def test_what_was_erased_is_gone_however_it_is_asked_for(told: FlaskClient, path: str) -> None:
    answer = told.get(path, follow_redirects=True)

    assert answer.status_code == 410, answer.text


@pytest.mark.parametrize("path", ["kind/film", "thing/film/tide", "concepts"])
def test_a_part_tells_of_the_whole_and_its_licence(licensed: FlaskClient, path: str) -> None:
    answer = licensed.get(f"/export/{path}.nt")

    assert f"<{BASE}> <http://purl.org/dc/terms/license> <{CC0}> ." in answer.text
    assert f'<{CC0}>; rel="license"' in answer.headers["Link"]


@pytest.mark.parametrize("suffix", ["ttl", "nt", "jsonld", "rdf", "trig"])
def test_a_document_says_of_which_dataset_it_is(told: FlaskClient, suffix: str) -> None:
    found = parse(told.get(f"/film/tide.{suffix}").data, RDF_BY_SUFFIX[f".{suffix}"])

    assert Quad(NamedNode(f"{BASE}film/tide.ttl"), NamedNode(IN_DATASET), NamedNode(BASE)) in found


def test_a_version_has_one_name_whoever_tells_of_it(told: FlaskClient) -> None:
    name = f"{BASE}versions/4"
    entries = XML(told.get("/changes.atom").data).iter(f"{ATOM}id")

    assert name in {one.text for one in entries}
    assert f"<{name}> " in told.get("/versions/4.nt").text
    assert f"<http://www.w3.org/ns/dcat#hasCurrentVersion> <{name}>" in told.get("/catalog.nt").text
    assert f"<http://purl.org/dc/terms/conformsTo> <{BASE}shapes>" in told.get("/catalog.nt").text


def test_a_term_taken_for_a_page_leads_to_its_place(told: FlaskClient) -> None:
    assert "/ontology#Film" in told.get("/ontology/Filmm").json["near"]


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/export/kind/film.csv?bom=2", "bom"),
        ("/export/kind/film.csv?bom=1&bom=0", "bom"),
        ("/questions/films?format=csv&bom=x", "bom"),
    ],
)
def test_a_wrong_flag_is_named_with_its_kind_and_an_example(
    told: FlaskClient, path: str, parameter: str
) -> None:
    answer = told.get(path)

    assert answer.status_code == 400
    assert [answer.json[name] for name in ("parameter", "kind", "example")] == [parameter, "boolean", "1"]


def test_a_parameter_given_twice_is_named_with_its_kind_and_an_example() -> None:
    year = Parameter("year", "year", "", "1990", "1991", "The year.")
    question = Question("films", "Films", "Which?", "SELECT * { VALUES ?year { 1990 } }", (year,))
    with pytest.raises(RequestError, match="2 times") as refused:
        bind(question, {"year": ["1", "2"]}, BASE)

    assert refused.value.details == {"parameter": "year", "kind": "year", "example": "1991"}


def test_an_address_near_that_of_a_question_leads_to_it(told: FlaskClient) -> None:
    slashed = told.get("/questions/films/?format=csv")
    suffixed = told.get("/questions/films.csv")

    assert (slashed.status_code, slashed.headers["Location"]) == (308, "/questions/films?format=csv")
    assert suffixed.status_code == 404
    assert suffixed.json["near"] == ["/questions/films?format=csv"]


def test_evidence_cannot_be_left_out_of_itself(told: FlaskClient) -> None:
    assert told.get("/export/kind/evidence.csv?evidence=0").status_code == 400
    assert told.get("/export/kind/evidence.csv?evidence=1").status_code == 200


def test_a_creator_who_is_a_person_is_told_as_one(licensed: FlaskClient) -> None:
    creator = licensed.get("/dataset.jsonld").get_json(force=True)["creator"]

    assert creator == {"@type": "Person", "name": "Ada", "@id": f"{BASE}#ada"}


def test_a_server_for_others_says_whose_host_is_taken(run: Callable[..., Result], tiny: Settings) -> None:
    where = ("--graph", tiny.graph, "--store", tiny.store, "--host", "0.0.0.0")
    with socket.create_server(("", 0)) as taken:
        where += ("--port", taken.getsockname()[1])
        silent, named = run("serve", *where), run("serve", *where, "--public-url", "https://tiny.example")

    assert "--public-url" in silent.output
    assert "--public-url" not in named.output


@pytest.mark.parametrize("name", ["turtle", "jsonld", "ntriples", "rdfxml"])
def test_a_question_whose_answer_is_rows_is_told_in_rdf(told: FlaskClient, name: str) -> None:
    form = BY_NAME[name]
    answer = told.get("/questions/films", headers={"Accept": form.media_type})
    found = {(quad.predicate.value, text_of(quad.object)) for quad in parse(answer.data, form)}

    assert answer.mimetype == form.media_type
    assert ("http://purl.org/dc/terms/title", "Films and their makers") in found
    assert "SELECT ?film ?maker" in dict(found)["http://www.w3.org/ns/shacl#select"]


def test_the_parameters_of_a_question_are_told_in_rdf() -> None:
    year = Parameter("year", "year", "", "1990", "1991", "The year.")
    question = Question("films", "Films", "Which?", "ASK { VALUES ?year { 1990 } }", (year,))
    found = {
        (one.predicate.value.rpartition("#")[2], text_of(one.object)) for one in described(question, BASE)
    }

    assert {("name", "year"), ("defaultValue", "1990"), ("description", "The year.")} <= found
    assert "ask" in dict(found)


def test_no_message_breaks_the_feed(told: FlaskClient) -> None:
    summaries = [one.text or "" for one in XML(told.get("/changes.atom").data).iter(f"{ATOM}summary")]

    assert any(one.startswith("One line\ufffd\ufffd\ufffd.") for one in summaries), summaries
