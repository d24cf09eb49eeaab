"""A report of findings as RDF (SHACL, section 3.6)."""

from qgraph.errors import QgraphError
from qgraph.findings import Finding, Report
from qgraph.formats import BY_NAME
from qgraph.namespaces import CORE, RDFS, SH, TYPE, XSD
from qgraph.store import BlankNode, Literal, NamedNode, Term, Triple, dump, iri

PREFIXES = {"sh": SH, "rdfs": RDFS, "core": CORE, "xsd": XSD}


def written(report: Report, syntax: str) -> bytes:
    """Return *report* as a sh:ValidationReport in *syntax*, the name of a format for graphs."""
    return dump(_report(report), BY_NAME[syntax], PREFIXES)


def _report(report: Report) -> list[Triple]:
    here = BlankNode("report")
    conforms = Literal(report.conforms)
    triples = [
        Triple(here, NamedNode(TYPE), _sh("ValidationReport")),
        Triple(here, _sh("conforms"), conforms),
    ]
    for number, finding in enumerate(report):
        result = BlankNode(f"result{number}")
        triples += [
            Triple(here, _sh("result"), result),
            Triple(result, NamedNode(TYPE), _sh("ValidationResult")),
            Triple(result, _sh("resultSeverity"), _sh(finding.severity)),
            Triple(result, _sh("resultMessage"), Literal(finding.message, language="en")),
            *_details(result, finding),
        ]
    return triples


def _details(result: BlankNode, finding: Finding) -> list[Triple]:
    """Return what is known of a *finding*: the thing, path, value and shape; a check goes by its name."""
    told: list[tuple[str, str]] = [
        ("focusNode", finding.thing),
        ("resultPath", finding.path),
        ("value", finding.value),
        ("sourceShape", finding.rule if ":" in finding.rule else ""),
    ]
    triples = [Triple(result, _sh(word), _term(text)) for word, text in told if text]
    if ":" not in finding.rule:
        triples.append(
            Triple(result, NamedNode(RDFS + "comment"), Literal(f"The check {finding.rule}.", language="en"))
        )
    return triples


def _term(text: str) -> Term:
    try:
        return iri(text) if ":" in text else Literal(text)
    except QgraphError:
        return Literal(text)


def _sh(word: str) -> NamedNode:
    return NamedNode(SH + word)
