"""What a graph with a full header says of itself: VoID, DCAT, schema.org, links, feeds, OpenAPI."""

import json
import re
import shutil
import urllib.request
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import signposting
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from rdflib import DCTERMS, FOAF, RDF, SKOS, VOID, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from conftest import CASES, built, quietly, serving
from qgraph import commit, dataset
from qgraph.formats import BY_NAME
from qgraph.settings import Settings
from qgraph.web import create_app, feeds, memory
from qgraph.web.dataset import described
from qgraph.web.serve import pool

BASE = "https://tiny.example/"
DCAT = Namespace("http://www.w3.org/ns/dcat#")
CORE = Namespace("https://w3id.org/qgraph/core#")
THIS = URIRef(BASE)
CC0 = URIRef("https://creativecommons.org/publicdomain/zero/1.0/")
RDFLIB = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml", "nt": "nt"}
HEADER = """
@prefix : <https://tiny.example/ontology#> .
@prefix core: <https://w3id.org/qgraph/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://tiny.example/>
    dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ;
    dcterms:rights "No rights reserved."@en ;
    dcterms:creator <https://tiny.example/#us> ;
    core:purpose "To be tested."@en ;
    core:contact "Write to nobody."@en ;
    skos:editorialNote "Registered nowhere."@en .
<https://tiny.example/#us> foaf:name "Us" .
:Shy a owl:Class ; rdfs:label "shy person"@en ; skos:definition "A person of one name."@en ;
    rdfs:subClassOf :Person ; core:unlisted true .
"""
MORE = """
@prefix : <https://tiny.example/ontology#> .
@prefix core: <https://w3id.org/qgraph/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@base <https://tiny.example/> .
<evidence/leaflet/p1-4> {
    <person/p3ccc> a :Shy ; rdfs:label "Cee"@en .
    <film/tide> skos:exactMatch <https://other.example/film/7> .
}
<evidence/leaflet/p1-4> a core:Evidence ; core:fromSource <source/leaflet> ; core:voice core:Editor ;
    core:stated core:Explicit ; core:tier core:Sensitive ; core:reviewNote "Of a test."@en .
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = Path(shutil.copytree(CASES / "tiny", tmp_path_factory.mktemp("told") / "graph"))
    (folder / "ontology" / "header.ttl").write_text(HEADER, encoding="utf-8")
    (folder / "data" / "more.trig").write_text(MORE, encoding="utf-8")
    return built(folder, folder.parent / "store")


@pytest.fixture(scope="module")
def told(settings: Settings) -> Iterator[FlaskClient]:
    with pool(settings) as engine:
        yield create_app(settings, engine).test_client()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of a plain store that is empty."""
    settings = Settings(store=tmp_path_factory.mktemp("plain"), bare=True, workers=2, long_queries=2)
    commit.start_bare(settings)
    with pool(settings) as engine:
        yield create_app(settings, engine).test_client()


def read(client: FlaskClient, path: str) -> Graph:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return Graph().parse(data=answer.data, format=RDFLIB[path.rpartition(".")[2]])


def number(graph: Graph, subject: Any, word: str) -> int:
    return int(str(graph.value(subject, VOID[word])))


def asked(client: FlaskClient, query: str) -> list[dict[str, Any]]:
    answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": "application/json"})
    rows: list[dict[str, Any]] = json.loads(answer.data)["results"]["bindings"]
    return rows


def test_void_counts_what_the_endpoint_counts(told: FlaskClient) -> None:
    graph = read(told, "/void.ttl")
    [row] = asked(
        told, "SELECT (COUNT(*) AS ?t) (COUNT(DISTINCT ?s) AS ?u) (COUNT(DISTINCT ?o) AS ?v) { ?s ?p ?o }"
    )
    parts = {
        str(graph.value(part, VOID["property"])): number(graph, part, "triples")
        for part in graph.objects(THIS, VOID.propertyPartition)
    }
    properties = asked(told, "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p")

    assert [number(graph, THIS, word) for word in ("triples", "distinctSubjects", "distinctObjects")] == [
        int(row[name]["value"]) for name in "tuv"
    ]
    assert parts == {one["p"]["value"]: int(one["n"]["value"]) for one in properties}
    assert number(graph, THIS, "properties") == len(parts)


