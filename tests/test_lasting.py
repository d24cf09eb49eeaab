"""Pages and data that the version in force decides alone are answered from the cache, to readers alone."""

import re
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from conftest import serving, until
from qgraph import tokens
from qgraph.settings import Settings
from test_guard import OURS, evidence, write
from test_time_travel import get


@pytest.fixture(scope="module")
def own(tiny: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    store = tmp_path_factory.mktemp("lasting") / "store"
    shutil.copytree(tiny.store, store)
    return replace(tiny, store=store)


@pytest.fixture(scope="module")
def there(own: Settings) -> Iterator[str]:
    with serving(own.graph, own.store) as address:
        yield address


def hits(there: str) -> int:
    (number,) = re.findall(rb"^qgraph_cache_hits_total (\d+)", get(f"{there}/metrics")[2], re.MULTILINE)
    return int(number)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/film/harbour.ttl", {}),
        ("/film/harbour.html", {}),
        ("/film/harbour.jsonld?_profile=schema", {}),
        ("/film/harbour", {"Accept": "text/turtle"}),
        ("/evidence/leaflet/p1-1", {"Accept": "text/turtle"}),
        ("/context.jsonld", {}),
        ("/", {"Accept": "text/html"}),
        ("/", {"Accept": "text/turtle"}),
        ("/questions/", {"Accept": "text/html"}),
        ("/questions/films", {"Accept": "text/html"}),
        ("/questions/films?format=xlsx", {}),
        ("/export", {"Accept": "text/html"}),
        ("/export/all.nq", {}),
        ("/export/kind/film.csv?bom=1", {}),
        ("/void.ttl", {}),
        ("/catalog", {"Accept": "text/html"}),
        ("/ontology", {"Accept": "text/html"}),
        ("/core/shapes.nt", {}),
        ("/sitemap.xml", {}),
        ("/linkset.json?of=/film/tide", {}),
        ("/openapi.json", {}),
    ],
)
def test_what_is_asked_again_is_answered_from_the_cache(
    there: str, path: str, headers: dict[str, str]
) -> None:
    status, first, body = get(there + path, **headers)
    before = hits(there)
    again = get(there + path, **headers)

    assert hits(there) == before + 1
    assert (again[0], again[2]) == (status, body)
    names = set(first.keys()) - {"date"}
    assert {name: again[1].get_all(name) for name in names} == {name: first.get_all(name) for name in names}


@pytest.mark.parametrize("path", ["/changes.atom", "/versions.json", "/film/nothing", "/questions/films?x=1"])
def test_what_the_version_in_force_does_not_decide_alone_is_not_kept(there: str, path: str) -> None:
    get(there + path)
    before = hits(there)
    get(there + path)

    assert hits(there) == before


def test_an_answer_that_names_its_address_is_kept_for_that_alone(there: str) -> None:
    port = there.rpartition(":")[2]
    for _ in range(2):
        for host in (f"127.0.0.1:{port}", f"localhost:{port}"):
            assert f"<http://{host}/catalog>".encode() in get(f"{there}/catalog.nt", Host=host)[2]


def test_a_page_of_a_question_has_a_tag_and_is_not_sent_twice(there: str) -> None:
    wish = {"Accept": "text/html"}
    _, headers, _ = get(f"{there}/questions/films", **wish)

    assert get(f"{there}/questions/films", If_None_Match=headers["ETag"], **wish)[::2] == (304, b"")


def test_what_makes_an_answer_another_is_part_of_its_key(there: str) -> None:
    wishes = [
        {"Accept": "text/turtle"},
        {"Accept": "application/n-triples"},
        {"Accept": "text/turtle", "Accept_Profile": "schema"},
    ]
    for _ in range(2):
        led = [get(f"{there}/film/harbour", **one)[1]["Location"] for one in wishes]

        assert led == ["/film/harbour.ttl", "/film/harbour.nt", "/film/harbour.ttl?_profile=schema"]


def test_a_tag_is_exact_and_its_own_for_each_coding(there: str) -> None:
    _, plain, body = get(f"{there}/film/harbour.trig")
    _, packed, small = get(f"{there}/film/harbour.trig", Accept_Encoding="gzip")

    assert zlib.decompress(small, 31) == body
    assert "Accept-Encoding" in packed["Vary"]
    assert plain["ETag"] != packed["ETag"]
    assert get(f"{there}/film/harbour.trig", If_None_Match=plain["ETag"])[::2] == (304, b"")
    assert get(f"{there}/film/harbour.trig", If_None_Match=packed["ETag"])[0] == 200
    known = {"Accept_Encoding": "gzip", "If_None_Match": packed["ETag"]}
    assert get(f"{there}/film/harbour.trig", **known)[0] == 304


def test_who_has_a_token_neither_reads_nor_fills_the_cache(there: str, own: Settings) -> None:
    _, secret = tokens.create(own.store, "insider", "a test")
    bearer = {"Authorization": f"Bearer {secret}"}
    get(f"{there}/film/tide.nt")
    before = hits(there)
    status, headers, _ = get(f"{there}/film/tide.nt", **bearer)
    get(f"{there}/film/tide.nq", **bearer)
    get(f"{there}/film/tide.nq")

    assert (status, headers["Cache-Control"]) == (200, "private, no-store")
    assert hits(there) == before


def test_a_strange_host_is_refused_what_others_were_answered(there: str) -> None:
    get(f"{there}/film/harbour.ttl")

    assert get(f"{there}/film/harbour.ttl", Host="evil.example")[0] == 421


def test_a_new_version_is_told_at_once_and_an_old_one_is_not_kept(there: str, own: Settings) -> None:
    old = get(f"{there}/film/tide.nt")
    write(own, evidence(OURS, "<film/tide> :length 70"))

    assert until(lambda: b"70" in get(f"{there}/film/tide.nt")[2])
    assert get(f"{there}/film/tide.nt", If_None_Match=old[1]["ETag"])[0] == 200
    former = get(f"{there}/film/tide.nt?version=1")
    before = hits(there)
    again = get(f"{there}/film/tide.nt?version=1", If_None_Match=former[1]["ETag"])
    assert former[2] == old[2]
    assert (again[0], hits(there)) == (304, before)
    leads = get(f"{there}/film/tide.nt", Accept_Datetime="Sat, 01 Jan 2000 00:00:00 GMT")
    assert (leads[0], leads[1]["Location"]) == (302, "/film/tide.nt?version=1")
