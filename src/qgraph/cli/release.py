"""The command that makes a release."""

from dataclasses import replace
from pathlib import Path

import click

from qgraph import history, keeping, release, versions
from qgraph.cli.frame import FOLDER, Progress, graph_command
from qgraph.engine import Engine, Task
from qgraph.release import Hands
from qgraph.settings import Settings
from qgraph.web import create_app
from qgraph.web.mirror import AT_ONCE, Mirror
from qgraph.web.serve import pool


@graph_command
@click.argument("number")
@click.option("--output", type=FOLDER, default="dist", show_default=True, help="Folder to make it in.")
@click.option(
    "--version", "named", default="", help="Number or tag of a version.  [default: the one in force]"
)
def release_command(chosen: Settings, number: str, *, output: Path, named: str) -> None:
    """Make release NUMBER of a version, as a folder and a tar that can be kept, cited and checked.

    It holds dumps, descriptions, ontology and shapes, the questions with their
    answers, the validation report, and a copy of all pages that needs no server.

    \b
    Example: qgraph release 1.0.0
    """
    release.check_number(number)
    versions.current(chosen.store)
    if said := history.recover(chosen):  # what was to be erased must be gone
        click.echo(said, err=True)
    version = keeping.number_of(chosen.store, named) if named else versions.current(chosen.store)
    progress = Progress()
    with release.alone(chosen.store, version) as store:
        chosen = replace(chosen, source_text="")  # the words of a source are no part of a release
        only = replace(chosen, store=store, restricted=Path(), public_url="", bare=False, open_writes=False)
        places = max(AT_ONCE, chosen.long_queries)  # so that no page is refused for another
        only = replace(only, long_queries=places, client_queries=places)
        with pool(only) as engine:
            made = release.make(
                number,
                output,
                parts=(chosen.graph, store),
                hands=_hands(only, engine, progress),
                progress=progress,
            )
    tar = made.with_name(f"{made.name}.tar.gz")
    click.echo(f"Release {number} of version {version} is made.\n{made}\n{tar}")
    click.echo((tar.with_name(f"{tar.name}.sha256")).read_text(encoding="ascii"), nl=False)


def _hands(only: Settings, engine: Engine, progress: Progress) -> Hands:
    """Return what the pages and the query processes over one version do for a release."""

    def answer(text: str) -> tuple[str, bytes]:
        reply = engine.ask(Task("query", {"text": text, "results": "csv"}))
        return reply.kind, reply.read()

    def pages(folder: Path) -> None:
        version = versions.describe(only.store, versions.current(only.store))
        held = versions.open_version(only.store, version.number)
        mirror = Mirror(create_app(only, engine), folder, version.base)
        mirror.write(release.paths(held, version.base), progress.count)

    return Hands(answer, pages)
