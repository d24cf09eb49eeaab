"""Names that answer: 303 for things, 200 for graphs, in every format and after every profile."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import Dataset, Graph, Literal, URIRef
from werkzeug.test import TestResponse

from conftest import built
from qgraph import history
from qgraph.engine import Pool
from qgraph.forget import Forget
from qgraph.formats import BY_NAME, GRAPHS
from qgraph.settings import Settings
from qgraph.store import canonical, parse
from qgraph.web import create_app
from qgraph.web.serve import pool

HARBOUR = "https://tiny.example/film/harbour"
SCHEMA = "https://schema.org/"
FORMS = {
    "text/html": "html",
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld",
    "application/trig": "trig",
    "application/n-quads": "nq",
    "text/turtle; version=1.2": "ttl12",
}


def get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(("accept", "suffix"), FORMS.items())
def test_a_thing_leads_to_what_is_told_of_it(client: FlaskClient, accept: str, suffix: str) -> None:
    lead = get(client, "/film/harbour", Accept=accept)
    told = client.get(lead.location)

    assert (lead.status_code, lead.location) == (303, f"/film/harbour.{suffix}")
    assert {"Accept", "Accept-Profile"} <= set(lead.vary)
    assert f'<{lead.location}>; rel="describedby"; type="{accept}"' in lead.headers["Link"]
    assert told.status_code == 200
    assert told.content_type.removesuffix("; charset=utf-8") == accept
    assert told.headers["Content-Location"] == lead.location
    assert f'<{HARBOUR}>; rel="describes"' in told.headers["Link"]
    others = [one for one in FORMS.values() if one != suffix]
    assert all(f'</film/harbour.{one}>; rel="alternate"' in told.headers["Link"] for one in others)


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("", "html"),
        ("*/*", "html"),
        ("text/*", "html"),
        ("text/html;q=0.2, application/trig", "trig"),
        ("application/rdf+xml;q=0.3,application/n-triples;q=0.7", "nt"),
        ("text/turtle; charset=utf-8", "ttl"),
        ("text/html;q=0, */*", "ttl"),
        ("application/ld+json;q=0, application/json", ""),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted, x"', "jsonld"),
        ("application/json", "jsonld"),
        ("*/*;q=0.1, text/n3", "ttl"),
        ("text/turtle;q=nonsense, application/n-quads;q=0.1", "nq"),
        ("text/turtle;version=1.3", ""),
        ("image/png", ""),
        (";;;", ""),
    ],
)
def test_the_quality_of_each_range_decides(client: FlaskClient, accept: str, suffix: str) -> None:
    answer = get(client, "/film/harbour", Accept=accept)

    assert answer.location == (f"/film/harbour.{suffix}" if suffix else None)
    assert answer.status_code == (303 if suffix else 406)


def test_what_cannot_be_had_is_told_with_what_there_is(client: FlaskClient) -> None:
    answer = get(client, "/film/harbour", Accept="image/png")
    suffix = client.get("/film/harbour.pdf")

    for one in (answer, suffix):
        assert one.status_code == 406
        assert one.json["offers"] == list(FORMS)
        assert one.json["alternates"] == [f"/film/harbour.{name}" for name in FORMS.values()]
        assert '</film/harbour.ttl>; rel="alternate"; type="text/turtle"' in one.headers["Link"]


@pytest.mark.parametrize("path", ["evidence/leaflet/p1-1", "graph/asserted", "graph/ontology"])
def test_a_graph_is_a_document_and_is_given_as_it_is(client: FlaskClient, path: str) -> None:
    answer = get(client, f"/{path}", Accept="application/trig")
    dataset = Dataset()
    dataset.parse(data=answer.data, format="trig")

    assert answer.status_code == 200
    assert answer.headers["Content-Location"] == f"/{path}.trig"
    assert 'rel="describes"' not in answer.headers["Link"]
    assert "_profile=schema" not in answer.headers["Link"]
    assert "schema" not in client.get(f"/{path}.html?_profile=alt").text
    refused = client.get(f"/{path}.ttl?_profile=schema")
    assert (refused.status_code, len(refused.json["offers"])) == (406, 2)
    assert len(dataset.graph(URIRef(f"https://tiny.example/{path}"))) > 5
    assert get(client, f"/{path}", Accept="text/html").status_code == 200


def test_a_description_has_facts_both_ways_with_names_and_evidence(client: FlaskClient) -> None:
    dataset = Dataset()
    dataset.parse(data=client.get("/film/harbour.nq").data, format="nquads")
    own = "https://tiny.example/ontology#"
    film, maker, other = (
        URIRef(f"https://tiny.example/{one}") for one in ("film/harbour", "person/p1aaa", "film/tide")
    )

    facts = dataset.default_graph
    assert (film, URIRef(own + "madeBy"), maker) in facts
    assert (maker, URIRef(own + "made"), film) in facts
    assert (
        maker,
        URIRef("http://www.w3.org/2000/01/rdf-schema#label"),
        Literal("Ana Example", lang="en"),
    ) in facts
    claimed = (other, URIRef(own + "mocks"), film)
    assert claimed not in facts
    assert claimed in dataset.graph(URIRef("https://tiny.example/evidence/leaflet/p1-3"))
    assert (maker, URIRef(own + "made"), film) in dataset.graph(URIRef("https://tiny.example/graph/inferred"))


def test_formats_of_one_graph_repeat_no_claim_as_a_fact(client: FlaskClient) -> None:
    plain = Graph().parse(data=client.get("/film/tide.ttl").data, format="turtle")
    reified = client.get("/film/tide.ttl12").text

    assert not list(plain.triples((None, URIRef("https://tiny.example/ontology#mocks"), None)))
    assert re.search(r"p1-3> a core:Reported , core:Evidence|p1-3> a core:Evidence , core:Reported", reified)
    assert "rdf:reifies <<( film:tide :mocks film:harbour )>>" in reified
    assert not re.search(r"^(film:tide.*|\t):mocks", reified, re.MULTILINE)


@pytest.mark.parametrize(
    "path", ["film/harbour", "evidence/leaflet/p1-3", "graph/ontology", "source/leaflet"]
)
def test_every_format_of_a_dataset_tells_the_same(client: FlaskClient, path: str) -> None:
    told = {
        one.name: canonical(parse(client.get(f"/{path}.{one.suffix}").data, one))
        for one in GRAPHS
        if one.holds_named_graphs or one.name == "jsonld"
    }

    assert told["trig"] == told["nquads"] == told["jsonld"]


@pytest.mark.parametrize("path", ["film/harbour", "evidence/leaflet/p1-1", "graph/asserted"])
def test_every_format_of_one_graph_tells_the_same(client: FlaskClient, path: str) -> None:
    told = [
        canonical(parse(client.get(f"/{path}.{BY_NAME[name].suffix}").data, BY_NAME[name]))
        for name in ("turtle", "ntriples", "rdfxml")
    ]

    assert told[0] == told[1] == told[2] != []


def test_turtle_is_written_for_reading(client: FlaskClient) -> None:
    text = client.get("/film/harbour.ttl").text

    assert text == client.get("/film/harbour.ttl").text
    prefixes = re.findall(r"^@prefix (\S*):", text, re.MULTILINE)
    assert prefixes == sorted(prefixes)
    assert "owl" not in prefixes
    first = text.split("\n\n")[1]
    assert first.startswith("film:harbour a :Film ;\n\t")
    assert '\trdfs:label "Harbour"@en' in first


def test_json_ld_has_plain_names_and_nests_what_its_frame_says(client: FlaskClient) -> None:
    film = client.get("/film/harbour.jsonld").json

    assert (film["id"], film["type"]) == ("film/harbour", "Film")
    assert film["label"] == {"en": "Harbour"}
    assert film["length"] == 90
    assert film["madeBy"]["label"] == {"en": "Ana Example"}
    assert film["madeBy"]["id"] == "person/p1aaa"
    carried = {one["id"] for one in film["included"] if "@graph" in one}
    assert carried == {f"evidence/leaflet/p1-{n}" for n in (1, 3)} | {"graph/inferred"}
    assert "mocks" in film["@context"]
    assert "Source" in film["@context"]
    assert "NoValue" not in film["@context"]


def test_a_kind_without_a_frame_has_good_json_ld_too(client: FlaskClient) -> None:
    person = client.get("/person/p1aaa.jsonld").json

    assert (person["id"], person["type"]) == ("person/p1aaa", "Person")
    assert person["made"]["label"] == {"en": "Harbour"}


def test_the_context_is_published_and_linked(client: FlaskClient) -> None:
    answer = client.get("/context.jsonld")
    names = answer.json["@context"]

    assert answer.mimetype == "application/ld+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert names["madeBy"] == {"@id": "https://tiny.example/ontology#madeBy", "@type": "@id"}
    assert "@base" not in names
    used = client.get("/film/harbour.jsonld")
    assert '</context.jsonld>; rel="http://www.w3.org/ns/json-ld#context"' in used.headers["Link"]


@pytest.mark.parametrize(
    ("asked", "profile"),
    [
        ("", ""),
        ("*", ""),
        ("qgraph", ""),
        ("schema", "schema"),
        (f"<{SCHEMA}>", "schema"),
        (f'"{SCHEMA}"', "schema"),
        ("https://schema.org", "schema"),
        (f"<urn:x:unknown>, <{SCHEMA}>;q=0.1", "schema"),
        ("<https://schema.org/>;q=0.5, <https://w3id.org/qgraph/core>;q=0.9", ""),
        ("alt", "alt"),
    ],
)
def test_a_profile_is_chosen_by_header_or_parameter(client: FlaskClient, asked: str, profile: str) -> None:
    ending = f"?_profile={profile}" if profile else ""
    lead = get(client, "/film/harbour", Accept="text/turtle", Accept_Profile=asked)
    named = client.get("/film/harbour", query_string={"_profile": asked, "_mediatype": "text/turtle"})

    assert lead.location == named.location == f"/film/harbour.ttl{ending}"


def test_a_profile_that_is_not_there_is_told_with_those_there_are(client: FlaskClient) -> None:
    for answer in (
        get(client, "/film/harbour", Accept_Profile="<urn:x:unknown>"),
        get(client, "/film/harbour", Accept_Profile="schema;q=0"),
        client.get("/film/harbour.ttl?_profile=unknown"),
    ):
        assert answer.status_code == 406
        assert [one.partition(" ")[0] for one in answer.json["offers"]] == ["qgraph", "schema", "alt"]
    assert client.get("/film/harbour.trig?_profile=schema").status_code == 406


@pytest.mark.parametrize("name", ["_profile", "_mediatype"])
def test_a_parameter_that_would_take_long_to_read_is_refused(client: FlaskClient, name: str) -> None:
    answer = client.get("/film/harbour", query_string={name: "<" * 20_000})

    assert answer.status_code == 400
    assert name in answer.json["detail"]


def test_the_profile_schema_tells_in_words_of_schema_org_alone(client: FlaskClient) -> None:
    answer = client.get("/film/harbour.nt?_profile=schema")
    graph = Graph().parse(data=answer.data, format="nt")

    assert answer.headers["Content-Profile"] == f"<{SCHEMA}>"
    assert f'<{SCHEMA}>; rel="profile"' in answer.headers["Link"]
    assert (URIRef(HARBOUR), URIRef(SCHEMA + "name"), Literal("Harbour", lang="en")) in graph
    film = client.get("/film/harbour.jsonld?_profile=schema").json
    assert film["@type"] == "Movie"
    assert film["creator"]["name"] == {"@language": "en", "@value": "Ana Example"}
    assert film["@context"] == {"@vocab": SCHEMA}
    assert client.get("/film/nothing.ttl?_profile=schema").status_code == 404


def test_what_there_is_can_be_asked_by_people_and_programs(client: FlaskClient) -> None:
    page = client.get("/film/harbour.html?_profile=alt")
    graph = Graph().parse(data=client.get("/film/harbour.ttl?_profile=alt").data, format="turtle")
    altr = "http://www.w3.org/ns/dx/connegp/altr#"

    assert '<a href="/film/harbour.ttl?_profile=schema" type="text/turtle">Turtle</a>' in page.text
    told = {str(one) for one in graph.objects(URIRef(HARBOUR), URIRef(altr + "hasRepresentation"))}
    assert "http://localhost/film/harbour.nq" in told
    assert "http://localhost/film/harbour.rdf?_profile=schema" in told
    assert len(list(graph.objects(URIRef(HARBOUR), URIRef(altr + "hasDefaultRepresentation")))) == 1
    assert client.get("/film/harbour.jsonld?_profile=alt").json["id"] == HARBOUR


def test_head_answers_as_get_and_what_is_known_is_not_sent_again(client: FlaskClient) -> None:
    whole = client.get("/film/harbour.ttl")
    head = client.head("/film/harbour.ttl")
    again = get(client, "/film/harbour.ttl", If_None_Match=whole.headers["ETag"])
    other = get(client, "/film/tide.ttl", If_None_Match=whole.headers["ETag"])

    assert head.data == b""
    assert head.headers["Link"] == whole.headers["Link"]
    assert (again.status_code, again.data) == (304, b"")
    assert other.status_code == 200


def test_pages_of_other_sites_may_read_what_is_told(client: FlaskClient) -> None:
    for answer in (client.get("/film/harbour"), client.get("/film/nothing"), client.options("/film/harbour")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Accept-Profile" in client.options("/film/harbour").headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/film/harbor", "/film/harbour"),
        ("/film/harb", "/film/harbour"),
        ("/film/HARBOUR.ttl", "/film/harbour"),
        ("/person/ana-example", "/person/p1aaa"),
        ("/person/harbour", "/film/harbour"),
        ("/evidence/leaflet/p1-9", "/evidence/leaflet/p1-1"),
    ],
)
def test_a_name_that_is_not_there_is_told_with_names_like_it(
    client: FlaskClient, path: str, near: str
) -> None:
    answer = get(client, path, Accept="application/json")
    page = get(client, path.removesuffix(".ttl"), Accept="text/html")

    assert (answer.status_code, page.status_code) == (404, 404)
    assert near in answer.json["near"]
    assert f'<a href="{near}" title="https://tiny.example{near}">' in page.text


def test_a_kind_that_is_not_there_is_told_with_those_there_are(client: FlaskClient) -> None:
    answer = client.get("/flim/harbour")

    assert answer.status_code == 404
    assert answer.json["kinds"] == ["evidence", "film", "person", "scheme", "source"]


def test_what_was_erased_is_gone_in_every_format(graph: Path, tmp_path: Path) -> None:
    settings = built(graph, tmp_path / "store")
    history.forget_all(settings, Forget(["https://tiny.example/person/p2bbb"]))
    with pool(settings) as engine:
        client = create_app(settings, engine).test_client()

        for path in ("/person/p2bbb", "/person/p2bbb.ttl", "/person/p2bbb.jsonld?_profile=schema"):
            assert client.get(path).status_code == 410


def test_a_version_is_told_as_rdf_by_accept_and_by_suffix(client: FlaskClient) -> None:
    for kind, suffix in FORMS.items():
        if suffix in ("html", "trig", "nq", "ttl12"):
            continue
        one, other = get(client, "/versions/1", Accept=kind), client.get(f"/versions/1.{suffix}")
        assert one.mimetype == other.mimetype == kind
        assert one.data == other.data
        assert one.headers["Content-Location"] == f"/versions/1.{suffix}"
    assert client.get("/versions/1.json").json[0]["number"] == 1
    assert client.get("/versions/1.pdf").status_code == 404


def test_a_former_version_is_told_too(client: FlaskClient) -> None:
    lead = get(client, "/film/harbour?version=1", Accept="text/turtle")
    told = client.get(lead.location)

    assert lead.location == "/film/harbour.ttl?version=1"
    assert "Memento-Datetime" in told.headers
    assert 'rel="original timegate"' in told.headers["Link"]
    assert '</film/harbour.nt?version=1>; rel="alternate"' in told.headers["Link"]


# What holds all that is told of a name; of a vocabulary or of the dataset there is no format of named graphs.
WHOLE = "application/n-quads, application/n-triples;q=0.5"


def names(engine: Pool, settings: Settings) -> list[str]:
    """Return every IRI under the base in the dataset, as a path."""
    client = create_app(settings, engine).test_client()
    query = """SELECT DISTINCT ?iri {
      { ?a ?b ?c } UNION { GRAPH ?g { ?a ?b ?c } }
      VALUES ?n { 1 2 3 4 }
      BIND (IF(?n = 1, ?a, IF(?n = 2, ?b, IF(?n = 3, ?c, ?g))) AS ?iri)
      FILTER (isIRI(?iri) && STRSTARTS(STR(?iri), "https://w3id.org/qgraph/")) }"""
    rows = client.get("/sparql", query_string={"query": query, "format": "csv"}).text.split()[1:]
    return sorted(row.strip('"').removeprefix("https://w3id.org/qgraph/") for row in rows)


def test_every_name_in_the_dataset_answers_and_is_spoken_of(real: Settings) -> None:
    with pool(real) as engine:
        client, failures = create_app(real, engine).test_client(), []
        documents: dict[str, str] = {}
        found = names(engine, real)
        for name in found:
            document = name.partition("#")[0]
            if document not in documents:
                answer = get(client, f"/{document}", Accept=WHOLE)
                if answer.status_code == 303:
                    answer = client.get(answer.location)
                documents[document] = answer.text if answer.status_code == 200 else ""
            if f"<https://w3id.org/qgraph/{name}>" not in documents[document]:
                failures.append(name)
        kinds = {document.partition("/")[0]: document for document in documents}
        pages = {one: get(client, f"/{one}", Accept="text/html") for one in kinds.values()}
        pages = {one: client.get(page.location) if page.location else page for one, page in pages.items()}
        source = client.get("/source/gv-2025.html").text

    assert len(found) > 1000
    assert failures == []
    assert {page.status_code for page in pages.values()} == {200}
    passages = [name.partition("#")[2] for name in found if name.startswith("source/gv-2025#")]
    assert [one for one in passages if f'id="{one}"' not in source] == []
