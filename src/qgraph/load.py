"""Files to quads, each with its place."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from qgraph.errors import SourceError
from qgraph.findings import Finding, Place, Report
from qgraph.formats import RDF_BY_SUFFIX
from qgraph.namespaces import GRAPH_BASE, Names
from qgraph.sources import Sources
from qgraph.store import DefaultGraph, NamedNode, Parser, Quad, canonical, text_of

UNBASED = "urn:x-qgraph:unbased/"


@dataclass
class Loaded:
    """The quads of a folder, where each statement stands, and its prefixes."""

    base: str = ""
    data: list[Quad] = field(default_factory=list)
    ontology: list[Quad] = field(default_factory=list)
    shapes: list[Quad] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)
    places: dict[tuple[str, ...], Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def place_of(self, finding: Finding) -> Place | None:
        """Return where the statement that *finding* objects to stands, as near as known."""
        keys = [(finding.thing, finding.path, finding.value), (finding.thing, finding.path)]
        known = [self.places[key] for key in [*keys, (finding.thing,)] if key in self.places]
        return known[0] if known else None

    def place_of_quad(self, quad: Quad) -> Place | None:
        """Return where *quad* stands, if it stands in a file."""
        return self.places.get((text_of(quad.subject), text_of(quad.predicate), text_of(quad.object)))

    def placed(self, report: Report) -> Report:
        """Return *report* with the place of each finding."""
        return Report([replace(one, place=one.place or self.place_of(one)) for one in report])


def load(sources: Sources, extra: Sequence[Path] = ()) -> Loaded:
    """Return the quads of *sources* and of the data files *extra*.

    A file that is not RDF becomes a finding with its line. The graph's base is
    what the ontology says with core:graphBase; raises SourceError if it is silent.
    """
    loaded = Loaded()
    ontology = _read(sources.ontology, UNBASED, loaded)
    bases = sorted({text_of(q.object) for q in ontology if q.predicate.value == GRAPH_BASE})
    if len(bases) != 1 and not loaded.findings:
        raise SourceError(f"The ontology names {len(bases)} graphs' bases by core:graphBase, expected one.")
    loaded.base = "".join(bases[:1])
    names = Names(loaded.base)
    shapes = _read(sources.shapes, loaded.base or UNBASED, loaded)
    # Together, so that no blank node of the one has the name of one of the other.
    named = canonical([*_into(names.ontology, ontology), *_into(names.shapes, shapes)])
    loaded.ontology = [quad for quad in named if text_of(quad.graph_name) == names.ontology]
    loaded.shapes = [quad for quad in named if text_of(quad.graph_name) == names.shapes]
    loaded.data = _read([*sources.data, *extra], loaded.base or UNBASED, loaded)
    return loaded


def _into(graph: str, quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield *quads* in the named graph *graph*."""
    name = NamedNode(graph)
    return (Quad(quad.subject, quad.predicate, quad.object, name) for quad in quads)


def _read(paths: Iterable[Path], base: str, loaded: Loaded) -> list[Quad]:
    quads = []
    for path in paths:
        try:
            quads += _read_one(path, base, loaded)
        except SourceError as error:
            place = Place(str(path), int(str(error.details["line"])))
            loaded.findings.append(Finding("syntax", str(error), place=place))
    return quads


def _read_one(path: Path, base: str, loaded: Loaded) -> list[Quad]:
    quads = []
    if path.suffix not in RDF_BY_SUFFIX:
        raise SourceError(f"Expected a name that ends in one of {' '.join(RDF_BY_SUFFIX)}.", line=1)
    parser = Parser(path, RDF_BY_SUFFIX[path.suffix], base)
    for quad, line in parser:
        quads.append(quad)
        _remember(quad, Place(str(path), line), loaded.places)
    for prefix, iri in sorted(parser.prefixes.items()):
        loaded.prefixes.setdefault(prefix, iri)
    return quads


def _remember(quad: Quad, place: Place, places: dict[tuple[str, ...], Place]) -> None:
    subject, path, value = text_of(quad.subject), text_of(quad.predicate), text_of(quad.object)
    for key in ((subject, path, value), (subject, path), (subject,)):
        places.setdefault(key, place)
    if not isinstance(quad.graph_name, DefaultGraph):
        places.setdefault((text_of(quad.graph_name),), place)
