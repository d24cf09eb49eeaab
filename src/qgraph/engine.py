"""What can answer: the HTTP side of the pool of query processes.

A task is a name and its arguments, sent as JSON over a Unix socket; the answer
comes back as a header, and a body that is bytes or, when large, an open file.

Every query may start at once; one that is not answered within the quick time
is long. It goes on in one of the places for long queries, at lower priority,
and who starts next does not wait for it.
"""

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from multiprocessing.connection import Client, Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path
from typing import IO, Protocol

from qgraph import versions
from qgraph.errors import DeadlineExceeded, Overloaded, ProcessDied, QgraphError, TooManyQueries, rebuild
from qgraph.settings import Settings

PATIENCE = 0.02
SLOWER = 10


@dataclass(frozen=True)
class Task:
    """What a query process is asked to do: the *name* of a function, its arguments."""

    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True)
class Reply:
    """A complete answer: its *kind* (a format's name), its version, its *size* in bytes."""

    kind: str
    version: int
    size: int
    body: IO[bytes]

    def read(self) -> bytes:
        """Return the whole body."""
        with self.body:
            return self.body.read()


class Engine(Protocol):
    """What the protocol and the pages ask: the pool here, or another service.

    *waiting* counts the tasks that wait to start; *killed* those that were ended,
    by reason: the deadline, no place for a long query, or a process they broke.
    """

    waiting: int
    killed: Counter[str]

    def ask(self, task: Task, client: str = "") -> Reply:
        """Return the complete answer to *task* of *client*, from the version in force."""


class Places:
    """Places for long queries, of which each client has its share."""

    def __init__(self, total: int, share: int) -> None:
        self.total = total
        self.share = share
        self.held: Counter[str] = Counter()
        self.lock = threading.Lock()

    @contextmanager
    def one(self, client: str) -> Iterator[None]:
        """Hold a place for *client*. Raises TooManyQueries or Overloaded if there is none."""
        with self.lock:
            if self.held[client] >= self.share:
                raise TooManyQueries(f"{self.share} long queries of yours are running: wait for one of them.")
            if self.held.total() >= self.total:
                raise Overloaded("Too many long queries are running: try again in a few seconds.")
            self.held[client] += 1
        try:
            yield
        finally:
            with self.lock:
                self.held[client] -= 1
                self.held += Counter()  # forgets who holds none


@dataclass(frozen=True)
class Running:
    """A task that the process *worker* has taken, and when it was sent."""

    connection: Connection
    version: int
    worker: int
    started: float


class Pool:
    """Speaks with the query processes that `qgraph.pool` keeps, by the sockets in *folder*.

    Once *ended* is set the processes end, whatever they are at.
    """

    def __init__(self, settings: Settings, folder: Path, ended: threading.Event) -> None:
        self.settings = settings
        self.folder = folder
        self.ended = ended
        self.starting = threading.BoundedSemaphore(settings.workers)
        self.long = Places(settings.long_queries, settings.client_queries)
        self.idle: list[tuple[int, Connection]] = []
        self.waiting = 0
        self.killed: Counter[str] = Counter()

    def ask(self, task: Task, client: str = "") -> Reply:
        """Return the complete answer to *task* of *client*, from the version in force.

        Raises what the task raises; Overloaded if no process is free in time,
        TooManyQueries if the client holds its share of them, DeadlineExceeded at
        the deadline, ProcessDied if the task killed it.
        """
        self.waiting += 1
        free = self.starting.acquire(timeout=self.settings.queue_timeout)
        self.waiting -= 1
        if not free:
            raise Overloaded("All query processes are busy: try again in a few seconds.")
        try:
            running = self._taken(task, versions.current(self.settings.store))
            answered = running.connection.poll(self.settings.quick_time)
        finally:
            self.starting.release()
        return self._answer(running) if answered else self._wait_long(running, client)

    def _wait_long(self, running: Running, client: str) -> Reply:
        """Return the answer of a long query; end the query if there is no place for it."""
        try:
            with self.long.one(client):
                with suppress(ProcessLookupError):
                    os.setpriority(os.PRIO_PROCESS, running.worker, SLOWER)
                return self._answer(running)
        except (Overloaded, TooManyQueries):
            running.connection.close()
            self.killed["place"] += 1
            with suppress(ProcessLookupError):
                os.kill(running.worker, signal.SIGKILL)
            raise

    def _answer(self, running: Running) -> Reply:
        connection = running.connection
        try:
            header = json.loads(connection.recv_bytes())
            body = _body(connection, header)
        except (EOFError, OSError) as error:
            connection.close()
            raise self._death(time.monotonic() - running.started) from error
        self.idle.append((running.version, connection))
        if "error" in header:
            raise rebuild(header["error"], header["message"], header["details"])
        return Reply(header["kind"], running.version, header["size"], body)

    def _taken(self, task: Task, version: int) -> Running:
        """Return *task* as a process of *version* has taken it.

        A process that ended while idle is passed over: it has not taken it.
        """
        message = json.dumps({"name": task.name, "arguments": dict(task.arguments)}).encode()
        give_up = time.monotonic() + self.settings.queue_timeout
        while time.monotonic() < give_up:
            with suppress(EOFError, OSError):
                connection = self._connected(version)
                sent = time.monotonic()
                connection.send_bytes(message)
                return Running(connection, version, int(connection.recv_bytes()), sent)
            time.sleep(PATIENCE)
        raise Overloaded(f"No query process has opened version {version} yet: try again.")

    def _connected(self, version: int) -> Connection:
        with suppress(IndexError):
            while True:
                known, connection = self.idle.pop()
                if known == version:
                    return connection
                connection.close()
        return Client(str(self.folder / f"{version}.sock"), "AF_UNIX")

    def _death(self, seconds: float) -> QgraphError:
        if self.ended.is_set():
            return Overloaded("The server is ending: try again in a few seconds.")
        if seconds >= self.settings.query_timeout:
            allowed = self.settings.query_timeout
            self.killed["deadline"] += 1
            return DeadlineExceeded(f"The query was stopped after {allowed:g} seconds, the time it may take.")
        self.killed["broken"] += 1
        return ProcessDied(
            "The query broke the process that ran it: it nests too deep or takes too much memory."
        )


def _body(connection: Connection, header: dict[str, object]) -> IO[bytes]:
    if header.get("spooled"):
        file = os.fdopen(recv_handle(connection), "rb")
        file.seek(0)
        return file
    return BytesIO(connection.recv_bytes())
