"""Where a query that is no SPARQL goes wrong, and in which words that is told.

The engine names the farthest character that it looked at, which is often behind
the fault: a word that may be OPTIONAL is compared eight characters on. The place
sought is the first word with which no query can go on, so beginnings of the text are
parsed, each one word longer, until one is found that nothing could follow.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

from qgraph.errors import QuerySyntaxError
from qgraph.outward import IRI, LONG, NAME, OPEN_LONG, OPEN_SHORT, SHORT
from qgraph.store import ask, in_memory

LONGEST = 20_000  # characters; a longer text has the place that the engine names
TOKEN = re.compile(
    rf"{IRI}|<\w+:[^<>\n]*>|{LONG}|{OPEN_LONG}|{SHORT}|{OPEN_SHORT}|(?P<comment>\#[^\n\r]*)"
    rf"|[?$]\w+|(?P<name>{NAME})|(?P<word>[A-Za-z_]\w*)|@?[\w\-]+|\^\^|&&|\|\||[<>!]=|<<\(?|\)?>>|\S"
)
# No query goes on after this, so none runs; the engine compares no word as long as the space before it.
END = "\n" + " " * 30 + "§"
PAIRS = {"{": "}", "(": ")", "[": "]"}
KEYWORDS = [
    *("ASK", "BASE", "BIND", "CONSTRUCT", "CONTAINS", "COUNT", "DESCRIBE", "DISTINCT", "EXISTS", "FILTER"),
    *("FROM", "GRAPH", "GROUP", "HAVING", "LIMIT", "MINUS", "OFFSET", "OPTIONAL", "ORDER", "PREFIX"),
    *("REDUCED", "REGEX", "SELECT", "STRENDS", "STRSTARTS", "UNION", "VALUES", "WHERE"),
]
UPDATES = ("INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY")


@dataclass(frozen=True)
class Fault:
    """The part of a query at which it goes wrong, by offsets, and what is said of it."""

    start: int
    end: int
    said: str = ""


def placed(query: str, error: QuerySyntaxError) -> QuerySyntaxError:
    """Return *error*, of *query*, with the place of the fault; *details* hold its length too.

    The length is 0 where the query ends too early.
    """
    if len(query) > LONGEST or "line" not in error.details:
        return error
    known = str(error).rpartition("”: ")[2]
    fault = _fault(query, known)
    line, column = _place(query, fault.start)
    text = query.split("\n")[line - 1]
    near = text[max(column - 16, 0) : column + 24].strip()
    return QuerySyntaxError(
        f"The query is not SPARQL: line {line}, column {column}, near “{near}”: {fault.said or known}",
        line=line,
        column=column,
        near=near,
        length=fault.end - fault.start,
    )


def _fault(query: str, known: str) -> Fault:
    tokens = [one for one in TOKEN.finditer(query) if one.lastgroup != "comment"]
    at = bisect_left(tokens, 1, key=lambda one: not _goes_on(query[: one.end()]))
    if at < len(tokens):
        token = tokens[at]
        return Fault(token.start(), token.end(), _said(token, [one[0] for one in tokens[:at]]))
    if known[:1].isupper():  # what the engine says of a whole query, whose head is at fault
        head = next((one for one in tokens if one[0].upper() == "SELECT"), None)
        return Fault(head.start(), head.end()) if head else Fault(0, 0)
    end = len(query.rstrip())
    return Fault(end, end, _ending(query, tokens))


def _goes_on(beginning: str) -> bool:
    """Say whether a query may begin so."""
    text = beginning + END
    try:
        ask(in_memory(), text)
    except QuerySyntaxError as error:
        line, column = error.details.get("line", 1), error.details.get("column", 1)
        lines = text.split("\n")[: int(str(line)) - 1]
        return sum(len(one) + 1 for one in lines) + int(str(column)) > len(text) - 1
    return True


def _place(query: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of an *offset*, both from 1."""
    before = query[:offset]
    return before.count("\n") + 1, offset - before.rfind("\n")


def _said(token: re.Match[str], before: list[str]) -> str:
    """Return what is said of the *token* that nothing may follow."""
    if token.lastgroup == "name":
        prefix = token[0].partition(":")[0] + ":"
        declared = {name for word, name in pairwise(before) if word.upper() == "PREFIX"}
        if prefix not in declared:
            return f"the prefix “{prefix}” is not declared."
    if token.lastgroup == "word" and token[0].upper() in UPDATES and "{" not in before:
        return f"“{token[0]}” begins an update, and only a query is asked here."
    if token.lastgroup == "word":
        like = get_close_matches(token[0].upper(), KEYWORDS, n=1, cutoff=0.75)
        if like and like[0] != token[0].upper():
            return f"“{token[0]}” is no word of SPARQL; there is {like[0]}."
    if token[0][0] in "\"'" and (len(token[0]) == 1 or token[0][-1] != token[0][0]):
        return "this text is not closed with a quotation mark in its line."
    return f"“{token[0][:40]}” does not fit here."


def _ending(query: str, tokens: list[re.Match[str]]) -> str:
    """Return what is said of a *query* that may go on, but ends."""
    waiting: list[re.Match[str]] = []
    for token in tokens:
        if token[0] in PAIRS:
            waiting.append(token)
        elif waiting and token[0] == PAIRS[waiting[-1][0]]:
            waiting.pop()
    if not waiting:
        return "the query ends too early."
    opened = waiting[-1]
    line = _place(query, opened.start())[0]
    return f"the query ends too early: the “{opened[0]}” of line {line} is not closed."
