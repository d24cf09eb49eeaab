"""The command that finds things by their names."""

import json
from functools import partial
from typing import Any

import click

from qgraph import history, process, versions
from qgraph.cli.frame import graph_command
from qgraph.portal import search
from qgraph.settings import Settings


@graph_command
@click.argument("words")
@click.option("--kind", default="", metavar="SEGMENT", help="Only things of this kind, such as film.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print what is found as JSON.")
def search_command(chosen: Settings, words: str, *, kind: str, limit: int, as_json: bool) -> None:
    """Print the things that WORDS find, the best first: name, kind, path.

    \b
    Example: qgraph search "home"
    """
    history.make_searchable(chosen)
    asked = {"text": words, "kind": kind, "start": 0, "most": limit}
    found = process.run(partial(_found, chosen, asked), deadline=chosen.query_timeout)
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    base = versions.describe(chosen.store, versions.current(chosen.store)).base
    for one in found["hits"]:
        path = one["thing"]["iri"].removeprefix(base)
        click.echo(f"{one['thing']['text']}\t{one['kind']['text']}\t/{path}")
    if not found["hits"]:
        near = ", ".join(f"“{one['text']}”" for one in found["near"])
        click.echo(f"Nothing is found{f'; there is {near}' if near else ''}.", err=True)


def _found(chosen: Settings, asked: dict[str, Any]) -> dict[str, Any]:
    number = versions.current(chosen.store)
    store, base = versions.open_version(chosen.store, number), versions.describe(chosen.store, number).base
    return search.found(store, versions.index(chosen.store, number), base, language="en", asked=asked)
