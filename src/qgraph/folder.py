"""A folder's files become a version: load → reason → derive → validate → publish."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qgraph import (
    delta,
    facets,
    forget,
    increment,
    keeping,
    kinds,
    ownership,
    profiles,
    questions,
    suppression,
    versions,
)
from qgraph.delta import Delta
from qgraph.derive import counts, reasoned
from qgraph.errors import Refused
from qgraph.findings import Finding, Report
from qgraph.load import Loaded, load
from qgraph.namespaces import CORE, Names
from qgraph.ownership import MARK, Owner
from qgraph.settings import Settings
from qgraph.sources import checks_of, find, rdf_in
from qgraph.store import NamedNode, Quad, Store, checkpoint, in_memory, open_to_write, text_of
from qgraph.versions import FULL, PUBLIC, Candidate, Draft, Version

Progress = Callable[[str], None]
REFUSED = "The graph breaks a rule; nothing has changed."
WRITER = "folder"
TAKEN = "A writer has entered this over HTTP: give the one in the file another name."
TIER, RESTRICTED = NamedNode(CORE + "tier"), NamedNode(CORE + "Restricted")
NOT_RESTRICTED = (
    "This folder is for Restricted evidence: write core:tier core:Restricted, or move it to data/."
)
MARKED = "qgraph itself writes core:enteredBy, of what writers enter over HTTP: take it out of the file."


@dataclass(frozen=True)
class Result:
    """A dataset that may become a layer of a version, and what was found in it."""

    dataset: Store
    loaded: Loaded
    report: Report


def build(settings: Settings, message: str, progress: Progress) -> Version:
    """Publish what the folder's files and the writers' entries say; return the version in force after it."""
    store = settings.store
    forget.finish_begun(settings)
    with versions.writing(store) as parent, versions.candidate(store, parent) as made:
        candidates = {layer: _conforming(settings, layer, progress) for layer in _layers(settings, parent)}
        progress("publish")
        _lay(made, candidates)
        number = versions.next_number(store)
        drafts = {
            layer: _draft(
                made.path / layer, candidate, versions.draft(number, parent, message=message, curator=WRITER)
            )
            for layer, candidate in candidates.items()
        }
        if parent and _are_known(store, parent, drafts):
            return versions.describe(store, parent)
        if FULL in drafts:
            drafts[PUBLIC] = _withheld(drafts[PUBLIC], ownership.hidden(candidates[FULL].dataset))
        published = versions.publish(store, made.path, drafts)
        keeping.thin(store)
        return published


def validate(settings: Settings, extra: Sequence[Path], progress: Progress) -> Report:
    """Return what the rules object to in the folder with the data files *extra*."""
    try:
        return _candidate(settings, PUBLIC, extra=extra, progress=progress).report
    except Refused as refusal:
        return refusal.report


def _layers(settings: Settings, parent: int) -> list[str]:
    """Return the layers to build: the full one too, where something is Restricted."""
    entered = in_memory(_entered(settings.store, parent, FULL))
    return [PUBLIC, FULL] if settings.restricted.name or ownership.hidden(entered) else [PUBLIC]


def _entered(store: Path, parent: int, layer: str) -> set[Quad]:
    """Return what writers entered into *layer* of the version *parent*."""
    return ownership.entered(versions.open_version(store, parent, layer)) if parent else set()


def _lay(made: Candidate, layers: Mapping[str, Result]) -> None:
    """Have *made* hold copies of the parent for just these *layers*."""
    if FULL not in layers:
        versions.drop(made.path / FULL)
    elif made.top == PUBLIC and made.before:
        checkpoint(made.before[PUBLIC], made.path / FULL)


def _conforming(settings: Settings, layer: str, progress: Progress) -> Result:
    """Return the candidate of *layer*. Raises Refused where it breaks a rule."""
    extra = rdf_in(settings.restricted) if layer == FULL and settings.restricted.name else []
    candidate = _candidate(settings, layer, extra=extra, progress=progress)
    if not candidate.report.conforms:
        raise Refused(REFUSED, candidate.report)
    return candidate


def _candidate(settings: Settings, layer: str, *, extra: Sequence[Path], progress: Progress) -> Result:
    """Return the files, and what writers entered, as a dataset: loaded, reasoned over and validated."""
    progress("load")
    questions.read(settings.graph)
    profiles.read(settings.graph)
    facets.read(settings.graph)
    sources = find(settings.graph)
    loaded = load(sources, extra)
    entered = _entered(settings.store, versions.in_force(settings.store), layer)
    erased = suppression.findings(settings, loaded.data, loaded.place_of_quad)
    found = [*loaded.findings, *ownership.triple_terms(loaded.data), *erased, *_taken(loaded.data, entered)]
    found += kinds.findings(loaded.ontology, loaded.place_of_quad)
    found += _not_restricted(loaded, load(sources)) if extra and layer == FULL else []
    if found:
        raise Refused("A file cannot be read; nothing has changed.", loaded.placed(Report(found)))
    names = Names(loaded.base)
    dataset = in_memory([*loaded.data, *entered, *loaded.ontology, *loaded.shapes])
    try:
        progress("reason")
        reasoned(dataset, names, reasons=settings.reasons)
    except Refused as clash:
        raise Refused(str(clash), loaded.placed(clash.report)) from clash
    progress("validate")
    report = Report(increment.whole(dataset, names, checks_of(sources, layer)))
    return Result(dataset, loaded, loaded.placed(report))


def _not_restricted(loaded: Loaded, public: Loaded) -> list[Finding]:
    """Return a finding for each evidence of an operator's own folder that is not Restricted."""
    own = set(loaded.data) - set(public.data)
    told = {quad.subject for quad in own if quad.predicate == TIER and quad.object != RESTRICTED}
    return [Finding("restricted", NOT_RESTRICTED, thing=text_of(one), path=TIER.value) for one in told]


