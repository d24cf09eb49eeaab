import urllib.error
import urllib.request
from pathlib import Path

import pytest
from rdflib import DCTERMS, RDF, Graph, Literal, Namespace, URIRef

from conftest import ROOT, serving
from qgraph.catalog import LIMITS
from qgraph.engine import Task
from qgraph.errors import RequestError
from qgraph.settings import Settings
from qgraph.web.serve import pool

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = Namespace("http://rdfs.org/ns/void#")
RDFLIB = {
    "text/turtle": "turtle",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
    "application/n-triples": "nt",
}


def described(address: str, accept: str) -> Graph:
    request = urllib.request.Request(address + "/sparql", headers={"Accept": accept})
    with urllib.request.urlopen(request) as answer:
        kind = answer.headers.get_content_type()
        return Graph().parse(data=answer.read(), format=RDFLIB[kind])


@pytest.mark.parametrize("accept", [*RDFLIB, "*/*"])
def test_a_bare_request_gets_the_service_description(address: str, accept: str) -> None:
    graph = described(address, accept)
    endpoint = URIRef(address + "/sparql")

    assert (endpoint, RDF.type, SD.Service) in graph
    assert (endpoint, SD.endpoint, endpoint) in graph
    assert (endpoint, SD.supportedLanguage, SD.SPARQL11Query) in graph
    assert len(set(graph.objects(endpoint, SD.resultFormat))) == 10


def test_the_dataset_is_described_with_its_graphs_and_counts(address: str) -> None:
    graph = described(address, "text/turtle")
    names = {str(name) for name in graph.objects(None, SD.name)}
    [default] = graph.objects(None, SD.defaultGraph)
    [named] = graph.subjects(SD.name, URIRef("https://tiny.example/evidence/leaflet/p1-1"))

    assert "https://tiny.example/graph/asserted" in names
    assert int(str(graph.value(default, VOID.triples))) > 20
    assert graph.value(graph.value(named, SD.graph), VOID.triples) == Literal(6)


def test_a_host_that_makes_no_iri_is_told_in_words(address: str) -> None:
    request = urllib.request.Request(address + "/sparql", headers={"Accept": "text/turtle", "Host": "<x>"})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(request)

    with refusal.value as error:
        assert error.code == 421


def test_an_address_that_is_no_iri_is_told_in_words(tiny: Settings) -> None:
    with pool(tiny) as engine, pytest.raises(RequestError, match="no IRI"):
        engine.ask(Task("service", {"endpoint": "http://<x>/sparql", "syntax": "turtle"}))


@pytest.mark.parametrize("name", LIMITS)
def test_each_limit_is_told_with_its_value(address: str, name: str) -> None:
    said = [str(value) for value in described(address, "text/turtle").objects(None, DCTERMS.description)]
    [limit] = [text for text in said if f"(the setting {name})" in text]
    value = 2 if name == "query_timeout" else getattr(Settings(), name)

    assert f"at most {value:,} " in limit


def languages(address: str) -> set[str]:
    return {
        str(one).removeprefix(SD)
        for one in described(address, "text/turtle").objects(None, SD.supportedLanguage)
    }


def test_a_plain_store_that_is_open_names_the_languages_of_updates(address: str, tmp_path: Path) -> None:
    with serving(ROOT, tmp_path, "--bare", "--open-writes") as plain:
        assert languages(plain) == {"SPARQL11Query", "SPARQL12Query", "SPARQL11Update", "SPARQL12Update"}
    assert languages(address) == {"SPARQL11Query", "SPARQL12Query"}


def test_an_empty_dataset_has_a_default_graph(tmp_path: Path) -> None:
    with serving(ROOT, tmp_path, "--bare") as plain:
        graph = described(plain, "text/turtle")
    [default] = graph.objects(None, SD.defaultGraph)

    assert graph.value(default, VOID.triples) == Literal(0)
    assert not set(graph.objects(None, SD.namedGraph))


def test_federation_is_a_feature_where_a_service_is_allowed(tiny: Settings, address: str) -> None:
    feature = (None, SD.feature, SD.BasicFederatedQuery)
    with serving(tiny.graph, tiny.store, "--allow-service", "http://127.0.0.1:9/sparql") as open_to_one:
        assert feature in described(open_to_one, "text/turtle")
    assert feature not in described(address, "text/turtle")


def test_what_is_described_fits_the_vocabulary(address: str) -> None:
    graph = described(address, "text/turtle")
    [service] = graph.subjects(RDF.type, SD.Service)
    [dataset] = graph.objects(service, SD.defaultDataset)

    assert (dataset, RDF.type, SD.Dataset) in graph
    assert len(list(graph.objects(dataset, SD.defaultGraph))) == 1
    for named in graph.objects(dataset, SD.namedGraph):
        assert (named, RDF.type, SD.NamedGraph) in graph
        assert isinstance(graph.value(named, SD.name), URIRef)
        assert (graph.value(named, SD.graph), RDF.type, SD.Graph) in graph


def test_a_head_request_has_the_headers_of_the_description(address: str) -> None:
    request = urllib.request.Request(f"{address}/sparql", headers={"Accept": "text/turtle"}, method="HEAD")
    with urllib.request.urlopen(request) as answer:
        assert answer.headers.get_content_type() == "text/turtle"
        assert int(answer.headers["Content-Length"]) > 1000
        assert answer.read() == b""


def test_a_browser_gets_the_page(address: str) -> None:
    request = urllib.request.Request(f"{address}/sparql", headers={"Accept": "text/html,*/*;q=0.8"})
    with urllib.request.urlopen(request) as answer:
        assert answer.headers.get_content_type() == "text/html"
