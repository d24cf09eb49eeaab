"""Backup and restore: one file that holds all versions, and a store made from it.

A backup is a tar of the versions, tags and the list of erased names. Tokens are
not in it, so restoring revives none that was revoked.
"""

import os
import tarfile
import tempfile
from pathlib import Path

from qgraph import forget, keeping, suppression, versions
from qgraph.errors import StoreError
from qgraph.settings import Settings
from qgraph.versions import Version

LINKED, UNPACKED = "backup-", "restore-"
SMALL = ("current", "tags.json", "forgotten")


def backup(settings: Settings, target: Path) -> int:
    """Write a backup to the file *target*, for its owner alone; return the number of the version in force.

    Writers wait only while links are made to the files, which no version changes.
    Raises StoreError if the file is there or cannot be written.
    """
    store = settings.store
    with tempfile.TemporaryDirectory(dir=store, prefix=LINKED) as place:
        with versions.writing(store) as number:
            _link(store, Path(place))
        try:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise StoreError(f"{target}: cannot write a backup here: {error.strerror}.") from error
        try:
            _pack(settings, Path(place), handle)
        except OSError as error:
            target.unlink()
            raise StoreError(f"{target}: the backup could not be written: {error.strerror}.") from error
    return number


def _pack(settings: Settings, place: Path, handle: int) -> None:
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz") as archive:
            archive.add(place, "store", filter=_nameless)
            if suppression.path(settings).exists():
                archive.add(suppression.path(settings), "erased.json", filter=_nameless)
        file.flush()
        os.fsync(file.fileno())


def sweep(store: Path) -> None:
    """Remove what a killed backup or restore left in *store*."""
    for left in [*store.glob(f"{LINKED}*"), *store.glob(f"{UNPACKED}*")]:
        versions.drop(left)


def _nameless(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Return *entry* without the name of who owns the file."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


def _link(store: Path, place: Path) -> None:
    for path in (store / "versions").rglob("*"):
        linked = place / path.relative_to(store)
        linked.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            linked.hardlink_to(path)
    for name in SMALL:
        if (store / name).exists():
            (place / name).write_bytes((store / name).read_bytes())


def restore(settings: Settings, source: Path) -> tuple[Version, list[str]]:
    """Make a store from the backup *source*; return the version in force and what was erased once more.

    Raises StoreError if the store has versions already, if the file is no backup,
    or if what it holds is damaged: then the store stays empty.
    """
    store = settings.store
    with versions.locked(store), tempfile.TemporaryDirectory(dir=store, prefix=UNPACKED) as place:
        if versions.numbers(store):
            raise StoreError(f"{store} has versions: restore into an empty store.")
        _unpack(source, Path(place))
        held = Path(place) / "store"
        damaged = [number for number in versions.numbers(held) if keeping.fault(held, number)]
        if damaged or not versions.numbers(held):
            raise StoreError(f"{source} is damaged in versions {damaged or 'all'}; nothing was restored.")
        suppression.merge(settings, Path(place) / "erased.json")
        versions.sync_tree(held)
        (store / "versions").rmdir()
        (held / "versions").rename(
            store / "versions"
        )  # at once: a lost pointer is mended, half a store is not
        for name in reversed(SMALL):  # the pointer last: with it the store is there
            if (held / name).exists():
                versions.write_file(store / name, (held / name).read_text("utf-8"))
    with versions.writing(store):
        back = forget.again(settings)
    return versions.describe(store, versions.current(store)), back


def _unpack(source: Path, place: Path) -> None:
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(place, filter="data")
    except (OSError, EOFError, tarfile.TarError) as error:
        raise StoreError(f"{source} is no backup of a store, or is cut: {error}.") from error
