"""What every test needs: a tiny graph, built once; clients; the command line."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from playwright.sync_api import Browser

import browsers
from qgraph import commit
from qgraph.cli import main
from qgraph.settings import Settings
from qgraph.web import create_app
from qgraph.web.serve import pool

CASES = Path(__file__).parent / "cases"
CLIENTS = Path(__file__).parent / "clients"
ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="all attacks, not a few of each kind")
    parser.addoption(
        "--pictures", type=Path, default=ROOT / "tests" / "output" / "pictures", help="for pictures of pages"
    )


def quietly(_stage: str) -> None:
    """Show no progress."""


def missing(reason: str) -> None:
    """Skip a test for what is not installed here; in CI it fails."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


def program(name: str, *, path: str | None = None, target: str = "system") -> str:
    """Return where the program *name* is, which *target* of make installs; it may be `missing`."""
    found = shutil.which(name, path=path)
    if found is None:
        missing(f"{name} is not installed: make {target}")
    return str(found)


def built(graph: Path, store: Path, query_timeout: float = 2) -> Settings:
    settings = Settings(graph=graph, store=store, query_timeout=query_timeout, workers=2, long_queries=2)
    commit.build(settings, progress=quietly)
    return settings


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny graph, built."""
    return built(CASES / "tiny", tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The graph that ships with qgraph, built."""
    return built(ROOT, tmp_path_factory.mktemp("real"), query_timeout=10)


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """A copy of the tiny graph's folder, to be changed."""
    return Path(shutil.copytree(CASES / "tiny", tmp_path / "graph"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of test data that is not the project's own."""
    folder = Path(os.environ.get("QGRAPH_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        missing(f"{folder} is not there: name the folder of test data with QGRAPH_SHARED")
    return folder


@pytest.fixture(scope="session")
def article(shared: Path) -> Path:
    """The text of the source, which is read and never copied."""
    return shared / "source" / "article.txt"


@pytest.fixture(scope="session")
def node() -> str:
    """The program that runs the scripts in JavaScript, their packages being installed."""
    if not (CLIENTS / "node_modules" / "n3").is_dir():
        missing("the clients in JavaScript are not installed: make tests/clients/node_modules, with npm")
    return program("node")


@pytest.fixture(scope="session")
def rscript() -> str:
    """The program that runs scripts in R."""
    return program("Rscript")


@pytest.fixture(scope="session")
def client(tiny: Settings) -> Iterator[FlaskClient]:
    """A client of the app over the tiny graph, with real query processes."""
    with pool(tiny) as engine:
        yield create_app(tiny, engine).test_client()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: object, **options: object) -> Result:
        return CliRunner().invoke(main, [str(one) for one in arguments], **options)

    return invoke


def page_of(client: FlaskClient, path: str) -> str:
    """Return the page at *path*, which a person asks for."""
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def serving(graph: Path, store: Path, *options: str, command: tuple[str, ...] = ()) -> Iterator[str]:
    """Run the real server over a built store; give its address; end it by SIGTERM."""
    port = str(free_port())
    program = command or (sys.executable, "-m", "qgraph")
    arguments = [*program, "serve", "--port", port, "--graph", str(graph), "--store", str(store), *options]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as server:
        try:
            said = server.stdout.readline() if server.stdout else ""
            assert f":{port}" in said, said
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def address(tiny: Settings) -> Iterator[str]:
    """The address of a real server over the tiny graph."""
    with serving(tiny.graph, tiny.store, "--query-timeout", "2") as address:
        yield address


@pytest.fixture(scope="session")
def real_address(real: Settings) -> Iterator[str]:
    """The address of a real server over the graph that ships with qgraph."""
    with serving(real.graph, real.store) as address:
        yield address


@pytest.fixture(scope="session")
def plain_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server over a plain store in which there is one thing."""
    with serving(ROOT, tmp_path_factory.mktemp("plain"), "--bare", "--open-writes") as address:
        update = b'INSERT DATA { <urn:a> <http://www.w3.org/2000/01/rdf-schema#label> "One <b>thing</b>" }'
        urlopen(Request(f"{address}/sparql", update, {"Content-Type": "application/sparql-update"})).close()
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser; a page of it comes from browsers.looking. As long as it runs, so does an event loop."""
    program = browsers.program()
    if program is None:
        missing("there is no chromium: make system")
    with browsers.chromium(str(program)) as browser:
        yield browser


def until(true: Callable[[], bool], seconds: float = 5) -> bool:
    """Wait until something holds; say whether it came to hold."""
    end = time.monotonic() + seconds
    while not (holds := true()) and time.monotonic() < end:
        time.sleep(0.02)
    return holds
