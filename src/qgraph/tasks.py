"""What a query process is asked to do: a name, and the function that does it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import IO, Any, cast

from qgraph import catalog, export, query, spreadsheets, things, versions
from qgraph.query import Spool, question_of
from qgraph.selection import ORDERED, Export, Graphs, Selection
from qgraph.settings import Settings
from qgraph.store import Store
from qgraph.versions import Version

ROW_BY_ROW = ("csv", "csvw", "geojson")  # each row is in order, whatever the order of the store


@dataclass(frozen=True)
class Given:
    """What a process has: the store of a layer of a version, its description, the settings."""

    store: Store
    version: Version
    settings: Settings


def _query(given: Given, spool: Spool, **asked: Any) -> str:
    question = question_of(given.settings, base=given.version.base, **asked)
    return query.answer(given.store, question, prefixes=given.version.prefixes, output=spool)


def _service(given: Given, spool: Spool, *, endpoint: str, syntax: str) -> str:
    said = catalog.service(
        given.store, given.version, endpoint=endpoint, chosen=given.settings, syntax=syntax
    )
    spool.write(said)
    return syntax


def _describe(given: Given, spool: Spool, **asked: Any) -> str:
    return _values(things.describe(given.store, **asked), spool)


def _labels(given: Given, spool: Spool, *, iris: list[str]) -> str:
    return _values(things.labels(given.store, iris), spool)


def _export(given: Given, spool: Spool, *, selection: dict[str, Any], **asked: Any) -> str:
    """Write an export; of a large version from the disk, whose order is the same in every process."""
    chosen, version = given.settings, given.version
    store = given.store
    if version.counts.get("quads", 0) > ORDERED and asked["syntax"] not in ROW_BY_ROW:
        store = versions.open_version(chosen.store, version.number)
    wanted = Export(Selection(**selection), limit=chosen.result_limit, **asked)
    export.write(store, version, wanted, output=cast("IO[bytes]", spool))
    return wanted.syntax


def _table(given: Given, spool: Spool, *, text: str, syntax: str, bom: bool = False) -> str:
    """Write the answer to a query for a spreadsheet."""
    question = question_of(given.settings, base=given.version.base, text=text)
    asked = Export(syntax=syntax, bom=bom, limit=given.settings.result_limit)
    output = cast("IO[bytes]", spool)
    spreadsheets.write_answer(given.store, question, asked, version=given.version, output=output)
    return syntax


def _kinds(given: Given, spool: Spool) -> str:
    graphs = Graphs(given.store, given.version.base, Selection())
    return _values([asdict(one) for one in graphs.kinds().values()], spool)


def _version(given: Given, spool: Spool) -> str:
    return _values(asdict(given.version), spool)


def _values(found: object, spool: Spool) -> str:
    spool.write(json.dumps(found).encode())
    return "json"


# Each writes its answer and returns the name of the answer's format.
TASKS: Mapping[str, Callable[..., str]] = {
    "query": _query,
    "service": _service,
    "describe": _describe,
    "labels": _labels,
    "version": _version,
    "export": _export,
    "table": _table,
    "kinds": _kinds,
}
