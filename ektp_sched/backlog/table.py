"""One sheet as it was read: headings, cells, and which row each stood in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.texts import as_text, clean, lacking
from ektp_sched.office.pages import from_1904

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ektp_sched.rules.notices import Notice

IN_A_CELL: Final = "rows-in-a-cell"
"""Code of the notice that lines of a cell look like rows of the table."""

_ROWS_OF_A_SHEET: Final = 1 << 32
"""Rows of the second sheet are counted from here on, and so forth."""

_LONG: Final = r"^\d{16,}$"


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by position, so that equal headings cannot hide one another."""

    # One column a heading, named "0", "1", …; text, or typed where a file or a caller
    # has types.
    frame: pl.DataFrame
    headings: tuple[str, ...]  # as in the file, without outer blanks
    # Row in the sheet of each row, int64; the heading of a plain file is 1.
    rows: pl.Series
    # Rows in the sheet, int64, that are left out of `frame`: they have more cells than
    # headings, a quotation mark out of place, or bytes that are no text.
    malformed: pl.Series
    # What the file was taken for: encoding, sheet, row of the heading and the like;
    # names and whole numbers, nothing that stood in a cell.
    read_as: Mapping[str, str | int] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()  # what was noticed while reading and is no error
    # Position of a column → which of its cells were numbers in a workbook and no text,
    # boolean; only where that makes a difference.
    numeric: Mapping[int, pl.Series] = field(default_factory=dict)
    # Whether such numbers, taken for dates, count from 1904-01-01.
    epoch_1904: bool = False
    # Names of the sheets that were read as one, else empty; `rows` and `malformed` are
    # then those that `rows_of_sheets` makes.
    sheets: tuple[str, ...] = ()
    # Whether it is certain that no bytes were lost, which then nobody looks for.
    whole: bool = False
    # Whether each row is one record of another system, and none a title or a sum.
    are_records: bool = False
    # What stands above the headings of each sheet, never shown to anybody.
    above: tuple[tuple[str, ...], ...] = ((),)

    def cells(self, at: int) -> pl.Series:
        """Return a column by position."""
        return self.frame.to_series(at)

    @property
    def row_with_rows(self) -> int | None:
        """The first row with a cell whose lines look like rows, if there is one."""
        rows = (n.figures["row"] for n in self.notices if n.code == IN_A_CELL)
        return next(map(int, rows), None)

    def only(self, kept: pl.Series) -> Table:
        """Return the rows that `kept` marks, boolean."""
        return replace(
            self,
            frame=self.frame.filter(kept),
            rows=self.rows.filter(kept),
            numeric={at: cells.filter(kept) for at, cells in self.numeric.items()},
        )

    def of_sheets(self) -> list[Table]:
        """Return the rows of each sheet that has any."""
        if not self.sheets:
            return [self]
        sheet = self.rows // _ROWS_OF_A_SHEET
        return [self.only(sheet == at) for at in sheet.unique(maintain_order=True)]

    def dates(self, at: int) -> pl.Series:
        """Return a column of dates, serial ones counted from 1899-12-30."""
        cells = self.cells(at)
        if not self.epoch_1904 or at not in self.numeric:
            return cells
        return from_1904(cells, self.numeric[at])

    def numbers(self, at: int) -> pl.Series:
        """Return a column of numbers of persons.

        A sheet keeps 15 digits of a number: a longer one is written as the
        sheet shows it, 1E+15, which is a lost one whatever its digits are.
        """
        cells = self.cells(at)
        if at not in self.numeric:
            return cells
        long = self.numeric[at] & cells.str.contains(_LONG)
        return pl.repeat("1E+15", len(cells), eager=True).zip_with(long, cells)

    def row_names(self, rows: pl.Series) -> pl.Series:
        """Return rows as text for people: 12, or 12 of sheet Alak."""
        if not self.sheets:
            return rows.cast(pl.String)
        row, sheet = split_rows(rows, self.sheets)
        return pl.select(pl.format("{} of sheet {}", row, sheet)).to_series()

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


def rows_of_sheets(rows: Sequence[pl.Series]) -> pl.Series:
    """Return rows of several sheets so that no two are the same."""
    return pl.concat([part + at * _ROWS_OF_A_SHEET for at, part in enumerate(rows)])


def split_rows(
    rows: pl.Series, sheets: Sequence[str] | pl.Series
) -> tuple[pl.Series, pl.Series]:
    """Return the row in its sheet, and the sheet's name, of rows of several.

    Or whatever else is known of each sheet, as text.
    """
    names = pl.Series(sheets, dtype=pl.String)
    return rows % _ROWS_OF_A_SHEET, names.gather(rows // _ROWS_OF_A_SHEET)


def row_figure(row: int, sheets: Sequence[str]) -> int | str:
    """Return a row for a notice: 12, or Alak!12 where several sheets were read."""
    return (
        f"{sheets[row // _ROWS_OF_A_SHEET]}!{row % _ROWS_OF_A_SHEET}" if sheets else row
    )


def tabulate(
    frame: pl.DataFrame,
    headings: Sequence[str],
    first_row: int,
    *,
    malformed: pl.Series | None = None,
) -> Table:
    """Return a table without the rows in which nothing stands.

    ``first_row`` is the row in the sheet of the first row of `frame`; ``malformed`` are
    rows of `frame`, counted from 0, that cannot be read.
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
    written = clean(pl.Series(headings, dtype=pl.String)).fill_null("")
    named = tuple(" ".join(heading.split()) for heading in written)
    return Table(frame, named, rows, lost)


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
