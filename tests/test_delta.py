from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qgraph import delta
from qgraph.delta import Delta
from qgraph.errors import StoreError
from qgraph.store import BlankNode, DefaultGraph, Literal, NamedNode, Quad, in_memory

QUADS = st.frozensets(
    st.integers(0, 6).map(
        lambda n: Quad(
            NamedNode(f"http://e/{n}"), NamedNode("http://e/p"), Literal(f"a\nb{n}"), DefaultGraph()
        )
    )
)


def quad(number: int) -> Quad:
    return Quad(NamedNode(f"http://e/{number}"), NamedNode("http://e/p"), Literal(number), DefaultGraph())


def test_the_digest_does_not_depend_on_the_order() -> None:
    assert delta.digest([quad(1), quad(2)]) == delta.digest([quad(2), quad(1)])
    assert delta.digest([quad(1)]) != delta.digest([quad(2)])
    assert delta.digest([]) == "0" * 64


def test_what_comes_lies_in_the_order_of_its_names() -> None:
    store = in_memory()

    Delta(frozenset(map(quad, range(100)))).make(store)

    lying = [str(one) for one in store]
    assert lying in (sorted(lying), sorted(lying, reverse=True))  # the engine lists the last first


def test_only_a_line_feed_ends_a_row_whatever_stands_in_a_text(tmp_path: Path) -> None:
    text = "one\u2028two\u2029three\x85four\x0bfive\rsix\nseven"
    odd = Quad(NamedNode("http://e/s"), NamedNode("http://e/p"), Literal(text), DefaultGraph())
    (tmp_path / "changes").write_text(delta.write(Delta(frozenset({odd}))), encoding="utf-8")

    assert delta.read(tmp_path / "changes").added == {odd}
    assert len(delta.lines([odd])) == 1
    assert delta.digest([odd]) == delta.digest_after(delta.digest([]), Delta(frozenset({odd})))


def test_changes_that_cannot_be_read_are_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "changes").write_text("A <http://e/s> nonsense\n")
    with pytest.raises(StoreError, match="does not tell what a version changed"):
        delta.read(tmp_path / "changes")


@given(QUADS, QUADS)
def test_a_digest_kept_by_what_changes_is_that_of_the_whole(
    before: frozenset[Quad], after: frozenset[Quad]
) -> None:
    assert delta.digest_after(delta.digest(before), delta.between(before, after)) == delta.digest(after)


@given(QUADS, QUADS, QUADS)
def test_two_changes_in_turn_are_one(
    first: frozenset[Quad], second: frozenset[Quad], third: frozenset[Quad]
) -> None:
    made = delta.between(first, second).then(delta.between(second, third))

    assert made == delta.between(first, third)
    assert made.undone() == delta.between(third, first)


@given(QUADS, QUADS)
def test_a_change_makes_one_store_the_other(before: frozenset[Quad], after: frozenset[Quad]) -> None:
    store = in_memory(before)
    delta.between(before, after).make(store)

    assert frozenset(store) == after
    assert delta.of_stores(in_memory(before), store) == delta.between(before, after)


def test_a_change_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = Delta(
        frozenset({quad(1)}),
        frozenset({quad(2), Quad(BlankNode("b"), NamedNode("http://e/p"), quad(1).object)}),
    )
    (tmp_path / "changes").write_text(delta.write(made), encoding="utf-8")

    assert delta.read(tmp_path / "changes") == made
