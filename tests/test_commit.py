from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import quietly
from qgraph import commit, versions
from qgraph.errors import Refused, SourceError
from qgraph.findings import Finding
from qgraph.settings import Settings
from qgraph.store import NamedNode, select, text_of

TINY = "https://tiny.example/"


def facts(settings: Settings, graph: str) -> set[str]:
    store = versions.open_version(settings.store, versions.current(settings.store))
    return {str(quad.triple) for quad in store.quads_for_pattern(None, None, None, NamedNode(TINY + graph))}


def test_a_reported_claim_is_no_fact(tiny: Settings) -> None:
    claim = f"<{TINY}film/tide> <{TINY}ontology#mocks> <{TINY}film/harbour>"

    assert claim in facts(tiny, "evidence/leaflet/p1-3")
    assert claim not in facts(tiny, "graph/asserted")


def test_an_interpretation_is_no_fact(graph: Path) -> None:
    def change(text: str) -> str:
        before, _, last = text.replace(" , core:Reported", "").rpartition("core:Explicit")
        return before + "core:Interpretation" + last

    settings = edited(graph, change)
    commit.build(settings, progress=quietly)

    assert facts(settings, "evidence/leaflet/p1-3")
    assert not any("mocks" in fact for fact in facts(settings, "graph/asserted"))


def test_what_follows_is_inferred_and_kept_apart(tiny: Settings) -> None:
    made = f"<{TINY}person/p1aaa> <{TINY}ontology#made> <{TINY}film/harbour>"

    assert made in facts(tiny, "graph/inferred")
    assert made not in facts(tiny, "graph/asserted")


def test_the_default_graph_is_facts_and_descriptions(tiny: Settings) -> None:
    store = versions.open_version(tiny.store, 1)
    default = {
        str(quad.triple)
        for quad in store.quads_for_pattern(None, None, None, None)
        if str(quad.graph_name) == "DEFAULT"
    }

    assert facts(tiny, "graph/asserted") | facts(tiny, "graph/inferred") <= default
    assert any("evidence/leaflet/p1-3> <https://w3id.org/qgraph/core#voice>" in one for one in default)


def edited(graph: Path, change: Callable[[str], str]) -> Settings:
    data = graph / "data" / "films.trig"
    data.write_text(change(data.read_text()))
    return Settings(graph=graph, store=graph.parent / "store")


def findings(settings: Settings) -> list[Finding]:
    with pytest.raises(Refused) as refusal:
        commit.build(settings, progress=quietly)
    return list(refusal.value.report)


BREACHES = {
    "a value of the wrong kind": (":length 90", ':length "long"', "Film-length", 20, "number of minutes"),
    "a fact without evidence": (
        "<source/leaflet> a core:Source",
        "film:lost :madeBy person:p1aaa .\n<source/leaflet> a core:Source",
        "facts-have-evidence",
        10,
        "",
    ),
    "an unknown property": (":length 90", ":lenght 90", "properties-are-declared", 20, ""),
    "an unknown class": ("person:p1aaa a :Person", "person:p1aaa a :Persona", "classes-are-declared", 21, ""),
    "a broken check of the folder": (
        "core:Evidence , core:Reported",
        "core:Evidence",
        "films-are-not-mocked",
        44,
        "mocks",
    ),
    "a clash": ("film:tide a :Film .", "film:tide a :Film , :Person .", "clash", 31, "contradict"),
    "a passage out of range": (
        'core:edition "The only one."@en .',
        """core:edition "The only one."@en ;
    core:length 100 .
<source/leaflet#char=90,120> a core:Passage ;
    core:inSource <source/leaflet> ; core:start 90 ; core:end 120 ;
    core:paragraph 1 ; core:sentence 1 ;
    core:digest "0000000000000000000000000000000000000000000000000000000000000000" .""",
        "passages-lie-in-their-source",
        17,
        "before its source is over",
    ),
    "a thing outside its kind": ("person:p1aaa", "film:p1aaa", "things-live-under-their-kind", 0, ""),
}


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_is_found_with_its_line(graph: Path, name: str) -> None:
    old, new, rule, line, words = BREACHES[name]
    found = findings(edited(graph, lambda text: text.replace(old, new)))
    breach = next(one for one in found if one.rule.endswith(rule))

    assert words in breach.message
    assert breach.place
    assert breach.place.file.endswith("films.trig")
    assert not line or breach.place.line == line


def test_a_refused_build_leaves_the_version_in_force(graph: Path) -> None:
    settings = edited(graph, str)
    commit.build(settings, progress=quietly)
    findings(edited(graph, lambda text: text.replace(":length 90", ':length "long"')))

    assert versions.current(settings.store) == 1
    assert [path.name for path in (settings.store / "versions").iterdir()] == ["1"]


def test_a_warning_lands_and_is_recorded(graph: Path) -> None:
    settings = edited(graph, lambda text: text.replace('"Tide"@en', '"Tide"@en , "Ebb"@en'))

    assert commit.build(settings, progress=quietly).findings == {"Warning": 1}


def test_the_files_data_is_replaced_by_a_build(graph: Path) -> None:
    settings = edited(graph, str)
    commit.build(settings, progress=quietly)
    second = commit.build(
        edited(graph, lambda text: text.replace(":length 90", ":length 91")), progress=quietly
    )

    lengths = select(
        versions.open_version(settings.store, second.number),
        "SELECT ?l { ?f <https://tiny.example/ontology#length> ?l }",
    )
    assert (second.number, second.parent) == (2, 1)
    assert [text_of(row["l"]) for row in lengths] == ["91"]


def test_a_curators_file_is_checked_as_if_it_lay_in_the_folder(tiny: Settings, tmp_path: Path) -> None:
    file = tmp_path / "new.trig"
    file.write_text("<evidence/leaflet/p9> { <film/new> a <ontology#Film> }")
    report = commit.validate(tiny, [file], progress=quietly)

    assert not report.conforms
    assert {finding.place.file for finding in report if finding.place} == {str(file)}
    assert commit.validate(tiny, progress=quietly).conforms


def test_a_file_that_is_not_rdf_is_a_report_of_validate(tiny: Settings, tmp_path: Path) -> None:
    file = tmp_path / "new.trig"
    file.write_text("<a> <b> .")

    assert [finding.rule for finding in commit.validate(tiny, [file], progress=quietly)] == ["syntax"]


def test_shapes_that_cannot_be_used_are_told_in_words(graph: Path) -> None:
    shapes = graph / "shapes" / "tiny.ttl"
    shapes.write_text(shapes.read_text().replace("sh:path :madeBy ;", ""))

    with pytest.raises(SourceError, match="shapes cannot be used"):
        commit.build(Settings(graph=graph, store=graph.parent / "store"), progress=quietly)


def test_a_check_without_a_rule_is_told_in_words(graph: Path) -> None:
    (graph / "ontology" / "checks" / "silent.rq").write_text("SELECT ?thing {}")

    with pytest.raises(SourceError, match=r"silent\.rq:1: expected “# rule:”"):
        commit.build(Settings(graph=graph, store=graph.parent / "store"), progress=quietly)


def test_a_new_store_starts_from_nothing(tiny: Settings, tmp_path: Path) -> None:
    version = commit.build(
        replace(tiny, store=tmp_path / "deep" / "store"), message="First.", progress=quietly
    )

    assert (version.number, version.message, version.curator) == (1, "First.", "folder")
