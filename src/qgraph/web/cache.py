"""Complete answers kept for the next client who asks the same, of one process.

A key holds all that an answer depends on, so nothing has to be made invalid:
a new version has new keys, and the oldest answers make room for them.
"""

import gzip
import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote_plus

import zstandard
from werkzeug.http import parse_accept_header

from qgraph.protocol import Request

# Calls whose answer differs from one time to the next; a word inside a string counts too.
FLEETING = re.compile(r"\b(RAND|NOW|UUID|STRUUID|BNODE|SERVICE)\b", re.IGNORECASE)
LARGEST = 1_000_000
WORTH_PACKING = 1_000
Key = tuple[int, Request]


@dataclass(frozen=True)
class Entry:
    """One complete answer: its headers, its bytes as they are and packed in each coding, its entity tag."""

    headers: dict[str, str]
    body: bytes
    packed: dict[str, bytes]
    etag: str

    @property
    def size(self) -> int:
        """How many bytes the entry holds."""
        return len(self.body) + sum(map(len, self.packed.values()))


def entry_of(headers: dict[str, str], body: bytes) -> Entry:
    """Return an answer of *body*, packed where that is worth it, tagged by its bytes."""
    packed = {}
    if len(body) > WORTH_PACKING:
        packed = {"zstd": zstandard.compress(body, 6), "gzip": gzip.compress(body, 6, mtime=0)}
    tag = hashlib.sha256(headers.get("Content-Type", "").encode() + b"\n" + body).hexdigest()[:32]
    return Entry(headers, body, packed, tag)


@lru_cache(maxsize=256)
def coding_of(accepted: str) -> str:
    """Return the coding for a client that accepts *accepted*, empty for none (RFC 9110, section 12.5.3)."""
    likes = parse_accept_header(accepted)
    best = max(("zstd", "gzip"), key=likes.quality)
    return best if likes.quality(best) > 0 else ""


def is_lasting(request: Request) -> bool:
    """Say whether the answer to *request* is the same each time for one version."""
    text = unquote_plus(request.query_string) + request.body.decode("utf-8", "replace")
    return not FLEETING.search(unquote_plus(text))


@dataclass
class Cache:
    """The answers used last, *limit* bytes at most; 0 keeps none."""

    limit: int
    size: int = 0
    hits: int = 0
    misses: int = 0
    entries: OrderedDict[Key, Entry] = field(default_factory=OrderedDict)

    def get(self, key: Key) -> Entry | None:
        """Return the answer kept under *key*, and count whether there was one."""
        entry = self.entries.get(key)
        if entry is None:
            self.misses += 1
            return None
        self.hits += 1
        self.entries.move_to_end(key)
        return entry

    def put(self, key: Key, entry: Entry) -> None:
        """Keep *entry* under *key*; the answers used longest ago make room."""
        if entry.size > min(LARGEST, self.limit) or key in self.entries or not is_lasting(key[1]):
            return
        self.entries[key] = entry
        self.size += entry.size
        while self.size > self.limit:
            _, oldest = self.entries.popitem(last=False)
            self.size -= oldest.size
