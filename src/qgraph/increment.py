"""A small change taken through derive → reason → validate, without looking at the whole graph.

What comes out is what a build from nothing would give; tests compare the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph

from qgraph import bridge, delta, reach, reason, validate
from qgraph.delta import Delta
from qgraph.findings import Finding
from qgraph.namespaces import CORE, RDFS, TYPE, Names
from qgraph.ownership import is_described, owner_of
from qgraph.reach import Unbounded
from qgraph.store import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    Quad,
    Store,
    Term,
    Triple,
    has_blank_node,
    in_memory,
    text_of,
    triples,
)

EVIDENCE, REPORTED = NamedNode(CORE + "Evidence"), NamedNode(CORE + "Reported")
STATED, INTERPRETATION = NamedNode(CORE + "stated"), NamedNode(CORE + "Interpretation")
SMALL = 100_000  # quads that are read into memory sooner than they are asked for on disk
WORTH = 1_000  # quads looked at in the time that one question about one thing takes


@dataclass(frozen=True)
class Step:
    """A layer in which a change has been made: the store *before* it, and *data*, which has it."""

    before: Store
    data: Store
    names: Names


def derive(change: Delta, step: Step, *, reasons: bool) -> Delta:
    """Bring the derived graphs after *change* in the data of *step*; return all that changed.

    Where it *reasons*, the inferred graph is what follows from the facts, else it is empty.
    """
    asserted = _asserted(change, step)
    asserted.make(step.data)
    inferred = _inferred(step.data, step.names, reasons=reasons) if asserted or not reasons else Delta()
    inferred.make(step.data)
    default = _default({quad.triple for quad in (*asserted.quads, *inferred.quads)}, step)
    default.make(step.data)
    return change.then(asserted).then(inferred).then(default)


def _asserted(change: Delta, step: Step) -> Delta:
    """Return how the asserted graph changes: by the facts of the evidence that *change* touches."""
    evidence = {owner_of(quad) for quad in change.quads}
    candidates = {
        quad.triple
        for store in (step.before, step.data)
        for graph in evidence
        if not isinstance(graph, Triple)
        for quad in store.quads_for_pattern(None, None, None, graph)
    }
    holding = {triple for triple in candidates if _is_asserted(triple, step.data, step.names)}
    graph = NamedNode(step.names.asserted)
    old = {triple for triple in candidates if _in(triple, graph) in step.before}
    return _between(graph, old, holding)


def _is_asserted(triple: Triple, data: Store, names: Names) -> bool:
    """Say whether *triple* stands in evidence that is neither reported nor our reading (asserted.rq)."""
    graphs = [
        quad.graph_name
        for quad in data.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    ]
    return any(_asserts(data, graph) for graph in graphs if not text_of(graph).startswith(names.made))


def _asserts(data: Store, graph: Term | DefaultGraph) -> bool:
    if not isinstance(graph, NamedNode):
        return False
    kind = NamedNode(TYPE)
    described = [(kind, EVIDENCE), (kind, REPORTED), (STATED, INTERPRETATION)]
    return [Quad(graph, *one, DefaultGraph()) in data for one in described] == [True, False, False]


def _inferred(data: Store, names: Names, *, reasons: bool) -> Delta:
    """Return how the inferred graph changes. For now all is inferred from nothing."""
    graph = NamedNode(names.inferred)
    old = set(data.quads_for_pattern(None, None, None, graph))
    if not reasons:
        return delta.between(old, ())
    asserted, ontology = (_rdflib(data, NamedNode(name)) for name in (names.asserted, names.ontology))
    found = bridge.to_quads(reason.infer(asserted, ontology), graph)
    return delta.between(old, (quad for quad in found if not is_described(quad.subject, data)))


def _default(facts: set[Triple], step: Step) -> Delta:
    """Return how the default graph changes by the *facts* that came or went."""
    halves = [NamedNode(name) for name in step.names.derived]
    old = {fact for fact in facts if _in(fact, DefaultGraph()) in step.before}
    new = {fact for fact in facts if any(_in(fact, half) in step.data for half in halves)}
    return _between(DefaultGraph(), old, new)


def _between(graph: NamedNode | DefaultGraph, old: set[Triple], new: set[Triple]) -> Delta:
    return delta.between((_in(one, graph) for one in old), (_in(one, graph) for one in new))


def _in(triple: Triple, graph: NamedNode | DefaultGraph) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)


def findings(change: Delta, step: Step, *, checks: Sequence[Path], known: Sequence[Finding]) -> list[Finding]:
    """Return all that shapes and checks object to after *change*, by looking at what it touches.

    *known* is what they objected to before; what is not touched is taken from there.
    """
    data = step.data
    shapes = _rdflib(data, NamedNode(step.names.shapes))
    default = [quad for quad in change.quads if isinstance(quad.graph_name, DefaultGraph)]
    try:
        footprints = reach.footprints(shapes)
        things = reach.touched(default, footprints, (step.before, data))
        seen = reach.looked_at(things, footprints, data)
    except Unbounded:
        return whole(data, step.names, checks)
    looked = {thing.value for thing in things}
    looked_at = bridge.to_rdflib(triples([*seen, *_hierarchy(data, step.names)]))
    found = validate.shape_findings(looked_at, shapes) if things else []
    judged = [one for one in found if one.thing in looked]
    kept = [one for one in known if one.thing not in looked]
    named = _named(change, step)
    asked = in_memory(data) if named is None and len(data) < SMALL else data
    return [*kept, *judged, *validate.check_findings(asked, checks, step.names, touched=named)]


def whole(data: Store, names: Names, checks: Sequence[Path]) -> list[Finding]:
    """Return all that shapes and checks object to in *data*, by looking at everything."""
    default = data.quads_for_pattern(None, None, None, DefaultGraph())
    looked_at = bridge.to_rdflib(triples([*default, *_hierarchy(data, names)]))
    found = validate.shape_findings(looked_at, _rdflib(data, NamedNode(names.shapes)))
    return found + validate.check_findings(data, checks, names)


def _hierarchy(data: Store, names: Names) -> list[Quad]:
    """Return which class lies under which: so a shape knows instances without inference (SHACL, 1.4)."""
    above = data.quads_for_pattern(None, NamedNode(RDFS + "subClassOf"), None, NamedNode(names.ontology))
    return [quad for quad in above if not has_blank_node(quad)]


def _rdflib(data: Store, graph: NamedNode | DefaultGraph) -> Graph:
    return bridge.to_rdflib(triples(data.quads_for_pattern(None, None, None, graph)))


def counts(known: dict[str, int], change: Delta, step: Step) -> dict[str, int]:
    """Return how many quads, facts and evidence graphs there are after *change*, *known* before it."""

    def grown(graph: str) -> int:
        came, went = (
            sum(text_of(one.graph_name) == graph for one in part) for part in (change.added, change.removed)
        )
        return came - went

    graphs = {one.graph_name for one in change.quads if isinstance(one.graph_name, NamedNode)}
    evidence = [graph for graph in graphs if not graph.value.startswith(step.names.made)]
    came = sum(_holds(step.data, graph) - _holds(step.before, graph) for graph in evidence)
    return {
        "quads": known["quads"] + len(change.added) - len(change.removed),
        "asserted": known["asserted"] + grown(step.names.asserted),
        "inferred": known["inferred"] + grown(step.names.inferred),
        "evidence": known["evidence"] + came,
    }


def _holds(store: Store, graph: NamedNode) -> bool:
    return any(True for _ in store.quads_for_pattern(None, None, None, graph))


def _named(change: Delta, step: Step) -> set[NamedNode | BlankNode] | None:
    """Return the things for which a check of its own thing may judge otherwise after *change*.

    That is all that the change names and all that is named in the evidence it
    touches; and for each thing of which it says something else than before, what
    that thing is linked with, and the graphs that speak of it. None where so many
    are dearer than to look at everything.
    """
    quads = set(change.quads)
    owners = {owner_of(quad) for quad in change.quads}
    evidence = [
        one for one in owners if isinstance(one, NamedNode) and not one.value.startswith(step.names.made)
    ]
    for store in (step.before, step.data):
        for graph in evidence:
            quads |= {*store.quads_for_pattern(None, None, None, graph)}
        for subject in {quad.subject for quad in change.quads}:
            quads |= {*store.quads_for_pattern(subject, None, None, None)}
            quads |= {*store.quads_for_pattern(None, None, subject, None)}
    terms = {term for quad in quads for term in (quad.subject, quad.object, quad.graph_name)}
    named = {term for term in terms if isinstance(term, NamedNode | BlankNode)}
    return named if len(named) * WORTH < len(step.data) else None
