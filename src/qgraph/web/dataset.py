"""What the graph says of itself, for machines and people: VoID, DCAT, schema.org."""

from functools import partial
from typing import cast

from flask import Blueprint, Response, redirect, render_template

from qgraph import dataset
from qgraph.about import first
from qgraph.dataset import Described
from qgraph.formats import BY_NAME, PAGE, Format
from qgraph.web import documents, exchange
from qgraph.web.pages import here, site

blueprint = Blueprint("dataset", __name__)
OFFERS = (PAGE, *documents.RDF)
MADE = {"void": dataset.void, "catalog": dataset.catalog}


def described() -> Described:
    """Return what the description of the version that is asked for is made from."""
    return Described(site().version(), site().about(), site().kept("statistics"), site().kinds(), here())


@blueprint.app_context_processor
def _for_the_first_page() -> dict[str, object]:
    """Give the first page what search engines read in it."""
    return {"schema": lambda: dataset.schema(described())}


@blueprint.get("/.well-known/void")
def well_known() -> Response:
    """Lead to the description in VoID, in the format that is wanted (VoID, section 7.2)."""
    chosen = documents.wanted("/void", "", OFFERS)
    return exchange.lasting(cast("Response", redirect(f"/void.{chosen.suffix}", 303)), ["Accept"])


@blueprint.get("/void")
@blueprint.get("/void.<suffix>")
def void(suffix: str = "") -> Response:
    """Describe the dataset in VoID: its counts, kinds and links."""
    return _answer("void", suffix)


@blueprint.get("/catalog")
@blueprint.get("/catalog.<suffix>")
def catalog(suffix: str = "") -> Response:
    """Describe the dataset in DCAT 3: its files and services."""
    return _answer("catalog", suffix)


@blueprint.get("/dataset.jsonld")
def schema() -> Response:
    """Describe the dataset in schema.org, as search engines read it in the first page."""
    return documents.sent(dataset.schema(described()) + "\n", BY_NAME["jsonld"].media_type)


def _answer(name: str, suffix: str) -> Response:
    chosen = documents.wanted(f"/{name}", suffix, OFFERS)
    page = chosen is PAGE
    body = site().made(
        "catalog" if page else f"{name}.{chosen.suffix}", partial(_page if page else _data, name, chosen)
    )
    return documents.negotiated(body, f"/{name}", chosen=chosen, offers=OFFERS)


def _data(name: str, syntax: Format) -> str:
    return dataset.written(MADE[name](described()), syntax).decode()


def _page(_name: str, _syntax: Format) -> str:
    known = described()
    terms = sorted([*known.statistics["classes"], *known.statistics["properties"]])
    return render_template("dataset.html", known=known, first=first, labels=site().kept("labels", iris=terms))
