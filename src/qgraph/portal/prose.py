"""What the folder of a graph tells of it in words: `about.md`, in Markdown, with a head of a few lines."""

import re
from pathlib import Path
from typing import TypedDict

from markdown_it import MarkdownIt
from markdown_it.token import Token

HEAD = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
LARGEST = 200_000  # characters
ENGLISH = "en"


class Prose(TypedDict):
    """The words about a graph: as HTML, their language, the ways into the graph, who has reviewed it."""

    html: str
    language: str
    ways: list[str]
    reviewers: list[str]


def read(folder: Path, language: str, root: str = "") -> Prose:
    """Return what `about.<language>.md`, else `about.md`, in *folder* tells; nothing without such a file.

    Its links to pages of this server lead to those under *root*. HTML in it is text.
    """
    own = folder / f"about.{language}.md"
    path = own if own.is_file() else folder / "about.md"
    text = path.read_text(encoding="utf-8")[:LARGEST] if path.is_file() else ""
    found = HEAD.match(text)
    head = dict(_line(one) for one in found[1].splitlines() if ":" in one) if found else {}
    return {
        "html": told(text[found.end() :] if found else text, root),
        "language": language if path == own else ENGLISH,
        "ways": _listed(head.get("ways-in", "")),
        "reviewers": _listed(head.get("reviewed-by", "")),
    }


def told(text: str, root: str = "") -> str:
    """Return *text* in Markdown as HTML that may stand in a page: no HTML of its own, no pictures."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    tokens = markdown.parse(text)
    for token in tokens:
        if token.type.startswith("heading") and token.tag == "h1":
            token.tag = "h2"  # the page has its own
        for link in (one for one in token.children or [] if one.type == "link_open"):
            _lead(link, root)
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _lead(link: Token, root: str) -> None:
    address = str(link.attrs["href"])
    if address.startswith("/") and not address.startswith("//"):
        link.attrs["href"] = root + address
    else:
        link.attrs["rel"] = "noreferrer"


def _line(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


def _listed(value: str) -> list[str]:
    return [one.strip() for one in value.split(",") if one.strip()]
