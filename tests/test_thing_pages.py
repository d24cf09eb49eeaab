"""The page of a thing: who says each fact, why one is inferred, what is silent, neighbours, citing."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from rdflib import Graph
from rdflib.compare import isomorphic

from conftest import built
from qgraph import history
from qgraph.forget import Forget
from qgraph.formats import BY_NAME
from qgraph.portal import citing, neighbours, thing
from qgraph.portal.citing import Cited
from qgraph.store import in_memory, parse
from qgraph.versions import Version
from qgraph.web import create_app
from qgraph.web.serve import pool

BASE = "https://toy.example/"
BROWSER = {"Accept": "text/html"}
HEAD = """
@base <https://toy.example/> .
@prefix : <https://toy.example/ontology#> .
@prefix core: <https://w3id.org/qgraph/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
"""
VERSION = Version(
    number=3,
    parent=2,
    time="2026-11-28T10:00:00+00:00",
    message="",
    curator="",
    digest="",
    counts={"asserted": 1},
    findings={},
    base=BASE,
    prefixes={},
)


def page(text: str, name: str = "a/1", language: str = "en") -> dict[str, Any]:
    """Return the page of the thing *name* over a store that holds *text* alone."""
    store = in_memory(parse((HEAD + text).encode(), BY_NAME["trig"], BASE))
    return thing.page(store, VERSION, iri=BASE + name, language=language, schema=[])


def asserted(facts: str, evidence: str = "evidence/s/1", told: str = "") -> str:
    """Return *facts* as a commit leaves them: in their evidence, as asserted, and as plain facts."""
    described = f"<{evidence}> a core:Evidence {told} ."
    return f"<{evidence}> {{ {facts} }} <graph/asserted> {{ {facts} }} {facts} {described}"


def inferred(facts: str) -> str:
    return f"<graph/inferred> {{ {facts} }} {facts}"


def ontology(axioms: str) -> str:
    return f"<graph/ontology> {{ {axioms} }}"


def only(groups: list[dict[str, Any]]) -> dict[str, Any]:
    [group] = groups
    [statement] = group["statements"]
    return dict(statement)


def test_a_fact_that_two_pieces_of_evidence_bear_is_one_with_both() -> None:
    told = page(asserted("<a/1> :p <a/2> .") + asserted("<a/1> :p <a/2> .", "evidence/s/2"))

    one = only(told["facts"])
    assert one["status"] == "asserted"
    assert one["evidence"] == [BASE + "evidence/s/1", BASE + "evidence/s/2"]
    assert set(told["evidence"]) == set(one["evidence"])


def test_evidence_tells_voice_person_clarity_hedge_and_place() -> None:
    words = """; core:voice core:Narrator ; core:attributedTo <person/x> ; core:stated core:Implied ;
        core:hedge "nearly"@en ; core:passage <source/s#char=1,9>"""
    place = "<source/s#char=1,9> core:paragraph 4 ; core:sentence 2 ."
    known = page(asserted("<a/1> :p 1 .", told=words) + place)["evidence"][BASE + "evidence/s/1"]["told"]

    assert [known[word][0]["text"] for word in ("voice", "attributedTo", "stated", "hedge")] == [
        "Narrator",
        "x",
        "Implied",
        "nearly",
    ]
    assert (known["passage"][0]["paragraph"], known["passage"][0]["sentence"]) == ("4", "2")


@pytest.mark.parametrize(
    ("mark", "status"),
    [("a core:Evidence, core:Reported", "reported"), ("core:stated core:Interpretation", "interpretation")],
)
def test_what_is_not_asserted_is_marked_and_not_drawn(mark: str, status: str) -> None:
    told = page(f"<evidence/s/1> {{ <a/1> :p <a/2> }} <evidence/s/1> {mark} .")

    assert only(told["facts"])["status"] == status
    assert told["ties"] == []


def test_evidence_without_a_voice_or_a_place_is_no_fault() -> None:
    told = page("<evidence/s/1> { <a/1> :p <a/2> }")

    assert told["evidence"][BASE + "evidence/s/1"]["told"] == {}


