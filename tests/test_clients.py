"""Clients that nobody here wrote, on the real server."""

import pytest
import SPARQLWrapper
from rdflib import RDF, Dataset, Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore

from conftest import serving
from qgraph.settings import Settings

ROWS = "SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o LIMIT 5"
WHOLE = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


# rdflib warns of what SPARQLWrapper makes of it.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")


def wrapper(address: str, text: str, syntax: str) -> SPARQLWrapper.SPARQLWrapper:
    made = SPARQLWrapper.SPARQLWrapper(f"{address}/sparql", returnFormat=syntax)
    made.setQuery(text)
    return made


@pytest.mark.parametrize("method", [SPARQLWrapper.GET, SPARQLWrapper.POST])
@pytest.mark.parametrize("sending", [SPARQLWrapper.URLENCODED, SPARQLWrapper.POSTDIRECTLY])
def test_sparqlwrapper_reads_rows(address: str, method: str, sending: str) -> None:
    asked = wrapper(address, ROWS, SPARQLWrapper.JSON)
    asked.setMethod(method)
    asked.setRequestMethod(sending)

    rows = asked.queryAndConvert()["results"]["bindings"]
    assert len(rows) == 5
    assert {row["s"]["type"] for row in rows} == {"uri"}


def test_sparqlwrapper_reads_xml_csv_and_tsv(address: str) -> None:
    rows = wrapper(address, ROWS, SPARQLWrapper.XML).queryAndConvert()
    assert len(rows.getElementsByTagName("result")) == 5
    assert len(wrapper(address, ROWS, SPARQLWrapper.CSV).queryAndConvert().splitlines()) == 6
    assert len(wrapper(address, ROWS, SPARQLWrapper.TSV).queryAndConvert().splitlines()) == 6


@pytest.mark.parametrize(
    "syntax", [SPARQLWrapper.TURTLE, SPARQLWrapper.RDFXML, SPARQLWrapper.JSONLD, SPARQLWrapper.N3]
)
def test_sparqlwrapper_reads_graphs(address: str, syntax: str) -> None:
    found = wrapper(address, WHOLE, syntax).queryAndConvert()
    graph = found if isinstance(found, Graph) else Graph().parse(data=found, format="turtle")

    assert len(graph) > 20


def test_sparqlwrapper_tells_what_was_wrong(address: str) -> None:
    with pytest.raises(SPARQLWrapper.SPARQLExceptions.QueryBadFormed, match="not SPARQL"):
        wrapper(address, "SELECT ?s { ?s", SPARQLWrapper.JSON).query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_asks_the_endpoint_as_a_store(address: str, method: str) -> None:
    graph = Graph(SPARQLStore(f"{address}/sparql", method=method))

    rows = list(graph.query(ROWS))
    assert len(rows) == 5
    assert bool(graph.query("ASK { ?s ?p ?o }"))
    assert rows[0].s in set(graph.subjects(RDF.type, rows[0].o))
    assert len(graph) > 20


def test_rdflib_writes_to_a_plain_store(tiny: Settings, tmp_path: object) -> None:
    with serving(tiny.graph, tmp_path, "--bare", "--open-writes") as address:  # type: ignore[arg-type]
        dataset = Dataset(SPARQLUpdateStore(f"{address}/sparql", f"{address}/sparql"))
        graph = dataset.graph(URIRef("http://e/g"))
        graph.add((URIRef("http://e/a"), URIRef("http://e/b"), Literal("ə", lang="az")))

        assert list(graph.objects()) == [Literal("ə", lang="az")]
