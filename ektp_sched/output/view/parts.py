"""What a section is made of, before a screen, a sheet or a page draws it.

A cell is a value, not a text: a page and a screen write it in the reader's
language (`written`), a sheet keeps it as a number or a date.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ektp_sched.output.languages import Language

Cell: TypeAlias = str | int | float | Fraction | date | None
"""A text stays as it is, also where a number is not known; None stays empty."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    heading
        As it is read.
    kind
        ``text``, ``date``, ``day`` (a date with its day of the week), all to
        the left; ``number``, to the right.
    places
        Decimals of a number, at most.
    detail
        Whether it is left out where there is no room for all.
    """

    heading: str
    kind: Literal["text", "number", "date", "day"] = "text"
    places: int = 0
    detail: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its cells stand to the right."""
        return self.kind == "number"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column names its rows.

    Parameters
    ----------
    caption
        What it shows.
    columns, rows
        In order; each row has a cell for each column.
    note
        How it is to be read; empty for nothing.
    ids
        For each row the id that a link may lead to; empty: none.
    first, rest
        Rows that a screen shows, and what it says of the others; None: all.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    ids: tuple[str, ...] = ()
    first: int | None = None
    rest: str = ""
    part: Literal["table"] = field(default="table", init=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its finding, and its table for those who do not see it.

    Parameters
    ----------
    name
        Its id, unique on the page.
    title
        The finding, a sentence without its full stop.
    note
        How to read it.
    table
        Its figures.
    chart
        Returns it, in Vega-Lite; called only where it is drawn.
    """

    name: str
    title: str
    note: str
    table: Table
    chart: Callable[[], Any]
    part: Literal["figure"] = field(default="figure", init=False)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text; `style` is ``lead``, ``note``, ``warning``, or a class of the page."""

    text: str
    style: str = ""
    part: Literal["paragraph"] = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    items: tuple[str, ...]
    style: str = ""
    part: Literal["items"] = field(default="items", init=False)


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure that matters, with its label and what is to be said of it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a headline rests on: runs of numbered inputs, first and last.

    `note` says in few words what is assumed; it may be empty.
    """

    facts: tuple[tuple[str, str], ...]
    assumed: tuple[tuple[str, str], ...]
    note: str = ""
    part: Literal["facts"] = field(default="facts", init=False)


@dataclass(frozen=True, slots=True)
class Card:
    """One way to go on, with its few figures.

    Parameters
    ----------
    title, aside
        What it is called, and what stands beside it.
    colour
        As in the charts, ``#rrggbb``.
    figures
        Label, value, and what is to be said of it (empty for nothing).
    """

    title: str
    aside: str
    colour: str
    figures: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Cards:
    """Ways to go on, side by side; the first two stand first on a phone, too."""

    cards: tuple[Card, ...]
    part: Literal["cards"] = field(default="cards", init=False)


Part: TypeAlias = Table | Figure | Paragraph | Items | Facts | Cards


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it.

    Parameters
    ----------
    name
        Its id, unique in a document.
    title
        The heading.
    parts
        In order.
    """

    name: str
    title: str
    parts: tuple[Part, ...]

    @property
    def brief(self) -> tuple[Part, ...]:
        """Return what is drawn where there is little room: its tables, if any."""
        tables = tuple(part for part in self.parts if part.part == "table")
        return tables or self.parts


def columns(headings: Iterable[str], texts: int = 1) -> tuple[Column, ...]:
    """Return columns of which the first few are text and the others numbers."""
    return tuple(
        Column(heading, "text" if place < texts else "number")
        for place, heading in enumerate(headings)
    )


def written(table: Table, texts: Language) -> list[tuple[str, ...]]:
    """Return the cells of a table as people read them, row by row."""
    return [
        tuple(_written(*pair, texts) for pair in zip(row, table.columns, strict=True))
        for row in table.rows
    ]


def _written(cell: Cell, column: Column, texts: Language) -> str:
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, date):
        weekday = f"{texts.weekday(cell)} " if column.kind == "day" else ""
        return f"{weekday}{texts.short_date(cell)}"
    return texts.number(cell, column.places)
