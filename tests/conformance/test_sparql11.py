"""The SPARQL 1.1 suites of the W3C, asked over HTTP of the real server in bare mode."""

import csv
import os
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from conformance.suite import RESULTS, SYNTAX, WRITTEN, Case, base_of, cases, comparable, insertion
from conftest import ROOT, serving

QUERY = (
    *("aggregates", "bind", "bindings", "cast", "construct", "exists", "functions", "grouping"),
    *("negation", "project-expression", "property-path", "subquery"),
)
GROUPS = (*QUERY, "syntax-query", "csv-tsv-res", "json-res")
FOLDER = Path(os.environ.get("QGRAPH_SHARED", ROOT.parent / "shared")) / "w3c" / "sparql11"
CASES = [case for group in GROUPS for case in cases(FOLDER, group)] if FOLDER.is_dir() else []
with (Path(__file__).parent / "known-failures.csv").open(encoding="utf-8", newline="") as file:
    KNOWN = {row["test"]: row["reason"] for row in csv.DictReader(file)}


class Endpoint:
    """A bare server that holds one dataset at a time."""

    def __init__(self, address: str) -> None:
        self.connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
        self.held = ""

    def hold(self, nquads: str) -> None:
        if nquads != self.held:
            status, text = self.post({"update": insertion(nquads)}, "*/*")
            assert status == 204, text
            self.held = nquads

    def post(self, form: dict[str, str], accept: str) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": accept}
        self.connection.request("POST", "/sparql", urlencode(form), headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Endpoint]:
    assert (shared / "w3c").is_dir()
    store = tmp_path_factory.mktemp("bare")
    with serving(ROOT, store, "--bare", "--open-writes") as address:
        endpoint = Endpoint(address)
        yield endpoint
        endpoint.connection.close()


def passes(endpoint: Endpoint, case: Case) -> bool:
    query = f"BASE <{base_of(case.query)}>\n{case.query.read_text(encoding='utf-8')}"
    endpoint.hold(case.dataset)
    if case.result is None:
        status, _ = endpoint.post({"query": query}, "*/*")
        return status == (200 if case.kind.startswith("Positive") else 400)
    suffix = case.result.suffix[1:]
    results = (RESULTS | WRITTEN).get(suffix, RESULTS["srj"])
    status, text = endpoint.post({"query": query}, f"{results}, application/n-triples")
    if status != 200:
        return False
    if suffix in SYNTAX:
        found = comparable(text, "srj" if text.startswith(b"{") else "nt")
    else:
        found = comparable(text, suffix)
    return found == comparable(case.result.read_bytes(), suffix, base_of(case.result))


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_endpoint_answers_as_the_standard_says(endpoint: Endpoint, case: Case) -> None:
    right = passes(endpoint, case)

    if case.name in KNOWN:
        assert not right, f"{case.name} passes now: take it from known-failures.csv"
    else:
        assert right


def test_no_known_failure_is_unknown_to_the_suite(shared: Path) -> None:
    assert (shared / "w3c").is_dir()
    assert set(KNOWN) <= {case.name for case in CASES}
