"""What a query process is asked to do: a name, and the function that does it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import IO, Any, cast

from qgraph import (
    about,
    catalog,
    descriptions,
    export,
    jsonld,
    kinds,
    profiles,
    query,
    spreadsheets,
    statistics,
    things,
    versions,
    vocabulary,
)
from qgraph.formats import BY_NAME
from qgraph.layout import is_fact, laid_out
from qgraph.portal import answers, browse, completions, order, overview, prose, reading, search, thing, words
from qgraph.portal.shelves import Shelves
from qgraph.query import Spool, question_of
from qgraph.selection import ORDERED, Export, Selection
from qgraph.settings import Settings
from qgraph.store import Store
from qgraph.versions import PUBLIC, Version

ROW_BY_ROW = ("csv", "csvw", "geojson")  # each row is in order, whatever the order of the store


@dataclass(frozen=True)
class Given:
    """What a process has: the store of a layer of a version, its description, the settings; its shelves."""

    store: Store
    version: Version
    settings: Settings
    layer: str = PUBLIC
    shelves: Shelves = field(default_factory=Shelves)


def _query(given: Given, spool: Spool, **asked: Any) -> str:
    question = question_of(given.settings, base=given.version.base, **asked)
    return query.answer(given.store, question, prefixes=given.version.prefixes, output=spool)


def _service(given: Given, spool: Spool, *, endpoint: str, syntax: str) -> str:
    said = catalog.service(
        given.store, given.version, endpoint=endpoint, chosen=given.settings, syntax=syntax
    )
    spool.write(said)
    return syntax


def _thing(given: Given, spool: Spool, **asked: Any) -> str:
    return _values(thing.page(given.store, given.version, **asked), spool)


def _identify(given: Given, spool: Spool, **asked: Any) -> str:
    """Write what a name names, and whether search engines are to leave it out."""
    found = descriptions.identify(given.store, base=given.version.base, **asked)
    unlisted = bool(given.version.base) and statistics.is_unlisted(given.store, given.version, asked["iri"])
    return _values(found | {"unlisted": unlisted}, spool)


def _description(given: Given, spool: Spool, *, iri: str, syntax: str, frame: profiles.Frame) -> str:
    version, form = given.version, BY_NAME[syntax]
    names = jsonld.context(given.store, version)
    found = descriptions.describe(given.store, iri, version.base, shape=jsonld.shape_of(frame, names))
    itself = descriptions.belonging(given.store, iri, version.base)
    if syntax == "jsonld":
        spool.write(jsonld.told(found.whole | itself, iri, names, frame=frame))
    else:
        carried = syntax == "turtle12" and any(map(is_fact, found.whole))
        quads = found.whole if form.holds_named_graphs or carried else found.plain
        spool.write(laid_out(quads | itself, form, version.prefixes, first=iri))
    return syntax


def _profiled(given: Given, spool: Spool, *, iri: str, syntax: str, profile: list[str]) -> str:
    """Write what the CONSTRUCT queries of a profile, whose IRI comes first, make of a thing."""
    (vocabulary, *queries), base = profile, given.version.base
    descriptions.identify(given.store, iri, base)
    quads = profiles.told(given.store, descriptions.node_of(iri), queries, base=base)
    if syntax == "jsonld":
        spool.write(jsonld.told(quads, iri, {"@vocab": vocabulary}))
    else:
        spool.write(laid_out(quads, BY_NAME[syntax], given.version.prefixes, first=iri))
    return syntax


def _context(given: Given, spool: Spool) -> str:
    spool.write(jsonld.published(given.store, given.version))
    return "jsonld"


def _labels(given: Given, spool: Spool, *, iris: list[str]) -> str:
    return _values(things.labels(given.store, iris), spool)


def _named(given: Given, spool: Spool, **asked: Any) -> str:
    return _values(words.named(given.store, **asked), spool)


def _prose(given: Given, spool: Spool, **asked: str) -> str:
    return _values(prose.read(given.settings.graph, **asked), spool)


def _overview(given: Given, spool: Spool, *, language: str) -> str:
    """Write what a version holds and lacks; which ways in there are is the folder's own to say."""
    folder = given.settings.graph
    told = prose.read(folder, language)
    made = overview.read(given.store, given.version, told, folder=folder, language=language)
    return _values(made, spool)


def _answer(given: Given, spool: Spool, *, text: str, **asked: Any) -> str:
    """Write the answer to a question as its page shows it."""
    question = question_of(given.settings, base=given.version.base, text=text)
    return _values(answers.answered(given.store, question, answers.Wanted(**asked)), spool)


def _suggested(given: Given, spool: Spool, *, texts: dict[str, str], language: str) -> str:
    asked = {
        name: question_of(given.settings, base=given.version.base, text=text) for name, text in texts.items()
    }
    return _values(answers.suggested(given.store, language, asked), spool)


