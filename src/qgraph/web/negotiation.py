"""What a client would rather have: a page, or data; in which format, after which profile."""

import re
from collections.abc import Sequence
from functools import lru_cache

from werkzeug.http import parse_options_header

from qgraph.formats import GRAPHS, RESULTS, Format
from qgraph.profiles import Profile
from qgraph.protocol import types_of

DATA = [kind for one in RESULTS + GRAPHS for kind in (one.media_type, *one.aliases)]
XML = ("application/xml", "text/xml")
# A media range with its parameters, which may be quoted (RFC 9110, section 12.5.1).
RANGE = re.compile(r'[^\s,"][^,"]*(?:"[^"]*"[^,"]*)*')
# An IRI in brackets or quotes, or a token, with its weight (Content Negotiation by Profile, section 7.1).
ASKED = re.compile(r'(?:<([^>]*)>|"([^"]*)"|([^\s,;"<>]+))\s*(?:;\s*q=([\d.]+))?', re.IGNORECASE)

QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


@lru_cache(maxsize=256)  # browsers say the same each time
def wants_page(accept: str) -> bool:
    """Say whether *accept* names HTML and likes no data format better.

    Browsers list plain XML beside HTML; that is not a wish for data.
    """
    types = types_of(accept)
    data = [kind for kind in DATA if kind not in XML]
    return "text/html" in types.values() and types.best_match([*data, "text/html"]) == "text/html"


@lru_cache(maxsize=1024)  # clients say the same each time
def best(accept: str, offers: tuple[Format, ...]) -> Format | None:
    """Return the format of *offers* that *accept* likes best, the first of those it likes alike.

    Of the ranges that fit a format the nearest one counts (RFC 9110, section 12.5.1);
    of parameters only a version tells formats apart. None if it likes none.
    """
    ranges = [_range(text) for text in RANGE.findall(accept or "*/*")]
    liked = [_liking(one, ranges) for one in offers]
    most = max(liked, default=0.0)
    return offers[liked.index(most)] if most > 0 else None


def _range(text: str) -> tuple[str, str, float]:
    """Return the media type, the version and the quality that a media range has."""
    kind, options = parse_options_header(text)
    quality = options.get("q", "1")
    return kind.lower(), options.get("version", ""), float(quality) if QUALITY.fullmatch(quality) else 0.0


def _liking(one: Format, ranges: Sequence[tuple[str, str, float]]) -> float:
    """Return the quality of *one* by its own name, else by an alias, else by a wildcard."""
    kind, options = parse_options_header(one.media_type)
    version = options.get("version", "")
    own = [quality for asked, number, quality in ranges if (asked, number) == (kind, version)]
    others = [quality for asked, number, quality in ranges if asked in one.aliases and number == version]
    family = [quality for asked, _, quality in ranges if asked == f"{kind.partition('/')[0]}/*"]
    anything = [quality for asked, _, quality in ranges if asked == "*/*"]
    return max(own or others or ([] if version else family or anything), default=0.0)


def profile_of(asked: str, offers: Sequence[Profile]) -> Profile | None:
    """Return the profile of *offers* that *asked*, as Accept-Profile has it, likes best; None if none."""
    if not asked.strip():
        return offers[0]
    known = {name: one for one in offers for name in (one.token, one.uri.rstrip("/#"))} | {"*": offers[0]}
    wished = [
        (float(weight) if QUALITY.fullmatch(weight) else 0.0, known[name])
        for *names, weight in ((*found[:3], found[3] or "1") for found in ASKED.findall(asked))
        if (name := "".join(names).rstrip("/#")) in known
    ]
    most = max((weight for weight, _ in wished), default=0.0)
    return next(one for weight, one in wished if weight == most) if most > 0 else None
