"""The only door to tantivy: the search index of a layer, kept beside its store.

The index names things; what is shown of them comes from the store. A version's
index begins as hard links to that of its parent, of which the engine only ever
adds and deletes files; a folder that was written anew gets an index written anew.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path

import tantivy
from tantivy import Document, Index, Occur, Query

from qgraph import kinds
from qgraph.delta import Delta
from qgraph.errors import Overloaded, RequestError, StoreError
from qgraph.folding import folded, spellings, words
from qgraph.namespaces import CORE, DCTERMS, LABEL, PATH_SEGMENT, RDFS, SCHEMA, SKOS, XSD
from qgraph.store import Literal, NamedNode, Quad, Store, open_read_only, text_of

SUFFIX = ".search-1"  # the number goes up when what an index holds is another
BASE = "base"  # the file that says which graph base the index was made for
NAMES = (LABEL, SKOS + "prefLabel", SKOS + "altLabel", SKOS + "hiddenLabel", DCTERMS + "title")
TEXTS = (DCTERMS + "description", SKOS + "definition", SKOS + "scopeNote", SCHEMA + "description")
UNDER = RDFS + "subPropertyOf"
LONGEST = 200  # characters of a search
SMALL, LARGE = 15_000_000, 50_000_000  # bytes of memory for a few changes, for a whole graph
FEW = 1_000  # things
MOST_WORDS = 20
MOST_KINDS = 200
TYPED = 3  # letters of a word that may go on in a text; of a name it may from the first
# What a name weighs that is all of the search, that begins with it, that nearly is it.
EXACT, BEGINS, NEARLY = 1_000.0, 300.0, 100.0
WEIGHTS = {"name": (10.0, 6.0, 3.0), "text": (1.0, 0.6, 0.3)}  # a word as it is, begun, mistyped


@dataclass
class Entry:
    """A thing as it is searched: its *kind*, by path segment, and its names and descriptions as written."""

    kind: str
    names: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """Which things were found, the best first: some of *total*; how many there are of each kind."""

    total: int
    iris: list[str]
    kinds: dict[str, int]


def path(version: Path, layer: str) -> Path:
    """Return the folder of the index of *layer* in the folder of a *version*."""
    return version / f"{layer}{SUFFIX}"


def link(source: Path, target: Path) -> None:
    """Make *target* an index like *source*, if that is there, by hard links."""
    if source.is_dir():
        target.mkdir()
        for one in source.iterdir():
            if not one.name.endswith(".lock"):
                (target / one.name).hardlink_to(one)


def keep(index: Path, data: Path, base: str, *, change: Delta | None) -> None:
    """Have *index* hold what can be found in the store in the folder *data*.

    Where it holds that of the parent, only what the *change* touches is made anew.
    """
    if change is None or not _is_of(index, base) or any(map(_is_of_all, change.quads)):
        for left in index.glob("*"):
            left.unlink()
        write(index, data, base)
    elif touched := {text_of(quad.subject) for quad in change.quads if _is_told(quad)}:
        store = open_read_only(data)
        entries = _entries(store, base, touched)
        _changed(index, entries, gone=touched)


def write(index: Path, data: Path, base: str) -> None:
    """Write the index of all that can be found in the store in the folder *data*."""
    index.mkdir(exist_ok=True)
    _changed(index, _entries(open_read_only(data), base), gone=())
    (index / BASE).write_text(base, encoding="utf-8")


def _is_of(index: Path, base: str) -> bool:
    known = index / BASE
    return known.exists() and known.read_text("utf-8") == base


def _is_of_all(quad: Quad) -> bool:
    """Say whether *quad* changes what of other things is searched."""
    return quad.predicate.value in (PATH_SEGMENT, UNDER)


def _is_told(quad: Quad) -> bool:
    """Say whether *quad* may name or describe a thing: by a text, and not one of the program's own words."""
    value = quad.object
    is_text = isinstance(value, Literal) and (bool(value.language) or value.datatype.value == XSD + "string")
    return is_text and not quad.predicate.value.startswith(CORE)


