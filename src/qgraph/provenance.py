"""The history as RDF: each version an entity that was made by somebody from another (PROV-O)."""

from datetime import UTC, datetime

from qgraph.formats import BY_NAME, Format
from qgraph.namespaces import DCTERMS, PROV, TYPE, XSD
from qgraph.store import Literal, NamedNode, Term, Triple, dump
from qgraph.versions import Version

TURTLE = BY_NAME["turtle"]
PREFIXES = {"prov": PROV, "dcterms": DCTERMS, "xsd": XSD}


def moment(version: Version) -> datetime:
    """Return when *version* was made, in UTC."""
    return datetime.fromisoformat(version.time).astimezone(UTC)


def written(known: list[Version], tags: dict[str, int], address: str, *, syntax: Format = TURTLE) -> bytes:
    """Return the versions *known*, with their *tags*, in *syntax*; each is named under *address*.

    A writer is an opaque id and a role, and nothing more.
    """
    triples = [triple for version in known for triple in _of(version, tags, address)]
    return dump(triples, syntax, PREFIXES)


def _of(version: Version, tags: dict[str, int], address: str) -> list[Triple]:
    here = NamedNode(f"{address}/{version.number}")
    made, writer = NamedNode(f"{here.value}#making"), NamedNode(f"{address}#{version.curator}")
    time = Literal(version.time, datatype=NamedNode(XSD + "dateTime"))
    told: list[tuple[NamedNode, str, Term]] = [
        (here, TYPE, NamedNode(PROV + "Entity")),
        (here, PROV + "generatedAtTime", time),
        (here, PROV + "wasGeneratedBy", made),
        (here, DCTERMS + "identifier", Literal(version.digest)),
        (made, TYPE, NamedNode(PROV + "Activity")),
        (made, PROV + "endedAtTime", time),
        (made, PROV + "wasAssociatedWith", writer),
        (writer, TYPE, NamedNode(PROV + "Agent")),
    ]
    told += [(here, DCTERMS + "description", Literal(version.message))] if version.message else []
    told += [(writer, DCTERMS + "type", Literal(version.role))] if version.role else []
    told += [
        (here, DCTERMS + "title", Literal(name)) for name, number in tags.items() if number == version.number
    ]
    if version.parent:
        told.append((here, PROV + "wasRevisionOf", NamedNode(f"{address}/{version.parent}")))
    return [Triple(subject, NamedNode(word), value) for subject, word, value in told]
