"""Names that answer: a thing leads to what is told of it; a graph is told as it is.

Decision 0014. A thing is no document, so it answers 303 with the address of one;
a graph of the dataset is one, and answers 200. Each document has an address of
its own, by its suffix, and tells what else there is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from qgraph.accept import best
from qgraph.errors import NotAcceptable, NotFound, RequestError
from qgraph.formats import GRAPHS, PAGE, RDF_BY_SUFFIX, TITLES, TURTLE12, Format
from qgraph.namespaces import SCHEMA
from qgraph.profiles import ALTERNATES, WHOLE, Profile
from qgraph.selection import offers
from qgraph.web import alternates, citing, documents, exchange, reading
from qgraph.web.language import language
from qgraph.web.negotiation import profile_of
from qgraph.web.pages import check_erased, path_of, root, site

blueprint = Blueprint("things", __name__)
FLAT = tuple(one for one in GRAPHS if not one.holds_named_graphs)
BY_SUFFIX = RDF_BY_SUFFIX | {f".{one.suffix}": one for one in (PAGE, TURTLE12)}
VARY = ("Accept", "Accept-Profile")
LONGEST = 2_000
CONTEXT = "http://www.w3.org/ns/json-ld#context"


@dataclass(frozen=True)
class Wanted:
    """What a request wants told: the *path* of a name, after a *profile*, in a *form*.

    The form is *fixed* where the address itself says it. What *is_graph* is told as it is.
    """

    path: str
    profile: Profile
    form: Format
    fixed: bool
    is_graph: bool = False

    @property
    def profiles(self) -> tuple[Profile, ...]:
        """The profiles after which the name is told."""
        return (WHOLE, ALTERNATES) if self.is_graph else site().telling.profiles

    @property
    def iri(self) -> str:
        """The name, whatever host it is asked of."""
        return site().version().base + self.path

    @property
    def kind(self) -> str:
        """The kind of thing, as the path has it."""
        return self.path.partition("/")[0]

    def address(self, form: Format | None = None, profile: Profile | None = None) -> str:
        """Return the path of the document in a *form* after a *profile*: those wanted, if left out.

        Pages have that of their language.
        """
        form, profile = form or self.form, profile or self.profile
        named = {"_profile": profile.token} if profile != WHOLE else {}
        if old := request.args.get("version"):
            named["version"] = old
        before = root() if form == PAGE else ""
        return f"{before}/{quote(self.path)}.{form.suffix}{'?' * bool(named)}{urlencode(named)}"


def forms_of(profile: Profile) -> tuple[Format, ...]:
    """Return the formats in which things are told after *profile*, the best known first."""
    if profile == WHOLE:
        return (PAGE, *GRAPHS, TURTLE12)
    return (PAGE, *FLAT) if profile == ALTERNATES else FLAT


@blueprint.get("/<kind>/<path:name>")
def thing(kind: str, name: str) -> AnyResponse:
    """Tell what the name under the graph's base with this path is, or lead to where it is told."""
    wanted = _wanted(f"{kind}/{name}")
    known = _identified(wanted)
    wanted = replace(wanted, is_graph=bool(known["graph"]))
    if wanted.profile not in wanted.profiles:
        raise NotAcceptable("A graph is told as it is.", offers=_listed(wanted.profiles))
    if not wanted.fixed and not wanted.is_graph:
        return exchange.lasting(_lead(wanted), VARY)
    response = _told(wanted, known)
    response.headers["Content-Location"] = wanted.address()
    response.headers["Content-Profile"] = f"<{wanted.profile.uri}>"
    response.headers["Link"] = ", ".join(_links(wanted))
    return exchange.lasting(response, VARY[wanted.fixed :])


@blueprint.get("/context.jsonld")
def context() -> AnyResponse:
    """Give the JSON-LD context of the graph's data."""
    return documents.sent(site().reply("context").read(), "application/ld+json")


def _wanted(path: str) -> Wanted:
    """Return what is wanted of *path*. Raises NotAcceptable, with what there is."""
    stem, dot, suffix = path.rpartition(".")
    named = BY_SUFFIX.get(dot + suffix) if dot else None
    plain = stem if named else path
    offers = site().telling.profiles
    asked = _parameter("_profile") or request.headers.get("Accept-Profile", "")
    profile = profile_of(asked, offers)
    if profile is None:
        raise NotAcceptable(f"There is no profile {asked}.", offers=_listed(offers))
    forms = forms_of(profile)
    accept = _parameter("_mediatype") or request.headers.get("Accept", "")
    form = named if named in forms else None if named else best(accept, forms)
    wanted = Wanted(plain, profile, form or forms[0], fixed=bool(named))
    if form is None:
        there, what = [one.media_type for one in forms], f"{named.media_type if named else accept}"
        others = [wanted.address(one) for one in forms]
        raise NotAcceptable(f"This is not told as {what}.", offers=there, alternates=others)
    return wanted


def _listed(profiles: Iterable[Profile]) -> list[str]:
    return [f"{one.token} ({one.uri})" for one in profiles]


