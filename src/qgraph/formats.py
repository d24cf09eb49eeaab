"""The formats that qgraph reads and writes: name, media types, suffix."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A syntax; *aliases* are media types by which clients also ask for it."""

    name: str
    media_type: str
    suffix: str
    aliases: tuple[str, ...] = ()
    holds_named_graphs: bool = False


RESULTS = (
    Format("json", "application/sparql-results+json", "srj", ("application/json",)),
    Format("xml", "application/sparql-results+xml", "srx", ("application/xml", "text/xml")),
    Format("csv", "text/csv", "csv"),
    Format("tsv", "text/tab-separated-values", "tsv"),
)
GRAPHS = (
    Format("turtle", "text/turtle", "ttl", ("application/x-turtle", "application/turtle", "text/n3")),
    Format("ntriples", "application/n-triples", "nt", ("text/plain",)),
    Format("rdfxml", "application/rdf+xml", "rdf", ("application/xml", "text/xml")),
    Format("jsonld", "application/ld+json", "jsonld", ("application/json",)),
    Format("trig", "application/trig", "trig", holds_named_graphs=True),
    Format("nquads", "application/n-quads", "nq", holds_named_graphs=True),
)
# Triples of RDF 1.2 say which evidence carries which fact; beside these no format here needs that version.
TURTLE12 = Format("turtle12", "text/turtle; version=1.2", "ttl12")
PAGE = Format("html", "text/html", "html", ("application/xhtml+xml",))
TABLES = (
    Format("csv", "text/csv", "csv"),
    Format("csvw", "application/csvm+json", "csv-metadata.json"),
    Format("zip", "application/zip", "zip"),
    Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
)
DRAWN = (
    Format("graphml", "application/graphml+xml", "graphml"),
    Format("geojson", "application/geo+json", "geojson"),
)
# What people call them.
TITLES = {
    "html": "HTML",
    "turtle": "Turtle",
    "turtle12": "Turtle 1.2",
    "ntriples": "N-Triples",
    "rdfxml": "RDF/XML",
    "jsonld": "JSON-LD",
    "trig": "TriG",
    "nquads": "N-Quads",
    "csv": "CSV",
    "csvw": "CSVW",
    "zip": "CSV (ZIP)",
    "xlsx": "Excel",
    "graphml": "GraphML",
    "geojson": "GeoJSON",
}
BY_NAME = {one.name: one for one in (*RESULTS, *GRAPHS, TURTLE12)}
RDF_BY_SUFFIX = {f".{one.suffix}": one for one in GRAPHS}
BY_FILE = BY_NAME | {one.name: one for one in TABLES + DRAWN}
