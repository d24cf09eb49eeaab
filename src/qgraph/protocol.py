"""The SPARQL 1.1 Protocol: a request becomes a complete answer.

No framework here: the Flask view and the front both call `answer`.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qs

from werkzeug.http import parse_options_header

from qgraph.accept import best
from qgraph.engine import Engine, Reply, Task
from qgraph.errors import MethodNotAllowed, NotAcceptable, RequestError, UnsupportedMediaType
from qgraph.formats import BY_NAME, GRAPHS, RESULTS

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
# What a client that names a format for rows would have a graph in, and the other way round.
LIKE = {"json": "jsonld", "xml": "rdfxml", "jsonld": "json", "rdfxml": "xml"}
METHODS = ("GET", "HEAD", "POST", "QUERY")
BY_PARAMETER = BY_NAME | {one.suffix: one for one in RESULTS + GRAPHS}


@dataclass(frozen=True)
class Request:
    """What the protocol needs of an HTTP request; *query_string* is still encoded.

    The *client*, an address, makes no difference to the answer; *coding* is how
    the body is packed (Content-Encoding), which must be not at all.
    """

    method: str
    query_string: str = ""
    content_type: str = ""
    accept: str = ""
    body: bytes = b""
    url: str = ""
    client: str = field(default="", compare=False)
    coding: str = ""


@dataclass(frozen=True)
class SentUpdate:
    """An update as it was sent: its *text*, and the graphs that its patterns are matched in, if it names any.

    SPARQL 1.1 Protocol, section 2.2.3: as if USING and USING NAMED were said of each operation.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """A complete answer: the reply to send and its media type."""

    reply: Reply
    media_type: str
    headers: dict[str, str] = field(default_factory=dict)


def answer(request: Request, engine: Engine) -> Answer:
    """Return the complete answer to a query (SPARQL 1.1 Protocol, section 2.1).

    A bare GET is answered with the service description of the endpoint, *request.url*.
    Raises RequestError where the request is not of the protocol, QueryError
    where its query is not SPARQL or cannot run, NotAcceptable where no format
    that is accepted can hold the answer.
    """
    return answer_of(engine.ask(task_of(request), request.client))


def task_of(request: Request) -> Task:
    """Return what is to be asked of an engine for *request*. Raises as `answer`."""
    parameters = _parameters(request)
    wanted = _formats(request.accept, tuple(parameters.get("format", ())))
    version = _only("version", parameters) if "version" in parameters else ""
    if request.method in ("GET", "HEAD") and "query" not in parameters and wanted[1]:
        return Task("service", {"endpoint": request.url, "syntax": wanted[1]}, version)
    arguments = {
        "text": _only("query", parameters),
        "results": wanted[0],
        "triples": wanted[1],
        "default_graphs": parameters.get("default-graph-uri", []),
        "named_graphs": parameters.get("named-graph-uri", []),
    }
    return Task("query", arguments, version)


def update_of(request: Request) -> SentUpdate | None:
    """Return the update that *request* holds (SPARQL 1.1 Protocol, section 2.2), None if it holds none.

    Raises RequestError if it is sent in another way than the protocol has it.
    """
    if request.method == "POST" and _kind(request)[0] not in (FORM, UPDATE):
        return None
    parameters = _parameters(request)
    if "update" not in parameters:
        return None
    if request.method != "POST":
        raise MethodNotAllowed("An update is sent by POST.", allow="POST, OPTIONS")
    if "query" in parameters:
        raise RequestError("A request holds a query or an update, not both.")
    graphs = (parameters.get(name, []) for name in ("using-graph-uri", "using-named-graph-uri"))
    return SentUpdate(_only("update", parameters), *map(tuple, graphs))


def answer_of(reply: Reply) -> Answer:
    """Return *reply* with the headers that say what it is."""
    media_type = BY_NAME[reply.kind].media_type
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return Answer(reply, media_type + charset, {"Vary": "Accept"})


def _parameters(request: Request) -> dict[str, list[str]]:
    """Return the parameters of *request*, from its URL and its body as the protocol has them.

    A query in both places is two queries, which no request may hold.
    """
    if request.method not in METHODS:
        raise MethodNotAllowed(
            f"{request.method} is not for queries: use GET, POST or QUERY.",
            allow=", ".join((*METHODS, "OPTIONS")),
        )
    parameters = _decoded(request.query_string)
    if request.method in ("GET", "HEAD"):
        return parameters
    kind, options = _kind(request)
    if request.coding.lower() not in ("", "identity"):
        raise UnsupportedMediaType(f"The body is packed ({request.coding}), expected it as it is.")
    if options.get("charset", "utf-8").lower().replace("-", "") != "utf8":
        raise UnsupportedMediaType(f"The body's charset is {options['charset']}, expected UTF-8.")
    if kind == FORM:
        return _decoded("&".join(part for part in (request.query_string, _text(request.body)) if part))
    sent = {QUERY: "query", UPDATE: "update" if request.method == "POST" else ""}.get(kind)
    if sent:
        return parameters | {sent: [*parameters.get(sent, []), _text(request.body)]}
    raise UnsupportedMediaType(f"The body is {kind or 'of no stated type'}, expected {FORM} or {QUERY}.")


def _kind(request: Request) -> tuple[str, dict[str, str]]:
    kind, options = parse_options_header(request.content_type)
    return kind.lower(), options


@lru_cache(maxsize=8)  # a request is looked through for an update first
def _decoded(encoded: str) -> dict[str, list[str]]:
    try:
        return parse_qs(encoded, keep_blank_values=True, errors="strict", max_num_fields=100)
    except UnicodeDecodeError as error:
        raise RequestError(f"Byte {error.start} of a parameter is not UTF-8.") from error
    except ValueError as error:
        raise RequestError(f"The parameters cannot be read: {error}.") from error


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RequestError(f"Byte {error.start} of the text is not UTF-8.") from error


def _only(name: str, parameters: dict[str, list[str]]) -> str:
    values = parameters.get(name, [])
    if len(values) != 1 or not values[0].strip():
        found = "none" if not any(values) else str(len(values))
        raise RequestError(f"Expected one parameter “{name}”, found {found}.")
    return values[0]


@lru_cache(maxsize=1024)  # clients say the same each time
def _formats(accept: str, asked: tuple[str, ...]) -> tuple[str, str]:
    """Return the names of the formats for rows and for graphs, empty where none is accepted.

    The parameter “format” comes first, a name or a suffix; where it holds none of ours, as some
    clients send media types there and several, it is the Accept header that counts.
    """
    named = [BY_PARAMETER[name] for name in asked if name in BY_PARAMETER]
    if named:
        name = named[0].name
        rows = name if BY_NAME[name] in RESULTS else LIKE.get(name, "json")
        return rows, name if BY_NAME[name] in GRAPHS else LIKE.get(name, "turtle")
    if asked and accept in ("", "*/*"):
        raise NotAcceptable(f"There is no format “{asked[0]}”.", offers=sorted(BY_NAME))
    likes = best(accept, RESULTS), best(accept, GRAPHS)
    wanted = likes[0].name if likes[0] else "", likes[1].name if likes[1] else ""
    if not any(wanted):
        offers = sorted(one.media_type for one in RESULTS + GRAPHS)
        raise NotAcceptable(f"None of {accept} is offered.", offers=offers)
    return wanted
