"""The server's side of Flask: `/sparql` by the protocol's functions, pages by Flask.

What was asked before is answered at once from the cache. All else waits for
query processes without a thread; Flask runs in a bounded thread pool. An answer
is complete before its first byte is sent.
"""

import asyncio
import json
import re
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from hashlib import file_digest
from io import SEEK_END, BufferedReader, BytesIO
from typing import cast
from urllib.parse import urlsplit

from flask import Flask

from qgraph import protocol, versions
from qgraph.engine import Engine, Reply, Task
from qgraph.errors import NotAuthorized, QgraphError, RequestError, WrongHost
from qgraph.protocol import Request
from qgraph.settings import Settings, is_loopback
from qgraph.versions import FULL, PUBLIC
from qgraph.web import HEADERS, access, memento, operators, writes
from qgraph.web.cache import LARGEST, Cache, Entry, Key, entry_of, is_lasting
from qgraph.web.documents import as_uri
from qgraph.web.errors import TITLES, Problem, problem
from qgraph.web.exchange import CORS, Asked, Headers, Response, page, written
from qgraph.web.pages import Site
from qgraph.web.sparql import headers_of, is_for_page

WAITING = 8
LONGEST = 2_000  # characters of a header that is taken to pieces
PARSED = ("accept", "accept-encoding", "accept-profile", "content-type", "if-none-match")
KEPT = (200, 303)  # statuses
VERSION = re.compile(r"(^|&)version=")
SLOW = 1.0  # seconds
NONE: Mapping[str, str] = {}
NO_STORE = {"Cache-Control": "private, no-store"}
FAULTS = {
    400: "The request is not HTTP/1.1 as RFC 9112 has it.",
    408: "The request did not come in time.",
    413: "The body has more than {limit:,} bytes.",
    414: "The address of the request is too long.",
    431: "The headers of the request are too many or too long.",
    500: "The server could not do this; its operator can.",
}


