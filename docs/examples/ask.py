"""Prints the answer of a SPARQL endpoint, a line for each row."""
# ruff: noqa: S310, T201 (a program to read, to be run by hand on an address that you trust)

import json
import sys
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen


def ask(endpoint: str, query: str) -> list[dict[str, str]]:
    """Return the rows of *query*: for each variable that is bound, its text."""
    body = urlencode({"query": query}).encode()
    request = Request(endpoint, body, {"Accept": "application/sparql-results+json"})
    with urlopen(request, timeout=60) as answer:
        rows = json.load(answer)["results"]["bindings"]
    return [{name: cell["value"] for name, cell in row.items()} for row in rows]


if __name__ == "__main__":
    endpoint, file = sys.argv[1:]
    for row in ask(endpoint, Path(file).read_text(encoding="utf-8")):
        print(" · ".join(row.values()))
