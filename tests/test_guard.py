"""A writer's change: what lands, what is refused, and that a small look finds what a whole look finds."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import CASES, quietly
from qgraph import commit, delta, increment, keeping, ownership, versions
from qgraph.commit import Author, Delete, Merge, Patch, Put, Request, Update
from qgraph.delta import Delta
from qgraph.errors import Conflict, MovedOn, NotFound, Refused, RequestError, SourceError
from qgraph.findings import Finding, Report
from qgraph.increment import Step
from qgraph.load import load
from qgraph.namespaces import Names
from qgraph.precheck import Limits
from qgraph.settings import Settings
from qgraph.sources import find
from qgraph.store import DefaultGraph, NamedNode, Quad, Store, in_memory
from qgraph.versions import FULL, PUBLIC, Version

BASE = "https://tiny.example/"
CURATOR = Author("c1", "curator")
LIMITS = Limits()
PREFIXES = f"""PREFIX : <{BASE}ontology#> PREFIX core: <https://w3id.org/qgraph/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
ABOUT = """core:fromSource <source/leaflet> ; core:voice core:Editor ; core:stated core:Explicit ;
core:tier core:Open"""
FOLDERS = "evidence/leaflet/p1-1"
OURS = "evidence/leaflet/w1"


@pytest.fixture
def settings(tiny: Settings, tmp_path: Path) -> Settings:
    """The tiny graph in a store of its own, to be written to."""
    shutil.copytree(tiny.store, tmp_path / "store")
    return replace(tiny, store=tmp_path / "store", query_timeout=30)


def write(settings: Settings, text: str, **options: object) -> Version:
    return commit.write(settings, Request(Update(PREFIXES + text, LIMITS, base=BASE), CURATOR, **options))


def evidence(name: str, facts: str, about: str = ABOUT) -> str:
    return f"INSERT DATA {{ <{name}> a core:Evidence ; {about} . GRAPH <{name}> {{ {facts} }} }}"


def held(settings: Settings, layer: str = PUBLIC) -> Store:
    return versions.open_version(settings.store, versions.current(settings.store), layer)


def facts(store: Store, graph: str) -> set[str]:
    return {str(quad.triple) for quad in store.quads_for_pattern(None, None, None, NamedNode(BASE + graph))}


def test_a_fact_with_its_evidence_lands_and_is_told(settings: Settings) -> None:
    published = write(settings, evidence(OURS, "<film/tide> :length 70"), message="A length.")

    assert (published.number, published.parent, published.message) == (2, 1, "A length.")
    assert (published.curator, published.role) == ("c1", "curator")
    fact = f'<{BASE}film/tide> <{BASE}ontology#length> "70"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert fact in facts(held(settings), "graph/asserted")
    assert published.digest == delta.digest(held(settings))
    changes = delta.read(versions.changes(settings.store, 2))
    assert delta.between(versions.open_version(settings.store, 1), held(settings)) == changes


def test_what_follows_from_a_fact_is_inferred_and_goes_with_it(settings: Settings) -> None:
    follows = f"<{BASE}person/p2bbb> <{BASE}ontology#made> <{BASE}film/wave>"
    new = '<film/wave> a :Film ; rdfs:label "Wave"@en ; :madeBy <person/p2bbb>'
    write(settings, evidence(OURS, new))

    assert follows in facts(held(settings), "graph/inferred")

    write(settings, f"DELETE WHERE {{ <{OURS}> ?p ?o }} ; DELETE WHERE {{ GRAPH <{OURS}> {{ ?s ?p ?o }} }}")

    assert not facts(held(settings), "graph/inferred") & {follows}
    assert versions.describe(settings.store, 3).digest == versions.describe(settings.store, 1).digest


