"""What has been erased stays away: a list of keyed hashes, which tell no name.

List and key lie beside the store, in `<store>.erased.json` and `<store>.key`: the
list outlives the store, and a copy of either says nothing about whose name it is.
Without the key no write lands.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from qgraph import versions
from qgraph.errors import StoreError
from qgraph.findings import Finding, Place
from qgraph.settings import Settings
from qgraph.store import NamedNode, Quad

SAID = (
    "This names what has been erased (entry {entry}): take out each statement on it (docs/how-to/forget.md)."
)


@dataclass(frozen=True)
class Entry:
    """One erased name: its keyed hash (HMAC-SHA-256, hexadecimal), and the day."""

    hash: str
    day: str


def path(settings: Settings) -> Path:
    """Return the file that holds the list."""
    return settings.store.with_name(f"{settings.store.name}.erased.json")


def entries(file: Path) -> list[Entry]:
    """Return the entries of the list in *file*, none if it is not there."""
    return [Entry(**one) for one in json.loads(file.read_text("utf-8"))] if file.exists() else []


def add(settings: Settings, iris: Iterable[str]) -> None:
    """Put *iris* on the list. To be called inside `versions.writing`."""
    key, day = _key(settings, make=True), f"{datetime.now(UTC):%Y-%m-%d}"
    _keep(settings, [Entry(_hash(key, iri), day) for iri in iris])


def merge(settings: Settings, other: Path) -> None:
    """Put the entries of the list in the file *other* on the list too."""
    _keep(settings, entries(other))


def _keep(settings: Settings, fresh: list[Entry]) -> None:
    known = {one.hash: one for one in [*fresh, *entries(path(settings))]}
    rows = [asdict(one) for _, one in sorted(known.items())]
    if fresh:
        versions.write_file(path(settings), json.dumps(rows, indent=1))


def holds(settings: Settings, iri: str) -> bool:
    """Say whether *iri* has been erased."""
    listed = {one.hash for one in entries(path(settings))}
    return bool(listed) and _hash(_key(settings), iri) in listed


def findings(
    settings: Settings, quads: Iterable[Quad], place_of: Callable[[Quad], Place | None] = lambda _quad: None
) -> list[Finding]:
    """Return a finding for each of *quads* that names what has been erased; no finding tells the name.

    *place_of* gives where a quad is written, if it is.
    """
    listed = {one.hash for one in entries(path(settings))}
    if not listed:
        return []
    key = _key(settings)
    hashed = cache(partial(_hash, key))
    found = {
        (hashed(term.value)[:8], place_of(quad))
        for quad in quads
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)
        if isinstance(term, NamedNode) and hashed(term.value) in listed
    }
    return sorted(
        (Finding("erased", SAID.format(entry=entry), place=place) for entry, place in found), key=str
    )


def _hash(key: bytes, iri: str) -> str:
    return hmac.new(key, iri.encode(), hashlib.sha256).hexdigest()


def key_path(settings: Settings) -> Path:
    """Return the file that holds the key: beside the store's folder, never in it."""
    return settings.store.with_name(f"{settings.store.name}.key")


def _key(settings: Settings, *, make: bool = False) -> bytes:
    path = key_path(settings)
    if make and not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        versions.sync(path)
    try:
        return bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} has no key for the names of erased things: bring back its copy.") from error
