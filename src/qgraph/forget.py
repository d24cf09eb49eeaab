"""What must be forgotten is forgotten everywhere: erase a thing, correct a name, raise a tier.

Deleting does not erase: the engine's files keep what was deleted. So the version
in force and the tagged ones are written anew from what may stay, and every other
version that held it is let go. A journal beside the versions says what is under
way; whoever comes next finishes it.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from qgraph import delta, former, increment, keeping, ownership, suppression, traces, versions
from qgraph.delta import Delta
from qgraph.derive import counts, reasoned
from qgraph.errors import NotFound, Refused
from qgraph.findings import VIOLATION, Finding, Report
from qgraph.namespaces import CORE, LABEL, SKOS, Names
from qgraph.settings import Settings
from qgraph.sources import checks_of, find
from qgraph.store import Literal, NamedNode, Quad, Store, in_memory, iri, open_to_write, text_of
from qgraph.traces import CARE
from qgraph.versions import FULL, LAYERS, PUBLIC, Draft, Version

JOURNAL = "forget.journal"
ROUNDS = 10
NAMES = (LABEL, SKOS + "prefLabel", SKOS + "altLabel")
TIER = NamedNode(CORE + "tier")
TIERS = [CORE + tier for tier in ("Open", "Sensitive", "Restricted")]
MESSAGE = "Changed under the care policy."
REFUSED = "What is left would break a rule, so nothing has been forgotten: take along what the report names."


@dataclass(frozen=True)
class Forget:
    """What is to go: all that names one of *erased*; of *thing* the *old* text, or its tier below *tier*.

    *words* are what the thing is called, for messages that may hold them; *holding* names the
    versions that hold it, *todo* those of which something is still to be written anew.
    """

    erased: list[str] = field(default_factory=list)
    thing: str = ""
    old: str = ""
    new: str = ""
    tier: str = ""
    words: list[str] = field(default_factory=list)
    holding: list[int] = field(default_factory=list)
    todo: list[int] = field(default_factory=list)

    def rewritten(self, quads: Iterable[Quad]) -> list[Quad]:
        """Return *quads* without what is to go, and with what stands in its place."""
        gone = set(self.erased)
        return [self._of_thing(quad) for quad in quads if not gone & _names_in(quad)]

    def touches(self, quad: Quad) -> bool:
        """Say whether *quad* holds what is to go."""
        return bool(set(self.erased) & _names_in(quad)) or self._of_thing(quad) != quad

    def _of_thing(self, quad: Quad) -> Quad:
        value = quad.object
        if text_of(quad.subject) != self.thing:
            return quad
        if self.tier and quad.predicate == TIER and _rank(text_of(value)) < _rank(self.tier):
            return Quad(quad.subject, TIER, NamedNode(self.tier), quad.graph_name)
        if self.old and isinstance(value, Literal) and value.value == self.old:
            kind = None if value.language else value.datatype
            text = Literal(self.new, language=value.language, datatype=kind)
            return Quad(quad.subject, quad.predicate, text, quad.graph_name)
        return quad


@dataclass(frozen=True)
class Forgotten:
    """What was done: what was erased, versions rewritten and let go, statements that still hold its name."""

    erased: list[str]
    version: int
    rewritten: list[int]
    let_go: list[int]
    elsewhere: list[str]


def _rank(tier: str) -> int:
    """Return how strict *tier* is; one that nobody knows is the least."""
    return TIERS.index(tier) if tier in TIERS else -1


def _names_in(quad: Quad) -> set[str]:
    terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
    return {term.value for term in terms if isinstance(term, NamedNode)}


def plan(settings: Settings, wanted: Forget) -> list[str]:
    """Return what would be erased: what is wanted, and all that cannot stand without it. Raises Refused."""
    return _with_dependents(settings, versions.current(settings.store), wanted)


def forget(settings: Settings, wanted: Forget) -> Forgotten:
    """Do what is *wanted* to every version, and return what was done.

    Raises NotFound where no version holds it, Refused where what is left would
    break a rule: then nothing has changed.
    """
    store = settings.store
    with versions.writing(store) as parent:
        finish(settings)
        if not traces.holders(store, wanted.touches):
            raise NotFound("No version holds that.")
        erased = _with_dependents(settings, parent, wanted)
        return _finish(settings, _begun(store, replace(wanted, erased=erased)))


def finish(settings: Settings) -> None:
    """Finish what another began and was stopped in. To be called inside `versions.writing`."""
    journal = settings.store / JOURNAL
    if journal.exists():
        _finish(settings, Forget(**json.loads(journal.read_text("utf-8"))))


def is_begun(settings: Settings) -> bool:
    """Say whether something is begun and not finished."""
    return (settings.store / JOURNAL).exists()


def finish_begun(settings: Settings) -> None:
    """Finish what another began and was stopped in, if there is such a thing; not inside `writing`."""
    if is_begun(settings):
        with versions.writing(settings.store):
            finish(settings)


def again(settings: Settings) -> list[str]:
    """Erase once more what is on the list of erased names and has come back; return those names.

    A backup brings back what was erased after it was made. To be called inside
    `versions.writing`.
    """
    store = settings.store
    held = {name for quad in traces.quads(store) for name in _names_in(quad)}
    back = [name for name in sorted(held) if suppression.holds(settings, name)]
    if back:
        _finish(settings, _begun(store, Forget(erased=back)))
    return back


def _begun(store: Path, wanted: Forget) -> Forget:
    """Return what is *wanted* with all that is to be done for it, which the journal now holds."""
    wanted = replace(wanted, words=_called(store, wanted))
    holding = traces.holders(store, wanted.touches)
    told = [number for number in versions.numbers(store) if _is_told(store, number, wanted)]
    todo = sorted({*traces.inheriting(store, holding), *told})
    return _noted(store, replace(wanted, holding=holding, todo=todo))


def _noted(store: Path, wanted: Forget) -> Forget:
    versions.write_file(store / JOURNAL, json.dumps(asdict(wanted)))
    return wanted


def _finish(settings: Settings, wanted: Forget) -> Forgotten:
    """Do all of it, or what is left of it: the journal says what is, and loses each version that is done."""
    store = settings.store
    suppression.add(settings, wanted.erased)
    versions.swap_rebuilt(store)
    if versions.current(store) in wanted.todo:
        _publish(settings, wanted)  # the version in force is never rewritten in its place
    for left in [*(store / "versions").glob(f"{versions.DAMAGED}*"), *store.glob("backup-*")]:
        versions.drop(left)
    kept = {versions.current(store), *keeping.tags(store).values()}
    gone = [number for number in reversed(wanted.holding) if number not in kept]
    former.stand_alone(store, set(wanted.holding))
    keeping.let_go(store, [one for one in gone if one in versions.numbers(store)], forgotten=True)
    for number in [one for one in wanted.todo if one in versions.numbers(store)]:
        _rewrite(settings, number, wanted)
        wanted = _noted(store, replace(wanted, todo=[one for one in wanted.todo if one != number]))
    (store / JOURNAL).unlink()
    now = versions.current(store)
    versions.point_to(store, now)  # whoever keeps answers sees that the store is another
    elsewhere = _elsewhere(versions.open_version(store, now, FULL), wanted.words)
    rewritten = [number for number in wanted.holding if number in kept]
    return Forgotten(wanted.erased, now, rewritten, gone, elsewhere)


def _is_told(store: Path, number: int, wanted: Forget) -> bool:
    """Say whether what version *number* tells of itself holds what is to go, in words or in its changes."""
    words = (*wanted.erased, *wanted.words, *([wanted.thing] if wanted.tier else []))
    return traces.is_told(store, number, words, touches=wanted.touches)


def _rewrite(settings: Settings, number: int, wanted: Forget) -> None:
    """Write version *number* anew: without what is to go, or only into files that never held it."""
    if number in wanted.holding or _is_told(settings.store, number, wanted):
        _rebuild(settings, number, wanted)
    elif former.is_whole(settings.store, number):
        _copy(settings.store, number)
    for layer in LAYERS:  # made for a reader just as its store was let go, an index may stand alone
        if not (versions.folder(settings.store, number) / layer).is_dir():
            versions.drop(versions.index(settings.store, number, layer))


def _copy(store: Path, number: int) -> None:
    """Write the stores of version *number* into new files; those of its parent may hold what was deleted."""
    made, drafts = versions.rebuilding(store, number), {}
    for layer in [one for one in LAYERS if versions.has(store, number, one)]:
        data = open_to_write(made / layer)
        data.bulk_extend(versions.open_version(store, number, layer))
        data.flush()
        del data
        told = traces.changes(store, number, layer) or Delta()
        known = versions.describe(store, number, layer)
        drafts[layer] = Draft(known, told, versions.findings(store, number, layer))
    versions.exchange(store, number, drafts)


def _base(store: Path, number: int, wanted: Forget) -> dict[str, list[Quad]]:
    """Return what each layer of version *number* is derived from, without what is to go."""
    names = Names(versions.describe(store, number).base)
    top = FULL if versions.has(store, number, FULL) else PUBLIC
    held = {layer: former.open_version(store, number, layer) for layer in (top, PUBLIC)}
    base = {layer: wanted.rewritten(ownership.underived(data, names)) for layer, data in held.items()}
    hidden = ownership.hidden(in_memory(base[top]))
    shown = [quad for quad in base[PUBLIC] if ownership.owner_of(quad) not in hidden]
    return {PUBLIC: shown, FULL: base[top]} if hidden else {PUBLIC: shown}


def _derived(base: list[Quad], names: Names, *, reasons: bool) -> Store:
    """Return *base* with the graphs that are derived from it."""
    dataset = in_memory(base)
    reasoned(dataset, names, reasons=reasons)
    return dataset


def _with_dependents(settings: Settings, number: int, wanted: Forget) -> list[str]:
    """Return what is to be erased with all that cannot stand without it, so that no rule is broken.

    What cannot stand is what a rule objects to and what was linked with a thing
    that goes. Raises Refused where a rule objects to something else.
    """
    linked = _linked(settings.store, number)
    erased = list(wanted.erased)
    for _ in range(ROUNDS):
        found = _violations(settings, number, replace(wanted, erased=erased))
        if not found:
            return erased
        near = {one for name in erased for one in linked(name)}
        falling = sorted({finding.thing for finding in found} & near - set(erased))
        if not falling:
            break
        erased += falling
    raise Refused(REFUSED, Report(found))


def _violations(settings: Settings, number: int, wanted: Forget) -> list[Finding]:
    """Return what rules would object to in version *number* without what is to go."""
    names, sources = Names(versions.describe(settings.store, number).base), find(settings.graph)
    found: list[Finding] = []
    for layer, base in _base(settings.store, number, wanted).items():
        dataset = _derived(base, names, reasons=settings.reasons)
        found += increment.whole(dataset, names, checks_of(sources, layer))
    return [finding for finding in found if finding.severity == VIOLATION]


def _linked(store: Path, number: int) -> Callable[[str], set[str]]:
    """Return a function that gives the names linked with a name in version *number*, graphs among them."""
    data = former.open_version(store, number, FULL)

    def linked(name: str) -> set[str]:
        node = iri(name)
        patterns = [(node, None, None, None), (None, None, node, None), (None, None, None, node)]
        return {
            one
            for pattern in patterns
            for quad in data.quads_for_pattern(*pattern)
            for one in _names_in(quad)
        }

    return linked


def _called(store: Path, wanted: Forget) -> list[str]:
    """Return what the things to be erased are or were called in any version, or the text to be corrected."""
    erased = set(wanted.erased)
    found = {
        text_of(quad.object)
        for quad in traces.quads(store)
        if text_of(quad.subject) in erased and quad.predicate.value in NAMES
    }
    return sorted(found | ({wanted.old} if wanted.old else set()))


def _elsewhere(data: Store, words: list[str]) -> list[str]:
    """Return the statements of *data* that still hold one of *words* in a text, for a person to look at."""
    quads = (quad for quad in data if isinstance(quad.object, Literal))
    return sorted({str(quad.triple) for quad in quads if any(word in text_of(quad.object) for word in words)})


def _publish(settings: Settings, wanted: Forget) -> None:
    """Publish a version without what is to go, in files that never held it."""
    store, parent = settings.store, versions.current(settings.store)
    said = versions.draft(versions.next_number(store), parent, message=MESSAGE, curator=CARE, role="admin")
    with versions.candidate(store, 0) as made:
        drafts = _fresh(settings, parent, wanted, made=made.path)
        versions.publish(store, made.path, {layer: _told(draft, said) for layer, draft in drafts.items()})


def _told(draft: Draft, said: Version) -> Draft:
    """Return *draft* as the version that *said* describes, which tells only how many statements changed."""
    version = replace(
        said,
        digest=draft.version.digest,
        counts=draft.version.counts,
        findings=draft.version.findings,
        base=draft.version.base,
        prefixes=draft.version.prefixes,
        withheld=draft.version.withheld,
    )
    return Draft(version, Delta(), draft.findings)


def _rebuild(settings: Settings, number: int, wanted: Forget) -> None:
    """Write version *number* anew without what is to go, its changes and its message too."""
    with suppress(Refused):  # an old version may break a rule of today as it is
        wanted = replace(wanted, erased=_with_dependents(settings, number, wanted))
    made = versions.rebuilding(settings.store, number)
    drafts = _fresh(settings, number, wanted, made=made)
    versions.exchange(settings.store, number, drafts)


def _fresh(settings: Settings, number: int, wanted: Forget, *, made: Path) -> dict[str, Draft]:
    """Write the layers of version *number* into the folder *made* without what is to go; return them."""
    store, drafts = settings.store, {}
    names = Names(versions.describe(store, number).base)
    for layer, base in _base(store, number, wanted).items():
        known = versions.describe(store, number, layer if versions.has(store, number, layer) else PUBLIC)
        dataset = _derived(base, names, reasons=settings.reasons)
        changed = len(delta.between(former.open_version(store, number, layer), dataset))
        data = open_to_write(made / layer)
        data.extend(dataset)
        data.flush()
        objected = [one for one in versions.findings(store, number, layer) if not _tells(one, wanted)]
        version = replace(
            known,
            message=""
            if any(word in known.message for word in (*wanted.erased, *wanted.words))
            else known.message,
            digest=delta.digest(dataset),
            counts=counts(dataset, names),
            withheld=known.withheld + changed,
        )
        drafts[layer] = Draft(version, _clean(store, number, wanted, layer=layer), objected)
    return drafts


def _tells(finding: Finding, wanted: Forget) -> bool:
    """Say whether *finding* tells of what is to go."""
    return any(word in str(finding) for word in (*wanted.erased, *wanted.words, wanted.thing) if word)


def _clean(store: Path, number: int, wanted: Forget, *, layer: str) -> Delta:
    """Return what version *number* changed in *layer*, without what is to go.

    Where a tier is raised, a public layer that told of the evidence tells nothing:
    what followed from it cannot be picked out of the rest.
    """
    told = traces.changes(store, number, layer) or Delta()
    owners = {text_of(ownership.owner_of(quad)) for quad in told.quads}
    if wanted.tier and layer == PUBLIC and wanted.thing in owners:
        return Delta()
    came, went = (frozenset(wanted.rewritten(part)) for part in (told.added, told.removed))
    return Delta(came - went, went - came)
