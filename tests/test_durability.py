"""What is acknowledged stays: through kills, among many writers, on a full disk."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

import pytest

from conftest import ROOT, free_port, serving, until
from qgraph import keeping, process, versions
from qgraph.errors import DeadlineExceeded
from qgraph.settings import Settings
from qgraph.store import DefaultGraph, NamedNode, text_of
from test_guard import BASE, PREFIXES, evidence

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PLAIN = ("--bare", "--open-writes")
PAIRS = 100  # facts that one update adds, each in two halves
CLIENTS = 8


class Client:
    """One connection, kept open."""

    def __init__(self, port: int, token: str = "") -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.own = FORM | ({"Authorization": f"Bearer {token}"} if token else {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.connection.close()

    def send(self, form: dict[str, str], accept: str = "text/csv") -> tuple[int, str]:
        self.connection.request("POST", "/sparql", urlencode(form), self.own | {"Accept": accept})
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()

    def update(self, text: str) -> int:
        return self.send({"update": text})[0]

    def rows(self, query: str) -> list[list[str]]:
        status, said = self.send({"query": query})
        assert status == 200, said
        return [row.split(",") for row in said.splitlines()[1:]]


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


@contextmanager
def group(store: Path, *options: str, token: str = "") -> Iterator[tuple[Client, Callable[[], None]]]:
    """Run a server in a process group of its own; give a client, and what kills all of the group."""
    port = free_port()
    arguments = [sys.executable, "-m", "qgraph", "serve", *options, "--port", str(port)]
    server = subprocess.Popen(
        [*arguments, "--store", str(store)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        with server:
            said = server.stdout.readline() if server.stdout else ""
            assert f":{port}" in said, said
            with Client(port, token) as client:
                yield client, partial(os.killpg, server.pid, signal.SIGKILL)
            os.killpg(server.pid, signal.SIGKILL)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)


def pairs(numbers: range) -> str:
    return (
        "INSERT DATA { " + " ".join(f"<urn:f{n}> <urn:left> {n} ; <urn:right> {n} ." for n in numbers) + " }"
    )


def write_until_killed(client: Client, first: int, acknowledged: set[int], begun: threading.Event) -> None:
    with suppress(HTTPException, OSError):
        while True:
            numbers = range(first, first + PAIRS)
            assert client.update(pairs(numbers)) == 204
            acknowledged.update(numbers)
            begun.set()
            first += PAIRS


def held(client: Client) -> tuple[set[int], set[int]]:
    """Return the facts that are there, whole and torn."""
    left, right = (
        {int(number) for (number,) in client.rows(f"SELECT ?n {{ ?f <urn:{half}> ?n }}")}
        for half in ("left", "right")
    )
    return left & right, left ^ right


def test_what_is_acknowledged_survives_a_kill_at_any_moment(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    acknowledged: set[int] = set()
    soaks = request.config.getoption("--soak")
    for round_ in range(20 if soaks else 3):
        begun = threading.Event()
        with group(tmp_path, *PLAIN) as (client, kill):
            whole, torn = held(client)
            assert acknowledged <= whole
            assert not torn
            number = versions.current(tmp_path)
            assert keeping.fault(tmp_path, number) == ""
            work = partial(write_until_killed, client, (round_ + 1) * 100_000, acknowledged, begun)
            writer = threading.Thread(target=work)
            writer.start()
            assert begun.wait(30)
            threading.Event().wait(random.uniform(0, 1))
            kill()
            writer.join()

    with group(tmp_path, *PLAIN) as (client, kill):
        whole, torn = held(client)
        assert acknowledged <= whole
        assert not torn
        assert len(acknowledged) >= (10_000 if soaks else PAIRS)


def bears(store: Path, number: int) -> set[str]:
    """Return what evidence *number* bears out in the version in force, and whether it is described."""
    data = versions.open_version(store, versions.current(store))
    name = NamedNode(f"{BASE}evidence/leaflet/k{number}")
    borne = {text_of(quad.subject) for quad in data.quads_for_pattern(None, None, None, name)}
    return borne | {quad.predicate.value for quad in data.quads_for_pattern(name, None, None, DefaultGraph())}


def test_a_guarded_commit_is_there_wholly_or_not_at_all_after_a_kill(
    tiny: Settings, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store, token, begun = tmp_path / "store", "a-token-of-the-operator-for-tests", threading.Event()
    shutil.copytree(tiny.store, store)
    (tmp_path / "token").write_text(token)
    (tmp_path / "token").chmod(0o600)
    options = ("--graph", str(tiny.graph), "--admin-token-file", str(tmp_path / "token"))
    acknowledged: list[int] = []

    def write(client: Client) -> None:
        with suppress(HTTPException, OSError):
            while True:
                number = len(acknowledged) + 1000 * len(kills)
                two = f"<film/tide> :length {number} . <film/harbour> :length {number}"
                assert client.update(PREFIXES + evidence(f"evidence/leaflet/k{number}", two)) == 204
                acknowledged.append(number)
                begun.set()

    kills: list[int] = []
    for _ in range(20 if request.config.getoption("--soak") else 2):
        begun.clear()
        with group(store, *options, token=token) as (client, kill):
            writer = threading.Thread(target=write, args=(client,))
            writer.start()
            assert begun.wait(60)
            threading.Event().wait(random.uniform(0, 1))
            kill()
            writer.join()
        kills.append(len(acknowledged))

        one = bears(store, acknowledged[0])
        assert len(one) > 5
        assert all(bears(store, number) == one for number in acknowledged)
        assert bears(store, kills[-1] + 1000 * (len(kills) - 1)) in (set(), one)
        assert keeping.fault(store, versions.current(store)) == ""


STEP = """DELETE {{ ?one <urn:n> ?count }} INSERT {{ ?one <urn:n> ?more }}
WHERE {{ VALUES ?one {{ <urn:all> <urn:w{0}> }} ?one <urn:n> ?count BIND(?count + 1 AS ?more) }}"""
COUNTS = "SELECT (STR(?who) AS ?w) ?n { ?who <urn:n> ?n }"


def test_no_update_of_many_writers_is_lost_and_no_reader_sees_half_of_one(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    ended = threading.Event()

    def write(port: int, number: int) -> list[int]:
        statuses = []
        with Client(port) as client:
            while not ended.is_set():
                statuses.append(client.update(STEP.format(number)))
        return statuses

    def read(port: int) -> int:
        seen = 0
        with Client(port) as client:
            while not ended.is_set():
                counts = {who: int(n) for who, n in client.rows(COUNTS)}
                assert counts.pop("urn:all") == sum(counts.values())
                assert len(counts) == CLIENTS
                seen += 1
        return seen

    with serving(ROOT, tmp_path, "--bare", "--open-writes") as address:
        port = port_of(address)
        start = " ".join(f"<urn:w{number}> <urn:n> 0 ." for number in range(CLIENTS))
        with Client(port) as client:
            assert client.update(f"INSERT DATA {{ <urn:all> <urn:n> 0 . {start} }}") == 204
        with ThreadPoolExecutor(2 * CLIENTS) as many:
            writers = [many.submit(write, port, number) for number in range(CLIENTS)]
            readers = [many.submit(read, port) for _ in range(CLIENTS)]
            threading.Event().wait(20 if request.config.getoption("--soak") else 3)
            ended.set()
            written = [one.result() for one in writers]
            seen = [one.result() for one in readers]
        with Client(port) as client:
            counts = {who: int(n) for who, n in client.rows(COUNTS)}

    assert {status for statuses in written for status in statuses} == {204}
    assert all(seen)
    assert counts.pop("urn:all") == sum(map(len, written))
    assert [counts[f"urn:w{number}"] for number in range(CLIENTS)] == [len(one) for one in written]


HOLDER = """
import os, signal, sys
from pathlib import Path
from typing import Self
from qgraph import versions
with versions.writing(Path(sys.argv[1])):
    if os.fork():
        signal.pause()
    print(os.getpid(), flush=True)
    sys.stdin.read()
