"""A reader without script who follows each link of a site, and tells what is dead."""

from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import parse_qsl, unquote, urldefrag, urlencode, urljoin, urlsplit

HTML = "text/html"
LINKS = {
    "a": "href",
    "area": "href",
    "link": "href",
    "img": "src",
    "script": "src",
    "source": "src",
    "iframe": "src",
    "use": "href",
    "image": "href",
}
CHOSEN = 100  # pages of one kind whose addresses have parameters, which multiply without end
PARTS = {"img", "script", "source", "iframe", "use", "image"}  # what a page loads without being asked
Asked = tuple[str, str, str]  # address, the page that names it, how


class Reader(HTMLParser):
    """What a page names: its links, its forms as they stand, its places."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.found: list[tuple[str, str]] = []
        self.places: set[str] = set()
        self.form: tuple[str, list[tuple[str, str]]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places |= {given[name] for name in ("id", "name") if name in given}
        address = given.get(LINKS.get(tag, ""), "")
        if address and not (tag == "link" and given.get("rel") == "canonical"):
            is_part = tag in PARTS or (tag == "link" and given.get("rel") in ("stylesheet", "icon"))
            self.found.append((urljoin(self.page, address), "loads" if is_part else "links to"))
        if tag == "form" and given.get("method", "get").lower() == "get":
            self.form = (urljoin(self.page, given.get("action", self.page)), [])
        if self.form and tag in ("input", "textarea", "select") and given.get("name"):
            self.form[1].append((given["name"], given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self.form:
            action, fields = self.form
            self.found.append((f"{action.partition('?')[0]}?{urlencode(fields)}", "sends a form to"))
            self.form = None


@dataclass
class Crawl:
    """What was found on a walk through a site, and what was dead."""

    home: str
    wanted: int  # pages of one kind
    asked: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    places: dict[str, set[str]] = field(default_factory=dict)
    pointed: list[Asked] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)


def kind_of(address: str) -> str:
    """Return what *address* has in common with others that give the same kind of page."""
    where = urlsplit(address)
    steps = where.path.split("/")
    names = sorted({name for name, value in parse_qsl(where.query) if value})
    ending = steps[-1].partition(".")[2] if "." in steps[-1] else ""
    # Choices multiply without end, so that pages on which several are made count as one kind.
    return f"{'/'.join(steps[:2])} {len(steps)} {ending} {'several' if len(names) > 1 else ''.join(names)}"


def crawl(home: str, start: str = "/", *, wanted: int, limit: int = 100_000) -> Crawl:
    """Follow each link from *start*, nearest first, *limit* in all.

    Of one kind of page at most *wanted* are asked for, and fewer where a choice is made by parameters.
    """
    found = Crawl(home, wanted)
    connection = HTTPConnection(urlsplit(home).netloc, timeout=30)
    waiting: deque[Asked] = deque([(home + start, "", "starts at")])
    while waiting and len(found.asked) < limit:
        address, page, how = waiting.popleft()
        whole, place = urldefrag(address)
        if not whole.startswith(f"{home}/"):
            if how != "links to":
                found.faults.append(f"{page} {how} somebody else: {address}")
            continue
        if place:
            found.pointed.append((address, page, how))
        most = min(wanted, CHOSEN) if urlsplit(whole).query else wanted
        if whole in found.asked or found.kinds[kind_of(whole)] >= most:
            continue
        found.kinds[kind_of(whole)] += 1
        waiting.extend(_visit(found, connection, (whole, page, how)))
    connection.close()
    _check_places(found)
    return found


def _visit(found: Crawl, connection: HTTPConnection, asked: Asked) -> list[Asked]:
    """Ask for one address; return what the page there names."""
    address, page, how = asked
    where = urlsplit(address)
    path = where.path + (f"?{where.query}" if where.query else "")
    connection.request("GET", path, headers={"Accept": "text/html,*/*;q=0.8"})
    answer = connection.getresponse()
    body = answer.read()
    found.asked[address] = answer.status
    if answer.status in (301, 302, 303, 307, 308):
        found.moved[address] = urldefrag(urljoin(address, answer.getheader("Location", "")))[0]
        return [(found.moved[address], page, how)]
    if not _is_fine(answer, how):
        found.faults.append(f"{page} {how} {address}: {answer.status}")
    if not answer.getheader("Content-Type", "").startswith(HTML):
        return []
    reader = Reader(address)
    reader.feed(body.decode())
    found.places[address] = reader.places
    return [(one, address, by) for one, by in reader.found if urlsplit(one).scheme in ("http", "https")]


def _is_fine(answer: HTTPResponse, how: str) -> bool:
    """Say whether the link lives; a form that is sent empty may be told that it is."""
    return answer.status == 200 or (how == "sends a form to" and answer.status == 400)


def _check_places(found: Crawl) -> None:
    for address, page, how in found.pointed:
        whole, place = urldefrag(address)
        whole = found.moved.get(whole, whole)
        if whole in found.places and not {place, unquote(place)} & found.places[whole]:
            found.faults.append(f"{page} {how} {address}: there is no such place")
