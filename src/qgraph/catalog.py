"""What the endpoint says of itself (SPARQL 1.1 and 1.2 Service Description, VoID)."""

from collections.abc import Iterator

from qgraph.errors import RequestError
from qgraph.formats import BY_NAME, GRAPHS
from qgraph.namespaces import DCTERMS, TYPE, VOID, XSD
from qgraph.settings import Settings
from qgraph.store import BlankNode, Literal, NamedNode, Store, Triple, dump, select, text_of
from qgraph.versions import Version

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
ENTAILMENT = "http://www.w3.org/ns/entailment/"
WRITTEN = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads"),
)
QUERY_LANGUAGES = ("SPARQL11Query", "SPARQL12Query")
UPDATE_LANGUAGES = ("SPARQL11Update", "SPARQL12Update")
LIMITS = {
    "query_length": "A query has at most {:,} characters",
    "query_nesting": "A query has at most {:,} levels of brackets",
    "query_patterns": "A query has at most {:,} patterns",
    "query_path": "A path in a query has at most {:,} steps",
    "query_values": "VALUES in a query has at most {:,} terms",
    "query_timeout": "A query takes at most {:g} seconds",
    "client_queries": "One address runs at most {:,} long queries at once",
    "result_rows": "An answer has at most {:,} rows",
    "result_limit": "An answer has at most {:,} bytes",
    "body_limit": "The body of a request has at most {:,} bytes",
}
SIZES = "SELECT ?g (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } GROUP BY ?g"
Node = NamedNode | BlankNode


def service(store: Store, version: Version, *, endpoint: str, chosen: Settings, syntax: str) -> bytes:
    """Return the description of the service at *endpoint* in *syntax*, prefixes bound.

    It names the languages, the result formats, the features and the limits of
    the settings *chosen*, and the dataset of *version*: its default graph and its
    named graphs with their counts. Raises RequestError if *endpoint* is no IRI.
    """
    prefixes = {"sd": SD, "void": VOID, "formats": FORMATS, "dcterms": DCTERMS} | version.prefixes
    described = [*_service(endpoint, chosen), *_dataset(store, version), *_dumps(endpoint)]
    return dump(described, BY_NAME[syntax], prefixes)


def _service(endpoint: str, chosen: Settings) -> Iterator[Triple]:
    try:
        here = NamedNode(endpoint)
    except ValueError as error:
        raise RequestError(f"The address {endpoint} is no IRI: check the Host header.") from error
    yield Triple(here, NamedNode(TYPE), NamedNode(SD + "Service"))
    yield Triple(here, NamedNode(SD + "endpoint"), here)
    for name in (*QUERY_LANGUAGES, *(UPDATE_LANGUAGES if chosen.open_writes else ())):
        yield Triple(here, NamedNode(SD + "supportedLanguage"), NamedNode(SD + name))
    for name in WRITTEN:
        yield Triple(here, NamedNode(SD + "resultFormat"), NamedNode(FORMATS + name))
    # What can be inferred stands in the graphs: matching itself adds nothing.
    yield Triple(here, NamedNode(SD + "defaultEntailmentRegime"), NamedNode(ENTAILMENT + "Simple"))
    if chosen.allow_service:
        yield Triple(here, NamedNode(SD + "feature"), NamedNode(SD + "BasicFederatedQuery"))
    for name, words in LIMITS.items():
        said = f"{words.format(getattr(chosen, name))} (the setting {name})."
        yield Triple(here, NamedNode(DCTERMS + "description"), Literal(said, language="en"))
    yield Triple(here, NamedNode(SD + "defaultDataset"), BlankNode("dataset"))


def _dataset(store: Store, version: Version) -> Iterator[Triple]:
    sizes = {text_of(row["g"]): int(text_of(row["n"])) for row in select(store, SIZES)}
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


def _dumps(endpoint: str) -> Iterator[Triple]:
    """Yield where the dataset can be had as files."""
    here = endpoint.removesuffix("/sparql")
    for one in GRAPHS:
        address = NamedNode(f"{here}/export/all.{one.suffix}")
        yield Triple(BlankNode("dataset"), NamedNode(VOID + "dataDump"), address)


def _graph(graph: Node, size: int) -> Iterator[Triple]:
    yield Triple(graph, NamedNode(TYPE), NamedNode(SD + "Graph"))
    yield Triple(graph, NamedNode(VOID + "triples"), Literal(size))
