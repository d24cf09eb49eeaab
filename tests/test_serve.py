"""The real server: HTTP, the front, Flask behind it, the query processes."""

import json
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message

import pytest

from conftest import serving, until
from qgraph.settings import Settings

KILLER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }"
LARGE = "SELECT * { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?t ?q ?s } }"


def ask(
    address: str, query: str, *, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, Message, bytes]:
    path = "/sparql" + ("?" + urllib.parse.urlencode({"query": query}) if query else "")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(address + path, body, named, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


MEDIA = [
    ("ASK {}", "application/sparql-results+json"),
    ("ASK {}", "application/sparql-results+xml"),
    ("SELECT * {}", "text/csv"),
    ("SELECT * {}", "text/tab-separated-values"),
    ("DESCRIBE <film/tide>", "text/turtle"),
    ("DESCRIBE <film/tide>", "application/n-triples"),
    ("DESCRIBE <film/tide>", "application/rdf+xml"),
    ("DESCRIBE <film/tide>", "application/ld+json"),
]


@pytest.mark.parametrize(("query", "media_type"), MEDIA)
def test_an_answer_comes_in_the_type_asked_for(address: str, query: str, media_type: str) -> None:
    status, headers, body = ask(address, query, Accept=media_type)

    assert status == 200
    assert headers.get_content_type() == media_type
    assert headers["Vary"].startswith("Accept")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert int(headers["Content-Length"]) == len(body)


def test_a_query_can_be_posted_as_a_form_or_directly(address: str) -> None:
    form = ask(
        address, "", method="POST", body=b"query=ASK%7B%7D", Content_Type="application/x-www-form-urlencoded"
    )
    direct = ask(address, "", method="POST", body=b"ASK {}", Content_Type="application/sparql-query")

    assert form[0] == direct[0] == 200
    assert json.loads(form[2]) == json.loads(direct[2]) == {"head": {}, "boolean": True}


def test_head_has_the_headers_of_get_and_no_body(address: str) -> None:
    status, headers, body = ask(address, "ASK {}", method="HEAD")

    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 0


REFUSALS = [
    ({"query": "SELECT * { ?s ?p }"}, 400, "line 1, column 18, near"),
    ({"query": "", "Accept": "text/csv"}, 400, "Expected one parameter “query”"),
    ({"query": "ASK {}", "Accept": "image/png"}, 406, "image/png"),
    ({"query": "DESCRIBE <film/tide>", "Accept": "text/csv"}, 406, "a graph"),
    ({"query": "", "method": "POST", "body": b"ASK {}", "Content_Type": "text/plain"}, 415, "text/plain"),
    ({"query": "ASK {}", "method": "DELETE"}, 405, "DELETE"),
    ({"query": "ASK { SERVICE <x:y> {} }"}, 400, "SERVICE is not allowed"),
    ({"query": "INSERT DATA { <a:b> <a:c> 1 }"}, 400, "is not SPARQL"),
    (
        {"query": "", "method": "POST", "body": b"q" * 2_000_000, "Content_Type": "text/plain"},
        413,
        "1,000,000",
    ),
    ({"query": "ASK { FILTER(<x:f>(1)) }"}, 400, "x:f"),
    ({"query": "ASK " + "{" * 6000 + "}" * 6000}, 400, "6,000 levels of brackets"),
]


@pytest.mark.parametrize(("request_", "status", "words"), REFUSALS)
def test_a_refusal_is_a_problem_in_words(
    address: str, request_: dict[str, str], status: int, words: str
) -> None:
    found, headers, body = ask(address, **request_)
    problem = json.loads(body)

    assert found == problem["status"] == status
    assert headers.get_content_type() == "application/problem+json"
    assert words in problem["detail"]
    assert not {"Traceback", "/src/", "site-packages"} & set(problem["detail"].split())


def test_a_syntax_error_says_where(address: str) -> None:
    _, _, body = ask(address, "SELECT *\nWHERE { ?s ?p }")

    assert json.loads(body).items() >= {"line": 2, "column": 15, "near": "WHERE { ?s ?p }"}.items()


def test_a_query_that_never_ends_is_504_while_a_light_one_goes_on(address: str) -> None:
    stopped: list[int] = []
    started = time.monotonic()
    waiting = threading.Thread(target=lambda: stopped.append(ask(address, KILLER)[0]))
    waiting.start()
    light = [ask(address, "ASK { ?s ?p ?o }") for _ in range(10)]
    took = time.monotonic() - started
    waiting.join()

    assert took < 1.5
    assert {status for status, _, _ in light} == {200}
    assert stopped == [504]
    assert 1.9 < time.monotonic() - started < 5


def test_a_large_answer_is_whole(address: str) -> None:
    status, headers, body = ask(address, LARGE, Accept="text/csv")

    assert status == 200
    assert int(headers["Content-Length"]) == len(body) > 256_000


def test_pages_come_from_flask_behind_the_front(address: str) -> None:
    for path in ("/", "/sparql", "/questions/films", "/film/tide", "/static/built/style.css", "/health"):
        with urllib.request.urlopen(
            urllib.request.Request(address + path, headers={"Accept": "text/html"})
        ) as page:
            assert page.status == 200
            assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_a_browser_that_asks_before_it_posts_is_let_in(address: str) -> None:
    status, headers, _ = ask(address, "", method="OPTIONS", Origin="https://elsewhere.example")

    assert status == 204
    assert "POST" in headers["Access-Control-Allow-Methods"]
    assert "QUERY" in headers["Allow"]
    assert "application/sparql-query" in headers["Accept-Query"]
    assert headers["Content-Type"] is None


@pytest.mark.parametrize(
    ("query", "sent", "status"),
    [
        ("ASK {}", {}, 200),
        ("ASK {}", {"If_None_Match": "*"}, 304),
        ("ASK {", {}, 400),
        ("ASK {}", {"method": "PUT"}, 405),
        ("ASK {}", {"Accept": "image/png"}, 406),
        ("", {"method": "POST", "body": b"ASK {}", "Content_Type": "text/plain"}, 415),
        ("ASK {}", {"Host": "evil.example"}, 421),
        (KILLER, {}, 504),
    ],
)
def test_a_page_of_another_site_reads_every_answer(
    address: str, query: str, sent: dict[str, str], status: int
) -> None:
    found, headers, _ = ask(address, query, **sent)

    assert found == status
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" in headers["Access-Control-Expose-Headers"]
    assert headers["Access-Control-Allow-Credentials"] is None


PATHS = [
    *(
        "/",
        "/sparql",
        "/nope",
        "/nope.html",
        "/film/tide",
        "/film/nope",
        "/questions/films",
        "/questions/nope",
    ),
    *("/static/built/style.css", "/static/nope.css", "/graphs", "/graphs?default", "/graphs?graph=x:nope"),
    *("/health", "/ready", "/metrics", "/sparql?query=ASK%7B%7D", "/sparql?query=ASK%7B"),
]


@pytest.mark.parametrize("accept", ["text/html", "*/*", "text/turtle"])
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_keeps_its_reader_safe(address: str, path: str, accept: str) -> None:
    request = urllib.request.Request(address + path, headers={"Accept": accept, "Cookie": "a=b"})
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Set-Cookie"] is None
        assert not answer.headers["Server"]
        assert answer.status < 500


def test_parameters_that_are_sent_as_they_are_mean_what_they_say(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    target = "/sparql?format=csv&query=SELECT+(STRLEN('şəhər')+AS+?n){}"
    with socket.create_connection((host, int(port)), timeout=10) as client:
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: client.recv(4096), b""))

    assert answer.endswith(b"\r\n\r\nn\r\n5\r\n")


def test_a_client_that_leaves_while_sending_harms_nobody(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nquery=")

    assert ask(address, "ASK {}")[0] == 200


def test_a_version_that_takes_long_to_open_is_waited_for(
    tiny: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QGRAPH_QUEUE_TIMEOUT", "0.02")
    with serving(tiny.graph, tiny.store) as address:
        assert until(lambda: ask(address, "ASK {}")[0] == 200)
