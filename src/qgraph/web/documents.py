"""Documents in several formats: which one is wanted, and how it is sent."""

from collections.abc import Sequence
from urllib.parse import quote

from flask import Response, request

from qgraph.accept import best
from qgraph.engine import Reply
from qgraph.errors import NotAcceptable
from qgraph.formats import BY_NAME, Format
from qgraph.web import exchange

URI = ":/?#[]@!$&'()*+,;=%"  # what stands as it is where an IRI becomes a URI (RFC 3987, section 3.1)
RDF = tuple(BY_NAME[name] for name in ("turtle", "jsonld", "rdfxml", "ntriples"))


def wanted(path: str, suffix: str, offers: Sequence[Format]) -> Format:
    """Return the format of *offers* that is asked for: by *suffix* of the *path*, else by Accept.

    Raises NotAcceptable for a suffix that there is not, and where nothing offered is accepted.
    """
    if suffix:
        found = next((one for one in offers if one.suffix == suffix), None)
        if found is None:
            raise not_offered(f"There is no {path}.{suffix}", offers)
        return found
    return accepted(offers)


def accepted(offers: Sequence[Format]) -> Format:
    """Return the format of *offers* that the client accepts best. Raises NotAcceptable."""
    accept = request.headers.get("Accept", "")
    if found := best(accept, tuple(offers)):
        return found
    raise not_offered(f"None of {accept} is offered", offers)


def not_offered(said: str, offered: Sequence[Format]) -> NotAcceptable:
    """Return that *said* is so, and the formats that are *offered*."""
    names = ", ".join(one.name for one in offered)
    return NotAcceptable(f"{said}; there is {names}.", offers=[one.media_type for one in offered])


def sent(body: bytes | str, media_type: str) -> Response:
    """Return *body*, which the version in force decides alone, as an answer that is kept and tagged."""
    return exchange.lasting(answered(body, media_type))


def answered(body: bytes | str, media_type: str) -> Response:
    """Return *body* as an answer, its charset said where its type has one."""
    charset = "; charset=utf-8" if media_type.startswith(("text/", "application/xml")) else ""
    return Response(body, content_type=media_type + charset)


def handed(reply: Reply, media_type: str) -> Response:
    """Return *reply*, whose body may be a large file, as an answer of *media_type*."""
    response = answered(b"", media_type)
    response.content_length = reply.size
    exchange.hand_on(response, reply.body)
    return response


def negotiated(body: bytes | str, path: str, *, chosen: Format, offers: Sequence[Format]) -> Response:
    """Return *body* of the document *path* as *chosen*, with links to it in the other formats."""
    response = sent(body, chosen.media_type)
    response.vary.add("Accept")
    query = f"?{as_uri(request.query_string.decode('latin-1'))}" if request.query_string else ""
    response.headers["Content-Location"] = f"{path}.{chosen.suffix}{query}"
    others = (one for one in offers if one is not chosen)
    add_links(
        response,
        *(f'<{path}.{one.suffix}{query}>; rel="alternate"; type="{one.media_type}"' for one in others),
    )
    return response


def as_uri(text: str) -> str:
    """Return *text*, part of an address that a client sent, as it may stand in a link: it ends none."""
    return quote(text, safe=URI)


def add_links(response: Response, *links: str) -> None:
    """Add *links* to the one header that holds the links of *response*."""
    if links:
        held = response.headers.getlist("Link")
        response.headers["Link"] = ", ".join(dict.fromkeys([*held, *links]))
