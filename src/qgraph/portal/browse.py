"""The things of a kind, chosen by facets: a page of them, all of them, and the query that finds them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from qgraph import kinds
from qgraph.about import Copy
from qgraph.errors import NotFound, RequestError
from qgraph.facets import Facet, chosen, prologue
from qgraph.folding import folded
from qgraph.namespaces import DCTERMS, RDFS, SKOS
from qgraph.nearness import near
from qgraph.portal.shelves import NOTHING, Shelf, Shelves, Side, Value, fill
from qgraph.portal.words import ENGLISH, Said, Words, unlinked
from qgraph.store import select, text_of

COUNTED = Path(__file__).with_name("counted.rq").read_text(encoding="utf-8")
ON_A_PAGE = 100
FEW, MANY = 12, 500  # values of a facet that are shown, and that are where more are asked for
LIST = "list"  # the format of what is chosen as JSON
LAST = ("core:NotStated", NOTHING)
LONG = 20  # digits
KEPT = 50  # values that may be chosen at once
RDFS_PREFIX = ("rdfs:", RDFS)


@dataclass(frozen=True)
class Choice:
    """What of a *shelf* is wanted: the values *picked* by facet; *ignored* are the pairs that fit none."""

    shelf: Shelf
    picked: Mapping[str, tuple[Value, ...]]
    ignored: tuple[tuple[str, str], ...]

    def places(self, but: str = "") -> AbstractSet[int]:
        """Return the places of what fits each facet, one *but* left out: any of its values, in each facet."""
        fitting = [
            frozenset().union(*(one.things for one in values))
            for name, values in self.picked.items()
            if name != but
        ]
        return fitting[0].intersection(*fitting[1:]) if fitting else self.shelf.whole

    def things(self) -> list[str]:
        """Return the IRIs of what is wanted, by name."""
        return [self.shelf.things[place] for place in sorted(self.places())]


def counted(words: Words, base: str) -> list[dict[str, object]]:
    """Return the kinds by name: each with its path, its definition, and how many things it has."""
    many = {text_of(row["kind"]): int(text_of(row["many"])) for row in select(words.store, COUNTED, base)}
    known = kinds.read(words.store, base)
    return [
        {
            "segment": one.segment,
            "name": unlinked(words.thing(one.iri)),
            "definition": words.best(words.all(one.iri, SKOS + "definition")),
            "count": many.get(one.iri, 0),
        }
        for one in sorted(known, key=lambda one: (folded(words.thing(one.iri)["text"]), one.segment))
    ]


def choose(words: Words, base: str, shelves: Shelves, *, asked: Mapping[str, object]) -> Choice:
    """Return what is *asked*: the *kind*, its *facets*, and the pairs *chosen* of a facet and a value.

    Raises NotFound where there is no such kind.
    """
    segment, facets = str(asked["kind"]), tuple(_facets(asked["facets"]))
    known = {one.segment: one for one in kinds.read(words.store, base)}
    if segment not in known:
        raise NotFound(f"There is no kind of things called “{segment}”{near(segment, known)}.")
    key = json.dumps([segment, words.language, *(one.text for one in facets)])
    shelf = shelves.get(key, lambda: fill(words, base, known[segment], facets=facets))
    picked: dict[str, tuple[Value, ...]] = {}
    ignored = []
    for number, (name, value) in enumerate(_pairs(asked["chosen"])):
        side = shelf.sides.get(name)
        if side is None or value not in side.values or number >= KEPT:
            ignored.append((name, value))
        else:
            picked[name] = (*picked.get(name, ()), side.values[value])
    return Choice(shelf, {name: picked[name] for name in shelf.sides if name in picked}, tuple(ignored))


def _facets(given: object) -> Iterator[Facet]:
    for name, title, prefixes, query in given if isinstance(given, list) else []:
        yield Facet(name, title, tuple((one, iri) for one, iri in prefixes), query)


def _pairs(given: object) -> list[tuple[str, str]]:
    pairs = given if isinstance(given, list) else []
    return list(dict.fromkeys((name, value) for name, value in pairs))


def page(words: Words, base: str, choice: Choice, *, number: int, whole: str) -> dict[str, object]:
    """Return page *number*, or the nearest there is, of what is chosen, with the facets and their counts.

    Of the facet *whole* all values are there, of the others the most frequent.
    """
    things = choice.things()
    last = max(1, -(-len(things) // ON_A_PAGE))
    number = min(max(number, 1), last)
    shown = things[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    return {
        "kind": unlinked(words.thing(choice.shelf.kind.iri)),
        "count": len(things),
        "total": len(choice.shelf.things),
        "page": number,
        "pages": last,
        "things": [_entry(words, iri) for iri in shown],
        "facets": [
            _told(words, choice, side, most=_most(side, whole)) for side in choice.shelf.sides.values()
        ],
        "ignored": [[*one, one[0] in choice.shelf.sides] for one in choice.ignored],
        "query": view(choice, base),
    }


def _most(side: Side, whole: str) -> int:
    return MANY if side.facet.name == whole else FEW


def _entry(words: Words, iri: str) -> dict[str, object]:
    return {
        "name": words.thing(iri),
        "description": words.best(words.all(iri, DCTERMS + "description")),
        "notes": words.notes(iri),
    }


def _told(words: Words, choice: Choice, side: Side, *, most: int) -> dict[str, object]:
    """Return a facet for a page: its values, each with the count that the other facets leave it."""
    name = side.facet.name
    picked = choice.picked.get(name, ())
    fitting = choice.places(but=name)
    keys = dict.fromkeys([*(one.key for one in picked), *islice(side.values, most)])
    if NOTHING in side.values:
        keys[NOTHING] = None
    shown = sorted(((side.values[key], _said(words, side.values[key])) for key in keys), key=_place)
    return {
        "name": name,
        "title": {"text": side.facet.title, "language": ENGLISH},
        "values": [
            {"key": one.key, "said": said, "count": len(fitting & one.things), "chosen": one in picked}
            for one, said in shown
        ],
        "more": len(side.values) - len(shown),
    }


def _place(told: tuple[Value, Said]) -> tuple[int, int, str]:
    """Return where a value stands, by its name: numbers by their size, else what most things have first."""
    value, said = told
    number = int(value.key) if len(value.key) < LONG and value.key.isdecimal() else -len(value.things)
    return LAST.index(value.key) if value.key in LAST else -1, number, folded(said.get("text", ""))


def _said(words: Words, value: Value) -> Said:
    return unlinked(words.value(value.terms[0])) if value.terms else {}


def view(choice: Choice, base: str) -> str:
    """Return the query, in SPARQL, that finds what is chosen: its rows are the things of all its pages."""
    members = (
        f"GRAPH <graph/ontology> {{ ?class rdfs:subClassOf* <{choice.shelf.kind.iri}> }}\n"
        "?thing a ?class . FILTER (ISIRI(?thing))"
    )
    sides = [choice.shelf.sides[name].facet for name in choice.picked]
    parts = [_chosen(side, choice.picked[side.name], members) for side in sides]
    declared = prologue([Facet("", "", (RDFS_PREFIX,), ""), *sides], base)
    return (
        f"{declared}SELECT ?thing (MIN(?name) AS ?label)\nWHERE {{\n"
        + "".join(f"{part}\n" for part in [members, *parts])
        + "OPTIONAL { ?thing rdfs:label ?name }\n}\nGROUP BY ?thing\nORDER BY ?label ?thing\n"
    )


def _chosen(facet: Facet, values: Iterable[Value], members: str) -> str:
    terms = [str(term) for one in values for term in one.terms]
    return chosen(facet, terms, members, silent=any(one.key == NOTHING for one in values))


def check(choice: Choice) -> None:
    """Raise RequestError that names what of a *choice* is ignored on a page: a file could not say so."""
    if choice.ignored:
        name, value = choice.ignored[0]
        what = f"value “{value}” of “{name}”" if name in choice.shelf.sides else f"filter “{name}”"
        known = choice.shelf.sides[name].values if name in choice.shelf.sides else choice.shelf.sides
        end = near(value if name in choice.shelf.sides else name, list(known)[:MANY])
        raise RequestError(
            f"There is no {what} here{end}: a file cannot leave it out unsaid.", parameter=name
        )


def written(words: Words, choice: Choice, told: Copy) -> bytes:
    """Return what is chosen as JSON: each thing with its name, beside what the graph says of rights."""
    whole = {
        "about": told.as_json(),
        "kind": choice.shelf.kind.iri,
        "chosen": {name: [one.key for one in values] for name, values in choice.picked.items()},
        "count": len(choice.places()),
        "things": [_plain(words, iri) for iri in choice.things()],
    }
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _plain(words: Words, iri: str) -> dict[str, object]:
    entry = _entry(words, iri)
    said = {word: entry[word] for word in ("description", "notes") if entry[word]}
    return {"iri": iri, "label": unlinked(words.thing(iri))} | said
