"""The command line: the only place that prints or exits, and the only door to click."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial, wraps
from pathlib import Path
from typing import Any, BinaryIO

import click

from qgraph import __version__, commit, passages, process, query, settings, versions
from qgraph.errors import QgraphError, Refused, SettingsError
from qgraph.export import export as exported
from qgraph.findings import Report
from qgraph.formats import BY_NAME, GRAPHS, RESULTS
from qgraph.query import Question, Spool, question_of
from qgraph.settings import Settings
from qgraph.versions import Version
from qgraph.web.serve import serve as serve_graph

Command = Callable[..., None]
FOLDER = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
SERVING = ("host", "port", "query_timeout", "bare", "open_writes", "public_url", "allow_service")
STAGES = {
    "load": "reading the files",
    "reason": "drawing the inferences",
    "validate": "checking shapes and rules",
    "publish": "publishing the version",
    "export": "writing the export",
}


class Group(click.Group):
    """Tells an error in one sentence and exits with 1; wrong usage exits with 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what it says no to into a message."""
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            _print_report(refusal.report, file=sys.stderr)
            click.echo(f"Error: {refusal}", err=True)
        except QgraphError as error:
            click.echo(f"Error: {error}", err=True)
        except BrokenPipeError:
            sys.stderr.close()
        return ctx.exit(1)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="qgraph")
def main() -> None:
    """Build, check and serve a knowledge graph in which each fact has its evidence."""


def graph_command(function: Command) -> Command:
    """Make *function* a command with --graph and --store, read into Settings."""

    @main.command(name=function.__name__.replace("_", "-").removesuffix("-command"))
    @click.option("--graph", type=FOLDER, help="Folder with ontology, shapes, data and queries.")
    @click.option("--store", type=FOLDER, help="Folder that keeps the versions.  [default: store]")
    @wraps(function)
    def command(graph: Path | None, store: Path | None, **options: Any) -> None:
        given = {name: options.pop(name) for name in SERVING if name in options}
        function(settings.read(graph=graph, store=store, **given), **options)

    return command


@graph_command
@click.option("--message", default="", help="What changed, for the history.")
@click.option("--json", "as_json", is_flag=True, help="Print the version as JSON.")
def build(chosen: Settings, message: str, *, as_json: bool) -> None:
    """Make a version of the folder's files, if they keep every rule.

    \b
    Example: qgraph build --message "Two screenings added"
    """
    version = commit.build(chosen, message=message, progress=Progress())
    if as_json:
        click.echo(json.dumps(asdict(version), indent=2, ensure_ascii=False))
    else:
        counted = ", ".join(f"{number} {what}" for what, number in version.counts.items())
        click.echo(f"Version {version.number} is in force: {counted}.\ndigest {version.digest}")


@graph_command
@click.option("--host", help="Address to serve on.  [default: 127.0.0.1]")
@click.option("--port", type=int, help="Port to serve on.  [default: 8000]")
@click.option("--query-timeout", type=float, help="Seconds a query may take.  [default: 30]")
@click.option("--bare", is_flag=True, default=None, help="Serve a plain store: no ontology, no shapes.")
@click.option(
    "--open-writes", is_flag=True, default=None, help="Let anyone on this machine write; with --bare only."
)
@click.option("--public-url", help="Address under which readers know the server.")
@click.option(
    "--allow-service", metavar="URL", help="The one SPARQL service that SERVICE in a query may ask."
)
def serve(chosen: Settings) -> None:
    """Serve the graph; build it first if there is no version yet.

    \b
    Example: qgraph serve --port 8080
    """
    if chosen.bare:
        commit.start_bare(chosen)
    elif not (chosen.store / "current").exists():
        commit.build(chosen, progress=Progress())
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    serve_graph(chosen, ready=lambda: click.echo(f"Serving on http://{host}:{chosen.port} (Ctrl-C ends it)"))


@graph_command
@click.argument("text")
@click.option(
    "--format", "syntax", type=click.Choice([f.name for f in RESULTS + GRAPHS]), help="Format of the answer."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--query-timeout", type=float, help="Seconds the query may take.  [default: 30]")
def query_command(chosen: Settings, text: str, syntax: str | None, *, as_json: bool) -> None:
    """Answer TEXT, a SPARQL query, a file that holds one, or - for standard input.

    \b
    Example: qgraph query "SELECT ?film WHERE { ?film a <https://w3id.org/qgraph/ontology#Film> }"
    """
    version = versions.describe(chosen.store, versions.current(chosen.store))
    wanted = "json" if as_json else syntax or "tsv"
    question = question_of(
        chosen,
        text=_query_text(text),
        results=wanted if BY_NAME[wanted] in RESULTS else "json",
        triples=wanted if BY_NAME[wanted] in GRAPHS else "turtle",
        base=version.base,
    )
    work = partial(_answered, chosen, question, version)
    answer = process.run(work, deadline=chosen.query_timeout, memory=chosen.process_memory)
    sys.stdout.buffer.write(answer if answer.endswith(b"\n") else answer + b"\n")


def _answered(chosen: Settings, question: Question, version: Version) -> bytes:
    with Spool(chosen.result_limit) as output:
        store = versions.open_version(chosen.store, version.number)
        query.answer(store, question, prefixes=version.prefixes, output=output)
        return output.read()


def _query_text(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    if any(mark.isspace() for mark in text) and not Path(text[:255]).is_file():
        return text
    try:
        return Path(text).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{text}: neither a query nor a file that holds one: {error}.") from error


@graph_command
@click.argument("files", nargs=-1, type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def validate(chosen: Settings, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Check the folder, and the data FILES as if they lay in it; publish nothing.

    \b
    Example: qgraph validate new-screenings.trig
    """
    report = commit.validate(chosen, files, progress=Progress())
    _tell(report, as_json=as_json, fine="Every shape and rule is kept.")


