import csv
import io
import json
import os
import pty
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import Result
from rdflib import RDF, SKOS, BNode, Dataset, Graph, URIRef
from rdflib.compare import isomorphic

from conftest import built
from qgraph import commit, selection, versions
from qgraph import export as exports
from qgraph.errors import NotAcceptable, NotFound
from qgraph.export import export
from qgraph.formats import BY_NAME, GRAPHS
from qgraph.jsonld import context
from qgraph.selection import Export, Selection, offers
from qgraph.settings import Settings

ONE_GRAPH = [one.name for one in GRAPHS if not one.holds_named_graphs]
RDFLIB = {"turtle": "turtle", "ntriples": "nt", "rdfxml": "xml", "jsonld": "json-ld"}
PARTS = {
    "all": Selection(),
    "kind": Selection("kind", "film"),
    "thing": Selection("thing", "film/harbour"),
    "concepts": Selection("concepts"),
}
EVERY = [(what, one.name) for what in PARTS for one in offers(what)]
TINY = "https://tiny.example/"
ML = "{http://graphml.graphdrawing.org/xmlns}"
COORDINATES = """
@prefix geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
:north a owl:DatatypeProperty ; rdfs:label "north"@en ; skos:definition "A latitude."@en ;
  skos:exactMatch geo:lat .
:east a owl:DatatypeProperty ; rdfs:label "east"@en ; skos:definition "A longitude."@en ;
  skos:closeMatch geo:long .
"""
# Cells that a spreadsheet would calculate, or that a table could take to pieces.
NASTY = """
<evidence/leaflet/p9-1> { film:nasty a :Film ; rdfs:label "=1+1|2"@en , "@SUM(A1)"@en ;
  rdfs:label "Näßty, \\"film\\""@de ;
  :length -7 ; :madeBy person:p1aaa ; :north 1.5 ; :east -2.5 . }
<evidence/leaflet/p9-1> a core:Evidence ; core:fromSource <source/leaflet> ;
  core:voice core:Editor ; core:stated core:Explicit ; core:tier core:Open .
<source/leaflet> dcterms:rights "Ask first."@en ; core:purpose "Tests."@en ; core:contact "Nobody."@en .
"""


def written(settings: Settings, name: str) -> bytes:
    return export(
        versions.open_version(settings.store, 1), versions.describe(settings.store, 1), BY_NAME[name]
    )


def part(settings: Settings, chosen: Selection, syntax: str, *, bom: bool = False) -> bytes:
    output = io.BytesIO()
    store, version = versions.open_version(settings.store, 1), versions.describe(settings.store, 1)
    exports.write(store, version, Export(chosen, syntax, bom=bom), output=output)
    return output.getvalue()


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory, tiny: Settings) -> Settings:
    """The tiny graph with a film whose name is a formula, at a place on the map."""
    graph = tmp_path_factory.mktemp("nasty")
    for path in (one for one in tiny.graph.rglob("*") if one.is_file()):
        target = graph / path.relative_to(tiny.graph)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    for path, more in (("data/films.trig", NASTY), ("ontology/tiny.ttl", COORDINATES)):
        (graph / path).write_text((graph / path).read_text() + more)
    return built(graph, tmp_path_factory.mktemp("store"))


def table(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))


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


@pytest.mark.parametrize(("what", "syntax"), EVERY)
def test_an_export_is_the_same_bytes_each_time(nasty: Settings, what: str, syntax: str) -> None:
    assert part(nasty, PARTS[what], syntax) == part(nasty, PARTS[what], syntax)


@pytest.mark.parametrize(("what", "syntax"), [one for one in EVERY if one[1] != "csv"])
def test_rights_purpose_and_contact_are_in_every_export(nasty: Settings, what: str, syntax: str) -> None:
    """C18; one table alone in CSV has its metadata beside it."""
    text = part(nasty, PARTS[what], syntax)
    if syntax in ("zip", "xlsx"):
        with zipfile.ZipFile(io.BytesIO(text)) as archive:
            text = b"".join(archive.read(name) for name in archive.namelist())

    for words in (b"Ask first.", b"Tests.", b"Nobody.", b"publicdomain/zero"):
        assert words in text


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


