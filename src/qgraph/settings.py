"""What an operator can set; the only reader of the environment."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

from qgraph.errors import SettingsError

T = TypeVar("T")
FOLDERS = ("ontology", "shapes", "data", "queries")
TRUTH = {"true": True, "1": True, "false": False, "0": False}
MEGABYTE = 1_000_000
ADDRESSES = {
    "leave_url": (r"https?://[^/?#@\s]+(/\S*)?", "an http(s) address"),
    "contact": (r"(mailto:[^@\s]+@[^@\s]+|https?://[^/?#@\s]+(/\S*)?)?", "a mailto: or http(s) address"),
    "public_url": (r"(https?://[^/?#@]+/?)?", "http(s)://host without a path"),
    "allow_service": (r"(https?://[^/?#@\s<>]+(/[^\s<>]*)?)?", "the http(s) address of a service"),
}
TRANSLATIONS = Path(str(files("qgraph"))) / "web" / "translations"


def _setting(default: T, meaning: str) -> T:
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """The settings of one run; each can be given as `QGRAPH_<NAME>` too."""

    graph: Path = _setting(Path(), "folder with ontology, shapes, data and queries")
    store: Path = _setting(Path("store"), "folder that keeps the versions")
    restricted: Path = _setting(
        Path(), "folder with Restricted data of the operator's own, for who has a token"
    )
    source_text: str = _setting(
        "", "files with the texts of sources, joined by “:”, whose words are shown on pages"
    )
    bare: bool = _setting(default=False, meaning="serve a plain store: no ontology, shapes or evidence")
    open_writes: bool = _setting(default=False, meaning="let anyone on this machine write to a plain store")
    host: str = _setting("127.0.0.1", "address to serve on")
    port: int = _setting(8000, "port to serve on")
    public_url: str = _setting("", "address under which readers know the server; empty: the one they use")
    languages: str = _setting(
        "en", "languages of the pages, the first without a prefix: en, or en,az for pages under /az/ too"
    )
    leave_url: str = _setting(
        "https://www.wikipedia.org/", "where “Leave quickly” leads; nothing is asked of it before the click"
    )
    contact: str = _setting(
        "",
        "mailto: or https: address of who runs the server, which /about names for corrections and takedown",
    )
    workers: int = _setting(8, "queries that may start at once")
    resident_quads: int = _setting(5_000_000, "quads that a version may have to be held in memory")
    quick_time: float = _setting(0.1, "seconds after which a query is long, and needs one of the long places")
    long_queries: int = _setting(8, "long queries that may run at once")
    client_queries: int = _setting(6, "long queries that one address may run at once")
    query_timeout: float = _setting(30.0, "seconds a query may take")
    query_memory: int = _setting(250 * MEGABYTE, "bytes a query may take beside the graph")
    process_memory: int = _setting(
        2000 * MEGABYTE, "bytes that a query without a server, or an update of a plain store, may take"
    )
    result_limit: int = _setting(100 * MEGABYTE, "bytes an answer may have")
    result_rows: int = _setting(1_000_000, "rows an answer may have")
    query_length: int = _setting(64_000, "characters a query may have")
    query_nesting: int = _setting(64, "levels of brackets a query may have")
    query_patterns: int = _setting(200, "patterns a query may have")
    query_path: int = _setting(32, "steps a path in a query may have")
    query_values: int = _setting(5_000, "terms that VALUES in a query may have")
    allow_service: str = _setting("", "the one SPARQL service that SERVICE in a query may ask")
    cache_size: int = _setting(
        64 * MEGABYTE, "bytes of answers kept for the next who asks the same; 0 keeps none"
    )
    body_limit: int = _setting(MEGABYTE, "bytes a request's body may have")
    upload_limit: int = _setting(50 * MEGABYTE, "bytes that a writer's body may have, unpacked too")
    admin_token_file: Path = _setting(
        Path(), "file that holds the token of an admin, for containers and tests"
    )
    trust_proxy: bool = _setting(
        default=False, meaning="take the proxy in front at its word for addresses and for HTTPS"
    )
    client_timeout: float = _setting(
        20.0, "seconds a client has for its headers, its body, and each piece of the answer it takes"
    )
    log_requests: bool = _setting(
        default=True, meaning="write a line of JSON on each request to standard error"
    )
    log_readers: bool = _setting(default=False, meaning="let the log name addresses and queries of readers")
    queue_timeout: float = _setting(5.0, "seconds a query may wait for a process")
    reasoner: str = _setting("owlrl", "what draws the inferences: owlrl, or none")
    commit_timeout: float = _setting(60.0, "seconds a write may take, its wait for others included")
    keep_days: float = _setting(30.0, "days for which versions are kept; tagged ones stay")
    keep_share: float = _setting(0.1, "part of the disk that the versions may take before the oldest go")
    build_timeout: float = _setting(600.0, "seconds a build may take")

    @property
    def reasons(self) -> bool:
        """Whether inferences are drawn."""
        return self.reasoner != "none"

    @property
    def spoken(self) -> list[str]:
        """The languages of the pages (BCP 47), the first of which has no prefix."""
        return [one.strip() for one in self.languages.split(",")]

    @property
    def source_texts(self) -> list[Path]:
        """The files with the texts of sources."""
        return [Path(one) for one in self.source_text.split(os.pathsep) if one]


def packaged_graph() -> Path:
    """Return the graph that ships with qgraph: in the wheel, or in the checkout."""
    inside = Path(str(files("qgraph"))) / "graph"
    return inside if inside.is_dir() else Path(str(files("qgraph"))).parents[1]


def default_graph() -> Path:
    """Return this folder if it holds a graph, else the one in the package."""
    here = Path.cwd()
    return here if all((here / name).is_dir() for name in FOLDERS) else packaged_graph()


def read(environment: Mapping[str, str] = os.environ, **given: object) -> Settings:
    """Return the settings: *given* first, then *environment*, then the default.

    A value of None in *given* counts as not given. Raises SettingsError for a
    value that is not of its kind or not positive.
    """
    values: dict[str, object] = {"graph": default_graph()}
    for one in fields(Settings):
        written = environment.get(f"QGRAPH_{one.name.upper()}")
        chosen = given.get(one.name) if given.get(one.name) is not None else written
        if chosen is not None:
            values[one.name] = _converted(one.name, type(one.default), chosen)
    made = Settings(**values)  # type: ignore[arg-type]
    _check_together(made)
    return made


def translated() -> list[str]:
    """Return the languages that pages can be in: English, in which they are written, and the catalogues'.

    One that is not compiled yet would give English pages under its name.
    """
    return ["en", *sorted(path.parts[-3] for path in TRANSLATIONS.glob("*/*/messages.mo"))]


def is_loopback(host: str) -> bool:
    """Say whether the name or address *host* is of this machine alone."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _check_together(chosen: Settings) -> None:
    if chosen.reasoner not in ("owlrl", "none"):
        raise SettingsError(f"reasoner is {chosen.reasoner}, expected owlrl or none.")
    if missing := [one for one in chosen.spoken if one not in translated()]:
        known = ", ".join(translated())
        raise SettingsError(f"languages has “{missing[0]}”, expected some of {known}, with commas between.")
    if chosen.open_writes and not (chosen.bare and is_loopback(chosen.host)):
        raise SettingsError("Writes are open with --bare only, and on a loopback address only.")
    if chosen.source_text and chosen.bare:
        raise SettingsError("A plain store has no sources, and takes no source_text.")
    for name, (pattern, expected) in ADDRESSES.items():
        if not re.fullmatch(pattern, value := getattr(chosen, name)):
            raise SettingsError(f"{name} is {value}, expected {expected}.")


def _converted(name: str, kind: type, value: object) -> object:
    if kind is bool:
        return _truth(name, str(value))
    if issubclass(kind, int | float):
        return _number(name, kind, str(value))
    return Path(str(value)) if issubclass(kind, Path) else str(value)


def _truth(name: str, written: str) -> bool:
    if written.lower() not in TRUTH:
        raise SettingsError(f"{name} is {written}, expected true or false.")
    return TRUTH[written.lower()]


def _number(name: str, kind: type[int] | type[float], written: str) -> int | float:
    try:
        number = kind(written)
    except ValueError as error:
        raise SettingsError(f"{name} is {written}, expected a number ({kind.__name__}).") from error
    if not (0 < number < float("inf") or (number == 0 and name == "cache_size")):
        raise SettingsError(f"{name} is {written}, expected more than 0.")
    return number
