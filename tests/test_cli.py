import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from conftest import CASES, free_port
from qgraph.cli import main
from qgraph.settings import Settings

Run = Callable[..., Result]
TINY = CASES / "tiny"
FILMS = "SELECT ?film { ?film a <https://tiny.example/ontology#Film> } ORDER BY ?film"


def test_build_names_the_version_and_its_digest(run: Run) -> None:
    first = run("build", "--graph", TINY)
    second = run("build", "--graph", TINY, "--json")

    assert first.exit_code == 0
    assert first.stdout.startswith("Version 1 is in force: ")
    assert json.loads(second.stdout)["digest"] in first.stdout
    assert json.loads(second.stdout)["number"] == 1


def test_a_refused_build_prints_findings_with_file_and_line(run: Run, graph: Path) -> None:
    data = graph / "data" / "films.trig"
    data.write_text(data.read_text().replace(":length 90", ':length "long"'))
    refused = run("build", "--graph", graph)

    assert refused.exit_code == 1
    assert f"{data}:20: Violation: A film's length is a number of minutes" in refused.stderr
    assert "Film-length" in refused.stderr
    assert "nothing has changed" in refused.stderr
    assert refused.stdout == ""


def test_a_file_that_is_not_rdf_is_told_with_its_line(run: Run, graph: Path) -> None:
    (graph / "data" / "bad.ttl").write_text("\n<a> <b> .\n")
    refused = run("build", "--graph", graph)

    assert refused.exit_code == 1
    assert f"{graph / 'data' / 'bad.ttl'}:2: Violation: Expected RDF" in refused.stderr


def test_a_clash_is_told_with_the_thing(run: Run, graph: Path) -> None:
    data = graph / "data" / "films.trig"
    data.write_text(data.read_text().replace("film:tide a :Film .", "film:tide a :Film , :Person ."))
    refused = run("build", "--graph", graph)

    assert refused.exit_code == 1
    assert "Disjoint classes" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["build", "--graph", "nowhere"], "Error: nowhere is no graph folder: it has no ontology"),
        (["query", "ASK {}"], "Error: store holds no version yet: run “qgraph build” first."),
        (["export"], "Error: store holds no version yet"),
        (["query", "nothing.rq", "--store", "tiny"], "neither a query nor a file that holds one"),
        (["query", "SELECT * { ?s ?p }", "--store", "tiny"], "line 1, column 18"),
        (["query", "SELECT * { SERVICE <x:y> {} }", "--store", "tiny"], "SERVICE is not allowed"),
        (["passage", "no such words", "--text", "text.txt"], "These words do not stand in text.txt."),
        (["passage", "words", "--text", "bytes.txt"], "is not text in UTF-8"),
        (["check-passages", "--text", "text.txt", "--graph", str(TINY)], "one of: none"),
        (
            ["serve", "--port", "99999", "--graph", str(TINY), "--store", "tiny"],
            "Cannot serve on 127.0.0.1, port 99999",
        ),
        (
            ["serve", "--query-timeout", "0", "--graph", str(TINY)],
            "query_timeout is 0.0, expected more than 0.",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_1(
    run: Run, tiny: Settings, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    (tmp_path / "tiny").symlink_to(tiny.store)
    (tmp_path / "text.txt").write_text("Some words.")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe")
    refused = run(*arguments)

    assert refused.exit_code == 1
    assert sentence in refused.stderr
    assert "Traceback" not in refused.output
    assert refused.stdout == ""


@pytest.mark.parametrize(
    "arguments",
    [["query"], ["build", "--nonsense"], ["nonsense"], ["export", "--format", "docx"], ["passage", "x"]],
)
def test_wrong_usage_is_exit_code_2(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_port_in_use_is_told_in_words(run: Run, tiny: Settings, address: str) -> None:
    port = address.rpartition(":")[2]
    refused = run("serve", "--port", port, "--graph", tiny.graph, "--store", tiny.store)

    assert refused.exit_code == 1
    assert f"Cannot serve on 127.0.0.1, port {port}: Address already in use." in refused.stderr


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        ([], b"?film\n<https://tiny.example/film/harbour>\n"),
        (["--format", "csv"], b"film\r\nhttps://tiny.example/film/harbour\r\n"),
        (["--json"], b'{"head":{"vars":["film"]}'),
        (["--format", "xml"], b"<?xml"),
    ],
)
def test_query_answers_in_each_format(run: Run, tiny: Settings, options: list[str], begins: bytes) -> None:
    assert run("query", FILMS, "--store", tiny.store, *options).stdout_bytes.startswith(begins)


def test_query_reads_a_file_or_standard_input(run: Run, tiny: Settings, tmp_path: Path) -> None:
    (tmp_path / "films.rq").write_text(FILMS)
    from_file = run("query", "films.rq", "--store", tiny.store)
    from_input = run("query", "-", "--store", tiny.store, input=FILMS)

    assert from_file.stdout == from_input.stdout
    assert "harbour" in from_file.stdout


def test_query_writes_a_graph(run: Run, tiny: Settings) -> None:
    told = run("query", "DESCRIBE <film/harbour>", "--format", "ntriples", "--store", tiny.store)

    assert "<https://tiny.example/film/harbour> <https://tiny.example/ontology#length>" in told.stdout


def test_a_query_that_never_ends_is_stopped(run: Run, tiny: Settings) -> None:
    killer = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?o ?p }"
    stopped = run("query", killer, "--query-timeout", "0.5", "--store", tiny.store)

    assert stopped.exit_code == 1
    assert "Stopped after 0.5 seconds" in stopped.stderr


