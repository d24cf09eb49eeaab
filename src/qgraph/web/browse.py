"""`/browse`: the things of each kind, chosen by facets; the state of a page is its address."""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext

from qgraph import facets
from qgraph.errors import DeadlineExceeded, NotFound, ResultTooLarge
from qgraph.facets import Facet
from qgraph.formats import BY_FILE, PAGE, Format
from qgraph.nearness import near
from qgraph.selection import offers
from qgraph.web import documents
from qgraph.web.exchange import lasting
from qgraph.web.language import language
from qgraph.web.pages import number_of, root, site
from qgraph.web.questions import flag, sent

blueprint = Blueprint("browse", __name__)
LIST = Format("list", "application/json", "json")
FORMS = (PAGE, LIST, *offers("kind"))
BY_NAME = {one.name: one for one in FORMS}
SHOWN = {
    "csv": "CSV",
    "xlsx": "XLSX",
    "list": "JSON",
    "turtle": "Turtle",
    "jsonld": "JSON-LD",
    "graphml": "GraphML",
}
LONGEST = 200  # characters of what is asked for and is not there, where it is named
NAMED = 5  # that many of them
Pair = tuple[str, str]


@dataclass(frozen=True)
class Address:
    """The address of a list: its *kind*, what is *chosen* by facet, and the *version* looked at."""

    kind: str
    chosen: tuple[Pair, ...]
    version: str = ""

    def __str__(self) -> str:
        return self.of()

    def of(self, suffix: str = "", **more: object) -> str:
        """Return it in the format that has a *suffix*, else as a page, with *more* parameters."""
        pairs = [*self.chosen, *((name, str(value)) for name, value in more.items())]
        pairs += [("version", self.version)] if self.version else []
        end = "." * bool(suffix) + suffix + "?" * bool(pairs) + urlencode(pairs, safe="/:")
        return f"{'' if suffix else root()}/browse/{self.kind}{end}"

    def turned(self, facet: str, value: str) -> "Address":
        """Return the address with a *value* of a *facet* chosen that was not, or no longer chosen."""
        pair = (facet, value)
        if pair in self.chosen:
            return Address(self.kind, tuple(one for one in self.chosen if one != pair), self.version)
        return Address(self.kind, tuple(sorted((*self.chosen, pair))), self.version)

    @property
    def bare(self) -> "Address":
        """The address with nothing chosen."""
        return Address(self.kind, (), self.version)


@blueprint.get("/browse")
@blueprint.get("/browse/")
def kinds() -> Response:
    """Show the kinds of things, with how many there are of each."""
    _check_kinds()
    shown = site().kept("counted", language=language())
    return lasting(Response(render_template("browse.html", kinds=shown)))


@blueprint.get("/browse/<name>")
def one_kind(name: str) -> Response:
    """Show the things of a kind by name, chosen by facets; or send the list as a file."""
    _check_kinds()
    segment, _, suffix = name.partition(".")
    known = {one.segment for one in site().kinds()}
    if segment not in known:
        raise NotFound(f"There is no kind of things called “{segment[:LONGEST]}”{near(segment, known)}.")
    form = documents.wanted(f"/browse/{segment}", suffix, FORMS)
    return lasting(_page(segment) if form == PAGE else _file(segment, form), ["Accept"])


def facets_of(kind: str) -> tuple[Facet, ...]:
    """Return the facets of a *kind*: those of the graph's folder, then those that fit every kind."""
    return (*site().facets.get(kind, ()), *facets.own())


def _check_kinds() -> None:
    if site().settings.bare:
        raise NotFound("A plain store has no kinds of things to browse: ask at /sparql.")


def _chosen() -> list[Pair]:
    """Return the pairs of a facet and a value that the address holds, each once, in an order of their own."""
    given = (pair for pair in request.args.items(multi=True) if pair[0] not in facets.RESERVED and pair[1])
    return sorted(set(given))


def _asked(segment: str) -> dict[str, object]:
    told = [list(astuple(one)) for one in facets_of(segment)]
    return {"kind": segment, "facets": told, "chosen": _chosen(), "language": language()}


def _page(segment: str) -> Response:
    whole = request.args.get("all", "")
    found = site().ask("browse", page=number_of("page"), whole=whole, **_asked(segment))
    ignored = {(name, value) for name, value, _ in found["ignored"]}
    chosen = tuple(pair for pair in _chosen() if pair not in ignored)
    here = Address(segment, chosen, request.args.get("version", ""))
    for side in found["facets"]:
        side["path"] = here.of(all=side["name"])
        for value in side["values"]:
            value["path"] = here.turned(side["name"], value["key"])
    query = urlencode({"query": found["query"]} | ({"version": here.version} if here.version else {}))
    files = [
        (SHOWN[one.name], one.media_type, here.of(one.suffix)) for one in map(BY_NAME.__getitem__, SHOWN)
    ]
    shown = found | {"ignored": list(_ignored(found["ignored"])), "files": files, "here": here}
    shown |= {"pages_around": _around(here, found), "asking": f"{root()}/sparql?{query}"}
    return _linked(Response(render_template("browse_kind.html", **shown)), here, PAGE)


def _ignored(pairs: Iterable[tuple[str, str, bool]]) -> Iterator[str]:
    """Yield a sentence for each of the first *pairs* that fit no facet or no value of one."""
    for name, value, is_facet in list(pairs)[:NAMED]:
        if is_facet:
            said = gettext("“%(value)s” is no value of “%(name)s” here, so it was left out.")
        else:
            said = gettext("There is nothing called “%(name)s” to choose by here, so it was left out.")
        yield said % {"name": name[:LONGEST], "value": value[:LONGEST]}


def _around(here: Address, found: dict[str, Any]) -> dict[str, str]:
    """Return the addresses of the pages before and after, where there are such."""
    number, last = found["page"], found["pages"]
    before = {"before": here.of(page=number - 1)} if number > 1 else {}
    return before | ({"after": here.of(page=number + 1)} if number < last else {})


def _file(segment: str, form: Format) -> Response:
    """Send what is chosen as a file, made in a query process."""
    try:
        reply = site().reply("browsed", syntax=form.name, bom=flag("bom"), **_asked(segment))
    except (ResultTooLarge, DeadlineExceeded) as error:
        raise type(error)(f"{error} Choose fewer things.") from error
    here = Address(segment, tuple(_chosen()), request.args.get("version", ""))
    response = _linked(sent(reply, name=segment, form=form), here, form)
    if form.name == "csv":
        kind = BY_FILE["csvw"].media_type  # CSVW, Model for Tabular Data, section 5.2
        described = documents.as_uri(here.of("csv-metadata.json"))
        documents.add_links(response, f'<{described}>; rel="describedby"; type="{kind}"')
    return response


def _linked(response: Response, here: Address, form: Format) -> Response:
    """Return *response*, the list *here* in a format, with links to it in the others."""
    others = (BY_NAME[name] for name in SHOWN if name != form.name)
    addresses = [(documents.as_uri(here.of(one.suffix)), one.media_type) for one in others]
    documents.add_links(response, *(f'<{path}>; rel="alternate"; type="{kind}"' for path, kind in addresses))
    return response
