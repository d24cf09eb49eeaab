"""Things are found by their names, however these are typed, and nothing is found that is not to be."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import Result
from flask.testing import FlaskClient

from conftest import page_of, quietly, until
from qgraph import commit, former, fulltext, history, keeping, process, versions
from qgraph.errors import RequestError
from qgraph.folding import folded, words
from qgraph.forget import Forget
from qgraph.fulltext import Found
from qgraph.settings import Settings
from qgraph.versions import FULL, PUBLIC
from qgraph.web import create_app
from qgraph.web.serve import pool
from test_forget import PERSON, is_anywhere, knowing, told, written
from test_guard import ABOUT, BASE, CURATOR, OURS, PREFIXES, SECRET, evidence, settings, write

__all__ = ["settings", "told", "written"]
Run = Callable[..., Result]
LONG = (
    "A film of a harbour, and of a girl who waits there for a letter that never comes, through a winter in "
    "which it snows on the ships and on the rails, until the kiosk at the pier is opened, and somebody says, "
    "in a voice that she has not heard for a year, what was in it."
)
NAMES = f"""
<film/harbour> rdfs:label "Liman"@az ; skos:altLabel "İki Şəhər Arasında"@az , "Qur'an <script>"@en .
<film/tide> dcterms:description "{LONG}"@en .
<film/two> a :Film ; rdfs:label "Harbour Lights"@en ; :madeBy <person/p2bbb> .
<film/three> a :Film ; rdfs:label "The Old Harbour"@en ; :madeBy <person/p2bbb> .
<film/four> a :Film ; rdfs:label "Возвращение"@ru , "ქალაქი"@ka , "長江"@zh ; :madeBy <person/p2bbb> .
<person/p3ccc> a :Person ; rdfs:label "Harbour Pilot"@en ; skos:altLabel "Chalabi Daghli"@en .
<film/two> :madeBy <person/p3ccc>
"""
MORE = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX dcterms: <http://purl.org/dc/terms/>
"""


def found(chosen: Settings, text: str, layer: str = PUBLIC, number: int = 0, **asked: object) -> list[str]:
    return [iri.removeprefix(BASE) for iri in answer(chosen, text, layer, number, **asked).iris]


def answer(chosen: Settings, text: str, layer: str, number: int = 0, **asked: object) -> Found:
    number = number or versions.current(chosen.store)
    return fulltext.search(versions.index(chosen.store, number, layer), text, **asked)


