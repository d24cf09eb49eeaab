"""What a client would rather have: a page, or data."""

from functools import lru_cache

from qgraph.formats import GRAPHS, RESULTS
from qgraph.protocol import types_of

DATA = [kind for one in RESULTS + GRAPHS for kind in (one.media_type, *one.aliases)]
XML = ("application/xml", "text/xml")


@lru_cache(maxsize=256)  # browsers say the same each time
def wants_page(accept: str) -> bool:
    """Say whether *accept* names HTML and likes no data format better.

    Browsers list plain XML beside HTML; that is not a wish for data.
    """
    types = types_of(accept)
    data = [kind for kind in DATA if kind not in XML]
    return "text/html" in types.values() and types.best_match([*data, "text/html"]) == "text/html"
