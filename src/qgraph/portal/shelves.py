"""What a kind's shelf holds: its things in the order of their names, and their values by facet.

A query process makes it once; after that a page of it costs operations on sets alone. Of a
large graph that takes longer than a process lives whose query is long, so the shelf is left
in a file for the processes of the same layer and version, for as long as there are such.
"""

import json
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from hashlib import blake2b
from pathlib import Path

from qgraph.facets import Facet
from qgraph.folding import folded
from qgraph.kinds import Kind
from qgraph.namespaces import CORE
from qgraph.portal.words import Words
from qgraph.store import Literal, NamedNode, Term, select, text_of

MEMBERS = Path(__file__).parents[1].joinpath("members.rq").read_text(encoding="utf-8")
NOTHING = "-"  # the value of what nothing is recorded of
LARGEST = 1_000_000  # entries of all the shelves that a process keeps: some 110 MB, of those for a query
DEAR = 0.05  # seconds; a shelf that takes longer to make is left for other processes
SUFFIX = ".shelf"


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
    """The shelves that were asked for last, of a bounded size in all.

    They stand in files of a *folder* too, if one is given, under names that begin with a *mark*.
    """

    folder: Path | None = None
    mark: str = ""
    kept: OrderedDict[str, Shelf] = field(default_factory=OrderedDict)

    def get(self, key: str, make: Callable[[], Shelf]) -> Shelf:
        """Return the shelf under *key*, which else *make* makes; those used longest ago make room."""
        made = self.kept.pop(key, None) or self._left(key) or self._made(key, make)
        self.kept[key] = made
        while len(self.kept) > 1 and sum(one.size for one in self.kept.values()) > LARGEST:
            self.kept.popitem(last=False)
        return made

    def _made(self, key: str, make: Callable[[], Shelf]) -> Shelf:
        """Return the shelf that *make* makes; leave it for other processes if that took long."""
        started = time.monotonic()
        made = make()
        if self.folder and time.monotonic() - started > DEAR:
            self._leave(key, made)
        return made

    def _path(self, key: str) -> Path:
        name = f"{self.mark}.{blake2b(key.encode(), digest_size=16).hexdigest()}{SUFFIX}"
        return (self.folder or Path()) / name

    def _left(self, key: str) -> Shelf | None:
        """Return the shelf that another process left under *key*, None if none did."""
        try:
            return _read(self._path(key).read_bytes()) if self.folder else None
        except FileNotFoundError:
            return None

    def _leave(self, key: str, made: Shelf) -> None:
        """Leave a shelf for other processes: whole or not at all, and nothing where the disk is full."""
        path = self._path(key)
        part = path.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            part.write_bytes(_written(made))
            part.rename(path)
        part.unlink(missing_ok=True)


def forget(folder: Path, mark: str) -> None:
    """Delete the shelves left in *folder* whose names begin with *mark*."""
    for path in folder.glob(f"{mark}*{SUFFIX}"):
        path.unlink(missing_ok=True)


def _written(shelf: Shelf) -> bytes:
    sides = [
        [
            astuple(side.facet),
            [[one.key, [_parts(t) for t in one.terms], [*one.things]] for one in side.values.values()],
        ]
        for side in shelf.sides.values()
    ]
    return json.dumps([astuple(shelf.kind), shelf.things, sides]).encode()


def _read(text: bytes) -> Shelf:
    kind, things, told = json.loads(text)
    sides = {}
    for (name, title, prefixes, query), values in told:
        facet = Facet(name, title, tuple((one, iri) for one, iri in prefixes), query)
        read = (Value(key, tuple(map(_term, terms)), set(places)) for key, terms, places in values)
        sides[name] = Side(facet, {one.key: one for one in read})
    return Shelf(Kind(*kind), tuple(things), frozenset(range(len(things))), sides)


def _parts(term: Term) -> list[str]:
    """Return the parts that *term*, a value, is made of: an IRI; or a text, its language and its datatype."""
    if isinstance(term, Literal):
        return [term.value, term.language or "", term.datatype.value]
    return [text_of(term)]


def _term(parts: Sequence[str]) -> Term:
    if len(parts) == 1:
        return NamedNode(parts[0])
    text, language, datatype = parts
    return Literal(text, language=language) if language else Literal(text, datatype=NamedNode(datatype))


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
