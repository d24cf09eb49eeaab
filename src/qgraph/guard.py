"""A writer's change becomes a version or a report: no rule is broken, and nothing of others is touched."""

from dataclasses import dataclass, replace
from pathlib import Path

from qgraph import forget, increment, keeping, ownership, suppression, versions
from qgraph.delta import Delta, digest_after
from qgraph.edit import Request, check_expected
from qgraph.errors import Conflict, Refused
from qgraph.findings import Finding, Report
from qgraph.increment import Step
from qgraph.namespaces import Names
from qgraph.ownership import Owner, owner_of
from qgraph.settings import Settings
from qgraph.sources import checks_of, find
from qgraph.store import Store, checkpoint, open_read_only, open_to_write, text_of
from qgraph.versions import FULL, PUBLIC, Candidate, Draft, Version

REFUSED = "The change breaks a rule; nothing has changed."


@dataclass(frozen=True)
class Entered:
    """A change as it was made, and what is hidden from readers before and after it."""

    change: Delta
    was_hidden: set[Owner]
    now_hidden: set[Owner]


@dataclass(frozen=True)
class Layer:
    """A layer of the candidate *made*, by name, and its store *data*, in which the *change* has been made."""

    name: str
    made: Candidate
    change: Delta
    data: Store


def write(settings: Settings, request: Request) -> Version:
    """Publish what the change of *request* makes of the version in force; return the one in force after it.

    Raises Refused, Conflict, MovedOn, and what the change itself raises.
    """
    store = settings.store
    forget.finish_begun(settings)
    with versions.writing(store) as parent, versions.candidate(store, parent) as made:
        check_expected(parent, request.expected)
        layers = _layers(settings, request, made)
        if not layers:
            return versions.describe(store, parent)
        author, number = request.author, versions.next_number(store)
        draft = versions.draft(number, parent, message=request.message, curator=author.name, role=author.role)
        drafts = {}
        while layers:  # each is let go, so that its store closes
            layer = layers.pop()
            drafts[layer.name] = _guarded(settings, layer, draft=draft, whole=request.whole)
            del layer
        if FULL in drafts:  # what a writer says of what is hidden is hidden too
            shown = drafts[PUBLIC]
            drafts[PUBLIC] = replace(shown, version=replace(shown.version, message=""))
        published = versions.publish(store, made.path, drafts)
        keeping.thin(store)
        return published


def _layers(settings: Settings, request: Request, made: Candidate) -> list[Layer]:
    """Return the layers of the candidate *made* with the change of *request*; none if it changes nothing.

    Raises as `_enter`.
    """
    before, data = made.before[made.top], open_to_write(made.path / made.top)
    change = _enter(settings, request, data, before=before)
    if not change:
        return []
    entered = Entered(change, ownership.hidden(before), ownership.hidden(data))
    _check_raised(entered, made.before[PUBLIC])
    if made.top == PUBLIC and not entered.now_hidden:
        return [Layer(PUBLIC, made, change, data)]
    data.flush()
    del data
    return [
        Layer(name, made, touched, open_to_write(made.path / name))
        for name, touched in _split(made, entered).items()
    ]


def _enter(settings: Settings, request: Request, data: Store, *, before: Store) -> Delta:
    """Make the change of *request* in *data*, a copy of *before*, and return it.

    Raises Conflict where it touches what is not the writers', Refused where it
    brings back what has been erased.
    """
    change = request.change.apply(data, before)
    ownership.check(change, data, before, names=Names(_known(settings.store, PUBLIC).base))
    if found := [*ownership.triple_terms(change.added), *suppression.findings(settings, change.added)]:
        raise Refused(REFUSED, Report(found))
    return ownership.settle(change, data, before, writer=request.author.name)


def _check_raised(entered: Entered, public: Store) -> None:
    """Raise Conflict where the change hides what readers have seen: former versions would still tell it."""
    for owner in entered.now_hidden - entered.was_hidden:
        if ownership.belonging(public, owner):
            raise Conflict(
                f"{text_of(owner)} has been public: “qgraph correct --tier Restricted” takes it "
                "out of every version.",
                graph=text_of(owner),
            )


def _split(made: Candidate, entered: Entered) -> dict[str, Delta]:
    """Return the change as each layer has it, made in all layers that the candidate *made* is to have.

    The full layer comes with the first Restricted evidence and goes with the last.
    """
    change, public = entered.change, made.before[PUBLIC]
    if made.top == PUBLIC:
        (made.path / PUBLIC).rename(made.path / FULL)
        checkpoint(public, made.path / PUBLIC)
    touched = {owner_of(quad) for quad in change.quads}
    full = open_read_only(made.path / FULL)
    shown = ownership.for_public(touched, full, public, was_hidden=entered.was_hidden)
    data = open_to_write(made.path / PUBLIC)
    shown.make(data)
    data.flush()
    if not entered.now_hidden:
        versions.drop(made.path / FULL)
        return {PUBLIC: shown}
    return {PUBLIC: shown, FULL: change}


def _guarded(settings: Settings, layer: Layer, *, draft: Version, whole: bool) -> Draft:
    """Take the change that *layer* has through reasoning and validation; return the layer, ready to publish.

    Raises Refused with the report where a rule is broken.
    """
    known, made = _known(settings.store, layer.name), layer.made
    before = made.before.get(layer.name, made.before[PUBLIC])
    step = Step(before, layer.data, Names(known.base))
    changed = increment.derive(layer.change, step, reasons=settings.reasons)
    report = Report(_findings(settings, layer.name, changed, step=step, whole=whole))
    if not report.conforms:
        raise Refused(REFUSED, report)
    step.data.flush()
    described = replace(
        draft,
        digest=digest_after(known.digest, changed),
        counts=increment.counts(known.counts, changed, step),
        findings=report.summary(),
        base=known.base,
        prefixes=known.prefixes,
    )
    return Draft(described, changed, list(report))


def _findings(settings: Settings, layer: str, changed: Delta, *, step: Step, whole: bool) -> list[Finding]:
    """Return what the rules object to in *layer*: in all of it, or by what *changed* touches."""
    checks = checks_of(find(settings.graph), layer)
    if whole:
        return increment.whole(step.data, step.names, checks)
    number = versions.current(settings.store)
    has = versions.has(settings.store, number, layer)
    known = versions.findings(settings.store, number, layer if has else PUBLIC)
    return increment.findings(changed, step, checks=checks, known=known)


def _known(store: Path, layer: str) -> Version:
    """Return the description of *layer* of the version in force; of the public one if there is no other."""
    number = versions.current(store)
    return versions.describe(store, number, layer if versions.has(store, number, layer) else PUBLIC)
