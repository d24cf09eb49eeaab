"""Time travel: what stood on a day (RFC 7089).

Each address is its own TimeGate (section 4.1.1): asked with Accept-Datetime, it leads
to the same address with the version that was in force then, which is a Memento.
"""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from qgraph import history
from qgraph.errors import RequestError
from qgraph.versions import Version


def leads_to(store: Path, path: str, query: str, *, moment: str) -> str:
    """Return the address, with the version in force at *moment*, that *path* with *query* leads to.

    Raises RequestError if *moment* is no date (RFC 9110, section 5.6.7), or if no
    version is kept.
    """
    try:
        when = parsedate_to_datetime(moment)
    except (ValueError, TypeError) as error:
        said = f"Accept-Datetime is {moment!r}, expected such as Tue, 24 Nov 2026 08:00:00 GMT."
        raise RequestError(said) from error
    version = history.at(store, when if when.tzinfo else when.replace(tzinfo=UTC))
    named = {**_others(query), "version": [str(version.number)]}
    return f"{path}?{urlencode(named, doseq=True)}"


def headers_of(version: Version, address: str) -> dict[str, str]:
    """Return the headers of a Memento: when *version* was made, and the *address* without a version."""
    made = format_datetime(datetime.fromisoformat(version.time).astimezone(UTC), usegmt=True)
    return {"Memento-Datetime": made, "Link": f'<{address}>; rel="original timegate"'}


def original(address: str, query: str) -> str:
    """Return the *address* with *query* but for the version in it."""
    others = _others(query)
    return f"{address}?{urlencode(others, doseq=True)}" if others else address


def _others(query: str) -> dict[str, list[str]]:
    """Return the parameters in *query* but for the version."""
    return {
        name: values for name, values in parse_qs(query, keep_blank_values=True).items() if name != "version"
    }
