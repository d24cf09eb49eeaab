"""The SPARQL 1.1 Graph Store HTTP Protocol, asked demand by demand of the real server in bare mode.

The demands are those of the specification; each request names its graph by the
path, or by a parameter.
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import pytest
from rdflib import Graph, URIRef

from conftest import ROOT, serving

TURTLE = {"Content-Type": "text/turtle; charset=utf-8"}
ASKED = {"Accept": "text/turtle"}
JOHN = """@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix v: <http://www.w3.org/2006/vcard/ns#> .
<> a foaf:Person ; foaf:businessCard [ a v:VCard ; v:fn "%s" ] ."""
ONE = b"<urn:a> <urn:b> <urn:c> ."


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def graph(self) -> Graph:
        return Graph().parse(data=self.body, format="turtle")


class Server:
    """A server, asked by requests as they are."""

    def __init__(self, address: str) -> None:
        self.address = address

    def send(self, method: str, target: str, body: bytes = b"", **headers: str) -> Answer:
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, body or None, named)
        answer = connection.getresponse()
        found = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        connection.close()
        return found

    def put(self, target: str, body: bytes, kind: str = "text/turtle", **headers: str) -> Answer:
        return self.send("PUT", target, body, Content_Type=kind, **headers)

    def get(self, target: str, accept: str = "text/turtle", **headers: str) -> Answer:
        return self.send("GET", target, Accept=accept, **headers)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    options = ("--bare", "--open-writes")
    with serving(ROOT, tmp_path_factory.mktemp("bare"), *options) as address:
        yield Server(address)


@pytest.fixture
def card(server: Server) -> Iterator[str]:
    """A graph that is not there, as a request names it; gone after the test."""
    yield "/graphs/card"
    server.send("DELETE", "/graphs/card")


@pytest.fixture(params=["path", "parameter"])
def either(server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """The same, named by the path and by a parameter."""
    name = f"{server.address}/graphs/person/1.ttl"
    target = "/graphs/person/1.ttl" if request.param == "path" else f"/graphs?graph={quote(name, safe='')}"
    yield target
    server.send("DELETE", target)


def john(name: str, server: Server) -> Graph:
    return Graph().parse(data=JOHN % name, publicID=f"{server.address}/graphs/person/1.ttl")


def same(answer: Answer, graph: Graph) -> bool:
    return answer.status == 200 and answer.graph().isomorphic(graph)


# PUT (section 5.3)


def test_put_makes_a_graph_that_get_gives_back(server: Server, either: str) -> None:
    made = server.put(either, (JOHN % "John Doe").encode())

    assert made.status == 201
    assert same(server.get(either), john("John Doe", server))
    assert same(server.get(made.headers["location"].removeprefix(server.address)), john("John Doe", server))


def test_put_replaces_a_graph_that_is_there(server: Server, either: str) -> None:
    server.put(either, (JOHN % "John Doe").encode())

    assert server.put(either, (JOHN % "Jane Doe").encode()).status == 204
    assert same(server.get(either), john("Jane Doe", server))


def test_a_body_that_is_not_of_its_type_is_refused_and_changes_nothing(server: Server, either: str) -> None:
    server.put(either, ONE)

    assert server.put(either, (JOHN % "John Doe").encode(), "application/rdf+xml").status == 400
    assert len(server.get(either).graph()) == 1


def test_put_of_nothing_leaves_an_empty_graph(server: Server, either: str) -> None:
    server.put(either, ONE)

    assert server.put(either, b"").status == 204
    assert server.get(either).status == 200
    assert len(server.get(either).graph()) == 0


def test_put_of_nothing_makes_an_empty_graph(server: Server, either: str) -> None:
    assert server.put(either, b"").status == 201
    assert server.get(either).status == 200
    assert len(server.get(either).graph()) == 0


def test_the_default_graph_is_put_and_read(server: Server) -> None:
    assert server.put("/graphs?default", ONE + b" <> <urn:b> <sub> .").status in (200, 201, 204)
    found = server.get("/graphs?default").graph()

    assert len(found) == 2
    assert (URIRef("http://localhost/"), URIRef("urn:b"), URIRef("http://localhost/sub")) in found
    assert server.send("DELETE", "/graphs?default").status == 204
    assert server.get("/graphs?default").status == 200
    assert len(server.get("/graphs?default").graph()) == 0


# DELETE (section 5.4)


def test_a_graph_that_is_deleted_is_there_no_more(server: Server, either: str) -> None:
    server.put(either, ONE)

    assert server.send("DELETE", either).status == 204
    assert server.get(either).status == 404


def test_what_is_not_there_is_not_deleted(server: Server, either: str) -> None:
    assert server.send("DELETE", either).status == 404


# POST (section 5.5)


def test_post_adds_to_a_graph(server: Server, either: str) -> None:
    server.put(either, ONE)
    added = server.send("POST", either, b"<urn:a> <urn:b> <urn:d> .", **{"Content-Type": "text/turtle"})

    assert added.status == 204
    assert len(server.get(either).graph()) == 2


def test_post_of_nothing_changes_nothing(server: Server, either: str) -> None:
    server.put(either, ONE)

    assert server.send("POST", either, b"", Content_Type="text/turtle").status == 204
    assert len(server.get(either).graph()) == 1


def form(*files: tuple[str, bytes], boundary: str = "a-boundary") -> tuple[bytes, dict[str, str]]:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="graph"; filename="{number}.rdf"\r\n'
        f"Content-Type: {kind}\r\n\r\n".encode()
        + body
        + b"\r\n"
        for number, (kind, body) in enumerate(files)
    ]
    whole = b"".join(parts) + f"--{boundary}--\r\n".encode()
    return whole, {"Content_Type": f"multipart/form-data; boundary={boundary}"}


TWO = (("text/turtle", ONE), ("application/n-triples", b"<urn:a> <urn:b> <urn:d> .\n"))


def test_post_adds_all_files_of_a_form(server: Server, either: str) -> None:
    server.put(either, b"<urn:a> <urn:b> <urn:e> .")
    body, kind = form(*TWO)

    assert server.send("POST", either, body, **kind).status == 204
    assert len(server.get(either).graph()) == 3


def test_put_of_a_form_leaves_its_files_alone(server: Server, either: str) -> None:
    server.put(either, b"<urn:a> <urn:b> <urn:e> .")
    body, kind = form(*TWO)

    assert server.send("PUT", either, body, **kind).status == 204
    assert len(server.get(either).graph()) == 2


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ((("text/turtle", ONE), ("text/turtle", b"<urn:a>")), 400),
        ((("image/png", ONE),), 415),
        ((("text/turtle; charset=latin-1", ONE),), 415),
        ((), 400),
    ],
)
def test_a_form_with_a_bad_file_changes_nothing(
    server: Server, either: str, files: tuple[tuple[str, bytes], ...], status: int
) -> None:
    server.put(either, ONE)
    body, kind = form(*files)

    assert server.send("PUT", either, body, **kind).status == status
    assert len(server.get(either).graph()) == 1


def test_post_to_the_store_makes_a_graph_and_says_where(server: Server) -> None:
    made = server.send("POST", "/graphs", (JOHN % "John Doe").encode(), Content_Type="text/turtle")
    place = made.headers["location"]

    assert made.status == 201
    assert place.startswith(f"{server.address}/graphs/")
    found = server.get(place.removeprefix(server.address))
    assert len(found.graph()) == 4
    assert (URIRef(place), None, URIRef("http://xmlns.com/foaf/0.1/Person")) in found.graph()
    assert server.send("DELETE", place.removeprefix(server.address)).status == 204


def test_a_dataset_that_is_posted_to_the_store_is_added(server: Server) -> None:
    trig = b"<urn:a> <urn:b> 1 . <urn:g1> { <urn:a> <urn:b> 2 } <urn:g2> { <urn:a> <urn:b> 3 }"

    assert server.send("POST", "/graphs", trig, Content_Type="application/trig").status == 204
    for target in ("?default", "?graph=urn:g1", "?graph=urn:g2"):
        assert len(server.get(f"/graphs{target}").graph()) == 1
        assert server.send("DELETE", f"/graphs{target}").status == 204


# HEAD (section 5.6), GET (section 5.2)


def test_head_has_the_headers_of_get(server: Server, either: str) -> None:
    server.put(either, ONE)
    got, head = server.get(either), server.send("HEAD", either, Accept="text/turtle")

    assert (head.status, head.body) == (200, b"")
    own = ("content-type", "content-length", "etag", "vary")
    assert [head.headers[name] for name in own] == [got.headers[name] for name in own]


def test_head_of_what_is_not_there_is_404(server: Server, either: str) -> None:
    found = server.send("HEAD", either)

    assert (found.status, found.body) == (404, b"")


RDFXML = (
    b'<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="urn:">'
    b'<r:Description r:about="urn:a"><u:b r:resource="urn:c"/></r:Description></r:RDF>'
)
SYNTAXES = {
    "text/turtle": ("turtle", ONE),
    "application/n-triples": ("nt", ONE),
    "application/ld+json": ("json-ld", b'{"@id": "urn:a", "urn:b": {"@id": "urn:c"}}'),
    "application/rdf+xml": ("xml", RDFXML),
}
DATASETS = {"application/trig": ONE, "application/n-quads": ONE}


@pytest.mark.parametrize("kind", [*SYNTAXES, *DATASETS])
def test_a_graph_is_put_in_every_syntax(server: Server, card: str, kind: str) -> None:
    body = DATASETS[kind] if kind in DATASETS else SYNTAXES[kind][1]

    assert server.put(card, body, kind).status == 201
    assert set(server.get(card).graph()) == set(Graph().parse(data=ONE, format="turtle"))


@pytest.mark.parametrize("kind", SYNTAXES)
def test_a_graph_is_read_in_every_syntax(server: Server, card: str, kind: str) -> None:
    server.put(card, ONE)
    found = server.get(card, kind)

    assert found.headers["content-type"].partition(";")[0] == kind
    assert set(Graph().parse(data=found.body, format=SYNTAXES[kind][0])) == set(Graph().parse(data=ONE))


@pytest.mark.parametrize("kind", ["image/png", "application/trig"])
def test_what_holds_no_graph_is_not_acceptable(server: Server, card: str, kind: str) -> None:
    server.put(card, ONE)

    assert server.get(card, kind).status == 406


# PATCH (section 5.7)


def test_patch_changes_one_graph_by_an_update(server: Server, card: str) -> None:
    server.put(card, ONE)
    kind = {"Content_Type": "application/sparql-update"}
    text = b"DELETE DATA { <urn:a> <urn:b> <urn:c> } ; INSERT DATA { <urn:a> <urn:b> 1 , 2 }"

    assert server.send("PATCH", card, text, **kind).status == 204
    assert len(server.get(card).graph()) == 2


def test_patch_of_what_is_not_there_makes_it(server: Server, card: str) -> None:
    kind = {"Content_Type": "application/sparql-update"}

    assert server.send("PATCH", card, b"DELETE WHERE { ?s ?p ?o }", **kind).status == 201
    assert server.get(card).status == 200


@pytest.mark.parametrize(
    ("text", "kind", "status"),
    [
        (b"INSERT DATA { GRAPH <urn:other> { <urn:a> <urn:b> 1 } }", "application/sparql-update", 400),
        (b"INSERT DATA {", "application/sparql-update", 400),
        (b"LOAD <http://127.0.0.1:9/>", "application/sparql-update", 400),
        (b"INSERT DATA { <urn:a> <urn:b> '\xff' }", "application/sparql-update", 400),
        (b"INSERT DATA {}", "application/sparql-update; charset=utf-16", 415),
        (ONE, "text/turtle", 415),
    ],
)
def test_a_patch_that_cannot_be_made_changes_nothing(
    server: Server, card: str, text: bytes, kind: str, status: int
) -> None:
    server.put(card, ONE)

    assert server.send("PATCH", card, text, Content_Type=kind).status == status
    assert len(server.get(card).graph()) == 1


# Bodies


def test_a_body_may_be_packed(server: Server, card: str) -> None:
    members = gzip.compress(ONE) + gzip.compress(b" <urn:a> <urn:b> <urn:d> .")

    assert server.put(card, members, Content_Encoding="gzip").status == 201
    assert len(server.get(card).graph()) == 2


BOMB = gzip.compress(b" " * 60_000_000)
XML = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="urn:">
<r:Description r:about="urn:a"><u:b>&x;</u:b></r:Description></r:RDF>"""
DEEP = RDFXML.replace(b"<u:b ", b"<u:b><r:Description>" * 9000 + b"<u:b ").replace(
    b"</r:Description>", b"</r:Description></u:b>" * 9000 + b"</r:Description>"
)
FAR = b'{"@context": "http://127.0.0.1:9/context", "@id": "urn:a", "b": "c"}'
BAD_BODIES = {
    "a bomb": (BOMB, "text/turtle", "gzip", 413),
    "a packed body that ends early": (gzip.compress(ONE)[:-6], "text/turtle", "gzip", 400),
    "a packed body with something after it": (gzip.compress(ONE) + b"more", "text/turtle", "gzip", 400),
    "a body that is not packed": (ONE, "text/turtle", "gzip", 400),
    "another packing": (ONE, "text/turtle", "br", 415),
    "two packings": (ONE, "text/turtle", "gzip, gzip", 415),
    "another charset": ("<urn:a> <urn:b> 'ü' .".encode("latin-1"), "text/turtle; charset=latin-1", "", 415),
    "no UTF-8": ("<urn:a> <urn:b> 'ü' .".encode("latin-1"), "text/turtle", "", 400),
    "another type": (ONE, "image/png", "", 415),
    "no type": (ONE, "", "", 415),
    "Turtle that ends early": (b"<urn:a> <urn:b>", "text/turtle", "", 400),
    "a triple without its end": (b"<urn:a> <urn:b> <urn:c>", "application/n-triples", "", 400),
    "XML that ends early": (RDFXML[:-10], "application/rdf+xml", "", 400),
    "XML that ends between things": (RDFXML.removesuffix(b"</r:RDF>"), "application/rdf+xml", "", 400),
    "XML with two roots": (RDFXML + RDFXML, "application/rdf+xml", "", 400),
    "XML of nothing": (b"", "application/rdf+xml", "", 400),
    "XML with a DOCTYPE": (XML, "application/rdf+xml", "", 400),
    "XML in UTF-16": (XML.decode().encode("utf-16"), "application/rdf+xml", "", 400),
    "JSON that ends early": (SYNTAXES["application/ld+json"][1][:-1], "application/ld+json", "", 400),
    "JSON of nothing": (b"", "application/ld+json", "", 400),
    "a context that is elsewhere": (FAR, "application/ld+json", "", 400),
    "TriG that ends early": (b"{ <urn:a> <urn:b> <urn:c> ", "application/trig", "", 400),
    "TriG of another graph": (b"<urn:g> { <urn:a> <urn:b> <urn:c> }", "application/trig", "", 400),
    "a deep nest in XML": (DEEP, "application/rdf+xml", "", 400),
    "a deep nest": (b"<urn:a> <urn:b> " + b"(" * 5000 + b")" * 5000 + b" .", "text/turtle", "", 400),
    "a deep nest in JSON": (b'{"urn:b":' * 5000 + b"1" + b"}" * 5000, "application/ld+json", "", 400),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_is_refused_in_words_and_changes_nothing(server: Server, card: str, name: str) -> None:
    body, kind, coding, status = BAD_BODIES[name]
    server.put(card, ONE)
    packed = {"Content_Encoding": coding} if coding else {}
    answer = server.put(card, body, kind, **packed)

    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert len(server.get(card).graph()) == 1


def test_a_packed_form_is_refused(server: Server, card: str) -> None:
    body, kind = form(*TWO)

    assert server.send("POST", card, gzip.compress(body), Content_Encoding="gzip", **kind).status == 415


# Names


@pytest.mark.parametrize("name", ["urn:şəhər", "http://e/ə b".replace(" ", "_"), "urn:a?b=c#d"])
def test_a_graph_with_any_name_is_found_where_its_making_says(server: Server, name: str) -> None:
    made = server.put(f"/graphs?graph={quote(name, safe='')}", ONE)
    place = made.headers["location"]

    assert made.status == 201
    assert place.isascii()
    assert len(server.get(place.removeprefix(server.address)).graph()) == 1
    assert server.send("DELETE", f"/graphs?graph={quote(name, safe='')}").status == 204


@pytest.mark.parametrize("path", ["a/b", "%C9%99", "a%2520b", "a;b=c,d", "a'b", "a%3Fb%23c", "a//b/"])
def test_a_graph_with_any_path_is_found_where_its_making_says(server: Server, path: str) -> None:
    made = server.put(f"/graphs/{path}", ONE)

    assert made.status == 201
    assert len(server.get(made.headers["location"].removeprefix(server.address)).graph()) == 1
    assert server.send("DELETE", f"/graphs/{path}").status == 204


@pytest.mark.parametrize(
    "target",
    [
        *("", "?graph=", "?graph=relative", "?graph=urn:a&graph=urn:b", "?graph=urn:a&default", "?nothing"),
        *("?graph=urn:a%0D%0ASet-Cookie:%20a=b", "?graph=urn:a%0D", "?graph=urn:%00", "?graph=urn:a%20b"),
        *("/a%0D", "/a%20b", "/a%3Eb", "/a?graph=urn:b", "/a?default"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_names_no_graph_is_refused(server: Server, method: str, target: str) -> None:
    answer = server.send(
        method, f"/graphs{target}", ONE if method == "PUT" else b"", Content_Type="text/turtle"
    )

    assert answer.status == 400, answer.body
    assert "set-cookie" not in answer.headers


# Conditions (RFC 9110, section 13), and pages of other sites


def test_a_write_holds_back_where_another_version_is_in_force(server: Server, card: str) -> None:
    known = server.put(card, ONE).headers["etag"]
    seen = server.get(card).headers["etag"]
    other = {"Content_Type": "text/turtle"}

    assert server.put(card, b"<urn:a> <urn:b> 1 .", If_Match=seen).status == 204
    for tag in (known, seen):
        assert server.put(card, ONE, If_Match=tag).status == 412
        assert server.send("POST", card, ONE, If_Match=tag, **other).status == 412
        assert server.send("DELETE", card, If_Match=tag).status == 412
    assert server.put(card, ONE, If_Match="nonsense").status == 412
    assert len(server.get(card).graph()) == 1


def test_a_graph_is_made_once_where_it_shall_be_new(server: Server, card: str) -> None:
    assert server.put(card, ONE, If_Match="*").status == 412
    assert server.put(card, ONE, If_None_Match="*").status == 201
    assert server.put(card, b"", If_None_Match="*").status == 412
    assert server.put(card, b"", If_Match="*").status == 204


def test_what_is_known_is_not_sent_again(server: Server, card: str) -> None:
    server.put(card, ONE)
    tag = server.get(card).headers["etag"]
    again = server.get(card, If_None_Match=tag)

    assert (again.status, again.body) == (304, b"")
    assert server.get(card, "application/n-triples", If_None_Match=tag).status == 200
    assert {"Accept", "Authorization"} <= set(server.get(card).headers["vary"].split(", "))


def test_pages_of_other_sites_may_read_and_no_more(server: Server, card: str) -> None:
    told = server.send("OPTIONS", card, Origin="https://elsewhere.example")

    assert told.status == 204
    assert told.headers["allow"] == "GET, HEAD, PUT, POST, DELETE, PATCH, OPTIONS"
    assert told.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert "Authorization" not in told.headers["access-control-allow-headers"]
    assert server.get(card).headers["access-control-allow-origin"] == "*"
    assert server.put(card, ONE, Origin="https://elsewhere.example").status == 403
    assert server.put(card, ONE, Origin="null").status == 403
    assert server.get(card).status == 404


def test_a_method_that_is_no_method_of_graphs_is_told_which_are(server: Server, card: str) -> None:
    answer = server.send("QUERY", card, b"ASK {}", Content_Type="application/sparql-query")

    assert answer.status == 405
    assert {"GET", "PUT", "PATCH"} <= set(answer.headers["allow"].split(", "))


# Empty graphs


@pytest.mark.parametrize("text", ["CLEAR GRAPH <urn:e>", "CLEAR NAMED", "CLEAR ALL", "DROP GRAPH <urn:e>"])
def test_an_empty_graph_is_there_until_it_is_dropped(server: Server, text: str) -> None:
    kind = {"Content_Type": "application/sparql-update"}

    assert server.send("POST", "/sparql", b"CREATE GRAPH <urn:e>", **kind).status == 204
    assert server.get("/graphs?graph=urn:e").status == 200
    assert server.send("POST", "/sparql", b"CREATE GRAPH <urn:e>", **kind).status == 400
    assert server.send("POST", "/sparql", text.encode(), **kind).status == 204
    assert server.get("/graphs?graph=urn:e").status == (404 if "DROP" in text else 200)
    server.send("DELETE", "/graphs?graph=urn:e")


# A large graph


def test_a_large_graph_is_read_whole(server: Server, card: str) -> None:
    rows = b"".join(b"<urn:a> <urn:b> %d .\n" % number for number in range(20_000))
    server.put(card, rows)
    found, head = server.get(card, "application/n-triples"), server.send("HEAD", card, Accept="text/plain")

    assert len(found.body.splitlines()) == 20_000
    assert found.headers["content-length"] == head.headers["content-length"] == str(len(found.body))
    assert server.get(card, "application/n-triples", If_None_Match=found.headers["etag"]).status == 304
