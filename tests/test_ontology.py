"""The quality list of an ontology: header, words, axioms, profile, alignments."""

import csv
from collections import Counter
from functools import cache

import pytest
from rdflib import OWL, RDF, RDFS, XSD, BNode, Dataset, Graph, Literal, URIRef
from rdflib.collection import Collection

from conftest import CASES, ROOT
from qgraph import versions
from qgraph.export import export
from qgraph.formats import BY_NAME
from qgraph.namespaces import CORE
from qgraph.reason import infer
from qgraph.settings import Settings
from qgraph.sources import find

OWN = "https://w3id.org/qgraph/ontology#"
DCT = "http://purl.org/dc/terms/"
SHACL = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty)
# Of the constructs of OWL 2 RL (OWL 2 Profiles, section 4.2) these are used, and no class expressions.
USED = {
    OWL.Ontology, OWL.imports, OWL.versionIRI, OWL.versionInfo, OWL.Class, OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty, OWL.TransitiveProperty, OWL.inverseOf, OWL.propertyChainAxiom,
    OWL.AllDisjointClasses, OWL.members, OWL.disjointWith,
}  # fmt: skip
# Words for evidence and links, which checks look after, or that take any value.
NO_SHAPE = {
    ":place", ":date", ":film", ":agent", ":role", ":contribution", ":madeBy", ":made", ":directed",
    ":scene", ":screening", ":shownAt", ":shows", ":participation", ":stop", ":hasPart", ":reading",
    ":occasion", ":publishedAs", ":about", ":caveat", "core:hedge", "core:notStated", "core:purpose",
    "core:contact", "core:reviewNote", "core:recordId", "core:retrieved",
}  # fmt: skip


@cache
def graph(folder: str = "") -> Graph:
    sources = find(ROOT)
    merged = Graph()
    for path in sources.shapes if folder == "shapes" else sources.ontology:
        merged.parse(path)
    return merged


def short(term: object) -> str:
    return str(term).replace(CORE, "core:").replace(OWN, ":")


def own(*kinds: URIRef) -> set[URIRef]:
    terms = {term for kind in kinds for term in graph().subjects(RDF.type, kind)}
    return {term for term in terms if isinstance(term, URIRef) and str(term).startswith((OWN, CORE))}


@pytest.mark.parametrize("header", ["https://w3id.org/qgraph/ontology", "https://w3id.org/qgraph/core"])
def test_the_header_says_what_it_is(header: str) -> None:
    about = {str(path) for path in graph().predicates(URIRef(header))}

    for name in (
        "title", "description", "license", "creator", "created", "modified", "bibliographicCitation",
    ):  # fmt: skip
        assert DCT + name in about
    assert {str(OWL.versionIRI), "http://purl.org/vocab/vann/preferredNamespacePrefix"} <= about


def test_inverses_are_those_declared_on_purpose() -> None:
    """The others are left out on purpose, as the header of the ontology says."""
    pairs = {(short(one), short(other)) for one, other in graph().subject_objects(OWL.inverseOf)}

    assert pairs == {
        (":screeningOf", ":screening"), (":shownAt", ":shows"), (":event", ":participation"),
        (":film", ":contribution"), (":madeBy", ":made"), (":directedBy", ":directed"),
        (":inFilm", ":scene"), (":partOf", ":hasPart"), (":readingOf", ":reading"),
    }  # fmt: skip


def test_no_label_stands_for_two_terms_of_one_kind() -> None:
    for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty):
        labels = Counter(
            str(graph().value(term, RDFS.label)) for term in own(kind) if str(term).startswith(OWN)
        )

        assert [label for label, times in labels.items() if times > 1] == []


def test_a_property_has_one_domain_and_one_range_at_most() -> None:
    for term in own(*PROPERTIES):
        for axiom in (RDFS.domain, RDFS.range):
            assert len(list(graph().objects(term, axiom))) <= 1, short(term)


def test_the_hierarchy_has_no_cycle() -> None:
    for term in own(OWL.Class, *PROPERTIES):
        for axiom in (RDFS.subClassOf, RDFS.subPropertyOf):
            parents = set(graph().transitive_objects(term, axiom)) - {term}

            assert not any(term in graph().transitive_objects(parent, axiom) for parent in parents), short(
                term
            )


def test_no_term_is_lonely(real: Settings) -> None:
    version = versions.open_version(real.store, 1)
    used = {
        part.value for quad in version for part in (quad.predicate, quad.object) if hasattr(part, "value")
    }
    axioms = {
        str(value) for subject, _, value in graph() if not isinstance(value, Literal) and subject != value
    }
    reserved = {
        ":selfDescribedAs",
        "core:NoValue",
        "core:enteredBy",
        "core:Restricted",
        "core:Interpretation",
        "core:graphBase",
    }

    assert {short(term) for term in own(OWL.Class, *PROPERTIES) if str(term) not in used | axioms} <= reserved


def test_the_kinds_are_disjoint() -> None:
    [axiom] = graph().subjects(RDF.type, OWL.AllDisjointClasses)
    members = {short(one) for one in Collection(graph(), graph().value(axiom, OWL.members))}

    assert {":Film", ":Person", ":Group", ":Organisation", ":Place", ":Event", "core:Evidence"} <= members
    assert URIRef(SKOS + "Concept") in {URIRef(one) for one in members}


def test_only_constructs_of_owl_2_rl_are_used() -> None:
    terms = {part for triple in graph() for part in triple if str(part).startswith(str(OWL))}
    ranges = {one for one in graph().objects(None, RDFS.range) if str(one).startswith(str(XSD))}

    assert terms <= USED
    assert ranges <= {XSD.string, XSD.integer, XSD.decimal}
    assert not [one for one in graph().objects(None, RDFS.subClassOf) if isinstance(one, BNode)]


def test_every_class_can_have_an_instance() -> None:
    facts = Graph()
    for number, term in enumerate(sorted(own(OWL.Class))):
        facts.add((URIRef(f"https://example.org/{number}"), RDF.type, term))

    assert len(infer(facts, graph())) > 0


def test_alignments_claim_no_identity() -> None:
    links = Graph().parse(ROOT / "ontology/alignments.ttl")
    close = {URIRef(SKOS + name) for name in ("closeMatch", "relatedMatch", "exactMatch")}

    assert set(links.predicates()) <= {RDFS.subClassOf} | close
    assert {short(subject)[0] for subject in links.subjects()} == {":"}


def test_every_property_has_a_shape_or_is_exempt() -> None:
    shaped = {short(value) for value in graph("shapes").objects(None, None) if isinstance(value, URIRef)}
    properties = {short(term) for term in own(*PROPERTIES)}

    assert properties - shaped == NO_SHAPE & (properties - shaped)


def test_the_types_that_reasoning_adds_are_those_expected(real: Settings) -> None:
    dataset = Dataset()
    version = versions.describe(real.store, 1)
    dataset.parse(
        data=export(versions.open_version(real.store, 1), version, BY_NAME["nquads"]), format="nquads"
    )
    inferred = dataset.graph(URIRef("https://w3id.org/qgraph/graph/inferred"))
    added = Counter(short(kind) for kind in inferred.objects(None, RDF.type))
    with (CASES / "inferred-types.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["class"]: int(row["things"]) for row in csv.DictReader(file)}

    assert dict(added) == expected
