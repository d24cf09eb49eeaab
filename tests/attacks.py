"""What strangers send: bad input, calls to elsewhere, queries that never end."""

import gzip
from dataclasses import dataclass, field
from itertools import product
from urllib.parse import quote, urlencode

QUERY = "application/sparql-query"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Attack:
    """An HTTP request, as a client library would not always send it."""

    method: str = "GET"
    target: str = "/sparql"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def asking(text: str, **parameters: str) -> Attack:
    return Attack(target=f"/sparql?{urlencode({'query': text} | parameters)}")


def posting(body: bytes, kind: str = QUERY, **headers: str) -> Attack:
    return Attack("POST", headers={"Content-Type": kind} | headers, body=body)


NESTS = [
    ("{", "}"),
    ("(1+", ")"),
    ("FILTER EXISTS { ", "}"),
    ("OPTIONAL { ?s ?p ?o ", "}"),
    ("?s ?p [ ?p ", "]"),
    ("?s ?p ( ", ")"),
    ("BIND(STR(", ") AS ?x)"),
    ("{ SELECT * { ", "} }"),
    ("FILTER(!", ")"),
    ("?s ?p << ?s ?p ", ">>"),
    ("?s (", ")* ?o ."),
    ("GRAPH ?g { ", "}"),
    ("{} UNION { ", "}"),
    ("MINUS { ", "}"),
    ("FILTER(IF(true, 1, ", "))"),
]
NESTED = [
    asking(f"SELECT * {{ {left * depth} {right * depth} }}")
    for (left, right), depth in product(NESTS, (70, 900))
]
NESTED += [posting(f"SELECT * {{ {left * 5000} {right * 5000} }}".encode()) for left, right in NESTS]
WIDE = [
    asking("SELECT * { " + "?a ?b [] . " * 276 + "}"),
    asking("SELECT * { ?s " + "/".join(["<x:p>"] * 311) + " ?o }"),
    asking("SELECT * { ?s " + "|".join(["<x:p>"] * 311) + " ?o }"),
    asking("SELECT * { ?s <x:p>" + "*" * 100 + " ?o }"),
    asking("SELECT " + "?v " * 5000 + "{ ?s ?p ?o }"),
    asking("SELECT * { FILTER(" + "!" * 5000 + "true) }"),
    asking("SELECT * { FILTER(" + "-" * 5000 + "1 = 1) }"),
    asking("SELECT (" + "||".join(["true"] * 3000) + " AS ?x) {}"),
    asking("SELECT (" + "+".join(["1"] * 3000) + " AS ?x) {}"),
    asking("SELECT * { ?s ?p '" + "x" * 60_000),
    asking("PREFIX " * 5000),
    asking("#" * 60_000),
    posting(b"SELECT" + b" " * 900_000),
    posting(b"x" * 1_100_000),
    asking("SELECT * { VALUES (" + "?x " * 4000 + ") { } }"),
]
TEXTS = [
    "", " ", "\n", "SELEC * {}", "SELECT", "SELECT *", "SELECT * {", "SELECT * }", "SELECT * {}}", "ASK", "ASK ASK",
    "SELECT ?x { ?x }", "SELECT * { ?s ?p }", "SELECT * { ?s ?p ?o", "CONSTRUCT {} {", "DESCRIBE", "DESCRIBE <",
    "SELECT * { <a b> ?p ?o }", "SELECT * { <\\u0000> ?p ?o }", "SELECT * { ?s nope:p ?o }", 'SELECT * { ?s ?p "x }',
    "SELECT * { ?s ?p 'x\n' }", 'SELECT * { ?s ?p "x"@ }', 'SELECT * { ?s ?p "x"^^ }', "SELECT * { FILTER }",
    "SELECT * { BIND(1 AS) }", "SELECT (1 AS ?x) (2 AS ?x) {}", "SELECT ?s { ?s ?p ?o } GROUP BY", "ASK {} LIMIT x",
    "ASK {} LIMIT -1", "SELECT * {} LIMIT 99999999999999999999999", "SELECT * {} OFFSET 18446744073709551616",
    "SELECT * { ?s ?p 1e999999 }", "SELECT (1/0 AS ?x) {}", "SELECT (<x:f>(1) AS ?x) {}", "SELECT * { FILTER(<x:f>()) }",
    "SELECT (REGEX('a', '(') AS ?x) {}", "SELECT (REGEX('a', '" + "(a*)*" * 20 + "') AS ?x) {}",
    "SELECT (REGEX('a', 'a{1,99999999}') AS ?x) {}", "SELECT (REPLACE('a', 'a', '$9') AS ?x) {}",
    "SELECT (SUBSTR('a', -9223372036854775808) AS ?x) {}", "SELECT (xsd:integer('x') AS ?x) {}",
    'SELECT ("9999-99-99"^^<http://www.w3.org/2001/XMLSchema#date> AS ?x) {}', "SELECT (STRDT('a', 'b') AS ?x) {}",
    "SELECT (IRI('not an iri') AS ?x) {}", "SELECT (SUM(?s) AS ?x) (MAX(?o) AS ?y) { ?s ?p ?o }",
    "BASE <nope> SELECT * { <a> ?p ?o }", "BASE <http://[> ASK {}", "PREFIX : <> ASK { :a :b :c }",
    "INSERT DATA { <x:a> <x:b> <x:c> }", "DELETE WHERE { ?s ?p ?o }", "CLEAR ALL", "DROP ALL", "CREATE GRAPH <x:g>",
    "\x00", "ASK {}\x00", "\ufeffASK {}", "\u202eASK {}", "ASK { ?s ?p '\U0010ffff' }", "ASK { \\u0041 }",
    "ASK { ?s ?p '\\uD800' }", "ASK { ?s ?p '\\U00110000' }", "ASK { ?s ?p <\\uDFFF> }", "/*", "--", "' OR 1=1 --",
    "ASK FROM <http://[> {}", "BASE <http://[> ASK FROM <a> {}", "PREFIX a: <//[> ASK FROM a:b {}", "ASK { SERVICE <http://[> {} }",
    "ASK FROM <\\uD800> {}", "ASK FROM <> {}", "ASK FROM x: {}", "ASK FROM NAMED", "ASK FROM ASK FROM ASK FROM",
    "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "%s%s%n", "../../../etc/passwd",
]  # fmt: skip
TARGETS = [
    "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", "/sparql?query=%FF%FE", "/sparql?query=%", "/sparql?query=%00",
    "/sparql?query=%C0%AF", "/sparql?query=%ED%A0%80", "/sparql?query=ASK%7B%7D&format=exe", "/sparql?format=",
    "/sparql?query=ASK%7B%7D&format=json&format=xml", "/sparql?query=ASK%7B%7D&default-graph-uri=no%20iri",
    "/sparql?query=ASK%7B%7D&named-graph-uri=%00", "/sparql?query=ASK%7B%7D&default-graph-uri=", "/sparql?update=CLEAR+ALL",
    "/sparql?query=ASK%7B%7D&update=CLEAR+ALL", "/sparql?" + "a=b&" * 500, "/sparql?" + "=" * 500, "/sparql?;;;&&&",
    "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/static/../../pyproject.toml",
    "/static/%2e%2e/__init__.py", "/static/..%5c..%5cx", "//evil.example/", "/%00", "/%FF", "/\u00e9".encode().decode("latin-1"),
    "/film/", "/film/..", "/film/%2F%2F", "/film/nope.ttl", "/film/nope.exe", "/film/" + "a" * 5000, "/nope", "/nope.html",
    "/questions/nope", "/questions/..%2f..%2fpyproject", "/graphs", "/graphs?graph=", "/graphs?graph=no", "/graphs?graph=%00",
    "/graphs?default&graph=x:y", "/graphs?graph=http://%5B/", "/graphs?graph=1:", "/graphs?graph=file:///etc/passwd", "/graphs?graph=http://127.0.0.1:1/", "/graphs?nope",
    "/metrics/..", "/health?x=" + "y" * 5000, "http://evil.example/sparql", "*", "/sparql#fragment",
]  # fmt: skip
HEADERS = [
    {"Accept": "nonsense"}, {"Accept": "*/*;q=nan"}, {"Accept": ";;;,,,"}, {"Accept": "a/b;" * 1000}, {"Accept": "text/html;q=-1"},
    {"Accept": "image/png"}, {"Accept-Encoding": "zstd;q=x"}, {"Accept-Encoding": "," * 1000}, {"If-None-Match": '"' * 1000},
    {"If-None-Match": "W/,*"}, {"If-Modified-Since": "yesterday"}, {"Range": "bytes=9-1"}, {"Host": "evil.example"},
    {"Host": ""}, {"Host": "[::1"}, {"Host": "localhost:99999999"}, {"Host": "a" * 5000}, {"Origin": "http://evil.example"},
    {"Cookie": "a" * 5000}, {"Authorization": "Bearer " + "x" * 5000}, {"Authorization": "\xff"}, {"Expect": "500-internal"},
    {"X-Forwarded-Host": "evil.example"}, {"X-HTTP-Method-Override": "DELETE"}, {"Upgrade": "websocket", "Connection": "Upgrade"},
    {"Content-Length": "99"}, {"Transfer-Encoding": "chunked"}, {"Transfer-Encoding": "nonsense"}, {"Connection": "close, TE"},
]  # fmt: skip
BODIES = [
    posting(b"ASK {}", "text/plain"), posting(b"ASK {}", ""), posting(b"ASK {}", "nonsense"), posting(b"\xff\xfe", QUERY),
    posting(b"ASK {}", f"{QUERY}; charset=utf-16"), posting(b"ASK {}", f"{QUERY}; charset=nonsense"), posting(b"", QUERY),
    posting(b"", FORM), posting(b"query", FORM), posting(b"query=ASK{}&query=ASK{}", FORM), posting(b"query=%FF", FORM),
    posting(b"&" * 10_000, FORM), posting(b"update=CLEAR ALL", FORM), posting(b"CLEAR ALL", "application/sparql-update"),
    posting(b"CLEAR ALL", QUERY), posting(b"<x:a> <x:b> <x:c> .", "text/turtle"), posting(b"{}", "application/json"),
    posting(b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"), posting(b"x", "multipart/form-data"),
    posting(b"ASK {}", QUERY, **{"Content-Encoding": "gzip"}),
]  # fmt: skip
METHODS = ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "NONSENSE", "QUERY", "OPTIONS", "HEAD", "POST"]
BAD = [
    *NESTED,
    *WIDE,
    *map(asking, TEXTS),
    *(Attack(target=target) for target in TARGETS),
    *(Attack(target="/sparql?query=ASK%7B%7D", headers=headers) for headers in HEADERS),
    *BODIES,
    *(Attack(method, target) for method, target in product(METHODS, ("/sparql", "/", "/graphs?default"))),
]

