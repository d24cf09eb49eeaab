"""Commands on the graph as it is: build, serve, ask, check."""

import json
import os
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from qgraph import commit, history, passages, process, query, versions
from qgraph.cli.frame import FILE, FOLDER, Progress, graph_command, tell, text_of_query
from qgraph.errors import SettingsError
from qgraph.formats import BY_NAME, GRAPHS, RESULTS
from qgraph.query import Question, Spool, question_of
from qgraph.settings import Settings, is_loopback
from qgraph.tokens import check_admin_file
from qgraph.versions import Version
from qgraph.web.serve import serve as serve_graph


@graph_command
@click.option("--message", default="", help="What changed, for the history.")
@click.option("--json", "as_json", is_flag=True, help="Print the version as JSON.")
@click.option("--restricted", type=FOLDER, help="Folder with Restricted data of your own.")
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
@click.option("--languages", help="Languages of the pages, such as en,az.  [default: en]")
@click.option("--public-url", help="Address under which readers know the server.")
@click.option(
    "--allow-service", metavar="URL", help="The one SPARQL service that SERVICE in a query may ask."
)
@click.option(
    "--admin-token-file", type=FILE, help="File with the token of an admin, for containers and tests."
)
@click.option(
    "--trust-proxy", is_flag=True, default=None, help="Believe the proxy in front about addresses and HTTPS."
)
@click.option(
    "--source-text",
    type=FILE,
    multiple=True,
    callback=lambda _context, _option, paths: os.pathsep.join(map(str, paths)) or None,
    help="Text of a source, whose words are shown where the graph has passages; may be repeated.",
)
def serve(chosen: Settings) -> None:
    """Serve the graph; build it first if there is no version yet.

    \b
    Example: qgraph serve --port 8080
    """
    check_admin_file(chosen.admin_token_file)
    if said := history.recover(chosen):
        click.echo(said, err=True)
    if chosen.bare:
        commit.start_bare(chosen)
    elif not versions.in_force(chosen.store):
        commit.build(chosen, progress=Progress())
    if chosen.source_texts:
        process.run(partial(_check_texts, chosen), deadline=chosen.build_timeout)
    if not chosen.public_url and not is_loopback(chosen.host):
        click.echo("Links take whatever Host a request has: --public-url says which it is.", err=True)
    host = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
    serve_graph(chosen, ready=lambda: click.echo(f"Serving on http://{host}:{chosen.port} (Ctrl-C ends it)"))


def _check_texts(chosen: Settings) -> None:
    """Raise SettingsError for a text that no source of the version in force has."""
    store = versions.open_version(chosen.store, versions.current(chosen.store))
    for path in passages.unknown(store, chosen.source_texts):
        raise SettingsError(
            f"{path} is the text of no source here: neither its SHA-256 nor the words at a passage agree."
        )


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
        text=text_of_query(text),
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


@graph_command
@click.argument("files", nargs=-1, type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def validate(chosen: Settings, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Check the folder, and the data FILES as if they lay in it; publish nothing.

    \b
    Example: qgraph validate new-screenings.trig
    """
    report = commit.validate(chosen, files, progress=Progress())
    tell(report, as_json=as_json, fine="Every shape and rule is kept.")


@graph_command
@click.argument("words")
@click.option("--text", type=FILE, required=True, help="The text of the source.")
@click.option("--json", "as_json", is_flag=True, help="Print the positions as JSON.")
def passage(chosen: Settings, words: str, text: Path, *, as_json: bool) -> None:
    """Print where WORDS stand in a text, in code points, with the digest of a passage.

    \b
    Example: qgraph passage "nearly twenty" --text article.txt
    """
    found = passages.find(passages.read(text), words)
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
    report = commit.check_passages(chosen, passages.read(text), source)
    tell(report, as_json=as_json, fine="Every passage stands in the text.")
