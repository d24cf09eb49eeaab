"""How long a repeated description of a thing takes the server: wall time and CPU a request.

Run it from the checkout, with nothing else at work: python benchmarks/things.py
"""

import http.client
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

RUNS = 5
ASKED = 5_000
QGRAPH = [sys.executable, "-m", "qgraph"]
GRAPH = ["--graph", str(Path(__file__).parents[1])]
PATHS = (
    "/film/home-within.html",
    "/film/home-within.ttl",
    "/film/home-within.jsonld",
    "/film/home-within.trig",
    "/film/home-within.jsonld?_profile=schema",
    "/film/home-within",
)


def cpu(process: int) -> float:
    """Return the CPU seconds that *process* has taken."""
    told = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def once(line: http.client.HTTPConnection, path: str) -> float:
    """Ask for *path* and return how many milliseconds the answer took."""
    started = time.perf_counter()
    line.request("GET", path, headers={"Accept": "text/turtle"})
    answer = line.getresponse()
    answer.read()
    if answer.status not in (200, 303):
        raise SystemExit(f"{path}: {answer.status}")
    return (time.perf_counter() - started) * 1000


def measure(line: http.client.HTTPConnection, path: str, server: int) -> None:
    """Print what the first answer to *path* takes, and what the others do."""
    first = once(line, path)
    runs = []
    for _ in range(RUNS):
        before = cpu(server)
        walls = [once(line, path) for _ in range(ASKED)]
        runs.append((statistics.median(walls), (cpu(server) - before) / ASKED * 1000))
    wall, spent = (statistics.median(one) for one in zip(*runs, strict=True))
    print(f"{path}: first {first:.1f} ms; again {wall:.3f} ms, of which the server's CPU {spent:.3f} ms")


def main() -> None:
    """Serve the graph and print the figures."""
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores")
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    with tempfile.TemporaryDirectory() as store:
        at = [*GRAPH, "--store", store]
        subprocess.run([*QGRAPH, "build", *at], check=True, stdout=subprocess.DEVNULL)
        command = [*QGRAPH, "serve", *at, "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
            if server.stdout:
                server.stdout.readline()
            line = http.client.HTTPConnection("127.0.0.1", port)
            for path in PATHS:
                measure(line, path, server.pid)
            server.terminate()


if __name__ == "__main__":
    main()
