"""A plain SPARQL 1.1 store: it starts empty, keeps no rules, and each write makes a version."""

from dataclasses import replace
from pathlib import Path

from qgraph import delta, keeping, store, versions
from qgraph.delta import Delta
from qgraph.edit import Request
from qgraph.errors import MovedOn
from qgraph.versions import PUBLIC, Draft, Version

KEPT = 20
BASE = "http://localhost/"
WRITER = "anyone"


def start(folder: Path) -> Version:
    """Make an empty version in *folder* if there is none; return the one in force."""
    with versions.writing(folder) as parent:
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


def write(folder: Path, request: Request) -> Version:
    """Make the change of *request* and return the version in force after it; the last 20 are kept.

    Raises MovedOn where another version is in force than expected.
    """
    with versions.writing(folder) as parent, versions.candidate(folder, parent) as made:
        check_expected(parent, request.expected)
        known = versions.describe(folder, parent)
        data = store.open_to_write(made.path / PUBLIC)
        change_made = request.change.apply(data, made.before[PUBLIC])
        graphs = store.empty_graphs(data)
        if not change_made and graphs == known.empty:
            return known
        version = replace(
            versions.draft(
                versions.next_number(folder), parent, message=request.message, curator=request.author.name
            ),
            role=request.author.role,
            digest=delta.digest_after(known.digest, change_made),
            counts={"quads": len(data)},
            base=BASE,
            empty=graphs,
        )
        data.flush()
        del data
        published = versions.publish(folder, made.path, {PUBLIC: Draft(version, change_made)})
        keeping.keep_last(folder, KEPT)
        return published


def check_expected(current: int, expected: int) -> None:
    """Raise MovedOn unless the version *current* is the one *expected* (0: any)."""
    if expected not in (0, current):
        raise MovedOn(f"Version {current} is in force, not {expected}: look at it, and try again.")
