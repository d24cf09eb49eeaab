"""The pages of ontology and shapes, and what FOOPS! looks at of them, over the graph that comes along."""

import json
import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from rdflib import OWL, RDF, RDFS, SH, SKOS, BNode, Graph, Namespace, URIRef

from conftest import CASES, ROOT
from qgraph import diagram, modules, versions
from qgraph.formats import BY_NAME
from qgraph.settings import Settings
from qgraph.store import NamedNode, canonical, dump, parse
from qgraph.vocabulary import DOCUMENTS
from qgraph.web import create_app
from qgraph.web.serve import pool
from test_dataset import read

HERE = "https://w3id.org/qgraph/"
DCT = Namespace("http://purl.org/dc/terms/")
VANN = Namespace("http://purl.org/vocab/vann/")
DECLARED = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
# What FOOPS! calls minimal, recommended and detailed metadata (OM1 to OM3), and provenance (R4).
METADATA = [
    *(
        DCT.title,
        DCT.description,
        DCT.license,
        DCT.creator,
        DCT.created,
        DCT.modified,
        DCT.publisher,
        DCT.rights,
    ),
    *(DCT.bibliographicCitation, DCT.source, OWL.versionIRI, OWL.versionInfo, RDFS.seeAlso),
    *(SKOS.editorialNote, VANN.preferredNamespacePrefix, VANN.preferredNamespaceUri),
]


@pytest.fixture(scope="module")
def served(real: Settings) -> Iterator[FlaskClient]:
    with pool(real) as engine:
        yield create_app(real, engine).test_client()


def same(one: Graph, other: Graph) -> bool:
    """Say whether two graphs are the same but for the names of blank nodes (RDFC-1.0)."""
    lines = [
        parse(graph.serialize(format="nt", encoding="utf-8"), BY_NAME["ntriples"]) for graph in (one, other)
    ]
    return canonical(lines[0]) == canonical(lines[1])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_vocabulary_is_the_same_in_every_format(served: FlaskClient, name: str) -> None:
    turtle = read(served, f"/{name}.ttl")

    for suffix in ("jsonld", "rdf", "nt"):
        assert same(turtle, read(served, f"/{name}.{suffix}")), suffix


@pytest.mark.parametrize(("folder", "core"), [("ontology", "core"), ("shapes", "core/shapes")])
def test_two_vocabularies_hold_all_that_a_version_does_and_nothing_twice(
    real: Settings, served: FlaskClient, folder: str, core: str
) -> None:
    store = versions.open_version(real.store, 1)
    held = store.quads_for_pattern(None, None, None, NamedNode(f"{HERE}graph/{folder}"))
    whole = Graph().parse(data=dump((one.triple for one in held), BY_NAME["ntriples"], {}), format="nt")
    ours, theirs = read(served, f"/{folder}.nt"), read(served, f"/{core}.nt")
    files = Graph().parse(ROOT / "src/qgraph/core" / ("vocabulary.ttl" if core == "core" else "shapes.ttl"))

    assert same(theirs, files)
    assert len(ours) + len(theirs) == len(whole)
    assert set(ours.subjects()).isdisjoint(one for one in theirs.subjects() if isinstance(one, BNode))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_term_has_its_place_on_the_page(served: FlaskClient, name: str) -> None:
    page = served.get(f"/{name}", headers={"Accept": "text/html"}).text
    anchors = re.findall(r' id="([^"]+)"', page)
    own = {
        str(one) for one in read(served, f"/{name}.ttl").subjects() if str(one).startswith(f"{HERE}{name}#")
    }

    assert own
    assert {one.partition("#")[2] for one in own} <= set(anchors)
    assert len(anchors) == len(set(anchors))


def article(page: str, anchor: str) -> str:
    found = re.search(rf'<article id="{anchor}" .*?</article>', page, re.DOTALL)
    assert found, anchor
    return found[0]


def test_a_term_is_told_with_use_shape_count_and_a_fact_with_its_evidence(served: FlaskClient) -> None:
    told = article(served.get("/ontology", headers={"Accept": "text/html"}).text, "directedBy")

    assert "<code>https://w3id.org/qgraph/ontology#directedBy</code>" in told
    assert 'href="/shapes#Film-directedBy"' in told
    assert re.search(r"<dt>uses</dt><dd>[1-9]\d*</dd>", told)
    assert re.search(
        r'<dt>in this graph</dt><dd><a href="/(film|corpus)/.*<a href="/evidence/', told, re.DOTALL
    )


