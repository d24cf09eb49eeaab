"""The pool of query processes, as the HTTP side sees it."""

import asyncio
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from conftest import quietly, until
from qgraph import commit, versions
from qgraph.engine import Pool, Task
from qgraph.errors import (
    DeadlineExceeded,
    Overloaded,
    ProcessDied,
    QuerySyntaxError,
    QueryTooLarge,
    ResultTooLarge,
    StoreError,
    TooManyQueries,
)
from qgraph.settings import Settings
from qgraph.web.serve import pool

KILLER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }"
LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
HUNGRY = """SELECT DISTINCT ?a ?d ?g { GRAPH ?x { ?a ?b ?c } GRAPH ?y { ?d ?e ?f } GRAPH ?z { ?g ?h ?i } }
ORDER BY ?a ?d ?g"""
LIGHT = Task("query", {"text": "ASK { ?s ?p ?o }"})
LARGE = Task("query", {"text": "SELECT * { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?t ?q ?s } }", "results": "csv"})


@pytest.fixture(scope="module")
def engine(tiny: Settings) -> Iterator[Pool]:
    with pool(replace(tiny, query_timeout=1, queue_timeout=3, workers=2)) as engine:
        yield engine


def test_a_query_is_answered_whole(engine: Pool) -> None:
    reply = engine.ask(LIGHT)

    assert (reply.kind, reply.version) == ("json", 1)
    assert json.loads(reply.read())["boolean"] is True


def test_a_large_answer_comes_as_a_file_and_leaves_none(engine: Pool) -> None:
    reply = engine.ask(LARGE)

    assert reply.size > 256_000
    assert len(reply.read()) == reply.size
    assert {path.suffix for path in engine.folder.iterdir()} == {".sock"}


def test_errors_come_back_as_what_they_are(engine: Pool) -> None:
    with pytest.raises(QuerySyntaxError) as refusal:
        engine.ask(Task("query", {"text": "SELECT"}))

    assert refusal.value.details["line"] == 1


def test_a_query_that_never_ends_is_stopped_and_others_go_on(engine: Pool) -> None:
    with ThreadPoolExecutor() as threads:
        started = time.monotonic()
        stopped = threads.submit(engine.ask, Task("query", {"text": KILLER}))
        for _ in range(5):
            assert engine.ask(LIGHT).kind == "json"
        assert time.monotonic() - started < 1
        with pytest.raises(DeadlineExceeded, match="after 1 seconds"):
            stopped.result()

    assert engine.ask(LIGHT).kind == "json"


def is_answered(engine: Pool) -> bool:
    try:
        return engine.ask(LIGHT).kind == "json"
    except Overloaded:  # the processes are starting
        return False


def test_when_all_are_busy_a_client_is_told_so(tiny: Settings) -> None:
    with pool(replace(tiny, query_timeout=3, queue_timeout=0.5, quick_time=5, workers=1)) as engine:
        assert until(partial(is_answered, engine), seconds=20)
        holder = threading.Thread(
            target=pytest.raises, args=(DeadlineExceeded, engine.ask, Task("query", {"text": KILLER}))
        )
        holder.start()
        time.sleep(0.3)
        with pytest.raises(Overloaded, match="busy"):
            engine.ask(LIGHT)
        holder.join()


def test_a_long_query_holds_up_no_other_and_no_client_holds_all_places(tiny: Settings) -> None:
    killer = Task("query", {"text": KILLER})
    with pool(replace(tiny, query_timeout=3, workers=1, long_queries=2, client_queries=1)) as engine:
        engine.ask(LIGHT)
        holders = [
            threading.Thread(target=pytest.raises, args=(DeadlineExceeded, engine.ask, killer, client))
            for client in ("ana", "eve")
        ]
        for holder in holders:
            holder.start()
        time.sleep(0.5)

        assert engine.ask(LIGHT, "ana").kind == "json"
        with pytest.raises(TooManyQueries, match="wait for one"):
            engine.ask(killer, "ana")
        with pytest.raises(Overloaded, match="long queries"):
            engine.ask(killer, "mia")
        assert engine.ask(LIGHT, "ana").kind == "json"
        for holder in holders:
            holder.join()

        assert not +engine.long.held


def is_slowed(process: int) -> bool:
    """Say whether a process runs at lower priority; one that has just ended does not."""
    try:
        return os.getpriority(os.PRIO_PROCESS, process) > 0
    except ProcessLookupError:
        return False


def test_a_process_that_was_slowed_is_replaced(tiny: Settings) -> None:
    with pool(replace(tiny, query_timeout=5, quick_time=0.001, workers=1, long_queries=1)) as engine:
        engine.ask(Task("query", {"text": LONG}), "ana")

        assert engine.ask(LIGHT).kind == "json"
        assert until(lambda: not any(is_slowed(one) for one in grandchildren()), seconds=20)


def test_a_text_that_breaks_the_parser_breaks_one_process_only(tiny: Settings) -> None:
    deep = Task("query", {"text": "SELECT * " + "{" * 20_000 + "}" * 20_000})
    with pool(replace(tiny, query_nesting=10**6, query_patterns=10**6)) as engine:
        with pytest.raises(ProcessDied, match="nests too deep"):
            engine.ask(deep)

        assert engine.ask(LIGHT).kind == "json"


