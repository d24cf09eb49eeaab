"""A version is a directory; publishing is one rename.

`<store>/versions/<n>/` holds the Oxigraph store `public`, its description
`public.json`, what a validation found `public-findings.json`, its search index, and
its `changes` against its parent as an RDF Patch. Where something is Restricted, the layer
`full` stands beside it in the same way. `current` names the version in force.
A published version is never written again, erasure aside.
"""

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from qgraph import delta, fulltext
from qgraph import store as quads_of
from qgraph.delta import Delta
from qgraph.errors import DiskFull, Gone, NoVersion, StoreError
from qgraph.findings import Finding, Place
from qgraph.store import Store

PUBLIC, FULL = LAYERS = ("public", "full")
CHANGES = {PUBLIC: "changes", FULL: "full-changes"}
DAMAGED, REBUILT = "damaged-", "rebuilt-"
ATTEMPTS = 5


@dataclass(frozen=True)
class Version:
    """What a layer's description says of a version.

    *withheld* counts the changes that are not told, under the care policy;
    *empty* names the graphs without a quad, which a plain store keeps.
    """

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
    role: str = ""
    withheld: int = 0
    empty: list[str] = field(default_factory=list)

    @property
    def is_published(self) -> bool:
        """Whether it is of a published graph; a plain store has no evidence and no kinds."""
        return "asserted" in self.counts


@dataclass(frozen=True)
class Draft:
    """A layer of a candidate, ready: its description, its change, what was found in it."""

    version: Version
    delta: Delta
    findings: Sequence[Finding] = ()


def folder(store: Path, number: int) -> Path:
    """Return the folder of version *number* in *store*."""
    return store / "versions" / str(number)


def changes(store: Path, number: int, layer: str = PUBLIC) -> Path:
    """Return the file that holds what version *number* changed in *layer*."""
    return folder(store, number) / CHANGES[layer]


def index(store: Path, number: int, layer: str = PUBLIC) -> Path:
    """Return the folder of the search index of version *number*, which a plain store has not."""
    return fulltext.path(folder(store, number), layer)


def current(store: Path) -> int:
    """Return the number of the version in force. Raises NoVersion if there is none."""
    try:
        return int((store / "current").read_text(encoding="ascii"))
    except FileNotFoundError as error:
        raise NoVersion(f"{store} holds no version yet: run “qgraph build” first.") from error
    except (OSError, ValueError) as error:
        raise StoreError(f"{store / 'current'} names no version: {error}.") from error


def in_force(store: Path) -> int:
    """Return the number of the version in force, 0 if there is none."""
    return current(store) if (store / "current").exists() else 0


def numbers(store: Path) -> list[int]:
    """Return the numbers of the versions in *store*, the newest first; none if it is no store."""
    found = (int(one.name) for one in (store / "versions").glob("[0-9]*") if one.name.isdigit())
    return sorted(found, reverse=True)


def describe(store: Path, number: int, layer: str = PUBLIC) -> Version:
    """Return the description of version *number*.

    Raises NoVersion if there was never one, Gone if it has been let go.
    """
    path = folder(store, number) / f"{layer}.json"
    try:
        return Version(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        if 0 < number < in_force(store) and not folder(store, number).exists():
            raise Gone(f"Version {number} has been let go, {reason_gone(store, number)}.") from error
        raise NoVersion(f"There is no version {number}.") from error
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"{path} does not describe a version: {error}.") from error


def reason_gone(store: Path, number: int) -> str:
    """Return why version *number* was let go: the rule for keeping versions, or the care policy."""
    forgotten = (store / "forgotten").read_text("ascii").split() if (store / "forgotten").exists() else []
    return "under the care policy" if str(number) in forgotten else "by the rule for keeping versions"


def findings(store: Path, number: int, layer: str = PUBLIC) -> list[Finding]:
    """Return what was found in version *number* when it was made."""
    path = folder(store, number) / f"{layer}-findings.json"
    if not path.exists():
        return []
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [Finding(**row | {"place": row["place"] and Place(**row["place"])}) for row in rows]


