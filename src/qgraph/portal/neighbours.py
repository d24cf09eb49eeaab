"""The neighbours of a thing: a few, of each sort some; and a small picture of them."""

from collections.abc import Iterable
from itertools import chain, zip_longest
from textwrap import wrap
from typing import Any

from qgraph.portal.statements import Book, Statement
from qgraph.portal.words import Said

MOST = 16
LONGEST, LINES = 24, 3  # characters of a line, lines of a name
WIDTH, ACROSS, GAP, LINE, PAD = 190, 110, 12, 16, 10  # of boxes, in units of the picture
DRAWN = ("asserted", "inferred", "described")  # a line in a picture looks like a fact
Tie = dict[str, Any]


def chosen(book: Book, statements: Iterable[Statement], iri: str) -> tuple[list[Tie], int]:
    """Return things next to *iri* in *statements*, of each property some; and how many there are."""
    by_property: dict[tuple[str, bool], list[Tie]] = {}
    seen = {iri}
    for one in sorted(
        statements, key=lambda one: (one["thing"].get("iri") != iri, one["value"]["text"].casefold())
    ):
        back = one["thing"].get("iri") != iri
        other = one["thing"] if back else one["value"]
        if one["status"] in DRAWN and _has_page(book, other) and other["iri"] not in seen:
            seen.add(other["iri"])
            tie = {"thing": other, "property": one["property"], "back": back}
            by_property.setdefault((one["property"]["iri"], back), []).append(tie)
    rows = sorted(
        by_property.values(), key=lambda ties: (len(ties), ties[0]["back"], ties[0]["property"]["text"])
    )
    picked = [tie for tie in chain.from_iterable(zip_longest(*rows)) if tie][:MOST]
    picked.sort(key=lambda tie: (tie["back"], tie["property"]["text"], tie["thing"]["text"].casefold()))
    return picked, len(seen) - 1


def _has_page(book: Book, other: Said) -> bool:
    path = other.get("iri", "").removeprefix(book.base)
    own = path != other.get("iri") and "#" not in path and "/" in path
    return own and path.partition("/")[0] not in ("evidence", "graph")


def drawn(ties: list[Tie], name: Said) -> dict[str, Any]:
    """Return the picture of a thing called *name* and its *ties*, as places: these at its two sides."""
    half = (len(ties) + 1) // 2
    sides = [[_box(tie["thing"], tie["property"]) for tie in some] for some in (ties[:half], ties[half:])]
    centre = _box(name, {"text": ""})
    height = max(*(_stacked(side) for side in sides), centre["height"])
    for number, side in enumerate(sides):
        y = (height - _stacked(side)) // 2
        for box in side:
            box |= {"x": 1 + number * 2 * (WIDTH + ACROSS), "y": y + 1}
            y += box["height"] + GAP
    centre |= {"x": 1 + WIDTH + ACROSS, "y": (height - centre["height"]) // 2 + 1}
    boxes = [*sides[0], *sides[1]]
    for box, tie in zip(boxes, ties, strict=True):
        box |= {"tie": tie, **_line(box, centre, back=tie["back"])}
    return {
        "width": 3 * WIDTH + 2 * ACROSS + 2,
        "height": height + 2,
        "centre": centre,
        "boxes": boxes,
        "box": WIDTH,
    }


def _box(thing: Said, word: Said) -> dict[str, Any]:
    lines = _folded(thing["text"])
    relation = _folded(word["text"], 1) if word["text"] else []
    return {"relation": relation, "lines": lines, "height": LINE * len(lines + relation) + PAD}


def _folded(text: str, most: int = LINES) -> list[str]:
    """Return *text* in lines that fit a box; what does not fit is left out, and marked as left out."""
    lines = wrap(text, LONGEST) or [text]
    kept = lines[:most]
    return kept if len(lines) <= most else [*kept[:-1], kept[-1][: LONGEST - 1].rstrip() + "…"]


def _stacked(boxes: list[dict[str, Any]]) -> int:
    return sum(int(box["height"]) + GAP for box in boxes) - GAP if boxes else 0


def _line(box: dict[str, Any], centre: dict[str, Any], *, back: bool) -> dict[str, str]:
    """Return the line between *box* and *centre*, with its tip at the one that the statement leads to."""
    is_left = box["x"] < centre["x"]
    here, there = (
        (box["x"] + WIDTH * is_left, box["y"] + box["height"] // 2),
        centre["y"] + centre["height"] // 2,
    )
    edge, middle = centre["x"] + WIDTH * (not is_left), (here[0] + centre["x"] + WIDTH * (not is_left)) // 2
    line = f"M{here[0]} {here[1]}C{middle} {here[1]} {middle} {there} {edge} {there}"
    inward = 8 if is_left else -8
    at = (edge, there, -inward) if back else (*here, inward)
    return {"line": line, "tip": f"M{at[0]} {at[1]}l{at[2]} -5v10z"}
