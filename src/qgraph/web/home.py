"""The first page, and what the graph tells of itself."""

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

from flask import Blueprint, Response, current_app, redirect, render_template, request

from qgraph import history, questions
from qgraph.about import Value
from qgraph.accept import best
from qgraph.errors import NotFound
from qgraph.formats import PAGE
from qgraph.questions import Question
from qgraph.web import browse, citing, documents, exchange
from qgraph.web.browse import Address
from qgraph.web.language import language
from qgraph.web.pages import at, named_version, root, site

blueprint = Blueprint("home", __name__)
NEWEST = 3  # versions that the first page tells of
ASKED = 3  # questions of a topic that it shows


@blueprint.app_context_processor
def _own() -> dict[str, object]:
    """Give every template what the graph says of itself, by the last part of a word, in the language read."""
    asked = partial(_said, language())
    return {"graph_tells": asked, "graph_says": lambda word: next(iter(asked(word)), {}), "list_of": _list_of}


def _list_of(iri: str, values: Sequence[str] = ()) -> str:
    """Return the address of the list of the things of the kind *iri*, or of those that bear on *values*.

    These are paths of things, by whose kind a facet is called. Empty if there is no such list.
    """
    kind = next((one.segment for one in site().kinds() if one.iri == iri), "")
    chosen = tuple((one.partition("/")[0], one) for one in values)
    known = {one.name for one in browse.facets_of(kind)}
    return str(Address(kind, chosen, named_version())) if kind and known.issuperset(dict(chosen)) else ""


def _said(tag: str, word: str) -> list[Value]:
    about = site().about(named_version())
    return [
        one for iri in about.said if iri.endswith((f"/{word}", f"#{word}")) for one in about.best(iri, tag)
    ]


@blueprint.get("/")
def home() -> Response:
    """Show the ways into the graph; lead who wants data to its description."""
    chosen = best(request.headers.get("Accept", ""), (PAGE, *documents.RDF))
    if chosen not in (None, PAGE):
        return exchange.lasting(cast("Response", redirect(f"/catalog.{chosen.suffix}", 303)), ["Accept"])
    shown = (
        {} if site().settings.bare else {"overview": _overview(), "newest": _newest(), "topics": _topics()}
    )
    return exchange.lasting(Response(render_template("home.html", **shown)), ["Accept"])


@blueprint.get("/about")
def about() -> Response:
    """Tell what the graph covers, how it was made, and under which terms."""
    if site().settings.bare:
        raise NotFound("A plain store tells nothing of itself; /catalog describes it.")
    cited = citing.of_graph()
    if cite := citing.answered(cited):
        return cite
    prose = site().kept("prose", language=language(), root=root())
    shown = render_template(
        "about.html",
        prose=prose,
        overview=_overview(),
        newest=_newest(),
        contact=site().settings.contact,
        cite=citing.shown(cited, at("/about")),
    )
    return exchange.lasting(Response(shown))


@blueprint.get("/favicon.ico")
def icon() -> Response:
    """Send the icon to who looks for it where icons once were."""
    return current_app.send_static_file("icon.ico")


def _overview() -> Any:
    return site().kept("overview", language=language())


def _newest() -> list[dict[str, object]]:
    """Return the newest versions up to the one that is looked at, with what each has more than its parent."""
    number = site().version().number
    known = [one for one in history.known(site().settings.store) if one.number <= number]
    facts = {one.number: one.counts.get("asserted", 0) for one in known}
    return [
        {"version": one, "more": facts[one.number] - facts[one.parent] if one.parent in facts else 0}
        | {"is_compared": one.parent in facts}
        for one in known[:NEWEST]
    ]


def _topics() -> list[tuple[str, list[Question]]]:
    """Return the first questions of each topic."""
    found = questions.topics(site().questions)
    few = ASKED if len(found) > 1 else ASKED * ASKED
    return [(topic, asked[:few]) for topic, asked in found]
