"""Pages of sources and evidence: in their order, with the words where the operator gave them."""

import re
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import render_template
from flask.testing import FlaskClient

from conftest import CASES, built, page_of, serving, until
from qgraph import descriptions, passages, versions
from qgraph.errors import SettingsError
from qgraph.formats import BY_NAME
from qgraph.portal import order, reading
from qgraph.settings import Settings, read
from qgraph.store import in_memory, parse
from qgraph.web import create_app
from qgraph.web.serve import pool

TEXT = "A boat came in. It rained. Nobody spoke.\nThe lamp was “lit”. Somebody was hurt.\nAn end.\n"
LINES = [f"line{number:03d}" for number in range(order.PART + 5)]
BASE = "https://tiny.example/"
SOURCE = BASE + "source/letter"
HEAD = """@base <https://tiny.example/> .
@prefix : <https://tiny.example/ontology#> .
@prefix core: <https://w3id.org/qgraph/core#> .
@prefix film: <https://tiny.example/film/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
"""
FILM = 'core:voice core:Film ; core:within core:Narrator ; core:hedge "nearly"@en'
BOAT = "film:boat a :Film ; :madeBy <person/p1aaa> ."
HURT = 'film:hurt a :Film ; :madeBy <person/p1aaa> ; rdfs:label "Hurt"@en .'
TRIG = BY_NAME["trig"]


def passage(words: str, text: str = TEXT, source: str = "letter") -> tuple[str, str]:
    """Return the name of the passage that *words* are, and its description."""
    (at,) = passages.find(text, words)
    name = f"<source/{source}#char={at.start},{at.end}>"
    where = f"core:start {at.start} ; core:end {at.end} ; core:paragraph {at.paragraph} ;"
    words = f'core:sentence {at.sentence} ; core:digest "{at.digest}" .'
    return name, f"{name} a core:Passage ; core:inSource <source/{source}> ; {where} {words}"


def evidence(name: str, fact: str, rests: str = "") -> str:
    told = f"core:passage {rests}" if rests else "core:voice core:Editor"
    return f"""<evidence/letter/{name}> {{ {fact} }}
<evidence/letter/{name}> a core:Evidence ; core:fromSource <source/letter> ; core:stated core:Explicit ;
    core:tier core:Open ; {told} ."""


def letter() -> str:
    """Return a source of three paragraphs, with evidence of every kind."""
    boat, lamp, hurt, end = (passage(words) for words in ("boat", "lamp", "Somebody was hurt", "An end"))
    rained = passage("It rained")
    return "\n".join([
        HEAD,
        """<source/letter> a core:Source ; rdfs:label "Letter"@en ; dcterms:title "A <script>letter"@en ;
        dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ; core:edition "One."@en .""",
        *(told for _, told in (end, hurt, boat, lamp, rained)),
        evidence("p1-10", BOAT, f"{boat[0]} ; core:voice core:Narrator"),
        evidence("p1-9", 'film:boat rdfs:label "<b>Boat</b>"@en .', f"{boat[0]} ; core:voice core:Narrator"),
        evidence("p2-1", "film:boat :length 3 .", f"{lamp[0]} ; {FILM}"),
        evidence("p2-2", HURT, f"{hurt[0]} ; core:voice core:Narrator ; core:contentNote core:Killing"),
        evidence("p3-1", "film:tide :length 4 ."),
    ])  # fmt: skip


def roll() -> str:
    """Return a source of more passages than a page shows, with evidence on the last."""
    held = [passage(one, "\n".join(LINES), "roll") for one in LINES]
    last = evidence("last", "film:tide :length 5 .", f"{held[-1][0]} ; core:voice core:Narrator")
    told = """<source/roll> a core:Source ; rdfs:label "Roll"@en ; dcterms:title "Roll"@en ;
        core:edition "One."@en ; dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ."""
    return "\n".join([HEAD, told, *(one for _, one in held), last.replace("letter", "roll")])


