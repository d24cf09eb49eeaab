"""Tables as files: one in CSV, several in a zip, a workbook; and the answers of questions."""

import zipfile
from contextlib import closing
from datetime import UTC, datetime
from typing import IO

from qgraph import about, query, sheets, tables
from qgraph.errors import NotAcceptable
from qgraph.query import Question
from qgraph.selection import Export, Graphs
from qgraph.store import QuerySolutions, Store
from qgraph.versions import Version


def write(graphs: Graphs, version: Version, *, asked: Export, output: IO[bytes]) -> None:
    """Write the tables of what *graphs* select to *output*, as *asked*."""
    made = list(tables.tables(graphs))
    told = about.Copy(about.read(graphs.store, version), version)
    if asked.syntax == "csv":
        sheets.write_csv(tables.rows(graphs, made[0]), output, bom=asked.bom)
    elif asked.syntax == "csvw":
        output.write(tables.metadata(graphs, made, told, alone=asked.name or f"{made[0].kind.segment}.csv"))
    elif asked.syntax == "xlsx":
        with closing(sheets.Book(output, version.time, limit=asked.limit, title=told.about.title)) as book:
            for table in made:
                book.add(table.kind.segment, tables.rows(graphs, table))
            book.add(tables.FACTS, tables.facts(graphs))
            book.add("About", told.rows())
    else:
        _write_zip(graphs, made, told, asked=asked, output=output)


def _write_zip(
    graphs: Graphs, made: list[tables.Table], told: about.Copy, *, asked: Export, output: IO[bytes]
) -> None:
    """Write a CSV file for each table and one for the facts, with their metadata and what the graph says."""
    with zipfile.ZipFile(output, "w") as archive:
        time = datetime.fromisoformat(told.version.time).astimezone(UTC).timetuple()[:6]

        def member(name: str) -> IO[bytes]:
            entry = zipfile.ZipInfo(name, time)
            entry.compress_type = zipfile.ZIP_DEFLATED
            return archive.open(entry, "w", force_zip64=True)

        with member("README.txt") as file:
            file.write(told.text().encode() + b"\n")
        with member("csv-metadata.json") as file:
            file.write(tables.metadata(graphs, made, told))
        for table in made:
            with member(f"{table.kind.segment}.csv") as file:
                sheets.write_csv(tables.rows(graphs, table), file, bom=asked.bom)
        with member(f"{tables.FACTS}.csv") as file:
            sheets.write_csv(tables.facts(graphs), file, bom=asked.bom)


def write_answer(
    store: Store, question: Question, asked: Export, *, version: Version, output: IO[bytes]
) -> None:
    """Write the answer to *question* to *output* as CSV or XLSX for a spreadsheet.

    Raises what `query.found` raises, and NotAcceptable where the answer has no rows.
    """
    found = query.found(store, question)
    if not isinstance(found, QuerySolutions):
        raise NotAcceptable("The answer is no table: ask for another format.", offers=["json", "turtle"])
    rows = sheets.rows_of(found, question.rows)
    if asked.syntax == "csv":
        sheets.write_csv(rows, output, bom=asked.bom)
        return
    told = about.Copy(about.read(store, version), version)
    with closing(sheets.Book(output, version.time, limit=asked.limit, title=told.about.title)) as book:
        book.add("Answer", rows)
        book.add("About", told.rows())
