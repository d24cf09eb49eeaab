"""The vocabularies of a graph, for a page and as RDF: its ontology, its shapes, and those of the core.

A version holds an ontology and shapes in one graph each; what of it stands in the
package's own files is the core's, the rest is the folder's.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from qgraph import nested, things
from qgraph.errors import NotFound
from qgraph.formats import BY_NAME
from qgraph.jsonld import Context, readable
from qgraph.modules import Module, read
from qgraph.namespaces import CORE, CORE_SHAPES, GRAPH_BASE, LABEL, OWL, RDF, RDFS, SH, SKOS, TYPE, Names
from qgraph.store import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Parser,
    Quad,
    Store,
    dump,
    text_of,
    triples,
)
from qgraph.versions import Version

PACKAGE = Path(__file__).parent / "core"
DOCUMENTS = {
    "ontology": ("ontology", False),
    "core": ("ontology", True),
    "shapes": ("shapes", False),
    "core/shapes": ("shapes", True),
}
FILES = {"ontology": PACKAGE / "vocabulary.ttl", "shapes": PACKAGE / "shapes.ttl"}
KINDS = {
    OWL + "Class": "class",
    OWL + "ObjectProperty": "object property",
    OWL + "DatatypeProperty": "datatype property",
    OWL + "AnnotationProperty": "annotation property",
    SH + "NodeShape": "node shape",
    SH + "PropertyShape": "property shape",
}
TOLD = {
    *(LABEL, TYPE, SKOS + "definition", SKOS + "scopeNote", SKOS + "example", SH + "message"),
    RDFS + "isDefinedBy",
}
# How the words of others read on a page: forwards, and backwards where that differs.
WORDS = {
    RDFS + "subClassOf": ("kind of", "kinds of it"),
    RDFS + "subPropertyOf": ("follows for", "follows from"),
    RDFS + "domain": ("of", "has"),
    RDFS + "range": ("leads to", "is led to by"),
    OWL + "inverseOf": ("the other way round", "the other way round"),
    OWL + "disjointWith": ("never also", "never also"),
    OWL + "propertyChainAxiom": ("follows from the chain", "in the chain of"),
    OWL + "versionIRI": ("version", "version"),
    OWL + "versionInfo": ("number of the version", ""),
    OWL + "imports": ("takes in", "taken in by"),
    "http://purl.org/vocab/vann/preferredNamespacePrefix": ("prefix", ""),
    "http://purl.org/vocab/vann/preferredNamespaceUri": ("namespace", ""),
    "http://purl.org/dc/terms/bibliographicCitation": ("how to cite it", ""),
    "http://purl.org/dc/terms/created": ("made", ""),
    "http://purl.org/dc/terms/modified": ("changed", ""),
    SKOS + "editorialNote": ("note", ""),
    SKOS + "closeMatch": ("much like", "much like"),
    SKOS + "relatedMatch": ("near", "near"),
    SKOS + "exactMatch": ("the same as", "the same as"),
    SH + "path": ("looks at", "looked at by"),
    SH + "targetClass": ("looks at every", "every one is looked at by"),
    SH + "property": ("asks", "asked by"),
    SH + "class": ("values are each a", "asked for by"),
    SH + "in": ("values are among", "named by"),
    TYPE: ("is a", "those there are"),
}
Cell = dict[str, str]
Row = dict[str, object]
Term = NamedNode | BlankNode


def vocabularies(store: Store, version: Version) -> dict[str, str]:
    """Return the path of the page that tells of the terms of each namespace, by its IRI without a last #."""
    found = {CORE.removesuffix("#"): "/core", CORE_SHAPES.removesuffix("#"): "/core/shapes"}
    names = Names(version.base)
    based = store.quads_for_pattern(None, NamedNode(GRAPH_BASE), None, NamedNode(names.ontology))
    shapes = (
        quad.subject.value.partition("#")[0]
        for quad in store.quads_for_pattern(
            None, NamedNode(TYPE), NamedNode(SH + "NodeShape"), NamedNode(names.shapes)
        )
        if isinstance(quad.subject, NamedNode) and not quad.subject.value.startswith(CORE_SHAPES)
    )
    found |= {one: "/shapes" for one, _ in Counter(shapes).most_common(1)}
    return found | {text_of(quad.subject): "/ontology" for quad in based}


