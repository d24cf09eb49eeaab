"""A plain store: it starts empty, takes updates and graphs, and is closed unless opened."""

from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from conftest import ROOT, serving
from qgraph import commit, edit, settings, versions
from qgraph.bare import KEPT
from qgraph.edit import Author, Update
from qgraph.errors import QgraphError, SettingsError
from qgraph.precheck import Limits
from qgraph.settings import Settings

ANYONE = Author("anyone", "")
TURTLE = {"Content-Type": "text/turtle"}
ONE = b"<urn:a> <urn:b> <urn:c> ."


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(ROOT, tmp_path_factory.mktemp("bare"), "--bare", "--open-writes") as address:
        yield address


def asked(text: str) -> edit.Request:
    return edit.Request(Update(text, Limits()), ANYONE)


def send(
    url: str, method: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    try:
        with urlopen(Request(url, body, headers or {}, method=method)) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def update(address: str, text: str, **headers: str) -> tuple[int, str]:
    return send(f"{address}/sparql", "POST", urlencode({"update": text}).encode(), headers)


def held(address: str, query: str = "?graph=urn:g") -> tuple[int, str]:
    return send(f"{address}/graphs{query}", "GET", headers={"Accept": "application/n-triples"})


def test_a_graph_is_put_added_to_read_and_deleted(bare: str) -> None:
    url = f"{bare}/graphs?graph=urn:g"

    assert send(url, "PUT", ONE, TURTLE)[0] == 201
    assert send(url, "POST", b"<urn:a> <urn:b> 1 .", TURTLE)[0] == 204
    assert len(held(bare)[1].splitlines()) == 2
    assert send(url, "PUT", ONE, TURTLE)[0] == 204
    assert held(bare) == (200, "<urn:a> <urn:b> <urn:c> .\n")
    assert send(url, "DELETE")[0] == 204
    assert held(bare)[0] == 404
    assert send(url, "DELETE")[0] == 404


def test_an_update_changes_the_default_graph_as_a_whole_or_not_at_all(bare: str) -> None:
    assert send(f"{bare}/graphs?default", "PUT", ONE, TURTLE)[0] == 204
    assert update(bare, "DELETE WHERE { ?s ?p ?o } ; INSERT DATA { <urn:x> <urn:y> 1 }")[0] == 204
    assert update(bare, "CLEAR ALL ; INSERT DATA { nonsense }")[0] == 400
    assert "urn:x" in held(bare, "?default")[1]


TWO = "INSERT DATA { GRAPH <urn:u> { <urn:a> <urn:b> 1 } GRAPH <urn:v> { <urn:c> <urn:b> 2 } }"


def rows(address: str, query: str) -> list[str]:
    status, text = send(
        f"{address}/sparql?{urlencode({'query': query})}", "GET", headers={"Accept": "text/csv"}
    )
    assert status == 200, text
    return sorted(text.split()[1:])


def matched(address: str, text: str, **graphs: list[str]) -> list[str]:
    """Make an update whose patterns are matched in *graphs*; return what it found."""
    assert update(address, f"DROP ALL ; {TWO}")[0] == 204
    named = urlencode({name.replace("_", "-"): value for name, value in graphs.items()}, doseq=True)
    kind = {"Content-Type": "application/sparql-update"}
    status, said = send(f"{address}/sparql?{named}", "POST", text.encode(), kind)
    assert status == 204, said
    return rows(address, "SELECT ?s { GRAPH <urn:found> { ?s ?p ?o } }")


def test_a_request_names_the_graphs_that_an_update_matches(bare: str) -> None:
    found = "INSERT { GRAPH <urn:found> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
    inside = "INSERT { GRAPH <urn:found> { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }"

    assert matched(bare, found) == []
    assert matched(bare, found, using_graph_uri=["urn:u"]) == ["urn:a"]
    assert matched(bare, found, using_graph_uri=["urn:u", "urn:v"]) == ["urn:a", "urn:c"]
    assert matched(bare, found, using_named_graph_uri=["urn:u"]) == []
    assert matched(bare, inside) == ["urn:a", "urn:c"]
    assert matched(bare, inside, using_named_graph_uri=["urn:u"]) == ["urn:a"]
    assert matched(bare, inside, using_graph_uri=["urn:u"]) == []


@pytest.mark.parametrize("iri", ["nothing", "http://[", "urn:a> WHERE {} ; CLEAR ALL #"])
def test_a_graph_of_an_update_that_is_no_iri_is_refused(bare: str, iri: str) -> None:
    status, said = send(
        f"{bare}/sparql?{urlencode({'using-graph-uri': iri})}",
        "POST",
        b"INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
        {"Content-Type": "application/sparql-update"},
    )

    assert status == 400
    assert "is no IRI" in said


def test_relative_iris_of_an_update_stand_under_the_base_of_the_store(bare: str) -> None:
    assert update(bare, "CLEAR ALL ; INSERT DATA { <a> <b> <c> }")[0] == 204
    assert rows(bare, "SELECT ?o { ?s ?p ?o }") == ["http://localhost/c"]


def test_an_update_may_declare_again_between_its_operations(bare: str) -> None:
    text = """PREFIX a: <urn:a:> CLEAR ALL ; INSERT DATA { a:x a:y 1 } ; PREFIX b: <urn:b:>
    INSERT DATA { a:x b:y 2 } ; PREFIX a: <urn:c:> BASE <http://e/> INSERT DATA { a:x b:y <z> }"""

    assert update(bare, text)[0] == 204
    assert rows(bare, "SELECT ?s ?p ?o { ?s ?p ?o }") == [
        "urn:a:x,urn:a:y,1",
        "urn:a:x,urn:b:y,2",
        "urn:c:x,urn:b:y,http://e/z",
    ]
    assert update(bare, "CLEAR ALL ; PREFIX a: <urn:a:> INSERT DATA { a:x a:y } ;")[0] == 400
    assert len(rows(bare, "SELECT ?s ?p ?o { ?s ?p ?o }")) == 3
    assert "LOAD is not" in update(bare, "CLEAR ALL ; PREFIX a: <urn:a:> LOAD <http://127.0.0.1:9/>")[1]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_graph_whose_name_is_no_iri_is_refused_in_words(bare: str, method: str) -> None:
    status, said = send(f"{bare}/graphs?graph=http://%5B/", method, b"" if method == "PUT" else None, TURTLE)

    assert status == 400
    assert "is no IRI of a graph" in said


@pytest.mark.parametrize(
    ("query", "body", "kind", "status"),
    [
        ("", ONE, "text/turtle", 400),
        ("?graph=nothing", ONE, "text/turtle", 400),
        ("?graph=urn:g&default", ONE, "text/turtle", 400),
        ("?graph=urn:g", b"<urn:a> <urn:b>", "text/turtle", 400),
        ("?graph=urn:g", ONE, "image/png", 415),
        ("?graph=urn:%3E", ONE, "text/turtle", 400),
    ],
)
def test_a_graph_that_cannot_be_written_is_refused(
    bare: str, query: str, body: bytes, kind: str, status: int
) -> None:
    assert send(f"{bare}/graphs{query}", "PUT", body, {"Content-Type": kind})[0] == status


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"update": "LOAD <http://127.0.0.1:9/>"}, 400),
        ({"update": "CLEAR ALL", "query": "ASK {}"}, 400),
        ({"update": "WITH <urn:g> INSERT {} WHERE {}", "using-graph-uri": "urn:g"}, 400),
        ({"update": "SELECT * {}"}, 400),
        ({"query": "CLEAR ALL"}, 400),
    ],
)
def test_what_is_no_update_is_refused(bare: str, form: dict[str, str], status: int) -> None:
    assert send(f"{bare}/sparql", "POST", urlencode(form).encode())[0] == status


