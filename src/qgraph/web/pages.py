"""The query page; and what all pages need."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote

from flask import Blueprint, Response, current_app, g, jsonify, request
from flask_babel import format_date

from qgraph import history, keeping, versions
from qgraph.about import About
from qgraph.commit import Desk
from qgraph.engine import Engine, Reply, Task
from qgraph.errors import Gone, QgraphError, StoreError
from qgraph.facets import Facets
from qgraph.kinds import Kind
from qgraph.profiles import Telling
from qgraph.questions import Question
from qgraph.settings import Settings
from qgraph.versions import Version
from qgraph.web import documents, memento
from qgraph.web.language import language
from qgraph.web.memory import Memory
from qgraph.web.writes import Writer

blueprint = Blueprint("pages", __name__)
DIGITS = 9  # of a number in an address


@dataclass(frozen=True)
class Site:
    """What the pages are made from."""

    settings: Settings
    engine: Engine
    questions: list[Question]
    desk: Desk
    telling: Telling
    facets: Facets = field(default_factory=dict)
    memory: Memory = field(default_factory=Memory)

    def version(self) -> Version:
        """Return the description of the version that is asked for, else of the one in force."""
        return self.version_of(request.args.get("version", ""))

    def version_of(self, named: str) -> Version:
        """Return the description of the version *named*, by number or tag; of the one in force if empty.

        Raises NoVersion or Gone if it is not there.
        """
        store = self.settings.store
        return versions.describe(store, keeping.number_of(store, named) if named else versions.current(store))

    def ask(self, name: str, **arguments: object) -> Any:
        """Return the answer to the task *name*, as values."""
        return json.loads(self.reply(name, **arguments).read())

    def reply(self, name: str, **arguments: object) -> Reply:
        """Return the answer to the task *name*, which counts as one of the reader who asks."""
        return self._reply_of(request.args.get("version", ""), name, arguments)

    def _reply_of(self, version: str, name: str, arguments: Mapping[str, object]) -> Reply:
        return self.engine.ask(Task(name, arguments, version), request.remote_addr or "")

    def kept(self, name: str, **arguments: object) -> Any:
        """Return the answer to the task *name*, asked once for a state of the store: nobody changes it."""
        return self.kept_of(request.args.get("version", ""), name, **arguments)

    def kept_of(self, version: str, name: str, **arguments: object) -> Any:
        """Return the answer of *version* to the task *name*, asked once for a state of the store."""
        key = (self.engine.state(), version, name, json.dumps(arguments, sort_keys=True))
        return self.memory.get(key, lambda: self._reply_of(version, name, arguments).read())

    def about(self, version: str | None = None) -> About:
        """Return what the graph says of itself, in *version* or else the one that is asked for."""
        return About(**(self.kept("about") if version is None else self.kept_of(version, "about")))

    def kinds(self) -> list[Kind]:
        """Return the kinds of things; a plain store has none."""
        return [] if self.settings.bare else [Kind(**one) for one in self.kept("kinds")]

    def made(self, what: str, make: Callable[[], str]) -> str:
        """Return the document *what*, which *make* makes once for a state of the store and an address.

        A page has links to what else was asked for at its address.
        """
        asked = memento.original(request.path, request.query_string.decode("latin-1"))
        named = request.args.get("version", "")
        key = (self.engine.state(), named, what, language(), here(), asked)
        return str(self.memory.get(key, lambda: json.dumps(make()).encode()))

    def ask_of(self, version: str, name: str, **arguments: object) -> Any:
        """Return the answer of *version* to the task *name*, as values."""
        return json.loads(self._reply_of(version, name, arguments).read())


def site() -> Site:
    """Return the site of the app in charge."""
    return cast("Site", current_app.extensions["qgraph"])


def here() -> str:
    """Return the address under which the request reached the server, or the one that the operator gave it."""
    return site().settings.public_url.rstrip("/") or request.host_url.rstrip("/")


def named() -> str:
    """Return what the names of versions begin with, whatever host they are asked of."""
    return here() if site().settings.bare else site().version().base.rstrip("/")


def check_erased(iri: str, error: QgraphError) -> None:
    """Raise Gone, for *error*, if *iri* names what was erased."""
    if history.is_erased(site().settings, iri):
        raise Gone("What stood here has been taken out under the care policy.") from error


def writer() -> Writer:
    """Return who sent the request, as a writer."""
    return Writer({name.lower(): value for name, value in request.headers}, request.remote_addr or "")


@blueprint.app_context_processor
def _everywhere() -> dict[str, object]:
    """Give every template the graph's title, the version, and the way from an IRI to its page."""
    old = named_version()
    shown = {"about": site().about(old), "version": site().version_of(old), "path_of": path_of, "old": old}
    now = memento.original(quote(request.path), request.query_string.decode("latin-1"))
    shown |= {"at": at, "data_at": data_at, "has_part": current_app.blueprints.__contains__, "day": _day}
    shown |= {
        "root": root(),
        "asked_path": request.path,
        "leave_url": site().settings.leave_url,
        "server": here(),
    }
    return shown | {"now": root() + now, "page_address": here() + root() + quote(request.path)}


