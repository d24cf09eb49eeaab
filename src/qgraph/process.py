"""Run a function in a process that may die: under a deadline and a memory limit."""

import ctypes
import gc
import multiprocessing
import os
import resource
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

from qgraph.errors import DeadlineExceeded, ProcessDied, QgraphError

A = TypeVar("A")
T = TypeVar("T")
FORK = multiprocessing.get_context("fork")
SELDOM = 10_000  # objects made, before the garbage collector looks for cycles among them
FAULT = 1  # how Python ends a process that raised what nobody caught
NEW_NETWORK, NEW_USER = 0x40000000, 0x10000000
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["qgraph.commit"])


def context() -> BaseContext:
    """Return how to start a process from here: a fork is safe from a single thread only.

    A process that has threads (a server, or one that has opened a store on disk)
    gets its children from a warm, single-threaded parent instead; what such a
    child runs must then be importable.
    """
    alone = len(list(Path("/proc/self/task").iterdir())) == 1
    return FORK if alone else SERVER


def settle() -> None:
    """Keep the garbage collector from all that there is now, and let it look at the rest less often.

    What a request makes is freed without it once nothing refers to it.
    """
    gc.freeze()
    gc.set_threshold(SELDOM)


def limit_memory(extra: int) -> None:
    """Let this process take *extra* bytes of address space beside what it has."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + extra
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def shut_in() -> bool:
    """Take the network from this process and its children; say whether this system lets us.

    They get a network namespace of their own, in which nothing is reached. The
    process must have one thread (unshare(2)); sockets in files stay open to it.
    """
    library = ctypes.CDLL(None, use_errno=True)
    return any(library.unshare(flags) == 0 for flags in (NEW_NETWORK, NEW_NETWORK | NEW_USER))


def run(function: Callable[[], T], *, deadline: float, memory: int = 0) -> T:
    """Return what *function* returns, computed in a process of its own.

    Its QgraphErrors are raised here. Raises DeadlineExceeded after *deadline*
    seconds, and ProcessDied if the process ends without an answer, as it does
    when it takes more than *memory* bytes (0: no limit).
    """
    ours, theirs = multiprocessing.Pipe(duplex=False)
    child = context().Process(target=_answer, args=(theirs, function, memory))  # type: ignore[attr-defined]
    child.start()
    theirs.close()
    try:
        answer: T | QgraphError = _received(ours, child, deadline)
    finally:
        child.join()
        ours.close()
    if isinstance(answer, QgraphError):
        raise answer
    return answer


class Standing(Generic[A, T]):
    """A process that does one piece of work after the other, and keeps what it has open.

    *make* gives it the function that does them. It starts with the first piece,
    and again with the next after it died or was ended at a deadline.
    """

    def __init__(self, make: Callable[[], Callable[[A], T]], *, memory: int = 0) -> None:
        self.make = make
        self.memory = memory
        self.lock = Lock()
        self.child: BaseProcess | None = None
        self.pipe: Connection | None = None

    def run(self, work: A, *, deadline: float) -> T:
        """Return what becomes of *work*, which waits for its turn. Raises as the function `run`."""
        with self.lock:
            child, pipe = self._started()
            whole = False
            try:
                with suppress(ConnectionError):  # it has just died, which receiving tells
                    pipe.send(work)
                answer: T | QgraphError = _received(pipe, child, deadline)
                whole = True
            finally:
                if not whole:
                    self._end()
        if isinstance(answer, QgraphError):
            raise answer
        return answer

    def _started(self) -> tuple[BaseProcess, Connection]:
        if self.child and self.pipe and self.child.is_alive():
            return self.child, self.pipe
        self.pipe, theirs = multiprocessing.Pipe()
        # Never forked from here: a copy of our end would keep the process when we are gone.
        self.child = SERVER.Process(target=_stand, args=(theirs, self.make, self.memory), daemon=True)
        self.child.start()
        theirs.close()
        return self.child, self.pipe

    def _end(self) -> None:
        if self.child and self.pipe:
            self.child.kill()
            self.child.join()
            self.pipe.close()
        self.child = self.pipe = None


def _received(pipe: Connection, child: BaseProcess, deadline: float) -> Any:
    """Return what *child* sends. Raises DeadlineExceeded, which ends it, or ProcessDied."""
    try:
        if pipe.poll(deadline):
            return pipe.recv()
    except (EOFError, ConnectionError) as error:
        child.join()
        if child.exitcode == FAULT:
            raise QgraphError("The process that did the work met a fault of ours.") from error
        said = f"The process that did the work died (code {child.exitcode}); look whether the work was done."
        raise ProcessDied(said) from error
    child.kill()
    raise DeadlineExceeded(f"Stopped after {deadline:g} seconds, the time it may take.")


def _answer(pipe: Connection, function: Callable[[], object], memory: int) -> None:
    _confine(memory)
    pipe.send(_outcome(function))


def _stand(pipe: Connection, make: Callable[[], Callable[[A], object]], memory: int) -> None:
    """Do the work that comes through *pipe* until it is closed."""
    _confine(memory)
    do = make()
    with suppress(EOFError):
        while True:
            pipe.send(_outcome(partial(do, pipe.recv())))


def _confine(memory: int) -> None:
    shut_in()
    if memory:
        limit_memory(memory)


def _outcome(function: Callable[[], object]) -> object:
    try:
        return function()
    except QgraphError as error:
        return error
    except MemoryError:
        return ProcessDied("The work takes more memory than it may.")


def memory() -> int:
    """Return the bytes that this process and its descendants hold, shared pages by share (PSS)."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(folder.name))
    tree = [os.getpid()]
    for one in tree:
        tree += parents.get(one, [])
    return sum(map(_share, tree)) * 1024


def _share(number: int) -> int:
    with suppress(OSError):
        rolled = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii")
        return int(rolled.partition("\nPss:")[2].split()[0])
    return 0