def test_a_text_over_a_limit_is_refused_before_it_is_parsed(engine: Pool) -> None:
    with pytest.raises(QueryTooLarge, match="query_nesting"):
        engine.ask(Task("query", {"text": "SELECT * " + "{" * 20_000 + "}" * 20_000}))


def test_a_query_that_takes_too_much_memory_is_stopped(tiny: Settings) -> None:
    with pool(replace(tiny, query_timeout=20, query_memory=50_000_000)) as engine:
        with pytest.raises((ProcessDied, DeadlineExceeded)):
            engine.ask(
                Task(
                    "query",
                    {"text": HUNGRY},
                )
            )

        assert engine.ask(LIGHT).kind == "json"


def test_an_answer_over_the_limit_is_refused(tiny: Settings) -> None:
    with pool(replace(tiny, result_limit=10_000)) as engine:
        with pytest.raises(ResultTooLarge):
            engine.ask(LARGE)

        assert engine.ask(LIGHT).kind == "json"


def test_a_new_version_is_served_once_it_is_in_force(graph: Path, tmp_path: Path) -> None:
    settings = Settings(graph=graph, store=tmp_path / "store", workers=2)
    commit.build(settings, progress=quietly)
    length = Task(
        "query", {"text": "SELECT ?l { ?f <https://tiny.example/ontology#length> ?l }", "results": "csv"}
    )
    with pool(settings) as engine:
        assert engine.ask(length).read() == b"l\r\n90\r\n"

        data = graph / "data" / "films.trig"
        data.write_text(data.read_text().replace(":length 90", ":length 91"))
        commit.build(settings, progress=quietly)
        reply = engine.ask(length)

        assert (reply.version, reply.read()) == (2, b"l\r\n91\r\n")
        assert [path.name for path in engine.folder.iterdir()] == ["public-2.sock"]


def test_the_processes_of_an_old_version_end(graph: Path, tmp_path: Path) -> None:
    settings = Settings(graph=graph, store=tmp_path / "store", workers=4)
    commit.build(settings, progress=quietly)
    others = grandchildren()
    with pool(settings) as engine:
        engine.ask(LIGHT)  # all wake for the first connection, and one gets it
        old = grandchildren() - others
        data = graph / "data" / "films.trig"
        data.write_text(data.read_text().replace(":length 90", ":length 91"))
        commit.build(settings, progress=quietly)

        assert until(lambda: not (grandchildren() & old))
        assert engine.ask(LIGHT).version == 2


def test_a_version_that_no_process_opens_is_overload(tiny: Settings, tmp_path: Path) -> None:
    async def ask() -> None:
        settings = replace(tiny, queue_timeout=0.1)
        engine = Pool(settings, tmp_path, ended=threading.Event(), loop=asyncio.get_running_loop())
        await engine.reply(LIGHT)

    with pytest.raises(Overloaded, match="has opened that version"):
        asyncio.run(ask())


def children(parent: int) -> set[int]:
    tasks = Path(f"/proc/{parent}/task").glob("*/children")
    return {int(child) for task in tasks for child in task.read_text().split()}


def grandchildren() -> set[int]:
    return {worker for holder in children(os.getpid()) for worker in children(holder)}


def test_a_dead_worker_is_replaced(tiny: Settings) -> None:
    others = grandchildren()
    with pool(tiny) as engine:
        engine.ask(LIGHT)
        assert until(lambda: len(grandchildren() - others) == 4)
        before = grandchildren() - others
        for worker in before:
            os.kill(worker, signal.SIGKILL)

        assert until(lambda: len(grandchildren() - others - before) == 4, seconds=1)
        assert engine.ask(LIGHT).kind == "json"


def test_a_dead_holder_is_replaced(tiny: Settings) -> None:
    others = children(os.getpid())
    with pool(tiny) as engine:
        engine.ask(LIGHT)
        [holder] = children(os.getpid()) - others
        os.kill(holder, signal.SIGKILL)

        assert until(lambda: not Path(f"/proc/{holder}").exists())
        assert engine.ask(LIGHT).kind == "json"


def test_readers_go_on_once_a_damaged_pointer_is_mended(graph: Path, tmp_path: Path) -> None:
    settings = Settings(graph=graph, store=tmp_path / "store", workers=1)
    commit.build(settings, progress=quietly)
    with pool(settings) as engine:
        engine.ask(LIGHT)
        (settings.store / "current").write_text("?")
        time.sleep(0.3)
        with pytest.raises(StoreError):
            engine.ask(LIGHT)
        (settings.store / "current").write_text("1")

        assert engine.ask(LIGHT).kind == "json"


def test_the_processes_end_with_the_server(tiny: Settings) -> None:
    others = grandchildren()
    with pool(tiny) as engine:
        engine.ask(LIGHT)
        assert until(lambda: len(grandchildren() - others) == 4)
        workers = grandchildren() - others

    assert until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    assert not engine.folder.exists()


def test_a_version_names_itself(engine: Pool) -> None:
    told = json.loads(engine.ask(Task("version", {})).read())

    assert told["digest"] == versions.describe(engine.settings.store, 1).digest
