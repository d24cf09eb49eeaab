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

SMALL = ("current", "tags.json", "forgotten")


def backup(settings: Settings, target: Path) -> int:
    """Write a backup to the file *target*, for its owner alone; return the number of the version in force.

    Writers wait only while links are made to the files, which no version changes.
    Raises StoreError if the file is there or cannot be written.
    """
    store = settings.store
    with tempfile.TemporaryDirectory(dir=store, prefix="backup-") as place:
        with versions.writing(store) as number:
            _link(store, Path(place))
        try:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
                archive.add(place, "store", filter=_nameless)
                if suppression.path(settings).exists():
                    archive.add(suppression.path(settings), "erased.json", filter=_nameless)
        except OSError as error:
            raise StoreError(f"{target}: cannot write a backup here: {error.strerror}.") from error
    return number


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
    if versions.numbers(store):
        raise StoreError(f"{store} has versions: restore into an empty store.")
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=store, prefix="restore-") as place:
        _unpack(source, Path(place))
        held = Path(place) / "store"
        damaged = [number for number in versions.numbers(held) if keeping.fault(held, number)]
        if damaged or not versions.numbers(held):
            raise StoreError(f"{source} is damaged in versions {damaged or 'all'}; nothing was restored.")
        suppression.merge(settings, Path(place) / "erased.json")
        (store / "versions").mkdir(exist_ok=True)
        for path in sorted((held / "versions").iterdir()):
            path.rename(store / "versions" / path.name)
        for name in reversed(SMALL):  # the pointer last: with it the store is there
            if (held / name).exists():
                (held / name).replace(store / name)
    with versions.writing(store) as number:
        back = forget.again(settings)
        return versions.describe(store, versions.current(store) or number), back


def _unpack(source: Path, place: Path) -> None:
    try:
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(place, filter="data")
    except (OSError, EOFError, tarfile.TarError) as error:
        raise StoreError(f"{source} is no backup of a store, or is cut: {error}.") from error