# Bytes as they go over the wire, and the statuses that are right for them; 0 where the server may hang up.
ASK = b"/sparql?query=ASK%7B%7D"
POST = b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/sparql-query\r\n"
HEAD = b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
PACKED = gzip.compress(b"ASK {}")
WIRE = [
    (b"GET http://localhost" + ASK + HEAD + b"\r\n", {200}),
    (b"GET " + ASK + b" HTTP/1.0\r\n\r\n", {200}),
    (b"GET " + ASK + b" HTTP/1.1\r\nConnection: close\r\n\r\n", {400}),
    (b"GET " + ASK + HEAD + b"Host: evil.example\r\n\r\n", {400}),
    (b"GET " + ASK + b"\r\n\r\n", {0, 400}),
    (b"GET " + ASK + b" HTTP/3.0\r\n\r\n", {0, 400}),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {0, 400}),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" + b"\x00" * 100, {0, 400}),
    (b"GET " + ASK + HEAD + b"X: " + b"a" * 200_000 + b"\r\n\r\n", {0, 400, 431}),
    (b"GET " + ASK + HEAD + b"".join(b"X%d: a\r\n" % n for n in range(1000)) + b"\r\n", {0, 400, 431}),
    (b"GET /sparql?query=" + b"a" * 70_000 + HEAD + b"\r\n", {0, 400, 414, 431}),
    (b"GET " + ASK + b"&a=b" * 15_000 + HEAD + b"\r\n", {400}),
    (b"GET " + ASK + HEAD + b"X: a\x00b\r\n\r\n", {0, 400}),
    (b"GET " + ASK + HEAD + b"Accept: a\x01b\r\n\r\n", {0, 400}),
    (b"GET " + ASK + HEAD + b"Accept: \xe9\xff/\xff\r\n\r\n", {406}),
    (b"GET " + ASK + HEAD + b'If-None-Match: \xff"\x80*\r\n\r\n', {200}),
    (b"GET " + ASK + HEAD + b"X: a\r\n b\r\n\r\n", {0, 200, 400}),
    (b"GET " + ASK + HEAD + b"X : a\r\n\r\n", {0, 400}),
    (b"GET /a\x00b" + HEAD + b"\r\n", {0, 400}),
    (b"GET /?lang=\xc3\x89" + HEAD + b"\r\n", {200}),
    (b"GET /?lang=\xff" + HEAD + b"\r\n", {0, 200, 400}),
    (b"PUT /graphs?graph=\xc3\x89" + HEAD + b"Content-Length: 0\r\n\r\n", {400, 401, 415}),
    (b"GET /film/\xff" + HEAD + b"\r\n", {0, 400, 404}),
    (b"GET /%73parql?query=ASK%zz" + HEAD + b"\r\n", {400}),
    (b"CONNECT evil.example:80" + HEAD + b"\r\n", {400, 404, 405}),
    (b"TRACE /sparql" + HEAD + b"\r\n", {405}),
    (b"get /sparql" + HEAD + b"\r\n", {400, 405}),
    (b"OPTIONS *" + HEAD + b"\r\n", {204, 404}),
    (b"POST /health" + HEAD + b"Content-Length: 0\r\n\r\n", {405}),
    (POST + b"Expect: 100-continue\r\nContent-Length: 6\r\n\r\nASK {}", {100, 200}),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nASK\r\n3\r\n {}\r\n0\r\n\r\n", {200}),
    (POST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nASK\r\n", {0, 400}),
    (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n6\r\nASK {}\r\n0\r\n\r\n", {200, 400, 501}),
    (POST + b"Content-Length: 3\r\n\r\nASK {}", {400}),
    (POST + b"Content-Length: -3\r\n\r\nASK {}", {0, 400}),
    (POST + b"Content-Length: 6\r\nContent-Length: 3\r\n\r\nASK {}", {0, 400}),
    (POST + b"Content-Length: 99999999999\r\n\r\nASK {}", {413}),
    (POST + b"Content-Length: 99999999999999999999999\r\n\r\nASK {}", {0, 400, 413}),
    (POST + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED, {415}),
]

CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r"
KILLERS = [
    f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}",
    f"SELECT (SUM(?c + ?f) AS ?n) {{ {CROSS} }}",
    f"SELECT (MAX(STR(?c)) AS ?n) {{ {CROSS} }}",
    f"SELECT (SAMPLE(?c) AS ?n) {{ {CROSS} }}",
    f"SELECT (GROUP_CONCAT(STR(?a)) AS ?n) {{ {CROSS} }}",
    f"SELECT (COUNT(DISTINCT ?a) AS ?n) {{ {CROSS} }}",
    f"SELECT * {{ {CROSS} }} ORDER BY ?a ?d ?g",
    f"SELECT DISTINCT * {{ {CROSS} }}",
    f"SELECT * {{ {CROSS} }}",
    f"SELECT ?a (COUNT(*) AS ?n) {{ {CROSS} }} GROUP BY ?a HAVING(COUNT(*) < 0)",
    f"SELECT * {{ {CROSS} FILTER(CONCAT(STR(?a), STR(?d), STR(?r)) = 'x') }}",
    f"SELECT * {{ {CROSS} FILTER(REGEX(CONCAT(STR(?a), STR(?r)), '(x+x+)+y')) }}",
    f"SELECT * {{ {CROSS} FILTER(SHA512(CONCAT(STR(?a), STR(?r))) = 'x') }}",
    f"SELECT * {{ {CROSS} FILTER NOT EXISTS {{ ?x ?y ?z FILTER(STR(?r) != STR(?a)) }} }}",
    f"ASK {{ {CROSS} FILTER(STRLEN(CONCAT(STR(?a), STR(?r))) < 0) }}",
    f"CONSTRUCT {{ ?a ?e ?i }} {{ {CROSS} }}",
    f"CONSTRUCT {{ [] ?b [] }} {{ {CROSS} }}",
    f"DESCRIBE ?a {{ {CROSS} }}",
    f"SELECT * {{ {{ {CROSS} }} UNION {{ {CROSS} }} }} ORDER BY ?a",
    f"SELECT * {{ ?a ?b ?c OPTIONAL {{ {CROSS} FILTER(CONCAT(STR(?d), STR(?r)) = 'x') }} }}",
    f"SELECT * {{ ?a ?b ?c MINUS {{ {CROSS} . FILTER(CONCAT(STR(?d), STR(?r)) = 'x') }} }} ORDER BY ?r",
    f"SELECT * {{ ?s ?t ?u FILTER NOT EXISTS {{ {CROSS} FILTER(STR(?r) = 'x') }} }}",
    "SELECT (COUNT(*) AS ?n) { ?a !<x:p>* ?b . ?c !<x:p>* ?d . ?e !<x:p>* ?f . ?g !<x:p>* ?h }",
    "SELECT (COUNT(*) AS ?n) { ?a (!<x:p>|^!<x:p>)+ ?b . ?c (!<x:p>|^!<x:p>)+ ?d . ?e !<x:p>* ?f . ?g ?h ?i }",
    "SELECT * { ?a (!<x:p>/^!<x:p>/!<x:p>/^!<x:p>/!<x:p>/^!<x:p>/!<x:p>/^!<x:p>) ?b . ?c ?d ?e . ?f ?g ?h . ?i ?j ?k }",
    f"SELECT * {{ {{ SELECT * {{ {CROSS} }} ORDER BY ?c ?f ?i }} }} LIMIT 1",
    f"SELECT * {{ {{ SELECT DISTINCT ?a ?d ?g ?m {{ {CROSS} }} }} FILTER(CONCAT(STR(?a), STR(?m)) = 'x') }}",
    f"SELECT * {{ {CROSS} BIND(CONCAT(STR(?a), STR(?d)) AS ?x) FILTER(CONTAINS(?x, 'no such words')) }}",
    "SELECT (COUNT(*) AS ?n) { "
    + " ".join(f"VALUES ?v{n} {{ {'1 2 3 4 5 6 7 8 9 ' * 20} }}" for n in range(6))
    + " }",
    f"SELECT * {{ GRAPH ?x {{ {CROSS} }} }} ORDER BY DESC(?r)",
]