@pytest.mark.parametrize(
    ("axioms", "premises", "fact", "rule"),
    [
        (":q rdfs:subPropertyOf :p .", "<a/1> :q <a/2> .", "<a/1> :p <a/2> .", "subproperty"),
        (":q owl:equivalentProperty :p .", "<a/1> :q <a/2> .", "<a/1> :p <a/2> .", "subproperty"),
        (":q owl:inverseOf :p .", "<a/2> :q <a/1> .", "<a/1> :p <a/2> .", "inverse"),
        (":p owl:inverseOf :q .", "<a/2> :q <a/1> .", "<a/1> :p <a/2> .", "inverse"),
        (":p a owl:SymmetricProperty .", "<a/2> :p <a/1> .", "<a/1> :p <a/2> .", "symmetric"),
        (
            ":p a owl:TransitiveProperty .",
            "<a/1> :p <a/3> . <a/3> :p <a/2> .",
            "<a/1> :p <a/2> .",
            "transitive",
        ),
        (
            ":p owl:propertyChainAxiom (:q :r) .",
            "<a/1> :q <a/3> . <a/3> :r <a/2> .",
            "<a/1> :p <a/2> .",
            "chain",
        ),
        (":D rdfs:subClassOf :C .", "<a/1> a :D .", "<a/1> a :C .", "subclass"),
        (":q rdfs:domain :C .", "<a/1> :q 5 .", "<a/1> a :C .", "domain"),
        (":q rdfs:range :C .", "<a/2> :q <a/1> .", "<a/1> a :C .", "range"),
    ],
)
def test_why_a_fact_is_inferred_is_told_with_its_premises(
    axioms: str, premises: str, fact: str, rule: str
) -> None:
    told = page(ontology(axioms) + asserted(premises) + inferred(fact))

    [one] = [one for group in told["facts"] for one in group["statements"] if one["status"] == "inferred"]
    assert one["why"]["rule"] == rule
    assert len(one["why"]["premises"]) == premises.count(" .")
    assert {str(premise["evidence"]) for premise in one["why"]["premises"]} == {f"['{BASE}evidence/s/1']"}


def test_a_reason_goes_back_to_what_is_asserted_and_in_no_circle() -> None:
    axioms = ":p owl:inverseOf :q . :r rdfs:subPropertyOf :q ."
    told = page(
        ontology(axioms) + asserted("<a/2> :r <a/1> .") + inferred("<a/1> :p <a/2> . <a/2> :q <a/1> .")
    )

    [one] = [one for group in told["facts"] for one in group["statements"]]
    [premise] = one["why"]["premises"]
    assert (one["why"]["rule"], premise["why"]["rule"]) == ("inverse", "subproperty")
    assert premise["why"]["premises"][0]["status"] == "asserted"


def test_where_no_rule_gives_a_fact_there_is_no_reason() -> None:
    circle = ontology(":p owl:inverseOf :q .") + inferred("<a/1> :p <a/2> . <a/2> :q <a/1> .")

    assert only(page(circle)["facts"])["why"] == {}
    assert only(page(inferred("<a/1> :p <a/2> ."))["facts"])["why"] == {}


def test_a_claim_is_no_premise() -> None:
    claimed = "<evidence/s/1> { <a/2> :q <a/1> } <evidence/s/1> a core:Reported ."
    told = page(ontology(":p owl:inverseOf :q .") + claimed + inferred("<a/1> :p <a/2> ."))

    assert [one["why"] for group in told["facts"] for one in group["statements"]] == [{}]


def test_silence_and_denial_are_told_apart_and_are_no_facts() -> None:
    told = page(
        asserted("<a/1> core:notStated :year ; :end core:NotStated ; :law core:StatedAbsent ; :p 1 .")
    )

    assert [one["property"]["text"] for one in told["silent"]] == ["end", "year"]
    assert [one["property"]["text"] for one in told["absent"]] == ["law"]
    assert [group["property"]["text"] for group in told["facts"]] == ["p"]


def test_content_notes_of_the_thing_and_its_evidence_are_said_once_with_help() -> None:
    help_ = ontology("core:Suicide rdfs:seeAlso <https://help.example/> .")
    noted = "; core:contentNote core:Suicide , core:Killing"
    told = page(help_ + asserted("<a/1> :p 1 ; core:contentNote core:Suicide .", told=noted))

    assert [(one["text"], one["help"]) for one in told["notes"]] == [
        ("Killing", ""),
        ("Suicide", "https://help.example/"),
    ]
    assert [group["property"]["text"] for group in told["facts"]] == ["p"]


