"""`/search`: things by their names, other names and descriptions; suggestions for who types."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, render_template, request

from qgraph.errors import NotFound
from qgraph.web import exchange
from qgraph.web.language import language
from qgraph.web.pages import number_of, path_of, root, site

blueprint = Blueprint("search", __name__)
SHOWN = 20
SUGGESTED = 8
LAST = 500  # pages


@blueprint.get("/search")
def page() -> Response:
    """Show the things that the words *q* find, the best first."""
    text, kind = _text(), request.args.get("kind", "")
    known = {one.segment for one in site().kinds()}
    shown: dict[str, object] = {"asked": text, "unknown": kind if kind not in known else ""}
    kind, number = kind if kind in known else "", min(number_of("page"), LAST)
    if text:
        answer = _found(text, kind, number)
        last = min(max(-(-answer["total"] // SHOWN), 1), LAST)
        if number > last:
            number, answer = last, _found(text, kind, last)
        kinds = [one | {"address": _address(text, one["segment"])} for one in answer.pop("kinds")]
        shown |= answer | {"kinds": kinds, "kind": kind, "number": number, "last": last}
        shown |= {"all": _address(text), "first": (number - 1) * SHOWN + 1}
        shown["before"] = _address(text, kind, number - 1) if number > 1 else ""
        shown["after"] = _address(text, kind, number + 1) if number < last else ""
        shown["near"] = [{"name": one, "address": _address(one["text"])} for one in answer["near"]]
    return _answered(Response(render_template("search.html", **shown)))


@blueprint.get("/search.json")
def suggestions() -> Response:
    """Suggest the few things that the words *q* find, for who is typing."""
    text = _text()
    hits = _found(text, most=SUGGESTED)["hits"] if text else []
    rows = [
        {
            "name": one["thing"]["text"],
            "language": one["thing"]["language"],
            "other": one["other"].get("text", ""),
            "kind": one["kind"]["text"],
            "path": path_of(one["thing"]["iri"]),
        }
        for one in hits
    ]
    return _answered(jsonify(q=text, things=rows))


def _answered(response: Response) -> Response:
    """Return *response* with a tag; the server keeps no answers to what anybody may type."""
    return exchange.tagged(response)


def _text() -> str:
    """Return what is searched. Raises NotFound in a plain store."""
    if site().settings.bare:
        raise NotFound("A plain store has no search: ask it by SPARQL, at /sparql.")
    return request.args.get("q", "").strip()


def _found(text: str, kind: str = "", number: int = 1, *, most: int = SHOWN) -> Any:
    asked = {"text": text, "kind": kind, "start": (number - 1) * most, "most": most}
    return site().ask("search", language=language(), asked=asked)


def _address(text: str, kind: str = "", number: int = 1) -> str:
    """Return the address of a page of results, in the version that is looked at."""
    old = request.args.get("version", "")
    named = {"q": text, "kind": kind, "page": number if number > 1 else "", "version": old}
    return f"{root()}/search?{urlencode({name: value for name, value in named.items() if value})}"
