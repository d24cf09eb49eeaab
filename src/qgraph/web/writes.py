"""Who may write, and what becomes of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from qgraph import commit
from qgraph.commit import Author, Change, Desk, Update
from qgraph.errors import MovedOn, WriteRefused
from qgraph.protocol import SentUpdate
from qgraph.settings import Settings
from qgraph.versions import Version, current, describe
from qgraph.web.access import Visitor, visitor

ETAG = re.compile(r'"v(\d{1,18})(?:[^\d"][^"]*)?"')
LONGEST = 1_000
ANYONE = "anyone"


@dataclass(frozen=True)
class Writer:
    """Who writes: the *headers* of their request, by names in lower case, and their *address*."""

    headers: Mapping[str, str]
    address: str


def update(desk: Desk, sent: SentUpdate, writer: Writer) -> Version:
    """Make the update that was *sent* and return the version in force after it.

    Raises what `write` raises, QueryError where the text is no update.
    """
    store = desk.settings.store
    base = describe(store, current(store)).base
    change = Update(sent.text, commit.limits(desk.settings), sent.default_graphs, sent.named_graphs, base)
    return write(desk, change, writer)


def write(desk: Desk, change: Change, writer: Writer) -> Version:
    """Make *change* if its *writer* may, and return the version in force after it.

    A plain store may be open to all on this machine, though not to a page of
    another site that a browser shows. Raises NotAuthorized or WriteRefused for
    who may not, MovedOn where the version that If-Match names is not in force.
    """
    who = check(desk.settings, writer)
    expected = _expected(desk.settings, writer.headers)
    message = " ".join(writer.headers.get("qgraph-message", "").split())[:LONGEST]
    return desk.write(commit.Request(change, Author(who.id or ANYONE, who.role), message, expected))


def check(settings: Settings, writer: Writer) -> Visitor:
    """Return who *writer* is. Raises NotAuthorized or WriteRefused for who may not write."""
    if settings.bare and settings.open_writes:
        _check_origin(writer.headers)
        return Visitor()
    who = visitor(settings, writer.headers, writer.address)
    who.must("curator")
    return who


def body_limit(settings: Settings, writer: Writer, *, note: bool = True) -> int:
    """Return how many bytes the body of *writer* may have, and *note* that a token is used.

    Raises NotAuthorized for a token that is none.
    """
    if settings.bare and settings.open_writes:
        return settings.upload_limit
    may = visitor(settings, writer.headers, writer.address, note=note).may("curator")
    return settings.upload_limit if may else settings.body_limit


def headers_of(version: Version) -> dict[str, str]:
    """Return the headers that tell a writer which version is in force now."""
    return {"Qgraph-Version": str(version.number), "ETag": etag(version)}


def etag(version: Version, what: str = "") -> str:
    """Return the entity tag of *version*; of its representation *what* where there are several.

    It is another once something has been forgotten in the version.
    """
    return f'"v{version.number}-{version.digest[:12]}{what and "." + what}"'


def _expected(settings: Settings, headers: Mapping[str, str]) -> int:
    """Return the version that If-Match names (RFC 9110, section 13.1.1), 0 if it names none or any.

    Where it names several, it is the one in force that counts.
    """
    given = headers.get("if-match", "").strip()
    if given in ("", "*"):
        return 0
    named = [int(number) for number in ETAG.findall(given)]
    if not named:
        raise MovedOn(f"If-Match names no version: {given}.")
    now = current(settings.store)
    return now if now in named else named[0]


def _check_origin(headers: Mapping[str, str]) -> None:
    origin = headers.get("origin", "")
    if origin and origin.partition("://")[2] != headers.get("host"):
        raise WriteRefused(f"Pages of {origin} cannot write here.")
