"""The questions a graph must answer: its `queries/*.rq`, with their headers."""

import re
from dataclasses import dataclass
from pathlib import Path

from qgraph.errors import SourceError

HEADER = re.compile(r"^# (title|question): *(.+?) *$", re.MULTILINE)


@dataclass(frozen=True)
class Question:
    """One question: the name of its file, its title, the question in words, the query."""

    name: str
    title: str
    question: str
    query: str


def read(graph: Path) -> list[Question]:
    """Return the questions of folder *graph*, by name.

    Raises SourceError for a file whose header lacks a title or a question.
    """
    return [_read(path) for path in sorted((graph / "queries").glob("*.rq"))]


def _read(path: Path) -> Question:
    query = path.read_text(encoding="utf-8")
    header = dict(HEADER.findall(query))
    if not header.get("title") or not header.get("question", "").endswith("?"):
        raise SourceError(f"{path}:1: expected “# title:” and “# question:” with a question mark.")
    return Question(path.stem, header["title"], header["question"], query)
