"""What an editor of queries proposes: the prefixes of a version, and the words of its ontology."""

from collections.abc import Iterator

from qgraph.namespaces import DCTERMS, FOAF, OWL, PROV, RDF, RDFS, SCHEMA, SKOS, TYPE, XSD, Names
from qgraph.portal.words import Words
from qgraph.store import NamedNode, Store, text_of
from qgraph.versions import Version

KINDS = {
    OWL + "Class": "class",
    OWL + "ObjectProperty": "property",
    OWL + "DatatypeProperty": "property",
    OWL + "AnnotationProperty": "property",
}
# Prefixes that all the world writes so, where the graph has none of its own for them.
COMMON = {
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "skos": SKOS,
    "xsd": XSD,
}


def completions(store: Store, version: Version, *, language: str) -> dict[str, object]:
    """Return the prefixes, and the classes and properties of the ontology, in the *language* of a reader.

    A term has its *name* with a prefix, its *label* and its *definition*; a plain
    store has no ontology, so no terms.
    """
    prefixes = version.prefixes | {
        prefix: space
        for prefix, space in COMMON.items()
        if prefix not in version.prefixes and space not in version.prefixes.values()
    }
    spaces = sorted(prefixes.items(), key=lambda one: -len(one[1]))
    words = Words(store, language)
    declared = dict(_declared(store, Names(version.base).ontology))  # a term of two kinds once
    terms = [
        {
            "name": _short(iri, spaces),
            "kind": kind,
            "label": words.thing(iri),
            "definition": words.best(words.all(iri, SKOS + "definition")),
        }
        for iri, kind in sorted(declared.items())
    ]
    return {"prefixes": prefixes, "terms": terms}


def _declared(store: Store, ontology: str) -> Iterator[tuple[str, str]]:
    """Yield the IRI and the kind of each class and each property that *ontology* declares."""
    for kind, name in KINDS.items():
        found = store.quads_for_pattern(None, NamedNode(TYPE), NamedNode(kind), NamedNode(ontology))
        yield from ((text_of(one.subject), name) for one in found if isinstance(one.subject, NamedNode))


def _short(iri: str, spaces: list[tuple[str, str]]) -> str:
    """Return *iri* with a prefix of *spaces*, or in brackets where none gives a plain name."""
    for prefix, space in spaces:
        name = iri.removeprefix(space)
        if name != iri and name.replace("_", "").replace("-", "").isalnum():
            return f"{prefix}:{name}"
    return f"<{iri}>"
