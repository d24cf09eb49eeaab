"""One service that the operator allows: SERVICE as the standard says, and no step further."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from attacks import HERE, HIDDEN
from conftest import serving
from qgraph.settings import Settings

ROW = {"head": {"vars": ["s"]}, "results": {"bindings": [{"s": {"type": "uri", "value": "http://e/there"}}]}}
ANSWERS = {
    "/rows": (200, json.dumps(ROW).encode()),
    "/fault": (500, b"no"),
    "/nonsense": (200, b"no rows"),
    "/away": (307, b""),
}
LOCAL = "VALUES ?x { 1 } "


class Service(ThreadingHTTPServer):
    """Answers by path, and keeps the paths it was asked for."""

    daemon_threads = True

    def __init__(self, away: str = "") -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.away = away
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(self.path)
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Location", self.server.away)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Service]:
    with Service() as service:
        yield service
        service.shutdown()


@pytest.fixture(scope="module")
def allowed(elsewhere: Service) -> Iterator[Service]:
    with Service(f"{elsewhere.address}/rows") as service:
        yield service
        service.shutdown()


@pytest.fixture(scope="module")
def open_to_one(tiny: Settings, allowed: Service) -> Iterator[str]:
    with serving(tiny.graph, tiny.store, "--allow-service", f"{allowed.address}/rows") as address:
        yield address


def ask(address: str, pattern: str) -> tuple[int, str]:
    return asked(address, f"SELECT * {{ {pattern} }}")


def asked(address: str, text: str) -> tuple[int, str]:
    try:
        with urlopen(
            Request(f"{address}/sparql?{urlencode({'query': text})}", headers={"Accept": "text/csv"})
        ) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, str(json.load(error)["detail"])


def test_the_service_is_asked(open_to_one: str, allowed: Service) -> None:
    found = ask(open_to_one, f"SERVICE <{allowed.address}/rows> {{ ?s ?p ?o }}")

    assert found == (200, "o,p,s\r\n,,http://e/there\r\n")


@pytest.mark.parametrize("path", ["/fault", "/nonsense", "/away"])
def test_a_service_that_fails_fails_the_query_unless_it_is_silent(
    open_to_one: str, allowed: Service, path: str
) -> None:
    status, said = ask(open_to_one, f"{LOCAL} SERVICE <{allowed.address}{path}> {{ ?x ?p ?o }}")
    silent = ask(open_to_one, f"{LOCAL} SERVICE SILENT <{allowed.address}{path}> {{ ?x ?p ?o }}")

    assert status == 400
    assert "cannot be answered" in said or "did not answer" in said
    assert silent == (200, "o,p,x\r\n,,1\r\n")


def test_nobody_else_is_asked_not_by_a_detour_either(
    open_to_one: str, allowed: Service, elsewhere: Service
) -> None:
    assert ask(open_to_one, f"SERVICE SILENT <{elsewhere.address}/rows> {{ ?s ?p ?o }}")[0] == 400
    inner = f"SERVICE <{elsewhere.address}/rows> {{ ?s ?p ?o }}"
    assert ask(open_to_one, f"SERVICE <{allowed.address}/rows> {{ {inner} }}")[0] == 400
    ask(open_to_one, f"SERVICE SILENT <{allowed.address}/away> {{ ?s ?p ?o }}")
    for text in HIDDEN:
        assert asked(open_to_one, text.replace(HERE, f"{elsewhere.address}/rows"))[0] == 400

    assert "/away" in allowed.asked
    assert elsewhere.asked == []
