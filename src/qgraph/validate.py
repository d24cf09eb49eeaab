"""The guard: shapes by pySHACL (its only door), and checks by SPARQL.

pySHACL flips a switch of rdflib for the whole process while it loads shapes,
so it is handed parsed graphs, in the process that a commit runs in.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pyshacl
from pyshacl.errors import ReportableRuntimeError, ShapeLoadError
from rdflib import SH, Graph, URIRef
from rdflib.term import Node

from qgraph.errors import SourceError
from qgraph.findings import Finding
from qgraph.namespaces import Names
from qgraph.store import BlankNode, NamedNode, QuerySolution, Store, select, text_of

Named = NamedNode | BlankNode
RULE = re.compile(r"^# rule: *(.+)$", re.MULTILINE)
SCOPE = re.compile(r"^# scope: *thing$", re.MULTILINE)


def shape_findings(data: Graph, shapes: Graph) -> list[Finding]:
    """Return what *shapes* object to in *data* (SHACL, section 3), in a stable order.

    Raises SourceError if the shapes themselves are not well-formed.
    """
    try:
        _, results, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    except (ShapeLoadError, ReportableRuntimeError) as error:
        raise SourceError(f"The shapes cannot be used: {error}.") from error
    found = (_finding(results, one) for one in results.objects(None, SH.result))
    return sorted(set(found), key=str)


def check_findings(
    dataset: Store, checks: Iterable[Path], names: Names, *, touched: Collection[Named] | None = None
) -> list[Finding]:
    """Return a finding for each row that a query in *checks* gives on *dataset*.

    A check opens with `# rule:` and selects ?thing, and may select ?path and
    ?value. With `# scope: thing` it says that it judges a thing by what is said
    of it and of the evidence it stands in; after a change such a check is asked
    about the things *touched* alone. Raises SourceError for a check without a rule.
    """
    findings = []
    for check in checks:
        query = check.read_text(encoding="utf-8")
        rule = RULE.search(query)
        if not rule:
            raise SourceError(f"{check}:1: expected “# rule:” and a sentence.")
        things = touched if SCOPE.search(query) else None
        rows = _rows(dataset, query, names.base, things=things)
        findings += [_breach(check.stem, rule[1], row) for row in rows]
    return sorted(set(findings), key=str)


def _rows(
    dataset: Store, query: str, base: str, *, things: Collection[Named] | None
) -> Iterator[dict[str, str]]:
    """Yield the rows of *query* by name; of those about *things*, where they are given."""
    if things is None:
        yield from map(_cells, select(dataset, query, base))
        return
    for thing in things:
        for row in select(dataset, query, base, thing=thing):
            yield _cells(row) | {"thing": text_of(thing)}


def _cells(row: QuerySolution) -> dict[str, str]:
    """Return what a check's *row* selects of thing, path and value."""
    cells = {"thing": "", "path": "", "value": ""}
    for name in cells:
        with suppress(KeyError):
            cells[name] = text_of(row[name])
    return cells


def _breach(rule: str, message: str, cells: dict[str, str]) -> Finding:
    return Finding(rule, message, thing=cells["thing"], path=cells["path"], value=cells["value"])


def _finding(results: Graph, result: Node) -> Finding:
    def of(predicate: Node) -> str:
        return str(results.value(result, predicate) or "")

    def named(predicate: Node) -> str:
        """Return an IRI; a blank node is called otherwise in the next report, so it names nothing."""
        value = results.value(result, predicate)
        return str(value) if isinstance(value, URIRef) else ""

    return Finding(
        rule=named(SH.sourceShape) or "unnamed-shape",
        message=of(SH.resultMessage),
        severity=of(SH.resultSeverity).rpartition("#")[2],
        thing=of(SH.focusNode),
        path=named(SH.resultPath),
        value=of(SH.value),
    )
