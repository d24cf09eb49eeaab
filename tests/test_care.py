"""The care rules that are neither a shape nor a check (docs/explanation/describing-people-with-care.md)."""

import re
import shutil
from pathlib import Path

import pytest
from rdflib import OWL, RDF, Dataset, Graph, Literal, URIRef

from conftest import CASES, ROOT, quietly
from qgraph import commit, questions, versions
from qgraph.errors import Refused
from qgraph.export import export
from qgraph.formats import BY_NAME
from qgraph.namespaces import CORE
from qgraph.portal import answers
from qgraph.query import question_of
from qgraph.reason import infer
from qgraph.settings import Settings

BASE = "https://w3id.org/qgraph/"
OWN = BASE + "ontology#"
PERSONAL = [
    URIRef(OWN + name)
    for name in (
        "selfDescribedAs", "describedInSourceAs", "nationalityInSource", "ageStated",
        "unnamedAs", "relativeTo", "member", "stop", "origin", "destination",
    )
]  # fmt: skip
METHODS = re.compile(
    r"\b(hang\w*|hung|noose|rope|overdos\w*|pills?|poison\w*|jump\w*|rainbow flag)\b", re.IGNORECASE
)
UNNOTED = """PREFIX core: <https://w3id.org/qgraph/core#>
SELECT ?evidence {
  ?noted core:contentNote ?note ; core:passage ?inner .
  ?inner core:start ?from ; core:end ?to ; core:inSource ?source .
  ?outer core:inSource ?source ; core:start ?start ; core:end ?end FILTER (?start <= ?from && ?to <= ?end)
  ?evidence core:passage ?outer FILTER NOT EXISTS { ?evidence core:contentNote ?any } }"""
NEW_NOTES = """PREFIX core: <https://w3id.org/qgraph/core#>
SELECT ?thing ?note {
  ?ours core:voice core:Editor ; core:contentNote ?note GRAPH ?ours { ?thing ?property ?value }
  FILTER NOT EXISTS {
    ?theirs core:contentNote ?note ; core:passage ?passage
    { GRAPH ?theirs { ?thing ?any ?other } } UNION { GRAPH ?theirs { ?one ?way ?thing } }
  } }"""
SPEAKERS = """PREFIX core: <https://w3id.org/qgraph/core#>
SELECT ?label ?name {
  ?evidence core:contentNote core:Hostility
  GRAPH ?evidence { ?words <https://w3id.org/qgraph/ontology#speaker> ?speaker }
  ?words rdfs:label ?label . ?speaker rdfs:label ?name }"""
SYNTAXES = ("turtle", "ntriples", "jsonld", "rdfxml", "trig", "nquads")


def ontology() -> Graph:
    graph = Graph()
    for path in [*(ROOT / "ontology").glob("*.ttl"), ROOT / "src/qgraph/core/vocabulary.ttl"]:
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def exports(real: Settings) -> dict[str, bytes]:
    version = versions.describe(real.store, 1)
    opened = versions.open_version(real.store, 1)
    return {syntax: export(opened, version, BY_NAME[syntax]) for syntax in SYNTAXES}


@pytest.fixture(scope="module")
def asserted(exports: dict[str, bytes]) -> Graph:
    dataset = Dataset()
    dataset.parse(data=exports["nquads"], format="nquads")
    return Graph() + dataset.graph(URIRef(BASE + "graph/asserted"))


def test_the_ontology_has_the_listed_terms_and_no_other() -> None:
    """C1: a new term is added to tests/cases/terms.txt by somebody who has thought of it."""
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    terms = {str(term) for kind in kinds for term in ontology().subjects(RDF.type, kind)}
    own = {
        term.replace(CORE, "core:").replace(OWN, ":") for term in terms if term.startswith((OWN, str(CORE)))
    }
    listed = set((CASES / "terms.txt").read_text().split())

    assert own == {term for term in listed if not re.fullmatch(r"core:[A-Z]\w+", term) or term in own}
    assert not [
        term for term in own if re.search(r"(?i)gender|sex(?!ual)|religion|ethnic|pronoun|birth", term)
    ]


