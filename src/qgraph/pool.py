"""The query processes: a holder that loads a version, and workers forked from it.

The holder has one thread and the version in memory; its workers share that
memory, and each answers one connection at a time. A worker that is still at
work at the deadline is ended by the alarm the kernel keeps for it, whatever
code it is in; the holder then forks another. Run as `python -m qgraph.pool`,
it lives as long as its standard input stays open.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from qgraph import delta, former, query, settings, versions, wire
from qgraph.errors import QgraphError, StoreError
from qgraph.portal import shelves
from qgraph.portal.shelves import Shelves
from qgraph.process import FORK, limit_memory, settle, shut_in
from qgraph.query import Spool
from qgraph.settings import Settings
from qgraph.store import NamedNode, Store, empty_graphs, in_memory
from qgraph.tasks import TASKS, Given
from qgraph.versions import PUBLIC

HEARTBEAT = 0.02
FORMER = 4
OPEN = 1.0  # seconds that a former version stays open at least
MAKERS = 2
ON_DISK = 2
FIRST = 2  # workers of a new version, until more are asked for or it has stood for a while
SETTLED = 0.5  # seconds
GRACE = 0.5


def main(arguments: list[str]) -> None:
    """Keep the pool for the settings and the socket folder given as JSON and path."""
    given = json.loads(arguments[0])
    hold(settings.read(**given), Path(arguments[1]), sys.stdin.fileno(), layer=arguments[2])


def hold(chosen: Settings, folder: Path, lifeline: int, *, layer: str) -> None:
    """Keep workers for *layer* of the version in force, and of former ones that are wanted."""
    if not chosen.allow_service:
        shut_in()
    holder = Holder(chosen, folder, layer)
    while not select.select([lifeline], [], [], 0)[0]:
        holder.look()
        wait([lifeline, *(worker.sentinel for crew in holder.crews() for worker in crew.workers)], HEARTBEAT)
    for crew in holder.crews():
        crew.retire()
        crew.wait_for(GRACE)


class Holder:
    """Holds the version in force in memory, and knows which former ones are open."""

    def __init__(self, chosen: Settings, folder: Path, layer: str) -> None:
        self.settings = chosen
        self.folder = folder
        self.layer = layer
        self.current: Crew | None = None
        self.former: dict[int, Crew] = {}
        self.makers = Makers(chosen.store)
        shelves.forget(folder, f"{layer}-")  # of a holder that died

    def crews(self) -> list["Crew"]:
        """Return all workers' crews."""
        return [*filter(None, [self.current]), *self.former.values()]

    def look(self) -> None:
        """See what has changed in the store and what is wanted, and have workers for it."""
        self.current = self._in_force()
        for wanted in self.folder.glob(f"{self.layer}-*.wanted"):
            wanted.unlink()
            self._open(int(wanted.stem.rpartition("-")[2]))
        for number, crew in list(self.former.items()):
            if crew.is_replaced() or self.makers.failed(number):  # rewritten or let go
                self.former.pop(number).retire()
        for crew in self.crews():
            if crew.opens(self.makers):
                crew.fill(self.crews())

    def _open(self, number: int) -> None:
        """Have workers for a former version, which open it from disk; at most four at a time."""
        if number in self.former or number == (self.current and self.current.version.number):
            return
        if len(self.former) >= FORMER and not self._make_room():
            return
        with suppress(StoreError):  # it has just been let go
            self.former[number] = Crew(self.settings, self.folder, (self.layer, number), store=None)

    def _make_room(self) -> bool:
        """Let go of the version that has been open the longest, once it had time to answer who asked."""
        number, crew = min(self.former.items(), key=lambda one: one[1].opened)
        if time.monotonic() - crew.opened < OPEN:
            return False
        self.former.pop(number).retire()
        return True

    def _in_force(self) -> "Crew":
        """Return the workers of the version in force: those there are, or new ones in their place."""
        try:
            number = versions.current(self.settings.store)
        except StoreError:
            if self.current:  # a damaged pointer costs no process: it may be mended
                return self.current
            raise
        if self.current and self.current.version.number == number:
            return self.current
        successors = Crew(self.settings, self.folder, (self.layer, number), store=self._taken_on(number))
        if self.current:
            self.current.retire()
        return successors

    def _taken_on(self, number: int) -> Store | None:
        """Return version *number* in memory, or None if it is to be read from disk.

        Where it comes from the one that is held, its changes are made in that; what
        was forgotten is never taken on.
        """
        store, layer = self.settings.store, self.layer
        version = versions.describe(store, number, layer if versions.has(store, number, layer) else PUBLIC)
        if version.counts["quads"] > self.settings.resident_quads:
            return None
        held, path = self.current, versions.changes(store, number, layer)
        follows = held and held.version.number == version.parent and not version.withheld and path.exists()
        data = None
        if held and held.store is not None and follows:
            with suppress(StoreError):  # changes that cannot be read are not taken on
                delta.read(path).make(held.store)
                data = held.store
        if data is None:
            data = in_memory(versions.open_version(store, number, layer))
        for name in empty_graphs(data):
            data.remove_graph(NamedNode(name))
        for name in version.empty:
            data.add_graph(NamedNode(name))
        settle()  # what the workers share stays shared: a collection would write to it
        return data


