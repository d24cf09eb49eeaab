"""The files of a graph folder."""

from dataclasses import dataclass
from pathlib import Path

from qgraph.errors import SourceError
from qgraph.formats import RDF_BY_SUFFIX
from qgraph.versions import PUBLIC

CORE = Path(__file__).parent / "core"
PUBLIC_ONLY = "nothing-is-restricted"


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
        ontology=[CORE / "vocabulary.ttl", *rdf_in(graph / "ontology")],
        shapes=[CORE / "shapes.ttl", *rdf_in(graph / "shapes")],
        checks=sorted((CORE / "checks").glob("*.rq")) + sorted((graph / "ontology" / "checks").glob("*.rq")),
        data=rdf_in(graph / "data"),
    )


def checks_of(sources: Sources, layer: str) -> list[Path]:
    """Return the checks that hold for *layer*: for the full one, all but that nothing is Restricted."""
    return [one for one in sources.checks if layer == PUBLIC or one.stem != PUBLIC_ONLY]


def rdf_in(folder: Path) -> list[Path]:
    """Return the RDF files in *folder* and below, sorted."""
    return sorted(path for path in folder.rglob("*") if path.suffix in RDF_BY_SUFFIX)
