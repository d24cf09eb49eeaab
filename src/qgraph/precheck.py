"""What a query's text may be, judged before it is parsed, in one pass over it.

A parser of SPARQL nests as deep as the text does, and a planner looks at
orders of patterns, so a short text can take a process down or keep it busy.
The measures here grow with the text alone. They count tokens, not meaning:
a limit is to be set where no honest query comes near it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urljoin

from qgraph import outward
from qgraph.errors import QueryError, QueryTooLarge
from qgraph.outward import IRI, LONG, NAME, OPEN_LONG, OPEN_SHORT, SHORT, unescaped

# What may hold marks without meaning is matched first: IRIs, strings, comments,
# variables, names. What is left are the marks and keywords of the grammar.
TOKEN = re.compile(
    rf"(?P<term>{IRI}|{LONG}|{OPEN_LONG}|{SHORT}|{OPEN_SHORT})|\#[^\n\r]*|(?P<name>{NAME})"
    r"|\ba\b|(?P<word>[?$]?[\w\-]+)"
    r"|\|\||(?P<open>[({\[])|(?P<close>[)}\]])|(?P<end>[.;,])|(?P<step>[/|^*+!])"
)
DECLARING = ("PREFIX", "BASE", "VERSION")
# A text of many megabytes is only looked through where these are found.
CLEARING = re.compile("CLEAR", re.IGNORECASE)
DECLARED_LATE = re.compile(rf";(?:\s|#[^\n\r]*[\n\r])*(?:{'|'.join(DECLARING)})", re.IGNORECASE)


@dataclass(frozen=True)
class Limits:
    """How large a query may be; each is a setting."""

    length: int = 64_000
    nesting: int = 64
    patterns: int = 200
    path: int = 32
    values: int = 5_000


@dataclass
class Measures:
    """What was counted: the deepest nesting, the patterns, the longest path, the terms of VALUES."""

    nesting: int = 0
    patterns: int = 0
    path: int = 0
    values: int = 0


def check(query: str, limits: Limits, service: str = "") -> None:
    """Raise QueryTooLarge or OutwardQuery for a *query* that is not to be parsed.

    The refusal names the limit, its value and the value found. Of all hosts
    SERVICE may name that of *service* alone, and in full.
    """
    _refuse("length", len(query), limit=limits.length, unit="characters")
    outward.check(query, service)
    for text in {query, unescaped(query)}:
        if is_small(text, limits):
            continue
        found = measure(text)
        _refuse("nesting", found.nesting, limit=limits.nesting, unit="levels of brackets")
        _refuse("patterns", found.patterns, limit=limits.patterns, unit="patterns")
        _refuse("path", found.path, limit=limits.path, unit="steps in a path")
        _refuse("values", found.values, limit=limits.values, unit="terms in VALUES")


def is_small(text: str, limits: Limits) -> bool:
    """Say whether *text* has too few characters to be over any of the *limits*, as most have."""
    return (
        len(text) <= limits.values
        and sum(map(text.count, "({[")) <= limits.nesting
        and sum(map(text.count, ".;,{[")) <= limits.patterns
        and sum(map(text.count, "/|^*+!")) <= limits.path
    )


def measure(query: str) -> Measures:
    """Return what there is to count in *query*, in time that grows with its length."""
    meter = _Meter()
    for token in TOKEN.finditer(query):
        meter.take(token.lastgroup or "", token[0])
    return meter.found


def graphs(query: str, base: str) -> list[str]:
    """Return the IRIs of the graphs that FROM names in *query*, which stands under *base*."""
    text = unescaped(query)
    if "FROM" not in text.upper():
        return []
    words = [token[0] for token in TOKEN.finditer(text) if token.lastgroup in ("word", "term", "name")]
    words += ["", "", ""]
    prefixes: dict[str, str] = {}
    named: list[str] = []
    for at, word in enumerate(words[:-3]):
        keyword = word.upper()
        if keyword == "BASE":
            base = _joined(base, words[at + 1])
        elif keyword == "PREFIX":
            prefixes[words[at + 1]] = _joined(base, words[at + 2])
        elif keyword == "FROM":
            named.append(words[at + 2 if words[at + 1].upper() == "NAMED" else at + 1])
    return [_iri(written, base, prefixes) for written in named]


def using(update: str, default: Iterable[str], named: Iterable[str]) -> str:
    """Return *update* with the graphs *default* and *named*, as IRIs are written, said of each operation.

    DELETE WHERE is short for the same pattern twice (SPARQL 1.1 Update, section
    3.1.3.3). Raises QueryError where the text names graphs for its patterns
    itself (SPARQL 1.1 Protocol, section 2.2.3).
    """
    clauses = [f"USING {iri} " for iri in default] + [f"USING NAMED {iri} " for iri in named]
    if not clauses:
        return update
    parts = [("", 0, 0), *top_level(update), ("", 0, 0)]
    written, done = [], 0
    for (before, *_), (word, at, _), (_, start, end) in zip(parts, parts[1:], parts[2:], strict=False):
        if word in ("USING", "WITH"):
            raise QueryError(
                f"Graphs are named in the request and in the update, with {word}: do one of both."
            )
        if word == "WHERE":
            body = update[start:end] + " " if before == "DELETE" else ""
            written += [update[done:at], body, *clauses]
            done = at
    return "".join([*written, update[done:]])


def clearing(update: str) -> str:
    """Return *update* with each CLEAR ALL said as two operations.

    The engine would drop the graphs, which CLEAR leaves (SPARQL 1.1 Update, section 3.1.3).
    """
    if not CLEARING.search(update):
        return update
    parts = [*top_level(update), ("", 0, 0)]
    written, done, clear = [], 0, -1
    for (word, start, _), (after, _, end) in pairwise(parts):
        clear = start if word == "CLEAR" else clear if word == "SILENT" else -1
        if clear >= 0 and after == "ALL":
            written += [update[done:clear], "CLEAR DEFAULT ; CLEAR NAMED"]
            done = end
    return "".join([*written, update[done:]])


def parts(update: str) -> Iterator[str]:
    """Yield *update* as updates to be made one after the other, each with the declarations before it.

    A part begins where something is declared after a semicolon: the grammar has
    it (SPARQL 1.1 Query, section 19.8, rule 29), the engine does not. Each part
    stands at the line it had.
    """
    outside = [*top_level(update)] if DECLARED_LATE.search(update) else []
    cuts = [at for (one, at, _), (next_, *_) in pairwise(outside) if one == ";" and next_ in DECLARING]
    known: dict[str, str] = {}
    for start, end in pairwise([-1, *cuts, len(update)]):
        part = update[start + 1 : end]
        if known:
            yield "\n" * update.count("\n", 0, start) + " ".join([*known.values(), part])
        else:
            yield part
        _declare(part, known)


def _declare(part: str, known: dict[str, str]) -> None:
    """Add what *part* declares in front to what is *known*, a prefix in place of what it was before."""
    said: list[str] = []
    for token in TOKEN.finditer(part):
        if token.lastgroup == "word" and token[0].upper() not in DECLARING:
            break
        if token.lastgroup in ("word", "name", "term"):
            said.append(token[0])
    while said:
        length = 3 if said[0].upper() == "PREFIX" else 2
        name = said[1] if length == 3 else f"BASE {len(known)}"
        known.pop(name, None)
        known[name] = " ".join(said[:length])
        del said[:length]


def top_level(update: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word and semicolon outside brackets, and each group as a whole, with start and end."""
    level = start = 0
    for token in TOKEN.finditer(update):
        if token.lastgroup == "open":
            start = start if level else token.start()
            level += 1
        elif token.lastgroup == "close":
            level -= 1
            if level == 0:
                yield "", start, token.end()
        elif level == 0 and (token.lastgroup == "word" or token[0] == ";"):
            yield token[0].upper(), token.start(), token.end()


