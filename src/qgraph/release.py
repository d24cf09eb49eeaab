"""A release: a version as a folder and a tar that can be kept, cited and checked.

The same version, folder and program give the same bytes: nothing in a release
tells when or where it was made.
"""

import csv
import errno
import gzip
import hashlib
import io
import os
import re
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from qgraph import about, kinds, packages, provenance, questions, reports, statistics, versions
from qgraph.errors import DiskFull, SettingsError, StoreError
from qgraph.export import export
from qgraph.findings import Finding, Report
from qgraph.formats import BY_NAME, GRAPHS, RDF_BY_SUFFIX
from qgraph.namespaces import Names
from qgraph.packages import File, Package, described
from qgraph.questions import Question
from qgraph.store import NamedNode, Parser, Quad, Store, canonical, has_graph, text_of
from qgraph.versions import PUBLIC, Version

# Semantic Versioning 2.0.0, section 2, 9 and 10.
NUMBER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?"
    r"(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?"
)
CORE = Path(__file__).parent / "core"
PARTS = ("ontology", "shapes")
SUMS, CRATE = "SHA256SUMS", "ro-crate-metadata.json"
UNBASED = "urn:x-qgraph:unbased/"
WHAT = {
    "README.md": "What this is, how to check, read and cite it",
    "CITATION.cff": "How to cite it, for programs",
    "LICENCES.md": "What is under which licence",
    "datasheet.md": "The datasheet: why, how and for what the graph was made",
    "dataset.ttl": "The description of the dataset as DCAT 3 and VoID, in Turtle",
    "dataset.jsonld": "The description of the dataset as DCAT 3 and VoID, in JSON-LD",
    "validation/report.ttl": "The report of the shapes and checks on this version, in SHACL's terms",
    "validation/report.txt": "The report of the shapes and checks on this version, in words",
}
MEDIA = {
    "md": "text/markdown",
    "txt": "text/plain",
    "cff": "application/yaml",
    "rq": "application/sparql-query",
    "csv": "text/csv",
    "gz": "application/gzip",
    "html": "text/html",
    "css": "text/css",
    "svg": "image/svg+xml",
    **{one.suffix: one.media_type for one in GRAPHS},
}
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Hands:
    """What a server does for a release: *answer* a query, with the format's name; write the *pages*."""

    answer: Callable[[str], tuple[str, bytes]]
    pages: Callable[[Path], None]


def check_number(number: str) -> None:
    """Raise SettingsError unless *number* is a semantic version (semver.org, 2.0.0)."""
    if not NUMBER.fullmatch(number):
        said = "expected three numbers such as 1.0.0, or 1.0.0-rc.1 before a release"
        raise SettingsError(f"{number} is no semantic version: {said}.")


@contextmanager
def alone(store: Path, number: int) -> Iterator[Path]:
    """Give a store that holds the public layer of version *number* of *store*, and nothing else.

    What a release is made from has no other version, no tag, no token and nothing
    Restricted.
    """
    held = versions.folder(store, number).resolve()
    with tempfile.TemporaryDirectory(prefix="qgraph-") as folder:
        only = Path(folder) / "versions" / str(number)
        only.mkdir(parents=True)
        for part in (PUBLIC, f"{PUBLIC}.json", f"{PUBLIC}-findings.json"):
            if (held / part).exists():
                (only / part).symlink_to(held / part)
        (Path(folder) / "current").write_text(f"{number}\n", encoding="ascii")
        yield Path(folder)


@dataclass(frozen=True)
class Making:
    """A release in the making: its *folder*, what is known of it, what it is made from."""

    folder: Path
    package: Package
    graph: Path
    store: Store
    hands: Hands


def paths(store: Store, base: str) -> Iterator[str]:
    """Yield the path of each thing, evidence and source that *store* names under *base*, sorted."""
    found = {text_of(term) for quad in store for term in (quad.subject, quad.graph_name)}
    pages = {iri.removeprefix(base).partition("#")[0] for iri in found if iri.startswith(base)}
    return (f"/{unquote(page)}" for page in sorted(pages) if page)


def make(number: str, output: Path, *, parts: tuple[Path, Path], hands: Hands, progress: Progress) -> Path:
    """Make release *number* as a folder and a tar in *output*; return the folder.

    *parts* are the graph's folder and a store that holds one version alone. Folder
    and tar each appear whole or not at all. Raises SettingsError if one is there
    already, if *number* is no semantic version, or if the folder's ontology or
    shapes are not those of the version; StoreError if the version is written anew
    meanwhile, since what was erased from it must not be in a release.
    """
    check_number(number)
    graph, store = parts
    version = versions.describe(store, versions.current(store))
    held = versions.open_version(store, version.number)
    if not has_graph(held, Names(version.base).ontology):
        raise SettingsError("A plain store has no ontology and no shapes, so no release is made of it.")
    package = Package(
        number,
        version,
        about.read(held, version),
        statistics.count(held, version),
        kinds.read(held, version.base),
        statistics.figures(held, version),
        [],
    )
    _check_free(output, package.name)
    _check_folder(graph, held, version)
    with _disk(output), _in_place_of(versions.folder(store, version.number) / PUBLIC, output) as making:
        folder = making / package.name
        folder.mkdir()
        _fill(Making(folder, package, graph, held, hands), versions.findings(store, version.number), progress)
        progress("pack")
        _settle(folder, version)
        _pack(folder, version)
    return output / package.name


