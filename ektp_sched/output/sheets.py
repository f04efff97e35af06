"""Batch sheets to be printed on A4: who is printed, ticked and handed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from ektp_sched.output.batches import file_stems, parts
from ektp_sched.output.book import Book, drawn, mark_line, new_book
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
    page_for,
    room,
    wrapped,
)
from ektp_sched.output.rows import STARS, heading_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from pathlib import Path

    from ektp_sched.output.batches import Part
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.output.rows import SheetRows

    Facts = dict[str, Any]

SIGNED_LINE: Final = ("counts", "operator", "receiver")
"""What is filled in below each batch."""

_SHEET_DAYS: Final = 5
"""Working days with prints for which sheets are written as XLSX."""

_SHEET: Final = "sheet:"
_SHOWN: Final = {
    "card": "text",
    "urgency": "text",
    "waiting_since": "date",
    "wait_days": "place",
    "due_on": "date",
    "area": "text",
}
"""Styles of columns that a sheet shows where they say anything."""
_TICKS: Final = ("printed", "handed_over", "spoilt")
_BOX: Final = "☐"
_WIDEST: Final = 26.0
_MANY, _SHORT = 10, 12  # rows, characters


def write_sheets(
    rows: SheetRows, plan: AnyPlan, folder: Path, texts: Language, *, every: bool
) -> None:
    """Write one workbook for every printer's day."""
    stems = file_stems(rows.frame["printer"].unique())
    days = rows.frame["day"].unique().sort()
    if not every:
        days = days.head(_SHEET_DAYS)
    frame = rows.frame.filter(pl.col("day").is_in(days.implode()))
    pieces = parts(frame)
    sizes = [part.size for part in pieces]
    sheet_of = _repeated(range(len(pieces)), sizes, pl.UInt32)
    facts = facts_of(rows, frame, sheet_of)
    sheets = [
        laid_out(rows, part, said, plan, texts)
        for part, said in zip(pieces, facts, strict=True)
    ]
    rooms = {
        name: _repeated((sheet.rooms.get(name) for sheet in sheets), sizes, pl.Int64)
        for name in rows.extra
        if any(name in sheet.rooms for sheet in sheets)
    }
    shown, lines = wrapped(frame, rooms)
    for day in days:
        (folder / "batches" / day.isoformat()).mkdir(parents=True, exist_ok=True)
    for sheet in sheets:
        part = sheet.part
        path = folder / "batches" / part.day.isoformat()
        cards = shown.slice(part.begin, part.size)
        counts = lines.slice(part.begin, part.size)
        _write_sheet(
            sheet, cards, counts, plan, path / f"{stems[part.printer]}.xlsx", texts
        )


def _repeated(values: Iterable[int | None], sizes: list[int], kind: Any) -> pl.Series:
    """Return each sheet's value for each of its rows."""
    frame = pl.DataFrame({"value": pl.Series(values, dtype=kind), "size": sizes})
    return frame.select(pl.col("value").repeat_by("size").explode()).to_series()


def measures(rows: SheetRows, frame: pl.DataFrame) -> list[pl.Expr]:
    """Return what the layout of a sheet has to know of its rows.

    Expressions, so that they are asked once for all sheets.
    """
    names = ("position", rows.id_column, *_SHOWN, "server", *rows.extra)
    expressions = [
        drawn(pl.col(name).cast(pl.String)).max().fill_null(0).alias(f"widest:{name}")
        for name in names
        if name in frame.columns
    ]
    expressions += [
        pl.col(name).is_null().all().alias(f"empty:{name}")
        for name in ("due_on", "area")
        if name in frame.columns
    ]
    expressions += [
        pl.col(name).n_unique().alias(f"{name}s")
        for name in ("server", "card")
        if name in frame.columns
    ]
    for name in rows.extra:
        text = pl.col(name)
        alone = pl.when(text.n_unique() == 1).then(text.first())
        longest = text.str.len_chars().max().fill_null(0)
        expressions += [longest.alias(f"longest:{name}"), alone.alias(f"same:{name}")]
    return expressions


def facts_of(rows: SheetRows, frame: pl.DataFrame, sheet: pl.Series) -> list[Facts]:
    """Return, for each sheet, its measures and what is said of it."""
    said = [pl.col("server").unique().sort().alias("server_names")]
    if "card" in frame.columns:
        cards = pl.col("card").drop_nulls().unique().sort()
        said.append(cards.alias("card_names"))
    frame = frame.with_columns(sheet.alias(_SHEET))
    batches = frame.group_by(_SHEET, "batch", maintain_order=True).len("size")
    batches = batches.group_by(_SHEET, maintain_order=True).agg("batch", "size")
    facts = frame.group_by(_SHEET, maintain_order=True).agg(
        *measures(rows, frame), *said
    )
    return facts.hstack(batches.drop(_SHEET)).to_dicts()


