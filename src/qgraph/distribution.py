"""A release described as a dataset with its distributions (DCAT 3, VoID)."""

from collections.abc import Iterator
from dataclasses import dataclass

from qgraph import particulars
from qgraph.formats import BY_NAME, RDF_BY_SUFFIX, Format
from qgraph.namespaces import CORE, RDFS, TYPE, XSD
from qgraph.particulars import Particulars, Value
from qgraph.store import BlankNode, Literal, NamedNode, Term, Triple, dump, iri
from qgraph.versions import Version

DCAT = "http://www.w3.org/ns/dcat#"
DCTERMS = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
SPDX = "http://spdx.org/rdf/terms#"
VOID = "http://rdfs.org/ns/void#"
FORMATS = "http://www.w3.org/ns/formats/"
MEDIA = "https://www.iana.org/assignments/media-types/"
PREFIXES = {
    "core": CORE,
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "rdfs": RDFS,
    "spdx": SPDX,
    "void": VOID,
    "xsd": XSD,
}
FEATURES = {
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "rdfxml": "RDF_XML",
    "jsonld": "JSON-LD",
    "trig": "TriG",
    "nquads": "N-Quads",
}
# Names of files are relative: a release is a folder, wherever it is kept.
HERE = "http://release.invalid/"
Node = NamedNode | BlankNode


@dataclass(frozen=True)
class File:
    """A file of a release: its path in the folder, what it is, its size in bytes and its SHA-256."""

    path: str
    what: str
    media_type: str
    size: int
    sha256: str

    @property
    def is_dump(self) -> bool:
        """Whether it holds the graph."""
        return self.path.startswith("dumps/")


@dataclass(frozen=True)
class Package:
    """What a release is made of: its *number*, the version, what is known of it, its files but the pages."""

    number: str
    version: Version
    known: Particulars
    files: list[File]

    @property
    def name(self) -> str:
        """The name of the folder and, with a suffix, of the tar."""
        return f"{self.known.slug}-{self.number}"

    @property
    def day(self) -> str:
        """The day on which the version was made."""
        return self.version.time[:10]


def described(package: Package, syntax: str) -> bytes:
    """Return the description of *package* in *syntax*, Turtle or JSON-LD, to lie in its folder.

    The dataset is the folder; each dump is a distribution with size and checksum.
    """
    dumps = [file for file in package.files if file.is_dump]
    triples = [*_dataset(package, dumps), *_agents(package.known)]
    triples += [triple for file in dumps for triple in _file(file, package)]
    return dump(triples, BY_NAME[syntax], PREFIXES).replace(HERE.encode(), b"./")


def _dataset(package: Package, dumps: list[File]) -> Iterator[Triple]:
    known, version, dataset = package.known, package.version, NamedNode(HERE)
    told: list[tuple[str, Term]] = [
        (TYPE, NamedNode(DCAT + "Dataset")),
        (TYPE, NamedNode(VOID + "Dataset")),
        (DCTERMS + "title", Literal(known.title, language="en")),
        (DCAT + "version", Literal(package.number)),
        (DCTERMS + "issued", Literal(package.day, datatype=NamedNode(XSD + "date"))),
        (DCTERMS + "identifier", Literal(version.digest)),
        (DCAT + "isVersionOf", NamedNode(version.base)),
        (DCAT + "landingPage", NamedNode(HERE + "pages/index.html")),
        (VOID + "uriSpace", Literal(version.base)),
        (VOID + "triples", Literal(known.triples)),
        *((VOID + "vocabulary", NamedNode(one)) for one in known.vocabularies),
        *((DCTERMS + "source", NamedNode(one)) for one in known.sources),
    ]
    for word in (particulars.DESCRIPTION, particulars.KEYWORD, particulars.PURPOSE, particulars.CONTACT):
        told += [(word, _literal(value)) for value in known.said.get(word, [])]
    told += _licences(known)
    told += [(word, agent) for word, agent, _ in _parties(known)]
    for file in dumps:
        told += [
            (DCAT + "distribution", _node(file)),
            (VOID + "dataDump", NamedNode(HERE + file.path)),
            (VOID + "feature", NamedNode(FORMATS + FEATURES[_syntax(file).name])),
        ]
    grouped = sorted(told, key=lambda one: [word for word, _ in told].index(one[0]))
    yield from (Triple(dataset, NamedNode(word), value) for word, value in grouped)


def _licences(known: Particulars) -> list[tuple[str, Term]]:
    terms = [value.text for value in known.said.get(particulars.LICENCE, []) if "://" in value.text]
    rights = [BlankNode(f"rights{number}") for number, _ in enumerate(known.said.get(particulars.RIGHTS, []))]
    licensed: list[tuple[str, Term]] = [(particulars.LICENCE, iri(text)) for text in terms]
    return [*licensed, *((particulars.RIGHTS, node) for node in rights)]


def _parties(known: Particulars) -> Iterator[tuple[str, Node, str]]:
    """Yield who made and who publishes the dataset: the word, the agent and its name."""
    for word in (particulars.CREATOR, particulars.PUBLISHER):
        for number, value in enumerate(known.said.get(word, [])):
            blank = BlankNode(f"{word.rpartition('/')[2]}{number}")
            yield word, iri(value.text) if value.name else blank, value.shown


def _agents(known: Particulars) -> Iterator[Triple]:
    """Yield what is said of the agents, and of the rights."""
    for _, agent, name in _parties(known):
        yield Triple(agent, NamedNode(TYPE), NamedNode(FOAF + "Agent"))
        yield Triple(agent, NamedNode(FOAF + "name"), Literal(name))
    for number, value in enumerate(known.said.get(particulars.RIGHTS, [])):
        node = BlankNode(f"rights{number}")
        yield Triple(node, NamedNode(TYPE), NamedNode(DCTERMS + "RightsStatement"))
        yield Triple(node, NamedNode(RDFS + "label"), _literal(value))


def _file(file: File, package: Package) -> Iterator[Triple]:
    """Yield what is said of one distribution."""
    here, syntax = _node(file), _syntax(file)
    checksum = BlankNode(f"checksum-{syntax.name}")
    told: list[tuple[Node, str, Term]] = [
        (here, TYPE, NamedNode(DCAT + "Distribution")),
        (here, DCTERMS + "title", Literal(file.what, language="en")),
        (here, DCAT + "downloadURL", NamedNode(HERE + file.path)),
        (here, DCAT + "mediaType", NamedNode(MEDIA + syntax.media_type)),
        (here, DCAT + "compressFormat", NamedNode(MEDIA + "application/gzip")),
        (here, DCAT + "byteSize", Literal(str(file.size), datatype=NamedNode(XSD + "nonNegativeInteger"))),
        *((here, word, term) for word, term in _licences(package.known)),
        (here, SPDX + "checksum", checksum),
        (checksum, TYPE, NamedNode(SPDX + "Checksum")),
        (checksum, SPDX + "algorithm", NamedNode(SPDX + "checksumAlgorithm_sha256")),
        (checksum, SPDX + "checksumValue", Literal(file.sha256, datatype=NamedNode(XSD + "hexBinary"))),
    ]
    yield from (Triple(subject, NamedNode(word), value) for subject, word, value in told)


def _syntax(file: File) -> Format:
    return RDF_BY_SUFFIX["." + file.path.removesuffix(".gz").rpartition(".")[2]]


def _node(file: File) -> NamedNode:
    """Return the name of a distribution, which is not that of its file."""
    return NamedNode(f"{HERE}#{_syntax(file).name}")


def _literal(value: Value) -> Literal:
    return Literal(value.text, language=value.language) if value.language else Literal(value.text)
