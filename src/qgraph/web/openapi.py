"""All that is asked over HTTP and is not SPARQL, as OpenAPI 3.1.

It is made from the routes themselves, so that none can be forgotten.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, current_app
from werkzeug.routing import Rule

from qgraph import dataset
from qgraph.about import LICENCE, About
from qgraph.formats import BY_FILE, GRAPHS, PAGE, TURTLE12, Format
from qgraph.namespaces import CORE
from qgraph.questions import Question
from qgraph.selection import offers
from qgraph.web import browse, documents, history, signposting
from qgraph.web.errors import PROBLEM, TITLES
from qgraph.web.exports import PARTS, SWITCHES
from qgraph.web.pages import here, site
from qgraph.web.questions import forms_of

blueprint = Blueprint("openapi", __name__)
JSON = Format("json", "application/json", "json")
# What these answer is described at /sparql, by SPARQL's own words; or is a picture.
LEFT_OUT = ("static", "sparql.", "graphs.", "home.icon")
VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
DOCUMENT = (PAGE, *documents.RDF)
THING = (PAGE, *GRAPHS, TURTLE12)
# What each view answers in; a page where it is not named.
FORMATS: dict[str, Sequence[Format]] = {
    "dataset.void": DOCUMENT,
    "dataset.catalog": DOCUMENT,
    "dataset.schema": [BY_FILE["jsonld"]],
    "feeds.robots": [Format("text", "text/plain", "txt")],
    "feeds.sitemap": [Format("sitemap", "application/xml", "xml")],
    "feeds.part_of_sitemap": [Format("sitemap", "application/xml", "xml")],
    "feeds.changes": [Format("atom", "application/atom+xml", "atom")],
    "signposting.linkset": (signposting.LINKSET, signposting.LINKSET_JSON),
    "signposting.api_catalog": [Format("linkset", signposting.API_CATALOG, "")],
    "openapi.openapi": [JSON],
    "workbench.completions": [JSON],
    "ontology.document": DOCUMENT,
    "things.context": [BY_FILE["jsonld"]],
    "exports.listed": (PAGE, JSON),
    "search.suggestions": [JSON],
    "questions.all_questions": (PAGE, JSON),
    "history.versions": [Format("", one, "") for one in history.LISTED],
    "history.version": [Format("", one, "") for one in (*history.LISTED, history.PATCH, history.NQUADS)],
    "history.timemap": [Format("", "application/link-format", "")],
}
LEADS = {"dataset.well_known": "The description in VoID", "things.thing": "What is told of it"}
# What a path may hold, and what may follow it.
MEANINGS = {
    "suffix": "a suffix that names a format",
    "name": "the name of one",
    "number": "a number, from 1",
    "release": "the release that the vocabulary says it is, such as 0.1.0",
    "of": "the path of a thing or a question, such as /questions/…",
    "url": "the address whose versions are listed",
    "format": "the format of the answer, instead of Accept",
    "part": "what of a difference N-Quads hold: added or removed",
    "_profile": "the profile after which it is told, instead of Accept-Profile",
    "_mediatype": "the media type in which it is told, instead of Accept",
    "cite": "how to cite the page, instead of it: text, bibtex, ris or csl",
    "inferred": "0 leaves out what is inferred",
    "evidence": "0 leaves out the evidence",
    "facet": "values to choose by, any of which will do",
    "page": "the number of the page, from 1",
    "all": "the facet of which all values are shown",
    "q": "the words that are searched, at most 200 characters",
    "kind": "the path segment of a kind of things, such as the first part of their paths",
    "bom": "1 marks CSV as UTF-8, for spreadsheets",
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
    "history.version": ["format", "part"],
    "things.thing": ["_profile", "_mediatype", "cite"],
    "exports.exported": SWITCHES,
    "questions.one_question": ["bom", "cite"],
    "search.page": ["q", "kind", "page"],
    "search.suggestions": ["q"],
}
VERSION = {
    "name": "version",
    "in": "query",
    "description": "The number or tag of a version that is kept, to be asked instead of the one in force.",
    "schema": {"type": "string"},
}
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
Said = dict[str, object]
ANY_TEXT: Mapping[str, object] = {"type": "string"}
MANY_TEXTS: Mapping[str, object] = {"type": "array", "items": ANY_TEXT}
NUMBER: Mapping[str, object] = {"type": "integer", "minimum": 1}


@dataclass(frozen=True)
class Path:
    """What a *path* answers: in which *formats*, or that it *leads* on; *of* ends its summary."""

    path: str
    formats: Sequence[Format] = (PAGE,)
    of: str = ""
    leads: str = ""
    chosen: tuple[Said, ...] = ()


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Describe all that is asked over HTTP and is not SPARQL."""
    return documents.sent(site().made("openapi", _written), JSON.media_type)


def _written() -> str:
    described = {
        "openapi": "3.1.0",
        "info": _info(site().about()),
        "servers": [{"url": here()}],
        "externalDocs": {"description": "The SPARQL endpoint describes itself", "url": f"{here()}/sparql"},
        "paths": dict(sorted(_paths())),
        "components": {"schemas": {"Problem": PROBLEM_SCHEMA}},
    }
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def _info(about: About) -> Said:
    said = [one["text"] for word in dataset.TOLD for one in about.said.get(word, []) if "text" in one]
    info: Said = {"title": about.title, "version": str(site().version().number)}
    info |= {"description": "\n\n".join(said)} if said else {}
    licences = about.iris(LICENCE)
    return info | ({"license": {"name": licences[0], "url": licences[0]}} if licences else {})


