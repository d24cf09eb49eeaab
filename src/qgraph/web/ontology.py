"""The vocabularies: a page that tells of each term, and the same as RDF."""

from functools import partial

from flask import Blueprint, Response, render_template

from qgraph import diagram
from qgraph.errors import NotFound
from qgraph.formats import PAGE
from qgraph.nearness import FEW, alike
from qgraph.vocabulary import DOCUMENTS
from qgraph.web import documents
from qgraph.web.pages import site

blueprint = Blueprint("ontology", __name__)
OFFERS = (PAGE, *documents.RDF)
TITLES = {"ontology": "Ontology", "core": "Core", "shapes": "Shapes", "core/shapes": "Core shapes"}
SUFFIXES = {one.suffix for one in OFFERS}


def document(suffix: str = "", release: str = "", *, name: str) -> Response:
    """Tell of the terms of a vocabulary, or give it as RDF."""
    if site().settings.bare:
        raise NotFound("A plain store has neither ontology nor shapes.")
    if release.rpartition(".")[2] in SUFFIXES:
        release, _, suffix = release.rpartition(".")
    path = f"/{name}/{release}" if release else f"/{name}"
    chosen = documents.wanted(path, suffix, OFFERS)
    if release:
        _check_release(name, release)
    if chosen is PAGE:
        body = site().made(path, partial(_page, name))
    else:
        asked = partial(site().reply, "vocabulary", document=name, syntax=chosen.name)
        body = site().made(f"{name}.{chosen.suffix}", lambda: asked().read().decode())
    return documents.negotiated(body, path, chosen=chosen, offers=OFFERS)


for _name in DOCUMENTS:
    _view = partial(document, name=_name)
    for _ending in ("", ".<suffix>", "/<release>"):
        blueprint.add_url_rule(f"/{_name}{_ending}", f"document_{_name.replace('/', '_')}", _view)


def _check_release(name: str, release: str) -> None:
    """Raise NotFound unless *release* is the one that the vocabulary says it is (OWL 2, section 3.1)."""
    told = site().kept("terms", document=name)
    here = [cell["iri"] for word, cells in told["header"] for cell in cells if word == "version"]
    known = [iri.rpartition("/")[2] for iri in here]
    if release not in known:
        said = f"it is {known[0]}" if known else "it names none"
        words = f"There is no release {release} of /{name}: {said}. Former states are at /versions."
        raise NotFound(words, near=_near(name, release))


def _near(name: str, word: str) -> list[str]:
    """Return the places of the terms that are called like *word*, for who takes a term for a page."""
    groups = site().kept("terms", document=name)["groups"]
    known = {term["id"].lower(): term["id"] for group in groups for term in group["terms"]}
    return [f"/{name}#{known[one]}" for one in alike(word, known)[:FEW]]


def _page(name: str) -> str:
    told = site().kept("terms", document=name)
    counts = site().kept("statistics")
    uses = counts["values"] | counts["properties"] | counts["classes"]
    pictures = {group["name"]: diagram.drawn(group["terms"]) for group in told["groups"]}
    words = [cell["text"] for said, cells in told["header"] for cell in cells if said == "title"]
    shown = {"title": words[0] if words else TITLES[name], "uses": uses, "pictures": pictures}
    return render_template("ontology.html", name=name, told=told, **shown)
