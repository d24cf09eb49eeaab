"""What a kind's shelf holds: its things in the order of their names, and their values by facet.

A query process makes it once; after that a page of it costs operations on sets alone.
"""

import unicodedata
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from qgraph.facets import Facet
from qgraph.kinds import Kind
from qgraph.namespaces import CORE
from qgraph.portal.words import Words
from qgraph.store import Literal, NamedNode, Term, select, text_of

MEMBERS = Path(__file__).parents[1].joinpath("members.rq").read_text(encoding="utf-8")
NOTHING = "-"  # the value of what nothing is recorded of
LARGEST = 3_000_000  # entries of all the shelves that a process keeps: some 200 MB
# Letters that Unicode does not take apart, as a reader of English looks for them.
LETTERS = str.maketrans({"ı": "i", "ə": "e", "ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True)
class Value:
    """A value of a facet: the *key* that addresses have for it, its *terms*, the places of its *things*."""

    key: str
    terms: tuple[Term, ...]
    things: AbstractSet[int]


@dataclass(frozen=True)
class Side:
    """One *facet* of a shelf, with its *values* by key: those of most things first."""

    facet: Facet
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Shelf:
    """The *things* of a kind, by name, their places as a *whole*, and the *sides* by which they differ."""

    kind: Kind
    things: tuple[str, ...]
    whole: AbstractSet[int]
    sides: Mapping[str, Side]

    @property
    def size(self) -> int:
        """How many entries it has."""
        placed = (len(value.things) for side in self.sides.values() for value in side.values.values())
        return len(self.things) + sum(placed)


@dataclass
class Shelves:
    """The shelves that were asked for last, of a bounded size in all."""

    kept: OrderedDict[Hashable, Shelf] = field(default_factory=OrderedDict)

    def get(self, key: Hashable, make: Callable[[], Shelf]) -> Shelf:
        """Return the shelf under *key*, which else *make* makes; those used longest ago make room."""
        made = self.kept.pop(key, None) or make()
        self.kept[key] = made
        while len(self.kept) > 1 and sum(one.size for one in self.kept.values()) > LARGEST:
            self.kept.popitem(last=False)
        return made


def folded(text: str) -> str:
    """Return *text* as it is put in order: without case, marks on letters, and what stands before letters."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in apart if not unicodedata.combining(one)).translate(LETTERS)
    return plain.lstrip("“”„‘’«»'\"([ ")


def fill(words: Words, base: str, kind: Kind, *, facets: Iterable[Facet]) -> Shelf:
    """Return the shelf of *kind*, its things by their names in the language of *words*."""
    found = select(words.store, MEMBERS, base, kind=NamedNode(kind.iri))
    names = {iri: folded(words.thing(iri)["text"]) for iri in (text_of(row["thing"]) for row in found)}
    things = tuple(sorted(names, key=lambda iri: (names[iri], iri)))
    places = {iri: place for place, iri in enumerate(things)}
    sides = (_side(words, base, facet, places=places) for facet in facets)
    return Shelf(
        kind, things, frozenset(places.values()), {one.facet.name: one for one in sides if one.values}
    )


def _side(words: Words, base: str, facet: Facet, *, places: Mapping[str, int]) -> Side:
    terms: dict[str, dict[Term, None]] = {}
    things: dict[str, set[int]] = {}
    for row in select(words.store, facet.text, base):
        place, term = places.get(text_of(row["thing"])), row["value"]
        if place is not None and isinstance(term, NamedNode | Literal):
            key = key_of(term, base)
            terms.setdefault(key, {})[term] = None
            things.setdefault(key, set()).add(place)
    values = [Value(key, tuple(terms[key]), things[key]) for key in things]
    values.sort(key=lambda one: (-len(one.things), one.key))
    without = set(places.values()).difference(*things.values()) if things else set()
    told = [*values, *([Value(NOTHING, (), without)] if without else [])]
    return Side(facet, {one.key: one for one in told})


def key_of(term: NamedNode | Literal, base: str) -> str:
    """Return what stands for *term* in an address: a text, the path of a thing, or an IRI."""
    text = text_of(term)
    if isinstance(term, Literal):
        return text
    return f"core:{text.removeprefix(CORE)}" if text.startswith(CORE) else text.removeprefix(base)
