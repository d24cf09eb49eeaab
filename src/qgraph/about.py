"""What every export says of itself: title, version, licence, rights, purpose, contact (care rule C18)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qgraph.namespaces import CORE
from qgraph.store import NamedNode, Store, select, text_of
from qgraph.versions import Version

HERE = Path(__file__)
RIGHTS = HERE.with_name("rights.rq").read_text(encoding="utf-8")
TITLE = HERE.with_name("graph.rq").read_text(encoding="utf-8")
DCTERMS = "http://purl.org/dc/terms/"
# The words of rights.rq: as CSVW writes them, whose prefix for DCMI Terms is dc.
IN_CSVW = {
    "title": "dc:title",
    "creator": "dc:creator",
    "licence": "dc:license",
    "rights": "dc:rights",
    "purpose": CORE + "purpose",
    "contact": CORE + "contact",
}


@dataclass(frozen=True)
class Said:
    """What a source, by IRI and label, says of itself with a *word* such as licence."""

    source: str
    label: str
    word: str
    value: str


@dataclass(frozen=True)
class About:
    """What an export says of the graph that it is from."""

    title: str
    description: str
    version: Version
    said: tuple[Said, ...]

    def rows(self) -> Iterator[list[str]]:
        """Yield the same as a table of words, values and sources."""
        yield ["what", "value", "source"]
        yield ["title", self.title, ""]
        yield ["description", self.description, ""]
        yield ["version", str(self.version.number), ""]
        yield ["time", self.version.time, ""]
        yield ["digest", self.version.digest, ""]
        yield ["base", self.version.base, ""]
        for one in self.said:
            yield [one.word, one.value, one.label or one.source]

    def text(self) -> str:
        """Return the same as lines of text."""
        return "\n".join(
            f"{what}: {value}" + f" ({source})" * bool(source) for what, value, source in self.rows()
        )

    def as_json(self) -> dict[str, object]:
        """Return the same as JSON: the sources each with its words."""
        sources: dict[str, dict[str, object]] = {}
        for one in self.said:
            source = sources.setdefault(one.source, {"iri": one.source, "label": one.label})
            source.setdefault(one.word, []).append(one.value)  # type: ignore[attr-defined]
        return {
            "title": self.title,
            "description": self.description,
            "version": self.version.number,
            "time": self.version.time,
            "digest": self.version.digest,
            "sources": list(sources.values()),
        }

    def as_csvw(self) -> dict[str, object]:
        """Return the same as common properties of CSVW (Metadata Vocabulary, section 5.8)."""
        sources: dict[str, dict[str, object]] = {}
        for one in self.said:
            source = sources.setdefault(one.source, {"@id": one.source})
            value = {"@id": one.value} if one.word == "licence" else one.value
            source.setdefault(IN_CSVW[one.word], []).append(value)  # type: ignore[attr-defined]
        return {
            "dc:title": self.title,
            "dc:description": self.description,
            "dc:modified": self.version.time,
            "dc:identifier": f"version {self.version.number}, digest {self.version.digest}",
            "dc:source": list(sources.values()),
        }


def read(store: Store, version: Version) -> About:
    """Return what an export of *version* says of itself."""
    titles = [
        (text_of(row["title"]), text_of(row["description"])) for row in select(store, TITLE, version.base)
    ]
    title, description = titles[0] if titles else ("", "")
    rows = select(store, RIGHTS)
    said = [
        Said(*(text_of(row[name]) for name in ("source", "label", "word", "value")))
        for row in rows
        if isinstance(row["source"], NamedNode)
    ]
    return About(title or "A graph", description, version, tuple(said))