def test_void_counts_the_things_of_each_class_and_tells_of_links(told: FlaskClient) -> None:
    graph = read(told, "/void.ttl")
    classes = {
        str(graph.value(part, VOID["class"])): number(graph, part, "entities")
        for part in graph.objects(THIS, VOID.classPartition)
    }
    [links] = graph.subjects(RDF.type, VOID.Linkset)

    assert classes[BASE + "ontology#Film"] == 2
    assert classes[BASE + "ontology#Person"] == 3
    assert number(graph, THIS, "entities") == 2 + 3 + 4 + 1  # films, people, evidence, a source
    assert graph.value(links, VOID.linkPredicate) == SKOS.exactMatch
    assert graph.value(graph.value(links, VOID.objectsTarget), VOID.uriSpace) == Literal(
        "https://other.example/"
    )
    assert URIRef(BASE + "film/harbour") in set(graph.objects(THIS, VOID.exampleResource))


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("text/turtle", "ttl"),
        ("application/rdf+xml", "rdf"),
        ("application/ld+json", "jsonld"),
        ("text/html", "html"),
    ],
)
def test_the_well_known_address_leads_to_the_format_that_is_wanted(
    told: FlaskClient, accept: str, suffix: str
) -> None:
    answer = told.get("/.well-known/void", headers={"Accept": accept})

    assert (answer.status_code, answer.location) == (303, f"/void.{suffix}")
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize("name", ["void", "catalog"])
def test_a_description_says_the_same_in_every_format(told: FlaskClient, name: str) -> None:
    turtle = read(told, f"/{name}.ttl")

    for suffix in RDFLIB:
        assert isomorphic(turtle, read(told, f"/{name}.{suffix}")), suffix


@pytest.mark.parametrize("path", ["/void.ttl", "/catalog.ttl"])
def test_licence_rights_purpose_and_contact_are_told(told: FlaskClient, path: str) -> None:
    graph = read(told, path)
    [creator] = graph.objects(THIS, DCTERMS.creator)

    assert graph.value(THIS, DCTERMS.license) == CC0
    assert graph.value(
        graph.value(THIS, DCTERMS.rights), URIRef("http://www.w3.org/2000/01/rdf-schema#label")
    )
    assert graph.value(THIS, CORE.purpose) == Literal("To be tested.", lang="en")
    assert graph.value(THIS, CORE.contact) == Literal("Write to nobody.", lang="en")
    assert graph.value(THIS, SKOS.editorialNote) == Literal("Registered nowhere.", lang="en")
    assert graph.value(creator, FOAF.name) == Literal("Us")


def test_every_copy_of_the_graph_carries_licence_purpose_and_contact(told: FlaskClient) -> None:
    """C18: they stand in the default graph, which every format of an export has."""
    answer = told.get("/sparql?query=CONSTRUCT{?s ?p ?o}WHERE{?s ?p ?o}&format=nt")
    graph = Graph().parse(data=answer.data, format="nt")

    for word in (DCTERMS.title, DCTERMS.license, DCTERMS.rights, CORE.purpose, CORE.contact):
        assert graph.value(THIS, word), word


def test_the_catalogue_names_the_dataset_its_files_and_its_services(told: FlaskClient) -> None:
    graph = read(told, "/catalog.ttl")
    [catalog] = graph.subjects(RDF.type, DCAT.Catalog)
    services = set(graph.objects(catalog, DCAT.service))
    files = list(graph.objects(THIS, DCAT.distribution))

    assert graph.value(catalog, DCAT.dataset) == THIS
    assert URIRef("http://localhost/sparql") in {graph.value(one, DCAT.endpointURL) for one in services}
    assert all(graph.value(one, DCAT.servesDataset) == THIS for one in services)
    assert graph.value(THIS, DCAT.version) == Literal("1")
    for file in files:
        address = str(graph.value(file, DCAT.downloadURL)).removeprefix("http://localhost")
        media_type = str(graph.value(file, DCAT.mediaType)).partition("media-types/")[2]
        assert told.get(address).mimetype == media_type
        assert graph.value(file, DCTERMS.license) == CC0
    assert len(files) >= 4


