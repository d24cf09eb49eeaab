"""What a client would rather have: a page, or data; after which profile."""

import re
from collections.abc import Sequence
from functools import lru_cache

from qgraph.accept import QUALITY, types_of
from qgraph.formats import GRAPHS, RESULTS
from qgraph.profiles import Profile

DATA = [kind for one in RESULTS + GRAPHS for kind in (one.media_type, *one.aliases)]
XML = ("application/xml", "text/xml")
# An IRI in brackets or quotes, or a token, with its weight (Content Negotiation by Profile, section 7.1).
ASKED = re.compile(r'(?:<([^>]*)>|"([^"]*)"|([^\s,;"<>]+))\s*(?:;\s*q=([\d.]+))?', re.IGNORECASE)


@lru_cache(maxsize=256)  # browsers say the same each time
def wants_page(accept: str) -> bool:
    """Say whether *accept* names HTML and likes no data format better.

    Browsers list plain XML beside HTML; that is not a wish for data.
    """
    types = types_of(accept)
    data = [kind for kind in DATA if kind not in XML]
    return "text/html" in types.values() and types.best_match([*data, "text/html"]) == "text/html"


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