def test_a_sentence_is_what_the_graph_holds_in_the_language_of_the_page() -> None:
    text = asserted('<a/1> dcterms:description "A boat."@en , "Bir qayıq."@az .')
    claimed = '<evidence/s/1> { <a/1> dcterms:description "A lie."@en } <evidence/s/1> a core:Reported .'

    assert page(text)["sentence"] == {"text": "A boat.", "language": "en"}
    assert page(text, language="az")["sentence"]["text"] == "Bir qayıq."
    assert page(claimed)["sentence"] == {}


def test_names_come_first_then_properties_by_their_names() -> None:
    told = page(asserted('<a/1> :b 1 ; rdfs:label "A"@en ; :a 2 ; a :C .'))

    assert [group["property"]["text"] for group in told["facts"]] == ["type", "label", "a", "b"]


def test_a_kind_is_told_by_other_kinds_sooner_than_by_what_is_said() -> None:
    axioms = ":E rdfs:subClassOf :D . :D rdfs:subClassOf :C . :q rdfs:domain :C ."
    told = page(
        ontology(axioms) + asserted("<a/1> a :E ; :q 5 .") + inferred("<a/1> a :D . <a/1> a :C ."),
    )
    kinds = {one["value"]["text"]: one for one in told["facts"][0]["statements"]}

    assert (kinds["D"]["why"]["rule"], kinds["C"]["why"]["rule"]) == ("subclass", "subclass")


def test_what_somebody_states_comes_before_what_follows() -> None:
    told = page(
        asserted("<a/1> :b <b/2> ; :c 1 .") + "<graph/inferred> { <a/1> :b <b/1> ; :a <b/3> }",
    )

    assert [group["property"]["text"] for group in told["facts"]] == ["b", "c", "a"]
    assert [one["value"]["text"] for one in told["facts"][0]["statements"]] == ["2", "1"]


def test_numbers_stand_in_their_order() -> None:
    [group] = page(asserted("<a/1> :p 10 , 9 , 100 ."))["facts"]

    assert [one["value"]["text"] for one in group["statements"]] == ["9", "10", "100"]


def test_of_a_hub_some_is_told_and_that_there_is_more() -> None:
    many = " ".join(f"<a/1> :p <b/{number}> ." for number in range(600))
    told = page(asserted(many))

    assert told["more"]
    assert len(told["facts"][0]["statements"]) == 500
    assert {str(one["evidence"]) for one in told["facts"][0]["statements"]} == {f"['{BASE}evidence/s/1']"}
    assert (len(told["ties"]), told["neighbours"]) == (neighbours.MOST, 500)


def test_neighbours_are_of_each_property_some_and_each_is_there_once() -> None:
    many = " ".join(f"<a/1> :many <b/{number}> ." for number in range(40))
    told = page(asserted(many + " <a/1> :one <c/1> . <c/1> :back <a/1> . <d/1> :from <a/1> ."))

    assert len(told["ties"]) == neighbours.MOST
    assert {tie["property"]["text"] for tie in told["ties"]} == {"many", "one", "from"}
    assert len({tie["thing"]["iri"] for tie in told["ties"]}) == neighbours.MOST


def test_boxes_of_the_picture_do_not_touch_and_hold_their_text() -> None:
    long = "a name of many words that goes on and on until nobody would read it to its end any more"
    told = page(
        asserted(" ".join(f'<a/1> :p <b/{n}> . <b/{n}> rdfs:label "{n} {long}"@en .' for n in range(9)))
    )

    boxes = told["picture"]["boxes"]
    assert len(boxes) == 9
    for one in boxes:
        assert len(one["lines"]) == neighbours.LINES
        assert one["lines"][-1].endswith("…")
        assert max(map(len, one["lines"])) <= neighbours.LONGEST
        assert 0 < one["y"] < one["y"] + one["height"] < told["picture"]["height"]
        near = [two for two in boxes if two is not one and two["x"] == one["x"]]
        assert all(
            two["y"] >= one["y"] + one["height"] or one["y"] >= two["y"] + two["height"] for two in near
        )


