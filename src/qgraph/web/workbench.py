"""The query page at `/sparql`: a form, examples, the answer, or what is wrong and where."""

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from qgraph import questions
from qgraph.errors import QgraphError, ResultTooLarge
from qgraph.formats import GRAPHS, RESULTS, Format
from qgraph.questions import Question
from qgraph.web import documents
from qgraph.web.errors import problem
from qgraph.web.language import language
from qgraph.web.pages import root, site

blueprint = Blueprint("workbench", __name__)
FITTING = 8_000  # bytes of an address that every program takes (RFC 9110, section 4.1)
SHOWN = 500  # rows
CELLS = 20_000  # for a wide table shows fewer rows
LARGEST = 1_000_000  # bytes of an answer that a page is made of; more would hold up everyone else
AROUND = 60  # characters of a line that are shown before and after a fault
DATASET = {"default_graphs": "default-graph-uri", "named_graphs": "named-graph-uri"}
Said = dict[str, str]
Parameters = list[tuple[str, str]]


@blueprint.get("/sparql/completions.json")
def completions() -> Response:
    """Give the prefixes and the words of the ontology, for an editor of queries."""
    told = site().kept("completions", language=language())
    return documents.sent(json.dumps(told, ensure_ascii=False), "application/json")


def query_page() -> AnyResponse:
    """Show the query form, and the answer if there is a query, or what is wrong with it.

    A query that was sent in a body and fits an address is led there, so that it
    can be gone back to and cited.
    """
    sent = request.form if request.method == "POST" else request.args
    query = sent.get("query", "").replace("\r\n", "\n")
    kept = _kept()
    if request.method == "POST":
        request.root_path = _spoken()
        if there := _address(query, kept):
            return redirect(root() + there, 303)
    shown: dict[str, object] = {"query": query, "action": _path(kept)}
    shown["topics"] = questions.topics(site().questions)
    status, headers = 200, {"Vary": "Accept", "Cache-Control": "no-cache"}
    if query.strip():
        try:
            shown |= _answered(query)
        except QgraphError as error:
            fault = problem(error)
            shown |= {"problem": fault.body, "place": _place(query, fault.body)}
            status, headers = fault.status, headers | fault.headers
        shown["downloads"] = _downloads(query, kept)
    elif name := request.args.get("question"):
        shown["query"] = questions.named(site().questions, name).query
    return Response(render_template("sparql.html", **shown), status, headers=headers)


def _kept() -> Parameters:
    """Return what goes with the query in each address: the version, and the graphs that it is asked of."""
    names = ("version", *DATASET.values())
    return [(name, value) for name in names for value in request.args.getlist(name) if value]


def _spoken() -> str:
    """Return what stands before the path of a page in the language of the form, which is sent without."""
    tag = request.form.get("language", "")
    return f"/{tag}" if tag in current_app.config["LANGUAGES"][1:] else ""


def _path(parameters: Parameters) -> str:
    return "/sparql" + ("?" + urlencode(parameters) if parameters else "")


def _address(query: str, parameters: Parameters) -> str:
    """Return the address at which *query* is answered, empty if that would be too long."""
    there = _path([("query", query), *parameters] if query.strip() else parameters)
    return there if len(there) <= FITTING else ""


def _answered(query: str) -> dict[str, object]:
    """Return the answer to *query*, the seconds it took, and its address in this version for good."""
    graphs = {name: request.args.getlist(parameter) for name, parameter in DATASET.items()}
    started = time.monotonic()
    table = _table(query, **graphs)
    seconds = time.monotonic() - started
    fixed = [("version", str(site().version().number)), *(one for one in _kept() if one[0] != "version")]
    there = _address(query, fixed)
    return {"table": table, "seconds": seconds, "permalink": there and root() + there}


def _table(query: str, **graphs: list[str]) -> dict[str, object]:
    """Return the answer of the *graphs* to *query* for a table: columns, the first rows, how many there are.

    A graph is given as text, a truth value as a word. Raises ResultTooLarge
    where a program may have the answer, but no page.
    """
    reply = site().reply("query", text=query, **graphs)
    if reply.size > LARGEST:
        reply.body.close()
        raise ResultTooLarge(
            f"The answer has {reply.size:,} bytes, too many for a page: ask with format=csv."
        )
    if reply.kind != "json":
        return {"text": reply.read().decode()}
    found = json.loads(reply.read())
    if "boolean" in found:
        said = gettext("yes") if found["boolean"] else gettext("no")
        return {"truth": said}
    columns, rows = found["head"]["vars"], found["results"]["bindings"]
    shown = rows[: min(SHOWN, CELLS // max(len(columns), 1))]
    iris = {cell["value"] for row in shown for cell in row.values() if cell["type"] == "uri"}
    names = site().ask("named", iris=sorted(iris), language=language())
    cells = [[_cell(row.get(column), names) for column in columns] for row in shown]
    return {"columns": columns, "rows": cells, "count": len(rows)}


def _cell(term: Mapping[str, Any] | None, names: dict[str, Said]) -> Said:
    if term is None:
        return {"text": ""}
    if term["type"] == "uri":
        return names[term["value"]]
    return {
        "text": json.dumps(term["value"]) if term["type"] == "triple" else term["value"],
        "language": term.get("xml:lang", ""),
    }


def _downloads(query: str, kept: Parameters) -> list[tuple[Format, str]]:
    """Return the formats in which *query* is answered, each with its address, empty if that is too long."""
    formats = GRAPHS if Question("", "", "", query).is_graph else RESULTS
    return [(one, _address(query, [*kept, ("format", one.name)])) for one in formats]


def _place(query: str, told: dict[str, object]) -> dict[str, str]:
    """Return the line of *query* at fault in three parts, if the problem that is *told* has a place."""
    line, column, length = (int(str(told.get(name, 0))) for name in ("line", "column", "length"))
    lines = query.split("\n")
    if not 0 < line <= len(lines):
        return {}
    text, start = lines[line - 1], column - 1
    end = start + max(length, 1)
    before = text[max(start - AROUND, 0) : start]
    return {"before": before, "marked": text[start:end], "after": text[end : end + AROUND]}
