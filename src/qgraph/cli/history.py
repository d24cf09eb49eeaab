"""Commands on the history: versions, what changed, the way back, backups."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from qgraph import delta, former, history, keeping, things, versions, wording
from qgraph.cli.frame import FILE, graph_command
from qgraph.commit import Author
from qgraph.history import Difference
from qgraph.namespaces import Names
from qgraph.settings import Settings

OPERATOR = Author("operator", "admin")


@graph_command
@click.option("--check", is_flag=True, help="Compare each version with its digest.")
@click.option("--json", "as_json", is_flag=True, help="Print the versions as JSON.")
def versions_command(chosen: Settings, *, check: bool, as_json: bool) -> None:
    """List the versions that are kept, the newest first.

    \b
    Example: qgraph versions --check
    """
    faults = history.check(chosen.store) if check else {}
    known = history.known(chosen.store)
    tagged = keeping.tags(chosen.store)
    if as_json:
        click.echo(
            json.dumps([asdict(one) | {"fault": faults.get(one.number, "")} for one in known], indent=2)
        )
    for one in () if as_json else known:
        named = " ".join(f"[{name}]" for name, number in tagged.items() if number == one.number)
        sound = (f"DAMAGED: {faults[one.number]}" if faults[one.number] else "sound") if check else ""
        told = [
            f"{one.number:6}",
            one.time,
            one.curator,
            f"{one.counts['quads']} quads",
            named,
            sound,
            one.message,
        ]
        click.echo("  ".join(part for part in told if part))
    if any(faults.values()):
        click.get_current_context().exit(1)


@graph_command
@click.argument("before")
@click.argument("after", default="")
@click.option(
    "--format",
    "form",
    type=click.Choice(["words", "added", "removed", "patch"]),
    default="words",
    show_default=True,
)
def diff(chosen: Settings, before: str, after: str, *, form: str) -> None:
    """Print what changed from version BEFORE to version AFTER; each a number or a tag.

    \b
    Example: qgraph diff 1 2
    """
    first = keeping.number_of(chosen.store, before)
    last = keeping.number_of(chosen.store, after) if after else versions.current(chosen.store)
    found = history.difference(chosen.store, first, last)
    click.echo(_told(chosen, found, form), nl=False)


def _told(chosen: Settings, found: Difference, form: str) -> str:
    if form == "patch":
        return delta.patch(found.delta)
    if form in ("added", "removed"):
        return delta.quads(getattr(found.delta, form)).decode()
    stores = [former.open_version(chosen.store, one.number) for one in (found.after, found.before)]

    def label(iri: str) -> str:
        return next((name for store in stores for name in things.labels(store, [iri]).values()), "")

    rows = [str(row) for row in wording.rows(found.delta, Names(found.after.base), label)]
    if found.withheld:
        rows.append(f"{found.withheld} statements changed under the care policy.")
    return "".join(f"{row}\n" for row in rows or ["Nothing changed."])


@graph_command
@click.argument("name")
@click.argument("version", default="")
def tag(chosen: Settings, name: str, version: str) -> None:
    """Have NAME name a VERSION, by default the one in force; it is then kept.

    \b
    Example: qgraph tag first-edition
    """
    number = keeping.number_of(chosen.store, version) if version else versions.current(chosen.store)
    history.tag(chosen, name, number)
    click.echo(f"{name} names version {number}, which is kept.")


@graph_command
@click.argument("version")
@click.option("--message", default="", help="Why, for the history.")
def revert(chosen: Settings, version: str, message: str) -> None:
    """Have what writers had entered in VERSION stand again; the folder's data stay.

    \b
    Example: qgraph revert 3
    """
    number = keeping.number_of(chosen.store, version)
    made = history.revert(chosen, number, OPERATOR, message=message)
    click.echo(f"Version {made.number} is in force: what writers had entered in version {number}.")


@graph_command
@click.option("--dry-run", is_flag=True, help="Only tell which versions would go.")
def prune(chosen: Settings, *, dry_run: bool) -> None:
    """Let go of versions that are older than the rule keeps them, or over its share of the disk.

    Tagged versions and the one in force stay. QGRAPH_KEEP_DAYS and QGRAPH_KEEP_SHARE set the rule.

    \b
    Example: qgraph prune --dry-run
    """
    going = history.prune(chosen, dry=dry_run)
    told = ", ".join(map(str, going)) or "none"
    click.echo(f"Versions that {'would go' if dry_run else 'went'}: {told}.")


@graph_command
@click.argument("file", type=click.Path(path_type=Path))
def backup(chosen: Settings, file: Path) -> None:
    """Write all versions to one FILE, while the server runs; tokens are not in it.

    \b
    Example: qgraph backup monday.tar.gz
    """
    number = history.backup(chosen, file)
    click.echo(f"{file} holds all versions up to {number}.")


@graph_command
@click.argument("file", type=FILE)
def restore(chosen: Settings, file: Path) -> None:
    """Make an empty store from the backup FILE; what has been erased since goes again.

    \b
    Example: qgraph restore monday.tar.gz --store new-store
    """
    version, back = history.restore(chosen, file)
    again = f" {len(back)} erased names had come back and were erased again." if back else ""
    click.echo(f"Version {version.number} is in force.{again}\ndigest {version.digest}")
