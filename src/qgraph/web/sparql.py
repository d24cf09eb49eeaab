"""`/sparql`: the protocol for clients, a page for people."""

from flask import Blueprint, Response, request

from qgraph import protocol
from qgraph.protocol import Answer
from qgraph.web import writes
from qgraph.web.negotiation import wants_page
from qgraph.web.pages import query_page, site

blueprint = Blueprint("sparql", __name__)
OPEN = {"Access-Control-Allow-Origin": "*"}
CORS = OPEN | {
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, QUERY, OPTIONS",
    "Access-Control-Max-Age": "86400",
}


def is_for_page(method: str, accept: str, parameters: str) -> bool:
    """Say whether a request to `/sparql` is a person's: a browser that asks for no data format."""
    return method in ("GET", "HEAD") and wants_page(accept) and "format=" not in parameters


def headers_of(answer: Answer) -> dict[str, str]:
    """Return the headers of a complete *answer*."""
    length = {"Content-Length": str(answer.reply.size)}
    return {"Content-Type": answer.media_type} | answer.headers | length | OPEN


def headers_asked() -> dict[str, str]:
    """Return the headers of the request, by their names in lower case."""
    return {name.lower(): value for name, value in request.headers}


@blueprint.route("/sparql", methods=["GET", "HEAD", "POST", "QUERY", "OPTIONS", "PUT", "DELETE", "PATCH"])
def sparql() -> Response:
    """Answer a query; a few lines over `protocol.answer`."""
    if request.method == "OPTIONS":
        return Response(status=204, headers=CORS)
    accept = request.headers.get("Accept", "")
    parameters = request.query_string.decode("latin-1")
    if is_for_page(request.method, accept, parameters):
        return query_page()
    asked = protocol.Request(
        request.method,
        parameters,
        request.headers.get("Content-Type", ""),
        accept,
        request.get_data(),
        request.base_url,
    )
    text = protocol.update_of(asked)
    if text is not None:
        writes.update(site().settings, text, headers_asked())
        return Response(status=204)
    answer = protocol.answer(asked, site().engine)
    return Response(answer.reply.read(), headers=headers_of(answer))
