"""The tree of what can go wrong.

A message is one sentence for the person who can act on it. Only the edges
(`cli`, `web`) turn an error into an exit code or a status.
"""

from qgraph.findings import Report


class QgraphError(Exception):
    """What qgraph says no to; *details* are values a program may read."""

    def __init__(self, message: str, **details: str | int | list[str]) -> None:
        super().__init__(message)
        self.details = details

    def __reduce__(self) -> tuple[object, ...]:
        return rebuild, (type(self).__name__, str(self), self.details)


class SettingsError(QgraphError):
    """A setting, a port or an option does not fit."""


class SourceError(QgraphError):
    """A file or folder of the graph cannot be read."""


class StoreError(QgraphError):
    """The store cannot be opened or written."""


class NoVersion(StoreError):
    """Nothing has been built yet, or not the version asked for."""


class Gone(StoreError):
    """What was asked for was here, and has been let go or forgotten."""


class DiskFull(StoreError):
    """There is no room on the disk; nothing has changed."""


class Refused(QgraphError):
    """A change breaks a rule; nothing has changed. The *report* says why."""

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message)
        self.report = report

    def __reduce__(self) -> tuple[object, ...]:
        return Refused, (str(self), self.report)


class QueryError(QgraphError):
    """The query cannot be answered as it is written."""


class QuerySyntaxError(QueryError):
    """The text is not SPARQL; *details* hold line, column, length and near."""


class QueryTooLarge(QueryError):
    """The query's text is over a limit; *details* hold limit, found and setting."""


class OutwardQuery(QueryError):
    """The query would reach another server."""


class UnknownGraph(QueryError):
    """The query's dataset names a graph that is not in the store."""


class ResultTooLarge(QgraphError):
    """The answer is larger than the limit."""


class DeadlineExceeded(QgraphError):
    """The work was stopped at its deadline."""


class ProcessDied(QgraphError):
    """The process that did the work died of it."""


class Overloaded(QgraphError):
    """All query processes are busy."""


class TooManyQueries(QgraphError):
    """The client holds its share of the query processes already."""


class RequestError(QgraphError):
    """The request is not one the protocol knows."""


class NotFound(RequestError):
    """Nothing has that name."""


class MethodNotAllowed(RequestError):
    """The path does not take that method; *details* say which it does: allow."""


class Conflict(RequestError):
    """The change touches what belongs to somebody else; *details* name it."""


class MovedOn(RequestError):
    """The version that the client knows is no longer in force."""


class NotAuthorized(RequestError):
    """The token is missing, unknown, revoked or expired."""


class WriteRefused(RequestError):
    """Writing is not open to who asks."""


class WrongHost(RequestError):
    """The request names a host that this server does not speak for."""


class UnsupportedMediaType(RequestError):
    """The body's media type is none the protocol knows."""


class NotAcceptable(RequestError):
    """No format that the client accepts is offered; *details* list the offers."""


class ClientTooSlow(RequestError):
    """The request's body did not come in time."""


class BodyTooLarge(RequestError):
    """The request's body is larger than the limit."""


def _tree(error: type[QgraphError]) -> dict[str, type[QgraphError]]:
    tree = {error.__name__: error}
    for child in error.__subclasses__():
        tree |= _tree(child)
    return tree


def rebuild(name: str, message: str, details: dict[str, str | int | list[str]]) -> QgraphError:
    """Return the error called *name*, as another process raised it."""
    return _tree(QgraphError)[name](message, **details)
