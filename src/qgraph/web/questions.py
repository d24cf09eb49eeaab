"""`/questions/`: each question as a page with a form, and its answer in every format."""

import json
from dataclasses import replace
from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from qgraph import dataset, questions
from qgraph.engine import Reply
from qgraph.errors import DeadlineExceeded, NotFound, QgraphError, QueryError, RequestError, ResultTooLarge
from qgraph.formats import BY_FILE, GRAPHS, RESULTS, Format
from qgraph.portal import samples
from qgraph.portal.citing import Cited
from qgraph.questions import Question
from qgraph.store import Literal, NamedNode, text_of
from qgraph.web import answers, citing, documents
from qgraph.web.cache import is_lasting
from qgraph.web.errors import problem
from qgraph.web.exchange import lasting
from qgraph.web.language import language
from qgraph.web.negotiation import wants_page
from qgraph.web.pages import here, site

blueprint = Blueprint("questions", __name__)
ROWS = (*RESULTS, BY_FILE["xlsx"])
BY_PARAMETER = {key: one for one in ROWS + GRAPHS for key in (one.suffix, one.name)}
PAGE = "html"
IN_RDF = {one.name: one for one in documents.RDF}  # in which a question is told that has rows as its answer
DOWNLOADS = ("csv", "tsv", "xlsx")
TRUTH = {"": False, "0": False, "false": False, "1": True, "true": True}


@blueprint.get("/questions/")
def all_questions() -> Response:
    """List the questions: a page of them by topic, or JSON with the parameters of each as JSON Schema."""
    if wants_page(request.headers.get("Accept", "")):
        shown = render_template("questions.html", topics=questions.topics(site().questions))
        return lasting(Response(shown), ["Accept"])
    listed = sorted(site().questions, key=lambda one: (one.title.casefold(), one.name))
    said = json.dumps([_listed(one) for one in listed], indent=1, ensure_ascii=False)
    return lasting(Response(said, content_type="application/json"), ["Accept"])


def forms_of(question: Question) -> tuple[Format, ...]:
    """Return the formats in which *question* is answered, beside a page."""
    return GRAPHS if question.is_graph else ROWS


def _listed(question: Question) -> dict[str, object]:
    return {
        "name": question.name,
        "title": question.title,
        "question": question.question,
        "topic": question.topic,
        "url": url_for("questions.one_question", name=question.name),
        "parameters": {one.name: one.schema() for one in question.parameters},
    }


@blueprint.get("/questions/<name>", strict_slashes=False)
def one_question(name: str) -> AnyResponse:
    """Answer the question *name* with the parameters of the address: as data, or as a page."""
    _check_name(name)
    if request.path.endswith("/"):
        query = documents.as_uri(request.query_string.decode("latin-1"))
        return redirect(url_for("questions.one_question", name=name) + f"?{query}" * bool(query), 308)
    question = questions.named(site().questions, name)
    given = {key: request.args.getlist(key) for key in request.args if key not in questions.RESERVED}
    base = site().version().base
    syntax = _syntax(question)
    if syntax == PAGE or request.args.get("cite"):
        return _page(question, given, base)
    if not request.args.get("format") and not question.is_graph and syntax in IN_RDF:
        told = dataset.written(questions.described(question, base), IN_RDF[syntax])
        return lasting(documents.answered(told, IN_RDF[syntax].media_type), ["Accept"])
    text = questions.bind(question, given, base)
    return _kept(sent(_asked(text, syntax, bom=flag("bom")), name=name), text)


def _check_name(name: str) -> None:
    """Raise NotFound if *name* is a question with the suffix of a format, and say where that is."""
    stem, dot, suffix = name.rpartition(".")
    known = {one.name for one in site().questions}
    if dot and stem in known and name not in known:
        there = f"/questions/{stem}" + (f"?format={suffix}" if suffix in BY_PARAMETER else "")
        raise NotFound(f"There is no question “{name}”; there is “{stem}”: {there}.", near=[there])


def _kept(response: Response, text: str) -> Response:
    """Return *response* to the query *text* as one that is kept, unless it differs each time."""
    if is_lasting(text):
        return lasting(response, ["Accept"])
    response.vary.add("Accept")
    response.headers["Cache-Control"] = "no-store"
    return response


def _syntax(question: Question) -> str:
    """Return the name of the format that is asked for, or PAGE. Raises NotAcceptable."""
    accept = request.headers.get("Accept", "")
    named = request.args.get("format", "")
    if named == PAGE or (not named and wants_page(accept)):
        return PAGE
    if named:
        if named not in BY_PARAMETER or (BY_PARAMETER[named] in GRAPHS and not question.is_graph):
            raise documents.not_offered(f"There is no “{named}” of the answer", forms_of(question))
        return BY_PARAMETER[named].name
    return documents.accepted((*GRAPHS, *ROWS) if question.is_graph else (*ROWS, *IN_RDF.values())).name


def flag(name: str, *, default: bool = False) -> bool:
    """Return the parameter *name* as a truth value. Raises RequestError."""
    given = request.args.getlist(name) or ["1" if default else ""]
    written = given[0] if len(given) == 1 else ", ".join(given)
    if written.lower() not in TRUTH:
        said = f"“{name}” is “{written}”, expected 0 or 1 (boolean), once, such as {name}=1."
        raise RequestError(said, parameter=name, kind="boolean", example="1")
    return TRUTH[written.lower()]


