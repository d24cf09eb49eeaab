"""A graph at a glance: what it holds, what it lacks and what it rests on, counted from itself."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any, TypedDict

from qgraph import statistics
from qgraph.portal.prose import Prose
from qgraph.portal.words import Said, Words
from qgraph.store import Store, iri, select, text_of
from qgraph.versions import Version

QUERIES = {
    name: Path(__file__).with_name(f"{name}.rq").read_text(encoding="utf-8")
    for name in ("gaps", "marks", "rests", "behind")
}
TABLE = "coverage.csv"  # of a source's folder: the sentences on which nothing rests, and why


class Count(TypedDict):
    """How many there are of something, and its name."""

    name: Said
    number: int


class Gap(TypedDict):
    """On which *property* sources are silent, for how many of *all* things of a *kind*."""

    kind: Said
    property: Said
    number: int
    all: int


class Behind(Count):
    """How many things of a kind bear on *values*, by the paths of these."""

    values: list[str]


class Way(TypedDict):
    """A thing by which one may enter the graph: its name, what it is, what stands behind it."""

    name: Said
    description: Said
    behind: list[Behind]


class Rest(TypedDict):
    """How much rests on a source: pieces of *evidence*, in how many of its *sentences*.

    *left* counts the sentences on which nothing rests, by the reason that its table gives.
    """

    name: Said
    evidence: int
    sentences: int
    left: dict[str, int]


class Overview(TypedDict):
    """What the first page and the page about the graph tell."""

    ways: list[Way]
    kinds: list[Count]
    evidence: dict[str, list[Count]]
    marks: dict[str, int]
    gaps: list[Gap]
    rests: list[Rest]


def read(store: Store, version: Version, told: Prose, *, folder: Path, language: str) -> Overview:
    """Return what *version* holds and lacks, for who reads a *language*; *folder* is that of the graph.

    Which ways in there are is *told* by the words about the graph.
    """
    words = Words(store, language)
    counts: dict[str, list[Count]] = defaultdict(list)
    for row in select(store, statistics.QUERIES["figures"], version.base):
        counts[text_of(row["part"])].append(_counted(words, text_of(row["word"]), row["number"]))
    found = {part: sorted(_once(rows), key=lambda one: -one["number"]) for part, rows in counts.items()}
    whole = found.pop("things", [])
    return {
        "ways": [_way(words, version.base + path, version.base) for path in told["ways"]],
        "kinds": whole,
        "evidence": found,
        "marks": {text_of(one[0]): int(text_of(one[1])) for one in select(store, QUERIES["marks"])},
        "gaps": _gaps(words, version.base, {one["name"]["iri"]: one["number"] for one in whole}),
        "rests": _rests(words, folder),
    }


def _counted(words: Words, term: str, number: object) -> Count:
    return {"name": words.thing(term), "number": int(text_of(number))}  # type: ignore[arg-type]


def _once(rows: list[Count]) -> list[Count]:
    """Return *rows* without those that come again because a word has two names."""
    return list({one["name"]["iri"]: one for one in rows}.values())


def _way(words: Words, thing: str, base: str) -> Way:
    rows = select(words.store, QUERIES["behind"], base, way=iri(thing))
    return {
        "name": words.thing(thing),
        "description": words.sentence(thing),
        "behind": [_behind(words, row, base) for row in rows],
    }


def _behind(words: Words, row: Any, base: str) -> Behind:
    values = [one.removeprefix(base) for one in sorted(text_of(row["values"]).split())]
    return {**_counted(words, text_of(row["kind"]), row["number"]), "values": values}


def _gaps(words: Words, base: str, whole: dict[str, int]) -> list[Gap]:
    rows = select(words.store, QUERIES["gaps"], base)
    return [
        {
            "kind": words.thing(kind),
            "property": words.thing(text_of(row["property"])),
            "number": int(text_of(row["number"])),
            "all": whole.get(kind, 0),
        }
        for row in rows
        if (kind := text_of(row["kind"]))
    ]


def _rests(words: Words, folder: Path) -> list[Rest]:
    """Return what rests on each source, the one that bears most first."""
    evidence: dict[str, int] = {}
    sentences: dict[str, int] = defaultdict(int)
    for row in select(words.store, QUERIES["rests"]):
        source = text_of(row["source"])
        if row["paragraph"] is None:
            evidence[source] = int(text_of(row["number"]))
        else:
            sentences[source] += 1
    return [
        {
            "name": words.thing(source),
            "evidence": number,
            "sentences": sentences[source],
            "left": _left(folder, source),
        }
        for source, number in sorted(evidence.items(), key=lambda one: -one[1])
    ]


def _left(folder: Path, source: str) -> dict[str, int]:
    """Return how many sentences of *source* its table leaves out, by the reason; none without a table."""
    path = folder / "data" / source.rpartition("/")[2] / TABLE
    left: dict[str, int] = defaultdict(int)
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                left[row.get("status") or ""] += 1
    return dict(left)
