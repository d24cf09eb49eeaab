"""What can answer: the HTTP side of the pool of query processes.

A task is a name and its arguments; the answer comes back as a header, and a body
that is bytes or, when large, an open file. All of it happens on one event loop,
so nothing here is locked and no thread waits for a query.

Every query may start at once; one that is not answered within the quick time
is long. It goes on in one of the places for long queries, after a while at lower
priority, and who starts next does not wait for it.
"""

import asyncio
import os
import signal
import socket
from asyncio import AbstractEventLoop, Future, TimerHandle
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import IO, Protocol

from qgraph import keeping, versions, wire
from qgraph.errors import DeadlineExceeded, Overloaded, ProcessDied, QgraphError, TooManyQueries, rebuild
from qgraph.settings import Settings
from qgraph.versions import PUBLIC
from qgraph.wire import Message

Place = tuple[str, int]
PATIENCE = 0.02
PATIENT = 4  # times the quick time that a long query keeps its priority
SLOWER = 10
FORMER = 4  # queries of former versions at once


@dataclass(frozen=True)
class Task:
    """What a query process is asked to do: the *name* of a function, its arguments.

    *version* names a version by its number or tag, the one in force if it is empty;
    *layer* what of it may be seen, the public layer where there is no other.
    """

    name: str
    arguments: Mapping[str, object]
    version: str = ""
    layer: str = PUBLIC


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

    def version(self) -> int:
        """Return the number of the version in force. Raises NoVersion or StoreError."""

    def state(self) -> tuple[int, ...]:
        """Return what is another whenever anything in the store is. Raises as `version`."""

    async def reply(self, task: Task, client: str = "") -> Reply:
        """Return the complete answer to *task* of *client*, from the version it names."""

    def ask(self, task: Task, client: str = "") -> Reply:
        """Return the same to a thread that runs no event loop, such as one that makes a page."""


class Places:
    """Places for queries *of* a kind that is dear, of which each client has its share."""

    def __init__(self, total: int, share: int, of: str) -> None:
        self.total = total
        self.share = share
        self.of = of
        self.held: Counter[str] = Counter()

    @contextmanager
    def one(self, client: str) -> Iterator[None]:
        """Hold a place for *client*. Raises TooManyQueries or Overloaded if there is none."""
        if self.held[client] >= self.share:
            raise TooManyQueries(f"{self.share} {self.of} of yours are running: wait for one of them.")
        if self.held.total() >= self.total:
            raise Overloaded(f"Too many {self.of} are running: try again in a few seconds.")
        self.held[client] += 1
        try:
            yield
        finally:
            self.held[client] -= 1
            self.held += Counter()  # forgets who holds none