def columns_of(
    rows: SheetRows,
    facts: Facts,
    texts: Language,
    said: Container[str] = (),
) -> list[Column]:
    """Return what a sheet shows of each card, before tick boxes."""
    styles = {"position": "place", rows.id_column: "text", **_SHOWN}
    if facts.get("cards", 0) <= 1:
        del styles["card"]
    if facts.get("servers", 0) > 1:
        styles["server"] = "text"
    styles |= dict.fromkeys(rows.extra, "text")
    return [
        _column(name, style, facts, texts)
        for name, style in styles.items()
        if name not in said
        and f"widest:{name}" in facts
        and not facts.get(f"empty:{name}")
    ]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printer's day, laid out.

    Parameters
    ----------
    part
        Its rows.
    facts
        What `measures` and `facts_of` say of them.
    columns
        Its columns, tick boxes last.
    lines
        What is said above them.
    page
        How it is laid on A4.
    rooms
        Characters on a line of each column that holds longer texts.
    """

    part: Part
    facts: Facts
    columns: list[Column]
    lines: list[str]
    page: Page
    rooms: dict[str, int]


def laid_out(
    rows: SheetRows,
    part: Part,
    facts: Facts,
    plan: AnyPlan,
    texts: Language,
) -> Sheet:
    """Return one printer's day with its columns and page, of what `facts_of` says."""
    same = _same_throughout(rows, part, facts)
    columns = columns_of(rows, facts, texts, {"wait_days", *same})
    for tick in _TICKS:
        heading = texts.text(f"column.{tick}")
        width = max(len(word) for word in heading.split()) * 0.95 + 1.2
        columns.append(Column(tick, heading, "tick", width))
    columns, left = fitting(columns, rows.extra)
    columns = filled(columns)
    lines = [f"{heading_of(name, texts)}: {text}" for name, text in same.items()]
    if left:
        lines.append(texts.text("sheet.further", names=", ".join(left)))
    rooms = {
        column.name: room(column)
        for column in columns
        if facts.get(f"longest:{column.name}", 0) > room(column)
    }
    page = page_for(columns, plan.office.plan.batch_size)
    return Sheet(part, facts, columns, lines, page, rooms)


def _same_throughout(rows: SheetRows, part: Part, facts: Facts) -> dict[str, str]:
    """Return passed-through columns that hold one longer text on every row.

    They are said once above the list instead of on each of its rows.
    """
    if part.size < _MANY:
        return {}
    texts = {name: facts[f"same:{name}"] or "" for name in rows.extra}
    return {
        name: text
        for name, text in texts.items()
        if len(text) > _SHORT and STARS not in text
    }


def _column(name: str, style: str, facts: Facts, texts: Language) -> Column:
    heading = heading_of(name, texts)
    longest = 9.5 if style == "date" else 0.9 * facts[f"widest:{name}"]
    word = max((len(word) for word in heading.split()), default=1)
    least = max(4.0, word * 1.05 + 1.5)
    return Column(name, heading, style, min(max(longest + 1.8, least), _WIDEST))


def _write_sheet(
    sheet: Sheet,
    cards: pl.DataFrame,
    lines: pl.Series,
    plan: AnyPlan,
    path: Path,
    texts: Language,
) -> None:
    with new_book(path, plan, texts, texts.text("sheet.title")) as book:
        page = book.workbook.add_worksheet(texts.text("sheet.tab"))
        _set_page(page, sheet, plan, texts)
        top = _write_top(book, page, sheet, plan)
        page.repeat_rows(0, top - 1)
        # Where another font makes it two pages wide, both say whose rows they are.
        page.repeat_columns(0, min(1, len(sheet.columns) - 1))
        page.freeze_panes(top, 0)
        last = _write_batches(book, page, sheet, cards, lines, top)
        page.print_area(0, 0, last, len(sheet.columns) - 1)


