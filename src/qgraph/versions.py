"""A version is a directory; publishing is one rename.

`<store>/versions/<n>/` holds the Oxigraph store `public`, its description
`public.json`, and `changes` against its parent as an RDF Patch. `current`
names the version in force. A published version is never written again.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from qgraph import store as quads_of
from qgraph.errors import NoVersion, StoreError
from qgraph.formats import BY_NAME
from qgraph.store import Quad, Store

MODULUS = 2**256


@dataclass(frozen=True)
class Version:
    """What `public.json` says of a version."""

    number: int
    parent: int
    time: str
    message: str
    curator: str
    digest: str
    counts: dict[str, int]
    findings: dict[str, int]
    base: str
    prefixes: dict[str, str]


def lines(quads: Iterable[Quad]) -> list[str]:
    """Return *quads* as canonical N-Quads lines, in the order given."""
    return quads_of.dump(quads, BY_NAME["nquads"], {}).decode().splitlines()


def digest(quads: Iterable[Quad]) -> str:
    """Return the sum modulo 2²⁵⁶ of the SHA-256 of each N-Quads line, in hexadecimal.

    A sum does not depend on the order, and can be kept by what was added and
    removed.
    """
    hashes = (hashlib.sha256(line.encode()).digest() for line in lines(quads))
    return f"{sum(int.from_bytes(one) for one in hashes) % MODULUS:064x}"


def folder(store: Path, number: int) -> Path:
    """Return the folder of version *number* in *store*."""
    return store / "versions" / str(number)


def current(store: Path) -> int:
    """Return the number of the version in force. Raises NoVersion if there is none."""
    try:
        return int((store / "current").read_text(encoding="ascii"))
    except FileNotFoundError as error:
        raise NoVersion(f"{store} holds no version yet: run “qgraph build” first.") from error
    except (OSError, ValueError) as error:
        raise StoreError(f"{store / 'current'} names no version: {error}.") from error


def describe(store: Path, number: int) -> Version:
    """Return the description of version *number*. Raises NoVersion if it is not there."""
    path = folder(store, number) / "public.json"
    try:
        return Version(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise NoVersion(f"{store} holds no version {number}.") from error
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"{path} does not describe a version: {error}.") from error


def open_version(store: Path, number: int) -> Store:
    """Return the public store of version *number*, read-only."""
    return quads_of.open_read_only(folder(store, number) / "public")


@contextmanager
def writing(store: Path) -> Iterator[int]:
    """Hold the writers' lock; gives the number in force, 0 if there is none.

    What a killed writer left behind is swept first. Waits for another writer.
    Raises StoreError if the folder cannot be written.
    """
    try:
        (store / "versions").mkdir(parents=True, exist_ok=True)
        lock = (store / "lock").open("a")
    except OSError as error:
        raise StoreError(f"{store}: cannot write here: {error.strerror}.") from error
    with lock:
        # A POSIX lock belongs to the process, so forked children never hold it.
        fcntl.lockf(lock, fcntl.LOCK_EX)
        number = current(store) if (store / "current").exists() else 0
        _sweep(store / "versions", number)
        yield number


def _sweep(versions: Path, number: int) -> None:
    """Remove what a writer left that was killed before it moved `current`."""
    later = [one for one in versions.iterdir() if one.name.isdigit() and int(one.name) > number]
    if len(later) > 1:
        raise StoreError(f"{versions} holds versions after {number}, the one said to be in force.")
    for left in [*later, *versions.glob("candidate*")]:
        shutil.rmtree(left)


def publish(store: Path, wanted: Iterable[Quad], version: Version) -> Version:
    """Make *wanted* the version in force and return its description.

    To be called inside `writing`, with the version's parent in force. Where
    *wanted* is what stands already, nothing is written. A crash at any moment
    leaves the old version in force.
    """
    before = set(open_version(store, version.parent)) if version.parent else set()
    after = set(wanted)
    described = replace(version, digest=digest(after))
    if version.parent and before == after:
        parent = describe(store, version.parent)
        if (parent.prefixes, parent.base) == (version.prefixes, version.base):
            return parent
    candidate = _candidate(store, version.parent)
    _apply(candidate / "public", removed=before - after, added=after - before)
    (candidate / "changes").write_text(_patch(before - after, after - before), encoding="utf-8")
    text = json.dumps(asdict(described), indent=2, ensure_ascii=False)
    (candidate / "public.json").write_text(text + "\n", encoding="utf-8")
    _move_into_force(store, candidate, described.number)
    return described


def prune(store: Path, kept: int) -> None:
    """Delete all but the last *kept* versions. To be called inside `writing`."""
    for one in (store / "versions").iterdir():
        if one.name.isdigit() and int(one.name) <= current(store) - kept:
            shutil.rmtree(one)


def _candidate(store: Path, parent: int) -> Path:
    candidate = store / "versions" / "candidate"
    candidate.mkdir()
    if parent:
        quads_of.checkpoint(folder(store, parent) / "public", candidate / "public")
    return candidate


def _apply(path: Path, *, removed: set[Quad], added: set[Quad]) -> None:
    """Write the change to the store at *path*, flushed, and count what is there."""
    store = quads_of.open_to_write(path)
    for quad in removed:
        store.remove(quad)
    store.extend(added)
    expected = len(store)
    store.flush()
    del store
    if len(quads_of.open_read_only(path)) != expected:
        raise StoreError(f"{path} does not hold what was written to it; nothing has changed.")


def _patch(removed: set[Quad], added: set[Quad]) -> str:
    """Return the change as an RDF Patch, deletions first, each sorted."""
    rows = [f"D {line}" for line in sorted(lines(removed))]
    rows += [f"A {line}" for line in sorted(lines(added))]
    return "".join(f"{row}\n" for row in rows)


def _move_into_force(store: Path, candidate: Path, number: int) -> None:
    for path in [*candidate.rglob("*"), candidate]:
        _sync(path)
    candidate.rename(folder(store, number))
    _sync(store / "versions")
    pointer = store / "current.new"
    pointer.write_text(f"{number}\n", encoding="ascii")
    _sync(pointer)
    pointer.replace(store / "current")
    _sync(store)


def _sync(path: Path) -> None:
    """Have the operating system put *path*, file or folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
