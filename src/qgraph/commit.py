"""The sentence: a change → load → reason → validate → publish a version.

Everything that may take long or run wild happens in a process of its own,
under a deadline; what it refuses is a report, and nothing has changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from qgraph import bare, bridge, passages, process, versions
from qgraph.bare import Change, Delete, Put, Update
from qgraph.derive import assert_facts, counts, derive
from qgraph.errors import Refused
from qgraph.findings import Finding, Report
from qgraph.load import Loaded, load
from qgraph.namespaces import Names
from qgraph.reason import infer
from qgraph.settings import Settings
from qgraph.sources import find
from qgraph.store import DefaultGraph, NamedNode, Store, in_memory, triples
from qgraph.validate import check_findings, shape_findings
from qgraph.versions import Version

__all__ = [
    "Change", "Delete", "Put", "Update", "build", "check_passages", "start_bare", "validate", "write_bare",
]  # fmt: skip
Progress = Callable[[str], None]
REFUSED = "The graph breaks a rule; nothing has changed."


@dataclass(frozen=True)
class Candidate:
    """A dataset that may become a version, and what was found in it."""

    dataset: Store
    loaded: Loaded
    report: Report


def build(settings: Settings, *, message: str = "", progress: Progress) -> Version:
    """Make a version of the folder's files and return it; the one in force if nothing changed.

    *progress* is told each stage as it begins. Raises Refused with the report
    where a rule is broken: the version in force stays.
    """
    work = partial(_build, settings, message, progress)
    return process.run(work, deadline=settings.build_timeout)


def validate(settings: Settings, extra: Sequence[Path] = (), *, progress: Progress) -> Report:
    """Return what the rules object to in the folder with the data files *extra*; publish nothing."""
    work = partial(_validate, settings, extra, progress)
    return process.run(work, deadline=settings.build_timeout)


def start_bare(settings: Settings) -> Version:
    """Make the empty first version of a plain store, if it has none; return the one in force."""
    return process.run(partial(bare.start, settings.store), deadline=settings.build_timeout)


def write_bare(settings: Settings, change: Change) -> Version:
    """Make *change* in a plain store, where no rule is kept; return the version it made."""
    work = partial(bare.write, settings.store, change)
    return process.run(work, deadline=settings.query_timeout, memory=settings.process_memory)


def check_passages(settings: Settings, text: str, source: str = "") -> Report:
    """Return what is wrong with the passages of *source*, of which *text* is an edition.

    *source* may be left out where the folder describes one text only. Raises
    Refused for a file that cannot be read, SourceError if the text is unknown.
    """
    loaded = load(find(settings.graph))
    if loaded.findings:
        raise Refused("A file cannot be read.", Report(loaded.findings))
    described = passages.described(in_memory(loaded.data), source)
    return _placed(Report(passages.check(text, described)), loaded)


def _validate(settings: Settings, extra: Sequence[Path], progress: Progress) -> Report:
    try:
        return _candidate(settings, extra, progress).report
    except Refused as refusal:
        return refusal.report


def _build(settings: Settings, message: str, progress: Progress) -> Version:
    with versions.writing(settings.store) as parent:
        candidate = _candidate(settings, (), progress)
        if not candidate.report.conforms:
            raise Refused(REFUSED, candidate.report)
        progress("publish")
        return versions.publish(settings.store, candidate.dataset, _describe(candidate, parent, message))


def _candidate(settings: Settings, extra: Sequence[Path], progress: Progress) -> Candidate:
    """Return the folder's files as a dataset: loaded, reasoned over, derived and validated."""
    progress("load")
    sources = find(settings.graph)
    loaded = load(sources, extra)
    if loaded.findings:
        raise Refused("A file cannot be read; nothing has changed.", Report(loaded.findings))
    names = Names(loaded.base)
    dataset = in_memory([*loaded.data, *loaded.ontology, *loaded.shapes])
    try:
        progress("reason")
        _reason(dataset, loaded, names)
    except Refused as clash:
        raise Refused(str(clash), _placed(clash.report, loaded)) from clash
    progress("validate")
    report = Report(_findings(dataset, loaded, sources.checks))
    return Candidate(dataset, loaded, _placed(report, loaded))


def _reason(dataset: Store, loaded: Loaded, names: Names) -> None:
    asserted = bridge.to_rdflib(triples(assert_facts(dataset, names)))
    inferred = infer(asserted, bridge.to_rdflib(triples(loaded.ontology)))
    derive(dataset, bridge.to_quads(inferred, NamedNode(names.inferred)), names)


def _findings(dataset: Store, loaded: Loaded, checks: list[Path]) -> list[Finding]:
    default = dataset.quads_for_pattern(None, None, None, DefaultGraph())
    data = bridge.to_rdflib(triples(default))
    shapes = bridge.to_rdflib(triples(loaded.shapes))
    return shape_findings(data, shapes) + check_findings(dataset, checks, Names(loaded.base))


def _placed(report: Report, loaded: Loaded) -> Report:
    return Report([replace(finding, place=loaded.place_of(finding)) for finding in report])


def _describe(candidate: Candidate, parent: int, message: str) -> Version:
    return Version(
        number=parent + 1,
        parent=parent,
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        message=message,
        curator="files",
        digest="",
        counts=counts(candidate.dataset, Names(candidate.loaded.base)),
        findings=candidate.report.summary(),
        base=candidate.loaded.base,
        prefixes=candidate.loaded.prefixes,
    )