def _taken(data: Sequence[Quad], entered: set[Quad]) -> list[Finding]:
    """Return a finding for each graph of the files that a writer has entered too, or that says so."""
    owners = {ownership.owner_of(quad) for quad in entered}
    named = owners & {ownership.owner_of(quad) for quad in data}
    taken = {text_of(one) for one in named if isinstance(one, NamedNode)}
    marked = {text_of(quad.subject) for quad in data if quad.predicate == MARK}
    return [Finding("ownership", TAKEN, thing=one) for one in sorted(taken)] + [
        Finding("ownership", MARKED, thing=one, path=MARK.value) for one in sorted(marked)
    ]


def _draft(path: Path, candidate: Result, draft: Version) -> Draft:
    """Write the dataset of *candidate* into the store at *path*; return the layer, ready to publish."""
    data = open_to_write(path)
    change = delta.between(data, candidate.dataset)
    change.make(data)
    data.flush()
    described = replace(
        draft,
        digest=delta.digest(candidate.dataset),
        counts=counts(candidate.dataset, Names(candidate.loaded.base)),
        findings=candidate.report.summary(),
        base=candidate.loaded.base,
        prefixes=candidate.loaded.prefixes,
    )
    return Draft(described, change, list(candidate.report))


def _withheld(draft: Draft, hidden: set[Owner]) -> Draft:
    """Return the public *draft*, which tells only how much changed if what is now *hidden* was public."""
    if not any(ownership.owner_of(quad) in hidden for quad in draft.delta.removed):
        return draft
    return replace(draft, delta=Delta(), version=replace(draft.version, withheld=len(draft.delta)))


def _are_known(store: Path, parent: int, drafts: dict[str, Draft]) -> bool:
    """Say whether *drafts* are the version *parent*, in what they hold and how they show it."""
    if versions.has(store, parent, FULL) != (FULL in drafts):
        return False
    known = {layer: versions.describe(store, parent, layer) for layer in drafts}
    return all(
        not draft.delta
        and (known[layer].prefixes, known[layer].base) == (draft.version.prefixes, draft.version.base)
        for layer, draft in drafts.items()
    )
