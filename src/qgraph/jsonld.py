"""JSON-LD that people like to read: plain names for properties, classes and things."""

import json
from collections.abc import Iterator

from pyld import jsonld

from qgraph.formats import BY_NAME
from qgraph.namespaces import OWL, TYPE, Names
from qgraph.store import NamedNode, Quad, Store, dump
from qgraph.versions import Version

Context = dict[str, str | dict[str, str]]


def context(store: Store, version: Version) -> Context:
    """Return a JSON-LD context: a plain name for each property and class, and the base of ids.

    A name that two vocabularies share goes to the folder's own, which the empty
    prefix names; a prefix is bound where no property has its name.
    """
    names: Context = {"@base": version.base, "id": "@id", "type": "@type"}
    own = version.prefixes.get("", "")
    declared = sorted(_declared(store, version), key=lambda word: (not word[0].startswith(own), word))
    for iri, kind in declared:
        name = iri.replace("#", "/").rpartition("/")[2]
        names.setdefault(name, {"@id": iri, "@type": "@id"} if kind == OWL + "ObjectProperty" else iri)
    for prefix, iri in version.prefixes.items():
        if prefix and not iri.startswith(version.base + prefix):
            names.setdefault(prefix, iri)
    return names


def _declared(store: Store, version: Version) -> Iterator[tuple[str, str]]:
    """Yield each word that the ontology declares, with the kind of word it is."""
    graph = NamedNode(Names(version.base).ontology)
    for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Class"):
        for quad in store.quads_for_pattern(None, NamedNode(TYPE), NamedNode(OWL + kind), graph):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject.value, OWL + kind


def readable(quads: list[Quad], names: Context) -> bytes:
    """Return *quads* as compacted JSON-LD 1.1 (JSON-LD API, section 5.4)."""
    expanded = json.loads(dump(quads, BY_NAME["jsonld"], {}))
    for node in expanded:
        node["@type"] = [kind["@id"] for kind in node.pop(TYPE, [])]
    compacted = jsonld.compact(expanded, names, {"documentLoader": _refuse, "base": names["@base"]})
    return (json.dumps(compacted, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _refuse(url: str, _options: object) -> None:
    raise jsonld.JsonLdError(f"{url} is not fetched.", "loading document failed")