def _set_page(page: Any, sheet: Sheet, plan: AnyPlan, texts: Language) -> None:
    page.set_paper(9)
    if sheet.page.landscape:
        page.set_landscape()
    else:
        page.set_portrait()
    page.set_print_scale(sheet.page.scale)
    page.set_margins(MARGIN, MARGIN, MARGIN, MARGIN + 0.25)
    page.center_horizontally()
    page.hide_gridlines(2)
    part = sheet.part
    left = f"{texts.short_date(part.day)} · {part.printer}".replace("&", "&&")
    middle = texts.text("sheet.pages")
    right = plan.office.name[:60].replace("&", "&&")
    page.set_footer(
        f"&L&8 {left}&C&8 {middle}&R&8 {right}"[:255], {"margin": MARGIN - 0.1}
    )
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, column.width)


def _write_top(book: Book, page: Any, sheet: Sheet, plan: AnyPlan) -> int:
    """Write what every page repeats; return the first row below."""
    texts, columns = book.texts, sheet.columns
    lines = [
        ("office", plan.office.name),
        ("title", texts.text("sheet.title")),
        ("under", line_of_facts(sheet, texts)),
    ]
    most = int(sum(column.width for column in columns))
    lines += [("under", clipped(line, most)) for line in sheet.lines]
    if (mark := mark_line(plan, texts)) is not None:
        lines.append(("under", mark))
    for row, (style, line) in enumerate(lines):
        page.set_row(row, HEIGHTS[style])
        page.write_string(row, 0, line, book.style(style))
    row = len(lines) - 1
    if plan.backlog.provisional:
        row += 1
        warning = book.style("warning")
        page.write_string(row, 0, texts.text("sheet.provisional"), warning)
        for index in range(1, len(columns)):
            page.write_blank(row, index, None, warning)
    row += 1
    page.set_row(row, HEIGHTS["heading"])
    for index, column in enumerate(columns):
        align = "left" if column.style in ("text", "date") else "center"
        style = book.style("heading", align=align, indent=int(align == "left"))
        page.write_string(row, index, column.heading, style)
    return row + 1


def line_of_facts(sheet: Sheet, texts: Language) -> str:
    """Return day, printer, counts, servers and card types on one line."""
    part, facts = sheet.part, sheet.facts
    said = [
        texts.long_date(part.day),
        texts.text(
            "sheet.facts",
            printer=part.printer,
            count=part.size,
            batches=max(facts["batch"]),
        ),
        texts.text("sheet.servers", names=", ".join(facts["server_names"])),
        *facts.get("card_names", ()),
    ]
    return "  ·  ".join(said)


def _write_batches(
    book: Book,
    page: Any,
    sheet: Sheet,
    cards: pl.DataFrame,
    lines: pl.Series,
    row: int,
) -> int:
    """Write the cards batch by batch; return the last row."""
    texts = book.texts
    batches, sizes = sheet.facts["batch"], sheet.facts["size"]
    starts = []
    for batch, size in zip(batches, sizes, strict=True):
        starts.append(row)
        band = texts.text("sheet.batch", batch=batch, batches=len(batches), count=size)
        page.set_row(row, BAND)
        page.write_string(row, 0, band, book.style("band"))
        row = _write_signatures(book, page, row + 1 + size, len(sheet.columns))
    page.set_h_pagebreaks(starts[1:])
    first = np.repeat(np.array(starts) + 1 - np.cumsum([0, *sizes[:-1]]), sizes)
    numbers = pl.Series(first + np.arange(cards.height))
    cells = cards.select(
        pl.lit(_BOX).alias(c.name) if c.style == "tick" else pl.col(c.name)
        for c in sheet.columns
    )
    low = sheet.page.row_height
    heights = pl.select(
        pl.when(lines > 1).then((lines * LINE + 2).clip(low)).otherwise(low)
    ).to_series()
    book.fill(page, cells, numbers, _styles(book, sheet), heights=heights)
    return row - 1


def _styles(book: Book, sheet: Sheet) -> list[Any]:
    """Return the format of each column; long texts take several lines."""
    level = {"valign": "vcenter"} if sheet.rooms else {}
    wrap = {"text_wrap": True}
    return [
        book.style(
            c.style, font_size=10, **level, **(wrap if c.name in sheet.rooms else {})
        )
        for c in sheet.columns
    ]


def _write_signatures(book: Book, page: Any, row: int, columns: int) -> int:
    """Write the line for counts and signatures; return the next row."""
    page.set_row(row, SIGNED)
    texts = book.texts
    told = [texts.text(f"sheet.{name}") for name in SIGNED_LINE]
    style = book.style("under", valign="bottom", font_size=9)
    page.merge_range(row, 0, row, columns - 1, "", style)
    page.write_string(row, 0, "    ".join(told), style)
    return row + 1
