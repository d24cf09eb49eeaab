"""What has been erased stays away: a list of keyed hashes, which tell no name.

The list is `<store>/suppressed.json`. The key lies outside the store, so a copy
of the store does not say whose name it holds; without the key no write lands.
"""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from qgraph import versions
from qgraph.errors import StoreError
from qgraph.findings import Finding, Place
from qgraph.settings import Settings
from qgraph.store import NamedNode, Quad

LIST = "suppressed.json"
SAID = (
    "This names what has been erased (entry {entry}): take out each statement on it (docs/how-to/forget.md)."
)


@dataclass(frozen=True)
class Entry:
    """One erased name: its keyed hash (HMAC-SHA-256, hexadecimal), and the day."""

    hash: str
    day: str


def entries(store: Path) -> list[Entry]:
    """Return the entries of the list in *store*."""
    path = store / LIST
    return [Entry(**one) for one in json.loads(path.read_text("utf-8"))] if path.exists() else []


def add(settings: Settings, iris: Iterable[str]) -> None:
    """Put *iris* on the list. To be called inside `versions.writing`."""
    key, day = _key(settings, make=True), f"{datetime.now(UTC):%Y-%m-%d}"
    known = {one.hash: one for one in entries(settings.store)}
    fresh = {one: Entry(one, day) for one in (_hash(key, iri) for iri in iris)}
    rows = [{"hash": one.hash, "day": one.day} for one in (fresh | known).values()]
    versions.write_file(settings.store / LIST, json.dumps(sorted(rows, key=str), indent=1))


def holds(settings: Settings, iri: str) -> bool:
    """Say whether *iri* has been erased."""
    listed = {one.hash for one in entries(settings.store)}
    return bool(listed) and _hash(_key(settings), iri) in listed


def findings(
    settings: Settings, quads: Iterable[Quad], place_of: Callable[[Quad], Place | None] = lambda _quad: None
) -> list[Finding]:
    """Return a finding for each of *quads* that names what has been erased; no finding tells the name.

    *place_of* gives where a quad is written, if it is.
    """
    listed = {one.hash for one in entries(settings.store)}
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