def test_a_file_is_told_with_size_and_checksum_where_they_are_known(told: FlaskClient) -> None:
    file = dataset.Download("http://localhost/a.ttl", BY_NAME["turtle"], size=17, sha256="ab" * 32)
    with told.application.test_request_context("/"):
        known = described()
    said = {
        str(one.predicate.value).rpartition("#")[2]: one.object for one in dataset.distribution(known, file)
    }

    assert said["byteSize"].value == "17"
    assert said["checksumValue"].value == "ab" * 32


def schema_of(page: str) -> Any:
    found = re.search(r'<script type="application/ld\+json">\n(.*?)\n</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_search_engines_read_the_dataset_in_the_first_page(told: FlaskClient) -> None:
    page = told.get("/", headers={"Accept": "text/html"})
    said = schema_of(page.text)

    assert said == json.loads(told.get("/dataset.jsonld").data)
    assert (said["@type"], said["@id"], said["name"]) == ("Dataset", BASE, "A tiny graph")
    assert said["license"] == str(CC0)
    assert said["creator"] == {"@type": "Organization", "@id": BASE + "#us", "name": "Us"}
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]  # a block of data needs no leave


def test_what_a_folder_says_does_not_end_the_block_it_stands_in(told: FlaskClient) -> None:
    with told.application.test_request_context("/"):
        known = deepcopy(described())
    known.about.said[str(DCTERMS.description)] = [{"text": "</script><b>", "language": "", "datatype": ""}]

    assert "</script>" not in dataset.schema(known)
    assert json.loads(dataset.schema(known))["description"] == "</script><b>"


def test_who_asks_the_first_page_for_data_is_led_to_the_description(told: FlaskClient) -> None:
    assert told.get("/", headers={"Accept": "text/turtle"}).location == "/catalog.ttl"
    assert told.get("/", headers={"Accept": "*/*"}).mimetype == "text/html"


def locations(answer: Any) -> list[str]:
    root = ET.fromstring(answer.data)
    return [str(one.text) for one in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]


def test_the_sitemap_lists_pages_but_no_evidence_and_nobody_of_one_name(told: FlaskClient) -> None:
    found = [one.removeprefix("http://localhost") for one in locations(told.get("/sitemap.xml"))]

    assert {"/", "/catalog", "/ontology", "/questions/films", "/film/tide", "/person/p1aaa"} <= set(found)
    assert "/person/p3ccc" not in found
    assert not [one for one in found if one.startswith(("/evidence/", "/sparql"))]
    assert told.get("/sitemap.xml").text.count("<lastmod>") == len(found)


def test_a_sitemap_that_would_be_too_long_is_split(
    told: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = locations(told.get("/sitemap.xml"))
    monkeypatch.setattr(feeds, "MOST", 4)
    parts = locations(told.get("/sitemap.xml"))
    pieces = [locations(told.get(one.removeprefix("http://localhost"))) for one in parts]

    assert [one for piece in pieces for one in piece] == whole
    assert {len(piece) for piece in pieces[:-1]} == {4}
    assert told.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/film/tide", False),
        ("/person/p1aaa", False),
        ("/person/p3ccc", True),
        ("/evidence/leaflet/p1-1", True),
        ("/film/tide?version=1", True),
        ("/", False),
    ],
)
def test_pages_that_search_engines_are_to_leave_out_say_so(
    told: FlaskClient, path: str, *, marked: bool
) -> None:
    answer = told.get(path, headers={"Accept": "text/html"}, follow_redirects=True)

    assert answer.status_code == 200
    assert ("noindex" in answer.headers.get("X-Robots-Tag", "")) == marked


def test_robots_are_kept_out_of_queries_and_shown_the_sitemap(told: FlaskClient) -> None:
    said = told.get("/robots.txt").text

    assert "Disallow: /sparql\n" in said
    assert "Sitemap: http://localhost/sitemap.xml\n" in said


