"""Cells as text: what a spreadsheet adds to them is taken off again."""

from __future__ import annotations

from typing import Final

import polars as pl

__all__ = [
    "as_text",
    "clean",
    "coded",
    "fold",
    "lacking",
    "readable",
    "spread",
    "squeeze",
    "unlike_text",
]

_BLANK: Final = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u2007\u202f\u200b\u2060\ufeff"
_LEADING: Final = _BLANK + "'\u2019"
_FIRST: Final = "0"
_BEYOND: Final = "\x7f"
"""What begins with a sign between these begins with no blank or apostrophe."""

_SAMPLE: Final = 1000
_NESTED: Final = (pl.List, pl.Array, pl.Struct, pl.Binary, pl.Object)


def unlike_text(cells: pl.Series) -> bool:
    """Return whether a column holds lists, bytes or the like."""
    return isinstance(cells.dtype, _NESTED)


def as_text(cells: pl.Series) -> pl.Series:
    """Return a column as text, a time stamp as written in its own zone."""
    if cells.dtype == pl.String:
        return cells
    if isinstance(cells.dtype, pl.Datetime):
        local = cells.dt.replace_time_zone(None)
        return local.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    if unlike_text(cells):
        return pl.repeat(None, len(cells), dtype=pl.String, eager=True)
    return cells.cast(pl.String)


def clean(cells: pl.Series) -> pl.Series:
    """Return text without outer blanks and leading apostrophes; "" is null."""
    text, index = coded(as_text(cells))
    bare = text.str.strip_chars_start(_LEADING) if _indented(text) else text
    bare = bare.str.strip_chars_end(_BLANK)
    empty = bare == ""
    return spread(bare.set(empty, None) if empty.any() else bare, index)


def lacking(cells: pl.Series) -> bool:
    """Return whether any cell may be empty or blank: False is certain."""
    text = as_text(cells)
    return text.has_nulls() or _indented(text)


def _indented(text: pl.Series) -> bool:
    """Return whether any text may begin with a blank or apostrophe, or is empty."""
    return bool(((text < _FIRST) | (text >= _BEYOND)).any())


def coded(text: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Return the distinct texts of a column and where each cell stands in them.

    Most columns of an export say the same few things over and over, which then
    need to be understood once each.

    Parameters
    ----------
    text
        One cell a row.

    Returns
    -------
    tuple
        Distinct texts, and an index into them that is null where the cell is;
        the column itself and None where most cells differ.
    """
    sample = text.head(_SAMPLE)
    if 2 * sample.n_unique() > len(sample):
        return text, None
    distinct = text.drop_nulls().unique()
    return distinct, text.cast(pl.Enum(distinct)).to_physical()


def spread(values: pl.Series, index: pl.Series | None) -> pl.Series:
    """Return what was found for distinct texts as a column, as `coded` says."""
    return values if index is None else values.gather(index)


def fold(text: str) -> str:
    """Return letters and digits alone, in one case: how headings compare."""
    folded = "".join(char for char in text.casefold() if char.isalnum())
    return folded or text.casefold().strip()


def squeeze(text: str) -> str:
    """Return text in one case with single blanks: how names compare."""
    return " ".join(text.casefold().split())


_FIRST_DAY: Final = -719_162
_LAST_DAY: Final = 2_932_896
"""0001-01-01 and 9999-12-31 in days from 1970-01-01."""

_MICROSECONDS: Final = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_OUT_OF_RANGE: Final = "#####"
"""What a sheet shows where it can show no date."""


def readable(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame whose dates, times and durations can be written as text.

    Years beyond 1 to 9999, which a library may panic at, become ``#####``.
    """
    return frame.with_columns(
        [
            _readable(column)
            for column in frame
            if isinstance(column.dtype, (pl.Date, pl.Datetime, pl.Duration))
        ]
    )


def _readable(column: pl.Series) -> pl.Series:
    count = column.to_physical()
    if isinstance(column.dtype, pl.Duration):
        return count.cast(pl.String) + f" {column.dtype.time_unit}"
    a_day = 1
    if isinstance(column.dtype, pl.Datetime):
        a_day = 86_400 * _MICROSECONDS[column.dtype.time_unit]
    within = count.is_between(_FIRST_DAY * a_day, (_LAST_DAY + 1) * a_day - 1)
    if within.all():  # ignoring what is empty
        return column
    text = as_text(column.set(~within, None))
    return text.set(~within, _OUT_OF_RANGE)
