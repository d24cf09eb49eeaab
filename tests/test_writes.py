"""Writing to a published graph over HTTP, as a curator does it."""

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from rdflib import RDF, SH, Graph

from conftest import serving
from qgraph import tokens, versions
from qgraph.settings import Settings
from test_guard import ABOUT, BASE, FOLDERS, OURS, PREFIXES, evidence

TURTLE = {"Content-Type": "text/turtle"}
BODY = f"""@base <{BASE}> . @prefix : <{BASE}ontology#> . @prefix core: <https://w3id.org/qgraph/core#> .
<{OURS}> a core:Evidence ; {ABOUT} . <film/tide> :length 70 ."""


@pytest.fixture
def published(tiny: Settings, tmp_path: Path) -> Settings:
    shutil.copytree(tiny.store, tmp_path / "store")
    return replace(tiny, store=tmp_path / "store")


@pytest.fixture
def curator(published: Settings) -> dict[str, str]:
    _, secret = tokens.create(published.store, "curator", "a test")
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def there(published: Settings) -> Iterator[str]:
    with serving(published.graph, published.store) as address:
        yield address


def send(method: str, url: str, body: str | None = None, **headers: str) -> tuple[int, Message, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = None if body is None else body.encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, named, method=method)) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def update(there: str, text: str, **headers: str) -> tuple[int, Message, bytes]:
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    return send("POST", f"{there}/sparql", urlencode({"update": PREFIXES + text}), **form, **headers)


def lengths(there: str) -> list[str]:
    query = f"SELECT ?n {{ ?f <{BASE}ontology#length> ?n }} ORDER BY ?n"
    return (
        send("GET", f"{there}/sparql?{urlencode({'query': query, 'format': 'csv'})}")[2].decode().split()[1:]
    )


def test_a_curator_writes_and_the_next_reader_sees_it(
    there: str, published: Settings, curator: dict[str, str]
) -> None:
    status, headers, _ = update(
        there, evidence(OURS, "<film/tide> :length 70"), Qgraph_Message="Seen.", **curator
    )

    assert (status, headers["Qgraph-Version"], headers["ETag"]) == (
        204,
        "2",
        f'"v2-{versions.describe(published.store, 2).digest[:12]}"',
    )
    assert lengths(there) == ["70", "90"]
    assert versions.describe(published.store, 2).message == "Seen."
    assert versions.describe(published.store, 2).role == "curator"


def test_a_refused_change_gives_the_report_in_the_form_that_is_liked(
    there: str, curator: dict[str, str]
) -> None:
    broken = evidence(OURS, "<film/tide> :length 'long'")
    status, headers, body = update(there, broken, **curator)
    assert (status, headers["Content-Type"]) == (422, "application/problem+json")
    found = json.loads(body)["report"]["findings"]
    assert [(one["rule"], one["thing"]) for one in found] == [
        (f"{BASE}shapes#Film-length", f"{BASE}film/tide")
    ]

    for accept, syntax in (("text/turtle", "turtle"), ("application/ld+json", "json-ld")):
        status, headers, body = update(there, broken, Accept=accept, **curator)
        assert (status, headers["Content-Type"]) == (422, accept)
        report = Graph().parse(data=body, format=syntax)
        result = report.value(None, RDF.type, SH.ValidationResult)
        assert str(report.value(result, SH.focusNode)) == f"{BASE}film/tide"
        assert str(report.value(result, SH.sourceShape)) == f"{BASE}shapes#Film-length"
    assert lengths(there) == ["90"]


def test_a_graph_is_put_read_patched_and_deleted(there: str, curator: dict[str, str]) -> None:
    direct, named = f"{there}/graphs/{OURS}", f"{there}/graphs?graph={quote(BASE + OURS)}"

    assert send("PUT", named, BODY, Content_Type="text/turtle", **curator)[0] == 201
    status, headers, body = send("GET", direct, Accept="application/n-triples")
    assert status == 200
    assert headers["ETag"].startswith('"v2-')
    assert headers["ETag"].endswith('.ntriples"')
    assert b'"70"' in body
    patch = "DELETE { ?f ?p 70 } INSERT { ?f ?p 71 } WHERE { ?f ?p 70 }"
    assert send("PATCH", direct, patch, Content_Type="application/sparql-update", **curator)[0] == 204
    assert lengths(there) == ["71", "90"]
    assert send("DELETE", named, **curator)[0] == 204
    assert send("GET", direct)[0] == 404
    assert send("DELETE", direct, **curator)[0] == 404


