"""`/graphs`: one graph, read or written whole."""

from flask import Blueprint, Response, request
from werkzeug.http import parse_options_header

from qgraph.commit import Delete, Put
from qgraph.engine import Task
from qgraph.errors import NotAcceptable, NotFound, RequestError, UnknownGraph, UnsupportedMediaType
from qgraph.formats import BY_NAME, GRAPHS
from qgraph.protocol import Answer, choose
from qgraph.web.pages import site
from qgraph.web.sparql import headers_asked, headers_of
from qgraph.web.writes import write

blueprint = Blueprint("graphs", __name__)
GRAPH_METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
WHOLE = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


@blueprint.route("/graphs", methods=GRAPH_METHODS)
def graphs() -> Response:
    """Read or write one graph (SPARQL 1.1 Graph Store HTTP Protocol)."""
    graph = _named()
    if request.method in ("GET", "HEAD"):
        return _read(graph)
    settings = site().settings
    if request.method == "DELETE":
        write(settings, Delete(graph), headers_asked())
        return Response(status=204)
    change = Put(graph, request.get_data(), _syntax(), replaces=request.method == "PUT")
    write(settings, change, headers_asked())
    return Response(status=204)


def _named() -> str:
    """Return the IRI of the graph that the request names, empty for the default graph."""
    if "default" in request.args and "graph" not in request.args:
        return ""
    graph = request.args.get("graph", "")
    if not graph or "default" in request.args:
        raise RequestError("Name one graph: “?default”, or “?graph=” and its IRI.")
    if ":" not in graph or any(mark in graph for mark in '<>"{}|^`\\ \n\t'):
        raise RequestError(f"{graph} is no absolute IRI.")
    return graph


def _syntax() -> str:
    kind, _ = parse_options_header(request.content_type)
    for one in GRAPHS:
        if kind in (one.media_type, *one.aliases):
            return one.name
    raise UnsupportedMediaType(f"The body is {kind or 'of no stated type'}, expected RDF, as text/turtle.")


def _read(graph: str) -> Response:
    syntax = choose(request.headers.get("Accept", ""), GRAPHS)
    if not syntax:
        raise NotAcceptable("The graph has no such format.", offers=sorted(one.media_type for one in GRAPHS))
    asked = {"text": WHOLE, "triples": syntax, "default_graphs": [graph] if graph else [], "strict": True}
    try:
        reply = site().engine.ask(Task("query", asked))
    except UnknownGraph as error:
        raise NotFound(f"There is no graph {graph}.") from error
    return Response(reply.read(), headers=headers_of(Answer(reply, BY_NAME[reply.kind].media_type)))
