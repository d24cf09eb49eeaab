"""The files of an ontology or of shapes: the title of each, and the terms that it declares."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from qgraph.errors import SourceError
from qgraph.formats import RDF_BY_SUFFIX
from qgraph.namespaces import TYPE
from qgraph.store import NamedNode, Parser

OPENING = re.compile(r"\A(?:# ?(?P<line>.+)\n)")


@dataclass(frozen=True)
class Module:
    """A file: its name, the sentence with which it opens, the IRIs it declares, in their order."""

    name: str
    title: str
    terms: list[str]


def read(files: Iterable[Path]) -> list[Module]:
    """Return the modules in *files*; one that cannot be read now, as it may since the build, is left out."""
    found = []
    for path in files:
        with suppress(SourceError, OSError):
            found.append(_read(path))
    return found


def _read(path: Path) -> Module:
    opening = OPENING.match(path.read_text(encoding="utf-8"))
    title = opening["line"].partition(". ")[0].rstrip(".") if opening else path.stem
    declared = dict.fromkeys(
        quad.subject.value
        for quad, _ in Parser(path, RDF_BY_SUFFIX[path.suffix], "urn:")
        if quad.predicate.value == TYPE and isinstance(quad.subject, NamedNode)
    )
    return Module(path.stem, title, list(declared))
