"""A plain SPARQL 1.1 store: it starts empty, keeps no rules, and each write makes a version."""

import fcntl
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from qgraph import delta, keeping, store, versions
from qgraph.delta import Delta
from qgraph.edit import Request, check_expected
from qgraph.store import Store
from qgraph.versions import PUBLIC, Draft, Version

KEPT = 20
BASE = "http://localhost/"
WRITER = "anyone"


def start(folder: Path) -> Version:
    """Make an empty version in *folder* if there is none; return the one in force."""
    with versions.writing(folder) as parent:
        _sweep(folder)
        if parent:
            return versions.describe(folder, parent)
        first = replace(
            versions.draft(1, 0, message="", curator=WRITER),
            digest=delta.digest(()),
            counts={"quads": 0},
            base=BASE,
        )
        with versions.candidate(folder, 0) as made:
            store.open_to_write(made.path / PUBLIC).flush()
            return versions.publish(folder, made.path, {PUBLIC: Draft(first, Delta())})


class Open:
    """A plain store that one process keeps open, so that a write need not open it.

    What is written in is a copy of the version in force by hard links, in a folder
    of its own; it is made anew where a change failed, or another process has written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = 0
        self.stores: list[Store] = []

    def write(self, request: Request) -> Version:
        """Make the change of *request* and return the version in force after it; the last 20 are kept.

        Raises MovedOn where another version is in force than expected.
        """
        with versions.writing(self.folder) as parent:
            check_expected(parent, request.expected)
            data, before = self._opened(parent)
            change_made = request.change.apply(data, before)
            known, graphs = versions.describe(self.folder, parent), store.empty_graphs(data)
            if not change_made and graphs == known.empty:
                self.number = parent
                return known
            version = replace(
                versions.draft(
                    versions.next_number(self.folder),
                    parent,
                    message=request.message,
                    curator=request.author.name,
                    role=request.author.role,
                ),
                digest=delta.digest_after(known.digest, change_made),
                counts={"quads": len(data)},
                base=BASE,
                empty=graphs,
            )
            return self._published(Draft(version, change_made))

    def _opened(self, number: int) -> tuple[Store, Store]:
        """Return the store to write in and version *number* to read: those that are open, if they are it."""
        if self.number != number:
            self.stores.clear()
            _sweep(self.folder)
            before, path = versions.open_version(self.folder, number), self.folder / f"live-{uuid4().hex}"
            store.checkpoint(before, path)
            self.stores += [store.open_to_write(path), before]
        self.number = 0  # until all has gone well
        data, before = self.stores
        return data, before

    def _published(self, draft: Draft) -> Version:
        data = self.stores[0]
        with versions.empty_candidate(self.folder) as made:
            data.flush()
            store.checkpoint(data, made / PUBLIC)
            versions.place(self.folder, made, {PUBLIC: draft})
        self.stores[1] = versions.checked(self.folder, draft)
        versions.point_to(self.folder, draft.version.number)
        self.number = draft.version.number
        keeping.keep_last(self.folder, KEPT)
        return draft.version


def _sweep(folder: Path) -> None:
    """Remove the copies that no process has open, and so locked. To be used inside `writing`."""
    for path in folder.glob("live-*"):
        with suppress(OSError), (path / "LOCK").open("a") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            versions.drop(path)
