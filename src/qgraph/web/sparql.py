"""`/sparql`: the protocol for clients, a page for people."""

from flask import Blueprint, Response, request

from qgraph import protocol
from qgraph.protocol import Answer
from qgraph.web import writes
from qgraph.web.exchange import CORS
from qgraph.web.negotiation import wants_page
from qgraph.web.pages import query_page, site, writer

blueprint = Blueprint("sparql", __name__)
METHODS = ", ".join((*protocol.METHODS, "OPTIONS"))
OPTIONS = {
    "Allow": METHODS,
    "Accept-Query": f"{protocol.QUERY}, {protocol.FORM}",  # RFC 10008, section 3
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Max-Age": "86400",
}


def is_for_page(method: str, accept: str, parameters: str) -> bool:
    """Say whether a request to `/sparql` is a person's: a browser that asks for no data format."""
    return method in ("GET", "HEAD") and wants_page(accept) and "format=" not in parameters


def headers_of(answer: Answer) -> dict[str, str]:
    """Return the headers of a complete *answer*."""
    length = {"Content-Length": str(answer.reply.size)}
    return {"Content-Type": answer.media_type} | answer.headers | length | CORS


@blueprint.route("/sparql", methods=["GET", "HEAD", "POST", "QUERY", "OPTIONS", "PUT", "DELETE", "PATCH"])
def sparql() -> Response:
    """Answer a query; a few lines over `protocol.answer`."""
    if request.method == "OPTIONS":
        return Response(status=204, headers=OPTIONS)
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
        coding=request.headers.get("Content-Encoding", ""),
    )
    sent = protocol.update_of(asked)
    if sent is not None:
        version = writes.update(site().desk, sent, writer())
        return Response(status=204, headers=writes.headers_of(version))
    answer = protocol.answer(asked, site().engine)
    return Response(answer.reply.read(), headers=headers_of(answer))
