"""How to cite a page: in the words of its language, and as files for reference managers.

A view makes what is cited by `of_page`, answers what `answered` returns, if it does,
and else gives its template `shown`, for the macro of `cite.html`.
"""

from dataclasses import replace
from datetime import date

from flask import Response, render_template, request
from flask_babel import format_date, gettext

from qgraph.about import CREATOR, PUBLISHER
from qgraph.errors import RequestError
from qgraph.nearness import near
from qgraph.portal import citing
from qgraph.portal.citing import Cited
from qgraph.web import documents
from qgraph.web.pages import here, site

# The parameter, what people call it (the first in each language), its media type and suffix.
FORMS = (
    ("text", "", "text/plain", "txt"),
    ("bibtex", "BibTeX", "application/x-bibtex", "bib"),
    ("ris", "RIS", "application/x-research-info-systems", "ris"),
    ("csl", "CSL-JSON", "application/vnd.citationstyles.csl+json", "json"),
)


def of_page(title: str, iri: str, *, path: str) -> Cited:
    """Return what is cited of the page at *path*, which has this *title* and tells of *iri*, as it is now."""
    about, version = site().about(), site().version()
    bare = path.partition("?")[0]
    return Cited(
        title=title,
        iri=iri,
        address=f"{here()}{bare}?version={version.number}",
        collection=about.title,
        creators=tuple(about.all(CREATOR)),
        publisher=", ".join(about.all(PUBLISHER)),
        version=version.number,
        date=version.time[:10],
    )


def of_graph() -> Cited:
    """Return what is cited of the graph itself, as it is now: it is part of no collection."""
    about, base = site().about(), site().version().base
    return replace(of_page(about.title, base, path="/"), collection="")


def in_words(cited: Cited) -> str:
    """Return *cited* as a sentence in the language of the page."""
    said = {
        "title": cited.title,
        "collection": cited.collection,
        "number": cited.version,
        "date": format_date(date.fromisoformat(cited.date), "long"),
        "address": cited.address,
    }
    if not cited.collection:
        words = gettext(
            "%(creators)s: “%(title)s”, version %(number)s of %(date)s. %(address)s",
            creators=", ".join(cited.creators) or "–",
            **said,
        )
        return str(words)
    if not cited.creators:
        words = gettext(
            "“%(title)s”, in: %(collection)s, version %(number)s of %(date)s. %(address)s", **said
        )
        return str(words)
    words = gettext(
        "%(creators)s: “%(title)s”, in: %(collection)s, version %(number)s of %(date)s. %(address)s",
        creators=", ".join(cited.creators),
        **said,
    )
    return str(words)


def shown(cited: Cited, path: str) -> dict[str, object]:
    """Return the box in which the page at *path* says how to cite it: words, the address, files."""
    mark = "&" if "?" in path else "?"
    files = [(title or gettext("Text"), kind, f"{path}{mark}cite={name}") for name, title, kind, _ in FORMS]
    return {"words": in_words(cited), "address": cited.address, "files": files}


def page(told: dict[str, object], iri: str, path: str) -> Response:
    """Return the page at *path* on *iri*, by the template and the title that are *told*, or what cites it."""
    cited = of_page(str(told["title"]), iri, path=path)
    made = {"iri": iri, "cite": shown(cited, path), **told}
    return answered(cited) or Response(render_template(str(told["template"]), **made))


def answered(cited: Cited) -> Response | None:
    """Return *cited* as the file that the parameter `cite` asks for; None if it asks for none.

    Raises RequestError, with what there is, for a form that there is not.
    """
    wished = request.args.get("cite", "")
    if not wished:
        return None
    found = next((one for one in FORMS if one[0] == wished), None)
    if found is None:
        known = [one[0] for one in FORMS]
        said = f"“cite” is “{wished[:40]}”{near(wished[:40], known)}: it is one of {', '.join(known)}."
        raise RequestError(said, parameter="cite")
    written = {"bibtex": citing.bibtex, "ris": citing.ris, "csl": citing.csl}.get(wished)
    body = written(cited) if written else in_words(cited) + "\n"
    response = documents.answered(body, found[2])
    response.headers["Content-Disposition"] = f'attachment; filename="{cited.key}.{found[3]}"'
    return response
