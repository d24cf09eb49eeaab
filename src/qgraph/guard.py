"""A writer's change becomes a version or a report: no rule is broken, and nothing of others is touched."""

from dataclasses import dataclass, replace
from pathlib import Path

from qgraph import increment, ownership, suppression, versions
from qgraph.bare import check_expected
from qgraph.delta import Delta, digest_after
from qgraph.edit import Change
from qgraph.errors import Refused
from qgraph.findings import Finding, Report
from qgraph.increment import Step
from qgraph.namespaces import Names
from qgraph.ownership import Owner, owner_of
from qgraph.settings import Settings
from qgraph.sources import checks_of, find
from qgraph.store import Store, checkpoint, open_read_only, open_to_write
from qgraph.versions import FULL, PUBLIC, Draft, Version

REFUSED = "The change breaks a rule; nothing has changed."


@dataclass(frozen=True)
class Author:
    """Who makes a change: an opaque id, and a role."""

    name: str
    role: str


@dataclass(frozen=True)
class Request:
    """A change that is asked for: by whom, why, and of which version (0: any).

    *whole* has everything validated, not only what the change touches.
    """

    change: Change
    author: Author
    message: str = ""
    expected: int = 0
    whole: bool = False


@dataclass(frozen=True)
class Entered:
    """A change as it was made in the store at *path*, and what is hidden from readers before and after it."""

    path: Path
    change: Delta
    was_hidden: set[Owner]
    now_hidden: set[Owner]


def write(settings: Settings, request: Request) -> Version:
    """Publish what the change of *request* makes of the version in force; return the one in force after it.

    Raises Refused, Conflict, MovedOn, and what the change itself raises.
    """
    store = settings.store
    with versions.writing(store) as parent, versions.candidate(store, parent) as made:
        check_expected(parent, request.expected)
        top = FULL if versions.has(store, parent, FULL) else PUBLIC
        before = versions.open_version(store, parent, top)
        entered = _enter(settings, request, made / top, before=before)
        if not entered.change:
            return versions.describe(store, parent)
        author, number = request.author, versions.next_number(store)
        draft = versions.draft(number, parent, message=request.message, curator=author.name, role=author.role)
        drafts = {
            layer: _guarded(settings, made / layer, touched, draft=draft, whole=request.whole)
            for layer, touched in _split(store, parent, made, entered=entered).items()
        }
        return versions.publish(store, made, drafts)


def _enter(settings: Settings, request: Request, path: Path, *, before: Store) -> Entered:
    """Make the change of *request* in the store at *path*, a copy of *before*, and return it.

    Raises Conflict where it touches what is not the writers', Refused where it
    brings back what has been erased.
    """
    data = open_to_write(path)
    change = request.change.apply(data, before)
    ownership.check(change, data, before, names=Names(_known(settings.store, PUBLIC).base))
    if found := suppression.findings(settings, change.added):
        raise Refused(REFUSED, Report(found))
    change = ownership.settle(change, data, before, writer=request.author.name)
    data.flush()
    return Entered(path, change, ownership.hidden(before), ownership.hidden(data))


def _split(store: Path, parent: int, made: Path, *, entered: Entered) -> dict[str, Delta]:
    """Return the change as each layer has it, made in all that the candidate's folder *made* is to have.

    The full layer comes with the first Restricted evidence and goes with the last.
    """
    change, has_full = entered.change, entered.path.name == FULL
    if not has_full and not entered.now_hidden:
        return {PUBLIC: change}
    if not has_full:
        entered.path.rename(made / FULL)
        checkpoint(versions.folder(store, parent) / PUBLIC, made / PUBLIC)
    touched = {owner_of(quad) for quad in change.quads}
    full, public = open_read_only(made / FULL), versions.open_version(store, parent, PUBLIC)
    shown = ownership.for_public(touched, full, public, was_hidden=entered.was_hidden)
    data = open_to_write(made / PUBLIC)
    shown.make(data)
    data.flush()
    if not entered.now_hidden:
        versions.drop(made / FULL)
        return {PUBLIC: shown}
    return {PUBLIC: shown, FULL: change}


def _guarded(settings: Settings, path: Path, change: Delta, *, draft: Version, whole: bool) -> Draft:
    """Take *change*, which the layer at *path* has, through reasoning and validation; return the layer.

    Raises Refused with the report where a rule is broken.
    """
    known = _known(settings.store, path.name)
    before = versions.open_version(settings.store, draft.parent, path.name)
    step = Step(before, open_to_write(path), Names(known.base))
    made = increment.derive(change, step, reasons=settings.reasons)
    report = Report(_findings(settings, path.name, made, step=step, whole=whole))
    if not report.conforms:
        raise Refused(REFUSED, report)
    step.data.flush()
    described = replace(
        draft,
        digest=digest_after(known.digest, made),
        counts=increment.counts(known.counts, made, step),
        findings=report.summary(),
        base=known.base,
        prefixes=known.prefixes,
    )
    return Draft(described, made, list(report))


def _findings(settings: Settings, layer: str, made: Delta, *, step: Step, whole: bool) -> list[Finding]:
    """Return what the rules object to in *layer*: in all of it, or by what *made* touches."""
    checks = checks_of(find(settings.graph), layer)
    if whole:
        return increment.whole(step.data, step.names, checks)
    known = versions.findings(settings.store, versions.current(settings.store), layer)
    return increment.findings(made, step, checks=checks, known=known)


def _known(store: Path, layer: str) -> Version:
    """Return the description of *layer* of the version in force; of the public one if there is no other."""
    number = versions.current(store)
    return versions.describe(store, number, layer if versions.has(store, number, layer) else PUBLIC)
