"""`qgraph export`: the graph, a part of it, or the answer of a question, as a file."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, cast

import click

from qgraph import export as exports
from qgraph import process, query, questions, spreadsheets, versions
from qgraph.cli.frame import Meter, Progress, graph_command, written
from qgraph.formats import BY_FILE, BY_NAME, GRAPHS, RESULTS
from qgraph.query import Question, Spool, question_of
from qgraph.selection import Export, Selection
from qgraph.settings import Settings
from qgraph.versions import Version

FORMATS = click.Choice([name for name in BY_FILE if name != "csvw"])


@graph_command
@click.option("--format", "syntax", type=FORMATS, help="Format.  [default: turtle; of an answer csv]")
@click.option("--output", type=click.Path(dir_okay=False), default="-", help="File to write.")
@click.option("--kind", help="Only the things of one kind, such as film, with their surroundings.")
@click.option("--thing", help="Only one thing, such as film/home-within, with its surroundings.")
@click.option("--concepts", is_flag=True, help="Only the concepts and their schemes, as SKOS.")
@click.option("--question", help="The answer of the question of that name.")
@click.option("--param", "given", multiple=True, metavar="NAME=VALUE", help="A parameter of the question.")
@click.option("--no-inferred", is_flag=True, help="Leave out what was inferred.")
@click.option("--no-evidence", is_flag=True, help="Leave out who says so.")
@click.option("--bom", is_flag=True, help="Mark CSV as UTF-8, for Excel.")
def export(chosen: Settings, syntax: str | None, output: str, **options: object) -> None:
    """Write the published graph, a part of it, or the answer of a question.

    Beside the CSV file of a kind stand its metadata, which tell licence and rights.

    \b
    Example: qgraph export --kind film --format csv --output films.csv
    """
    version = versions.describe(chosen.store, versions.current(chosen.store))
    what = _what(options)
    Progress()("export")
    with written(output) as file:
        meter = Meter(file)
        if what == "question":
            asked = Export(syntax=syntax or "csv", bom=bool(options["bom"]))
            meter.write(_answer(chosen, str(options["question"]), asked, given=_given(options)))
        else:
            _write(chosen, version, _asked(options, what, syntax), output=meter)
        meter.end()
    if what == "kind" and syntax == "csv" and output != "-":
        with written(f"{output}-metadata.json") as file:
            told = replace(_asked(options, what, "csvw"), name=Path(output).name)
            _write(chosen, version, told, output=Meter(file))


def _what(options: dict[str, object]) -> str:
    """Return what is to be written. Raises UsageError for two things at once."""
    named = [name for name in ("kind", "thing", "concepts", "question") if options[name]]
    if len(named) > 1:
        raise click.UsageError(f"Choose one of {' and '.join(f'--{name}' for name in named)}.")
    if options["given"] and named != ["question"]:
        raise click.UsageError("--param goes with --question.")
    if named and named[0] in ("concepts", "question") and (options["no_inferred"] or options["no_evidence"]):
        raise click.UsageError(f"Nothing is left out with --{named[0]}.")
    return named[0] if named else "all"


def _given(options: dict[str, object]) -> dict[str, list[str]]:
    """Return the parameters of a question, each with its values. Raises UsageError."""
    given: dict[str, list[str]] = {}
    for one in cast("tuple[str, ...]", options["given"]):
        name, sign, value = one.partition("=")
        if not sign:
            raise click.UsageError(f"--param {one}: expected NAME=VALUE.")
        given.setdefault(name, []).append(value)
    return given


def _asked(options: dict[str, object], what: str, syntax: str | None) -> Export:
    name = str(options.get(what) or "") if what in ("kind", "thing") else ""
    selection = Selection(
        what, name, inferred=not options["no_inferred"], evidence=not options["no_evidence"]
    )
    return Export(selection, syntax or "turtle", bom=bool(options["bom"]))


def _write(chosen: Settings, version: Version, asked: Export, *, output: Meter) -> None:
    store = versions.open_version(chosen.store, version.number)
    exports.write(store, version, asked, output=cast("IO[bytes]", output), history=chosen.store)


def _answer(chosen: Settings, name: str, asked: Export, *, given: dict[str, list[str]]) -> bytes:
    """Return the answer of the question *name*, made in a process that may die."""
    version = versions.describe(chosen.store, versions.current(chosen.store))
    text = questions.bind(questions.named(questions.read(chosen.graph), name), given, version.base)
    kind = BY_NAME.get(asked.syntax)
    question = question_of(
        chosen,
        text=text,
        base=version.base,
        results=kind.name if kind in RESULTS and kind else "",
        triples=kind.name if kind in GRAPHS and kind else "",
    )
    work = partial(_answered, chosen, question, asked, version=version)
    return process.run(work, deadline=chosen.query_timeout, memory=chosen.process_memory)


def _answered(chosen: Settings, question: Question, asked: Export, *, version: Version) -> bytes:
    store = versions.open_version(chosen.store, version.number)
    with Spool(chosen.result_limit) as output:
        if asked.syntax in ("csv", "xlsx"):
            to = cast("IO[bytes]", output)
            spreadsheets.write_answer(store, question, asked, version=version, output=to)
        else:
            query.answer(store, question, prefixes=version.prefixes, output=output)
        return output.read()
