"""The N-Quads of a large version, sorted by text, in little memory.

A store on disk looks each term up when its quads are read, and that takes longest.
The changes of a version without a parent are all its quads as text; where the
history down to one is whole, they are read instead, with what came and went since.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, TypeVar

from qgraph import delta, versions
from qgraph.delta import Delta
from qgraph.errors import StoreError
from qgraph.formats import BY_NAME
from qgraph.store import Quad, dump
from qgraph.versions import Version

Item = TypeVar("Item")
CHUNK = 100_000  # rows that are sorted in memory
LONGEST = 10_000_000  # bytes of changes that are read into memory
TOGETHER = 1_000  # rows that are written at once


def write(store: Path, version: Version, quads: Iterable[Quad], *, output: IO[bytes]) -> None:
    """Write the N-Quads of *version* to *output*: from its history in *store*, else its *quads*, sorted."""
    with ExitStack() as held:
        history = _history(store, version)
        rows = _replayed(store, *history, held=held) if history else _sorted(quads, held)
        for some in _parts(rows, TOGETHER):
            output.write(b"".join(some))


def _history(store: Path, version: Version) -> tuple[int, Delta] | None:
    """Return the first version of the history of *version*, and what has changed since; None if unknown.

    Where something has been taken out under the care policy, what is told is not trusted to be all.
    """
    number, since, size = version.number, Delta(), 0
    try:
        while (one := versions.describe(store, number)).parent:
            changes = versions.changes(store, number)
            size += changes.stat().st_size
            if size > LONGEST or one.withheld:
                return None
            since, number = delta.read(changes).then(since), one.parent
    except (StoreError, FileNotFoundError):
        return None
    whole = not one.withheld and delta.digest_after(one.digest, since) == version.digest
    return (number, since) if whole and _rows(store, number) == one.counts["quads"] else None


def _rows(store: Path, number: int) -> int:
    path = versions.changes(store, number)
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(row.startswith(b"A ") for row in file)


def _replayed(store: Path, number: int, since: Delta, *, held: ExitStack) -> Iterator[bytes]:
    came, gone = (delta.quads(part).splitlines(keepends=True) for part in (since.added, since.removed))
    without = frozenset(gone)
    first = held.enter_context(versions.changes(store, number).open("rb"))
    stay = (row[2:] for row in first if row[2:] not in without)
    return merge(stay, came) if came else stay


def _sorted(quads: Iterable[Quad], held: ExitStack) -> Iterator[bytes]:
    """Yield the rows of *quads* sorted: parts that fit into memory, from files that go with *held*."""
    files = []
    for some in _parts(quads, CHUNK):
        file = held.enter_context(TemporaryFile())  # noqa: SIM115 (the stack closes it)
        file.writelines(sorted(dump(some, BY_NAME["nquads"], {}).splitlines(keepends=True)))
        file.seek(0)
        files.append(file)
    return merge(*files)


def _parts(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield *items* in lists of *size*."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part
