"""A graph described as a dataset: VoID, DCAT 3 and schema.org, of a server and of a release."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from qgraph import nested
from qgraph.about import (
    CONTACT,
    CREATOR,
    DESCRIPTION,
    LICENCE,
    NOTE,
    PUBLISHER,
    PURPOSE,
    RIGHTS,
    TITLE,
    About,
    Said,
    Value,
    agent,
    term_of,
)
from qgraph.catalog import FORMATS
from qgraph.formats import GRAPHS, TURTLE12, Format
from qgraph.jsonld import Context, readable
from qgraph.kinds import Kind
from qgraph.namespaces import CORE, DCAT, DCTERMS, FOAF, LABEL, OWL, PROV, RDFS, SCHEMA, SKOS, TYPE, VOID, XSD
from qgraph.selection import offers
from qgraph.statistics import Statistics
from qgraph.store import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Term, Triple, dump
from qgraph.versions import Version

SPDX = "http://spdx.org/rdf/terms#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
PROTOCOL = "https://www.w3.org/TR/sparql11-protocol/"
OPENAPI = "https://spec.openapis.org/oas/v3.1.0"
PREFIXES = {
    "dcat": DCAT, "dcterms": DCTERMS, "foaf": FOAF, "prov": PROV, "spdx": SPDX, "void": VOID,
    "core": CORE, "owl": OWL, "rdfs": RDFS, "skos": SKOS, "vcard": VCARD, "xsd": XSD,
}  # fmt: skip
# What W3C calls the formats of RDF.
W3C_FORMATS = {
    "turtle": "Turtle", "ntriples": "N-Triples", "rdfxml": "RDF_XML",
    "jsonld": "JSON-LD", "trig": "TriG", "nquads": "N-Quads",
}  # fmt: skip
# What a folder may write as words, and the class of the thing that these words describe.
IN_WORDS = {
    RIGHTS: (DCTERMS + "RightsStatement", LABEL),
    CREATOR: (FOAF + "Agent", FOAF + "name"),
    PUBLISHER: (FOAF + "Agent", FOAF + "name"),
}
# What schema.org calls what a folder says of its graph.
AS_SCHEMA = {
    DESCRIPTION: "description",
    LICENCE: "license",
    DCTERMS + "bibliographicCitation": "creditText",
    RIGHTS: "copyrightNotice",
    DCTERMS + "created": "dateCreated",
    DCAT + "keyword": "keywords",
    PURPOSE: "usageInfo",
}
# What a reader of any copy has to know, in words.
TOLD = (DESCRIPTION, RIGHTS, PURPOSE, CONTACT, NOTE)
Node = str | BlankNode


@dataclass(frozen=True)
class Download:
    """A file that holds the graph; its size and checksum where they are known, as in a release."""

    address: str
    syntax: Format
    size: int = 0
    sha256: str = ""

    @property
    def title(self) -> str:
        """What the file is."""
        return f"The graph as {self.syntax.media_type}"


@dataclass(frozen=True)
class Described:
    """What the description of a version is made from, for readers who know the server as *here*.

    Of a release that is its folder, and *number* and *files* are there too.
    """

    version: Version
    about: About
    statistics: Statistics
    kinds: list[Kind]
    here: str
    number: str = ""
    files: tuple[Download, ...] = ()

    @property
    def iri(self) -> str:
        """The name of the dataset: the base of its graph, or the address of a plain store or a release."""
        named = "asserted" in self.version.counts and not self.number
        return self.version.base if named else f"{self.here}/"

    @property
    def front(self) -> str:
        """The address of the first page."""
        return f"{self.here}/{'pages/index.html' * bool(self.number)}"

    @property
    def title(self) -> str:
        """The title of the graph."""
        return self.about.title

    @property
    def licences(self) -> list[str]:
        """The IRIs of the graph's licences."""
        return self.about.iris(LICENCE)

    @property
    def downloads(self) -> list[Download]:
        """The files in which the graph can be had; a plain store has no tables and no drawings."""
        if self.files:
            return list(self.files)
        forms = offers("all") if self.kinds else GRAPHS
        return [Download(f"{self.here}/export/all.{one.suffix}", one) for one in forms if one != TURTLE12]

    @property
    def dumps(self) -> list[Download]:
        """Those of the files that hold RDF."""
        return [one for one in self.downloads if one.syntax.name in W3C_FORMATS]


