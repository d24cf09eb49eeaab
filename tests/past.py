"""A site with a past: versions, of which the last has erased somebody."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import copytree

from conftest import serving
from qgraph import history
from qgraph.history import Forget
from qgraph.settings import Settings
from test_guard import BASE, OURS, evidence, write


@contextmanager
def with_a_past(tiny: Settings, store: Path) -> Iterator[str]:
    """Serve the tiny graph from *store*, with four versions, of which one has been let go."""
    settings = replace(tiny, store=store)
    copytree(tiny.store, store)
    write(settings, evidence(OURS, "<film/tide> :length 70"), message="A length <b>at last</b>.")
    write(settings, evidence("evidence/leaflet/w2", '<person/p9zzz> a :Person ; rdfs:label "Cem"@en'))
    history.forget_all(settings, Forget(erased=[f"{BASE}person/p9zzz"]))
    with serving(settings.graph, store) as address:
        yield address
