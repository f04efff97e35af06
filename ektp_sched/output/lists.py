"""Lists in the planner's workbook: filtered, frozen, printed on A4."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.output.book import mark_line
from ektp_sched.output.paper import Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.output.book import Book
    from ektp_sched.output.figures import AnyPlan

LONGEST: Final = 100_000
"""Rows of a list in the workbook; the CSV files hold all."""

_MOST_HEADINGS: Final = 12
_MARK: Final = "✗"


def add_page(book: Book, name: str, plan: AnyPlan, *, landscape: bool) -> Any:
    """Add a sheet laid out for A4, as wide as the page."""
    title = book.texts.text(f"book.{name}")
    sheet = book.workbook.add_worksheet(title[:31])
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.5, 0.5, 0.5, 0.7)
    sheet.hide_gridlines(2)
    office = plan.office.name[:60].replace("&", "&&")
    pages = book.texts.text("sheet.pages")
    sheet.set_footer(f"&L&8 {title}&C&8 {pages}&R&8 {office}"[:255])
    return sheet


def write_top(book: Book, sheet: Any, plan: AnyPlan, lines: Sequence[str]) -> int:
    """Write office, title and further lines; return the next free row."""
    sheet.write_string(0, 0, plan.office.name, book.style("office"))
    sheet.set_row(1, 22)
    sheet.write_string(1, 0, lines[0], book.style("title"))
    row = 2
    for line in lines[1:]:
        sheet.write_string(row, 0, line, book.style("under"))
        row += 1
    if (mark := mark_line(plan, book.texts)) is not None:
        sheet.write_string(row, 0, mark, book.style("under"))
        row += 1
    if plan.backlog.provisional:
        text = book.texts.text("sheet.provisional")
        sheet.write_string(row, 0, text, book.style("warning"))
        for index in range(1, 5):
            sheet.write_blank(row, index, None, book.style("warning"))
        row += 1
    return row


def column(name: str, style: str, width: float, book: Book) -> Column:
    """Return a list's column with the language's heading."""
    return Column(name, book.texts.text(f"column.{name}"), style, width)


def write_list(
    book: Book,
    sheet: Any,
    columns: Sequence[Column],
    frame: pl.DataFrame,
    row: int,
    *,
    fixed: int = 0,
    filtered: bool = True,
) -> int:
    """Write headings that stay in sight, and rows; return the last row.

    Parameters
    ----------
    book, sheet, columns
        What is written, and where.
    frame
        Has each column by its name.
    row
        The row after which it begins.
    fixed
        Columns that stay in sight.
    filtered
        Whether the headings can choose among the rows.
    """
    if frame.height > LONGEST:
        text = book.texts.text("book.cut", shown=LONGEST, count=frame.height)
        sheet.write_string(row, 0, text, book.style("warning"))
        row += 1
    row += 1
    _headings(book, sheet, columns, row)
    sheet.repeat_rows(row)
    sheet.freeze_panes(row + 1, fixed)
    begin = row
    blank = book.style("text", font_size=10)
    styles = [
        book.style("bad") if c.style == "mark" else book.style(c.style, font_size=10)
        for c in columns
    ]
    empty = [
        blank if c.style == "mark" else style
        for c, style in zip(columns, styles, strict=True)
    ]
    shown = frame.head(LONGEST).select(c.name for c in columns)
    row = book.fill(sheet, shown, row + 1, styles, empty=empty)
    if filtered:
        sheet.autofilter(begin, 0, max(row, begin + 1), len(columns) - 1)
    return row


def _headings(book: Book, sheet: Any, columns: Sequence[Column], row: int) -> None:
    """Write a row of headings and set the widths below them."""
    sheet.set_row(row, 28)
    for index, each in enumerate(columns):
        # Room for the arrow of the filter beside the heading.
        sheet.set_column(index, index, each.width + 2.5)
        align = "left" if each.style in ("text", "date") else "center"
        style = book.style("heading", align=align, indent=int(align == "left"))
        sheet.write_string(row, index, each.heading, style)


def write_rejects(book: Book, sheet: Any, rejects: pl.DataFrame, row: int) -> None:
    """Write rejected rows with the bad cells marked, never what they hold."""
    split = rejects.select("row", pl.col("column").str.split("; "))
    headings = split["column"].explode().drop_nulls().unique(maintain_order=True)
    names = [name for name in headings if name]
    if len(names) > _MOST_HEADINGS:
        names = []
    reasons = [book.texts.reason(text) for text in rejects["reason"]]
    frame = rejects.select("row", "column").with_columns(
        *(_marks(split["column"], name, place) for place, name in enumerate(names)),
        reason=pl.Series(reasons, dtype=pl.String),
    )
    columns = [
        column("row", "count", 7, book),
        *(Column(f"mark-{i}", n, "mark", 13) for i, n in enumerate(names)),
        *(() if names else (column("column", "bad", 24, book),)),
        column("reason", "text", 70, book),
    ]
    write_list(book, sheet, columns, frame, row, fixed=1, filtered=False)


def _marks(columns: pl.Series, name: str, place: int) -> pl.Series:
    marks = pl.DataFrame({"column": columns}).select(
        pl.when(pl.col("column").list.contains(name)).then(pl.lit(_MARK))
    )
    return marks.to_series().alias(f"mark-{place}")
