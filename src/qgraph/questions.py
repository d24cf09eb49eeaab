"""The questions a graph must answer: its `queries/*.rq`, with their headers and parameters.

A file runs as it stands in any engine. What a reader may choose stands in it as
`VALUES ?name { … }` with one value, the default, or UNDEF for none; a line of the
header says of what kind it is:

    # param: person, text@en, such as "Judith Butler": Whose name, as the graph writes it.

Its question, and the sentences that tell its answer, name what they are about in
braces, so that they hold of other choices too:

    # question: Who made “{film}”?
    # answer: {count maker} people made “{film}”: [{maker} ({role})].
    # answer one: {maker} made “{film}”.
    # answer none: Nobody is named as the maker of “{film}”.
    # picture: bars ?role ?maker
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qgraph.errors import NotFound, QueryError, RequestError, SourceError
from qgraph.formats import BY_NAME
from qgraph.namespaces import DCTERMS, RDFS, SH, SKOS, TYPE, XSD
from qgraph.nearness import near
from qgraph.precheck import TOKEN
from qgraph.sentences import filled, names_in
from qgraph.store import DefaultGraph, Literal, NamedNode, Quad, Term, Triple, parse, text_of

HEADER = re.compile(
    r"^# (title|question|topic|answer|answer one|answer none|picture): *(.+?) *$", re.MULTILINE
)
PICTURE = re.compile(r"(bars|matrix|flow|timeline) \?(\w+) \?(\w+)")
SELECTED = re.compile(r"\bSELECT\b[^{]*?(?=(?<![?$])\b(?:FROM|WHERE)\b|\{)", re.IGNORECASE)
DECLARED = re.compile(r"^# param:(.*)$", re.MULTILINE)
PARAMETER = re.compile(
    r" *(?P<name>[a-z]\w*), (?P<kind>[a-z]+)([@:](?P<of>[\w-]+))?,"
    r' such as "(?P<example>[^"]+)": (?P<said>.+?) *'
)
ONE = r'UNDEF|<[^<>\s]*>|"(?:[^"\\\n]|\\.)*"(?:@[\w-]+|\^\^\S+)?|[+-]?\d+|true|false'
VALUES = re.compile(rf"\bVALUES\s*[?$](?P<name>\w+)\s*\{{\s*(?P<value>{ONE})\s*\}}", re.IGNORECASE)
FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
RESERVED = ("format", "version", "bom", "cite")
TYPED = {"integer": "integer", "year": "gYear", "boolean": "boolean"}
# What a value of a kind looks like, in a pattern that JSON Schema has too, and in words.
LOOKS = {
    "text": (r"\S", "words"),
    "language": (r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", "the tag of a language"),
    "integer": (r"^[+-]?[0-9]{1,18}$", "a whole number"),
    "year": (r"^-?[0-9]{4,6}$", "a year"),
    "boolean": (r"^(true|false)$", "true or false"),
    "iri": (r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$", "an IRI"),
    "thing": (r"^\S+$", "the IRI, or the path, of a thing of the kind “{}”"),
}


@dataclass(frozen=True)
class Parameter:
    """What a reader may choose in a question.

    *of* is the language of a text, or the kind of a thing; *default* is empty where
    any value will do.
    """

    name: str
    kind: str
    of: str
    default: str
    example: str
    sentence: str

    @property
    def expected(self) -> str:
        """What a value is, in words."""
        return LOOKS[self.kind][1].format(self.of)

    def schema(self) -> dict[str, object]:
        """Return what a value is as JSON Schema (2020-12, which OpenAPI 3.1 takes)."""
        kind = {"integer": "integer", "boolean": "boolean"}.get(self.kind, "string")
        said: dict[str, object] = {"type": kind, "description": self.sentence}
        if kind == "string":
            said["pattern"] = LOOKS[self.kind][0]
        values = {"default": self.default, "examples": self.example}
        typed = {name: _json(kind, value) for name, value in values.items() if value}
        return said | typed | {"examples": [typed["examples"]]}


@dataclass(frozen=True)
class Question:
    """One question: the name of its file, its title, the question in words, the query, what may be chosen.

    *answers* are the sentences of its answer, for rows, one row and none; *picture*
    is its kind and the two columns that it shows.
    """

    name: str
    title: str
    words: str
    query: str
    parameters: tuple[Parameter, ...] = ()
    topic: str = ""
    answers: tuple[str, str, str] = ("", "", "")
    picture: tuple[str, ...] = ()

    @property
    def question(self) -> str:
        """The question, asked of what stands in the file."""
        return self.asked({})

    def asked(self, chosen: Mapping[str, str]) -> str:
        """Return the question in words, asked of what is *chosen*."""
        values = {one.name: chosen.get(one.name) or one.default for one in self.parameters}
        return filled(self.words, values)

    def silent(self, chosen: Mapping[str, str]) -> list[Parameter]:
        """Return the parameters that are *chosen* and of which the question in words says nothing."""
        told = names_in(self.words)
        return [one for one in self.parameters if chosen.get(one.name) and one.name not in told]

    @property
    def form(self) -> str:
        """The form of the query, such as SELECT (SPARQL 1.1 Query, section 16)."""
        words = ((token["word"] or "").upper() for token in TOKEN.finditer(self.query))
        return next((one for one in words if one in FORMS), "")

    @property
    def is_graph(self) -> bool:
        """Whether the answer is a graph, not rows."""
        return self.form in FORMS[2:]


def read(graph: Path) -> list[Question]:
    """Return the questions of folder *graph*, by name.

    Raises SourceError for a file whose header lacks a title or a question, or
    declares other parameters than the query has.
    """
    return [_read(path) for path in sorted((graph / "queries").glob("*.rq"))]


def topics(questions: Iterable[Question]) -> list[tuple[str, list[Question]]]:
    """Return *questions* by topic: the one with the most first; those without a topic, under "", last."""
    found: dict[str, list[Question]] = {}
    for one in sorted(questions, key=lambda one: (one.title.casefold(), one.name)):
        found.setdefault(one.topic, []).append(one)
    return sorted(found.items(), key=lambda pair: (not pair[0], -len(pair[1]), pair[0].casefold()))


def named(questions: Sequence[Question], name: str) -> Question:
    """Return the one of *questions* with this *name*. Raises NotFound with near matches."""
    by_name = {one.name: one for one in questions}
    if name not in by_name:
        raise NotFound(f"There is no question “{name}”{near(name, by_name)}.")
    return by_name[name]


def bind(question: Question, given: Mapping[str, Sequence[str]], base: str) -> str:
    """Return the query of *question* with the values *given* in place of its defaults.

    A value becomes a term first, and what stands in the query is that term as
    the engine itself writes it. An empty one counts as none. Raises RequestError
    that names the parameter, its kind and an example.
    """
    known = {one.name: one for one in question.parameters}
    for name in given:
        if name not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise RequestError(
                f"“{question.name}” has no parameter “{name}”{near(name, known)}: {has}.", parameter=name
            )
    chosen = {name: _value(known[name], values) for name, values in given.items()}
    terms = {name: _written(_term(known[name], value, base)) for name, value in chosen.items() if value}
    query, text = question.query, ""
    done = 0
    for block in _blocks(query):
        if block["name"] in terms:
            start, end = block.span("value")
            text, done = text + query[done:start] + terms[block["name"]], end
    return text + query[done:]


def terms(question: Question, given: Mapping[str, Sequence[str]], base: str) -> dict[str, Term]:
    """Return the term for each parameter of *question*, as *given* or by default. Raises RequestError."""
    chosen = {one: _value(one, given.get(one.name, ())) or one.default for one in question.parameters}
    return {one.name: _term(one, value, base) for one, value in chosen.items() if value}


def choices(question: Question, name: str) -> str:
    """Return a query for the values of parameter *name* for which *question* has an answer."""
    [block] = (one for one in _blocks(question.query) if one["name"] == name)
    start, end = block.span("value")
    text = f"{question.query[:start]}UNDEF{question.query[end:]}"
    return SELECTED.sub(f"SELECT DISTINCT ?{name} ", _bare(text), count=1)


def bare(text: str) -> str:
    """Return the query *text* without the lines that tell of its question, which hold of its file."""
    return DECLARED.sub("", HEADER.sub("", text)).lstrip()


def described(question: Question, base: str) -> list[Triple]:
    """Return what *question* is, not its answer: in words, as a query, and what may be chosen (SHACL-AF)."""
    name = f"{base}questions/{question.name}"
    form = "ask" if question.form == "ASK" else "select"
    told: list[tuple[str, str, Term]] = [
        (name, TYPE, NamedNode(f"{SH}SPARQL{form.title()}Executable")),
        (name, DCTERMS + "title", Literal(question.title, language="en")),
        (name, RDFS + "comment", Literal(question.question, language="en")),
        (name, SH + form, Literal(question.query)),
    ]
    for one in question.parameters:
        node = f"{name}#parameter-{one.name}"
        told += [
            (name, SH + "parameter", NamedNode(node)),
            (node, TYPE, NamedNode(SH + "Parameter")),
            (node, SH + "path", NamedNode(f"{name}#{one.name}")),
            (node, SH + "name", Literal(one.name)),
            (node, SH + "description", Literal(one.sentence, language="en")),
            (node, SH + "optional", Literal("true", datatype=NamedNode(XSD + "boolean"))),
            (node, SKOS + "example", Literal(one.example)),
        ]
        told += [(node, SH + "defaultValue", _term(one, one.default, base))] if one.default else []
    return [Triple(NamedNode(subject), NamedNode(word), value) for subject, word, value in told]


def _value(parameter: Parameter, values: Sequence[str]) -> str:
    if len(values) > 1:
        said = f"“{parameter.name}” is given {len(values)} times, expected {parameter.expected} once."
        raise RequestError(said, **_told(parameter))
    return values[0].strip() if values else ""


def _wrong(parameter: Parameter, value: str) -> RequestError:
    return RequestError(
        f"“{parameter.name}” is “{value}”, expected {parameter.expected} ({parameter.kind}),"
        f" such as {parameter.example}.",
        **_told(parameter),
    )


def _told(parameter: Parameter) -> dict[str, str]:
    """Return what a program is told of a *parameter* that is given wrongly."""
    return {"parameter": parameter.name, "kind": parameter.kind, "example": parameter.example}


def _term(parameter: Parameter, value: str, base: str) -> Term:
    """Return *value* as the term that *parameter* stands for. Raises RequestError."""
    if not re.search(LOOKS[parameter.kind][0], value):
        raise _wrong(parameter, value)
    if parameter.kind in TYPED:
        return Literal(value, datatype=NamedNode(XSD + TYPED[parameter.kind]))
    if parameter.kind in ("text", "language"):
        return Literal(value, language=parameter.of) if parameter.of else Literal(value)
    iri = value if parameter.kind == "iri" else _thing(value, base, parameter.of)
    try:
        node = NamedNode(iri)
    except ValueError as error:
        raise _wrong(parameter, value) from error
    if parameter.kind == "thing" and not re.fullmatch(re.escape(f"{base}{parameter.of}/") + r"[^/\s]+", iri):
        raise _wrong(parameter, value)
    return node


def _thing(value: str, base: str, kind: str) -> str:
    """Return the IRI of the thing that *value* names: in full, by its path, or by the end of it."""
    if ":" in value:
        return value
    return base + value if value.startswith(f"{kind}/") else f"{base}{kind}/{value}"


def _written(term: Term) -> str:
    """Return *term* as the engine writes it, which read again is that one term and no more."""
    quad = Quad(NamedNode("urn:s"), NamedNode("urn:p"), term, DefaultGraph())
    if parse(f"{quad} .".encode(), BY_NAME["nquads"]) != [quad]:
        raise QueryError("A value cannot be written into the query.")
    return str(term)


def _read(path: Path) -> Question:
    query = path.read_text(encoding="utf-8")
    header = dict(HEADER.findall(query))
    if not header.get("title") or not header.get("question", "").endswith("?"):
        raise SourceError(f"{path}:1: expected “# title:” and “# question:” with a question mark.")
    answers = (header.get("answer", ""), header.get("answer one", ""), header.get("answer none", ""))
    made = Question(
        path.stem,
        header["title"],
        header["question"],
        query,
        tuple(_parameters(path, query)),
        header.get("topic", ""),
        answers,
        _picture(path, header.get("picture", "")),
    )
    _check_names(path, made)
    return made


def _picture(path: Path, said: str) -> tuple[str, ...]:
    found = PICTURE.fullmatch(said)
    if said and not found:
        raise SourceError(
            f"{path}:1: “# picture: {said}” is none, expected such as “bars ?kind ?film”;"
            " there is bars, matrix, flow and timeline."
        )
    return found.groups() if found else ()


def _check_names(path: Path, question: Question) -> None:
    """Raise SourceError where a sentence or a picture of *question* names what its query has not."""
    standing = set(re.findall(r"[?$](\w+)", _bare(question.query)))
    chosen = {one.name for one in question.parameters}
    told = [(name, chosen) for name in names_in(question.words)]
    told += [(name, standing) for said in question.answers for name in names_in(said)]
    told += [(name, standing) for name in question.picture[1:]]
    for name, known in told:
        if name not in known:
            where = "parameter" if known is chosen else "variable of the query"
            raise SourceError(f"{path}:1: the header names “{name}”, which is no {where}{near(name, known)}.")


def _parameters(path: Path, query: str) -> Iterator[Parameter]:
    """Yield what the header of *query* declares, each found in it. Raises SourceError where they differ."""
    standing = {block["name"]: block for block in _blocks(query)}
    for line in DECLARED.finditer(query):
        where = f"{path}:{_line(query, line.start())}"
        said = PARAMETER.fullmatch(line[1])
        if said and said["name"] in RESERVED:
            raise SourceError(
                f"{where}: “{said['name']}” means something else in an address: choose another."
            )
        if not said or said["kind"] not in LOOKS or (said["kind"] == "thing" and not said["of"]):
            raise SourceError(
                f'{where}: expected “# param: name, kind, such as "…": A sentence.”, the kind being one of'
                f" {', '.join(LOOKS)} (text@en, thing:film)."
            )
        block = standing.pop(said["name"], None)
        if block is None:
            raise SourceError(
                f"{where}: “{said['name']}” is declared, and no VALUES ?{said['name']} {{ … }} with one value"
                " stands in the query."
            )
        default = _default(block["value"])
        made = Parameter(said["name"], said["kind"], said["of"] or "", default, said["example"], said["said"])
        _check(made, block["value"], where)
        yield made
    for name, block in standing.items():
        raise SourceError(
            f"{path}:{_line(query, block.start())}: VALUES ?{name} holds one value, and no"
            f" “# param: {name}, …” declares it."
        )


def _check(parameter: Parameter, written: str, where: str) -> None:
    """Raise SourceError where the default, as it is *written*, or the example is not of the kind."""
    kind, tag = parameter.kind, f"@{parameter.of}" if parameter.of else '"'
    fits = (written[0] == "<") == (kind in ("iri", "thing")) and (kind != "text" or written.endswith(tag))
    if written != "UNDEF" and not fits:
        raise SourceError(f"{where}: “{parameter.name}” stands for {parameter.expected}, found {written}.")
    try:
        for value in filter(None, (parameter.default, parameter.example)):
            base = value.partition(f"{parameter.of}/")[0] if ":" in value else "urn:"
            _term(parameter, value, base)
    except RequestError as error:
        raise SourceError(f"{where}: {error}") from error


def _default(written: str) -> str:
    """Return the value that is *written* in a query, as a reader would give it; empty for UNDEF."""
    if written == "UNDEF":
        return ""
    if written[0] not in '<"':
        return written
    [quad] = parse(f"<urn:s> <urn:p> {written.replace('xsd:', f'{XSD}')} .".encode(), BY_NAME["turtle"])
    return text_of(quad.object)


def _blocks(query: str) -> Iterator[re.Match[str]]:
    """Yield each `VALUES ?name { one value }` of *query*, outside its comments."""
    return VALUES.finditer(_bare(query))


def _bare(query: str) -> str:
    """Return *query* with blanks in the place of its comments."""
    return TOKEN.sub(lambda token: " " * len(token[0]) if token[0].startswith("#") else token[0], query)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _json(kind: str, value: str) -> object:
    if kind == "integer":
        return int(value)
    return value == "true" if kind == "boolean" else value
