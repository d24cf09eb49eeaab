"""Quads to rdflib graphs and back, for the libraries that speak rdflib."""

from collections.abc import Iterable

from rdflib import Graph

from qgraph.formats import BY_NAME
from qgraph.store import DefaultGraph, NamedNode, Quad, Triple, dump, parse


def to_rdflib(triples: Iterable[Triple]) -> Graph:
    """Return *triples* as an rdflib graph."""
    return Graph().parse(dump(triples, BY_NAME["ntriples"], {}), format="nt")


def to_quads(graph: Graph, name: NamedNode | DefaultGraph) -> list[Quad]:
    """Return the triples of *graph* as quads of the graph *name*, sorted."""
    text = graph.serialize(format="nt", encoding="utf-8")
    quads = parse(text, BY_NAME["ntriples"])
    return sorted((Quad(q.subject, q.predicate, q.object, name) for q in quads), key=str)
