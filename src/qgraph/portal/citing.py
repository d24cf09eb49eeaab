"""How to cite a page, for the programs that keep lists of what was read.

BibTeX (`@misc`, with the fields of BibLaTeX), RIS and CSL-JSON 1.0. What is cited is
one version, so that who reads it later sees the same.
"""

import json
import re
from dataclasses import dataclass

ESCAPED = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
ESCAPED |= {mark: f"\\{mark}" for mark in "{}$&#_%"}


@dataclass(frozen=True)
class Cited:
    """A page: its *title*, the name *iri* of what it tells of, the *address* that keeps to a version.

    It is part of a *collection*, made by *creators* and brought out by a *publisher*;
    its *version* is a number, its *date* a day (ISO 8601).
    """

    title: str
    iri: str
    address: str
    collection: str
    creators: tuple[str, ...]
    publisher: str
    version: int
    date: str

    @property
    def key(self) -> str:
        """The name under which a list holds it."""
        last = re.sub(r"[^a-z0-9]+", "-", self.iri.rstrip("/").rpartition("/")[2].lower()).strip("-")
        return f"{last or 'page'}-v{self.version}"


def bibtex(cited: Cited) -> str:
    """Return *cited* as an entry of BibTeX."""
    year, month, _ = cited.date.split("-")
    fields = {
        "title": f"{{{_tex(cited.title)}}}",  # in braces of its own its capitals stay
        "author": " and ".join(f"{{{_tex(one)}}}" for one in cited.creators),
        "howpublished": _tex(cited.collection),
        "publisher": _tex(cited.publisher),
        "year": year,
        "month": str(int(month)),
        "date": cited.date,
        "version": str(cited.version),
        "url": cited.address,
        "note": rf"Version {cited.version}; \url{{{cited.iri}}}",
    }
    rows = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{cited.key},\n{rows}\n}}\n"


def ris(cited: Cited) -> str:
    """Return *cited* as a record of RIS."""
    rows = [("TY", "DATA"), ("ID", cited.key), ("TI", cited.title)]
    rows += [("AU", one) for one in cited.creators]
    rows += [("T2", cited.collection), ("PB", cited.publisher), ("PY", cited.date[:4])]
    rows += [("DA", cited.date.replace("-", "/")), ("ET", str(cited.version))]
    rows += [("UR", cited.address), ("N1", cited.iri), ("ER", "")]
    lines = (f"{tag}  - {' '.join(value.split())}" for tag, value in rows if value or tag == "ER")
    return "\r\n".join(lines) + "\r\n"


def csl(cited: Cited) -> str:
    """Return *cited* as a list of one item of CSL-JSON."""
    item = {
        "id": cited.key,
        "type": "dataset",
        "title": cited.title,
        "author": [{"literal": one} for one in cited.creators],
        "container-title": cited.collection,
        "publisher": cited.publisher,
        "issued": {"date-parts": [[int(part) for part in cited.date.split("-")]]},
        "version": str(cited.version),
        "URL": cited.address,
        "note": cited.iri,
    }
    return (
        json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=1)
        + "\n"
    )


def _tex(text: str) -> str:
    return "".join(ESCAPED.get(mark, mark) for mark in " ".join(text.split()))
