"""The documents say what is so: their commands run, their links lead somewhere."""

import importlib.util
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from conftest import ROOT, free_port, serving
from qgraph.cli import main
from qgraph.cli.tokens import token
from qgraph.settings import Settings

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
ADDRESS = re.compile(r"(localhost|127\.0\.0\.1):8000")


def commands_of(page: Path) -> list[tuple[str, str]]:
    """Return each command of *page* with the output it promises."""
    found = []
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


SHOWN = [(page, *command) for page in PAGES for command in commands_of(page)]
SERVE = ("make serve",)


@pytest.fixture(scope="module")
def surroundings(real: Settings) -> Iterator[tuple[str, dict[str, str]]]:
    """A server over the real graph, and an environment in which `qgraph` is the one under test."""
    path = f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"
    with serving(real.graph, real.store) as address:
        yield address, os.environ | {"PATH": path, "QGRAPH_STORE": str(real.store)}


def pattern_of(output: str) -> re.Pattern[str]:
    """Return what *output* promises: a line of … stands for any lines."""
    return re.compile(re.escape(output.strip()).replace("…", ".*"), re.DOTALL)


@pytest.mark.parametrize(
    ("page", "command", "output"),
    [shown for shown in SHOWN if shown[1] not in SERVE],
    ids=lambda value: value.name if isinstance(value, Path) else value[:40],
)
def test_a_command_shown_gives_the_output_shown(
    surroundings: tuple[str, dict[str, str]], page: Path, command: str, output: str
) -> None:
    address, environment = surroundings
    here = ADDRESS.sub(address.removeprefix("http://"), command)
    told = subprocess.run(
        ["bash", "-c", here], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert told.stderr == ""
    assert pattern_of(output).fullmatch(told.stdout.replace("\r\n", "\n").strip()), (
        f"{page.name}: {told.stdout}"
    )


def test_make_serve_prints_its_address_and_answers(tmp_path: Path) -> None:
    port = str(free_port())
    environment = os.environ | {"QGRAPH_STORE": str(tmp_path / "store")}
    command = ["make", "serve", f"PORT={port}"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        timer = threading.Timer(120, server.kill)
        timer.start()
        lines = iter(server.stdout.readline, "") if server.stdout else iter(())
        said = next((line for line in lines if line.startswith("Serving")), "")
        os.killpg(server.pid, 15)
        timer.cancel()

    assert said == f"Serving on http://127.0.0.1:{port} (Ctrl-C ends it)\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec) if spec else ModuleType("none")
    if spec and spec.loader:
        spec.loader.exec_module(module)
    return module


def test_the_reference_is_what_the_code_says() -> None:
    written = {
        path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "reference").glob("*.md")
    }

    assert written == generator().pages(), "run “make docs”"


@pytest.mark.parametrize("name", [*main.commands, *(f"token {name}" for name in token.commands)])
def test_every_command_is_documented(name: str) -> None:
    assert f"qgraph {name}" in (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")


def test_the_changelog_has_something_to_tell() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.search(r"## \[Unreleased\]\n\n### Added\n\n\* ", text)


def test_nothing_names_a_registry_or_a_path_of_a_machine() -> None:
    told = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in told.stdout.splitlines():
        path = ROOT / name
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""  # pictures too
        hosts = "pypi" + ".org", "files.pythonhosted" + ".org", "registry.npmjs" + ".org", "/work/" + "main"
        assert not [host for host in hosts if host in text], name
