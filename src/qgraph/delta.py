"""What a change adds to a dataset and takes from it.

On disk a delta is an RDF Patch without a header: a line for each quad, `D` for
what went and `A` for what came.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from qgraph.errors import SourceError, StoreError
from qgraph.formats import BY_NAME
from qgraph.store import Quad, Store, dump, dump_all, parse

MODULUS = 2**256
NOTHING: frozenset[Quad] = frozenset()


@dataclass(frozen=True)
class Delta:
    """The quads that come and go; no quad does both."""

    added: frozenset[Quad] = NOTHING
    removed: frozenset[Quad] = NOTHING

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def __len__(self) -> int:
        return len(self.added) + len(self.removed)

    @property
    def quads(self) -> frozenset[Quad]:
        """All quads that the change touches."""
        return self.added | self.removed

    def then(self, later: Self) -> "Delta":
        """Return this change and *later*, made on its result, as one."""
        return Delta(
            (self.added - later.removed) | (later.added - self.removed),
            (self.removed - later.added) | (later.removed - self.added),
        )

    def undone(self) -> "Delta":
        """Return the change that takes this one back."""
        return Delta(self.removed, self.added)

    def make(self, store: Store) -> None:
        """Make the change in *store*.

        What comes is put in by its names: in memory, what is said of one thing then
        lies together, and queries find it sooner.
        """
        for quad in self.removed:
            store.remove(quad)
        store.extend(sorted(self.added, key=str))


def between(before: Iterable[Quad], after: Iterable[Quad]) -> Delta:
    """Return the change from *before* to *after*."""
    old, new = frozenset(before), frozenset(after)
    return Delta(new - old, old - new)


def of_stores(before: Store, after: Store) -> Delta:
    """Return the change from store *before* to store *after*, which began as its copy."""
    old, new = (frozenset(dump_all(one).split(b"\n")) for one in (before, after))
    return Delta(_quads(new - old), _quads(old - new))


def write(delta: Delta) -> str:
    """Return *delta* as rows of an RDF Patch, deletions first, each sorted."""
    rows = [f"D {line}" for line in sorted(lines(delta.removed))]
    rows += [f"A {line}" for line in sorted(lines(delta.added))]
    return "".join(f"{row}\n" for row in rows)


def patch(delta: Delta) -> str:
    """Return *delta* as an RDF Patch that stands alone: one transaction."""
    return f"TX .\n{write(delta)}TC .\n"


def read(path: Path) -> Delta:
    """Return the delta in the file *path*. Raises StoreError if it holds none."""
    marked = path.read_bytes().split(b"\n")
    came, went = (frozenset(row[2:] for row in marked if row.startswith(mark)) for mark in (b"A ", b"D "))
    try:
        return Delta(_quads(came), _quads(went))
    except SourceError as error:
        raise StoreError(f"{path} does not tell what a version changed: {error}") from error


def quads(part: Iterable[Quad]) -> bytes:
    """Return one *part* of a delta as N-Quads, sorted."""
    return "".join(f"{line}\n" for line in sorted(lines(part))).encode()


def lines(quads: Iterable[Quad]) -> list[str]:
    """Return *quads* as canonical N-Quads lines, in the order given.

    Only a line feed ends a line; Python knows other line breaks, which stand in texts as they are.
    """
    return dump(quads, BY_NAME["nquads"], {}).decode().split("\n")[:-1]


def digest(quads: Iterable[Quad]) -> str:
    """Return the sum modulo 2²⁵⁶ of the SHA-256 of each N-Quads line, in hexadecimal.

    A sum does not depend on the order, and is kept by what comes and goes.
    """
    return f"{_sum(quads) % MODULUS:064x}"


def digest_after(before: str, delta: Delta) -> str:
    """Return the digest of what had the digest *before*, once *delta* is made."""
    return f"{(int(before or '0', 16) + _sum(delta.added) - _sum(delta.removed)) % MODULUS:064x}"


def _sum(quads: Iterable[Quad]) -> int:
    return sum(int.from_bytes(hashlib.sha256(line.encode()).digest()) for line in lines(quads))


def _quads(rows: Iterable[bytes]) -> frozenset[Quad]:
    return frozenset(parse(b"\n".join(rows), BY_NAME["nquads"]))
