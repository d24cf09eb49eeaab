"""How long a search takes among 100,000 invented things, and what it takes to keep their index.

Run as: python benchmarks/search.py. A search is all that a query process does for
a page: the index, then names, other names and descriptions from the store in memory.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import large

from qgraph import fulltext
from qgraph.delta import Delta
from qgraph.load import load
from qgraph.namespaces import DCTERMS, LABEL, SKOS
from qgraph.portal import search
from qgraph.settings import read
from qgraph.sources import find
from qgraph.store import DefaultGraph, Literal, NamedNode, Quad, in_memory, open_to_write

THINGS, SEED, ROUNDS = 100_000, 20261128, 5
SYLLABLES = [
    *("ba", "ce", "çi", "da", "əl", "fa", "gü", "ha", "ır", "ka", "le", "mi", "na", "or", "pe", "qa"),
    *("ru", "şa", "ti", "un", "və", "ya", "zi", "kö", "san", "mer", "tol", "vin", "dar"),
]


def main() -> None:
    """Print the medians."""
    chance = Random(SEED)
    lexicon = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(20_000)]
    loaded = load(find(read({}, graph=large.TINY, reasoner="none").graph))
    names = [" ".join(chance.choices(lexicon, k=chance.randint(1, 4))) for _ in range(THINGS)]
    quads = [*loaded.ontology, *described(loaded.base, names, lexicon, chance)]
    with tempfile.TemporaryDirectory() as folder:
        index, data = Path(folder) / "index", Path(folder) / "data"
        written = open_to_write(data)
        written.bulk_extend(quads)
        written.flush()
        del written
        print(f"write the index: {seconds(lambda: fulltext.write(index, data, loaded.base)):.1f} s")
        one = Quad(NamedNode(f"{loaded.base}film/x1"), NamedNode(LABEL), Literal("Bir", language="az"))
        change = Delta(frozenset([one]))
        kept = [seconds(lambda: fulltext.keep(index, data, loaded.base, change=change)) for _ in range(20)]
        print(f"change one name: {statistics.median(kept) * 1000:.0f} ms, at most {max(kept) * 1000:.0f} ms")
        store = in_memory(quads)
        for what, texts in asked(names, chance).items():
            took = [seconds(lambda text=text: found(store, index, loaded.base, text)) for text in texts * 2]
            rest = sorted(took[len(texts) :])
            slow = rest[int(len(rest) * 0.95)] * 1000
            print(f"{what}: median {statistics.median(rest) * 1000:.1f} ms, p95 {slow:.1f} ms")


def described(base: str, names: list[str], lexicon: list[str], chance: Random) -> Iterator[Quad]:
    """Yield what is told of the things: a label, of some another name, a description."""
    for number, name in enumerate(names):
        thing = NamedNode(f"{base}{chance.choice(('film', 'person'))}/x{number}")
        yield Quad(thing, NamedNode(LABEL), Literal(name.title(), language="az"), DefaultGraph())
        if number % 5 == 0:
            other = " ".join(chance.choices(lexicon, k=2))
            yield Quad(thing, NamedNode(SKOS + "altLabel"), Literal(other, language="en"), DefaultGraph())
        text = " ".join(chance.choices(lexicon, k=20))
        yield Quad(thing, NamedNode(DCTERMS + "description"), Literal(text, language="en"), DefaultGraph())


def asked(names: list[str], chance: Random) -> dict[str, list[str]]:
    """Return what is searched: whole names, words, what is typed so far, mistyped, not there."""
    some = chance.sample(names, 40)
    return {
        "whole names": some,
        "one word": [one.split()[-1] for one in some],
        "three letters, as typed": [one[:3] for one in some],
        "one letter": [*"abcdefghiklmnopqrst"],
        "mistyped": [mistyped(one, chance) for one in some],
        "mistyped, two words, capitals": [
            mistyped(" ".join(one.split()[:2]).upper(), chance) for one in some
        ],
        "nothing like it": [f"xx{one[::-1]}ww" for one in some],
    }


def mistyped(text: str, chance: Random) -> str:
    """Return *text* with two letters exchanged."""
    at = chance.randrange(max(len(text) - 1, 1))
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def found(store: object, index: Path, base: str, text: str) -> None:
    """Search *text* as a page does."""
    wanted = {"text": text[: fulltext.LONGEST], "kind": "", "start": 0, "most": 20}
    search.found(store, index, base, language="en", asked=wanted)  # type: ignore[arg-type]


def seconds(work: Callable[[], object]) -> float:
    """Return the seconds that *work* takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
