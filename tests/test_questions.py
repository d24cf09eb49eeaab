from pathlib import Path

import pytest

from qgraph import questions
from qgraph.errors import SourceError


def test_a_question_is_read_with_its_header(graph: Path) -> None:
    [question] = questions.read(graph)

    assert question.name == "films"
    assert question.title == "Films and their makers"
    assert question.question == "Which films are there, and who made them?"
    assert "SELECT ?film ?maker" in question.query


@pytest.mark.parametrize("header", ["", "# title: A\n", "# title: A\n# question: No mark\n"])
def test_a_header_without_title_or_question_is_refused(graph: Path, header: str) -> None:
    (graph / "queries" / "bare.rq").write_text(header + "ASK {}")

    with pytest.raises(SourceError, match=r"bare\.rq:1: expected “# title:” and “# question:”"):
        questions.read(graph)