def written(store: Store, version: Version, *, document: str, syntax: str) -> bytes:
    """Return the vocabulary *document* in *syntax*, prefixes bound. Raises NotFound if there is none."""
    quads = _document(store, version, document)
    if syntax == "jsonld":
        names: Context = {"@base": version.base, "id": "@id", "type": "@type"}
        names |= {prefix: iri for prefix, iri in version.prefixes.items() if prefix}
        return readable(
            [Quad(one.subject, one.predicate, one.object, DefaultGraph()) for one in quads], names
        )
    if syntax == "turtle":
        return nested.written(triples(quads), version.prefixes)
    return dump(triples(quads), BY_NAME[syntax], {})


def _document(store: Store, version: Version, name: str) -> list[Quad]:
    """Return the statements of the vocabulary *name*, each subject's together, the header first."""
    graph, is_core = DOCUMENTS[name]
    node = NamedNode(getattr(Names(version.base), graph))
    quads = list(store.quads_for_pattern(None, None, None, node))
    if not quads:
        raise NotFound("There is no such vocabulary: a plain store has neither ontology nor shapes.")
    held_by = {quad.object: quad for quad in quads if isinstance(quad.object, BlankNode)}

    def is_of_the_core(quad: Quad) -> bool:
        while isinstance(quad.subject, BlankNode) and quad.subject in held_by:
            quad = held_by[quad.subject]
        return _key(quad) in _packaged(graph)

    own = [quad for quad in quads if is_of_the_core(quad) == is_core]
    headers = {quad.subject for quad in own if text_of(quad.object) == OWL + "Ontology"}
    return sorted(own, key=lambda quad: (quad.subject not in headers, str(quad)))


def _key(quad: Quad) -> tuple[str, str, str]:
    value = "" if isinstance(quad.object, BlankNode) else str(quad.object)
    return text_of(quad.subject), quad.predicate.value, value


@cache
def _packaged(graph: str) -> frozenset[tuple[str, str, str]]:
    """Return what the package's own file says, but for what it says of nodes without a name."""
    return frozenset(_key(quad) for quad, _ in Parser(FILES[graph], BY_NAME["turtle"], "urn:"))


def page(store: Store, version: Version, *, document: str, folder: Path) -> dict[str, object]:
    """Return what a page tells of the vocabulary *document*: its header, and its terms by their files.

    The files are those of *folder*; what none of them declares comes last.
    """
    quads = _document(store, version, document)
    told = _Told(store, version, quads)
    headers = [one.subject for one in quads if text_of(one.object) == OWL + "Ontology"]
    header = next((one for one in headers if isinstance(one, NamedNode)), None)
    files = (
        [FILES[DOCUMENTS[document][0]]]
        if document.startswith("core")
        else sorted((folder / document).glob("*.ttl"))
    )
    modules = read(files)
    terms = {text_of(term): told.term(term) for term in told.terms()}
    groups = [_group(module, terms) for module in modules]
    named = {iri for module in modules for iri in module.terms}
    rest = Module("", "Other terms", [iri for iri in terms if iri not in named])
    return {
        "iri": text_of(header),
        "header": told.forwards(header) if header else [],
        "groups": [group for group in [*groups, _group(rest, terms)] if group["terms"]],
    }


def _group(module: Module, terms: dict[str, Row]) -> dict[str, object]:
    return {
        "name": module.name,
        "title": module.title,
        "terms": [terms[iri] for iri in module.terms if iri in terms],
    }


