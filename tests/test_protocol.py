import json
from io import BytesIO
from urllib.parse import urlencode

import pytest

from qgraph.accept import best
from qgraph.engine import Reply, Task
from qgraph.errors import MethodNotAllowed, NotAcceptable, RequestError, UnsupportedMediaType
from qgraph.formats import GRAPHS, RESULTS
from qgraph.protocol import FORM, QUERY, UPDATE, Answer, Request, SentUpdate, answer, update_of


class Echo:
    """An engine that answers with the task it was given."""

    def ask(self, task: Task, client: str = "") -> Reply:  # noqa: ARG002 (the protocol has it)
        body = json.dumps(dict(task.arguments)).encode()
        return Reply(str(task.arguments["results"] or task.arguments["triples"]), 1, len(body), BytesIO(body))


def asked(request: Request) -> dict[str, str]:
    return json.loads(answer(request, Echo()).reply.read())


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", urlencode({"query": "ASK {'ə&+ '}"})),
        Request("HEAD", urlencode({"query": "ASK {'ə&+ '}"})),
        Request("POST", "", FORM, "", urlencode({"query": "ASK {'ə&+ '}"}).encode()),
        Request("POST", "", f"{FORM}; charset=UTF-8", "", urlencode({"query": "ASK {'ə&+ '}"}).encode()),
        Request("POST", "", QUERY, "", "ASK {'ə&+ '}".encode()),
        Request("QUERY", "", QUERY, "", "ASK {'ə&+ '}".encode()),
        Request("QUERY", "", FORM, "", urlencode({"query": "ASK {'ə&+ '}"}).encode()),
        Request("POST", "", f'{QUERY.upper()}; version="1.2"', "", "ASK {'ə&+ '}".encode()),
        Request("POST", "", QUERY, "", "ASK {'ə&+ '}".encode(), coding="identity"),
        Request("POST", "", f"{QUERY}; charset=utf-8", "", "ASK {'ə&+ '}".encode()),
    ],
)
def test_a_query_is_read_from_where_the_protocol_puts_it(request_: Request) -> None:
    assert asked(request_)["text"] == "ASK {'ə&+ '}"


REFUSED = [
    (Request("GET", "", "", "text/csv"), RequestError, "Expected one parameter “query”, found none"),
    (Request("POST", "", FORM), RequestError, "Expected one parameter “query”, found none"),
    (Request("GET", "query="), RequestError, "found none"),
    (Request("GET", "query=ASK%7B%7D&query=ASK%7B%7D"), RequestError, "found 2"),
    (Request("GET", "query=%FF"), RequestError, "Byte 0 of a parameter is not UTF-8"),
    (Request("GET", "&".join(["a=1"] * 200)), RequestError, "cannot be read"),
    (Request("POST", "query=ASK%7B%7D", QUERY, "", b"ASK {}"), RequestError, "found 2"),
    (Request("POST", "query=ASK%7B%7D", FORM, "", b"query=ASK%7B%7D"), RequestError, "found 2"),
    (Request("QUERY", "", "", "", b"ASK {}"), UnsupportedMediaType, "of no stated type"),
    (Request("POST", "", QUERY, "", b"ASK {}", coding="gzip"), UnsupportedMediaType, "is packed"),
    (Request("POST", "", FORM, "", b"update=CLEAR+ALL"), RequestError, "found none"),
    (
        Request("QUERY", "", "application/sparql-update", "", b"CLEAR ALL"),
        UnsupportedMediaType,
        "sparql-update",
    ),
    (Request("PUT", "query=ASK%7B%7D"), MethodNotAllowed, "PUT is not for queries"),
    (Request("POST", "", "text/plain", "", b"ASK {}"), UnsupportedMediaType, "The body is text/plain"),
    (Request("POST", "", "", "", b"ASK {}"), UnsupportedMediaType, "of no stated type"),
    (
        Request("POST", "", f"{QUERY}; charset=latin-1", "", b"ASK {}"),
        UnsupportedMediaType,
        "charset is latin-1",
    ),
    (Request("POST", "", QUERY, "", b"ASK {'\xff'}"), RequestError, "Byte 6"),
    (Request("POST", "", QUERY, "", b""), RequestError, "found none"),
    (Request("GET", "query=ASK%7B%7D", "", "image/png"), NotAcceptable, "None of image/png"),
    (Request("GET", "query=ASK%7B%7D&format=docx"), NotAcceptable, "no format “docx”"),
]


@pytest.mark.parametrize(("request_", "error", "words"), REFUSED)
def test_what_is_not_of_the_protocol_is_refused(
    request_: Request, error: type[RequestError], words: str
) -> None:
    with pytest.raises(error, match=words):
        answer(request_, Echo())


def test_a_refusal_for_want_of_a_format_lists_the_formats() -> None:
    with pytest.raises(NotAcceptable) as refusal:
        answer(Request("GET", "query=ASK%7B%7D", "", "image/png"), Echo())

    assert "text/turtle" in refusal.value.details["offers"]
    assert "text/csv" in refusal.value.details["offers"]


