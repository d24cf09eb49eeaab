import json

import pytest
from rdflib import BNode, Dataset, Graph
from rdflib.compare import isomorphic

from qgraph import versions
from qgraph.export import export
from qgraph.formats import BY_NAME, GRAPHS
from qgraph.jsonld import context
from qgraph.settings import Settings

ONE_GRAPH = [one.name for one in GRAPHS if not one.holds_named_graphs]
RDFLIB = {"turtle": "turtle", "ntriples": "nt", "rdfxml": "xml", "jsonld": "json-ld"}


def written(settings: Settings, name: str) -> bytes:
    return export(
        versions.open_version(settings.store, 1), versions.describe(settings.store, 1), BY_NAME[name]
    )


@pytest.mark.parametrize("name", ONE_GRAPH)
def test_every_format_holds_the_same_graph(tiny: Settings, name: str) -> None:
    expected = Graph().parse(data=written(tiny, "ntriples"), format="nt")

    assert isomorphic(Graph().parse(data=written(tiny, name), format=RDFLIB[name]), expected)


@pytest.mark.parametrize("name", [name for name in ONE_GRAPH if name != "ntriples"])
def test_every_format_holds_the_same_facts_of_the_real_graph(real: Settings, name: str) -> None:
    expected = set(Graph().parse(data=written(real, "ntriples"), format="nt"))

    assert set(Graph().parse(data=written(real, name), format=RDFLIB[name])) == expected
    assert not any(isinstance(term, BNode) for triple in expected for term in triple)


@pytest.mark.parametrize("name", ["trig", "nquads"])
def test_a_dataset_holds_every_named_graph(tiny: Settings, name: str) -> None:
    dataset = Dataset()
    dataset.parse(data=written(tiny, name), format=name)

    assert sum(1 for _ in dataset.quads()) == versions.describe(tiny.store, 1).counts["quads"]


@pytest.mark.parametrize("one", [one.name for one in GRAPHS])
def test_an_export_is_the_same_bytes_each_time(tiny: Settings, one: str) -> None:
    assert written(tiny, one) == written(tiny, one)


@pytest.mark.parametrize("name", ["turtle", "trig"])
def test_prefixes_are_bound(tiny: Settings, name: str) -> None:
    text = written(tiny, name).decode()

    assert "@prefix film: <https://tiny.example/film/> ." in text
    assert ":length 90" in text


def test_json_ld_has_readable_names(tiny: Settings) -> None:
    document = json.loads(written(tiny, "jsonld"))
    film = next(node for node in document["@graph"] if node["id"] == "film/harbour")

    assert film["type"] == "Film"
    assert film["madeBy"] == "person/p1aaa"
    assert film["label"] == {"en": "Harbour"}
    assert film["length"] == 90


def test_a_name_that_two_words_share_goes_to_the_folders_own(tiny: Settings) -> None:
    version = versions.describe(tiny.store, 1)
    names = context(versions.open_version(tiny.store, 1), version)

    assert names["length"] == "https://tiny.example/ontology#length"
    assert "core:length" not in names
