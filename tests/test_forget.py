"""What must be forgotten is forgotten everywhere, and nothing else is."""

import gzip
import json
import os
import shutil
import signal
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import tantivy
from click.testing import Result

from conftest import quietly
from qgraph import commit, forget, fulltext, history, keeping, process, suppression, versions
from qgraph.commit import Request, Update
from qgraph.errors import Gone, NotFound, Refused, StoreError
from qgraph.folding import words
from qgraph.history import Forget
from qgraph.namespaces import CORE
from qgraph.settings import Settings
from qgraph.store import NamedNode, Store
from qgraph.versions import FULL
from test_guard import ABOUT, BASE, CURATOR, LIMITS, OURS, PREFIXES, evidence, held, write

PERSON = f"{BASE}person/p9zzz"
NAME = "Zarifa Invented"
Run = Callable[..., Result]
SECOND = "evidence/leaflet/w2"


@pytest.fixture(scope="module")
def written(tiny: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Versions 2 and 3 name an invented person; 2 is tagged, 4 no longer names them, 5 does."""
    store = Path(shutil.copytree(tiny.store, tmp_path_factory.mktemp("told") / "store"))
    settings = replace(tiny, store=store)
    person = f'<person/p9zzz> a :Person ; rdfs:label "{NAME}"@en'
    write(
        settings,
        evidence(OURS, f"{person} . <film/tide> :madeBy <person/p9zzz>"),
        message=f"{NAME} is added.",
    )
    history.tag(settings, "first", 2)
    write(settings, evidence(SECOND, "<film/tide> :length 70"))
    history.revert(settings, 1, CURATOR)
    history.revert(settings, 3, CURATOR)
    return settings


@pytest.fixture
def told(written: Settings, tmp_path: Path) -> Settings:
    """A copy of it, to be changed."""
    return replace(written, store=Path(shutil.copytree(written.store, tmp_path / "store")))


def is_anywhere(store: Path, word: str) -> list[str]:
    """Return the files of *store* that hold *word*, as it is or packed, in stores of the engine too."""
    found = []
    for path in store.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if path.suffix == ".gz":
                data = gzip.decompress(data)
            if word.encode() in data or word.encode() in unpacked(data):
                found.append(str(path.relative_to(store)))
    stores = [*store.glob("versions/*/public"), *store.glob("versions/*/full")]
    held = [one for one in stores if word in str(list(Store.read_only(str(one))))]
    return found + [str(one.relative_to(store)) for one in held] + knowing(store, word)


def knowing(store: Path, text: str, layer: str = "") -> list[str]:
    """Return the search indexes in *store* that know the words of *text*, be it of what was deleted."""
    indexes = [one for one in store.rglob(f"{layer}*{fulltext.SUFFIX}*") if (one / "meta.json").exists()]
    assert indexes
    searchers = {str(one.relative_to(store)): tantivy.Index.open(str(one)).searcher() for one in indexes}
    return [
        name
        for name, one in searchers.items()
        if all(one.doc_freq("name", word) or one.doc_freq("text", word) for word in words(text))
    ]


def unpacked(data: bytes) -> bytes:
    """Return what could be unpacked anywhere in *data*."""
    parts = []
    for at in (i for i in range(len(data) - 1) if data[i] == 0x78 and data[i + 1] in (0x01, 0x9C, 0xDA)):
        try:
            parts.append(zlib.decompressobj().decompress(data[at:]))
        except zlib.error:
            continue
    return b"".join(parts)


def test_deleting_does_not_erase(told: Settings) -> None:
    """The reason for all of this: the engine's files keep what a delete took out."""
    write(told, f"DELETE WHERE {{ <{OURS}> ?p ?o }} ; DELETE WHERE {{ GRAPH <{OURS}> {{ ?s ?p ?o }} }}")
    newest = versions.folder(told.store, versions.current(told.store))

    assert NAME not in str(list(held(told)))
    assert any(NAME.encode() in path.read_bytes() for path in newest.glob("public/*"))


def test_what_is_erased_is_in_no_file_of_the_store(told: Settings) -> None:
    assert is_anywhere(told.store, NAME)
    done = history.forget_all(told, Forget(erased=[PERSON]))

    assert PERSON in done.erased
    assert (done.version, done.rewritten, done.let_go) == (6, [2], [5, 3])
    assert is_anywhere(told.store, NAME) == []
    assert is_anywhere(told.store, "p9zzz") == []
    assert not (told.store / forget.JOURNAL).exists()
    assert versions.numbers(told.store) == [6, 4, 2, 1]
    assert not any(history.check(told.store).values())
    assert "70" in str(list(held(told)))
    with pytest.raises(Gone, match="under the care policy"):
        versions.describe(told.store, 3)


def test_diffs_tell_only_how_many_statements_changed(told: Settings) -> None:
    history.forget_all(told, Forget(erased=[PERSON]))
    found = history.difference(told.store, 4, 6)

    assert PERSON not in str(found.delta)
    assert history.known(told.store)[0].withheld > 0
    assert history.known(told.store)[0].message == "Changed under the care policy."
    assert versions.describe(told.store, 2).message == ""


def test_what_was_erased_does_not_come_back(told: Settings, graph: Path) -> None:
    history.forget_all(told, Forget(erased=[PERSON]))

    with pytest.raises(Refused) as refused:
        write(told, evidence("evidence/leaflet/w3", "<film/tide> :madeBy <person/p9zzz>"))
    assert [one.rule for one in refused.value.report] == ["erased"]

    (graph / "data" / "back.trig").write_text(
        f"@base <{BASE}> . @prefix : <{BASE}ontology#> . "
        "<evidence/leaflet/w4> {\n <person/p9zzz> a :Person .\n}"
    )
    with pytest.raises(Refused) as refused:
        commit.build(replace(told, graph=graph), progress=quietly)
    found = [one for one in refused.value.report if one.rule == "erased"]
    assert [(Path(one.place.file).name, one.place.line) for one in found if one.place] == [("back.trig", 2)]
    assert "p9zzz" not in "".join(map(str, refused.value.report))


def test_the_list_of_erased_names_tells_no_name(told: Settings) -> None:
    history.forget_all(told, Forget(erased=[PERSON]))
    listed = suppression.path(told).read_text()

    assert PERSON not in listed
    assert all(len(one["hash"]) == 64 for one in json.loads(listed))
    assert suppression.key_path(told).stat().st_mode & 0o777 == 0o600
    assert told.store not in suppression.key_path(told).parents
    assert history.is_erased(told, PERSON)
    assert not history.is_erased(told, f"{BASE}film/tide")
    suppression.key_path(told).unlink()
    with pytest.raises(StoreError, match="no key"):
        write(told, evidence("evidence/leaflet/w3", "<film/tide> :length 1"))


def test_an_older_backup_brings_nothing_back(told: Settings, tmp_path: Path) -> None:
    history.backup(told, tmp_path / "before.tar.gz")
    history.forget_all(told, Forget(erased=[PERSON]))
    shutil.rmtree(told.store)
    _, back = history.restore(told, tmp_path / "before.tar.gz")

    assert PERSON in back
    assert is_anywhere(told.store, NAME) == []


MODULES = {"forget": forget, "keeping": keeping, "versions": versions}
MOMENTS = ["forget._publish", "keeping.let_go", "forget._rebuild", "versions.drop"]


def forget_and_die(settings: Settings, moment: str) -> None:
    module, _, name = moment.partition(".")
    setattr(MODULES[module], name, lambda *_arguments, **_options: os.kill(os.getpid(), signal.SIGKILL))
    forget.forget(settings, Forget(erased=[PERSON]))


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_crash_at_any_moment_is_finished_by_who_comes_next(told: Settings, moment: str) -> None:
    killed = process.context().Process(target=forget_and_die, args=(told, moment))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL

    history.recover(told)

    assert is_anywhere(told.store, NAME) == []
    assert not any(history.check(told.store).values())


def test_what_cannot_stand_without_the_thing_is_told_before_it_goes(told: Settings) -> None:
    only = '<person/p8yyy> a :Person ; rdfs:label "Yusif Invented"@en .'
    only += " <film/dune> a :Film ; :madeBy <person/p8yyy>"
    write(told, evidence("evidence/leaflet/w5", only))
    planned = history.plan(told, Forget(erased=[f"{BASE}person/p8yyy"]))

    assert set(planned) == {f"{BASE}person/p8yyy", f"{BASE}film/dune", f"{BASE}evidence/leaflet/w5"}


def test_what_is_nowhere_cannot_be_forgotten(told: Settings) -> None:
    with pytest.raises(NotFound):
        history.forget_all(told, Forget(erased=[f"{BASE}person/p0000"]))


def test_a_corrected_name_stands_in_every_version_and_the_old_one_in_none(told: Settings) -> None:
    done = history.forget_all(told, Forget(thing=PERSON, old=NAME, new="Zarifa Corrected"))

    assert (done.rewritten, done.let_go) == ([2], [5, 3])
    assert is_anywhere(told.store, NAME) == []
    assert "Zarifa Corrected" in str(list(held(told)))
    assert "Zarifa Corrected" in str(list(versions.open_version(told.store, 2)))
    assert not history.is_erased(told, PERSON)
    assert not any(history.check(told.store).values())


def test_a_raised_tier_takes_the_evidence_from_the_public_store_of_every_version(told: Settings) -> None:
    about = ABOUT + " ; core:reviewNote 'It tells of somebody.'@en"
    write(told, evidence("evidence/leaflet/w6", "<film/tide> rdfs:comment 'A remark.'@en", about))
    history.tag(told, "second", versions.current(told.store))
    raised = f"{BASE}evidence/leaflet/w6"
    history.forget_all(told, Forget(thing=raised, tier=CORE + "Restricted"))

    for number in versions.numbers(told.store):
        public = versions.open_version(told.store, number)
        assert not list(public.quads_for_pattern(None, None, None, NamedNode(raised)))
        assert raised not in versions.changes(told.store, number).read_text()
    assert list(held(told, FULL).quads_for_pattern(None, None, None, NamedNode(raised)))
    assert not any(history.check(told.store).values())


def test_the_commands_ask_before_they_erase_and_tell_what_they_cannot_reach(told: Settings, run: Run) -> None:
    where = ("--graph", told.graph, "--store", told.store)

    dry = run("erase", PERSON, "--dry-run", *where)
    assert f"to be erased: {PERSON}" in dry.output
    assert run("erase", PERSON, *where, input="n\n").exit_code != 0
    assert NAME in str(list(held(told)))
    done = run("erase", PERSON, "--yes", *where)
    assert done.exit_code == 0
    assert "history of git" in done.output
    assert run("correct", PERSON, *where).exit_code == 1
    assert run("correct", "film/tide", "--from", "Tide", "--to", "Tides", *where).exit_code == 0
    assert "Tides" in str(list(held(told)))


def test_names_that_stand_in_other_texts_are_told(told: Settings) -> None:
    text = evidence("evidence/leaflet/w7", f"<film/tide> rdfs:comment 'Seen by {NAME}.'@en")
    commit.write(told, Request(Update(PREFIXES + text, LIMITS, base=BASE), CURATOR))
    done = history.forget_all(told, Forget(erased=[PERSON]))

    assert any("Seen by" in statement for statement in done.elsewhere)


def test_messages_and_findings_of_every_version_lose_a_name_that_is_no_longer_in_force(
    told: Settings,
) -> None:
    history.revert(told, 1, CURATOR, message=f"Without {NAME} again.")
    label = evidence("evidence/leaflet/w8", f'<film/tide> rdfs:label "{NAME}"@de')
    history.tag(told, "named", write(told, label).number)
    history.revert(told, 1, CURATOR)
    history.forget_all(told, Forget(erased=[PERSON]))

    told_of = [versions.describe(told.store, number).message for number in versions.numbers(told.store)]
    assert not [message for message in told_of if NAME in message]
    findings = [
        one for number in versions.numbers(told.store) for one in versions.findings(told.store, number)
    ]
    assert not [one for one in findings if NAME in str(one)]


def test_a_tier_is_raised_and_never_lowered(told: Settings) -> None:
    about = ABOUT.replace("core:Open", "core:Restricted ; core:reviewNote 'Told.'@en")
    write(told, evidence("evidence/leaflet/w9", "<film/tide> :length 4711", about))
    with pytest.raises(NotFound):
        history.forget_all(told, Forget(thing=f"{BASE}evidence/leaflet/w9", tier=CORE + "Sensitive"))

    assert "4711" in str(list(held(told, FULL)))


def test_a_raised_tier_leaves_no_fact_in_the_changes_of_any_version(told: Settings) -> None:
    write(told, evidence("evidence/leaflet/w9", "<film/tide> :length 4711"))
    history.tag(told, "shown", versions.current(told.store))
    gone = "<evidence/leaflet/w9>"
    write(told, f"DELETE WHERE {{ GRAPH {gone} {{ ?s ?p ?o }} }} ; DELETE WHERE {{ {gone} ?p ?o }}")
    history.forget_all(told, Forget(thing=f"{BASE}evidence/leaflet/w9", tier=CORE + "Restricted"))

    for number in versions.numbers(told.store):
        assert "4711" not in versions.changes(told.store, number).read_text()
        assert "4711" not in str(list(versions.open_version(told.store, number)))


def test_a_write_finishes_what_a_killed_erasure_began(told: Settings) -> None:
    killed = process.context().Process(target=forget_and_die, args=(told, "forget._publish"))
    killed.start()
    killed.join()
    write(told, evidence("evidence/leaflet/w3", "<film/harbour> :length 91"))

    assert is_anywhere(told.store, NAME) == []


def die_in_exchange(settings: Settings) -> None:
    original = versions.swap_rebuilt

    def swap(store: Path) -> None:
        if any((store / "versions").glob("candidate-old-*")):
            os.kill(os.getpid(), signal.SIGKILL)
        original(store)

    versions.swap_rebuilt = swap
    forget.forget(settings, Forget(erased=[PERSON]))


def test_a_kill_while_a_version_is_exchanged_costs_no_version(told: Settings) -> None:
    history.revert(told, 1, CURATOR)
    write(told, evidence("evidence/leaflet/w3", "<film/harbour> :length 4711"))
    killed = process.context().Process(target=die_in_exchange, args=(told,))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    history.recover(told)

    assert "4711" in str(list(held(told)))
    assert is_anywhere(told.store, NAME) == []


def test_what_a_killed_backup_left_is_swept(told: Settings) -> None:
    (told.store / "backup-left").mkdir()
    history.recover(told)

    assert not (told.store / "backup-left").exists()


def test_a_corrected_value_keeps_its_kind(told: Settings) -> None:
    write(told, evidence("evidence/leaflet/w3", "<film/harbour> :length 4711"))
    history.forget_all(told, Forget(thing=f"{BASE}film/harbour", old="4711", new="4712"))

    number = '"4712"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert any(str(quad.object) == number for quad in held(told))


GONE = f"DROP GRAPH <{BASE}{OURS}> ; DELETE WHERE {{ <{BASE}{OURS}> ?p ?o }}"


@pytest.fixture
def deleted(tiny: Settings, tmp_path: Path) -> Settings:
    """Version 2 names an invented person; 4, of another erasure, is tagged; 5 deletes them."""
    settings = replace(tiny, reasoner="none", store=Path(shutil.copytree(tiny.store, tmp_path / "deleted")))
    person = f'<{PERSON}> a :Person ; rdfs:label "{NAME}"@en'
    other = '<person/p8yyy> a :Person ; rdfs:label "Yusif Other"@en'
    write(settings, evidence(OURS, f"{person} . <film/tide> :madeBy <{PERSON}>"))
    write(settings, evidence(SECOND, f"{other} . <film/tide> :madeBy <person/p8yyy>"))
    history.forget_all(settings, Forget(erased=[f"{BASE}person/p8yyy"]))
    history.tag(settings, "release", 4)
    write(settings, GONE)
    write(settings, evidence("evidence/leaflet/w5", "<film/tide> :length 70"))
    return settings


def test_what_was_deleted_before_it_was_erased_is_in_no_file_either(deleted: Settings) -> None:
    done = history.forget_all(deleted, Forget(erased=[PERSON]))

    assert done.rewritten == [4]
    assert not is_anywhere(deleted.store, NAME)
    assert not [number for number in versions.numbers(deleted.store) if keeping.fault(deleted.store, number)]


def test_a_backup_brings_back_no_file_that_holds_what_was_deleted_and_erased(
    deleted: Settings, tmp_path: Path
) -> None:
    history.backup(deleted, tmp_path / "older.tar.gz")
    history.forget_all(deleted, Forget(erased=[PERSON]))
    shutil.rmtree(deleted.store)
    _, back = history.restore(deleted, tmp_path / "older.tar.gz")

    assert PERSON in back
    assert not is_anywhere(deleted.store, NAME)


def stop_after_one(settings: Settings) -> None:
    rewritten, moment = [], "_rewrite"
    rewrite = getattr(forget, moment)

    def once(*arguments: object) -> None:
        if rewritten:
            os.kill(os.getpid(), signal.SIGKILL)
        rewritten.append(1)
        rewrite(*arguments)

    setattr(forget, moment, once)
    forget.forget(settings, Forget(erased=[PERSON]))


def test_an_erasure_that_is_stopped_goes_on_where_it_was(deleted: Settings) -> None:
    eraser = process.context().Process(target=stop_after_one, args=(deleted,))
    eraser.start()
    eraser.join()
    journal = json.loads((deleted.store / forget.JOURNAL).read_text())
    assert eraser.exitcode == -signal.SIGKILL
    assert len(journal["todo"]) < len([one for one in versions.numbers(deleted.store) if one > 1])

    write(deleted, evidence("evidence/leaflet/w6", "<film/tide> :length 71"))
    assert not (deleted.store / forget.JOURNAL).exists()
    assert not is_anywhere(deleted.store, NAME)


def test_a_tagged_version_loses_what_cannot_stand_there_either(told: Settings) -> None:
    bare = '<person/p7xxx> a :Person ; rdfs:label "Xeyal Invented"@en'
    history.tag(told, "alone", write(told, evidence("evidence/leaflet/w5", bare)).number)
    number = versions.current(told.store)
    more = "INSERT DATA { GRAPH <evidence/leaflet/w5> { <film/tide> :length 4711 } }"
    write(told, more)
    history.forget_all(told, Forget(erased=[f"{BASE}person/p7xxx"]))

    assert "w5" in str(list(held(told)))
    assert "w5" not in str(list(versions.open_version(told.store, number)))
