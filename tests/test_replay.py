"""The N-Quads of a large version are the same whether they come from its history or from its store."""

import json
from io import BytesIO
from pathlib import Path

import pytest

from qgraph import replay, versions
from qgraph.store import dump_all
from test_versions import publish


def written(folder: Path, number: int) -> bytes:
    output, version = BytesIO(), versions.describe(folder, number)
    replay.write(folder, version, versions.open_version(folder, number), output=output)
    return output.getvalue()


def in_order(folder: Path, number: int) -> bytes:
    rows = dump_all(versions.open_version(folder, number)).splitlines(keepends=True)
    return b"".join(sorted(rows))


@pytest.fixture
def three(tmp_path: Path) -> Path:
    for first in (1, 3, 2):
        publish(tmp_path, *range(first, first + 20))
    return tmp_path


def test_a_version_is_written_from_its_history(three: Path) -> None:
    for number in (1, 2, 3):
        assert written(three, number) == in_order(three, number)


def test_where_the_history_is_not_whole_the_store_is_asked(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "CHUNK", 7)
    before = written(three, 3)
    for damage in (versions.changes(three, 2), versions.changes(three, 1)):
        kept = damage.read_bytes()
        damage.write_bytes(kept[: len(kept) // 2])
        assert written(three, 3) == before
        damage.unlink()
        assert written(three, 3) == before
        damage.write_bytes(kept)


def test_long_changes_are_not_read_into_memory(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = written(three, 3)
    monkeypatch.setattr(replay, "LONGEST", 10)

    assert written(three, 3) == before


def test_a_version_of_which_something_was_taken_out_is_read_from_its_store(three: Path) -> None:
    told, described = versions.changes(three, 1), versions.folder(three, 1) / "public.json"
    told.write_bytes(told.read_bytes().replace(b"<http://e/4>", b"<http://e/taken-out>"))
    described.write_text(json.dumps(json.loads(described.read_text()) | {"withheld": 1}))

    assert written(three, 3) == in_order(three, 3)
