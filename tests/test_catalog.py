import urllib.error
import urllib.request

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef

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


def test_the_limits_are_told(address: str) -> None:
    graph = described(address, "text/turtle")

    assert any("query_nesting" in str(value) for value in graph.objects())