@contextmanager
def _disk(output: Path) -> Iterator[None]:
    """Turn what the disk says no to into an error of ours."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull("The disk is full; no release is made.") from error
        raise StoreError(
            f"{error.filename or output}: {error.strerror or error}; no release is made."
        ) from error


@contextmanager
def _in_place_of(data: Path, output: Path) -> Iterator[Path]:
    """Give a folder whose contents then appear in *output*, the files first; unless something is raised.

    Raises StoreError if the store in folder *data* is another by then.
    """
    output.mkdir(parents=True, exist_ok=True)
    state = _state(data)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=output) as making:
        yield Path(making)
        if _state(data) != state:
            raise StoreError("The version was written anew or let go meanwhile: make the release again.")
        for made in sorted(Path(making).iterdir(), key=Path.is_dir):
            versions.sync_tree(made)
            made.rename(output / made.name)
    versions.sync(output)


def _state(data: Path) -> int:
    """Return what is another once the store in folder *data* is another; 0 if it is gone."""
    return data.stat().st_ino if data.exists() else 0


def _check_free(output: Path, name: str) -> None:
    """Raise SettingsError if what is to be made in *output* is there."""
    for suffix in ("", ".tar.gz", ".tar.gz.sha256"):
        if (there := output / f"{name}{suffix}").exists():
            raise SettingsError(f"{there} is there already: a release is never written over.")


def _check_folder(graph: Path, held: Store, version: Version) -> None:
    """Raise SettingsError unless ontology and shapes of the *graph* folder are those of *version*."""
    names = Names(version.base)
    for part, name in zip(PARTS, (NamedNode(names.ontology), NamedNode(names.shapes)), strict=True):
        base = UNBASED if part == "ontology" else version.base
        found = [
            quad for path in _rdf(graph, part) for quad, _ in Parser(path, RDF_BY_SUFFIX[path.suffix], base)
        ]
        here = canonical(Quad(one.subject, one.predicate, one.object) for one in found)
        there = held.quads_for_pattern(None, None, None, name)
        if here != canonical(Quad(one.subject, one.predicate, one.object) for one in there):
            said = f"{graph / part} holds another {part} than version {version.number} was made of"
            raise SettingsError(f"{said}: give the folder as it was then with --graph, or build first.")


def _rdf(graph: Path, part: str) -> list[Path]:
    """Return the RDF files of a *part* of the *graph* folder, and the core's."""
    own = CORE / ("vocabulary.ttl" if part == "ontology" else "shapes.ttl")
    return [own, *sorted(path for path in (graph / part).rglob("*") if path.suffix in RDF_BY_SUFFIX)]


def _fill(making: Making, findings: list[Finding], progress: Progress) -> None:
    """Write every file of the release but the tar."""
    version = making.package.version
    progress("dumps")
    for syntax in GRAPHS:
        target = making.folder / "dumps" / f"graph.{syntax.suffix}.gz"
        target.parent.mkdir(exist_ok=True)
        with target.open("wb") as written, _zipped(written, version) as packed:
            packed.write(export(making.store, version, syntax))
    _copy(making)
    progress("questions")
    asked = questions.read(making.graph)
    for one in asked:
        _answered(making, one)
    _report(making.folder / "validation", Report(findings), version)
    progress("pages")
    making.hands.pages(making.folder / "pages")
    _describe(making, {f"questions/{one.name}": one.title for one in asked})


def _copy(making: Making) -> None:
    """Copy ontology, shapes and checks, of the core too, and the licences."""
    for part in PARTS:
        for path in sorted((making.graph / part).rglob("*")):
            if path.suffix in (*RDF_BY_SUFFIX, ".rq"):
                _write(making.folder / part / path.relative_to(making.graph / part), path.read_bytes())
    _write(making.folder / "ontology" / "core" / "vocabulary.ttl", (CORE / "vocabulary.ttl").read_bytes())
    _write(making.folder / "shapes" / "core" / "shapes.ttl", (CORE / "shapes.ttl").read_bytes())
    for path in sorted((CORE / "checks").glob("*.rq")):
        _write(making.folder / "ontology" / "core" / "checks" / path.name, path.read_bytes())
    for path in sorted(making.graph.glob("LICENSE*")):
        _write(making.folder / path.name, path.read_bytes())


