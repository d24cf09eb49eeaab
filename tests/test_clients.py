"""Clients that nobody here wrote, on the real server."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
import SPARQLWrapper
from rdflib import RDF, Dataset, Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore

from conftest import CLIENTS, built, serving
from qgraph import tokens
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


def test_rdflib_changes_a_plain_store_in_every_way_it_has(tiny: Settings, tmp_path: Path) -> None:
    one, two, says = URIRef("http://e/a"), URIRef("http://e/c"), URIRef("http://e/b")
    with serving(tiny.graph, tmp_path, "--bare", "--open-writes") as address:
        store = SPARQLUpdateStore(f"{address}/sparql", f"{address}/sparql", autocommit=False)
        dataset = Dataset(store, default_union=False)
        graph = dataset.graph(URIRef("http://e/g"))
        graph.add((one, says, Literal(1)))
        graph.addN([(one, says, Literal(n), graph) for n in (2, 3)])
        store.commit()
        assert set(graph.objects()) == {Literal(1), Literal(2), Literal(3)}

        graph.remove((one, says, Literal(2)))
        graph.set((two, says, one))
        graph.update("INSERT { ?o ?p ?s } WHERE { ?s ?p ?o FILTER(isIRI(?o)) }")
        store.commit()
        assert set(graph) == {
            (one, says, Literal(1)),
            (one, says, Literal(3)),
            (two, says, one),
            (one, says, two),
        }

        graph.add((two, says, Literal("taken back")))
        store.rollback()
        dataset.default_graph.add((one, says, one))
        store.commit()
        assert Literal("taken back") not in set(graph.objects())
        assert set(dataset.default_graph) == {(one, says, one)}

        graph.remove((None, None, None))
        store.commit()
        assert set(graph) == set()


FACT = """PREFIX : <https://tiny.example/ontology#> PREFIX core: <https://w3id.org/qgraph/core#>
INSERT DATA { <{graph}> a core:Evidence ; core:fromSource <https://tiny.example/source/leaflet> ;
  core:voice core:Editor ; core:stated core:Explicit ; core:tier core:Open .
  GRAPH <{graph}> { <https://tiny.example/film/tide> :length {length} } }"""


@pytest.fixture
def curated(graph: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A published graph of its own: its address, and the token of a curator."""
    settings = built(graph, tmp_path / "store")
    _, secret = tokens.create(settings.store, "curator", "a client")
    with serving(graph, settings.store) as address:
        yield address, secret


def test_rdflib_writes_to_a_published_graph_as_a_curator(curated: tuple[str, str]) -> None:
    address, secret = curated
    endpoint = f"{address}/sparql"
    bearer = {"Authorization": f"Bearer {secret}"}
    store = SPARQLUpdateStore(endpoint, endpoint, context_aware=True, headers=bearer)
    name = URIRef("https://tiny.example/evidence/leaflet/w1")
    store.update(FACT.replace("{graph}", name).replace("{length}", "70"))
    length = URIRef("https://tiny.example/ontology#length")

    assert (URIRef("https://tiny.example/film/tide"), length, Literal(70)) in Graph(store, name)
    with pytest.raises(HTTPError, match="422"):
        store.update(FACT.replace("{graph}", name).replace("{length}", "'long'"))
    with pytest.raises(HTTPError, match="401"):
        SPARQLUpdateStore(endpoint, endpoint).update("CLEAR ALL")


def said(node: str, script: str, *endpoints: str) -> dict[str, Any]:
    """Return what *script* says of *endpoints*."""
    command = [node, str(CLIENTS / script), *(f"{address}/sparql" for address in endpoints)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def rows_of(address: str) -> list[str]:
    rows = wrapper(address, ROWS, SPARQLWrapper.JSON).queryAndConvert()["results"]["bindings"]
    return [row["s"]["value"] for row in rows]


def test_fetch_sparql_endpoint_reads_and_writes(
    node: str, tiny: Settings, address: str, tmp_path: Path
) -> None:
    with serving(tiny.graph, tmp_path, "--bare", "--open-writes") as plain:
        found = said(node, "fetch.mjs", address, plain)

    assert found["get"] == found["post"]
    assert found["get"]["rows"] == rows_of(address)
    assert found["get"]["truth"] is True
    assert found["get"]["triples"] > 20
    assert found["written"] == {"value": "ə", "language": "az"}
    assert "HTTP status 400" in found["refused"]


def test_comunica_reads_and_writes(node: str, tiny: Settings, address: str, tmp_path: Path) -> None:
    with serving(tiny.graph, tmp_path, "--bare", "--open-writes") as plain:
        found = said(node, "comunica.mjs", address, plain)

    assert found["named"] == found["discovered"]
    assert found["named"]["rows"] == rows_of(address)
    assert found["named"]["truth"] is True
    assert found["named"]["triples"] > 20
    assert found["written"] == ["2"]


def test_comunica_writes_to_a_published_graph_as_a_curator(node: str, curated: tuple[str, str]) -> None:
    address, secret = curated
    name = "https://tiny.example/evidence/leaflet/w1"
    good, bad = (FACT.replace("{graph}", name).replace("{length}", length) for length in ("70", "'long'"))
    command = [node, str(CLIENTS / "curator.mjs"), f"{address}/sparql", secret, name, good, bad]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["written"] == ["70"]
    assert "422" in found["refused"]
    assert "401" in found["stranger"]


def test_the_lock_of_the_clients_holds_digests_and_no_address() -> None:
    lock = (CLIENTS / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: one for name, one in json.loads(lock)["packages"].items() if name}

    assert "://" not in lock
    assert [
        name for name, one in packages.items() if not one.get("integrity", "").startswith("sha512-")
    ] == []
