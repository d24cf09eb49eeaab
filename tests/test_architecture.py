"""The picture of the house, enforced: rows, wings, doors, sizes."""

import ast
from pathlib import Path

import pytest

from conftest import ROOT

SOURCE = ROOT / "src" / "qgraph"
ROWS = {
    "words": ["errors", "findings", "namespaces", "formats", "settings"],
    "ground": [
        *(
            "store",
            "bridge",
            "delta",
            "process",
            "wire",
            "versions",
            "former",
            "replay",
            "keeping",
            "suppression",
        ),
        *("tokens", "reports", "provenance", "passages", "outward", "output", "precheck", "wording"),
        *("layout", "kinds", "nearness", "sentences", "questions", "jsonld", "profiles", "faults", "facets"),
        *("folding", "fulltext"),
    ],
    "write": [
        *("sources", "load", "derive", "reason", "reach", "validate", "increment", "ownership"),
        *("edit", "folder", "guard", "traces", "forget", "archive", "bare", "commit", "history"),
    ],
    "read": [
        "engine",
        "pool",
        "query",
        "accept",
        "protocol",
        "tasks",
        "things",
        "descriptions",
        "statistics",
        "dataset",
        "vocabulary",
        "modules",
        "diagram",
        "nested",
        "catalog",
        "about",
        "selection",
        "sheets",
        "tables",
        "drawn",
        "spreadsheets",
        "export",
        "packages",
        "release",
        "portal",
    ],
    "edges": ["cli", "web", "__main__", "__init__"],
}
ABOVE = {
    "words": ["words"],
    "ground": ["words", "ground"],
    "write": ["words", "ground", "write"],
    "read": ["words", "ground", "read"],
    "edges": ["words", "ground", "read", "edges"],
}
TO_THE_WRITE_WING = {"commit", "history"}
DOORS = {
    "pyoxigraph": {"store"},
    "rdflib": {"bridge", "reason", "reach", "increment", "validate"},
    "owlrl": {"reason"},
    "pyshacl": {"validate"},
    "pyld": {"jsonld"},
    "xlsxwriter": {"sheets"},
    "markdown_it": {"portal"},
    "tantivy": {"fulltext"},
    "click": {"cli"},
    "flask": {"web"},
    "flask_babel": {"web"},
    "babel": {"web"},
    "httptools": {"web"},
    "orjson": {"wire"},
    "werkzeug": {"accept", "protocol", "web"},
}
CORE = [
    *("sources", "load", "derive", "reason", "validate", "folder", "commit", "versions", "store"),
    *("query", "export", "protocol", "web/sparql"),
]
FILES = sorted(SOURCE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def row_of(name: str) -> str:
    return next(row for row, rooms in ROWS.items() if name in rooms)


def imports(path: Path) -> set[str]:
    """Return the modules *path* imports, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def rooms_used(path: Path) -> set[str]:
    own = {name.split(".")[1] for name in imports(path) if name.startswith("qgraph.")}
    return {name for name in own if not name.startswith("_")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_from_rows_above_or_its_own(path: Path) -> None:
    allowed = {name for row in ABOVE[row_of(room(path))] for name in ROWS[row]}
    if row_of(room(path)) == "edges":
        allowed |= TO_THE_WRITE_WING

    assert rooms_used(path) <= allowed


@pytest.mark.parametrize("library", DOORS)
def test_a_library_has_its_door(library: str) -> None:
    users = {room(path) for path in FILES if any(name.split(".")[0] == library for name in imports(path))}

    assert users <= DOORS[library]
    assert users


def test_every_module_has_its_place_in_the_picture() -> None:
    assert {room(path) for path in FILES} == {name for rooms in ROWS.values() for name in rooms}


def test_the_query_processes_import_no_server_and_no_reasoner() -> None:
    waiting, seen = {"pool"}, set()
    while waiting:
        seen.add(name := waiting.pop())
        files = [one for one in FILES if room(one) == name]
        waiting |= {used for one in files for used in rooms_used(one)} - seen

    assert seen.isdisjoint({"web", "cli", "reason", "validate", "bridge", "commit"})


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_and_its_functions_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    for function in functions(path):
        assert (function.end_lineno or 0) - function.lineno < 50, function.name
        positional = [one.arg for one in function.args.args if one.arg not in ("self", "cls")]
        assert len(positional) <= 3, function.name
        assert len(positional + function.args.kwonlyargs) <= 5, function.name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_nothing_is_caught_blindly_or_imported_late(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            assert getattr(node.type, "id", "") not in ("Exception", "BaseException"), node.lineno
    for function in functions(path):
        assert not any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(function)), (
            function.name
        )


def lines_of(name: str) -> int:
    return len((SOURCE / f"{name}.py").read_text(encoding="utf-8").splitlines())


def test_the_core_and_the_whole_stay_small() -> None:
    assert sum(lines_of(name) for name in CORE) < 1_900
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in FILES) < 20_500


def test_only_settings_reads_the_environment() -> None:
    readers = {room(path) for path in FILES if "environ" in path.read_text(encoding="utf-8")}

    assert readers == {"settings"}


def test_nothing_particular_to_one_graph_is_in_the_code() -> None:
    words = ("azerbaijan", "baku", "queer", "hajiyeva", "gv-2025")
    own = [*FILES, *(SOURCE / "web").rglob("*.html"), *SOURCE.glob("*.rq"), *(SOURCE / "core").rglob("*")]
    for path in own:
        if path.is_file() and "__pycache__" not in path.parts:
            text = path.read_text(encoding="utf-8").lower()
            assert not [word for word in words if word in text], path
