"""JSON-LD that people like to read: plain names for properties, classes and things.

Nothing is fetched, ever: a document brings the part of the context that it needs.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pyld import jsonld

from qgraph.errors import SourceError
from qgraph.formats import BY_NAME
from qgraph.layout import is_fact, one_graph
from qgraph.namespaces import OWL, TYPE, XSD, Names
from qgraph.store import Literal, NamedNode, Quad, Store, dump, has_blank_node, parse, text_of, triples
from qgraph.versions import Version

Context = dict[str, str | dict[str, str]]
Document = dict[str, Any]
NATIVE = (XSD + "integer", XSD + "boolean")
LARGEST = 2**53  # above it a number of JSON is not exact everywhere (RFC 8259, section 6)
NO_FRAME: Mapping[str, Any] = {}
KEYWORDS = {"id": "@id", "type": "@type", "included": "@included"}


def context(store: Store, version: Version) -> Context:
    """Return a JSON-LD context: a plain name for each property and class, and the base of ids.

    A name that two vocabularies share goes to the folder's own, which the empty
    prefix names; a prefix is bound where no property has its name. Texts in a
    language stand by language.
    """
    names: Context = {"@base": version.base, **KEYWORDS}
    own = version.prefixes.get("", "")
    declared = sorted(_declared(store, version), key=lambda word: (not word[0].startswith(own), word))
    for iri, kind in declared:
        name = iri.replace("#", "/").rpartition("/")[2]
        names.setdefault(name, _term(store, iri, kind))
    for prefix, iri in version.prefixes.items():
        if prefix and not (iri.startswith(version.base) and iri.endswith("/")):
            names.setdefault(prefix, iri)
    return names


def _term(store: Store, iri: str, kind: str) -> str | dict[str, str]:
    """Return how the context defines the word *iri*, by its *kind* and by how the data use it."""
    if kind == OWL + "ObjectProperty":
        return {"@id": iri, "@type": "@id"}
    used = None if kind == OWL + "Class" else next(store.quads_for_pattern(None, NamedNode(iri), None), None)
    if used is None or not isinstance(used.object, Literal):
        return iri
    if used.object.language:
        return {"@id": iri, "@container": "@language"}
    datatype = used.object.datatype.value
    return iri if datatype in (XSD + "string", *NATIVE) else {"@id": iri, "@type": datatype}


def _declared(store: Store, version: Version) -> Iterator[tuple[str, str]]:
    """Yield each word that the ontology declares, with the kind of word it is."""
    graph = NamedNode(Names(version.base).ontology)
    for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Class"):
        for quad in store.quads_for_pattern(None, NamedNode(TYPE), NamedNode(OWL + kind), graph):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject.value, OWL + kind


def published(store: Store, version: Version) -> bytes:
    """Return the context as a document of its own, without a base: one that is fetched has none.

    JSON-LD 1.1, section 4.1.3.
    """
    names = context(store, version)
    del names["@base"]
    return _written({"@context": names})


def readable(quads: list[Quad], names: Context) -> bytes:
    """Return *quads* as compacted JSON-LD 1.1 (JSON-LD API, section 5.4)."""
    return _written(_compact(_expanded(quads), names))


def told(quads: Iterable[Quad], thing: str, names: Context, *, frame: Mapping[str, Any] = NO_FRAME) -> bytes:
    """Return *quads* as a document about *thing*, with what *frame* nests inside it.

    All else that the quads hold is there too, as `included` (or beside it, where the
    names have no such word): what refers to the thing, and each named graph with its
    description. The context is cut to what
    the document uses.
    """
    quads = sorted(quads, key=str)
    facts = list(one_graph(quads))
    names = names | frame.get("@context", {})
    if not facts or any(map(has_blank_node, quads)):  # framing gives blank nodes other names
        flat = _compact(_expanded(quads), names)
        return _written(flat | {"@context": _in_use(flat, names, kept=())})
    framing = {**frame, "@context": names, "@id": thing, "@embed": "@once"}
    options = {
        "documentLoader": _refuse,
        "omitGraph": True,
        "omitDefault": True,
        "base": names.get("@base", ""),
    }
    tree = jsonld.frame(_expanded(facts), framing, options)
    nested = set(parse(_written(tree), BY_NAME["jsonld"]))
    others = [quad for quad in quads if quad not in nested]
    if others:
        listed = _listed(_compact(_expanded(others), names))
        tree = tree | {"included": listed} if "included" in names else {"@graph": [_bare(tree), *listed]}
    tree["@context"] = _in_use(tree, names, kept=frame.get("@context", {}))
    return _written(tree)


def check_frame(frame: object) -> None:
    """Raise SourceError if *frame* is none, or if its context would have to be fetched."""
    context = frame.get("@context", {}) if isinstance(frame, dict) else None
    if not isinstance(context, dict):
        raise SourceError("it is an object, and so is its @context; nothing is fetched.")
    try:
        jsonld.frame([], frame, {"documentLoader": _refuse})
    except jsonld.JsonLdError as error:
        raise SourceError("its words cannot be made out, and nothing is fetched.") from error


def shape_of(frame: Mapping[str, Any], names: Context) -> dict[str, Any]:
    """Return which properties *frame* nests, by IRI: `forward` and `back`, each with what is inside.

    What is never to be embedded (JSON-LD Framing, section 2.3.3) is not nested.
    """
    if not frame:
        return {}
    own = {**frame, "@context": names | frame.get("@context", {})}
    expanded = jsonld.expand(own, {"documentLoader": _refuse, "isFrame": True})
    return _shape(expanded[0]) if expanded else {}


def _shape(node: Mapping[str, Any]) -> dict[str, Any]:
    forward = {word: inner for word, inner in node.items() if not word.startswith("@")}
    shape: dict[str, Any] = {}
    for name, branches in (("forward", forward), ("back", node.get("@reverse", {}))):
        inside = {word: values[0] if values else {} for word, values in branches.items()}
        nested = {word: _shape(one) for word, one in inside.items() if "@never" not in str(one.get("@embed"))}
        shape |= {name: nested} if nested else {}
    return shape


def _expanded(quads: list[Quad]) -> list[Document]:
    """Return *quads* as expanded JSON-LD, types as types and graphs as members of their names."""
    nodes = {node["@id"]: node for node in _nodes(quad for quad in quads if is_fact(quad))}
    graphs: dict[str, list[Quad]] = {}
    for quad in quads:
        if not is_fact(quad):
            graphs.setdefault(text_of(quad.graph_name), []).append(quad)
    for name, held in graphs.items():
        nodes.setdefault(name, {"@id": name})["@graph"] = _nodes(held)
    return list(nodes.values())


def _nodes(quads: Iterable[Quad]) -> list[Document]:
    nodes: list[Document] = json.loads(dump(triples(quads), BY_NAME["jsonld"], {}))
    for node in nodes:
        if kinds := node.pop(TYPE, []):
            node["@type"] = [kind["@id"] for kind in kinds]
        for values in (one for word, one in node.items() if not word.startswith("@")):
            values[:] = [_native(value) for value in values]
    return nodes


def _native(value: Document) -> Document:
    """Return *value* as a number or a truth value of JSON, if it is one and stays what it is."""
    if value.get("@type") not in NATIVE:
        return value
    text = value["@value"]
    native = text == "true" if value["@type"] == XSD + "boolean" else int(text)
    same = json.dumps(native) == text and abs(native) < LARGEST
    return {"@value": native} if same else value


def _compact(expanded: list[Document], names: Context) -> Document:
    options = {"documentLoader": _refuse, "base": names.get("@base", "")}
    compacted: Document = jsonld.compact(expanded, names, options)
    return compacted


def _listed(document: Document) -> list[Document]:
    """Return the nodes of a compacted *document*."""
    bare = _bare(document)
    return list(bare["@graph"]) if bare.keys() == {"@graph"} else [bare]


def _bare(document: Document) -> Document:
    return {name: value for name, value in document.items() if name != "@context"}


def _in_use(document: Document, names: Context, *, kept: Iterable[str]) -> Context:
    """Return those of *names* that *document* uses, as terms or as prefixes, and those *kept*."""
    words = {"@base", "@vocab", *kept, *_words(_bare(document))}
    words |= set(_words({name: names[name] for name in words if name in names}))
    return {name: one for name, one in names.items() if name in words}


def _words(value: object) -> Iterator[str]:
    """Yield each key and each text in *value*, and the prefix it may begin with."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _words(key)
            yield from _words(one)
    elif isinstance(value, list):
        for one in value:
            yield from _words(one)
    elif isinstance(value, str):
        yield value
        yield value.partition(":")[0]


def _written(document: Document) -> bytes:
    return (json.dumps(_ordered(document), indent=1, ensure_ascii=False) + "\n").encode()


def _ordered(value: Any) -> Any:
    """Return *value* with names and labels first in each object, and what is only included last."""
    if isinstance(value, list):
        return [_ordered(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _ordered(value[key]) for key in sorted(value, key=_rank)}


def _rank(key: str) -> tuple[int, str]:
    first, last = ("@context", "id", "@id", "type", "@type", "label", "name"), ("@graph", "included")
    if key in first:
        return first.index(key), key
    return len(first) + (key in last), key


def _refuse(url: str, _options: object) -> None:
    raise jsonld.JsonLdError(f"{url} is not fetched.", "loading document failed")
