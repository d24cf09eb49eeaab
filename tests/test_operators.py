"""What an operator sees of the running server."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest

from conftest import free_port, until
from qgraph.settings import Settings

SECRET = "hidden-word"


def read(address: str, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address + path) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def figure(address: str, name: str) -> float:
    rows = read(address, "/metrics")[1].splitlines()
    return next((float(row.rpartition(" ")[2]) for row in rows if row.startswith(name)), 0.0)


def test_the_server_says_that_it_lives_and_what_it_serves(address: str) -> None:
    assert read(address, "/health") == (200, "alive\n")
    assert read(address, "/ready") == (200, "version 1\n")


def test_what_operators_ask_ends_on_a_connection_that_stays(address: str) -> None:
    connection = HTTPConnection(urllib.parse.urlsplit(address).netloc, timeout=5)
    for path in ("/health", "/ready", "/metrics", "/health"):
        connection.request("GET", path)
        answer = connection.getresponse()

        assert len(answer.read()) == int(answer.getheader("Content-Length", "-1"))
    connection.close()


def test_requests_are_counted_by_status_and_hold_no_word_of_a_query(address: str) -> None:
    good, bad = (
        figure(address, 'qgraph_requests_total{status="200"}'),
        figure(address, 'qgraph_requests_total{status="400"}'),
    )
    query = urllib.parse.quote(f'SELECT * {{ ?s ?p "{SECRET}" }}')
    assert read(address, f"/sparql?query={query}")[0] == 200
    assert read(address, "/sparql?query=nonsense")[0] == 400

    assert figure(address, 'qgraph_requests_total{status="200"}') > good
    assert figure(address, 'qgraph_requests_total{status="400"}') == bad + 1
    assert SECRET not in read(address, "/metrics")[1]


def test_the_cache_and_the_version_are_told(address: str) -> None:
    hits = figure(address, "qgraph_cache_hits_total")
    for _ in range(2):
        read(address, "/sparql?query=ASK%7B%3Foperators%20%3Fp%20%3Fo%7D")

    assert figure(address, "qgraph_cache_hits_total") == hits + 1
    assert figure(address, "qgraph_version") == 1
    assert until(lambda: figure(address, "qgraph_requests_running") == 1)


def test_durations_memory_and_killed_queries_are_told(address: str) -> None:
    killed = figure(address, 'qgraph_queries_killed_total{reason="deadline"}')
    query = urllib.parse.quote(
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }"
    )
    assert read(address, f"/sparql?query={query}")[0] == 504

    assert figure(address, 'qgraph_queries_killed_total{reason="deadline"}') == killed + 1
    told = read(address, "/metrics")[1]
    within = {row.split('"')[1]: int(row.split()[1]) for row in told.splitlines() if "_bucket{" in row}
    assert within["+Inf"] > within["0.5"] > 0
    assert 20_000_000 < figure(address, "qgraph_memory_bytes") < 1_000_000_000
    assert figure(address, "qgraph_queries_waiting") == 0


@contextmanager
def started(settings: Settings, log: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server of its own whose log is a file, and its address."""
    port = str(free_port())
    command = [sys.executable, "-m", "qgraph", "serve", "--port", port]
    command += ["--graph", str(settings.graph), "--store", str(settings.store)]
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ | environment
        ) as server,
    ):
        try:
            assert server.stdout
            assert port in server.stdout.readline()
            yield server, f"http://127.0.0.1:{port}"
        finally:
            server.kill()


@pytest.mark.parametrize("told", [False, True])
def test_the_log_names_readers_only_where_the_operator_wants_it(
    tiny: Settings, tmp_path: Path, *, told: bool
) -> None:
    log = tmp_path / "log"
    with started(tiny, log, QGRAPH_LOG_READERS=str(told).lower()) as (_, address):
        read(address, f"/sparql?query=ASK%7B%3Fs%3Fp%22{SECRET}%22%7D")
        assert until(lambda: "/sparql" in log.read_text())

    (line,) = [json.loads(one) for one in log.read_text().splitlines()]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/sparql", 200)
    assert line["milliseconds"] > 0
    assert (line.get("address") == "127.0.0.1") is told
    assert (SECRET in json.dumps(line)) is told


def test_the_log_names_the_reader_whom_the_proxy_tells_of_for_kept_answers_too(
    tiny: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with started(tiny, log, QGRAPH_LOG_READERS="true", QGRAPH_TRUST_PROXY="true") as (_, address):
        asked = urllib.request.Request(f"{address}/sparql?query=ASK%7B%7D")
        asked.add_header("X-Forwarded-For", "192.0.2.7")
        for _ in range(2):
            urllib.request.urlopen(asked).close()
        assert until(lambda: log.read_text().count("/sparql") == 2)

    assert {json.loads(line)["address"] for line in log.read_text().splitlines()} == {"192.0.2.7"}


def processes_of(parent: int) -> list[int]:
    return [
        int(one)
        for path in Path(f"/proc/{parent}/task").glob("*/children")
        for one in path.read_text().split()
    ]


def test_a_dead_child_is_replaced(tiny: Settings, tmp_path: Path) -> None:
    with started(tiny, tmp_path / "log") as (server, address):
        (holder,) = processes_of(server.pid)
        for victim in (processes_of(holder)[0], holder):
            os.kill(victim, signal.SIGKILL)

            assert until(lambda: read(address, "/ready")[0] == 200)


def quietly(function: Callable[[], object]) -> None:
    with suppress(OSError):
        function()


def test_the_server_ends_soon_while_long_queries_run(tiny: Settings, tmp_path: Path) -> None:
    query = urllib.parse.quote(
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }"
    )
    with started(tiny, tmp_path / "log") as (server, address):
        (holder,) = processes_of(server.pid)
        workers = processes_of(holder)
        asking = [
            threading.Thread(target=quietly, args=(lambda: read(address, f"/sparql?query={query}"),))
            for _ in range(4)
        ]
        for one in asking:
            one.start()
        assert until(lambda: figure(address, "qgraph_requests_running") >= 5)

        server.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        server.wait(timeout=10)

        assert until(lambda: not any(Path(f"/proc/{one}").exists() for one in (holder, *workers))), begun
        for one in asking:
            one.join()
