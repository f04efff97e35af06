"""Workbooks: the same bytes for the same plan, and no text is a formula."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BytesIO
    from pathlib import Path

    import polars as pl

    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language

__all__ = ["Book", "book_in_memory", "drawn", "mark_line", "new_book", "pixels"]

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
    """

    workbook: Any
    texts: Language
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
            self._styles[key] = self.workbook.add_format({**base, **more})
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


def mark_line(plan: AnyPlan, texts: Language) -> str | None:
    """Return a plan's number, day and head of the ledger, as its sheets say them."""
    if plan.mark is None:
        return None
    mark, day = plan.mark, texts.plain_date(plan.start)
    return texts.text("sheet.ledger", plan=str(mark.plan), day=day, head=mark.head)


@contextmanager
def book_in_memory(memory: BytesIO, texts: Language, title: str) -> Iterator[Book]:
    """Open a workbook for writing; at the end all of it is in memory."""
    with xlsxwriter.Workbook(memory, {"in_memory": True, **_AS_TEXT}) as workbook:
        workbook.set_properties({"title": title})
        yield Book(workbook, texts)


@contextmanager
def new_book(
    path: Path, plan: AnyPlan, texts: Language, title: str, *, large: bool = False
) -> Iterator[Book]:
    """Open a workbook for writing; it is on the disk at the end."""
    options = {
        "constant_memory": large,
        "in_memory": not large,  # else ten files are made and removed for each book
        **_AS_TEXT,
        "tmpdir": str(path.parent),
    }
    workbook = xlsxwriter.Workbook(str(path), options)
    workbook.set_properties(
        {
            "title": title,
            "company": plan.office.name,
            "created": datetime.combine(plan.start, time()),
        }
    )
    workbook.set_size(1900, 1200)
    try:
        yield Book(workbook, texts)
        workbook.close()
    except BaseException:
        for sheet in workbook.worksheets() if large else ():
            sheet._opt_close()  # noqa: SLF001 - no other way to let go of its file
        raise


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
