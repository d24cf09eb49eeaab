"""Whether a query or an update would reach another server, judged by its text alone.

The engine calls what SERVICE and LOAD name, and reads its grammar without words
apart: `1SERVICE<x:y>{}` is a call. So those letters are refused wherever they
stand, but for what holds no keyword: strings, IRIs, comments, variables, names.
Where they occur at all, a text that can be read in two ways is refused too.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from qgraph.errors import OutwardQuery, QueryError

CALL = re.compile(r"SERVICE|LOAD", re.IGNORECASE)
VALUE = re.compile(r"(?:(?:[\d.\-]|true|false).*)?", re.IGNORECASE)
SILENT = re.compile(r"SILENT", re.IGNORECASE)
# What is looked for is only worth it where this is found, in texts of many megabytes.
SILENT_LOAD = re.compile(r"LOAD(?:\s|#[^\n\r]*[\n\r])*SILENT", re.IGNORECASE)
ESCAPED = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
# Escapes as the engine takes them: no halves of a pair, nothing beyond Unicode.
CODE = r"\\u(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4}|\\U(?!0000[Dd][89A-Fa-f])(?:000[0-9A-Fa-f]|0010)[0-9A-Fa-f]{4}"
ESCAPE = rf"""\\[tbnrf"'\\]|{CODE}"""
IRI = rf"""<(?:[^<>"{{}}|^`\\\x00-\x20]|{CODE})*+>"""
LONG = rf"""\"{{3}}(?:"{{0,2}}(?:[^"\\]|{ESCAPE}))*+\"{{3}}|'{{3}}(?:'{{0,2}}(?:[^'\\]|{ESCAPE}))*+'{{3}}"""
OPEN_LONG = rf"""\"{{3}}(?:"{{0,2}}(?:[^"\\]|{ESCAPE}))*+\Z|'{{3}}(?:'{{0,2}}(?:[^'\\]|{ESCAPE}))*+\Z"""
SHORT = rf""""(?:[^"\\\n\r]|{ESCAPE})*+"|'(?:[^'\\\n\r]|{ESCAPE})*+'"""
OPEN_SHORT = rf""""(?:[^"\\\n\r]|{ESCAPE})*+|'(?:[^'\\\n\r]|{ESCAPE})*+"""
# A prefix is looked for in the next 64 characters alone, so that time grows with the text.
NAME = r"[\w.\-]{0,64}:(?:[\w.\-:%]|\\.)*+"
TOKEN = re.compile(
    rf"(?P<iri>{IRI})|(?P<string>{LONG})|(?P<odd>{OPEN_LONG})|(?P<literal>{SHORT})|(?P<broken>{OPEN_SHORT})"
    rf"|(?P<comment>\#[^\n\r]*)|(?P<variable>[?$]\w+)|(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)"
    rf"|(?P<name>{NAME})|(?P<word>[\w\-]+)|(?P<open><<\(|[({{\[])|(?P<close>[)}}\]])"
)
NAMES = ("iri", "name")
NOTHING = " INSERT DATA {} "
OPERANDS = ("iri", "string", "literal", "variable", "language", "name", "word", "close")


def check(text: str, service: str) -> None:
    """Raise OutwardQuery if *text* would reach another server than that of *service* (empty: none)."""
    if _names_a_call(text) or _names_a_call(unescaped(text)):
        for word, target in _Reader(text).calls():
            if word != "SERVICE" or not _is_at(target, service):
                raise OutwardQuery(_refusal(word, target, service))


def _names_a_call(text: str) -> bool:
    large = text.upper()
    return "SERVICE" in large or "LOAD" in large


def without_silent_loads(update: str) -> str:
    """Return *update* with each LOAD SILENT as an operation that does nothing.

    Nothing is ever fetched here, and what fails silently has no effect (SPARQL
    1.1 Update, section 3.1.4). The result is to be checked as any text is.
    """
    if not SILENT_LOAD.search(update):
        return update
    tokens = list(_outside(update))
    written, done = [], 0
    for at, token in enumerate(tokens):
        length = _silent_load(tokens[at : at + 6])
        if length:
            written += [update[done : token.start()], NOTHING]
            done = tokens[at + length - 1].end()
    return "".join([*written, update[done:]])


def _outside(update: str) -> Iterator[re.Match[str]]:
    """Yield the tokens outside brackets, and the brackets that open there."""
    level = 0
    for token in TOKEN.finditer(update):
        if level == 0 and token.lastgroup != "comment":
            yield token
        level += {"open": 1, "close": -1}.get(token.lastgroup or "", 0)


def _silent_load(tokens: Sequence[re.Match[str]]) -> int:
    """Return how many of *tokens* are a LOAD SILENT of something, into a graph or not."""
    said = [one[0].upper() if one.lastgroup == "word" else one.lastgroup for one in tokens]
    if said[:2] != ["LOAD", "SILENT"] or not {*said[2:3]} & {*NAMES}:
        return 0
    return 6 if said[3:5] == ["INTO", "GRAPH"] and {*said[5:]} & {*NAMES} else 3


def unescaped(text: str) -> str:
    """Return *text* with its escaped code points as characters (SPARQL 1.1 Query, section 19.2)."""
    return ESCAPED.sub(_character, text)


class _Reader:
    """Reads *text* token by token, as the engine does.

    *brackets* are those that are open, each as “VALUES” where it holds data.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.brackets: list[str] = []
        self.word = ""
        self.before = ("", 0)

    def calls(self) -> Iterator[tuple[str, str]]:
        """Yield each word that calls, with what follows it. Raises OutwardQuery for what has two readings."""
        call = ""
        for token in TOKEN.finditer(self.text):
            kind, said = token.lastgroup or "", token[0]
            if kind == "comment":
                self._step(kind, token)
                continue
            if call and not (kind == "word" and SILENT.fullmatch(said)):
                yield call, said
                call = ""
            self._step(kind, token)
            if self._is_call(kind, said):
                call = said.upper()
        self._plain(self.text[self.before[1] :])
        if call:
            yield call, ""

    def _step(self, kind: str, token: re.Match[str]) -> None:
        """Take the *token* in. Raises OutwardQuery where it may be another one."""
        gap = self.text[self.before[1] : token.start()]
        self._plain(gap)
        if kind in ("odd", "broken") or (kind == "iri" and self._is_operator(token[0], gap)):
            raise OutwardQuery(_two_readings(token[0]))
        if kind == "open":
            data = token[0] == "{" and self.word == "VALUES"
            self.brackets.append("VALUES" if data or "VALUES" in self.brackets[-1:] else token[0])
        elif kind == "close":
            del self.brackets[-1:]
        if kind in ("word", "name", "iri", "string", "literal", "language"):
            self.word = token[0].upper() if kind == "word" else ""
        self.before = (self.before[0] if kind == "comment" else kind, token.end())

    def _is_operator(self, iri: str, gap: str) -> bool:
        """Say whether *iri* may be “less than” before a string or a comment, as in an expression."""
        inside = self.brackets[-1:] == ["("] and self.before[0] in OPERANDS and not gap.strip()
        return inside and ("'" in iri or "#" in iri)

    def _is_call(self, kind: str, said: str) -> bool:
        if kind == "word":
            return CALL.search(said) is not None
        return kind == "name" and any(self._is_prefix(rest) for rest in _rests(said.partition(":")[0]))

    def _is_prefix(self, name: str) -> bool:
        """Say whether the text may declare the prefix *name*, for a call and a name to be written as one."""
        declared = rf"PREFIX(?:\s|#[^\n\r]*[\n\r])*{re.escape(name)}:"
        return re.search(declared, self.text, re.IGNORECASE) is not None

    def _plain(self, gap: str) -> None:
        if any(mark in gap for mark in "'\"\\`"):
            raise OutwardQuery(_two_readings(gap.strip()))


def _rests(prefix: str) -> Iterator[str]:
    """Yield what stands after a call in *prefix*, where no other word than a value comes before it."""
    for found in CALL.finditer(prefix):
        if not VALUE.fullmatch(prefix[: found.start()]):
            continue
        rest = prefix[found.end() :]
        yield from {rest, SILENT.sub("", rest, count=1) if SILENT.match(rest) else rest}


def _two_readings(said: str) -> str:
    return (
        f"SERVICE is not allowed, nor is LOAD, and this may be one: near “{said[:20]}”, "
        "close the string, or write a space after “<”."
    )


def _is_at(target: str, service: str) -> bool:
    """Say whether *target*, as written in a query, is an IRI at the host of *service*."""
    if not service or not target.startswith("<"):
        return False
    try:
        return urlsplit(target[1:-1])[:2] == urlsplit(service)[:2]
    except ValueError as error:
        raise QueryError(f"{target} is no IRI: {error}.") from error


def _refusal(word: str, target: str, service: str) -> str:
    if word == "SERVICE" and service:
        return f"SERVICE {target} is not allowed: this endpoint asks <{service}> alone, named in full."
    found = CALL.search(word)
    said = found[0].upper() if found else "A call"
    return f"{said} is not allowed: this endpoint reaches no other server."


def _character(escape: re.Match[str]) -> str:
    number = int(escape[1] or escape[2], 16)
    return chr(number) if number <= sys.maxunicode else "?"
