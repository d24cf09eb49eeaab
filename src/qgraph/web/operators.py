"""What operators watch: `/health`, `/ready` and `/metrics`; no word of a query, no address.

Metrics are in the text format of Prometheus, version 0.0.4.
"""

from collections import Counter
from dataclasses import dataclass, field

from qgraph import versions
from qgraph.engine import Engine, Task
from qgraph.settings import Settings
from qgraph.web.cache import Cache

PATHS = ("/health", "/ready", "/metrics")
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass
class Metrics:
    """What has been answered since the start: requests by status, and the seconds they took."""

    answered: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    running: int = 0


def answer(path: str, settings: Settings, engine: Engine, *, metrics: Metrics, cache: Cache) -> str:
    """Return the text of one of PATHS.

    `/health` says that this process lives; `/ready` raises Overloaded or
    NoVersion where no query would be answered.
    """
    if path == "/health":
        return "alive\n"
    if path == "/ready":
        return f"version {engine.ask(Task('version', {})).version}\n"
    return "".join(f"{line}\n" for line in _lines(versions.current(settings.store), metrics, cache))


def _lines(version: int, metrics: Metrics, cache: Cache) -> list[str]:
    figures = [
        ("qgraph_request_seconds_total", "counter", metrics.seconds),
        ("qgraph_requests_running", "gauge", metrics.running),
        ("qgraph_cache_hits_total", "counter", cache.hits),
        ("qgraph_cache_misses_total", "counter", cache.misses),
        ("qgraph_cache_bytes", "gauge", cache.size),
        ("qgraph_version", "gauge", version),
    ]
    lines = ["# TYPE qgraph_requests_total counter"]
    lines += [
        f'qgraph_requests_total{{status="{status}"}} {number}'
        for status, number in sorted(metrics.answered.items())
    ]
    for name, kind, value in figures:
        lines += [f"# TYPE {name} {kind}", f"{name} {value}"]
    return lines
