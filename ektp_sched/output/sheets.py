"""Batch sheets to be printed on A4: who is printed, ticked and handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.output.batches import file_stems, parts
from ektp_sched.output.book import Book, drawn, new_book
from ektp_sched.output.paper import (
    BAND,
    HEIGHTS,
    LINE,
    MARGIN,
    SIGNED,
    Column,
    Page,
    clipped,
    filled,
    fitting,
    is_long,
    page_for,
    wrapped,
)
from ektp_sched.output.rows import PASSED, STARS

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from pathlib import Path

    from ektp_sched.output.batches import Part
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.output.rows import SheetRows

__all__ = ["columns_of", "write_sheets"]

_SHEET_DAYS: Final = 5
"""Working days with prints for which sheets are written as XLSX."""

_TICKS: Final = ("printed", "handed_over", "spoilt")
_BOX: Final = "☐"
_WIDEST: Final = 26.0
_MANY, _SHORT = 10, 12  # rows, characters


def write_sheets(
    rows: SheetRows, plan: AnyPlan, folder: Path, texts: Language, *, every: bool
) -> None:
    """Write one workbook for every printer's day.

    Parameters
    ----------
    rows
        The plan's rows.
    plan
        For the office and the size of a batch.
    folder
        The plan folder.
    texts
        Language.
    every
        All days, not the first five with prints alone.
    """
    pieces = parts(rows.frame)
    stems = file_stems(sorted({part.printer for part in pieces}))
    days = sorted({part.day for part in pieces})
    chosen = set(days if every else days[:_SHEET_DAYS])
    for part in pieces:
        if part.day in chosen:
            place = folder / "batches" / part.day.isoformat()
            place.mkdir(parents=True, exist_ok=True)
            path = place / f"{stems[part.printer]}.xlsx"
            _write_sheet(rows, part, plan, path, texts)


def columns_of(
    rows: SheetRows, frame: pl.DataFrame, texts: Language, said: Container[str] = ()
) -> list[Column]:
    """Return what a sheet shows of each card, before tick boxes.

    Parameters
    ----------
    rows
        For the column that names an application, and those passed through.
    frame
        The rows that the sheet will hold; widths follow from them.
    texts
        Language of the headings.
    said
        Columns to leave out, as they are said elsewhere on the sheet.
    """
    found = [
        _column("position", "place", frame, texts),
        _column(rows.id_column, "text", frame, texts),
    ]
    for name, style in (
        ("card", "text"),
        ("urgency", "text"),
        ("waiting_since", "date"),
        ("wait_days", "place"),
        ("due_on", "date"),
        ("area", "text"),
    ):
        known = name in frame.columns and name not in said
        if known and not _is_dull(name, frame):
            found.append(_column(name, style, frame, texts))
    if frame["server"].n_unique() > 1:
        found.append(_column("server", "text", frame, texts))
    found += [
        _column(name, "text", frame, texts) for name in rows.extra if name not in said
    ]
    return found


def same_throughout(rows: SheetRows, frame: pl.DataFrame) -> dict[str, str]:
    """Return passed-through columns that hold one longer text on every row.

    They are said once above the list instead of on each of its rows.

    Parameters
    ----------
    rows
        For the columns passed through.
    frame
        The rows that the sheet will hold.

    Returns
    -------
    dict
        The text by column.
    """
    if frame.height < _MANY:
        return {}
    found = {name: frame[name][0] or "" for name in rows.extra}
    return {
        name: text
        for name, text in found.items()
        if len(text) > _SHORT and STARS not in text and frame[name].n_unique() == 1
    }


def _is_dull(name: str, frame: pl.DataFrame) -> bool:
    """Return whether a column says nothing, or the same on every row."""
    if name == "card":
        return frame[name].n_unique() <= 1
    return name in ("due_on", "area") and frame[name].null_count() == frame.height


def _column(name: str, style: str, frame: pl.DataFrame, texts: Language) -> Column:
    heading = name.removeprefix(PASSED)
    if heading == name:
        heading = texts.text(f"column.{name}")
    longest = 9.5 if style == "date" else 0.9 * drawn(frame[name].cast(pl.String))
    word = max((len(word) for word in heading.split()), default=1)
    least = max(4.0, word * 1.05 + 1.5)
    return Column(name, heading, style, min(max(longest + 1.8, least), _WIDEST))


def _write_sheet(
    rows: SheetRows, part: Part, plan: AnyPlan, path: Path, texts: Language
) -> None:
    frame = rows.frame.slice(part.begin, part.size)
    same = same_throughout(rows, frame)
    columns = columns_of(rows, frame, texts, {"wait_days", *same})
    for tick in _TICKS:
        heading = texts.text(f"column.{tick}")
        width = max(len(word) for word in heading.split()) * 0.95 + 1.2
        columns.append(Column(tick, heading, "tick", width))
    columns, left = fitting(columns, rows.extra)
    columns = filled(columns)
    page = page_for(columns, plan.office.plan.batch_size)
    title = texts.text("sheet.title")
    with new_book(path, plan, texts, title) as book:
        sheet = book.workbook.add_worksheet(texts.text("sheet.tab"))
        _set_page(sheet, page, columns, part, plan, texts)
        said = [f"{name.removeprefix(PASSED)}: {text}" for name, text in same.items()]
        if left:
            said.append(texts.text("sheet.further", names=", ".join(left)))
        top = _write_top(book, sheet, columns, said, frame, part, plan)
        sheet.repeat_rows(0, top - 1)
        sheet.freeze_panes(top, 0)
        last = _write_batches(book, sheet, columns, frame, top, page.row_height)
        sheet.print_area(0, 0, last, len(columns) - 1)


def _set_page(
    sheet: Any,
    page: Page,
    columns: list[Column],
    part: Part,
    plan: AnyPlan,
    texts: Language,
) -> None:
    sheet.set_paper(9)
    if page.landscape:
        sheet.set_landscape()
    else:
        sheet.set_portrait()
    sheet.set_print_scale(page.scale)
    sheet.set_margins(MARGIN, MARGIN, MARGIN, MARGIN + 0.25)
    sheet.center_horizontally()
    sheet.hide_gridlines(2)
    left = f"{texts.short_date(part.day)} · {part.printer}".replace("&", "&&")
    middle = texts.text("sheet.pages")
    right = plan.office.name[:60].replace("&", "&&")
    sheet.set_footer(
        f"&L&8 {left}&C&8 {middle}&R&8 {right}"[:255], {"margin": MARGIN - 0.1}
    )
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)


def _write_top(
    book: Book,
    sheet: Any,
    columns: list[Column],
    said: Sequence[str],
    frame: pl.DataFrame,
    part: Part,
    plan: AnyPlan,
) -> int:
    """Write what every page repeats; return the first row below."""
    texts = book.texts
    lines = [
        ("office", plan.office.name),
        ("title", texts.text("sheet.title")),
        ("under", _facts(frame, part, texts)),
    ]
    room = int(sum(column.width for column in columns))
    lines += [("under", clipped(line, room)) for line in said]
    for row, (style, line) in enumerate(lines):
        sheet.set_row(row, HEIGHTS[style])
        sheet.write_string(row, 0, line, book.style(style))
    row = len(lines) - 1
    if plan.backlog.provisional:
        row += 1
        warning = book.style("warning")
        sheet.write_string(row, 0, texts.text("sheet.provisional"), warning)
        for index in range(1, len(columns)):
            sheet.write_blank(row, index, None, warning)
    row += 1
    sheet.set_row(row, HEIGHTS["heading"])
    for index, column in enumerate(columns):
        align = "left" if column.style in ("text", "date") else "center"
        style = book.style("heading", align=align, indent=int(align == "left"))
        sheet.write_string(row, index, column.heading, style)
    return row + 1


def _facts(frame: pl.DataFrame, part: Part, texts: Language) -> str:
    """Return day, printer, counts, servers and card types on one line."""
    batches = int(frame["batch"].max() or 0)  # type: ignore[arg-type]
    facts = [
        texts.long_date(part.day),
        texts.text(
            "sheet.facts", printer=part.printer, count=part.size, batches=batches
        ),
    ]
    servers = frame["server"].unique().sort().to_list()
    facts.append(texts.text("sheet.servers", names=", ".join(servers)))
    if "card" in frame.columns:
        facts += frame["card"].drop_nulls().unique().sort().to_list()
    return "  ·  ".join(facts)


def _write_batches(
    book: Book,
    sheet: Any,
    columns: list[Column],
    frame: pl.DataFrame,
    row: int,
    height: float,
) -> int:
    """Write the cards batch by batch; return the last row."""
    texts = book.texts
    runs = frame.group_by("batch", maintain_order=True).len().rows()
    shown, lines = wrapped(frame.select(_named(columns)), columns)
    styles = _styles(book, columns, shown)
    begin, breaks = 0, []
    for number, (batch, size) in enumerate(runs):
        if number:
            breaks.append(row)
        band = texts.text("sheet.batch", batch=batch, batches=len(runs), count=size)
        sheet.set_row(row, BAND)
        sheet.write_string(row, 0, band, book.style("band"))
        cards = shown.slice(begin, size).iter_rows()
        for values, count in zip(cards, lines[begin : begin + size], strict=True):
            row += 1
            sheet.set_row(row, height if count == 1 else max(height, count * LINE + 2))
            _write_card(book, sheet, row, values, styles)
        row = _write_signatures(book, sheet, row + 1, len(columns))
        begin += size
    sheet.set_h_pagebreaks(breaks)
    return row - 1


def _named(columns: list[Column]) -> list[str]:
    return [column.name for column in columns if column.style != "tick"]


def _styles(book: Book, columns: list[Column], shown: pl.DataFrame) -> list[Any]:
    """Return the format of each column; long texts take several lines."""
    long = [column.style != "tick" and is_long(shown, column) for column in columns]
    level = {"valign": "vcenter"} if any(long) else {}
    return [
        book.style(
            c.style, font_size=10, **level, **({"text_wrap": True} if wrap else {})
        )
        for c, wrap in zip(columns, long, strict=True)
    ]


def _write_card(
    book: Book, sheet: Any, row: int, values: tuple[Any, ...], styles: list[Any]
) -> None:
    for index, value in enumerate(values):
        book.write(sheet, row, index, value, styles[index])
    for index in range(len(values), len(styles)):
        sheet.write_string(row, index, _BOX, styles[index])


def _write_signatures(book: Book, sheet: Any, row: int, columns: int) -> int:
    """Write the line for counts and signatures; return the next row."""
    sheet.set_row(row, SIGNED)
    texts = book.texts
    parts = [texts.text(f"sheet.{name}") for name in ("counts", "operator", "receiver")]
    style = book.style("under", valign="bottom", font_size=9)
    sheet.merge_range(row, 0, row, columns - 1, "", style)
    sheet.write_string(row, 0, "    ".join(parts), style)
    return row + 1
