"""Reading beside `oxigraph serve` and rdflib-endpoint, in one run.

Run as: python benchmarks/read.py FOLDER, where FOLDER has the programs `oxigraph`
and `rdflib-endpoint` (the PyPI packages oxigraph, rdflib-endpoint and uvicorn in a
virtual environment). For each kind of query it prints, first whether all give the
same answers, then for each server requests per second, p50 and p99 in
milliseconds, CPU per request in microseconds, and how many times as many requests
qgraph answers; at the end the memory of each server (sum of PSS).
"""

import json
import multiprocessing
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count, repeat
from pathlib import Path
from urllib.parse import quote

FILMS = 12_500  # eight triples each
ROUNDS, SECONDS, CONNECTIONS = 3, 2.0, 4
E = "http://example.org/"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
LINKS = (("country", 40), ("director", 3000), ("theme", 20), ("place", 500), ("festival", 60))
LIGHT = f"SELECT ?title ?year {{ <{E}film/%d> <{E}title> ?title ; <{E}year> ?year }}"
MEDIUM = f"""SELECT ?film ?title {{ ?film <{E}country> <{E}country/%d> ; <{E}title> ?title ;
<{E}theme> ?theme . ?theme <{E}label> "theme 3" }} ORDER BY ?title LIMIT 50"""
HEAVY = f"""SELECT ?country (COUNT(*) AS ?films) (MAX(?year) AS ?last) {{ ?film <{E}country> ?country ;
<{E}year> ?year ; <{E}director> ?person . FILTER(?year > 1900 + %d) }} GROUP BY ?country ORDER BY ?country"""
KINDS = {"light": (LIGHT, FILMS), "medium": (MEDIUM, 40), "heavy": (HEAVY, 60)}
FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Server:
    """A server that runs: its process, its port, the path of its endpoint."""

    name: str
    process: int
    port: int
    path: str


@dataclass(frozen=True)
class Measured:
    """Requests per second, p50 and p99 in milliseconds, CPU per request in microseconds."""

    rate: float
    half: float
    most: float
    cpu: float


def archive() -> str:
    """Return a film archive of 100,000 triples, the same each time, as N-Triples."""
    chance = random.Random(7)
    lines = [f'<{E}theme/{n}> <{E}label> "theme {n}" .' for n in range(20)]
    for n in range(FILMS):
        film = f"<{E}film/{n}>"
        lines += [f'{film} <{E}title> "Film {chance.randrange(10**9)}" .', f"{film} <{E}kind> <{E}Film> ."]
        lines += [f'{film} <{E}year> "{chance.randrange(1950, 2025)}"^^<{INTEGER}> .']
        lines += [f"{film} <{E}{name}> <{E}{name}/{chance.randrange(many)}> ." for name, many in LINKS]
    return "\n".join(lines) + "\n"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def running(name: str, path: str, command: list[str], **environment: str) -> Iterator[Server]:
    """Run *command*, in which PORT stands for a port, until the context ends; wait for that port."""
    port = free_port()
    command = [word.replace("PORT", str(port)) for word in command]
    quiet, given = subprocess.DEVNULL, os.environ | environment
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, env=given) as server:
        try:
            for _ in range(600):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield Server(name, server.pid, port, path)
        finally:
            server.terminate()


def read(process: int, name: str) -> str:
    """Return what the file *name* in /proc tells of *process*, nothing if it has ended."""
    try:
        return Path(f"/proc/{process}/{name}").read_text()
    except OSError:
        return ""


def tree(process: int) -> list[int]:
    """Return *process* and its descendants."""
    found = [process]
    for one in found:
        for task in Path("/proc", str(one), "task").glob("*"):
            found += map(int, read(one, f"task/{task.name}/children").split())
    return found


def cpu(process: int) -> float:
    """Return the seconds of CPU that *process* and its descendants have taken, ended ones too."""
    stats = [read(one, "stat").rpartition(")")[2].split()[11:15] for one in tree(process)]
    return sum(int(ticks) for fields in stats for ticks in fields) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    """Return the megabytes that *process* and its descendants hold, as the sum of PSS."""
    shares = [read(one, "smaps_rollup").partition("\nPss:")[2].split()[:1] for one in tree(process)]
    return sum(int(share) for found in shares for share in found) / 1000


def put(server: Server, path: str, text: str) -> None:
    """Send *text* as the default graph of *server*."""
    url = f"http://127.0.0.1:{server.port}{path}?default"
    kind = {"Content-Type": "application/n-triples"}
    urllib.request.urlopen(urllib.request.Request(url, text.encode(), kind, method="PUT")).close()


def head(server: Server, text: str) -> bytes:
    """Return a GET request for the query *text*."""
    asked = f"GET {server.path}?query={quote(text)} HTTP/1.1\r\nHost: localhost\r\n"
    return f"{asked}Accept: application/sparql-results+json\r\n\r\n".encode()


