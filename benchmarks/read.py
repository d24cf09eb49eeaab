"""Read requests per second beside `oxigraph serve` and rdflib-endpoint, in one run.

Run as: python benchmarks/read.py FOLDER, where FOLDER has the programs `oxigraph`
and `rdflib-endpoint` (the PyPI packages oxigraph, rdflib-endpoint and uvicorn in a
virtual environment). Prints a row for each kind of query: requests per second,
p50 and p99 in milliseconds, ratios, and whether all gave the same answers.
"""

import asyncio
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

FILMS = 12_500  # eight triples each
ROUNDS, SECONDS, CONNECTIONS = 3, 2.0, 4
E = "http://example.org/"
LIGHT = f"SELECT ?title ?year {{ <{E}film/%d> <{E}title> ?title ; <{E}year> ?year }}"
MEDIUM = f"""SELECT ?film ?title {{ ?film <{E}country> <{E}country/%d> ; <{E}title> ?title ;
<{E}theme> ?theme . ?theme <{E}label> "theme 3" }} ORDER BY ?title LIMIT 50"""
HEAVY = f"""SELECT ?country (COUNT(*) AS ?films) (MAX(?year) AS ?last) {{ ?film <{E}country> ?country ;
<{E}year> ?year ; <{E}director> ?person . FILTER(?year > 1900 + %d) }} GROUP BY ?country ORDER BY ?country"""
KINDS = {"light": (LIGHT, FILMS), "medium": (MEDIUM, 40), "heavy": (HEAVY, 60)}


def archive() -> str:
    """Return a film archive of 100,000 triples, the same each time, as N-Triples."""
    chance = random.Random(7)
    lines = [f'<{E}theme/{n}> <{E}label> "theme {n}" .' for n in range(20)]
    for n in range(FILMS):
        film = f"<{E}film/{n}>"
        lines += [f'{film} <{E}title> "Film {chance.randrange(10**9)}" .', f"{film} <{E}kind> <{E}Film> ."]
        lines += [
            f'{film} <{E}year> "{chance.randrange(1950, 2025)}"^^<http://www.w3.org/2001/XMLSchema#integer> .'
        ]
        for name, number in (
            ("country", 40),
            ("director", 3000),
            ("theme", 20),
            ("place", 500),
            ("festival", 60),
        ):
            lines.append(f"{film} <{E}{name}> <{E}{name}/{chance.randrange(number)}> .")
    return "\n".join(lines) + "\n"


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, **environment: str) -> Iterator[None]:
    """Run *command* until the context ends; wait for its *port*."""
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | environment
    ) as server:
        try:
            for _ in range(600):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield
        finally:
            server.terminate()


def put(url: str, text: str) -> None:
    """Send *text* as the default graph to the Graph Store *url*."""
    request = urllib.request.Request(
        url, text.encode(), {"Content-Type": "application/n-triples"}, method="PUT"
    )
    urllib.request.urlopen(request).close()


def head(path: str, text: str, *headers: str) -> bytes:
    """Return a GET request for the query *text*."""
    lines = [f"GET {path}?query={quote(text)} HTTP/1.1", "Host: localhost"]
    lines += ["Accept: application/sparql-results+json", *headers, "", ""]
    return "\r\n".join(lines).encode()


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> tuple[bytes, bytes]:
    """Send *request* and return the head and the body of its answer."""
    writer.write(request)
    top = await reader.readuntil(b"\r\n\r\n")
    lower = top.lower()
    if b"content-length: " in lower:
        return top, await reader.readexactly(int(lower.split(b"content-length: ")[1].split(b"\r\n")[0]))
    body = b""
    while b"chunked" in lower:
        size = int(await reader.readuntil(b"\r\n"), 16)
        body += (await reader.readexactly(size + 2))[:-2]
        if not size:
            break
    return top, body


async def load(port: int, request: Callable[[], bytes]) -> list[float]:
    """Return the seconds each request took, sent over some connections for a while."""
    took: list[float] = []
    end = time.perf_counter() + SECONDS

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < end:
            begun = time.perf_counter()
            top, _ = await exchange(reader, writer, request())
            assert top.split(b" ")[1] in (b"200", b"304"), top
            took.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return took


def measured(port: int, request: Callable[[], bytes]) -> tuple[float, float, float]:
    """Return requests per second, p50 and p99 in milliseconds: medians of the rounds."""
    rounds = []
    for _ in range(ROUNDS):
        took = sorted(asyncio.run(load(port, request)))
        rounds.append((len(took) / SECONDS, took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000))
    return tuple(statistics.median(column) for column in zip(*rounds, strict=True))  # type: ignore[return-value]


def rows(port: int, path: str, text: str) -> list[str]:
    """Return the rows of the answer to *text*, in an order of their own."""

    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        _, body = await exchange(reader, writer, head(path, text))
        writer.close()
        return body

    found = json.loads(asyncio.run(ask()))["results"]["bindings"]
    return sorted(
        json.dumps({name: one["value"] for name, one in row.items()}, sort_keys=True) for row in found
    )


def main(folder: Path) -> None:
    """Start the three, ask them the same, print what they did."""
    text = archive()
    ports = {name: free_port() for name in ("qgraph", "oxigraph", "rdflib")}
    paths = {"qgraph": "/sparql", "oxigraph": "/query", "rdflib": "/"}
    with tempfile.TemporaryDirectory() as place, ExitStack() as servers:
        data = Path(place) / "archive.nt"
        data.write_text(text, encoding="utf-8")
        ours = [
            sys.executable,
            "-m",
            "qgraph",
            "serve",
            "--bare",
            "--open-writes",
            "--store",
            f"{place}/store",
        ]
        limits = {"QGRAPH_BODY_LIMIT": "50000000", "QGRAPH_LOG_REQUESTS": "false"}
        servers.enter_context(running([*ours, "--port", str(ports["qgraph"])], ports["qgraph"], **limits))
        peer = [str(folder / "oxigraph"), "serve", "--bind", f"127.0.0.1:{ports['oxigraph']}"]
        servers.enter_context(running(peer, ports["oxigraph"]))
        slow = [str(folder / "rdflib-endpoint"), "serve", "--port", str(ports["rdflib"]), str(data)]
        servers.enter_context(running(slow, ports["rdflib"]))
        put(f"http://127.0.0.1:{ports['qgraph']}/graphs?default", text)
        put(f"http://127.0.0.1:{ports['oxigraph']}/store?default", text)
        time.sleep(2)
        print(f"{text.count(chr(10)):,} triples, {os.cpu_count()} cores, {CONNECTIONS} connections")
        for kind, (query, most) in KINDS.items():
            same = all(
                rows(ports[name], paths[name], query % 7) == rows(ports["oxigraph"], "/query", query % 7)
                for name in ports
            )
            print(f"{kind}: {'the same answers' if same else 'ANSWERS DIFFER'}")
            for way in ("first", "repeat"):
                found = {}
                for name, port in ports.items():
                    number = count()

                    def request(
                        query: str = query, name: str = name, number: Iterator[int] = number
                    ) -> bytes:
                        n = next(number) if way == "first" else 7  # noqa: B023 (called in this turn)
                        return head(paths[name], query % (n % most) + (f" # {n}" if way == "first" else ""))  # noqa: B023

                    found[name] = measured(port, request)
                for name, (rate, half, most_of) in found.items():
                    ratio = found["qgraph"][0] / rate
                    print(
                        f"  {way:6} {name:9} {rate:9.1f}/s  p50 {half:8.2f} ms  "
                        f"p99 {most_of:8.2f} ms  qgraph is {ratio:.2f} times"
                    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
