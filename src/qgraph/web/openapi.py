"""All that is asked over HTTP and is not SPARQL, as OpenAPI 3.1.

It is made from the routes themselves, so that none can be forgotten.
"""

import json
import re
from collections.abc import Iterator

from flask import Blueprint, Response, current_app
from werkzeug.routing import Rule

from qgraph import dataset
from qgraph.formats import GRAPHS
from qgraph.questions import Question
from qgraph.statistics import About
from qgraph.web import documents
from qgraph.web.errors import PROBLEM, TITLES
from qgraph.web.pages import here, site

blueprint = Blueprint("openapi", __name__)
MEDIA_TYPE = "application/json"
SPARQL = ("static", "sparql.", "graphs.")  # what these answer is described at /sparql, by SPARQL's own words
VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
RDF = [one.media_type for one in documents.RDF]
HISTORY = ["text/html", "application/json", "text/turtle"]
LINKSETS = ["application/linkset", "application/linkset+json"]
# What each view answers in; a page where it is not named.
TYPES = {
    "dataset.void": ["text/html", *RDF],
    "dataset.catalog": ["text/html", *RDF],
    "dataset.schema": ["application/ld+json"],
    "feeds.robots": ["text/plain"],
    "feeds.sitemap": ["application/xml"],
    "feeds.part_of_sitemap": ["application/xml"],
    "feeds.changes": ["application/atom+xml"],
    "signposting.linkset": LINKSETS,
    "signposting.api_catalog": ["application/linkset+json"],
    "openapi.openapi": [MEDIA_TYPE],
    "ontology.document": ["text/html", *RDF],
    "history.versions": HISTORY,
    "history.version": [*HISTORY, "application/rdf-patch", "application/n-quads"],
    "history.timemap": ["application/link-format"],
}
ANSWERS: dict[str, dict[str, object]] = {
    "dataset.well_known": {"303": {"description": "The description in VoID"}}
}
# What a path may hold, and what may follow it.
MEANINGS = {
    "suffix": "a suffix that names a format",
    "name": "the name of one",
    "number": "a number, from 1",
    "release": "the release that the vocabulary says it is, such as 0.1.0",
    "kind": "a kind of things",
    "of": "the path of a thing or a question, such as /questions/…",
    "url": "the address whose versions are listed",
    "format": "the format of the answer, instead of Accept",
}
WATCHED = {
    "/health": "Say whether the server answers",
    "/ready": "Say whether queries are answered",
    "/metrics": "Count what was asked and answered, as Prometheus reads it",
}
ASKED = {
    "signposting.linkset": ["of"],
    "history.timemap": ["url"],
    "history.versions": ["format"],
    "history.version": ["format"],
}
VERSION = {
    "name": "version",
    "in": "query",
    "description": "The number or tag of a version that is kept, to be asked instead of the one in force.",
    "schema": {"type": "string"},
}


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Describe all that is asked over HTTP and is not SPARQL."""
    return documents.sent(site().made("openapi", _written), MEDIA_TYPE)


def _written() -> str:
    described = {
        "openapi": "3.1.0",
        "info": _info(site().kept("about")),
        "servers": [{"url": here()}],
        "externalDocs": {"description": "The SPARQL endpoint describes itself", "url": f"{here()}/sparql"},
        "paths": dict(sorted(_paths())),
        "components": {"schemas": {"Problem": PROBLEM_SCHEMA}},
    }
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


PROBLEM_SCHEMA = {
    "description": "What is wrong, for who can act (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def _info(about: About) -> dict[str, object]:
    said = [one["text"] for word in dataset.TOLD for one in about.get(word, []) if "text" in one]
    info: dict[str, object] = {"title": dataset.title(about), "version": str(site().version().number)}
    info |= {"description": "\n\n".join(said)} if said else {}
    licences = dataset.licences(about)
    return info | ({"license": {"name": licences[0], "url": licences[0]}} if licences else {})


def _paths() -> Iterator[tuple[str, dict[str, object]]]:
    for path, said in WATCHED.items():
        answers = {"200": {"description": "For who runs the server", "content": {"text/plain": {}}}}
        identity = f"operators-{path.strip('/')}"
        yield path, {"get": {"operationId": identity, "summary": said, "responses": answers}}
    for rule in current_app.url_map.iter_rules():
        is_sparql = rule.endpoint.startswith(SPARQL) or rule.rule in WATCHED
        leads = rule.rule != "/" and rule.rule.endswith("/")  # to the same without a slash
        if "GET" in (rule.methods or ()) and not is_sparql and not leads:
            yield from _of_rule(rule, VARIABLE.sub(r"{\1}", rule.rule))


def _of_rule(rule: Rule, path: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield what a *rule* answers: one entry for each kind of things or question that it stands for."""
    if path.startswith("/{kind}/"):
        for kind in [] if site().settings.bare else site().kept("segments"):
            own = path.replace("{kind}", kind["segment"])
            yield own, _get(rule, own, of=f" ({kind['label'] or kind['segment']})")
    elif path.startswith("/questions/{name}"):
        for one in site().questions:
            own = path.replace("{name}", one.name)
            yield own, _get(rule, own, of=f": {one.question}", chosen=_choices(one))
    else:
        yield path, _get(rule, path)


def _choices(asked: Question) -> list[dict[str, object]]:
    """Return what a reader may choose in a question, as it declares it."""
    return [
        {"name": one.name, "in": "query", "description": one.sentence, "schema": one.schema()}
        for one in vars(asked).get("parameters", ())
    ]


def _get(
    rule: Rule, path: str, *, of: str = "", chosen: list[dict[str, object]] | None = None
) -> dict[str, object]:
    """Return what a GET of *path* is asked and answers, as the view of *rule* says."""
    said = (
        (current_app.view_functions[rule.endpoint].__doc__ or "")
        .partition("\n")[0]
        .rstrip(".")
        .replace("*", "")
    )
    within = re.findall(r"\{(\w+)\}", path)
    parameters: list[dict[str, object]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": MEANINGS.get(name, name),
            "schema": _type(rule, name),
        }
        for name in within
    ]
    parameters += [
        {"name": name, "in": "query", "description": MEANINGS[name], "schema": {"type": "string"}}
        for name in ASKED.get(rule.endpoint, [])
    ]
    types = TYPES.get(rule.endpoint.partition("_")[0], TYPES.get(rule.endpoint, ["text/html"]))
    answers: dict[str, object] = {
        **ANSWERS.get(
            rule.endpoint, {"200": {"description": "The answer", "content": {kind: {} for kind in types}}}
        ),
        "304": {"description": "As the client has it"},
        **{str(status): _problem(status) for status in _refusals(within, types)},
    }
    identity = re.sub(r"\W+", "-", f"{rule.endpoint}{path}").strip("-")
    return {
        "get": {
            "operationId": identity,
            "summary": said + of,
            "parameters": [*parameters, *(chosen or []), VERSION],
            "responses": answers,
        }
    }


def _type(rule: Rule, name: str) -> dict[str, object]:
    if name == "suffix":
        return {"type": "string", "examples": [GRAPHS[0].suffix]}
    return {"type": "integer", "minimum": 1} if f"<int:{name}>" in rule.rule else {"type": "string"}


def _refusals(within: list[str], types: list[str]) -> Iterator[int]:
    yield from (404, 410) if within else (404,)
    if len(types) > 1:
        yield 406
    yield 503


def _problem(status: int) -> dict[str, object]:
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": TITLES[status], "content": content}
