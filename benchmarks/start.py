"""How long a clean build takes, and a start until the first answer; medians of several runs.

Run it from the checkout, with nothing else at work: python benchmarks/start.py
"""

import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

RUNS = 5
QGRAPH = [sys.executable, "-m", "qgraph"]
GRAPH = ["--graph", str(Path(__file__).parents[1])]
QUERY = "/sparql?format=csv&query=SELECT+(COUNT(*)+AS+?n)+%7B+?s+?p+?o+%7D"


def seconds(work: Callable[[], object]) -> float:
    """Return how long *work* takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def build() -> None:
    """Build the graph into an empty store."""
    with tempfile.TemporaryDirectory() as store:
        subprocess.run([*QGRAPH, "build", *GRAPH, "--store", store], check=True, stdout=subprocess.DEVNULL)


def first_answer(store: str) -> None:
    """Start the server on a built store, wait for its first answer, and end it."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    command = [*QGRAPH, "serve", *GRAPH, "--store", store, "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        if server.stdout:
            server.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{QUERY}") as answer:
            answer.read()
        server.terminate()


def main() -> None:
    """Print the medians."""
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as store:
        subprocess.run([*QGRAPH, "build", *GRAPH, "--store", store], check=True, stdout=subprocess.DEVNULL)
        for name, work in {"clean build": build, "start, answer, end": lambda: first_answer(store)}.items():
            print(f"{name}: {statistics.median(seconds(work) for _ in range(RUNS)):.2f} s")


if __name__ == "__main__":
    main()
