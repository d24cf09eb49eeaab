"""Each link of the site is followed without script, and leads somewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from conftest import serving
from crawler import crawl, kind_of
from past import with_a_past
from qgraph.settings import Settings

ALL, MANY, SAMPLE = 1000, 10, 2  # pages of one kind

LIMIT = 250  # pages of a site, the nearest to the first, unless all are asked for
DEAD = """<!doctype html><a href="/gone">gone</a>
<a href="/#here" id="here">here</a> <a href="/#nowhere">nowhere</a>
<a href="https://elsewhere.example/">elsewhere</a> <img src="https://elsewhere.example/x.png">
<form action="/lost"><input name="q" value="x"></form>"""


class _Dead(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = DEAD.encode()
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def dead() -> Iterator[str]:
    """Run a site in which links are dead."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Dead) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_dead_links_forms_and_places_are_found() -> None:
    with dead() as home:
        found = crawl(home, wanted=ALL)

    told = "\n".join(found.faults)
    assert f"links to {home}/gone: 404" in told
    assert f"sends a form to {home}/lost?q=x: 404" in told
    assert f"links to {home}/#nowhere: there is no such place" in told
    assert "loads somebody else: https://elsewhere.example/x.png" in told
    assert "/#here" not in told
    assert "https://elsewhere.example/\n" not in told


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("/film/a.html", "/film/b.html", True),
        ("/film/a.html", "/film/a.ttl", False),
        ("/film/a.html", "/person/a.html", False),
        ("/browse/film?theme=a", "/browse/film?theme=b", True),
        ("/browse/film?theme=a", "/browse/film?place=a", False),
        ("/browse/film?theme=a", "/browse/film?theme=a&place=b", False),
        ("/browse/film?theme=a&place=b", "/browse/film?theme=a&year=2020", True),
        ("/film/a.html", "/film/a.html?version=1", False),
    ],
)
def test_pages_of_a_kind_have_addresses_alike(one: str, other: str, *, is_alike: bool) -> None:
    home = "http://127.0.0.1"

    assert (kind_of(home + one) == kind_of(home + other)) is is_alike


def test_no_link_of_a_small_graph_is_dead(address: str, request: pytest.FixtureRequest) -> None:
    whole = request.config.getoption("--soak")
    found = crawl(address, wanted=ALL if whole else MANY, limit=100_000 if whole else 2 * LIMIT)

    assert found.faults == []
    assert len(found.asked) > 100


def test_no_link_of_the_graph_is_dead(real_address: str, request: pytest.FixtureRequest) -> None:
    whole = request.config.getoption("--soak")
    found = crawl(real_address, wanted=ALL if whole else SAMPLE, limit=100_000 if whole else LIMIT)

    assert found.faults == []
    assert len(found.asked) > 150


def test_no_link_is_dead_where_something_was_erased(tiny: Settings, tmp_path: Path) -> None:
    with with_a_past(tiny, tmp_path / "store") as address:
        found = crawl(address, wanted=SAMPLE, limit=LIMIT)

    assert found.faults == []
    assert any("/versions/1..2" in one for one in found.asked)


def test_no_link_is_dead_in_another_language(tiny: Settings) -> None:
    with serving(tiny.graph, tiny.store, "--languages", "en,az") as address:
        found = crawl(address, "/az/", wanted=SAMPLE, limit=LIMIT)

    assert found.faults == []
    assert len([one for one in found.asked if "/az/" in one]) > 20


def test_no_link_of_a_plain_store_is_dead(plain_address: str) -> None:
    found = crawl(plain_address, wanted=SAMPLE)

    assert found.faults == []
    assert len(found.asked) > 10
