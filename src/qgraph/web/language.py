"""The language of a page: the first of the settings, or that whose prefix its address has."""

from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import quote

from babel import Locale
from flask import Flask, Response, current_app, has_request_context, request
from flask_babel import Babel, get_translations
from markupsafe import Markup
from werkzeug.utils import redirect

from qgraph.settings import TRANSLATIONS, Settings

PAGE = "text/html"
ENGLISH = "en"
NO_TEXT = ""  # under which GNU gettext keeps the head of a catalogue
UNREVIEWED = "Last-Translator: not reviewed"


class Prefixed:
    """Leads `/az/…` to the pages, which find the prefix in SCRIPT_NAME (PEP 3333).

    What asks for data of `/sparql` is led to the one place that answers programs.
    """

    def __init__(self, app: Any, prefixes: Iterable[str]) -> None:
        self.app = app
        self.prefixes = frozenset(prefixes)

    def __call__(self, given: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        tag, _, rest = given["PATH_INFO"].removeprefix("/").partition("/")
        if tag in self.prefixes and given["REQUEST_METHOD"] in ("GET", "HEAD"):
            query = given["QUERY_STRING"]
            if rest == "sparql" and ("format=" in query or PAGE not in given.get("HTTP_ACCEPT", PAGE)):
                led = redirect(f"/sparql?{query}", 307)
                return led(given, start_response)
            given |= {"SCRIPT_NAME": f"/{tag}", "PATH_INFO": f"/{rest}"}
        return cast("Iterable[bytes]", self.app(given, start_response))


def register(app: Flask, settings: Settings) -> None:
    """Have *app* say its texts in the language of the page: `_` in templates, `gettext` in code."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    app.config["LANGUAGES"] = settings.spoken
    Babel(app, locale_selector=language)
    app.wsgi_app = Prefixed(app.wsgi_app, settings.spoken[1:])  # type: ignore[assignment, method-assign]
    app.after_request(_tell)
    app.context_processor(_for_the_head)


def language() -> str:
    """Return the language of the page that is asked for (BCP 47)."""
    known = current_app.config["LANGUAGES"]
    prefix = request.script_root.removeprefix("/") if has_request_context() else ""
    return str(prefix if prefix in known else known[0])


def _tell(response: Response) -> Response:
    """Say in which language a page is (RFC 9110, section 8.5)."""
    if response.mimetype == PAGE:
        response.content_language.add(language())
    return response


def _for_the_head() -> dict[str, object]:
    """Give every template its languages: the tag, the own name, the address of the same page in each.

    *english* marks an element whose words are English on pages in another language.
    """
    known = current_app.config["LANGUAGES"]
    query = request.query_string.decode("latin-1")
    path = quote(request.path) + (f"?{query}" if query else "")
    told = [(tag, _own_name(tag), (f"/{tag}" if tag != known[0] else "") + path) for tag in known]
    english = Markup(' lang="en"') if language() != ENGLISH else ""
    return {"language": language(), "languages": told, "is_draft": _is_draft(), "english": english}


def _own_name(tag: str) -> str:
    locale = Locale.parse(tag, sep="-")
    return str(locale.get_display_name(locale)).capitalize()


def _is_draft() -> bool:
    """Say whether nobody has reviewed the texts of the language: the head of the catalogue says so."""
    head: str = get_translations().gettext(NO_TEXT)
    return UNREVIEWED in head
