"""A small picture of the classes of a module: what is a kind of what, and what leads where, as SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

WIDTH, ROW, HEAD, GAP, ACROSS = 258, 17, 26, 14, 34
COLUMNS = 3
ANYTHING = {"iri": "", "text": "anything"}
LONGEST = 38  # characters that fit a box


@dataclass
class Box:
    """A class: its label, what leads from it, whether another module declares it, the boxes below it."""

    label: str
    rows: list[str] = field(default_factory=list)
    foreign: bool = False
    below: list["Box"] = field(default_factory=list)
    x: int = 0
    y: int = 0

    @property
    def height(self) -> int:
        """How high the box is drawn."""
        return HEAD + ROW * len(self.rows) + (6 if self.rows else 0)


def drawn(terms: Sequence[Mapping[str, Any]]) -> str:
    """Return a picture of the classes among *terms*, told as on their page; empty if there are none."""
    roots = _roots(terms)
    if not roots:
        return ""
    width, height = _place(roots)
    picture = Element(
        "svg",
        {
            "class": "diagram",
            "viewBox": f"0 0 {width} {height}",
            "role": "img",
            "width": str(width),
            "height": str(height),
            "xmlns": "http://www.w3.org/2000/svg",
        },
    )
    SubElement(picture, "title").text = "Classes, and the properties that lead from them"
    SubElement(picture, "desc").text = f"{_in_words(roots)} {_alone(roots)}".strip()
    for root in roots:
        _draw(picture, root)
    return tostring(picture, "unicode", short_empty_elements=False)


def _roots(terms: Sequence[Mapping[str, Any]]) -> list[Box]:
    """Return the boxes that stand below no other, with all the others below them."""
    boxes = {one["iri"]: Box(one["label"]) for one in terms if one["kind"] == "class"}
    own = set(boxes)
    placed: set[str] = set()
    for one in terms:
        said = dict(one["forwards"])
        if one["kind"] == "object property":
            ends = " or ".join(cell["text"] for cell in said.get("leads to", []))
            for cell in said.get("of", [ANYTHING]):
                box = boxes.setdefault(cell["iri"], Box(cell["text"], foreign=True))
                box.rows.append(_short(f"{one['label']} → {ends or 'anything'}"))
        if one["kind"] == "class":
            wider = sorted(said.get("kind of", []), key=lambda cell: _distance(cell["iri"], one["iri"], own))
            for cell in wider[:1]:
                above = boxes.setdefault(cell["iri"], Box(cell["text"], foreign=True))
                above.below.append(boxes[one["iri"]])
                placed.add(one["iri"])
    return [box for iri, box in boxes.items() if iri not in placed or iri not in own]


def _distance(iri: str, of: str, own: set[str]) -> int:
    """Say how far off a wider class is: in the module, in the vocabulary, or in another one."""
    return 0 if iri in own else 1 if iri.partition("#")[0] == of.partition("#")[0] else 2


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _place(roots: list[Box]) -> tuple[int, int]:
    """Give each box its place: trees one below the other, in columns; return how large the picture is."""
    bottoms = [0] * COLUMNS
    width = 0
    for root in sorted(roots, key=_depth, reverse=True):
        across = _depth(root)
        column = min(
            range(COLUMNS - min(across, COLUMNS) + 1), key=lambda one: max(bottoms[one : one + across])
        )
        top = max(bottoms[column : column + across])
        bottom = _stack(root, column * (WIDTH + ACROSS), top)
        bottoms[column : column + across] = [bottom + GAP] * min(across, COLUMNS - column)
        width = max(width, (column + across) * (WIDTH + ACROSS) - ACROSS)
    return width + 2, max(bottoms) - GAP + 2


def _depth(box: Box) -> int:
    return 1 + max(map(_depth, box.below), default=0)


def _stack(box: Box, x: int, y: int) -> int:
    """Place *box* and what is below it to its right; return where the tree ends."""
    box.x, box.y = x + 1, y + 1
    end = y
    for one in box.below:
        end = _stack(one, x + WIDTH + ACROSS, end) + GAP
    return max(y + box.height, end - GAP if box.below else end)


def _draw(picture: Element, box: Box) -> None:
    for one in box.below:
        start, middle = box.x + WIDTH, box.x + WIDTH + ACROSS // 2 + 4
        tip = f"M{start} {box.y + 13}l10 -6v12z"
        line = f"M{start + 10} {box.y + 13}H{middle}V{one.y + 13}H{one.x}"
        SubElement(picture, "path", {"class": "line", "d": line})
        SubElement(picture, "path", {"class": "tip", "d": tip})
        _draw(picture, one)
    place = {"x": str(box.x), "y": str(box.y), "width": str(WIDTH), "height": str(box.height), "rx": "3"}
    SubElement(picture, "rect", {"class": "foreign" if box.foreign else "own", **place})
    middle_of_head = {"x": str(box.x + 9), "y": str(box.y + 18), "class": "name"}
    SubElement(picture, "text", middle_of_head).text = _short(box.label)
    for number, row in enumerate(box.rows):
        place = {"x": str(box.x + 9), "y": str(box.y + HEAD + 11 + ROW * number)}
        SubElement(picture, "text", place).text = row


def _alone(roots: Sequence[Box]) -> str:
    labels = [box.label for box in roots if not box.below and not box.rows]
    return f"By themselves: {', '.join(labels)}." if labels else ""


def _in_words(boxes: Sequence[Box]) -> str:
    said = []
    for box in boxes:
        if box.below:
            said.append(f"Kinds of {box.label}: {', '.join(one.label for one in box.below)}.")
        if box.rows:
            said.append(f"From {box.label}: {'; '.join(box.rows)}.")
        said.append(_in_words(box.below))
    return " ".join(filter(None, said))
