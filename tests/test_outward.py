"""No call to another server is missed, however it is written."""

import pyoxigraph as ox
import pytest

from attacks import HERE, HIDDEN, HIDDEN_UPDATES
from qgraph.errors import OutwardQuery
from qgraph.outward import check, without_silent_loads

# Nobody listens there: the engine says that it could not connect.
NOBODY = "http://127.0.0.1:59999/"
DATA = "INSERT DATA { <x:a> <x:b> 1 , true . <x:s> <x:p> 't' }"


@pytest.mark.parametrize("text", [*HIDDEN, *HIDDEN_UPDATES])
@pytest.mark.parametrize("service", ["", "https://e/sparql"])
def test_a_hidden_call_is_refused(text: str, service: str) -> None:
    with pytest.raises(OutwardQuery, match="is not allowed"):
        check(text.replace(HERE, NOBODY), service)


@pytest.mark.parametrize("text", [text for text in HIDDEN if "SILENT" not in text])
def test_to_the_engine_it_is_a_call(text: str) -> None:
    store = ox.Store()
    store.update(DATA)
    with pytest.raises(OSError, match="Connection refused"):
        list(store.query(text.replace(HERE, NOBODY)))


HONEST = [
    "SELECT ?service { ?service ?p 'SERVICE <x:y> {}' } # SERVICE",
    'PREFIX service: <http://e/SERVICE/> SELECT * { ?s service:SERVICE "LOAD it\'s" }',
    'SELECT * { ?s ?p """\n "SERVICE" <x:y> {}""", \'\'\'it\'s a load\'\'\' }',
    "PREFIX webservice: <x:> PREFIX : <x:> SELECT * { ?s webservice:payload ?o ; :payload ?load }",
    "PREFIX x: <x:> ASK { ?s x:service\\'s ?load ; x:a.load _:load }",
    "ASK { <http://e/service#load> <http://e/it's#load> 'load'@en-GB }",
    "SELECT * { ?s ?p ?o FILTER(?p IN (<http://e/#load>, <http://e/#b>) && ?o < 'service') }",
    "SELECT * { VALUES (?a ?b) { (<http://e/#a> <http://e/#load>) (<x:it's> <x:b>) } }",
    "SELECT * { ?s ?p ?o FILTER(?o = '1'^^<http://www.w3.org/2001/XMLSchema#integer> || ?o = 'load') }",
    "SELECT * { << ?s ?p <x:#load> >> ?q ?r . ?t ?u <<( ?s ?p <x:#load> )>> }",
    "ASK { ?s <x:load>/(<x:#a>|^<x:#b>)* 'service\\u0027s' }",
    "ASK { ?s ?p 'a\\'service\\\\' }",
]


@pytest.mark.parametrize("text", HONEST)
def test_these_letters_where_no_call_can_be_are_let_through(text: str) -> None:
    check(text, "")
    ox.Store().query(text)


TWO_READINGS = [
    "SELECT * { ?s ?p ?o FILTER(?o<'x'&&?o>'load') }",
    "SELECT * { ?s ?p 'service",
    "SELECT * { ?s ?p 'service\n' }",
    "SELECT * { ?s ?p '''service }",
    "SELECT * { ?s ?p <x:`load> }",
    "SELECT \\u002A { ?s ?load ?o }",
]


@pytest.mark.parametrize("text", TWO_READINGS)
def test_a_text_with_two_readings_is_refused_in_words(text: str) -> None:
    with pytest.raises(OutwardQuery, match="close the string, or write a space"):
        check(text, "")


NOTHING = " INSERT DATA {} "


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("LOAD SILENT <x:a>", NOTHING),
        ("load # aside\n silent <x:a> into graph x:b ; CLEAR ALL", f"{NOTHING} ; CLEAR ALL"),
        ("PREFIX x: <x:> LOAD SILENT x:a;LOAD SILENT x:b", f"PREFIX x: <x:> {NOTHING};{NOTHING}"),
    ],
)
def test_what_would_be_loaded_silently_is_nothing(text: str, left: str) -> None:
    assert without_silent_loads(text) == left
    check(left, "")


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <x:a>",
        "LOAD SILENT",
        "LOAD SILENT SILENT <x:a>",
        "1LOAD SILENT <x:a>",
        "LOAD\\u0020SILENT <x:a>",
        "INSERT DATA { <x:a> <x:b> 'x' } ; LOAD <x:a> INTO GRAPH <x:SILENT>",
        "INSERT { LOAD SILENT <x:a> } WHERE {}",
    ],
)
def test_no_other_text_is_taken_for_a_silent_load(text: str) -> None:
    assert without_silent_loads(text) == text
    with pytest.raises(OutwardQuery, match="is not allowed"):
        check(text, "")
