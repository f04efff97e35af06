"""Which row of a sheet holds the headings: exports begin with titles as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.backlog.texts import fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    Row = Sequence[str | None]

SEARCHED_ROWS: Final = 30
"""First rows of a sheet, empty ones too, among which the heading must be."""

_LEAST_KNOWN: Final = 2
"""A single known word may stand in a title or be somebody's remark."""


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
