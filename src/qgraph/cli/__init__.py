"""The command line: the only place that prints or exits, and the only door to click."""

from qgraph.cli import exporting, graph, history, release, search, tokens, writing  # noqa: F401 (each adds its commands)
from qgraph.cli.frame import main

__all__ = ["main"]
