"""`/graphs`: one graph, read or written whole (SPARQL 1.1 Graph Store HTTP Protocol)."""

import gzip
import zlib
from dataclasses import replace
from io import BytesIO
from urllib.parse import quote
from uuid import uuid4

from flask import Blueprint, Response, request
from werkzeug.http import parse_options_header

from qgraph import commit
from qgraph.accept import best
from qgraph.commit import Chain, Change, Delete, Merge, Patch, Put, Require
from qgraph.engine import Task
from qgraph.errors import (
    BodyTooLarge,
    NotAcceptable,
    NotFound,
    RequestError,
    UnknownGraph,
    UnsupportedMediaType,
)
from qgraph.formats import BY_NAME, GRAPHS, Format
from qgraph.protocol import UPDATE, Answer
from qgraph.settings import Settings
from qgraph.versions import FULL, PUBLIC
from qgraph.web import access, writes
from qgraph.web.exchange import hand_on
from qgraph.web.pages import here, site, writer
from qgraph.web.sparql import headers_of

blueprint = Blueprint("graphs", __name__)
METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS")
READING = ("GET", "HEAD", "OPTIONS")
OPTIONS = {
    "Allow": ", ".join(METHODS),
    "Accept-Patch": UPDATE,  # RFC 5789, section 3.1
    # Pages of other sites may read, and no more.
    "Access-Control-Allow-Headers": "Accept, If-None-Match",
    "Access-Control-Allow-Methods": ", ".join(READING),
    "Access-Control-Max-Age": "86400",
}
WHOLE = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
FORM = "multipart/form-data"
URI = ":/[]@!$&'()*+,;="  # what stands in an address as it is, beside letters, digits and -._~


@blueprint.before_request
def _admit() -> Response | None:
    """Answer OPTIONS; let only who may write go on with what writes, before anything of it is looked at."""
    if request.method == "OPTIONS":
        return Response(status=204, headers=OPTIONS)
    if request.method not in READING:
        writes.check(site().settings, writer())
    return None


@blueprint.route("/graphs", methods=METHODS)
def graphs() -> Response:
    """Read or write the graph that a parameter names, or make a new one."""
    if not request.args.keys() - {"version"}:
        return _whole()
    return _answer(_named())


@blueprint.route("/graphs/<path:name>", methods=METHODS)
def graph(name: str) -> Response:
    """Read or write the graph with this name: under the address of a plain store, or the base of a graph."""
    if request.args.keys() - {"version"}:
        raise RequestError("The path names the graph already: leave the parameters out.")
    return _answer(f"{here()}/graphs/{name}" if site().settings.bare else f"{site().version().base}{name}")


def _whole() -> Response:
    """Add what was posted to the store: a dataset as it is, a graph under a new name."""
    if request.method != "POST":
        raise RequestError("Name one graph: “?default”, or “?graph=” and its IRI.")
    kind = _kind(request.content_type)
    syntax = _syntax(kind) if kind != FORM else BY_NAME["turtle"]
    if syntax.holds_named_graphs:
        return _written(Merge(_body(), syntax.name, site().version().base))
    if not site().settings.bare:
        raise RequestError("Name the graph of the evidence with “?graph=”, or post TriG that names it.")
    name = f"{here()}/graphs/{uuid4()}"
    return _written(_upload(name, replaces=False), created=name)


def _answer(name: str) -> Response:
    if request.method in ("GET", "HEAD"):
        return _read(name)
    if request.method == "DELETE":
        return _written(Delete(name, guarded=not site().settings.bare))
    created = name if name and not _exists(name) else ""
    change = _patch(name) if request.method == "PATCH" else _upload(name, replaces=request.method == "PUT")
    return _written(Chain((*_required(name), change)), created=created)


def _required(name: str) -> tuple[Require, ...]:
    """Return what the client says must hold: that there is such a graph, or none (RFC 9110, section 13.1)."""
    wanted = (("If-Match", True), ("If-None-Match", False))
    return tuple(
        Require(name, exists=exists) for header, exists in wanted if request.headers.get(header, "") == "*"
    )


def _patch(name: str) -> Patch:
    kind = _kind(request.content_type)
    if kind != UPDATE:
        raise UnsupportedMediaType(f"The body is {kind or 'of no stated type'}, expected {UPDATE}.")
    limits = commit.limits(site().settings)
    try:
        return Patch(name, _body().decode(), limits)
    except UnicodeDecodeError as error:
        raise RequestError(f"Byte {error.start} of the update is not UTF-8.") from error


