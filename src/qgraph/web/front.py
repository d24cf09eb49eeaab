"""The server's side of Flask: `/sparql` by the protocol's function, pages by Flask.

Both run in bounded thread pools, so that a slow query never holds a page. An
answer is complete before its first byte is sent.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi_typing import WSGIApp
from flask import Flask

from qgraph import protocol
from qgraph.engine import Engine
from qgraph.errors import BodyTooLarge, QgraphError
from qgraph.protocol import Answer
from qgraph.settings import Settings
from qgraph.web import HEADERS
from qgraph.web.errors import PROBLEM, problem
from qgraph.web.sparql import CORS, headers_of, is_for_page

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
CHUNK = 65_536
WAITING = 8


class Front:
    """An ASGI app over *engine* and the Flask *app*."""

    def __init__(self, settings: Settings, engine: Engine, app: Flask) -> None:
        self.settings = settings
        self.engine = engine
        self.queries = ThreadPoolExecutor(settings.workers * WAITING, "query")
        self.pages = WSGIMiddleware(cast("WSGIApp", app), workers=settings.workers * WAITING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        parameters = scope["query_string"].decode("latin-1")
        page = is_for_page(scope["method"], headers.get("accept", ""), parameters)
        if scope["path"] != "/sparql" or scope["method"] == "OPTIONS" or page:
            await self.pages(scope, receive, send)  # type: ignore[arg-type]
        else:
            await self._query(scope["method"], parameters, headers, receive, send)

    async def _query(
        self, method: str, parameters: str, headers: dict[str, str], receive: Receive, send: Send
    ) -> None:
        try:
            body = await self._body(receive)
            request = protocol.Request(
                method,
                parameters,
                headers.get("content-type", ""),
                headers.get("accept", ""),
                body,
                f"http://{headers.get('host', 'localhost')}/sparql",
            )
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self.queries, protocol.answer, request, self.engine)
        except QgraphError as error:
            await _send_problem(error, send)
        else:
            await _send_answer(answer, send, head=method == "HEAD")

    async def _body(self, receive: Receive) -> bytes:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self.settings.body_limit:
                raise BodyTooLarge(f"The body has more than {self.settings.body_limit:,} bytes.")
        return body


async def _send_problem(error: QgraphError, send: Send) -> None:
    shown = problem(error)
    body = json.dumps(shown.body).encode()
    headers = {"Content-Type": PROBLEM, "Content-Length": str(len(body))} | shown.headers
    await send(_start(shown.status, headers | CORS))
    await send({"type": "http.response.body", "body": body})


async def _send_answer(answer: Answer, send: Send, *, head: bool) -> None:
    await send(_start(200, headers_of(answer)))
    with answer.reply.body as body:
        while not head and (chunk := body.read(CHUNK)):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _start(status: int, headers: dict[str, str]) -> dict[str, Any]:
    encoded = [
        (name.lower().encode(), value.encode("latin-1")) for name, value in (headers | HEADERS).items()
    ]
    return {"type": "http.response.start", "status": status, "headers": encoded}
