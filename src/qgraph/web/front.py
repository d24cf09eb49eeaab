"""The server's side of Flask: `/sparql` by the protocol's function, pages by Flask.

Both run in bounded thread pools, so that a slow query never holds a page. An
answer is complete before its first byte is sent.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, cast
from urllib.parse import quote, urlsplit

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from flask import Flask

from qgraph import protocol, versions
from qgraph.engine import Engine
from qgraph.errors import BodyTooLarge, ClientTooSlow, QgraphError, RequestError, WrongHost
from qgraph.protocol import Answer, Request
from qgraph.settings import Settings, is_loopback
from qgraph.web import HEADERS, operators, writes
from qgraph.web.cache import LARGEST, Cache, Entry, coding_of, entry_of
from qgraph.web.errors import Problem, problem
from qgraph.web.sparql import CORS, headers_of, is_for_page

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
CHUNK = 65_536
ASCII = "".join(map(chr, range(33, 127)))
WAITING = 8


class Front:
    """An ASGI app over *engine* and the Flask *app*."""

    def __init__(self, settings: Settings, engine: Engine, app: Flask) -> None:
        self.settings = settings
        self.engine = engine
        self.cache = Cache(settings.cache_size)
        self.queries = ThreadPoolExecutor(settings.workers * WAITING + settings.long_queries, "query")
        self.watching = ThreadPoolExecutor(2, "watch")
        self.metrics = operators.Metrics()
        self.pages = WSGIMiddleware(cast("WSGIApp", app), workers=settings.workers * WAITING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and count it."""
        if scope["type"] != "http":
            return
        started = time.monotonic()
        self.metrics.running += 1

        status = 0

        async def noted(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._answer(scope, receive, noted)
        finally:
            seconds = time.monotonic() - started
            self.metrics.running -= 1
            self.metrics.count(status, seconds)
            operators.log(self.settings, scope, status=status, seconds=seconds)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        parameters = quote(scope["query_string"], safe=ASCII)  # some clients send UTF-8 as it is
        scope["query_string"] = parameters.encode()
        page = is_for_page(scope["method"], headers.get("accept", ""), parameters)
        try:
            check_head(self.settings, scope)
            check_host(self.settings, headers.get("host", ""))
            body = await self._read(receive, await self._limit(scope, headers))
            if scope["path"] in operators.PATHS:
                operators.check_method(scope["method"])
                await self._tell(scope["path"], send)
            elif scope["path"] != "/sparql" or scope["method"] == "OPTIONS" or page:
                await self.pages(scope, _replayed(body), send)  # type: ignore[arg-type]
            else:
                await self._query(self._request(scope, headers, body), headers, send)
        except QgraphError as error:
            await _send_problem(problem(error, headers.get("accept", "")), send)

    async def _query(self, request: Request, headers: dict[str, str], send: Send) -> None:
        """Answer *request* from the cache, or by the protocol's function in a thread."""
        loop = asyncio.get_running_loop()
        sent = protocol.update_of(request)
        if sent is not None:
            writer = writes.Writer(headers, request.client)
            update = partial(writes.update, self.settings, sent, writer)
            published = await loop.run_in_executor(self.queries, update)
            await _send_empty(writes.headers_of(published), send)
            return
        key = (versions.current(self.settings.store), request)
        private = "authorization" in headers
        entry = None if private else self.cache.get(key)
        if entry is None:
            found = await loop.run_in_executor(self.queries, self._asked, request, private)
            if isinstance(found, Answer):
                await self._send_answer(found, send, private=private, head=request.method == "HEAD")
                return
            version, entry = found
            if version == key[0]:
                self.cache.put(key, entry)
        await _send_entry(entry, headers, send, head=request.method == "HEAD")

    def _asked(self, request: Request, private: bool) -> Answer | tuple[int, Entry]:  # noqa: FBT001 (run_in_executor takes no names)
        """Return the answer to *request*, ready to be kept with its version where it may be."""
        answer = protocol.answer(request, self.engine)
        if private or answer.reply.size > LARGEST:
            return answer
        return answer.reply.version, entry_of(headers_of(answer), answer.reply.read())

    async def _send_answer(self, answer: Answer, send: Send, *, private: bool, head: bool) -> None:
        """Send *answer* in pieces; a client that takes none for too long is let go."""
        kept = {"Cache-Control": "private, no-store"} if private else {}
        await send(_start(200, headers_of(answer) | kept))
        with answer.reply.body as body:
            while not head and (chunk := body.read(CHUNK)):
                async with asyncio.timeout(self.settings.client_timeout):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _request(self, scope: Scope, headers: dict[str, str], body: bytes) -> Request:
        here = self.settings.public_url.rstrip("/") or f"http://{headers.get('host', 'localhost')}"
        return Request(
            scope["method"],
            scope["query_string"].decode("latin-1"),
            headers.get("content-type", ""),
            headers.get("accept", ""),
            body,
            f"{here}/sparql",
            (scope.get("client") or ("",))[0],
            headers.get("content-encoding", ""),
        )

    async def _tell(self, path: str, send: Send) -> None:
        """Answer an operator; in a thread, since a process may have to be waited for."""
        tell = partial(operators.answer, metrics=self.metrics, cache=self.cache)
        loop = asyncio.get_running_loop()
        body = await loop.run_in_executor(self.watching, tell, path, self.settings, self.engine)
        await send(_start(200, {"Content-Type": operators.TEXT, "Cache-Control": "no-store"}))
        await send({"type": "http.response.body", "body": body.encode()})

    async def _limit(self, scope: Scope, headers: dict[str, str]) -> int:
        """Return how many bytes the body may have: more for who may write."""
        if "authorization" not in headers and not self.settings.open_writes:
            return self.settings.body_limit
        writer = writes.Writer(headers, (scope.get("client") or ("",))[0])
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.watching, writes.body_limit, self.settings, writer)

    async def _read(self, receive: Receive, limit: int) -> bytes:
        try:
            async with asyncio.timeout(self.settings.client_timeout):
                return await self._body(receive, limit)
        except TimeoutError as error:
            raise ClientTooSlow("The body of the request did not come in time.") from error

    async def _body(self, receive: Receive, limit: int) -> bytes:
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RequestError("The client left before its request was whole.")
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit:
                raise BodyTooLarge(f"The body has more than {limit:,} bytes.")
        return body


