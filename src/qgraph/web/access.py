"""Who asks: a reader, or who holds a token (RFC 6750, section 2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from qgraph import tokens
from qgraph.errors import NotAuthorized, WriteRefused
from qgraph.settings import Settings, is_loopback

READER = ""


@dataclass(frozen=True)
class Visitor:
    """Who asks, as an opaque id and a role; both are empty for a reader."""

    id: str = READER
    role: str = READER

    def may(self, role: str) -> bool:
        """Say whether the visitor may do what *role* may."""
        return tokens.may(self.role, role)

    def must(self, role: str) -> None:
        """Raise NotAuthorized for a reader, WriteRefused for a lesser role than *role*."""
        if not self.role:
            raise NotAuthorized(f"This needs the token of a {role}: send “Authorization: Bearer …”.")
        if not self.may(role):
            raise WriteRefused(f"This needs the role {role}; your token has the role {self.role}.")


def visitor(settings: Settings, headers: Mapping[str, str], address: str, *, note: bool = True) -> Visitor:
    """Return who asks from *address* with *headers*, by their names in lower case; *note* the use of a token.

    A token counts in the Authorization header alone, and over plain HTTP only
    from this machine, or from a proxy that the operator trusts. Raises
    NotAuthorized for a token that opens nothing, WriteRefused for one sent openly.
    """
    given = headers.get("authorization", "")
    if not given:
        return Visitor()
    scheme, _, secret = given.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise NotAuthorized("Tokens are sent as “Authorization: Bearer …”, and in no other way.")
    if not _is_safe(settings, headers, address):
        raise WriteRefused("A token does not travel over plain HTTP: use HTTPS, or revoke it now.")
    found = tokens.find(settings.store, secret.strip(), settings.admin_token_file)
    if note:
        tokens.note_use(settings.store, found)
    return Visitor(found.id, found.role)


def address_of(settings: Settings, headers: Mapping[str, str], peer: str) -> str:
    """Return the address of who asks: that of the *peer*, or the one that a trusted proxy gives for it."""
    told = headers.get("x-forwarded-for", "") if settings.trust_proxy else ""
    return told.rpartition(",")[2].strip() or peer


def _is_safe(settings: Settings, headers: Mapping[str, str], peer: str) -> bool:
    if settings.trust_proxy:
        return headers.get("x-forwarded-proto", "") == "https"
    return is_loopback(peer)