def void(known: Described) -> list[Triple]:
    """Return the description of the dataset in VoID, with its counts, kinds and links."""
    page = f"{known.here}/void"
    return [
        *_say(page, TYPE, NamedNode(VOID + "DatasetDescription")),
        *_say(page, DCTERMS + "title", Literal(f"VoID description: {known.title}", language="en")),
        *_say(page, FOAF + "primaryTopic", NamedNode(known.iri)),
        *_say(page, DCTERMS + "modified", _time(known.version)),
        *_of_the_folder(known),
        *_measured(known),
    ]


def catalog(known: Described) -> list[Triple]:
    """Return the description of the dataset in DCAT 3: its distributions and its services."""
    page, dataset = f"{known.here}/catalog", NamedNode(known.iri)
    return [
        *_say(page, TYPE, NamedNode(DCAT + "Catalog")),
        *_say(page, DCTERMS + "title", Literal(f"Catalogue of {known.here}", language="en")),
        *_say(page, DCTERMS + "description", Literal("The one dataset that is served here.", language="en")),
        *_say(page, DCTERMS + "modified", _time(known.version)),
        *_say(page, DCAT + "dataset", dataset),
        *(triple for one in known.licences for triple in _say(page, DCTERMS + "license", NamedNode(one))),
        *_of_the_folder(known),
        *_versioned(known),
        *_services(known, page),
        *_offered(known),
    ]


def release(known: Described) -> list[Triple]:
    """Return the description of a release in VoID and DCAT 3: the dataset is its folder."""
    return [*_of_the_folder(known), *_released(known), *_measured(known), *_offered(known)]


def written(triples: list[Triple], syntax: Format) -> bytes:
    """Return *triples* in *syntax*, prefixes bound."""
    if syntax.name == "turtle":
        return nested.written(triples, PREFIXES)
    if syntax.name != "jsonld":
        return dump(dict.fromkeys(triples), syntax, PREFIXES)
    names: Context = {"id": "@id", "type": "@type", **PREFIXES}
    quads = (Quad(one.subject, one.predicate, one.object, DefaultGraph()) for one in triples)
    return readable(sorted(quads, key=str), names)  # which takes a subject's statements together


def schema(known: Described) -> str:
    """Return the same for search engines: JSON-LD of schema.org that may stand in a page."""
    said: dict[str, object] = {
        "@context": SCHEMA.removesuffix("/"),
        "@type": "Dataset",
        "@id": known.iri,
        "identifier": known.iri,
        "name": known.title,
        "url": f"{known.here}/",
        "version": str(known.version.number),
        "dateModified": known.version.time,
        "isAccessibleForFree": True,
        "distribution": [
            {"@type": "DataDownload", "contentUrl": one.address, "encodingFormat": one.syntax.media_type}
            for one in known.downloads
        ],
        "includedInDataCatalog": {"@type": "DataCatalog", "url": f"{known.here}/catalog"},
    }
    for word, name in AS_SCHEMA.items():
        values = [one.get("iri") or one["text"] for one in known.about.said.get(word, [])]
        said |= {name: values[0] if len(values) == 1 else values} if values else {}
    for word, name in ((CREATOR, "creator"), (PUBLISHER, "publisher")):
        agents = [_agent(one) for one in known.about.said.get(word, [])]
        said |= {name: agents[0] if len(agents) == 1 else agents} if agents else {}
    # Within <script> these marks would begin or end something else.
    return json.dumps(said, ensure_ascii=False, indent=1).replace("<", "\\u003c")


def _agent(value: Value) -> dict[str, str]:
    return agent(value) | ({"@id": value["iri"]} if "iri" in value else {})


def _say(subject: Node, word: str, *values: Term) -> Iterator[Triple]:
    node = NamedNode(subject) if isinstance(subject, str) else subject
    return (Triple(node, NamedNode(word), value) for value in values)


def _time(version: Version) -> Literal:
    return Literal(version.time, datatype=NamedNode(XSD + "dateTime"))


