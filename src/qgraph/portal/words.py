"""Names and texts in the language of a page, each with the language it is in (BCP 47)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from qgraph.namespaces import CORE, DCTERMS, LABEL, RDFS, SKOS
from qgraph.store import DefaultGraph, Literal, NamedNode, Store, Term, text_of

Said = dict[str, str]  # "text" and "language"; of a thing "iri" too, of a passage its place
NAMES = (LABEL, SKOS + "prefLabel")
SENTENCES = (DCTERMS + "description", SKOS + "definition", RDFS + "comment")
ENGLISH = "en"
NOTE = CORE + "contentNote"


@dataclass(frozen=True)
class Words:
    """Tells the things of a *store* to who reads a *language*, each looked up once."""

    store: Store
    language: str = ENGLISH
    known: dict[str, Said] = field(default_factory=dict)

    def thing(self, iri: str) -> Said:
        """Return the name of the thing *iri*: its label, its place in a source, or the end of the IRI."""
        if iri not in self.known:
            self.known[iri] = {"iri": iri, **(self._label(iri) or self._place(iri) or _end(iri))}
        return self.known[iri]

    def value(self, term: Term) -> Said:
        """Return what *term* says: a text, or the name of a thing."""
        if isinstance(term, Literal):
            return {"text": term.value, "language": term.language or ""}
        return self.thing(text_of(term))

    def note(self, iri: str) -> Said:
        """Return the content note *iri*, with the address where help is found, empty if there is none."""
        found = self.store.quads_for_pattern(NamedNode(iri), NamedNode(RDFS + "seeAlso"), None, None)
        return {**self.thing(iri), "help": min((text_of(quad.object) for quad in found), default="")}

    def best(self, texts: Iterable[Literal]) -> Said:
        """Return the text for the reader: in the language, else in English, else in the first; or nothing."""
        found = sorted(texts, key=lambda one: (self._rank(one.language or ""), one.language or "", one.value))
        return self.value(found[0]) if found else {}

    def all(self, iri: str, word: str) -> list[Literal]:
        """Return the texts that any graph has for the property *word* of the thing *iri*."""
        found = self.store.quads_for_pattern(NamedNode(iri), NamedNode(word), None, None)
        return list(dict.fromkeys(quad.object for quad in found if isinstance(quad.object, Literal)))

    def notes(self, iri: str) -> list[Said]:
        """Return the content notes on the thing *iri*, by name, unlinked: they stand beside its own link."""
        found = self.store.quads_for_pattern(NamedNode(iri), NamedNode(NOTE), None, DefaultGraph())
        return sorted((unlinked(self.value(quad.object)) for quad in found), key=lambda one: one["text"])

    def sentence(self, iri: str) -> Said:
        """Return the sentence that the graph holds to be so of the thing *iri*; nothing if it has none."""
        for word in SENTENCES:
            found = self.store.quads_for_pattern(NamedNode(iri), NamedNode(word), None, DefaultGraph())
            if best := self.best(quad.object for quad in found if isinstance(quad.object, Literal)):
                return best
        return {}

    def _rank(self, tag: str) -> int:
        return [self.language, ENGLISH, "", tag].index(tag)

    def _label(self, iri: str) -> Said:
        return next((found for word in NAMES if (found := self.best(self.all(iri, word)))), {})

    def _place(self, iri: str) -> Said:
        """Return where in its source the passage *iri* stands; nothing if it is none."""
        paragraph, sentence = (self._told(iri, word) for word in ("paragraph", "sentence"))
        if not paragraph:
            return {}
        text = f"¶ {paragraph}.{sentence}".rstrip(".")
        return {"text": text, "language": "", "paragraph": paragraph, "sentence": sentence}

    def _told(self, iri: str, word: str) -> str:
        found = self.store.quads_for_pattern(NamedNode(iri), NamedNode(CORE + word), None, DefaultGraph())
        return next((text_of(quad.object) for quad in found), "")


def unlinked(said: Said) -> Said:
    """Return what is *said* without the thing it names: as it stands inside or beside another link."""
    return {"text": said["text"], "language": said["language"]}


def named(store: Store, iris: Iterable[str], language: str) -> dict[str, Said]:
    """Return the name of each of *iris* for who reads *language*."""
    words = Words(store, language)
    return {iri: words.thing(iri) for iri in iris}


def _end(iri: str) -> Said:
    """Return the last part of *iri*, for what has no label."""
    return {"text": iri.rstrip("/").replace("#", "/").rpartition("/")[2] or iri, "language": ""}
