"""The SPARQL 1.1 Protocol as its text has it, each demand asked of the real server in bare mode."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest

from conftest import ROOT, serving

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUERY = {"Content-Type": "application/sparql-query"}
UPDATE = {"Content-Type": "application/sparql-update"}
ONE, TWO, THREE = (f"http://protocol.example/{name}" for name in ("one", "two", "three"))
ROWS = {
    "application/sparql-results+xml",
    "application/sparql-results+json",
    "text/csv",
    "text/tab-separated-values",
}
GRAPH = {"text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"}
REFUSED = range(400, 500)
MADE = range(200, 300)


@dataclass(frozen=True)
class Sent:
    """A request: its parameters in the URL, its headers, its body."""

    method: str
    parameters: object = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(ROOT, tmp_path_factory.mktemp("bare"), "--bare", "--open-writes") as address:
        for name in (ONE, TWO, THREE):
            turtle = f"<{name}> a <http://protocol.example/Thing> .".encode()
            put = Sent("PUT", {"graph": name}, {"Content-Type": "text/turtle"}, turtle)
            assert send(address, put, "/graphs")[0] in MADE
        yield address


def send(address: str, sent: Sent, path: str = "/sparql") -> tuple[int, str, str]:
    """Return status, media type and body."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=20)
    query = f"?{urlencode(sent.parameters, doseq=True)}" if sent.parameters else ""
    connection.request(sent.method, path + query, sent.body or None, sent.headers)
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    return answer.status, answer.headers.get_content_type(), said


def form(**parameters: object) -> Sent:
    sent = {name.replace("_", "-"): value for name, value in parameters.items()}
    return Sent("POST", "", FORM, urlencode(sent, doseq=True).encode())


BAD = {
    "a query by PUT": Sent("PUT", {"query": "ASK {}"}),
    "two queries": Sent("GET", {"query": ["ASK {}", "SELECT * {}"]}),
    "a query as plain text": Sent("POST", "", {"Content-Type": "text/plain"}, b"ASK {}"),
    "a form without its type": Sent("POST", "", {"Content-Type": ""}, b"query=ASK%20%7B%7D"),
    "a query without its type": Sent("POST", "", {"Content-Type": ""}, b"ASK {}"),
    "a query in UTF-16": Sent(
        "POST", "", {"Content-Type": "application/sparql-query; charset=UTF-16"}, "ASK {}".encode("utf-16")
    ),
    "no SPARQL": Sent("GET", {"query": "ASK {"}),
    "no query": form(nothing=""),
    "an update by GET": Sent("GET", {"update": "CLEAR ALL"}),
    "two updates": form(update=["CLEAR NAMED", "CLEAR DEFAULT"]),
    "an update as plain text": Sent("POST", "", {"Content-Type": "text/plain"}, b"CLEAR NAMED"),
    "an update without its type": Sent("POST", "", {"Content-Type": ""}, b"update=CLEAR%20NAMED"),
    "an update in UTF-16": Sent(
        "POST",
        "",
        {"Content-Type": "application/sparql-update; charset=UTF-16"},
        "CLEAR ALL".encode("utf-16"),
    ),
    "no update": form(update="CLEAR XX"),
    "an update as a query": form(query="CLEAR ALL"),
    "graphs named twice": form(
        update="INSERT { ?s ?p 1 } USING <x:g> WHERE { ?s ?p ?o }", using_named_graph_uri=ONE
    ),
    "graphs named beside WITH": form(
        update="WITH <x:g> INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }", using_graph_uri=ONE
    ),
}


@pytest.mark.parametrize("sent", BAD.values(), ids=BAD)
def test_what_the_protocol_has_not_is_refused(address: str, sent: Sent) -> None:
    status, kind, _ = send(address, sent)

    assert status in REFUSED
    assert kind == "application/problem+json"


BOTH = f"ASK {{ <{ONE}> a ?t . <{TWO}> a ?t }}"
APART = f"ASK {{ GRAPH ?g {{ <{ONE}> a ?t }} GRAPH ?h {{ <{TWO}> a ?t }} FILTER NOT EXISTS {{ ?s ?p ?o }} }}"
FULL = f"ASK {{ <{THREE}> a ?t GRAPH ?g {{ <{ONE}> a ?t }} GRAPH ?h {{ <{TWO}> a ?t }} }}"
OVER = f"ASK FROM <{TWO}> {{ <{ONE}> a ?t FILTER NOT EXISTS {{ <{TWO}> a ?t }} }}"
DATASETS = [
    (f"ASK {{ <{ONE}> a ?t }}", [ONE], []),
    (BOTH, [ONE, TWO], []),
    (APART, [], [ONE, TWO]),
    (FULL, [THREE], [ONE, TWO]),
    (OVER, [ONE], []),
]


