"""What is written of an answer, looked at on its way: rows are counted, and XML is XML."""

import re
from typing import IO

from qgraph.errors import NotAcceptable, ResultTooLarge

# What stands once for each row (in JSON between two rows), and the rows there are before its first.
ROW_MARKS = {"json": (b'},{"', 1), "xml": (b"</result>", 0), "tsv": (b"\n", -1)}
# What XML 1.0 leaves out (section 2.2), and an element whose name ends with its prefix.
CONTROL = bytes(range(32)).translate(None, b"\t\n\r")
NO_CHARACTER = re.compile(rb"\xef\xbf[\xbe\xbf]")
NO_NAME = re.compile(rb"<[^<>&\s:\"']+:(?:\s|/?>)")
LONGEST_MARK = 64


class Xml:
    """Writes on to *output* what is XML 1.0; the engine would write other characters and names too.

    Raises NotAcceptable.
    """

    def __init__(self, output: IO[bytes]) -> None:
        self.output = output
        self.edge = b""

    def write(self, chunk: bytes) -> int:
        """Write *chunk* and return its length."""
        seen = self.edge + bytes(chunk)
        if len(seen.translate(None, CONTROL)) < len(seen) or NO_CHARACTER.search(seen):
            raise NotAcceptable("XML cannot hold a character of the answer, ask for another format.")
        if (b": " in seen or b":>" in seen or b":/>" in seen) and NO_NAME.search(seen):
            raise NotAcceptable("XML cannot hold a predicate whose name ends so, ask for another format.")
        self.edge = seen[-LONGEST_MARK:]
        return self.output.write(chunk)

    def flush(self) -> None:
        """Do nothing: nobody reads before the answer is complete."""


class Counted:
    """Writes on to *output* and counts rows by their *mark*, over the edges of chunks too."""

    def __init__(self, output: IO[bytes], mark: bytes, found: int, *, limit: int) -> None:
        self.output = output
        self.mark = mark
        self.found = found
        self.limit = limit
        self.edge = b""

    def write(self, chunk: bytes) -> int:
        """Write *chunk* and return its length. Raises ResultTooLarge."""
        seen = self.edge + bytes(chunk)
        self.found += seen.count(self.mark)
        self.edge = seen[1 - len(self.mark) :] if len(self.mark) > 1 else b""
        check_rows(self.found, self.limit)
        return self.output.write(chunk)

    def flush(self) -> None:
        """Do nothing: nobody reads before the answer is complete."""


def check_rows(found: int, limit: int) -> None:
    """Raise ResultTooLarge for more rows *found* than the *limit*."""
    if found > limit:
        raise ResultTooLarge(f"The answer has more than {limit:,} rows: ask for less, with LIMIT.")