@pytest.fixture(scope="module")
def named(tiny: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny graph with more names, entered by a writer."""
    store = Path(shutil.copytree(tiny.store, tmp_path_factory.mktemp("named") / "store"))
    chosen = replace(tiny, store=store, query_timeout=30)
    write(chosen, MORE + evidence(OURS, NAMES))
    return chosen


@pytest.fixture(scope="module")
def asked(named: Settings) -> Iterator[FlaskClient]:
    with pool(named) as engine:
        client = create_app(named, engine).test_client()
        assert until(lambda: client.get("/search?q=harbour").status_code == 200, 30)
        yield client


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("İIıi", "iiii"),
        ("ƏŞÇĞÖÜ əşçğöü", "escgou escgou"),
        ("Qur’an, “Qur'an”", "quran quran"),
        ("STRASSE Straße", "strasse strasse"),
        ("naïve Åse Łódź", "naive ase lodz"),
        ("  a_b-c\t\n", "a b c"),
        ("ЁЛКА ქალაქი", "елка ქალაქი"),
        ("長江2", "長 江 2"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_letters_that_are_typed_alike_are_folded_alike(one: str, other: str) -> None:
    assert folded(one) == other
    assert folded(folded(one)) == folded(one)


def test_a_word_has_an_end() -> None:
    assert words("x" * 200) == ["x" * 40]


def test_a_name_comes_before_names_that_begin_with_it_hold_it_and_descriptions(named: Settings) -> None:
    assert found(named, "harbour") == ["film/harbour", "film/two", "person/p3ccc", "film/three", "film/tide"]


@pytest.mark.parametrize(
    ("typed", "thing"),
    [
        ("liman", "film/harbour"),
        ("iki seher", "film/harbour"),
        ("IKI SEHER ARASINDA", "film/harbour"),
        ("ıkı şəhər", "film/harbour"),
        ("quran", "film/harbour"),
        ("harbuor lihgts", "film/two"),
        ("lights harbour", "film/two"),
        ("harb lig", "film/two"),
        ("возврашение", "film/four"),
        ("ქალაქ", "film/four"),
        ("江", "film/four"),
        ("kiosk", "film/tide"),
        ("Exampel Ana", "person/p1aaa"),
        ("Çələbi", "person/p3ccc"),
        ("Çələbi Dağlı", "person/p3ccc"),
        ("shahar", "film/harbour"),
    ],
)
def test_a_thing_is_found_however_its_name_is_typed(named: Settings, typed: str, thing: str) -> None:
    assert found(named, typed)[0] == thing


def test_short_words_have_no_typos_and_of_two_words_both_are_needed(named: Settings) -> None:
    assert found(named, "bu") == []
    assert found(named, "harbour zebra") == []


@pytest.mark.parametrize(
    "typed",
    [
        '"',
        "*",
        "a AND (b",
        "name:x",
        "\\",
        "[a TO b]",
        "/.*/",
        "^2 ~1",
        "\x00",
        "ə" * 200,
        "a " * 100,
        "\u0374ə b",
    ],
)
def test_nothing_that_is_typed_is_an_operator(named: Settings, typed: str) -> None:
    assert isinstance(found(named, typed), list)


def test_a_search_has_an_end(named: Settings) -> None:
    with pytest.raises(RequestError, match="at most 200 characters, and this has 201"):
        found(named, "x" * 201)


def test_kinds_are_counted_and_chosen_and_pages_follow_each_other(named: Settings) -> None:
    everything = found(named, "harbour")

    assert answer(named, "harbour", PUBLIC).kinds == {"film": 4, "person": 1}
    assert found(named, "harbour", kind="person") == ["person/p3ccc"]
    assert answer(named, "harbour", PUBLIC, kind="person").total == 1
    assert [found(named, "harbour", start=at, most=1)[0] for at in range(5)] == everything


def test_the_index_after_a_change_finds_what_one_written_anew_finds(named: Settings, tmp_path: Path) -> None:
    number = versions.current(named.store)
    fulltext.write(tmp_path / "anew", versions.folder(named.store, number) / PUBLIC, BASE)

    for text in ("harbour", "tide", "example", "letter", "seher"):
        anew, changed = fulltext.search(tmp_path / "anew", text), answer(named, text, PUBLIC)
        assert (set(anew.iris), anew.kinds) == (set(changed.iris), changed.kinds)


def test_a_changed_name_is_found_and_the_old_one_is_not(settings: Settings) -> None:
    write(settings, evidence(OURS, '<film/x> a :Film ; rdfs:label "Zebra"@en ; :madeBy <person/p1aaa>'))
    old, new = '<film/x> rdfs:label "Zebra"@en', '<film/x> rdfs:label "Giraffe"@en'
    write(
        settings,
        f"DELETE DATA {{ GRAPH <{OURS}> {{ {old} }} }}; INSERT DATA {{ GRAPH <{OURS}> {{ {new} }} }}",
    )

    assert (found(settings, "zebra"), found(settings, "giraffe")) == ([], ["film/x"])
    assert found(settings, "zebra", number=2) == ["film/x"]


def test_a_change_of_no_name_shares_the_index_of_its_parent(settings: Settings) -> None:
    write(settings, evidence(OURS, "<film/tide> :length 70"))
    before, after = (versions.index(settings.store, number) for number in (1, 2))

    assert {one.name: one.stat().st_ino for one in before.iterdir()} == {
        one.name: one.stat().st_ino for one in after.iterdir()
    }


def test_what_is_restricted_is_in_no_public_index(settings: Settings) -> None:
    secret = '<person/p3ccc> a :Person ; rdfs:label "Cemile Hidden"@en . <film/tide> :madeBy <person/p3ccc>'
    write(settings, evidence(OURS, secret, SECRET))
    write(settings, evidence("evidence/leaflet/w2", '<film/tide> rdfs:label "Ebb"@en'))

    assert found(settings, "cemile", FULL) == ["person/p3ccc"]
    assert found(settings, "ebb") == found(settings, "ebb", FULL) == ["film/tide"]
    assert not knowing(settings.store, "cemile", PUBLIC)

    gone = f"<{OURS}>"
    write(settings, f"DELETE WHERE {{ GRAPH {gone} {{ ?s ?p ?o }} }} ; DELETE WHERE {{ {gone} ?p ?o }}")
    assert not versions.index(settings.store, 4, FULL).exists()
    assert not knowing(settings.store, "cemile", PUBLIC)


def test_what_is_erased_is_in_no_index_and_the_rest_is_found(told: Settings) -> None:
    assert is_anywhere(told.store, "zarifa invented")
    history.forget_all(told, Forget(erased=[PERSON]))

    assert not knowing(told.store, "zarifa")
    assert found(told, "tide") == ["film/tide"]


def test_a_raised_tier_takes_names_out_of_every_public_index(told: Settings) -> None:
    about = ABOUT + " ; core:reviewNote 'It tells of somebody.'@en"
    write(told, evidence("evidence/leaflet/w6", '<film/tide> rdfs:label "Leyla"@de', about))
    history.tag(told, "second", versions.current(told.store))
    raised = Forget(thing=f"{BASE}evidence/leaflet/w6", tier="https://w3id.org/qgraph/core#Restricted")
    history.forget_all(told, raised)

    assert found(told, "leyla", FULL) == ["film/tide"]
    assert not knowing(told.store, "leyla", PUBLIC)


def test_an_index_goes_with_its_store_and_both_come_back(
    told: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(former, "WHOLE", 1)
    with versions.writing(told.store):
        keeping.thin(told.store)
    assert not versions.index(told.store, 3).exists()

    former.make_searchable(told.store, 3)
    assert former.is_searchable(told.store, 3)
    assert found(told, "zarifa", number=3) == ["person/p9zzz"]


def test_an_index_that_stands_alone_goes_when_something_is_erased(
    told: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(former, "WHOLE", 1)
    left = shutil.copytree(versions.index(told.store, 4), told.store / "left")
    with versions.writing(told.store):
        keeping.thin(told.store)
    shutil.move(left, versions.index(told.store, 4))
    history.forget_all(told, Forget(erased=[PERSON]))

    assert not knowing(told.store, "zarifa")


def test_a_store_of_former_days_has_its_index_made_at_the_start(settings: Settings) -> None:
    shutil.rmtree(versions.index(settings.store, 1))
    digest = versions.describe(settings.store, 1).digest
    history.recover(settings)

    assert found(settings, "harbour") == ["film/harbour"]
    assert versions.describe(settings.store, 1).digest == digest


def test_a_write_after_a_version_without_an_index_has_all_of_it(settings: Settings) -> None:
    shutil.rmtree(versions.index(settings.store, 1))
    write(settings, evidence(OURS, "<film/tide> :length 70"))

    assert found(settings, "harbour") == ["film/harbour"]


def test_an_unchanged_build_publishes_nothing_and_a_changed_one_is_found(
    settings: Settings, graph: Path
) -> None:
    own = replace(settings, graph=graph)
    assert commit.build(own, progress=quietly).number == 1
    file = graph / "data" / "films.trig"
    file.write_text(file.read_text().replace('"Tide"', '"Zebra"'))

    assert commit.build(own, progress=quietly).number == 2
    assert (found(own, "zebra"), found(own, "tide")) == (["film/tide"], [])


def die_before_it_is_in_force(chosen: Settings) -> None:
    versions.point_to = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    commit.guard.write(
        chosen, commit.Request(commit.Update(naming("Zebra"), commit.Limits(), base=BASE), CURATOR)
    )


def naming(name: str) -> str:
    text = evidence(OURS, f'<film/tide> rdfs:label "{name}"@de')
    return PREFIXES + text


def test_a_killed_write_leaves_the_index_as_it_was(settings: Settings) -> None:
    killed = process.context().Process(target=die_before_it_is_in_force, args=(settings,))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    write(settings, evidence("evidence/leaflet/w2", '<film/tide> rdfs:label "Giraffe"@de'))

    assert (found(settings, "zebra"), found(settings, "giraffe")) == ([], ["film/tide"])


# The page


def page(asked: FlaskClient, query: str) -> str:
    return page_of(asked, f"/search{query}")


def test_the_page_tells_what_is_found_with_kinds_other_names_and_descriptions(asked: FlaskClient) -> None:
    text = page(asked, "?q=harbour")

    assert "5 things are found." in text
    assert '<a href="/search?q=harbour&amp;kind=film">film</a> <span class="quiet">4</span>' in text
    assert '<a href="/film/two" title="https://tiny.example/film/two">Harbour Lights</a>' in text
    assert "A film of a harbour" in text
    assert "what was in it" not in text
    assert "not heard for a year, what was in it.</p>" in page(asked, "?q=year")
    assert 'Also called: <span lang="az">İki Şəhər Arasında</span>' in page(asked, "?q=seher")


def test_a_content_note_stands_beside_what_is_found(real: Settings) -> None:
    with pool(real) as engine:
        text = page(create_app(real, engine).test_client(), "?q=killing+of+avaz")

    assert 'class="note">Content note: tells of a killing</span>' in text


def test_without_words_there_is_the_form_alone(asked: FlaskClient) -> None:
    text = page(asked, "?q=+")

    assert '<input id="q" type="search" name="q" value=""' in text
    assert 'role="status"' not in text


def test_a_kind_is_chosen_and_a_wrong_one_is_named_and_ignored(asked: FlaskClient) -> None:
    assert "1 thing is found." in page(asked, "?q=harbour&kind=person")
    assert "There is no kind “&lt;b&gt;”, so all kinds are searched." in page(asked, "?q=harbour&kind=<b>")
    assert "Nothing of this kind is found." in page(asked, "?q=kiosk&kind=person")


def test_who_finds_nothing_is_told_near_names_and_ways_on(asked: FlaskClient) -> None:
    text = page(asked, "?q=lightly+zzzz")

    assert "Nothing is found." in text
    assert '<a href="/search?q=Harbour+Lights">Harbour Lights</a>' in text
    assert "look around: " in text


@pytest.mark.parametrize("number", ["0", "-1", "x", "99", "9" * 30, "²", ""])
def test_a_page_that_is_none_shows_one_that_is(asked: FlaskClient, number: str) -> None:
    assert "Harbour Lights" in page(asked, f"?q=harbour&page={number}")


def test_pages_of_results_lead_to_each_other(asked: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qgraph.web.search.SHOWN", 2)
    monkeypatch.setattr("qgraph.web.search._found.__kwdefaults__", {"most": 2})
    text = page(asked, "?q=harbour&page=2")

    assert "This is page 2 of 3." in text
    assert 'href="/search?q=harbour"' in text
    assert 'href="/search?q=harbour&amp;page=3"' in text


def test_a_former_version_is_searched_and_stays_chosen(asked: FlaskClient) -> None:
    text = page(asked, "?q=harbour&version=1")

    assert "1 thing is found." in text
    assert 'href="/film/harbour?version=1"' in text
    assert '<input type="hidden" name="version" value="1">' in text


def test_markup_in_searches_and_names_is_text(asked: FlaskClient) -> None:
    text = page(asked, "?q=<script>alert(1)</script>") + page(asked, "?q=quran+script")

    assert "<script>" not in text
    assert "Qur&#39;an &lt;script&gt;" in text


def test_an_over_long_search_is_refused_in_words(asked: FlaskClient) -> None:
    for path in ("/search", "/search.json"):
        reply = asked.get(f"{path}?q={'x' * 201}", headers={"Accept": "text/html"})

        assert reply.status_code == 400
        assert "A search has at most 200 characters, and this has 201: take fewer words." in reply.text


def test_what_is_many_times_as_long_when_folded_breaks_nothing(asked: FlaskClient) -> None:
    for path in ("/search", "/search.json"):
        assert asked.get(f"{path}?q={quote(chr(0xFDFA) * 200)}").status_code == 200


def test_suggestions_are_the_first_eight_as_json(asked: FlaskClient) -> None:
    told_of = asked.get("/search.json?q=iki+seh").json

    assert told_of["things"] == [
        {
            "name": "Harbour",
            "language": "en",
            "other": "İki Şəhər Arasında",
            "kind": "film",
            "path": "/film/harbour",
        }
    ]
    assert asked.get("/search.json?q=").json["things"] == []
    assert "/search.json" in asked.get("/openapi.json").json["paths"]


def test_robots_keep_out_of_searches(asked: FlaskClient) -> None:
    assert "Disallow: /search\n" in asked.get("/robots.txt").text


def test_the_box_for_other_pages_keeps_the_version(asked: FlaskClient) -> None:
    with asked.application.test_request_context("/versions?version=1"):
        text = asked.application.jinja_env.get_template("searchbox.html")
        shown = text.render(
            version=versions.describe(asked.application.extensions["qgraph"].settings.store, 1), old="1"
        )

    assert 'action="/search"' in shown
    assert '<input type="hidden" name="version" value="1">' in shown


def test_a_plain_store_says_that_it_has_no_search(tmp_path: Path) -> None:
    plain = Settings(store=tmp_path / "store", bare=True, workers=1)
    commit.start_bare(plain)
    with pool(plain) as engine:
        client = create_app(plain, engine).test_client()
        for path in ("/search?q=a", "/search.json?q=a", "/search"):
            reply = client.get(path)

            assert reply.status_code == 404
            assert "A plain store has no search" in reply.text
    assert not versions.index(plain.store, 1).exists()


# The command


def test_the_command_prints_name_kind_and_path(named: Settings, run: Run) -> None:
    where = ("--graph", named.graph, "--store", named.store)

    assert (
        run("search", "harbour", "--kind", "film", "--limit", 1, *where).output
        == "Harbour\tfilm\t/film/harbour\n"
    )
    assert json.loads(run("search", "harbour", "--json", *where).output)["total"] == 5
    assert run("search", "x" * 201, *where).exit_code == 1
    assert "there is “Harbour Lights”" in run("search", "lightly zzzz", *where).output
