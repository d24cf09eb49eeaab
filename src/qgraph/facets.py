"""By what the things of a kind can be chosen: queries of a graph's folder, and the program's own.

`ontology/facets/<kind>/<facet>.rq` opens with `# facet:` and a title, and selects ?thing and
?value; core:NotStated is the value of what a source is silent on. A line `# order:` with a
number moves it forward. The program's own rest on the core vocabulary and fit each kind.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from qgraph.errors import QueryError, SourceError
from qgraph.precheck import TOKEN
from qgraph.store import QuerySolutions, ask, in_memory

OWN = Path(__file__).parent / "core" / "facets"
HEADER = re.compile(r"^# (facet|order): *(.+?) *$", re.MULTILINE)
PREFIX = re.compile(r"^PREFIX\s+([\w.-]*:)\s*<([^<>\s]*)>[ \t]*$", re.MULTILINE | re.IGNORECASE)
NAME = re.compile(r"[a-z][a-z0-9-]*")
RESERVED = ("version", "page", "all", "bom", "inferred", "evidence", "format")
LAST = "99"
WANTED = "expected “# facet:” with a title, and SELECT ?thing ?value"


@dataclass(frozen=True)
class Facet:
    """A way to choose things: its *name*, a *title* in English, its *prefixes* and its *query* below them.

    The title is empty where the facet is the program's own: pages name it in their language.
    """

    name: str
    title: str
    prefixes: tuple[tuple[str, str], ...]
    query: str

    @property
    def text(self) -> str:
        """The whole query."""
        return f"{prologue([self])}{self.query}"


Facets = Mapping[str, tuple[Facet, ...]]


@cache
def own() -> tuple[Facet, ...]:
    """Return the facets that fit every kind: of the evidence that holds facts on a thing."""
    return tuple(_read(path, own=True) for path in sorted(OWN.glob("*.rq")))


def read(graph: Path) -> Facets:
    """Return the facets of folder *graph* by kind, in order. Raises SourceError for a bad file."""
    folders = sorted(one for one in (graph / "ontology" / "facets").glob("*") if one.is_dir())
    return {one.name: tuple(_of_kind(one)) for one in folders}


def _of_kind(folder: Path) -> Iterator[Facet]:
    taken = {one.name for one in own()}
    meant = {name: iri for one in own() for name, iri in one.prefixes}
    for path in sorted(folder.glob("*.rq"), key=lambda one: (_order(one), one.stem)):
        facet = _read(path)
        if not NAME.fullmatch(facet.name) or facet.name in taken or facet.name in RESERVED:
            raise SourceError(f"{path}: “{facet.name}” means something else in an address: choose another.")
        for name, iri in facet.prefixes:  # they stand in one query, where several are chosen
            if meant.setdefault(name, iri) != iri:
                raise SourceError(f"{path}: the prefix {name} is <{meant[name]}> in another facet.")
        yield facet


def _order(path: Path) -> int:
    told = dict(HEADER.findall(path.read_text(encoding="utf-8"))).get("order", LAST)
    if not told.isdecimal():
        raise SourceError(f"{path}:1: “# order:” is {told}, expected a number.")
    return int(told)


def _read(path: Path, *, own: bool = False) -> Facet:
    text = path.read_text(encoding="utf-8")
    title = dict(HEADER.findall(text)).get("facet", "")
    made = Facet(path.stem, "" if own else title, tuple(PREFIX.findall(text)), _below(text))
    try:
        columns = _columns(made.text)
    except QueryError as error:
        raise SourceError(f"{path}: {error}") from error
    if not title or columns != {"thing", "value"}:
        raise SourceError(f"{path}:1: {WANTED}.")
    return made


def _columns(query: str) -> set[str]:
    found = ask(in_memory(), query, "urn:x-qgraph:unbased/")
    return {one.value for one in found.variables} if isinstance(found, QuerySolutions) else set()


def _below(text: str) -> str:
    """Return the query *text* without its prefixes and comments."""
    plain = PREFIX.sub("", text)
    return TOKEN.sub(lambda token: "" if token[0].startswith("#") else token[0], plain).strip()


def prologue(facets: Iterable[Facet], base: str = "") -> str:
    """Return the lines that declare the *base* and the prefixes of *facets*."""
    declared = dict(pair for one in facets for pair in one.prefixes)
    lines = [f"BASE <{base}>"] if base else []
    return "".join(f"{line}\n" for line in [*lines, *(f"PREFIX {n} <{iri}>" for n, iri in declared.items())])


def chosen(facet: Facet, terms: Sequence[str], members: str, *, silent: bool) -> str:
    """Return the pattern of what has one of the *terms*, written as in SPARQL, as its value by *facet*.

    If *silent* is true, also of those among the *members* of which nothing is recorded.
    """
    asked = f"{{ {facet.query} }}"
    parts = [f"VALUES ?value {{ {' '.join(terms)} }}\n{asked}"] if terms else []
    parts += [f"{members}\nMINUS {{ {asked} }}"] if silent else []
    union = "\nUNION\n".join(f"{{ {one} }}" for one in parts)
    return f"{{ SELECT DISTINCT ?thing WHERE {{\n{union}\n}} }}"
