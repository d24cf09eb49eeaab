"""Each kind of page, looked at as axe, a keyboard, a phone, a magnifier and a printer see it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from browsers import LOOK, NARROW, PHONE, WIDE, looking, walk
from conftest import CLIENTS, missing
from kinds import KINDS, NO_PAGES, WAITING, Kind
from past import with_a_past
from qgraph.settings import Settings

FULLEST = (Path(__file__).parent / "fullest.rq").read_text(encoding="utf-8")
ZOOMED = (WIDE[0] // 2, WIDE[1] // 2)  # what a window shows at 200 %
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
PART = 40  # stops of a long page
HTML = "text/html; charset=utf-8"
Examine = Callable[[Page, str], list[str]]


@pytest.fixture(scope="module")
def sites(
    tiny: Settings, real_address: str, plain_address: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    with with_a_past(tiny, tmp_path_factory.mktemp("past") / "store") as past:
        yield {"real": real_address, "plain": plain_address, "past": past}


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe, which looks for what keeps people out."""
    script = CLIENTS / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        missing("axe is not installed: make tests/clients/node_modules, with npm")
    return script.read_text(encoding="utf-8")


def resized(page: Page, size: tuple[int, int]) -> list[str]:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    return [f"at {size[0]} px reaches {one}" for one in page.evaluate("qgraphLook.wide()")]


def pictured(page: Page, picture: Path) -> None:
    """Keep what the page looks like, wide and on a phone, dark and printed; as much as one can look at."""
    looks = {
        "wide": (WIDE, {}),
        "phone": (PHONE, {}),
        "dark": (WIDE, {"color_scheme": "dark"}),
        "print": (WIDE, {"color_scheme": "light", "media": "print"}),
    }
    for name, (size, media) in looks.items():
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(**media)
        height = min(page.evaluate("document.documentElement.scrollHeight"), 3000)
        page.screenshot(
            path=picture.with_name(f"{picture.name}-{name}.png"),
            full_page=True,
            clip={"x": 0, "y": 0, "width": size[0], "height": height},
        )
    page.emulate_media(media="screen")


def sized(page: Page) -> list[str]:
    """Return what has to be scrolled sideways: on a narrow phone, at 200 %, with letters twice as large."""
    faults = [*resized(page, NARROW), *resized(page, ZOOMED), *resized(page, WIDE)]
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    faults += [f"with large letters reaches {one}" for one in page.evaluate("qgraphLook.wide()")]
    page.evaluate("document.documentElement.style.fontSize = ''")
    return faults


def seen(page: Page) -> list[str]:
    """Return what axe finds in both schemes, what forced colours hide, what moves for who wants rest."""
    faults = page.evaluate("() => qgraphLook.axe({rules: {'target-size': {enabled: true}}})")
    page.emulate_media(color_scheme="dark")
    faults += [f"dark: {one}" for one in page.evaluate("how => qgraphLook.axe(how)", COLOURS)]
    page.emulate_media(color_scheme="light", forced_colors="active", reduced_motion="reduce")
    faults += [f"forced colours hide {one}" for one in page.evaluate("qgraphLook.hidden()")]
    faults += [f"moves: {one}" for one in page.evaluate("document.getAnimations().map(one => one.id)")]
    page.emulate_media(forced_colors="none", reduced_motion="no-preference")
    return list(faults)


def skipped(page: Page) -> list[str]:
    page.evaluate("qgraphLook.start()")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    return [] if page.evaluate("qgraphLook.skipped()") else ["the skip link does not lead into the content"]


@pytest.fixture(scope="session")
def examined(axe: str, request: pytest.FixtureRequest) -> Examine:
    """What says all that is wrong with an open page, and keeps pictures of it."""
    part = 0 if request.config.getoption("--soak") else PART
    pictures = Path(request.config.getoption("--pictures"))
    pictures.mkdir(parents=True, exist_ok=True)

    def examine(page: Page, name: str) -> list[str]:
        pictured(page, pictures / name)
        page.evaluate(axe)
        page.evaluate(LOOK)
        page.evaluate("qgraphLook.open()")
        return [*sized(page), *seen(page), *walk(page, part=part), *skipped(page)]

    return examine


@pytest.mark.parametrize(
    "kind", [one for one in KINDS if one.route not in WAITING], ids=lambda kind: kind.name
)
def test_a_page_keeps_nobody_out(
    sites: dict[str, str], browser: Browser, examined: Examine, kind: Kind
) -> None:
    with looking(browser, sites[kind.site]) as page:
        answer = page.goto(kind.path)

        assert answer is not None
        assert (answer.status, answer.header_value("Content-Type")) == (kind.status, HTML)
        assert examined(page, kind.name) == []


def fullest(address: str) -> dict[str, str]:
    """Return, for each kind of thing, the path of the one of which most is told."""
    query = f"{address}/sparql?query={quote(FULLEST)}&format=json"
    with urlopen(query) as answer:
        rows = json.loads(answer.read())["results"]["bindings"]
    found: dict[str, str] = {}
    for row in rows:  # the fullest come first
        path = urlsplit(row["thing"]["value"]).path.removeprefix("/qgraph")
        found.setdefault(path.split("/")[1], path)
    return found


def test_a_page_of_a_thing_of_each_kind_keeps_nobody_out(
    real_address: str, browser: Browser, examined: Examine, request: pytest.FixtureRequest
) -> None:
    paths = fullest(real_address)
    some = list(paths.items())[:: 1 if request.config.getoption("--soak") else 3]
    faults = {}
    with looking(browser, real_address) as page:
        for kind, path in some:
            page.goto(path)
            faults[path] = examined(page, f"thing-{kind}")

    assert len(paths) > 20
    assert {path: one for path, one in faults.items() if one} == {}


def test_each_route_that_shows_a_page_is_looked_at(client: FlaskClient) -> None:
    rules = {str(rule) for rule in client.application.url_map.iter_rules() if "GET" in (rule.methods or ())}
    known = {kind.route for kind in KINDS}

    assert rules - known - NO_PAGES == set(), "what page it shows belongs to tests/kinds.py"
    assert known - rules == WAITING
    assert rules >= NO_PAGES