def test_a_plain_store_has_pages_without_evidence() -> None:
    plain = Version(**{**vars(VERSION), "base": "", "counts": {"quads": 1}})
    store = in_memory(parse(b"<urn:a> <urn:b> <urn:c> .", BY_NAME["trig"]))
    told = thing.page(store, plain, iri="urn:a", schema=[])

    assert only(told["facts"])["status"] == "described"


CITED = Cited(
    title="A & B {C} 100%_ \\x\n<script>",
    iri=BASE + "film/a-b",
    address="http://localhost/film/a-b.html?version=3",
    collection="Toys",
    creators=("The makers", "Ana Example"),
    publisher="The makers",
    version=3,
    date="2026-11-28",
)


def test_bibtex_escapes_what_it_would_read_as_a_command() -> None:
    text = citing.bibtex(CITED)

    assert text.startswith("@misc{a-b-v3,\n")
    assert r"title = {{A \& B \{C\} 100\%\_ \textbackslash{}x <script>}}" in text
    assert "author = {{The makers} and {Ana Example}}" in text
    assert "version = {3}" in text
    assert "year = {2026}" in text
    assert "url = {http://localhost/film/a-b.html?version=3}" in text


def test_ris_has_a_field_a_line() -> None:
    lines = citing.ris(CITED).split("\r\n")

    assert lines[0] == "TY  - DATA"
    assert "TI  - A & B {C} 100%_ \\x <script>" in lines
    assert [line for line in lines if line.startswith("AU")] == ["AU  - The makers", "AU  - Ana Example"]
    assert "DA  - 2026/11/28" in lines
    assert lines[-2:] == ["ER  - ", ""]


def test_csl_is_one_item() -> None:
    [item] = json.loads(citing.csl(CITED))

    assert (item["version"], item["URL"]) == ("3", CITED.address)
    assert item["issued"] == {"date-parts": [[2026, 11, 28]]}
    assert item["author"][0] == {"literal": "The makers"}


@pytest.mark.parametrize(
    ("cite", "media_type", "suffix"),
    [
        ("text", "text/plain", "txt"),
        ("bibtex", "application/x-bibtex", "bib"),
        ("ris", "application/x-research-info-systems", "ris"),
        ("csl", "application/vnd.citationstyles.csl+json", "json"),
    ],
)
def test_a_page_is_cited_with_its_version_and_date(
    client: FlaskClient, cite: str, media_type: str, suffix: str
) -> None:
    answer = client.get(f"/film/harbour.html?cite={cite}")
    shown = client.get("/film/harbour.html").text

    assert answer.mimetype == media_type
    assert f'filename="harbour-v1.{suffix}"' in answer.headers["Content-Disposition"]
    assert "Harbour" in answer.text
    assert "http://localhost/film/harbour.html?version=1" in answer.text
    assert f'href="/film/harbour.html?cite={cite}"' in shown


def test_a_form_of_citing_that_is_not_there_is_told_with_those_there_are(client: FlaskClient) -> None:
    answer = client.get("/film/harbour.html?cite=bibtext")

    assert answer.status_code == 400
    assert "bibtex" in answer.json["detail"]


def test_a_page_tells_what_it_is_with_links_marks_and_places(client: FlaskClient) -> None:
    text = client.get("/film/harbour.html").text

    assert text.count("<h1") == 1
    assert '<link rel="canonical" href="https://tiny.example/film/harbour">' in text
    assert '<a href="/evidence/leaflet/p1-1">evidence p1-1</a>' in text
    assert '<span class="mark asserted">asserted</span>' in text
    assert '<span class="mark reported">reported, not asserted</span>' in text
    for name in ("Turtle", "N-Triples", "RDF/XML", "JSON-LD", "TriG", "N-Quads", "GraphML", "Excel"):
        assert f">{name}</a>" in text


def test_an_inferred_fact_has_its_rule_and_premise_folded_under_it(client: FlaskClient) -> None:
    text = client.get("/person/p1aaa.html").text
    [why] = re.findall(r'<details class="why">.*?</details>', text, re.DOTALL)
    words = " ".join(re.sub(r"<[^>]*>", "", why).split())

    assert words.startswith("Why? “made by” is the other way round of “made”. ")
    assert 'href="/ontology#madeBy"' in why
    assert 'href="/film/harbour"' in why
    assert "evidence p1-1" in why


