"""A stranger attacks the real server: it answers, in words, reaches nobody, and goes on."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attacks import BAD, KILLERS, WIRE, Attack, asking, outward
from conftest import serving, until
from qgraph.settings import Settings

QUICK = 6
# Cuts of what a server would tell of itself, never to be seen in an answer.
INNARDS = ("Traceback", "src/qgraph", "site-packages", "pyoxigraph", 'File "', "/tmp/", "panicked")
ANSWERS = {200, 201, 204, 304, *range(400, 500), 503, 504}


def some(attacks: list[object], config: pytest.Config) -> list[object]:
    """All of them in a soak, else a few from all kinds."""
    return attacks if config.getoption("--soak") else attacks[::QUICK]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name, attacks in (("bad", BAD), ("killer", KILLERS), ("wire", WIRE)):
        if name in metafunc.fixturenames:
            chosen = some([*attacks], metafunc.config)
            metafunc.parametrize(name, chosen, ids=[str(number) for number in range(len(chosen))])


def send(address: str, attack: Attack) -> tuple[int, str]:
    """Send *attack* as it is; return status and body; 0 where the server hangs up."""
    host = urlsplit(address).netloc
    headers = {"Host": host, "Connection": "close", "Content-Length": str(len(attack.body))} | attack.headers
    if not attack.body and "Content-Length" not in attack.headers:
        del headers["Content-Length"]
    lines = [
        f"{attack.method} {attack.target} HTTP/1.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    with socket.create_connection(host.split(":"), timeout=10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + attack.body)
        if "Content-Length" in attack.headers or "Transfer-Encoding" in attack.headers:
            connection.shutdown(socket.SHUT_WR)  # promised a body, sent none
        answer = HTTPResponse(connection, method=attack.method)
        try:
            answer.begin()
        except (ConnectionError, ValueError, OSError):
            return 0, ""
        return answer.status, answer.read().decode("utf-8", "replace")


def alive(address: str) -> bool:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request("GET", f"/sparql?{urlencode({'query': 'ASK { ?s ?p ?o }'})}")
    answer = connection.getresponse().read()
    connection.close()
    return b"true" in answer


HALVES = [
    "SELECT * FROM <x:\\uD800> { ?s ?p ?o }",
    "SELECT * FROM NAMED <file:\\uDFFF> { ?s ?p ?o }",
    "BASE <x:\\uD800> ASK FROM <y> {}",
    "PREFIX x: <y:\\uD800> ASK FROM x:z {}",
    "ASK { SERVICE <x:\\uD800> {} }",
    "ASK { ?s ?p '\\uD800' }",
]


@pytest.mark.parametrize("text", HALVES)
def test_half_a_character_is_refused_and_breaks_no_process(
    address: str, plain_address: str, text: str
) -> None:
    for place in (address, plain_address):
        status, said = send(place, asking(text))

        assert status in (200, 400)
        assert "broke the process" not in said


def test_bad_input_gets_a_clear_answer(address: str, bad: Attack) -> None:
    status, said = send(address, bad)

    assert status in ANSWERS or (status == 0 and bad.headers)
    assert not [word for word in INNARDS if word in said]
    assert alive(address)


def test_bytes_that_no_client_library_sends_get_a_clear_answer(
    address: str, wire: tuple[bytes, set[int]]
) -> None:
    sent, right = wire
    with socket.create_connection(urlsplit(address).netloc.split(":"), timeout=10) as connection:
        with contextlib.suppress(ConnectionError):  # it may hang up in the middle
            connection.sendall(sent)
        answer = HTTPResponse(connection, method=sent.partition(b" ")[0].decode("latin-1"))
        try:
            answer.begin()
        except (ConnectionError, ValueError, HTTPException):
            answer.status = 0

    assert answer.status in right
    assert alive(address)


def test_a_query_that_never_ends_is_ended(address: str, killer: str) -> None:
    status, said = send(address, asking(killer))

    assert status in (400, 413, 504)
    assert json.loads(said)["detail"]
    assert alive(address)


def busy(settings: Settings) -> list[float]:
    """Return the seconds of work of each query process of a store."""
    mark = str(settings.store).encode()
    found = [one for one in Path("/proc").glob("[0-9]*/cmdline") if mark in _read(one)]
    stats = [_read(one.with_name("stat")).rpartition(b")")[2].split() for one in found]
    return [int(fields[11]) + int(fields[12]) for fields in stats if fields]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_after_many_killers_at_once_the_server_is_idle(tiny: Settings, address: str) -> None:
    with ThreadPoolExecutor(10) as many:
        answered = [status for status, _ in many.map(lambda text: send(address, asking(text)), KILLERS[:10])]
    assert set(answered) <= {400, 413, 429, 503, 504}

    def idle() -> bool:
        before = busy(tiny)
        threading.Event().wait(0.3)
        return before == busy(tiny)

    assert until(idle, 10)
    assert alive(address)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as waiting:
        waiting.settimeout(0)
        yield waiting


def untouched(listener: socket.socket) -> bool:
    try:
        listener.accept()
    except BlockingIOError:
        return True
    return False


@pytest.mark.parametrize("bare", [False, True])
def test_nothing_that_is_sent_makes_the_server_reach_out(
    tiny: Settings, tmp_path: Path, listener: socket.socket, *, bare: bool
) -> None:
    attacks = outward(f"127.0.0.1:{listener.getsockname()[1]}")
    options = ("--bare", "--open-writes") if bare else ()
    with serving(tiny.graph, tmp_path if bare else tiny.store, *options) as address:
        for attack in attacks:
            status, said = send(address, attack)
            assert status in ANSWERS
            assert not [word for word in INNARDS if word in said]
            if "SERVICE" in attack.target.upper() and attack.method == "GET":
                assert status == 400
        assert untouched(listener)
        assert alive(address) or bare


TERMS = st.sampled_from(
    ["?a", "?b", "?c", "<x:p>", '"a"', '"b"@en', "1", "1.5e3", "true", "[]", "()", "a", "<< ?a ?b ?c >>"]
)
STEPS = st.sampled_from(["<x:p>", "^<x:p>", "!<x:p>", "(<x:p>|a)*", "<x:p>/a", "?p", "<x:p>+", "!(a|^a)"])
TRIPLES = st.tuples(TERMS, STEPS, TERMS).map(" ".join)
VALUES = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["=", "!=", "<", "+", "-", "*", "/", "&&", "||", "IN"]), inner).map(
            lambda p: f"({' '.join(p)})"
        ),
        st.tuples(
            st.sampled_from(["STR", "LANG", "ABS", "NOT", "!", "-", "COUNT", "IRI", "BOUND", "REGEX"]), inner
        ).map(lambda p: f"{p[0]}({p[1]})"),
    ),
    max_leaves=6,
)
GROUPS = st.recursive(
    st.lists(TRIPLES, max_size=3).map(" . ".join),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: f"{{ {p[0]} }} UNION {{ {p[1]} }}"),
        st.tuples(inner, inner).map(lambda p: f"{p[0]} OPTIONAL {{ {p[1]} }}"),
        st.tuples(inner, inner).map(lambda p: f"{p[0]} MINUS {{ {p[1]} }}"),
        st.tuples(inner, VALUES).map(lambda p: f"{p[0]} FILTER({p[1]})"),
        st.tuples(inner, VALUES).map(lambda p: f"{p[0]} BIND({p[1]} AS ?x)"),
        inner.map(lambda one: f"{{ SELECT * {{ {one} }} LIMIT 5 }}"),
        inner.map(lambda one: f"GRAPH ?g {{ {one} }}"),
        inner.map(lambda one: f"FILTER NOT EXISTS {{ {one} }}"),
    ),
    max_leaves=8,
)
FORMS = st.sampled_from(
    [
        "SELECT * {{ {0} }}",
        "ASK {{ {0} }}",
        "SELECT (COUNT(*) AS ?n) {{ {0} }} GROUP BY ?a",
        "SELECT DISTINCT ?a {{ {0} }} ORDER BY ?b LIMIT 3",
        "CONSTRUCT {{ ?a ?b ?c }} {{ {0} }}",
        "DESCRIBE ?a {{ {0} }}",
        "SELECT {{ {0} ",
        "{0}",
    ]
)
QUERIES = st.tuples(FORMS, GROUPS).map(lambda p: p[0].format(p[1]))


def test_whatever_the_grammar_makes_is_answered(address: str, request: pytest.FixtureRequest) -> None:
    @settings(
        max_examples=3000 if request.config.getoption("--soak") else 60,
        deadline=None,
        database=None,
        derandomize=not request.config.getoption("--soak"),
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(QUERIES)
    def answered(text: str) -> None:
        status, said = send(address, asking(text))
        assert status in (200, 400, 413, 504)
        assert not [word for word in INNARDS if word in said]

    answered()
    assert alive(address)
