from pathlib import Path

import pytest

from qgraph import settings
from qgraph.errors import SettingsError


def test_what_is_given_goes_before_the_environment_and_that_before_the_default() -> None:
    environment = {"QGRAPH_PORT": "9000", "QGRAPH_WORKERS": "3", "QGRAPH_STORE": "/there"}
    chosen = settings.read(environment, port=9001, host=None)

    assert (chosen.port, chosen.workers, chosen.host, chosen.store) == (9001, 3, "127.0.0.1", Path("/there"))


@pytest.mark.parametrize("written", ["many", "-1", "0", "1.5"])
def test_a_number_that_is_none_is_refused_in_words(written: str) -> None:
    with pytest.raises(SettingsError, match=f"workers is {written}, expected"):
        settings.read({"QGRAPH_WORKERS": written})


@pytest.mark.parametrize("written", ["nan", "inf", "-3"])
def test_a_time_must_be_finite(written: str) -> None:
    with pytest.raises(SettingsError, match="query_timeout"):
        settings.read({"QGRAPH_QUERY_TIMEOUT": written})


def test_this_folder_is_the_graph_if_it_holds_one(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(graph)
    assert settings.read({}).graph == graph

    monkeypatch.chdir(graph.parent)
    assert (settings.read({}).graph / "ontology" / "qgraph.ttl").is_file()