MUTATIONS = {
    "nothing": "",
    "a film about somebody": "film:x :documents person:p0aa1 . film:x :hasTheme theme:queer-life .",
    "activism": "person:p0aa1 :occupation role:activist .",
    "a festival": "event:x :screeningOf film:x ; :heldAt festival:sevil . film:x :directedBy person:p0aa1 .",
    "a partner": "account:x :concerns person:p0aa1 ; :names role:partner .",
    "a group": "group:authors-of-their-own-stories :member person:p0aa1 .",
    "a flight": "event:y :participant person:p0aa1 ; :destination place:tbilisi .",
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_reasoning_says_nothing_new_of_who_somebody_is(asserted: Graph, mutation: str) -> None:
    """C5: identity, family, partner and whereabouts are the same after reasoning as before."""
    kinds = ("film", "person", "theme", "role", "event", "festival", "account", "group", "place")
    prefixes = f"@prefix : <{OWN}> .\n" + "".join(f"@prefix {kind}: <{BASE}{kind}/> .\n" for kind in kinds)
    facts = asserted + Graph().parse(data=prefixes + MUTATIONS[mutation])
    inferred = infer(facts, ontology())

    told = {triple for triple in inferred if triple[1] in PERSONAL}
    assert {triple for triple in told if triple[1] != URIRef(OWN + "stop")} == set()
    assert not [triple for triple in inferred if "/person/" in triple[0] and isinstance(triple[2], Literal)]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_no_export_tells_how_somebody_took_their_life(exports: dict[str, bytes], syntax: str) -> None:
    """C11."""
    assert METHODS.findall(exports[syntax].decode()) == []


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_purpose_rights_and_contact_travel_with_an_export(exports: dict[str, bytes], syntax: str) -> None:
    """C18."""
    text = exports[syntax].decode()

    for words in (
        "never to find, expose or profile",
        "keep every right in their lives",
        "taken down, write to",
    ):
        assert words in text


def test_hostile_words_are_nobodys_name_or_description(exports: dict[str, bytes]) -> None:
    """C13: what a quotation or framing repeats is its paraphrase and nothing else."""
    graph = Graph().parse(data=exports["turtle"], format="turtle")
    hostile = {
        str(words)
        for kind in ("Quotation", "FramingAct")
        for one in graph.subjects(RDF.type, URIRef(OWN + kind))
        for words in graph.objects(one, URIRef(OWN + "paraphrase"))
    }
    elsewhere = {str(value) for _, path, value in graph if path != URIRef(OWN + "paraphrase")}

    assert hostile
    assert hostile & elsewhere == set()


def test_words_that_ask_for_a_content_note_stand_behind_one_everywhere(exports: dict[str, bytes]) -> None:
    """C14: no evidence without a note rests on a passage that has in it one with a note."""
    graph = Graph().parse(data=exports["turtle"], format="turtle")
    rows = set(graph.query(UNNOTED))

    assert len(set(graph.objects(None, URIRef(CORE + "passage")))) > 200
    assert rows == set()


def test_no_content_note_of_ours_is_new(exports: dict[str, bytes]) -> None:
    """C14: to warn of violence where the source tells of none would tell it of somebody."""
    assert set(Dataset().parse(data=exports["nquads"], format="nquads").query(NEW_NOTES)) == set()


def test_hostile_words_are_never_named_without_their_speaker(exports: dict[str, bytes]) -> None:
    """C13: a list or a picture shows only the name of what was said."""
    rows = list(Dataset().parse(data=exports["nquads"], format="nquads").query(SPEAKERS))

    assert len(rows) == 5
    assert [label for label, speaker in rows if speaker not in label] == []


def test_an_answer_carries_the_content_notes_of_its_evidence(real: Settings) -> None:
    """C11 and C14: that somebody took their life is told with a note, and with where help is found."""
    question = next(one for one in questions.read(ROOT) if one.name == "deaths")
    text = questions.bind(question, {}, BASE)
    asked = question_of(real, base=BASE, text=text)
    told = answers.answered(versions.open_version(real.store, 1), asked, answers.Wanted("en"))
    notes = {note["iri"].removeprefix(CORE): note["help"] for note in told["notes"]}

    assert set(notes) == {"FamilyViolence", "Killing", "Suicide"}
    assert notes["Suicide"].startswith("https://")


def test_every_passage_bears_evidence(exports: dict[str, bytes]) -> None:
    graph = Graph().parse(data=exports["turtle"], format="turtle")
    passages = set(graph.subjects(RDF.type, URIRef(CORE + "Passage")))

    assert passages == set(graph.objects(None, URIRef(CORE + "passage")))


def test_what_is_inferred_is_as_strict_as_its_premises(exports: dict[str, bytes]) -> None:
    """C9: nothing Restricted is public, so Sensitive is as strict as any premise."""
    graph = Graph().parse(data=exports["turtle"], format="turtle")
    tier = URIRef(CORE + "tier")

    assert graph.value(URIRef(BASE + "graph/inferred"), tier) == URIRef(CORE + "Sensitive")
    assert set(graph.objects(None, tier)) == {URIRef(CORE + "Open"), URIRef(CORE + "Sensitive")}


def test_restricted_evidence_is_refused_and_its_words_are_not_repeated(tmp_path: Path) -> None:
    """C10, on somebody invented."""
    graph = Path(shutil.copytree(CASES / "tiny", tmp_path / "graph"))
    data = next((graph / "data").rglob("*.trig"))
    data.write_text(
        data.read_text().replace("core:Open", "core:Restricted").replace("core:Sensitive", "core:Restricted")
    )
    with pytest.raises(Refused) as refusal:
        commit.build(Settings(graph=graph, store=tmp_path / "store"), progress=quietly)

    findings = [one for one in refusal.value.report if one.rule == "nothing-is-restricted"]
    assert findings
    assert all("/evidence/" in one.thing and one.value.endswith("#Restricted") for one in findings)
    assert not list((tmp_path / "store").rglob("public.json"))


def test_no_file_of_the_project_or_the_wheel_is_restricted() -> None:
    """C10: a wheel is made from these folders alone."""
    stated = re.compile(r"core:tier\s+core:Restricted")
    folders = ("data", "ontology", "shapes", "docs/examples")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.t*") if path.is_file()]

    assert len(files) > 20
    assert [path for path in files if stated.search(path.read_text(encoding="utf-8"))] == []
