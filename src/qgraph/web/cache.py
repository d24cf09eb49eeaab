"""Complete answers kept for the next client who asks the same, of one process.

A key holds all that an answer depends on, so nothing has to be made invalid:
a new version has new keys, and the oldest answers make room for them.
"""

import gzip
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Self, cast

import zstandard
from werkzeug.http import parse_accept_header

from qgraph.web.exchange import Headers, Response, written

# Calls whose answer differs from one time to the next; a word inside a string counts too,
# and so does an escape, which may spell one (SPARQL 1.1 Query, section 19.2).
HINTS = ("RAND", "NOW", "UUID", "BNODE", "SERVICE", "\\U")  # one of them is there; quick to look for
FLEETING = re.compile(r"\b(RAND|NOW|UUID|STRUUID|BNODE|SERVICE)\b|\\u", re.IGNORECASE)
LARGEST = 1_000_000
WORTH_PACKING = 1_000
OVERHEAD = 2_500  # bytes of memory that an answer takes beside its body and its key
UNPACKED: Mapping[str, Response] = {}
PACK: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": partial(zstandard.compress, level=6),
    "gzip": partial(gzip.compress, compresslevel=6, mtime=0),
}
OWN = ("etag", "content-length")  # headers of each form of an answer
# Version, method, parameters, body, and the headers Host, Accept and Content-Type; of a page
# “PAGE”, its address, nothing, and the headers Host, Accept and Accept-Profile.
Key = tuple[tuple[int, ...], str, str, bytes, str, str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One complete answer, ready to be sent: as it is, and packed in each coding that was asked for.

    There are many, so each is few objects: Python's garbage collector walks over all of them.
    """

    tag: str
    plain: Response
    packed: Mapping[str, Response]

    @property
    def size(self) -> int:
        """How many bytes of memory the entry takes."""
        plain = len(cast("bytes", self.plain.body))
        return OVERHEAD + plain + sum(len(cast("bytes", one.body)) for one in self.packed.values())

    def lacks(self, accepted: str) -> str:
        """Return the coding to pack the answer in for who accepts these, empty if it is ready."""
        worth = len(cast("bytes", self.plain.body)) > WORTH_PACKING
        coding = coding_of(accepted) if worth else ""
        return "" if coding in self.packed else coding

    def fitted(self, accepted: str) -> Self:
        """Return the entry with the answer packed for who accepts these codings."""
        coding = self.lacks(accepted)
        if not coding:
            return self
        body = PACK[coding](cast("bytes", self.plain.body))
        headers = tuple(one for one in self.plain.headers if one[0] not in OWN)
        packed = _response(headers, body, tag=self.tag, coding=coding)
        return replace(self, packed={**self.packed, coding: replace(packed, status=self.plain.status)})

    def is_for(self, known: str) -> bool:
        """Say whether it answers who has *known*, as If-None-Match has it: a mark only who has its tag."""
        return self.plain.status != 304 or is_known(_etag(self.tag, ""), known)

    def response(self, accepted: str, known: str) -> Response:
        """Return the answer for who accepts these codings, or 304 (RFC 9110, section 13.1.2)."""
        coding = coding_of(accepted) if self.packed else ""
        coding = coding if coding in self.packed else ""
        whole = self.packed[coding] if coding else self.plain
        if not known or whole.status != 200 or not is_known(_etag(self.tag, coding), known):
            return whole
        return Response(304, tuple(one for one in whole.headers if one[0] != "content-length"))


def _etag(tag: str, coding: str) -> str:
    return f'"{tag}-{coding}"' if coding else f'"{tag}"'


def is_known(etag: str, known: str) -> bool:
    """Say whether *known*, as If-None-Match has it, holds *etag*."""
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    return etag in tags or "*" in tags


def entry_of(headers: Headers, body: bytes, status: int = 200) -> Entry:
    """Return an answer of *body*, not packed yet, tagged by its bytes and its *headers*."""
    tag = blake2b(_lines(headers) + body, digest_size=16).hexdigest()
    plain = _response(headers, body, tag=tag)
    return Entry(tag, plain if status == 200 else replace(plain, status=status), UNPACKED)


def _response(headers: Headers, body: bytes, *, tag: str, coding: str = "") -> Response:
    own: Headers = (("etag", _etag(tag, coding)), ("content-length", str(len(body))))
    own += (("content-encoding", coding),) if coding else ()
    return Response(200, headers + own, body, _lines(headers) + written(own))


_lines = lru_cache(maxsize=256)(written)  # of headers that many answers share


@lru_cache(maxsize=256)
def coding_of(accepted: str) -> str:
    """Return the coding for a client that accepts *accepted*, empty for none (RFC 9110, section 12.5.3)."""
    likes = parse_accept_header(accepted)
    best = max(PACK, key=likes.quality)
    return best if likes.quality(best) > 0 else ""


def is_lasting(query: str) -> bool:
    """Say whether the answer to *query* is the same each time for one version."""
    large = query.upper()
    return not (any(hint in large for hint in HINTS) and FLEETING.search(query))


@dataclass
class Cache:
    """The answers used last, *limit* bytes of memory at most; 0 keeps none."""

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
        if (
            self.entries and next(iter(self.entries))[0] != key[0]
        ):  # the store is another: nobody asks for these
            self.entries.clear()
            self.size = 0
        size = _size(key, entry)
        if size > min(LARGEST, self.limit):
            return
        if known := self.entries.pop(key, None):
            self.size -= _size(key, known)
        self.entries[key] = entry
        self.size += size
        while self.size > self.limit:
            self.size -= _size(*self.entries.popitem(last=False))


def _size(key: Key, entry: Entry) -> int:
    return entry.size + len(key[2]) + len(key[3])
