"""Turtle for people is the same graph as any other Turtle."""

from hypothesis import example, given, settings
from hypothesis import strategies as some

from qgraph import nested
from qgraph.formats import BY_NAME
from qgraph.namespaces import RDF, XSD
from qgraph.store import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple, canonical, parse

SPACE = "https://example.org/x#"
PREFIXES = {"": SPACE, "rdf": RDF, "xsd": XSD, "unused": "https://unused.example/"}
NAMED = some.sampled_from(
    [*(NamedNode(SPACE + name) for name in ("a", "b-2", "3", "", "é", "a.b")), NamedNode("urn:x")]
)
BLANK = some.sampled_from([BlankNode(name) for name in "pqrs"])
WORDS = some.sampled_from(
    [NamedNode(RDF + one) for one in ("type", "first", "rest")] + [NamedNode(SPACE + "says")]
)
TEXT = some.text(some.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
TYPES = some.sampled_from([NamedNode(XSD + one) for one in ("string", "integer", "boolean", "date")])
LITERALS = (
    some.builds(Literal, TEXT, datatype=TYPES)
    | some.builds(Literal, TEXT, language=some.sampled_from(["en", "az-Latn"]))
    | some.sampled_from(
        [Literal(7), Literal(value=True), Literal("1.50", datatype=NamedNode(XSD + "decimal"))]
    )
)
NIL = some.just(NamedNode(RDF + "nil"))
TRIPLES = some.lists(some.builds(Triple, NAMED | BLANK, WORDS, NAMED | BLANK | LITERALS | NIL), max_size=14)
A, P, Q = NamedNode(SPACE + "a"), BlankNode("p"), BlankNode("q")
FIRST, REST, SAYS = NamedNode(RDF + "first"), NamedNode(RDF + "rest"), NamedNode(SPACE + "says")
A_RING = [Triple(P, SAYS, Q), Triple(Q, SAYS, P)]
A_LIST = [Triple(A, SAYS, P), Triple(P, FIRST, Literal(1)), Triple(P, REST, Q), Triple(Q, FIRST, A)]
WHOLE_LIST = [*A_LIST, Triple(Q, REST, NamedNode(RDF + "nil"))]


def quads(triples: list[Triple]) -> list[Quad]:
    return [Quad(one.subject, one.predicate, one.object, DefaultGraph()) for one in triples]


@given(TRIPLES)
@example(A_RING)
@example([Triple(P, SAYS, P)])
@example(A_LIST)
@example([*WHOLE_LIST, Triple(Q, FIRST, Literal(2))])
@example([*WHOLE_LIST, Triple(P, REST, A)])
@settings(max_examples=300, deadline=None)
def test_what_is_written_is_read_as_the_same_graph(triples: list[Triple]) -> None:
    written = nested.written(triples, PREFIXES)

    assert canonical(parse(written, BY_NAME["turtle"])) == canonical(quads(triples))


def test_a_list_and_a_node_without_a_name_stand_where_they_are_used() -> None:
    written = nested.written(
        [*WHOLE_LIST, Triple(A, SAYS, BlankNode("r")), Triple(BlankNode("r"), SAYS, A)], PREFIXES
    )

    assert written.decode() == f"@prefix : <{SPACE}> .\n\n:a :says ( 1 :a ) , [ :says :a ] .\n"


def test_the_same_statement_twice_is_written_once() -> None:
    assert nested.written([Triple(A, SAYS, A)] * 2, PREFIXES).count(b":says") == 1
