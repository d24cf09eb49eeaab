"""What a graph says of itself and of its sources: title, licence, rights, purpose, contact (care, C18)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from qgraph.namespaces import CORE, DCAT, DCTERMS, LABEL, SKOS
from qgraph.store import Literal, NamedNode, Store, Term, select, text_of
from qgraph.versions import Version

HERE = Path(__file__)
OF_THE_GRAPH = HERE.with_name("about.rq").read_text(encoding="utf-8")
OF_SOURCES = HERE.with_name("said.rq").read_text(encoding="utf-8")
TITLE, DESCRIPTION, LICENCE, RIGHTS, CREATOR, PUBLISHER = (
    DCTERMS + word for word in ("title", "description", "license", "rights", "creator", "publisher")
)
PURPOSE, CONTACT, NOTE = CORE + "purpose", CORE + "contact", SKOS + "editorialNote"
KEYWORD = DCAT + "keyword"
# What every copy tells: in words, and as CSVW writes it, whose prefix for DCMI Terms is dc.
COPIED = {
    "title": (TITLE, "dc:title"),
    "creator": (CREATOR, "dc:creator"),
    "licence": (LICENCE, "dc:license"),
    "rights": (RIGHTS, "dc:rights"),
    "purpose": (PURPOSE, PURPOSE),
    "contact": (CONTACT, CONTACT),
    "note": (NOTE, NOTE),
}
UNTITLED = "A knowledge graph"
Value = dict[str, str]
Said = dict[str, list[Value]]


def value_of(term: Term) -> Value:
    """Return *term* as values that a message can hold."""
    if isinstance(term, Literal):
        return {"text": term.value, "language": term.language or "", "datatype": term.datatype.value}
    return {"iri": text_of(term)}


def term_of(value: Value) -> Term:
    """Return what `value_of` was given."""
    if "iri" in value:
        return NamedNode(value["iri"])
    if value["language"]:
        return Literal(value["text"], language=value["language"])
    return Literal(value["text"], datatype=NamedNode(value["datatype"]))


def shown(value: Value) -> str:
    """Return *value* for a reader: its name if it has one, else the text or the IRI."""
    return value.get("name") or value.get("text") or value.get("iri", "")


def first(said: Said, word: str, otherwise: str = "") -> str:
    """Return what is *said* with *word*, in English if there is a choice; *otherwise* if nothing is."""
    values = sorted(said.get(word, []), key=lambda value: value.get("language") != "en")
    return shown(values[0]) if values else otherwise


def agent(value: Value) -> dict[str, str]:
    """Return the class and the name of an agent in the words of schema.org: an organization if not said."""
    return {"@type": value.get("kind", "Organization"), "name": shown(value)}


@dataclass(frozen=True)
class About:
    """What is *said* of a graph, and what is of each of its *sources*, by the IRI of the word."""

    said: Said = field(default_factory=dict)
    sources: dict[str, Said] = field(default_factory=dict)

    def one(self, word: str, otherwise: str = "") -> str:
        """Return what is said of the graph with *word*; *otherwise* if nothing is."""
        return first(self.said, word, otherwise)

    def all(self, word: str) -> list[str]:
        """Return all that is said of the graph with *word*."""
        return [shown(value) for value in self.said.get(word, [])]

    def iris(self, word: str) -> list[str]:
        """Return the IRIs among what is said of the graph with *word*."""
        return [value["iri"] for value in self.said.get(word, []) if "iri" in value]

    def best(self, word: str, language: str) -> list[Value]:
        """Return what is said of the graph with *word*: in *language*, else in English, else all of it."""
        found = self.said.get(word, [])
        ours = ([one for one in found if one.get("language") == tag] for tag in (language, "en"))
        return next((texts for texts in ours if texts), found)

    @property
    def title(self) -> str:
        """The title of the graph."""
        return self.one(TITLE, UNTITLED)

    @property
    def description(self) -> str:
        """The description of the graph."""
        return self.one(DESCRIPTION)

    @property
    def note(self) -> str:
        """What its editors note on it, such as that its names are not registered."""
        return self.one(NOTE)


def read(store: Store, version: Version) -> About:
    """Return what the ontology says of the graph of *version*, and the graph of its sources.

    Nothing in a plain store.
    """
    about = About()
    if "asserted" in version.counts:
        for row in select(store, OF_THE_GRAPH, version.base):
            value = value_of(row["value"]) | ({"name": text_of(row["name"])} if row["name"] else {})
            value |= {"kind": "Person"} if text_of(row["person"]) == "true" else {}
            about.said.setdefault(text_of(row["property"]), []).append(value)
        for row in select(store, OF_SOURCES, version.base):
            said = about.sources.setdefault(text_of(row["source"]), {})
            said.setdefault(text_of(row["property"]), []).append(value_of(row["value"]))
    return about


@dataclass(frozen=True)
class Copy:
    """What a copy of a version tells of it, in the forms in which copies do."""

    about: About
    version: Version

    def _told(self) -> Iterator[tuple[str, str, str]]:
        """Yield each source, a word, and what that source says with it."""
        for source, said in self.about.sources.items():
            for word, (iri, _) in COPIED.items():
                yield from ((source, word, shown(value)) for value in said.get(iri, []))

    def rows(self) -> Iterator[list[str]]:
        """Yield what is told as a table of words, values and sources."""
        yield ["what", "value", "source"]
        yield ["description", self.about.description, ""]
        for word, (iri, _) in COPIED.items():
            values = self.about.all(iri) or [self.about.title] * (word == "title")
            yield from ([word, value, ""] for value in values)
        for name in ("number", "time", "digest", "base"):
            yield [name.replace("number", "version"), str(getattr(self.version, name)), ""]
        for source, word, value in self._told():
            yield [word, value, first(self.about.sources[source], LABEL, source)]

    def text(self) -> str:
        """Return what is told as lines of text."""
        return "\n".join(
            f"{what}: {value}" + f" ({source})" * bool(source) for what, value, source in self.rows()
        )

    def as_json(self) -> dict[str, object]:
        """Return what is told as JSON: the sources each with its words."""
        sources: dict[str, dict[str, object]] = {
            iri: {"iri": iri, "label": first(said, LABEL)} for iri, said in self.about.sources.items()
        }
        for source, word, value in self._told():
            sources[source].setdefault(word, []).append(value)  # type: ignore[attr-defined]
        own = {word: self.about.all(iri) for word, (iri, _) in COPIED.items() if iri in self.about.said}
        return own | {
            "title": self.about.title,
            "description": self.about.description,
            "version": self.version.number,
            "time": self.version.time,
            "digest": self.version.digest,
            "sources": list(sources.values()),
        }

    def as_csvw(self) -> dict[str, object]:
        """Return what is told as common properties of CSVW (Metadata Vocabulary, section 5.8)."""
        sources = [{"@id": iri} | _in_csvw(said) for iri, said in self.about.sources.items()]
        return _in_csvw(self.about.said) | {
            "dc:title": self.about.title,
            "dc:description": self.about.description,
            "dc:modified": self.version.time,
            "dc:identifier": f"version {self.version.number}, digest {self.version.digest}",
            "dc:source": sources,
        }


def _in_csvw(said: Said) -> dict[str, object]:
    values = {name: said[iri] for iri, name in COPIED.values() if iri in said}
    return {
        name: [{"@id": value["iri"]} if "iri" in value else value["text"] for value in found]
        for name, found in values.items()
    }
