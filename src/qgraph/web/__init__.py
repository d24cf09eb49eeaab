"""The pages and paths of a published graph: an app is a function of its settings."""

from importlib.resources import files
from pathlib import Path

from flask import Flask, Response, request

from qgraph import facets, profiles
from qgraph import questions as asking
from qgraph.commit import Desk
from qgraph.engine import Engine
from qgraph.settings import Settings
from qgraph.web import (
    browse,
    dataset,
    errors,
    exchange,
    exports,
    feeds,
    graphs,
    history,
    home,
    language,
    ontology,
    openapi,
    pages,
    questions,
    reading,
    search,
    signposting,
    sparql,
    things,
    workbench,
    writes,
)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Server": "",  # no banner: which program answers is nobody's business
    "X-Content-Type-Options": "nosniff",
}


def create_app(settings: Settings, engine: Engine) -> Flask:
    """Return the Flask app that serves the graph of *settings* by asking *engine*."""
    here = Path(str(files("qgraph"))) / "web"
    app = Flask("qgraph", template_folder=str(here / "templates"), static_folder=str(here / "static"))
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.upload_limit
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    asked = [] if settings.bare else asking.read(settings.graph)
    telling = profiles.Telling() if settings.bare else profiles.read(settings.graph)
    choosing = {} if settings.bare else facets.read(settings.graph)
    app.extensions["qgraph"] = pages.Site(settings, engine, asked, Desk(settings), telling, choosing)
    for part in (
        *(sparql, workbench, history, dataset, feeds, ontology, openapi, signposting, search),
        *(questions, exports, browse, pages, home, graphs, things),
    ):
        app.register_blueprint(part.blueprint)
    errors.register(app)
    language.register(app, settings)
    reading.register(app, settings)
    app.before_request(_limit)
    app.after_request(_guard)
    return app


def _limit() -> None:
    """Let the body of the request be as large as who sends it may send."""
    request.max_content_length = writes.body_limit(pages.site().settings, pages.writer())


def _guard(response: Response) -> Response:
    preflight = exchange.PREFLIGHT if request.method == "OPTIONS" else {}
    own = {} if "Access-Control-Allow-Methods" in response.headers else preflight
    response.headers.update(own)
    for name, value in (HEADERS | exchange.CORS).items():
        response.headers.setdefault(name, value)
    if "Authorization" in request.headers:
        response.headers["Cache-Control"] = "private, no-store"
    if response.status_code == 204:
        del response.headers["Content-Type"]  # of nothing
    return response
