"""Slow clients on the real server: they hold no place that others need."""

import contextlib
import resource
import socket
import struct
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest

from conftest import serving
from qgraph.settings import Settings
from qgraph.web.http import CONNECTIONS

LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } LIMIT 20000"


@pytest.fixture(scope="module")
def patient(tiny: Settings) -> Iterator[str]:
    """A server that waits two seconds for a client."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QGRAPH_CLIENT_TIMEOUT", "2")
        with serving(tiny.graph, tiny.store) as address:
            yield address


@pytest.fixture
def open_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connect(address: str, sent: bytes = b"") -> socket.socket:
    connection = socket.create_connection((urlsplit(address).hostname, urlsplit(address).port), timeout=20)
    connection.sendall(sent)
    return connection


def asked(address: str, text: str = "ASK {}") -> bytes:
    with urllib.request.urlopen(f"{address}/sparql?{urlencode({'query': text})}", timeout=10) as answer:
        return bytes(answer.read())


@pytest.mark.usefixtures("open_files")
@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /sparql HTTP/1.1\r\nHo",
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\nASK",
    ],
    ids=["nothing", "half the headers", "half the body"],
)
def test_a_thousand_who_send_slowly_keep_nobody_out(address: str, sent: bytes) -> None:
    with contextlib.ExitStack() as held:
        for _ in range(1000):
            held.enter_context(connect(address, sent))

        assert b"true" in asked(address)


def test_fifty_who_read_slowly_keep_nobody_out(address: str) -> None:
    query = urlencode({"query": LARGE})
    with contextlib.ExitStack() as held:
        for _ in range(50):
            held.enter_context(
                connect(address, f"GET /sparql?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            )

        assert b"true" in asked(address, "ASK { ?s ?p ?o }")


def test_who_leaves_at_once_holds_no_place(address: str) -> None:
    def come_and_go(_number: int) -> None:
        connection = connect(address)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()  # with a reset, often before it is accepted

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(come_and_go, range(CONNECTIONS + 200)))

    assert asked(address)


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost:"])
def test_who_sends_no_request_in_time_is_let_go(patient: str, sent: bytes) -> None:
    with connect(patient, sent) as connection:
        assert connection.recv(1000)[:15] in (b"", b"HTTP/1.1 408 Re")


def test_who_sends_no_body_in_time_is_told_so(patient: str) -> None:
    head = b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nA"
    with connect(patient, head) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 408 ")


def test_who_takes_no_answer_in_time_is_let_go(patient: str) -> None:
    request = f"GET /sparql?{urlencode({'query': LARGE})} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with connect(patient, request.encode()) as connection:
        start = connection.recv(1000)
        length = int(start.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        assert length > 1_000_000
        time.sleep(4)
        taken = len(start)
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(1_000_000):
                taken += len(piece)

        assert taken < length


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        ("GET /" + "a" * 70_000, "", b"414"),
        ("GET /", "a: b\r\n" * 300, b"431"),
        ("GET /", "a: " + "b" * 500_000 + "\r\n", b"431"),
        ("GE\x00T /", "", b"400"),
    ],
)
def test_a_head_over_the_limits_is_refused(
    address: str, request_line: str, headers: str, status: bytes
) -> None:
    sent = f"{request_line} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode()
    with connect(address) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent)
        assert connection.recv(100).startswith(b"HTTP/1.1 " + status)


def test_no_banner_is_shown(address: str) -> None:
    with urllib.request.urlopen(f"{address}/health") as answer:
        assert not answer.headers["Server"]
