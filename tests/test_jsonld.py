"""JSON-LD as another processor reads it, which nobody here wrote."""

import json
import subprocess

import pytest

from conftest import CLIENTS, ROOT
from qgraph import descriptions, jsonld, profiles, versions
from qgraph.errors import SourceError
from qgraph.formats import BY_NAME
from qgraph.layout import laid_out
from qgraph.settings import Settings
from qgraph.store import Literal, NamedNode, Quad, canonical, parse

XSD = "http://www.w3.org/2001/XMLSchema#"


def canonized(node: str, documents: list[str]) -> list[list[str]]:
    """Return the lines of each document in canonical N-Quads, as npm's jsonld makes them."""
    command = [node, str(CLIENTS / "canonical.mjs")]
    ran = subprocess.run(
        command, input=json.dumps(documents), capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return [sorted(one.splitlines()) for one in json.loads(ran.stdout)]


def test_another_processor_reads_the_same_from_json_ld(real: Settings, node: str) -> None:
    version, store = versions.describe(real.store, 1), versions.open_version(real.store, 1)
    names, telling = jsonld.context(store, version), profiles.read(ROOT)
    expected, documents = [], []
    kinds = ("film/home-within", "person/pm9w4", "event/killing-2022-02-22", "theme/home", "festival/sevil")
    others = ("place/baku", "source/gv-2025", "evidence/gv-2025/p24-1", "graph/ontology", "scheme/themes")
    for name in (*kinds, *others):
        iri, frame = version.base + name, telling.frame(name.partition("/")[0])
        shape = jsonld.shape_of(frame, names)
        quads = descriptions.describe(store, iri, version.base, shape=shape).whole
        documents.append(jsonld.told(quads, iri, names, frame=frame).decode())
        lines = laid_out(canonical(quads), BY_NAME["nquads"], {}).decode().splitlines()
        expected.append(sorted(lines))

    assert canonized(node, documents) == expected


@pytest.mark.parametrize(
    "frame",
    [
        {"@context": "https://example.org/context"},
        {"@context": {"@import": "https://example.org/context"}},
        {"@context": {"a": {"@id": "urn:x:a", "@context": "https://example.org/context"}}, "a": {}},
    ],
)
def test_a_context_that_would_be_fetched_is_refused(frame: dict[str, object]) -> None:
    with pytest.raises(SourceError, match="fetched"):
        jsonld.check_frame(frame)


@pytest.mark.parametrize(
    ("text", "datatype", "native"),
    [
        ("90", "integer", True),
        ("-1", "integer", True),
        ("12345678901234567890", "integer", False),
        ("true", "boolean", True),
        ("1.50", "decimal", False),
        ("2017", "gYear", False),
    ],
)
def test_a_literal_stays_what_it_is(text: str, datatype: str, *, native: bool) -> None:
    value = Literal(text, datatype=NamedNode(XSD + datatype))
    quad = Quad(NamedNode("urn:a:b"), NamedNode("urn:a:c"), value)
    document = jsonld.told([quad], "urn:a:b", {"c": "urn:a:c"})

    assert parse(document, BY_NAME["jsonld"]) == [quad]
    assert isinstance(json.loads(document)["c"], int | bool) == native


def test_the_shape_of_a_frame_is_what_it_nests() -> None:
    names: jsonld.Context = {"a": "urn:x:a", "b": "urn:x:b", "c": "urn:x:c"}
    frame = {
        "@context": {"of": {"@reverse": "urn:x:a"}},
        "a": {"b": {}, "c": {"@embed": "@never"}},
        "of": {"b": {}},
    }
    inside = {"forward": {"urn:x:b": {}}}

    assert jsonld.shape_of(frame, names) == {"forward": {"urn:x:a": inside}, "back": {"urn:x:a": inside}}
    assert jsonld.shape_of({}, names) == {}
