"""Brings the catalogues of translations up to date with the texts of the pages, and lists what they lack.

A text is written once, in English, in a template or in code; `up_to_date` is also
what a test compares the catalogues with.
"""

import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from qgraph.web.errors import TITLES

ROOT = Path(__file__).parents[1]
WEB = ROOT / "src" / "qgraph" / "web"
CATALOGUES = sorted(WEB.glob("translations/*/LC_MESSAGES/messages.po"))
WRITTEN_IN = [("templates/**.html", "jinja2"), ("**.py", "python")]
WIDTH = 110
NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # so that the same texts make the same file
DRAFT = "not reviewed by a native reader"  # which pages tell, until a reviewer's name stands here


def texts() -> Catalog:
    """Return the texts of the pages, without translations."""
    found = Catalog()
    for _place, _line, text, comments, context in extract_from_dir(WEB, WRITTEN_IN, strip_comment_tags=True):
        found.add(text, auto_comments=comments, context=context)
    for title in TITLES.values():
        found.add(title)
    return found


def up_to_date(path: Path) -> Catalog:
    """Return the catalogue at *path* with the texts of today; what is new is empty."""
    tag = path.parts[-3]
    kept = read_po(BytesIO(path.read_bytes()), locale=tag)
    made = Catalog(
        locale=tag,
        project="qgraph",
        version="pages",
        creation_date=NO_DAY,
        revision_date=NO_DAY,
        last_translator=kept.last_translator if len(kept) else DRAFT,
        language_team="the qgraph founders",
        header_comment=f"# The texts of the pages in {tag}. “make texts” brings them up to date.",
        fuzzy=False,
    )
    for one in texts():
        known = kept.get(one.id)
        made.add(one.id, known.string if known else None)
    return made


def written(catalogue: Catalog) -> bytes:
    """Return *catalogue* as a file in the format of GNU gettext, sorted."""
    file = BytesIO()
    write_po(file, catalogue, width=WIDTH, sort_output=True, no_location=True)
    return file.getvalue()


def missing(catalogue: Catalog) -> list[Message]:
    """Return the texts that *catalogue* has no translation for."""
    return [one for one in catalogue if one.id and not all(_forms(one))]


def _forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


if __name__ == "__main__":
    for here in CATALOGUES:
        today = up_to_date(here)
        here.write_bytes(written(today))
        for lacking in missing(today):
            sys.stdout.write(f"{here.relative_to(ROOT)} lacks: {lacking.id}\n")