class Makers:
    """The processes that make stores of former versions again, few at once: one for each version."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.running: dict[int, subprocess.Popen[bytes]] = {}

    def make(self, number: int) -> None:
        """Have version *number* made whole, unless that is under way or many others are."""
        for done in [one for one, maker in self.running.items() if maker.poll() == 0]:
            del self.running[done]
        at_work = [one for one in self.running.values() if one.poll() is None]
        if number not in self.running and len(at_work) < MAKERS:
            command = [sys.executable, "-P", "-m", "qgraph.former", str(self.store), str(number)]
            self.running[number] = subprocess.Popen(command)  # noqa: S603 (our own module)

    def failed(self, number: int) -> bool:
        """Say whether version *number* could not be made whole; it may be tried again after that."""
        failed = number in self.running and self.running[number].poll() not in (None, 0)
        if failed:
            del self.running[number]
        return failed


class Crew:
    """The workers of one version, which they share with the holder in memory, or open from disk.

    Closing the *leash* tells them to end as soon as they are idle.
    """

    def __init__(
        self, chosen: Settings, folder: Path, place: tuple[str, int], *, store: Store | None
    ) -> None:
        layer, number = place
        self.settings = chosen
        self.layer = layer if versions.has(chosen.store, number, layer) else PUBLIC
        self.version = versions.describe(chosen.store, number, self.layer)
        self.store = store
        self.data = versions.folder(chosen.store, number)
        self.inode = self.data.stat().st_ino
        self.opened = time.monotonic()
        self.path = folder / f"{layer}-{number}.sock"
        self.workers: list[BaseProcess] = []
        self.held, self.leash = os.pipe()
        self.listener = socket.socket(socket.AF_UNIX)
        self.path.unlink(missing_ok=True)
        self.listener.bind(str(self.path))
        self.listener.listen(chosen.workers * 4)
        self.listener.settimeout(0)

    def is_replaced(self) -> bool:
        """Say whether the version's files are others now, or gone."""
        return not self.data.exists() or self.data.stat().st_ino != self.inode

    def opens(self, makers: "Makers") -> bool:
        """Say whether the version can be read; have made again what of it has been let go.

        Who asks by SPARQL does not wait for the search index.
        """
        if self.store is not None:
            return True
        if not former.is_searchable(self.settings.store, self.version.number):
            makers.make(self.version.number)
        if former.is_whole(self.settings.store, self.version.number):
            return True
        self.opened = time.monotonic()
        return False

    def fill(self, crews: list["Crew"]) -> None:
        """Fork workers where one has ended; they let go of what their holder holds for all *crews*."""
        living = FORK.active_children()  # it also reaps the dead, those of former versions too
        self.workers = [worker for worker in self.workers if worker in living]
        for _ in range(self._missing()):
            worker = FORK.Process(target=self._work, args=(crews,), daemon=True)
            worker.start()
            self.workers.append(worker)

    def _missing(self) -> int:
        """Return how many workers to fork now: few at first, since the next commit may bring a version."""
        most = self.settings.workers + self.settings.long_queries if self.store is not None else ON_DISK
        if time.monotonic() - self.opened < SETTLED:
            waiting = bool(select.select([self.listener], [], [], 0)[0])
            most = min(most, max(FIRST, len(self.workers) + FIRST * waiting))
        return most - len(self.workers)

    def retire(self) -> None:
        """Let the workers end when they have answered what they have taken."""
        self.path.unlink()
        shelves.forget(self.path.parent, f"{self.path.stem}.")
        self.listener.close()
        os.close(self.leash)
        os.close(self.held)

    def wait_for(self, seconds: float) -> None:
        """Wait until the workers have ended, *seconds* in all; who is still at work then is ended."""
        end = time.monotonic() + seconds
        for worker in self.workers:
            worker.join(max(0.0, end - time.monotonic()))
            worker.kill()

    def _work(self, crews: list["Crew"]) -> None:
        for crew in crews:
            os.close(crew.leash)
            if crew is not self:  # whoever waits there is told when that crew is gone
                crew.listener.close()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        store = self.store
        if store is None:
            store = versions.open_version(self.settings.store, self.version.number, self.layer)
        limit_memory(self.settings.query_memory)
        before = os.getpriority(os.PRIO_PROCESS, 0)
        kept = Shelves(self.path.parent, self.path.stem)
        worker = Worker(Given(store, self.version, self.settings, self.layer, kept), self.path.parent)
        while self._ready(self.listener.fileno()):
            with suppress(EOFError, OSError):  # another worker was quicker, or the client left
                line, _ = self.listener.accept()
                with line:
                    wire.send(line, wire.pack({"worker": os.getpid()}))
                    while self._ready(line.fileno()):
                        worker.serve(line)
            if os.getpriority(os.PRIO_PROCESS, 0) > before:  # slowed for a long query
                break
        if not self.path.exists():  # retired while it made a shelf
            shelves.forget(self.path.parent, f"{self.path.stem}.")

    def _ready(self, handle: int) -> bool:
        """Wait for *handle* to be readable; False once the leash is closed."""
        return self.held not in select.select([handle, self.held], [], [])[0]


class Worker:
    """Does tasks on one store, each under the deadline."""

    def __init__(self, given: Given, folder: Path) -> None:
        self.given = given
        self.settings = given.settings
        self.folder = folder

    def serve(self, line: socket.socket) -> None:
        """Take one task from *line*, do it and send the answer: bytes, or an open file if large."""
        task = wire.receive(line).header
        with Spool(self.settings.result_limit, self.folder) as spool:
            signal.setitimer(signal.ITIMER_REAL, self.settings.query_timeout)
            try:
                header: dict[str, object] = {
                    "kind": TASKS[task["name"]](self.given, spool, **task["arguments"])
                }
            except QgraphError as error:
                spool.clear()
                said = str(error).encode(errors="replace").decode()  # an escape may name half a character
                header = {"error": type(error).__name__, "message": said, "details": error.details}
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            header["size"] = spool.size
            if spool.size > query.SMALL:
                spool.file.flush()
                wire.send(line, wire.pack(header), [spool.file.fileno()])
            else:
                wire.send(line, wire.pack(header, spool.read()))


if __name__ == "__main__":
    main(sys.argv[1:])
