"""What stood in a version can be asked, by number, tag and day; and what changed is told to all."""

import json
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from rdflib import Dataset, Graph

from conftest import serving, until
from qgraph import history, tokens, versions
from qgraph.history import Forget
from qgraph.settings import Settings
from test_guard import BASE, CURATOR, OURS, SECRET, evidence, write

LENGTH = f"SELECT ?length {{ <{BASE}film/tide> <{BASE}ontology#length> ?length }}"
FAR_AHEAD = "Thu, 01 Jan 2099 00:00:00 GMT"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def told(tiny: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Version 1 gives no length, 2 gives 70, 3 adds 71; 2 is tagged."""
    store = tmp_path_factory.mktemp("history") / "store"
    shutil.copytree(tiny.store, store)
    settings = replace(tiny, store=store)
    write(settings, evidence(OURS, "<film/tide> :length 70"), message="A length.")
    history.tag(settings, "first", 2)
    write(settings, evidence("evidence/leaflet/w2", "<film/tide> :length 71"))
    return settings


@pytest.fixture(scope="module")
def there(told: Settings) -> Iterator[str]:
    with serving(told.graph, told.store) as address:
        yield address


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: object) -> None:
        return None


def get(url: str, **headers: str) -> tuple[int, Message, bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(urllib.request.Request(url, headers=named)) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def lengths(there: str, **parameters: str) -> list[str]:
    asked = urlencode({"query": LENGTH, "format": "csv"} | parameters)
    status, _, body = get(f"{there}/sparql?{asked}")
    assert status == 200, body
    return sorted(body.decode().split()[1:])


def test_a_query_is_answered_from_the_version_it_names(there: str) -> None:
    assert lengths(there) == ["70", "71"]
    assert lengths(there, version="1") == []
    assert lengths(there, version="first") == ["70"]
    assert lengths(there, version="3") == ["70", "71"]


def test_a_version_that_is_not_there_is_told(there: str) -> None:
    for name in ("9", "0", "-1", "nothing", "9" * 30):
        assert get(f"{there}/sparql?{urlencode({'query': LENGTH, 'version': name})}")[0] == 404
        assert get(f"{there}/film/tide?version={name}", **HTML)[0] == 404


def test_a_page_shows_what_stood_in_the_version_it_names(there: str) -> None:
    old = get(f"{there}/film/tide.html?version=first", **HTML)[2].decode()
    now = get(f"{there}/film/tide.html", **HTML)[2].decode()

    assert "You are looking at version 2" in old
    assert "<dd>70 " in old
    assert "<dd>71 " not in old
    assert "You are looking" not in now
    assert "<dd>71 " in now


def test_an_address_leads_to_the_version_of_a_day(there: str) -> None:
    status, headers, _ = get(f"{there}/film/tide", Accept_Datetime=FAR_AHEAD)
    assert (status, headers["Location"]) == (302, "/film/tide?version=3")
    assert "Accept-Datetime" in headers["Vary"]
    status, headers, _ = get(
        f"{there}/sparql?{urlencode({'query': LENGTH})}", Accept_Datetime="Sat, 01 Jan 2000 00:00:00 GMT"
    )
    assert headers["Location"].endswith("&version=1")
    _, memento, _ = get(f"{there}{headers['Location']}")
    assert parsedate_to_datetime(memento["Memento-Datetime"])
    assert 'rel="original timegate"' in memento["Link"]
    assert get(f"{there}/", Accept_Datetime="yesterday")[0] == 400
    assert get(f"{there}/film/tide.html?version=1", Accept_Datetime=FAR_AHEAD)[0] == 200
    _, headers, _ = get(f"{there}//evil.example/x", Accept_Datetime=FAR_AHEAD)
    assert headers["Location"].startswith("/evil.example/")


def test_pages_of_a_version_say_when_it_was_made(there: str) -> None:
    _, headers, _ = get(f"{there}/film/tide.html?version=2", **HTML)

    assert parsedate_to_datetime(headers["Memento-Datetime"])
    assert f'<{there}/film/tide.html>; rel="original timegate"' in headers["Link"]


def test_the_versions_are_told_to_people_and_to_machines(there: str) -> None:
    page = get(f"{there}/versions", **HTML)[2].decode()
    assert "A length." in page
    assert "first" in page
    rows = json.loads(get(f"{there}/versions", Accept="application/json")[2])
    assert [(row["number"], row["tags"]) for row in rows] == [(3, []), (2, ["first"]), (1, [])]
    graph = Graph().parse(data=get(f"{there}/versions?format=turtle")[2], format="turtle")
    assert len(set(graph.subjects())) == 3 + 3 + 2
    assert get(f"{there}/versions?format=pdf")[0] == 406
    status, headers, _ = get(f"{there}/versions/first", Accept="application/json")
    assert status == 200
    assert headers["ETag"].startswith(f'"v2-{rows[1]["digest"][:12]}.json.')
    assert get(f"{there}/versions/9")[0] == 404
    assert "no version “nonsense”" in json.loads(get(f"{there}/versions/nonsense")[2])["detail"]


def test_what_changed_is_told_in_words_and_as_data(there: str) -> None:
    words = get(f"{there}/versions/1..first", **HTML)[2].decode()
    assert "Tide" in words
    assert "length in minutes" in words
    told = json.loads(get(f"{there}/versions/1..2?format=json")[2])
    assert [
        (row["mark"], row["value"]) for row in told["changes"] if row["predicate"] == "length in minutes"
    ] == [("+", "“70”")]
    patch = get(f"{there}/versions/2..1?format=patch")[2].decode()
    assert patch.startswith("TX .\nD ")
    assert patch.endswith("TC .\n")
    added = get(f"{there}/versions/1..2?format=nquads")[2].decode()
    assert added == get(f"{there}/versions/2..1?format=nquads&part=removed")[2].decode()
    dataset = Dataset()
    dataset.parse(data=added, format="nquads")
    assert len(list(dataset.quads())) == len(added.splitlines())
    assert get(f"{there}/versions/1..2?format=nquads&part=all")[0] == 400
    assert get(f"{there}/versions/1..9")[0] == 404


def test_evidence_of_a_change_is_looked_at_in_the_version_that_has_it(there: str) -> None:
    for path, version in (("1..2", 2), ("2..1?version=1", 2)):
        link = re.search(r'href="(/evidence/[^"]*)"', get(f"{there}/versions/{path}", **HTML)[2].decode())

        assert link
        assert link[1].endswith(f"?version={version}")
        assert get(there + link[1], **HTML)[0] == 200


def test_a_timemap_lists_the_mementos(there: str) -> None:
    body = get(f"{there}/timemap?url={there}/film/tide")[2].decode()

    assert body.count('rel="memento"') == 3
    assert f"<{there}/film/tide?version=1>" in body


def test_more_versions_than_stay_open_are_answered_too(tiny: Settings, tmp_path: Path) -> None:
    shutil.copytree(tiny.store, tmp_path / "store")
    settings = replace(tiny, store=tmp_path / "store")
    for number in range(7):
        write(settings, evidence(f"evidence/leaflet/n{number}", f"<film/tide> :length {number}"))
    with serving(settings.graph, settings.store) as address:
        found = [len(lengths(address, version=str(number))) for number in (1, 2, 3, 4, 5, 6, 7, 1, 2, 8)]

    assert found == [0, 1, 2, 3, 4, 5, 6, 0, 1, 7]


def test_what_is_forgotten_is_gone_from_answers_pages_and_old_versions(
    tiny: Settings, tmp_path: Path
) -> None:
    shutil.copytree(tiny.store, tmp_path / "store")
    settings = replace(tiny, store=tmp_path / "store")
    write(settings, evidence(OURS, '<person/p9zzz> a :Person ; rdfs:label "Zarifa Invented"@en'))
    history.tag(settings, "first", 2)
    history.revert(settings, 1, CURATOR)
    query = 'SELECT ?who { ?who ?says "Zarifa Invented"@en }'
    asked = f"/sparql?{urlencode({'query': query, 'format': 'csv', 'version': 'first'})}"
    with serving(settings.graph, settings.store) as address:
        assert b"p9zzz" in get(address + asked)[2]
        history.forget_all(settings, Forget(erased=[f"{BASE}person/p9zzz"]))

        assert until(lambda: b"p9zzz" not in get(address + asked)[2])
        status, _, body = get(f"{address}/person/p9zzz", **HTML)
        assert status == 410
        assert b"Zarifa" not in body
        assert get(f"{address}/person/p9zzz?version=first", **HTML)[0] == 410
        assert get(f"{address}/person/p8yyy", **HTML)[0] == 404
        assert b"care policy" in get(f"{address}/versions/1..2", **HTML)[2]


def test_an_insider_reads_what_is_restricted_and_nobody_else(tiny: Settings, tmp_path: Path) -> None:
    shutil.copytree(tiny.store, tmp_path / "store")
    settings = replace(tiny, store=tmp_path / "store")
    _, secret = tokens.create(settings.store, "insider", "a test")
    query = urlencode({"query": LENGTH, "format": "csv"})
    with serving(settings.graph, settings.store) as address:
        assert get(f"{address}/sparql?{query}", Authorization=f"Bearer {secret}")[2].split()[1:] == []
        write(settings, evidence(OURS, "<film/tide> :length 70", SECRET))

        assert versions.has(settings.store, 2, "full")
        status, headers, body = get(f"{address}/sparql?{query}", Authorization=f"Bearer {secret}")
        assert (status, body.split()[1:]) == (200, [b"70"])
        assert headers["Cache-Control"] == "private, no-store"
        graph = f"{address}/graphs?{urlencode({'graph': BASE + OURS})}"
        status, headers, body = get(graph, Authorization=f"Bearer {secret}")
        assert (status, headers["Cache-Control"]) == (200, "private, no-store")
        assert b"70" in body
        assert get(graph)[0] == 404
        assert lengths(address) == []
        assert get(f"{address}/sparql?{query}", Authorization="Bearer wrong")[0] == 401
        for path in ("/versions/1..2?format=json", "/versions?format=json", "/metrics", "/"):
            status, _, body = get(address + path)
            assert (status, b"w1" in body) == (200, False)
        told = [f"/film/tide.{suffix}" for suffix in ("html", "ttl", "trig", "jsonld", "ttl12")]
        for path in (*told, "/context.jsonld", "/evidence/leaflet/w2"):  # which is near to what is hidden
            for own in ({"Authorization": f"Bearer {secret}"}, {}):
                body = get(address + path, **own)[2]
                assert b"w1" not in body
                assert b"70" not in body
        assert get(f"{address}/{OURS}", Accept="application/trig")[0] == 404


def test_a_page_in_another_script_has_its_headers_in_ascii(there: str) -> None:
    status, headers, _ = get(f"{there}/versions/%C9%99?version=1", **HTML)

    assert status == 404
    assert get(f"{there}/film/%C9%99?version=1", **HTML)[0] == 404
    assert headers["Memento-Datetime"] is None


def test_a_text_with_a_colon_is_no_name(tiny: Settings, tmp_path: Path) -> None:
    settings = replace(tiny, reasoner="none", store=Path(shutil.copytree(tiny.store, tmp_path / "store")))
    write(settings, evidence(OURS, '<film/tide> rdfs:comment "Tide: a part of it"@en'))
    with serving(settings.graph, settings.store) as address:
        status, _, told = get(f"{address}/versions/1..2", **HTML)
        assert status == 200
        assert b"Tide: a part of it" in told

        known = get(f"{address}/versions/2", Accept="application/json")[1]["ETag"]
        history.tag(settings, "named", 2)
        assert get(f"{address}/versions/2", Accept="application/json")[1]["ETag"] != known
