"""Turtle for people: a block for each subject, nodes without a name where they are used (Turtle, 2.7 f.)."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from qgraph.namespaces import RDF, TYPE, XSD
from qgraph.store import BlankNode, Literal, NamedNode, Term, Triple

LOCAL = re.compile(r"[A-Za-z0-9_][\w-]*|")
PLAIN = {XSD + "integer": re.compile(r"[+-]?\d+"), XSD + "boolean": re.compile(r"true|false")}
FIRST, REST, NIL = RDF + "first", RDF + "rest", RDF + "nil"
Said = dict[str, list[Term]]


def written(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> bytes:
    """Return *triples* as Turtle, subjects in their order, with those of *prefixes* that are used."""
    return _Writer(triples, prefixes).written().encode()


class _Writer:
    """Writes triples by subject; a blank node that one statement refers to is written within that."""

    def __init__(self, triples: Iterable[Triple], prefixes: Mapping[str, str]) -> None:
        self.said: dict[object, Said] = {}
        references: Counter[object] = Counter()
        for one in dict.fromkeys(triples):
            self.said.setdefault(one.subject, {}).setdefault(one.predicate.value, []).append(one.object)
            references[one.object] += 1
        self.within = {one for one in self.said if isinstance(one, BlankNode) and references[one] == 1}
        self.prefixes = sorted(prefixes.items(), key=lambda one: -len(one[1]))
        self.used: set[str] = set()
        self.inside: set[object] = set()

    def written(self) -> str:
        """Return the whole: the prefixes, then a block for each subject."""
        blocks = [self._block(one) for one in self.said if one not in self.within]
        blocks += [self._block(one) for one in self._rings()]
        bound = (f"@prefix {name}: <{iri}> .\n" for name, iri in sorted(self.prefixes) if name in self.used)
        return "\n".join(["".join(bound), *blocks])

    def _rings(self) -> Iterator[object]:
        """Yield a node of each ring of nodes without names, which no block has written."""
        for node in sorted(self.within - self.inside, key=str):
            if node not in self.inside:
                self.within.discard(node)
                yield node

    def _block(self, subject: object) -> str:
        return f"{self._name(subject)} {self._statements(self.said[subject], '    ')} .\n"

    def _statements(self, said: Said, indent: str) -> str:
        ordered = sorted(said.items(), key=lambda one: one[0] != TYPE)
        lines = []
        for word, values in ordered:
            listed = " , ".join(self._value(one, indent) for one in values)
            lines.append(f"{'a' if word == TYPE else self._name(NamedNode(word))} {listed}")
        return f" ;\n{indent}".join(lines)

    def _value(self, term: Term, indent: str) -> str:
        if term not in self.within:
            return self._name(term)
        self.inside.add(term)
        members = self._members(term)
        if members is not None:
            return f"( {' '.join(self._value(one, indent) for one in members)} )"
        return f"[ {self._statements(self.said[term], indent + '    ')} ]"

    def _members(self, node: Term) -> list[Term] | None:
        """Return the members of the list that *node* is, None if it is no list."""
        members: list[Term] = []
        while node in self.within and self._links(node):
            self.inside.add(node)
            members += self.said[node][FIRST]
            [node] = self.said[node][REST]
        return members if members and node == NamedNode(NIL) else None

    def _links(self, node: Term) -> bool:
        """Say whether *node* has one member and one rest, and nothing else is said of it."""
        said = self.said[node]
        return set(said) == {FIRST, REST} and all(len(values) == 1 for values in said.values())

    def _name(self, term: object) -> str:
        if isinstance(term, NamedNode):
            return self._short(term.value)
        if isinstance(term, Literal) and not term.language:
            plain = PLAIN.get(term.datatype.value)
            if plain and plain.fullmatch(term.value):
                return term.value
            typed = term.datatype.value != XSD + "string"
            return str(Literal(term.value)) + (f"^^{self._short(term.datatype.value)}" if typed else "")
        return str(term)

    def _short(self, iri: str) -> str:
        for name, space in self.prefixes:
            if iri.startswith(space) and LOCAL.fullmatch(iri.removeprefix(space)):
                self.used.add(name)
                return f"{name}:{iri.removeprefix(space)}"
        return str(NamedNode(iri))
