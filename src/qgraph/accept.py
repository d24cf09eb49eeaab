"""What a client would rather have, by its header Accept (RFC 9110, section 12.5.1)."""

import re
from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from qgraph.formats import Format

# A media range with its parameters, which may be quoted (RFC 9110, section 12.5.1).
RANGE = re.compile(r'[^\s,"][^,"]*(?:"[^"]*"[^,"]*)*')
QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


@lru_cache(maxsize=1024)  # clients say the same each time
def best(accept: str, offers: tuple[Format, ...]) -> Format | None:
    """Return the format of *offers* that *accept* likes best, None if it likes none.

    RFC 9110, section 12.5.1: of the ranges that fit a format the nearest one counts. Of
    formats that are liked alike it is the one named most nearly, then the first. A version
    counts where it tells the offers apart.
    """
    tells = any("version=" in one.media_type for one in offers)
    ranges = [_range(text, tells=tells) for text in RANGE.findall(accept or "*/*")]
    liked = [_liking(one, ranges) for one in offers]
    most = max(liked, default=(0.0, 0))
    return offers[liked.index(most)] if most[0] > 0 else None


def _range(text: str, *, tells: bool) -> tuple[str, str, float]:
    """Return the media type, the version if that *tells* anything, and the quality of a media range."""
    kind, options = parse_options_header(text)
    quality, number = options.get("q", "1"), options.get("version", "") if tells else ""
    return kind.lower(), number, float(quality) if QUALITY.fullmatch(quality) else 0.0


def _liking(one: Format, ranges: list[tuple[str, str, float]]) -> tuple[float, int]:
    """Return how much *one* is liked, and how nearly it is named: itself, an alias, its family, anything."""
    kind, options = parse_options_header(one.media_type)
    version = options.get("version", "")
    named = [{(kind, version)}, {(alias, version) for alias in one.aliases}]
    for far, names in enumerate(named):
        if found := [quality for asked, number, quality in ranges if (asked, number) in names]:
            return max(found), -far
    for far, wild in enumerate([] if version else [f"{kind.partition('/')[0]}/*", "*/*"], 2):
        if found := [quality for asked, _, quality in ranges if asked == wild]:
            return max(found), -far
    return 0.0, 0


def types_of(accept: str) -> MIMEAccept:
    """Return the media types in the header *accept*, without parameters such as version or charset.

    What is sent is the same whatever they say.
    """
    parsed = parse_accept_header(accept, MIMEAccept)
    return MIMEAccept([(kind.partition(";")[0].strip(), quality) for kind, quality in parsed])
