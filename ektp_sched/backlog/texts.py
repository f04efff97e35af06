"""Cells as text: what a spreadsheet adds to them is taken off again."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import polars as pl

from ektp_sched.rules.nearest import letters

_BLANK: Final = " \t\r\n\v\f\x1c\x1d\x1e\x1f"
_LEADING: Final = _BLANK + "'\u2018\u2019\u02bc"
_FIRST: Final = "0"
_BEYOND: Final = "\x7f"
"""What begins with a sign between these begins with no blank or apostrophe."""

_WRAPPED: Final = '="'
"""With this and a closing mark a spreadsheet is kept from reading a number."""

_UNSEEN: Final = r"[\p{Cf}\p{Default_Ignorable_Code_Point}]"
_ANY_BLANK: Final = r"[\p{Z}\u{85}\u{2800}]"
_ANY_HYPHEN: Final = r"[\u{2010}-\u{2013}\u{2212}\u{FE58}\u{FE63}]"
_WIDE: Final = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
"""Signs as wide as a Chinese one, and what they are otherwise."""

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
    """Return text as a person reads it: nothing unseen, no blanks around; "" is null.

    Taken off are what `plain` takes off, outer blanks, leading apostrophes, and
    the ``="…"`` that keeps a spreadsheet from reading a number.
    """
    text, index = coded(as_text(cells))
    text = _plain(text)
    if _indented(text):
        text = _unwrapped(text.str.strip_chars_start(_LEADING))
    bare = text.str.strip_chars_end(_BLANK)
    empty = bare == ""
    return spread(bare.set(empty, None) if empty.any() else bare, index)


def _unwrapped(text: pl.Series) -> pl.Series:
    wrapped = text.str.starts_with(_WRAPPED).fill_null(value=False)
    if not wrapped.any():
        return text
    inner = text.filter(wrapped).str.strip_chars_end(_BLANK)
    inner = inner.str.replace(r'(?s)^="(.*)"$', "$1")
    inner = inner.str.replace_all('""', '"', literal=True)
    inner = inner.str.strip_chars_start(_LEADING)
    return text.clone().scatter(wrapped.arg_true(), inner)


@lru_cache(maxsize=1 << 12)  # boxes of a sheet are the same in every row
def plain(text: str) -> str:
    """Return text without signs that are not seen, and in one form.

    Format signs, soft hyphens, marks of direction and variation selectors are
    taken off; every blank is a plain one and every hyphen too; letters with
    marks are in Unicode's form C, wide ones as they are otherwise.  Nothing that
    a person tells apart becomes the same.
    """
    return text if text.isascii() else str(_plain(pl.Series([text]))[0])


def _plain(text: pl.Series) -> pl.Series:
    """Return `plain` of each text; a column in ASCII as it is."""
    size, letters = text.str.len_bytes(), text.str.len_chars()
    if size.sum() == letters.sum():
        return text
    odd = (size != letters).arg_true()
    better = (
        text[odd]
        .str.replace_all(_UNSEEN, "")
        .str.replace_all(_ANY_BLANK, " ")
        .str.replace_all(_ANY_HYPHEN, "-")
        .str.replace_many(_WIDE)
        .str.normalize("NFC")
    )
    return text.clone().scatter(odd, better)


def lacking(cells: pl.Series) -> bool:
    """Return whether any cell may be empty or blank: False is certain."""
    text = as_text(cells)
    return text.has_nulls() or _indented(text)


def _indented(text: pl.Series) -> bool:
    """Return whether any may begin with a blank, apostrophe or ``="``, or is empty."""
    return bool(
        ((text < _FIRST) | (text >= _BEYOND) | text.str.starts_with(_WRAPPED)).any()
    )


def coded(text: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """Return the distinct texts of a column and where each cell stands in them.

    Most columns of an export say the same few things over and over, which then
    need to be understood once each.

    An index is null where the cell is; where most cells differ, the column itself and
    None are returned.
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
    return letters(plain(text))


def squeeze(text: str) -> str:
    """Return text in one case with single blanks: how names compare."""
    return " ".join(plain(text).casefold().split())


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
