"""What a graph folder says of how its things are told: profiles and frames.

`ontology/profiles/<token>/*.rq` are CONSTRUCT queries over a `?thing` that is bound;
`ontology/frames/<kind>.json` is a JSON-LD frame for the things of a kind.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from qgraph import jsonld
from qgraph.errors import QueryError, SourceError
from qgraph.store import NamedNode, Quad, QueryTriples, Store, ask, construct, in_memory

HEADER = re.compile(r"^# (profile|title): *(.+?) *$", re.MULTILINE)
TOKEN = re.compile(r"[a-z][a-z0-9-]*")
Frame = dict[str, Any]


@dataclass(frozen=True)
class Profile:
    """A way to tell of a thing: its *token*, the IRI that names it, a *title*, its CONSTRUCT queries."""

    token: str
    uri: str
    title: str
    queries: tuple[str, ...] = ()


# What the program itself offers (Content Negotiation by Profile, section 6).
WHOLE = Profile("qgraph", "https://w3id.org/qgraph/core", "All that the graph holds, with its evidence")
ALTERNATES = Profile("alt", "http://www.w3.org/ns/dx/connegp/altr", "What profiles and formats there are")


@dataclass(frozen=True)
class Telling:
    """The profiles of a graph folder, and its frames by kind."""

    profiles: tuple[Profile, ...] = (WHOLE, ALTERNATES)
    frames: tuple[tuple[str, Frame], ...] = ()

    def frame(self, kind: str) -> Frame:
        """Return the frame for things of *kind*, empty if there is none."""
        return dict(self.frames).get(kind, {})


def read(graph: Path) -> Telling:
    """Return what folder *graph* says of how its things are told. Raises SourceError for a bad file."""
    folders = sorted(one for one in (graph / "ontology" / "profiles").glob("*") if one.is_dir())
    frames = sorted((graph / "ontology" / "frames").glob("*.json"))
    own = (WHOLE, *(_profile(one) for one in folders), ALTERNATES)
    return Telling(own, tuple((path.stem, _frame(path)) for path in frames))


def _profile(folder: Path) -> Profile:
    texts = [(path, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.rq"))]
    header: dict[str, str] = {}
    for path, text in texts:
        header = dict(HEADER.findall(text))
        if not {"profile", "title"} <= header.keys():
            raise SourceError(f"{path}:1: expected “# profile:” with an IRI and “# title:”.")
        _check(path, text)
    if not texts or not TOKEN.fullmatch(folder.name) or folder.name in (WHOLE.token, ALTERNATES.token):
        raise SourceError(
            f"{folder}: expected a folder of .rq files, with a name of its own such as “schema”."
        )
    return Profile(folder.name, header["profile"], header["title"], tuple(text for _, text in texts))


def _check(path: Path, query: str) -> None:
    """Raise SourceError if *query*, which stands in the file *path*, is no CONSTRUCT query."""
    try:
        found = ask(in_memory(), query, "urn:x-qgraph:unbased/")
    except QueryError as error:
        raise SourceError(f"{path}: {error}") from error
    if not isinstance(found, QueryTriples):
        raise SourceError(f"{path}: expected a CONSTRUCT query over ?thing.")


def _frame(path: Path) -> Frame:
    try:
        frame = json.loads(path.read_text(encoding="utf-8"))
        jsonld.check_frame(frame)
    except (ValueError, SourceError) as error:
        raise SourceError(f"{path}: expected a JSON-LD frame: {error}") from error
    return cast("Frame", frame)


def told(store: Store, thing: NamedNode, queries: Iterable[str], *, base: str) -> set[Quad]:
    """Return what CONSTRUCT *queries* make of *thing*, which is bound to their `?thing`."""
    made = (triple for query in queries for triple in construct(store, query, base, thing=thing))
    return {Quad(triple.subject, triple.predicate, triple.object) for triple in made}