ACCEPTS = [
    ("", "json", "turtle"),
    ("*/*", "json", "turtle"),
    ("text/csv", "csv", ""),
    ("application/sparql-results+xml;q=0.9, text/csv;q=0.1", "xml", ""),
    ("text/csv;q=0.2, text/tab-separated-values;q=0.7", "tsv", ""),
    ("application/json", "json", "jsonld"),
    ("application/xml", "xml", "rdfxml"),
    ("text/turtle;q=0.5, application/ld+json", "", "jsonld"),
    ("application/n-quads", "", "nquads"),
    ("application/trig;q=0.9,text/turtle;q=0.8,*/*;q=0.1", "json", "trig"),
    ("text/*", "csv", "turtle"),
    ("image/png", "", ""),
    ("*/*, application/sparql-results+json;q=0, application/json;q=0", "xml", "turtle"),
    ("text/csv;q=0", "", ""),
    ("text/turtle;version=1.2", "", "turtle"),
    ('text/csv; header=present;q=0.5, application/sparql-results+json; version="1.2"', "json", ""),
]


@pytest.mark.parametrize(("accept", "results", "graphs"), ACCEPTS)
def test_the_format_that_the_client_likes_best_is_chosen(accept: str, results: str, graphs: str) -> None:
    liked = best(accept, RESULTS), best(accept, GRAPHS)

    assert [one.name if one else "" for one in liked] == [results, graphs]


def test_a_format_can_be_named_without_headers() -> None:
    assert asked(Request("GET", "query=ASK%7B%7D&format=csv", "", "image/png"))["results"] == "csv"
    assert asked(Request("GET", "query=ASK%7B%7D&format=trig"))["triples"] == "trig"
    assert asked(Request("GET", "query=ASK%7B%7D&format=xml"))["triples"] == "rdfxml"
    assert asked(Request("GET", "query=ASK%7B%7D&format=jsonld"))["results"] == "json"
    assert asked(Request("GET", "query=ASK%7B%7D&format=nt"))["triples"] == "ntriples"


def test_a_format_of_no_name_of_ours_leaves_the_choice_to_the_header() -> None:
    sent = "query=ASK%7B%7D&format=json-ld&format=application/ld%2Bjson"

    assert asked(Request("GET", sent, "", "application/ld+json"))["triples"] == "jsonld"


def test_a_request_may_choose_its_graphs() -> None:
    chosen = asked(
        Request(
            "POST",
            "named-graph-uri=x:c",
            FORM,
            "",
            b"query=ASK%7B%7D&default-graph-uri=x:a&default-graph-uri=x:b",
        )
    )

    assert (chosen["default_graphs"], chosen["named_graphs"]) == (["x:a", "x:b"], ["x:c"])


def test_text_says_its_charset_and_the_answer_depends_on_accept() -> None:
    told: Answer = answer(Request("GET", "query=ASK%7B%7D", "", "text/csv"), Echo())

    assert told.media_type == "text/csv; charset=utf-8"
    assert told.headers == {"Vary": "Accept"}


UPDATES = [
    (Request("POST", "", FORM, "", b"update=CLEAR+ALL"), SentUpdate("CLEAR ALL")),
    (Request("POST", "", UPDATE, "", b"CLEAR ALL"), SentUpdate("CLEAR ALL")),
    (
        Request("POST", "using-graph-uri=x:a&using-named-graph-uri=x:c", UPDATE, "", b"CLEAR ALL"),
        SentUpdate("CLEAR ALL", ("x:a",), ("x:c",)),
    ),
    (
        Request("POST", "", FORM, "", b"update=CLEAR+ALL&using-graph-uri=x:a&using-graph-uri=x:b"),
        SentUpdate("CLEAR ALL", ("x:a", "x:b")),
    ),
    (Request("POST", "", QUERY, "", b"CLEAR ALL"), None),
    (Request("POST", "", "text/plain", "", b"CLEAR ALL"), None),
    (Request("GET", "query=ASK%7B%7D"), None),
]


@pytest.mark.parametrize(("request_", "sent"), UPDATES)
def test_an_update_is_read_from_where_the_protocol_puts_it(
    request_: Request, sent: SentUpdate | None
) -> None:
    assert update_of(request_) == sent


BAD_UPDATES = [
    (Request("GET", "update=CLEAR+ALL"), MethodNotAllowed, "by POST"),
    (Request("QUERY", "", FORM, "", b"update=CLEAR+ALL"), MethodNotAllowed, "by POST"),
    (Request("POST", "", FORM, "", b"update=CLEAR+ALL&update=CLEAR+ALL"), RequestError, "found 2"),
    (Request("POST", "", FORM, "", b"update=CLEAR+ALL&query=ASK%7B%7D"), RequestError, "not both"),
    (Request("POST", "", f"{UPDATE}; charset=UTF-16", "", b""), UnsupportedMediaType, "UTF-16"),
    (Request("POST", "", UPDATE, "", b"CLEAR \xff"), RequestError, "Byte 6"),
]


@pytest.mark.parametrize(("request_", "error", "words"), BAD_UPDATES)
def test_an_update_that_is_not_of_the_protocol_is_refused(
    request_: Request, error: type[RequestError], words: str
) -> None:
    with pytest.raises(error, match=words):
        update_of(request_)