@graph_command
@click.option(
    "--format", "syntax", type=click.Choice([f.name for f in GRAPHS]), default="turtle", show_default=True
)
@click.option("--output", type=click.File("wb", lazy=True, atomic=True), default="-", help="File to write.")
def export(chosen: Settings, syntax: str, output: BinaryIO) -> None:
    """Write the published graph: one graph of facts, or the whole dataset as TriG or N-Quads.

    \b
    Example: qgraph export --format jsonld --output graph.jsonld
    """
    number = versions.current(chosen.store)
    version = versions.describe(chosen.store, number)
    Progress()("export")
    output.write(exported(versions.open_version(chosen.store, number), version, BY_NAME[syntax]))


@graph_command
@click.argument("words")
@click.option("--text", type=FILE, required=True, help="The text of the source.")
@click.option("--json", "as_json", is_flag=True, help="Print the positions as JSON.")
def passage(chosen: Settings, words: str, text: Path, *, as_json: bool) -> None:
    """Print where WORDS stand in a text, in code points, with the digest of a passage.

    \b
    Example: qgraph passage "nearly twenty" --text article.txt
    """
    found = passages.find(_source_text(text), words)
    if not found:
        raise SettingsError(f"These words do not stand in {text}.")
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2))
    else:
        for one in found:
            where = f"paragraph {one.paragraph}, sentence {one.sentence}"
            click.echo(f"#char={one.start},{one.end}  {where}  digest {one.digest}")


@graph_command
@click.option("--text", type=FILE, required=True, help="The text of the source.")
@click.option("--source", default="", help="IRI of the source, where there are several texts.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def check_passages(chosen: Settings, text: Path, source: str, *, as_json: bool) -> None:
    """Check that each passage stands where the data says, with the same words.

    \b
    Example: qgraph check-passages --text article.txt
    """
    report = commit.check_passages(chosen, _source_text(text), source)
    _tell(report, as_json=as_json, fine="Every passage stands in the text.")


def _source_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not text in UTF-8: {error}.") from error


def _tell(report: Report, *, as_json: bool, fine: str) -> None:
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
    else:
        _print_report(report, file=sys.stdout)
        number = len(report.findings)
        click.echo(fine if not number else f"{number} finding{'s' if number > 1 else ''}.")
    if not report.conforms:
        click.get_current_context().exit(1)


def _print_report(report: Report, *, file: Any) -> None:
    for finding in report:
        click.echo(str(finding), file=file)


@dataclass(frozen=True)
class Progress:
    """Shows each stage as it begins, with the seconds since the start, on a terminal only."""

    started: float = field(default_factory=time.monotonic)

    def __call__(self, stage: str) -> None:
        """Show that *stage* begins."""
        if sys.stderr.isatty():
            seconds = time.monotonic() - self.started
            click.echo(f"{seconds:5.1f} s  {STAGES[stage]} …", err=True)
