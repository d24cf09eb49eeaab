"""Cases that are data: a new case is a new file (see tests/cases)."""

import csv
import io
from functools import cache
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, BNode, Graph, URIRef

from conftest import CASES, ROOT
from qgraph import questions, store
from qgraph.findings import VIOLATION
from qgraph.formats import BY_NAME
from qgraph.namespaces import CORE, Names
from qgraph.query import Question, Spool, answer
from qgraph.reason import infer
from qgraph.sources import find
from qgraph.validate import check_findings, shape_findings

BASE = "https://w3id.org/qgraph/"
PREFIXES = {
    "shape": BASE + "shapes#",
    "core-shape": BASE + "core/shapes#",
}
SOURCES = find(ROOT)
INVALID = sorted((CASES / "invalid").glob("*.ttl"))
VALID = sorted((CASES / "valid").glob("*.ttl"))
CHECKS = sorted((CASES / "checks").glob("*.trig"))
INFERENCES = sorted((CASES / "inferences").iterdir())
QUESTIONS = {one.name: one for one in questions.read(ROOT)}


@cache
def ontology() -> Graph:
    graph = Graph()
    for path in SOURCES.ontology:
        graph.parse(path)
    return graph


@cache
def shapes() -> Graph:
    graph = Graph()
    for path in SOURCES.shapes:
        graph.parse(path)
    return graph


def objecting(case: Path, *lighter: str) -> set[str]:
    """Return the shapes that object to *case*, read with the classes of the ontology.

    Warnings and remarks count for the shapes named as *lighter*.
    """
    data = Graph().parse(case)
    data += (triple for triple in ontology().triples((None, RDFS.subClassOf, None)))
    found = shape_findings(data, shapes())
    return {one.rule for one in found if one.severity == VIOLATION or one.rule in lighter}


def expected(case: Path) -> list[str]:
    first = case.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# expect: "), f"{case} opens without “# expect:”"
    return first.removeprefix("# expect: ").split()


def iri(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


@pytest.mark.parametrize("case", INVALID, ids=lambda case: case.stem)
def test_a_defect_is_named_by_its_shape(case: Path) -> None:
    names = {iri(name) for name in expected(case)}

    assert objecting(case, *names) == names


@pytest.mark.parametrize("case", VALID, ids=lambda case: case.stem)
def test_what_is_right_is_accepted(case: Path) -> None:
    assert objecting(case) == set()


def test_every_shape_with_a_message_has_a_case_that_breaks_it() -> None:
    broken = {iri(name) for case in INVALID for name in expected(case)}
    sh_message = URIRef("http://www.w3.org/ns/shacl#message")
    named = {str(shape) for shape in shapes().subjects(sh_message) if isinstance(shape, URIRef)}

    assert named - broken == set()


def own_classes() -> set[str]:
    return {str(one) for one in ontology().subjects(RDF.type, OWL.Class) if str(one).startswith((BASE, CORE))}


def test_every_class_has_a_shape_and_a_valid_case() -> None:
    target = URIRef("http://www.w3.org/ns/shacl#targetClass")
    shaped = {str(one) for one in shapes().objects(None, target)}
    cases = {case.stem for case in VALID}

    assert own_classes() - shaped == set()
    assert {one.rpartition("#")[2] for one in own_classes()} - cases == set()


def test_every_word_is_described() -> None:
    skos = "http://www.w3.org/2004/02/skos/core#"
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    words = {word for kind in kinds for word in ontology().subjects(RDF.type, kind)}
    own = [word for word in words if str(word).startswith((BASE, CORE))]
    for about in (RDFS.label, RDFS.isDefinedBy, URIRef(skos + "definition"), URIRef(skos + "example")):
        assert [str(word) for word in own if (word, about, None) not in ontology()] == []


def test_the_ontology_has_disjointness_inverses_and_a_transitive_part_of() -> None:
    assert (None, RDF.type, OWL.AllDisjointClasses) in ontology()
    assert (URIRef(BASE + "ontology#partOf"), RDF.type, OWL.TransitiveProperty) in ontology()
    assert len(list(ontology().triples((None, OWL.inverseOf, None)))) >= 5


def check_named(name: str) -> Path:
    return next(path for path in SOURCES.checks if path.stem == name)


@pytest.mark.parametrize("case", CHECKS, ids=lambda case: case.stem)
def test_a_check_catches_its_breach(case: Path) -> None:
    [name] = expected(case)
    dataset = store.in_memory(store.parse(case.read_bytes(), BY_NAME["trig"], BASE))

    assert check_findings(dataset, [check_named(name)], Names(BASE))


def test_every_check_has_a_case_that_breaks_it() -> None:
    assert {path.stem for path in SOURCES.checks} == {name for case in CHECKS for name in expected(case)}


@pytest.mark.parametrize("case", INFERENCES, ids=lambda case: case.name)
def test_what_follows_is_inferred(case: Path) -> None:
    inferred = set(infer(Graph().parse(case / "given.ttl"), ontology()))
    follows = set(Graph().parse(case / "follows.ttl"))
    excluded = set(Graph().parse(case / "not.ttl"))

    assert follows <= inferred
    assert not excluded & inferred


def rows(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode())))


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_is_answered_on_toy_data(name: str) -> None:
    case = CASES / "questions" / name
    given = next(case.glob("given.*"))
    syntax = BY_NAME["trig" if given.suffix == ".trig" else "turtle"]
    toy = store.in_memory(store.parse(given.read_bytes(), syntax, BASE))
    with Spool(1_000_000) as output:
        answer(toy, Question(QUESTIONS[name].query, results="csv"), prefixes={}, output=output)

        assert rows(output.read()) == rows((case / "answer.csv").read_bytes())


def test_no_blank_node_names_a_shape() -> None:
    sh_property = URIRef("http://www.w3.org/ns/shacl#property")
    for shape, part in shapes().subject_objects(sh_property):
        assert isinstance(shape, BNode) or isinstance(part, URIRef), (
            f"{shape} has a property shape without a name"
        )
