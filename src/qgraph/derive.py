"""The derived graphs: asserted, inferred, and the default graph that readers ask."""

from collections.abc import Iterable
from pathlib import Path

from qgraph import bridge
from qgraph.namespaces import CORE, Names
from qgraph.ownership import is_described
from qgraph.reason import infer
from qgraph.store import (
    DefaultGraph,
    NamedNode,
    Quad,
    Store,
    Triple,
    construct,
    has_blank_node,
    text_of,
    triples,
)

ASSERTED = Path(__file__).with_name("asserted.rq").read_text(encoding="utf-8")


def assert_facts(dataset: Store, names: Names) -> list[Quad]:
    """Put the facts into the asserted graph of *dataset* and return them there, sorted.

    A fact is what stands in evidence that is neither reported nor an
    interpretation (decision 6 of the design).
    """
    facts = sorted(construct(dataset, ASSERTED), key=str)
    asserted = _named(facts, NamedNode(names.asserted))
    dataset.extend(asserted)
    return asserted


def reasoned(dataset: Store, names: Names, *, reasons: bool) -> None:
    """Bring the derived graphs of *dataset*; the inferred one stays empty unless it *reasons*.

    Raises Refused where the ontology cannot be reasoned with.
    """
    facts = assert_facts(dataset, names)
    inferred: list[Quad] = []
    if reasons:
        ontology = dataset.quads_for_pattern(None, None, None, NamedNode(names.ontology))
        found = infer(bridge.to_rdflib(triples(facts)), bridge.to_rdflib(triples(ontology)))
        inferred = bridge.to_quads(found, NamedNode(names.inferred))
    derive(dataset, inferred, names)


def derive(dataset: Store, inferred: Iterable[Quad], names: Names) -> None:
    """Add *inferred* to *dataset*, and to its default graph all facts.

    The default graph then holds asserted facts, inferred facts, the
    descriptions of evidence and sources that the files put there, and what the
    ontology says of the graph as a whole: its licence, purpose and contact go
    with every copy (care rule C18). What is
    inferred is Sensitive, as strict as any premise that the public graph holds.
    """
    tier = (NamedNode(names.inferred), NamedNode(CORE + "tier"), NamedNode(CORE + "Sensitive"))
    dataset.add(Quad(*tier, DefaultGraph()))
    header = dataset.quads_for_pattern(NamedNode(names.base), None, None, NamedNode(names.ontology))
    named = [quad.triple for quad in header if not has_blank_node(quad)]
    dataset.extend(_named(named, DefaultGraph()))
    dataset.extend(quad for quad in inferred if not is_described(quad.subject, dataset))
    for graph in names.derived:
        facts = dataset.quads_for_pattern(None, None, None, NamedNode(graph))
        dataset.extend(_named((fact.triple for fact in list(facts)), DefaultGraph()))


def counts(dataset: Store, names: Names) -> dict[str, int]:
    """Return how many quads, asserted and inferred facts, and evidence graphs there are."""
    asserted, inferred = (
        sum(1 for _ in dataset.quads_for_pattern(None, None, None, NamedNode(graph)))
        for graph in names.derived
    )
    evidence = sum(not text_of(graph).startswith(names.base + "graph/") for graph in dataset.named_graphs())
    return {"quads": len(dataset), "asserted": asserted, "inferred": inferred, "evidence": evidence}


def _named(triples: Iterable[Triple], graph: NamedNode | DefaultGraph) -> list[Quad]:
    return [Quad(one.subject, one.predicate, one.object, graph) for one in triples]
