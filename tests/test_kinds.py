"""Kinds and their paths come from the ontology; what the server itself answers is no kind."""

from pathlib import Path

import pytest

from conftest import quietly
from qgraph import commit, kinds, versions
from qgraph.errors import Refused
from qgraph.load import load
from qgraph.settings import Settings
from qgraph.sources import find
from qgraph.web import create_app
from qgraph.web.serve import pool

FILM = 'core:pathSegment "film"'


def renamed(graph: Path, segment: str) -> None:
    path = graph / "ontology" / "tiny.ttl"
    path.write_text(path.read_text("utf-8").replace(FILM, f'core:pathSegment "{segment}"'), "utf-8")


def test_the_ontology_names_the_kinds(tiny: Settings) -> None:
    found = kinds.read(versions.open_version(tiny.store, 1), "https://tiny.example/")

    assert [one.segment for one in found] == ["evidence", "film", "person", "scheme", "source"]
    assert found[1] == kinds.Kind("film", "https://tiny.example/ontology#Film", "film")


def test_a_kind_that_would_stand_before_a_page_is_refused_with_its_line(graph: Path, tmp_path: Path) -> None:
    renamed(graph, "sparql")
    with pytest.raises(Refused) as refusal:
        commit.build(Settings(graph=graph, store=tmp_path / "store"), progress=quietly)

    (finding,) = refusal.value.report
    assert finding.rule == "path-segment"
    assert "The server itself answers under “sparql”" in finding.message
    assert finding.place
    assert finding.place.file.endswith("tiny.ttl")
    assert not (tmp_path / "store" / "current").exists()


@pytest.mark.parametrize(
    ("segment", "words"),
    [
        *((one, "The server itself") for one in ("versions", "graph", "static", "az", "export")),
        *((one, "is no path segment") for one in ("Film", "a/b", "film.ttl", "-film", "", ".well-known")),
    ],
)
def test_a_path_that_no_kind_may_have_is_found(graph: Path, segment: str, words: str) -> None:
    renamed(graph, segment)
    loaded = load(find(graph))

    (finding,) = kinds.findings(loaded.ontology, loaded.place_of_quad)
    assert words in finding.message


def test_every_path_of_the_server_is_reserved(tiny: Settings) -> None:
    with pool(tiny) as engine:
        rules = [rule.rule for rule in create_app(tiny, engine).url_map.iter_rules()]
    fixed = (rule.strip("/").removeprefix(".").partition("<")[0] for rule in rules)
    first = {rule.partition("/")[0].partition(".")[0].rstrip("-") for rule in fixed}

    assert {"dataset", "export", "sitemap", "well-known"} <= first
    assert first - {""} <= kinds.RESERVED
