"""What operators watch: `/health`, `/ready`, `/metrics` and the log.

No word of a query and no address, unless the operator asks for them in the log.
Metrics are in the text format of Prometheus, version 0.0.4; the log is one
JSON object a line.
"""

import asyncio
import json
import sys
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, NamedTuple

from qgraph import process
from qgraph.engine import Engine, Task
from qgraph.errors import MethodNotAllowed
from qgraph.settings import Settings
from qgraph.web.cache import Cache
from qgraph.web.exchange import Asked

PATHS = ("/health", "/ready", "/metrics")
METHODS = ("GET", "HEAD")
BOUNDS = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 30.0)
PAUSE = 0.1
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass
class Metrics:
    """What has been answered since the start: requests by status, and the seconds they took.

    *within* counts the requests that took no more seconds than each of BOUNDS, and
    more than the bound before it.
    """

    answered: Counter[int] = field(default_factory=Counter)
    within: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0
    running: int = 0

    def count(self, status: int, seconds: float) -> None:
        """Count a request that was answered with *status* in *seconds*."""
        self.answered[status] += 1
        self.seconds += seconds
        self.within[bisect_left(BOUNDS, seconds)] += 1


def check_method(method: str) -> None:
    """Raise MethodNotAllowed for what does not read."""
    if method not in METHODS:
        raise MethodNotAllowed(f"{method} is not for operators: use GET.", allow=", ".join(METHODS))


class Heard(NamedTuple):
    """A request that was answered with *status* in *seconds*, at the time *when*."""

    asked: Asked
    status: int
    seconds: float
    when: float


class Log:
    """Lines on requests for standard error, if the operator wants them; written every tenth of a second.

    A path stands there, not its query; `log_readers` adds query and address.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.heard: list[Heard] = []

    def add(self, asked: Asked, *, status: int, seconds: float) -> None:
        """Have a line on a request written soon; to be called on an event loop."""
        if not self.settings.log_requests:
            return
        if not self.heard:
            asyncio.get_running_loop().call_later(PAUSE, self.write)
        self.heard.append(Heard(asked, status, seconds, time.time()))

    def write(self) -> None:
        """Write a line on each request that was heard of."""
        heard, self.heard = self.heard, []
        with suppress(OSError):  # nobody reads the log any more
            sys.stderr.write("".join(map(self._line, heard)))
            sys.stderr.flush()

    def _line(self, heard: Heard) -> str:
        asked = heard.asked
        said: dict[str, object] = {
            "time": datetime.fromtimestamp(heard.when, UTC).isoformat(timespec="milliseconds"),
            "method": asked.method,
            "path": asked.path,
            "status": heard.status,
            "milliseconds": round(heard.seconds * 1000, 1),
        }
        if self.settings.log_readers:
            said |= {"address": asked.client, "parameters": asked.query}
        return json.dumps(said) + "\n"


def answer(path: str, engine: Engine, *, metrics: Metrics, cache: Cache) -> str:
    """Return the text of one of PATHS.

    `/health` says that this process lives; `/ready` raises Overloaded or
    NoVersion where no query would be answered.
    """
    if path == "/health":
        return "alive\n"
    if path == "/ready":
        return f"version {engine.ask(Task('version', {})).version}\n"
    return "".join(f"{line}\n" for line in _lines(engine, metrics, cache=cache))


def _lines(engine: Engine, metrics: Metrics, *, cache: Cache) -> list[str]:
    figures = [
        ("qgraph_requests_running", "gauge", metrics.running),
        ("qgraph_queries_waiting", "gauge", engine.waiting),
        ("qgraph_cache_hits_total", "counter", cache.hits),
        ("qgraph_cache_misses_total", "counter", cache.misses),
        ("qgraph_cache_bytes", "gauge", cache.size),
        ("qgraph_version", "gauge", engine.version()),
        ("qgraph_memory_bytes", "gauge", process.memory()),
    ]
    lines = _labelled("qgraph_requests_total", "status", metrics.answered)
    killed = {reason: engine.killed[reason] for reason in ("broken", "deadline", "place")}
    lines += _labelled("qgraph_queries_killed_total", "reason", killed)
    lines += _histogram(metrics)
    for name, kind, value in figures:
        lines += [f"# TYPE {name} {kind}", f"{name} {value}"]
    return lines


def _labelled(name: str, label: str, numbers: Mapping[Any, int]) -> list[str]:
    counted = [f'{name}{{{label}="{value}"}} {number}' for value, number in sorted(numbers.items())]
    return [f"# TYPE {name} counter", *counted]


def _histogram(metrics: Metrics) -> list[str]:
    name = "qgraph_request_seconds"
    total = metrics.answered.total()
    counted = [
        f'{name}_bucket{{le="{bound:g}"}} {number}'
        for bound, number in zip(BOUNDS, accumulate(metrics.within), strict=False)
    ]
    ends = [f'{name}_bucket{{le="+Inf"}} {total}', f"{name}_sum {metrics.seconds}", f"{name}_count {total}"]
    return [f"# TYPE {name} histogram", *counted, *ends]
