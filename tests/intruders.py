"""Who may not write and tries: no right, the wrong one, in the wrong place, by a way around.

Each is a request as it is sent; `{insider}` and the like stand for tokens that
the test makes. Nothing may change, and each has its status.
"""

from itertools import product
from urllib.parse import quote, urlencode

from attacks import FORM, QUERY, Attack

UPDATE = "application/sparql-update"
TURTLE = "text/turtle"
TRIG = "application/trig"
BASE = "https://tiny.example/"
OURS = f"{BASE}evidence/leaflet/w1"
FOLDERS = f"{BASE}evidence/leaflet/p1-1"
INSERT = "INSERT DATA { <urn:a> <urn:b> <urn:c> }"
ONE = b"<urn:a> <urn:b> <urn:c> ."
# What lets nobody write: the header Authorization, and the status it gets.
KEYS = [
    ("", 401),
    ("Bearer", 401),
    ("Bearer ", 401),
    ("Bearer nonsense", 401),
    ("Bearer qgraph_" + "A" * 43, 401),
    ("Bearer {revoked}", 401),
    ("Bearer {expired}", 401),
    ("Bearer {curator}x", 401),
    ("Bearer {curator}, Bearer {curator}", 401),
    ("Bearer {curator} {curator}", 401),
    ("Bearer {hash}", 401),
    ("Bearer {id}", 401),
    ("Bearer curator", 401),
    ("Bearer null", 401),
    ("Bearer \xe9", 401),
    ("Basic {basic}", 401),
    ("Token {curator}", 401),
    ("{curator}", 401),
    ("Digest username={curator}", 401),
    ("Bearer{curator}", 401),
    ("Bearer:{curator}", 401),
    ("Bearer {insider}", 403),
    ("bearer {insider}", 403),
]
# Everything that writes.
WAYS = [
    Attack("POST", "/sparql", {"Content-Type": FORM}, urlencode({"update": INSERT}).encode()),
    Attack("POST", "/sparql", {"Content-Type": UPDATE}, INSERT.encode()),
    Attack("PUT", f"/graphs?graph={quote(OURS)}", {"Content-Type": TURTLE}, ONE),
    Attack("POST", f"/graphs?graph={quote(OURS)}", {"Content-Type": TURTLE}, ONE),
    Attack("POST", "/graphs", {"Content-Type": TRIG}, ONE),
    Attack("PATCH", f"/graphs?graph={quote(OURS)}", {"Content-Type": UPDATE}, INSERT.encode()),
    Attack("DELETE", "/graphs?default"),
    Attack("PUT", "/graphs/evidence/leaflet/w1", {"Content-Type": TURTLE}, ONE),
]


def keyed(way: Attack, key: str) -> Attack:
    return Attack(way.method, way.target, way.headers | ({"Authorization": key} if key else {}), way.body)


def placed(target: str, kind: str = UPDATE, body: str = INSERT, **headers: str) -> Attack:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Attack("POST", target, {"Content-Type": kind} | named, body.encode())


