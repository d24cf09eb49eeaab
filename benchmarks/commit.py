"""How long a write takes, and what it leaves on the disk.

Run as: python benchmarks/commit.py. Prints medians: a guarded one-fact commit on
the graph that ships, with and without reasoning, and on half a million quads; what
a hundred commits add to a store; a write to a plain store over HTTP.
"""

import shutil
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import large
from read import running

from qgraph import commit, settings, versions
from qgraph.commit import Author, Request, Update
from qgraph.namespaces import CORE
from qgraph.precheck import Limits
from qgraph.settings import Settings

ROOT = Path(__file__).parents[1]
ROUNDS, MANY, FILMS = 5, 100, 27_450
LIMITS = Limits(10**7, 64, patterns=10**7, path=32, values=10**7)
ABOUT = f"""a <{CORE}Evidence> ; <{CORE}voice> <{CORE}Editor> ; <{CORE}stated> <{CORE}Explicit> ;
<{CORE}tier> <{CORE}Open> ; <{CORE}fromSource>"""


def quiet(_stage: str) -> None:
    """Show no progress."""


def seconds(work: Callable[[int], object], rounds: int = ROUNDS) -> float:
    """Return the median of the seconds that *work* takes."""
    took = []
    for number in range(rounds):
        begun = time.perf_counter()
        work(number)
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def fact(chosen: Settings, evidence: str, source: str, triple: str) -> None:
    """Commit one *triple* with its *evidence*, under the base of the store."""
    base = versions.describe(chosen.store, versions.current(chosen.store)).base
    text = f"INSERT DATA {{ <{evidence}> {ABOUT} <{source}> . GRAPH <{evidence}> {{ {triple} }} }}"
    commit.write(chosen, Request(Update(text, LIMITS, base=base), Author("c1", "curator")))


def real(place: Path, reasoner: str) -> float:
    """Return the seconds of a one-fact commit on the graph that ships."""
    chosen = settings.read({}, graph=ROOT, store=place / f"real-{reasoner}", reasoner=reasoner)
    commit.build(chosen, progress=quiet)
    alias = "<film/home-within> <http://www.w3.org/2004/02/skos/core#altLabel> 'Alias %d'@en"
    return seconds(lambda n: fact(chosen, f"evidence/editor/bench-{n}", "source/editor", alias % n))


def size(store: Path) -> int:
    """Return the bytes that *store* takes on the disk, linked files counted once."""
    files = {path.stat().st_ino: path.stat().st_blocks * 512 for path in store.rglob("*")}
    return sum(files.values())


def plain(store: Path) -> float:
    """Return the seconds of a write of one triple to a plain store over HTTP."""
    command = [sys.executable, "-m", "qgraph", "serve", "--bare", "--open-writes"]
    with running("qgraph", "/sparql", [*command, "--store", str(store), "--port", "PORT"]) as server:
        return seconds(lambda number: insert(f"http://127.0.0.1:{server.port}", number), 50)


def insert(address: str, number: int) -> None:
    """Write one triple to a plain store."""
    text = f"INSERT DATA {{ <urn:a{number}> <urn:b> {number} }}".encode()
    request = urllib.request.Request(f"{address}/sparql", text, {"Content-Type": "application/sparql-update"})
    urllib.request.urlopen(request).close()


def main() -> None:
    """Measure everything and print it."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for reasoner in ("none", "owlrl"):
            print(f"one fact on the graph that ships, {reasoner}: {real(place, reasoner) * 1000:.0f} ms")
        chosen = large.published(place / "large", FILMS, told=False)
        quads = versions.describe(chosen.store, 1).counts["quads"]
        leaflet = "source/leaflet"
        length = "<film/x%d> <ontology#length> 7"
        took = seconds(lambda n: fact(chosen, f"evidence/leaflet/y{n}", leaflet, length % n))
        print(f"one fact on {quads:,} quads, none: {took * 1000:.0f} ms")
        old = "<evidence/leaflet/y0>"
        gone = f"DELETE WHERE {{ GRAPH {old} {{ ?s ?p ?o }} }} ; DELETE WHERE {{ {old} ?p ?o }}"
        base = versions.describe(chosen.store, 1).base
        update = Request(Update(gone, LIMITS, base=base), Author("c1", "curator"))
        print(
            f"an update with WHERE there: {seconds(lambda _: commit.write(chosen, update), 1) * 1000:.0f} ms"
        )
        before = size(chosen.store)
        for number in range(MANY):
            fact(chosen, f"evidence/leaflet/z{number}", leaflet, length % number)
        grown = size(chosen.store) / before - 1
        print(f"{MANY} commits add {grown:.1%} to {before / 1e6:.0f} MB")
        print(f"a write to a plain store over HTTP: {plain(place / 'bare') * 1000:.0f} ms")
        shutil.rmtree(chosen.store)


if __name__ == "__main__":
    main()
