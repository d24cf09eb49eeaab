"""A source as it can be read, with what rests on each place; and one piece of evidence.

The words of a source are not in any store: the pages put them in where the
operator has the text.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from qgraph.namespaces import CORE, DCTERMS, LABEL, RDFS, TYPE
from qgraph.portal import order
from qgraph.portal.order import Entry
from qgraph.portal.words import NOTE, Said, Words
from qgraph.store import DefaultGraph, Literal, NamedNode, Quad, Store, text_of

SOURCE = {
    **{
        word: DCTERMS + word
        for word in ("title", "creator", "contributor", "publisher", "issued", "source", "language")
    },
    "edition": CORE + "edition",
    "seeAlso": RDFS + "seeAlso",
    **{word: DCTERMS + word for word in ("description", "license", "rights")},
    **{word: CORE + word for word in ("purpose", "contact", "length", "sha256", "enteredBy")},
}
FIRMNESS = ("voice", "within", "attributedTo", "stated", "hedge", "tier", "reviewNote")
RECORD = ("fromSource", "record", "recordId", "retrieved", "enteredBy")
HIDDEN = {TYPE, LABEL}
Told = dict[str, object]


@dataclass(frozen=True)
class Reader:
    """Tells of sources and evidence in *words*; an evidence that rests on two places is told of once."""

    words: Words

    def source(self, iri: str, part: int) -> Told:
        """Return what the source *iri* is, who speaks where, its parts, and the entries of one.

        A *part* that is too high is the last one.
        """
        held = order.entries(self.words.store, iri)
        ranges = order.parts(held)
        part = max(1, min(part, len(ranges)))
        first = (part - 1) * order.PART
        return {
            **self._named(iri, SOURCE),
            "notes": self._notes(iri),
            "voices": self._voices(held),
            "parts": ranges,
            "part": part,
            "places": sum(1 for one in held if one.passage),
            "paragraphs": [
                self._paragraph(*one) for one in order.paragraphs(held[first : first + order.PART])
            ],
        }

    def evidence(self, iri: str) -> Told:
        """Return what the evidence *iri* is: its facts, who says so and how firmly, where it stands."""
        known = {word: CORE + word for word in (*FIRMNESS, *RECORD, "passage", "contentNote")}
        passages = sorted(self._values(iri, CORE + "passage"), key=text_of)
        return {
            **self._named(iri, known),
            "status": self._status(iri),
            "notes": self._notes(iri),
            "passages": [self._place(text_of(one)) for one in passages if isinstance(one, NamedNode)],
            "facts": self._facts(iri),
        }

    def _named(self, iri: str, known: dict[str, str]) -> Told:
        """Return the name of *iri* and what is told of it, by the *known* words; and the other words."""
        quads = self.words.store.quads_for_pattern(NamedNode(iri), None, None, DefaultGraph())
        found: dict[str, list[Said]] = {}
        for quad in sorted(quads, key=str):
            found.setdefault(quad.predicate.value, []).append(self.words.value(quad.object))
        told = {word: found.pop(name) for word, name in known.items() if name in found}
        others = [(self.words.thing(name), said) for name, said in found.items() if name not in HIDDEN]
        return {"name": self.words.thing(iri), "told": told, "others": others}

    def _paragraph(self, number: int, held: list[Entry]) -> Told:
        """Return a paragraph: its entries in order, and which of its sentences are known to hold nothing."""
        bearing = {one.sentence for one in held if one.evidence and one.sentence}
        known = max((one.sentence for one in held), default=0)
        return {
            "number": number,
            "bearing": sorted(bearing),
            "empty": sorted(set(range(1, known + 1)) - bearing),
            "entries": [self._entry(one) for one in held],
        }

    def _entry(self, entry: Entry) -> Told:
        place = self._place(entry.passage, entry) if entry.passage else {}
        return {"place": place, "evidence": [self._brief(one) for one in entry.evidence]}

    def _brief(self, iri: str) -> Told:
        """Return of the evidence *iri* what a page on its source shows."""
        told = {word: self._said(iri, word) for word in (*FIRMNESS, "record", "recordId", "retrieved")}
        return {
            "name": self.words.thing(iri),
            "told": {word: said for word, said in told.items() if said},
            "status": self._status(iri),
            "notes": self._notes(iri),
            "facts": self._facts(iri),
        }

    def _place(self, iri: str, entry: Entry | None = None) -> Told:
        """Return where the passage *iri* stands; without an *entry* it is looked up."""
        if entry is None:
            start, end, paragraph, sentence = (self._number(iri, word) for word in order.NUMBERS)
            entry = Entry(iri, start, end, paragraph, sentence)
        known = {"start": entry.start, "end": entry.end} if entry.end else {}
        where = {"paragraph": entry.paragraph, "sentence": entry.sentence}
        return {**self.words.thing(iri), **known, **{word: n for word, n in where.items() if n}}

    def _facts(self, iri: str) -> list[Told]:
        held = self.words.store.quads_for_pattern(None, None, None, NamedNode(iri))
        return [
            {
                "thing": self.words.value(quad.subject),
                "property": self.words.thing(quad.predicate.value),
                "value": self.words.value(quad.object),
            }
            for quad in sorted(held, key=_reading)
        ]

    def _notes(self, iri: str) -> list[Said]:
        """Return the content notes on *iri*, each with the address where help is found, if it has one."""
        notes = self._values(iri, NOTE)
        return [self.words.note(one.value) for one in notes if isinstance(one, NamedNode)]

    def _voices(self, held: Iterable[Entry]) -> list[Told]:
        """Return who speaks, who speaks most first: the voice, whose it is, its paragraphs and parts."""
        spoken: dict[tuple[str, ...], dict[int, int]] = {}
        sizes: dict[tuple[str, ...], int] = {}
        said: dict[tuple[str, ...], Told] = {}
        for number, entry in enumerate(held):
            for iri in entry.evidence:
                who = {word: self._said(iri, word) for word in ("voice", "within", "attributedTo")}
                key = tuple(one["text"] for found in who.values() for one in (*found, {"text": ""}))
                said[key] = {word: found for word, found in who.items() if found}
                sizes[key] = sizes.get(key, 0) + 1
                if entry.paragraph:
                    spoken.setdefault(key, {}).setdefault(entry.paragraph, number // order.PART + 1)
        most = sorted(sizes, key=lambda key: (-sizes[key], key))
        return [
            {**said[key], "size": sizes[key], "paragraphs": list(spoken.get(key, {}).items())} for key in most
        ]

    def _said(self, iri: str, word: str) -> list[Said]:
        return [self.words.value(one) for one in self._values(iri, CORE + word)]

    def _values(self, iri: str, word: str) -> list[NamedNode | Literal]:
        found = self.words.store.quads_for_pattern(NamedNode(iri), NamedNode(word), None, DefaultGraph())
        terms = (quad.object for quad in found)
        return sorted((one for one in terms if isinstance(one, NamedNode | Literal)), key=str)

    def _number(self, iri: str, word: str) -> int:
        return next((order.number(one) for one in self._values(iri, CORE + word)), 0)

    def _status(self, iri: str) -> str:
        """Return whether what the evidence *iri* holds is asserted, reported or an interpretation."""
        if NamedNode(CORE + "Reported") in self._values(iri, TYPE):
            return "reported"
        is_reading = NamedNode(CORE + "Interpretation") in self._values(iri, CORE + "stated")
        return "interpretation" if is_reading else "asserted"


def evidence(store: Store, iri: str, language: str) -> Told:
    """Return the evidence *iri* for who reads *language*."""
    return Reader(Words(store, language)).evidence(iri)


def source(store: Store, iri: str, language: str, *, part: int) -> Told:
    """Return a *part* of the source *iri* for who reads *language*."""
    return Reader(Words(store, language)).source(iri, part)


def _reading(quad: Quad) -> tuple[str, bool, str, str]:
    """Return the key by which facts are sorted: by thing, what it is first, then its label."""
    word = quad.predicate.value
    return str(quad.subject), word != TYPE, "" if word == LABEL else word, str(quad.object)
