"""The published graph as a file: the same bytes from the same version."""

from qgraph.formats import Format
from qgraph.jsonld import context, readable
from qgraph.layout import TERSE, laid_out
from qgraph.store import DefaultGraph, Store, dump, triples
from qgraph.versions import Version


def export(store: Store, version: Version, syntax: Format) -> bytes:
    """Return the public store of *version* in *syntax*, prefixes bound, sorted.

    TriG and N-Quads hold the whole dataset; the other formats hold one graph,
    so they get the default graph; `turtle12` also says which evidence carries which
    fact. JSON-LD comes with a context of readable names.
    """
    if syntax.name in TERSE:
        return laid_out(store, syntax, version.prefixes)
    if syntax.holds_named_graphs:
        quads = sorted(store, key=lambda quad: (str(quad.graph_name), str(quad)))
        return dump(quads, syntax, version.prefixes)
    quads = sorted(store.quads_for_pattern(None, None, None, DefaultGraph()), key=str)
    if syntax.name == "jsonld":
        return readable(quads, context(store, version))
    return dump(triples(quads), syntax, version.prefixes)
