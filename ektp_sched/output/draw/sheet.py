"""Sections on a sheet of a workbook, one below the other."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.documents.entries import plain_number
from ektp_sched.output.view.parts import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.output.book import Book
    from ektp_sched.output.view.parts import Cell, Column, Part, Section

WIDTHS: Final = (36, 16, 15, 15, 18)
"""Of the columns, characters."""
_WIDE: Final = 100
"""Characters on one line over all columns."""
_LETTERS: Final = 1.15
"""Letters of a text on the width of a digit, which widths are counted in."""


class Sheet:
    """A sheet that is filled from a row on downwards.

    Parameters
    ----------
    book, page
        The workbook and its sheet, of xlsxwriter.
    row
        Next free row.
    """

    def __init__(self, book: Book, page: Any, row: int) -> None:
        self._book, self._page, self.row = book, page, row
        for place, width in enumerate(WIDTHS):
            page.set_column(place, place, width)

    def section(self, section: Section) -> None:
        """Draw a section with an empty row before it; nothing of an empty one."""
        if not section.parts:
            return
        self.title(section.title)
        tables = sum(isinstance(part, Table) for part in section.brief)
        for part in section.brief:
            if isinstance(part, Table) and tables > 1:
                self.paragraph(part.caption)
            self._part(part)

    def title(self, text: str) -> None:
        """Draw a heading over all columns, with an empty row before it."""
        self.row += 1
        style = self._book.style("section")
        self._page.write_string(self.row, 0, text, style)
        for place in range(1, len(WIDTHS)):
            self._page.write_blank(self.row, place, None, style)
        self.row += 1

    def paragraph(self, text: str) -> None:
        """Draw a text over all columns, in as many lines as it takes."""
        self._page.set_row(self.row, 15 * -(-len(text) // _WIDE))
        self._over(0, text, self._book.style("paragraph"))

    def figure(self, label: str, value: str) -> None:
        """Draw a label and its value, which takes the rest of the row."""
        room = int(sum(WIDTHS[1:]) * _LETTERS)
        self._page.set_row(self.row, 16 * -(-len(value) // room))
        style = self._book.style("text", valign="top")
        self._page.write_string(self.row, 0, label, style)
        bold = self._book.style("text", bold=True, text_wrap=True, valign="top")
        self._over(1, value, bold)

    def _over(self, place: int, text: str, style: Any) -> None:
        """Write over the columns from one on to the last."""
        self._page.merge_range(self.row, place, self.row, len(WIDTHS) - 1, "", style)
        self._page.write_string(self.row, place, text, style)
        self.row += 1

    def _part(self, part: Part) -> None:
        match part.part:
            case "table":
                self._table(part)
            case "paragraph":
                self.paragraph(part.text)
            case "items":
                for item in part.items:
                    self.paragraph(f"•  {item}")

    def _table(self, table: Table) -> None:
        """Draw a table without the details that there is no room for."""
        many = len(table.columns) > len(WIDTHS)
        kept = [
            place
            for place, column in enumerate(table.columns)
            if not (many and column.detail)
        ]
        self._page.set_row(self.row, 28)
        for place, index in enumerate(kept):
            align = "left" if place == 0 else "center"
            style = self._book.style("heading", align=align, indent=int(place == 0))
            heading = table.columns[index].heading
            self._page.write_string(self.row, place, heading, style)
        self.row += 1
        for row in table.rows:
            self._row([row[i] for i in kept], [table.columns[i] for i in kept])
        if table.note:
            self.paragraph(table.note)

    def _row(self, cells: Sequence[Cell], columns: Sequence[Column]) -> None:
        """Draw a row: texts in as many lines as they take, numbers as such."""
        long = max(
            -(-len(cell) // int(width * _LETTERS)) if isinstance(cell, str) else 1
            for cell, width in zip(cells, WIDTHS, strict=False)
        )
        wrap = {"text_wrap": True, "valign": "top"} if long > 1 else {}
        if long > 1:
            self._page.set_row(self.row, 15 * long)
        for place, (cell, column) in enumerate(zip(cells, columns, strict=True)):
            more: dict[str, Any] = dict(wrap)
            if isinstance(cell, str):
                # With an indent a spreadsheet would take it to the left.
                more |= {"align": "center", "indent": 0} if place else {}
            elif isinstance(cell, Fraction):
                cell = plain_number(cell)
            if isinstance(cell, float):
                more["num_format"] = f"#,##0.{'0' * column.places}"
            kinds = {str: "text", date: "date"}
            style = kinds.get(type(cell), "count")
            self._book.write(
                self._page, self.row, place, cell, self._book.style(style, **more)
            )
        self.row += 1
