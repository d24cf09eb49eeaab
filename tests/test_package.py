"""The wheel: installed into an empty environment, it serves its graph from an empty folder."""

import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT, free_port


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_the_graph_and_the_licences(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    for folder in ("ontology", "shapes", "data", "queries"):
        held = {
            name.removeprefix("qgraph/graph/") for name in names if name.startswith(f"qgraph/graph/{folder}/")
        }
        assert held == {str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*") if path.is_file()}
    assert {"qgraph/graph/datasheet.md", "qgraph/graph/LICENSE-DATA"} <= set(names)
    for name in ("qgraph/py.typed", "qgraph/core/vocabulary.ttl", "qgraph/web/templates/base.html"):
        assert name in names
    assert [name.rpartition("/")[2] for name in names if "/licenses/" in name] == ["LICENSE", "LICENSE-DATA"]


def test_the_wheel_serves_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    environment, empty = tmp_path / "environment", tmp_path / "empty"
    empty.mkdir()
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    install = [environment / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, "--no-deps", "--require-hashes", "-r", ROOT / "requirements.txt"], check=True)
    subprocess.run([*install, "--no-deps", wheel], check=True)
    port = str(free_port())
    command = [environment / "bin" / "qgraph", "serve", "--port", port]
    with subprocess.Popen(command, cwd=empty, stdout=subprocess.PIPE, text=True) as server:
        try:
            said = server.stdout.readline() if server.stdout else ""
            with urllib.request.urlopen(
                f"http://127.0.0.1:{port}/sparql?format=csv&query=ASK+%7B%7D"
            ) as answer:
                told = answer.read()
        finally:
            server.terminate()

    assert f"http://127.0.0.1:{port}" in said
    assert told == b"true"
    assert (empty / "store" / "current").read_text() == "1\n"
