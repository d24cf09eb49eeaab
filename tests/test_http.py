"""Requests as bytes on a connection: to the reader alone, and to the real server."""

import socket
from urllib.parse import urlsplit

import pytest

from qgraph.web.exchange import Response
from qgraph.web.reader import Fault, Reader

GET = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"


def reader() -> Reader:
    return Reader("", lambda _asked: 100, head=lambda _waits: None, known={})


def test_a_request_is_read_however_it_is_cut() -> None:
    sent = POST + b"Content-Length: 6\r\n\r\nASK {}"
    one = reader()
    found = [whole for n in range(len(sent)) for whole in one.feed(sent[n : n + 1])]

    assert [(whole.asked.method, whole.asked.path, whole.body) for whole in found] == [
        ("POST", "/sparql", b"ASK {}")
    ]
    assert found[0].asked.headers["content-type"] == "application/sparql-query"


@pytest.mark.parametrize(
    "sent",
    [
        POST + b"Content-Length: 60\r\n\r\nASK {}",
        POST + b"Transfer-Encoding: chunked\r\n\r\n6\r\nASK {}\r\n",
    ],
)
def test_a_body_that_was_cut_makes_no_request(sent: bytes) -> None:
    assert not reader().feed(sent)


def test_the_same_bytes_again_are_the_same_request() -> None:
    one = reader()
    first, again = one.feed(GET + b"\r\n"), one.feed(GET + b"\r\n")
    half, rest = one.feed(GET), one.feed(b"\r\n")

    assert first[0] is again[0]
    assert not half
    assert rest == first


def test_a_body_in_chunks_is_put_together() -> None:
    sent = POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nASK\r\n3\r\n {}\r\n0\r\n\r\n"

    assert reader().feed(sent)[0].body == b"ASK {}"


def test_what_follows_a_body_is_no_header() -> None:
    sent = POST + b"Transfer-Encoding: chunked\r\n\r\n6\r\nASK {}\r\n0\r\nAuthorization: x\r\n\r\n"
    (whole,) = reader().feed(sent)

    assert whole.body == b"ASK {}"
    assert not whole.asked.header("authorization")


def test_headers_of_one_name_are_a_list() -> None:
    (whole,) = reader().feed(GET + b"Accept: text/csv\r\nAccept: */*;q=0.1\r\n\r\n")

    assert whole.asked.header("accept") == "text/csv, */*;q=0.1"


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/a?b=c?d", "/a", "b=c?d"),
        (b"http://localhost/a?b", "/a", "b"),
        (b"http://localhost", "/", ""),
        (b"*", "*", ""),
    ],
)
def test_a_target_is_split(target: bytes, path: str, query: str) -> None:
    (whole,) = reader().feed(b"OPTIONS " + target + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")

    assert (whole.asked.path, whole.asked.query) == (path, query)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (GET + b"Host: elsewhere\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nAccept: */*\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (GET + b" folded\r\n\r\n", 400),
        (POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400),
        (POST + b"Content-Length: 101\r\n\r\n", 413),
        (POST + b"Content-Length: 99999999999999999999\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n65\r\n" + b"a" * 101, 413),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\na: " + b"b" * 140_000, 413),
        (b"GET /" + b"a" * 70_000, 414),
        (GET + b"a: b\r\n" * 101, 431),
        (GET + b"a: " + b"b" * 140_000, 431),
    ],
)
def test_what_cannot_be_answered_is_a_fault(sent: bytes, status: int) -> None:
    with pytest.raises(Fault) as fault:
        reader().feed(sent)

    assert fault.value.status == status


def talk(address: str, *sent: bytes, ends: bool = False) -> bytes:
    """Send all at once and return what comes until the server closes."""
    with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port), timeout=10) as line:
        line.sendall(b"".join(sent))
        if ends:
            line.shutdown(socket.SHUT_WR)
        came = b""
        while piece := line.recv(65_536):
            came += piece
        return came


LAST = GET + b"Connection: close\r\n\r\n"


def test_requests_sent_ahead_are_answered_in_their_order(address: str) -> None:
    health = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    came = talk(address, GET + b"\r\n", health, *[GET + b"\r\n"] * 30, LAST)

    assert came.count(b"HTTP/1.1 200 OK") == 33
    assert came.index(b"true") < came.index(b"alive") < came.rindex(b"true")


def test_a_client_that_stops_sending_still_gets_its_answer(address: str) -> None:
    assert b"true" in talk(address, GET + b"X-Once: 1\r\nAccept: text/csv, */*\r\n\r\n", ends=True)


def test_head_leaves_the_connection_in_order(address: str) -> None:
    came = talk(address, GET.replace(b"GET", b"HEAD") + b"\r\n", LAST)

    assert came.count(b"HTTP/1.1 200") == 2
    assert came.count(b"true") == 1


def test_a_client_that_offers_another_protocol_is_answered_in_this_one(address: str) -> None:
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n\r\n"
    came = talk(address, GET + offer, ends=True)

    assert came.startswith(b"HTTP/1.1 200 OK")


def test_an_old_client_is_answered_and_let_go(address: str) -> None:
    came = talk(address, GET.replace(b"1.1", b"1.0") + b"\r\n")

    assert b"connection: close" in came
    assert came.endswith(b"}")


def test_leave_to_send_a_body_is_given(address: str) -> None:
    came = talk(
        address, POST, b"Content-Length: 6\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n", b"ASK {}"
    )

    assert came.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_a_refusal_is_heard_by_who_still_sends(address: str) -> None:
    came = talk(address, POST, b"Content-Length: 3000000\r\n\r\n", b"q" * 3_000_000, ends=True)

    assert came.startswith(b"HTTP/1.1 413 ")
    assert b"1,000,000 bytes" in came


def test_a_fault_after_a_request_takes_nothing_from_its_answer(address: str) -> None:
    with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port), timeout=10) as line:
        line.sendall(GET + b"\r\n")
        first = line.recv(65_536)
        line.sendall(b"nonsense\r\n\r\n")
        second = line.recv(65_536)

    assert (first[:12], second[:12]) == (b"HTTP/1.1 200", b"HTTP/1.1 400")


def test_an_offer_of_another_protocol_hides_no_second_request() -> None:
    inner = b"GET /secret HTTP/1.1\r\nHost: a\r\n\r\n"
    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: %d\r\n\r\n"
    with pytest.raises(Fault) as fault:
        reader().feed(head % len(inner) + inner)
    assert fault.value.status == 400

    split = reader()
    with pytest.raises(Fault):
        split.feed(head % len(inner))


def test_a_header_with_an_underscore_is_none_with_a_hyphen() -> None:
    (whole,) = reader().feed(b"GET / HTTP/1.1\r\nHost: a\r\nX_Forwarded_For: b\r\n\r\n")

    assert whole.asked.headers == {"host": "a"}


def test_no_value_of_a_header_begins_another() -> None:
    assert Response(200, (("link", "a\r\nset-cookie: b ə"),)).lines() == b"link: a  set-cookie: b ?\r\n"