def _asked(text: str, syntax: str, *, bom: bool) -> Reply:
    """Return the answer to the query *text*. For who reads it in a spreadsheet no text is a formula."""
    if syntax in ("csv", "xlsx"):
        return site().reply("table", text=text, syntax=syntax, bom=bom)
    rows, graphs = syntax in {one.name for one in RESULTS}, syntax in {one.name for one in GRAPHS}
    like = {"json": "jsonld", "xml": "rdfxml"}.get(syntax, "")
    return site().reply(
        "query", text=text, results=syntax if rows else "", triples=syntax if graphs else like
    )


def sent(reply: Reply, *, name: str, form: Format | None = None) -> Response:
    """Return *reply*, in its format or in *form*, as an answer whose file is called *name*, with a suffix."""
    made = form or BY_FILE[reply.kind]
    way = "attachment" if made.name in DOWNLOADS or made.name == "zip" else "inline"
    response = documents.handed(reply, made.media_type)
    if made.name == "csv":
        response.headers["Content-Type"] += "; header=present"  # RFC 4180, section 3
    response.headers["Content-Disposition"] = f'{way}; filename="{name}.{made.suffix}"'
    return response


def _page(question: Question, given: dict[str, list[str]], base: str) -> Response:
    """Show *question* with its form and its answer, or what is wrong with a parameter."""
    chosen = _chosen(given)
    links = _links(question, chosen)
    shown: dict[str, object] = {
        "asked": question,
        "query": questions.bare(question.query),
        "given": chosen,
        "links": links,
    }
    shown |= {"downloads": links, "suggested": _suggested(question), "title": question.question}
    shown |= {"joined": answers.joined, "localised": answers.localised, "heading": answers.heading}
    status, text = 200, ""
    try:
        text = questions.bind(question, given, base)
        shown |= {"query": questions.bare(text)} | _answer(question, given, text)
        if cite := citing.answered(cast("Cited", shown["cited"])):
            return _kept(cite, text)
    except QgraphError as error:
        fault = problem(error)
        shown["problem"], status = fault.body, fault.status
    said = ", ".join(
        f'<{link}>; rel="alternate"; type="{BY_FILE[name].media_type}"' for name, link in links.items()
    )
    page = Response(render_template("question.html", **shown), status, headers={"Link": said})
    if status == 200:
        return _kept(page, text)
    page.vary.add("Accept")
    return page


def _links(question: Question, chosen: dict[str, str]) -> dict[str, str]:
    """Return the address of the answer in each format, by its name."""
    named = {"version": request.args["version"]} if request.args.get("version") else {}
    forms, path = forms_of(question), f"/questions/{question.name}"
    return {one.name: f"{path}?{urlencode({**chosen, **named, 'format': one.name})}" for one in forms}


def _answer(question: Question, given: dict[str, list[str]], text: str) -> dict[str, object]:
    """Return what the page shows of the answer to the query *text* of *question*, as *given*."""
    terms = questions.terms(question, given, site().version().base)
    things = {name: text_of(term) for name, term in terms.items() if isinstance(term, NamedNode)}
    plain = {one.name for one in question.parameters if one.kind == "text"}
    texts = [
        (term.value, term.language or "")
        for name, term in terms.items()
        if name in plain and isinstance(term, Literal)
    ]
    asked = {
        "text": text,
        "language": language(),
        "lists": answers.lists_of(question),
        "picture": question.picture,
        "texts": texts,
        "things": list(things.values()),
    }
    found = site().ask("answer", **asked)
    cells = {name: {"text": text_of(term), "language": ""} for name, term in terms.items()}
    cells |= {name: found["things"][iri] for name, iri in things.items()}
    title = question.asked({name: cell["text"] for name, cell in cells.items()})
    old = request.args.get("version", "")
    return {
        "answer": found,
        "sentence": answers.sentence(question, found, cells),
        "title": title,
        "silent": [(one, cells[one.name]) for one in question.silent(_chosen(given))],
        "today": answers.compared(found, lambda: site().ask_of("", "answer", **asked)) if old else None,
    } | _kept_and_cited(question, given, title=title, form=found["form"])


def _chosen(given: dict[str, list[str]]) -> dict[str, str]:
    """Return what is *given*, but for what is empty."""
    return {name: values[-1].strip() for name, values in given.items() if values[-1].strip()}


def _kept_and_cited(
    question: Question, given: dict[str, list[str]], *, title: str, form: str
) -> dict[str, object]:
    """Return how *question*, as *given*, is asked again: by a program, by its address, from a citation."""
    path, version = f"/questions/{question.name}", site().version()
    chosen = {one.name: one.default for one in question.parameters if one.default} | _chosen(given)
    lasting_path = f"{path}?{urlencode({**chosen, 'version': str(version.number)})}"
    cited = replace(
        citing.of_page(title, version.base.rstrip("/") + path, path=path), address=here() + lasting_path
    )
    old = {"version": request.args["version"]} if request.args.get("version") else {}
    return {
        "cited": cited,
        "cite": citing.shown(cited, lasting_path),
        "samples": samples.samples(here() + path, {**chosen, **old}, form),
    }


def _suggested(question: Question) -> dict[str, list[dict[str, str]]]:
    """Return the values for which *question* has an answer, by parameter; none where they take too long."""
    fields = [one for one in question.parameters if one.kind in ("text", "language", "thing", "iri", "year")]
    if not fields:
        return {}
    texts = {one.name: questions.choices(question, one.name) for one in fields}

    def make() -> bytes:
        try:
            return site().reply("suggested", texts=texts, language=language()).read()
        except (DeadlineExceeded, QueryError, ResultTooLarge):
            return b"{}"

    key = (site().engine.state(), request.args.get("version", ""), "suggested", question.name, language())
    try:
        return cast("dict[str, list[dict[str, str]]]", site().memory.get(key, make))
    except QgraphError:  # which the answer itself will tell
        return {}
