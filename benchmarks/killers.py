"""How long a light query takes while endless ones run beside it, and what memory the server holds.

Run it from the checkout, with nothing else at work: python benchmarks/killers.py
"""

import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

PORT = "8765"
HERE = f"http://127.0.0.1:{PORT}/sparql?"
GRAPH = ["--graph", str(Path(__file__).parents[1])]
QGRAPH = [sys.executable, "-m", "qgraph"]
KILLER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }"
SECONDS = 10


def ask(query: str) -> int:
    """Return the status of *query*."""
    try:
        with urllib.request.urlopen(HERE + urllib.parse.urlencode({"query": query}), timeout=90) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def memory(process: int) -> float:
    """Return the megabytes *process* and its children hold, as the sum of PSS."""
    folder = Path(f"/proc/{process}")
    rollup = (folder / "smaps_rollup").read_text()
    own = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    children = " ".join(task.joinpath("children").read_text() for task in (folder / "task").iterdir())
    return own / 1000 + sum(memory(int(child)) for child in children.split())


def beside(killers: int) -> None:
    """Print the times of light queries beside *killers* clients that ask endless ones again and again."""
    ended = threading.Event()
    told: Counter[int] = Counter()

    def kill() -> None:
        while not ended.is_set():
            told[ask(KILLER)] += 1

    threads = [threading.Thread(target=kill) for _ in range(killers)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    times = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        started = time.perf_counter()
        status = ask(f"SELECT * {{ ?s ?p ?o }} LIMIT {len(times) + 1}")
        times.append((time.perf_counter() - started) * 1000)
        if status != 200:
            sys.exit(f"A light query got {status}.")
    ended.set()
    p95 = statistics.quantiles(times, n=20)[-1]
    print(
        f"beside {killers}: median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms; killers: {dict(told)}"
    )
    for thread in threads:
        thread.join()


def main() -> None:
    """Start the server, and measure."""
    with tempfile.TemporaryDirectory() as store:
        subprocess.run([*QGRAPH, "build", *GRAPH, "--store", store], check=True, stdout=subprocess.DEVNULL)
        command = [*QGRAPH, "serve", *GRAPH, "--store", store, "--port", PORT, "--query-timeout", "10"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
            server.stdout.readline()
            time.sleep(1)
            print(f"memory at rest: {memory(server.pid):.0f} MB")
            for killers in (0, 4, 40):
                beside(killers)
            print(f"memory after: {memory(server.pid):.0f} MB")
            server.terminate()


if __name__ == "__main__":
    main()
