"""The running server: the pool first, then the HTTP server."""

import asyncio
import json
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from qgraph.engine import Pool, Task
from qgraph.errors import Overloaded, SettingsError
from qgraph.process import settle
from qgraph.settings import Settings
from qgraph.versions import FULL, PUBLIC
from qgraph.web import create_app
from qgraph.web.front import Front
from qgraph.web.http import Connections

HEARTBEAT = 0.1
GRACE = 2.0
OPENING = 120.0  # seconds that the first version may take to be opened
BACKLOG = 4096


def serve(settings: Settings, *, ready: Callable[[], None]) -> None:
    """Serve the graph of *settings* until SIGINT or SIGTERM; call *ready* once it answers.

    Raises SettingsError if the port is taken or not ours to use.
    """
    check_port(settings.host, settings.port)
    _allow_connections()
    with processes(settings) as (folder, ended):
        asyncio.run(_serve(settings, folder, ended, ready=ready))


def _allow_connections() -> None:
    """Let this process hold as many connections as the system lets it: each is an open file."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def check_port(host: str, port: int) -> None:
    """Raise SettingsError if *host* and *port* cannot be listened on."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SettingsError(f"Cannot serve on {host}, port {port}: {reason}.") from error


@contextmanager
def processes(settings: Settings) -> Iterator[tuple[Path, threading.Event]]:
    """Keep query processes while the context lasts; they end with it, or with this process.

    Gives the folder of their sockets, and what ends them at once when it is set.
    """
    with tempfile.TemporaryDirectory(prefix="qgraph-") as folder:
        given = {name: str(value) for name, value in asdict(settings).items()}
        command = [sys.executable, "-P", "-m", "qgraph.pool", json.dumps(given), folder]
        ended = threading.Event()
        keepers = [
            Keeper([*command, PUBLIC], ended, lambda: True),
            Keeper([*command, FULL], ended, lambda: has_full(settings.store)),
        ]
        try:
            yield Path(folder), ended
        finally:
            ended.set()
            for keeper in keepers:
                keeper.thread.join()


def has_full(store: Path) -> bool:
    """Say whether any version in *store* has a layer that is not public, so that it has to be held."""
    return any((store / "versions").glob(f"[0-9]*/{FULL}.json"))


@contextmanager
def pool(settings: Settings) -> Iterator[Pool]:
    """Keep query processes and an event loop in a thread that asks them, for a program that has none."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="pool", daemon=True)
    thread.start()
    with processes(settings) as (folder, ended), closing(loop):
        engine = Pool(settings, folder, ended=ended, loop=loop)
        try:
            yield engine
        finally:
            loop.call_soon_threadsafe(engine.close)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


class Keeper:
    """Runs *command* once it is *needed* until all has *ended*, and again where it dies before that.

    The process lives as long as its standard input stays open, so it ends with
    this one however this one ends.
    """

    def __init__(self, command: list[str], ended: threading.Event, needed: Callable[[], bool]) -> None:
        self.command = command
        self.ended = ended
        self.needed = needed
        self.thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self.thread.start()

    def _keep(self) -> None:
        while not self.ended.is_set():
            if not self.needed():
                self.ended.wait(HEARTBEAT)
                continue
            with subprocess.Popen(self.command, stdin=subprocess.PIPE) as process:  # noqa: S603 (our own module)
                while process.poll() is None and not self.ended.wait(HEARTBEAT):
                    pass


async def _opened(engine: Pool) -> None:
    """Wait until a query process answers: a large version takes long to open. Raises Overloaded."""
    give_up = engine.loop.time() + OPENING
    while True:
        try:
            await engine.reply(Task("version", {}))
        except Overloaded:
            if engine.loop.time() > give_up:
                raise
        else:
            return


async def _serve(
    settings: Settings, folder: Path, ended: threading.Event, *, ready: Callable[[], None]
) -> None:
    loop = asyncio.get_running_loop()
    engine = Pool(settings, folder, ended=ended, loop=loop)
    connections = Connections(Front(settings, engine, create_app(settings, engine)), settings)
    await _opened(engine)
    ending = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ending.set)
    settle()
    server = await loop.create_server(connections.one, settings.host, settings.port, backlog=BACKLOG)
    watching = loop.create_task(connections.watch())
    ready()
    await ending.wait()
    server.close()
    loop.call_later(GRACE, ended.set)
    await connections.end(2 * GRACE)
    watching.cancel()
    connections.front.log.write()
