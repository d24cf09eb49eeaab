"""How fast the whole dataset leaves the store as N-Quads, and in how much memory.

Run as: python benchmarks/export.py. Publishes a seeded version of about a million quads
as the program itself lays them out (each fact in its evidence, in the asserted and in
the default graph), then runs `qgraph export` on it. Prints medians of quads a second, by
the clock and by CPU, the peak of resident memory, and whether all runs gave the same bytes.
"""

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from qgraph import delta, settings, versions
from qgraph.derive import assert_facts, counts, derive
from qgraph.load import load
from qgraph.namespaces import CORE, LABEL, TYPE, Names
from qgraph.settings import Settings
from qgraph.sources import find
from qgraph.store import DefaultGraph, Literal, NamedNode, Quad, in_memory, open_to_write
from qgraph.versions import PUBLIC, Draft

TINY = Path(__file__).parents[1] / "tests" / "cases" / "tiny"
SEED, EVIDENCE, ROUNDS = 20261125, 58_800, 5


def large(place: Path) -> Settings:
    """Return a store of a million quads under the ontology and shapes of a tiny graph."""
    chosen = settings.read({}, graph=TINY, store=place / "large", reasoner="none")
    loaded = load(find(chosen.graph))
    names = Names(loaded.base)
    dataset = in_memory([*loaded.data, *loaded.ontology, *loaded.shapes, *films(loaded.base)])
    assert_facts(dataset, names)
    derive(dataset, [], names)
    with versions.writing(chosen.store) as parent, versions.candidate(chosen.store, parent) as made:
        data = open_to_write(made.path / PUBLIC)
        data.bulk_extend(dataset)
        data.flush()
        version = replace(
            versions.draft(1, 0, message="", curator="folder"),
            digest=delta.digest(dataset), counts=counts(dataset, names), base=loaded.base,
            prefixes=loaded.prefixes,
        )  # fmt: skip
        del data
        versions.publish(chosen.store, made.path, {PUBLIC: Draft(version, delta.Delta(frozenset(dataset)))})
    return chosen


def films(base: str) -> Iterator[Quad]:
    """Yield invented films, each with its evidence."""
    chance = Random(SEED)
    described = {
        TYPE: CORE + "Evidence", CORE + "voice": CORE + "Editor", CORE + "stated": CORE + "Explicit",
        CORE + "tier": CORE + "Open", CORE + "fromSource": base + "source/leaflet",
    }  # fmt: skip
    for number in range(EVIDENCE):
        graph, film = NamedNode(f"{base}evidence/leaflet/x{number}"), NamedNode(f"{base}film/x{number}")
        maker = NamedNode(f"{base}person/p{chance.randrange(EVIDENCE // 10)}")
        for word, value in described.items():
            yield Quad(graph, NamedNode(word), NamedNode(value), DefaultGraph())
        yield Quad(film, NamedNode(TYPE), NamedNode(f"{base}ontology#Film"), graph)
        yield Quad(film, NamedNode(LABEL), Literal(f"Film number {number}", language="en"), graph)
        yield Quad(film, NamedNode(f"{base}ontology#madeBy"), maker, graph)
        yield Quad(film, NamedNode(f"{base}ontology#length"), Literal(chance.randrange(200)), graph)


def exported(chosen: Settings, target: Path) -> tuple[float, float, int]:
    """Return the seconds by the clock, those of CPU, and the peak of memory in bytes, of one export."""
    command = ["export", "--format", "nquads", "--output", str(target)]
    program = [sys.executable, "-m", "qgraph", *command, "--store", str(chosen.store)]
    begun = time.perf_counter()
    process = os.posix_spawn(sys.executable, program, os.environ)
    _, status, used = os.wait4(process, 0)
    seconds = time.perf_counter() - begun
    assert os.waitstatus_to_exitcode(status) == 0
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        # In a process of its own: the peak of a child counts what its parent held when it began.
        subprocess.run([sys.executable, __file__, folder], check=True)
        chosen = settings.read({}, graph=TINY, store=place / "large")
        quads = versions.describe(chosen.store, 1).counts["quads"]
        target, digests, rounds = place / "graph.nq", set(), []
        for _ in range(ROUNDS):
            rounds.append(exported(chosen, target))
            digests.add(hashlib.sha256(target.read_bytes()).hexdigest())
        wall, used, memory = (statistics.median(one) for one in zip(*rounds, strict=True))
        print(f"{quads:,} quads, {target.stat().st_size / 1e6:.0f} MB of N-Quads, {len(digests)} digest")
        print(f"{quads / wall:,.0f} quads a second by the clock, {quads / used:,.0f} by CPU")
        print(f"{memory / 1e6:.0f} MB at most")


if __name__ == "__main__":
    large(Path(sys.argv[1])) if sys.argv[1:] else main()
