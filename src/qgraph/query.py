"""What a reader may ask, answered from one store.

These functions run in a worker process that may die (decision 3): a reader's
text is parsed here and nowhere else.
"""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self, cast

from qgraph import faults, precheck
from qgraph.errors import NotAcceptable, QuerySyntaxError, ResultTooLarge, UnknownGraph
from qgraph.formats import BY_NAME, GRAPHS, RESULTS
from qgraph.precheck import Limits
from qgraph.settings import Settings
from qgraph.store import QueryBoolean, QuerySolutions, QueryTriples, Store, ask, has_graph, write

SMALL = 256_000


@dataclass(frozen=True)
class Question:
    """A query and how its answer is to be written.

    *results* names the format of rows and truth values, *triples* that of
    graphs; an empty name says that the client accepts none. Where it is *strict*,
    a graph that is named and is not there is an error, else it is empty.
    """

    text: str
    results: str = "json"
    triples: str = "turtle"
    base: str = ""
    default_graphs: list[str] = field(default_factory=list)
    named_graphs: list[str] = field(default_factory=list)
    limits: Limits = field(default_factory=Limits)
    rows: int = 1_000_000
    service: str = ""
    strict: bool = True


def question_of(chosen: Settings, **asked: Any) -> Question:
    """Return the question *asked*, under the limits that the settings *chosen* set."""
    limits, rows, service = limits_of(chosen), chosen.result_rows, chosen.allow_service
    return Question(limits=limits, rows=rows, service=service, **({"strict": not chosen.bare} | asked))


def limits_of(chosen: Settings) -> Limits:
    """Return the limits on queries that the settings *chosen* set."""
    return Limits(
        chosen.query_length,
        chosen.query_nesting,
        chosen.query_patterns,
        path=chosen.query_path,
        values=chosen.query_values,
    )


class Spool:
    """A file for an answer: in memory while small, without a name on disk after that.

    Raises ResultTooLarge once more than *limit* bytes are written.
    """

    def __init__(self, limit: int, folder: Path | None = None) -> None:
        self.limit = limit
        self.size = 0
        self.file: IO[bytes] = tempfile.SpooledTemporaryFile(SMALL, dir=str(folder) if folder else None)  # noqa: SIM115 (handed on)

    def write(self, chunk: bytes) -> int:
        """Write *chunk* and return its length."""
        self.size += len(chunk)
        if self.size > self.limit:
            raise ResultTooLarge(f"The answer has more than {self.limit:,} bytes: ask for less, with LIMIT.")
        return self.file.write(chunk)

    def clear(self) -> None:
        """Forget what was written."""
        self.file.seek(0)
        self.file.truncate()
        self.size = 0

    def read(self) -> bytes:
        """Return all that was written."""
        self.file.seek(0)
        return self.file.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.file.close()

    def flush(self) -> None:
        """Do nothing: nobody reads before the answer is complete."""


def found(store: Store, question: Question) -> QuerySolutions | QueryBoolean | QueryTriples:
    """Return what *store* finds for *question* (SPARQL 1.1 Query). Raises QueryError."""
    precheck.check(question.text, question.limits, question.service)
    _check_graphs(store, question)
    chosen = {"default": question.default_graphs, "named": question.named_graphs}
    try:
        return ask(store, question.text, question.base or None, **chosen)
    except QuerySyntaxError as error:
        raise faults.placed(question.text, error) from error


def answer(store: Store, question: Question, *, prefixes: dict[str, str], output: Spool) -> str:
    """Write the answer of *store* to *question* into *output*; return its format's name.

    CONSTRUCT and DESCRIBE are written with *prefixes* bound.
    Raises QueryError, NotAcceptable or ResultTooLarge.
    """
    told = found(store, question)
    name = question.triples if isinstance(told, QueryTriples) else question.results
    if not name:
        graph = isinstance(told, QueryTriples)
        kind, offers = ("a graph", GRAPHS) if graph else ("rows or a truth value", RESULTS)
        raise NotAcceptable(
            f"The answer is {kind}, and no format for that is accepted.",
            offers=sorted(one.media_type for one in offers),
        )
    chosen = BY_NAME[name]
    write(told, cast("IO[bytes]", output), syntax=chosen, prefixes=prefixes, rows=question.rows)
    return name


def _check_graphs(store: Store, question: Question) -> None:
    """Raise UnknownGraph for a graph of the query's dataset that is not in *store*.

    Where the request names graphs, those in the text do not count (SPARQL 1.1
    Protocol, section 2.1.4).
    """
    chosen = [*question.default_graphs, *question.named_graphs]
    for iri in chosen or precheck.graphs(question.text, question.base):
        if (question.strict or iri.startswith("file:")) and not has_graph(store, iri):
            raise UnknownGraph(f"There is no graph <{iri}> here, and none is fetched from elsewhere.")
