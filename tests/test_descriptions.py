"""What belongs to the description of a name, and where it ends."""

import pytest

from qgraph import descriptions
from qgraph.errors import NotFound
from qgraph.namespaces import CORE
from qgraph.store import Literal, NamedNode, Quad, Store, in_memory

BASE = "https://tiny.example/"
WORD, NAME, LABEL = (
    NamedNode(one) for one in ("urn:x:word", "urn:x:name", "http://www.w3.org/2000/01/rdf-schema#label")
)


def node(path: str) -> NamedNode:
    return NamedNode(BASE + path)


def told(*quads: Quad) -> Store:
    return in_memory(quads)


def test_labels_of_what_is_named_are_told_and_nothing_more_of_it() -> None:
    a, b = node("film/a"), node("film/b")
    label, more = Quad(b, LABEL, Literal("B")), Quad(b, NAME, Literal("not told"))
    found = descriptions.describe(told(Quad(a, WORD, b), label, more), a.value, BASE)

    assert found.plain == {Quad(a, WORD, b), label}


def test_what_the_shape_nests_is_told_whole_in_both_directions() -> None:
    a, b, c, d = (node(f"film/{name}") for name in "abcd")
    quads = [
        Quad(a, WORD, b),
        Quad(b, NAME, c),
        Quad(c, NAME, Literal("C")),
        Quad(d, WORD, a),
        Quad(d, NAME, c),
    ]
    shape = {"forward": {WORD.value: {"forward": {NAME.value: {}}}}, "back": {WORD.value: {}}}
    found = descriptions.describe(told(*quads), a.value, BASE, shape=shape)

    assert found.plain == set(quads)


def test_parts_that_are_named_under_a_thing_are_told_with_it() -> None:
    source, passage = node("source/a"), NamedNode(BASE + "source/a#char=1,2")
    inside = Quad(passage, NamedNode(CORE + "inSource"), source)
    start = Quad(passage, NamedNode(CORE + "start"), Literal(1))

    assert descriptions.describe(told(inside, start), source.value, BASE).plain == {inside, start}


def test_a_thing_to_which_much_refers_is_told_in_part_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descriptions, "MOST", 3)
    store = told(*(Quad(node(f"film/{number}"), WORD, node("theme/a")) for number in range(10)))
    first = descriptions.describe(store, BASE + "theme/a", BASE).plain

    assert first == descriptions.describe(store, BASE + "theme/a", BASE).plain
    assert len(first) == 4
    (word,) = (text for quad in first if "7 are not" in (text := str(quad.object)))
    assert "3 are here" in word


def test_a_claim_is_told_in_its_graph_alone() -> None:
    a, evidence = node("film/a"), node("evidence/x/1")
    claim = Quad(a, WORD, Literal("claimed"), evidence)
    about = Quad(evidence, NAME, Literal("reported"))
    found = descriptions.describe(told(claim, about), a.value, BASE)

    assert found.plain == set()
    assert found.whole == {claim, about}


@pytest.mark.parametrize("name", ["film/nothing", "film/a b", "film/<b>"])
def test_what_nobody_speaks_of_has_no_description(name: str) -> None:
    with pytest.raises(NotFound):
        descriptions.describe(told(Quad(node("film/a"), WORD, node("film/c"))), BASE + name, BASE)