def test_the_count_of_a_term_is_that_of_the_endpoint(served: FlaskClient) -> None:
    query = "SELECT (COUNT(DISTINCT ?f) AS ?n) { ?f a <https://w3id.org/qgraph/ontology#Person> }"
    answer = served.get("/sparql", query_string={"query": query}, headers={"Accept": "application/json"})
    number = json.loads(answer.data)["results"]["bindings"][0]["n"]["value"]
    told = article(served.get("/ontology", headers={"Accept": "text/html"}).text, "Person")

    assert f"<dt>uses</dt><dd>{number}</dd>" in told


def test_a_shape_is_told_with_what_it_looks_at_and_its_message(served: FlaskClient) -> None:
    told = article(served.get("/shapes", headers={"Accept": "text/html"}).text, "Film-directedBy")

    assert '<dt>looks at</dt><dd><a href="/ontology#directedBy"' in told
    assert '<dt>asked by</dt><dd><a href="/shapes#Film"' in told


def test_links_within_the_vocabularies_lead_to_a_place_that_is_there(served: FlaskClient) -> None:
    pages = {name: served.get(f"/{name}", headers={"Accept": "text/html"}).text for name in DOCUMENTS}
    anchors = {f"/{name}#{one}" for name, page in pages.items() for one in re.findall(r' id="([^"]+)"', page)}
    links = {one for page in pages.values() for one in re.findall(r'href="(/[\w/]+#[^"]+)"', page)}
    wanted = {one for one in links if one.partition("#")[0].lstrip("/") in DOCUMENTS}

    assert len(wanted) > 200
    assert wanted <= anchors


def test_a_term_that_a_thing_uses_is_a_link_to_its_place(served: FlaskClient) -> None:
    query = {"query": "SELECT ?kind { <film/sebastian> a ?kind }"}
    page = served.get("/sparql", query_string=query, headers={"Accept": "text/html"}).text

    assert 'href="/ontology#Film"' in page


# A class as the words of a picture name it: before what is told of it, or in a list.
NAMED = r"(Kinds of|From) {0}:|(Kinds of [^.]+|By themselves): ([^.]+, )?{0}[,.]"


def test_each_module_with_classes_has_a_picture_that_says_what_it_shows(served: FlaskClient) -> None:
    page = served.get("/ontology", headers={"Accept": "text/html"}).text
    pictures = [ET.fromstring(one) for one in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]
    space = "{http://www.w3.org/2000/svg}"

    assert len(pictures) == len(list((ROOT / "ontology").glob("*.ttl"))) - 2  # a header; links
    for picture in pictures:
        names = {str(one.text) for one in picture.iter(f"{space}text") if one.get("class") == "name"}
        said = picture.findtext(f"{space}desc", "")

        assert names
        assert "style" not in {word for one in picture.iter() for word in one.attrib}
        assert not [name for name in names if not re.search(NAMED.format(re.escape(name)), said)]


def test_boxes_of_a_picture_do_not_lie_on_each_other() -> None:
    def term(iri: str, above: str = "") -> dict[str, object]:
        said = [("kind of", [{"iri": above, "text": above}])] if above else []
        return {"iri": iri, "label": iri, "kind": "class", "forwards": said}

    terms = [term("a"), term("b", "a"), term("c", "a"), term("d", "c"), term("e", "outside"), term("f")]
    picture = ET.fromstring(diagram.drawn(terms))
    boxes = [
        [int(one.get(word, "")) for word in ("x", "y", "width", "height")]
        for one in picture.iter("{http://www.w3.org/2000/svg}rect")
    ]

    assert len(boxes) == 7
    for number, (x, y, width, height) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = x + width <= other[0] or other[0] + other[2] <= x or y + height <= other[1]
            assert apart or other[1] + other[3] <= y


def test_a_module_without_a_class_has_no_picture() -> None:
    assert diagram.drawn([{"iri": "p", "label": "p", "kind": "datatype property", "forwards": []}]) == ""


def test_a_file_that_cannot_be_read_any_more_is_left_out() -> None:
    broken = CASES / "tiny" / "ontology" / "tiny.ttl"
    [module] = modules.read([broken, broken.with_name("gone.ttl")])

    assert module.name == "tiny"
    assert "https://tiny.example/ontology#Film" in module.terms


# FOOPS!, metric by metric, for each of the four.


@pytest.fixture(params=DOCUMENTS)
def header(request: pytest.FixtureRequest, served: FlaskClient) -> tuple[str, Graph, URIRef]:
    """The name of a vocabulary, what its address gives as Turtle, and the IRI it says it has."""
    graph = read(served, f"/{request.param}.ttl")
    [iri] = graph.subjects(RDF.type, OWL.Ontology)
    assert isinstance(iri, URIRef)
    return request.param, graph, iri