@pytest.mark.parametrize("graph", [FOLDERS, "film/tide", "graph/asserted"])
def test_a_mark_that_is_set_by_hand_makes_nothing_the_writers(settings: Settings, graph: str) -> None:
    write(settings, f"INSERT DATA {{ <{graph}> core:enteredBy 'c1' }}")

    assert versions.current(settings.store) == 1
    with pytest.raises(Conflict):
        write(settings, f"INSERT DATA {{ <{graph}> core:hedge 'perhaps' }}")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (evidence(OURS, "<film/tide> :length 'long'"), f"{BASE}shapes#Film-length"),
        (evidence(OURS, "<film/tide> :weight 3"), "properties-are-declared"),
        (evidence(OURS, "<film/tide> :length 3", "core:voice core:Editor"), "#Evidence-tier"),
        (f"INSERT DATA {{ GRAPH <{OURS}> {{ <film/tide> :length 3 }} }}", "evidence-graphs-are-described"),
        (evidence(OURS, "<person/p2bbb> a :Film"), "clash"),
        (evidence(OURS, "_:a :length 3"), "data-has-no-blank-nodes"),
    ],
)
def test_a_change_that_breaks_a_rule_changes_nothing(settings: Settings, text: str, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        write(settings, text)

    assert any(finding.rule.endswith(rule) for finding in refused.value.report)
    assert versions.current(settings.store) == 1
    assert [path.name for path in (settings.store / "versions").iterdir()] == ["1"]


def test_a_warning_lands_is_recorded_and_goes_with_its_cause(settings: Settings) -> None:
    assert write(settings, evidence(OURS, "<film/tide> rdfs:label 'Ebb'@de")).findings == {"Warning": 1}
    assert [one.thing for one in versions.findings(settings.store, 2)] == [f"{BASE}film/tide"]
    other = evidence("evidence/leaflet/w2", "<film/harbour> :length 91")
    assert write(settings, other).findings == {"Warning": 1}
    gone = f"DELETE WHERE {{ <{OURS}> ?p ?o }} ; DELETE WHERE {{ GRAPH <{OURS}> {{ ?s ?p ?o }} }}"
    assert write(settings, gone).findings == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"DELETE WHERE {{ GRAPH <{FOLDERS}> {{ ?s ?p ?o }} }}", "belongs to the graph's folder"),
        (f"INSERT DATA {{ GRAPH <{FOLDERS}> {{ <film/tide> :length 1 }} }}", "belongs to the graph's folder"),
        (f"INSERT DATA {{ <{FOLDERS}> core:hedge 'perhaps' }}", "belongs to the graph's folder"),
        ("INSERT DATA { GRAPH <graph/asserted> { <film/tide> :length 1 } }", "made by every commit"),
        ("CLEAR GRAPH <graph/shapes>", "made by every commit"),
        ("INSERT DATA { <film/tide> :length 1 }", "graph of its evidence"),
        ("CLEAR ALL", "(belongs|made by)"),
    ],
)
def test_what_belongs_to_others_is_refused_by_name(settings: Settings, text: str, said: str) -> None:
    with pytest.raises(Conflict, match=said):
        write(settings, text)

    assert versions.current(settings.store) == 1


def test_nobody_sets_the_mark_of_a_writer_by_hand(settings: Settings) -> None:
    write(settings, evidence(OURS, "<film/tide> :length 70", ABOUT + " ; core:enteredBy 'somebody'"))
    write(settings, f"DELETE DATA {{ <{OURS}> core:enteredBy 'c1' }}")
    write(settings, f"INSERT DATA {{ <{OURS}> core:enteredBy 'c2' }}")

    marks = {
        str(quad.object) for quad in ownership.entered(held(settings)) if quad.predicate == ownership.MARK
    }
    assert marks == {'"c1"'}
    assert versions.current(settings.store) == 2


def test_a_build_keeps_what_writers_entered(settings: Settings) -> None:
    written = write(settings, evidence(OURS, "<film/tide> :length 70"))

    assert commit.build(settings, progress=quietly) == written


def test_a_file_may_not_take_the_graph_of_a_writer(settings: Settings, graph: Path) -> None:
    write(settings, evidence(OURS, "<film/tide> :length 70"))
    (graph / "data" / "more.trig").write_text(
        f"@base <{BASE}> . @prefix : <{BASE}ontology#> . <{OURS}> {{ <film/tide> :length 1 . }}"
    )

    with pytest.raises(Refused) as refused:
        commit.build(replace(settings, graph=graph), progress=quietly)

    assert [one.rule for one in refused.value.report] == ["ownership"]


