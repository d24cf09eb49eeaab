from pathlib import Path

import pytest

from qgraph import passages
from qgraph.errors import SourceError
from qgraph.store import Literal, NamedNode, Quad, in_memory

TEXT = "A harbour. “The tide”\u00a0comes in, she said.\nThen it  goes out again."
CORE = "https://w3id.org/qgraph/core#"


def test_words_are_found_with_paragraph_and_sentence() -> None:
    [found] = passages.find(TEXT, 'the tide" comes'.replace("the", "The"))

    assert TEXT[found.start : found.end] == "The tide”\u00a0comes"
    assert (found.paragraph, found.sentence) == (1, 2)


def test_every_occurrence_is_found_whatever_the_space() -> None:
    assert [TEXT[one.start : one.end] for one in passages.find(TEXT, "it goes")] == ["it  goes"]
    assert len(passages.find(TEXT, "o")) == 4
    assert passages.find(TEXT, " ") == []


def test_a_digest_does_not_depend_on_quotes_and_spaces() -> None:
    assert passages.digest_of("“The  tide”") == passages.digest_of('"The tide"')
    assert passages.digest_of("The tide") != passages.digest_of("the tide")


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (0, 9, ""),
        (0, 10, ""),
        (5, 4, "do not lie inside"),
        (0, 999, "which has 66"),
        (30, 50, "run over the end of a paragraph"),
        (0, 5, "cut a word"),
        (3, 9, "cut a word"),
    ],
)
def test_a_bad_position_is_told_in_words(start: int, end: int, words: str) -> None:
    fault = passages.fault(TEXT, start, end)

    assert words in fault
    assert bool(words) == bool(fault)


def described(iri: str, source: str = "http://e/s", digest: str = "x") -> list[Quad]:
    return [
        Quad(NamedNode(iri), NamedNode(CORE + "inSource"), NamedNode(source)),
        Quad(NamedNode(iri), NamedNode(CORE + "digest"), Literal(digest)),
    ]


def test_a_passage_whose_words_stand_there_is_right() -> None:
    quads = described("http://e/s#char=2,9", digest=passages.digest_of("harbour"))

    assert passages.check(TEXT, passages.described(in_memory(quads))) == []


@pytest.mark.parametrize(
    ("iri", "words"),
    [
        ("http://e/s#char=2,9", "other words stand there"),
        ("http://e/s#char=2,6", "cut a word"),
        ("http://e/s#page=2", "does not end with #char"),
    ],
)
def test_a_wrong_passage_is_found(iri: str, words: str) -> None:
    [finding] = passages.check(TEXT, passages.described(in_memory(described(iri))))

    assert words in finding.message
    assert finding.thing == iri


def test_of_several_texts_one_must_be_named() -> None:
    both = in_memory(described("http://e/s#char=1,2") + described("http://e/t#char=1,2", "http://e/t"))

    assert [one.source for one in passages.described(both, "http://e/t")] == ["http://e/t"]
    with pytest.raises(SourceError, match="--source, one of: http://e/s, http://e/t"):
        passages.described(both)
    with pytest.raises(SourceError, match="one of: none"):
        passages.described(in_memory())


def test_the_article_is_the_text_that_was_read(article: Path) -> None:
    assert len(article.read_text(encoding="utf-8")) == 12_793


def test_every_sentence_has_its_position() -> None:
    text = "One. Two “three.” Four!\n\nFive."

    assert [(one.paragraph, one.sentence, text[one.start : one.end]) for one in passages.sentences(text)] == [
        (1, 1, "One."),
        (1, 2, "Two “three.”"),
        (1, 3, "Four!"),
        (3, 1, "Five."),
    ]