ATOM = {"a": "http://www.w3.org/2005/Atom"}


def test_changes_are_a_feed_that_names_nobody(settings: Settings) -> None:
    own = Settings(graph=settings.graph, store=settings.store.parent / "own", workers=2, long_queries=2)
    shutil.copytree(settings.store, own.store)
    described = own.store / "versions" / "1" / "public.json"
    known = json.loads(described.read_text(encoding="utf-8"))
    described.write_text(json.dumps(known | {"withheld": 3, "message": "Less is told."}), encoding="utf-8")
    with pool(own) as engine:
        answer = create_app(own, engine).test_client().get("/changes.atom")
    feed = ET.fromstring(answer.data)
    [entry] = feed.findall("a:entry", ATOM)

    assert answer.mimetype == "application/atom+xml"
    assert feed.findtext("a:id", "", ATOM) == BASE + "changes.atom"
    assert (
        entry.findtext("a:summary", "", ATOM) == "Less is told. 3 statements changed under the care policy."
    )
    assert entry.findtext("a:author/a:name", "", ATOM) == "folder"


def test_the_feed_counts_what_evidence_came(told: FlaskClient) -> None:
    feed = ET.fromstring(told.get("/changes.atom").data)

    assert feed.findtext("a:entry/a:summary", "", ATOM) == "15 statements added, 0 removed."


def test_openapi_is_sound_and_tells_of_every_address(told: FlaskClient) -> None:
    described = json.loads(told.get("/openapi.json").data)
    validate(described)
    rules = [one.rule for one in told.application.url_map.iter_rules() if "GET" in (one.methods or ())]
    own = [one for one in rules if "<" not in one and (one.rstrip("/") not in rules or one == "/")]
    sparql = {"/sparql", "/graphs"}

    assert set(own) - sparql <= set(described["paths"])
    assert {"/film/{name}", "/person/{name}", "/questions/films", "/"} <= set(described["paths"])
    assert described["info"]["title"] == "A tiny graph"
    assert described["info"]["license"]["url"] == str(CC0)


SAMPLES = {
    "/evidence/": ["leaflet/p1-1"], "/film/": ["tide"], "/person/": ["p1aaa"], "/source/": ["leaflet"],
    "/graph/": ["asserted"], "/export/kind/": ["film"], "/export/thing/": ["film/tide"],
    "/versions/": ["1", "1..1"], "/sitemap-": ["1"],
}  # fmt: skip


def addresses(path: str, said: Any) -> Iterator[str]:
    """Yield a sample of the addresses that a *path* of OpenAPI stands for, each suffix among them."""
    start = path.partition("{")[0]
    suffixes = [one["schema"]["enum"] for one in said["parameters"] if one["name"] == "suffix"]
    for name in SAMPLES.get(start, [""]):
        for suffix in suffixes[0] if suffixes else [""]:
            yield re.sub(r"\{(name|number)\}", name, path.replace("{suffix}", suffix))


def test_what_openapi_tells_of_is_there(told: FlaskClient) -> None:
    described = json.loads(told.get("/openapi.json").data)
    operators = {"/health", "/ready", "/metrics"}
    nothing = ("/scheme/", "/ontology/", "/core/", "/shapes/", "/core/shapes/")  # of these there is none here
    asked = 0
    for path in set(described["paths"]) - operators:
        said = described["paths"][path]["get"]
        for address in addresses(path, said):
            if address.startswith(nothing) and "{" in path and path.partition("{")[0] in nothing:
                continue
            for accept in said["responses"].get("200", {"content": ["*/*"]})["content"]:
                answer = told.get(address, headers={"Accept": accept})
                status, asked = str(answer.status_code), asked + 1

                assert status in {*said["responses"]} - {"400", "404", "410"}, (address, accept, answer.text)
                if status == "200":
                    content = answer.content_type.partition("; charset")[0].partition("; header")[0]
                    assert content in said["responses"]["200"]["content"], (address, accept)
                else:
                    assert status == "303" or (status == "406" and path.startswith("/versions/{")), address
    assert asked > 300