def test_a_writer_who_saw_another_version_is_told(settings: Settings) -> None:
    write(settings, evidence(OURS, "<film/tide> :length 70"), expected=1)

    with pytest.raises(MovedOn, match="Version 2 is in force, not 1"):
        write(settings, evidence("evidence/leaflet/w2", "<film/tide> :length 71"), expected=1)


def test_a_graph_is_put_with_its_description_changed_and_deleted(settings: Settings) -> None:
    def make(change: object) -> Version:
        return commit.write(settings, Request(change, CURATOR))

    body = f"""@base <{BASE}> . @prefix : <{BASE}ontology#> . @prefix core: <https://w3id.org/qgraph/core#> .
        <{OURS}> a core:Evidence ; {ABOUT} . <film/tide> :length 70 ."""
    make(Put(BASE + OURS, body.encode(), "turtle", guarded=True))
    assert facts(held(settings), OURS) == facts(held(settings), OURS) & facts(
        held(settings), "graph/asserted"
    )
    assert len(facts(held(settings), OURS)) == 1

    make(Put(BASE + OURS, body.replace("70", "71").encode(), "turtle", guarded=True))
    assert '"71"' in str(facts(held(settings), OURS))
    make(Patch(BASE + OURS, "DELETE { ?f ?p 71 } INSERT { ?f ?p 72 } WHERE { ?f ?p 71 }", LIMITS))
    assert '"72"' in str(facts(held(settings), OURS))
    with pytest.raises(RequestError, match="another graph"):
        make(Patch(BASE + OURS, "INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1 } }", LIMITS))
    with pytest.raises(SourceError, match="named graphs"):
        make(Put(BASE + OURS, b"<urn:g> { <urn:a> <urn:b> 1 }", "trig", guarded=True))
    last = make(Delete(BASE + OURS, guarded=True))
    assert last.digest == versions.describe(settings.store, 1).digest
    with pytest.raises(NotFound):
        make(Delete(BASE + OURS, guarded=True))


def test_a_dataset_is_merged(settings: Settings) -> None:
    body = f"""@base <{BASE}> . @prefix : <{BASE}ontology#> . @prefix core: <https://w3id.org/qgraph/core#> .
        <{OURS}> a core:Evidence ; {ABOUT} . <{OURS}> {{ <film/tide> :length 70 . }}"""
    commit.write(settings, Request(Merge(body.encode(), "trig", BASE), CURATOR))

    assert facts(held(settings), OURS)


