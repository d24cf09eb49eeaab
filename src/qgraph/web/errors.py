"""Errors as answers: the only place that knows a status."""

from dataclasses import dataclass

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from qgraph import errors
from qgraph.web.negotiation import wants_page

PROBLEM = "application/problem+json"
STATUS = {
    errors.BodyTooLarge: 413,
    errors.ClientTooSlow: 408,
    errors.DeadlineExceeded: 504,
    errors.MethodNotAllowed: 405,
    errors.NotAcceptable: 406,
    errors.NotFound: 404,
    errors.NoVersion: 503,
    errors.Overloaded: 503,
    errors.ProcessDied: 400,
    errors.QueryError: 400,
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
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "No acceptable format",
    408: "Too slow",
    413: "Too large",
    415: "Unsupported media type",
    421: "Wrong host",
    429: "Too many queries at once",
    500: "A fault on our side",
    503: "Not available now",
    504: "Stopped at the deadline",
}


@dataclass(frozen=True)
class Problem:
    """An error as RFC 9457 describes it to a client."""

    status: int
    body: dict[str, object]
    headers: dict[str, str]


def problem(error: errors.QgraphError) -> Problem:
    """Return *error* as a problem: status, members of problem+json, headers."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    detail = str(error) if status != 500 else "The server could not do this; its operator can."
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail}
    headers = {"Retry-After": "5"} if status in (429, 503) else {}
    if status == 405:
        headers["Allow"] = str(error.details.get("allow", "GET, HEAD"))
    return Problem(status, body | dict(error.details), headers)


def register(app: Flask) -> None:
    """Have *app* answer every error with a problem, or a page for a browser."""
    app.register_error_handler(errors.QgraphError, _answer)
    app.register_error_handler(HTTPException, _answer_http)


def _answer(error: Exception) -> Response:
    return _rendered(
        problem(error if isinstance(error, errors.QgraphError) else errors.QgraphError(str(error)))
    )


def _answer_http(error: Exception) -> Response:
    status = getattr(error, "code", None) or 500
    detail = getattr(error, "description", None) or TITLES.get(status, "")
    title = TITLES.get(status, str(getattr(error, "name", "Error")))
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    allowed = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allowed))} if allowed else {}
    return _rendered(Problem(status, body, headers))


def _rendered(shown: Problem) -> Response:
    if wants_page(request.headers.get("Accept", "")):
        response = Response(render_template("error.html", problem=shown.body))
    else:
        response = jsonify(shown.body)
        response.mimetype = PROBLEM
    response.status_code = shown.status
    response.headers.update(shown.headers)
    return response