class Front:
    """Answers requests by *engine* and the Flask *app*."""

    def __init__(self, settings: Settings, engine: Engine, app: Flask) -> None:
        self.settings = settings
        self.engine = engine
        self.app = app
        self.desk = cast("Site", app.extensions["qgraph"]).desk
        self.cache = Cache(settings.cache_size)
        self.threads = ThreadPoolExecutor(settings.workers * WAITING, "page")
        self.watching = ThreadPoolExecutor(2, "watch")
        self.metrics = operators.Metrics()
        self.log = operators.Log(settings)

    def kept(self, asked: Asked) -> Response | None:
        """Return the answer to a GET that was asked before, ready to be sent; None if there is none."""
        if asked.method != "GET" or asked.path in operators.PATHS or "accept-datetime" in asked.headers:
            return None
        started = time.monotonic()
        try:
            response = self._kept(asked, b"")
        except QgraphError:  # there is no version, which `answer` says in words
            return None
        if response:
            self._note(self._addressed(asked), response, started)
        return response

    async def answer(self, asked: Asked, body: bytes) -> Response:
        """Return the answer to a request, and count it."""
        started = time.monotonic()
        self.metrics.running += 1
        asked = self._addressed(asked)
        try:
            response = await self._made(asked, body)
        except QgraphError as error:
            if isinstance(error, NotAuthorized) and "authorization" in asked.headers:
                await asyncio.sleep(SLOW)  # who tries tokens shall take long
            response = _refusal(error, asked.header("accept"))
        finally:
            self.metrics.running -= 1
        self._note(asked, response, started)
        return response

    def limit(self, asked: Asked) -> int:
        """Return how many bytes the body of a request may have: more for who may write."""
        try:
            return writes.body_limit(self.settings, writes.Writer(asked.headers, asked.client), note=False)
        except QgraphError:  # which `answer` says in words
            return self.settings.body_limit

    def fault(self, status: int) -> Response:
        """Return what a client is told whose request could not be read, and count it."""
        self.metrics.count(status, 0.0)
        detail = FAULTS[status].format(limit=self.settings.body_limit)
        title = TITLES.get(status, "The request cannot be read")
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        return _problem(Problem(status, body, {}, data=json.dumps(body).encode()))

    def _addressed(self, asked: Asked) -> Asked:
        """Return *asked* with the address of who asks, which a trusted proxy tells."""
        client = access.address_of(self.settings, asked.headers, asked.client)
        return asked if client == asked.client else replace(asked, client=client)

    def _note(self, asked: Asked, response: Response, started: float) -> None:
        seconds = time.monotonic() - started
        self.metrics.count(response.status, seconds)
        self.log.add(asked, status=response.status, seconds=seconds)

    async def _made(self, asked: Asked, body: bytes) -> Response:
        """Return the answer to a request that was not asked before."""
        check_headers(self.settings, asked.headers)
        run = asyncio.get_running_loop().run_in_executor
        if asked.path in operators.PATHS:
            operators.check_method(asked.method)
            return await run(self.watching, self._told, asked.path)
        who = access.Visitor()
        if "authorization" in asked.headers:
            who = await run(self.watching, access.visitor, self.settings, asked.headers, asked.client)
        leads = "accept-datetime" in asked.headers and not VERSION.search(asked.query)
        if leads and asked.method in ("GET", "HEAD"):
            return await run(self.watching, self._lead, asked)
        request = self._request(asked, body)
        if asked.path != "/sparql" or asked.method == "OPTIONS" or is_for_page(request):
            return await run(self.threads, self._page, asked, body)
        return await self._protocol(asked, request, who)

    async def _protocol(self, asked: Asked, request: Request, who: access.Visitor) -> Response:
        """Return the answer to a request of the SPARQL protocol."""
        sent = protocol.update_of(request)
        if sent is not None:
            writer = writes.Writer(asked.headers, asked.client)
            run = asyncio.get_running_loop().run_in_executor
            made = await run(self.threads, writes.update, self.desk, sent, writer)
            return Response(204, _listed(CORS | writes.headers_of(made)))
        kept = self._kept(asked, request.body) if asked.method != "GET" else None
        if kept:
            return kept
        task = protocol.task_of(request)
        if who.role:
            task = replace(task, layer=FULL if who.may("insider") else PUBLIC)
            return _unkept(await self.engine.reply(task, asked.client), NO_STORE)
        return await self._queried(asked, request.body, task)

    def _page(self, asked: Asked, body: bytes) -> Response:
        """Return the answer of the app, and keep it where the version in force decides it alone.

        What is kept was made in one state of the store from the beginning to the end.
        """
        state = self._state()
        is_read = asked.method in ("GET", "HEAD") and not VERSION.search(asked.query)
        key = self._key(asked, body) if state and is_read and "authorization" not in asked.headers else None
        held = self.cache.entries.get(key) if key else None
        if key and held and held.is_for(asked.header("if-none-match")):
            held = held.fitted(asked.header("accept-encoding"))
            self.cache.put(key, held)
            return _form(held, asked)
        response = page(self.app, asked, body)
        if response.lasting and asked.method == "HEAD" and isinstance(response.body, bytes):
            response = page(self.app, replace(asked, method="GET"), body)
        if not response.lasting or response.status not in KEPT:
            return response
        entry = _page_entry(response)
        whole = response if entry else tagged(response)
        fitted = entry.fitted(asked.header("accept-encoding")) if entry else None
        if key and self._state() == state:
            self.cache.put(key, fitted or _mark(whole))
        return _form(fitted, asked) if fitted else unless_known(whole, asked)

    def _state(self) -> tuple[int, ...]:
        try:
            return self.engine.state()
        except QgraphError:  # which the page tells
            return ()

    def _lead(self, asked: Asked) -> Response:
        """Lead to the version that was in force when the client wants (RFC 7089, section 4.1.1)."""
        moment = asked.header("accept-datetime")
        path = "/" + as_uri(asked.path.lstrip("/"))  # two slashes would lead to another host
        there = memento.leads_to(self.settings.store, path, asked.query, moment=moment)
        link = f'<{memento.original(path, asked.query)}>; rel="original timegate"'
        headers = {"Location": there, "Vary": "Accept-Datetime", "Link": link, "Content-Length": "0"}
        return Response(302, _listed(headers))

    async def _queried(self, asked: Asked, body: bytes, task: Task) -> Response:
        """Return the answer of the engine, and keep it where it may be kept."""
        key = self._key(asked, body)
        if known := self.cache.entries.get(key):  # but not in the coding that is asked for
            return await self._ready(known, asked, key=key)
        reply = await self.engine.reply(task, asked.client)
        if task.version:
            version = versions.describe(self.settings.store, reply.version)
            return _unkept(reply, memento.headers_of(version, memento.original("/sparql", asked.query)))
        if reply.size > LARGEST:
            return _unkept(reply)
        entry = entry_of(_headers_of(reply.kind), reply.read())
        lasts = reply.version == key[0][0] and is_lasting(str(task.arguments.get("text", "")))
        return await self._ready(entry, asked, key=key if lasts else None)

    async def _ready(self, entry: Entry, asked: Asked, *, key: Key | None) -> Response:
        """Return what *entry* holds for who asked, and keep it under *key*; packed in a thread."""
        accepted = asked.header("accept-encoding")
        if entry.lacks(accepted):
            run = asyncio.get_running_loop().run_in_executor
            entry = await run(self.threads, entry.fitted, accepted)
        if key:
            self.cache.put(key, entry)
        return _form(entry, asked)

    def _kept(self, asked: Asked, body: bytes) -> Response | None:
        """Return the answer that was kept for the very same request, None if there is none.

        What a request had to pass, such as the check of Host, is part of the key.
        """
        entry = None if "authorization" in asked.headers else self.cache.get(self._key(asked, body))
        if not entry or not entry.is_for(asked.header("if-none-match")):
            return None
        return None if entry.lacks(asked.headers.get("accept-encoding", "")) else _form(entry, asked)

    def _key(self, asked: Asked, body: bytes) -> Key:
        header = asked.headers.get
        if asked.path != "/sparql":
            address, named = f"{asked.path}?{asked.query}", (header("host", ""), header("accept", ""))
            return self.engine.state(), "PAGE", address, b"", *named, header("accept-profile", "")
        sparql = header("host", ""), header("accept", ""), header("content-type", "")
        return self.engine.state(), asked.method, asked.query, body, *sparql

    def _request(self, asked: Asked, body: bytes) -> Request:
        here = self.settings.public_url.rstrip("/") or f"http://{asked.header('host') or 'localhost'}"
        return Request(
            asked.method,
            asked.query,
            asked.header("content-type"),
            asked.header("accept"),
            body,
            f"{here}/sparql",
            asked.client,
            asked.header("content-encoding"),
        )

    def _told(self, path: str) -> Response:
        """Return what an operator asks; in a thread, since a process may have to be waited for."""
        try:
            said = operators.answer(path, self.engine, metrics=self.metrics, cache=self.cache)
        except QgraphError as error:
            return _refusal(error, "")
        body = said.encode()
        own = {"Content-Type": operators.TEXT, "Content-Length": str(len(body)), "Cache-Control": "no-store"}
        return Response(200, _listed(own), body)


