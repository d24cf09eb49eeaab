"""What is written about a release for who keeps, cites or judges it."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from qgraph import dataset
from qgraph.about import CONTACT, CREATOR, KEYWORD, LICENCE, PURPOSE, RIGHTS, TITLE, About, agent, first
from qgraph.dataset import Described, Download
from qgraph.formats import BY_NAME, RDF_BY_SUFFIX
from qgraph.kinds import Kind
from qgraph.statistics import Figure, Statistics
from qgraph.versions import Version

CRATE = "https://w3id.org/ro/crate/1.2"
CREATIVE_COMMONS = re.compile(r"https?://creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)(/|$)")
PUBLIC_DOMAIN = re.compile(r"https?://creativecommons\.org/publicdomain/zero/1\.0(/|$)")
SPDX = re.compile(r"https?://spdx\.org/licenses/([A-Za-z0-9.+-]+?)(\.html)?$")
SILENT = "The graph's folder says nothing on this."
# The sections of Datasheets for Datasets (Gebru et al., 2021), and the figures that are counted for each.
SECTIONS = {
    "Motivation": (),
    "Composition": ("things", "tiers"),
    "Collection": ("voices", "clarity"),
    "Preprocessing": (),
    "Uses": (),
    "Distribution": (),
    "Maintenance": (),
}
COUNTED = {
    "things": "Things by kind, with what is inferred",
    "tiers": "Pieces of evidence by tier",
    "voices": "Pieces of evidence by voice",
    "clarity": "Pieces of evidence by how clearly the source says it",
}
READ = """## Check it

```text
$ sha256sum --check SHA256SUMS
```

The graph itself has a digest, whatever the format:
the sum modulo 2²⁵⁶ of the SHA-256 of each N-Quads line of the dataset in canonical form (RDFC-1.0).

## Read it

