"""Commands on tokens: who may do more than read what is public."""

import json

import click

from qgraph import tokens
from qgraph.cli.frame import graph_command, main
from qgraph.settings import Settings


@main.group()
def token() -> None:
    """Make, list and revoke tokens.

    \b
    Example: qgraph token list --json
    """


def token_command(function: object) -> object:
    """Make *function* a command of `qgraph token`."""
    return graph_command(function, token)  # type: ignore[arg-type]


@token_command
@click.option("--role", type=click.Choice(tokens.ROLES), required=True, help="What the holder may do.")
@click.option("--name", required=True, help="For whom or what; only you see it.")
@click.option(
    "--expires", type=float, default=0, metavar="DAYS", help="Days until it opens nothing; else never."
)
def create(chosen: Settings, role: str, name: str, *, expires: float) -> None:
    """Make a token and show it, this once.

    \b
    Example: qgraph token create --role curator --name "Reading group" --expires 90
    """
    made, secret = tokens.create(chosen.store, role, name, days=expires)
    click.echo(f"Token {made.id} for a {role}. Keep it now, it is not shown again:")
    click.echo(secret)


@token_command
@click.option("--json", "as_json", is_flag=True, help="Print the tokens as JSON.")
def list_command(chosen: Settings, *, as_json: bool) -> None:
    """List the tokens, with their last use; no secret is kept.

    \b
    Example: qgraph token list --json
    """
    known = tokens.every(chosen.store)
    rows = [{name: value for name, value in vars(one).items() if name != "hash"} for one in known]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    for one in () if as_json else known:
        state = one.fault() or (f"expires {one.expires}" if one.expires else "in use")
        click.echo(f"{one.id}  {one.role:8} {one.name}  {state}  last used {one.used or 'never'}")


@token_command
@click.argument("token_id", metavar="ID")
def revoke(chosen: Settings, token_id: str) -> None:
    """Take the token with this ID back.

    \b
    Example: qgraph token revoke c0000000
    """
    click.echo(f"Token {tokens.revoke(chosen.store, token_id).id} opens nothing any more.")