# Calls to HERE that a reader of words misses; to the engine, which knows no words, each is a call.
HERE = "http://here/"
MORE = "?s ?p ?o"
CALL = f"SERVICE <{HERE}> {{ {MORE} }}"
NAMES = f"PREFIX x: <x:> PREFIX h: <{HERE}> PREFIX : <{HERE}> "
HIDDEN = [
    f"{NAMES} SELECT * {{ {MORE} OPTIONAL {{ ?z x:b x:a\\' }} {CALL} FILTER(?s != 'b') }}",
    f"{NAMES} SELECT * {{ {MORE} OPTIONAL {{ ?z x:b x:a\\# }} {CALL} }}",
    f"{NAMES} SELECT * {{ {MORE} OPTIONAL {{ ?z x:b x:a\u3001\\' }} {CALL} FILTER(?s != 'b') }}",
    f"SELECT * {{ {MORE} OPTIONAL {{ ?z <x:\u3000'> ?y }} {CALL} FILTER(?s != 'b') }}",
    f"SELECT * {{ {MORE} OPTIONAL {{ ?z <x:\xa0'> ?y }} {CALL} FILTER(?s != 'b') }}",
    f"""SELECT * {{ {MORE} OPTIONAL {{ ?z <x:\\u0041'> "a\\u0022" }} {CALL} FILTER(?s != "c\\u0022" && ?s != 'd') }}""",
    f"SELECT * {{ {MORE} FILTER(?o<'x>y') {CALL} FILTER(?o<'x>y') }}",
    f"SELECT * {{ {MORE} FILTER(!(?o<?o#> '''\n)) {CALL} FILTER(?s != '''b''') }}",
    f"SELECT * {{ {MORE} OPTIONAL {{ ?a ?b (''' ' ) }} {CALL} #\\q '''\n }}",
    f"SELECT * {{ {MORE} OPTIONAL {{ ?a ?b (''' ' ) }} {CALL} #\\uD800 '''\n }}",
    f"SELECT * {{ ?s ?p 1{CALL} }}",
    f"SELECT * {{ {{ ?s ?p 1 }} UNION{{ ?s ?p 1{CALL} }} }}",
    f"SELECT * {{ SERVICESILENT <{HERE}> {{ {MORE} }} }}",
    f"{NAMES} SELECT * {{ SERVICEh:sparql {{ {MORE} }} }}",
    f"{NAMES} SELECT * {{ SERVICE:sparql {{ {MORE} }} }}",
    f"{NAMES} SELECT * {{ ?s ?p 1SERVICEh:x {{ {MORE} }} }}",
    f"{NAMES} SELECT * {{ ?s ?p trueSERVICEh:x {{ {MORE} }} }}",
    f"PREFIX#\nh: <{HERE}> SELECT * {{ SERVICESILENTh:sparql {{ {MORE} }} }}",
]
HIDDEN_UPDATES = [
    f"{NAMES} LOADh:x",
    f"LOADSILENT <{HERE}>",
    f"CLEAR DEFAULT;LOAD<{HERE}>",
    f"INSERT {{ <x:a> <x:b> 2 }} WHERE {{ ?s ?p 1{CALL} }}",
]


