"""The published graph as a file: the same bytes from the same version."""

import json
from collections.abc import Iterator

from pyld import jsonld

from qgraph.formats import BY_NAME, Format
from qgraph.namespaces import OWL, TYPE, Names
from qgraph.store import DefaultGraph, NamedNode, Quad, Store, dump, triples
from qgraph.versions import Version

Context = dict[str, str | dict[str, str]]


def export(store: Store, version: Version, syntax: Format) -> bytes:
    """Return the public store of *version* in *syntax*, prefixes bound, sorted.

    TriG and N-Quads hold the whole dataset; the other formats hold one graph,
    so they get the default graph. JSON-LD comes with a context of readable names.
    """
    if syntax.holds_named_graphs:
        quads = sorted(store, key=lambda quad: (str(quad.graph_name), str(quad)))
        return dump(quads, syntax, version.prefixes)
    quads = sorted(store.quads_for_pattern(None, None, None, DefaultGraph()), key=str)
    if syntax.name == "jsonld":
        return _readable(quads, context(store, version))
    return dump(triples(quads), syntax, version.prefixes)


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


def _readable(quads: list[Quad], names: Context) -> bytes:
    """Return *quads* as compacted JSON-LD 1.1 (JSON-LD API, section 5.4)."""
    expanded = json.loads(dump(quads, BY_NAME["jsonld"], {}))
    for node in expanded:
        node["@type"] = [kind["@id"] for kind in node.pop(TYPE, [])]
    compacted = jsonld.compact(expanded, names, {"documentLoader": _refuse, "base": names["@base"]})
    return (json.dumps(compacted, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _refuse(url: str, _options: object) -> None:
    raise jsonld.JsonLdError(f"{url} is not fetched.", "loading document failed")
