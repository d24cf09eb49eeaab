"""A static copy of the pages: every page as a file, with links that need no server.

The app is asked as a browser asks it, from the first page on, along the links
on this site, some pages at once. What is then linked relatively works from any
folder of any server, and from a disk.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urljoin, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

from qgraph.errors import Overloaded
from qgraph.formats import BY_FILE

# A name that nothing has, so that each address the app makes of its own is known by it.
ORIGIN = "http://pages.invalid"
BROWSER = {"Accept": "text/html,*/*;q=0.8"}
# What a copy holds, by its media type, with the suffix by which a server knows it.
HELD = {
    "text/html": ".html",
    "text/css": ".css",
    "text/javascript": ".js",
    "image/svg+xml": ".svg",
    "image/png": ".png",
    "image/x-icon": ".ico",
    "image/vnd.microsoft.icon": ".ico",
    "font/woff2": ".woff2",
    "text/turtle": ".ttl",
    "application/ld+json": ".jsonld",
}
DATA = {".ttl", ".jsonld"}  # of what a page tells of; other data are in the dumps
OTHER_DATA = ({f".{one.suffix}" for one in BY_FILE.values()} | {".json", ".xml", ".atom"}) - DATA
TAG = re.compile(r"<[a-zA-Z][^<>]*>")  # the templates escape < and > in what is written into a tag
LINK = re.compile(r'(\s(?:href|src)=")([^"]*)(")')
CANONICAL = re.compile(r'\srel="canonical"')
FORM = re.compile(r"<form\b([^<>]*)>(.*?)</form>", re.DOTALL | re.IGNORECASE)
ACTION = re.compile(r'\saction="([^"]*)"')
TYPED = re.compile(r"<textarea[^<>]*>(.*?)</textarea>", re.DOTALL | re.IGNORECASE)
PORTABLE = "/._-~=,+@()"  # beside letters and digits, in names of files everywhere
REDIRECTS = 5
UNTOLD = (429, *range(500, 600))  # statuses that do not tell what stands there
AT_ONCE = 4  # pages that are asked at the same time

# Where a path leads to in the end, empty if that is no page here; the answer; the place in it.
Found = tuple[str, TestResponse, str]


@dataclass
class Mirror:
    """A copy of the pages of *app* in *folder*; what is not in it is linked under *base*.

    *leads* knows of each path that was asked which file has it, and at which place;
    the empty name says that the copy is without it.
    """

    app: Flask
    folder: Path
    base: str
    leads: dict[str, tuple[str, str]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)

    def write(self, seeds: Iterable[str], counted: Callable[[int], None]) -> None:
        """Write each page that can be reached from the first one or is among *seeds*, paths of pages."""
        waiting = ["/", *seeds]
        with ThreadPoolExecutor(AT_ONCE, "mirror") as threads:
            while waiting:
                paths = [path for path in dict.fromkeys(waiting) if path not in self.leads]
                waiting = []
                for path, found in zip(paths, threads.map(self._asked, paths), strict=True):
                    waiting += self._take(path, found)
                    counted(len(self.pages))
        for name, path in self.pages.items():
            file = self.folder / name
            text = file.read_text(encoding="utf-8")
            file.write_text(self._rewritten(text, path, name), encoding="utf-8")

    def _take(self, path: str, found: Found) -> list[str]:
        """Keep what was *found* at *path*, if it is for a copy; return the paths that it links to."""
        if path in self.leads:  # another one has led to it since
            return []
        self.leads[path] = "", ""
        where, response, fragment = found
        if response.status_code != 200 or not where:
            return []
        name = _file_name(where, str(response.mimetype))
        if not name:
            return []
        self.leads[path] = name, fragment
        if (where != path and where in self.leads) or name in self.pages:
            return []
        self.leads[where] = name, ""
        return self._keep(response, where, name)

    def _asked(self, path: str) -> Found:
        """Return what is found at *path*. Raises Overloaded where the server does not tell."""
        client = self.app.test_client(use_cookies=False)
        fragment = ""
        for _ in range(REDIRECTS):
            response = client.get(quote(path), base_url=ORIGIN, headers=BROWSER, buffered=True)
            if response.status_code in UNTOLD:
                raise Overloaded(f"{path} could not be copied: the server answered {response.status}.")
            target = urlsplit(urljoin(ORIGIN + quote(path), response.headers.get("Location", "")))
            if response.status_code not in (301, 302, 303, 307, 308):
                return path, response, fragment
            if f"{target.scheme}://{target.netloc}" != ORIGIN or target.query:
                break
            path, fragment = unquote(target.path), target.fragment
        return "", response, ""

    def _keep(self, response: TestResponse, path: str, name: str) -> list[str]:
        """Write the answer to the file *name*; return the paths of this site that it links to."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        data = response.get_data()
        if response.mimetype != "text/html":
            public = self.base.rstrip("/").encode()
            file.write_bytes(data.replace(ORIGIN.encode(), public) if file.suffix in DATA else data)
            return []
        file.write_bytes(data)
        self.pages[name] = path
        return [one for one in _linked(data.decode(), path) if _is_wanted(one, name)]

    def _rewritten(self, text: str, path: str, name: str) -> str:
        """Return the page *text*, found at *path*, as it is to stand in the file *name*."""

        def link(match: re.Match[str]) -> str:
            return match[1] + escape(self._address(unescape(match[2]), path, name)) + match[3]

        def tag(match: re.Match[str]) -> str:
            return match[0] if CANONICAL.search(match[0]) else LINK.sub(link, match[0])

        public = self.base.rstrip("/")
        text = TAG.sub(tag, FORM.sub(self._without_form, text))
        return text.replace(ORIGIN, public).replace(quote(ORIGIN, safe=""), quote(public, safe=""))

    def _address(self, address: str, path: str, name: str) -> str:
        """Return what a link to *address* is in the file *name*: relative where the copy has it."""
        target = urlsplit(urljoin(ORIGIN + quote(path), address))
        if f"{target.scheme}://{target.netloc}" != ORIGIN:
            return address
        file, place = self.leads.get(unquote(target.path), ("", ""))
        place = target.fragment or place
        mark = f"#{place}" if place else ""
        if file == name and mark and not target.query:
            return mark
        if file and not target.query:
            return quote(posixpath.relpath(file, posixpath.dirname(name) or "."), safe=PORTABLE) + mark
        query = f"?{target.query}" if target.query else ""
        return self.base + target.path.lstrip("/") + query + mark

    def _without_form(self, match: re.Match[str]) -> str:
        """Return a note in the place of a form, which a copy cannot answer, and what stands in it."""
        action = ACTION.search(match[1])
        where = escape(self.base + (unescape(action[1]) if action else "").removeprefix(ORIGIN).lstrip("/"))
        note = '<p role="note">This copy has no server, so it cannot answer the form that stands here: '
        typed = "".join(f'<pre tabindex="0">{text}</pre>' for text in TYPED.findall(match[2]))
        return f'{typed}\n{note}<a href="{where}">{where}</a> can.</p>'


def _linked(text: str, path: str) -> Iterator[str]:
    """Yield the paths on this site that the page *text* at *path* links to, without a query."""
    for tag in TAG.findall(text):
        for _, address, _ in LINK.findall(tag):
            target = urlsplit(urljoin(ORIGIN + quote(path), unescape(address)))
            if f"{target.scheme}://{target.netloc}" == ORIGIN and not target.query:
                yield unquote(target.path) or "/"


def _is_wanted(path: str, page: str) -> bool:
    """Say whether what the file *page* links to is for a copy: of data, only those of the page itself."""
    suffix = PurePosixPath(path).suffix
    if suffix in DATA:
        return path.lstrip("/").removesuffix(suffix) == page.removesuffix(".html")
    return suffix not in OTHER_DATA


def _file_name(path: str, mimetype: str) -> str:
    """Return the file for what is at *path*; empty if its media type is not for a copy."""
    if mimetype not in HELD or ".." in path.split("/"):
        return ""
    name = path.lstrip("/")
    if not name or name.endswith("/"):
        name += "index"
    suffix = HELD[mimetype]
    portable = quote(name, safe=PORTABLE)
    return portable if portable.endswith(suffix) else portable + suffix