@pytest.fixture(scope="module")
def lettered(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny graph with the letter, whose text is given."""
    folder = tmp_path_factory.mktemp("letter")
    graph = Path(shutil.copytree(CASES / "tiny", folder / "graph"))
    (graph / "data" / "letter.trig").write_text(letter(), encoding="utf-8")
    (graph / "data" / "roll.trig").write_text(roll(), encoding="utf-8")
    (folder / "letter.txt").write_text(TEXT, encoding="utf-8")
    return replace(built(graph, folder / "store"), source_text=str(folder / "letter.txt"))


def asking(settings: Settings) -> Iterator[FlaskClient]:
    with pool(settings) as engine:
        client = create_app(settings, engine).test_client()
        assert until(lambda: client.get("/source/letter.html").status_code == 200)
        yield client


@pytest.fixture(scope="module")
def worded(lettered: Settings) -> Iterator[FlaskClient]:
    """A client of pages with the words of the letter."""
    yield from asking(lettered)


@pytest.fixture(scope="module")
def wordless(lettered: Settings) -> Iterator[FlaskClient]:
    """A client of pages without the words."""
    yield from asking(replace(lettered, source_text=""))


def flat(page: str) -> str:
    """Return what a reader sees of *page*, in one line."""
    return " ".join(re.sub(r"<[^>]*>", "", page).split())


def test_passages_and_their_evidence_stand_in_the_order_of_the_text(worded: FlaskClient) -> None:
    page = page_of(worded, "/source/letter.html")

    starts = [int(start) for start in re.findall(r'<li id="char=(\d+),\d+"', page)]
    assert starts == sorted(starts)
    assert len(starts) == 5
    assert re.findall(r'id="(p-\d)"', page) == ["p-1", "p-2", "p-3"]
    named = re.findall(r'/evidence/letter/(p\d-\d+)" title', page)
    assert named == ["p1-9", "p1-10", "p2-1", "p2-2", "p3-1"]


def test_sentences_that_hold_nothing_are_told(worded: FlaskClient) -> None:
    page = flat(page_of(worded, "/source/letter.html"))

    assert "Evidence rests on sentence 1. Sentence 2 holds none." in page
    assert "Evidence rests on sentences 1, 2." in page
    assert "No evidence rests on it." in page


def test_who_speaks_where_leads_to_the_paragraphs(worded: FlaskClient) -> None:
    page = page_of(worded, "/source/letter.html")
    table = page[page.index('<h2 id="voices">') :].partition("</table>")[0]

    assert re.findall(r'href="#(p-\d)"', table) == ["p-1", "p-2", "p-2"]
    assert "narrator" in table
    assert "handed on by" in table


def test_words_are_shown_of_passages_and_no_more(worded: FlaskClient, wordless: FlaskClient) -> None:
    page, without = (page_of(one, "/source/letter.html") for one in (worded, wordless))

    assert re.search(r'<blockquote class="words" lang="">boat</blockquote>', page)
    assert "It rained" in page
    assert "Nobody spoke" not in page
    assert "was “lit”" not in page
    assert "blockquote" not in without
    assert "It rained" not in without


def test_words_behind_a_content_note_are_folded_and_the_note_comes_first(worded: FlaskClient) -> None:
    for path in ("/source/letter.html", "/evidence/letter/p2-2"):
        page = page_of(worded, path)
        before = page[: page.index("Somebody was hurt")]

        assert before.rindex("<details") > before.rfind("</details>")
        assert "Content note" in before
        assert "Content note" in page[: page.index("film/hurt")]


def test_evidence_says_who_says_so_and_leads_to_its_place_and_on(worded: FlaskClient) -> None:
    page = page_of(worded, "/evidence/letter/p2-1")
    lamp = TEXT.index("lamp")

    assert "voice of a film · handed on by narrator" in flat(page)
    assert "nearly" in page
    assert f'href="/source/letter#char={lamp},{lamp + 4}"' in page
    assert ">lamp</blockquote>" in page
    assert 'rel="prev" href="/evidence/letter/p1-10"' in page
    assert 'rel="next" href="/evidence/letter/p2-2"' in page
    assert "counts as a plain fact" in page


def test_evidence_without_a_passage_says_so(worded: FlaskClient) -> None:
    assert "No passage and no record is given." in page_of(worded, "/evidence/letter/p3-1")
    assert "Without a passage" in page_of(worded, "/source/letter.html")


def test_reported_evidence_is_told_as_reported(worded: FlaskClient) -> None:
    page = flat(page_of(worded, "/evidence/leaflet/p1-3"))

    assert "What it holds is reported" in page
    assert "words of Bo Example" in page


def test_a_reading_of_ours_is_told_as_one() -> None:
    read = "core:stated core:Interpretation"
    store = in_memory(parse(f"{HEAD}<evidence/s/1> {{ <a/1> :p 1 }}\n<evidence/s/1> {read} .".encode(), TRIG))

    assert reading.evidence(store, BASE + "evidence/s/1", "en")["status"] == "interpretation"


@pytest.mark.parametrize("path", ["/source/letter.html", "/evidence/letter/p1-9.html"])
def test_a_source_and_evidence_can_be_cited(worded: FlaskClient, path: str) -> None:
    cited = worded.get(f"{path}?cite=csl").json[0]

    assert "How to cite this page" in page_of(worded, path)
    assert cited["URL"].endswith(f"{path}?version=1")
    assert BASE + path.removesuffix(".html").lstrip("/") == cited["note"]


def test_search_engines_leave_evidence_out(worded: FlaskClient) -> None:
    assert '<meta name="robots" content="noindex">' in page_of(worded, "/evidence/letter/p1-9")
    assert '<meta name="robots"' not in page_of(worded, "/source/letter.html")


def test_markup_in_names_is_text(worded: FlaskClient) -> None:
    page = page_of(worded, "/source/letter.html")

    assert "A &lt;script&gt;letter" in page
    assert "&lt;b&gt;Boat&lt;/b&gt;" in page
    assert "<script>" not in page


@pytest.mark.parametrize("path", ["/source/letter.html", "/film/boat.html", "/questions"])
def test_caches_of_others_keep_no_words(worded: FlaskClient, wordless: FlaskClient, path: str) -> None:
    held, free = (one.get(path).headers for one in (worded, wordless))

    assert "private" in held["Cache-Control"]
    assert held["X-Robots-Tag"] == "noarchive"
    assert "private" not in free.get("Cache-Control", "")
    assert worded.get("/source/letter.ttl").headers["Cache-Control"] == "no-cache"


def test_words_go_into_no_form_of_data(worded: FlaskClient) -> None:
    for suffix in ("ttl", "trig", "jsonld", "nq"):
        assert "It rained" not in worded.get(f"/source/letter.{suffix}").text


def test_a_version_that_was_is_kept_in_links(worded: FlaskClient) -> None:
    page = page_of(worded, "/evidence/letter/p2-1?version=1")

    assert 'href="/source/letter?version=1#char=' in page
    assert 'href="/film/boat?version=1"' in page
    assert "/film/boat?version=1" in page_of(worded, "/source/letter.html?version=1")


@pytest.mark.parametrize("part", ["0", "-1", "x", "2", "9" * 5000, "<script>", "٣"])
def test_a_part_that_is_none_is_the_nearest_one(worded: FlaskClient, part: str) -> None:
    assert 'id="char=2,6"' in page_of(worded, f"/source/letter.html?part={part}")


def test_a_long_source_is_shown_in_parts(worded: FlaskClient) -> None:
    first, second, high = (page_of(worded, f"/source/roll.html?part={part}") for part in (1, 2, 99))

    assert [one.count('<li id="char=') for one in (first, second, high)] == [order.PART, 5, 5]
    assert f"paragraphs {order.PART + 1} to {order.PART + 5}, characters" in flat(first)
    assert 'href="/source/roll.html?part=2"' in first
    assert f'href="/source/roll.html?part=2#p-{order.PART + 5}"' in first
    assert re.search(r'aria-current="page">\s*paragraphs 1 to', first)


@pytest.mark.parametrize("old", ["", "version=1&amp;"])
def test_links_lead_to_the_part_that_has_the_place(worded: FlaskClient, old: str) -> None:
    page = page_of(worded, f"/evidence/roll/last?{old.removesuffix('&amp;')}")
    (place,) = set(re.findall(r'href="([^"]*#char=[^"]*)"', page))
    address, _, fragment = place.partition("#")

    assert address == f"/source/roll.html?{old}part=2"
    assert f'id="{fragment}"' in page_of(worded, address.replace("&amp;", "&"))


def test_text_of_another_edition_shows_only_what_agrees(lettered: Settings, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(TEXT.replace("It rained", "It poured"), encoding="utf-8")
    for client in asking(replace(lettered, source_text=str(other))):
        page = page_of(client, "/source/letter.html")

        assert ">boat</blockquote>" in page
        assert "It poured" not in page
        assert "at 4 of 5 places" in page


def test_incomplete_evidence_is_told_as_it_is(client: FlaskClient) -> None:
    quads = f"""{HEAD} <evidence/letter/x> {{ film:tide :length 90 . }}
    <evidence/letter/x> a core:Evidence ; core:fromSource <source/letter> ;
        core:passage <source/letter#char=1,2> , <source/letter#here> .
    <evidence/letter/y> a core:Evidence ; core:record <javascript:alert(1)> ; core:retrieved "then" .
    <source/letter> a core:Source ; core:length "long" ; dcterms:issued "2025" .
    <source/letter#here> a core:Passage ; core:inSource <source/letter> ; core:start "first" .
    <source/letter#char=1,2> a core:Passage ; core:inSource <source/letter> ."""
    store = in_memory(parse(quads.encode(), BY_NAME["trig"]))
    both = [reading.evidence(store, f"{BASE}evidence/letter/{name}", "en") for name in "xy"]
    source = reading.source(store, SOURCE, "en", part=1)
    with client.application.test_request_context("/"):
        pages = [
            *(
                render_template(
                    "evidence.html", iri="x", evidence=one, beside={}, cite={"address": ""}, forms=[]
                )
                for one in both
            ),
            render_template("reading.html", source=source, parts=[({}, "")], text={}),
        ]

    assert "nobody is named" in flat(pages[0])
    assert 'href="javascript' not in "".join(pages)
    assert 'id="here"' in pages[2]
    assert "2025" in pages[2]
    assert order.read(store, SOURCE)["evidence"] == [f"{BASE}evidence/letter/x"]


def test_a_name_tells_whether_it_is_a_source_or_evidence(lettered: Settings) -> None:
    store = versions.open_version(lettered.store, 1)

    sorts = {
        name: descriptions.identify(store, BASE + name, BASE)["sort"]
        for name in ("film/boat", "source/letter", "evidence/letter/p1-9")
    }

    assert sorts == {"film/boat": "", "source/letter": "Source", "evidence/letter/p1-9": "Evidence"}


def test_a_plain_store_has_no_pages_of_sources() -> None:
    with pytest.raises(SettingsError, match="plain store"):
        read(bare=True, source_text="x")


def test_the_server_names_a_text_that_fits_no_source(
    run: Callable[..., Result], lettered: Settings, tmp_path: Path
) -> None:
    strange, binary = tmp_path / "strange.txt", tmp_path / "binary"
    strange.write_text("Nothing of the kind.", encoding="utf-8")
    binary.write_bytes(b"\xff\xfe\x00")
    for path, said in ((strange, "the text of no source here"), (binary, "not text in UTF-8")):
        result = run(
            *("serve", "--graph", lettered.graph, "--store", lettered.store, "--port", 1),
            *("--source-text", path),
        )

        assert result.exit_code == 1
        assert said in result.output


def test_the_server_shows_the_words_of_several_texts(lettered: Settings, tmp_path: Path) -> None:
    texts = lettered.source_text, str(shutil.copy(lettered.source_text, tmp_path / "again.txt"))
    options = [one for text in texts for one in ("--source-text", text)]
    with (
        serving(lettered.graph, lettered.store, *options) as address,
        urllib.request.urlopen(f"{address}/source/letter.html") as answer,
    ):
        assert ">boat</blockquote>" in answer.read().decode()


def test_every_passage_of_the_real_graph_has_its_anchor_and_its_words(real: Settings, article: Path) -> None:
    store = versions.open_version(real.store, versions.current(real.store))
    (source,) = {one.source for one in passages.described(store)}
    known = order.read(store, source)["passages"]
    settings = replace(real, source_text=str(article))
    with pool(settings) as engine:
        client = create_app(settings, engine).test_client()
        path = "/source/gv-2025.html"
        assert until(lambda: client.get(path).status_code == 200, 20)
        page = client.get(path).text

    assert isinstance(known, dict)
    assert all(f'id="{iri.partition("#")[2]}"' in page for iri in known)
    assert page.count('class="words" lang') == len(known) > 200
    assert "from the copy that was read" in page
