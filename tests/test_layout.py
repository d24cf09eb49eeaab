"""RDF as people read it, and still the same RDF."""

import pytest

from qgraph.formats import BY_NAME, TURTLE12
from qgraph.layout import TERSE, laid_out
from qgraph.store import BlankNode, Literal, NamedNode, Quad, canonical, parse

A, B, G = (NamedNode(f"https://tiny.example/{name}") for name in "abg")
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
QUADS = [
    Quad(B, A, Literal("ends .\n\n} like a block .\n@prefix x: <y> .\n")),
    Quad(A, B, A),
    Quad(A, TYPE, B),
    Quad(A, B, BlankNode("x")),
    Quad(BlankNode("x"), A, Literal("1.0", datatype=NamedNode("urn:x:type"))),
]
PREFIXES = {"e": "https://tiny.example/", "unused": "urn:y:", "x": "urn:x:"}


@pytest.mark.parametrize("name", TERSE)
def test_what_is_laid_out_is_what_was_given(name: str) -> None:
    given = [*QUADS, Quad(A, B, Literal("} .\n"), G)] if name == "trig" else QUADS
    text = laid_out(given, BY_NAME[name], PREFIXES)

    assert canonical(parse(text, BY_NAME[name])) == canonical(given)
    assert text == laid_out(reversed(given), BY_NAME[name], PREFIXES)


def test_types_come_first_and_blank_nodes_last_in_blocks_of_their_own() -> None:
    text = laid_out(QUADS, BY_NAME["turtle"], PREFIXES, first=B.value).decode()
    prefixes, *blocks = text.split("\n\n")

    assert prefixes == "@prefix e: <https://tiny.example/> .\n@prefix x: <urn:x:> ."
    assert [block.split()[0] for block in blocks] == ["e:b", "e:a", "_:x"]
    assert blocks[1].startswith("e:a a e:b ;\n")


def test_a_named_graph_carries_what_it_holds_and_asserts_none_of_it() -> None:
    claim = Quad(A, B, Literal("said"), G)
    (found,) = parse(laid_out([claim], TURTLE12, PREFIXES), TURTLE12)

    assert found.subject == G
    assert found.object == claim.triple


def test_no_quads_are_an_empty_text() -> None:
    assert laid_out([], BY_NAME["turtle"], PREFIXES) == b"\n"
