"""The endpoint as docs/how-to/run-an-endpoint.md has it run: behind a real nginx, by HTTPS."""

import json
import os
import re
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from getpass import getuser
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from attacks import KILLERS
from conftest import CASES, ROOT, built, free_port, program, serving, until
from qgraph import tokens
from qgraph.settings import Settings

EXAMPLES = ROOT / "docs" / "examples" / "endpoint"
NAME = "graph.example.org"
JSON = {"Accept": "application/sparql-results+json"}
SHARE = Settings().client_queries
MAIN = """
daemon off;
worker_processes 1;
user {user};
pid {here}/pid;
events {{}}
error_log {here}/errors info;
http {{
    access_log {here}/access;
    client_body_temp_path {here}/body;
    proxy_temp_path {here}/proxy;
    fastcgi_temp_path {here}/fastcgi;
    uwsgi_temp_path {here}/uwsgi;
    scgi_temp_path {here}/scgi;
    include {here}/site.conf;
}}
"""


@dataclass(frozen=True)
class Proxy:
    """nginx, that listens for HTTP and for HTTPS, and keeps its logs in *folder*."""

    folder: Path
    open_port: int
    port: int

    def ask(
        self,
        path: str,
        headers: dict[str, str] = JSON,
        *,
        method: str = "GET",
        body: str = "",
        reader: int = 1,
    ) -> tuple[HTTPResponse, bytes]:
        """Return what a *reader*, of the address 127.0.0.*reader*, is answered."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        source = (f"127.0.0.{reader}", 0)
        line = HTTPSConnection("127.0.0.1", self.port, timeout=20, context=trusting, source_address=source)
        with closing(line):
            line.request(method, path, body.encode() or None, {"Host": NAME} | headers)
            answer = line.getresponse()
            return answer, answer.read()

    def is_open(self) -> bool:
        try:
            return self.ask("/health")[0].status == 200
        except OSError:
            return False


def site(folder: Path, ports: tuple[int, int], served: str) -> str:
    """Return the site of the example, on two *ports*, its certificate in *folder*, before *served*."""
    text = (EXAMPLES / "nginx.conf").read_text(encoding="utf-8")
    changes = {
        "127.0.0.1:8000": urlsplit(served).netloc,
        "listen 80": f"listen 127.0.0.1:{ports[0]}",
        "listen 443": f"listen 127.0.0.1:{ports[1]}",
        f"/etc/ssl/{NAME}": str(folder),
    }
    for written, tried in changes.items():
        assert text.count(written)
        text = text.replace(written, tried)
    return text


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A real nginx before a real server, both as the how-to has them."""
    nginx = program("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    here, ports = tmp_path_factory.mktemp("nginx"), (free_port(), free_port())
    settings = built(CASES / "tiny", here / "store")
    certified = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={NAME}"]
    files = ["-keyout", str(here / "key.pem"), "-out", str(here / "chain.pem")]
    subprocess.run([program("openssl"), *certified, *files], check=True, capture_output=True)
    unit = (EXAMPLES / "qgraph.service").read_text(encoding="utf-8")
    options = re.findall(r"qgraph serve (.*)", unit)[0].split()
    with serving(settings.graph, settings.store, *options, "--query-timeout", "2") as address:
        (here / "main.conf").write_text(MAIN.format(here=here, user=getuser()), encoding="utf-8")
        (here / "site.conf").write_text(site(here, ports, address), encoding="utf-8")
        with subprocess.Popen([nginx, "-c", here / "main.conf", "-e", here / "errors"]) as running:
            try:
                made = Proxy(here, *ports)
                assert until(made.is_open)
                yield made
            finally:
                running.terminate()


@pytest.mark.parametrize(
    ("method", "path", "kind", "body"),
    [
        ("GET", f"/sparql?query={quote('ASK {}')}", "", ""),
        ("POST", "/sparql", "application/sparql-query", "ASK {}"),
        ("POST", "/sparql", "application/x-www-form-urlencoded", f"query={quote('ASK {}')}"),
        ("QUERY", "/sparql", "application/sparql-query", "ASK {}"),
    ],
)
def test_a_query_passes_in_each_way(proxy: Proxy, method: str, path: str, kind: str, body: str) -> None:
    answer, said = proxy.ask(path, JSON | {"Content-Type": kind}, method=method, body=body)

    assert answer.status == 200
    assert json.loads(said)["boolean"] is True
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_long_query_in_an_address_passes(proxy: Proxy) -> None:
    text = "ASK {} #" + "x" * 63_900

    assert proxy.ask(f"/sparql?query={quote(text)}")[0].status == 200


def test_the_server_calls_itself_by_its_public_name(proxy: Proxy) -> None:
    answer, said = proxy.ask("/sparql", {"Accept": "text/turtle"})

    assert answer.status == 200
    assert f"<https://{NAME}/sparql>" in said.decode()
    assert proxy.ask("/sparql?query=ASK%7B%7D", JSON | {"Host": "evil.example"})[0].status == 421


def test_tags_and_codings_pass(proxy: Proxy) -> None:
    path = f"/sparql?query={quote('SELECT * { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g ?s ?p ?o LIMIT 200')}"
    packed, body = proxy.ask(path, JSON | {"Accept-Encoding": "gzip"})
    tag = packed.headers["ETag"]

    assert packed.headers["Content-Encoding"] == "gzip"
    assert body[:2] == b"\x1f\x8b"
    again = proxy.ask(path, JSON | {"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert (again[0].status, again[1]) == (304, b"")


def test_each_reader_has_a_share_of_long_queries(proxy: Proxy) -> None:
    path, found = f"/sparql?query={quote(KILLERS[0])}", []

    def ask() -> None:
        found.append(proxy.ask(path, reader=2)[0].status)

    asking = [threading.Thread(target=ask) for _ in range(SHARE + 1)]
    for thread in asking:
        thread.start()
    until(lambda: bool(found))
    other = proxy.ask(path, reader=3)[0].status
    for thread in asking:
        thread.join()

    assert sorted(found) == [429, *[504] * SHARE]
    assert other == 504


def test_a_token_counts_by_https_and_what_comes_openly_is_led_there(proxy: Proxy) -> None:
    _, secret = tokens.create(proxy.folder / "store", "insider", "a test")
    path = f"/sparql?query={quote('ASK {}')}"
    answer, _ = proxy.ask(path, JSON | {"Authorization": f"Bearer {secret}"})
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "private, no-store"

    line = HTTPConnection("127.0.0.1", proxy.open_port, timeout=20)
    with closing(line):
        line.request("GET", path, headers={"Host": NAME})
        led = line.getresponse()
    assert (led.status, led.headers["Location"]) == (308, f"https://{NAME}{path}")


def test_a_body_may_be_larger_where_writers_send_graphs(proxy: Proxy) -> None:
    graph, kind = "<urn:a> <urn:b> <urn:c> .\n" * 60_000, {"Content-Type": "application/n-triples"}

    assert b"nginx" not in proxy.ask("/graphs?default", kind, method="PUT", body=graph)[1]
    assert b"nginx" in proxy.ask("/sparql", kind, method="POST", body=graph)[1]


def test_only_the_machine_itself_watches_the_server(proxy: Proxy) -> None:
    for path in ("/health", "/ready", "/metrics"):
        assert proxy.ask(path)[0].status == 200
        assert proxy.ask(path, reader=2)[0].status == 403


def test_no_log_of_the_proxy_names_a_reader_or_a_query(proxy: Proxy) -> None:
    for text in ("ASK { ?s ?p 'hidden-word' }", "ASK { 'hidden-word"):
        proxy.ask(f"/sparql?query={quote(text)}", reader=9)

    names = ("access", "errors")
    for file in (proxy.folder / name for name in names if (proxy.folder / name).exists()):
        assert b"hidden-word" not in file.read_bytes(), file
        assert b"127.0.0.9" not in file.read_bytes(), file
