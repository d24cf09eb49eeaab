"""What the graph says, each statement with who says so, how firmly and where, and of which sort it is.

A statement is *asserted*, *inferred*, *reported* (repeated, not held to be so), an
*interpretation*, or *described*: in a plain store nobody says who says so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from qgraph.namespaces import CORE, DCTERMS, LABEL, SKOS, TYPE, Names
from qgraph.portal.words import NOTE, Said, Words
from qgraph.store import BlankNode, DefaultGraph, NamedNode, Quad, Store, Term, Triple, text_of

MOST = 500  # statements of a page in one direction
SOME = 50  # facts among which a reason is looked for
FIRST = (TYPE, LABEL, SKOS + "prefLabel", SKOS + "altLabel", DCTERMS + "description", SKOS + "definition")
SILENT, ABSENT = CORE + "NotStated", CORE + "StatedAbsent"
ASIDE = (NOTE, CORE + "notStated")  # a page has places of their own for these
Subject = NamedNode | BlankNode | None
Statement = dict[str, Any]
Group = dict[str, Any]


@dataclass(frozen=True)
class Book:
    """What is read of a *store* for one page, in its *words*: each piece of evidence and proof once."""

    store: Store
    base: str
    words: Words
    evidence: dict[str, dict[str, Any]] = field(default_factory=dict)
    proofs: dict[tuple[Triple, int], dict[str, Any]] = field(default_factory=dict)
    found: dict[tuple[object, ...], list[Triple]] = field(default_factory=dict)

    @property
    def names(self) -> Names:
        """The graphs that every commit makes."""
        return Names(self.base)

    def some(self, thing: Subject, word: NamedNode, value: Term | None, *, within: str = "") -> list[Triple]:
        """Return some facts of a pattern *within* a graph, else the default one; each time the same."""
        key = (thing, word, value, within)
        if key not in self.found:
            graph = NamedNode(within) if within else DefaultGraph()
            few = islice(self.store.quads_for_pattern(thing, word, value, graph), SOME)
            self.found[key] = sorted((quad.triple for quad in few), key=str)
        return self.found[key]

    def holds(self, fact: Triple, graph: str) -> bool:
        """Say whether the *graph* holds the *fact*."""
        return Quad(fact.subject, fact.predicate, fact.object, NamedNode(graph)) in self.store

    def tell(self, fact: Triple, graphs: Iterable[str] = ()) -> Statement:
        """Return the statement that *fact* is, which stands in *graphs*: where it is found, if left out."""
        found = self.store.quads_for_pattern(fact.subject, fact.predicate, fact.object, None)
        named = list(graphs) or [text_of(quad.graph_name) for quad in found]
        bearing = sorted(name for name in named if name.startswith(self.base + "evidence/"))
        return {
            "thing": self.words.value(fact.subject),
            "property": self.words.thing(fact.predicate.value),
            "value": self.words.value(fact.object),
            "status": self._status(named, [self.told_by(name) for name in bearing]),
            "evidence": bearing,
        }

    def told_by(self, iri: str) -> dict[str, Any]:
        """Return what is told of the evidence *iri*, by the words of the core; any of them may be missing."""
        if iri not in self.evidence:
            told: dict[str, list[Said]] = {}
            reported = False
            for quad in self.store.quads_for_pattern(NamedNode(iri), None, None, DefaultGraph()):
                reported |= quad.object == NamedNode(CORE + "Reported")
                if quad.predicate.value.startswith(CORE):
                    word = quad.predicate.value.removeprefix(CORE)
                    told.setdefault(word, []).append(self.words.value(quad.object))
            ordered = {word: sorted(values, key=_by_text) for word, values in told.items()}
            self.evidence[iri] = {**self.words.thing(iri), "iri": iri, "reported": reported, "told": ordered}
        return self.evidence[iri]

    def _status(self, graphs: list[str], evidence: list[dict[str, Any]]) -> str:
        if self.names.asserted in graphs:
            return "asserted"
        if self.names.inferred in graphs:
            return "inferred"
        if not evidence:
            return "described"
        return "reported" if any(one["reported"] for one in evidence) else "interpretation"


def both_ways(book: Book, node: NamedNode) -> tuple[list[Triple], list[Statement], bool]:
    """Return the facts that are told of *node* and that refer to it, as statements; and if there are more."""
    said, more = _found(book, book.store.quads_for_pattern(node, None, None, None))
    referring, others = _found(book, book.store.quads_for_pattern(None, None, node, None))
    facts = said | {fact: graphs for fact, graphs in referring.items() if fact not in said}
    return list(facts), [book.tell(fact, graphs) for fact, graphs in facts.items()], more or others


def _found(book: Book, quads: Iterable[Quad]) -> tuple[dict[Triple, list[str]], bool]:
    """Return some facts among *quads*, with the graphs that hold each; and if there are more."""
    hidden = {book.names.ontology, book.names.shapes}
    found: dict[Triple, list[str]] = {}
    for quad in quads:
        graph = text_of(quad.graph_name)
        if graph in hidden or not isinstance(quad.subject, NamedNode):
            continue
        if quad.triple not in found and len(found) == MOST:
            return {fact: [] for fact in found}, True  # its evidence may be among what was not read
        found.setdefault(quad.triple, []).append(graph)
    return found, False


def grouped(statements: Iterable[Statement], *, by: str) -> list[Group]:
    """Return *statements* by property, names first, what somebody states before what only follows.

    Each group is in order of what it is listed *by*, in the same way.
    """
    groups: dict[str, Group] = {}
    for one in sorted(statements, key=lambda one: (one["status"] == "inferred", _by_text(one[by]))):
        word = one["property"]
        group = groups.setdefault(word["iri"], {"property": word, "statements": []})
        group["statements"].append(one)
    return sorted(groups.values(), key=_rank)


def silences(statements: Iterable[Statement]) -> tuple[list[Statement], list[Statement]]:
    """Return on what the sources are silent of a thing, and of what they say that there is none."""
    silent, absent = [], []
    for one in statements:
        if one["property"]["iri"] == CORE + "notStated":
            silent.append(one | {"property": one["value"]})
        elif one["value"].get("iri") == SILENT:
            silent.append(one)
        elif one["value"].get("iri") == ABSENT:
            absent.append(one)
    return tuple(sorted(some, key=lambda one: _by_text(one["property"])) for some in (silent, absent))  # type: ignore[return-value]


def is_plain(statement: Statement) -> bool:
    """Say whether a page lists *statement* among the facts, and has no place of its own for it."""
    return statement["property"]["iri"] not in ASIDE and statement["value"].get("iri") not in (SILENT, ABSENT)


def notes(book: Book, node: NamedNode) -> list[Said]:
    """Return the content notes of *node* and of all evidence read, each once, with where help is found."""
    own = book.store.quads_for_pattern(node, NamedNode(NOTE), None, None)
    found = {text_of(quad.object) for quad in own}
    found |= {
        one["iri"]
        for known in book.evidence.values()
        for one in known["told"].get("contentNote", [])
        if "iri" in one
    }
    return sorted(map(book.words.note, found), key=_by_text)


def inferred(facts: Iterable[Triple], statements: Iterable[Statement]) -> Iterator[tuple[Triple, Statement]]:
    """Yield which *facts* are inferred, each with its statement."""
    return ((fact, one) for fact, one in zip(facts, statements, strict=True) if one["status"] == "inferred")


def _rank(group: Group) -> tuple[int, bool, tuple[str, str]]:
    word, follows = group["property"], group["statements"][0]["status"] == "inferred"
    return FIRST.index(word["iri"]) if word["iri"] in FIRST else len(FIRST), follows, _by_text(word)


def _by_text(one: Said) -> tuple[str, str]:
    return one["text"].casefold().zfill(12) if one["text"].isdigit() else one["text"].casefold(), one.get(
        "iri", ""
    )
