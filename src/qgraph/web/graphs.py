"""`/graphs`: one graph, read or written whole (SPARQL 1.1 Graph Store HTTP Protocol)."""

import zlib
from dataclasses import replace
from uuid import uuid4

from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage
from werkzeug.http import parse_options_header

from qgraph import commit
from qgraph.commit import Chain, Change, Delete, Merge, Patch, Put
from qgraph.engine import Task
from qgraph.errors import (
    BodyTooLarge,
    MovedOn,
    NotAcceptable,
    NotFound,
    RequestError,
    UnknownGraph,
    UnsupportedMediaType,
)
from qgraph.formats import BY_NAME, GRAPHS, Format
from qgraph.protocol import UPDATE, Answer, choose
from qgraph.settings import Settings
from qgraph.versions import FULL, PUBLIC
from qgraph.web import access, writes
from qgraph.web.pages import here, site, writer
from qgraph.web.sparql import headers_of

blueprint = Blueprint("graphs", __name__)
METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS")
WHOLE = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
GZIP = 16 + zlib.MAX_WBITS


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
    kind, _ = parse_options_header(request.content_type)
    syntax = _syntax(kind) if kind != "multipart/form-data" else BY_NAME["turtle"]
    if syntax.holds_named_graphs:
        return _written(Merge(_body(), syntax.name, site().version().base))
    if not site().settings.bare:
        raise RequestError("Name the graph of the evidence with “?graph=”, or post TriG that names it.")
    name = f"{here()}/graphs/{uuid4()}"
    return _written(_upload(name, replaces=False), created=name)


def _answer(name: str) -> Response:
    if request.method in ("GET", "HEAD"):
        return _read(name)
    guarded = not site().settings.bare
    if request.method == "DELETE":
        return _written(Delete(name, guarded=guarded))
    _check_new(name)
    created = name if name and not _exists(name) else ""
    if request.method == "PATCH":
        return _written(_patch(name), created=created)
    return _written(_upload(name, replaces=request.method == "PUT"), created=created)


def _check_new(name: str) -> None:
    """Raise MovedOn where the client wants a new graph, and there is one (RFC 9110, section 13.1.2)."""
    if request.headers.get("If-None-Match") == "*" and _exists(name):
        raise MovedOn("There is such a graph already.")


def _patch(name: str) -> Patch:
    kind, _ = parse_options_header(request.content_type)
    if kind != UPDATE:
        raise UnsupportedMediaType(f"The body is {kind or 'of no stated type'}, expected {UPDATE}.")
    limits = commit.limits(site().settings)
    try:
        return Patch(name, _body().decode(), limits)
    except UnicodeDecodeError as error:
        raise RequestError(f"Byte {error.start} of the update is not UTF-8.") from error


def _upload(name: str, *, replaces: bool) -> Change:
    """Return the change that an upload to the graph *name* asks for, of one body or of several files."""
    guarded = not site().settings.bare
    kind, _ = parse_options_header(request.content_type)
    if kind != "multipart/form-data":
        return Put(name, _body(), _syntax(kind).name, replaces=replaces, guarded=guarded)
    parts = [
        Put(name, file.read(), _syntax_of_file(file).name, replaces=False, guarded=guarded)
        for file in request.files.values()
    ]
    if not parts:
        raise RequestError("The form holds no file: send the graph as one, with its type.")
    return Chain((replace(parts[0], replaces=replaces), *parts[1:]))


def _written(change: Change, *, created: str = "") -> Response:
    """Have *change* made: 201 with the address of what was *created*, else 204."""
    version = writes.write(site().settings, change, writer())
    headers = writes.headers_of(version)
    if created:
        return Response(status=201, headers=headers | {"Location": created})
    return Response(status=204, headers=headers)


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
        if kind.lower() in (one.media_type, *one.aliases):
            return one
    raise UnsupportedMediaType(f"The body is {kind or 'of no stated type'}, expected RDF, as text/turtle.")


def _syntax_of_file(file: FileStorage) -> Format:
    kind, _ = parse_options_header(file.content_type)
    return _syntax(kind)


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
    unpacker = zlib.decompressobj(GZIP)
    try:
        body = unpacker.decompress(packed, settings.upload_limit + 1)
    except zlib.error as error:
        raise RequestError(f"The body is not gzip: {error}.") from error
    if len(body) > settings.upload_limit:
        raise BodyTooLarge(f"Unpacked, the body has more than {settings.upload_limit:,} bytes.")
    if not unpacker.eof:
        raise RequestError("The body ends before its gzip does.")
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
    syntax = choose(request.headers.get("Accept", ""), offers)
    if not syntax:
        raise NotAcceptable("The graph has no such format.", offers=sorted(one.media_type for one in offers))
    try:
        answer = _ask(name, syntax)
    except UnknownGraph as error:
        raise NotFound(f"There is no graph {name}.") from error
    tag = {"ETag": writes.etag(answer.reply.version, syntax), "Vary": "Accept, Authorization"}
    response = Response(answer.reply.read(), headers=headers_of(answer) | tag)
    response.make_conditional(request)
    return response
