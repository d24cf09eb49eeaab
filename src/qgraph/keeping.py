"""Which versions are kept: tags, the rule for letting go, and whether what is there is sound."""

import json
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from qgraph import delta, former, versions
from qgraph.errors import NoVersion, RequestError, StoreError
from qgraph.versions import LAYERS, PUBLIC


@dataclass(frozen=True)
class Rule:
    """Versions are kept for so many *days*, while all take no larger *share* of the disk."""

    days: float
    share: float


def tags(store: Path) -> dict[str, int]:
    """Return the tags of *store*, each with the version that it names."""
    path = store / "tags.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def tag(store: Path, name: str, number: int) -> None:
    """Have the tag *name* name version *number*, which is then kept. To be called inside `writing`.

    Raises RequestError if the tag is taken or no name, NoVersion or Gone if the
    version is not there.
    """
    versions.describe(store, number)
    known = tags(store)
    if name in known or name.isdigit() or not name.isprintable() or len(name.split()) != 1 or "/" in name:
        raise RequestError(f"{name!r} is no new tag: write one word that is no number and not taken.")
    versions.write_file(store / "tags.json", json.dumps(known | {name: number}, indent=1))


def number_of(store: Path, name: str) -> int:
    """Return the number of the version that *name*, a number or a tag, names. Raises NoVersion or Gone."""
    number = tags(store).get(name, int(name) if name.isdecimal() and len(name) < 12 else 0)
    if not number:
        raise NoVersion(f"There is no version “{name}”: a version has a number, and may have a tag.")
    return versions.describe(store, number).number


def prunable(store: Path, rule: Rule) -> list[int]:
    """Return the versions that *rule* lets go, the oldest first.

    Older ones than its days, then the oldest while all are over its share of the
    disk; never the version in force, nor a tagged one.
    """
    kept = {versions.current(store), *tags(store).values()}
    free = [number for number in reversed(versions.numbers(store)) if number not in kept]
    oldest = datetime.now(UTC) - timedelta(days=rule.days)
    going = {one for one in free if datetime.fromisoformat(versions.describe(store, one).time) < oldest}
    over = _size(store) - rule.share * shutil.disk_usage(store).total
    over -= sum(_own_size(versions.folder(store, number)) for number in going)
    for number in free:
        if over > 0 and number not in going:
            over -= _own_size(versions.folder(store, number))
            going.add(number)
    return sorted(going)


def let_go(store: Path, numbers: list[int], *, forgotten: bool = False) -> None:
    """Delete the versions *numbers*, and remember which were *forgotten* under the care policy.

    To be called inside `writing`.
    """
    if forgotten and numbers:
        known = (store / "forgotten").read_text("ascii") if (store / "forgotten").exists() else ""
        versions.write_file(store / "forgotten", known + "".join(f"{number}\n" for number in numbers))
    former.stand_alone(store, {*numbers})
    for number in numbers:
        # Renamed first, so that a crash never leaves half a version under its number.
        path = versions.folder(store, number)
        shutil.rmtree(path.rename(path.with_name(f"candidate-old-{number}")))


def thin(store: Path) -> None:
    """Let go of stores of former versions that their changes give again. To be called inside `writing`.

    What cannot be let go stays: a version has been published, and that has not failed.
    """
    with suppress(StoreError, OSError):
        former.thin(store, {*tags(store).values()})


def keep_last(store: Path, kept: int) -> None:
    """Delete all but the last *kept* versions. To be called inside `writing`."""
    let_go(store, versions.numbers(store)[kept:])


def _size(store: Path) -> int:
    """Return the bytes that the versions take on the disk, shared files counted once."""
    files = {path.stat().st_ino: path.stat().st_blocks * 512 for path in (store / "versions").rglob("*")}
    return sum(files.values())


def _own_size(folder: Path) -> int:
    """Return the bytes that deleting *folder* would free."""
    found = (path.stat() for path in folder.rglob("*") if path.is_file())
    return sum(one.st_blocks * 512 for one in found if one.st_nlink == 1)


def fault(store: Path, number: int) -> str:
    """Return what is wrong with version *number*, empty if its stores hold what their digests say."""
    try:
        for layer in LAYERS:
            if layer == PUBLIC or versions.has(store, number, layer):
                known = versions.describe(store, number, layer)
                if delta.digest(former.open_version(store, number, layer)) != known.digest:
                    return f"its {layer} store does not hold what its digest says"
    except (StoreError, OSError, RuntimeError) as error:
        return str(error)
    return ""


def repair(store: Path) -> str:
    """Put the newest sound version into force; return what was wrong, empty if nothing was.

    To be called inside `versions.locked`. Damaged versions are set aside under
    another name, for whoever can mend them.
    """
    pointer = ""
    versions.swap_rebuilt(store)
    try:
        known = versions.current(store)
    except NoVersion:
        known, pointer = 0, "the pointer was lost."
        if not versions.numbers(store):
            return ""
    except StoreError as error:
        known, pointer = 0, str(error)
    if known and known not in versions.numbers(store):
        known, pointer = 0, f"the pointer named version {known}, which is not there."
    for number in versions.numbers(store):
        if known and number > known:
            continue
        if not (reason := fault(store, number)):
            versions.point_to(store, number)
            return f"Version {number} is in force: {pointer}" if pointer else ""
        pointer = pointer or f"version {number} is damaged: {reason}."
        path = versions.folder(store, number)
        path.rename(path.with_name(f"{versions.DAMAGED}{number}"))
    raise StoreError(f"{store} holds no sound version: restore a backup with “qgraph restore”.")
