"""Commands that write: update, and what must be forgotten."""

import click

from qgraph import commit, history, versions
from qgraph.cli.frame import graph_command, text_of_query
from qgraph.cli.history import OPERATOR
from qgraph.errors import RequestError
from qgraph.history import Forget, Forgotten
from qgraph.namespaces import CORE
from qgraph.settings import Settings

BEYOND = """What this command cannot reach: the history of git, releases and exports that were handed out,
backups made before now, and mirrors. docs/how-to/forget.md says what to do about each."""


@graph_command
@click.argument("text")
@click.option("--message", default="", help="What changed, for the history.")
@click.option("--full", is_flag=True, help="Validate everything, not only what the change touches.")
def update(chosen: Settings, text: str, message: str, *, full: bool) -> None:
    """Make TEXT, a SPARQL update, a file that holds one, or - for standard input.

    \b
    Example: qgraph update more.ru --message "Two screenings added"
    """
    known = versions.describe(chosen.store, versions.current(chosen.store))
    change = commit.Update(text_of_query(text), commit.limits(chosen), base=known.base)
    made = commit.write(chosen, commit.Request(change, OPERATOR, message, whole=full))
    told = "nothing changed" if made == known else f"digest {made.digest}"
    click.echo(f"Version {made.number} is in force: {told}.")


@graph_command
@click.argument("iri")
@click.option("--dry-run", is_flag=True, help="Only tell what would be erased.")
@click.option("--yes", is_flag=True, help="Do not ask before erasing.")
def erase(chosen: Settings, iri: str, *, dry_run: bool, yes: bool) -> None:
    """Erase a thing, all that names it, and what cannot stand without it, from every version.

    \b
    Example: qgraph erase https://w3id.org/qgraph/person/p0000
    """
    wanted = Forget(erased=[_absolute(chosen, iri)])
    for name in history.plan(chosen, wanted):
        click.echo(f"to be erased: {name}")
    if dry_run:
        return
    if not yes:
        click.confirm("There is no way back. Erase all this?", abort=True)
    _tell(history.forget_all(chosen, wanted))


@graph_command
@click.argument("iri")
@click.option("--from", "old", default="", help="The text that is said of the thing and is wrong.")
@click.option("--to", "new", default="", help="The text that stands in its place.")
@click.option(
    "--tier", type=click.Choice(["Sensitive", "Restricted"]), help="The stricter tier of an evidence."
)
def correct(chosen: Settings, iri: str, *, old: str, new: str, tier: str | None) -> None:
    """Correct a text said of a thing, or raise the tier of evidence, in every version.

    The old text is gone then, and not kept as a variant.

    \b
    Example: qgraph correct https://w3id.org/qgraph/person/p0000 --from "An Example" --to "Ann Example"
    """
    if bool(tier) == bool(old and new):
        raise RequestError("Give either --from and --to, or --tier.")
    named = _absolute(chosen, iri)
    _tell(history.forget_all(chosen, Forget(thing=named, old=old, new=new, tier=CORE + tier if tier else "")))


def _absolute(chosen: Settings, iri: str) -> str:
    """Return *iri*, under the base of the graph if it is relative."""
    base = versions.describe(chosen.store, versions.current(chosen.store)).base
    return iri if ":" in iri else base + iri.lstrip("/")


def _tell(done: Forgotten) -> None:
    click.echo(f"Version {done.version} is in force.")
    click.echo(f"Versions written anew: {_numbers(done.rewritten)}; let go: {_numbers(done.let_go)}.")
    for statement in done.elsewhere:
        click.echo(f"A text still holds one of the names, look at it: {statement}")
    click.echo(BEYOND)


def _numbers(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"