WITHOUT = [(keyed(way, key), {status}) for way, (key, status) in product(WAYS, KEYS)]
# A token that is good, where no token counts.
MISPLACED = [
    (placed(f"/sparql?{name}={{curator}}"), {401})
    for name in ("token", "access_token", "Authorization", "bearer", "api_key", "key")
]
MISPLACED += [
    (placed("/sparql", FORM, f"{name}={{curator}}&{urlencode({'update': INSERT})}"), {401})
    for name in ("token", "access_token", "authorization")
]
MISPLACED += [
    (placed("/sparql", **{name: "{curator}"}), {401})
    for name in ("Cookie", "X-Api-Key", "X-Auth-Token", "X-Authorization", "Token", "Proxy-Authorization")
]
MISPLACED += [
    (
        placed("/sparql", Cookie="token={curator}; access_token={curator}; Authorization=Bearer {curator}"),
        {401},
    ),
    (placed("/sparql", Proxy_Authorization="Bearer {curator}"), {401}),
    (placed("/sparql", X_Forwarded_Authorization="Bearer {curator}"), {401}),
    (placed("/sparql", Host="user:secret@127.0.0.1"), {400, 421}),
]
# A method that is not the one sent.
OVERRIDES = [
    (Attack(method, target, {name: wanted, "Accept": "*/*"}), {200, 303, 400, 401, 404, 405, 415})
    for method, target in (
        ("GET", "/graphs?default"),
        ("POST", "/graphs?default"),
        ("GET", f"/graphs?graph={FOLDERS}"),
    )
    for name, wanted in product(
        ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"), ("DELETE", "PUT", "PATCH")
    )
]
OVERRIDES += [
    (Attack(method, f"/graphs?default&_method={wanted}"), {200, 400, 401})
    for method, wanted in product(("GET", "POST"), ("DELETE", "PUT"))
]
# An update that is sent as something else.
SMUGGLED = [
    (Attack("GET", f"/sparql?{urlencode({'query': INSERT})}"), {400}),
    (Attack("GET", f"/sparql?{urlencode({'update': INSERT})}", {"Accept": "*/*"}), {400, 405}),
    (Attack("HEAD", f"/sparql?{urlencode({'update': INSERT})}", {"Accept": "*/*"}), {400, 405}),
    (Attack("GET", f"/sparql?{urlencode({'query': 'ASK {}', 'update': INSERT})}"), {400, 405}),
    (placed("/sparql", FORM, urlencode({"query": INSERT})), {400}),
    (placed("/sparql", FORM, urlencode({"query": "ASK {}", "update": INSERT})), {400}),
    (placed("/sparql", FORM, urlencode({"UPDATE": INSERT})), {400}),
    (placed("/sparql", FORM, urlencode({"update": [INSERT, INSERT]}, doseq=True)), {400}),
    (placed("/sparql", QUERY, INSERT), {400}),
    (placed("/sparql", QUERY, f"ASK {{}} ; {INSERT}"), {400}),
    (placed("/sparql", QUERY, f"{INSERT} ; ASK {{}}"), {400}),
    (placed(f"/sparql?{urlencode({'update': INSERT})}", QUERY, "ASK {}"), {200, 400}),
    (placed(f"/sparql?{urlencode({'update': INSERT})}", UPDATE, ""), {400}),
    (placed(f"/sparql?{urlencode({'update': INSERT})}", FORM, ""), {401}),
    (placed(f"/sparql?{urlencode({'query': 'ASK {}'})}"), {400}),
    (Attack("QUERY", "/sparql", {"Content-Type": UPDATE}, INSERT.encode()), {400, 415}),
    (Attack("QUERY", "/sparql", {"Content-Type": QUERY}, INSERT.encode()), {400}),
    (Attack("QUERY", "/sparql", {"Content-Type": FORM}, urlencode({"update": INSERT}).encode()), {400, 405}),
    (Attack("PUT", "/sparql", {"Content-Type": UPDATE}, INSERT.encode()), {405}),
    (Attack("PATCH", "/sparql", {"Content-Type": UPDATE}, INSERT.encode()), {405}),
    (Attack("DELETE", "/sparql", {"Content-Type": UPDATE}, INSERT.encode()), {405}),
    (Attack("POST", "/questions/films", {"Content-Type": UPDATE}, INSERT.encode()), {405}),
    (Attack("PUT", "/film/tide", {"Content-Type": TURTLE}, ONE), {405}),
    (Attack("DELETE", "/film/tide"), {405}),
    (Attack("POST", "/sparql/", {"Content-Type": UPDATE}, INSERT.encode()), {404, 405}),
    (Attack("POST", "//sparql", {"Content-Type": UPDATE}, INSERT.encode()), {401, 404}),
    (Attack("POST", "/./sparql", {"Content-Type": UPDATE}, INSERT.encode()), {400, 404, 405}),
    (Attack("POST", "/%73parql", {"Content-Type": UPDATE}, INSERT.encode()), {401, 404}),
    (Attack("POST", "/graphs/../sparql", {"Content-Type": UPDATE}, INSERT.encode()), {400, 401, 404, 415}),
]
# What a page of another site can have a browser send.
FOREIGN = [
    (placed("/sparql", kind, body, Origin=origin), {401, 415})
    for origin in ("https://elsewhere.example", "null", "http://localhost.elsewhere.example")
    for kind, body in (("text/plain", INSERT), (FORM, urlencode({"update": INSERT})))
]
FOREIGN += [
    (
        Attack(
            "POST",
            "/graphs?default",
            {"Content-Type": "multipart/form-data; boundary=b", "Origin": "https://elsewhere.example"},
            b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\nContent-Type: text/turtle\r\n\r\n'
            + ONE
            + b"\r\n--b--\r\n",
        ),
        {401},
    ),
    (
        placed(
            "/graphs?default", "text/plain", "<urn:a> <urn:b> <urn:c> .", Referer="https://elsewhere.example/"
        ),
        {401},
    ),
    (placed("/sparql", Origin="https://elsewhere.example", Access_Control_Request_Method="POST"), {401}),
]
# Headers of a proxy that nobody here trusts.
PROXIED = [
    (placed("/sparql", **{name: value}), {401})
    for name, value in {
        "X-Forwarded-For": "127.0.0.1",
        "X-Real-IP": "127.0.0.1",
        "Forwarded": "for=127.0.0.1;proto=https",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-User": "admin",
        "X-Remote-User": "admin",
        "Remote-User": "admin",
        "X-Original-URL": "/health",
        "X-Rewrite-URL": "/health",
    }.items()
]
STRANGERS = WITHOUT + MISPLACED + OVERRIDES + SMUGGLED + FOREIGN + PROXIED

# What a curator may not do either: graphs that are the folder's, or made by every commit.
KEY = {"Authorization": "Bearer {curator}"}
OTHERS = [
    FOLDERS,
    *(f"{BASE}graph/{name}" for name in ("asserted", "inferred", "ontology", "shapes")),
    "urn:elsewhere",
    f"{BASE}evidence",
    f"{BASE}evidence/../graph/asserted",
]


