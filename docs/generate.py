"""Writes docs/reference from the commands, settings, ontology, shapes, questions and errors.

What is written once, in the code or in Turtle, is read there; `pages` is also
what a test compares the files with.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import click

from qgraph import questions
from qgraph.cli import main as commands
from qgraph.errors import QgraphError
from qgraph.formats import BY_NAME
from qgraph.load import UNBASED, load
from qgraph.namespaces import CORE, OWL, RDFS, SH, SKOS, TYPE
from qgraph.settings import Settings
from qgraph.sources import Sources, find
from qgraph.store import DefaultGraph, Parser, text_of
from qgraph.validate import RULE
from qgraph.web.errors import STATUS, TITLES

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- Written by docs/generate.py: change what it reads, not this page. -->"
WIDTH = 80
KINDS = {
    OWL + "Class": "class",
    OWL + "ObjectProperty": "object property",
    OWL + "DatatypeProperty": "datatype property",
    OWL + "AnnotationProperty": "annotation property",
}
Values = dict[str, list[str]]


@dataclass(frozen=True)
class Turtle:
    """One file: its opening comment, its prefixes, and its subjects with their values, in order."""

    path: Path
    opening: str
    prefixes: dict[str, str]
    subjects: dict[str, Values]

    def short(self, iri: str) -> str:
        """Return *iri* with its prefix, as code."""
        fits = [(space, prefix) for prefix, space in self.prefixes.items() if iri.startswith(space)]
        space, prefix = max(fits, default=("", ""))
        return f"`{prefix}:{iri.removeprefix(space)}`" if space else f"`{iri}`"


def pages() -> dict[str, str]:
    """Return the text of each page of docs/reference by its file name."""
    sources = find(ROOT)
    return {
        "commands.md": _page("Commands", _commands()),
        "settings.md": _page("Settings", _settings()),
        "ontology.md": _page("Ontology", _ontology(sources)),
        "shapes.md": _page("Shapes and checks", _shapes(sources)),
        "questions.md": _page("Questions", _questions()),
        "errors-and-statuses.md": _page("Errors and statuses", _errors()),
        "review-sheet.md": _page("Review sheet", _review(sources)),
    }


def main() -> None:
    """Write the pages."""
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


def _page(title: str, parts: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", NOTE, *parts]) + "\n"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    """Return *text* with what Markdown would take for markup escaped, code aside."""
    text = text.replace("|", "\\|")
    return text if text.startswith(("`", "[")) else re.sub(r"([<*_])", r"\\\1", text)


def _commands() -> Iterator[str]:
    yield "What each command prints with `--help`."
    parent = click.Context(commands, info_name="qgraph", help_option_names=["-h", "--help"])
    for name, command in sorted(commands.commands.items()):
        context = click.Context(command, parent, info_name=name, terminal_width=WIDTH)
        yield f"## qgraph {name}"
        yield f"```text\n{command.get_help(context)}\n```"
        inner = command.commands if isinstance(command, click.Group) else {}
        for part, one in sorted(inner.items()):
            below = click.Context(one, context, info_name=part, terminal_width=WIDTH)
            yield f"### qgraph {name} {part}"
            yield f"```text\n{one.get_help(below)}\n```"


def _settings() -> Iterator[str]:
    yield (
        "An option wins over the environment, and the environment over the default.\n"
        "Sizes are in bytes, times in seconds.\n"
        "Without a graph folder named, it is this folder if it holds one, else the one in the package."
    )
    options = {option.name for command in commands.commands.values() for option in command.params}
    yield _table(
        ("Setting", "Option", "Default", "Meaning"),
        (
            (
                f"`QGRAPH_{one.name.upper()}`",
                f"`--{one.name.replace('_', '-')}`" if one.name in options else "",
                f"`{one.default}`",
                one.metadata["meaning"],
            )
            for one in fields(Settings)
        ),
    )


def _ontology(sources: Sources) -> Iterator[str]:
    yield (
        "The words that data may use.\n"
        "The core vocabulary comes with the program; the others are this graph's own.\n"
        "An arrow leads from what has a property to what it points to."
    )
    for turtle in map(_read, sources.ontology):
        if rows := list(_terms(turtle)):
            yield from _opening(turtle)
            yield _table(("Term", "Kind", "Label", "Definition", "Example"), rows)


def _terms(turtle: Turtle) -> Iterator[tuple[str, ...]]:
    for iri, values in turtle.subjects.items():
        if label := _first(values, RDFS + "label"):
            meaning = [*values.get(SKOS + "definition", []), *values.get(SKOS + "scopeNote", [])]
            example = _first(values, SKOS + "example")
            yield turtle.short(iri), _kind(turtle, values), label, " ".join(meaning), example


def _kind(turtle: Turtle, values: Values) -> str:
    types = values.get(TYPE, [])
    kind = next((KINDS[one] for one in types if one in KINDS), "")
    ends = [" or ".join(map(turtle.short, values.get(RDFS + end, []))) for end in ("domain", "range")]
    arrow = f": {ends[0]} → {ends[1]}".replace(":  →", ": →").rstrip() if any(ends) else ""
    return kind + arrow if kind else " ".join(map(turtle.short, types))


def _shapes(sources: Sources) -> Iterator[str]:
    yield (
        "What data must keep to.\n"
        "A build that breaks one of these is refused with the message that stands here.\n"
        "What is marked Warning or Info lands, and the build records it.\n"
        "The core shapes hold for every graph; the others are this graph's own."
    )
    for turtle in map(_read, sources.shapes):
        if rows := list(_messages(turtle)):  # a file may hold the header alone
            yield from _opening(turtle)
            yield _table(("Shape", "Looks at", "Message"), rows)
    yield "## Checks"
    yield "Rules that need a query: each row it returns is a breach."
    rules = ((one.stem, RULE.search(one.read_text(encoding="utf-8"))) for one in sources.checks)
    yield _table(("Check", "Rule"), ((f"`{name}`", rule[1] if rule else "") for name, rule in rules))


def _messages(turtle: Turtle) -> Iterator[tuple[str, ...]]:
    for iri, values in turtle.subjects.items():
        if message := _first(values, SH + "message"):
            paths = (SH + "path", SH + "targetClass", SH + "targetSubjectsOf", SH + "targetObjectsOf")
            seen = [one for path in paths for one in values.get(path, [])]
            # A path of several steps is a blank node, whose name differs from run to run.
            named = [turtle.short(one) if ":" in one else "a path" for one in seen]
            weight = _first(values, SH + "severity").rpartition("#")[2]
            yield turtle.short(iri), ", ".join(named), f"{weight}: {message}" if weight else message


def _questions() -> Iterator[str]:
    yield "What the graph must answer: each is a file in `queries/` and a page under `/questions/`."
    yield _table(
        ("File", "Title", "Question", "Parameters"),
        (
            (f"[{one.name}](../../queries/{one.name}.rq)", one.title, one.question, _chosen(one))
            for one in questions.read(ROOT)
        ),
    )


def _chosen(one: questions.Question) -> str:
    return ", ".join(
        f"`{each.name}`" + (f" = {each.default}" * bool(each.default)) for each in one.parameters
    )


def _review(sources: Sources) -> Iterator[str]:
    """Give each evidence in the order of its text: position, voice, facts in words."""
    loaded = load(sources)
    quads = [*loaded.data, *loaded.ontology]
    words = {
        text_of(one.subject): text_of(one.object) for one in quads if one.predicate.value == RDFS + "label"
    }
    words[TYPE] = "is a"
    about: dict[str, Values] = {}
    facts: dict[str, list[str]] = {}
    for quad in loaded.data:
        subject, predicate, value = map(text_of, (quad.subject, quad.predicate, quad.object))
        if isinstance(quad.graph_name, DefaultGraph):
            about.setdefault(subject, {}).setdefault(predicate, []).append(value)
        else:
            parts = (words.get(part, part.rpartition("/")[2]) for part in (subject, predicate, value))
            facts.setdefault(text_of(quad.graph_name), []).append(" · ".join(parts))
    yield "[How to review](../how-to/review.md) says what to do with this sheet."
    for evidence in sorted(facts, key=lambda one: (not _position(about, one)[1], _position(about, one))):
        yield _evidence(about, words, evidence, sorted(facts[evidence]))


def _evidence(about: dict[str, Values], words: dict[str, str], evidence: str, facts: list[str]) -> str:
    told = about[evidence]
    said = (("voice", ""), ("attributedTo", "of "), ("within", "within "), ("stated", ""), ("tier", ""))
    names = [
        before + words[value]
        for key, before in (*said, ("contentNote", ""))
        for value in sorted(told.get(CORE + key, []))
    ]
    hedges = [f"“{hedge}”" for hedge in told.get(CORE + "hedge", [])]
    if CORE + "Reported" in told.get(TYPE, []):
        names.insert(0, "reported, not asserted")
    _, paragraph, sentence, start, end = _position(about, evidence)
    where = f"paragraph {paragraph}, sentence {sentence}, characters {start} to {end}; " if end else ""
    heading = f"## {evidence.partition('/evidence/')[2]}"
    lines = "\n".join(f"* ☐ {_cell(fact)}" for fact in facts)
    return f"{heading}\n\n{where}{', '.join([*names, *hedges])}\n\n{lines}"


def _position(about: dict[str, Values], evidence: str) -> tuple[str, int, int, int, int]:
    passage = about.get(_first(about[evidence], CORE + "passage"), {})
    numbers = (int(_first(passage, CORE + key) or 0) for key in ("paragraph", "sentence", "start", "end"))
    paragraph, sentence, start, end = numbers
    return _first(about[evidence], CORE + "fromSource"), paragraph, sentence, start, end


def _errors() -> Iterator[str]:
    yield (
        "An error is one sentence for the person who can act on it.\n"
        "Over HTTP it is `application/problem+json` (RFC 9457), or a page for a browser."
    )
    kinds = sorted(_tree(QgraphError), key=lambda kind: (_status(kind), kind.__name__))
    yield _table(
        ("Status", "Title", "Error", "When"),
        ((str(_status(kind)), TITLES[_status(kind)], f"`{kind.__name__}`", _when(kind)) for kind in kinds),
    )
    yield (
        "An answer with status 503 says with `Retry-After` when to try again.\n"
        "What has status 500 is for the operator: a reader learns only that the fault is ours."
    )
    yield "## Exit codes"
    yield _table(
        ("Code", "When"),
        (
            ("0", "All went well."),
            ("1", "qgraph said no: one of the errors above, or findings that are violations."),
            ("2", "The command was not used as its `--help` says."),
        ),
    )


def _tree(kind: type[QgraphError]) -> Iterator[type[QgraphError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _tree(child)


def _status(kind: type[QgraphError]) -> int:
    return next((STATUS[one] for one in kind.__mro__ if one in STATUS), 500)


def _when(kind: type[QgraphError]) -> str:
    return re.sub(r"\*(\w+)\*", r"`\1`", (kind.__doc__ or "").partition("\n")[0])


def _read(path: Path) -> Turtle:
    parser = Parser(path, BY_NAME["turtle"], UNBASED)
    subjects: dict[str, Values] = {}
    for quad, _line in parser:
        values = subjects.setdefault(text_of(quad.subject), {})
        values.setdefault(text_of(quad.predicate), []).append(text_of(quad.object))
    comments = re.match(r"(?:# .*\n)+", path.read_text(encoding="utf-8"))
    opening = " ".join(comments[0].replace("# ", "").splitlines()) if comments else ""
    return Turtle(path, opening, parser.prefixes, subjects)


def _opening(turtle: Turtle) -> tuple[str, str]:
    return f"## {turtle.path.relative_to(ROOT)}", re.sub(r"(?<=[.?!]) (?=[A-Z])", "\n", turtle.opening)


def _first(values: Values, predicate: str) -> str:
    return values.get(predicate, [""])[0]


if __name__ == "__main__":
    main()
