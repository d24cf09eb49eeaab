"""Positions of words in a source: find them, describe them, check them.

A passage is named as RFC 5147, section 2.1, names a piece of plain text:
`#char=start,end`, counted in Unicode code points, the end exclusive. The
digest of its words lets a reader of another edition see whether the same
words stand at that position.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from qgraph.errors import SettingsError, SourceError
from qgraph.findings import Finding
from qgraph.namespaces import CORE
from qgraph.store import DefaultGraph, Literal, NamedNode, Store, select, text_of

FRAGMENT = re.compile(r"#char=(\d+),(\d+)$")
DESCRIBED = Path(__file__).with_name("passages.rq").read_text(encoding="utf-8")
QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})
# A sentence ends with its mark, and the quotation mark behind it, before a space.
SENTENCE_END = re.compile(r"[.?!…][”\"’']?(?=\s+[“\"‘'A-ZÀ-ÞƏİ0-9])")


@dataclass(frozen=True)
class Position:
    """Where words stand: code points, and paragraph and sentence from 1."""

    start: int
    end: int
    paragraph: int
    sentence: int
    digest: str


@dataclass(frozen=True)
class Described:
    """A passage as the data describes it: its IRI, its source, the digest of its words."""

    iri: str
    source: str
    digest: str


def digest_of(words: str) -> str:
    """Return the SHA-256 of *words* in hexadecimal, quotes and white space made alike."""
    plain = unicodedata.normalize("NFC", words).translate(QUOTES)
    return hashlib.sha256(" ".join(plain.split()).encode()).hexdigest()


def locate(text: str, start: int, end: int) -> Position:
    """Return the position of the code points *start* to *end* of *text*.

    Paragraphs are lines; sentences are counted within their paragraph.
    """
    line_start = text.rfind("\n", 0, start) + 1
    paragraph = text.count("\n", 0, start) + 1
    sentence = len(SENTENCE_END.findall(text[line_start : start + 1])) + 1
    return Position(start, end, paragraph, sentence, digest_of(text[start:end]))


def sentences(text: str) -> list[Position]:
    """Return the position of every sentence of *text*, in order; empty lines hold none."""
    spans = []
    offset = 0
    for line in text.splitlines(keepends=True):
        ends = [match.end() for match in SENTENCE_END.finditer(line)] + [len(line)]
        for start, end in pairwise([0, *ends]):
            words = line[start:end]
            if words.strip():
                first = offset + start + len(words) - len(words.lstrip())
                spans.append((first, first + len(words.strip())))
        offset += len(line)
    return [locate(text, start, end) for start, end in spans]


def find(text: str, words: str) -> list[Position]:
    """Return every position of *words* in *text*, quotes and white space made alike."""
    pattern = r"\s+".join(re.escape(word) for word in words.translate(QUOTES).split())
    if not pattern:
        return []
    return [locate(text, *match.span()) for match in re.finditer(pattern, text.translate(QUOTES))]


def fault(text: str, start: int, end: int) -> str:
    """Return why *start* to *end* is no passage of *text*; empty if it is one."""
    if not 0 <= start < end <= len(text):
        return f"characters {start} to {end} do not lie inside the text, which has {len(text)}"
    if "\n" in text[start:end]:
        return f"characters {start} to {end} run over the end of a paragraph"
    if any(text[edge - 1 : edge + 1].isalnum() for edge in (start, end) if 0 < edge < len(text)):
        return f"characters {start} to {end} cut a word"
    return ""


def read(path: Path) -> str:
    """Return the text in the file *path*. Raises SettingsError if it is not there, or no text."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not text in UTF-8: {error}.") from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of the file *path* in hexadecimal, by which a source tells its edition."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def words_at(text: str, iri: str, digest: str) -> str:
    """Return the words of the passage *iri*; empty where *text* has others than its *digest* says."""
    match = FRAGMENT.search(iri)
    words = text[int(match[1]) : int(match[2])] if match else ""
    return words if words and digest_of(words) == digest else ""


def unknown(dataset: Store, paths: list[Path]) -> list[Path]:
    """Return those of *paths* that are the text of no source in *dataset*, whole or in one passage."""
    rows = [(text_of(row["passage"]), text_of(row["digest"])) for row in select(dataset, DESCRIBED)]
    return [path for path in paths if not (_agrees(read(path), rows) or _is_edition(dataset, path))]


def _is_edition(dataset: Store, path: Path) -> bool:
    stated = NamedNode(CORE + "sha256"), Literal(sha256_of(path)), DefaultGraph()
    return any(True for _ in dataset.quads_for_pattern(None, *stated))


def _agrees(text: str, described: list[tuple[str, str]]) -> bool:
    return any(words_at(text, iri, digest) for iri, digest in described)


def described(dataset: Store, source: str = "") -> list[Described]:
    """Return the passages that *dataset* describes of the text *source*, by IRI.

    Raises SourceError if there are none, or if the dataset has passages of
    several texts and *source* names none of them.
    """
    rows = select(dataset, DESCRIBED)
    known = [Described(*(text_of(row[name]) for name in ("passage", "source", "digest"))) for row in rows]
    sources = sorted({one.source for one in known})
    if source not in sources and len(sources) != 1:
        raise SourceError(f"Name the source with --source, one of: {', '.join(sources) or 'none'}.")
    return [one for one in known if one.source == (source or sources[0])]


def check(text: str, passages: list[Described]) -> list[Finding]:
    """Return what is wrong with *passages* in *text*: their positions, then their words."""
    findings = []
    for passage in passages:
        match = FRAGMENT.search(passage.iri)
        if not match:
            reason = "its IRI does not end with #char=start,end"
        else:
            start, end = int(match[1]), int(match[2])
            reason = fault(text, start, end)
            if not reason and digest_of(text[start:end]) != passage.digest:
                reason = "other words stand there: look for them with “qgraph passage”"
        if reason:
            findings.append(Finding("passage", f"No passage of the text: {reason}.", thing=passage.iri))
    return findings