def exchange(line: socket.socket, request: bytes) -> tuple[bytes, bytes]:
    """Send *request* and return the head and the body of its answer."""
    line.sendall(request)
    came = line.recv(65_536)
    while b"\r\n\r\n" not in came:
        came += line.recv(65_536)
    top, _, body = came.partition(b"\r\n\r\n")
    _, _, length = top.lower().partition(b"content-length: ")
    size = int(length.partition(b"\r\n")[0]) if length else None
    while len(body) < size if size is not None else not body.endswith(b"0\r\n\r\n"):
        body += line.recv(65_536)
    return top, body if length else unchunked(body)


def unchunked(body: bytes) -> bytes:
    """Return *body* without the marks of its chunks."""
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        whole += body[: int(size, 16)]
        body = body[int(size, 16) + 2 :]
    return whole


def client(server: Server, kind: str, start: int | None, times: FORK.SimpleQueue) -> None:
    """Ask *server* on one connection for a while: new queries from the number *start* on, or one again."""
    query, most = KINDS[kind]
    asked = repeat(query % 7) if start is None else (query % (n % most) + f" # {n}" for n in count(start))
    took = []
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        end = time.perf_counter() + SECONDS
        while (begun := time.perf_counter()) < end:
            top, _ = exchange(line, head(server, next(asked)))
            if b" 200 " not in top[:13]:
                sys.exit(f"{server.name}: {top!r}")
            took.append(time.perf_counter() - begun)
    times.put(took)


def load(server: Server, kind: str, start: int | None) -> Measured:
    """Ask *server* over some connections, each of a process of its own, so that no client is the limit."""
    times = FORK.SimpleQueue()
    starts = [None if start is None else start + n * 10**6 for n in range(CONNECTIONS)]
    clients = [FORK.Process(target=client, args=(server, kind, one, times)) for one in starts]
    before = cpu(server.process)
    for one in clients:
        one.start()
    took = sorted(seconds for _ in clients for seconds in times.get())
    for one in clients:
        one.join()
    spent = (cpu(server.process) - before) / len(took) * 1e6
    half, most = (took[int(len(took) * share)] * 1000 for share in (0.5, 0.99))
    return Measured(len(took) / SECONDS, half, most, spent)


def median(rounds: list[Measured]) -> Measured:
    """Return the medians of *rounds*."""
    return Measured(*(statistics.median(vars(one)[name] for one in rounds) for name in vars(rounds[0])))


def rows(server: Server, text: str) -> list[str]:
    """Return the rows of the answer to *text*, in an order of their own."""
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        found = json.loads(exchange(line, head(server, text))[1])["results"]["bindings"]
    return sorted(json.dumps({name: row[name]["value"] for name in row}, sort_keys=True) for row in found)


def compare(servers: list[Server], kind: str) -> None:
    """Print what *servers* do with queries of one *kind*."""
    query, most = KINDS[kind]
    for number in (0, 7, most - 1):
        answers = [rows(server, query % number) for server in servers]
        if answers.count(answers[0]) != len(answers):
            sys.exit(f"{kind} {number}: the answers differ")
    print(f"{kind}: all gave the same answers")
    for way in ("first", "again"):
        rounds: dict[str, list[Measured]] = {server.name: [] for server in servers}
        for turn in range(ROUNDS):
            for server in servers:
                start = None if way == "again" else (turn + 1) * 10**8
                rounds[server.name].append(load(server, kind, start))
        show(way, {name: median(found) for name, found in rounds.items()})


def show(way: str, found: dict[str, Measured]) -> None:
    """Print a row for each server."""
    for name, one in found.items():
        ratio = found["qgraph"].rate / one.rate
        print(
            f"  {way:5} {name:9} {one.rate:9,.0f}/s  p50 {one.half:8.2f} ms  p99 {one.most:8.2f} ms  "
            f"{one.cpu:9,.0f} µs CPU  qgraph: {ratio:.2f} times",
            flush=True,
        )


def main(folder: Path) -> None:
    """Start the three, ask them the same, print what they did."""
    text = archive()
    with tempfile.TemporaryDirectory() as place, ExitStack() as started:
        data = Path(place) / "archive.nt"
        data.write_text(text, encoding="utf-8")
        ours = [sys.executable, "-m", "qgraph", "serve", "--bare", "--open-writes", "--port", "PORT"]
        limit = str(len(text))
        ours += ["--store", f"{place}/store"]
        qgraph = started.enter_context(running("qgraph", "/sparql", ours, QGRAPH_BODY_LIMIT=limit))
        peer = [str(folder / "oxigraph"), "serve", "--bind", "127.0.0.1:PORT"]
        oxigraph = started.enter_context(running("oxigraph", "/query", peer))
        slow = [str(folder / "rdflib-endpoint"), "serve", "--port", "PORT", str(data)]
        rdflib = started.enter_context(running("rdflib", "/", slow))
        put(qgraph, "/graphs", text)
        put(oxigraph, "/store", text)
        time.sleep(2)
        print(f"{text.count(chr(10)):,} triples, {os.cpu_count()} cores, {CONNECTIONS} connections")
        for kind in KINDS:
            compare([qgraph, oxigraph, rdflib], kind)
        for server in (qgraph, oxigraph, rdflib):
            print(f"memory of {server.name}: {memory(server.process):.0f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