def _paths() -> Iterator[tuple[str, Said]]:
    for path, said in WATCHED.items():
        answers = {"200": {"description": "For who runs the server", "content": {"text/plain": {}}}}
        identity = f"operators-{path.strip('/')}"
        yield path, {"get": {"operationId": identity, "summary": said, "responses": answers}}
    rules = list(current_app.url_map.iter_rules())
    known = {rule.rule for rule in rules}
    for rule in rules:
        is_left_out = rule.endpoint.startswith(LEFT_OUT) or rule.rule in WATCHED
        leads = rule.rule.endswith("/") and rule.rule.rstrip("/") in known  # to the same without a slash
        if "GET" in (rule.methods or ()) and not is_left_out and not leads:
            for one in EXPANDED.get(rule.endpoint, _plain)(rule):
                yield one.path, _get(rule, one)


def _plain(rule: Rule) -> Iterator[Path]:
    name = rule.endpoint if rule.endpoint in FORMATS else rule.endpoint.partition("_")[0]
    leads = LEADS.get(rule.endpoint, "")
    yield Path(VARIABLE.sub(r"{\1}", rule.rule), FORMATS.get(name, (PAGE,)), leads=leads)


def _things(_: Rule) -> Iterator[Path]:
    """Yield the paths of each kind of things: the name, and the documents on it; evidence is one itself."""
    kinds = [(one.segment, one.label or one.segment, one.iri == CORE + "Evidence") for one in site().kinds()]
    for segment, label, is_graph in (*kinds, *((("graph", "graph of the dataset", True),) if kinds else ())):
        path, of = f"/{segment}/{{name}}", f" ({label})"
        yield Path(path, THING, of, "" if is_graph else LEADS["things.thing"])
        yield Path(path + ".{suffix}", THING, of)


def _questions(_: Rule) -> Iterator[Path]:
    for one in site().questions:
        forms = forms_of(one)
        named = {"type": "string", "enum": [PAGE.name, *(form.name for form in forms)]}
        chosen = _query("format", MEANINGS["format"], named), *_choices(one)
        yield Path(f"/questions/{one.name}", (PAGE, *forms), f": {one.question}", chosen=chosen)


def _choices(asked: Question) -> Iterator[Said]:
    """Yield what a reader may choose in a question, as it declares it."""
    return (_query(one.name, one.sentence, one.schema()) for one in asked.parameters)


def _exports(_: Rule) -> Iterator[Path]:
    for what in ("all", "kind", "thing", "concepts"):
        end = f"{PARTS[what]}{{name}}" if what in PARTS else what
        yield Path(f"/export/{end}.{{suffix}}", offers(what), f": {what}")


def _browse(_: Rule) -> Iterator[Path]:
    """Yield the list of each kind: the page, and its files, chosen by the same facets."""
    for one in site().kinds():
        path, of = f"/browse/{one.segment}", f" ({one.label or one.segment})"
        sides = [(side.name, side.title or side.name) for side in browse.facets_of(one.segment)]
        by = tuple(_query(name, f"{MEANINGS['facet']}: {said}", MANY_TEXTS) for name, said in sides)
        turned = (_query("page", MEANINGS["page"], NUMBER), _query("all", MEANINGS["all"]))
        yield Path(path, browse.FORMS, of, chosen=(*by, *turned))
        yield Path(path + ".{suffix}", browse.FORMS[1:], of, chosen=(*by, _query("bom", MEANINGS["bom"])))


EXPANDED = {
    "browse.one_kind": _browse,
    "things.thing": _things,
    "questions.one_question": _questions,
    "exports.exported": _exports,
}


def _get(rule: Rule, told: Path) -> Said:
    """Return what a GET of a path is asked and answers, as the view of *rule* says."""
    lines = (current_app.view_functions[rule.endpoint].__doc__ or "").partition("\n")
    within = re.findall(r"\{(\w+)\}", told.path)
    parameters = [_within(rule, name, told.formats) for name in within]
    parameters += [_query(name, MEANINGS[name]) for name in ASKED.get(rule.endpoint, ())]
    answer: dict[str, Said] = {"200": {"description": "The answer", "content": _content(told.formats)}}
    if told.leads:
        answer = {"303": {"description": told.leads}}
    elif told.path == "/":  # for who wants data
        answer["303"] = {"description": "The description of the dataset"}
    refusals = {str(status): _problem(status) for status in _refusals(rule, told, within)}
    return {
        "get": {
            "operationId": re.sub(r"\W+", "-", f"{rule.endpoint}{told.path}").strip("-"),
            "summary": lines[0].rstrip(".").replace("*", "") + told.of,
            "parameters": [*parameters, *told.chosen, VERSION],
            "responses": answer | {"304": {"description": "As the client has it"}} | refusals,
        }
    }


def _content(formats: Sequence[Format]) -> Said:
    return {one.media_type: {} for one in formats}


def _query(name: str, said: str, schema: Mapping[str, object] = ANY_TEXT) -> Said:
    chosen = {"type": "string", "enum": ["0", "1"]} if name in SWITCHES else schema
    return {"name": name, "in": "query", "description": said, "schema": chosen}


def _within(rule: Rule, name: str, formats: Sequence[Format]) -> Said:
    schema: Said = {"type": "string"}
    if name == "suffix":
        schema["enum"] = [one.suffix for one in formats]
    elif f"<int:{name}>" in rule.rule:
        schema = {"type": "integer", "minimum": 1}
    return {"name": name, "in": "path", "required": True, "description": MEANINGS[name], "schema": schema}


def _refusals(rule: Rule, told: Path, within: list[str]) -> Iterator[int]:
    if told.chosen or rule.endpoint in ASKED:
        yield 400
    yield from (404, 410) if within else (404,)
    if len(told.formats) > 1:
        yield 406
    if rule.endpoint in EXPANDED:
        yield from (413, 504)
    yield 503


def _problem(status: int) -> Said:
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": TITLES[status], "content": content}
