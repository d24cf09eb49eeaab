"""HTTP/1.1 (RFC 9112) on asyncio: the front answers the requests of a connection one after the other.

A client has so many seconds for a head, for a body, and to take what was
written. Who is late is let go; one clock looks at all connections.
"""

import asyncio
import time
from collections import deque
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import IO, cast

from qgraph.settings import Settings
from qgraph.web.exchange import Response
from qgraph.web.front import Front
from qgraph.web.reader import Fault, Known, Reader, Whole

CONNECTIONS = 4096
AHEAD = 8  # requests that a client may have sent before it gets its answers
CHUNK = 65_536
TICK = 0.5
LINGER = 2.0
NEVER = float("inf")
PHRASES = {one.value: one.phrase for one in HTTPStatus}


class Connections:
    """The connections there are; the late ones end as long as it is told to `watch`."""

    def __init__(self, front: Front, settings: Settings) -> None:
        self.front = front
        self.patience = settings.client_timeout
        self.loop = asyncio.get_running_loop()
        self.all: set[Connection] = set()
        self.known: Known = {}
        self.ending = False

    def one(self) -> "Connection":
        """Return what takes a new connection."""
        return Connection(self)

    async def watch(self) -> None:
        """End the connections that are late, until cancelled."""
        while True:
            await asyncio.sleep(min(TICK, self.patience / 4))
            now = self.loop.time()
            for one in [one for one in self.all if one.due < now]:
                one.late()

    async def end(self, seconds: float) -> None:
        """Close every connection once it has its answer; after *seconds* whether or not."""
        self.ending = True
        give_up = self.loop.time() + seconds
        while self.all and self.loop.time() < give_up:
            for one in [one for one in self.all if one.is_idle()]:
                one.transport.close()
            await asyncio.sleep(TICK / 10)
        for one in list(self.all):
            one.transport.abort()


class Connection(asyncio.Protocol):
    """One connection: *closing* once nothing more is read, *full* while the client has to take something."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections
        self.waiting: deque[Whole] = deque()
        self.task: asyncio.Task[None] | None = None
        self.taken: asyncio.Future[None] | None = None
        self.full = False
        self.closing = False
        self.last = False
        self.due = NEVER

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, if there is room for one more."""
        self.transport = cast("asyncio.Transport", transport)
        if len(self.connections.all) >= CONNECTIONS:
            self.transport.abort()
            return
        self.connections.all.add(self)
        self.transport.set_write_buffer_limits(high=0)  # so “full” means that anything is left
        client = transport.get_extra_info("peername")[0]
        known = self.connections.known
        limit = self.connections.front.limit
        self.reader = Reader(client, limit, head=self._head_is_read, known=known)
        self._wait(self.connections.patience)

    def data_received(self, data: bytes) -> None:
        """Read requests in *data*; what comes after the last one is forgotten."""
        if self.closing:
            return
        if not self.task and not self.reader.begun:
            self._wait(self.connections.patience)
        try:
            self.waiting += self.reader.feed(data)
        except Fault as fault:
            self._refuse(fault.status)
        if len(self.waiting) > AHEAD:
            self.transport.pause_reading()
        self._next()

    def eof_received(self) -> bool:
        """Stay open for the answers to what the client sent before it stopped sending."""
        self.last = True
        return not self.is_idle()

    def pause_writing(self) -> None:
        """Give the client its time to take what was written."""
        self.full = True
        self._wait(self.connections.patience)

    def resume_writing(self) -> None:
        """Go on, since the client has taken everything."""
        self.full = False
        self._wait(self.connections.patience if not self.task else NEVER)
        if self.taken and not self.taken.done():
            self.taken.set_result(None)
        self._next()

    def connection_lost(self, _error: Exception | None) -> None:
        """Forget the connection; who writes a file to it ends."""
        self.closing = True
        self.waiting.clear()
        self.connections.all.discard(self)
        if self.taken and not self.taken.done():
            self.taken.set_exception(ConnectionResetError())

    def late(self) -> None:
        """End the connection; who has sent a part of a request is told."""
        if self.full or self.closing or not self.reader.begun:
            self.transport.abort()
        else:
            self._refuse(408)

    def _head_is_read(self, waits: bool) -> None:  # noqa: FBT001 (the reader calls it)
        """Give the client its time for the body, and leave to send it where it *waits* for that."""
        if not self.task and not self.waiting:
            self._wait(self.connections.patience)
            if waits:
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def is_idle(self) -> bool:
        """Say whether no answer is owed."""
        return not (self.task or self.waiting or self.full)

    def _wait(self, seconds: float) -> None:
        self.due = self.connections.loop.time() + seconds

    def _next(self) -> None:
        """Answer what waits: at once what was kept, by a task what has to be made."""
        while self.waiting and not (self.task or self.full or self.closing):
            whole = self.waiting.popleft()
            kept = self.connections.front.kept(whole.asked)
            if kept:
                self._write(whole, kept)
                self._finish(whole)
            else:
                self.due = NEVER
                self.task = self.connections.loop.create_task(self._answer(whole))
        if len(self.waiting) <= AHEAD and not self.closing:
            self.transport.resume_reading()
        if self.last and self.is_idle():
            self.transport.close()

    async def _answer(self, whole: Whole) -> None:
        """Have the front make the answer, and write it."""
        front = self.connections.front
        response = None
        try:
            response = await front.answer(whole.asked, whole.body)
        finally:
            response = response or front.fault(500)
            self._write(whole, response)
            if not isinstance(response.body, bytes):
                await self._stream(whole, response.body)
            self.task = None
            self._finish(whole)
            self._next()

    async def _stream(self, whole: Whole, body: IO[bytes]) -> None:
        """Write *body* piece by piece, each when the one before it was taken."""
        with body, suppress(ConnectionResetError):
            while whole.asked.method != "HEAD" and not self.closing and (piece := body.read(CHUNK)):
                self.transport.write(piece)
                if self.full:
                    self.taken = self.connections.loop.create_future()
                    await self.taken

    def _write(self, whole: Whole, response: Response) -> None:
        """Write the head of an answer, and its body if that is bytes."""
        if self.closing:
            return
        body = response.body if isinstance(response.body, bytes) else b""
        stays = whole.stays and not self.connections.ending
        self.transport.write(_head(response, stays=stays) + (b"" if whole.asked.method == "HEAD" else body))

    def _finish(self, whole: Whole) -> None:
        """Wait for the next request, or close if there shall be none."""
        self._wait(self.connections.patience)
        if not whole.stays or self.connections.ending:
            self.closing = True
            self.transport.close()

    def _refuse(self, status: int) -> None:
        """Say why the connection ends; who still sends may finish, so that it reads that."""
        if self.task or self.waiting:  # what was asked before is still to be answered
            self.last = True
            return
        response = self.connections.front.fault(status)
        self.transport.write(_head(response, stays=False) + cast("bytes", response.body))
        self.closing = True
        self.transport.write_eof()
        self._wait(LINGER)


def _head(response: Response, *, stays: bool) -> bytes:
    """Return status and headers as they are sent (RFC 9112, sections 4 and 5)."""
    return _start(response.status, int(time.time()), stays=stays) + response.lines() + b"\r\n"


@lru_cache(maxsize=64)
def _start(status: int, second: int, *, stays: bool) -> bytes:
    close = "" if stays else "connection: close\r\n"
    return (
        f"HTTP/1.1 {status} {PHRASES[status]}\r\ndate: {formatdate(second, usegmt=True)}\r\n{close}".encode()
    )