def test_a_graph_too_large_to_sort_has_the_same_quads(
    tiny: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered = {name: part(tiny, Selection(), name) for name in ("nquads", "ntriples")}
    monkeypatch.setattr(selection, "ORDERED", 5)

    for name, text in ordered.items():
        as_it_comes = part(tiny, Selection(), name)
        assert as_it_comes == part(tiny, Selection(), name) != text
        assert sorted(as_it_comes.splitlines()) == sorted(text.splitlines())


@pytest.mark.parametrize("syntax", ["nquads", "trig"])
def test_what_was_inferred_or_says_who_says_so_can_be_left_out(tiny: Settings, syntax: str) -> None:
    bare, whole = Dataset(), Dataset()
    whole.parse(data=part(tiny, Selection(), syntax), format=syntax)
    bare.parse(data=part(tiny, Selection(inferred=False, evidence=False), syntax), format=syntax)
    names = {str(one.identifier).removeprefix(TINY) for one in bare.graphs() if len(one)}

    assert names == {"urn:x-rdflib:default", "graph/asserted", "graph/ontology", "graph/shapes"}
    assert (URIRef(TINY + "person/p1aaa"), URIRef(TINY + "ontology#made"), None) in whole.default_graph
    assert (URIRef(TINY + "person/p1aaa"), URIRef(TINY + "ontology#made"), None) not in bare.default_graph
    assert not any("evidence/" in str(one) for one in bare.default_graph.subjects())


def test_a_thing_comes_with_both_ways_its_evidence_and_the_names_around_it(tiny: Settings) -> None:
    found = Dataset()
    found.parse(data=part(tiny, PARTS["thing"], "trig"), format="trig")
    film, label = URIRef(TINY + "film/harbour"), URIRef("http://www.w3.org/2000/01/rdf-schema#label")
    mocking = found.graph(URIRef(TINY + "evidence/leaflet/p1-3"))

    assert (URIRef(TINY + "person/p1aaa"), URIRef(TINY + "ontology#made"), film) in found.default_graph
    assert (URIRef(TINY + "film/tide"), URIRef(TINY + "ontology#mocks"), film) in mocking
    assert (URIRef(TINY + "film/tide"), label, None) in found.default_graph
    assert (URIRef(TINY + "evidence/leaflet/p1-3"), RDF.type, None) in found.default_graph
    assert (URIRef(TINY + "film/tide"), URIRef(TINY + "ontology#madeBy"), None) not in found.default_graph


@pytest.mark.parametrize(
    "chosen", [Selection("thing", "evidence/leaflet/p1-3"), Selection("kind", "evidence")]
)
def test_evidence_comes_with_what_it_bears_out(tiny: Settings, chosen: Selection) -> None:
    lines = part(tiny, chosen, "nquads").decode().splitlines()
    fact = f"<{TINY}film/tide> <{TINY}ontology#mocks> <{TINY}film/harbour> <{TINY}evidence/leaflet/p1-3> ."

    assert lines.count(fact) == 1
    assert len(lines) == len(set(lines))


def test_a_kind_holds_each_of_its_things_once(nasty: Settings) -> None:
    lines = part(nasty, PARTS["kind"], "nquads").decode().splitlines()

    assert len(lines) == len(set(lines))
    assert {line.split()[0] for line in lines if "ontology#Film>" in line and "rdf-syntax" in line} == {
        f"<{TINY}film/{name}>" for name in ("harbour", "tide", "nasty")
    }


def test_a_table_has_a_row_for_each_thing_and_no_formula(nasty: Settings) -> None:
    rows = {row["iri"].rpartition("/")[2]: row for row in table(part(nasty, PARTS["kind"], "csv"))}

    assert rows["harbour"]["madeBy_label"] == "Ana Example"
    assert rows["harbour"]["madeBy"] == f"{TINY}person/p1aaa"
    assert rows["harbour"]["length"] == "90"
    assert rows["nasty"]["length"] == "-7"
    assert rows["nasty"]["label_en"] == "'=1+1|2‖@SUM(A1)"
    assert rows["nasty"]["label_de"] == 'Näßty, "film"'


def test_the_metadata_say_how_a_table_is_read(nasty: Settings) -> None:
    said = json.loads(part(nasty, PARTS["kind"], "csvw"))
    head = part(nasty, PARTS["kind"], "csv").decode().splitlines()[0].split(",")
    columns = {column["name"]: column for column in said["tableSchema"]["columns"]}

    assert said["@context"][0] == "http://www.w3.org/ns/csvw"
    assert said["url"] == "film.csv"
    assert [column["titles"] for column in said["tableSchema"]["columns"]] == head
    assert columns["label_en"]["separator"] == "‖"
    assert columns["label_en"]["lang"] == "en"
    assert columns["length"]["datatype"] == "integer"
    assert columns["madeBy"]["propertyUrl"] == f"{TINY}ontology#madeBy"


def test_the_tables_of_all_tell_who_says_so(nasty: Settings) -> None:
    with zipfile.ZipFile(io.BytesIO(part(nasty, Selection(), "zip", bom=True))) as archive:
        names = set(archive.namelist())
        described = {one["url"] for one in json.loads(archive.read("csv-metadata.json"))["tables"]}
        text = archive.read("facts.csv")
    facts = table(text)
    mocked = next(fact for fact in facts if fact["property"].endswith("mocks"))

    assert names - {"README.txt", "csv-metadata.json"} == described
    assert {"film.csv", "person.csv", "facts.csv"} <= described
    assert text.startswith(b"\xef\xbb\xbf")
    assert (mocked["status"], mocked["attributedTo"]) == ("reported", f"{TINY}person/p2bbb")
    assert {fact["status"] for fact in facts} == {"asserted", "reported", "inferred"}


def test_a_workbook_has_text_for_text_and_a_sheet_for_each_kind(nasty: Settings) -> None:
    with zipfile.ZipFile(io.BytesIO(part(nasty, Selection(), "xlsx"))) as archive:
        sheets = archive.read("xl/workbook.xml").decode()
        cells = b"".join(archive.read(name) for name in archive.namelist() if "worksheets/" in name)

    for name in ("film", "person", "facts", "About"):
        assert f'name="{name}"' in sheets
    assert b"<f>" not in cells
    assert b"=1+1|2" in cells
    assert b"<v>-7</v>" in cells


def test_a_network_has_nodes_with_kinds_and_edges_with_evidence(nasty: Settings) -> None:
    root = ET.fromstring(part(nasty, Selection(), "graphml"))
    nodes = {node.get("id"): {one.get("key"): one.text for one in node} for node in root.iter(f"{ML}node")}
    edges = [
        (edge.get("source"), {one.get("key"): one.text for one in edge}) for edge in root.iter(f"{ML}edge")
    ]
    told = {data["edge-property"]: data for source, data in edges if source == TINY + "film/harbour"}
    back = [data for source, data in edges if source == TINY + "person/p1aaa"]

    assert nodes[TINY + "film/harbour"] == {"node-label": "Harbour", "node-kind": "film"}
    assert told[TINY + "ontology#madeBy"]["edge-evidence"] == TINY + "evidence/leaflet/p1-1"
    assert {data["edge-status"] for data in back} == {"inferred"}
    assert not any(data["edge-property"].endswith("mocks") for _, data in edges)
    assert {end for edge in root.iter(f"{ML}edge") for end in edge.attrib.values()} <= set(nodes)


def test_a_map_has_what_the_alignment_calls_coordinates(
    tiny: Settings, nasty: Settings, real: Settings
) -> None:
    empty = json.loads(part(tiny, Selection(), "geojson"))
    [place] = json.loads(part(nasty, Selection(), "geojson"))["features"]
    cities = json.loads(part(real, Selection(), "geojson"))["features"]

    assert (empty["type"], empty["features"]) == ("FeatureCollection", [])
    assert place["geometry"] == {"type": "Point", "coordinates": [-2.5, 1.5]}
    assert place["properties"]["evidence"] == TINY + "evidence/leaflet/p9-1"
    assert "Baku" in {city["properties"]["label"] for city in cities}


def test_the_concepts_are_skos(real: Settings) -> None:
    found = Graph().parse(data=part(real, PARTS["concepts"], "turtle"), format="turtle")
    home = URIRef("https://w3id.org/qgraph/theme/home")

    assert (home, RDF.type, SKOS.Concept) in found
    assert str(found.value(home, SKOS.prefLabel)) == "home"
    assert found.value(home, SKOS.inScheme) is not None
    assert set(found.subjects(SKOS.broader, home))
    for scheme in found.subjects(RDF.type, SKOS.ConceptScheme):
        assert (scheme, SKOS.hasTopConcept, None) in found


@pytest.mark.parametrize(
    ("chosen", "syntax", "said"),
    [
        (Selection(), "csv", "There is no csv of the whole graph; there is turtle"),
        (Selection("concepts"), "trig", "There is no trig of concepts"),
        (Selection("kind", "filn"), "turtle", "no kind of things called “filn”; there is “film”"),
        (Selection("kind", "filn"), "csv", "no kind of things called “filn”"),
        (
            Selection("thing", "film/habour"),
            "turtle",
            "nothing called “film/habour”; there is “film/harbour”",
        ),
        (Selection("thing", "film/<"), "zip", "no name"),
    ],
)
def test_what_is_not_there_is_refused_with_what_there_is(
    tiny: Settings, chosen: Selection, syntax: str, said: str
) -> None:
    with pytest.raises((NotAcceptable, NotFound), match=said):
        part(tiny, chosen, syntax)


def test_one_table_on_the_disk_has_its_metadata_beside_it(run: Callable[..., Result], tiny: Settings) -> None:
    run("export", "--kind", "film", "--format", "csv", "--output", "all.csv", "--store", tiny.store)

    assert len(table(Path("all.csv").read_bytes())) == 2
    assert json.loads(Path("all.csv-metadata.json").read_text())["url"] == "all.csv"


def test_a_file_is_there_when_it_is_whole(run: Callable[..., Result], nasty: Settings) -> None:
    Path("old.ttl").write_text("old")
    missing = run("export", "--kind", "nope", "--output", "old.ttl", "--store", nasty.store)
    nowhere = run("export", "--output", "no/where.ttl", "--store", nasty.store)

    assert (missing.exit_code, nowhere.exit_code) == (1, 1)
    assert "no/where.ttl cannot be written: No such file or directory." in nowhere.output
    assert [path.name for path in Path().iterdir()] == ["old.ttl"]
    assert Path("old.ttl").read_text() == "old"


def test_the_answer_of_a_question_is_exported(run: Callable[..., Result], graph: Path) -> None:
    query = graph / "queries" / "films.rq"
    declared = '# param: film, text@en, such as "Tide": Only this film.\nPREFIX :'
    text = (
        query.read_text().replace("PREFIX :", declared).replace("WHERE {", "WHERE { VALUES ?film { UNDEF }")
    )
    query.write_text(text)
    chosen = ("--graph", graph, "--store", graph / "store")
    run("build", *chosen)
    answer = run("export", "--question", "films", "--param", "film=Tide", *chosen)
    as_json = run("export", "--question", "films", "--format", "json", *chosen)
    as_book = run("export", "--question", "films", "--format", "xlsx", *chosen)

    assert answer.output == "film,maker\nTide,Bo Example\n"
    assert len(json.loads(as_json.output)["results"]["bindings"]) == 2
    assert as_book.stdout_bytes.startswith(b"PK")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--kind", "film", "--concepts"), 2),
        (("--param", "a=b"), 2),
        (("--question", "films", "--param", "a"), 2),
        (("--question", "films", "--param", "a=b"), 1),
        (("--question", "films", "--format", "geojson"), 1),
        (("--question", "nope"), 1),
    ],
)
def test_an_export_that_makes_no_sense_is_refused(
    run: Callable[..., Result], tiny: Settings, options: tuple[str, ...], code: int
) -> None:
    refused = run("export", *options, "--graph", tiny.graph, "--store", tiny.store)

    assert refused.exit_code == code
    assert "Error: " in refused.output


def test_a_terminal_is_shown_how_much_has_been_written(tiny: Settings, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "qgraph", "export", "--output", str(tmp_path / "a.ttl")]
    subprocess.run([*command, "--store", str(tiny.store)], stderr=theirs, check=True)
    os.close(theirs)
    shown = os.read(ours, 1_000).decode()
    os.close(ours)

    assert "writing the export" in shown
    assert "MB written" in shown


def test_a_plain_store_is_exported_too(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path, bare=True)
    commit.start_bare(settings)

    empty = {one.name for one in offers("all") if not part(settings, Selection(), one.name).strip()}
    assert empty == {"ntriples", "nquads", "trig", "turtle", "turtle12"}
    for words in (Selection(inferred=False, evidence=False), Selection("concepts")):
        assert part(settings, words, "ntriples") == b""
