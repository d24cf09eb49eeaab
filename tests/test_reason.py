import pytest
from rdflib import OWL, RDF, RDFS, Graph, Literal
from rdflib.term import Node

from conftest import CASES, ROOT
from qgraph.errors import Refused
from qgraph.reason import infer
from qgraph.sources import find

PREFIXES = """
@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def turtle(text: str) -> Graph:
    return Graph().parse(data=PREFIXES + text)


def test_only_what_is_new_and_about_things_is_inferred() -> None:
    ontology = turtle(
        ":made a owl:ObjectProperty ; owl:inverseOf :madeBy ; rdfs:label 'made' . :madeBy a owl:Thing ."
    )
    asserted = turtle(":film :madeBy :ana ; rdfs:label 'Film' .")

    assert set(infer(asserted, ontology)) == set(turtle(":ana :made :film ."))


def test_what_is_given_is_left_as_it_was() -> None:
    ontology = turtle(":Film a owl:Class ; rdfs:subClassOf :Work . :Work a owl:Class .")
    asserted = turtle(":film a :Film .")
    infer(asserted, ontology)

    assert (len(ontology), len(asserted)) == (3, 1)


def test_words_of_other_vocabularies_change_no_answer() -> None:
    ontology = turtle(":Film a owl:Class ; rdfs:subClassOf <https://schema.org/Movie> .")

    assert not set(infer(turtle(":film a :Film ."), ontology))


CLASHES = {
    "disjoint classes": (":A a owl:Class ; owl:disjointWith :B .", ":x a :A , :B ."),
    "all disjoint": ("[] a owl:AllDisjointClasses ; owl:members ( :A :B ) .", ":x a :A , :B ."),
    "nothing": (":A a owl:Class ; rdfs:subClassOf owl:Nothing .", ":x a :A ."),
    "irreflexive": (":p a owl:ObjectProperty , owl:IrreflexiveProperty .", ":x :p :x ."),
    "asymmetric": (":p a owl:ObjectProperty , owl:AsymmetricProperty .", ":x :p :y . :y :p :x ."),
    "disjoint properties": (":p owl:propertyDisjointWith :q .", ":x :p :y ; :q :y ."),
    "different": (":p a owl:FunctionalProperty .", ":x :p :y , :z . :y owl:differentFrom :z ."),
    "complement": (":A owl:complementOf :B .", ":x a :A , :B ."),
}


@pytest.mark.parametrize("name", CLASHES)
def test_a_clash_is_found(name: str) -> None:
    ontology, asserted = CLASHES[name]

    with pytest.raises(Refused, match="contradict the ontology") as refusal:
        infer(turtle(asserted), turtle(ontology))

    assert {finding.rule for finding in refusal.value.report} == {"clash"}


def test_a_clash_names_the_thing() -> None:
    with pytest.raises(Refused) as refusal:
        infer(turtle(":x a :A , :B ."), turtle(":A a owl:Class ; owl:disjointWith :B . :B a owl:Class ."))

    assert {finding.thing for finding in refusal.value.report} == {"http://e/x"}


# A second engine, for the constructs that the ontology uses: these rules, until nothing is new.
RULES = """
?x a ?d <- ?x ?p ?y . ?p rdfs:domain ?d
?y a ?d <- ?x ?p ?y . ?p rdfs:range ?d . FILTER (!isLiteral(?y))
?x a ?d <- ?x a ?c . ?c rdfs:subClassOf ?d
?x ?q ?y <- ?x ?p ?y . ?p rdfs:subPropertyOf ?q
?y ?q ?x <- ?x ?p ?y . { ?p owl:inverseOf ?q } UNION { ?q owl:inverseOf ?p } FILTER (!isLiteral(?y))
?x ?p ?z <- ?x ?p ?y . ?y ?p ?z . ?p a owl:TransitiveProperty
?x ?r ?z <- ?r owl:propertyChainAxiom ?l . ?l rdf:first ?p ; rdf:rest/rdf:first ?q . ?x ?p ?y . ?y ?q ?z
"""


def ontology() -> Graph:
    """Return what the ontology says of its words, their names and definitions aside."""
    graph = Graph()
    for path in find(ROOT).ontology:
        graph.parse(path)
    axioms = Graph()
    axioms += (one for one in graph if not isinstance(one[2], Literal))
    return axioms


def by_rules(facts: Graph, axioms: Graph) -> set[tuple[Node, ...]]:
    """Return what RULES add to *facts* about things that are not words of *axioms*."""
    closure = facts + axioms
    size = 0
    while size != len(closure):
        size = len(closure)
        for rule in RULES.strip().splitlines():
            head, _, body = rule.partition(" <- ")
            closure.update(f"INSERT {{ {head} }} WHERE {{ {body} }}", initNs={"owl": OWL, "rdfs": RDFS})
    words = set(axioms.subjects())
    new = {one for one in closure - facts - axioms if one[0] not in words and one[0] != one[2]}
    return {one for one in new if (one[2] if one[1] == RDF.type else one[1]) in words}


def test_a_second_engine_infers_the_same() -> None:
    facts = Graph()
    for case in (CASES / "inferences").glob("*/given.ttl"):
        facts.parse(case)
    axioms = ontology()

    assert len(facts) > 40
    assert by_rules(facts, axioms) == set(infer(facts, axioms))