def open_version(store: Path, number: int, layer: str = PUBLIC) -> Store:
    """Return a layer of version *number*, read-only: the public one where nothing is Restricted."""
    return quads_of.open_read_only(folder(store, number) / (layer if has(store, number, layer) else PUBLIC))


def has(store: Path, number: int, layer: str) -> bool:
    """Say whether version *number* has *layer*."""
    return (folder(store, number) / f"{layer}.json").exists()


@contextmanager
def writing(store: Path) -> Iterator[int]:
    """Hold the writers' lock; gives the number in force, 0 if there is none.

    What a killed writer left behind is swept first. Raises what `locked` raises.
    """
    with locked(store):
        swap_rebuilt(store)
        number = in_force(store)
        _sweep(store / "versions", number)
        yield number


@contextmanager
def locked(store: Path) -> Iterator[None]:
    """Hold the writers' lock. Waits for another writer, whose process the lock file names.

    Raises StoreError if the folder cannot be written, DiskFull where there is no room.
    """
    with _disk(store):
        (store / "versions").mkdir(parents=True, exist_ok=True)
        lock = (store / "lock").open("a+")
    with lock:
        # A POSIX lock belongs to the process, so forked children never hold it,
        # and the kernel lets it go when the process ends, however it ends.
        fcntl.lockf(lock, fcntl.LOCK_EX)
        with _disk(store):
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Turn what the disk says no to into an error of ours."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC or "No space left" in str(error):
            raise DiskFull("The disk is full; nothing has changed.") from error
        raise StoreError(f"{path}: cannot write here: {error.strerror or error}.") from error


def _sweep(versions: Path, number: int) -> None:
    """Remove what a writer left that was killed before it moved `current`."""
    later = [one for one in versions.iterdir() if one.name.isdigit() and int(one.name) > number]
    if len(later) > 1:
        raise StoreError(f"{versions} holds versions after {number}, the one said to be in force.")
    for left in [*later, *versions.glob("candidate*")]:
        shutil.rmtree(left)


@dataclass(frozen=True)
class Candidate:
    """A folder in which a version is made, and the layers of its parent, opened to read."""

    path: Path
    before: Mapping[str, Store]

    @property
    def top(self) -> str:
        """The layer of the parent that holds all."""
        return FULL if FULL in self.before else PUBLIC


@contextmanager
def candidate(store: Path, parent: int) -> Iterator[Candidate]:
    """Give a candidate with copies of the layers of *parent*; it is removed unless it is published.

    To be used inside `writing`. The copies are hard links, so nothing is copied.
    Raises DiskFull where there is no room.
    """
    with empty_candidate(store) as path:
        held = [layer for layer in LAYERS if parent and has(store, parent, layer)]
        before = {layer: open_version(store, parent, layer) for layer in held}
        for layer, data in before.items():
            quads_of.checkpoint(data, path / layer)
            fulltext.link(index(store, parent, layer), fulltext.path(path, layer))
        yield Candidate(path, before)


@contextmanager
def empty_candidate(store: Path) -> Iterator[Path]:
    """Give an empty candidate; it is removed unless it is published. To be used inside `writing`."""
    path = store / "versions" / "candidate"
    try:
        path.mkdir()
        yield path
    finally:
        drop(path)


def next_number(store: Path) -> int:
    """Return the number of the next version: one that no version has had."""
    used = [one.name.removeprefix(DAMAGED) for one in (store / "versions").iterdir()]
    return max((int(name) for name in used if name.isdigit()), default=0) + 1


