"""Pages of sources and of evidence, with the words of a source where the operator gave its text.

The texts stay in this process. They are in no store, no download and no release.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from flask import Flask, Response, current_app, g, render_template, request
from flask_babel import format_date, gettext
from markupsafe import Markup

from qgraph import passages
from qgraph.settings import Settings
from qgraph.web.language import language
from qgraph.web.pages import number_of, path_of, site

TEXTS = "qgraph.texts"
Shown = dict[str, object]


@dataclass(frozen=True)
class Texts:
    """The *texts* of sources that the operator gave, and the SHA-256 of their files."""

    texts: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()

    def words(self, iri: str, digest: str) -> str:
        """Return the words of the passage *iri*, empty where no text has those of its *digest*."""
        return next((words for text in self.texts if (words := passages.words_at(text, iri, digest))), "")


def register(app: Flask, settings: Settings) -> None:
    """Read the texts that *settings* name, and let templates of *app* ask for words and places.

    Raises SettingsError for a file that is no text.
    """
    paths = settings.source_texts
    texts = tuple(passages.read(path) for path in paths)
    app.extensions[TEXTS] = Texts(texts, tuple(passages.sha256_of(path) for path in paths))
    app.jinja_env.globals.update(words_of=words_of, words_language=words_language, place_path=place_path)
    app.jinja_env.globals.update(date_said=date_said)
    if texts:
        app.after_request(_kept_here)


def _kept_here(response: Response) -> Response:
    """Ask the caches and archives of others to keep no page: it may show words of a source."""
    if response.mimetype == "text/html" and request.endpoint != "static":
        response.headers.setdefault("X-Robots-Tag", "noarchive")
        response.cache_control.private = True
    return response


def page(iri: str, sort: str) -> Shown:
    """Return template, title and values of the page of *iri*, whose *sort* is Source or Evidence."""
    if sort == "Source":
        return {"template": "source.html"} | _source(iri)
    told = site().ask("evidence", iri=iri, language=language())
    beside = _beside(iri, told["told"].get("fromSource", []))
    title = gettext("Evidence %(name)s", name=told["name"]["text"])
    return {"template": "evidence.html", "title": title, "evidence": told, "beside": beside}


def words_of(iri: str) -> str:
    """Return the words of the passage *iri*, empty where they are not known, or are others."""
    place = _place(iri) if _texts().texts else None
    return _texts().words(iri, place[1]) if place else ""


def words_language(iri: str) -> str:
    """Return the language (BCP 47) of the source of the passage *iri*, empty if it is not stated."""
    return str(_order(iri.partition("#")[0])["language"])


def place_path(iri: str) -> str:
    """Return the path to the passage *iri* on the page of its source, in the part that has it."""
    path, place = path_of(iri), _place(iri)
    if not path or not place or place[0] == 1:
        return path
    address, mark, anchor = path.partition("#")
    return f"{part_path(address, place[0])}{mark}{anchor}"


def part_path(path: str, part: int) -> str:
    """Return where a *part* of the source stands whose page has the *path*."""
    stem, mark, named = path.partition("?")
    return f"{stem}.html?{named}{'&' * bool(mark)}part={part}"


def date_said(text: str) -> str:
    """Return the date *text* as the reader writes it, or the text if it is none."""
    try:
        return str(format_date(date.fromisoformat(text)))
    except ValueError:
        return text


def _source(iri: str) -> Shown:
    """Return a part of the source *iri* as it stands on its page, made once for a state of the store."""
    part = min(number_of("part"), int(_order(iri)["parts"]))
    key = (site().engine.state(), request.args.get("version", ""), "reading", iri, language(), part)
    made = site().memory.get(key, lambda: json.dumps(_made(iri, part)).encode())
    return {"title": made["name"]["text"], "name": made["name"], "body": Markup(made["body"])}  # noqa: S704 (a template of ours made it)


def _made(iri: str, part: int) -> Shown:
    source = site().ask("source", iri=iri, language=language(), part=part)
    path = path_of(iri)
    parts = [(one, part_path(path, number)) for number, one in enumerate(source["parts"], 1)]
    known = _order(iri)["passages"]
    agreeing = sum(1 for one, (_, digest) in known.items() if _texts().words(one, digest))
    stated = {one["text"] for one in source["told"].get("sha256", [])}
    text = {"agreeing": agreeing, "same": not stated.isdisjoint(_texts().sums)}
    body = render_template("reading.html", source=source, parts=parts, text=text)
    return {"name": source["name"], "body": body}


def _beside(iri: str, sources: list[dict[str, str]]) -> dict[str, str]:
    """Return the evidence before and after *iri* in the order of its source, as far as there is any."""
    ordered: list[list[str]] = [_order(one["iri"])["evidence"] for one in sources if one.get("iri")]
    found = next((one for one in ordered if iri in one), [])
    at = found.index(iri) if found else 0
    return {"before": found[at - 1] if at else "", "after": "".join(found[at + 1 : at + 2])}


def _place(iri: str) -> tuple[int, str] | None:
    """Return the part in which the passage *iri* is shown, and the digest of its words."""
    if not passages.FRAGMENT.search(iri):
        return None
    found = _order(iri.partition("#")[0])["passages"].get(iri)
    return (int(found[0]), str(found[1])) if found else None


def _order(source: str) -> Any:
    """Return the order of *source*, looked up once for a request."""
    known = g.setdefault("orders", {})
    if source not in known:
        known[source] = site().kept("order", source=source)
    return known[source]


def _texts() -> Texts:
    return cast("Texts", current_app.extensions[TEXTS])
