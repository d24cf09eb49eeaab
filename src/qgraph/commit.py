"""The sentence: a change → load → reason → validate → publish a version.

The edges come in here. Everything that may take long or run wild happens in a
process of its own, under a deadline; what it refuses is a report, and nothing
has changed.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from qgraph import bare, folder, forget, guard, passages, process
from qgraph.edit import Author, Chain, Change, Delete, Merge, Patch, Put, Request, Require, Update
from qgraph.errors import Refused
from qgraph.findings import Report
from qgraph.load import load
from qgraph.precheck import Limits
from qgraph.settings import Settings
from qgraph.sources import find
from qgraph.store import in_memory
from qgraph.versions import Version

__all__ = [
    "Author", "Chain", "Change", "Delete", "Desk", "Merge", "Patch", "Put", "Request", "Require", "Update",
    "build", "check_passages", "start_bare", "validate", "write",
]  # fmt: skip
Progress = Callable[[str], None]


def build(settings: Settings, *, message: str = "", progress: Progress) -> Version:
    """Make a version of the folder's files and return it; the one in force if nothing changed.

    What writers entered is kept. *progress* is told each stage as it begins.
    Raises Refused with the report where a rule is broken: the version in force stays.
    """
    work = partial(folder.build, settings, message, progress)
    return process.run(work, deadline=settings.build_timeout)


def validate(settings: Settings, extra: Sequence[Path] = (), *, progress: Progress) -> Report:
    """Return what the rules object to in the folder with the data files *extra*; publish nothing."""
    work = partial(folder.validate, settings, extra, progress)
    return process.run(work, deadline=settings.build_timeout)


def write(settings: Settings, request: Request) -> Version:
    """Make the change of *request* and return the version it made; the one in force if it changes nothing.

    Raises Refused with the report where a rule is broken, Conflict where the
    change touches what is not the writers', MovedOn where another version is in
    force than expected, DiskFull: nothing has changed then.
    """
    if forget.is_begun(settings):  # what is to be forgotten comes first, and has the time that it takes
        process.run(partial(forget.finish_begun, settings), deadline=settings.build_timeout)
    work = partial(guard.write, settings, request)
    return process.run(work, deadline=settings.commit_timeout, memory=settings.process_memory)


def limits(settings: Settings) -> Limits:
    """Return the limits on an update: it may hold much data, and nest no deeper than a query."""
    size = settings.upload_limit
    return Limits(size, settings.query_nesting, patterns=size, path=settings.query_path, values=size)


def start_bare(settings: Settings) -> Version:
    """Make the empty first version of a plain store, if it has none; return the one in force."""
    return process.run(partial(bare.start, settings.store), deadline=settings.build_timeout)


class Desk:
    """Where writers hand in their changes, one desk for a server.

    Each change of a published graph has a process of its own; those of a plain
    store, where no rule is kept, one that keeps the store open.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.plain = process.Standing(partial(_plain, settings), memory=settings.process_memory)

    def write(self, request: Request) -> Version:
        """Make the change of *request* and return the version in force after it. Raises as `write`."""
        if self.settings.bare:
            return self.plain.run(request, deadline=self.settings.commit_timeout)
        return write(self.settings, request)


def _plain(settings: Settings) -> Callable[[Request], Version]:
    return bare.Open(settings.store).write


def check_passages(settings: Settings, text: str, source: str = "") -> Report:
    """Return what is wrong with the passages of *source*, of which *text* is an edition.

    *source* may be left out where the folder describes one text only. Raises
    Refused for a file that cannot be read, SourceError if the text is unknown.
    """
    loaded = load(find(settings.graph))
    if loaded.findings:
        raise Refused("A file cannot be read.", Report(loaded.findings))
    described = passages.described(in_memory(loaded.data), source)
    return loaded.placed(Report(passages.check(text, described)))
