"""The endpoint as docs/how-to/run-an-endpoint.md has it run: behind a real nginx, by HTTPS."""

import json
import os
import re
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from attacks import KILLERS
from conftest import ROOT, free_port, program, serving, until
from qgraph.settings import Settings

EXAMPLES = ROOT / "docs" / "examples" / "endpoint"
NAME = "graph.example.org"
JSON = {"Accept": "application/sparql-results+json"}
SHARE = Settings().client_queries
MAIN = """
daemon off;
worker_processes 1;
pid {here}/pid;
events {{}}
http {{
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
    """nginx, that listens on *port* and keeps its logs in *folder*."""

    port: int
    folder: Path

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


def site(folder: Path, port: int, served: str) -> str:
    """Return the site of the example, on *port*, with a certificate in *folder*, before what is *served*."""
    text = (EXAMPLES / "nginx.conf").read_text(encoding="utf-8")
    text = text.replace("127.0.0.1:8000", urlsplit(served).netloc).replace("443 ssl", f"127.0.0.1:{port} ssl")
    return text.replace(f"/etc/ssl/{NAME}", str(folder)).replace("/var/log/nginx", str(folder))


@pytest.fixture(scope="module")
def proxy(tiny: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A real nginx before a real server, both as the how-to has them."""
    nginx, here, port = (
        program("nginx", path=f"{os.environ['PATH']}:/usr/sbin"),
        tmp_path_factory.mktemp("nginx"),
        free_port(),
    )
    certified = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={NAME}"]
    files = ["-keyout", str(here / "key.pem"), "-out", str(here / "chain.pem")]
    subprocess.run([program("openssl"), *certified, *files], check=True, capture_output=True)
    unit = (EXAMPLES / "qgraph.service").read_text(encoding="utf-8")
    options = re.findall(r"qgraph serve (.*)", unit)[0].split()
    with serving(tiny.graph, tiny.store, *options, "--query-timeout", "2") as address:
        (here / "main.conf").write_text(MAIN.format(here=here), encoding="utf-8")
        (here / "site.conf").write_text(site(here, port, address), encoding="utf-8")
        with subprocess.Popen([nginx, "-c", here / "main.conf", "-e", here / "errors"]) as running:
            try:
                made = Proxy(port, here)
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
    one: Callable[[], None] = lambda: found.append(proxy.ask(path, reader=2)[0].status)  # noqa: E731
    asking = [threading.Thread(target=one) for _ in range(SHARE + 1)]
    for thread in asking:
        thread.start()
    until(lambda: bool(found))
    other = proxy.ask(path, reader=3)[0].status
    for thread in asking:
        thread.join()

    assert sorted(found) == [429, *[504] * SHARE]
    assert other == 504


def test_only_the_machine_itself_watches_the_server(proxy: Proxy) -> None:
    for path in ("/health", "/ready", "/metrics"):
        assert proxy.ask(path)[0].status == 200
        assert proxy.ask(path, reader=2)[0].status == 403


def test_no_log_of_the_proxy_names_a_reader_or_a_query(proxy: Proxy) -> None:
    for text in ("ASK { ?s ?p 'hidden-word' }", "ASK { 'hidden-word"):
        proxy.ask(f"/sparql?query={quote(text)}", reader=9)

    logs = [file for file in proxy.folder.rglob("*") if file.is_file() and file.suffix != ".pem"]
    assert proxy.folder / "qgraph.log" in logs
    for file in logs:
        assert b"hidden-word" not in file.read_bytes(), file
        assert b"127.0.0.9" not in file.read_bytes(), file