def test_a_dataset_is_posted_as_the_files_of_the_folder_are(there: str, curator: dict[str, str]) -> None:
    trig = BODY.replace("<film/tide> :length 70 .", f"<{OURS}> {{ <film/tide> :length 70 . }}")

    assert send("POST", f"{there}/graphs", trig, Content_Type="application/trig", **curator)[0] == 204
    assert lengths(there) == ["70", "90"]
    assert send("POST", f"{there}/graphs", BODY, Content_Type="text/turtle", **curator)[0] == 400


def test_what_belongs_to_the_folder_is_refused_with_its_name_and_the_way(
    there: str, curator: dict[str, str]
) -> None:
    status, _, body = send("DELETE", f"{there}/graphs/{FOLDERS}", **curator)
    problem = json.loads(body)

    assert status == 409
    assert (problem["graph"], problem["folder"]) == (BASE + FOLDERS, "data/")
    assert "qgraph build" in problem["detail"]
    for graph in ("graph/asserted", "graph/ontology", "graph/shapes"):
        assert (
            send(
                "PUT",
                f"{there}/graphs/{graph}",
                "<urn:a> <urn:b> 1 .",
                **curator,
                Content_Type="text/turtle",
            )[0]
            == 409
        )


def test_a_writer_who_saw_an_older_version_is_told(there: str, curator: dict[str, str]) -> None:
    first = evidence(OURS, "<film/tide> :length 70")
    assert update(there, first, If_Match='"v1"', **curator)[0] == 204
    second = evidence("evidence/leaflet/w2", "<film/tide> :length 71")
    assert update(there, second, If_Match='"v1"', **curator)[0] == 412
    assert update(there, second, If_Match='"other"', **curator)[0] == 412
    assert update(there, second, If_Match='"v1", "v2.turtle"', **curator)[0] == 204
    again = f"{there}/graphs/{OURS}"
    assert send("PUT", again, BODY, Content_Type="text/turtle", If_None_Match="*", **curator)[0] == 412


def test_no_token_and_a_lesser_one_are_told_apart(there: str, published: Settings) -> None:
    _, secret = tokens.create(published.store, "insider", "a test")
    text = evidence(OURS, "<film/tide> :length 70")
    status, headers, _ = update(there, text)

    assert (status, headers["WWW-Authenticate"]) == (401, 'Bearer realm="qgraph"')
    assert update(there, text, Authorization="Bearer wrong")[0] == 401
    assert update(there, text, Authorization=f"Basic {secret}")[0] == 401
    assert update(there, text, Authorization=f"Bearer {secret}")[0] == 403
    assert versions.current(published.store) == 1


def test_the_operators_token_comes_from_a_file(published: Settings, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a-secret-of-twenty-characters")
    with serving(published.graph, published.store, "--admin-token-file", str(tmp_path / "token")) as address:
        secret = {"Authorization": "Bearer a-secret-of-twenty-characters"}

        assert update(address, evidence(OURS, "<film/tide> :length 70"), **secret)[0] == 204


def test_the_default_graph_is_nobodys_to_put_or_delete(there: str, curator: dict[str, str]) -> None:
    assert send("PUT", f"{there}/graphs?default", BODY, Content_Type="text/turtle", **curator)[0] == 409
    assert send("DELETE", f"{there}/graphs?default", **curator)[0] == 409


def test_behind_a_proxy_a_token_travels_over_https_only(published: Settings, curator: dict[str, str]) -> None:
    text = evidence(OURS, "<film/tide> :length 70")
    with serving(published.graph, published.store, "--trust-proxy") as address:
        assert update(address, text, X_Forwarded_Proto="http", **curator)[0] == 403
        assert update(address, text, **curator)[0] == 403
        assert update(address, text, X_Forwarded_Proto="https", **curator)[0] == 204
