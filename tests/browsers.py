"""A real browser, and the kinds of pages that it is shown."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

HERE = Path(__file__).parent
LOOK = (HERE / "look.js").read_text(encoding="utf-8")
WIDE, PHONE, NARROW = (1280, 900), (400, 800), (320, 640)
NO_ONE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@contextmanager
def chromium(program: str) -> Iterator[Browser]:
    """Run the operating system's own browser, which can reach nobody but this machine."""
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=[NO_ONE_ELSE, "--disable-gpu", *as_root]
        )
        yield browser
        browser.close()


@dataclass
class Heard:
    """What a page did beside showing itself, while somebody looked at it."""

    home: str
    foreign: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        page.on("console", self._told)
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def _asked(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme not in ("data", "blob") and f"{where.scheme}://{where.netloc}" != self.home:
            self.foreign.append(request.url)

    def _failed(self, request: Request) -> None:
        # A download ends its navigation; so does a suggestion that the next letter overtakes.
        if request.failure != "net::ERR_ABORTED":
            self.failed.append(f"{request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self.failed.append(f"{response.url}: {response.status}")

    def _told(self, message: ConsoleMessage) -> None:
        # A policy that is broken is told here too. That a page is an error the reader sees.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.said.append(message.text)

    def faults(self) -> list[str]:
        return [
            *(f"asks somebody else: {one}" for one in self.foreign),
            *(f"fails to load: {one}" for one in self.failed),
            *(f"says: {one}" for one in self.said),
        ]


@contextmanager
def looking(browser: Browser, home: str, **how: Any) -> Iterator[Page]:
    """Give a page of a new reader of *home*; afterwards nothing foreign was asked, nothing has failed."""
    width, height = how.pop("size", WIDE)
    context = browser.new_context(base_url=home, viewport={"width": width, "height": height}, **how)
    context.set_default_timeout(15_000)
    heard = Heard(home)
    context.on("page", heard.listen)
    try:
        yield context.new_page()
        assert not heard.faults(), "\n".join(heard.faults())
    finally:
        context.close()


def walk(page: Page, *, part: int = 0) -> list[str]:
    """Walk through *page* by Tab to its end and out; say what was wrong on the way.

    With *part*, a longer page is walked that many stops from its beginning, and that many to its end.
    """
    page.evaluate(LOOK)
    stops = page.evaluate("qgraphLook.watch()")
    ways = [(0, stops + 1)] if not part or stops <= 2 * part else [(0, part), (stops - part, part + 1)]
    faults: list[str] = []
    for place, steps in ways:
        page.evaluate("place => qgraphLook.enter(place)", place)
        for _step in range(steps):
            page.keyboard.press("Tab")
        faults += page.evaluate("([place, steps]) => qgraphLook.walked(place, steps)", [place, steps])
    return list(dict.fromkeys(faults))


def program() -> str | None:
    """Return the browser of this machine."""
    return shutil.which("chromium")
