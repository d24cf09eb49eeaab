"""What every command shares: errors as sentences, options, reports and progress."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import IO, Any

import click

from qgraph import __version__, settings
from qgraph.errors import QgraphError, Refused, SettingsError
from qgraph.findings import Report

Command = Callable[..., None]
FOLDER = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
SERVING = (
    *("host", "port", "query_timeout", "bare", "open_writes", "languages", "public_url", "allow_service"),
    *("admin_token_file", "trust_proxy", "restricted", "source_text"),
)
COUNTED = 10
STAGES = {
    "load": "reading the files",
    "reason": "drawing the inferences",
    "validate": "checking shapes and rules",
    "publish": "publishing the version",
    "export": "writing the export",
    "dumps": "writing the dumps",
    "questions": "answering the questions",
    "pages": "copying the pages",
    "pack": "packing",
}


class Group(click.Group):
    """Tells an error in one sentence and exits with 1; wrong usage exits with 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what it says no to into a message."""
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            print_report(refusal.report, file=sys.stderr)
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


def graph_command(function: Command, group: click.Group = main) -> Command:
    """Make *function* a command of *group* with --graph and --store, read into Settings."""

    @group.command(name=function.__name__.replace("_", "-").removesuffix("-command"))
    @click.option("--graph", type=FOLDER, help="Folder with ontology, shapes, data and queries.")
    @click.option("--store", type=FOLDER, help="Folder that keeps the versions.  [default: store]")
    @wraps(function)
    def command(graph: Path | None, store: Path | None, **options: Any) -> None:
        given = {name: options.pop(name) for name in SERVING if name in options}
        function(settings.read(graph=graph, store=store, **given), **options)

    return command


def tell(report: Report, *, as_json: bool, fine: str) -> None:
    """Print *report*, or that all is *fine*; exit with 1 where it does not conform."""
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
    else:
        print_report(report, file=sys.stdout)
        number = len(report.findings)
        click.echo(fine if not number else f"{number} finding{'s' if number > 1 else ''}.")
    if not report.conforms:
        click.get_current_context().exit(1)


def print_report(report: Report, *, file: Any) -> None:
    """Print each finding of *report* to *file*."""
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

    def count(self, done: int) -> None:
        """Show every now and then that so many are *done* of a stage."""
        if done % COUNTED == 0 and sys.stderr.isatty():
            click.echo(f"{done:13,}\r", nl=False, err=True)


@contextmanager
def written(name: str) -> Iterator[IO[bytes]]:
    """Open the file *name*, or - for standard output; it is there once all of it is written.

    Raises SettingsError where it cannot be.
    """
    if name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(name)
    plain = path.is_file() or not path.exists()  # and no device, which must not be replaced
    # click's own atomic file takes the place of the old one after an error too
    part = path.with_name(f".{path.name}.{os.getpid()}") if plain else path
    try:
        with part.open("xb" if plain else "wb") as file:
            yield file
        if plain:
            part.replace(path)
    except OSError as error:
        raise SettingsError(f"{name} cannot be written: {error.strerror or error}.") from error
    finally:
        if plain:
            part.unlink(missing_ok=True)


class Meter:
    """Writes on to *output*; on a terminal, shows once a second how much has been written."""

    def __init__(self, output: IO[bytes]) -> None:
        self.output = output
        self.size = 0
        self.shown = time.monotonic()
        self.tells = sys.stderr.isatty()

    def write(self, chunk: bytes) -> int:
        """Write *chunk* and return its length."""
        self.size += len(chunk)
        if self.tells and time.monotonic() - self.shown > 1:
            self.shown = time.monotonic()
            click.echo(f"\r{self.size / 1e6:9.1f} MB written", nl=False, err=True)
        return self.output.write(chunk)

    def flush(self) -> None:
        """Have what was written go on."""
        self.output.flush()

    def end(self) -> None:
        """Go to a line of its own, where something was shown."""
        if self.tells and self.size:
            click.echo(f"\r{self.size / 1e6:9.1f} MB written", err=True)


def text_of_query(text: str) -> str:
    """Return *text*, what the file of that name holds, or standard input. Raises SettingsError."""
    if text == "-":
        return sys.stdin.read()
    if any(mark.isspace() for mark in text) and not Path(text[:255]).is_file():
        return text
    try:
        return Path(text).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{text}: neither a query nor a file that holds one: {error}.") from error