def test_openapi_tells_what_may_be_chosen(told: FlaskClient) -> None:
    described = json.loads(told.get("/openapi.json").data)["paths"]
    chosen = {one["name"]: one for one in described["/export/kind/{name}.{suffix}"]["get"]["parameters"]}

    assert {"name", "suffix", "inferred", "evidence", "bom", "version"} == set(chosen)
    assert {"csv", "xlsx", "csv-metadata.json", "ttl12"} <= set(chosen["suffix"]["schema"]["enum"])
    assert {"303", "406"} <= set(described["/film/{name}"]["get"]["responses"])
    assert "application/trig" in described["/evidence/{name}"]["get"]["responses"]["200"]["content"]


def test_both_forms_of_the_link_set_hold_the_same_links(told: FlaskClient) -> None:
    written = told.get("/linkset", headers={"Accept": "application/linkset"})
    contexts = json.loads(told.get("/linkset.json").data)["linkset"]
    links = [
        (one["anchor"], rel, link["href"])
        for one in contexts
        for rel in one
        if rel != "anchor"
        for link in one[rel]
    ]
    rows = re.findall(r'<([^>]*)>; rel="([^"]*)".*?anchor="([^"]*)"', written.text)

    assert written.mimetype == "application/linkset"
    assert sorted(links) == sorted((anchor, rel, target) for target, rel, anchor in rows)
    assert {"http://localhost/", "http://localhost/questions/films"} <= {one["anchor"] for one in contexts}


def test_nothing_has_no_links(told: FlaskClient) -> None:
    assert told.get("/linkset?of=/film/tide").status_code == 200
    assert told.get("/linkset?of=/film/nope").status_code == 404
    assert told.get("/linkset?of=/nope").status_code == 404


def test_the_api_catalogue_names_both_interfaces(told: FlaskClient) -> None:
    answer = told.get("/.well-known/api-catalog")
    contexts = {one["anchor"]: one for one in json.loads(answer.data)["linkset"]}

    assert (
        answer.content_type == 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    )
    assert contexts["http://localhost/"]["service-desc"][0]["href"] == "http://localhost/openapi.json"
    assert contexts["http://localhost/sparql"]["service-desc"][0]["href"] == "http://localhost/sparql"
    assert 'rel="api-catalog"' in told.head("/.well-known/api-catalog").headers["Link"]


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[str]:
    with serving(settings.graph, settings.store) as address:
        yield address


def test_a_harvester_finds_its_way_from_the_dataset(server: str) -> None:
    found = signposting.find_signposting_http(server + "/")

    assert found.citeAs
    assert found.citeAs.target == BASE
    assert {str(one.target) for one in found.types} == {
        "https://schema.org/AboutPage",
        "https://schema.org/Dataset",
    }
    assert f"{server}/catalog.ttl" in {str(one.target) for one in found.describedBy}
    assert len(found.items) >= 4
    assert found.license
    assert found.license.target == str(CC0)
    assert [str(one.target) for one in found.authors] == [BASE + "#us"]
    for link in [*found.describedBy, *found.items, *found.linksets]:
        with urllib.request.urlopen(str(link.target)) as answer:
            assert answer.headers.get_content_type() == str(link.type)


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/film/tide", BASE + "ontology#Film"), ("/questions/films", "https://schema.org/Question")],
)
def test_a_harvester_finds_its_way_from_a_page(server: str, path: str, kind: str) -> None:
    found = signposting.find_signposting_http(server + path)
    linkset = next(one for one in found.linksets if one.type == "application/linkset+json")
    listed = signposting.find_signposting_linkset(str(linkset.target))

    assert found.citeAs
    assert found.citeAs.target == BASE + path.removeprefix("/")
    assert kind in {str(one.target) for one in found.types}
    assert found.collection
    assert found.collection.target == server + "/"
    assert found.describedBy
    assert found.license
    assert found.license.target == str(CC0)
    assert listed.for_context(server + path).citeAs.target == BASE + path.removeprefix("/")