def properties(store: Store, of: Iterable[str]) -> list[str]:
    """Return the properties *of*, and those that the ontology in *store* puts right under one of them."""
    found = [*of]
    for one in of:
        below = store.quads_for_pattern(None, NamedNode(UNDER), NamedNode(one), None)
        found += [text_of(quad.subject) for quad in below]
    return list(dict.fromkeys(found))


def texts_of(store: Store, iri: str, of: Iterable[str]) -> list[Literal]:
    """Return the texts that *store* has for the properties *of* of the thing *iri*, each once."""
    found = [store.quads_for_pattern(NamedNode(iri), NamedNode(word), None, None) for word in of]
    texts = (quad.object for quads in found for quad in quads)
    return list(dict.fromkeys(one for one in texts if isinstance(one, Literal)))


def _entries(store: Store, base: str, wanted: set[str] | None = None) -> dict[str, Entry]:
    """Return what can be found of the things in *store* that are *wanted*, or of all; each has a name."""
    segments = {one.segment for one in kinds.read(store, base)}
    found: dict[str, Entry] = {}
    for of, is_name in ((NAMES, True), (TEXTS, False)):
        for quad in _told(store, properties(store, of), wanted):
            iri, value = text_of(quad.subject), quad.object
            segment, slash, _ = iri.removeprefix(base).partition("/")
            if slash and segment in segments and iri.startswith(base) and isinstance(value, Literal):
                entry = found.setdefault(iri, Entry(segment))
                (entry.names if is_name else entry.texts).append(value.value)
    return {iri: entry for iri, entry in found.items() if entry.names}


def _told(store: Store, of: list[str], wanted: set[str] | None) -> Iterator[Quad]:
    subjects = [None] if wanted is None else [NamedNode(one) for one in sorted(wanted) if ":" in one]
    for subject in subjects:
        for word in of:
            yield from store.quads_for_pattern(subject, NamedNode(word), None, None)


def _schema() -> tantivy.Schema:
    made = tantivy.SchemaBuilder()
    made.add_text_field("iri", stored=True, tokenizer_name="raw", index_option="basic")
    made.add_text_field("kind", fast=True, tokenizer_name="raw", index_option="basic")
    made.add_text_field("whole", tokenizer_name="raw", index_option="basic")
    made.add_text_field("name", tokenizer_name="whitespace", index_option="freq")
    made.add_text_field("text", tokenizer_name="whitespace", index_option="basic")
    return made.build()


def _changed(index: Path, entries: Mapping[str, Entry], *, gone: Iterable[str]) -> None:
    """Put *entries* into *index*, those with short names first, and take out what is *gone*."""
    held = Index(_schema(), str(index))
    writer = held.writer(LARGE if len(entries) > FEW else SMALL, 1)
    for iri in gone:
        writer.delete_documents_by_term("iri", iri)
    for iri, entry in sorted(entries.items(), key=_place):
        names = list(dict.fromkeys(one for name in entry.names for one in spellings(name)))
        texts = list(dict.fromkeys(map(folded, entry.texts)))
        writer.add_document(Document(iri=[iri], kind=[entry.kind], whole=names, name=names, text=texts))
    writer.commit()
    writer.wait_merging_threads()
    for lock in index.glob("*.lock"):
        lock.unlink()


def _place(told: tuple[str, Entry]) -> tuple[int, str, str]:
    """Return where a thing stands among those that are found alike: by the fewest words of its names."""
    return *min((one.count(" "), one) for one in map(folded, told[1].names)), told[0]


@cache
def _opened(index: Path) -> Index:
    """Return the index in the folder *index*: opened once in a process, since a version never changes.

    Raises Overloaded where it is still being made, StoreError where it cannot be read.
    """
    if not index.is_dir():
        raise Overloaded("The search index of this version is being made: try again.")
    try:
        opened = Index.open(str(index))
    except (ValueError, OSError) as error:
        raise StoreError(f"This version has no search index that can be read: {error}.") from error
    opened.config_reader("manual")
    return opened


