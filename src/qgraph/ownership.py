"""Whose a quad is: the folder's, the writers', or made anew by every commit.

What a writer enters carries `core:enteredBy`, with the writer's opaque id. That
mark is kept here and nowhere else; a build keeps what carries it.
"""

from collections.abc import Iterable
from pathlib import Path

from qgraph import delta
from qgraph.delta import Delta
from qgraph.errors import Conflict
from qgraph.findings import Finding
from qgraph.namespaces import CORE, DESCRIBED, ENTERED_BY, TYPE, Names
from qgraph.store import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple, select, text_of

MARK = NamedNode(ENTERED_BY)
RESTRICTED = Path(__file__).with_name("restricted.rq").read_text(encoding="utf-8")
KINDS = {NamedNode(CORE + kind) for kind in DESCRIBED}
Owner = NamedNode | BlankNode | Triple


def hidden(store: Store) -> set[Owner]:
    """Return what of *store* no reader without a token sees: evidence, and what no other rests on."""
    return {row["hidden"] for row in select(store, RESTRICTED)}


def for_public(touched: Iterable[Owner], full: Store, public: Store, *, was_hidden: set[Owner]) -> Delta:
    """Return how the store *public* changes where those *touched* changed in the store *full*.

    What was hidden before and is not now comes to light, and the other way round.
    """
    now_hidden = hidden(full)
    owners = {*touched} | (was_hidden ^ now_hidden)
    old = {quad for owner in owners for quad in belonging(public, owner)}
    new = {quad for owner in owners - now_hidden for quad in belonging(full, owner)}
    return delta.between(old, new)


def entered(store: Store) -> set[Quad]:
    """Return all that writers entered into *store*: evidence, passages and sources, with their marks."""
    found: set[Quad] = set()
    for mark in store.quads_for_pattern(None, MARK, None, DefaultGraph()):
        found |= set(belonging(store, mark.subject))
    return found


def underived(store: Store, names: Names) -> list[Quad]:
    """Return what the derived graphs of *store* are made from: all but them, the descriptions among it."""
    derived = {NamedNode(name) for name in names.derived}
    named = [quad for quad in store if quad.graph_name not in derived and quad.graph_name != DefaultGraph()]
    described = {
        quad.subject
        for kind in KINDS
        for quad in store.quads_for_pattern(None, NamedNode(TYPE), kind, DefaultGraph())
    }
    return named + [
        quad for subject in described for quad in store.quads_for_pattern(subject, None, None, DefaultGraph())
    ]


def settle(change: Delta, data: Store, before: Store, *, writer: str) -> Delta:
    """Set the marks of what *change* touched in *data*, and return the change with them.

    What is new is marked with *writer*; what is gone loses its mark; and nobody
    moves a mark by hand, nor sets one on what belongs to the folder.
    """
    added, removed = set(), set()
    written = {owner_of(quad) for quad in without_marks(change).quads}
    for owner in {owner_of(quad) for quad in change.quads}:
        old, now = _marks(before, owner), _marks(data, owner)
        fresh = {Quad(owner, MARK, Literal(writer), DefaultGraph())} if owner in written else set()
        wanted = (old or fresh) if any(one.predicate != MARK for one in belonging(data, owner)) else set()
        Delta(frozenset(wanted - now), frozenset(now - wanted)).make(data)
        added |= wanted - old
        removed |= old - wanted
    return without_marks(change).then(Delta(frozenset(added), frozenset(removed)))


def without_marks(change: Delta) -> Delta:
    """Return *change* less what it does to marks, which stand in the default graph."""
    parts = (frozenset(one for one in part if not _is_mark(one)) for part in (change.added, change.removed))
    return Delta(*parts)


def _is_mark(quad: Quad) -> bool:
    return quad.predicate == MARK and quad.graph_name == DefaultGraph()


def check(change: Delta, data: Store, before: Store, *, names: Names) -> None:
    """Raise Conflict where *change* touches what is not the writers': the message says what to do instead."""
    for quad in sorted(without_marks(change).quads, key=str):
        owner = owner_of(quad)
        name = text_of(owner)
        if quad.predicate == MARK:
            raise Conflict(
                f"{MARK.value} is written by qgraph alone, and in no graph of evidence.", graph=name
            )
        if not isinstance(quad.graph_name, DefaultGraph) and name.startswith(names.made):
            raise Conflict(f"{name} is made by every commit: write the evidence it comes from.", graph=name)
        if isinstance(quad.graph_name, DefaultGraph) and not is_described(owner, data, before):
            raise Conflict(
                f"{name} cannot be described in the default graph, which is made by every commit: "
                "write the fact into the graph of its evidence.",
                graph="default",
            )
        if any(belonging(before, owner)) and not _marks(before, owner):
            raise Conflict(
                f"{name} belongs to the graph's folder: change it in data/, then run “qgraph build”.",
                graph=name,
                folder="data/",
            )


def triple_terms(quads: Iterable[Quad]) -> list[Finding]:
    """Return a finding for each of *quads* whose value is a triple: it would hide what it names."""
    said = "A triple is no value here: write the statement into the graph of its evidence."
    held = (quad for quad in quads if isinstance(quad.object, Triple))
    return [
        Finding("triple-term", said, thing=text_of(one.subject), path=text_of(one.predicate)) for one in held
    ]


def owner_of(quad: Quad) -> Owner:
    """Return what *quad* belongs to: its graph, or in the default graph what it describes."""
    return quad.subject if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name


def belonging(store: Store, owner: Owner) -> list[Quad]:
    """Return what *store* holds of *owner*: its graph, and its description."""
    graph = [] if isinstance(owner, Triple) else [*store.quads_for_pattern(None, None, None, owner)]
    return [*graph, *store.quads_for_pattern(owner, None, None, DefaultGraph())]


def _marks(store: Store, owner: Owner) -> set[Quad]:
    return set(store.quads_for_pattern(owner, MARK, None, DefaultGraph()))


def is_described(owner: Owner, *stores: Store) -> bool:
    """Say whether *owner* is evidence, a passage or a source in one of *stores*, and no thing."""
    kinds = (
        quad.object
        for store in stores
        for quad in store.quads_for_pattern(owner, NamedNode(TYPE), None, DefaultGraph())
    )
    return any(kind in KINDS for kind in kinds)
