"""Every IRI and prefix that the code rests on."""

from dataclasses import dataclass

CORE = "https://w3id.org/qgraph/core#"
CORE_SHAPES = "https://w3id.org/qgraph/core/shapes#"
DCAT = "http://www.w3.org/ns/dcat#"
DCTERMS = "http://purl.org/dc/terms/"
OWL = "http://www.w3.org/2002/07/owl#"
PROV = "http://www.w3.org/ns/prov#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA = "https://schema.org/"
SH = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
FOAF = "http://xmlns.com/foaf/0.1/"
VOID = "http://rdfs.org/ns/void#"
XSD = "http://www.w3.org/2001/XMLSchema#"

TYPE = RDF + "type"
LABEL = RDFS + "label"
REIFIES = RDF + "reifies"
GRAPH_BASE = CORE + "graphBase"
PATH_SEGMENT = CORE + "pathSegment"
ENTERED_BY = CORE + "enteredBy"
# What stands in the default graph beside the facts: descriptions of these kinds, and no others.
DESCRIBED = ("Evidence", "Reported", "Passage", "Source")


@dataclass(frozen=True)
class Names:
    """The named graphs that every graph folder has, under its *base*."""

    base: str

    @property
    def asserted(self) -> str:
        """The graph of what the evidence states as fact."""
        return self.base + "graph/asserted"

    @property
    def inferred(self) -> str:
        """The graph of what follows from the asserted facts."""
        return self.base + "graph/inferred"

    @property
    def ontology(self) -> str:
        """The graph of the core vocabulary and the folder's ontology."""
        return self.base + "graph/ontology"

    @property
    def shapes(self) -> str:
        """The graph of the core shapes and the folder's shapes."""
        return self.base + "graph/shapes"

    @property
    def derived(self) -> tuple[str, str]:
        """The graphs that a commit makes and nobody writes."""
        return self.asserted, self.inferred

    @property
    def made(self) -> str:
        """What the names of all graphs begin with that no writer writes."""
        return self.base + "graph/"
