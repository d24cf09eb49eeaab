"""How long the server takes to make a page: of every thing of the graph, or of the paths that are given.

It asks the app itself, over a real pool, so there is no network and no cache of answers. Run
it from the checkout, with nothing else at work: python benchmarks/pages.py [PATH …]; with
--large it makes a graph of half a million quads and asks for some of each kind of page.
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import large
from flask.testing import FlaskClient

from qgraph import commit, versions
from qgraph.settings import Settings
from qgraph.web import create_app
from qgraph.web.serve import pool

RUNS = 5
HEAVIEST = 8
GRAPH = Path(__file__).parents[1]
FILMS = 27_500
SOME = [
    f"/{kind}{number}.html"
    for kind in ("film/x", "person/p", "evidence/leaflet/x")
    for number in range(0, 2000, 40)
]
LARGE = [
    *(
        "/",
        "/about",
        "/browse",
        "/browse/film",
        "/browse/film?length=90",
        "/browse/person",
        "/browse/evidence",
    ),
    *("/search?q=film+number+77", "/search?q=nunber+7777", "/sparql", "/versions", "/source/leaflet.html"),
    *("/source/leaflet.html?part=40", *SOME),
]
THINGS = """PREFIX core: <https://w3id.org/qgraph/core#>
SELECT DISTINCT ?thing { GRAPH ?g { ?class core:pathSegment ?segment } ?thing a ?class
  FILTER (?class NOT IN (core:Evidence, core:Source)) }"""


def things(client: FlaskClient, base: str) -> list[str]:
    """Return the paths of the pages of all things, evidence and sources aside."""
    rows = client.get("/sparql", query_string={"query": THINGS, "format": "csv"}).text.split()[1:]
    return sorted(
        f"/{row.removeprefix(base)}.html" for row in rows if row.startswith(base) and "#" not in row
    )


def once(client: FlaskClient, path: str) -> float:
    """Ask for *path* and return how many milliseconds its page took."""
    started = time.perf_counter()
    answer = client.get(path, headers={"Accept": "text/html"})
    taken = (time.perf_counter() - started) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return taken


def measure(client: FlaskClient, paths: list[str]) -> None:
    """Print the median over *paths*, and the heaviest of them, each by its own median."""
    for path in paths[: 2 * HEAVIEST]:
        print(f"{once(client, path):8.1f} ms  {path}, the first time")
    taken = {path: statistics.median(once(client, path) for _ in range(RUNS)) for path in paths}
    listed = sorted(taken, key=taken.__getitem__, reverse=True)
    print(f"{len(paths)} pages: median {statistics.median(taken.values()):.1f} ms")
    for path in listed[:HEAVIEST]:
        print(f"{taken[path]:8.1f} ms  {path}")


def main() -> None:
    """Build the graph, ask for its pages and print the figures."""
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores")
    paths, is_large = sys.argv[1:], sys.argv[1:] == ["--large"]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(graph=GRAPH, store=Path(folder))
        if is_large:
            settings = large.published(Path(folder), FILMS, told=False)
        else:
            commit.build(settings, progress=lambda _stage: None)
        with pool(settings) as engine:
            client = create_app(settings, engine).test_client()
            base = versions.describe(settings.store, 1).base
            measure(client, LARGE if is_large else paths or things(client, base))


if __name__ == "__main__":
    main()