def _search(given: Given, spool: Spool, **asked: Any) -> str:
    """Write what a search finds in this version."""
    index = versions.index(given.settings.store, given.version.number, given.layer)
    return _values(search.found(given.store, index, given.version.base, **asked), spool)


def _evidence(given: Given, spool: Spool, **asked: str) -> str:
    return _values(reading.evidence(given.store, **asked), spool)


def _source(given: Given, spool: Spool, **asked: Any) -> str:
    return _values(reading.source(given.store, **asked), spool)


def _order(given: Given, spool: Spool, **asked: str) -> str:
    return _values(order.read(given.store, **asked), spool)


def _export(given: Given, spool: Spool, *, selection: dict[str, Any], **asked: Any) -> str:
    """Write an export; of a large version from the disk, whose order is the same in every process."""
    chosen, version = given.settings, given.version
    store = given.store
    if version.counts.get("quads", 0) > ORDERED and asked["syntax"] not in ROW_BY_ROW:
        store = versions.open_version(chosen.store, version.number)
    wanted = Export(Selection(**selection), limit=chosen.result_limit, **asked)
    export.write(store, version, wanted, output=cast("IO[bytes]", spool), history=chosen.store)
    return wanted.syntax


def _completions(given: Given, spool: Spool, **asked: str) -> str:
    return _values(completions.completions(given.store, given.version, **asked), spool)


def _counted(given: Given, spool: Spool, *, language: str) -> str:
    return _values(browse.counted(words.Words(given.store, language), given.version.base), spool)


def _browse(given: Given, spool: Spool, *, language: str, page: int, whole: str, **asked: object) -> str:
    told, base = words.Words(given.store, language), given.version.base
    choice = browse.choose(told, base, given.shelves, asked=asked)
    return _values(browse.page(told, base, choice, number=page, whole=whole), spool)


def _browsed(given: Given, spool: Spool, *, syntax: str, language: str, bom: bool, **asked: object) -> str:
    """Write what is chosen of a kind as a file. Raises RequestError for a value that there is not."""
    told, version = words.Words(given.store, language), given.version
    choice = browse.choose(told, version.base, given.shelves, asked=asked)
    browse.check(choice)
    if syntax == browse.LIST:
        spool.write(browse.written(told, choice, about.Copy(about.read(given.store, version), version)))
        return syntax
    selection = {"what": "kind", "name": asked["kind"], "only": frozenset(choice.things())}
    return _export(given, spool, selection=selection, syntax=syntax, bom=bom)


def _table(given: Given, spool: Spool, *, text: str, syntax: str, bom: bool = False) -> str:
    """Write the answer to a query for a spreadsheet."""
    question = question_of(given.settings, base=given.version.base, text=text)
    asked = Export(syntax=syntax, bom=bom, limit=given.settings.result_limit)
    output = cast("IO[bytes]", spool)
    spreadsheets.write_answer(given.store, question, asked, version=given.version, output=output)
    return syntax


def _kinds(given: Given, spool: Spool) -> str:
    return _values([asdict(one) for one in kinds.read(given.store, given.version.base)], spool)


def _version(given: Given, spool: Spool) -> str:
    return _values(asdict(given.version), spool)


def _about(given: Given, spool: Spool) -> str:
    return _values(asdict(about.read(given.store, given.version)), spool)


def _statistics(given: Given, spool: Spool) -> str:
    return _values(statistics.count(given.store, given.version), spool)


def _listed(given: Given, spool: Spool, **asked: int) -> str:
    return _values(statistics.listed(given.store, given.version, **asked), spool)


def _vocabularies(given: Given, spool: Spool) -> str:
    return _values(vocabulary.vocabularies(given.store, given.version), spool)


def _vocabulary(given: Given, spool: Spool, **asked: str) -> str:
    spool.write(vocabulary.written(given.store, given.version, **asked))
    return asked["syntax"]


def _terms(given: Given, spool: Spool, *, document: str) -> str:
    told = vocabulary.page(given.store, given.version, document=document, folder=given.settings.graph)
    return _values(told, spool)


def _values(found: object, spool: Spool) -> str:
    spool.write(json.dumps(found).encode())
    return "json"


# Each writes its answer and returns the name of the answer's format.
TASKS: Mapping[str, Callable[..., str]] = {
    "query": _query,
    "service": _service,
    "thing": _thing,
    "identify": _identify,
    "description": _description,
    "profiled": _profiled,
    "context": _context,
    "labels": _labels,
    "named": _named,
    "prose": _prose,
    "overview": _overview,
    "search": _search,
    "evidence": _evidence,
    "source": _source,
    "order": _order,
    "version": _version,
    "about": _about,
    "statistics": _statistics,
    "listed": _listed,
    "vocabularies": _vocabularies,
    "vocabulary": _vocabulary,
    "terms": _terms,
    "export": _export,
    "table": _table,
    "answer": _answer,
    "suggested": _suggested,
    "counted": _counted,
    "browse": _browse,
    "browsed": _browsed,
    "kinds": _kinds,
    "completions": _completions,
}