"""


def take_the_lock(store: Path) -> str:
    with versions.writing(store):
        return (store / "lock").read_text(encoding="ascii")


def test_a_killed_writer_with_a_living_child_lets_the_next_one_in(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        child = int(writer.stdout.readline())
        with pytest.raises(DeadlineExceeded):
            process.run(partial(take_the_lock, tmp_path), deadline=0.5)
        assert (tmp_path / "lock").read_text(encoding="ascii") == f"{writer.pid}\n"
        writer.kill()
        writer.wait()

        os.kill(child, 0)  # it lives
        assert process.run(partial(take_the_lock, tmp_path), deadline=20) != f"{writer.pid}\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    program = shutil.which("mount")
    mount = [str(program), "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)]
    if not program or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk can be mounted here by root alone, where the system lets it")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(file: Path) -> None:
    """Write *file* until there is no room."""
    with suppress(OSError), file.open("wb", buffering=0) as full:
        while True:
            full.write(b"\0" * 4096)


def test_on_a_full_disk_reads_go_on_and_writes_say_so_until_there_is_room(small_disk: Path) -> None:
    store = small_disk / "store"
    with serving(ROOT, store, "--bare", "--open-writes") as address, Client(port_of(address)) as client:
        assert client.update(pairs(range(10))) == 204
        known = versions.current(store)
        for _ in range(3):
            fill(small_disk / "filler")
            status, said = client.send({"update": pairs(range(10, 20))})

            assert (status, json.loads(said)["detail"]) == (507, "The disk is full; nothing has changed.")
            assert versions.current(store) == known
            assert held(client) == ({*range(10)}, set())
        (small_disk / "filler").unlink()

        assert until(lambda: client.update(pairs(range(10, 20))) == 204)
        assert held(client) == ({*range(20)}, set())
        assert keeping.fault(store, versions.current(store)) == ""


def test_on_a_full_disk_a_guarded_commit_is_refused_and_lands_once_there_is_room(
    tiny: Settings, small_disk: Path
) -> None:
    store, token = small_disk / "store", "a-token-of-the-operator-for-tests"
    shutil.copytree(tiny.store, store)
    (small_disk / "token").write_text(token)
    (small_disk / "token").chmod(0o600)
    update = PREFIXES + evidence("evidence/leaflet/k1", "<film/tide> :length 7")
    with (
        serving(tiny.graph, store, "--admin-token-file", str(small_disk / "token")) as address,
        Client(port_of(address), token) as client,
    ):
        assert client.rows("ASK {}") == []
        fill(small_disk / "filler")
        status, said = client.send({"update": update})

        assert (status, json.loads(said)["detail"]) == (507, "The disk is full; nothing has changed.")
        assert client.send({"query": "ASK { ?s ?p ?o }"})[0] == 200
        (small_disk / "filler").unlink()
        assert until(lambda: client.update(update) == 204, seconds=20)
        assert keeping.fault(store, versions.current(store)) == ""