def _upload(name: str, *, replaces: bool) -> Change:
    """Return the change that an upload to the graph *name* asks for, of one body or of several files."""
    kind = _kind(request.content_type)
    if kind != FORM:
        return _put(name, _body(), kind, replaces=replaces)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("A form is not packed: expected it as it is.")
    files = request.files.items(multi=True)
    parts = [_put(name, file.read(), _kind(file.content_type), replaces=False) for _, file in files]
    if not parts:
        raise RequestError("The form holds no file: send the graph as one, with its type.")
    return Chain((replace(parts[0], replaces=replaces), *parts[1:]))


def _put(name: str, body: bytes, kind: str, *, replaces: bool) -> Put:
    known = site()
    guarded = not known.settings.bare
    return Put(name, body, _syntax(kind).name, replaces=replaces, guarded=guarded, base=known.version().base)


def _written(change: Change, *, created: str = "") -> Response:
    """Have *change* made: 201 with the address of what was *created*, else 204."""
    version = writes.write(site().desk, change, writer())
    headers = writes.headers_of(version)
    if created:
        return Response(status=201, headers=headers | {"Location": _location(created)})
    return Response(status=204, headers=headers)


def _location(name: str) -> str:
    """Return an address here at which the graph *name* is read."""
    own = f"{here()}/graphs"
    return quote(name, safe=URI) if name.startswith(f"{own}/") else f"{own}?graph={quote(name, safe='')}"


def _named() -> str:
    """Return the IRI of the graph that the request names, empty for the default graph."""
    if "default" in request.args and "graph" not in request.args:
        return ""
    named = request.args.getlist("graph")
    if len(named) != 1 or not named[0] or "default" in request.args:
        raise RequestError("Name one graph: “?default”, or “?graph=” and its IRI.")
    if ":" not in named[0] or any(mark in named[0] for mark in '<>"{}|^`\\ \n\t'):
        raise RequestError(f"{named[0]} is no absolute IRI.")
    return named[0]


def _syntax(kind: str) -> Format:
    for one in GRAPHS:
        if kind in (one.media_type, *one.aliases):
            return one
    raise UnsupportedMediaType(f"The body is {kind or 'of no stated type'}, expected RDF, as text/turtle.")


def _kind(content_type: str | None) -> str:
    """Return the media type that a header names. Raises UnsupportedMediaType unless its text is UTF-8."""
    kind, options = parse_options_header(content_type)
    charset = options.get("charset", "utf-8")
    if charset.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(f"The body's charset is {charset}, expected UTF-8.")
    return kind.lower()


def _body() -> bytes:
    """Return the body, unpacked. Raises BodyTooLarge or UnsupportedMediaType."""
    coding = request.headers.get("Content-Encoding", "identity").lower()
    if coding == "identity":
        return request.get_data()
    if coding not in ("gzip", "x-gzip"):
        raise UnsupportedMediaType(f"The body is packed as {coding}, expected gzip or none.")
    return unpacked(request.get_data(), site().settings)


def unpacked(packed: bytes, settings: Settings) -> bytes:
    """Return what *packed*, in gzip, holds. Raises BodyTooLarge over `upload_limit`, RequestError."""
    try:
        with gzip.GzipFile(fileobj=BytesIO(packed)) as file:
            body = file.read(settings.upload_limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise RequestError(f"The body is not gzip: {error}.") from error
    if len(body) > settings.upload_limit:
        raise BodyTooLarge(f"Unpacked, the body has more than {settings.upload_limit:,} bytes.")
    return body


def _exists(name: str) -> bool:
    try:
        _ask(name, "ntriples", "ASK {}")
    except UnknownGraph:
        return False
    return True


def _ask(name: str, syntax: str, text: str = WHOLE) -> Answer:
    asked = {"text": text, "triples": syntax, "default_graphs": [name] if name else [], "strict": True}
    who = access.visitor(site().settings, writer().headers, request.remote_addr or "")
    layer = FULL if who.may("insider") else PUBLIC
    task = Task("query", asked, request.args.get("version", ""), layer)
    reply = site().engine.ask(task, request.remote_addr or "")
    return Answer(reply, BY_NAME[reply.kind].media_type)


def _read(name: str) -> Response:
    offers = tuple(one for one in GRAPHS if not one.holds_named_graphs)
    found = best(request.headers.get("Accept", ""), offers)
    if not found:
        raise NotAcceptable("The graph has no such format.", offers=sorted(one.media_type for one in offers))
    syntax = found.name
    try:
        answer = _ask(name, syntax)
    except UnknownGraph as error:
        raise NotFound(f"There is no graph {name}.") from error
    tag = {
        "ETag": writes.etag(site().version_of(str(answer.reply.version)), syntax),
        "Vary": "Accept, Authorization",
    }
    response = Response(headers=headers_of(answer) | tag)
    if response.make_conditional(request).status_code == 304:
        answer.reply.body.close()
    else:
        hand_on(response, answer.reply.body)
    return response