@pytest.mark.parametrize(
    ("body", "syntax", "said"),
    [
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><rdf:RDF/>', "rdfxml", "DOCTYPE"),
        (b"<urn:a> <urn:b> " + b"[ <urn:b> " * 200 + b"1" + b"]" * 200 + b" .", "turtle", "nests deeper"),
        (b"<urn:a> <urn:b> ", "turtle", "Line 1"),
        (b'{"@context": "http://127.0.0.1:9/c", "a": 1}', "jsonld", "none is fetched"),
        (b"# Nothing is said.", "turtle", "Line 1: Expected RDF that says something"),
        (b"[" * 5000, "jsonld", "nests deeper"),
    ],
)
def test_an_upload_that_is_no_honest_rdf_is_refused(
    settings: Settings, body: bytes, syntax: str, said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        commit.write(settings, Request(Put(BASE + OURS, body, syntax, guarded=True), CURATOR))

    assert versions.current(settings.store) == 1


def test_a_change_of_nothing_makes_no_version(settings: Settings) -> None:
    assert write(settings, "DELETE DATA { <urn:a> <urn:b> <urn:c> }").number == 1
    assert write(settings, "DELETE WHERE { GRAPH <urn:none> { ?s ?p ?o } }").number == 1


SECRET = ABOUT.replace("core:Open", "core:Restricted ; core:reviewNote 'invented'@en")


def test_restricted_evidence_stands_in_the_full_layer_alone(settings: Settings) -> None:
    new = '<person/p3ccc> a :Person ; rdfs:label "Cem Example"@en . <film/tide> :madeBy <person/p3ccc>'
    before = versions.describe(settings.store, 1)
    published = write(settings, evidence(OURS, new, SECRET))

    assert "p3ccc" in str(list(held(settings, FULL)))
    assert "p3ccc" not in str(list(held(settings)))
    assert (published.digest, published.counts) == (before.digest, before.counts)
    files = [path for path in versions.folder(settings.store, 2).iterdir() if path.is_file()]
    told = {path.name for path in files if "p3ccc" in path.read_text()}
    assert told == {"full-changes"}
    made = f"<{BASE}person/p3ccc> <{BASE}ontology#made> <{BASE}film/tide>"
    assert made in facts(held(settings, FULL), "graph/inferred")

    write(settings, evidence("evidence/leaflet/w2", "<film/harbour> :length 91"))
    assert "p3ccc" in str(list(held(settings, FULL)))
    assert (
        facts(held(settings), "evidence/leaflet/w2")
        == facts(held(settings, FULL), "evidence/leaflet/w2")
        != set()
    )
    assert keeping.fault(settings.store, 3) == ""

    opened = f"DELETE DATA {{ <{OURS}> core:tier core:Restricted }} ; "
    opened += f"INSERT DATA {{ <{OURS}> core:tier core:Open }}"
    write(settings, opened)
    assert "p3ccc" in str(list(held(settings)))
    assert not versions.has(settings.store, 4, FULL)


def test_an_operators_restricted_folder_is_built_into_the_full_layer(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "more.trig").write_text(
        f"""@base <{BASE}> . @prefix : <{BASE}ontology#> . @prefix core: <https://w3id.org/qgraph/core#> .
        <{OURS}> a core:Evidence ; {SECRET} . <{OURS}> {{ <film/tide> :length 70 . }}"""
    )
    secret = replace(settings, restricted=tmp_path / "secret")
    public = versions.describe(settings.store, 1)
    built = commit.build(secret, progress=quietly)

    assert (built.number, built.digest) == (2, public.digest)
    assert facts(held(settings, FULL), OURS)
    assert not facts(held(settings), OURS)
    assert commit.build(secret, progress=quietly).number == 2
    assert commit.build(settings, progress=quietly).number == 3
    assert not versions.has(settings.store, 3, FULL)


# A small look and a whole look agree, on random changes to a graph whose shapes look in many ways.

MORE_SHAPES = f"""
@prefix : <{BASE}ontology#> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix s: <{BASE}shapes#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
s:a a sh:NodeShape ; sh:targetClass :Film ; sh:property s:b , s:c , s:d , s:e .
s:b a sh:PropertyShape ; sh:path ( :madeBy rdfs:label ) ; sh:minCount 1 ; sh:severity sh:Info .
s:c a sh:PropertyShape ; sh:path [ sh:inversePath :mocks ] ; sh:maxCount 1 ; sh:class :Film .
s:d a sh:PropertyShape ; sh:path [ sh:alternativePath ( :mocks [ sh:oneOrMorePath :madeBy ] ) ] ;
  sh:maxCount 2 ; sh:severity sh:Warning .
s:e a sh:PropertyShape ; sh:path :madeBy ;
  sh:node [ sh:or ( [ sh:property [ sh:path rdfs:label ; sh:minCount 1 ] ] [ sh:class :Film ] ) ] .
s:f a sh:NodeShape ; sh:targetSubjectsOf :mocks ;
  sh:not [ sh:property [ sh:path :length ; sh:minCount 1 ] ] .
s:g a sh:NodeShape ; sh:targetObjectsOf :madeBy ; sh:closed true ; sh:ignoredProperties ( rdfs:label ) ;
  sh:property [ sh:path :made ] , [ sh:path rdf:type ] .
s:h a sh:NodeShape ; sh:targetClass :Person ;
  sh:property [ sh:path :made ; sh:equals :mocks ; sh:severity sh:Info ] .
"""
THINGS = [f"<{BASE}film/f{n}>" for n in range(4)] + [f"<{BASE}person/p{n}aaa>" for n in range(3)]
WORDS = [":madeBy", ":made", ":mocks", ":length", "rdfs:label", "a"]


def random_fact(chance: random.Random) -> str:
    word = chance.choice(WORDS)
    value = {
        ":length": chance.choice(["1", "2", "'long'"]),
        "rdfs:label": chance.choice(["'A'@en", "'B'@en", "'C'"]),
        "a": chance.choice([":Film", ":Person"]),
    }.get(word) or chance.choice(THINGS)
    return f"{chance.choice(THINGS)} {word} {value} ."


def random_update(chance: random.Random) -> str:
    graph = f"<{BASE}evidence/leaflet/g{chance.randrange(4)}>"
    facts = " ".join(random_fact(chance) for _ in range(chance.randint(1, 3)))
    tier = chance.choice(["core:Open", "core:Sensitive", "core:Nothing"])
    reported = chance.choice(["", "a core:Reported ;"])
    return chance.choice(
        [
            f"INSERT DATA {{ {graph} a core:Evidence ; {reported} {ABOUT} . GRAPH {graph} {{ {facts} }} }}",
            f"INSERT DATA {{ GRAPH {graph} {{ {facts} }} }}",
            f"DELETE DATA {{ GRAPH {graph} {{ {facts} }} }}",
            f"DELETE WHERE {{ GRAPH {graph} {{ {chance.choice(THINGS)} ?p ?o }} }}",
            f"DELETE WHERE {{ {graph} ?p ?o }}",
            f"""DELETE {{ {graph} core:tier ?t }} INSERT {{ {graph} core:tier {tier} }}
            WHERE {{ {graph} core:tier ?t }}""",
            "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } FILTER(?o = 1) }",
        ]
    )


def random_steps(data: Store, names: Names, seed: int, count: int) -> Iterator[tuple[Delta, Step]]:
    chance = random.Random(seed)
    for _ in range(count):
        before = in_memory(data)
        change = Update(PREFIXES + random_update(chance), LIMITS, base=BASE).apply(data, before)
        change = ownership.settle(change, data, before, writer="c1")
        step = Step(before, data, names)
        yield increment.derive(change, step, reasons=False), step


@pytest.mark.parametrize("seed", range(3))
def test_a_look_at_what_a_change_touches_finds_what_a_look_at_all_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, request: pytest.FixtureRequest
) -> None:
    graph = Path(shutil.copytree(CASES / "tiny", tmp_path / "graph"))
    (graph / "shapes" / "more.ttl").write_text(MORE_SHAPES)
    monkeypatch.setattr(
        increment, "WORTH", 0
    )  # checks are asked about what is touched, however small the graph
    sources, names = find(graph), Names(BASE)
    data = in_memory(started(graph))
    known: list[Finding] = []
    refused = 0
    for change, step in random_steps(
        data, names, seed, count=500 if request.config.getoption("--soak") else 80
    ):
        found = increment.findings(change, step, checks=sources.checks, known=known)
        whole = increment.whole(data, names, sources.checks)

        assert sorted(map(about, found)) == sorted(map(about, whole))

        if Report(whole).conforms:
            known = whole
        else:
            change.undone().make(data)
            refused += 1
    assert refused


