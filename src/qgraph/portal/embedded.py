"""A thing in the words of schema.org, to stand in its page for search engines."""

from collections.abc import Sequence

from qgraph import jsonld, profiles
from qgraph.store import NamedNode, Store

# What ends a script, or a line of one, in the midst of a text (HTML, section 4.12.1.3).
UNSAFE = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&\u2028\u2029"}


def written(store: Store, thing: NamedNode, profile: Sequence[str], *, base: str) -> str:
    """Return what the queries of *profile*, whose IRI comes first, make of *thing*, as JSON-LD; or nothing.

    It may stand in a script of a page as it is.
    """
    if not profile:
        return ""
    quads = profiles.told(store, thing, profile[1:], base=base)
    if not quads:
        return ""
    return jsonld.told(quads, thing.value, {"@vocab": profile[0]}).decode().translate(UNSAFE)
