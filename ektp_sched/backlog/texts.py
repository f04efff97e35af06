"""Cells as text: what a spreadsheet adds to them is taken off again."""

from __future__ import annotations

from typing import Final

import polars as pl

__all__ = ["as_text", "clean", "fold", "squeeze", "unlike_text"]

_BLANK: Final = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u2007\u202f\u200b\u2060\ufeff"
_LEADING: Final = _BLANK + "'\u2019"
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
    text = as_text(cells)
    bare = text.str.strip_chars_start(_LEADING).str.strip_chars_end(_BLANK)
    empty = bare == ""
    return bare.set(empty, None) if empty.any() else bare


def fold(text: str) -> str:
    """Return letters and digits alone, in one case: how headings compare."""
    folded = "".join(char for char in text.casefold() if char.isalnum())
    return folded or text.casefold().strip()


def squeeze(text: str) -> str:
    """Return text in one case with single blanks: how names compare."""
    return " ".join(text.casefold().split())
