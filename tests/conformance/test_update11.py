"""The SPARQL 1.1 suites of the W3C on updates, sent over HTTP to the real server in bare mode."""

import csv
import io
import json
import os
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pyoxigraph as ox
import pytest

from conformance.suite import Change, State, base_of, canonical, changes
from conftest import ROOT, serving

GROUPS = (
    *("add", "basic-update", "clear", "copy", "delete", "delete-data", "delete-insert", "delete-where"),
    *("drop", "move", "update-silent", "syntax-update-1", "syntax-update-2"),
)
FOLDER = Path(os.environ.get("QGRAPH_SHARED", ROOT.parent / "shared")) / "w3c" / "sparql11"
CHANGES = [one for group in GROUPS for one in changes(FOLDER, group)] if FOLDER.is_dir() else []
WHOLE = "SELECT ?s ?p ?o ?g { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
NAMES = "SELECT ?g { GRAPH ?g {} }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Server:
    """A bare server, told what to hold and asked what it holds."""

    def __init__(self, address: str) -> None:
        self.connection = HTTPConnection(urlsplit(address).netloc, timeout=60)

    def send(self, form: dict[str, str], accept: str = "*/*") -> tuple[int, str]:
        self.connection.request("POST", "/sparql", urlencode(form), FORM | {"Accept": accept})
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()

    def update(self, path: Path, text: str) -> tuple[int, str]:
        return self.send({"update": f"BASE <{base_of(path)}>\n{text}"})

    def hold(self, state: State) -> None:
        rows = [
            f"GRAPH {quad.graph_name} {{ {quad.triple} }}"
            if quad.graph_name != ox.DefaultGraph()
            else f"{quad.triple} ."
            for quad in state.quads
        ]
        made = [f"CREATE GRAPH <{name}>" for name in sorted(state.names)]
        text = " ; ".join(["DROP ALL", *made, f"INSERT DATA {{ {' '.join(rows)} }}"])
        status, said = self.send({"update": text})
        assert status == 204, said

    def held(self) -> list[str]:
        """Return all quads, canonical."""
        status, rows = self.send({"query": WHOLE}, "application/sparql-results+json")
        assert status == 200, rows
        found = ox.parse_query_results(rows, ox.QueryResultsFormat.JSON)
        assert isinstance(found, ox.QuerySolutions)
        return canonical([ox.Quad(*row[:3], row[3] or ox.DefaultGraph()) for row in map(list, found)])

    def names(self) -> set[str]:
        status, rows = self.send({"query": NAMES}, "text/csv")
        assert status == 200, rows
        return {row["g"] for row in csv.DictReader(io.StringIO(rows))}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Server]:
    assert (shared / "w3c").is_dir()
    with serving(ROOT, tmp_path_factory.mktemp("bare"), "--bare", "--open-writes") as address:
        server = Server(address)
        yield server
        server.connection.close()


def cases(*, syntax: bool) -> list[object]:
    chosen = [one for one in CHANGES if (one.after is None) == syntax]
    return [pytest.param(one, id=one.name) for one in chosen]


@pytest.mark.parametrize("change", cases(syntax=False))
def test_an_update_leaves_what_the_standard_says(server: Server, change: Change) -> None:
    assert change.after is not None
    server.hold(change.before)
    status, said = server.update(change.request, change.request.read_text(encoding="utf-8"))

    assert status == 204, said
    assert server.held() == canonical(change.after.quads)
    assert server.names() == change.after.names


@pytest.mark.parametrize("change", cases(syntax=True))
def test_the_syntax_of_updates_is_the_standards(server: Server, change: Change) -> None:
    """LOAD is refused whatever stands around it, so it is sent again as LOAD SILENT, which has no effect."""
    text = change.request.read_text(encoding="utf-8")
    status, said = server.update(change.request, text)
    if "LOAD is not allowed" in said:
        status, said = server.update(change.request, text.replace("LOAD", "LOAD SILENT"))

    if change.kind.startswith("Positive"):
        assert status == 204 or "line" not in json.loads(said), said
    else:
        assert status == 400
        assert "is not SPARQL" in said or "LOAD ;" in text