class _Told:
    """What the *quads* of a vocabulary say, in cells for a page."""

    def __init__(self, store: Store, version: Version, quads: Iterable[Quad]) -> None:
        self.store = store
        self.version = version
        self.names = Names(version.base)
        self.quads = list(quads)
        self.places = vocabularies(store, version)

    def terms(self) -> list[NamedNode]:
        """Return the terms: what is declared, and the individuals of classes that are."""
        typed = [quad for quad in self.quads if quad.predicate.value == TYPE]
        ontology = NamedNode(self.names.ontology)
        classes = {
            quad.subject
            for quad in self.store.quads_for_pattern(
                None, NamedNode(TYPE), NamedNode(OWL + "Class"), ontology
            )
        }
        kinds = {NamedNode(one) for one in KINDS} | classes
        found = dict.fromkeys(one.subject for one in typed if one.object in kinds)
        return [one for one in found if isinstance(one, NamedNode)]

    def term(self, term: NamedNode) -> Row:
        """Return all that a page tells of *term*."""
        own = [quad for quad in self.quads if quad.subject == term]
        types = [text_of(quad.object) for quad in own if quad.predicate.value == TYPE]
        kind = next((KINDS[one] for one in types if one in KINDS), "")

        def texts(word: str) -> list[Cell]:
            return [self.cell(one.object) for one in own if one.predicate.value == word]

        seen = (one.object for one in own if one.predicate.value in (SH + "targetClass", SH + "path"))
        named = [text_of(one) for one in seen if isinstance(one, NamedNode)]
        looked = term.value if "shape" not in kind else next(iter(named), "")
        return {
            "iri": term.value,
            "looked": looked,
            "id": self.anchor(term.value),
            "label": self.cell(term)["text"],
            "kind": kind or ", ".join(self.cell(NamedNode(one))["text"] for one in types),
            "traits": [one.rpartition("#")[2] for one in types if one.startswith(OWL) and one not in KINDS],
            "definition": texts(SKOS + "definition") + texts(SH + "message"),
            "notes": texts(SKOS + "scopeNote"),
            "examples": texts(SKOS + "example"),
            "forwards": self.forwards(term),
            "backwards": self.backwards(term),
            "fact": things.example(self.store, looked, self.version.base) if looked else {},
        }

    def anchor(self, iri: str) -> str:
        """Return the id of a term on its page: the part after #, or with its prefix if it is of others."""
        space, mark, name = iri.partition("#")
        return name if mark and space in self.places else self.short(iri).replace(":", "-")

    def short(self, iri: str) -> str:
        """Return *iri* with its prefix, or as it is."""
        for prefix, space in sorted(self.version.prefixes.items(), key=lambda one: -len(one[1])):
            if iri.startswith(space):
                return f"{prefix}:{iri.removeprefix(space)}"
        return iri

    def forwards(self, term: Term) -> list[tuple[str, list[Cell]]]:
        """Return what else is said of *term*, by how the property reads."""
        found: dict[str, list[Cell]] = {}
        for quad in self.quads:
            if quad.subject == term and quad.predicate.value not in TOLD:
                found.setdefault(self.word(quad.predicate, 0), []).append(self.cell(quad.object))
        return list(found.items())

    def backwards(self, term: NamedNode) -> list[tuple[str, list[Cell]]]:
        """Return what of both vocabularies refers to *term*, shapes among it."""
        found: dict[str, dict[str, Cell]] = {}
        for graph in (self.names.ontology, self.names.shapes):
            for quad in self.store.quads_for_pattern(None, None, term, NamedNode(graph)):
                root = self.root(quad, NamedNode(graph))
                if isinstance(root.subject, NamedNode) and root.predicate.value != RDFS + "isDefinedBy":
                    cell = self.cell(root.subject)
                    found.setdefault(self.word(root.predicate, 1), {})[cell["iri"]] = cell
        return [
            (word, sorted(cells.values(), key=lambda cell: (cell["text"], cell["iri"])))
            for word, cells in sorted(found.items())
        ]

    def root(self, quad: Quad, graph: NamedNode) -> Quad:
        """Return the statement on a thing with a name within which *quad* stands."""
        for _ in range(1000):  # a list is as deep as it is long
            holders = self.store.quads_for_pattern(None, None, quad.subject, graph)
            holder = next(iter(holders), None) if isinstance(quad.subject, BlankNode) else None
            if holder is None:
                break
            quad = holder
        return quad

    def word(self, predicate: NamedNode, way: int) -> str:
        """Return how *predicate* reads, the one *way* or the other."""
        if predicate.value in WORDS:
            return WORDS[predicate.value][way]
        name = things.labels(self.store, [predicate.value]).get(predicate.value) or self.short(
            predicate.value
        )
        return f"{name} of" if way else name

    def cell(self, term: object) -> Cell:
        """Return *term* for a cell of a page: an IRI by its label, a list or a path in one line."""
        if isinstance(term, Literal):
            return {"text": term.value, "language": term.language or ""}
        if isinstance(term, BlankNode):
            return {"text": self.inline(term)}
        iri = text_of(term) if isinstance(term, NamedNode) else str(term)
        name = things.labels(self.store, [iri]).get(iri) or self.short(iri)
        return {"text": name, "iri": iri}

    def inline(self, node: BlankNode) -> str:
        """Return a list, a path or another node without a name in words."""
        said = {quad.predicate.value: quad.object for quad in self.quads if quad.subject == node}
        if RDF + "first" in said:
            return f"({', '.join(self.cell(one)['text'] for one in self.members(node))})"
        parts = (
            f"{self.short(word)} {self.cell(value)['text']}"
            for word, value in sorted(said.items())
            if word != TYPE
        )
        return f"[{'; '.join(parts)}]"

    def members(self, node: object) -> Iterator[object]:
        """Yield the members of the list *node*."""
        while isinstance(node, BlankNode):
            said = {quad.predicate.value: quad.object for quad in self.quads if quad.subject == node}
            yield said[RDF + "first"]
            node = said[RDF + "rest"]