def test_validate_says_that_all_is_well(run: Run) -> None:
    assert run("validate", "--graph", TINY).stdout == "Every shape and rule is kept.\n"


def test_validate_finds_faults_in_a_curators_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "new.trig").write_text("<evidence/leaflet/p9> { <film/new> a <ontology#Film> . }")
    told = run("validate", "new.trig", "--graph", TINY)
    as_json = run("validate", "new.trig", "--graph", TINY, "--json")

    assert (told.exit_code, as_json.exit_code) == (1, 1)
    assert "new.trig:1: Violation: " in told.stdout
    assert told.stdout.endswith(" finding.\n")
    assert json.loads(as_json.stdout)["conforms"] is False


def test_a_file_of_another_kind_is_told_in_words(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no data")
    told = run("validate", "notes.txt", "--graph", TINY)

    assert told.exit_code == 1
    assert "notes.txt:1: Violation: Expected a name that ends in one of .ttl" in told.stdout


@pytest.mark.parametrize("syntax", ["turtle", "trig", "ntriples", "nquads", "rdfxml", "jsonld"])
def test_export_writes_to_the_terminal_or_a_file(
    run: Run, tiny: Settings, tmp_path: Path, syntax: str
) -> None:
    shown = run("export", "--format", syntax, "--store", tiny.store)
    run("export", "--format", syntax, "--output", "graph", "--store", tiny.store)

    assert b"tiny.example" in shown.stdout_bytes
    assert (tmp_path / "graph").read_bytes() == shown.stdout_bytes


def test_a_passage_is_found_and_checked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("The tide\ncomes in. The tide goes out.")
    told = run("passage", "The tide", "--text", "text.txt")
    as_json = run("passage", "The tide", "--text", "text.txt", "--json")

    assert [line.split("  ")[:2] for line in told.stdout.splitlines()] == [
        ["#char=0,8", "paragraph 1, sentence 1"],
        ["#char=19,27", "paragraph 2, sentence 2"],
    ]
    assert [one["start"] for one in json.loads(as_json.stdout)] == [0, 19]


def test_passages_of_the_article_are_checked(run: Run, article: Path, tmp_path: Path) -> None:
    graph = Path(__file__).parents[1]
    (tmp_path / "other.txt").write_text(article.read_text(encoding="utf-8")[100:], encoding="utf-8")
    right = run("check-passages", "--graph", graph, "--text", article)
    wrong = run("check-passages", "--graph", graph, "--text", "other.txt")

    assert right.stdout == "Every passage stands in the text.\n"
    assert wrong.exit_code == 1
    assert "passages.trig:" in wrong.stdout


COMMANDS = [
    (f"{name} {inner}" if inner else name)
    for name, command in main.commands.items()
    for inner in (command.commands if isinstance(command, click.Group) else [""])
]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_helps_with_an_example(run: Run, name: str) -> None:
    told = run(*name.split(), "--help")

    assert told.exit_code == 0
    assert f"Example: qgraph {name} " in told.stdout
    assert "--graph" in told.stdout
    assert "--store" in told.stdout


def test_the_stages_are_shown_on_a_terminal_only(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "qgraph",
        "build",
        "--graph",
        str(TINY),
        "--store",
        str(tmp_path / "store"),
    ]
    ours, theirs = os.openpty()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=theirs, check=True)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    os.close(theirs)
    silent = subprocess.run(command, capture_output=True, check=True)

    assert "drawing the inferences" in shown
    assert silent.stderr == b""


def test_a_reader_that_leaves_early_is_no_error(tiny: Settings) -> None:
    command = f"{sys.executable} -m qgraph export --format nquads --store {tiny.store} | head -1"
    told = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)

    assert "Traceback" not in told.stderr


def test_the_server_starts_from_an_empty_folder(tmp_path: Path) -> None:
    port = str(free_port())
    command = [sys.executable, "-m", "qgraph", "serve", "--port", port, "--graph", str(TINY)]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        timer = threading.Timer(30, server.kill)
        timer.start()
        said = server.stdout.readline() if server.stdout else ""
        server.terminate()
        code = server.wait(10)
        timer.cancel()

    assert said == f"Serving on http://127.0.0.1:{port} (Ctrl-C ends it)\n"
    assert code == 0
    assert (tmp_path / "store" / "current").read_text() == "1\n"
