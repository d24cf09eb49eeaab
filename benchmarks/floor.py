"""The least that a front in Python costs where each query crosses to a process that may die.

Run as: python benchmarks/floor.py FOLDER, where FOLDER has the program `oxigraph`
(see read.py). A server without checks, limits, deadline, cache, log or any other
duty hands new light queries to processes forked from it, beside `oxigraph serve`;
for each round requests per second and CPU per request of both are printed, and at
the end the median of how many times as many requests it answers.
"""

import asyncio
import os
import socket
import statistics
import sys
import time
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs

import pyoxigraph
from read import archive, load, put, running

PROCESSES, ROUNDS, MOST = 4, 5, 65_536
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\ncontent-length: %d\r\n\r\n"


class Connection(asyncio.Protocol):
    """Hands each query to an *idle* process and its answer back."""

    def __init__(self, idle: list[socket.socket]) -> None:
        self.idle = idle
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what answers are written to."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Send the query in *data*, a GET request that comes whole, to a process."""
        target = data.partition(b" HTTP/1.1\r\n")[0].decode()
        process = self.idle.pop()
        process.send(parse_qs(target.partition("?")[2])["query"][0].encode())
        self.loop.add_reader(process, self.answered, process)

    def answered(self, process: socket.socket) -> None:
        """Write the answer of *process*, which comes whole too."""
        body = process.recv(MOST)
        self.loop.remove_reader(process)
        self.idle.append(process)
        self.transport.write(HEAD % len(body) + body)


def forked(store: pyoxigraph.Store) -> socket.socket:
    """Return the line to a process that answers queries of *store* until the line ends."""
    ours, theirs = socket.socketpair()
    if os.fork():
        theirs.close()
        ours.settimeout(0)
        return ours
    ours.close()
    while query := theirs.recv(MOST):
        told = BytesIO()
        found = store.query(query.decode())
        assert isinstance(found, pyoxigraph.QuerySolutions)
        found.serialize(told, pyoxigraph.QueryResultsFormat.JSON)
        theirs.send(told.getvalue())
    os._exit(0)


async def serve(idle: list[socket.socket], port: int) -> None:
    """Answer on *port* until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(idle), "127.0.0.1", port)
    await server.serve_forever()


def main(folder: Path) -> None:
    """Start the least server and `oxigraph serve`, ask both the same, print what they did."""
    with ExitStack() as started:
        ours = [sys.executable, __file__, "--serve", "PORT"]
        least = started.enter_context(running("least", "/sparql", ours))
        peer = [str(folder / "oxigraph"), "serve", "--bind", "127.0.0.1:PORT"]
        oxigraph = started.enter_context(running("oxigraph", "/query", peer))
        put(oxigraph, "/store", archive())
        time.sleep(1)
        ratios = []
        for turn in range(ROUNDS):
            one, other = (load(server, "light", (turn + 1) * 10**8) for server in (least, oxigraph))
            ratios.append(one.rate / other.rate)
            print(
                f"least {one.rate:,.0f}/s {one.cpu:,.0f} µs, oxigraph {other.rate:,.0f}/s {other.cpu:,.0f} µs"
            )
        print(f"{statistics.median(ratios):.2f} times as many")


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        held = pyoxigraph.Store()
        held.bulk_load(archive().encode(), pyoxigraph.RdfFormat.N_TRIPLES)
        asyncio.run(serve([forked(held) for _ in range(PROCESSES)], int(sys.argv[2])))
    main(Path(sys.argv[1]))
