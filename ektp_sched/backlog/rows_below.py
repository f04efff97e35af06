"""Where a list begins and ends: its headings, and rows that nobody is in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.dates import parse_dates
from ektp_sched.backlog.table import row_figure
from ektp_sched.backlog.texts import as_text, clean, fold
from ektp_sched.rules.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from ektp_sched.backlog.table import Table

    Row = Sequence[str | None]


_SEARCHED: Final = 21
"""Last rows of a table among which a sum and the remarks below it are looked for."""

_FEW: Final = 2
"""Cells that a remark fills at most."""

_SUM: Final = re.compile(r"\W*(?:grand|sub)?[ -]*(?:total|jumlah|jml)\b", re.IGNORECASE)
_COUNT: Final = re.compile(r"\d{1,3}(?:[., ]?\d{3}){0,2}(?:[.,]\d+)?")
_DIGIT: Final = re.compile(r"\d")
_SIGNATURE: Final = re.compile(
    r"nip\b.*|[a-z][^\d]*[ ,]\d{1,2} [a-z]{3,} \d{4}", re.IGNORECASE
)
"""Digits that identify no applicant: the number of an official, a place and a day."""

_COLUMN_NUMBER: Final = re.compile(r"\(?(\d{1,2})(?:\.0)?[.)]?")
_LEAST_NUMBERED: Final = 3


SEARCHED_ROWS: Final = 30
"""First rows of a sheet, empty ones too, among which the heading must be."""

_LEAST_KNOWN: Final = 2
"""A single known word may stand in a title or be somebody's remark."""


def without_rows_below(
    table: Table, whom: int, since: int | None, form: str | None
) -> Table:
    """Return a table without the rows that are nobody's, and say so.

    A sum has no date, and either a word such as "jumlah" or counts alone.  A
    remark fills a cell or two, neither as a date nor as an id, and stands below
    a sum or an empty row.  Where the headings stand again, a table ends above
    them, below its title.  The first row of a table may number its columns.  Any
    other row is somebody's, even if unreadable.

    ``whom`` and ``since`` are the positions of the id or number, and of the dates; both
    are of the days in a history, and no date is looked for where ``since`` is None.
    Where the office names no ``form`` of dates, the day is first.
    """
    if table.rows.is_empty() or table.are_records:
        return table
    # Which sheet a row is from stands in no cell of it.
    width = table.frame.width - bool(table.sheets)
    headings = table.headings[:width]
    left_out: list[pl.Series] = []
    notices = [*table.notices]
    for sheet in table.of_sheets():
        frame = sheet.frame[:, :width]
        again = _headings_again(frame, headings, whom)
        inside = [*again]
        starts = [0, *(at + 1 for at in again)]
        below = 0
        for start, end in zip(starts, [*again, frame.height], strict=True):
            part = frame.slice(start, end - start)
            if part.height and _numbers_columns(_cells(part, 0), since):
                inside.append(start)
                part, start = part.slice(1), start + 1
            last = end == frame.height
            rows = sheet.rows.slice(start, part.height)
            below = _below(part, rows, whom, since, form, titled=not last)
            inside += [] if last else range(end - below, end)
        for code, places in (
            ("rows-no-person", sorted(inside)),
            ("rows-below", range(frame.height - below, frame.height)),
        ):
            if places:
                rows = sheet.rows[list(places)]
                figures: dict[str, str | int] = {
                    "rows": len(rows),
                    "row": row_figure(int(rows[0]), table.sheets),
                }
                notices.append(Notice(code, figures))
                left_out.append(rows)
    if not left_out:
        return table
    kept = ~table.rows.is_in(pl.concat(left_out).implode())
    return replace(table.only(kept), notices=tuple(notices))


def _headings_again(
    frame: pl.DataFrame, headings: Sequence[str], whom: int
) -> list[int]:
    """Return which rows repeat the headings, two or more and nothing else."""
    column, heading = frame.to_series(whom), headings[whom]
    if column.dtype != pl.String or not heading:
        return []
    alike = pl.repeat(False, len(column), eager=True)
    for written in {heading, heading.lower(), heading.upper()}:
        alike |= (column == written).fill_null(value=False)
    if not alike.any():
        return []
    named = [fold(heading) for heading in headings]
    return [
        at
        for at in alike.arg_true()
        if all(
            not cell or fold(cell) == name
            for cell, name in zip(_cells(frame, at), named, strict=True)
        )
        and sum(map(bool, _cells(frame, at))) > 1
    ]