def outward(host: str) -> list[Attack]:
    """Return some eighty requests that name *host* where something might be fetched from it."""
    place = f"http://{host}/"
    texts = [
        "SELECT * {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE SILENT <{0}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ service <{0}sparql> {{}} }}",
        "PREFIX h: <{0}> SELECT * {{ SERVICE h:sparql {{ ?s ?p ?o }} }}",
        "BASE <{0}> SELECT * {{ SERVICE <sparql> {{ ?s ?p ?o }} }}",
        "SELECT * {{ VALUES ?x {{ <{0}> }} SERVICE ?x {{ ?s ?p ?o }} }}",
        "SELECT * {{ BIND(IRI('{0}') AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
        "SELECT * {{ \\u0053ERVICE <{0}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ S\\u0045RVICE SILENT <{0}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE#\n<{0}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ ?a<?b SERVICE <{0}> {{}} }}",
        "SELECT * {{ OPTIONAL {{ SERVICE <{0}> {{ ?s ?p ?o }} }} }}",
        "SELECT * {{ FILTER EXISTS {{ SERVICE <{0}> {{ ?s ?p ?o }} }} }}",
        "SELECT * {{ {{ SELECT * {{ SERVICE <{0}> {{ ?s ?p ?o }} }} }} }}",
        "CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
        "ASK {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
        "DESCRIBE ?s {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ ?s ?p '''{0}''' . SERVICE <{0}> {{}} }}",
        "SELECT * FROM <{0}> {{ ?s ?p ?o }}",
        "SELECT * FROM NAMED <{0}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "CONSTRUCT {{ ?s ?p ?o }} FROM <{0}data.ttl> WHERE {{ ?s ?p ?o }}",
        "DESCRIBE <{0}>",
        "DESCRIBE <{0}> FROM <{0}>",
        "SELECT * {{ GRAPH <{0}> {{ ?s ?p ?o }} }}",
        "SELECT (<{0}f>(1) AS ?x) {{}}",
        "PREFIX x: <{0}> SELECT * {{ ?s x:p ?o }}",
        "LOAD <{0}>",
        "LOAD SILENT <{0}>",
        "LOAD <{0}data.ttl> INTO GRAPH <x:g>",
        "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
        "INSERT DATA {{ <x:a> <http://www.w3.org/2002/07/owl#imports> <{0}> }}",
        "INSERT {{ <x:a> <x:b> <x:c> }} USING <{0}> WHERE {{ ?s ?p ?o }}",
    ]
    said = [text.format(place) for text in texts]
    sent = [asking(text) for text in said[:26]]
    sent += [asking(text.replace(HERE, place)) for text in HIDDEN]
    sent += [
        posting(text.replace(HERE, place).encode(), "application/sparql-update") for text in HIDDEN_UPDATES
    ]
    sent += [posting(f"update={quote(text)}".encode(), FORM) for text in said[26:]]
    sent += [posting(text.encode(), "application/sparql-update") for text in said[26:]]
    sent += [
        asking("SELECT * { ?s ?p ?o }", **{name: place}) for name in ("default-graph-uri", "named-graph-uri")
    ]
    sent += [
        Attack(target=f"/{path}{quote(place)}") for path in ("graphs?graph=", "?url=", "film/", "search?q=")
    ]
    names = ("Host", "X-Forwarded-Host", "Referer", "Origin", "Link", "Forwarded")
    sent += [
        Attack(target="/", headers={name: place if name in ("Referer", "Origin") else host}) for name in names
    ]
    bodies = {
        "application/ld+json": [
            f'{{"@context": "{place}", "@id": "x:a", "p": 1}}',
            f'{{"@context": ["{place}a", {{"@import": "{place}b"}}], "@id": "x:a"}}',
            f'{{"@context": {{"@version": 1.1, "@import": "{place}"}}, "@id": "x:a"}}',
            f'[{{"@id": "x:a", "x:b": {{"@context": "{place}", "@value": "c"}}}}]',
        ],
        "application/rdf+xml": [
            f'<!DOCTYPE r SYSTEM "{place}r.dtd"><r/>',
            f'<!DOCTYPE r [<!ENTITY e SYSTEM "{place}e">]><r>&e;</r>',
            f'<!DOCTYPE r [<!ENTITY % e SYSTEM "{place}e"> %e;]><r/>',
            f'<?xml-stylesheet href="{place}"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
            '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">' + "".join(
                f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10)
            ) + "]><r>&k;</r>",
        ],
        "text/turtle": [f"@base <{place}> . <a> <b> <c> .", f"<x:a> <http://www.w3.org/2002/07/owl#imports> <{place}> ."],
    }  # fmt: skip
    sent += [
        Attack("PUT", "/graphs?graph=x:sent", {"Content-Type": kind}, text.encode())
        for kind, written in bodies.items()
        for text in written
    ]
    return sent
