"""The kinds of pages that there are: for each route that gives a page, what is asked of it."""

from dataclasses import dataclass

# What answers with data, or leads elsewhere; a new route that shows a page belongs to KINDS.
NO_PAGES = {
    "/sparql/completions.json",
    "/search.json",
    "/favicon.ico",
    "/browse/",
    "/.well-known/api-catalog",
    "/.well-known/void",
    "/catalog.<suffix>",
    "/changes.atom",
    "/context.jsonld",
    "/core.<suffix>",
    "/core/<release>",
    "/core/shapes.<suffix>",
    "/core/shapes/<release>",
    "/dataset.jsonld",
    "/export/",
    "/export/<path:path>",
    "/health",
    "/linkset",
    "/linkset.<suffix>",
    "/ontology.<suffix>",
    "/ontology/<release>",
    "/openapi.json",
    "/robots.txt",
    "/shapes.<suffix>",
    "/shapes/<release>",
    "/sitemap-<int:number>.xml",
    "/sitemap.xml",
    "/static/<path:filename>",
    "/timemap",
    "/versions/",
    "/void.<suffix>",
    "/graphs",
    "/graphs/<path:name>",
}
# Routes that KINDS names and that are still to come; one that has come is taken out.
WAITING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Kind:
    """A kind of page: its name, an address of it, its route, on which site, with which status."""

    name: str
    path: str
    route: str
    site: str = "real"
    status: int = 200


ROWS = "SELECT+%3Ffilm+%3Flabel+WHERE+%7B+%3Ffilm+%3Chttp://www.w3.org/2000/01/rdf-schema%23label%3E+%3Flabel+%7D+LIMIT+30"
KINDS = (
    Kind("home", "/", "/"),
    Kind("about", "/about", "/about"),
    Kind("browse", "/browse", "/browse"),
    Kind("browse-kind", "/browse/film", "/browse/<name>"),
    Kind("browse-filtered", "/browse/film?theme=theme/home&place=-", "/browse/<name>"),
    Kind("browse-wrong", "/browse/film?theme=nonsense&%3Cb%3E=1", "/browse/<name>"),
    Kind("browse-older", "/browse/film?version=1", "/browse/<name>", site="past"),
    Kind("browse-missing", "/browse/nonsense", "/browse/<name>", status=404),
    Kind("search-empty", "/search", "/search"),
    Kind("search-results", "/search?q=home", "/search"),
    Kind("search-none", "/search?q=%3Cscript%3Ezzzzqq", "/search"),
    Kind("search-long", f"/search?q={'long+' * 200}", "/search", status=400),
    Kind("questions", "/questions/", "/questions/"),
    Kind("question-table", "/questions/films-and-makers", "/questions/<name>"),
    Kind("question-picture", "/questions/places-and-countries", "/questions/<name>"),
    Kind("question-flow", "/questions/routes", "/questions/<name>"),
    Kind("question-chosen", "/questions/country-of-refuge?film=Sebastian", "/questions/<name>"),
    Kind("question-wrong", "/questions/country-of-refuge?nonsense=1", "/questions/<name>", status=400),
    Kind("sparql-empty", "/sparql", "/sparql"),
    Kind("sparql-example", "/sparql?question=films-and-makers", "/sparql"),
    Kind("sparql-rows", f"/sparql?query={ROWS}", "/sparql"),
    Kind("sparql-yes", "/sparql?query=ASK+%7B%7D", "/sparql"),
    Kind("sparql-graph", "/sparql?query=DESCRIBE+%3Chttps://w3id.org/qgraph/film/sebastian%3E", "/sparql"),
    Kind("sparql-wrong", "/sparql?query=SELECT+%3Fx+WHERE+%7B", "/sparql", status=400),
    Kind("thing-markup", "/film/%3Cscript%3Ealert(1)%3C/script%3E", "/<kind>/<path:name>", status=404),
    Kind("thing-near", "/film/sebastien", "/<kind>/<path:name>", status=404),
    Kind("thing-erased", "/person/p9zzz", "/<kind>/<path:name>", site="past", status=410),
    Kind("thing-older", "/film/tide?version=1", "/<kind>/<path:name>", site="past"),
    Kind("home-older", "/?version=1", "/", site="past"),
    Kind("graph", "/graph/inferred", "/<kind>/<path:name>"),
    Kind("ontology", "/ontology", "/ontology"),
    Kind("core", "/core", "/core"),
    Kind("shapes", "/shapes", "/shapes"),
    Kind("core-shapes", "/core/shapes", "/core/shapes"),
    Kind("versions", "/versions", "/versions", site="past"),
    Kind("version", "/versions/2", "/versions/<name>", site="past"),
    Kind("difference", "/versions/1..2", "/versions/<name>", site="past"),
    Kind("exports", "/export", "/export"),
    Kind("catalog", "/catalog", "/catalog"),
    Kind("void", "/void", "/void"),
    Kind("missing", "/no-such-page", "/<kind>/<path:name>", status=404),
    Kind("plain-home", "/", "/", site="plain"),
    Kind("plain-sparql", "/sparql?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D", "/sparql", site="plain"),
    Kind("plain-missing", "/film/none", "/<kind>/<path:name>", site="plain", status=404),
)
