"""The query processes: a holder that loads a version, and workers forked from it.

The holder has one thread and the version in memory; its workers share that
memory, and each answers one connection at a time. A worker that is still at
work at the deadline is ended by the alarm the kernel keeps for it, whatever
code it is in; the holder then forks another. Run as `python -m qgraph.pool`,
it lives as long as its standard input stays open.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from qgraph import catalog, query, settings, things, versions, wire
from qgraph.errors import QgraphError, StoreError
from qgraph.process import FORK, limit_memory, shut_in
from qgraph.query import Spool, question_of
from qgraph.settings import Settings
from qgraph.store import NamedNode, Store, in_memory
from qgraph.versions import Version

HEARTBEAT = 0.1
GRACE = 0.5


def main(arguments: list[str]) -> None:
    """Keep the pool for the settings and the socket folder given as JSON and path."""
    given = json.loads(arguments[0])
    hold(settings.read(**given), Path(arguments[1]), sys.stdin.fileno())


def hold(chosen: Settings, folder: Path, lifeline: int) -> None:
    """Keep workers for the version in force until *lifeline* closes."""
    if not chosen.allow_service:
        shut_in()
    crew: Crew | None = None
    while not select.select([lifeline], [], [], 0)[0]:
        crew = _in_force(crew, chosen, folder)
        crew.fill()
        wait([lifeline, *(worker.sentinel for worker in crew.workers)], HEARTBEAT)
    if crew:
        crew.retire()
        crew.wait_for(GRACE)


def _in_force(crew: "Crew | None", chosen: Settings, folder: Path) -> "Crew":
    """Return the workers of the version in force: *crew*, or new ones in its place."""
    try:
        number = versions.current(chosen.store)
    except StoreError:
        if crew:  # a damaged pointer costs no process: it may be mended
            return crew
        raise
    if crew and crew.version.number == number:
        return crew
    successors = Crew(chosen, folder, number)
    if crew:
        crew.retire()
    return successors


class Crew:
    """The workers of one version, which they share with the holder in memory.

    Closing the *leash* tells them to end as soon as they are idle.
    """

    def __init__(self, chosen: Settings, folder: Path, number: int) -> None:
        self.settings = chosen
        self.version = versions.describe(chosen.store, number)
        self.store = in_memory(versions.open_version(chosen.store, number))
        for name in self.version.empty:
            self.store.add_graph(NamedNode(name))
        gc.freeze()  # what the workers share stays shared: a collection would write to it
        self.path = folder / f"{number}.sock"
        self.workers: list[BaseProcess] = []
        self.held, self.leash = os.pipe()
        self.listener = socket.socket(socket.AF_UNIX)
        self.path.unlink(missing_ok=True)
        self.listener.bind(str(self.path))
        self.listener.listen(chosen.workers * 4)
        self.listener.settimeout(0)

    def fill(self) -> None:
        """Fork workers where one has ended."""
        living = FORK.active_children()  # it also reaps the dead, those of former versions too
        self.workers = [worker for worker in self.workers if worker in living]
        while len(self.workers) < self.settings.workers + self.settings.long_queries:
            worker = FORK.Process(target=self._work, daemon=True)
            worker.start()
            self.workers.append(worker)

    def retire(self) -> None:
        """Let the workers end when they have answered what they have taken."""
        self.path.unlink()
        self.listener.close()
        os.close(self.leash)
        os.close(self.held)

    def wait_for(self, seconds: float) -> None:
        """Wait until the workers have ended, *seconds* in all; who is still at work then is ended."""
        end = time.monotonic() + seconds
        for worker in self.workers:
            worker.join(max(0.0, end - time.monotonic()))
            worker.kill()

    def _work(self) -> None:
        os.close(self.leash)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        limit_memory(self.settings.query_memory)
        before = os.getpriority(os.PRIO_PROCESS, 0)
        worker = Worker(self.store, self.version, chosen=self.settings, folder=self.path.parent)
        while self._ready(self.listener.fileno()):
            with suppress(EOFError, OSError):  # another worker was quicker, or the client left
                line, _ = self.listener.accept()
                with line:
                    wire.send(line, wire.pack({"worker": os.getpid()}))
                    while self._ready(line.fileno()):
                        worker.serve(line)
            if os.getpriority(os.PRIO_PROCESS, 0) > before:  # slowed for a long query
                return

    def _ready(self, handle: int) -> bool:
        """Wait for *handle* to be readable; False once the leash is closed."""
        return self.held not in select.select([handle, self.held], [], [])[0]


class Worker:
    """Does tasks on one store, each under the deadline."""

    def __init__(self, store: Store, version: Version, *, chosen: Settings, folder: Path) -> None:
        self.store = store
        self.version = version
        self.settings = chosen
        self.folder = folder

    def serve(self, line: socket.socket) -> None:
        """Take one task from *line*, do it and send the answer: bytes, or an open file if large."""
        task = wire.receive(line).header
        with Spool(self.settings.result_limit, self.folder) as spool:
            signal.setitimer(signal.ITIMER_REAL, self.settings.query_timeout)
            try:
                header: dict[str, object] = {"kind": self.do(task["name"], task["arguments"], spool)}
            except QgraphError as error:
                spool.clear()
                header = {"error": type(error).__name__, "message": str(error), "details": error.details}
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            header["size"] = spool.size
            if spool.size > query.SMALL:
                spool.file.flush()
                wire.send(line, wire.pack(header), [spool.file.fileno()])
            else:
                wire.send(line, wire.pack(header, spool.read()))

    def do(self, name: str, arguments: dict[str, Any], spool: Spool) -> str:
        """Write the answer to the task *name* into *spool* and return its kind."""
        if name == "query":
            question = question_of(self.settings, base=self.version.base, **arguments)
            return query.answer(self.store, question, prefixes=self.version.prefixes, output=spool)
        if name == "service":
            spool.write(catalog.service(self.store, self.version, chosen=self.settings, **arguments))
            return str(arguments["syntax"])
        if name == "describe":
            found: object = things.describe(self.store, **arguments)
        elif name == "labels":
            found = things.labels(self.store, **arguments)
        else:
            found = asdict(self.version)
        spool.write(json.dumps(found).encode())
        return "json"


if __name__ == "__main__":
    main(sys.argv[1:])
