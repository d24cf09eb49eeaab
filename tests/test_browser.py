"""What scholars do on the pages, in a real browser; first that the browser would tell of faults."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page

from browsers import LOOK, looking, walk

LINKS = '<a href="#a">first</a> {} <a href="#z">last</a>'


@contextmanager
def shown(browser: Browser, home: str, body: str) -> Iterator[Page]:
    """Show a page with *body* that our server never sends."""
    with looking(browser, home) as page:
        page.route("**/faulty", lambda route: route.fulfill(body=body, content_type="text/html"))
        page.goto("/faulty")
        yield page


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            '<script src="https://elsewhere.example/x.js"></script>',
            "asks somebody else: https://elsewhere.example/x.js",
        ),
        ('<img src="/none.png">', "/none.png: 404"),
        ("<script>nothing()</script>", "nothing is not defined"),
    ],
)
def test_a_page_that_asks_somebody_else_or_breaks_is_found(
    browser: Browser, address: str, body: str, told: str
) -> None:
    with pytest.raises(AssertionError, match=told), shown(browser, address, body):
        pass


def test_a_page_that_breaks_its_policy_is_found(browser: Browser, address: str) -> None:
    red = "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">red</p>')"

    with pytest.raises(AssertionError, match="Content Security Policy"):  # noqa: PT012, SIM117
        with looking(browser, address) as page:
            page.goto("/")
            page.evaluate(red)


@pytest.mark.parametrize(
    ("between", "told"),
    [
        ('<a href="#b" style="outline: none">bare</a>', 'does not show its focus: <a href="#b"'),
        ('<a href="#b" tabindex="2">queue</a>', 'jumps the queue: <a href="#b"'),
        (
            '<input aria-label="trap" onkeydown="event.key === \'Tab\' && event.preventDefault()">',
            'step 3 leads to nothing, not to <a href="#z">',
        ),
        ('<a href="#b" style="position: fixed; left: -99em">away</a>', "has the focus out of sight"),
    ],
)
def test_the_walk_finds_traps_and_lost_focus(browser: Browser, address: str, between: str, told: str) -> None:
    with shown(browser, address, LINKS.format(between)) as page:
        assert told in "\n".join(walk(page))


def test_a_walk_without_a_fault_finds_none(browser: Browser, address: str) -> None:
    with shown(browser, address, LINKS.format("<button>press</button>")) as page:
        assert walk(page) == []


def test_what_is_too_wide_or_hidden_is_found(browser: Browser, address: str) -> None:
    body = (
        '<meta name="viewport" content="width=device-width"><p style="width: 3000px">wide</p>'
        '<p style="color: white; background: white; forced-color-adjust: none">hidden</p>'
    )

    with shown(browser, address, body) as page:
        page.evaluate(LOOK)
        assert "wide</p>" in page.evaluate("qgraphLook.wide()")[0]
        page.emulate_media(forced_colors="active")
        assert "hidden</p>" in page.evaluate("qgraphLook.hidden()")[0]
