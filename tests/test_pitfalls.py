"""The usual pitfalls of ontologies, by the numbers of the OOPS! catalogue; others are in test_ontology.py."""

import re
from functools import cache

from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.collection import Collection

from conftest import ROOT
from qgraph.namespaces import CORE
from qgraph.sources import find

OWN = "https://w3id.org/qgraph/ontology#"
OURS = (OWN, CORE)
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
PROPERTIES = KINDS[1:]
AXIOMS = (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.inverseOf, OWL.disjointWith)
# Properties whose values or subjects are of several kinds on purpose; the shapes say which (P11).
WITHOUT_ENDS = 44


@cache
def graph() -> Graph:
    merged = Graph()
    for path in find(ROOT).ontology:
        if path.name != "alignments.ttl":
            merged.parse(path)
    return merged


def own(*kinds: URIRef) -> list[URIRef]:
    found = {one for kind in kinds for one in graph().subjects(RDF.type, kind) if str(one).startswith(OURS)}
    return sorted(one for one in found if isinstance(one, URIRef))


def name(term: URIRef) -> str:
    return str(term).partition("#")[2]


def test_there_are_terms_to_look_at() -> None:
    assert len(own(*KINDS)) > 150


def test_p02_no_class_is_declared_to_equal_another() -> None:
    assert not list(graph().triples((None, OWL.equivalentClass, None)))
    assert not list(graph().triples((None, OWL.equivalentProperty, None)))


def test_p03_nobody_says_is_with_a_property_of_their_own() -> None:
    assert not [one for one in own(*PROPERTIES) if name(one).lower() in ("is", "isa", "kindof", "type")]


def test_p05_an_inverse_leads_back_between_the_same_ends() -> None:
    for one, other in graph().subject_objects(OWL.inverseOf):
        for here, there in ((RDFS.domain, RDFS.range), (RDFS.range, RDFS.domain)):
            ends = set(graph().objects(one, here)), set(graph().objects(other, there))

            assert not all(ends) or ends[0] == ends[1], (one, other)


def test_p06_no_term_is_wider_than_itself() -> None:
    for word in (RDFS.subClassOf, RDFS.subPropertyOf):
        for one, wider in graph().subject_objects(word):
            assert one not in set(graph().transitive_objects(wider, word)), one


def test_p07_no_class_merges_two_ideas() -> None:
    merged = re.compile(r"And[A-Z]|Or[A-Z]")

    assert not [one for one in own(OWL.Class) if merged.search(name(one))]


def test_p08_every_term_has_label_definition_and_example_and_says_where_it_is_from() -> None:
    for term in own(*KINDS):
        for word in (RDFS.label, SKOS.definition, SKOS.example, RDFS.isDefinedBy):
            assert graph().value(term, word), (term, word)


def test_p11_properties_without_an_end_are_as_many_as_are_known() -> None:
    ends = (RDFS.domain, RDFS.range)
    bare = [one for one in own(OWL.ObjectProperty) for end in ends if not graph().value(one, end)]

    assert len(bare) == WITHOUT_ENDS


def test_p13_a_property_is_no_inverse_of_two() -> None:
    for one in own(OWL.ObjectProperty):
        both = {*graph().objects(one, OWL.inverseOf), *graph().subjects(OWL.inverseOf, one)}

        assert len(both) <= 1, one


def test_p20_notes_are_not_labels_and_labels_are_short() -> None:
    for term in own(*KINDS):
        label, definition = str(graph().value(term, RDFS.label)), str(graph().value(term, SKOS.definition))

        assert len(label) <= 40, term
        assert label.casefold().rstrip(".") != definition.casefold().rstrip("."), term


def test_p21_there_is_no_class_for_the_rest() -> None:
    assert not [one for one in own(OWL.Class) if re.match(r"(?i)other|misc|unknown|various", name(one))]


def test_p22_classes_begin_with_a_capital_and_properties_do_not() -> None:
    for term in own(OWL.Class):
        assert re.fullmatch(r"[A-Z][A-Za-z]*", name(term)), term
    for term in own(*PROPERTIES):
        assert re.fullmatch(r"[a-z][A-Za-z0-9]*", name(term)), term


def test_p24_no_term_is_defined_by_itself_alone() -> None:
    for subject, word, value in graph():
        assert word not in AXIOMS or subject != value or word in (RDFS.domain, RDFS.range), subject


def test_p25_to_p29_inverse_symmetric_and_transitive_properties_are_what_they_say() -> None:
    for one, other in graph().subject_objects(OWL.inverseOf):
        assert one != other
        assert (one, RDF.type, OWL.SymmetricProperty) not in graph()
    for one in graph().subjects(RDF.type, OWL.TransitiveProperty):
        domain, end = graph().value(one, RDFS.domain), graph().value(one, RDFS.range)

        assert domain == end, one  # else nothing follows from it


def test_p33_a_chain_has_more_than_one_link() -> None:
    for one, chain in graph().subject_objects(OWL.propertyChainAxiom):
        assert len(list(Collection(graph(), chain))) > 1, one


def test_p34_p35_every_word_that_is_used_is_declared() -> None:
    declared = {one for kind in KINDS for one in graph().subjects(RDF.type, kind)}
    used = {value for word in AXIOMS for value in graph().objects(None, word) if isinstance(value, URIRef)}
    words = {word for _, word, _ in graph() if str(word).startswith(OURS)}

    assert {one for one in used if "XMLSchema#" not in str(one)} <= declared
    assert words <= declared


def test_p36_p38_p41_the_iri_has_no_suffix_and_its_header_a_licence() -> None:
    ontologies = set(graph().subjects(RDF.type, OWL.Ontology))

    assert {URIRef(one.rstrip("#")) for one in OURS} <= ontologies
    for iri in ontologies:
        assert not re.search(r"\.(owl|ttl|rdf)$", str(iri))
        assert graph().value(iri, DCTERMS.license), iri


def test_p40_nothing_is_said_of_the_meaning_of_other_peoples_terms() -> None:
    """The core labels words of others for its pages; one is given a path, and skos:prefLabel is a label."""
    said = {
        (subject, word)
        for subject, word, value in graph()
        if word in AXIOMS and not isinstance(value, Literal) and not str(subject).startswith(OURS)
        if isinstance(subject, URIRef)
    }

    assert said == {(SKOS.prefLabel, RDFS.subPropertyOf)}