def _of_the_folder(known: Described) -> Iterator[Triple]:
    """Yield what the folder says of its graph, and what the version adds to that."""
    yield from _say(known.iri, TYPE, NamedNode(DCAT + "Dataset"), NamedNode(VOID + "Dataset"))
    for source, said in known.about.sources.items():
        yield from _source(known, source, said)
    for word, values in known.about.said.items():
        for number, value in enumerate(values):
            if word in IN_WORDS and "iri" not in value:
                kind, name = IN_WORDS[word]
                words = BlankNode(f"{word.rpartition('/')[2]}{number}")
                yield from _say(known.iri, word, words)
                yield from _say(words, TYPE, NamedNode(kind))
                yield from _say(words, name, term_of(value))
            else:
                yield from _say(known.iri, word, term_of(value))
                if "name" in value:
                    yield from _say(value["iri"], TYPE, NamedNode(FOAF + "Agent"))
                    yield from _say(value["iri"], FOAF + "name", Literal(value["name"]))
    yield from _say(known.iri, DCTERMS + "modified", _time(known.version))
    yield from _say(known.iri, FOAF + "homepage", NamedNode(known.front))


def _source(known: Described, source: str, said: Said) -> Iterator[Triple]:
    yield from _say(known.iri, DCTERMS + "source", NamedNode(source))
    for word in (TITLE, LICENCE, RIGHTS):
        yield from _say(source, word, *(term_of(value) for value in said.get(word, [])))


def _measured(known: Described) -> Iterator[Triple]:
    yield from _counted(known)
    yield from _partitions(known)
    yield from _linksets(known)


def _counted(known: Described) -> Iterator[Triple]:
    counts, iri = known.statistics, known.iri
    for name, number in (
        ("triples", counts["triples"]),
        ("distinctSubjects", counts["subjects"]),
        ("distinctObjects", counts["objects"]),
        ("classes", len(counts["classes"])),
        ("properties", len(counts["properties"])),
        *((("entities", counts["entities"]),) if counts["entities"] else ()),
    ):
        yield from _say(iri, VOID + name, Literal(number))
    if not known.number:
        yield from _say(iri, VOID + "sparqlEndpoint", NamedNode(f"{known.here}/sparql"))
    yield from _say(iri, VOID + "dataDump", *(NamedNode(one.address) for one in known.dumps))
    forms = (W3C_FORMATS[one.syntax.name] for one in known.dumps)
    yield from _say(iri, VOID + "feature", *(NamedNode(FORMATS + name) for name in forms))
    if known.kinds:
        yield from _say(iri, VOID + "uriSpace", Literal(known.version.base))
        yield from _say(iri, VOID + "exampleResource", *(NamedNode(one) for one in counts["examples"]))
    yield from _say(iri, VOID + "vocabulary", *(NamedNode(one) for one in _vocabularies(counts)))


def _vocabularies(counts: Statistics) -> list[str]:
    """Return the namespaces of the classes and properties that are used, without a last #."""
    used = (*counts["classes"], *counts["properties"])
    spaces = {iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in used}
    return sorted(one.removesuffix("#") for one in spaces if ":" in one)


def _partitions(known: Described) -> Iterator[Triple]:
    for part, term, count in (("class", "class", "entities"), ("property", "property", "triples")):
        counts = known.statistics["classes" if part == "class" else "properties"]
        for number, (iri, size) in enumerate(counts.items()):
            node = BlankNode(f"{part}{number}")
            yield from _say(known.iri, f"{VOID}{part}Partition", node)
            yield from _say(node, VOID + term, NamedNode(iri))
            yield from _say(node, VOID + count, Literal(size))


def _linksets(known: Described) -> Iterator[Triple]:
    for number, (link, place, size) in enumerate(known.statistics["links"]):
        linkset, others = BlankNode(f"links{number}"), BlankNode(f"others{number}")
        yield from _say(known.iri, VOID + "subset", linkset)
        yield from _say(linkset, TYPE, NamedNode(VOID + "Linkset"))
        yield from _say(linkset, VOID + "linkPredicate", NamedNode(link))
        yield from _say(linkset, VOID + "subjectsTarget", NamedNode(known.iri))
        yield from _say(linkset, VOID + "objectsTarget", others)
        yield from _say(linkset, VOID + "triples", Literal(size))
        yield from _say(others, TYPE, NamedNode(VOID + "Dataset"))
        yield from _say(others, VOID + "uriSpace", Literal(place))


def _versioned(known: Described) -> Iterator[Triple]:
    number = known.version.number
    this = f"{known.iri}versions/{number}"
    yield from _numbered(known, str(number), known.iri)
    yield from _say(known.iri, DCAT + "hasCurrentVersion", NamedNode(this))
    yield from _say(known.iri, DCTERMS + "conformsTo", NamedNode(f"{known.iri}shapes"))
    yield from _say(this, TYPE, NamedNode(DCAT + "Dataset"), NamedNode(PROV + "Entity"))
    yield from _say(this, DCTERMS + "title", Literal(f"{known.title}, version {number}", language="en"))
    yield from _say(this, DCAT + "isVersionOf", NamedNode(known.iri))
    yield from _say(this, DCAT + "version", Literal(str(number)))
    yield from _say(this, DCTERMS + "issued", _time(known.version))
    yield from _say(this, DCTERMS + "identifier", Literal(known.version.digest))


