"""What a query's text may be, judged before it is parsed, in one pass over it.

A parser of SPARQL nests as deep as the text does, and a planner looks at
orders of patterns, so a short text can take a process down or keep it busy.
The measures here grow with the text alone. They count tokens, not meaning:
a limit is to be set where no honest query comes near it.
"""

import re
import sys
from dataclasses import dataclass

from qgraph.errors import OutwardQuery, QueryTooLarge

# What may hold marks without meaning is matched first: IRIs, strings, comments,
# variables, names. What is left are the marks and keywords of the grammar.
TOKEN = re.compile(
    r"""<[^<>"{}|^`\\\s]*>|\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}"""
    r"""|"(?:\\.|[^"\\\n\r])*"|'(?:\\.|[^'\\\n\r])*'|\#[^\n\r]*|[\w.\-]*:[\w.\-:%\\]*"""
    r"""|(?P<outward>\b(?:SERVICE|LOAD)\b)|\ba\b|(?P<word>[?$]?[\w\-]+)"""
    r"""|\|\||(?P<open>[({\[])|(?P<close>[)}\]])|(?P<end>[.;,])|(?P<step>[/|^*+!])""",
    re.DOTALL | re.IGNORECASE,
)
ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


@dataclass(frozen=True)
class Limits:
    """How large a query may be; each is a setting."""

    length: int = 64_000
    nesting: int = 64
    patterns: int = 200
    path: int = 32


@dataclass
class Measures:
    """What was counted: the deepest nesting, the patterns, the longest path, the word that calls out."""

    nesting: int = 0
    patterns: int = 0
    path: int = 0
    outward: str = ""


def check(query: str, limits: Limits) -> None:
    """Raise QueryTooLarge or OutwardQuery for a *query* that is not to be parsed.

    The refusal names the limit, its value and the value found.
    """
    _refuse("length", len(query), limit=limits.length, unit="characters")
    for text in {query, ESCAPED.sub(_character, query)}:
        found = measure(text)
        if found.outward:
            raise OutwardQuery(f"{found.outward} is not allowed: this endpoint reaches no other server.")
        _refuse("nesting", found.nesting, limit=limits.nesting, unit="levels of brackets")
        _refuse("patterns", found.patterns, limit=limits.patterns, unit="patterns")
        _refuse("path", found.path, limit=limits.path, unit="steps in a path")


def measure(query: str) -> Measures:
    """Return what there is to count in *query*, in time that grows with its length."""
    measures = Measures()
    brackets: list[str] = []
    steps = 0
    for token in TOKEN.finditer(query):
        kind = token.lastgroup
        if kind == "open":
            brackets.append(token[0])
            measures.nesting = max(measures.nesting, len(brackets))
        elif kind == "close" and brackets:
            brackets.pop()
        elif kind == "step":
            steps += 1
            measures.path = max(measures.path, steps)
        elif kind == "outward":
            measures.outward = token[0].upper()
        if kind in ("word", "end"):
            steps = 0
        if kind == "end" or token[0] in ("{", "["):
            measures.patterns += token[0] != "," or "(" not in brackets[-1:]
    return measures


def _refuse(name: str, found: int, *, limit: int, unit: str) -> None:
    if found > limit:
        raise QueryTooLarge(
            f"The query has {found:,} {unit}; at most {limit:,} are answered here (query_{name}).",
            limit=limit,
            found=found,
            setting=f"query_{name}",
        )


def _character(escape: re.Match[str]) -> str:
    number = int(escape[1] or escape[2], 16)
    return chr(number) if number <= sys.maxunicode else "?"
