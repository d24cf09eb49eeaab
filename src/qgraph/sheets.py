"""Rows of cells as CSV or as a workbook, such that a spreadsheet takes no text for a formula.

The only door to XlsxWriter. A cell is text, a number, or nothing.
"""

import codecs
import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import IO, Any, cast

import xlsxwriter

from qgraph.errors import NotAcceptable, QueryError, ResultTooLarge
from qgraph.namespaces import XSD
from qgraph.output import check_rows
from qgraph.store import Literal, QuerySolutions, Term, csv_cell

Cell = str | int | float
Row = Sequence[Cell]
BOM = codecs.BOM_UTF8
# What makes a spreadsheet calculate (OWASP, CSV Injection); a plain number is no formula.
FORMULA = re.compile(r"[=+\-@\t\r](?!\d*\.?\d+$)")
NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "float", "int", "long")}
EXACT = 15  # digits that a spreadsheet keeps
ROWS, LETTERS, NAME = 1_048_576, 32_767, 31  # what a sheet has, a cell, the name of a sheet


def write_csv(rows: Iterable[Row], output: IO[bytes], *, bom: bool = False) -> None:
    """Write *rows* to *output* as CSV (RFC 4180) in UTF-8, with a byte order mark if *bom* is true.

    Text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    if bom:
        output.write(BOM)
    table = csv.writer(codecs.getwriter("utf-8")(output))
    for row in rows:
        table.writerow([_guarded(cell) for cell in row])


def _guarded(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


class Book:
    """A workbook that is written to *output* row by row, made at *time*, of at most *limit* characters.

    The same rows give the same bytes.
    """

    def __init__(self, output: IO[bytes], time: str, *, limit: int, title: str = "") -> None:
        self.left = limit
        settings = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        }
        self.book = xlsxwriter.Workbook(cast("Any", output), settings)
        self.book.set_properties({"title": title, "created": datetime.fromisoformat(time)})
        self.head = self.book.add_format({"bold": True})
        self.names: set[str] = set()

    def add(self, name: str, rows: Iterable[Row]) -> None:
        """Add a sheet called *name*, whose first row is its head. Raises ResultTooLarge or NotAcceptable."""
        sheet = self.book.add_worksheet(self._named(name))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            if number >= ROWS:
                raise ResultTooLarge(f"A sheet has at most {ROWS:,} rows: ask for another format.")
            for column, cell in enumerate(row):
                self._write(sheet, (number, column), cell)

    def _write(self, sheet: Any, place: tuple[int, int], cell: Cell) -> None:
        style = () if place[0] else (self.head,)
        if isinstance(cell, str):
            self.left -= len(cell)
            if len(cell) > LETTERS:
                raise NotAcceptable(
                    f"A cell of a sheet holds {LETTERS:,} characters: ask for another format."
                )
            if self.left < 0:
                raise ResultTooLarge("The answer is too large for a workbook: ask for less.")
            sheet.write_string(*place, cell, *style)
        else:
            sheet.write_number(*place, cell, *style)

    def _named(self, name: str) -> str:
        """Return *name* as a sheet may have it, and no other has it yet."""
        plain = re.sub(r"[\[\]:*?/\\]", "-", name).strip("'")[:NAME] or "sheet"
        number = 1
        made = plain
        while made.lower() in self.names:
            number += 1
            made = f"{plain[: NAME - 4]}-{number}"
        self.names.add(made.lower())
        return made

    def close(self) -> None:
        """Write what is left."""
        self.book.close()


def cell_of(term: Term | None) -> Cell:
    """Return *term* as a cell: a number where its text is one that a spreadsheet keeps, else text."""
    if isinstance(term, Literal) and term.datatype.value in NUMBERS:
        digits = sum(map(str.isdigit, term.value))
        if re.fullmatch(r"[+-]?\d*\.?\d+", term.value) and digits <= EXACT:
            return float(term.value) if "." in term.value else int(term.value)
    return csv_cell(term)


def rows_of(found: QuerySolutions, limit: int) -> Iterator[Row]:
    """Yield the names of the columns of *found*, then its rows.

    Raises ResultTooLarge over *limit* rows, QueryError for what fails as it runs.
    """
    yield [variable.value for variable in found.variables]
    try:
        for number, row in enumerate(found, 1):
            check_rows(number, limit)
            yield [cell_of(row[variable]) for variable in found.variables]
    except (RuntimeError, ValueError) as error:
        raise QueryError(f"The query cannot be answered: {error}.") from error