def _released(known: Described) -> Iterator[Triple]:
    """Yield what a release is: a version of the graph that has a number of its own."""
    yield from _numbered(known, known.number, known.version.digest)
    yield from _say(known.iri, DCAT + "isVersionOf", NamedNode(known.version.base))
    yield from _say(known.iri, DCTERMS + "issued", _time(known.version))


def _numbered(known: Described, number: str, identifier: str) -> Iterator[Triple]:
    yield from _say(known.iri, DCTERMS + "identifier", Literal(identifier))
    yield from _say(known.iri, DCAT + "landingPage", NamedNode(known.front))
    yield from _say(known.iri, DCAT + "version", Literal(number))
    for value in known.about.said.get(CONTACT, []):
        contact = BlankNode("contact")
        yield from _say(known.iri, DCAT + "contactPoint", contact)
        yield from _say(contact, TYPE, NamedNode(VCARD + "Kind"))
        yield from _say(contact, VCARD + "fn", Literal("Corrections and takedown", language="en"))
        yield from _say(contact, VCARD + "note", term_of(value))


def _services(known: Described, page: str) -> Iterator[Triple]:
    here = known.here
    for address, title, description, standard in (
        (f"{here}/sparql", "SPARQL endpoint", f"{here}/sparql", PROTOCOL),
        (f"{here}/", "Pages, questions and descriptions over HTTP", f"{here}/openapi.json", OPENAPI),
    ):
        service = address if address.endswith("/sparql") else f"{page}#http"
        yield from _say(page, DCAT + "service", NamedNode(service))
        yield from _say(service, TYPE, NamedNode(DCAT + "DataService"))
        yield from _say(service, DCTERMS + "title", Literal(title, language="en"))
        yield from _say(service, DCAT + "endpointURL", NamedNode(address))
        yield from _say(service, DCAT + "endpointDescription", NamedNode(description))
        yield from _say(service, DCAT + "servesDataset", NamedNode(known.iri))
        yield from _say(service, DCTERMS + "conformsTo", NamedNode(standard))


def _offered(known: Described) -> Iterator[Triple]:
    return (triple for one in known.downloads for triple in distribution(known, one))


def distribution(known: Described, file: Download) -> Iterator[Triple]:
    """Yield what DCAT tells of *file*: where it is, of what type and size, and its checksum."""
    node = f"{known.here}/{'' if known.number else 'catalog'}#{file.syntax.suffix}"
    yield from _say(known.iri, DCAT + "distribution", NamedNode(node))
    yield from _say(node, TYPE, NamedNode(DCAT + "Distribution"))
    yield from _say(node, DCTERMS + "title", Literal(file.title, language="en"))
    yield from _say(node, DCAT + "accessURL", NamedNode(file.address))
    yield from _say(node, DCAT + "downloadURL", NamedNode(file.address))
    yield from _say(node, DCAT + "mediaType", NamedNode(MEDIA_TYPES + file.syntax.media_type))
    if file.address.endswith(".gz"):
        yield from _say(node, DCAT + "compressFormat", NamedNode(MEDIA_TYPES + "application/gzip"))
    yield from _say(node, DCTERMS + "license", *(NamedNode(one) for one in known.licences))
    yield from _say(node, DCTERMS + "modified", _time(known.version))
    if file.size:
        size = Literal(str(file.size), datatype=NamedNode(XSD + "nonNegativeInteger"))
        yield from _say(node, DCAT + "byteSize", size)
    if file.sha256:
        sum_ = BlankNode(f"sum{file.syntax.suffix}")
        yield from _say(node, SPDX + "checksum", sum_)
        yield from _say(sum_, TYPE, NamedNode(SPDX + "Checksum"))
        yield from _say(sum_, SPDX + "algorithm", NamedNode(SPDX + "checksumAlgorithm_sha256"))
        value = Literal(file.sha256, datatype=NamedNode(XSD + "hexBinary"))
        yield from _say(sum_, SPDX + "checksumValue", value)
