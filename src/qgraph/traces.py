"""Where in the history something stands: in stores, in changes, in files that versions share.

A version begins as hard links to the files of its parent, and what is deleted
stays in them; only one that an erasure published was written anew.
"""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from qgraph import delta, former, versions
from qgraph.delta import Delta
from qgraph.errors import StoreError
from qgraph.store import Quad
from qgraph.versions import LAYERS

CARE = "care"
Touches = Callable[[Quad], bool]


def holders(store: Path, touches: Touches) -> list[int]:
    """Return the versions in which a quad stands that *touches* names, the oldest first.

    One that is kept as its changes is counted from its parent, and not made whole.
    """
    counts: dict[tuple[int, str], int] = {}
    for number in reversed(versions.numbers(store)):
        parent, whole = versions.describe(store, number).parent, former.is_whole(store, number)
        for layer in LAYERS:
            if versions.has(store, number, layer):
                known = None if whole else counts.get((parent, layer))
                counts[number, layer] = _count(store, number, layer, known=known, touches=touches)
    return sorted({number for (number, _), count in counts.items() if count})


def _count(store: Path, number: int, layer: str, *, known: int | None, touches: Touches) -> int:
    """Return how many quads of a layer *touches* names, by what changed where the parent's are *known*."""
    made = changes(store, number, layer)
    if known is None or made is None:
        return sum(map(touches, former.open_version(store, number, layer)))
    return known + sum(map(touches, made.added)) - sum(map(touches, made.removed))


def inheriting(store: Path, holding: Collection[int]) -> list[int]:
    """Return the versions whose files may hold what the versions *holding* it held, these among them."""
    found, reach = [], False
    for number in reversed(versions.numbers(store)):
        if versions.describe(store, number).curator == CARE:
            reach = False
        reach = reach or number in holding
        if reach:
            found.append(number)
    return found


def is_told(store: Path, number: int, words: Collection[str], *, touches: Touches) -> bool:
    """Say whether what version *number* tells of itself holds one of *words*, or its changes a quad.

    Changes that cannot be read may hold anything.
    """
    files = [path for path in versions.folder(store, number).iterdir() if path.is_file()]
    told = "".join(path.read_text("utf-8") for path in files)
    readable = None not in [changes(store, number, layer) for layer in LAYERS]
    return not readable or any(word in told for word in words) or any(map(touches, changed(store, number)))


def quads(store: Path) -> Iterator[Quad]:
    """Yield all that the stores and the changes of any version hold, some of it many times."""
    for number in versions.numbers(store):
        yield from changed(store, number)
        for layer in LAYERS:
            if versions.has(store, number, layer) and former.is_whole(store, number):
                yield from versions.open_version(store, number, layer)


def changed(store: Path, number: int) -> Iterator[Quad]:
    """Yield the quads that version *number* changed, in every layer."""
    for layer in LAYERS:
        made = changes(store, number, layer)
        yield from made.quads if made else ()


def changes(store: Path, number: int, layer: str) -> Delta | None:
    """Return what version *number* tells that it changed in *layer*; None where that cannot be read."""
    path = versions.changes(store, number, layer)
    try:
        return delta.read(path) if path.exists() else Delta()
    except StoreError:
        return None
