"""What a client asks and what it is answered, whatever server stands before; and pages by Flask."""

import sys
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any
from urllib.parse import unquote

from flask import Flask, request
from flask import Response as FlaskResponse
from werkzeug.test import run_wsgi_app

NO_BREAK = {ord(mark): " " for mark in "\r\n"}  # no value begins another header
Headers = tuple[tuple[str, str], ...]
# Pages of other sites may read all that is published, with no credentials (Fetch, section 3.2).
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Query, Allow, Content-Location, Content-Profile, ETag, Link, "
    "Memento-Datetime, Qgraph-Version, Retry-After",
}
READING = "GET, HEAD, OPTIONS"
PREFLIGHT = {
    "Allow": READING,
    "Access-Control-Allow-Headers": "Accept, Accept-Datetime, Accept-Profile, If-None-Match",
    "Access-Control-Allow-Methods": READING,
    "Access-Control-Max-Age": "86400",
}


@dataclass
class Handed:
    """What views hand on to `page` beside their answer: open files, and whether the answer is *lasting*."""

    files: list[IO[bytes]] = field(default_factory=list)
    lasting: bool = False


# A server that asks otherwise than by `page` has none.
HANDED: ContextVar[Handed | None] = ContextVar("handed", default=None)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request but for its body: *query* is still encoded, header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    client: str

    def header(self, name: str) -> str:
        """Return the header *name*, empty if it was not sent."""
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that is complete: its status, its headers, its body as bytes or as an open file.

    One that is kept has its headers *written* already. One that is *lasting* depends
    on the version in force, and on what the request says that it varies by, alone.
    """

    status: int
    headers: Headers
    body: bytes | IO[bytes] = b""
    written: bytes = b""
    lasting: bool = False

    def lines(self) -> bytes:
        """Return the headers as they are sent."""
        return self.written or written(self.headers)


def written(headers: Headers) -> bytes:
    """Return *headers* as they are sent."""
    lines = [f"{name}: {value.translate(NO_BREAK)}\r\n" for name, value in headers]
    return "".join(lines).encode("latin-1", "replace")


def page(app: Flask, asked: Asked, body: bytes) -> Response:
    """Return what *app* answers to a request."""
    host, _, port = (asked.header("host") or "localhost").partition(":")
    setting: dict[str, Any] = {
        "REQUEST_METHOD": asked.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(asked.path, "latin-1"),
        "QUERY_STRING": asked.query,
        "CONTENT_TYPE": asked.header("content-type"),
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": asked.client,
        "SERVER_NAME": host,
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    sent = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in asked.headers.items()}
    handed = Handed()
    token = HANDED.set(handed)
    try:
        pieces, status, headers = run_wsgi_app(app, sent | setting, buffered=True)
    finally:
        HANDED.reset(token)
    number, whole = int(status.split()[0]), b"".join(pieces)
    headers.pop("Date", None)  # which the server itself says
    if handed.files:
        return Response(number, tuple(headers.items()), handed.files[0], lasting=handed.lasting)
    if "Content-Length" not in headers and number not in (204, 304):
        headers["Content-Length"] = str(len(whole))
    return Response(number, tuple(headers.items()), whole, lasting=handed.lasting)


def hand_on(response: FlaskResponse, body: IO[bytes]) -> None:
    """Give *response* the file *body*: unread to the server that asked by `page`, read to any other."""
    handed = HANDED.get()
    if handed is not None:
        handed.files.append(body)
        return
    with body:
        response.data = body.read()


def lasting(response: FlaskResponse, varies: Iterable[str] = ()) -> FlaskResponse:
    """Mark *response* as one that the version in force and the headers that it *varies* by decide alone.

    The server that asked by `page` may then keep it, tags it and packs it; to any
    other it is tagged here.
    """
    for name in varies:
        response.vary.add(name)
    response.headers["Cache-Control"] = "no-cache"
    handed = HANDED.get()
    if handed is not None:
        handed.lasting = True
    elif response.status_code == 200:
        tagged(response)
    return response


def tagged(response: FlaskResponse) -> FlaskResponse:
    """Tag *response* by its bytes; make it a 304 for who has them."""
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
