"""Links that lead machines around: FAIR Signposting as Link headers and link sets (RFC 8288, RFC 9264)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, Response, g, request

from qgraph.about import CREATOR, LICENCE
from qgraph.errors import NotFound, RequestError
from qgraph.formats import GRAPHS, Format
from qgraph.namespaces import SCHEMA
from qgraph.web import documents
from qgraph.web.dataset import described
from qgraph.web.pages import check_erased, here, site

blueprint = Blueprint("signposting", __name__)
SHOWN = (200, 303, 304)  # answers that carry links
LINKSET_JSON = Format("linkset+json", "application/linkset+json", "json", ("application/json",))
LINKSET = Format("linkset", "application/linkset", "txt", ("text/plain",))
API_CATALOG = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
SUFFIX = re.compile(rf"\.(html|ttl12|{'|'.join(one.suffix for one in GRAPHS)})$")
OF_A_THING = (*documents.RDF, next(one for one in GRAPHS if one.name == "trig"))
ABOUT_THE_DATA = ("catalog", "void")


@dataclass(frozen=True)
class Link:
    """A link of a page to *target*, in the relation *rel*; *type* is the target's media type."""

    target: str
    rel: str
    type: str = ""

    def written(self, anchor: str = "") -> str:
        """Return the link as a Link header has it (RFC 8288, section 3)."""
        own = f'; type="{self.type}"' if self.type else ""
        return f'<{self.target}>; rel="{self.rel}"{own}' + (f'; anchor="{anchor}"' if anchor else "")


def links_of(path: str) -> list[Link]:
    """Return the links of the page at *path*: the dataset, an export, a question, a thing; none of others.

    Whether the thing is there makes no difference: who answers for it knows.
    """
    kind, slash, name = path.strip("/").partition("/")
    if kind == "export":
        return [Link(one, "license") for one in site().about().iris(LICENCE)]
    if not kind:
        return [*_of_dataset(), *_everywhere(path)]
    if SUFFIX.sub("", kind) in ABOUT_THE_DATA and not slash:
        return [Link(f"{here()}/", "describes", "text/html")]
    if kind == "questions" and any(one.name == name for one in site().questions):
        return [*_of_question(name), *_everywhere(path)]
    classes = {one.segment: one.iri for one in site().kinds()}
    if kind in classes and name:
        thing = SUFFIX.sub("", path)
        return [*_of_thing(thing, classes[kind]), *_everywhere(thing)]
    return []


def _of_dataset() -> Iterator[Link]:
    known = described()
    yield Link(known.iri, "cite-as")
    yield from (Link(SCHEMA + name, "type") for name in ("AboutPage", "Dataset"))
    for name in ABOUT_THE_DATA:
        yield from (
            Link(f"{here()}/{name}.{one.suffix}", "describedby", one.media_type) for one in documents.RDF
        )
    yield Link(f"{here()}/dataset.jsonld", "describedby", "application/ld+json")
    yield from (Link(one.address, "item", one.syntax.media_type) for one in known.downloads)
    yield Link(f"{here()}/.well-known/api-catalog", "api-catalog", "application/linkset+json")


def _of_question(name: str) -> Iterator[Link]:
    yield Link(f"{site().version().base}questions/{name}", "cite-as")
    yield from (Link(SCHEMA + kind, "type") for kind in ("AboutPage", "Question"))
    yield Link(f"{here()}/openapi.json", "describedby", "application/json")
    yield Link(f"{here()}/", "collection", "text/html")


def _of_thing(path: str, class_iri: str) -> Iterator[Link]:
    yield Link(site().version().base + quote(path.lstrip("/")), "cite-as")
    yield from (Link(kind, "type") for kind in (SCHEMA + "AboutPage", class_iri))
    address = here() + quote(path)
    yield from (Link(f"{address}.{one.suffix}", "describedby", one.media_type) for one in OF_A_THING)
    yield Link(f"{here()}/", "collection", "text/html")


def _everywhere(path: str) -> Iterator[Link]:
    """Yield who made it, under which licence, and where its links stand together."""
    about = site().about()
    yield from (Link(one, "license") for one in about.iris(LICENCE))
    yield from (Link(one, "author") for one in about.iris(CREATOR))
    of = f"?of={quote(path, safe='/')}" if path.strip("/") else ""
    yield from (
        Link(f"{here()}/linkset{end}{of}", "linkset", one.media_type)
        for end, one in ((".json", LINKSET_JSON), ("", LINKSET))
    )


