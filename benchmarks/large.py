"""A large graph for the other scripts: invented films under the ontology and shapes of a tiny graph."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from qgraph import delta, settings, versions
from qgraph.derive import assert_facts, counts, derive
from qgraph.load import load
from qgraph.namespaces import CORE, LABEL, TYPE, Names
from qgraph.settings import Settings
from qgraph.sources import find
from qgraph.store import DefaultGraph, Literal, NamedNode, Quad, in_memory, open_to_write
from qgraph.versions import PUBLIC, Draft

TINY = Path(__file__).parents[1] / "tests" / "cases" / "tiny"
SEED = 20261125


def published(store: Path, many: int, *, told: bool) -> Settings:
    """Return the settings of a *store* with a version of *many* films, about 19 quads each.

    They are laid out as the program itself does it: each fact in its evidence, in the
    asserted and in the default graph. Where it is *told*, the version has its changes too.
    """
    chosen = settings.read({}, graph=TINY, store=store, reasoner="none")
    loaded = load(find(chosen.graph))
    names = Names(loaded.base)
    dataset = in_memory([*loaded.data, *loaded.ontology, *loaded.shapes, *films(loaded.base, many)])
    assert_facts(dataset, names)
    derive(dataset, [], names)
    with versions.writing(chosen.store) as parent, versions.candidate(chosen.store, parent) as made:
        data = open_to_write(made.path / PUBLIC)
        data.bulk_extend(dataset)
        data.flush()
        version = replace(
            versions.draft(1, 0, message="", curator="folder"),
            digest=delta.digest(dataset), counts=counts(dataset, names), base=loaded.base,
            prefixes=loaded.prefixes,
        )  # fmt: skip
        del data
        changes = delta.Delta(frozenset(dataset) if told else frozenset())
        versions.publish(chosen.store, made.path, {PUBLIC: Draft(version, changes)})
    return chosen


def films(base: str, many: int) -> Iterator[Quad]:
    """Yield *many* invented films, each with its evidence, the same each time."""
    chance = Random(SEED)
    described = {
        TYPE: CORE + "Evidence", CORE + "voice": CORE + "Editor", CORE + "stated": CORE + "Explicit",
        CORE + "tier": CORE + "Open", CORE + "fromSource": base + "source/leaflet",
    }  # fmt: skip
    for number in range(many):
        graph, film = NamedNode(f"{base}evidence/leaflet/x{number}"), NamedNode(f"{base}film/x{number}")
        maker = NamedNode(f"{base}person/p{chance.randrange(many // 10)}")
        for word, value in described.items():
            yield Quad(graph, NamedNode(word), NamedNode(value), DefaultGraph())
        yield Quad(film, NamedNode(TYPE), NamedNode(f"{base}ontology#Film"), graph)
        yield Quad(film, NamedNode(LABEL), Literal(f"Film number {number}", language="en"), graph)
        yield Quad(maker, NamedNode(TYPE), NamedNode(f"{base}ontology#Person"), graph)
        yield Quad(film, NamedNode(f"{base}ontology#madeBy"), maker, graph)
        yield Quad(film, NamedNode(f"{base}ontology#length"), Literal(chance.randrange(200)), graph)