def check_headers(settings: Settings, headers: Mapping[str, str]) -> None:
    """Raise WrongHost, or RequestError for a header that would take long to take to pieces."""
    host = headers.get("host", "")
    if not is_ours(host, settings.host, settings.public_url):
        raise WrongHost(f"This server does not speak for {host!r}: its operator can set --public-url.")
    for name in PARSED:
        if len(headers.get(name, "")) > LONGEST:
            raise RequestError(f"The header “{name}” has more than {LONGEST:,} characters.")


@lru_cache(maxsize=256)
def is_ours(host: str, served: str, public_url: str) -> bool:
    """Say whether *host* is a name of this server, and not one that a strange page gave our address."""
    known = urlsplit(public_url).netloc
    match = re.fullmatch(r"(\[[\w:.]+\]|[^:\[\]]*)(:\d+)?", host)
    here = match is not None and is_loopback(match[1].strip("[]"))
    return here or host == known or not (known or is_loopback(served))


@lru_cache(maxsize=64)
def _headers_of(kind: str) -> Headers:
    """Return the headers of every kept answer of *kind*, a format's name; length and tag are its own."""
    named = headers_of(protocol.answer_of(Reply(kind, 0, 0, BytesIO())))
    del named["Content-Length"]
    return _listed(named | {"Cache-Control": "no-cache", "Vary": "Accept, Accept-Encoding, Accept-Datetime"})


def _unkept(reply: Reply, headers: Mapping[str, str] = NONE) -> Response:
    """Return *reply* as it is sent to one client, and kept by nobody here."""
    return Response(200, _listed({**headers_of(protocol.answer_of(reply)), **headers}), reply.body)


def _refusal(error: QgraphError, accept: str) -> Response:
    return _problem(problem(error, accept))


def _problem(shown: Problem) -> Response:
    own = {"Content-Type": shown.media_type, "Content-Length": str(len(shown.data))}
    return Response(shown.status, _listed({**own, **shown.headers, **CORS}), shown.data)


def _page_entry(response: Response) -> Entry | None:
    """Return *response* ready to be kept and sent in any coding; None if it is too large for that."""
    if not isinstance(response.body, bytes):
        size = response.body.seek(0, SEEK_END)
        response.body.seek(0)
        if size > LARGEST:
            return None
    body = response.body if isinstance(response.body, bytes) else response.body.read()
    named = {name.lower() for name, _ in response.headers}
    headers = [(name.lower(), value) for name, value in response.headers if name.lower() != "content-length"]
    coded = [(name, f"{value}, Accept-Encoding" if name == "vary" else value) for name, value in headers]
    more = () if "vary" in named else (("vary", "Accept-Encoding"),)
    return entry_of((*coded, *more), body, response.status)


def tagged(response: Response) -> Response:
    """Return *response*, whose body is a large file, with a tag."""
    file = cast("BufferedReader", response.body)
    tag = f'"{file_digest(file, "blake2b").hexdigest()[:32]}"'
    file.seek(0)
    return replace(response, headers=(*response.headers, ("etag", tag)))


def _mark(whole: Response) -> Entry:
    """Return what is kept of an answer that is too large to be kept: who has it is told so."""
    told = tuple(one for one in whole.headers if one[0].lower() != "content-length")
    return Entry(whole.headers[-1][1].strip('"'), Response(304, told, written=written(told)), {})


def unless_known(whole: Response, asked: Asked) -> Response:
    """Return *whole*, a large answer, or 304 for who has it."""
    mark = _mark(whole)
    if not mark.is_for(asked.header("if-none-match")):
        return whole
    cast("BufferedReader", whole.body).close()
    return mark.plain


def _form(entry: Entry, asked: Asked) -> Response:
    return entry.response(asked.headers.get("accept-encoding", ""), asked.headers.get("if-none-match", ""))


def _listed(headers: Mapping[str, str]) -> Headers:
    """Return *headers* and those of every answer, their names in lower case."""
    return tuple((name.lower(), value) for name, value in {**headers, **HEADERS}.items())
