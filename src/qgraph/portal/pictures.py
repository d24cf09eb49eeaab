"""Pictures of two columns of an answer: where lines, bars, marks and names stand, in pixels.

A page draws them as SVG (`picture.html`); the table of the answer says the same.
"""

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Any

Cell = dict[str, Any]
Pair = tuple[Cell, Cell]
Picture = dict[str, Any]
MOST = 60  # names; more are no picture that anybody could read
ROW, PAD, LETTER = 26, 8, 7.2
LENGTH, ACROSS = 300, 160  # of the longest bar, of a line that leads from one name to another
LONGEST = 36  # characters of a name in a picture


def drawn(kind: str, pairs: Sequence[Pair]) -> Picture:
    """Return a picture of *kind* of the *pairs* of cells in each row; nothing if it would hold too much."""
    full = [(one, other) for one, other in pairs if _key(one) and _key(other)]
    if not full or max(len(_names(full, 0)), len(_names(full, 1))) > MOST:
        return {}
    return {"kind": kind, **KINDS[kind](pairs if kind == "timeline" else full)}


def _key(cell: Cell) -> str:
    return str(cell.get("iri") or cell["text"])


def _names(pairs: Sequence[Pair], side: int) -> dict[str, Cell]:
    """Return the different cells on one *side* of *pairs*, by what tells them apart."""
    return {_key(pair[side]): pair[side] for pair in pairs}


def _room(cells: dict[str, Cell]) -> int:
    """Return how wide the longest name in *cells* is."""
    return round(2 * PAD + LETTER * min(LONGEST, max(len(one["text"]) for one in cells.values())))


def _text(x: float, y: float, cell: Cell, **more: object) -> Picture:
    """Return the name in *cell* at a place; one too long is cut, and told in full by its title."""
    short = cell["text"] if len(cell["text"]) <= LONGEST else cell["text"][: LONGEST - 1].rstrip() + "…"
    return {"x": x, "y": y, "cell": {**cell, "text": short}, "whole": cell["text"], **more}


def _bars(pairs: Sequence[Pair]) -> Picture:
    """Draw for each first cell a bar: a number beside it, else how many different cells stand beside it."""
    sizes: dict[str, float] = {}
    numbered = any(other.get("kind") == "number" for _, other in pairs)
    for key in _names(pairs, 0):
        beside = [other for one, other in pairs if _key(one) == key]
        numbers = [float(one["text"]) for one in beside if one.get("kind") == "number"]
        numbers = [one for one in numbers if isfinite(one)]
        sizes[key] = max(numbers) if numbers else len({_key(one) for one in beside})
    names, most = _names(pairs, 0), max(*sizes.values(), 1)
    wide = _room(names)
    order = sorted(names, key=lambda key: (-sizes[key], names[key]["text"].casefold()))
    rects, texts = [], []
    for number, key in enumerate(order):
        y, length = PAD + number * ROW, max(sizes[key], 0) / most * LENGTH
        texts.append(_text(wide - PAD, y + 17, names[key], anchor="end"))
        rects.append({"x": wide, "y": y + 4, "width": round(max(length, 1), 1), "height": ROW - 8})
        size = {"text": f"{sizes[key]:.15g}", "kind": "number", "language": ""}
        texts.append(_text(round(wide + length + PAD, 1), y + 17, size))
    return {
        "width": wide + LENGTH + 80,
        "height": 2 * PAD + ROW * len(order),
        "rects": rects,
        "texts": texts,
        "numbers": numbered,
    }


def _matrix(pairs: Sequence[Pair]) -> Picture:
    """Draw a line for each first cell, a column for each second one, and a mark where a row has both."""
    lines, columns = (_names(pairs, side) for side in (0, 1))
    wide = _room(lines)
    head = 20 + 0.72 * LETTER * min(LONGEST, max(len(one["text"]) for one in columns.values()))
    xs = {key: wide + ROW // 2 + ROW * number for number, key in enumerate(columns)}
    ys = {key: round(head) + ROW * number for number, key in enumerate(lines)}
    texts = [_text(xs[key], round(head) - 16, cell, turned=True) for key, cell in columns.items()]
    texts += [_text(wide - PAD, ys[key] + 4, cell, anchor="end") for key, cell in lines.items()]
    rules = [{"x1": wide, "x2": wide + ROW * len(columns), "y1": y, "y2": y} for y in ys.values()]
    marks = dict.fromkeys((_key(one), _key(other)) for one, other in pairs)
    circles = [{"x": xs[other], "y": ys[one], "r": 6} for one, other in marks]
    width = wide + ROW * len(columns) + round(head)
    height = round(head) + ROW * len(lines)
    return {"width": width, "height": height, "texts": texts, "circles": circles, "rules": rules}


def _flow(pairs: Sequence[Pair]) -> Picture:
    """Draw the first cells on the left, the second ones on the right, and a line for each two in a row."""
    left, right = (_names(pairs, side) for side in (0, 1))
    height = 2 * PAD + ROW * max(len(left), len(right))
    from_y, to_y = (
        {key: round(height / 2 + ROW * (number - len(side) / 2 + 0.5)) for number, key in enumerate(side)}
        for side in (left, right)
    )
    x1 = _room(left)
    x2 = x1 + ACROSS
    paths = [
        f"M{x1} {from_y[one]}C{x1 + 80} {from_y[one]} {x2 - 80} {to_y[other]} {x2} {to_y[other]}"
        for one, other in dict.fromkeys((_key(one), _key(other)) for one, other in pairs)
    ]
    texts = [_text(x1 - PAD, from_y[key] + 5, cell, anchor="end") for key, cell in left.items()]
    texts += [_text(x2 + PAD, to_y[key] + 5, cell) for key, cell in right.items()]
    circles = [{"x": x1, "y": y, "r": 3} for y in from_y.values()]
    circles += [{"x": x2, "y": y, "r": 3} for y in to_y.values()]
    return {"width": x2 + _room(right), "height": height, "texts": texts, "paths": paths, "circles": circles}


def _timeline(pairs: Sequence[Pair]) -> Picture:
    """Draw a line for each time, in order, with the second cells at it; what has no time comes last."""
    at: dict[str, dict[str, Cell]] = {}
    times = {_key(one): one for one, _ in pairs}
    for one, other in pairs:
        at.setdefault(_key(one), {})[_key(other)] = other
    y, texts, circles = PAD, [], []
    for key in sorted(at, key=lambda key: (not key, key)):
        texts.append(_text(110, y + 17, times[key], anchor="end", missing=not key))
        for cell in at[key].values():
            circles.append({"x": 130, "y": y + 13, "r": 5 if key else 3})
            texts.append(_text(146, y + 17, cell))
            y += ROW
    line = {"x1": 130, "x2": 130, "y1": PAD, "y2": y}
    return {
        "width": 146 + _room(_names(pairs, 1)),
        "height": y + PAD,
        "texts": texts,
        "circles": circles,
        "rules": [line],
    }


KINDS: dict[str, Callable[[Sequence[Pair]], Picture]] = {
    "bars": _bars,
    "matrix": _matrix,
    "flow": _flow,
    "timeline": _timeline,
}