def allowed(method: str, target: str, kind: str = "", body: bytes = b"") -> Attack:
    return Attack(method, target, KEY | ({"Content-Type": kind} if kind else {}), body)


NO = {400, 403, 404, 409, 422}
BEYOND = []
for name in OTHERS:
    at = f"/graphs?graph={quote(name, safe='')}"
    BEYOND += [
        (allowed("PUT", at, TURTLE, ONE), NO),
        (allowed("PUT", at, TURTLE, b""), NO | {201, 204}),
        (allowed("POST", at, TURTLE, ONE), NO),
        (allowed("DELETE", at), NO),
        (allowed("PATCH", at, UPDATE, INSERT.encode()), NO),
        (allowed("POST", "/graphs", TRIG, f"<{name}> {{ <urn:a> <urn:b> <urn:c> }}".encode()), NO),
        (
            allowed(
                "POST",
                "/sparql",
                UPDATE,
                f"INSERT DATA {{ GRAPH <{name}> {{ <urn:a> <urn:b> 1 }} }}".encode(),
            ),
            NO,
        ),
        (
            allowed(
                "POST",
                "/sparql",
                UPDATE,
                f"WITH <{name}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}".encode(),
            ),
            NO | {204},
        ),
        (allowed("POST", "/sparql", UPDATE, f"COPY <{FOLDERS}> TO <{name}>".encode()), NO | {204}),
        (allowed("POST", "/sparql", UPDATE, f"MOVE <{FOLDERS}> TO <{name}>".encode()), NO | {204}),
    ]
BEYOND += [
    (allowed("POST", "/sparql", UPDATE, text.encode()), NO | {204})
    for text in (
        *("CLEAR ALL", "CLEAR DEFAULT", "CLEAR NAMED", "DROP ALL", "DROP SILENT ALL", "DROP NAMED"),
        f"DROP GRAPH <{FOLDERS}>",
        f"ADD <{FOLDERS}> TO DEFAULT",
        f"DELETE WHERE {{ <{FOLDERS}> ?p ?o }}",
        f"DELETE WHERE {{ <{BASE}film/tide> ?p ?o }}",
        INSERT,
        f"INSERT DATA {{ <{FOLDERS}> <https://w3id.org/qgraph/core#enteredBy> 'me' }}",
        f"INSERT DATA {{ <{OURS}> <https://w3id.org/qgraph/core#enteredBy> 'c00000000' }}",
    )
]
BEYOND += [
    (allowed("PUT", "/graphs?default", TURTLE, ONE), NO),
    (allowed("DELETE", "/graphs?default"), NO),
    (allowed("PATCH", "/graphs?default", UPDATE, b"DELETE WHERE { ?s ?p ?o }"), NO),
    (allowed("PUT", "/graphs/graph/asserted", TURTLE, ONE), NO),
    (allowed("DELETE", "/graphs/graph/ontology"), NO),
    (allowed("PUT", "/graphs/..%2f..%2fcurrent", TURTLE, ONE), NO),
    (allowed("PUT", "/graphs?graph=file:///etc/passwd", TURTLE, ONE), NO),
    (allowed("PUT", f"/graphs?graph={quote(OURS)}%0D%0AX-Split:%20yes", TURTLE, ONE), NO),
    (allowed("PUT", f"/graphs?graph={quote(OURS)}%0AX-Split:%20yes", TURTLE, ONE), NO),
    (allowed("DELETE", f"/graphs?graph={quote(OURS)}%0D%0AX-Split:%20yes"), NO),
    (
        Attack(
            "POST", "/sparql", KEY | {"Content-Type": UPDATE, "Host": "elsewhere.example"}, INSERT.encode()
        ),
        {421},
    ),
    (
        Attack(
            "POST",
            "/sparql",
            KEY | {"Content-Type": UPDATE, "Host": "localhost:1, elsewhere"},
            INSERT.encode(),
        ),
        {400, 421},
    ),
    (
        Attack("POST", "/sparql", KEY | {"Content-Type": UPDATE, "If-Match": '"v99999"'}, INSERT.encode()),
        {412},
    ),
    (
        Attack(
            "POST",
            "/sparql",
            KEY | {"Content-Type": UPDATE, "If-Match": "x%0d%0aX-Split: yes"},
            INSERT.encode(),
        ),
        {412},
    ),
    (
        Attack(
            "POST",
            "/sparql",
            KEY | {"Content-Type": UPDATE, "If-Match": '"v' + "9" * 5000 + '"'},
            INSERT.encode(),
        ),
        {400, 412},
    ),
    (
        Attack(
            "POST",
            "/sparql",
            KEY | {"Content-Type": UPDATE, "Qgraph-Message": "x%0d%0aX-Split: yes"},
            INSERT.encode(),
        ),
        NO,
    ),
    (
        Attack(
            "POST",
            "/sparql",
            KEY | {"Content-Type": UPDATE, "Qgraph-Message": "\xe9" * 3000},
            INSERT.encode(),
        ),
        NO,
    ),
]