def sendings(text: str, chosen: dict[str, list[str]]) -> dict[str, Sent]:
    """Return every way to send the query *text* with the graphs that are *chosen*."""
    whole = urlencode(chosen | {"query": text}, doseq=True).encode()
    return {
        "GET": Sent("GET", chosen | {"query": text}),
        "form": Sent("POST", "", FORM, whole),
        "direct": Sent("POST", chosen, QUERY, text.encode()),
        "QUERY": Sent("QUERY", chosen, QUERY, text.encode()),
    }


@pytest.mark.parametrize("way", ["GET", "form", "direct", "QUERY"])
@pytest.mark.parametrize(("text", "default", "named"), DATASETS)
def test_a_query_sees_the_graphs_that_the_request_names(
    address: str, text: str, default: list[str], named: list[str], way: str
) -> None:
    sent = sendings(text, {"default-graph-uri": default, "named-graph-uri": named})[way]
    status, kind, said = send(address, sent)

    assert status == 200, said
    assert kind in ROWS
    assert "true" in said


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("SELECT * { ?s ?p ?o }", ROWS),
        ("ASK {}", ROWS),
        (f"DESCRIBE <{ONE}>", GRAPH),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", GRAPH),
    ],
)
@pytest.mark.parametrize("way", ["GET", "form", "direct", "QUERY"])
def test_an_answer_has_a_type_for_its_form_of_query(
    address: str, text: str, kinds: set[str], way: str
) -> None:
    status, kind, _ = send(address, sendings(text, {})[way])

    assert (status, kind in kinds) == (200, True)


COPY = "INSERT { GRAPH <x:copy> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
COPY_NAMED = "INSERT { GRAPH <x:copy> { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }"
COPY_FULL = f"INSERT {{ GRAPH <x:copy> {{ ?s ?p ?t }} }} WHERE {{ <{THREE}> a ?t GRAPH ?g {{ ?s ?p ?t }} }}"
USING, USING_NAMED = "using-graph-uri", "using-named-graph-uri"
UPDATES = [
    (COPY, {USING: [ONE]}, {ONE}),
    (COPY, {USING: [ONE, TWO]}, {ONE, TWO}),
    (COPY_NAMED, {USING_NAMED: [ONE, TWO]}, {ONE, TWO}),
    (COPY_FULL, {USING: [THREE], USING_NAMED: [ONE]}, {ONE}),
    (COPY, {USING_NAMED: [ONE]}, set()),
]


@pytest.mark.parametrize("way", ["form", "direct"])
@pytest.mark.parametrize(("text", "graphs", "copied"), UPDATES)
def test_an_update_matches_the_graphs_that_the_request_names(
    address: str, text: str, graphs: dict[str, list[str]], copied: set[str], way: str
) -> None:
    body = urlencode(graphs | {"update": text}, doseq=True).encode()
    sent = Sent("POST", "", FORM, body) if way == "form" else Sent("POST", graphs, UPDATE, text.encode())

    assert send(address, form(update="DROP SILENT GRAPH <x:copy>"))[0] in MADE
    assert send(address, sent)[0] in MADE
    found = Sent("GET", {"query": "SELECT ?s { GRAPH <x:copy> { ?s ?p ?o } }"}, {"Accept": "text/csv"})
    assert set(send(address, found)[2].split()[1:]) == copied


def test_a_relative_iri_of_an_update_is_made_whole(address: str) -> None:
    assert send(address, form(update="INSERT DATA { GRAPH <x:base> { <x:s> <x:p> <test> } }"))[0] in MADE
    found = Sent("GET", {"query": "SELECT ?o { GRAPH <x:base> { ?s ?p ?o } }"}, {"Accept": "text/csv"})

    [whole] = send(address, found)[2].split()[1:]
    assert whole.startswith("http://")
    assert whole.endswith("/test")
