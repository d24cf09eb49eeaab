"""What a graph folder says of how its things are told."""

from pathlib import Path

import pytest
from rdflib import RDF, Graph, URIRef

from conftest import ROOT, quietly
from qgraph import commit, profiles, versions
from qgraph.errors import SourceError
from qgraph.formats import BY_NAME
from qgraph.layout import laid_out
from qgraph.settings import Settings
from qgraph.store import NamedNode, Store

BASE = "https://w3id.org/qgraph/"
SCHEMA = "https://schema.org/"
QUERY = "# profile: urn:x:one\n# title: One\nCONSTRUCT { ?thing a <urn:x:One> } WHERE { ?thing ?p ?o }"


def test_the_folder_adds_its_profiles_between_ours(graph: Path) -> None:
    found = profiles.read(graph).profiles

    assert [one.token for one in found] == ["qgraph", "schema", "alt"]
    assert (found[1].uri, found[1].title) == (SCHEMA, "Schema.org")
    assert profiles.read(graph).frame("film")["madeBy"] == {}
    assert profiles.read(graph).frame("person") == {}


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("profiles/one/a.rq", QUERY.replace("# title", "# name"), "“# profile:”"),
        ("profiles/alt/a.rq", QUERY, "a name of its own"),
        ("profiles/One/a.rq", QUERY, "a name of its own"),
        ("profiles/one/readme.txt", "", "a folder of .rq files"),
        ("profiles/one/a.rq", QUERY.replace("WHERE", "WHERE {"), "line 3"),
        ("profiles/one/a.rq", QUERY.replace("CONSTRUCT { ?thing a <urn:x:One> }", "SELECT *"), "CONSTRUCT"),
        ("frames/film.json", "{", "a JSON-LD frame"),
        ("frames/film.json", "[]", "a JSON-LD frame"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(graph: Path, name: str, text: str, words: str) -> None:
    path = graph / "ontology" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

    with pytest.raises(SourceError, match=words):
        profiles.read(graph)


def test_the_build_refuses_a_frame_that_cannot_be_used(graph: Path, tmp_path: Path) -> None:
    (graph / "ontology" / "frames" / "film.json").write_text("[]", encoding="utf-8")

    with pytest.raises(SourceError, match=r"film\.json: expected a JSON-LD frame"):
        commit.build(Settings(graph=graph, store=tmp_path / "store"), progress=quietly)
    assert not (tmp_path / "store" / "current").exists()


def schema_of(store: Store, name: str) -> Graph:
    (schema,) = (one for one in profiles.read(ROOT).profiles if one.token == "schema")
    quads = profiles.told(store, NamedNode(BASE + name), schema.queries, base=BASE)
    return Graph().parse(data=laid_out(quads, BY_NAME["ntriples"], {}), format="nt")


@pytest.fixture(scope="module")
def store(real: Settings) -> Store:
    return versions.open_version(real.store, 1)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("film/home-within", "Movie"),
        ("person/p3t8n", "Person"),
        ("event/screening-of-home-within-1", "ScreeningEvent"),
        ("event/funeral-of-avaz-hafizli", "Event"),
        ("place/baku", "City"),
        ("theme/home", "DefinedTerm"),
        ("scheme/themes", "DefinedTermSet"),
        ("festival/sevil", "EventSeries"),
        ("organisation/queerradar", "Organization"),
        ("publication/queerradar-investigation", "CreativeWork"),
        ("source/gv-2025", "CreativeWork"),
    ],
)
def test_each_kind_has_its_class_and_its_name_in_schema_org(store: Store, name: str, kind: str) -> None:
    found, thing = schema_of(store, name), URIRef(BASE + name)

    assert (thing, RDF.type, URIRef(SCHEMA + kind)) in found
    assert list(found.objects(thing, URIRef(SCHEMA + "name")))


def test_schema_org_adds_no_value_to_what_the_graph_says(store: Store) -> None:
    known = {
        str(term.value) for quad in store for term in (quad.subject, quad.object) if hasattr(term, "value")
    }
    things = {quad.subject.value for quad in store if str(quad.predicate.value).endswith("#label")}
    own = sorted(one.removeprefix(BASE) for one in things if one.startswith(BASE) and "#" not in one)
    assert len(own) > 300
    for name in own:
        for subject, word, value in schema_of(store, name):
            assert word == RDF.type or str(word).startswith(SCHEMA), name
            assert str(subject) in known
            assert str(value) in known or str(value).startswith(SCHEMA)


def test_schema_org_tells_nothing_of_what_people_are(store: Store) -> None:
    people = {quad.subject.value for quad in store if str(quad.object) == f"<{BASE}ontology#Person>"}
    told = {
        str(word).removeprefix(SCHEMA)
        for one in people
        for word in schema_of(store, one.removeprefix(BASE)).predicates(URIRef(one))
    }

    assert people
    assert "name" in told
    assert told - {str(RDF.type)} <= {"name", "alternateName", "description", "hasOccupation", "alumniOf"}
