"""What a search finds, for a page: things by name, with what of them fits the words."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from qgraph import fulltext, kinds
from qgraph.folding import words
from qgraph.portal.words import Said, Words
from qgraph.store import Literal, Store

EXCERPT = 180  # characters
BEFORE = 60
FEW = 5
ALIKE = 0.75


@dataclass(frozen=True)
class Teller:
    """Tells what was found to who asked for the folded words *asked*."""

    words: Words
    names: list[str]
    texts: list[str]
    asked: list[str]

    def hit(self, iri: str) -> dict[str, Any]:
        """Return the thing *iri*: its name, another one that fits better, its description in short."""
        store, name = self.words.store, self.words.thing(iri)
        other = self._other(fulltext.texts_of(store, iri, self.names), name)
        told = fulltext.texts_of(store, iri, self.texts)
        notes = self.words.notes(iri)
        return {"thing": name, "other": other, "text": self._excerpt(told), "notes": notes}

    def _other(self, names: Iterable[Literal], shown: Said) -> Said:
        """Return the name that fits the words better than the one *shown*, if one does."""
        if self._fit(shown["text"]) >= len(self.asked):
            return {}
        best = max(names, key=lambda one: self._fit(one.value), default=None)
        if best is None or self._fit(best.value) <= self._fit(shown["text"]):
            return {}
        return self.words.value(best)

    def _fit(self, text: str) -> float:
        """Return how many of the words *text* has; of one that is mistyped, in part."""
        held = words(text)
        return sum(max((_alike(one, word) for word in held), default=0) for one in self.asked)

    def _excerpt(self, told: list[Literal]) -> Said:
        """Return the description for the reader; where it is long, around the first word that was asked."""
        text = self.words.best(told)
        if len(text.get("text", "")) <= EXCERPT:
            return text
        whole = text["text"]
        parts = whole.split(" ")
        first = next((at for at, one in enumerate(parts) if self._begins(one)), 0)
        start = max(0, min(len(" ".join(parts[:first])) - BEFORE, len(whole) - EXCERPT))
        shown = whole[start : start + EXCERPT]
        if start:
            shown = f"… {shown.partition(' ')[2] or shown}"
        if start + EXCERPT < len(whole):
            shown = f"{shown.rpartition(' ')[0] or shown} …"
        return text | {"text": shown}

    def _begins(self, text: str) -> bool:
        return any(held.startswith(one) for held in words(text) for one in self.asked)


def _alike(asked: str, held: str) -> float:
    if held.startswith(asked):
        return 1.0
    if not fulltext.typos(asked):
        return 0.0
    found = SequenceMatcher(None, asked, held).ratio()
    return found / 2 if found >= ALIKE else 0.0


def found(store: Store, index: Path, base: str, *, language: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what the search *asked* (text, kind, start, most) finds, for who reads *language*.

    Of what is found: how much in all, some things, how many of each kind; where
    that is nothing, things whose names are near.
    """
    answer = fulltext.search(index, **asked)
    said = Words(store, language)
    names, texts = (fulltext.properties(store, of) for of in (fulltext.NAMES, fulltext.TEXTS))
    tell = Teller(said, names, texts, words(asked["text"]))
    known = {one.segment: said.thing(one.iri) for one in kinds.read(store, base)}
    hits = [tell.hit(iri) | {"kind": known[iri.removeprefix(base).partition("/")[0]]} for iri in answer.iris]
    counted = [{"segment": one, "kind": known[one], "count": count} for one, count in answer.kinds.items()]
    near = [] if answer.kinds else [said.thing(iri) for iri in fulltext.near(index, asked["text"], FEW)]
    return {"total": answer.total, "hits": hits, "kinds": counted, "near": near}