def about(finding: Finding) -> tuple[str, ...]:
    """Return what a finding is about; a message may hold the name of a blank node."""
    return finding.severity, finding.rule, finding.thing, finding.path, finding.value


def started(graph: Path) -> Iterator[Quad]:
    """Yield ontology and shapes as a version has them, and none of the data but the source."""
    loaded = load(find(graph))
    yield from (*loaded.ontology, *loaded.shapes)
    leaflet = NamedNode(f"{BASE}source/leaflet")
    yield from (one for one in loaded.data if one.subject == leaflet and one.graph_name == DefaultGraph())


RUN_TOGETHER = [
    f"DELETEWHERE {{ GRAPH <{FOLDERS}> {{ <film/harbour> :length 90 }} }}",
    f"CLEARGRAPH<{BASE}{FOLDERS}>",
    f"ADDGRAPH<{BASE}{OURS}>TO<{BASE}{FOLDERS}>",
]


@pytest.mark.parametrize("words", RUN_TOGETHER)
def test_words_that_run_together_hide_nothing_from_the_guard(settings: Settings, words: str) -> None:
    write(settings, evidence(OURS, "<film/tide> :length 70"))
    with pytest.raises(Conflict, match="belongs to the graph's folder"):
        write(settings, evidence("evidence/leaflet/w2", "<film/tide> :length 71") + " ; " + words)

    assert versions.current(settings.store) == 2
    assert keeping.fault(settings.store, 2) == ""


