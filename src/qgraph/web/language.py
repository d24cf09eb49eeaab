"""The language of a page."""

from flask import Flask
from flask_babel import Babel

ENGLISH = "en"


def register(app: Flask) -> None:
    """Have *app* say its texts in the language of the page: `_` in templates, `gettext` in code."""
    Babel(app, locale_selector=language)


def language() -> str:
    """Return the language of the page that is asked for (BCP 47)."""
    return ENGLISH
