"""What an operator sees of the running server."""

import urllib.error
import urllib.parse
import urllib.request

from conftest import until

SECRET = "hidden-word"


def read(address: str, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address + path) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def figure(address: str, name: str) -> float:
    rows = read(address, "/metrics")[1].splitlines()
    return next((float(row.rpartition(" ")[2]) for row in rows if row.startswith(name)), 0.0)


def test_the_server_says_that_it_lives_and_what_it_serves(address: str) -> None:
    assert read(address, "/health") == (200, "alive\n")
    assert read(address, "/ready") == (200, "version 1\n")


def test_requests_are_counted_by_status_and_hold_no_word_of_a_query(address: str) -> None:
    good, bad = (
        figure(address, 'qgraph_requests_total{status="200"}'),
        figure(address, 'qgraph_requests_total{status="400"}'),
    )
    query = urllib.parse.quote(f'SELECT * {{ ?s ?p "{SECRET}" }}')
    assert read(address, f"/sparql?query={query}")[0] == 200
    assert read(address, "/sparql?query=nonsense")[0] == 400

    assert figure(address, 'qgraph_requests_total{status="200"}') > good
    assert figure(address, 'qgraph_requests_total{status="400"}') == bad + 1
    assert SECRET not in read(address, "/metrics")[1]


def test_the_cache_and_the_version_are_told(address: str) -> None:
    hits = figure(address, "qgraph_cache_hits_total")
    for _ in range(2):
        read(address, "/sparql?query=ASK%7B%3Foperators%20%3Fp%20%3Fo%7D")

    assert figure(address, "qgraph_cache_hits_total") == hits + 1
    assert figure(address, "qgraph_version") == 1
    assert until(lambda: figure(address, "qgraph_requests_running") == 1)
