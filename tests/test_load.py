from pathlib import Path

import pytest

from qgraph.errors import SourceError
from qgraph.findings import Finding
from qgraph.load import load
from qgraph.sources import find
from qgraph.store import BlankNode, text_of


def test_a_folder_becomes_data_ontology_and_shapes(graph: Path) -> None:
    loaded = load(find(graph))

    assert loaded.base == "https://tiny.example/"
    assert {text_of(quad.graph_name) for quad in loaded.ontology} == {"https://tiny.example/graph/ontology"}
    assert {text_of(quad.graph_name) for quad in loaded.shapes} == {"https://tiny.example/graph/shapes"}
    assert "https://tiny.example/evidence/leaflet/p1-1" in {text_of(quad.graph_name) for quad in loaded.data}
    assert loaded.prefixes["film"] == "https://tiny.example/film/"


def test_a_statement_is_found_by_as_much_of_it_as_is_known(graph: Path) -> None:
    loaded = load(find(graph))
    film, length = "https://tiny.example/film/harbour", "https://tiny.example/ontology#length"

    def line(**said: str) -> int:
        place = loaded.place_of(Finding("r", "m", **said))
        return place.line if place else 0

    assert line(thing=film, path=length, value="90") == 20
    assert line(thing=film, path=length, value="unknown") == 20
    assert line(thing=film) == 17
    assert line(thing="https://tiny.example/evidence/leaflet/p1-1") == 17
    assert line(thing="https://tiny.example/film/unknown") == 0


def test_every_file_that_is_not_rdf_becomes_a_finding_with_its_line(graph: Path) -> None:
    (graph / "data" / "bad.ttl").write_text("<a> <b> .")
    (graph / "shapes" / "bad.ttl").write_text("\n\n<a>")

    found = load(find(graph)).findings

    assert [(finding.place.file, finding.place.line) for finding in found if finding.place] == [
        (str(graph / "shapes" / "bad.ttl"), 3),
        (str(graph / "data" / "bad.ttl"), 1),
    ]


def test_a_missing_folder_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no graph folder: it has no ontology and no shapes and no data"):
        find(tmp_path)


def test_a_graph_without_a_base_is_refused(graph: Path) -> None:
    ontology = graph / "ontology" / "tiny.ttl"
    ontology.write_text(ontology.read_text().replace("core:graphBase", "rdfs:seeAlso"))

    with pytest.raises(SourceError, match="core:graphBase"):
        load(find(graph))


def test_no_blank_node_is_shared_by_ontology_and_shapes(graph: Path) -> None:
    for name in ("ontology", "shapes"):
        (graph / name / "blank.ttl").write_text(f'<{name}> <p> [ <q> "{name}" ], [ <q> "another" ] .')
    loaded = load(find(graph))
    ontology, shapes = (
        {str(quad.subject) for quad in part if isinstance(quad.subject, BlankNode)}
        for part in (loaded.ontology, loaded.shapes)
    )

    assert min(len(ontology), len(shapes)) >= 2
    assert ontology.isdisjoint(shapes)