Header = tuple[str, Graph, URIRef]


def test_its_iri_is_persistent_and_the_one_under_which_it_is_found(header: Header) -> None:
    """PURL1, URI2, FIND1; at w3id.org it is not yet registered, which it says itself."""
    name, graph, iri = header

    assert str(iri) == HERE + name
    assert "not yet registered at w3id.org" in " ".join(map(str, graph.objects(iri, SKOS.editorialNote)))


@pytest.mark.parametrize("accept", ["text/html", "text/turtle", "application/rdf+xml", "application/ld+json"])
def test_its_iri_answers_in_the_form_that_is_wanted(header: Header, served: FlaskClient, accept: str) -> None:
    """URI1, CN1, DOC1, RDF1, HTTP1."""
    assert served.get(f"/{header[0]}", headers={"Accept": accept}).mimetype == accept


def test_its_version_has_an_iri_that_answers(header: Header, served: FlaskClient) -> None:
    """VER1, VER2."""
    name, graph, iri = header
    [version] = map(str, graph.objects(iri, OWL.versionIRI))
    number = str(graph.value(iri, OWL.versionInfo))

    assert version == f"{HERE}{name}/{number}"
    assert same(read(served, f"/{name}/{number}.ttl"), graph)
    assert served.get(f"/{name}/{number}", headers={"Accept": "text/turtle"}).mimetype == "text/turtle"
    assert number in json.loads(served.get(f"/{name}/9.9").data)["detail"]
    assert served.get(f"/{name}/9.9").status_code == 404


@pytest.mark.parametrize("word", METADATA, ids=lambda one: str(one).rpartition("/")[2])
def test_it_has_the_metadata_that_are_looked_for(header: Header, word: URIRef) -> None:
    """OM1 to OM3, FIND3, R4."""
    _, graph, iri = header

    assert graph.value(iri, word), word


def test_its_licence_is_one_that_people_know(header: Header) -> None:
    """OM4."""
    assert str(header[1].value(header[2], DCT.license)).startswith("https://creativecommons.org/")


def test_its_prefix_stands_for_the_namespace_of_its_terms(header: Header) -> None:
    """PREFIX."""
    _, graph, iri = header
    space = str(graph.value(iri, VANN.preferredNamespaceUri))

    assert space == f"{iri}#"
    assert any(str(one).startswith(space) for one in graph.subjects())


def test_every_term_has_a_label_and_a_definition(header: Header) -> None:
    """VOC3, VOC4. A property shape speaks by its message; a node shape by the shapes that it asks."""
    _, graph, _ = header
    terms = {one for kind in DECLARED for one in graph.subjects(RDF.type, kind)}
    shapes = set(graph.subjects(RDF.type, SH.PropertyShape))

    assert terms or shapes
    for term in terms:
        assert graph.value(term, RDFS.label), term
        assert graph.value(term, SKOS.definition), term
    for shape in shapes:
        assert graph.value(shape, SH.message), shape


def test_it_uses_words_of_others_where_there_are_such(header: Header) -> None:
    """VOC1, VOC2."""
    spaces = {re.sub(r"[^#/]*$", "", str(word)) for word in header[1].predicates()}

    assert {str(DCT), str(VANN), str(OWL), str(SKOS)} <= spaces


def test_a_vocabulary_in_a_former_version_is_told_as_it_was(served: FlaskClient) -> None:
    page = served.get("/ontology?version=1", headers={"Accept": "text/html"})

    assert page.status_code == 200
    assert 'href="/ontology.ttl?version=1"' in page.text
    assert page.headers["Content-Location"] == "/ontology.html?version=1"


RULE = re.compile(r"^RewriteRule (\S+) %\{ENV:SERVER\}/\$1 \[R=(\d+),", re.MULTILINE)


@pytest.mark.parametrize(
    ("path", "status"),
    [("ontology", 302), ("core/shapes", 302), ("ontology/0.1.0", 302), ("shapes.ttl", 302), ("", 303),
     ("film/sebastian", 303), ("source/gv-2025", 303)],
)  # fmt: skip
def test_the_request_for_w3id_leads_each_name_to_an_address_that_answers(
    served: FlaskClient, path: str, status: int
) -> None:
    rules = RULE.findall((ROOT / "w3id" / ".htaccess").read_text(encoding="utf-8"))
    first = next(int(code) for pattern, code in rules if re.match(pattern, path))

    assert first == status
    assert served.get(f"/{path}", headers={"Accept": "text/html"}, follow_redirects=True).status_code == 200
