"""Versions are kept, compared, tagged, taken back, backed up, and let go by rule."""

import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result

from conftest import quietly
from qgraph import commit, delta, history, keeping, tokens, versions
from qgraph.commit import Author
from qgraph.errors import Gone, NotAuthorized, NoVersion, RequestError, SettingsError, StoreError
from qgraph.settings import Settings
from test_guard import CURATOR, OURS, evidence, facts, held, write

OTHER = "evidence/leaflet/w2"
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def written(tiny: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Version 2 says 70 minutes, version 3 says 91 of another film too."""
    settings = replace(
        tiny, store=Path(shutil.copytree(tiny.store, tmp_path_factory.mktemp("three") / "store"))
    )
    write(settings, evidence(OURS, "<film/tide> :length 70"), message="A length.")
    write(settings, evidence(OTHER, "<film/harbour> :length 91"))
    return settings


@pytest.fixture
def three(written: Settings, tmp_path: Path) -> Settings:
    """A copy of it, to be changed."""
    return replace(written, store=Path(shutil.copytree(written.store, tmp_path / "store")))


def test_what_changed_between_two_versions_is_told_from_their_changes(three: Settings) -> None:
    found = history.difference(three.store, 1, 3)

    assert found.delta == delta.between(versions.open_version(three.store, 1), held(three))
    assert history.difference(three.store, 3, 1).delta == found.delta.undone()
    assert not history.difference(three.store, 2, 2).delta


def test_what_writers_had_entered_stands_again(three: Settings) -> None:
    made = history.revert(three, 2, CURATOR)

    assert (made.number, made.parent, made.message) == (4, 3, "Back to version 2.")
    assert not facts(held(three), OTHER)
    assert facts(held(three), OURS)
    assert made.digest == versions.describe(three.store, 2).digest


def test_a_tagged_version_is_kept_when_others_are_let_go(three: Settings) -> None:
    history.tag(three, "first", 1)
    old = replace(three, keep_days=1e-9)

    assert history.prune(old, dry=True) == [2]
    assert history.prune(old, dry=False) == [2]
    assert versions.numbers(three.store) == [3, 1]
    assert keeping.number_of(three.store, "first") == 1
    with pytest.raises(Gone, match="let go, by the rule for keeping versions"):
        history.revert(three, 2, CURATOR)
    with pytest.raises(NoVersion):
        history.revert(three, 9, CURATOR)
    assert history.difference(three.store, 1, 3).delta == delta.between(
        versions.open_version(three.store, 1), held(three)
    )


def test_the_oldest_versions_go_where_all_take_too_much_room(three: Settings) -> None:
    assert history.prune(replace(three, keep_share=1e-12), dry=True) == [1, 2]
    assert history.prune(three, dry=True) == []


@pytest.mark.parametrize("name", ["first", "7", "two words", "", "a/b"])
def test_a_tag_is_one_new_word(three: Settings, name: str) -> None:
    history.tag(three, "first", 1)

    with pytest.raises(RequestError, match="no new tag"):
        history.tag(three, name, 2)


def test_a_backup_is_restored_with_the_same_digest_and_no_token(three: Settings, tmp_path: Path) -> None:
    history.tag(three, "first", 1)
    tokens.create(three.store, "admin", "somebody")
    history.backup(three, tmp_path / "backup.tar.gz")
    version, back = history.restore(replace(three, store=tmp_path / "again"), tmp_path / "backup.tar.gz")

    assert (version, back) == (versions.describe(three.store, 3), [])
    assert keeping.tags(tmp_path / "again") == {"first": 1}
    assert not any(history.check(tmp_path / "again").values())
    assert tokens.every(tmp_path / "again") == []
    assert (tmp_path / "backup.tar.gz").stat().st_mode & 0o777 == 0o600
    with tarfile.open(tmp_path / "backup.tar.gz") as archive:
        assert not any("token" in name for name in archive.getnames())


def test_a_backup_overwrites_nothing_and_fills_an_empty_store_only(three: Settings, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    history.backup(three, file)

    with pytest.raises(StoreError, match="File exists"):
        history.backup(three, file)
    with pytest.raises(StoreError, match="has versions"):
        history.restore(three, file)
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(StoreError, match="is cut"):
        history.restore(replace(three, store=tmp_path / "again"), file)
    assert versions.numbers(tmp_path / "again") == []


def test_a_damaged_version_costs_only_itself(three: Settings) -> None:
    for file in versions.folder(three.store, 3).glob("public/*.sst"):
        file.unlink()  # versions share their files by hard links
        file.write_bytes(b"damaged")

    assert history.check(three.store)[3]
    assert "version 3 is damaged" in history.recover(three)
    assert versions.current(three.store) == 2
    assert history.recover(three) == ""
    assert write(three, evidence(OTHER, "<film/harbour> :length 92")).number == 4


@pytest.mark.parametrize("damage", ["", "no number", "77"])
def test_a_damaged_pointer_is_mended(three: Settings, damage: str) -> None:
    (three.store / "current").write_text(damage)

    assert history.recover(three).startswith("Version 3 is in force")
    assert versions.current(three.store) == 3


def test_a_store_without_a_sound_version_says_so(three: Settings) -> None:
    for number in (1, 2, 3):
        shutil.rmtree(versions.folder(three.store, number) / "public")

    with pytest.raises(StoreError, match="no sound version"):
        history.recover(three)


def test_a_token_is_shown_once_kept_as_a_hash_and_taken_back(tmp_path: Path) -> None:
    made, secret = tokens.create(tmp_path, "curator", "Reading group")

    assert secret not in (tmp_path / "tokens.json").read_text()
    assert (tmp_path / "tokens.json").stat().st_mode & 0o777 == 0o600
    found = tokens.find(tmp_path, secret, Path())
    tokens.note_use(tmp_path, found)
    assert found.id == made.id
    assert tokens.every(tmp_path)[0].used
    with pytest.raises(NotAuthorized, match="knows"):
        tokens.find(tmp_path, secret + "x", Path())
    tokens.revoke(tmp_path, made.id)
    with pytest.raises(NotAuthorized, match="revoked"):
        tokens.find(tmp_path, secret, Path())
    with pytest.raises(RequestError, match="no token"):
        tokens.revoke(tmp_path, "c0")


def test_a_token_expires(tmp_path: Path) -> None:
    _, secret = tokens.create(tmp_path, "insider", "Visitor", days=-1)

    with pytest.raises(NotAuthorized, match="expired"):
        tokens.find(tmp_path, secret, Path())


def test_a_role_may_what_lesser_ones_may() -> None:
    may = {
        (role, wanted) for role in ("", *tokens.ROLES) for wanted in tokens.ROLES if tokens.may(role, wanted)
    }

    assert may == {
        ("insider", "insider"), ("curator", "insider"), ("curator", "curator"),
        ("admin", "insider"), ("admin", "curator"), ("admin", "admin"),
    }  # fmt: skip


def test_the_operators_file_holds_the_token_of_an_admin(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-secret-of-twenty-characters\n")
    (tmp_path / "short").write_text("short")

    assert tokens.find(tmp_path, "a-secret-of-twenty-characters", tmp_path / "token").role == "admin"
    with pytest.raises(SettingsError, match="at least 20 characters"):
        tokens.check_admin_file(tmp_path / "short")


def test_the_commands_of_history_tell_what_they_did(three: Settings, run: Run) -> None:
    def told(*arguments: object) -> str:
        result = run(*arguments, "--graph", three.graph, "--store", three.store)
        assert result.exit_code == 0, result.output
        return result.output

    assert "A length." in told("versions", "--check")
    assert "sound" in told("versions", "--check")
    assert "+ Tide – length in minutes – “70”" in told("diff", "1", "2")
    assert told("diff", "1", "2", "--format", "patch").startswith("TX .\nA ")
    assert "names version 1" in told("tag", "first", "1")
    assert "+ Harbour" in told("diff", "first")
    assert "Version 4 is in force" in told("revert", "first", "--message", "Not yet.")
    assert "none" in told("prune", "--dry-run")
    assert "up to 4" in told("backup", "copy.tar.gz")
    run("restore", "copy.tar.gz", "--store", "again")
    assert versions.current(Path("again")) == 4
    secret = told("token", "create", "--role", "curator", "--name", "Ana").splitlines()[-1]
    assert secret.startswith("qgraph_")
    listed = told("token", "list")
    assert secret not in listed
    assert "opens nothing" in told("token", "revoke", listed.split()[0])


def test_the_public_history_names_a_writer_by_an_opaque_id_and_a_role(three: Settings) -> None:
    write(three, evidence("evidence/leaflet/w3", "<film/tide> :length 70"))
    made, _ = tokens.create(three.store, "curator", "Rashida Example")
    author = Author(made.id, made.role)
    commit.write(
        three,
        commit.Request(commit.Delete("https://tiny.example/evidence/leaflet/w3", guarded=True), author),
    )

    files = [path for path in (three.store / "versions").rglob("*") if path.is_file()]
    assert not any(b"Rashida" in path.read_bytes() for path in files)
    assert (history.known(three.store)[0].curator, history.known(three.store)[0].role) == (made.id, "curator")
    assert made.id.isalnum()


def test_a_build_and_writers_take_turns_in_one_history(three: Settings, graph: Path) -> None:
    data = graph / "data" / "films.trig"
    data.write_text(data.read_text().replace(":length 90", ":length 95"))
    built = commit.build(replace(three, graph=graph), message="Corrected.", progress=quietly)

    assert (built.number, built.curator) == (4, "folder")
    assert facts(held(three), OURS)
