"""Requests out of the bytes of a connection: llhttp reads, under limits (RFC 9112)."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from qgraph.web.exchange import Asked

LINE = 65_534  # bytes of a request's address
HEAD = 131_072  # bytes of its address and headers
FIELDS = 100  # headers


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


class Reader:
    """Reads the requests of *client*, bodies of *limit* bytes at most; the `on_` methods are llhttp's.

    *head* is called once a head is read and good, and told whether its client
    waits for leave to send the body.
    """

    def __init__(self, client: str, limit: int, head: Callable[[bool], None]) -> None:
        self.client = client
        self.limit = limit
        self.head_is_read = head
        self.parser = HttpRequestParser(self)
        self.found: list[Whole] = []
        self.on_message_begin()
        self.begun = False

    def feed(self, data: bytes) -> list[Whole]:
        """Return the requests that *data* makes whole. Raises Fault."""
        self.found = []
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade:  # another protocol is offered, and not taken
            self.parser = HttpRequestParser(self)
        except HttpParserError as error:
            raise Fault(self.fault or 400) from error
        if self.begun and not self.in_body and not self.found:
            self.head += len(data)
        if self.fault or self.head > HEAD:
            raise Fault(self.fault or 431)
        return self.found

    def on_message_begin(self) -> None:
        """Be ready for a request that has *begun*."""
        self.begun = True
        self.url = b""
        self.headers: dict[str, str] = {}
        self.fields = 0
        self.body = bytearray()
        self.head = 0
        self.in_body = False
        self.fault = 0

    def on_url(self, piece: bytes) -> None:
        """Take a piece of the address."""
        self.url += piece
        if len(self.url) > LINE:
            self.fault = 414

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; several of one name are a list (RFC 9110, section 5.3), but for Host."""
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        if key in self.headers:
            self.fault = self.fault or (400 if key == "host" else 0)
            text = f"{self.headers[key]}, {text}"
        self.headers[key] = text
        self.fields += 1
        if self.fields > FIELDS:
            self.fault = self.fault or 431

    def on_headers_complete(self) -> None:
        """Look whether the body may come."""
        self.in_body = True
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
        path, query = _split(self.url.decode("latin-1"))
        method = self.parser.get_method().decode()
        stays = self.parser.should_keep_alive() and self.parser.get_http_version() == "1.1"
        self.found.append(
            Whole(Asked(method, path, query, self.headers, self.client), bytes(self.body), stays)
        )
        self.begun = False


def _split(url: str) -> tuple[str, str]:
    """Return path and query of a request's target (RFC 9112, section 3.2)."""
    if url.startswith("/"):
        path, _, query = url.partition("#")[0].partition("?")
        return path, query
    parts = urlsplit(url)
    return parts.path or "/", parts.query
