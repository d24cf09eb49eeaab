"""What can answer: the HTTP side of the pool of query processes.

A task is a name and its arguments, sent as JSON over a Unix socket; the answer
comes back as a header, and a body that is bytes or, when large, an open file.
"""

import json
import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from multiprocessing.connection import Client, Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path
from typing import IO, Protocol

from qgraph import versions
from qgraph.errors import DeadlineExceeded, Overloaded, ProcessDied, rebuild
from qgraph.settings import Settings

TAKEN = b"taken"
PATIENCE = 0.02


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
    """What the protocol and the pages ask: the pool here, or another service."""

    def ask(self, task: Task) -> Reply:
        """Return the complete answer to *task*, from the version in force."""


class Pool:
    """Speaks with the query processes that `qgraph.pool` keeps, by the sockets in *folder*."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder
        self.places = threading.BoundedSemaphore(settings.workers)
        self.idle: list[tuple[int, Connection]] = []

    def ask(self, task: Task) -> Reply:
        """Return the complete answer to *task*, from the version in force.

        Raises what the task raises; Overloaded if no process is free in time,
        DeadlineExceeded at the deadline, ProcessDied if the task killed it.
        """
        if not self.places.acquire(timeout=self.settings.queue_timeout):
            raise Overloaded("All query processes are busy: try again in a few seconds.")
        try:
            return self._ask(task, versions.current(self.settings.store))
        finally:
            self.places.release()

    def _ask(self, task: Task, version: int) -> Reply:
        connection, started = self._taken(task, version)
        try:
            header = json.loads(connection.recv_bytes())
            body = _body(connection, header)
        except (EOFError, OSError) as error:
            connection.close()
            raise self._death(time.monotonic() - started) from error
        self.idle.append((version, connection))
        if "error" in header:
            raise rebuild(header["error"], header["message"], header["details"])
        return Reply(header["kind"], version, header["size"], body)

    def _taken(self, task: Task, version: int) -> tuple[Connection, float]:
        """Return a connection to a process of *version* that has taken *task*, and when it was sent.

        A process that was retired while idle is passed over: it has not taken it.
        """
        message = json.dumps({"name": task.name, "arguments": dict(task.arguments)}).encode()
        give_up = time.monotonic() + self.settings.queue_timeout
        while time.monotonic() < give_up:
            with suppress(EOFError, OSError):
                connection = self._connected(version)
                sent = time.monotonic()
                connection.send_bytes(message)
                if connection.recv_bytes() == TAKEN:
                    return connection, sent
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

    def _death(self, seconds: float) -> DeadlineExceeded | ProcessDied:
        if seconds >= self.settings.query_timeout:
            allowed = self.settings.query_timeout
            return DeadlineExceeded(f"The query was stopped after {allowed:g} seconds, the time it may take.")
        return ProcessDied(
            "The query broke the process that ran it: it nests too deep or takes too much memory."
        )


def _body(connection: Connection, header: dict[str, object]) -> IO[bytes]:
    if header.get("spooled"):
        file = os.fdopen(recv_handle(connection), "rb")
        file.seek(0)
        return file
    return BytesIO(connection.recv_bytes())