class _Meter:
    """Counts token by token."""

    def __init__(self) -> None:
        self.found = Measures()
        self.brackets: list[str] = []
        self.steps = 0
        self.word = ""
        self.values_level = 0

    def take(self, kind: str, text: str) -> None:
        """Count the token *text*."""
        if kind == "open":
            self._open(text)
        elif kind == "close":
            self._close()
        elif kind == "step":
            self.steps += 1
            self.found.path = max(self.found.path, self.steps)
        elif kind in ("word", "term", "name"):
            self._word(kind, text)
        if kind in ("word", "end"):
            self.steps = 0
        if kind == "end" or text in ("{", "["):
            self.found.patterns += text != "," or "(" not in self.brackets[-1:]

    def _open(self, bracket: str) -> None:
        self.brackets.append(bracket)
        self.found.nesting = max(self.found.nesting, len(self.brackets))
        if bracket == "{" and self.word == "VALUES":
            self.values_level = len(self.brackets)
            self.word = ""

    def _close(self) -> None:
        if self.brackets:
            self.brackets.pop()
        if len(self.brackets) < self.values_level:
            self.values_level = 0

    def _word(self, kind: str, text: str) -> None:
        self.found.values += self.values_level > 0
        if kind == "word" and text[0] not in "?$":
            self.word = text.upper()


def _iri(written: str, base: str, prefixes: dict[str, str]) -> str:
    if written.startswith("<"):
        return _joined(base, written)
    prefix, _, name = written.partition(":")
    return prefixes.get(f"{prefix}:", "") + name


def _joined(base: str, written: str) -> str:
    try:
        return urljoin(base, written[1:-1])
    except ValueError as error:
        raise QueryError(f"{written} is no IRI: {error}.") from error


def _refuse(name: str, found: int, *, limit: int, unit: str) -> None:
    if found > limit:
        raise QueryTooLarge(
            f"The query has {found:,} {unit}; at most {limit:,} are answered here (query_{name}).",
            limit=limit,
            found=found,
            setting=f"query_{name}",
        )
