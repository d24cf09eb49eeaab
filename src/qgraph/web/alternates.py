"""The profile `alt`: after which profiles and in which formats a name is told.

Content Negotiation by Profile, section 6.3; each representation is named by its address.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from flask import Response, render_template

from qgraph import jsonld
from qgraph.formats import PAGE, TITLES, Format
from qgraph.layout import laid_out
from qgraph.namespaces import DCTERMS, LABEL, RDFS, TYPE, XSD
from qgraph.profiles import WHOLE, Profile
from qgraph.store import Literal, NamedNode, Quad
from qgraph.web.documents import answered
from qgraph.web.pages import here

ALTR = "http://www.w3.org/ns/dx/connegp/altr#"
PROF = "http://www.w3.org/ns/dx/prof/"
PREFIXES = {"altr": ALTR, "dcterms": DCTERMS, "prof": PROF, "rdfs": RDFS, "xsd": XSD}
NAMES: jsonld.Context = {"id": "@id", "type": "@type", "included": "@included", **PREFIXES}
Forms = Callable[[Profile], tuple[Format, ...]]


class Named(Protocol):
    """A name that is asked for, and where it is told."""

    @property
    def iri(self) -> str:
        """The name."""

    @property
    def form(self) -> Format:
        """The form that is wanted."""

    def address(self, form: Format | None = None, profile: Profile | None = None) -> str:
        """Return where the name is told in a *form* after a *profile*."""


def told(named: Named, profiles: Sequence[Profile], forms: Forms) -> Response:
    """Return the list of all ways in which *named* is told, as a page or as RDF."""
    if named.form == PAGE:
        rows = [(one, [(form, named.address(form, one)) for form in forms(one)]) for one in profiles]
        return Response(render_template("alternates.html", iri=named.iri, rows=rows, titles=TITLES))
    quads = [quad for one in profiles for quad in _profile(named, one, forms(one))]
    if named.form.name == "jsonld":
        return answered(jsonld.told(quads, named.iri, NAMES), named.form.media_type)
    return answered(laid_out(quads, named.form, PREFIXES, first=named.iri), named.form.media_type)


def _profile(named: Named, profile: Profile, forms: Sequence[Format]) -> Iterator[Quad]:
    thing, uri = NamedNode(named.iri), NamedNode(profile.uri)
    yield Quad(uri, NamedNode(TYPE), NamedNode(PROF + "Profile"))
    yield Quad(uri, NamedNode(LABEL), Literal(profile.title, language="en"))
    yield Quad(uri, NamedNode(PROF + "hasToken"), Literal(profile.token, datatype=NamedNode(XSD + "token")))
    for form in forms:
        there = NamedNode(here() + named.address(form, profile))
        word = "hasDefaultRepresentation" if (profile, form) == (WHOLE, PAGE) else "hasRepresentation"
        yield Quad(thing, NamedNode(ALTR + word), there)
        yield Quad(there, NamedNode(TYPE), NamedNode(ALTR + "Representation"))
        yield Quad(there, NamedNode(DCTERMS + "conformsTo"), uri)
        yield Quad(there, NamedNode(DCTERMS + "format"), Literal(form.media_type))
