"""The same question asked from a program: samples that run as they stand."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

PYTHON = """\
import json
from urllib.parse import urlencode
from urllib.request import urlopen

chosen = {{
{chosen}}}
with urlopen({address} + "?" + urlencode(chosen)) as answer:
{read}
"""
SCRIPT = """\
const chosen = new URLSearchParams({{
{chosen}}});
const answer = await fetch({address} + "?" + chosen);
if (!answer.ok) throw new Error(await answer.text());
{read}
"""
R = """\
chosen <- c(
{chosen})
values <- sapply(chosen, URLencode, reserved = TRUE, repeated = TRUE)
address <- paste0({address}, "?", paste(names(chosen), values, sep = "=", collapse = "&"))
{read}
"""
ROWS = {
    "python": '    for row in json.load(answer)["results"]["bindings"]:\n'
    '        print({name: term["value"] for name, term in row.items()})',
    "javascript": "const { results } = await answer.json();\n"
    "for (const row of results.bindings) {\n"
    "  console.log(Object.fromEntries(Object.entries(row).map(([name, term]) => [name, term.value])));\n"
    "}",
    "r": 'answer <- read.csv(address, encoding = "UTF-8", check.names = FALSE)\nprint(answer)',
}
TEXT = {
    "python": "    print(answer.read().decode())",
    "javascript": "console.log(await answer.text());",
    "r": 'cat(readLines(address, encoding = "UTF-8"), sep = "\\n")',
}


def samples(address: str, chosen: Mapping[str, str], form: str) -> dict[str, str]:
    """Return by language a program that asks the question at *address* with what is *chosen*.

    *form* is what the answer is: rows, truth or graph. What is chosen may hold any character.
    """
    syntax = {"rows": "json", "graph": "turtle"}.get(form, "json")
    read = ROWS if form == "rows" else TEXT
    table = "csv" if form == "rows" else syntax
    full = urlencode({**chosen, "format": table}, quote_via=quote)
    asked = {**chosen, "format": syntax}
    return {
        "curl": f'curl "{address}?{full}"',
        "Python": PYTHON.format(
            address=_quoted(address, "\\U{:08x}"),
            chosen=_lines(asked, "    {}: {},\n", "\\U{:08x}"),
            read=read["python"],
        ),
        "R": R.format(
            address=_quoted(address, "\\U{:08x}"),
            chosen=_lines({**asked, "format": table}, "  {} = {},\n", "\\U{:08x}").removesuffix(",\n") + "\n",
            read=read["r"],
        ),
        "JavaScript": SCRIPT.format(
            address=_quoted(address, "\\u{{{:x}}}"),
            chosen=_lines(asked, "  {}: {},\n", "\\u{{{:x}}}"),
            read=read["javascript"],
        ),
    }


def _lines(chosen: Mapping[str, str], line: str, wide: str) -> str:
    return "".join(line.format(_quoted(name, wide), _quoted(value, wide)) for name, value in chosen.items())


def _quoted(text: str, wide: str) -> str:
    """Return *text* as a string of Python, R and JavaScript, which differ in *wide* characters.

    What cannot be seen is written by its number, so that a copy of the page has it too.
    """
    return '"' + "".join(_letter(one, wide) for one in text) + '"'


def _letter(one: str, wide: str) -> str:
    if one in '"\\':
        return "\\" + one
    if one.isprintable():
        return one
    return f"\\u{ord(one):04x}" if ord(one) <= 0xFFFF else wide.format(ord(one))
