"""Who may write, and what becomes of it; for now to a plain store."""

from collections.abc import Mapping

from qgraph import commit
from qgraph.commit import Change, Update
from qgraph.errors import WriteRefused
from qgraph.precheck import Limits
from qgraph.protocol import SentUpdate
from qgraph.settings import Settings
from qgraph.versions import Version


def update(settings: Settings, sent: SentUpdate, headers: Mapping[str, str]) -> Version:
    """Make the update that was *sent* and return the version it made. Raises WriteRefused or QueryError."""
    size = settings.body_limit
    limits = Limits(size, settings.query_nesting, patterns=size, path=settings.query_path, values=size)
    return write(settings, Update(sent.text, limits, sent.default_graphs, sent.named_graphs), headers)


def write(settings: Settings, change: Change, headers: Mapping[str, str]) -> Version:
    """Make *change* if writes are open, and not for a page of another site that a browser shows."""
    if not (settings.bare and settings.open_writes):
        raise WriteRefused("Nobody can write here: writes are open with “--bare --open-writes” only.")
    origin = headers.get("origin", "")
    if origin and origin.partition("://")[2] != headers.get("host"):
        raise WriteRefused(f"Pages of {origin} cannot write here.")
    return commit.write_bare(settings, change)
