"""For those who come again: the sitemap, what robots may read, a feed of changes."""

import json
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Blueprint, Response

from qgraph import history, keeping
from qgraph.about import LICENCE
from qgraph.drawn import as_xml
from qgraph.errors import NotFound
from qgraph.versions import Version
from qgraph.web import documents, exchange
from qgraph.web.pages import here, named, path_of, site

blueprint = Blueprint("feeds", __name__)
ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
MOST = 50_000  # addresses of a sitemap, as its standard has it
ENTRIES = 50  # of the feed
PAGES = ("/", "/catalog", "/ontology", "/core", "/shapes", "/core/shapes", "/versions")
PLAIN_PAGES = ("/", "/catalog", "/versions")
CLOSED = ("/sparql", "/graphs", "/search", "/health", "/ready", "/metrics")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Say what robots may read, and where the sitemap is (RFC 9309)."""
    closed = "".join(f"Disallow: {path}\n" for path in CLOSED)
    return documents.sent(f"User-agent: *\n{closed}\nSitemap: {here()}/sitemap.xml\n", "text/plain")


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """List the pages that search engines may list; or, where they are too many for one list, the lists."""
    parts = -(-_total() // MOST)
    if parts <= 1:
        return _sitemap_part(1)
    index = Element("sitemapindex", xmlns=SITEMAP)
    for number in range(1, parts + 1):
        entry = SubElement(index, "sitemap")
        SubElement(entry, "loc").text = f"{here()}/sitemap-{number}.xml"
        SubElement(entry, "lastmod").text = site().version().time
    return _xml(index)


@blueprint.get("/sitemap-<int:number>.xml")
def part_of_sitemap(number: int) -> Response:
    """List some of the pages, with the day on which each changed last."""
    if not 1 <= number <= -(-_total() // MOST):
        raise NotFound(f"There is no sitemap {number}: /sitemap.xml names those there are.")
    return _sitemap_part(number)


def _sitemap_part(number: int) -> Response:
    oldest, changed = site().memory.get(
        (site().engine.state(), "touched"),
        lambda: json.dumps(history.touched(site().settings.store)).encode(),
    )
    now = site().version().time
    listed = Element("urlset", xmlns=SITEMAP)
    for path, iri in _addresses((number - 1) * MOST):
        entry = SubElement(listed, "url")
        SubElement(entry, "loc").text = here() + path
        SubElement(entry, "lastmod").text = changed.get(iri, oldest) if iri else now
    return _xml(listed)


def _fixed() -> list[str]:
    pages = PLAIN_PAGES if site().settings.bare else PAGES
    return [*pages, *(f"/questions/{one.name}" for one in site().questions)]


def _listed(start: int, most: int) -> tuple[int, list[str]]:
    if site().settings.bare:
        return 0, []
    found = site().kept("listed", start=start, most=most)
    return found["total"], found["things"]


def _total() -> int:
    return len(_fixed()) + _listed(0, 0)[0]


def _addresses(start: int) -> Iterator[tuple[str, str]]:
    """Yield the paths of the pages from number *start*, and the IRIs of those of things."""
    fixed = _fixed()
    yield from ((path, "") for path in fixed[start : start + MOST])
    ahead = max(0, start - len(fixed))
    _, things = _listed(ahead, MOST - len(fixed[start : start + MOST]))
    yield from ((path_of(iri), iri) for iri in things)


@blueprint.get("/changes.atom")
def changes() -> Response:
    """Tell what changed, as a feed (RFC 4287); under the care policy only how much."""
    store, about = site().settings.store, site().about()
    version = site().version()
    feed = Element("feed", xmlns=ATOM)
    name = named()
    _text(feed, "id", f"{name}/changes.atom")
    _text(feed, "title", f"Changes of {about.title}")
    _text(feed, "updated", version.time)
    _link(feed, "self", f"{here()}/changes.atom", kind="application/atom+xml")
    _link(feed, "alternate", f"{here()}/versions", kind="text/html")
    for licence in about.iris(LICENCE):
        _link(feed, "license", licence)
    tags = keeping.tags(store)
    known = history.known(store)
    kept = {one.number for one in known}
    for one in known[:ENTRIES]:
        entry = _entry(feed, one, name, tags=[tag for tag, number in tags.items() if number == one.number])
        if one.parent in kept:
            _link(entry, "related", f"{here()}/versions/{one.parent}..{one.number}", kind="text/html")
    return exchange.tagged(_feed(feed))


def _entry(feed: Element, version: Version, name: str, *, tags: list[str]) -> Element:
    """Add *version* to *feed* and return its entry; its writer is an opaque id and a role (care rule C22)."""
    entry = SubElement(feed, "entry")
    _text(entry, "id", f"{name}/versions/{version.number}")
    _text(entry, "title", " · ".join([f"Version {version.number}", *tags]))
    _text(entry, "updated", version.time)
    author = SubElement(entry, "author")
    _text(author, "name", f"{version.role} {version.curator}".strip())
    _link(entry, "alternate", f"{here()}/versions/{version.number}", kind="text/html")
    came, went = history.sizes(site().settings.store, version)
    withheld = f"{version.withheld} statements changed under the care policy." if version.withheld else ""
    counted = "" if withheld else f"{came} statements added, {went} removed."
    _text(entry, "summary", " ".join(filter(None, [version.message, counted, withheld])))
    return entry


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = as_xml(" ".join(text.splitlines()))


def _link(parent: Element, rel: str, address: str, *, kind: str = "") -> None:
    SubElement(parent, "link", {"rel": rel, "href": address} | ({"type": kind} if kind else {}))


def _feed(root: Element) -> Response:
    """Return a feed: tags of versions are in it, so the version in force does not decide it alone."""
    return documents.answered(tostring(root, "utf-8", xml_declaration=True), "application/atom+xml")


def _xml(root: Element) -> Response:
    return documents.sent(tostring(root, "utf-8", xml_declaration=True), "application/xml")
