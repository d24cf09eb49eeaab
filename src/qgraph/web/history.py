"""`/versions`: what there is, what changed, and when; for people and for machines."""

from dataclasses import asdict
from hashlib import blake2b
from urllib.parse import urldefrag

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from qgraph import delta, history, keeping, provenance, wording
from qgraph.accept import types_of
from qgraph.errors import NotAcceptable, NotFound, RequestError
from qgraph.formats import BY_NAME, GRAPHS
from qgraph.history import Difference
from qgraph.namespaces import Names
from qgraph.store import NamedNode
from qgraph.versions import Version
from qgraph.web import documents, memento, writes
from qgraph.web.pages import here, named, root, site

blueprint = Blueprint("history", __name__)
TURTLE, NQUADS = BY_NAME["turtle"].media_type, BY_NAME["nquads"].media_type
PATCH = "application/rdf-patch"
# Formats of one graph; plain JSON is ours, not JSON-LD.
RDF = {one.media_type: one for one in GRAPHS if not one.holds_named_graphs}
LISTED = ("text/html", "application/json", *RDF)
COMPARED = ("text/html", "application/json", PATCH, NQUADS)
BY_FORMAT = {
    "html": "text/html",
    "json": "application/json",
    "turtle": TURTLE,
    "nquads": NQUADS,
    "patch": PATCH,
} | {one.name: kind for kind, one in RDF.items()}
BY_SUFFIX = {"html": "text/html", "json": "application/json"} | {
    one.suffix: kind for kind, one in RDF.items()
}


@blueprint.get("/versions")
def versions() -> Response:
    """List the versions that are kept."""
    return _listed(history.known(site().settings.store))


@blueprint.get("/versions/<name>")
def version(name: str) -> Response:
    """Tell of one version, by its number or tag; or of what changed between two."""
    before, dots, after = name.partition("..")
    store = site().settings.store
    if dots:
        return _compared(before, after)
    plain, dot, suffix = name.rpartition(".")
    kind = BY_SUFFIX.get(suffix, "") if dot else ""
    known = history.describe(store, keeping.number_of(store, plain if kind else name))
    response = _listed([known], kind)
    _link(response, known.number)
    kind = str(response.mimetype).rpartition("/")[2]
    told = blake2b(response.get_data(), digest_size=6).hexdigest()  # its tags and its message too
    response.headers["ETag"] = writes.etag(known, f"{kind}.{told}")
    response.make_conditional(request)
    return response


@blueprint.get("/timemap")
def timemap() -> Response:
    """List the versions as Mementos of an address (RFC 7089, section 5)."""
    address = _original(request.args.get("url", f"{here()}/"))
    join = "&" if "?" in address else "?"
    lines = [
        f'<{address}>; rel="original timegate"',
        f'<{documents.as_uri(request.url)}>; rel="self"; type="application/link-format"',
    ]
    for one in reversed(history.known(site().settings.store)):
        made = provenance.moment(one).strftime("%a, %d %b %Y %H:%M:%S GMT")
        lines.append(f'<{address}{join}version={one.number}>; rel="memento"; datetime="{made}"')
    return Response(",\n".join(lines) + "\n", content_type="application/link-format")


def _original(given: str) -> str:
    """Return *given* but for a version in it. Raises NotFound for an address of others."""
    address, _, query = documents.as_uri(urldefrag(given).url).partition("?")
    base = site().version().base
    if not f"{address}/".startswith((f"{here()}/", base)):
        raise NotFound(f"{given} is none of this server: its addresses begin with {here()}/ or {base}.")
    return memento.original(address, query)


def _link(response: Response, number: int) -> None:
    """Say where the other forms of a version's description are (RFC 8288)."""
    links = (
        f'</versions/{number}.{suffix}>; rel="alternate"; type="{kind}"' for suffix, kind in BY_SUFFIX.items()
    )
    response.headers["Link"] = ", ".join(links)
    suffix = next(suffix for suffix, kind in BY_SUFFIX.items() if kind == response.mimetype)
    response.headers["Content-Location"] = f"/versions/{number}.{suffix}"


def _listed(known: list[Version], wanted: str = "") -> Response:
    store = site().settings.store
    tags = keeping.tags(store)
    wanted = wanted or _wanted(LISTED)
    if wanted in RDF:
        return _sent(provenance.written(known, tags, f"{named()}/versions", syntax=RDF[wanted]), wanted)
    rows = [
        asdict(one) | {"tags": [name for name, number in tags.items() if number == one.number]}
        for one in known
    ]
    if wanted == "application/json":
        response = jsonify(rows)
        response.headers["Vary"] = "Accept"
        return response
    kept = {one.number for one in history.known(store)}
    return _page("versions.html", versions=rows, kept=kept)


def _compared(before: str, after: str) -> Response:
    store = site().settings.store
    found = history.difference(store, keeping.number_of(store, before), keeping.number_of(store, after))
    wanted = _wanted(COMPARED)
    if wanted == PATCH:
        return _sent(delta.patch(found.delta).encode(), PATCH)
    if wanted == NQUADS:
        part = request.args.get("part", "added")
        if part not in ("added", "removed"):
            raise RequestError(f"part is {part}, expected added or removed.")
        return _sent(delta.quads(getattr(found.delta, part)), NQUADS)
    rows = _rows(found)
    told = {"before": found.before.number, "after": found.after.number, "withheld": found.withheld}
    if wanted == "application/json":
        response = jsonify(told | {"changes": [asdict(row) for row in rows]})
        response.headers["Vary"] = "Accept"
        return response
    return _page("difference.html", rows=rows, **told)


def _rows(found: Difference) -> list[wording.Row]:
    """Return what changed in words, with the names that the newer version has, else the older one."""
    iris = sorted(
        {
            term.value
            for quad in found.delta.quads
            for term in (quad.subject, quad.predicate, quad.object)
            if isinstance(term, NamedNode)
        }
    )
    names: dict[str, str] = {}
    for one in sorted((found.before, found.after), key=lambda version: version.number):
        names |= site().ask_of(str(one.number), "labels", iris=iris)
    return wording.rows(found.delta, Names(found.after.base), lambda iri: names.get(iri, ""))


def _wanted(offers: tuple[str, ...]) -> str:
    """Return the media type that the client wants: by the parameter `format`, else by Accept."""
    named = BY_FORMAT.get(request.args.get("format", ""), "")
    accept = types_of(request.headers.get("Accept", "") or "*/*")
    wanted = named if named in offers else accept.best_match(offers)
    if not wanted or (request.args.get("format") and named not in offers):
        raise NotAcceptable("There is no such format here.", offers=list(offers))
    return wanted


def _sent(body: bytes, media_type: str) -> Response:
    response = documents.answered(body, media_type)
    response.vary.add("Accept")
    return response


def _page(template: str, **shown: object) -> Response:
    return Response(render_template(template, **shown), headers={"Vary": "Accept"})


@blueprint.get("/versions/")
def slashed() -> AnyResponse:
    """Lead to the list."""
    return redirect(f"{root()}/versions", 308)