def _day(time: str) -> str:
    """Return the day of *time* (ISO 8601) as who reads the page writes it."""
    return str(format_date(datetime.fromisoformat(time), "long"))


def root() -> str:
    """Return what stands before the paths of pages in the language that is asked for; empty for the first."""
    return request.script_root


def at(path: str) -> str:
    """Return the address of the page at *path* in the language and the version that are looked at."""
    return root() + data_at(path)


def data_at(path: str) -> str:
    """Return the address of the data at *path*, in whatever language, in the version that is looked at."""
    old = named_version()
    return path + (f"?version={quote(old)}" if old else "")


def number_of(name: str) -> int:
    """Return the number, from 1, that the parameter *name* has; 1 where it is none."""
    given = request.args.get(name, "")
    return max(1, int(given)) if given.isdecimal() and len(given) <= DIGITS else 1


def named_version() -> str:
    """Return the version that the request names, empty if it names none or none that is there."""
    if "version" not in g:  # a page asks for it with each address
        g.version = request.args.get("version", "")
        try:
            site().version_of(g.version)
        except StoreError:
            g.version = ""
    return cast("str", g.version)


@blueprint.after_app_request
def _dated(response: Response) -> Response:
    """Say of a page of a version when that was made (RFC 7089, section 2.1)."""
    response.vary.add("Accept-Datetime")
    if request.args.get("version") and response.status_code == 200:
        address = here() + memento.original(quote(request.path), request.query_string.decode("latin-1"))
        told = memento.headers_of(site().version(), address)
        documents.add_links(response, told.pop("Link"))
        response.headers.update(told)
    return response


def _vocabularies() -> dict[str, str]:
    """Return the pages of vocabularies by namespace, looked up once for a request."""
    if "vocabularies" not in g:
        g.vocabularies = {} if site().settings.bare else site().kept("vocabularies")
    return cast("dict[str, str]", g.vocabularies)


def path_of(iri: str) -> str:
    """Return the path of the page about *iri*, in the version that is looked at; empty if there is none."""
    page, mark, place = iri.partition("#")
    if "way" not in g:  # a page asks for hundreds of paths
        old = named_version()
        g.way = site().version().base, root(), old and f"?version={quote(old)}"
    base, before, version = g.way
    path = _vocabularies().get(page, "") if mark else ""
    if not path and (not iri.startswith(base) or "#" in iri.removeprefix(base).partition("/")[0]):
        return ""
    there = path or "/" + quote(page.removeprefix(base))
    return f"{before}{there}{version}{mark}{quote(place, safe='=,')}"


@blueprint.get("/health")
def health() -> Response:
    """Say that the server answers, and from which version."""
    version = site().version()
    return jsonify(status="ok", version=version.number, digest=version.digest)