def test_an_update_by_get_is_refused(bare: str) -> None:
    assert send(f"{bare}/sparql?update=CLEAR+ALL", "GET", headers={"Accept": "*/*"})[0] == 405


def test_a_page_of_another_site_cannot_write(bare: str) -> None:
    status, said = update(bare, "CLEAR ALL", Origin="https://elsewhere.example")

    assert status == 403
    assert "https://elsewhere.example" in said


def test_a_name_that_is_not_ours_is_refused(bare: str) -> None:
    assert update(bare, "CLEAR ALL", Host="elsewhere.example")[0] == 421
    assert send(f"{bare}/", "GET", headers={"Host": "elsewhere.example"})[0] == 421


def test_nobody_writes_to_a_published_graph(address: str) -> None:
    assert update(address, "CLEAR ALL")[0] == 401
    assert send(f"{address}/graphs?default", "PUT", ONE, TURTLE)[0] == 401


@pytest.mark.parametrize("given", [{}, {"bare": True, "host": "0.0.0.0"}])
def test_writes_are_opened_on_a_bare_store_and_loopback_only(given: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="loopback"):
        settings.read({}, open_writes=True, **given)


def test_the_last_twenty_versions_are_kept(tmp_path: Path) -> None:
    chosen = settings.read({}, store=tmp_path, bare=True)
    commit.start_bare(chosen)
    desk = commit.Desk(chosen)
    for number in range(KEPT + 2):
        desk.write(asked(f"INSERT DATA {{ <urn:a> <urn:b> {number} }}"))

    assert versions.current(tmp_path) == KEPT + 3
    assert len(list((tmp_path / "versions").iterdir())) == KEPT


