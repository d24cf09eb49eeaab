"""A plain SPARQL 1.1 store: it starts empty, keeps no rules, and each write makes a version.

These functions parse a stranger's text, so they run in a process that may die.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qgraph import store, versions
from qgraph.errors import NotFound
from qgraph.formats import BY_NAME
from qgraph.precheck import Limits, check, using
from qgraph.store import DefaultGraph, NamedNode, Quad, Store
from qgraph.versions import Version

KEPT = 20
BASE = "http://localhost/"


@dataclass(frozen=True)
class Update:
    """A SPARQL 1.1 Update, within *limits*; its patterns are matched in the graphs that are named, if any."""

    text: str
    limits: Limits
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    def apply(self, data: Store) -> None:
        """Change *data*. Raises QueryError where the text is no update or cannot run."""
        check(self.text, self.limits)
        default, named = (
            [str(store.iri(one)) for one in iris] for iris in (self.default_graphs, self.named_graphs)
        )
        store.update(data, using(self.text, default, named), BASE)


@dataclass(frozen=True)
class Put:
    """The triples of *body* into *graph* (empty: the default graph), in place of what it held or added.

    SPARQL 1.1 Graph Store HTTP Protocol, sections 5.3 and 5.5.
    """

    graph: str
    body: bytes
    syntax: str
    replaces: bool = True

    def apply(self, data: Store) -> None:
        """Change *data*. Raises SourceError if the body is not RDF."""
        name = graph_name(self.graph)
        quads = store.parse(self.body, BY_NAME[self.syntax], self.graph or None)
        added = [Quad(one.subject, one.predicate, one.object, name) for one in quads]
        if self.replaces:
            data.remove_graph(name)
        data.extend(added)


@dataclass(frozen=True)
class Delete:
    """*graph* is removed (SPARQL 1.1 Graph Store HTTP Protocol, section 5.4)."""

    graph: str

    def apply(self, data: Store) -> None:
        """Change *data*. Raises NotFound if there is no such graph."""
        name = graph_name(self.graph)
        if self.graph and not any(data.quads_for_pattern(None, None, None, name)):
            raise NotFound(f"There is no graph {self.graph}.")
        data.remove_graph(name)


Change = Update | Put | Delete


def start(folder: Path) -> Version:
    """Make an empty version in *folder* if there is none; return the one in force."""
    with versions.writing(folder) as parent:
        return versions.describe(folder, parent) if parent else versions.publish(folder, (), _next(parent, 0))


def write(folder: Path, change: Change) -> Version:
    """Make *change* and return the version in force after it; the last 20 are kept."""
    with versions.writing(folder) as parent:
        data = store.in_memory(versions.open_version(folder, parent))
        change.apply(data)
        version = versions.publish(folder, data, _next(parent, len(data)))
        versions.prune(folder, KEPT)
        return version


def graph_name(iri: str) -> NamedNode | DefaultGraph:
    """Return the name of the graph *iri*, the default graph if it is empty."""
    return store.iri(iri) if iri else DefaultGraph()


def _next(parent: int, size: int) -> Version:
    return Version(
        number=parent + 1,
        parent=parent,
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        message="",
        curator="anyone",
        digest="",
        counts={"quads": size},
        findings={},
        base=BASE,
        prefixes={},
    )
