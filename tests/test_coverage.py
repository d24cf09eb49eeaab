"""The ledger: every sentence of the article is cited, holds no fact, or is withheld by a rule."""

import csv
import re
from pathlib import Path

import pytest

from conftest import ROOT
from qgraph import versions
from qgraph.passages import Position, sentences
from qgraph.settings import Settings
from qgraph.store import select, text_of

LISTED = {
    (int(row["paragraph"]), int(row["sentence"])): row
    for row in csv.DictReader((ROOT / "data/gv-2025/coverage.csv").read_text(encoding="utf-8").splitlines())
}
CITED = """PREFIX core: <https://w3id.org/qgraph/core#>
SELECT DISTINCT ?start ?end {
  ?evidence core:passage ?passage . ?passage core:start ?start ; core:end ?end
  GRAPH ?evidence { ?subject ?predicate ?object } }"""


@pytest.fixture(scope="module")
def spans(real: Settings) -> list[tuple[int, int]]:
    rows = select(versions.open_version(real.store, 1), CITED)
    return [(int(text_of(row["start"])), int(text_of(row["end"]))) for row in rows]


def cited(sentence: Position, spans: list[tuple[int, int]]) -> bool:
    return any(start < sentence.end and end > sentence.start for start, end in spans)


def gaps(every: list[Position], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    places = [(one.paragraph, one.sentence) for one in every if not cited(one, spans)]
    return [place for place in places if place not in LISTED]


def test_every_sentence_is_accounted_for(article: Path, spans: list[tuple[int, int]]) -> None:
    every = sentences(article.read_text(encoding="utf-8"))

    assert len(every) > 80
    assert gaps(every, spans) == []


def test_a_sentence_without_evidence_is_a_gap(article: Path, spans: list[tuple[int, int]]) -> None:
    every = sentences(article.read_text(encoding="utf-8"))
    first = [(start, end) for start, end in spans if start >= every[0].end]

    assert gaps(every, first) == [(1, 1)]


def test_what_is_listed_agrees_with_what_is_cited(article: Path, spans: list[tuple[int, int]]) -> None:
    every = {(one.paragraph, one.sentence): one for one in sentences(article.read_text(encoding="utf-8"))}
    for place, row in LISTED.items():
        assert cited(every[place], spans) == (row["status"] == "partly withheld")
        if row["status"] != "no fact":
            assert re.match(r"C\d+: ", row["reason"])


def test_no_passage_reaches_the_manner_of_a_death(article: Path, spans: list[tuple[int, int]]) -> None:
    """Care rule C11: passages end before the method."""
    text = article.read_text(encoding="utf-8")
    manner = text.index(" himself using the")

    assert not [(start, end) for start, end in spans if start < manner < end or manner <= start < manner + 60]
