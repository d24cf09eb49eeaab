"""The only door to the reasoner: what follows from the facts, and what clashes."""

import re

from owlrl import OWLRL_Semantics
from rdflib import OWL, RDF, RDFS, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from qgraph.errors import Refused
from qgraph.findings import Finding, Report

VOCABULARY = (
    OWL.Class, RDFS.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty,
)  # fmt: skip
IRI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>'\"(),]+")


def infer(asserted: Graph, ontology: Graph) -> Graph:
    """Return the triples OWL 2 RL adds to *asserted*, and only those.

    A reader of the published graph can then ask who says so: what a
    curator wrote and what follows from it never share a named graph.
    Only words that *ontology* declares are used, so links to other people's
    vocabularies change no answer. Raises Refused, with a finding a clash,
    where the facts contradict the ontology (OWL 2 Profiles, section 4.3).
    """
    axioms = Graph()
    axioms += (triple for triple in ontology if not isinstance(triple[2], Literal))
    closure = axioms + asserted
    reasoner = OWLRL_Semantics(closure, axioms=False, daxioms=False, rdfs=False)
    reasoner.closure()
    declared = {word for kind in VOCABULARY for word in ontology.subjects(RDF.type, kind)}
    if clashes := sorted(map(str, reasoner.error_messages)):
        findings = [_finding(clash, declared) for clash in clashes]
        raise Refused("The facts contradict the ontology; nothing has changed.", Report(findings))
    inferred = Graph()
    for triple in closure - asserted - axioms:
        if _is_fact(*triple, declared=declared):
            inferred.add(triple)
    return inferred


def _is_fact(subject: Node, predicate: Node, object_: Node, *, declared: set[Node]) -> bool:
    """Say whether a triple of the closure is RDF, about a thing, and no noise.

    OWL RL also concludes that each thing equals itself, types literals, and
    relates words of the ontology to each other.
    """
    if not isinstance(subject, URIRef) or isinstance(object_, BNode):
        return False
    if subject == object_ or subject in declared:
        return False
    return object_ in declared if predicate == RDF.type else predicate in declared


def _finding(clash: str, declared: set[Node]) -> Finding:
    """Return what the reasoner says of a *clash* as a finding about the thing it names."""
    things = [iri for iri in IRI.findall(clash) if URIRef(iri) not in declared]
    message = f"The facts contradict the ontology: {clash}. Correct one of them."
    return Finding("clash", message, thing="".join(things[:1]))
