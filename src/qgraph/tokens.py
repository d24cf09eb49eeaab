"""Tokens: who may do more than read what is public.

`<store>/tokens.json` holds for each token its id, role, name and the SHA-256 of
its secret; the secret is shown once and kept nowhere. It is random (256 bits),
so a plain digest is as hard to turn back as a slow one. Neither versions nor
backups hold the file.
"""

import fcntl
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from qgraph.errors import NotAuthorized, RequestError, SettingsError, StoreError
from qgraph.versions import write_file

ROLES = ("insider", "curator", "admin")
FILE = "tokens.json"


@dataclass(frozen=True)
class Token:
    """What is kept of a token. Times are ISO 8601 in UTC, empty for never."""

    id: str
    role: str
    name: str
    hash: str
    created: str
    expires: str = ""
    revoked: str = ""
    used: str = ""

    def fault(self) -> str:
        """Return why the token opens nothing now; empty if it does."""
        if self.revoked:
            return "has been revoked"
        return "has expired" if self.expires and self.expires <= _now() else ""


def may(role: str, wanted: str) -> bool:
    """Say whether who has *role* may do what *wanted* may: each role may do what those before it may."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(wanted)


def create(store: Path, role: str, name: str, *, days: float = 0) -> tuple[Token, str]:
    """Make a token for *days* (0: for good) and return it with its secret.

    Raises RequestError for no such role.
    """
    if role not in ROLES:
        raise RequestError(f"There is no role {role!r}: expected one of {', '.join(ROLES)}.")
    secret = f"qgraph_{secrets.token_urlsafe(32)}"
    expires = f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" if days else ""
    made = Token(f"c{secrets.token_hex(4)}", role, name, _hash(secret), _now(), expires)
    with _changing(store) as known:
        known.append(made)
    return made, secret


def every(store: Path) -> list[Token]:
    """Return all tokens of *store*, the oldest first. Raises StoreError for a damaged file."""
    try:
        return [Token(**one) for one in json.loads((store / FILE).read_text("utf-8"))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"{store / FILE} holds no tokens: {error}.") from error


def revoke(store: Path, token: str) -> Token:
    """Take back the token with this id and return it. Raises RequestError if there is none."""
    with _changing(store) as known:
        for at, one in enumerate(known):
            if one.id == token:
                known[at] = replace(one, revoked=one.revoked or _now())
                return known[at]
    raise RequestError(f"There is no token {token!r}: “qgraph token list” shows them.")


def find(store: Path, secret: str, admin_file: Path) -> Token:
    """Return the token with this *secret*, or that of the operator's *admin_file*.

    All hashes are compared, each in constant time. Raises NotAuthorized if there
    is none, or it opens nothing any more.
    """
    sought = _hash(secret)
    found = [one for one in every(store) + _operators(admin_file) if hmac.compare_digest(one.hash, sought)]
    if not found:
        raise NotAuthorized("Nobody here knows this token.")
    if reason := found[0].fault():
        raise NotAuthorized(f"This token {reason}.")
    return found[0]


def check_admin_file(path: Path) -> None:
    """Raise SettingsError if *path* is given and holds no token of 20 characters or more."""
    if path.name and not _operators(path):
        raise SettingsError(
            f"{path} holds no token: write at least 20 characters into it, readable by you alone."
        )


def _operators(path: Path) -> list[Token]:
    with suppress(OSError, UnicodeDecodeError):
        secret = path.read_text("utf-8").strip() if path.name else ""
        if len(secret) >= 20:
            return [Token("operator", "admin", "", _hash(secret), "")]
    return []


def note_use(store: Path, token: Token) -> None:
    """Write down that *token* is used, once a minute at most."""
    now = _now()
    if token.id == "operator" or token.used[:16] == now[:16]:
        return
    with suppress(StoreError), _changing(store) as known:
        known[:] = [replace(one, used=now) if one.id == token.id else one for one in known]


@contextmanager
def _changing(store: Path) -> Iterator[list[Token]]:
    """Give the tokens to be changed, and keep what is made of them."""
    try:
        store.mkdir(parents=True, exist_ok=True)
        with (store / "tokens.lock").open("w") as lock:
            # A lock of the open file: it holds among threads of one process too.
            fcntl.flock(lock, fcntl.LOCK_EX)
            known = every(store)
            yield known
            write_file(store / FILE, json.dumps([asdict(one) for one in known], indent=1))
    except OSError as error:
        raise StoreError(f"{store}: cannot keep tokens here: {error.strerror}.") from error


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