def test_an_update_over_a_limit_changes_nothing(tmp_path: Path) -> None:
    chosen = settings.read({}, store=tmp_path, bare=True)
    commit.start_bare(chosen)
    with pytest.raises(QgraphError, match="query_length"):
        commit.Desk(chosen).write(edit.Request(Update("CLEAR ALL", Limits(length=5)), ANYONE))

    assert versions.current(tmp_path) == 1


def facts(folder: Path) -> set[str]:
    return {str(quad.subject) for quad in versions.open_version(folder, versions.current(folder))}


def test_of_an_update_that_fails_at_its_end_nothing_stays(tmp_path: Path) -> None:
    chosen = settings.read({}, store=tmp_path, bare=True)
    commit.start_bare(chosen)
    desk = commit.Desk(chosen)
    desk.write(asked("INSERT DATA { <urn:a> <urn:b> 1 }"))
    with pytest.raises(QgraphError):
        desk.write(
            asked("INSERT DATA { <urn:lost> <urn:b> 1 } ; CREATE GRAPH <urn:g> ; CREATE GRAPH <urn:g>")
        )
    desk.write(asked("INSERT DATA { <urn:c> <urn:b> 1 }"))

    assert facts(tmp_path) == {"<urn:a>", "<urn:c>"}


def test_two_servers_write_to_one_store_in_turn(tmp_path: Path) -> None:
    chosen = settings.read({}, store=tmp_path, bare=True)
    commit.start_bare(chosen)
    first, second = commit.Desk(chosen), commit.Desk(chosen)
    for number, desk in enumerate((first, second, second, first)):
        desk.write(asked(f"INSERT DATA {{ <urn:{number}> <urn:b> 1 }}"))

    assert facts(tmp_path) == {"<urn:0>", "<urn:1>", "<urn:2>", "<urn:3>"}


def test_what_a_killed_writer_had_open_goes_with_the_next_start(tmp_path: Path) -> None:
    chosen = settings.read({}, store=tmp_path, bare=True)
    commit.start_bare(chosen)
    killed, alive = commit.Desk(chosen), commit.Desk(chosen)
    for number, desk in enumerate((killed, alive)):
        desk.write(asked(f"INSERT DATA {{ <urn:{number}> <urn:b> 1 }}"))
    assert killed.plain.child
    killed.plain.child.kill()
    killed.plain.child.join()
    commit.start_bare(chosen)

    assert len([*tmp_path.glob("live-*")]) == 1
    alive.write(asked("INSERT DATA { <urn:3> <urn:b> 1 }"))
    killed.write(asked("INSERT DATA { <urn:2> <urn:b> 1 }"))
    assert facts(tmp_path) == {"<urn:0>", "<urn:1>", "<urn:2>", "<urn:3>"}


def test_the_public_address_stands_in_the_description(tiny: Settings) -> None:
    with serving(tiny.graph, tiny.store, "--public-url", "https://films.example") as address:
        status, said = send(
            f"{address}/sparql", "GET", headers={"Accept": "text/turtle", "Host": "films.example"}
        )

        assert status == 200
        assert "https://films.example/sparql" in said
        assert send(f"{address}/health", "GET", headers={"Host": "other.example"})[0] == 421


@pytest.mark.parametrize("url", ["films.example", "https://films.example/path", "ftp://films.example"])
def test_a_public_address_is_a_host_without_a_path(url: str) -> None:
    with pytest.raises(SettingsError, match="public_url"):
        settings.read({}, public_url=url)


def test_a_switch_is_true_or_false() -> None:
    assert settings.read({"QGRAPH_BARE": "true"}).bare
    with pytest.raises(SettingsError, match="expected true or false"):
        settings.read({"QGRAPH_BARE": "perhaps"})
