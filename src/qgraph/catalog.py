"""What the endpoint says of itself (SPARQL 1.1 Service Description, VoID)."""

from collections import Counter
from collections.abc import Iterator

from qgraph.errors import RequestError
from qgraph.formats import BY_NAME
from qgraph.namespaces import TYPE, XSD
from qgraph.precheck import Limits
from qgraph.store import BlankNode, Literal, NamedNode, Store, Triple, dump, text_of
from qgraph.versions import Version

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
DCTERMS = "http://purl.org/dc/terms/"
FORMATS = "http://www.w3.org/ns/formats/"
WRITTEN = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads"),
)
Node = NamedNode | BlankNode


def service(store: Store, version: Version, *, endpoint: str, limits: Limits, syntax: str) -> bytes:
    """Return the description of the service at *endpoint* in *syntax*, prefixes bound.

    It names the language, the result formats, the limits on a query, and the
    dataset of *version*: its default graph and its named graphs with their counts. Raises
    RequestError if *endpoint* is no IRI.
    """
    prefixes = {"sd": SD, "void": VOID, "formats": FORMATS, "dcterms": DCTERMS} | version.prefixes
    described = [*_service(endpoint, limits), *_dataset(store, version)]
    return dump(described, BY_NAME[syntax], prefixes)


def _service(endpoint: str, limits: Limits) -> Iterator[Triple]:
    try:
        here = NamedNode(endpoint)
    except ValueError as error:
        raise RequestError(f"The address {endpoint} is no IRI: check the Host header.") from error
    yield Triple(here, NamedNode(TYPE), NamedNode(SD + "Service"))
    yield Triple(here, NamedNode(SD + "endpoint"), here)
    yield Triple(here, NamedNode(SD + "supportedLanguage"), NamedNode(SD + "SPARQL11Query"))
    for name in WRITTEN:
        yield Triple(here, NamedNode(SD + "resultFormat"), NamedNode(FORMATS + name))
    for name, limit in vars(limits).items():
        said = f"A query may have {limit} at most: the setting query_{name}."
        yield Triple(here, NamedNode(DCTERMS + "description"), Literal(said, language="en"))
    yield Triple(here, NamedNode(SD + "defaultDataset"), BlankNode("dataset"))


def _dataset(store: Store, version: Version) -> Iterator[Triple]:
    sizes = Counter(text_of(quad.graph_name) for quad in store)
    dataset = BlankNode("dataset")
    yield Triple(dataset, NamedNode(TYPE), NamedNode(SD + "Dataset"))
    yield Triple(dataset, NamedNode(DCTERMS + "identifier"), Literal(version.digest))
    yield Triple(
        dataset, NamedNode(DCTERMS + "modified"), Literal(version.time, datatype=NamedNode(XSD + "dateTime"))
    )
    yield Triple(dataset, NamedNode(SD + "defaultGraph"), BlankNode("default"))
    yield from _graph(BlankNode("default"), sizes.pop("", 0))
    for number, (name, size) in enumerate(sorted(sizes.items())):
        named = BlankNode(f"named{number}")
        yield Triple(dataset, NamedNode(SD + "namedGraph"), named)
        yield Triple(named, NamedNode(TYPE), NamedNode(SD + "NamedGraph"))
        yield Triple(named, NamedNode(SD + "name"), NamedNode(name))
        yield Triple(named, NamedNode(SD + "graph"), BlankNode(f"graph{number}"))
        yield from _graph(BlankNode(f"graph{number}"), size)


def _graph(graph: Node, size: int) -> Iterator[Triple]:
    yield Triple(graph, NamedNode(TYPE), NamedNode(SD + "Graph"))
    yield Triple(graph, NamedNode(VOID + "triples"), Literal(size))
