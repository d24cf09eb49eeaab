"""What is known of a graph as a whole: what its folder says of it, and figures that are counted."""

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from qgraph.namespaces import CORE
from qgraph.store import DefaultGraph, Store, select, text_of

HEADER = Path(__file__).with_name("particulars.rq").read_text(encoding="utf-8")
COUNTED = Path(__file__).with_name("figures.rq").read_text(encoding="utf-8")
DECLARED = "SELECT DISTINCT ?it { GRAPH <graph/ontology> { ?it a <http://www.w3.org/2002/07/owl#Ontology> } }"
DCTERMS = "http://purl.org/dc/terms/"
TITLE, DESCRIPTION, LICENCE, CREATOR, PUBLISHER, RIGHTS, SUBJECT = (
    DCTERMS + word
    for word in ("title", "description", "license", "creator", "publisher", "rights", "subject")
)
KEYWORD = "http://www.w3.org/ns/dcat#keyword"
PURPOSE, CONTACT = CORE + "purpose", CORE + "contact"
BASE, ONTOLOGY, SOURCE = "1", "2", "3"
# What the ontology says holds for the whole where nothing is said of that itself.
SHARED = (LICENCE, CREATOR, PUBLISHER, RIGHTS)
UNTITLED = "A knowledge graph"
PLAIN = str.maketrans("əıƏ", "eie")  # what has no mark to take off


@dataclass(frozen=True)
class Value:
    """What is said with a word: a *text* or an IRI, by its *name* if it has one."""

    text: str
    name: str = ""
    language: str = ""

    @property
    def shown(self) -> str:
        """The name if there is one, else the text."""
        return self.name or self.text


Said = dict[str, list[Value]]


@dataclass(frozen=True)
class Figure:
    """How many there are of something: of a kind of thing, or of evidence of a tier, voice or clarity."""

    part: str
    name: str
    number: int


@dataclass(frozen=True)
class Particulars:
    """What is known of a graph: the *said* of it, of its *sources* by IRI, and the *figures*.

    *triples* counts the default graph, *vocabularies* are the ontologies it declares.
    """

    said: Said = field(default_factory=dict)
    sources: dict[str, Said] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    triples: int = 0
    vocabularies: list[str] = field(default_factory=list)

    def one(self, word: str, otherwise: str = "") -> str:
        """Return what is said with *word*, in English if there is a choice; *otherwise* if nothing is."""
        return first(self.said, word, otherwise)

    @property
    def title(self) -> str:
        """The graph's title."""
        return self.one(TITLE, UNTITLED)

    @property
    def slug(self) -> str:
        """The title as a name for files."""
        plain = unicodedata.normalize("NFKD", self.title.translate(PLAIN)).encode("ascii", "ignore").decode()
        return "-".join(re.findall(r"[a-z0-9]+", plain.lower())) or "graph"


def first(said: Said, word: str, otherwise: str = "") -> str:
    """Return what is *said* with *word*, in English if there is a choice; *otherwise* if nothing is."""
    values = sorted(said.get(word, []), key=lambda value: value.language != "en")
    return values[0].shown if values else otherwise


def read(store: Store, base: str) -> Particulars:
    """Return what *store*, a graph under *base*, says of itself, and what can be counted in it."""
    told: dict[str, dict[str, Said]] = {BASE: {}, ONTOLOGY: {}, SOURCE: {}}
    for row in select(store, HEADER, base):
        value = row["value"]
        found = Value(text_of(value), text_of(row["name"]), getattr(value, "language", None) or "")
        said = told[text_of(row["rank"])].setdefault(text_of(row["about"]), {})
        said.setdefault(text_of(row["word"]), []).append(found)
    whole = next(iter(told[BASE].values()), {})
    ontology = next(iter(told[ONTOLOGY].values()), {})
    shared = {word: ontology[word] for word in SHARED if word in ontology}
    for said in told[SOURCE].values():  # a source with a purpose speaks for the whole
        shared |= {
            word: said[word] for word in (RIGHTS, PURPOSE, CONTACT) if PURPOSE in said and word in said
        }
    declared = {text_of(row["it"]) for row in select(store, DECLARED, base)}
    return Particulars(
        shared | whole,
        told[SOURCE],
        [
            _figure(row["part"], row["name"] or row["word"], row["number"])
            for row in select(store, COUNTED, base)
        ],
        sum(1 for _ in store.quads_for_pattern(None, None, None, DefaultGraph())),
        sorted(declared),
    )


def _figure(part: object, name: object, number: object) -> Figure:
    return Figure(text_of(part), text_of(name).rpartition("#")[2], int(text_of(number)))  # type: ignore[arg-type]
