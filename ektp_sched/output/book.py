"""Workbooks: the same bytes for the same plan, and no text is a formula."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import xlsxwriter

from ektp_sched.output.draw.rows import Rows, with_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language

_DARK: Final = "#1F3864"
_LINE: Final = "#8EA9C8"
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "office": {"bold": True, "font_size": 11, "font_color": _DARK},
    "title": {"bold": True, "font_size": 15, "font_color": _DARK},
    "under": {"font_size": 10.5},
    "section": {"bold": True, "font_size": 12, "font_color": _DARK, "bottom": 1}
    | {"bottom_color": _LINE},
    "note": {"italic": True, "font_color": "#595959", "font_size": 10},
    "paragraph": {"text_wrap": True, "valign": "top", "font_size": 10.5},
    "warning": {"bold": True, "font_color": "#9C0006", "bg_color": "#FFC7CE"},
    "heading": {
        "bold": True,
        "text_wrap": True,
        "valign": "vcenter",
        "bg_color": "#D9E2F3",
        "border": 1,
        "border_color": _LINE,
        "font_size": 9.5,
    },
    "band": {"bold": True, "font_size": 10.5, "valign": "vcenter"},
    "text": {"border": 1, "border_color": _LINE, "quote_prefix": True}
    | {"align": "left", "indent": 1},
    "count": {"border": 1, "border_color": _LINE, "align": "right", "indent": 1},
    "place": {"border": 1, "border_color": _LINE, "align": "center"},
    "tick": {"border": 1, "border_color": _LINE, "align": "center", "font_size": 11},
    "bad": {"border": 1, "border_color": _LINE, "bg_color": "#FFC7CE"}
    | {"font_color": "#9C0006", "bold": True, "align": "center"},
}
_AS_TEXT: Final = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_DATES: Final = {"id": "dd/mm/yyyy", "en": "d mmm yyyy"}


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook that is being written.

    Parameters
    ----------
    workbook
        Of xlsxwriter.
    texts
        Language of all its texts.
    rows
        By sheet, from 0, the rows of its lists.
    """

    workbook: Any
    texts: Language
    rows: dict[int, list[Rows]] = field(default_factory=dict)
    _styles: dict[str, Any] = field(default_factory=dict)

    def style(self, name: str, **more: Any) -> Any:
        """Return a cell format, made once."""
        key = f"{name}{sorted(more.items())}"
        if key not in self._styles:
            base = _STYLES["text" if name == "date" else name]
            if name == "date":
                shape = {"num_format": _DATES[self.texts.code], "align": "left"}
                base = {**base, **shape, "quote_prefix": False}
            if name in ("count", "place"):
                base = {"num_format": "#,##0", **base}
            style = self.workbook.add_format({**base, **more})
            # Numbered here and not when a cell is written, for `fill`.
            style._get_xf_index()  # noqa: SLF001 - no other way
            self._styles[key] = style
        return self._styles[key]

    def write(self, sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
        """Write one cell; text is always text."""
        if value is None:
            sheet.write_blank(row, column, None, style)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, style)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, datetime.combine(value, time()), style)
        else:
            sheet.write_number(row, column, value, style)

    def fill(
        self,
        sheet: Any,
        frame: pl.DataFrame,
        row: int | pl.Series,
        styles: Sequence[Any],
        *,
        empty: Sequence[Any] | None = None,
        heights: pl.Series | None = None,
    ) -> int:
        """Write rows, and return the last; text is always text.

        Parameters
        ----------
        sheet
            Where; what is filled in comes below what was filled in before.
        frame
            The rows.
        row
            The first of them, or each, from 0.
        styles, empty
            Of each column's cells, and of its empty ones; None: the same.
        heights
            Of each row.
        """
        if frame.is_empty():
            return row - 1 if isinstance(row, int) else int(row[-1])
        if isinstance(row, int):
            row = pl.int_range(row, row + frame.height, eager=True)
        last = int(row[-1])
        # The sheet must know how far it goes.
        sheet.write_blank(last, frame.width - 1, None, styles[-1])
        ids, blank = (
            [style.xf_index for style in each] for each in (styles, empty or styles)
        )
        part = Rows(row + 1, frame, ids, blank, heights)
        self.rows.setdefault(sheet.index, []).append(part)
        return last


def mark_line(plan: AnyPlan, texts: Language) -> str | None:
    """Return a plan's number, day and head of the ledger, as its sheets say them."""
    if plan.mark is None:
        return None
    mark, day = plan.mark, texts.plain_date(plan.start)
    return texts.text("sheet.ledger", plan=str(mark.plan), day=day, head=mark.head)


@contextmanager
def book_in_memory(memory: BytesIO, texts: Language, title: str) -> Iterator[Book]:
    """Open a workbook for writing; at the end all of it is in memory."""
    with _book(memory, texts, title=title) as book:
        yield book


@contextmanager
def new_book(path: Path, plan: AnyPlan, texts: Language, title: str) -> Iterator[Book]:
    """Open a workbook for writing; it is on the disk at the end."""
    created = datetime.combine(plan.start, time())
    company = plan.office.name
    with _book(path, texts, title=title, company=company, created=created) as book:
        book.workbook.set_size(1900, 1200)
        yield book


@contextmanager
def _book(target: Path | BytesIO, texts: Language, **properties: Any) -> Iterator[Book]:
    """Open a workbook that is written without its long lists, then with them."""
    bare = BytesIO()
    with xlsxwriter.Workbook(bare, {"in_memory": True, **_AS_TEXT}) as workbook:
        workbook.set_properties(properties)
        book = Book(workbook, texts)
        yield book
    with_rows(bare, book.rows, target)


def pixels(width: float) -> int:
    """Return a column's width on the screen, 96 to the inch."""
    return int(width * 7 + 0.5) + 5


def drawn(cells: pl.Expr) -> pl.Expr:
    """Return how wide each text is drawn, in digits of the normal font.

    A capital is wider than a digit, M and W by far: queue numbers hold many.
    """
    capitals = 0.2 * cells.str.count_matches(r"\p{Lu}")
    widest = 0.6 * cells.str.count_matches("[MW]")
    return cells.str.len_chars() + capitals + widest
