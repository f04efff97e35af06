"""How columns are laid on A4, so that what is printed can be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.output.book import pixels

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

MARGIN: Final = 0.4
"""Of a page, inches."""

HEIGHTS: Final = {"office": 15.0, "title": 21.0, "under": 15.0, "heading": 27.0}
"""Of the lines above a list, points."""

LINE: Final = 13.0
"""Of a text, points."""

BAND: Final = 19.0
"""Height of a batch's heading, points."""

SIGNED: Final = 30.0
"""Height of the line for signatures, points."""

_PORTRAIT: Final = (8.27, 11.69)
_SAFE: Final = 1.08  # programs differ in how wide they draw a character
_SMALLEST: Final = 0.65
"""A portrait page is not scaled further down; it is turned."""
_LEAST: Final = 0.6
"""A turned page is not scaled further down; columns are left out."""
_LOW, _HIGH = 13.0, 18.0  # row heights, points
_LINES: Final = 3
"""Of a cell at most."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet.

    Parameters
    ----------
    name
        Column of the rows; of a tick box, its code.
    heading
        What people read.
    style
        ``text``, ``count``, ``place`` (a centred number), ``date`` or ``tick``.
    width
        In characters.
    """

    name: str
    heading: str
    style: str
    width: float


@dataclass(frozen=True, slots=True)
class Page:
    """How a sheet is laid on A4.

    Parameters
    ----------
    landscape
        Whether the page is turned.
    scale
        Percent.
    row_height
        Of a card's row, points.
    """

    landscape: bool
    scale: int
    row_height: float


def fitting(
    columns: Sequence[Column], further: Collection[str]
) -> tuple[list[Column], list[str]]:
    """Leave out the last further columns that a turned page has no room for."""
    kept, left = list(columns), list[str]()
    widest = (_PORTRAIT[1] - 2 * MARGIN) / _LEAST
    for column in reversed(columns):
        if _inches(kept) <= widest:
            break
        if column.name in further:
            kept.remove(column)
            left.insert(0, column.heading)
    return kept, left


def _inches(columns: Sequence[Column]) -> float:
    return _SAFE * sum(pixels(column.width) for column in columns) / 96


def room(column: Column) -> int:
    """Return the characters that a column holds on one line."""
    return max(1, int((column.width - 1.8) / 0.9))


def wrapped(
    frame: pl.DataFrame, rooms: Mapping[str, pl.Series]
) -> tuple[pl.DataFrame, pl.Series]:
    """Return rows whose long texts fit three lines, and the lines of each row."""
    lines = pl.repeat(1, frame.height, dtype=pl.Int64, eager=True)
    for name, line_room in rooms.items():
        # A line breaks between words, so it is not always full.
        line = (line_room * 0.85).floor().cast(pl.Int64).clip(1)
        text = frame[name].str.replace_all(r"\s+", " ")
        cut = text.str.head(_LINES * line - 1) + "…"
        text = cut.zip_with(text.str.len_chars() > _LINES * line, text)
        length = text.str.len_chars().fill_null(0).cast(pl.Int64)
        many = pl.when(length > line_room).then((length - 1) // line + 1)
        lines = pl.select(pl.max_horizontal(lines, many)).to_series()
        # Of a sheet with short texts alone, they stay as they are.
        frame = frame.with_columns(text.zip_with(line_room.is_not_null(), frame[name]))
    return frame, lines


def clipped(text: str, most: int) -> str:
    """Return a text of at most so many characters, its end marked if it is cut."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def page_for(columns: list[Column], batch: int) -> Page:
    """Return how columns fit the width of A4, and a batch its height if it can.

    A scale, not "fit to width": spreadsheets ignore breaks between batches
    where a sheet is fitted.
    """
    needed = _inches(columns)
    width, height = (side - 2 * MARGIN for side in _PORTRAIT)
    landscape = needed > width / _SMALLEST
    if landscape:
        width, height = height, width
    scale = max(10, min(100, int(100 * width / needed)))
    fixed = sum(HEIGHTS.values()) + BAND + SIGNED + 12
    row = ((height - 0.25) * 72 * 100 / scale - fixed) / batch
    fits = row >= _LOW
    return Page(landscape, scale, min(round(row, 2), _HIGH) if fits else 15.0)


def filled(columns: list[Column]) -> list[Column]:
    """Return columns that take up the whole width of a portrait page."""
    width = (_PORTRAIT[0] - 2 * MARGIN) * 96
    spare = width / _SAFE - sum(pixels(column.width) for column in columns)
    wide = [column for column in columns if column.style == "text"]
    if spare <= 0 or not wide:
        return columns
    share = min(spare / len(wide) / 7, 8.0)
    return [
        replace(column, width=column.width + share) if column in wide else column
        for column in columns
    ]
