"""A thing in the words of schema.org, to stand in its page for search engines.

It holds what the profile of the same name tells. A page is made often, so it is written
here: a tree from the thing, each node nested where it is first led to (JSON-LD 1.1).
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from qgraph import profiles
from qgraph.namespaces import TYPE, XSD
from qgraph.store import Literal, NamedNode, Quad, Store, Term, text_of

# What ends a script, or a line of one, in the midst of a text (HTML, section 4.12.1.3).
UNSAFE = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}
Node = dict[str, Any]


def written(store: Store, thing: NamedNode, profile: Sequence[str], *, base: str) -> str:
    """Return what the queries of *profile*, whose IRI comes first, make of *thing*, as JSON-LD; or nothing.

    It may stand in a script of a page as it is.
    """
    quads = profiles.told(store, thing, profile[1:], base=base) if profile else set()
    if not quads:
        return ""
    return json.dumps(tree(quads, thing.value, profile[0]), ensure_ascii=False).translate(UNSAFE)


def tree(quads: Iterable[Quad], thing: str, vocabulary: str) -> Node:
    """Return *quads* as a tree from *thing*, in the words of a *vocabulary*; the rest beside it."""
    said: dict[str, list[Quad]] = {}
    for quad in sorted(quads, key=str):
        said.setdefault(text_of(quad.subject), []).append(quad)
    top = {"@context": {"@vocab": vocabulary}} | _node(thing, said, vocabulary)
    others = []
    while said:
        others.append(_node(next(iter(said)), said, vocabulary))
    return top | ({"@included": others} if others else {})


def _node(iri: str, said: dict[str, list[Quad]], vocabulary: str) -> Node:
    """Return the node *iri* with what is *said* of it, which is taken out: it is said once."""
    node: Node = {"@id": iri}
    for quad in said.pop(iri, ()):
        word = quad.predicate.value
        if word == TYPE:
            node.setdefault("@type", []).append(text_of(quad.object).removeprefix(vocabulary))
        else:
            node.setdefault(word.removeprefix(vocabulary), []).append(_value(quad.object, said, vocabulary))
    return {
        word: values[0] if len(values) == 1 and word != "@id" else values for word, values in node.items()
    }


def _value(term: Term, said: dict[str, list[Quad]], vocabulary: str) -> object:
    if not isinstance(term, Literal):
        return _node(text_of(term), said, vocabulary)
    if term.language:
        return {"@value": term.value, "@language": term.language}
    kind = term.datatype.value
    return term.value if kind == XSD + "string" else {"@value": term.value, "@type": kind}
