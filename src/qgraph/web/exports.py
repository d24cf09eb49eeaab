"""`/export`: the graph and its parts as files, made in a query process."""

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, render_template, request

from qgraph.engine import Reply
from qgraph.errors import DeadlineExceeded, NotFound, RequestError, ResultTooLarge
from qgraph.formats import BY_FILE, Format
from qgraph.nearness import near
from qgraph.selection import Selection, offers
from qgraph.web import documents
from qgraph.web.exchange import lasting
from qgraph.web.negotiation import wants_page
from qgraph.web.pages import check_erased, site
from qgraph.web.questions import flag, sent

blueprint = Blueprint("exports", __name__)
SWITCHES = ("inferred", "evidence", "bom")
PARTS = {"kind": "kind/", "thing": "thing/"}
SUFFIXES = sorted((f".{one.suffix}" for one in BY_FILE.values()), key=len, reverse=True)


@blueprint.get("/export")
@blueprint.get("/export/")
def listed() -> Response:
    """List what can be had, and in which formats: a page, or JSON."""
    rows = [
        _row("all", "", "the whole graph"),
        _row("concepts", "", "the concepts and their schemes, as SKOS"),
    ]
    rows += [_row("kind", one.segment, one.label or one.segment) for one in site().kinds()]
    if wants_page(request.headers.get("Accept", "")):
        shown = render_template("exports.html", rows=rows, questions=site().questions)
        return lasting(Response(shown), ["Accept"])
    told = jsonify(
        exports=rows,
        thing="/export/thing/{kind}/{slug}.{suffix}",
        question="/questions/{name}?format={format}",
        switches={name: f"{name}={int(name == 'bom')}" for name in SWITCHES},
    )
    return lasting(told, ["Accept"])


def _row(what: str, name: str, label: str) -> dict[str, object]:
    path = f"/export/{PARTS.get(what, what)}{name}"
    files = {one.name: {"url": f"{path}.{one.suffix}", "type": one.media_type} for one in offers(what)}
    return {"what": what, "name": name, "label": label, "files": files}


@blueprint.get("/export/<path:path>")
def exported(path: str) -> Response:
    """Send the export at *path*, such as all.ttl, kind/film.csv or thing/film/home-within.jsonld."""
    _check_parameters()
    stem = _stem(path)
    what, _, name = stem.partition("/")
    if what not in ("all", "concepts", *PARTS) or (what in PARTS) != bool(name):
        known = ["all", "concepts", "kind", "thing"]
        raise NotFound(f"There is no export “{stem}”{near(what, known)}: /export says what there is.")
    syntax = _syntax(stem, path, offers(what))
    selection = Selection(
        what, name, inferred=flag("inferred", default=True), evidence=flag("evidence", default=True)
    )
    response = sent(_made(selection, syntax, bom=flag("bom")), name=stem.rpartition("/")[2])
    if syntax == "csv":  # CSVW, Model for Tabular Data, section 5.2
        query = documents.as_uri(request.query_string.decode("latin-1"))
        metadata = f"{stem.rpartition('/')[2]}.csv-metadata.json{query and '?'}{query}"
        response.headers["Link"] = f'<{metadata}>; rel="describedby"; type="application/csvm+json"'
    return lasting(response, ["Accept"])


def _check_parameters() -> None:
    known = (*SWITCHES, "version")
    for name in request.args:
        if name not in known:
            raise RequestError(
                f"An export has no parameter “{name}”{near(name, known)}: it has {', '.join(known)}.",
                parameter=name,
            )


def _stem(path: str) -> str:
    """Return *path* without the suffix of a format, known or not."""
    known = next((path.removesuffix(end) for end in SUFFIXES if path.endswith(end)), path)
    folder, slash, last = known.rpartition("/")
    return folder + slash + (last.partition(".")[0] or last)


def _syntax(stem: str, path: str, offered: list[Format]) -> str:
    """Return the name of the format that *path* ends with or the client accepts. Raises NotAcceptable."""
    if path == stem:
        return documents.accepted(offered).name
    if found := next((one.name for one in offered if path == f"{stem}.{one.suffix}"), ""):
        return found
    raise documents.not_offered(f"There is no such format of {stem}", offered)


def _made(selection: Selection, syntax: str, *, bom: bool) -> Reply:
    """Return the export, made in a query process.

    Raises Gone where the thing was taken out, and says what to do where it is too much.
    """
    try:
        return site().reply("export", selection=asdict(selection), syntax=syntax, bom=bom)
    except NotFound as error:
        if selection.what == "thing":
            name = selection.name
            check_erased(name if ":" in name else site().version().base + name, error)
        raise
    except (ResultTooLarge, DeadlineExceeded) as error:
        raise type(error)(f"{error} Ask for one kind or one thing, or run “qgraph export”.") from error