class Levels(HTMLParser):
    """Notes the headings of a page, and the links of its picture."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.drawn: list[str] = []
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if re.fullmatch(r"h\d", tag):
            self.levels.append(int(tag[1]))
        self.inside |= tag == "svg"
        if tag == "a" and self.inside:
            self.drawn.append(dict(attributes)["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        self.inside &= tag != "svg"


def test_the_picture_is_as_narrow_as_a_telephone() -> None:
    told = page(asserted(" ".join(f"<a/1> :p <b/{number}> ." for number in range(9))))

    assert told["picture"]["width"] <= 368


def test_the_picture_has_links_and_the_list_says_the_same(client: FlaskClient) -> None:
    text = client.get("/film/harbour.html").text
    seen = Levels(text)
    listed = re.search(r'<ul class="ties">(.*?)</ul>', text, re.DOTALL)

    assert seen.levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(seen.levels, seen.levels[1:], strict=False))
    assert seen.drawn == ["/person/p1aaa"]
    assert listed is not None
    assert all(f'href="{one}"' in listed[1] for one in seen.drawn)
    assert " style=" not in text
    assert "xlink" not in text


def test_a_page_says_in_schema_org_what_the_profile_says(client: FlaskClient) -> None:
    text = client.get("/film/harbour.html").text
    [script] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    told = Graph().parse(data=client.get("/film/harbour.nt?_profile=schema").data, format="nt")

    assert isomorphic(Graph().parse(data=script, format="json-ld"), told)
    assert json.loads(script)["@type"] == "Movie"


def test_the_links_of_a_former_version_keep_to_it(client: FlaskClient) -> None:
    text = client.get("/film/harbour.html?version=1").text

    assert 'href="/person/p1aaa?version=1"' in text
    assert 'href="/evidence/leaflet/p1-1?version=1"' in text
    assert 'href="/film/harbour.html?version=1&amp;cite=bibtex"' in text
    assert 'href="/export/thing/film/harbour.graphml?version=1"' in text
    assert '<meta name="robots" content="noindex">' in text
    assert '<meta name="robots" content="noindex">' not in client.get("/film/harbour.html").text


def test_what_is_unlisted_says_so_in_its_page(graph: Path, tmp_path: Path) -> None:
    file = graph / "ontology" / "tiny.ttl"
    hidden = 'core:pathSegment "person" ; core:unlisted true .'
    file.write_text(file.read_text().replace('core:pathSegment "person" .', hidden))
    settings = built(graph, tmp_path / "store")
    with pool(settings) as engine:
        answer = create_app(settings, engine).test_client().get("/person/p1aaa.html")

    assert '<meta name="robots" content="noindex">' in answer.text
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_a_name_like_it_is_shown_by_what_it_is_called(client: FlaskClient) -> None:
    answer = client.get("/person/ana-example", headers=BROWSER)

    assert answer.status_code == 404
    assert '<a href="/person/p1aaa" title="https://tiny.example/person/p1aaa">Ana Example</a>' in answer.text


def test_markup_in_a_name_shows_as_text_everywhere(graph: Path, tmp_path: Path) -> None:
    file = graph / "data" / "films.trig"
    file.write_text(file.read_text().replace('"Harbour"@en', '"</script><script>alert(1)</script>"@en'))
    settings = built(graph, tmp_path / "store")
    history.forget_all(settings, Forget(["https://tiny.example/person/p2bbb"]))
    with pool(settings) as engine:
        client = create_app(settings, engine).test_client()
        pages = [client.get(path).text for path in ("/film/harbour.html", "/person/p1aaa.html")]
        cited = client.get("/film/harbour.html?cite=csl").json
        gone = client.get("/person/p2bbb", headers=BROWSER)

    assert all("<script>alert" not in text and "&lt;script&gt;alert" in text for text in pages)
    assert cited[0]["title"] == "</script><script>alert(1)</script>"
    assert (gone.status_code, gone.mimetype) == (410, "text/html")
    assert "taken out under the care policy" in gone.text
