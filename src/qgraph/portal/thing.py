"""The page of a thing: what it is, what is said of it and by whom, what points to it, what is not stated."""

from typing import Any

from qgraph.descriptions import node_of
from qgraph.namespaces import TYPE
from qgraph.portal import embedded, neighbours, reasons, statements
from qgraph.portal.statements import Book, Statement
from qgraph.portal.words import ENGLISH, Said, Words
from qgraph.store import Store
from qgraph.versions import Version


def page(
    store: Store, version: Version, *, iri: str, language: str = ENGLISH, schema: list[str]
) -> dict[str, Any]:
    """Return all that the page of the thing *iri* tells; *schema* are the IRI and the queries of a profile.

    Raises NotFound if *iri* is no IRI.
    """
    node, words = node_of(iri), Words(store, language)
    book = Book(store, version.base, words)
    facts, told, more = statements.both_ways(book, node)
    for fact, one in statements.inferred(facts, told):
        one["why"] = reasons.why(book, fact)
    own = [one for one in told if one["thing"].get("iri") == iri]
    silent, absent = statements.silences(own)
    ties, number = neighbours.chosen(book, told, iri)
    return {
        "iri": iri,
        "name": words.thing(iri),
        "sentence": words.sentence(iri),
        "kinds": _kinds(own),
        "notes": statements.notes(book, node),
        "facts": statements.grouped(filter(statements.is_plain, own), by="value"),
        "referring": statements.grouped((one for one in told if one["thing"].get("iri") != iri), by="thing"),
        "more": more,
        "silent": silent,
        "absent": absent,
        "ties": ties,
        "neighbours": number,
        "picture": neighbours.drawn(ties, words.thing(iri)) if ties else {},
        "evidence": book.evidence,
        "schema": embedded.written(store, node, schema, base=version.base),
    }


def _kinds(told: list[Statement]) -> list[Said]:
    """Return of which kinds a thing is said to be, by who asserts them; by what follows if nobody does."""
    kinds = [one for one in told if one["property"]["iri"] == TYPE]
    asserted = [one["value"] for one in kinds if one["status"] != "inferred"]
    return asserted or [one["value"] for one in kinds]
