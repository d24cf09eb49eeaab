"""`/sparql`: the protocol for clients, a page for people."""

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from qgraph import protocol
from qgraph.protocol import Answer
from qgraph.web import writes
from qgraph.web.exchange import CORS
from qgraph.web.negotiation import wants_page
from qgraph.web.pages import site, writer
from qgraph.web.workbench import query_page

blueprint = Blueprint("sparql", __name__)
METHODS = ", ".join((*protocol.METHODS, "OPTIONS"))
OPTIONS = {
    "Allow": METHODS,
    "Accept-Query": f"{protocol.QUERY}, {protocol.FORM}",  # RFC 10008, section 3
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Max-Age": "86400",
}


def is_for_page(asked: protocol.Request) -> bool:
    """Say whether a request to `/sparql` is a person's: of a browser, for no data format, with no update."""
    if asked.method not in ("GET", "HEAD", "POST") or not wants_page(asked.accept):
        return False
    sent = asked.query_string
    if asked.method == "POST":
        if asked.content_type.partition(";")[0].strip().lower() != protocol.FORM:
            return False
        sent += "&" + asked.body.decode("latin-1")
    return {"format", "update"}.isdisjoint(part.partition("=")[0] for part in sent.split("&"))


def headers_of(answer: Answer) -> dict[str, str]:
    """Return the headers of a complete *answer*."""
    length = {"Content-Length": str(answer.reply.size)}
    return {"Content-Type": answer.media_type} | answer.headers | length | CORS


@blueprint.route("/sparql", methods=["GET", "HEAD", "POST", "QUERY", "OPTIONS", "PUT", "DELETE", "PATCH"])
def sparql() -> AnyResponse:
    """Answer a query; a few lines over `protocol.answer`."""
    if request.method == "OPTIONS":
        return Response(status=204, headers=OPTIONS)
    asked = protocol.Request(
        request.method,
        request.query_string.decode("latin-1"),
        request.headers.get("Content-Type", ""),
        request.headers.get("Accept", ""),
        request.get_data(),
        request.base_url,
        coding=request.headers.get("Content-Encoding", ""),
    )
    if is_for_page(asked):
        return query_page()
    sent = protocol.update_of(asked)
    if sent is not None:
        version = writes.update(site().desk, sent, writer())
        return Response(status=204, headers=writes.headers_of(version))
    answer = protocol.answer(asked, site().engine)
    return Response(answer.reply.read(), headers=headers_of(answer))
