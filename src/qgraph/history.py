"""The history of a graph: versions, what changed between two, and the way back."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from qgraph import archive, delta, forget, former, guard, keeping, ownership, process, suppression, versions
from qgraph.delta import Delta
from qgraph.edit import Author, Request
from qgraph.errors import Gone, NoVersion
from qgraph.forget import Forget, Forgotten
from qgraph.keeping import Rule
from qgraph.settings import Settings
from qgraph.store import Store
from qgraph.versions import PUBLIC, Version

COMPARING, LARGEST = 30.0, 2_000_000_000  # seconds and bytes for the comparison of two versions
__all__ = ["Difference", "Forget", "Forgotten", "Revert", "Rule"]


@dataclass(frozen=True)
class Difference:
    """What changed from version *before* to version *after*.

    *withheld* counts the changes that are not told, under the care policy.
    """

    before: Version
    after: Version
    delta: Delta
    withheld: int


@dataclass(frozen=True)
class Revert:
    """What writers had entered in a version stands again; *target* holds that version."""

    folder: Path
    number: int

    def apply(self, data: Store, before: Store) -> Delta:
        """Change *data*: the entries of writers become those of the version."""
        target = former.open_version(self.folder, self.number, versions.FULL)
        made = delta.between(ownership.entered(before), ownership.entered(target))
        made.make(data)
        return made


def known(store: Path) -> list[Version]:
    """Return the public description of every version that is kept, the newest first."""
    now = versions.in_force(store)
    return [versions.describe(store, number) for number in versions.numbers(store) if number <= now]


def describe(store: Path, number: int) -> Version:
    """Return the public description of version *number*. Raises NoVersion or Gone."""
    return versions.describe(store, number)


def at(store: Path, moment: datetime) -> Version:
    """Return the version that was in force at *moment*, or the oldest that is kept if that is younger.

    Raises NoVersion if there is none.
    """
    kept = known(store)
    older = [one for one in kept if datetime.fromisoformat(one.time) <= moment]
    if not kept:
        raise NoVersion("There is no version.")
    return older[0] if older else kept[-1]


def difference(store: Path, before: int, after: int, *, layer: str = PUBLIC) -> Difference:
    """Return what changed from version *before* to version *after*, by the changes of those between.

    Where one between has been let go, the two are compared as they are. Raises
    NoVersion or Gone if one of the two is not there.
    """
    first, last = versions.describe(store, before), versions.describe(store, after)
    low, high = sorted((before, after))
    try:
        made, withheld = _forward(store, low, high, layer=layer)
    except Gone:
        work = partial(_compared, store, low, high, layer=layer)
        made, withheld = process.run(work, deadline=COMPARING, memory=LARGEST), 0
    return Difference(first, last, made if before <= after else made.undone(), withheld)


def _compared(store: Path, low: int, high: int, *, layer: str) -> Delta:
    return delta.of_stores(*(former.open_version(store, number, layer) for number in (low, high)))


def _forward(store: Path, low: int, high: int, *, layer: str) -> tuple[Delta, int]:
    """Return what changed on the way from *low* up to *high*, each version from its parent."""
    made, withheld, number = Delta(), 0, high
    while number > low:
        version = versions.describe(store, number)
        path = versions.changes(store, number, layer)
        made = (delta.read(path) if path.exists() else Delta()).then(made)
        withheld += version.withheld
        number = version.parent
    return made, withheld


def sizes(store: Path, version: Version) -> tuple[int, int]:
    """Return how many statements of evidence *version* added and removed; of a plain store, how many at all.

    What is withheld under the care policy is not counted here.
    """
    path = versions.changes(store, version.number)
    place = f"<{version.base}evidence/".encode() if "asserted" in version.counts else b""
    rows = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    told = [row[:1] for row in rows if row.rsplit(b" ", 2)[-2].startswith(place)]
    return told.count(b"A"), told.count(b"D")


def touched(store: Path) -> tuple[str, dict[str, str]]:
    """Return when the oldest version that is kept was made, and of each IRI that changed since, when last.

    An IRI stands for its page: a name within it counts as the page. What changed
    under the care policy is not told.
    """
    kept = known(store)
    found: dict[str, str] = {}
    for version in kept[:-1]:
        path = versions.changes(store, version.number)
        names = re.compile(rb"<(" + re.escape(version.base.encode()) + rb"[^>#]*)")
        if path.exists():
            with path.open("rb") as rows:
                for iri in (iri for row in rows for iri in names.findall(row)):
                    found.setdefault(iri.decode(), version.time)
    return (kept[-1].time if kept else ""), found


def revert(settings: Settings, number: int, author: Author, *, message: str = "") -> Version:
    """Have what writers had entered in version *number* stand again; return the version that this makes.

    The folder's own data stay as they are. Raises Gone if the version is not kept,
    Refused if what it held breaks a rule today.
    """
    versions.describe(settings.store, number)
    change = Revert(settings.store, number)
    said = message or f"Back to version {number}."
    work = partial(guard.write, settings, Request(change, author, said))
    return process.run(work, deadline=settings.commit_timeout)


def tag(settings: Settings, name: str, number: int) -> None:
    """Have *name* name version *number*, which is then kept."""
    process.run(partial(_tag, settings.store, name, number), deadline=settings.commit_timeout)


def _tag(store: Path, name: str, number: int) -> None:
    with versions.writing(store):
        keeping.tag(store, name, number)


def prune(settings: Settings, *, dry: bool) -> list[int]:
    """Let go of the versions that the rule lets go, and return them; none goes in a *dry* run."""
    return process.run(partial(_prune, settings, dry), deadline=settings.build_timeout)


def _prune(settings: Settings, dry: bool) -> list[int]:  # noqa: FBT001 (called across processes)
    with versions.writing(settings.store):
        going = keeping.prunable(settings.store, Rule(settings.keep_days, settings.keep_share))
        if not dry:
            keeping.let_go(settings.store, going)
        return going


def check(store: Path) -> dict[int, str]:
    """Return what is wrong with each version that is kept, empty for a sound one."""
    return {number: keeping.fault(store, number) for number in versions.numbers(store)}


def recover(settings: Settings) -> str:
    """Finish what was begun, put the newest sound version into force; return what was wrong, if anything."""
    return process.run(partial(_recover, settings), deadline=settings.build_timeout)


def _recover(settings: Settings) -> str:
    with versions.locked(settings.store):
        said = keeping.repair(settings.store)
        archive.sweep(settings.store)
    if not settings.bare:
        with versions.writing(settings.store):
            forget.finish(settings)
            _make_searchable(settings)
    return said


def make_searchable(settings: Settings) -> None:
    """Make the search index of the version in force, where a store of former days has none."""
    if not settings.bare and not former.is_searchable(settings.store, versions.current(settings.store)):
        process.run(partial(_made_searchable, settings), deadline=settings.build_timeout)


def _made_searchable(settings: Settings) -> None:
    with versions.writing(settings.store):
        _make_searchable(settings)


def _make_searchable(settings: Settings) -> None:
    if number := versions.in_force(settings.store):
        former.make_searchable(settings.store, number)


def plan(settings: Settings, wanted: Forget) -> list[str]:
    """Return all that would be erased with what is wanted. Raises Refused."""
    return process.run(partial(forget.plan, settings, wanted), deadline=settings.build_timeout)


def forget_all(settings: Settings, wanted: Forget) -> Forgotten:
    """Forget what is wanted in every version, and return what was done."""
    return process.run(partial(forget.forget, settings, wanted), deadline=settings.build_timeout)


def is_erased(settings: Settings, iri: str) -> bool:
    """Say whether *iri* names what has been erased, as far as the key is there to tell."""
    return suppression.key_path(settings).exists() and suppression.holds(settings, iri)


def backup(settings: Settings, target: Path) -> int:
    """Write a backup to the file *target* and return the number of the version in force in it."""
    return process.run(partial(archive.backup, settings, target.absolute()), deadline=settings.build_timeout)


def restore(settings: Settings, source: Path) -> tuple[Version, list[str]]:
    """Make a store from the backup *source*; return the version in force and what was erased once more."""
    return process.run(partial(archive.restore, settings, source.absolute()), deadline=settings.build_timeout)