class InForce:
    """The number of the version in force in *store*, read again where the file that names it has changed."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.path = str(store / "current")
        self.seen: tuple[int, ...] = ()
        self.number = 0

    def __call__(self) -> int:
        """Return the number. Raises NoVersion or StoreError."""
        found: tuple[int, ...] = ()
        with suppress(OSError):
            state = os.stat(self.path)  # noqa: PTH116 (at each request: a Path takes twice as long)
            found = state.st_ino, state.st_mtime_ns, state.st_size
        if not found or found != self.seen:
            self.number = versions.current(self.store)
            self.seen = found
        return self.number


class Line:
    """A connection to one query process of a *place*, a layer and a version.

    The process does one task at a time, and says its number first.

    Where the process closes it with a task unread, asking raises ConnectionError:
    nobody has begun that task. Where the process has read it and ends, EOFError.
    """

    def __init__(self, loop: AbstractEventLoop, folder: Path, place: Place) -> None:
        self.loop = loop
        self.place = place
        self.worker = 0
        self.slowed = False
        self.timer: TimerHandle | None = None
        self.incoming = wire.Incoming()
        self.coming: Future[Message] = loop.create_future()
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.setblocking(False)  # noqa: FBT003 (takes no name)
        try:
            self.socket.connect(str(folder / f"{place[0]}-{place[1]}.sock"))
        except OSError:
            self.socket.close()
            raise
        loop.add_reader(self.socket, self._read)

    async def greeted(self) -> None:
        """Wait for the number of the process. Raises ConnectionError if it ends before that."""
        try:
            self.worker = (await self.coming).header["worker"]
        except EOFError as error:
            raise ConnectionError from error

    async def ask(self, task: bytes) -> Message:
        """Send *task* and return the answer. Raises ConnectionError or EOFError, as the class says."""
        self.coming = self.loop.create_future()
        try:
            await self.loop.sock_sendall(self.socket, task)
        except OSError:
            self.end(ConnectionError())
            raise
        return await self.coming

    def _read(self) -> None:
        try:
            message = self.incoming.take(self.socket)
        except BlockingIOError:
            return
        except (EOFError, OSError) as error:
            self.end(error)
            return
        if message and not self.coming.done():
            self.coming.set_result(message)

    def rest(self) -> None:
        """Forget what was to happen if the task took long."""
        if self.timer:
            self.timer.cancel()

    def slow(self) -> None:
        """Let the process go on at lower priority; it ends after that, since it cannot rise again."""
        self.slowed = True
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, self.worker, SLOWER)

    def is_open(self) -> bool:
        """Say whether a task can be sent."""
        return self.socket.fileno() >= 0

    def end(self, error: Exception) -> None:
        """Close the line; who waits for an answer gets *error*."""
        if self.is_open():
            self.loop.remove_reader(self.socket)
            self.socket.close()
        if not self.coming.done():
            self.coming.set_exception(error)
            self.coming.exception()  # known: it may be that nobody waits


class Pool:
    """Speaks with the query processes that `qgraph.pool` keeps, by the sockets in *folder*.

    All of it happens on *loop*. Once *ended* is set the processes end, whatever they are at.
    """

    def __init__(self, settings: Settings, folder: Path, *, ended: Event, loop: AbstractEventLoop) -> None:
        self.settings = settings
        self.folder = folder
        self.ended = ended
        self.loop = loop
        self.version = InForce(settings.store)
        self.starting = asyncio.Semaphore(settings.workers)
        self.long = Places(settings.long_queries, settings.client_queries, "long queries")
        self.former = Places(FORMER, FORMER - 1, "queries of former versions")
        self.idle: dict[Place, list[Line]] = {}
        self.waiting = 0
        self.killed: Counter[str] = Counter()

    def state(self) -> tuple[int, ...]:
        """Return the number of the version in force, and which file names it."""
        return self.version(), *self.version.seen

    def ask(self, task: Task, client: str = "") -> Reply:
        """Return what `reply` returns, to a thread that is not the loop's."""
        return asyncio.run_coroutine_threadsafe(self.reply(task, client), self.loop).result()

    async def reply(self, task: Task, client: str = "") -> Reply:
        """Return the complete answer to *task* of *client*, from the version it names.

        Raises what the task raises; NoVersion or Gone if there is no such version;
        Overloaded if no process is free in time, TooManyQueries if the client holds
        its share of them, DeadlineExceeded at the deadline, ProcessDied if the task
        killed it.
        """
        packed = wire.pack({"name": task.name, "arguments": dict(task.arguments)})
        with ExitStack() as held:
            if task.version:  # which may have to be opened, or even made again
                held.enter_context(self.former.one(client))
            await self._start()
            held.callback(self.starting.release)
            give_up = self.loop.time() + self.settings.queue_timeout
            while self.loop.time() < give_up:
                place = self._place(task)  # each time anew: a version may have been published
                with suppress(OSError):  # no process has taken it
                    return await self._done(packed, client, held=held, place=place)
                await asyncio.sleep(PATIENCE)
        raise Overloaded("No query process has opened that version yet: try again.")

    def _place(self, task: Task) -> Place:
        """Return the layer and the number of the version that *task* names; have an old one opened."""
        store, now = self.settings.store, self.version()
        number = keeping.number_of(store, task.version) if task.version else now
        layer = task.layer if task.layer == PUBLIC or versions.has(store, number, task.layer) else PUBLIC
        if number != now:
            (self.folder / f"{layer}-{number}.wanted").touch()
        return layer, number

    async def _start(self) -> None:
        """Wait until one more query may start. Raises Overloaded."""
        if not self.starting.locked():
            await self.starting.acquire()
            return
        self.waiting += 1
        try:
            async with asyncio.timeout(self.settings.queue_timeout):
                await self.starting.acquire()
        except TimeoutError as error:
            raise Overloaded("All query processes are busy: try again in a few seconds.") from error
        finally:
            self.waiting -= 1

    async def _done(self, packed: bytes, client: str, *, held: ExitStack, place: Place) -> Reply:
        """Return the answer of one process to a *packed* task, which has *held* a start until it is long."""
        line = await self._line(place)
        sent = self.loop.time()
        line.timer = self.loop.call_later(self.settings.quick_time, self._lengthen, line, client, held)
        try:
            message = await line.ask(packed)
        except EOFError as error:
            raise self._death(self.loop.time() - sent) from error
        finally:
            line.rest()
        if line.slowed:
            line.end(EOFError())
        else:
            self.idle.setdefault(place, []).append(line)
        return _reply(message, place[1])

    async def _line(self, place: Place) -> Line:
        """Return an idle line to a process of *place*, else a new one."""
        for line in self._idle(place):
            if line.is_open():
                return line
        for known, lines in list(self.idle.items()):  # the processes of former versions have ended
            if not any(line.is_open() for line in lines):
                del self.idle[known]
        line = Line(self.loop, self.folder, place)
        try:
            async with asyncio.timeout(self.settings.queue_timeout):
                await line.greeted()
        except TimeoutError as error:  # its processes are all at work, or it is not open yet
            line.end(error)
            raise
        return line

    def _idle(self, place: Place) -> Iterator[Line]:
        """Yield the idle lines to *place*, each taken out."""
        lines = self.idle.get(place, [])
        while lines:
            yield lines.pop()

    def _lengthen(self, line: Line, client: str, held: ExitStack) -> None:
        """Let a query that is long go on in a place for such; end it if there is none."""
        held.close()
        try:
            held.enter_context(self.long.one(client))
            line.timer = self.loop.call_later(self.settings.quick_time * PATIENT, line.slow)
        except (Overloaded, TooManyQueries) as error:
            self.killed["place"] += 1
            line.end(error)
            with suppress(ProcessLookupError):
                os.kill(line.worker, signal.SIGKILL)

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

    def close(self) -> None:
        """Close the lines that are idle; to be called on the loop."""
        for line in [line for lines in self.idle.values() for line in lines]:
            line.end(EOFError())


def _reply(message: Message, version: int) -> Reply:
    """Return the answer that *message* holds. Raises the error that it holds."""
    header = message.header
    if "error" in header:
        raise rebuild(header["error"], header["message"], header["details"])
    if not message.files:
        return Reply(header["kind"], version, header["size"], BytesIO(message.body))
    file = os.fdopen(message.files[0], "rb")
    file.seek(0)
    return Reply(header["kind"], version, header["size"], file)