Open `pages/index.html` in a browser; no server is needed.
Turtle, JSON-LD, RDF/XML and N-Triples hold one graph:
the facts, asserted and inferred, and what is said of evidence and sources.
TriG and N-Quads hold the whole dataset:
the same, each piece of evidence as a graph of its own, the ontology and the shapes.
Any RDF library reads them; nothing of qgraph is needed.
"""


# Names of files are relative: a release is a folder, wherever it is kept.
HERE = "http://release.invalid/"
PLAIN = str.maketrans("əıƏ", "eie")  # what has no mark to take off


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
    about: About
    statistics: Statistics
    kinds: list[Kind]
    figures: list[Figure]
    files: list[File]

    @property
    def name(self) -> str:
        """The name of the folder and, with a suffix, of the tar."""
        title = self.about.title.translate(PLAIN)
        plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
        return f"{'-'.join(re.findall('[a-z0-9]+', plain.lower())) or 'graph'}-{self.number}"

    @property
    def day(self) -> str:
        """The day on which the version was made."""
        return self.version.time[:10]


def described(package: Package, syntax: str) -> bytes:
    """Return the description of *package* in *syntax*, Turtle or JSON-LD, to lie in its folder."""
    dumps = tuple(_download(file) for file in package.files if file.is_dump)
    counts = package.about, package.statistics, package.kinds
    known = Described(package.version, *counts, HERE.rstrip("/"), package.number, dumps)
    return dataset.written(dataset.release(known), BY_NAME[syntax]).replace(HERE.encode(), b"./")


def _download(file: File) -> Download:
    syntax = RDF_BY_SUFFIX["." + file.path.removesuffix(".gz").rpartition(".")[2]]
    return Download(HERE + file.path, syntax, file.size, file.sha256)


def spdx(licence: str) -> str:
    """Return the identifier of SPDX for *licence*, an IRI; empty if none is known for it."""
    if found := CREATIVE_COMMONS.match(licence):
        return f"CC-{found[1].upper()}-{found[2]}"
    if PUBLIC_DOMAIN.match(licence):
        return "CC0-1.0"
    return found[1] if (found := SPDX.match(licence)) else ""


def creators(package: Package) -> list[str]:
    """Return who made the graph, by name; its editors, where nobody is named."""
    return package.about.all(CREATOR) or [f"the editors of “{package.about.title}”"]


def citation(package: Package) -> str:
    """Return a CITATION.cff (Citation File Format 1.2.0)."""
    about = package.about
    licence = about.one(LICENCE)
    told: dict[str, object] = {
        "cff-version": "1.2.0",
        "message": "If you use this graph, please cite it as below, with the version.",
        "type": "dataset",
        "title": about.title,
        "abstract": about.description,
        "authors": [{"name": name} for name in creators(package)],
        "version": package.number,
        "date-released": package.day,
        "identifiers": [
            {"type": "other", "value": package.version.digest, "description": "The digest of the graph."}
        ],
        "keywords": about.all(KEYWORD),
        "url": package.version.base if package.version.base.startswith("http") else "",
        "license": spdx(licence),
        "license-url": licence if "://" in licence and not spdx(licence) else "",
    }
    return "".join(f"{name}: {_yaml(value)}\n" for name, value in told.items() if value)


def _yaml(value: object) -> str:
    """Return *value* as YAML, of which JSON is a part."""
    return json.dumps(value, ensure_ascii=False)


def crate(package: Package) -> str:
    """Return the metadata of an RO-Crate 1.2: the folder, each file but the pages, and who made it."""
    about = package.about
    licence = about.one(LICENCE)
    people = creators(package)
    files = [_crated(package, licence), *_files(package)]
    root: dict[str, object] = {
        "@id": "./",
        "@type": "Dataset",
        "name": about.title,
        "description": about.description or about.title,
        "version": package.number,
        "datePublished": package.day,
        "identifier": package.version.digest,
        "author": [{"@id": _agent(number)} for number, _ in enumerate(people)],
        "isBasedOn": [{"@id": iri} for iri in about.sources],
        "hasPart": [{"@id": one["@id"]} for one in files],
    }
    root |= {"license": {"@id": licence}} if "://" in licence else {"license": licence or SILENT}
    itself = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": CRATE},
        "about": {"@id": "./"},
    }
    made = [itself, root, *files, *_contexts(package, licence, people)]
    return json.dumps({"@context": f"{CRATE}/context", "@graph": made}, indent=1, ensure_ascii=False) + "\n"


def _crated(package: Package, licence: str) -> dict[str, object]:
    """Return the entity of the pages, which are one part; *licence* is that of what they tell."""
    told: dict[str, object] = {"@id": "pages/", "@type": "Dataset", "name": f"Pages of {package.about.title}"}
    said = "Every page as a file, which needs no server; pages/index.html is the first."
    return told | {"description": said} | ({"license": {"@id": licence}} if "://" in licence else {})


def _files(package: Package) -> Iterator[dict[str, object]]:
    for file in package.files:
        yield {
            "@id": file.path,
            "@type": "File",
            "name": file.what,
            "encodingFormat": file.media_type,
            "contentSize": str(file.size),
            "sha256": file.sha256,
        }


def _agent(number: int) -> str:
    return f"#author-{number}"


def _contexts(package: Package, licence: str, people: list[str]) -> Iterator[dict[str, object]]:
    """Yield what the other entities name: who made the graph, its licence, its sources."""
    said_of = package.about.said.get(CREATOR) or [{"text": name} for name in people]
    for number, value in enumerate(said_of):
        yield {"@id": _agent(number), **agent(value)}
    terms = [licence, *(first(said, LICENCE) for said in package.about.sources.values())]
    for one in dict.fromkeys(term for term in terms if "://" in term):
        yield {"@id": one, "@type": "CreativeWork", "name": spdx(one) or one}
    for iri, said in package.about.sources.items():
        source: dict[str, object] = {"@id": iri, "@type": "CreativeWork", "name": first(said, TITLE, iri)}
        own = first(said, LICENCE)
        yield source | ({"license": {"@id": own} if "://" in own else own} if own else {})


def datasheet(package: Package, words: str) -> str:
    """Return the datasheet: what the folder says in *words*, section by section, and what is counted.

    *words* are Markdown with the sections as second-level headings; others are kept, after those.
    """
    told = _sections(words)
    about = package.about
    lines = [
        f"# Datasheet of “{about.title}”, {package.number}",
        "",
        "After “Datasheets for Datasets” (Gebru et al., 2021).",
        f"The figures are counted in the version of {package.version.time}.",
    ]
    for section, parts in SECTIONS.items():
        lines += ["", f"## {section}", "", told.pop(section, SILENT), *_counted(package, section, parts)]
    for section, text in told.items():
        lines += ["", f"## {section}", "", text]
    return "\n".join(lines) + "\n"


def _sections(words: str) -> dict[str, str]:
    """Return the text below each second-level heading in *words*."""
    parts = re.split(r"^## +(.+?) *$", words, flags=re.MULTILINE)[1:]
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


def _counted(package: Package, section: str, parts: tuple[str, ...]) -> Iterator[str]:
    """Yield the figures that belong to *section*, as Markdown."""
    counts = package.version.counts
    if section == "Composition":
        yield "\n" + ", ".join(f"{what} {number:,}" for what, number in counts.items()) + "."
    for part in parts:
        figures = [one for one in package.figures if one.part == part and one.number]
        if figures:
            yield f"\n{COUNTED[part]}:\n"
            yield from (f"* {one.name}: {one.number:,}" for one in figures)
    if section == "Collection":
        yield "\nThe sources:\n"
        for iri, said in package.about.sources.items():
            yield f"* {first(said, TITLE, iri)} <{iri}>"
    if section == "Maintenance":
        yield f"\nThis is release {package.number}; the graph's digest is `{package.version.digest}`."


def licences(package: Package) -> str:
    """Return what is under which licence, the graph and each of its sources, as Markdown."""
    about = package.about
    lines = [
        f"# Licences of “{about.title}”, {package.number}",
        "",
        f"The graph, with its ontology, shapes and questions: {about.one(LICENCE, SILENT)}",
        "",
        "The style sheet and the icons in `pages/static/` are of qgraph: Apache-2.0.",
        "",
        "The sources, of which this release holds what the graph says after them, and their own licences:",
    ]
    for iri, said in about.sources.items():
        lines += ["", f"## {first(said, TITLE, iri)}", "", f"* <{iri}>"]
        words = {"licence": LICENCE, "rights": RIGHTS}
        words |= {"purpose": PURPOSE, "contact": CONTACT}
        lines += [f"* {name}: {first(said, word)}" for name, word in words.items() if word in said]
    return "\n".join(lines) + "\n"


def readme(package: Package) -> str:
    """Return what a stranger reads first, as Markdown."""
    about = package.about
    lines = [f"# {about.title}, {package.number}", "", about.description, ""]
    for word in (PURPOSE, CONTACT):
        lines += [line for text in about.all(word) for line in (text, "")]
    lines += [
        f"This release holds the version of {package.version.time}.",
        f"Its digest is `{package.version.digest}`.",
        "",
        "| file | what it is |",
        "| --- | --- |",
        *(f"| `{path}` | {what} |" for path, what in _listed(package)),
        "",
        READ,
        "## Cite it",
        "",
        f"{', '.join(creators(package))}: {about.title}, {package.number}, {package.day[:4]}.",
        "`CITATION.cff` holds the same for programs, `LICENCES.md` says what is under which licence.",
    ]
    return "\n".join(lines) + "\n"


def _listed(package: Package) -> Iterator[tuple[str, str]]:
    """Yield each file or, where there are many, their folder, with what it is."""
    for file in package.files:
        if "/" not in file.path or file.is_dump:
            yield file.path, file.what
    yield from (
        ("SHA256SUMS", "The checksum of each file"),
        ("ro-crate-metadata.json", "The description of the folder as RO-Crate 1.2"),
        ("ontology/", "The ontology as it was written, with the checks"),
        ("shapes/", "The shapes as they were written"),
        ("questions/", "The questions that the graph answers, each with its answer"),
        ("validation/", "What the shapes and checks found in this version"),
        ("pages/", "Every page, to be read without a server"),
    )
