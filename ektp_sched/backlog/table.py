"""One sheet as it was read: headings, cells, and which row each stood in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from ektp_sched.backlog.texts import as_text, clean, lacking

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Table", "tabulate"]


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
        cells than headings, or a quotation mark out of place.
    """

    frame: pl.DataFrame
    headings: tuple[str, ...]
    rows: pl.Series
    malformed: pl.Series

    def cells(self, at: int) -> pl.Series:
        """Return a column by position."""
        return self.frame.to_series(at)

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
    overflow: bool = False,
) -> Table:
    """Return a table without the rows in which nothing stands.

    Parameters
    ----------
    frame
        The cells below the heading.
    headings
        One a column; the column of `overflow` has none.
    first_row
        Row in the sheet of the first row of `frame`.
    overflow
        Whether the last column holds what stood beyond the last heading.
    """
    names = dict(zip(frame.columns, map(str, range(frame.width)), strict=True))
    frame = frame.rename(names)
    rows = pl.int_range(first_row, first_row + frame.height, eager=True)
    blank = _blank(frame)
    if blank is not None:
        frame, rows = frame.filter(~blank), rows.filter(~blank)
    malformed = rows.clear()
    if overflow:
        beyond = frame.to_series(-1).is_not_null()
        frame = frame.drop(frame.columns[-1])
        if beyond.any():
            malformed = rows.filter(beyond)
            frame, rows = frame.filter(~beyond), rows.filter(~beyond)
    written = clean(pl.Series(headings, dtype=pl.String)).fill_null("")
    named = tuple(" ".join(heading.split()) for heading in written)
    return Table(frame, named, rows, malformed)


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
