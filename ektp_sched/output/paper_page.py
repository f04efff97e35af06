"""A printer's sheet as a page to be printed: what its workbook shows, cell by cell.

Who stands on it is read from the plan's own tables; what the export passed through,
such as names, stands in the sheet's CSV alone.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import openpyxl
import polars as pl

from ektp_sched.documents.seal import BATCHES
from ektp_sched.output.batches import file_stems, parts, sheet_text
from ektp_sched.output.book import mark_line
from ektp_sched.output.languages import language
from ektp_sched.output.rows import PASSED, SheetRows, sheet_rows
from ektp_sched.output.sheets import SIGNED_LINE, facts_of, laid_out, line_of_facts
from ektp_sched.words import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.documents import SavedPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.output.paper import Column

_OWN: Final = (
    *("batch", "position", "queue_number", "application_id", "card", "urgency"),
    *("wait_days", "waiting_since", "due_on", "area", "server"),
    *("printed", "handed_over", "spoilt", "note"),
)
_WHOM: Final = ("application_id", "queue_number")
_GUARD: Final = re.compile(r"^'(?=\s*[=+@＝＋－＠-]|[\t\r\n])")
"""The apostrophe before what a spreadsheet would take for a formula."""


@dataclass(frozen=True, slots=True)
class PaperBatch:
    """A batch of a sheet: its heading, and the cells of each card."""

    title: str
    cards: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """A printer's sheet as it is printed.

    Parameters
    ----------
    day, printer
        Whose it is.
    office, title
        What stands first.
    lines
        What stands below on every page: facts, what all rows share, plan and head.
    provisional
        A warning on every page; empty for none.
    columns
        What is shown of each card; those of style ``tick`` are boxes.
    batches
        In order, each on pages of its own.
    signed
        What is filled in below a batch.
    landscape
        Whether the page is turned.
    """

    day: date
    printer: str
    office: str
    title: str
    lines: tuple[str, ...]
    provisional: str
    columns: tuple[Column, ...]
    batches: tuple[PaperBatch, ...]
    signed: tuple[str, ...]
    landscape: bool


def paper_sheet(
    saved: SavedPlan, day: date, printer: str, texts: Language
) -> PaperSheet:
    """Return the sheet of a printer's day as its workbook shows it.

    Parameters
    ----------
    saved
        A plan read from its folder.
    day, printer
        Of which it has cards.
    texts
        The language of the sheet.
    """
    whole = sheet_rows(saved)
    frame = whole.frame.filter(pl.col("day") == day, pl.col("printer") == printer)
    stem = file_stems(saved.assignments["printer"].unique())[printer]
    file = saved.path / BATCHES / day.isoformat() / f"{stem}.csv"
    passed = passed_through(file, frame[whole.id_column].to_list())
    frame = frame.hstack(passed)
    rows = SheetRows(frame, (*passed.columns,))
    (part,) = parts(frame)
    zeros = pl.repeat(0, frame.height, dtype=pl.UInt32, eager=True)
    (facts,) = facts_of(rows, frame, zeros)
    sheet = laid_out(rows, part, facts, saved, texts)
    mark = mark_line(saved, texts)
    shown = [column.name for column in sheet.columns if column.style != "tick"]
    cards = iter(_cells(frame.select(shown), texts))
    batches, sizes = facts["batch"], facts["size"]
    return PaperSheet(
        day=day,
        printer=printer,
        office=saved.office.name,
        title=texts.text("sheet.title"),
        lines=(line_of_facts(sheet, texts), *sheet.lines, *([mark] if mark else [])),
        provisional=texts.text("sheet.provisional")
        if saved.backlog.provisional
        else "",
        columns=(*sheet.columns,),
        batches=tuple(
            PaperBatch(
                texts.text(
                    "sheet.batch", batch=batch, batches=len(batches), count=size
                ),
                (*islice(cards, size),),
            )
            for batch, size in zip(batches, sizes, strict=True)
        ),
        signed=tuple(texts.text(f"sheet.{name}") for name in SIGNED_LINE),
        landscape=sheet.page.landscape,
    )


def _cells(frame: pl.DataFrame, texts: Language) -> list[tuple[str, ...]]:
    def written(cell: Any) -> str:
        if cell is None:
            return ""
        return texts.short_date(cell) if isinstance(cell, date) else str(cell)

    return [tuple(map(written, row)) for row in frame.iter_rows()]


def passed_through(file: Path, ids: list[str]) -> pl.DataFrame:
    """Return what a sheet's CSV says of people beside the plan's own columns.

    Parameters
    ----------
    file
        The CSV, as it was written or as the office saved it since; it may be away.
    ids
        Ids or queue numbers, as the sheet has them.

    Returns
    -------
    polars.DataFrame
        A row a person, in the order of ``ids``; columns are named as those of
        `ektp_sched.output.rows.SheetRows`.
    """
    heading, lines = _table(file)
    texts = [language(code) for code in LANGUAGES]
    own = {text.text(f"column.{name}") for text in texts for name in _OWN}
    whom = {text.text(f"column.{name}") for text in texts for name in _WHOM}
    at = [place for place, name in enumerate(heading) if name in whom]
    passed = {
        _GUARD.sub("", name, 1): place
        for place, name in enumerate(heading)
        if name and name not in own
    }
    by_id = {
        cells[place].removeprefix("'"): cells
        for cells in lines
        for place in at
        if place < len(cells)
    }
    rows = [by_id.get(name, []) for name in ids]
    return pl.DataFrame(
        {
            f"{PASSED}{name}": pl.Series(
                [
                    _GUARD.sub("", row[place], 1) or None if place < len(row) else None
                    for row in rows
                ],
                dtype=pl.String,
            )
            for name, place in passed.items()
        }
    )


def _table(file: Path) -> tuple[list[str], list[list[str]]]:
    if not file.is_file():
        return [], []
    text = sheet_text(file.read_bytes())
    first = text.partition("\n")[0]
    separator = max(";,\t", key=first.count)
    rows = [*csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
    return ([name.strip() for name in rows[0]], rows[1:]) if rows else ([], [])


def as_copy(book: Path, words: str) -> bytes:
    """Return a sheet's workbook with words in its title and on each page's top."""
    workbook = openpyxl.load_workbook(book)
    for page in workbook.worksheets:
        title = page["A2"]
        title.value = f"{words} – {title.value or ''}"
        page.oddHeader.center.text = words
    memory = io.BytesIO()
    workbook.save(memory)
    return memory.getvalue()
