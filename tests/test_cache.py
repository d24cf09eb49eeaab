import tracemalloc
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message
from gzip import decompress
from io import BytesIO

import pytest
import zstandard

from conftest import serving
from qgraph import tokens
from qgraph.settings import Settings
from qgraph.web.cache import OVERHEAD, Cache, Key, coding_of, entry_of, is_lasting
from qgraph.web.exchange import Asked, Response
from qgraph.web.front import tagged, unless_known

ROOM = OVERHEAD + 401
ALL = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"


def key(number: int, parameters: str = "", *, version: int = 1) -> Key:
    return ((version,), "GET", f"{number}{parameters}", b"", "localhost", "*/*", "")


def test_an_answer_is_kept_until_there_is_no_room() -> None:
    cache = Cache(limit=2 * ROOM)
    for number in range(3):
        cache.put(key(number), entry_of((), b"x" * 400))

    assert [cache.get(key(number)) is not None for number in range(3)] == [False, True, True]
    assert (cache.hits, cache.misses, cache.size) == (2, 1, 2 * ROOM)


def test_a_cache_counts_what_its_keys_and_objects_take_too() -> None:
    cache = Cache(limit=10_000_000)
    tracemalloc.start()
    for number in range(1000):
        headers = tuple((f"name-{n}", "value") for n in range(12))
        cache.put(key(number, "q" * 300 + str(number)), entry_of(headers, b"%d" % number))
    taken = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert 0.5 < cache.size / taken < 2


def test_answers_of_another_state_of_the_store_go() -> None:
    cache = Cache(limit=2 * ROOM)
    cache.put(key(1), entry_of((), b"x" * 400))
    cache.put(key(1, version=2), entry_of((), b"y" * 400))

    assert cache.get(key(1)) is None
    assert cache.get(key(1, version=2)) is not None
    assert len(cache.entries) == 1
    assert cache.size == ROOM


def test_an_answer_used_again_stays() -> None:
    cache = Cache(limit=2 * ROOM)
    for number in (1, 2):
        cache.put(key(number), entry_of((), b"x" * 400))
    cache.get(key(1))
    cache.put(key(3), entry_of((), b"x" * 400))

    assert cache.get(key(1))
    assert not cache.get(key(2))


def test_an_answer_is_packed_in_the_codings_that_were_asked_for() -> None:
    cache, entry = Cache(limit=100_000), entry_of((), b"x" * 4000)
    assert entry.response("gzip", "") is entry.plain

    cache.put(key(1), entry.fitted("gzip"))
    cache.put(key(1), cache.entries[key(1)].fitted("zstd"))
    kept = cache.entries[key(1)]

    assert not kept.lacks("gzip") + kept.lacks("zstd")
    assert decompress(bytes(kept.response("gzip", "").body)) == b"x" * 4000
    assert cache.size == kept.size + len(key(1)[2])


def test_what_is_too_large_is_not_kept() -> None:
    cache = Cache(limit=100)
    cache.put(key(1), entry_of((), b"x" * 101))

    assert not cache.entries


@pytest.mark.parametrize("call", ["RAND()", "now()", "UUID()", "STRUUID()", "BNODE()", r"\u0052AND()"])
def test_what_differs_each_time_is_not_kept(call: str) -> None:
    assert not is_lasting(f"SELECT ({call} AS ?x) {{}}")
    assert is_lasting("SELECT * { ?s ?knows ?o }")


def ask(address: str, query: str, **headers: str) -> tuple[int, Message, bytes]:
    path = "/sparql?" + urllib.parse.urlencode({"query": query})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(address + path, headers=named)) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def test_who_has_the_answer_is_told_so(address: str) -> None:
    _, headers, _ = ask(address, ALL)
    status, again, body = ask(address, ALL, If_None_Match=headers["ETag"])
    changed, _, _ = ask(address, ALL, If_None_Match='"another"')

    assert (status, body, changed) == (304, b"", 200)
    assert again["ETag"] == headers["ETag"]


def test_formats_have_tags_of_their_own(address: str) -> None:
    tags = {ask(address, ALL, Accept=kind)[1]["ETag"] for kind in ("text/csv", "text/tab-separated-values")}

    assert len(tags) == 2


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("zstd, gzip", "zstd"),
        ("gzip, zstd;q=0", "gzip"),
        ("zstd;q=0.1, gzip", "gzip"),
        ("br", ""),
        ("", ""),
        ("*", "zstd"),
    ],
)
def test_the_coding_is_the_one_a_client_likes_best(accepted: str, coding: str) -> None:
    assert coding_of(accepted) == coding


def test_zstd_holds_the_same_answer(address: str) -> None:
    _, plain, whole = ask(address, ALL)
    _, packed, small = ask(address, ALL, Accept_Encoding="zstd")

    assert packed["Content-Encoding"] == "zstd"
    assert packed["ETag"] != plain["ETag"]
    assert zstandard.decompress(small) == whole


def test_an_answer_comes_packed_to_who_takes_it(address: str) -> None:
    _, plain, body = ask(address, ALL)
    _, packed, small = ask(address, ALL, Accept_Encoding="gzip")

    assert packed["Content-Encoding"] == "gzip"
    assert decompress(small) == body
    assert packed["ETag"] != plain["ETag"]
    assert "Accept-Encoding" in packed["Vary"]


def test_a_request_with_a_token_is_not_kept(address: str, tiny: Settings) -> None:
    _, secret = tokens.create(tiny.store, "insider", "a test")
    _, headers, _ = ask(address, ALL, Authorization=f"Bearer {secret}")

    assert headers["Cache-Control"] == "private, no-store"
    assert headers["ETag"] is None


def test_without_the_cache_every_answer_is_the_same(
    tiny: Settings, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QGRAPH_CACHE_SIZE", "0")
    with serving(tiny.graph, tiny.store) as uncached:
        for query in (ALL, "ASK {}", "SELECT * {", "DESCRIBE <film/tide>"):
            assert ask(uncached, query)[::2] == ask(address, query)[::2] == ask(address, query)[::2]


def test_a_fleeting_answer_is_made_anew(address: str) -> None:
    assert ask(address, "SELECT (UUID() AS ?x) {}")[2] != ask(address, "SELECT (UUID() AS ?x) {}")[2]


def test_a_large_file_has_a_tag_too() -> None:
    def response() -> Response:
        return Response(200, (("Content-Length", "4"),), BytesIO(b"data"))

    def asked(**headers: str) -> Asked:
        return Asked("GET", "/x", "", headers, "")

    whole = unless_known(tagged(response()), asked())
    tag = dict(whole.headers)["etag"]
    known = unless_known(tagged(response()), asked(**{"if-none-match": tag}))

    assert (whole.status, whole.body.read()) == (200, b"data")
    assert (known.status, known.body) == (304, b"")
    assert "Content-Length" not in dict(known.headers)
