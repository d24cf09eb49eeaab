"""The neighbours of a thing: a few, of each sort some; and a small picture of them."""

from collections.abc import Iterable
from itertools import chain, zip_longest
from textwrap import wrap
from typing import Any

from qgraph.portal.statements import Book, Statement
from qgraph.portal.words import Said

MOST = 16
LONGEST, LINES = 21, 4  # characters of a line, lines of a name
WIDTH, ACROSS, GAP, LINE, PAD = 166, 28, 12, 16, 10  # of boxes, in units of the picture
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
    """Return the picture of a thing called *name* and its *ties*: these at the two sides of a line from it.

    It is as narrow as the page on a telephone.
    """
    half = (len(ties) + 1) // 2
    centre = _box(name, {"text": ""}) | {"x": 1 + (WIDTH + ACROSS) // 2, "y": 1}
    top = centre["y"] + centre["height"]
    boxes, lowest = [], top
    for number, side in enumerate((ties[:half], ties[half:])):
        y = top + GAP
        for tie in side:
            box = _box(tie["thing"], tie["property"]) | {
                "x": 1 + number * (WIDTH + ACROSS),
                "y": y,
                "tie": tie,
            }
            boxes.append(box | _line(box, top, back=tie["back"]))
            y += box["height"] + GAP
        lowest = max(lowest, y - GAP)
    return {
        "width": 2 * WIDTH + ACROSS + 2,
        "height": lowest + 2,
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


def _line(box: dict[str, Any], top: int, *, back: bool) -> dict[str, str]:
    """Return the line from *top* to *box*, with its tip at the one that the statement leads to."""
    is_left, y = box["x"] == 1, box["y"] + box["height"] // 2
    trunk, edge = 1 + WIDTH + ACROSS // 2, box["x"] + WIDTH * is_left
    outward = -8 if is_left else 8
    at, inward = (trunk, outward) if back else (edge, -outward)
    return {"line": f"M{trunk} {top}V{y}H{edge}", "tip": f"M{at} {y}l{inward} -5v10z"}
