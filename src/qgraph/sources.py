"""The files of a graph folder."""

from dataclasses import dataclass
from pathlib import Path

from qgraph.errors import SourceError
from qgraph.formats import RDF_BY_SUFFIX

CORE = Path(__file__).parent / "core"


@dataclass(frozen=True)
class Sources:
    """What a folder holds, each list sorted; the core's own files come first."""

    ontology: list[Path]
    shapes: list[Path]
    checks: list[Path]
    data: list[Path]


def find(graph: Path) -> Sources:
    """Return the files of folder *graph*. Raises SourceError if it is no graph folder."""
    if missing := [name for name in ("ontology", "shapes", "data") if not (graph / name).is_dir()]:
        raise SourceError(f"{graph} is no graph folder: it has no {' and no '.join(missing)}.")
    return Sources(
        ontology=[CORE / "vocabulary.ttl", *_rdf_in(graph / "ontology")],
        shapes=[CORE / "shapes.ttl", *_rdf_in(graph / "shapes")],
        checks=sorted((CORE / "checks").glob("*.rq")) + sorted((graph / "ontology" / "checks").glob("*.rq")),
        data=_rdf_in(graph / "data"),
    )


def _rdf_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in RDF_BY_SUFFIX)
