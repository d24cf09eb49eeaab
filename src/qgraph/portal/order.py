"""The order of a source: its passages by position, with what rests on them; then what rests on none."""

import re
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from qgraph.namespaces import CORE, DCTERMS
from qgraph.store import DefaultGraph, Literal, NamedNode, QuerySolution, Store, Term, select, text_of

ORDER = Path(__file__).with_suffix(".rq").read_text(encoding="utf-8")
PART = 400  # entries that a page shows
NUMBERS = ("start", "end", "paragraph", "sentence")
TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
NOWHERE = 1 << 62  # stands behind every position


@dataclass
class Entry:
    """A *passage* and the *evidence* on it, by name; without a passage, one piece of evidence.

    A number is 0 where the data has none; no text begins with character 0 and ends there.
    """

    passage: str = ""
    start: int = 0
    end: int = 0
    paragraph: int = 0
    sentence: int = 0
    digest: str = ""
    evidence: list[str] = field(default_factory=list)


def entries(store: Store, source: str) -> list[Entry]:
    """Return what the text *source* holds, in its order; what has no position comes last."""
    found: dict[str, Entry] = {}
    for row in select(store, ORDER, source=NamedNode(source)):
        entry = found.setdefault(text_of(row["passage"]), _entry(row))
        if row["evidence"] and text_of(row["evidence"]) not in entry.evidence:
            entry.evidence.append(text_of(row["evidence"]))
    placed = {name for entry in found.values() for name in entry.evidence}
    rest = store.quads_for_pattern(None, NamedNode(CORE + "fromSource"), NamedNode(source), DefaultGraph())
    loose = sorted({text_of(quad.subject) for quad in rest} - placed, key=natural)
    for entry in found.values():
        entry.evidence.sort(key=natural)
    return sorted(found.values(), key=_position) + [Entry(evidence=[name]) for name in loose]


def natural(name: str) -> list[tuple[int, str]]:
    """Return the key by which names are sorted so that 10 comes after 9."""
    return [(int(one), "") if one.isdecimal() else (-1, one) for one in re.split(r"([0-9]+)", name)]


def read(store: Store, source: str) -> dict[str, object]:
    """Return the order of *source* for all of its pages.

    Each passage has the part it is shown in and the digest of its words; then
    all evidence in order, and the language (BCP 47) of the text, if that is stated.
    """
    held = entries(store, source)
    places = ((one, place // PART + 1) for place, one in enumerate(held) if one.passage)
    return {
        "passages": {one.passage: (part, one.digest) for one, part in places},
        "evidence": list(dict.fromkeys(name for one in held for name in one.evidence)),
        "parts": max(1, -(-len(held) // PART)),
        "language": _language(store, source),
    }


def parts(held: list[Entry]) -> list[dict[str, int]]:
    """Return for each part of what is *held* its first and last paragraph and character, as far as known."""
    cut = [held[first : first + PART] for first in range(0, len(held), PART)]
    return [_range(part) for part in cut]


def paragraphs(held: list[Entry]) -> list[tuple[int, list[Entry]]]:
    """Return what is *held* by paragraph; 0 has what stands in none."""
    return [(number, list(found)) for number, found in groupby(held, key=lambda one: one.paragraph)]


def _range(part: list[Entry]) -> dict[str, int]:
    known = [one for one in part if one.passage and one.end]
    numbered = [one.paragraph for one in known if one.paragraph]
    return {
        "from": min((one.start for one in known), default=0),
        "to": max((one.end for one in known), default=0),
        "first": min(numbered, default=0),
        "last": max(numbered, default=0),
    }


def _entry(row: QuerySolution) -> Entry:
    start, end, paragraph, sentence = (number(row[name]) for name in NUMBERS)
    digest = text_of(row["digest"]) if row["digest"] else ""
    return Entry(text_of(row["passage"]), start, end, paragraph, sentence, digest)


def number(term: Term | None) -> int:
    """Return the number that *term* writes, 0 if it writes none."""
    written = term.value if isinstance(term, Literal) else ""
    return int(written) if written.isdecimal() and len(written) < len(str(NOWHERE)) else 0


def _position(entry: Entry) -> tuple[int, int, int, str]:
    known = entry.end or entry.start
    return entry.paragraph or NOWHERE, entry.start if known else NOWHERE, entry.end, entry.passage


def _language(store: Store, source: str) -> str:
    found = store.quads_for_pattern(NamedNode(source), NamedNode(DCTERMS + "language"), None, DefaultGraph())
    told = sorted(text_of(quad.object).rpartition("/")[2] for quad in found)
    return next((one for one in told if TAG.fullmatch(one)), "")
