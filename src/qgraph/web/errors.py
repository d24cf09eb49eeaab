"""Errors as answers: the only place that knows a status."""

import json
from dataclasses import dataclass

from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from qgraph import errors, reports
from qgraph.accept import types_of
from qgraph.formats import BY_NAME
from qgraph.web.negotiation import wants_page

PROBLEM = "application/problem+json"
AS_RDF = {BY_NAME[name].media_type: name for name in ("turtle", "jsonld", "ntriples", "rdfxml")}
STATUS = {
    errors.BodyTooLarge: 413,
    errors.ClientTooSlow: 408,
    errors.Conflict: 409,
    errors.DeadlineExceeded: 504,
    errors.DiskFull: 507,
    errors.Gone: 410,
    errors.MethodNotAllowed: 405,
    errors.MovedOn: 412,
    errors.NotAcceptable: 406,
    errors.NotAuthorized: 401,
    errors.NotFound: 404,
    errors.NoVersion: 404,
    errors.Overloaded: 503,
    errors.ProcessDied: 400,
    errors.QueryError: 400,
    errors.Refused: 422,
    errors.RequestError: 400,
    errors.ResultTooLarge: 413,
    errors.SourceError: 400,
    errors.TooManyQueries: 429,
    errors.UnsupportedMediaType: 415,
    errors.WriteRefused: 403,
    errors.WrongHost: 421,
}
TITLES = {
    400: "The request cannot be answered as it is",
    401: "Who are you?",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "No acceptable format",
    408: "Too slow",
    409: "Not yours to change",
    410: "Gone",
    412: "Not as you expect",
    413: "Too large",
    415: "Unsupported media type",
    421: "Wrong host",
    422: "A rule is broken",
    429: "Too many queries at once",
    500: "A fault on our side",
    503: "Not available now",
    504: "Stopped at the deadline",
    507: "The disk is full",
}


@dataclass(frozen=True)
class Problem:
    """An error as RFC 9457 describes it to a client: its members, and how they are written."""

    status: int
    body: dict[str, object]
    headers: dict[str, str]
    media_type: str = PROBLEM
    data: bytes = b""


def problem(error: errors.QgraphError, accept: str = "") -> Problem:
    """Return *error* as a problem, for a client that accepts *accept*.

    A report of findings is among its members; who would rather have RDF gets the
    report alone (SHACL, section 3.6).
    """
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    detail = str(error) if status != 500 else "The server could not do this; its operator can."
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail}
    body |= dict(error.details)
    if isinstance(error, errors.Refused):
        body["report"] = error.report.as_json()
        wanted = types_of(accept).best_match([PROBLEM, "application/json", *AS_RDF])
        if wanted in AS_RDF:
            report = reports.written(error.report, AS_RDF[wanted])
            return Problem(status, body, _headers(status, error), wanted, report)
    return Problem(status, body, _headers(status, error), data=json.dumps(body).encode())


def _headers(status: int, error: errors.QgraphError) -> dict[str, str]:
    """Return the headers that go with *status* of *error* (RFC 9110, sections 10.2, 11.6.1 and 15.5.6)."""
    return {
        401: {"WWW-Authenticate": 'Bearer realm="qgraph"'},
        405: {"Allow": str(error.details.get("allow", "GET, HEAD"))},
        406: _alternates(error),
        429: {"Retry-After": "5"},
        503: {"Retry-After": "5"},
    }.get(status, {})


def _alternates(error: errors.QgraphError) -> dict[str, str]:
    """Return where there is something else, if *error* says where."""
    offers, there = error.details.get("offers", []), error.details.get("alternates", [])
    if not isinstance(offers, list) or not isinstance(there, list) or not there:
        return {}
    links = (f'<{path}>; rel="alternate"; type="{kind}"' for kind, path in zip(offers, there, strict=True))
    return {"Link": ", ".join(links)}


def register(app: Flask) -> None:
    """Have *app* answer every error with a problem, or a page for a browser."""
    app.register_error_handler(errors.QgraphError, _answer)
    app.register_error_handler(HTTPException, _answer_http)


def _answer(error: Exception) -> Response:
    known = error if isinstance(error, errors.QgraphError) else errors.QgraphError(str(error))
    return _rendered(problem(known, request.headers.get("Accept", "")))


def _answer_http(error: Exception) -> Response:
    status = getattr(error, "code", None) or 500
    detail = getattr(error, "description", None) or TITLES.get(status, "")
    title = TITLES.get(status, str(getattr(error, "name", "Error")))
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    allowed = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allowed))} if allowed else {}
    return _rendered(Problem(status, body, headers, data=json.dumps(body).encode()))


def _rendered(shown: Problem) -> Response:
    if wants_page(request.headers.get("Accept", "")):
        response = Response(render_template("error.html", problem=shown.body))
    else:
        response = Response(shown.data, content_type=shown.media_type)
    response.status_code = shown.status
    response.headers.update(shown.headers)
    return response
