"""Sentences with holes: `{name}`, `{count name}`, and `[{person} ({role})]`, an item for each row."""

import re
from collections.abc import Mapping

HOLE = re.compile(r"\{(?P<name>\w+)\}|\{count (?P<counted>\w+)\}|\[(?P<each>[^\[\]]+)\]")


def filled(sentence: str, values: Mapping[str, str]) -> str:
    """Return *sentence* with the *values* in its holes."""
    return HOLE.sub(lambda hole: values.get(hole["name"], hole[0]), sentence)


def names_in(sentence: str) -> list[str]:
    """Return the names in the holes of *sentence*."""
    return [name for hole in HOLE.finditer(sentence) for name in columns_of(hole)]


def columns_of(hole: re.Match[str]) -> list[str]:
    """Return the columns that fill a *hole*: several where they stand together in each item."""
    return names_in(hole["each"]) if hole["each"] else [hole["name"] or hole["counted"]]
