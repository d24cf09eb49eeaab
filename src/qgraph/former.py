"""Former versions: most are kept as their changes, and their stores made again when they are asked for.

The newest versions stay whole, and of older ones those with a tag and one in so
many. The store of any other is let go where the changes from one that is whole
lead to it. Run as `python -m qgraph.former STORE NUMBER` it makes a version whole:
a process that was forked from one with an open store cannot.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from qgraph import delta, fulltext, versions
from qgraph import store as quads_of
from qgraph.delta import Delta
from qgraph.errors import StoreError
from qgraph.store import Store
from qgraph.versions import LAYERS, PUBLIC

WHOLE = 10
EVERY = 16
ABANDONED = 3_600  # seconds after which nobody makes a store any more
LONGEST = 1_000_000  # bytes of the changes that make a store again


def open_version(store: Path, number: int, layer: str = PUBLIC) -> Store:
    """Return a layer of version *number*, read-only, made again if need be. Raises StoreError."""
    make_whole(store, number)
    return versions.open_version(store, number, layer)


def is_whole(store: Path, number: int) -> bool:
    """Say whether no store of version *number* has been let go."""
    held = (layer for layer in LAYERS if versions.has(store, number, layer))
    return all(_path(store, number, layer).is_dir() for layer in held)


def make_whole(store: Path, number: int) -> None:
    """Make again the stores of version *number* that have been let go. Raises StoreError if that fails."""
    for layer in LAYERS:
        if versions.has(store, number, layer) and not _path(store, number, layer).is_dir():
            _make(store, number, layer)


def thin(store: Path, tagged: set[int]) -> None:
    """Let go of the stores that can be made again, but of those *tagged*. To be called inside `writing`."""
    for left in (store / "versions").glob("[0-9]*/*.new-*"):
        with suppress(FileNotFoundError):  # it has just taken its place
            if left.stat().st_mtime < time.time() - ABANDONED:
                versions.drop(left)
    for number in reversed(versions.numbers(store)[WHOLE:]):
        if number % EVERY == 0 or number in tagged:
            continue
        for layer in LAYERS:
            path = _path(store, number, layer)
            if path.is_dir() and not _leads_to(store, number, layer):
                continue
            for one in filter(Path.is_dir, (versions.index(store, number, layer), path)):
                # Renamed first, so that a crash never leaves half of it in its place.
                versions.drop(one.rename(store / "versions" / f"candidate-old-{number}-{one.name}"))


def stand_alone(store: Path, going: set[int]) -> None:
    """Make whole what could not be made again without the versions *going*. To be called inside `writing`."""
    for number in reversed(versions.numbers(store)):
        if number not in going and any(_way(store, number, layer) & going for layer in LAYERS):
            with suppress(StoreError):  # its changes are damaged: it is lost already
                make_whole(store, number)


def _path(store: Path, number: int, layer: str) -> Path:
    return versions.folder(store, number) / layer


def _back(store: Path, number: int, layer: str) -> Iterator[int]:
    """Yield *number*, its parent and so on, to the first that is whole but *number* itself."""
    yield number
    while number := versions.describe(store, number, layer).parent:
        yield number
        if _path(store, number, layer).is_dir():
            return


def _way(store: Path, number: int, layer: str) -> set[int]:
    """Return the versions that a store is made again from, none if it is there."""
    if not versions.has(store, number, layer) or _path(store, number, layer).is_dir():
        return set()
    return {*_back(store, number, layer)} - {number}


def _changes(store: Path, number: int, layer: str) -> tuple[int, list[Delta]]:
    """Return a version that is whole and the changes that lead from it to *number*.

    Raises StoreError if none do: a version or a layer between is not there, or
    something has been taken out under the care policy.
    """
    way = [*_back(store, number, layer)]
    if len(way) == 1 or not _path(store, way[-1], layer).is_dir():
        raise StoreError(f"No version before version {number} is whole.")
    steps = [delta.read(versions.changes(store, one, layer)) for one in reversed(way[:-1])]
    whole = versions.describe(store, way[-1], layer)
    digest, wanted = whole.digest, versions.describe(store, number, layer).digest
    for step in steps:
        digest = delta.digest_after(digest, step)
    if digest != wanted:
        raise StoreError(f"The changes from version {way[-1]} do not lead to version {number}.")
    return way[-1], steps


def _leads_to(store: Path, number: int, layer: str) -> bool:
    try:
        sizes = (versions.changes(store, one, layer).stat().st_size for one in _back(store, number, layer))
        return sum(sizes) <= LONGEST and bool(_changes(store, number, layer))
    except (StoreError, FileNotFoundError):
        return False


def _make(store: Path, number: int, layer: str) -> None:
    """Make a store of version *number* again beside its place, then put it there at once."""
    whole, steps = _changes(store, number, layer)
    place = _path(store, number, layer)
    fresh = place.with_name(f"{layer}.new-{os.getpid()}")
    versions.drop(fresh)
    quads_of.checkpoint(versions.open_version(store, whole, layer), fresh)
    data = quads_of.open_to_write(fresh)
    for step in steps:
        step.make(data)
    data.flush()
    del data
    quads_of.tidy(fresh)
    _put(fresh, place)


def is_searchable(store: Path, number: int) -> bool:
    """Say whether version *number* is whole and no index of it is missing."""
    return is_whole(store, number) and not _unsearched(store, number)


def make_searchable(store: Path, number: int) -> None:
    """Make version *number* whole, and the search indexes of it that are missing. Raises StoreError."""
    make_whole(store, number)
    for layer in _unsearched(store, number):
        place = versions.index(store, number, layer)
        fresh = place.with_name(f"{layer}.new-{os.getpid()}")
        versions.drop(fresh)
        base = versions.describe(store, number, layer).base
        fulltext.write(fresh, _path(store, number, layer), base)
        _put(fresh, place)


def _unsearched(store: Path, number: int) -> list[str]:
    """Return the layers of version *number* that should have a search index and have none."""
    held = [layer for layer in LAYERS if versions.has(store, number, layer)]
    return [
        layer
        for layer in held
        if versions.describe(store, number, layer).is_published
        and not versions.index(store, number, layer).is_dir()
    ]


def _put(fresh: Path, place: Path) -> None:
    """Put the folder *fresh* in its *place*, on the disk, unless something is there already."""
    versions.sync_tree(fresh)
    try:
        fresh.rename(place)
        versions.sync(place.parent)
    except OSError:  # another process was quicker, or the version has just been let go
        versions.drop(fresh)


if __name__ == "__main__":
    make_searchable(Path(sys.argv[1]), int(sys.argv[2]))
