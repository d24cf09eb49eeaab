"""Requests out of the bytes of a connection: llhttp reads, under limits (RFC 9112)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from qgraph.web.exchange import Asked

RAW = re.compile(rb"[\x80-\xff]")
LINE = 65_534  # bytes of a request's address
HEAD = 131_072  # bytes of its address and headers
FIELDS = 100  # headers
KNOWN = 1_000  # requests that are known by their bytes, if they are
SHORT = 4_000  # bytes
DEAREST = 6  # bytes that one byte of a body takes where each is a chunk


class Fault(Exception):
    """What comes cannot be answered, and ends the connection: *status* says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Whole:
    """A request with its body, and whether the connection stays after its answer."""

    asked: Asked
    body: bytes
    stays: bool


Known = dict[tuple[str, bytes], Whole]


class Reader:
    """Reads the requests of *client*, with bodies of the *limit* that a head is given; `on_` is llhttp's.

    *head* is called once a head is read and good, and told whether its client
    waits for leave to send the body. What is *known* was read before.
    """

    def __init__(
        self, client: str, limit: Callable[[Asked], int], *, head: Callable[[bool], None], known: Known
    ) -> None:
        self.client = client
        self.known = known
        self.limit_of = limit
        self.limit = 0
        self.head_is_read = head
        self.parser = HttpRequestParser(self)
        self.found: list[Whole] = []
        self.fault = 0
        self.on_message_begin()
        self.begun = False

    def feed(self, data: bytes) -> list[Whole]:
        """Return the requests that *data* makes whole. Raises Fault.

        Programs send the same bytes again and again; those of one GET are read once.
        """
        if self.begun:
            return self._read(data)
        data = _encoded(data)
        key = self.client, data
        if key in self.known:
            return [self.known[key]]
        found = self._read(data)
        if len(found) == 1 and not self.begun and data.startswith(b"GET ") and len(data) < SHORT:
            if len(self.known) >= KNOWN:
                self.known.clear()
            self.known[key] = found[0]
        return found

    def _read(self, data: bytes) -> list[Whole]:
        self.found = []
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as offer:  # another protocol, which is not taken
            if self.announces_body:
                raise Fault(400) from offer
            self.parser = HttpRequestParser(self)
        except HttpParserError as error:
            raise Fault(self.fault or 400) from error
        if self.begun and not self.found:
            self.size += len(data)
        if self.size > HEAD + (DEAREST * self.limit if self.in_body else 0):
            self.fault = self.fault or (413 if self.in_body else 431)
        if self.fault:
            raise Fault(self.fault)
        return self.found

    def on_message_begin(self) -> None:
        """Be ready for a request that has *begun*."""
        self.begun = True
        self.url = b""
        self.headers: dict[str, str] = {}
        self.fields = 0
        self.body = bytearray()
        self.size = 0
        self.in_body = False
        self.announces_body = False
        self.fault = 0

    def on_url(self, piece: bytes) -> None:
        """Take a piece of the address."""
        self.url += piece
        if len(self.url) > LINE:
            self.fault = 414

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; several of one name are a list (RFC 9110, section 5.3), but for Host."""
        self.fields += 1
        if self.fields > FIELDS:
            self.fault = self.fault or 431
        if self.in_body:  # a trailer, which is no header (RFC 9110, section 6.5.1)
            return
        if b"_" in name:  # which would pass for a hyphen behind WSGI
            return
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        if key in self.headers:
            self.fault = self.fault or (400 if key == "host" else 0)
            text = f"{self.headers[key]}, {text}"
        self.headers[key] = text

    def on_headers_complete(self) -> None:
        """Look whether the head is good, and whether the body may come."""
        self.in_body = True
        version = self.parser.get_http_version()
        if version not in ("1.0", "1.1") or (version == "1.1" and "host" not in self.headers):
            self.fault = self.fault or 400  # RFC 9112, sections 2.3 and 3.2
        self.announces_body = bool({"content-length", "transfer-encoding"} & self.headers.keys())
        self.limit = self.limit_of(self._asked()) if self.announces_body else 0
        if int(self.headers.get("content-length", "0")) > self.limit:
            self.fault = self.fault or 413
        if not self.fault:
            self.head_is_read(self.headers.get("expect", "").lower() == "100-continue")

    def on_body(self, piece: bytes) -> None:
        """Take a piece of the body."""
        if len(self.body) + len(piece) > self.limit:
            self.fault = self.fault or 413
        else:
            self.body += piece

    def on_message_complete(self) -> None:
        """Keep the request, which is whole."""
        if self.fault:
            return
        stays = self.parser.should_keep_alive() and self.parser.get_http_version() == "1.1"
        self.found.append(Whole(self._asked(), bytes(self.body), stays))
        self.begun = False

    def _asked(self) -> Asked:
        path, query = _split(self.url.decode("latin-1"))
        return Asked(self.parser.get_method().decode(), path, query, self.headers, self.client)


def _encoded(data: bytes) -> bytes:
    """Return *data* with its first line in ASCII: some clients send the UTF-8 of an address as it is."""
    line, end, rest = data.partition(b"\r\n")
    return data if line.isascii() else RAW.sub(lambda byte: b"%%%02X" % byte[0][0], line) + end + rest


def _split(url: str) -> tuple[str, str]:
    """Return path and query of a request's target (RFC 9112, section 3.2)."""
    if url.startswith("/"):
        path, _, query = url.partition("#")[0].partition("?")
        return path, query
    parts = urlsplit(url)
    return parts.path or "/", parts.query
