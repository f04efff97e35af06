"""One sheet as it was read: headings, cells, and which row each stood in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.texts import as_text, clean, lacking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ektp_sched.office.notices import Notice

__all__ = ["IN_A_CELL", "Table", "tabulate"]

IN_A_CELL: Final = "rows-in-a-cell"
"""Code of the notice that lines of a cell look like rows of the table."""


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by position, so that equal headings cannot hide one another.

    Parameters
    ----------
    frame
        One column a heading, named "0", "1", …; text, or typed where a file
        or a caller has types.
    headings
        As in the file, without outer blanks.
    rows
        Row in the sheet of each row, int64; the heading of a plain file is 1.
    malformed
        Rows in the sheet, int64, that are left out of `frame`: they have more
        cells than headings, a quotation mark out of place, or bytes that are
        no text.
    read_as
        What the file was taken for: encoding, sheet, row of the heading and
        the like; names and whole numbers, nothing that stood in a cell.
    notices
        What was noticed while reading and is no error.
    """

    frame: pl.DataFrame
    headings: tuple[str, ...]
    rows: pl.Series
    malformed: pl.Series
    read_as: Mapping[str, str | int] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    def cells(self, at: int) -> pl.Series:
        """Return a column by position."""
        return self.frame.to_series(at)

    @property
    def row_with_rows(self) -> int | None:
        """The first row with a cell whose lines look like rows, if there is one."""
        rows = (n.figures["row"] for n in self.notices if n.code == IN_A_CELL)
        return next(map(int, rows), None)

    def texts(self, rows: pl.Series) -> pl.Series:
        """Return some rows (positions) as text: cells joined by commas.

        The same whatever separates them in the file, so that which of two rows
        is the least does not hang on it.
        """
        part = self.frame[rows]
        return part.select(
            pl.concat_str(
                [as_text(column).fill_null("") for column in part],
                separator=",",
            )
        ).to_series()


def tabulate(
    frame: pl.DataFrame,
    headings: Sequence[str],
    first_row: int,
    *,
    malformed: pl.Series | None = None,
) -> Table:
    """Return a table without the rows in which nothing stands.

    Parameters
    ----------
    frame
        The cells below the heading.
    headings
        One a column.
    first_row
        Row in the sheet of the first row of `frame`.
    malformed
        Rows of `frame`, counted from 0, that cannot be read; None for none.
    """
    names = dict(zip(frame.columns, map(str, range(frame.width)), strict=True))
    frame = frame.rename(names)
    rows = pl.int_range(first_row, first_row + frame.height, eager=True)
    lost = rows.clear()
    if malformed is not None and len(malformed):
        lost = rows[malformed].sort()
        kept = ~rows.is_in(lost.implode())
        frame, rows = frame.filter(kept), rows.filter(kept)
    blank = _blank(frame)
    if blank is not None:
        frame, rows = frame.filter(~blank), rows.filter(~blank)
    plain = tuple(" ".join(h.replace("\ufeff", "").split()) for h in headings)
    return Table(frame, plain, rows, lost)


def _blank(frame: pl.DataFrame) -> pl.Series | None:
    """Return which rows hold nothing but blanks; None if no row does."""
    if frame.is_empty() or not frame.width or not lacking(frame.to_series(0)):
        return None
    suspect = clean(frame.to_series(0)).is_null()
    if not suspect.any():
        return None
    at = suspect.arg_true()
    part = frame[at]
    empty = part.select(
        pl.all_horizontal([clean(column).is_null() for column in part])
    ).to_series()
    if not empty.any():
        return None
    return pl.repeat(False, frame.height, eager=True).scatter(at.filter(empty), True)