def search(index: Path, text: str, *, kind: str = "", start: int = 0, most: int = 20) -> Found:
    """Return the things that *text* finds, of one *kind* or of all, *most* of them from *start* on.

    A name that is the text comes before one that begins with it, before names
    that hold its words, before descriptions. All words have to be there, of many
    most. What is typed is only ever compared: nothing in it is an operator.
    Raises RequestError if it is too long.
    """
    if len(text) > LONGEST:
        said = f"A search has at most {LONGEST} characters, and this has {len(text):,}: take fewer words."
        raise RequestError(said, parameter="q")
    wholes = spellings(text)
    asked = list(dict.fromkeys(zip(*(one.split() for one in wholes), strict=True)))[:MOST_WORDS]
    if not asked:
        return Found(0, [], {})
    schema, searcher = _opened(index).schema, _opened(index).searcher()
    # Folded it may be many times as long, and what is nearly it would take that much memory.
    query = _query(schema, [one[:LONGEST] for one in wholes], asked)
    sums = {"kinds": {"terms": {"field": "kind", "size": MOST_KINDS}}}
    buckets = searcher.aggregate(query, sums)["kinds"]["buckets"]
    counted = {one["key"]: int(one["doc_count"]) for one in buckets}
    if kind:
        query = Query.boolean_query(
            [(Occur.Must, query), (Occur.Must, _flat(Query.term_query(schema, "kind", kind), 0.0))]
        )
    hits = searcher.search(query, max(most, 1), count=False, offset=start).hits
    iris = [str(searcher.doc(address)["iri"][0]) for _, address in hits]
    return Found(counted.get(kind, 0) if kind else sum(counted.values()), iris, counted)


def near(index: Path, text: str, most: int) -> list[str]:
    """Return the things whose names have a word that is nearly one of *text*, for who found nothing."""
    schema, searcher = _opened(index).schema, _opened(index).searcher()
    asked = [one for one in dict.fromkeys(words(text)) if len(one) >= TYPED][:MOST_WORDS]
    some = [
        Query.fuzzy_term_query(schema, "name", one, min(distance, len(one) // 3), prefix=prefix)
        for one in asked
        for distance, prefix in ((1, False), (2, False), (2, True))
    ]
    hits = searcher.search(Query.boolean_query([(Occur.Should, one) for one in some]), most).hits
    return [str(searcher.doc(address)["iri"][0]) for _, address in hits]


def typos(word: str) -> int:
    """Return how many letters of *word* may be wrong, left out, too many or exchanged."""
    return (len(word) >= 4) + (len(word) >= 8)


def _query(schema: tantivy.Schema, wholes: Iterable[str], asked: list[tuple[str, ...]]) -> Query:
    needed = len(asked) - len(asked) // 3
    each = Query.boolean_query([(Occur.Should, _word(schema, one)) for one in asked], needed)
    better = []
    for whole in wholes:
        better.append(_flat(Query.term_query(schema, "whole", whole), EXACT))
        better.append(_flat(Query.fuzzy_term_query(schema, "whole", whole, 0, prefix=True), BEGINS))
        if typos(whole):
            better.append(_flat(Query.fuzzy_term_query(schema, "whole", whole, typos(whole)), NEARLY))
    return Query.boolean_query([(Occur.Must, each), *((Occur.Should, one) for one in better)])


def _word(schema: tantivy.Schema, spelt: tuple[str, ...]) -> Query:
    """Return the query for one word, of which the best way to find it counts; rare ones a little more."""
    ways = []
    for word, (place, (same, begun, mistyped)) in product(dict.fromkeys(spelt), WEIGHTS.items()):
        ways.append(_flat(Query.term_query(schema, place, word), same))
        if place == "name" or len(word) >= TYPED:
            ways.append(_flat(Query.fuzzy_term_query(schema, place, word, 0, prefix=True), begun))
        if typos(word):
            ways.append(_flat(Query.fuzzy_term_query(schema, place, word, typos(word)), mistyped))
    rare = Query.boost_query(Query.term_query(schema, "name", spelt[0], "freq"), 0.05)
    return Query.boolean_query([(Occur.Must, Query.disjunction_max_query(ways)), (Occur.Should, rare)])


def _flat(query: Query, score: float) -> Query:
    return Query.const_score_query(query, score)