def draft(number: int, parent: int, *, message: str, curator: str, role: str = "") -> Version:
    """Return the description of a version to be made now, before what it holds is known."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Version(number, parent, now, message, curator, "", {}, {}, "", {}, role)


def drop(path: Path) -> None:
    """Remove the folder *path* if it is there.

    A store in it may still be closing, and write as it does; what is left is
    swept by the next writer.
    """
    for _ in range(ATTEMPTS):
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            return


def publish(store: Path, made: Path, drafts: Mapping[str, Draft]) -> Version:
    """Make the candidate *made* the version in force and return its description.

    To be called inside `candidate`, with all its stores flushed and closed. A
    crash at any moment leaves the old version in force.
    """
    place(store, made, drafts)
    for layer, draft in drafts.items():
        checked(store, draft, layer)
    point_to(store, drafts[PUBLIC].version.number)
    return drafts[PUBLIC].version


def place(store: Path, made: Path, drafts: Mapping[str, Draft]) -> None:
    """Put the candidate *made* among the versions, described and on the disk, but not in force."""
    for layer in {*LAYERS} - {*drafts}:
        drop(fulltext.path(made, layer))
    for layer, draft in drafts.items():
        _seal(made, layer, draft)
    sync_tree(made)
    made.rename(folder(store, drafts[PUBLIC].version.number))
    sync(store / "versions")


def checked(store: Path, draft: Draft, layer: str = PUBLIC) -> Store:
    """Return the *layer* of a version that has been placed, read-only.

    Raises StoreError if it does not hold what was written to it.
    """
    return _holding(draft, open_version(store, draft.version.number, layer))


def _holding(draft: Draft, written: Store) -> Store:
    if len(written) != draft.version.counts["quads"]:
        raise StoreError("A version does not hold what was written to it; nothing has changed.")
    return written


def _seal(made: Path, layer: str, draft: Draft) -> None:
    """Describe a layer whose store is closed, and have it searched."""
    if draft.version.is_published:
        told = None if draft.version.withheld else draft.delta  # what is withheld is not told
        fulltext.keep(fulltext.path(made, layer), made / layer, draft.version.base, change=told)
    quads_of.tidy(made / layer)
    text = json.dumps(asdict(draft.version), indent=2, ensure_ascii=False)
    (made / f"{layer}.json").write_text(text + "\n", encoding="utf-8")
    (made / CHANGES[layer]).write_text(delta.write(draft.delta), encoding="utf-8")
    if draft.findings:
        rows = json.dumps([asdict(one) for one in draft.findings], ensure_ascii=False)
        (made / f"{layer}-findings.json").write_text(rows, encoding="utf-8")


def rebuilding(store: Path, number: int) -> Path:
    """Return an empty folder to write version *number* anew in."""
    path = store / "versions" / f"{REBUILT}{number}"
    drop(path)
    path.mkdir()
    return path


def exchange(store: Path, number: int, drafts: Mapping[str, Draft]) -> None:
    """Put what `rebuilding` gave in the place of version *number*, whose files then go.

    After a crash `swap_rebuilt` ends what was begun: a version is away only while
    the one that takes its place is whole.
    """
    made = store / "versions" / f"{REBUILT}{number}"
    for layer, draft in drafts.items():
        _holding(draft, quads_of.open_read_only(made / layer))
        _seal(made, layer, draft)
    sync_tree(made)
    old = folder(store, number)
    old.rename(old.with_name(f"candidate-old-{number}"))
    swap_rebuilt(store)
    drop(old.with_name(f"candidate-old-{number}"))


def swap_rebuilt(store: Path) -> None:
    """Put each version that was written anew in its place, where that is empty; inside `writing`."""
    for made in [*(store / "versions").glob(f"{REBUILT}*")]:
        place = folder(store, int(made.name.removeprefix(REBUILT)))
        if place.exists():
            drop(made)
        else:
            made.rename(place)
    sync(store / "versions")


def sync_tree(made: Path) -> None:
    """Put all of *made* on the disk; a file that another version has too is there already."""
    for path in [*made.rglob("*"), made]:
        if path.is_dir() or path.stat().st_nlink == 1:
            sync(path)


def point_to(store: Path, number: int) -> None:
    """Put version *number* into force."""
    write_file(store / "current", f"{number}\n")


def write_file(path: Path, text: str) -> None:
    """Put *text* in the place of the file *path*, for its owner alone: all of it or nothing."""
    fresh = path.with_name(f"{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Have the operating system put *path*, file or folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