@blueprint.after_app_request
def _signpost(response: Response) -> Response:
    """Add the links of the page, whichever view made it; say what search engines are to leave out."""
    told = request.method in ("GET", "HEAD") and response.status_code in SHOWN
    if told and request.endpoint != "static":
        documents.add_links(response, *(link.written() for link in links_of(request.path)))
        if not is_listed(request.path):
            response.headers["X-Robots-Tag"] = "noindex"
    return response


def is_listed(path: str) -> bool:
    """Say whether search engines may list the page at *path* (care rule C7).

    They may list neither what the ontology says of a class, nor evidence, nor what stood in a former version.
    """
    if request.args.get("version") or path.startswith("/versions/"):
        return False
    kind, _, name = SUFFIX.sub("", path.lstrip("/")).partition("/")
    kinds = [one.segment for one in site().kinds()]
    if not name or kind not in kinds:
        return True
    if kind == "evidence":
        return False
    return not g.get("unlisted")  # what tells of a thing has asked


@blueprint.get("/linkset")
@blueprint.get("/linkset.<suffix>")
def linkset(suffix: str = "") -> Response:
    """Give the links of the dataset and of the questions, or of one page, as a link set (RFC 9264)."""
    offers = (LINKSET, LINKSET_JSON)
    chosen = documents.wanted("/linkset", suffix, offers)
    of = SUFFIX.sub("", request.args.get("of", ""))
    if of and not of.startswith("/"):
        raise RequestError(f"“of” is “{of}”, expected a path such as /questions/name.", parameter="of")
    pages = (
        [of] if of else ["/", "/catalog", "/void", *(f"/questions/{one.name}" for one in site().questions)]
    )
    found = {here() + quote(page): links_of(page) for page in pages}
    if of:
        _check_thing(of)
    if not all(found.values()):
        raise NotFound(f"There are no links of {of}: expected the path of a thing or a question.")
    if chosen is LINKSET_JSON:
        return _negotiated(as_json(found), chosen.media_type)
    rows = [link.written(anchor) for anchor, links in found.items() for link in links]
    return _negotiated(",\n".join(rows) + "\n", chosen.media_type)


def _check_thing(path: str) -> None:
    """Raise NotFound if *path* is that of a thing which is not there, Gone if it was erased."""
    kind, _, name = path.lstrip("/").partition("/")
    if name and kind in {one.segment for one in site().kinds()}:
        iri = f"{site().version().base}{kind}/{name}"
        try:
            site().ask("identify", iri=iri)
        except NotFound as error:
            check_erased(iri, error)
            raise


def as_json(found: dict[str, list[Link]]) -> str:
    """Return the links of each page as JSON (RFC 9264, section 4.2)."""
    contexts = []
    for anchor, links in found.items():
        context: dict[str, object] = {"anchor": anchor}
        for rel in dict.fromkeys(link.rel for link in links):
            context[rel] = [
                {"href": link.target} | ({"type": link.type} if link.type else {})
                for link in links
                if link.rel == rel
            ]
        contexts.append(context)
    return json.dumps({"linkset": contexts}, ensure_ascii=False, indent=1) + "\n"


def _negotiated(body: str, media_type: str) -> Response:
    response = documents.sent(body, media_type)
    response.vary.add("Accept")
    return response


@blueprint.get("/.well-known/api-catalog")
def api_catalog() -> Response:
    """Name the programming interfaces and where each is described (RFC 9727)."""
    sparql, pages = f"{here()}/sparql", f"{here()}/openapi.json"
    itself = f"{here()}/.well-known/api-catalog"
    found = {
        itself: [Link(sparql, "item"), Link(f"{here()}/", "item")],
        sparql: [
            Link(f"{sparql}", "service-desc", "text/turtle"),
            Link("https://www.w3.org/TR/sparql11-protocol/", "service-doc", "text/html"),
            Link(f"{here()}/void.ttl", "service-meta", "text/turtle"),
        ],
        f"{here()}/": [
            Link(pages, "service-desc", "application/json"),
            Link(f"{here()}/catalog", "service-doc", "text/html"),
            Link(f"{here()}/catalog.ttl", "service-meta", "text/turtle"),
        ],
    }
    response = documents.sent(as_json(found), API_CATALOG)
    documents.add_links(response, Link(itself, "api-catalog", "application/linkset+json").written())
    return response