DOCUMENTS = [
    *(
        "/void",
        "/catalog",
        "/catalog.jsonld",
        "/dataset.jsonld",
        "/sitemap.xml",
        "/robots.txt",
        "/changes.atom",
    ),
    *(
        "/linkset",
        "/linkset.json",
        "/.well-known/api-catalog",
        "/openapi.json",
        "/ontology",
        "/core.ttl",
        "/shapes",
    ),
]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_is_sent_once_and_known_by_its_tag(told: FlaskClient, path: str) -> None:
    whole = told.get(path)
    head = told.head(path)
    again = told.get(path, headers={"If-None-Match": whole.headers["ETag"]})

    assert (whole.status_code, head.status_code, again.status_code) == (200, 200, 304)
    assert (head.data, again.data) == (b"", b"")
    assert head.headers["ETag"] == whole.headers["ETag"]
    assert whole.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/void", "/catalog", "/ontology", "/core", "/shapes", "/core/shapes"])
def test_a_negotiated_document_says_what_it_is_and_what_else_there_is(told: FlaskClient, path: str) -> None:
    answer = told.get(path, headers={"Accept": "text/html;q=0.5, application/n-triples"})
    refused = told.get(path, headers={"Accept": "image/png"})

    assert answer.mimetype == "application/n-triples"
    assert answer.headers["Content-Location"] == f"{path}.nt"
    assert f'<{path}.ttl>; rel="alternate"; type="text/turtle"' in answer.headers["Link"]
    assert "Accept" in answer.headers["Vary"]
    assert refused.status_code == 406
    assert "text/turtle" in json.loads(refused.data)["offers"]
    assert told.get(f"{path}.xyz").status_code == 406


def test_a_plain_store_describes_itself_and_says_what_it_has_not(plain: FlaskClient) -> None:
    for path in (
        "/",
        "/void",
        "/catalog.ttl",
        "/dataset.jsonld",
        "/sitemap.xml",
        "/changes.atom",
        "/linkset",
    ):
        assert plain.get(path).status_code == 200, path
    validate(json.loads(plain.get("/openapi.json").data))
    for path in ("/ontology", "/core.ttl", "/shapes", "/core/shapes"):
        answer = plain.get(path)

        assert answer.status_code == 404
        assert json.loads(answer.data)["detail"] == "A plain store has neither ontology nor shapes."


def test_what_is_remembered_is_bounded() -> None:
    held = memory.Memory()
    for key in range(memory.ENTRIES + 3):
        held.get(key, lambda: b"1")
    held.get("large", lambda: b'"' + b"a" * memory.LARGEST + b'"')

    assert len(held.entries) == memory.ENTRIES
    assert 0 not in held.entries
    assert held.get(5, lambda: b"2") == 1


SECRET = """
@prefix : <https://tiny.example/ontology#> .
@prefix core: <https://w3id.org/qgraph/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@base <https://tiny.example/> .
<evidence/leaflet/r1> { <film/hidden-reel> a :Film ; rdfs:label "Hidden Reel"@en ; :madeBy <person/p1aaa> . }
<evidence/leaflet/r1> a core:Evidence ; core:fromSource <source/leaflet> ; core:voice core:Editor ;
    core:stated core:Explicit ; core:tier core:Restricted ; core:reviewNote "Of a test."@en .
"""


def test_nothing_that_is_restricted_is_described_counted_or_an_example(
    settings: Settings, tmp_path: Path
) -> None:
    """C10 and C23."""
    (tmp_path / "restricted").mkdir()
    (tmp_path / "restricted" / "secret.trig").write_text(SECRET, encoding="utf-8")
    own = replace(settings, store=tmp_path / "store", restricted=tmp_path / "restricted")
    commit.build(own, progress=quietly)
    with pool(own) as engine:
        client = create_app(own, engine).test_client()
        told = {path: client.get(path).text for path in [*DOCUMENTS, "/", "/void.ttl", "/ontology.ttl"]}
        graph = read(client, "/void.ttl")

    assert (own.store / "versions" / "1" / "full.json").exists()
    assert [path for path, text in told.items() if "hidden-reel" in text or "Hidden Reel" in text] == []
    [films] = graph.subjects(VOID["class"], URIRef(BASE + "ontology#Film"))
    assert number(graph, films, "entities") == 2