def _answered(making: Making, asked: Question) -> None:
    """Write a question and its answer; rows that the query puts in no order are sorted."""
    kind, answer = making.hands.answer(asked.query)
    if kind == "csv" and "ORDER BY" not in asked.query.upper():
        header, *rows = csv.reader(io.StringIO(answer.decode(), newline=""))
        text = io.StringIO()
        csv.writer(text).writerows([header, *sorted(rows)])
        answer = text.getvalue().encode()
    _write(making.folder / "questions" / f"{asked.name}.rq", asked.query.encode())
    _write(making.folder / "questions" / f"{asked.name}.{BY_NAME[kind].suffix}", answer)


def _report(folder: Path, report: Report, version: Version) -> None:
    """Write what was found in *version* when it was made; where on whose disk it stood is left out."""
    found = [replace(one, place=None) for one in report]
    verdict = "conforms" if report.conforms else "does not conform"
    counted = ", ".join(f"{number} of severity {name}" for name, number in report.summary().items())
    lines = [
        f"The version of {version.time} {verdict} to the shapes and checks; findings: {counted or 'none'}."
    ]
    _write(folder / "report.txt", "".join(f"{line}\n" for line in [*lines, *map(str, found)]).encode())
    _write(folder / "report.ttl", reports.written(Report(found), "turtle"))


def _describe(making: Making, titles: dict[str, str]) -> None:
    """Write what is said about the release, the checksums last."""
    folder = making.folder
    sheet = making.graph / "datasheet.md"
    words = sheet.read_text(encoding="utf-8") if sheet.exists() else ""

    def package() -> Package:
        """Return what there is by now, without the pages, which are many."""
        paths = [path for path in _paths(folder) if path.relative_to(folder).parts[0] != "pages"]
        return replace(making.package, files=[_file(path, folder, titles) for path in paths])

    for syntax in ("turtle", "jsonld"):
        _write(folder / f"dataset.{BY_NAME[syntax].suffix}", described(package(), syntax))
    _write(folder / "CITATION.cff", packages.citation(making.package).encode())
    _write(folder / "LICENCES.md", packages.licences(making.package).encode())
    _write(folder / "datasheet.md", packages.datasheet(making.package, words).encode())
    _write(folder / "README.md", packages.readme(package()).encode())
    _write(folder / CRATE, packages.crate(package()).encode())
    files = (_file(path, folder, titles) for path in _paths(folder))
    _write(folder / SUMS, "".join(f"{one.sha256}  {one.path}\n" for one in files).encode())


def _paths(folder: Path) -> list[Path]:
    """Return the files in *folder*, sorted."""
    return sorted((path for path in folder.rglob("*") if path.is_file()), key=Path.as_posix)


def _file(path: Path, folder: Path, titles: dict[str, str]) -> File:
    """Return the file at *path* in *folder*; *titles* names those of the questions."""
    name = path.relative_to(folder).as_posix()
    media_type = MEDIA.get(name.rpartition(".")[2], "text/plain")
    return File(name, _what(name, titles), media_type, path.stat().st_size, _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _what(name: str, titles: dict[str, str]) -> str:
    """Return what the file *name* of a release is, in words."""
    stem, _, suffix = name.rpartition(".")
    if name.startswith("dumps/"):
        syntax = RDF_BY_SUFFIX["." + stem.rpartition(".")[2]]
        held = "The whole dataset" if syntax.holds_named_graphs else "The graph"
        return f"{held} as {syntax.media_type}, packed with gzip"
    if stem in titles:
        return f"{titles[stem]}: {'the question' if suffix == 'rq' else 'its answer'}"
    if name.startswith("LICENSE"):
        return "The text of a licence"
    part, _, rest = name.partition("/")
    return WHAT.get(name) or (f"{part.capitalize()}: {rest}" if rest else name)


def _zipped(written: IO[bytes], version: Version) -> gzip.GzipFile:
    """Return a file that packs what it is given into *written*, with no other time than that of *version*."""
    return gzip.GzipFile("", "wb", 9, written, moment(version))


def moment(version: Version) -> int:
    """Return when *version* was made, the time of all files of its release, in seconds since 1970."""
    return int(provenance.moment(version).timestamp())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _settle(folder: Path, version: Version) -> None:
    """Have every file in *folder* say the time of *version*, and be readable for all."""
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (moment(version), moment(version)))


def _pack(folder: Path, version: Version) -> None:
    """Write *folder* as a tar beside it, entries sorted, of nobody in particular; and the tar's checksum."""
    target = folder.with_name(f"{folder.name}.tar.gz")
    with (
        target.open("wb") as written,
        _zipped(written, version) as packed,
        tarfile.open(mode="w", fileobj=packed, format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted([folder, *folder.rglob("*")], key=Path.as_posix):
            entry = tar.gettarinfo(path, path.relative_to(folder.parent).as_posix())
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            entry.mtime = moment(version)
            if path.is_dir():
                tar.addfile(entry)
            else:
                with path.open("rb") as content:
                    tar.addfile(entry, content)
    told = f"{_sha256(target)}  {target.name}\n"
    target.with_name(f"{target.name}.sha256").write_text(told, encoding="ascii")
