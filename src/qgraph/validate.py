"""The guard: shapes by pySHACL (its only door), and checks by SPARQL.

pySHACL flips a switch of rdflib for the whole process while it loads shapes,
so it is handed parsed graphs, in the process that a commit runs in.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pyshacl
from pyshacl.errors import ReportableRuntimeError, ShapeLoadError
from rdflib import RDF, SH, Graph
from rdflib.term import Node

from qgraph.errors import SourceError
from qgraph.findings import Finding
from qgraph.namespaces import Names
from qgraph.store import QuerySolution, Store, select, text_of

RULE = re.compile(r"^# rule: *(.+)$", re.MULTILINE)


def shape_findings(data: Graph, shapes: Graph) -> list[Finding]:
    """Return what *shapes* object to in *data* (SHACL, section 3), in a stable order.

    Raises SourceError if the shapes themselves are not well-formed.
    """
    try:
        _, results, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    except (ShapeLoadError, ReportableRuntimeError) as error:
        raise SourceError(f"The shapes cannot be used: {error}.") from error
    found = (_finding(results, one) for one in results.subjects(RDF.type, SH.ValidationResult))
    return sorted(set(found), key=str)


def check_findings(dataset: Store, checks: Iterable[Path], names: Names) -> list[Finding]:
    """Return a finding for each row that a query in *checks* gives on *dataset*.

    A check opens with `# rule:` and selects ?thing, and may select ?path and
    ?value. Raises SourceError for a check without a rule.
    """
    findings = []
    for check in checks:
        query = check.read_text(encoding="utf-8")
        rule = RULE.search(query)
        if not rule:
            raise SourceError(f"{check}:1: expected “# rule:” and a sentence.")
        findings += [_breach(check.stem, rule[1], row) for row in select(dataset, query, names.base)]
    return sorted(findings, key=str)


def _breach(rule: str, message: str, row: QuerySolution) -> Finding:
    """Return a check's *row* as a finding, with what it selects of thing, path and value."""
    cells = {"thing": "", "path": "", "value": ""}
    for name in cells:
        with suppress(KeyError):
            cells[name] = text_of(row[name])
    return Finding(rule, message, thing=cells["thing"], path=cells["path"], value=cells["value"])


def _finding(results: Graph, result: Node) -> Finding:
    def of(predicate: Node) -> str:
        return str(results.value(result, predicate) or "")

    return Finding(
        rule=of(SH.sourceShape),
        message=of(SH.resultMessage),
        severity=of(SH.resultSeverity).rpartition("#")[2],
        thing=of(SH.focusNode),
        path=of(SH.resultPath),
        value=of(SH.value),
    )
