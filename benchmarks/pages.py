"""How long the server takes to make a page: of every thing of the graph, or of the paths that are given.

It asks the app itself, over a real pool, so there is no network and no cache of answers. Run
it from the checkout, with nothing else at work: python benchmarks/pages.py [PATH …]
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient

from qgraph import commit
from qgraph.settings import Settings
from qgraph.web import create_app
from qgraph.web.serve import pool

RUNS = 5
HEAVIEST = 8
GRAPH = Path(__file__).parents[1]
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
    for path in paths[:HEAVIEST]:
        once(client, path)  # templates are compiled, and what all pages need is asked for
    taken = {path: statistics.median(once(client, path) for _ in range(RUNS)) for path in paths}
    listed = sorted(taken, key=taken.__getitem__, reverse=True)
    print(f"{len(paths)} pages: median {statistics.median(taken.values()):.1f} ms")
    for path in listed[:HEAVIEST]:
        print(f"{taken[path]:8.1f} ms  {path}")


def main() -> None:
    """Build the graph, ask for its pages and print the figures."""
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(graph=GRAPH, store=Path(folder))
        version = commit.build(settings, progress=lambda _stage: None)
        with pool(settings) as engine:
            client = create_app(settings, engine).test_client()
            measure(client, sys.argv[1:] or things(client, version.base))


if __name__ == "__main__":
    main()
