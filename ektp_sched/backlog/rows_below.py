"""Sums and remarks below a table, which are nobody's application."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.dates import parse_dates
from ektp_sched.backlog.table import row_figure
from ektp_sched.backlog.texts import as_text, clean
from ektp_sched.office.notices import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.backlog.table import Table

__all__ = ["without_rows_below"]

_SEARCHED: Final = 20
"""Last rows of a table among which sums and remarks are looked for."""

_FEW: Final = 2
"""Cells that a remark fills at most."""

_SUM: Final = re.compile(r"\W*(?:grand|sub)?[ -]*(?:total|jumlah|jml)\b", re.IGNORECASE)
_COUNT: Final = re.compile(r"\d{1,3}(?:[., ]?\d{3}){0,2}(?:[.,]\d+)?")
_DIGIT: Final = re.compile(r"\d")


def without_rows_below(
    table: Table, whom: int | None, since: int | None, form: str | None
) -> Table:
    """Return a table without the sums and remarks at its end, and say so.

    A sum has no date, and either a word such as "jumlah" or counts alone.  A
    remark fills a cell or two, neither as a date nor as an id, and stands below
    a sum or an empty row.  Any other row is somebody's, even if unreadable.

    Parameters
    ----------
    table
        As it was read.
    whom, since
        Positions of the id or number, and of the date that each row must have.
    form
        How the office writes dates; None: day first.
    """
    if whom is None or since is None or table.rows.is_empty():
        return table
    kept = pl.repeat(True, len(table.rows), eager=True)
    notices = [*table.notices]
    for sheet in table.of_sheets():
        count = _below(sheet.frame, sheet.rows, whom, since, form)
        if count:
            figures: dict[str, str | int] = {
                "rows": count,
                "row": row_figure(sheet.rows[-count], table.sheets),
            }
            notices.append(Notice("rows-below", figures))
            kept &= ~table.rows.is_in(sheet.rows.tail(count).implode())
    return table if kept.all() else replace(table.only(kept), notices=tuple(notices))


def _below(
    frame: pl.DataFrame, numbers: pl.Series, whom: int, since: int, form: str | None
) -> int:
    """Return how many rows at the end of a sheet are sums and remarks."""
    tail = frame.tail(_SEARCHED)
    days = parse_dates(tail.to_series(since), form).values.to_list()
    texts = pl.DataFrame([clean(as_text(column)).alias(column.name) for column in tail])
    rows = numbers.tail(_SEARCHED).to_list()
    first = tail.height
    for at in range(tail.height - 1, -1, -1):
        cells = texts.row(at)
        if _is_sum(cells, whom, since):
            first = at
        elif days[at] is not None or not _is_remark(cells, whom):
            break
        elif at and rows[at] > rows[at - 1] + 1:
            first = at
    return tail.height - first


def _is_sum(cells: Sequence[str | None], whom: int, since: int) -> bool:
    filled = [cell for cell in cells if cell]
    if any(_SUM.match(cell) for cell in filled):
        who, day = cells[whom], cells[since]
        nobody = not who or bool(_SUM.match(who))
        return nobody and (not day or bool(_SUM.match(day) or _COUNT.fullmatch(day)))
    counts = all(_COUNT.fullmatch(cell) for cell in filled)
    return counts and not cells[whom] and not cells[since]


def _is_remark(cells: Sequence[str | None], whom: int) -> bool:
    who = cells[whom]
    nobody = not who or not _DIGIT.search(who)
    return nobody and sum(map(bool, cells)) <= _FEW