def _parameter(name: str) -> str:
    """Return the parameter *name*. Raises RequestError if it would take long to take to pieces."""
    text = request.args.get(name, "")
    if len(text) > LONGEST:
        raise RequestError(f"The parameter “{name}” has more than {LONGEST:,} characters.")
    return text


def _identified(wanted: Wanted) -> dict[str, object]:
    """Return what the name names. Raises Gone for one that was erased, NotFound, NotAcceptable."""
    try:
        found = site().ask("identify", iri=wanted.iri, sized=wanted.form == PAGE)
    except NotFound as error:
        check_erased(wanted.iri, error)
        near = cast("list[str]", error.details.get("near", []))
        g.near = list(site().ask("named", iris=near, language=language()).values()) if near else []
        _check_suffix(wanted, near)
        raise NotFound(str(error), **error.details | {"near": [path_of(iri) for iri in near]}) from error
    g.unlisted = found["unlisted"]
    return cast("dict[str, object]", found)


def _check_suffix(wanted: Wanted, near: list[str]) -> None:
    """Raise NotAcceptable where there is the name, but no format of that suffix."""
    stem, dot, suffix = wanted.path.rpartition(".")
    if dot and site().version().base + stem in near:
        there = [one.media_type for one in forms_of(wanted.profile)]
        others = [replace(wanted, path=stem).address(one) for one in forms_of(wanted.profile)]
        raise NotAcceptable(f"This is not told as .{suffix}.", offers=there, alternates=others)


def _lead(wanted: Wanted) -> Response:
    """Lead from a thing to a document on it (RFC 9110, section 15.4.4)."""
    response = cast("Response", redirect(wanted.address(), 303))
    told = f'<{wanted.address()}>; rel="describedby"; type="{wanted.form.media_type}"'
    response.headers["Link"] = ", ".join([told, *_alternates(wanted)])
    return response


def _told(wanted: Wanted, known: dict[str, object]) -> Response:
    if wanted.profile == ALTERNATES:
        return alternates.told(wanted, wanted.profiles, forms_of)
    if wanted.form == PAGE:
        return _page(wanted, known)
    asked: dict[str, object] = {"iri": wanted.iri, "syntax": wanted.form.name}
    if wanted.profile == WHOLE:
        reply = site().reply("description", frame=site().telling.frame(wanted.kind), **asked)
    else:
        queries = [wanted.profile.uri, *wanted.profile.queries]
        reply = site().reply("profiled", profile=queries, **asked)
    return documents.handed(reply, wanted.form.media_type)


def _page(wanted: Wanted, known: dict[str, object]) -> Response:
    """Return the page on a name, as its sort is *known*, or the words that cite it."""
    forms = [one for one in forms_of(WHOLE) if one != PAGE]
    shown: dict[str, object] = {
        "forms": [(TITLES[one.name], one.media_type, wanted.address(one)) for one in forms],
        "other": wanted.address(PAGE, ALTERNATES),
        "canonical": wanted.iri,
    }
    if known["made"]:
        size = known["statements"]
        return Response(render_template("graph.html", iri=wanted.iri, path=wanted.path, size=size, **shown))
    path, sort = wanted.address(PAGE), str(known["sort"])
    own = reading.page(wanted.iri, sort) if sort and not site().settings.bare else _of_a_thing(wanted)
    return citing.page(own | shown, wanted.iri, path)


def _of_a_thing(wanted: Wanted) -> dict[str, object]:
    """Return the template, the title and the values of the page of a thing."""
    schema = next((one for one in site().telling.profiles if one.uri == SCHEMA), None)
    profile = [schema.uri, *schema.queries] if schema else []
    told = site().ask("thing", iri=wanted.iri, language=language(), schema=profile)
    files = [
        (TITLES[one.name], one.media_type, f"/export/thing/{quote(wanted.path)}.{one.suffix}")
        for one in offers("thing")
        if one not in (*GRAPHS, TURTLE12)
    ]
    return {"template": "thing.html", "title": told["name"]["text"], "thing": told, "files": files}


def _links(wanted: Wanted) -> Iterator[str]:
    """Yield what goes with a document, as Link headers have it (RFC 8288)."""
    if not wanted.is_graph:
        yield f'<{documents.as_uri(wanted.iri)}>; rel="describes"'  # RFC 6892
    yield f'<{wanted.profile.uri}>; rel="profile"'  # RFC 6906
    if wanted.form.name == "jsonld" and wanted.profile == WHOLE:
        yield f'</context.jsonld>; rel="{CONTEXT}"; type="application/ld+json"'
    yield from _alternates(wanted)


def _alternates(wanted: Wanted) -> Iterator[str]:
    """Yield the other forms after the same profile, and the other profiles in the form they are best in."""
    for form in forms_of(wanted.profile):
        if form != wanted.form:
            yield f'<{wanted.address(form)}>; rel="alternate"; type="{form.media_type}"'
    for profile in wanted.profiles:
        if profile != wanted.profile:
            form = forms_of(profile)[0]
            there = wanted.address(form, profile)
            yield f'<{there}>; rel="alternate"; type="{form.media_type}"; profile="{profile.uri}"'
