"""Why a fact is inferred: the rule of OWL 2 RL that gives it, and the facts from which it follows.

OWL 2 Profiles, section 4.3. Only the rules that say something new of things are
looked for; the shortest proof is told, since a reader wants a reason, not all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from qgraph.namespaces import OWL, RDF, RDFS, TYPE
from qgraph.portal.statements import Book
from qgraph.store import BlankNode, Literal, NamedNode, Term, Triple

DEEPEST = 4  # steps from what is asserted
LATER = 3  # steps from which on a kind is told by what is said of the thing
Why = dict[str, Any]
Path = tuple[Triple, ...]


@dataclass(frozen=True)
class Reason:
    """A *rule* that would give a fact, the *terms* of its axiom, and its *premises*."""

    rule: str
    terms: tuple[NamedNode, ...]
    premises: Path


def why(book: Book, fact: Triple) -> Why:
    """Return the shortest proof of *fact*: rule, terms, premises as statements; empty if none is found."""
    return next((found for steps in range(1, DEEPEST + 1) if (found := _proof(book, fact, steps))), {})


def _proof(book: Book, fact: Triple, steps: int) -> Why:
    key = (fact, steps)
    if key not in book.proofs:
        book.proofs[key] = next(
            (found for one in _reasons(book, fact) if (found := _told(book, one, steps))), {}
        )
    return book.proofs[key]


def _told(book: Book, reason: Reason, steps: int) -> Why:
    """Return *reason* as values if all its premises are asserted or follow in fewer *steps*; else nothing.

    That a thing is of a kind is told by its other kinds sooner than by what is said of it.
    """
    if reason.rule in ("domain", "range") and steps < LATER:
        return {}
    premises = []
    for fact in reason.premises:
        inner: Why = {}
        if not book.holds(fact, book.names.asserted):
            inner = (
                _proof(book, fact, steps - 1) if steps > 1 and book.holds(fact, book.names.inferred) else {}
            )
            if not inner:
                return {}
        premises.append(book.tell(fact) | ({"why": inner} if inner else {}))
    terms = [book.words.thing(term.value) for term in reason.terms]
    return {"rule": reason.rule, "terms": terms, "premises": premises}


def _reasons(book: Book, fact: Triple) -> Iterator[Reason]:
    if not isinstance(fact.object, NamedNode) or not isinstance(fact.subject, NamedNode):
        return
    if fact.predicate.value == TYPE:
        yield from _of_a_type(book, fact.subject, fact.object)
    else:
        yield from _of_a_link(book, fact.subject, fact.predicate, value=fact.object)


def _of_a_type(book: Book, thing: NamedNode, kind: NamedNode) -> Iterator[Reason]:
    """Yield why *thing* may be of a *kind*: it is of a narrower one, or is told of as one of it."""
    for narrower in _narrower(book, kind, "Class"):
        yield Reason("subclass", (narrower, kind), (Triple(thing, NamedNode(TYPE), narrower),))
    for word in _subjects(book, RDFS + "domain", kind):
        for fact in book.some(thing, word, None):
            yield Reason("domain", (word, kind), (fact,))
    for word in _subjects(book, RDFS + "range", kind):
        for fact in book.some(None, word, thing):
            yield Reason("range", (word, kind), (fact,))


def _of_a_link(book: Book, thing: NamedNode, word: NamedNode, *, value: NamedNode) -> Iterator[Reason]:
    """Yield why *thing* may be linked to *value* by *word*."""
    for narrower in _narrower(book, word, "Property"):
        yield Reason("subproperty", (narrower, word), (Triple(thing, narrower, value),))
    for other in (*_subjects(book, OWL + "inverseOf", word), *_objects(book, word, OWL + "inverseOf")):
        if isinstance(other, NamedNode):
            yield Reason("inverse", (other, word), (Triple(value, other, thing),))
    kinds = set(_objects(book, word, TYPE))
    if NamedNode(OWL + "SymmetricProperty") in kinds:
        yield Reason("symmetric", (word,), (Triple(value, word, thing),))
    if NamedNode(OWL + "TransitiveProperty") in kinds:
        yield from (
            Reason("transitive", (word,), path) for path in _paths(book, thing, [word, word], value=value)
        )
    for chain in _objects(book, word, OWL + "propertyChainAxiom"):
        steps = list(_listed(book, chain))
        yield from (Reason("chain", (*steps, word), path) for path in _paths(book, thing, steps, value=value))


def _paths(book: Book, start: NamedNode, words: list[NamedNode], *, value: NamedNode) -> Iterator[Path]:
    """Yield the facts that lead from *start* to *value* by *words*, one after the other."""
    if len(words) == 1:
        yield from ((fact,) for fact in book.some(start, words[0], value))
        return
    for fact in book.some(start, words[0], None) if words else ():
        if isinstance(fact.object, NamedNode):
            yield from ((fact, *rest) for rest in _paths(book, fact.object, words[1:], value=value))


def _narrower(book: Book, term: NamedNode, sort: str) -> list[NamedNode]:
    """Return the classes or properties that the ontology puts directly under *term*, or makes equal to it."""
    same = OWL + f"equivalent{sort}"
    found = {*_subjects(book, RDFS + f"sub{sort}Of", term), *_subjects(book, same, term)}
    found |= {one for one in _objects(book, term, same) if isinstance(one, NamedNode)}
    return sorted(found - {term}, key=str)


def _subjects(book: Book, word: str, value: NamedNode) -> list[NamedNode]:
    found = book.some(None, NamedNode(word), value, within=book.names.ontology)
    return [axiom.subject for axiom in found if isinstance(axiom.subject, NamedNode)]


def _objects(book: Book, term: NamedNode | BlankNode, word: str) -> list[Term]:
    return [axiom.object for axiom in book.some(term, NamedNode(word), None, within=book.names.ontology)]


def _listed(book: Book, head: Term) -> Iterator[NamedNode]:
    """Yield the members of the RDF list at *head* that have names."""
    while isinstance(head, BlankNode):
        yield from (one for one in _objects(book, head, RDF + "first") if isinstance(one, NamedNode))
        head = next(iter(_objects(book, head, RDF + "rest")), Literal(""))
