"""Facts for programs that draw: GraphML for networks, GeoJSON for maps."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from qgraph.about import Copy
from qgraph.namespaces import TYPE
from qgraph.selection import Found, Graphs
from qgraph.store import NamedNode, Quad, select, text_of

COORDINATES = Path(__file__).with_name("coordinates.rq").read_text(encoding="utf-8")
NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""
KEYS = {"graph": ("about",), "node": ("label", "kind"), "edge": ("property", "label", "status", "evidence")}


def as_xml(text: str) -> str:
    """Return *text* with a mark in place of each character that XML 1.0 cannot hold (section 2.2)."""
    return NO_XML.sub("�", text)


def graphml(graphs: Graphs, about: Copy, output: IO[bytes]) -> None:
    """Write the facts between things to *output* as GraphML 1.1: nodes with label and kind, edges.

    Of a part of the graph each thing is a node, whether a fact leads from it or not.

    An edge has the IRI of its property, its label, whether it is asserted or
    inferred, and the evidence that bears it out. What is only reported is no edge.
    """
    output.write(HEAD.encode())
    for kind, names in KEYS.items():
        for name in names:
            attributes = f'id="{kind}-{name}" for="{kind}" attr.name="{name}" attr.type="string"'
            output.write(f"<key {attributes}/>\n".encode())
    output.write(f'<graph edgedefault="directed">\n{_data("graph-about", about.text())}\n'.encode())
    chosen = None if graphs.selection.what == "all" else graphs.found()
    nodes = {text_of(one) for one in chosen.things} if chosen else set()
    for edge in _edges(graphs, chosen):
        nodes |= {text_of(edge.subject), text_of(edge.object)}
        output.write(_edge(graphs, edge).encode())
    kinds = graphs.kinds()
    for iri in sorted(nodes):
        node = NamedNode(iri)
        said = _data("node-label", graphs.label(node)) + _data("node-kind", graphs.kind_of(node, kinds))
        output.write(f"<node id={_quoted(iri)}>{said}</node>\n".encode())
    output.write(b"</graph>\n</graphml>\n")


def _edges(graphs: Graphs, chosen: Found | None) -> Iterator[Quad]:
    for fact in graphs.ordered(graphs.facts(chosen)):
        ends = isinstance(fact.subject, NamedNode) and isinstance(fact.object, NamedNode)
        if ends and fact.predicate.value != TYPE:
            yield fact


def _edge(graphs: Graphs, fact: Quad) -> str:
    status = "inferred" if fact.graph_name == graphs.inferred else "asserted"
    said = _data("edge-property", fact.predicate.value) + _data("edge-label", graphs.label(fact.predicate))
    said += _data("edge-status", status) + _data("edge-evidence", " ".join(_evidence(graphs, fact)))
    ends = f"source={_quoted(text_of(fact.subject))} target={_quoted(text_of(fact.object))}"
    return f"<edge {ends}>{said}</edge>\n"


def _evidence(graphs: Graphs, fact: Quad) -> list[str]:
    if not graphs.selection.evidence:
        return []
    told = graphs.store.quads_for_pattern(fact.subject, fact.predicate, fact.object)
    return sorted(text_of(one.graph_name) for one in told if graphs.is_evidence(one.graph_name))


def _data(key: str, text: str) -> str:
    return f'<data key="{key}">{escape(as_xml(text))}</data>' if text else ""


def _quoted(text: str) -> str:
    return quoteattr(as_xml(text))


def geojson(graphs: Graphs, about: Copy, output: IO[bytes]) -> None:
    """Write what has coordinates to *output* as GeoJSON (RFC 7946): points, each with label, kind, evidence.

    Which properties are coordinates the ontology says, by its alignment to WGS 84
    or schema.org. What the graph says of itself is a foreign member (section 6.1).
    """
    chosen = None if graphs.selection.what == "all" else graphs.found()
    kinds = graphs.kinds()
    output.write(b'{"type": "FeatureCollection",\n"about": ')
    output.write(json.dumps(about.as_json(), ensure_ascii=False).encode())
    output.write(b',\n"features": [')
    written = False
    for row in select(graphs.store, COORDINATES, graphs.base):
        thing = NamedNode(text_of(row["thing"]))
        if chosen is None or thing in chosen.things or thing in chosen.near:
            place = [float(text_of(row[name])) for name in ("longitude", "latitude")]
            said = {"iri": thing.value, "label": graphs.label(thing), "kind": graphs.kind_of(thing, kinds)}
            if graphs.selection.evidence and row["evidence"] is not None:
                said["evidence"] = text_of(row["evidence"])
            feature = {
                "type": "Feature",
                "id": thing.value,
                "geometry": {"type": "Point", "coordinates": place},
                "properties": said,
            }
            output.write(
                (",\n" * written or "\n").encode() + json.dumps(feature, ensure_ascii=False).encode()
            )
            written = True
    output.write(b"\n]}\n")
