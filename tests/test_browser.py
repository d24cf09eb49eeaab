"""What scholars do on the pages, in a real browser; first that the browser would tell of faults."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

from browsers import LOOK, NARROW, PHONE, WIDE, looking, walk
from conftest import serving
from qgraph.settings import Settings

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
    address: str, browser: Browser, body: str, told: str
) -> None:
    with pytest.raises(AssertionError, match=told), shown(browser, address, body):
        pass


def test_a_page_that_breaks_its_policy_is_found(address: str, browser: Browser) -> None:
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
def test_the_walk_finds_traps_and_lost_focus(address: str, browser: Browser, between: str, told: str) -> None:
    with shown(browser, address, LINKS.format(between)) as page:
        assert told in "\n".join(walk(page))


def test_a_walk_without_a_fault_finds_none(address: str, browser: Browser) -> None:
    with shown(browser, address, LINKS.format("<button>press</button>")) as page:
        assert walk(page) == []


def test_what_is_too_wide_or_hidden_is_found(address: str, browser: Browser) -> None:
    body = (
        '<meta name="viewport" content="width=device-width"><p style="width: 3000px">wide</p>'
        '<p style="color: white; background: white; forced-color-adjust: none">hidden</p>'
    )

    with shown(browser, address, body) as page:
        page.evaluate(LOOK)
        assert "wide</p>" in page.evaluate("qgraphLook.wide()")[0]
        page.emulate_media(forced_colors="active")
        assert "hidden</p>" in page.evaluate("qgraphLook.hidden()")[0]


@pytest.fixture(scope="module")
def library(real: Settings, article: Path) -> Iterator[str]:
    """The site of the real graph, whose operator has the text of the source."""
    with serving(real.graph, real.store, "--source-text", str(article)) as address:
        yield address


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_film_is_found_by_its_theme_read_of_downloaded_and_cited(
    library: str, article: Path, browser: Browser, *, script: bool
) -> None:
    with looking(browser, library, java_script_enabled=script) as page:
        page.goto("/")
        page.get_by_role("main").get_by_role("link", name="home", exact=True).first.click()
        assert page.get_by_role("heading", level=1).inner_text() == "home"

        page.get_by_role("link", name="Home Within", exact=True).first.click()
        assert page.get_by_role("heading", level=1).inner_text() == "Home Within"
        cited = page.get_by_role("region", name="How to cite this page")
        assert "“Home Within”" in cited.inner_text()
        assert "version 1 of" in cited.inner_text()
        with urlopen(library + str(cited.get_by_role("link", name="BibTeX").get_attribute("href"))) as answer:
            assert "Home Within" in answer.read().decode()

        made_by = page.locator("dt", has_text=re.compile("^made by$")).locator(
            "xpath=following-sibling::dd[1]"
        )
        made_by.get_by_role("link", name="Mehriban Karimova", exact=True).first.click()
        assert page.get_by_role("heading", level=1).inner_text() == "Mehriban Karimova"

        place = page.locator('main a[href*="#char="]:visible').first
        first, last = map(int, str(place.get_attribute("href")).partition("#char=")[2].split(","))
        passage = article.read_text(encoding="utf-8")[first:last]
        assert passage in page.locator("q.words:visible").first.inner_text()
        place.click()
        assert passage in page.locator(f'[id="char={first},{last}"]').inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_films_are_narrowed_by_a_theme_and_taken_along_as_a_table(
    real_address: str, browser: Browser, *, script: bool
) -> None:
    with looking(browser, real_address, java_script_enabled=script) as page:
        page.goto("/")
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Browse").click()
        page.get_by_role("main").get_by_role("link", name="film", exact=True).first.click()
        page.get_by_role("main").get_by_role("link", name="home", exact=True).first.click()
        assert "theme=theme/home" in page.url
        assert page.get_by_role("main").get_by_role("link", name="Home Within", exact=True).is_visible()

        with page.expect_download() as given:
            page.get_by_role("link", name="CSV", exact=True).click()
        rows = list(csv.reader(Path(given.value.path()).read_text(encoding="utf-8").splitlines()))
        assert any("Home Within" in row for row in rows)
        assert not any("Sebastian" in row for row in rows)


@pytest.mark.parametrize("size", [NARROW, PHONE, (1100, 800), WIDE], ids=str)
def test_names_are_proposed_while_one_types_and_chosen_by_keyboard(
    real_address: str, browser: Browser, size: tuple[int, int]
) -> None:
    with looking(browser, real_address, size=size) as page:
        page.goto("/")
        box = page.get_by_role("combobox", name="Search the graph")
        box.type("bunni")
        proposed = page.get_by_role("option")
        proposed.first.wait_for()

        place = page.get_by_role("listbox").bounding_box()
        assert place
        assert 0 <= place["x"] <= place["x"] + place["width"] <= size[0]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        box.press("ArrowDown")
        assert proposed.first.get_attribute("aria-selected") == "true"
        box.press("Escape")
        assert proposed.count() == 0 or not proposed.first.is_visible()
        assert box.input_value() == "bunni"
        box.type("e")
        box.press("Backspace")
        proposed.first.wait_for()
        box.press("ArrowDown")
        box.press("Enter")
        page.wait_for_url("**/film/bunny-decides-to-go.html")


@pytest.mark.parametrize("way", ["the link", "Escape three times"])
def test_who_leaves_quickly_does_not_come_back_to_the_page_by_going_back(
    tiny: Settings, plain_address: str, browser: Browser, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setenv("QGRAPH_LEAVE_URL", f"{plain_address}/health")
    with serving(tiny.graph, tiny.store) as address, browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{plain_address}/")
        page.goto(f"{address}/film/harbour")
        if way == "the link":
            page.get_by_role("link", name="Leave quickly").click()
        else:
            for _ in range(3):
                page.keyboard.press("Escape")
        page.wait_for_url(f"{plain_address}/health")
        page.go_back()

        assert page.url == f"{plain_address}/"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_example_query_is_run_and_changed(real_address: str, browser: Browser, *, script: bool) -> None:
    with looking(browser, real_address, java_script_enabled=script) as page:
        page.goto("/sparql")
        page.locator("summary", has_text="Films and their makers").click()
        page.get_by_role("link", name=re.compile("^Who made which film")).click()
        asked(page)
        films = page.locator("table tbody tr").count()
        assert films > 3
        assert "Mehriban Karimova" in page.locator("table").inner_text()

        if script:
            page.locator(".cm-content").click()
            page.keyboard.press("Control+End")
            page.keyboard.type("\nLIMIT 1")
        else:
            box = page.get_by_label("A query in SPARQL 1.1")
            box.fill(f"{box.input_value()}\nLIMIT 1")
        asked(page)
        assert page.locator("table tbody tr").count() == 1


def asked(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("heading", name="Answer").wait_for()
