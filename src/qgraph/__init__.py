"""A knowledge graph with a SPARQL endpoint: careful, correct and quick."""

from importlib.metadata import version

__version__ = version("qgraph")
