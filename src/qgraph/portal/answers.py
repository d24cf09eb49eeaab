"""The answer to a question as its page shows it: rows of cells, what a sentence says, a picture."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from qgraph import query
from qgraph.errors import QueryError, ResultTooLarge
from qgraph.namespaces import CORE, LABEL, XSD
from qgraph.portal import pictures
from qgraph.portal.words import Said, Words
from qgraph.query import Question
from qgraph.store import (
    DefaultGraph,
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
    Term,
    text_of,
)

LARGEST = 1_000_000  # characters of an answer that a page is made of; more would hold up everyone else
LISTED = 7  # values that a sentence lists
SUGGESTED = 200  # values that a field suggests
NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "short", "byte")}
NUMBERS |= {XSD + name for name in ("nonNegativeInteger", "positiveInteger", "negativeInteger")}
KINDS = {XSD + name: name for name in ("date", "dateTime", "duration")}
PASSAGE, VOICE, NOTE = (NamedNode(CORE + name) for name in ("passage", "voice", "contentNote"))
Cell = dict[str, Any]  # a Said, with "kind" of a number or a time, "voices" and "place" of evidence
Row = Sequence[Term | None]


@dataclass(frozen=True)
class Wanted:
    """What a page wants of an answer.

    *rows* and *cells* are the most that it shows, *lists* the columns whose values
    a sentence lists, together in one item if there are several; *picture* is a kind
    and two columns; *texts* are those chosen, with their language.
    """

    language: str
    rows: int = 500
    cells: int = 20_000
    lists: Sequence[Sequence[str]] = ()
    picture: Sequence[str] = ()
    texts: Sequence[Sequence[str]] = ()
    things: Sequence[str] = ()


@dataclass(frozen=True)
class Cells:
    """Makes cells of the terms of a *store*, each once, and collects the content *notes* of evidence."""

    store: Store
    words: Words
    made: dict[Term, Cell] = field(default_factory=dict)
    notes: dict[str, Said] = field(default_factory=dict)

    def of(self, term: Term | None) -> Cell:
        """Return *term* as a cell; an empty one if there is none."""
        if term is None:
            return {"text": ""}
        if term not in self.made:
            self.made[term] = self._made(term)
        return self.made[term]

    def _made(self, term: Term) -> Cell:
        if isinstance(term, Literal):
            return {**self.words.value(term), **self._named(term), **_kind(term)}
        if not isinstance(term, NamedNode):
            return {"text": text_of(term), "language": ""}
        bearing = [quad.subject for quad in self._about(None, PASSAGE, term)]
        place = [quad.object for quad in self._about(term, PASSAGE, None)]
        cell: Cell = dict(self.words.thing(term.value))
        for quad in (quad for one in (term, *bearing) for quad in self._about(one, NOTE, None)):
            self.notes[text_of(quad.object)] = self.words.note(text_of(quad.object))
        if place:
            cell["place"] = self.words.thing(text_of(place[0]))
        if place or bearing:
            cell["voices"] = self._voices(bearing or [term])
        return cell

    def _voices(self, evidence: Sequence[Any]) -> list[Said]:
        """Return the voice of all of *evidence*; none where they differ, for a row rests on one of them."""
        found = {frozenset(quad.object for quad in self._about(one, VOICE, None)) for one in evidence}
        return [self.words.value(one) for one in sorted(found.pop(), key=text_of)] if len(found) == 1 else []

    def _named(self, name: Literal) -> Said:
        """Return the thing that alone has this *name*."""
        found = {quad.subject for quad in self._about(None, NamedNode(LABEL), name)} if name.language else ()
        return self.words.thing(text_of(found.pop())) if len(found) == 1 else {}

    def _about(self, subject: Any, word: NamedNode, value: Any) -> Iterator[Any]:
        return self.store.quads_for_pattern(subject, word, value, DefaultGraph())


def _kind(literal: Literal) -> Cell:
    of = literal.datatype.value
    return {"kind": "number" if of in NUMBERS else KINDS[of]} if of in NUMBERS or of in KINDS else {}


def answered(store: Store, question: Question, wanted: Wanted) -> dict[str, object]:
    """Return the answer of *store* to *question* as values: its form, and what *wanted* asks for.

    Raises what `query.found` raises, and ResultTooLarge where a program may have
    the answer, but no page.
    """
    found = query.found(store, question)
    words = Words(store, wanted.language)
    told: dict[str, object] = {
        "missing": [
            *(text for text, tag in wanted.texts if not _is_name(store, text, tag)),
            *(iri for iri in wanted.things if not any(store.quads_for_pattern(NamedNode(iri), None, None))),
        ],
        "things": {iri: words.thing(iri) for iri in wanted.things},
    }
    if isinstance(found, QueryBoolean):
        return told | {
            "form": "truth",
            "truth": bool(found),
            "digest": str(bool(found)),
            "count": int(bool(found)),
        }
    if isinstance(found, QueryTriples):
        rows: list[Row] = _bounded([triple.subject, triple.predicate, triple.object] for triple in found)
        return told | {"form": "graph", "count": len(rows), "digest": _digest(rows), "rows": []}
    columns = [variable.value for variable in found.variables]
    rows = _bounded(_rows(found, question.rows))
    return (
        told
        | {"form": "rows", "columns": columns}
        | _shown(Cells(store, words), columns, rows, wanted=wanted)
    )


def _shown(cells: Cells, columns: list[str], rows: list[Row], *, wanted: Wanted) -> dict[str, object]:
    first = rows[: min(wanted.rows, wanted.cells // max(len(columns), 1))]
    at = {name: number for number, name in enumerate(columns)}
    drawn: dict[str, object] = {}
    if wanted.picture and all(name in at for name in wanted.picture[1:]):
        pairs = [(row[at[wanted.picture[1]]], row[at[wanted.picture[2]]]) for row in rows]
        drawn = pictures.drawn(wanted.picture[0], [(cells.of(one), cells.of(other)) for one, other in pairs])
    return {
        "rows": [[cells.of(term) for term in row] for row in first],
        "notes": sorted(cells.notes.values(), key=lambda note: note["text"]),
        "count": len(rows),
        "digest": _digest(rows),
        "lists": [_listed(cells, [at[name] for name in names if name in at], rows) for names in wanted.lists],
        "picture": drawn,
    }


def _listed(cells: Cells, columns: list[int], rows: list[Row]) -> dict[str, object]:
    """Return the first of the different values in *columns* of *rows*, and how many there are."""
    values = dict.fromkeys(tuple(row[column] for column in columns) for row in rows)
    different = [one for one in values if any(term is not None for term in one)]
    shown = different if len(different) <= LISTED + 1 else different[:LISTED]
    return {"values": [[cells.of(term) for term in one] for one in shown], "count": len(different)}


def _rows(found: QuerySolutions, limit: int) -> Iterator[Row]:
    """Yield the rows of *found*. Raises ResultTooLarge, or QueryError for what fails as it runs."""
    try:
        for number, row in enumerate(found):
            if number >= limit:
                raise ResultTooLarge(f"The answer has more than {limit:,} rows: ask for less, with LIMIT.")
            yield [row[variable] for variable in found.variables]
    except (RuntimeError, ValueError) as error:
        raise QueryError(f"The query cannot be answered: {error}.") from error


def _bounded(rows: Iterator[Row]) -> list[Row]:
    """Return *rows*. Raises ResultTooLarge where they are too many for a page."""
    kept, size = [], 0
    for row in rows:
        kept.append(row)
        size += sum(len(text_of(term)) for term in row)
        if size + 20 * len(kept) > LARGEST:
            raise ResultTooLarge("The answer is too large for a page: ask with format=csv.")
    return kept


def _digest(rows: list[Row]) -> str:
    """Return what two answers share that have the same rows, in whatever order."""
    lines = sorted("\t".join("" if term is None else str(term) for term in row) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _is_name(store: Store, text: str, tag: str) -> bool:
    literal = Literal(text, language=tag) if tag else Literal(text)
    return any(True for _ in store.quads_for_pattern(None, None, literal, None))


def suggested(store: Store, language: str, questions: Mapping[str, Question]) -> dict[str, list[Said]]:
    """Return the values that each of *questions*, which select one column, finds, by its name."""
    words, told = Words(store, language), {}
    for name, question in questions.items():
        found = query.found(store, question)
        values = []
        if isinstance(found, QuerySolutions):
            values = [row[0] for row in islice(_rows(found, question.rows), SUGGESTED) if row[0] is not None]
        told[name] = sorted(map(words.value, values), key=lambda cell: cell["text"].casefold())
    return told
