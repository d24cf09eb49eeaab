"""Which things a change can make a shape object to, and what the shapes look at there.

A shape looks at a thing along footprints: sequences of steps that begin at the
thing and end at a triple. Walked backwards from a changed triple they lead to
each thing whose verdict may change; walked forwards from there they lead to all
that has to be validated (SHACL, sections 2 to 4). A shape that looks in another
way, such as by SPARQL, has no footprints: then the whole is validated.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rdflib import RDF, RDFS, SH, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from qgraph.store import DefaultGraph, Literal, NamedNode, Quad, Store

MOST = 5_000
ANY = ""
LISTS = (SH["or"], SH["and"], SH.xone)
SHAPES = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
COMPARED = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
TARGETS = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
# What is said of a value or of the shape itself, and looks no further.
STILL = {
    *(SH[name] for name in ("datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive")),
    *(SH[name] for name in ("maxExclusive", "maxInclusive", "minLength", "maxLength", "pattern", "flags")),
    *(SH[name] for name in ("languageIn", "uniqueLang", "hasValue", "in", "ignoredProperties", "message")),
    *(SH[name] for name in ("severity", "deactivated", "name", "description", "order", "group")),
    *(SH[name] for name in ("defaultValue", "path", "qualifiedMinCount", "qualifiedMaxCount")),
    SH.qualifiedValueShapesDisjoint,
}


class Unbounded(Exception):
    """A shape looks further than footprints tell, or a change touches too much."""


@dataclass(frozen=True)
class Step:
    """One step along *predicate*, backwards if *inverse*, any number of times if *repeated*."""

    predicate: str
    inverse: bool = False
    repeated: bool = False


Footprint = tuple[Step, ...]
TYPE = Step(str(RDF.type))
CLASS = (TYPE, Step(str(RDFS.subClassOf), repeated=True))


def footprints(shapes: Graph) -> set[Footprint]:
    """Return all footprints of *shapes*. Raises Unbounded if there are none for some shape."""
    found: set[Footprint] = set()
    if (None, RDF.type, SH.ConstraintComponent) in shapes:
        raise Unbounded
    typed = _implicit(shapes) | set(shapes.subjects(SH.targetClass))
    for shape in typed | {one for target in TARGETS for one in shapes.subjects(target)}:
        found |= {CLASS[:1], CLASS} if shape in typed else set()
        found |= {(Step(str(one)),) for one in shapes.objects(shape, SH.targetSubjectsOf)}
        found |= {(Step(str(one), inverse=True),) for one in shapes.objects(shape, SH.targetObjectsOf)}
        found |= set(_of(shapes, shape, ()))
    return found


def _implicit(shapes: Graph) -> set[Node]:
    return {one for one in shapes.subjects(RDF.type, RDFS.Class) if (one, RDF.type, SH.NodeShape) in shapes}


def _of(shapes: Graph, shape: Node, start: Footprint) -> Iterator[Footprint]:
    """Yield the footprints of *shape* at a node that *start* leads to."""
    if len(start) > 20:
        raise Unbounded
    path = shapes.value(shape, SH.path)
    ends = [start + steps for steps in _steps(shapes, path)] if path is not None else [start]
    for end in ends:
        yield from (end[: length + 1] for length in range(len(start), len(end)))
        for word, value in shapes.predicate_objects(shape):
            if word in COMPARED:
                yield (*start, Step(str(value)))
            else:
                yield from _constraint(shapes, word, value, start=end)


def _constraint(shapes: Graph, word: Node, value: Node, *, start: Footprint) -> Iterator[Footprint]:
    if word in SHAPES:
        yield from _of(shapes, value, start)
    elif word in LISTS:
        for one in Collection(shapes, value):
            yield from _of(shapes, one, start)
    elif word == SH["class"]:
        yield from ((*start, *CLASS[:1]), (*start, *CLASS))
    elif word == SH.closed:
        yield (*start, Step(ANY))
    elif str(word).startswith(str(SH)) and word not in STILL and word not in TARGETS:
        raise Unbounded


def _steps(shapes: Graph, path: Node) -> list[Footprint]:
    """Return the sequences of steps that the SHACL property *path* stands for (section 2.3.1)."""
    if isinstance(path, URIRef):
        return [(Step(str(path)),)]
    if (path, RDF.first, None) in shapes:
        ways: list[Footprint] = [()]
        for part in Collection(shapes, path):
            ways = [way + steps for way in ways for steps in _steps(shapes, part)]
        return ways
    word, value = next(iter(shapes.predicate_objects(path)))
    if word == SH.alternativePath:
        return [steps for part in Collection(shapes, value) for steps in _steps(shapes, part)]
    inner = _steps(shapes, value)
    if word == SH.inversePath:
        return [tuple(replace(step, inverse=not step.inverse) for step in reversed(way)) for way in inner]
    if any(len(way) != 1 for way in inner):
        raise Unbounded  # a repeated sequence: rare, and dear to walk
    return [(replace(way[0], repeated=True),) for way in inner]


def touched(change: Iterable[Quad], found: set[Footprint], stores: Sequence[Store]) -> set[NamedNode]:
    """Return the things that a shape with one of the footprints *found* may judge otherwise after *change*.

    *stores* hold the data before and after it. Raises Unbounded for too many.
    """
    things: set[NamedNode] = set()
    for quad in change:
        for footprint in found:
            step = footprint[-1]
            if step.predicate not in (ANY, quad.predicate.value):
                continue
            near = quad.object if step.inverse else quad.subject
            nodes = _walk(stores, {near}, _back(footprint))
            things |= {node for node in nodes if isinstance(node, NamedNode)}
            if len(things) > MOST:
                raise Unbounded
    return things


def _back(footprint: Footprint) -> list[Step]:
    """Return the way back from the last triple of *footprint*; over its step too where that repeats."""
    steps = footprint if footprint[-1].repeated else footprint[:-1]
    return [replace(step, inverse=not step.inverse) for step in reversed(steps)]


def looked_at(things: Iterable[NamedNode], found: set[Footprint], store: Store) -> set[Quad]:
    """Return what shapes with the footprints *found* look at from *things* in *store*."""
    seen: set[Quad] = set()
    for footprint in found:
        nodes: set[object] = set(things)
        for step in footprint[:-1]:
            nodes = _walk([store], nodes, [step])
        last = footprint[-1]
        for node in _walk([store], nodes, [last]) if last.repeated else nodes:
            seen |= set(_leaving(store, node, last))
    return seen


def _walk(stores: Sequence[Store], nodes: Iterable[object], steps: Iterable[Step]) -> set[object]:
    """Return the nodes that *steps* lead to from *nodes*, in any of *stores*."""
    reached = set(nodes)
    for step in steps:
        edge = reached
        following: set[object] = set(reached) if step.repeated else set()
        while edge:
            found = (quad for store in stores for node in edge for quad in _leaving(store, node, step))
            ends: set[object] = {quad.subject if step.inverse else quad.object for quad in found}
            edge = ends - following
            following |= edge
            if len(following) > MOST:
                raise Unbounded
            if not step.repeated:
                break
        reached = following
    return reached


def _leaving(store: Store, node: object, step: Step) -> Iterable[Quad]:
    """Return the triples of the default graph by which *step* leaves *node*."""
    predicate = NamedNode(step.predicate) if step.predicate else None
    if step.inverse:
        return store.quads_for_pattern(None, predicate, node, DefaultGraph())  # type: ignore[arg-type]
    if isinstance(node, Literal):
        return ()
    return store.quads_for_pattern(node, predicate, None, DefaultGraph())  # type: ignore[arg-type]
