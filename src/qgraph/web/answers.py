"""Answers in the language of the page: sentences, numbers, dates, lists."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.lists import format_list
from babel.units import format_unit
from flask_babel import format_date, format_datetime, format_decimal, gettext
from markupsafe import Markup

from qgraph.errors import DeadlineExceeded, Overloaded, QgraphError, ResultTooLarge
from qgraph.questions import Question
from qgraph.sentences import HOLE, columns_of
from qgraph.web.language import language

Cell = dict[str, Any]
Part = dict[str, Any]
DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
NOTHING: Mapping[str, Any] = {"values": [], "count": 0}
LONG = 16  # digits of a number that is better read as it stands
UNITS = ("year", "month", "day", "hour", "minute", "second")


def lists_of(question: Question) -> list[list[str]]:
    """Return the columns that the sentences of *question* list, together where one item has several."""
    holes = [hole for said in question.answers for hole in HOLE.finditer(said)]
    return [columns_of(hole) for hole in holes]


def sentence(question: Question, found: Mapping[str, Any], chosen: Mapping[str, Cell]) -> list[Part]:
    """Return the sentence that tells what is *found*, in parts: a text, or a list of items.

    What the answer does not hold is told as *chosen*. The answer is empty where
    the question has no sentence for it.
    """
    lists = {
        tuple(names): told for names, told in zip(lists_of(question), found.get("lists", ()), strict=False)
    }
    many, one, none = question.answers
    counted = [
        lists[(hole["counted"],)]["count"] for hole in HOLE.finditer(many) if hole["counted"] and lists
    ]
    single = all(count == 1 for count in counted) if counted else found["count"] == 1
    said = none if not found["count"] else (one if one and single else many)
    parts: list[Part] = []
    done = 0
    for hole in HOLE.finditer(said):
        parts.append({"text": said[done : hole.start()]})
        parts.append(_filled(hole, lists.get(tuple(columns_of(hole)), NOTHING), chosen))
        done = hole.end()
    return [*parts, {"text": said[done:]}] if said else []


def _filled(hole: re.Match[str], told: Mapping[str, Any], chosen: Mapping[str, Cell]) -> Part:
    """Return what stands in a *hole* of a sentence."""
    if hole["counted"]:
        return {"text": format_decimal(told["count"])}
    if hole["each"]:
        each = [_item(hole["each"], values) for values in told["values"]]
    else:
        each = [[one] for values in told["values"] for one in values] or [
            [chosen.get(hole["name"], {"text": ""})]
        ]
    return {
        "each": [[one if one["text"] else {"text": gettext("not stated")} for one in item] for item in each],
        "more": max(told["count"] - len(told["values"]), 0),
    }


def _item(said: str, values: Sequence[Cell]) -> list[Cell]:
    """Return an item of a list, such as `{person} ({role})`, as cells."""
    cells: list[Cell] = []
    left = iter(values)
    done = 0
    for hole in HOLE.finditer(said):
        cells += [*_piece(said[done : hole.start()]), next(left)]
        done = hole.end()
    return [*cells, *_piece(said[done:])]


def _piece(text: str) -> list[Cell]:
    return [{"text": text}] if text else []


def joined(items: Sequence[Markup], more: int) -> Markup:
    """Return *items*, and that there are so many *more*, as a list of the language."""
    others = [Markup.escape(gettext("%(num)s more", num=format_decimal(more)))] if more else []
    return Markup(format_list([str(one) for one in [*items, *others]], locale=language()))  # noqa: S704 (escaped)


def localised(cell: Cell) -> str:
    """Return the text in *cell* as the language of the page writes it."""
    written = {"number": _number, "date": _date, "dateTime": _time, "duration": _duration}
    if cell.get("kind") not in written:
        return str(cell["text"])
    try:
        return written[cell["kind"]](cell["text"])
    except (ValueError, InvalidOperation):
        return str(cell["text"])


def _number(text: str) -> str:
    number = Decimal(text)
    short = number.is_finite() and abs(number.adjusted()) < LONG
    return str(format_decimal(number)) if short else text


def _date(text: str) -> str:
    return str(format_date(date.fromisoformat(text), "long"))


def _time(text: str) -> str:
    return str(format_datetime(datetime.fromisoformat(text), "long", rebase=False))


def _duration(text: str) -> str:
    """Return a duration such as P9Y6M in words (XML Schema 1.1, part 2, section 3.3.6)."""
    found = DURATION.fullmatch(text)
    if not found or not any(found.groups()):
        return text
    told = [
        format_unit(int(size), f"duration-{unit}", locale=language())
        for size, unit in zip(found.groups(), UNITS, strict=True)
        if size
    ]
    return str(format_list(told, locale=language()))


def heading(column: str) -> str:
    """Return the name of a *column* in words: `countedBy` as “Counted by”."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column).replace("_", " ").lower()
    if words in ("passage", "evidence"):
        return str(gettext("Evidence"))
    return words.removesuffix(" iri").capitalize()


def compared(then: Mapping[str, Any], ask: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """Return how the answer *then* differs from the one in force, which *ask* gives.

    Its "state" is same, other, or why they cannot be compared: large, late or none.
    """
    try:
        now = ask()
    except (ResultTooLarge, DeadlineExceeded, Overloaded) as error:
        return {"state": "large" if isinstance(error, ResultTooLarge) else "late"}
    except QgraphError:
        return {"state": "none"}
    state = "same" if (now["form"], now["digest"]) == (then["form"], then["digest"]) else "other"
    return {"state": state, "then": then["count"], "now": now["count"]}
