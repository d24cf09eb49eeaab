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
from pathlib import Path

import large

from qgraph import settings, versions
from qgraph.settings import Settings

ROUNDS, FILMS = 5, 54_900


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
        chosen = settings.read({}, graph=large.TINY, store=place / "large")
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
    if sys.argv[1:]:
        large.published(Path(sys.argv[1]) / "large", FILMS, told=True)
    else:
        main()