def _replayed(body: bytes) -> Receive:
    """Return a `receive` that gives *body*, which has been read."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def check_head(settings: Settings, scope: Scope) -> None:
    """Raise RequestError unless one Host is named, BodyTooLarge for a body that is announced as such.

    RFC 9112, section 3.2; where HTTP/1.1 names none, the server below puts an empty one.
    """
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1 or (not hosts[0] and scope["http_version"] == "1.1"):
        raise RequestError(f"Expected one Host header, found {len([*filter(None, hosts)])}.")
    announced = dict(scope["headers"]).get(b"content-length", b"")
    if announced.isdigit() and int(announced) > settings.body_limit:
        raise BodyTooLarge(f"The body has more than {settings.body_limit:,} bytes.")


def check_host(settings: Settings, host: str) -> None:
    """Raise WrongHost if *host* is not ours, as where a strange page gave its own name our address."""
    known = urlsplit(settings.public_url).netloc
    match = re.fullmatch(r"(\[[\w:.]+\]|[^:\[\]]*)(:\d+)?", host)
    here = match is not None and is_loopback(match[1].strip("[]"))
    if not here and host != known and (known or is_loopback(settings.host)):
        raise WrongHost(f"This server does not speak for {host!r}: its operator can set --public-url.")


async def _send_problem(shown: Problem, send: Send) -> None:
    headers = {"Content-Type": shown.media_type, "Content-Length": str(len(shown.data))} | shown.headers
    await send(_start(shown.status, headers | CORS))
    await send({"type": "http.response.body", "body": shown.data})


async def _send_empty(headers: dict[str, str], send: Send) -> None:
    await send(_start(204, CORS | headers))
    await send({"type": "http.response.body", "body": b""})


async def _send_entry(entry: Entry, asked: dict[str, str], send: Send, *, head: bool) -> None:
    """Send *entry*, packed if the client takes that, or 304 if it has it (RFC 9110, section 13.1.2)."""
    coding = coding_of(asked.get("accept-encoding", "")) if entry.packed else ""
    body = entry.packed[coding] if coding else entry.body
    etag = f'"{entry.etag}{coding and "-" + coding}"'
    headers = entry.headers | {
        "ETag": etag,
        "Cache-Control": "no-cache",
        "Vary": "Accept, Accept-Encoding",
        "Content-Length": str(len(body)),
    }
    if coding:
        headers["Content-Encoding"] = coding
    known = {tag.strip().removeprefix("W/") for tag in asked.get("if-none-match", "").split(",")}
    fresh = etag in known or "*" in known
    if fresh:
        del headers["Content-Length"]
    await send(_start(304 if fresh else 200, headers))
    await send({"type": "http.response.body", "body": b"" if head or fresh else body})


def _start(status: int, headers: dict[str, str]) -> dict[str, Any]:
    encoded = [
        (name.lower().encode(), value.encode("latin-1")) for name, value in (headers | HEADERS).items()
    ]
    return {"type": "http.response.start", "status": status, "headers": encoded}
