"""How much a version holds, counted once."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from qgraph.namespaces import CORE, TYPE, Names
from qgraph.store import DefaultGraph, NamedNode, Store, select, text_of
from qgraph.store import iri as iri_of
from qgraph.versions import Version

HERE = Path(__file__).parent
QUERIES = {
    name: (HERE / f"{name}.rq").read_text(encoding="utf-8")
    for name in (
        *("totals", "entities", "classes", "properties", "values", "links"),
        *("listed", "examples", "figures"),
    )
}


@dataclass(frozen=True)
class Figure:
    """How many there are of something: of a kind of thing, or of evidence of a tier, voice or clarity."""

    part: str
    name: str
    number: int


class Listed(TypedDict):
    """How many things there are, and some of them."""

    total: int
    things: list[str]


class Statistics(TypedDict):
    """The counts of a default graph; *links* are rows of property, place and how many."""

    triples: int
    subjects: int
    objects: int
    entities: int
    classes: dict[str, int]
    properties: dict[str, int]
    values: dict[str, int]
    links: list[tuple[str, str, int]]
    examples: list[str]


def count(store: Store, version: Version) -> Statistics:
    """Return the counts of *version*; a plain store has no kinds and no links."""
    plain = "asserted" not in version.counts
    [totals] = select(store, QUERIES["totals"])
    entities = 0 if plain else _counts(store, "entities", version)[""]
    links = () if plain else select(store, QUERIES["links"], version.base)
    examples = () if plain else select(store, QUERIES["examples"], version.base)
    return {
        "triples": int(text_of(totals["triples"])),
        "subjects": int(text_of(totals["subjects"])),
        "objects": int(text_of(totals["objects"])),
        "entities": entities,
        "classes": _counts(store, "classes", version),
        "properties": _counts(store, "properties", version),
        "values": {} if plain else _counts(store, "values", version),
        "links": [(text_of(row[0]), text_of(row[1]), int(text_of(row[2]))) for row in links],
        "examples": [text_of(row[0]) for row in examples],
    }


def _counts(store: Store, name: str, version: Version) -> dict[str, int]:
    """Return the rows of a query of ours: a term and its count, or a count alone."""
    rows = [list(row) for row in select(store, QUERIES[name], version.base or None)]
    return {text_of(row[0]) if len(row) > 1 else "": int(text_of(row[-1])) for row in rows}


def figures(store: Store, version: Version) -> list[Figure]:
    """Return how many there are of each kind of thing, and of evidence of each tier, voice and clarity."""
    rows = select(store, QUERIES["figures"], version.base)
    return [
        Figure(
            text_of(row["part"]),
            text_of(row["name"] or row["word"]).rpartition("#")[2],
            int(text_of(row["number"])),
        )
        for row in rows
    ]


def listed(store: Store, version: Version, *, start: int, most: int) -> Listed:
    """Return how many things' pages search engines may list, and *most* of them from *start*.

    Evidence is for who looks at a fact: its pages are not among them.
    """
    rows = select(store, QUERIES["listed"], version.base)
    things = [iri for row in rows if "#" not in (iri := text_of(row["thing"]))]
    return {"total": len(things), "things": things[start : start + most]}


def is_unlisted(store: Store, version: Version, iri: str) -> bool:
    """Say whether the ontology has search engines leave out the page of the thing *iri*."""
    ontology, unlisted = NamedNode(Names(version.base).ontology), NamedNode(CORE + "unlisted")
    kinds = store.quads_for_pattern(iri_of(iri), NamedNode(TYPE), None, DefaultGraph())
    classes = [quad.object for quad in kinds if isinstance(quad.object, NamedNode)]
    marks = (store.quads_for_pattern(one, unlisted, None, ontology) for one in classes)
    return any(text_of(mark.object) == "true" for found in marks for mark in found)