def test_a_mark_in_evidence_is_refused(settings: Settings) -> None:
    with pytest.raises(Conflict, match="written by qgraph alone"):
        write(settings, evidence(OURS, f"<{FOLDERS}> core:enteredBy 'c1' . <film/tide> :length 70"))


@pytest.mark.parametrize("thing", [FOLDERS, "source/leaflet"])
def test_evidence_tells_nothing_of_evidence_or_sources(settings: Settings, thing: str) -> None:
    with pytest.raises(Refused) as refused:
        write(settings, evidence(OURS, f"<{thing}> rdfs:label 'defaced'@en"))

    assert "evidence-is-no-thing" in [one.rule for one in refused.value.report]


def test_no_triple_is_a_value(settings: Settings) -> None:
    with pytest.raises(Refused) as refused:
        write(settings, evidence(OURS, "<film/tide> :length <<( <film/tide> :length 1 )>>"))

    assert [one.rule for one in refused.value.report] == ["triple-term"]


def test_what_has_been_public_is_hidden_by_correcting_alone(settings: Settings) -> None:
    write(settings, evidence(OURS, "<film/tide> :length 70"))

    with pytest.raises(Conflict, match="correct --tier Restricted"):
        write(
            settings,
            f"DELETE DATA {{ <{OURS}> core:tier core:Open }} ; INSERT DATA {{ <{OURS}> core:tier "
            "core:Restricted ; core:reviewNote 'Told.'@en }",
        )


def test_the_source_and_the_message_of_what_is_restricted_are_hidden_too(settings: Settings) -> None:
    text = f"""INSERT DATA {{ <source/secret> a core:Source ; rdfs:label "Secret"@en ;
      <http://purl.org/dc/terms/title> "Secret" ; core:edition "One."@en ; core:length 100 ;
      core:sha256 "{"ab" * 32}" ; <http://purl.org/dc/terms/license> <https://l.example/> .
      <source/secret#char=1,9> a core:Passage ; core:inSource <source/secret> ; core:start 1 ; core:end 9 ;
      core:paragraph 1 ; core:sentence 1 ; core:digest "{"cd" * 32}" .
      <evidence/secret/s1> a core:Evidence ; core:fromSource <source/secret> ;
      core:passage <source/secret#char=1,9> ; core:voice core:Narrator ; core:stated core:Explicit ;
      core:tier core:Restricted ; core:reviewNote "Invented."@en .
      GRAPH <evidence/secret/s1> {{ <film/tide> :length 70 }} }}"""
    write(settings, text, message="It comes from the secret source.")

    assert "secret" not in str(list(held(settings)))
    assert "secret" in str(list(held(settings, FULL)))
    assert versions.describe(settings.store, 2).message == ""
    assert versions.describe(settings.store, 2, FULL).message.startswith("It comes")


def test_an_operators_restricted_folder_holds_nothing_else(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "more.trig").write_text(
        f"""@base <{BASE}> . @prefix : <{BASE}ontology#> . @prefix core: <https://w3id.org/qgraph/core#> .
        <{OURS}> a core:Evidence ; {ABOUT} . <{OURS}> {{ <film/tide> :length 70 . }}"""
    )

    with pytest.raises(Refused) as refused:
        commit.build(replace(settings, restricted=tmp_path / "secret"), progress=quietly)
    assert [(one.rule, one.thing) for one in refused.value.report] == [("restricted", BASE + OURS)]


def test_what_moves_to_the_restricted_folder_is_not_told_in_the_changes(
    settings: Settings, graph: Path, tmp_path: Path
) -> None:
    told = f"""@base <{BASE}> . @prefix : <{BASE}ontology#> . @prefix core: <https://w3id.org/qgraph/core#> .
        <{OURS}> a core:Evidence ; TIER . <{OURS}> {{ <film/tide> :length 4711 . }}"""
    (graph / "data" / "more.trig").write_text(told.replace("TIER", ABOUT))
    commit.build(replace(settings, graph=graph), progress=quietly)
    (graph / "data" / "more.trig").unlink()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "more.trig").write_text(told.replace("TIER", SECRET))
    commit.build(replace(settings, graph=graph, restricted=tmp_path / "secret"), progress=quietly)

    assert versions.changes(settings.store, 3).read_text() == ""
    assert versions.describe(settings.store, 3).withheld > 0