def _cells(frame: pl.DataFrame, at: int) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in frame.row(at)]


def _numbers_columns(cells: Sequence[str], since: int | None) -> bool:
    """Return whether a row says 1, 2, 3 …, its date a number of a column too."""
    filled = [_COLUMN_NUMBER.fullmatch(cell) for cell in cells if cell]
    if len(filled) < _LEAST_NUMBERED or not (since is None or cells[since]):
        return False
    numbers = [number and int(number[1]) for number in filled]
    return numbers == [*range(1, len(filled) + 1)]


def _below(
    frame: pl.DataFrame,
    numbers: pl.Series,
    whom: int,
    since: int | None,
    form: str | None,
    *,
    titled: bool,
) -> int:
    """Return how many rows at the end are sums, remarks and a title of what follows."""
    if frame.is_empty():
        return 0
    last = _cells(frame, -1)
    if not _is_sum(last, whom, since, dated=False) and not _is_remark(last, whom):
        return 0
    tail = frame.tail(_SEARCHED)
    days = [None] * tail.height
    if since is not None:
        days = parse_dates(tail.to_series(since), form).values.to_list()
    texts = pl.DataFrame([clean(as_text(column)).alias(column.name) for column in tail])
    rows = numbers.tail(_SEARCHED).to_list()
    first = tail.height
    for at in range(tail.height - 1, -1, -1):
        cells = texts.row(at)
        gap = at > 0 and rows[at] > rows[at - 1] + 1
        dated = days[at] is not None
        if not _is_sum(cells, whom, since, dated=dated):
            if dated or not _is_remark(cells, whom):
                break
            if not gap and not (titled and sum(map(bool, cells)) == 1):
                continue
        first = at
    return tail.height - first


def _is_sum(
    cells: Sequence[str | None], whom: int, since: int | None, *, dated: bool
) -> bool:
    filled = [cell for cell in cells if cell]
    day = None if since is None else cells[since]
    if any(_SUM.match(cell) for cell in filled):
        who = cells[whom]
        counted = bool(_SUM.match(filled[0])) and not day
        counted &= all(_COUNT.fullmatch(cell) for cell in filled[1:])
        nobody = not who or bool(_SUM.match(who)) or counted
        return nobody and (not day or bool(_SUM.match(day) or _COUNT.fullmatch(day)))
    counts = all(_COUNT.fullmatch(cell) for cell in filled)
    return counts and not cells[whom] and not dated


def _is_remark(cells: Sequence[str | None], whom: int) -> bool:
    who = cells[whom]
    nobody = not who or not _DIGIT.search(who) or bool(_SIGNATURE.fullmatch(who))
    return nobody and sum(map(bool, cells)) <= _FEW


def known_in(row: Row, known: AbstractSet[str]) -> int:
    """Return how many different headings that are looked for a row holds."""
    return len(known & {fold(cell) for cell in row if cell})


def heading_row(rows: Sequence[Row], known: AbstractSet[str]) -> int | None:
    """Return which row holds the headings: the one with most that are known.

    Of equals the first; None where no row holds two.  Rows are the first of a sheet as
    text, empty ones too, of which `SEARCHED_ROWS` are looked at; known are headings as
    `fold` makes them.
    """
    counts = [known_in(row, known) for row in rows[:SEARCHED_ROWS]]
    most = max(counts, default=0)
    return counts.index(most) if most >= _LEAST_KNOWN else None


def likely_heading_row(rows: Sequence[Row]) -> int | None:
    """Return the first row with several cells filled, else the first with one.

    What to show where `heading_row` knows none; a title has a single cell.  None
    where nothing stands anywhere.
    """
    filled = [
        sum(bool(cell and cell.strip()) for cell in row) for row in rows[:SEARCHED_ROWS]
    ]
    most = max(filled, default=0)
    return (
        next((at for at, cells in enumerate(filled) if cells >= min(most, 2)), None)
        if most
        else None
    )
