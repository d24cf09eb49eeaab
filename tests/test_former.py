"""Former versions are kept as their changes, and nothing is lost by that."""

import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import serving
from qgraph import former, history, keeping, process, store, versions
from qgraph.errors import StoreError
from qgraph.forget import Forget
from qgraph.settings import Settings
from qgraph.versions import FULL, PUBLIC
from test_forget import NAME, is_anywhere, told, written
from test_guard import SECRET, evidence, write
from test_time_travel import lengths
from test_versions import publish, quad

__all__ = ["told", "written"]


def whole(folder: Path, layer: str = PUBLIC) -> list[int]:
    return [
        number for number in versions.numbers(folder) if (versions.folder(folder, number) / layer).is_dir()
    ]


def thinned(folder: Path, monkeypatch: pytest.MonkeyPatch, *, newest: int, every: int) -> None:
    monkeypatch.setattr(former, "WHOLE", newest)
    monkeypatch.setattr(former, "EVERY", every)
    with versions.writing(folder):
        keeping.thin(folder)


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nine versions: each holds its number and the one before; the two newest, 4, 8 and 1 are whole."""
    for number in range(9):
        publish(tmp_path, number, number + 1)
    thinned(tmp_path, monkeypatch, newest=2, every=4)
    return tmp_path


def test_the_newest_one_in_so_many_and_what_none_leads_to_stay_whole(many: Path) -> None:
    assert whole(many) == [9, 8, 4, 1]


def test_a_version_that_is_no_longer_whole_is_made_again(many: Path) -> None:
    assert set(former.open_version(many, 7)) == {quad(6), quad(7)}
    assert set(former.open_version(many, 3)) == {quad(2), quad(3)}
    assert whole(many) == [9, 8, 7, 4, 3, 1]
    assert not [number for number in versions.numbers(many) if keeping.fault(many, number)]


def test_a_tagged_version_stays_whole(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    former.make_whole(many, 6)
    with versions.writing(many):
        keeping.tag(many, "first", 6)
    thinned(many, monkeypatch, newest=1, every=4)

    assert whole(many) == [9, 8, 6, 4, 1]


def test_what_others_are_made_from_does_not_go_without_them(many: Path) -> None:
    with versions.writing(many):
        keeping.let_go(many, [1, 2, 4])

    assert whole(many) == [9, 8, 5, 3]
    assert set(former.open_version(many, 7)) == {quad(6), quad(7)}


def test_changes_that_do_not_lead_to_a_version_cost_no_store(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former.make_whole(many, 6)
    versions.changes(many, 6).write_text("")
    thinned(many, monkeypatch, newest=1, every=4)

    assert 6 in whole(many)
    shutil.rmtree(versions.folder(many, 6) / PUBLIC)
    with pytest.raises(StoreError, match="do not lead to version 7"):
        former.open_version(many, 7)
    assert "do not lead" in keeping.fault(many, 7)


def test_large_changes_are_not_made_twice(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    former.make_whole(many, 6)
    monkeypatch.setattr(former, "LONGEST", 10)
    thinned(many, monkeypatch, newest=1, every=4)

    assert 6 in whole(many)


def make_and_die(folder: Path) -> None:
    store.tidy = lambda _path: os.kill(os.getpid(), signal.SIGKILL)
    former.make_whole(folder, 6)


def test_a_kill_while_a_store_is_made_again_leaves_no_half_store(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = process.context().Process(target=make_and_die, args=(many,))
    maker.start()
    maker.join()

    assert maker.exitcode == -signal.SIGKILL
    assert 6 not in whole(many)
    assert set(former.open_version(many, 6)) == {quad(5), quad(6)}
    monkeypatch.setattr(former, "ABANDONED", -1)
    thinned(many, monkeypatch, newest=2, every=4)
    assert not [*many.glob("versions/6/public*/")]


def test_readers_of_a_former_version_notice_nothing(
    tiny: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(tiny, reasoner="none", store=Path(shutil.copytree(tiny.store, tmp_path / "store")))
    for number in range(4):
        write(settings, evidence(f"evidence/leaflet/n{number}", f"<film/tide> :length {number}"))
    thinned(settings.store, monkeypatch, newest=1, every=100)

    assert whole(settings.store) == [5, 1]
    with serving(settings.graph, settings.store) as address:
        assert [len(lengths(address, version=str(number))) for number in (3, 2, 4)] == [2, 1, 3]
    assert history.difference(settings.store, 2, 4).delta


def test_the_layer_of_what_is_restricted_is_made_again_for_insiders(
    tiny: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(tiny, reasoner="none", store=Path(shutil.copytree(tiny.store, tmp_path / "store")))
    write(settings, evidence("evidence/leaflet/r1", "<film/tide> :length 1", SECRET))
    for number in range(3):
        write(settings, evidence(f"evidence/leaflet/n{number}", f"<film/tide> :length 2{number}"))
    before = set(versions.open_version(settings.store, 4, FULL))
    thinned(settings.store, monkeypatch, newest=1, every=100)

    assert (4 in whole(settings.store), 4 in whole(settings.store, FULL)) == (False, False)
    assert set(former.open_version(settings.store, 4, FULL)) == before
    assert len(former.open_version(settings.store, 4)) < len(before)


def test_what_is_erased_is_gone_from_versions_that_are_kept_as_changes(
    told: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    thinned(told.store, monkeypatch, newest=1, every=100)
    assert whole(told.store) == [5, 2, 1]
    history.forget_all(told, Forget(erased=[f"{told_base(told)}person/p9zzz"]))

    assert not is_anywhere(told.store, NAME)
    assert versions.numbers(told.store) == [6, 4, 2, 1]
    assert not [number for number in versions.numbers(told.store) if keeping.fault(told.store, number)]


def told_base(settings: Settings) -> str:
    return versions.describe(settings.store, 1).base
