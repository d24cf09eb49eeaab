"""The published graph as a file: the same bytes from the same version.

Up to ORDERED quads are sorted, whatever store they come from; more are written as
they come, in the order of the keys of a store on disk, so that memory stays bounded;
as N-Quads they are sorted too.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, cast

from qgraph import about, drawn, replay, spreadsheets
from qgraph.errors import NotAcceptable
from qgraph.formats import GRAPHS, TURTLE12, Format
from qgraph.jsonld import context, readable
from qgraph.layout import TERSE, laid_out, one_graph
from qgraph.selection import ORDERED, Export, Graphs, offers
from qgraph.store import Quad, Store, dump, triples, write_items
from qgraph.versions import Version


def export(store: Store, version: Version, syntax: Format) -> bytes:
    """Return the whole public store of *version* in *syntax*, as `write` writes it."""
    output = BytesIO()
    write(store, version, Export(syntax=syntax.name), output=output)
    return output.getvalue()


def write(
    store: Store, version: Version, asked: Export, *, output: IO[bytes], history: Path | None = None
) -> None:
    """Write what is *asked* of *version* to *output*; *history* is the folder that keeps all versions.

    TriG and N-Quads hold named graphs; the other formats of RDF hold one graph,
    so they get the default graph. Raises NotAcceptable for a format that is not
    offered, NotFound for what is not there.
    """
    selection = asked.selection
    known = {one.name: one for one in offers(selection.what)}
    if asked.syntax not in known:
        of = {"all": "the whole graph", "kind": "a kind", "thing": "a thing"}.get(selection.what, "concepts")
        raise NotAcceptable(
            f"There is no {asked.syntax} of {of}; there is {', '.join(known)}.", offers=[*known]
        )
    graphs = Graphs(store, version.base, selection)
    if history and asked == Export(syntax="nquads", limit=asked.limit) and len(store) > ORDERED:
        replay.write(history, version, store, output=output)
    elif known[asked.syntax] in (*GRAPHS, TURTLE12):
        _write_graph(graphs, version, known[asked.syntax], output=output)
    elif asked.syntax in ("graphml", "geojson"):
        draw = drawn.graphml if asked.syntax == "graphml" else drawn.geojson
        draw(graphs, about.Copy(about.read(store, version), version), output)
    else:
        spreadsheets.write(graphs, version, asked=asked, output=output)


def _write_graph(graphs: Graphs, version: Version, syntax: Format, *, output: IO[bytes]) -> None:
    named = syntax.holds_named_graphs
    carried = syntax == TURTLE12  # it says which named graph carries which fact
    quads = graphs.ordered(graphs.quads(dataset=named or carried))
    if not isinstance(quads, list):
        items = quads if named else triples(one_graph(quads, reified=carried))
        write_items(cast("Iterator[Quad]", items), output, syntax, prefixes=version.prefixes)
    elif syntax.name in TERSE:
        output.write(laid_out(quads, syntax, version.prefixes))
    elif syntax.name == "jsonld":
        output.write(readable(quads, context(graphs.store, version)))
    else:
        output.write(dump(quads if named else triples(quads), syntax, version.prefixes))
