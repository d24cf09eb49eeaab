"""Complete answers kept for the next client who asks the same, of one process.

A key holds all that an answer depends on, so nothing has to be made invalid:
a new version has new keys, and the oldest answers make room for them.
"""

import gzip
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from typing import cast

import zstandard
from werkzeug.http import parse_accept_header

from qgraph.web.exchange import Headers, Response

# Calls whose answer differs from one time to the next; a word inside a string counts too,
# and so does an escape, which may spell one (SPARQL 1.1 Query, section 19.2).
HINTS = ("RAND", "NOW", "UUID", "BNODE", "SERVICE", "\\U")  # one of them is there; quick to look for
FLEETING = re.compile(r"\b(RAND|NOW|UUID|STRUUID|BNODE|SERVICE)\b|\\u", re.IGNORECASE)
LARGEST = 1_000_000
WORTH_PACKING = 1_000
OVERHEAD = 2_500  # bytes of memory that an answer takes beside its body and its key
UNPACKED: Mapping[str, Response] = {}
# Version, method, parameters, body, and the headers Host, Accept and Content-Type; of a page
# “PAGE”, its address, nothing, and the headers Host, Accept and Accept-Profile.
Key = tuple[tuple[int, ...], str, str, bytes, str, str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One complete answer, ready to be sent: as it is, and packed by coding.

    There are many, so each is few objects: Python's garbage collector walks over all of them.
    """

    tag: str
    plain: Response
    packed: Mapping[str, Response]

    @property
    def size(self) -> int:
        """How many bytes of memory the entry takes."""
        bodies = [cast("bytes", one.body) for one in (self.plain, *self.packed.values())]
        return OVERHEAD + sum(map(len, bodies))

    def is_for(self, known: str) -> bool:
        """Say whether it answers who has *known*, as If-None-Match has it: a mark only who has its tag."""
        return self.plain.status != 304 or is_known(_etag(self.tag, ""), known)

    def response(self, accepted: str, known: str) -> Response:
        """Return the answer for who accepts these codings, or 304 (RFC 9110, section 13.1.2)."""
        coding = coding_of(accepted) if self.packed else ""
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
    """Return an answer of *body*, packed where that is worth it, tagged by its bytes and its *headers*."""
    tag = blake2b(repr(headers).encode() + body, digest_size=16).hexdigest()
    bodies = {}
    if len(body) > WORTH_PACKING:
        bodies = {"zstd": zstandard.compress(body, 6), "gzip": gzip.compress(body, 6, mtime=0)}
    packed = {coding: _response(headers, one, tag=tag, coding=coding) for coding, one in bodies.items()}
    plain = _response(headers, body, tag=tag)
    return Entry(tag, plain if status == 200 else replace(plain, status=status), packed or UNPACKED)


def _response(headers: Headers, body: bytes, *, tag: str, coding: str = "") -> Response:
    own = (("etag", _etag(tag, coding)), ("content-length", str(len(body))))
    coded = (("content-encoding", coding),) if coding else ()
    return Response(200, headers + own + coded, body).ready()


@lru_cache(maxsize=256)
def coding_of(accepted: str) -> str:
    """Return the coding for a client that accepts *accepted*, empty for none (RFC 9110, section 12.5.3)."""
    likes = parse_accept_header(accepted)
    best = max(("zstd", "gzip"), key=likes.quality)
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
        if size > min(LARGEST, self.limit) or key in self.entries:
            return
        self.entries[key] = entry
        self.size += size
        while self.size > self.limit:
            self.size -= _size(*self.entries.popitem(last=False))


def _size(key: Key, entry: Entry) -> int:
    return entry.size + len(key[2]) + len(key[3])
