import json
import os
import shutil
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from conftest import quietly
from qgraph import commit, delta, process, versions
from qgraph.errors import NoVersion, StoreError
from qgraph.settings import Settings
from qgraph.store import DefaultGraph, Literal, NamedNode, Quad, open_to_write
from qgraph.versions import PUBLIC, Draft, Version


def quad(number: int) -> Quad:
    return Quad(NamedNode(f"http://e/{number}"), NamedNode("http://e/p"), Literal(number), DefaultGraph())


def publish(store: Path, *numbers: int) -> Version:
    with versions.writing(store) as parent, versions.candidate(store, parent) as made:
        data = open_to_write(made.path / PUBLIC)
        change = delta.between(data, map(quad, numbers))
        change.make(data)
        data.flush()
        draft = versions.draft(versions.next_number(store), parent, message="", curator="c1")
        draft = replace(draft, digest=delta.digest(data), counts={"quads": len(data)})
        del data
        return versions.publish(store, made.path, {PUBLIC: Draft(draft, change)})


def publish_and_die(store: Path, moment: str) -> None:
    setattr(versions, moment, lambda *_arguments, **_options: os.kill(os.getpid(), signal.SIGKILL))
    publish(store, 2)


def publish_my_number(store: Path) -> None:
    publish(store, 1, os.getpid())


def test_a_version_is_published_and_read_again(tmp_path: Path) -> None:
    published = publish(tmp_path, 1, 2)

    assert versions.current(tmp_path) == 1
    assert versions.describe(tmp_path, 1) == published
    assert set(versions.open_version(tmp_path, 1)) == {quad(1), quad(2)}


def test_the_next_version_holds_its_changes_and_leaves_the_old_one(tmp_path: Path) -> None:
    publish(tmp_path, 1, 2)
    publish(tmp_path, 2, 3)

    changes = (versions.folder(tmp_path, 2) / "changes").read_text().splitlines()
    assert [line[:15] for line in changes] == ["D <http://e/1> ", "A <http://e/3> "]
    assert set(versions.open_version(tmp_path, 1)) == {quad(1), quad(2)}
    assert set(versions.open_version(tmp_path, 2)) == {quad(2), quad(3)}


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    (tmp_path / "versions" / "candidate").mkdir()
    shutil.copytree(versions.folder(tmp_path, 1), versions.folder(tmp_path, 2))

    assert publish(tmp_path, 1, 2).number == 2
    assert set(versions.open_version(tmp_path, 2)) == {quad(1), quad(2)}
    assert not (tmp_path / "versions" / "candidate").exists()


def test_a_lost_pointer_does_not_cost_the_versions(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    publish(tmp_path, 2)
    (tmp_path / "current").unlink()

    with pytest.raises(StoreError, match="versions after 0"):
        publish(tmp_path, 3)

    assert versions.folder(tmp_path, 2).exists()


@pytest.mark.parametrize("moment", ["_seal", "place", "checked", "point_to", "sync"])
def test_a_crash_at_any_moment_leaves_the_old_version_in_force(tmp_path: Path, moment: str) -> None:
    publish(tmp_path, 1)

    writer = process.context().Process(target=publish_and_die, args=(tmp_path, moment))
    writer.start()
    writer.join()

    assert writer.exitcode == -signal.SIGKILL
    assert versions.current(tmp_path) == 1
    assert publish(tmp_path, 3).number == 2


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    writers = [process.context().Process(target=publish_my_number, args=(tmp_path,)) for _ in range(4)]
    with versions.writing(tmp_path):
        for writer in writers:
            writer.start()
        assert all(writer.is_alive() for writer in writers)
    for writer in writers:
        writer.join()

    assert versions.current(tmp_path) == 4


def test_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoVersion, match="run “qgraph build” first"):
        versions.current(tmp_path)
    with pytest.raises(NoVersion, match="no version 7"):
        versions.describe(tmp_path, 7)


@pytest.mark.parametrize("damage", ["not a number", ""])
def test_a_damaged_pointer_is_told_in_words(tmp_path: Path, damage: str) -> None:
    publish(tmp_path, 1)
    (tmp_path / "current").write_text(damage)

    with pytest.raises(StoreError, match="names no version"):
        versions.current(tmp_path)


def test_a_damaged_description_is_told_in_words(tmp_path: Path) -> None:
    publish(tmp_path, 1)
    (versions.folder(tmp_path, 1) / "public.json").write_text(json.dumps({"number": 1}))

    with pytest.raises(StoreError, match="does not describe a version"):
        versions.describe(tmp_path, 1)


def write_as_a_stranger(store: Path) -> None:
    if os.geteuid() == 0:
        os.setuid(65534)
    publish(store, 1)


def test_a_folder_that_may_not_be_written_is_told_in_words(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)

    with pytest.raises(StoreError, match=r"cannot write here: Permission denied\."):
        process.run(partial(write_as_a_stranger, tmp_path / "store"), deadline=20)


def test_a_folder_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file")

    with pytest.raises(StoreError, match="cannot write here"):
        publish(tmp_path / "store", 1)


def test_two_builds_of_the_same_sources_give_the_same_digest(tiny: Settings, tmp_path: Path) -> None:
    again = commit.build(replace(tiny, store=tmp_path), progress=quietly)

    assert again.digest == versions.describe(tiny.store, 1).digest


def test_what_is_written_is_counted_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions.quads_of, "open_read_only", lambda _path: [])

    with pytest.raises(StoreError, match="does not hold what was written"):
        publish(tmp_path, 1)
