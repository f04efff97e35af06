"""plan.xlsx: the planner's one workbook."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

import polars as pl

from ektp_sched.backlog.identity import is_made, queue_numbers
from ektp_sched.backlog.known import stands
from ektp_sched.output.book import Book, mark_line, new_book
from ektp_sched.output.digest import key_figures, proof
from ektp_sched.output.draw.sheet import Sheet
from ektp_sched.output.limits import limit_sections
from ektp_sched.output.paper import Column
from ektp_sched.output.rows import slipped_rows
from ektp_sched.output.sheets import columns_of, measures
from ektp_sched.output.tables import changed_records
from ektp_sched.output.understood import reconciled
from ektp_sched.output.view.plan import (
    area_section,
    days_table,
    notice_section,
    proof_section,
    shift_section,
    status_table,
)
from ektp_sched.output.view.records import records_table
from ektp_sched.output.view.yesterday import yesterday_section

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ektp_sched.output.book import Book
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.output.rows import SheetRows


LONGEST: Final = 100_000
"""Rows of a list in the workbook; the CSV files hold all."""

_MOST_HEADINGS: Final = 12
_MARK: Final = "✗"


_FIRST_DAY: Final = date(1899, 12, 30)
"""From which a sheet counts days."""

_CHART: Final = 4
"""Days, less one, from which a line says something."""


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


def write_overview(book: Book, plan: AnyPlan) -> None:
    """Write key figures, objectives, shifts, limits, areas and warnings."""
    texts = book.texts
    page = add_page(book, "summary", plan, landscape=False)
    end = plan.start + timedelta(days=plan.days - 1)
    period = texts.text("book.period", start=plan.start, end=end, count=plan.days)
    row = write_top(book, page, plan, [texts.text("book.title"), period])
    sheet = Sheet(book, page, row + 1)
    sheet.paragraph(proof(plan, texts))
    sheet.title(texts.text("book.key_figures"))
    sheet.figure(texts.text("digest.reconciled_label"), reconciled(plan.backlog, texts))
    for label, value in key_figures(plan, texts):
        sheet.figure(label, value)
    for section in (
        yesterday_section(plan, texts),
        proof_section(plan, texts),
        shift_section(plan, texts),
        *limit_sections(plan, texts),
        area_section(plan, texts),
        notice_section(plan, texts),
    ):
        sheet.section(section)


def write_workbook(rows: SheetRows, plan: AnyPlan, path: Path, texts: Language) -> None:
    """Write summary, today, days, whole plan, and lists of those who are not in it."""
    backlog = plan.backlog
    with new_book(path, plan, texts, texts.text("book.title")) as book:
        write_overview(book, plan)
        _write_today(book, plan, rows)
        if (late := slipped_rows(plan)).frame.height:
            _write_slipped(book, plan, late)
        if (known := backlog.known) is not None and known.carried.height:
            _write_carried(book, plan, known.carried)
        if (records := changed_records(backlog)) is not None:
            _write_records(book, plan, records)
        _write_days(book, plan)
        _write_plan(book, plan, rows)
        if plan.unprinted.height:
            _write_unprinted(book, plan)
        _write_held(book, plan)
        _write_rejects(book, plan)


def _write_today(book: Book, plan: AnyPlan, rows: SheetRows) -> None:
    sheet = add_page(book, "today", plan, landscape=True)
    first = cast("date | None", rows.frame["day"].min())
    texts = book.texts
    if first is None:
        lines = [texts.text("book.today"), texts.text("book.empty")]
        write_top(book, sheet, plan, lines)
        return
    frame = rows.frame.filter(pl.col("day") == first)
    day = texts.long_date(first)
    counts = frame.group_by("printer", maintain_order=True).len().rows()
    facts = "  ·  ".join(f"{name}: {texts.number(count)}" for name, count in counts)
    line = texts.text("book.today_cards", count=frame.height)
    lines = [f"{texts.text('book.today')}  –  {day}", f"{line}  ·  {facts}"]
    row = write_top(book, sheet, plan, lines)
    write_list(book, sheet, _columns(book, rows, frame, "printer"), frame, row)


def _write_slipped(book: Book, plan: AnyPlan, rows: SheetRows) -> None:
    """Write whose told date is not kept: whom the office has to phone."""
    sheet = add_page(book, "slipped", plan, landscape=True)
    texts = book.texts
    line = texts.text("book.slipped_cards", count=rows.frame.height)
    row = write_top(book, sheet, plan, [texts.text("book.slipped"), line])
    styles = {"promised_on": "date", "day": "date", "days_late": "count"}
    columns = [column(name, style, 11, book) for name, style in styles.items()]
    facts = rows.frame.select(measures(rows, rows.frame)).row(0, named=True)
    columns += columns_of(rows, facts, texts)
    write_list(book, sheet, columns, rows.frame, row)


def _write_carried(book: Book, plan: AnyPlan, carried: pl.DataFrame) -> None:
    """Write whom the export has print-ready though an earlier sheet had them."""
    sheet = add_page(book, "carried", plan, landscape=False)
    texts = book.texts
    line = texts.text("book.carried_cards", count=carried.height)
    row = write_top(book, sheet, plan, [texts.text("book.carried"), line])
    codes = ("printed", "open", "standing")
    results = [texts.text(f"book.carried_{code}") for code in codes]
    code = pl.when(stands(carried, plan.start)).then(pl.lit("standing"))
    frame = (
        carried.with_columns(result=code.otherwise("result"))
        .sort("date", "application_id")
        .with_columns(pl.col("result").replace_strict(codes, results))
    )
    columns = [
        column("date", "date", 12, book),
        column("application_id", "text", 24, book),
    ]
    if is_made(carried["application_id"]).all():
        frame = frame.with_columns(queue_number=queue_numbers(frame["application_id"]))
        columns.append(column("queue_number", "text", 14, book))
    columns += [
        column("result", "text", 16, book),
        column("source", "text", 36, book),
    ]
    write_list(book, sheet, columns, frame, row)


def _write_records(book: Book, plan: AnyPlan, records: pl.DataFrame) -> None:
    """Write old beside new, and what is used."""
    sheet = add_page(book, "records", plan, landscape=True)
    texts = book.texts
    table = records_table(records, texts)
    line = texts.text("book.records_cards", count=len(table.rows))
    row = write_top(book, sheet, plan, [texts.text("book.records"), line])
    columns = [
        Column(str(place), column.heading, "text", 24 if place == 0 else 20)
        for place, column in enumerate(table.columns)
    ]
    names = [column.name for column in columns]
    frame = pl.DataFrame(table.rows, names, orient="row")
    write_list(book, sheet, columns, frame, row)


def _write_plan(book: Book, plan: AnyPlan, rows: SheetRows) -> None:
    sheet = add_page(book, "plan", plan, landscape=True)
    texts = book.texts
    line = texts.text("book.plan_cards", count=rows.frame.height)
    row = write_top(book, sheet, plan, [texts.text("book.plan"), line])
    columns = _columns(book, rows, rows.frame, "day", "printer")
    write_list(book, sheet, columns, rows.frame, row)


def _columns(
    book: Book, rows: SheetRows, frame: pl.DataFrame, *first: str
) -> list[Column]:
    styles = {"day": "date", "printer": "text"}
    return [
        *(column(name, styles[name], 11, book) for name in first),
        column("batch", "place", 8, book),
        *columns_of(
            rows, frame.select(measures(rows, frame)).row(0, named=True), book.texts
        ),
    ]


def _write_days(book: Book, plan: AnyPlan) -> None:
    """Write cards by day and printer, and a chart of what is left."""
    sheet = add_page(book, "days", plan, landscape=False)
    texts = book.texts
    row = 1 + write_top(book, sheet, plan, [texts.text("book.days")])
    table = days_table(plan, texts)
    columns = [
        Column(
            str(place),
            column.heading,
            "date" if column.kind == "day" else "count",
            max(9.0, min(12.0, len(column.heading) * 0.95)),
        )
        for place, column in enumerate(table.columns)
    ]
    frame = pl.DataFrame(table.rows, [column.name for column in columns], orient="row")
    last = write_list(book, sheet, columns, frame, row - 1, filtered=False)
    if frame.height > _CHART:
        _add_chart(book, sheet, last + 1 - frame.height, frame)


def _add_chart(book: Book, sheet: Any, begin: int, frame: pl.DataFrame) -> None:
    """Draw the last two columns of a list that begins in a row."""
    texts, end = book.texts, begin + frame.height - 1
    chart = book.workbook.add_chart({"type": "line"})
    name = sheet.get_name()
    days = [name, begin, 0, end, 0]
    # What a program shows that does not look the cells up itself.
    numbers = (frame.to_series(0) - _FIRST_DAY).dt.total_days().to_list()
    for place, colour in ((-2, "#1F3864"), (-1, "#C55A11")):
        at = frame.width + place
        chart.add_series(
            {
                "name": [name, begin - 1, at],
                "categories": days,
                "categories_data": numbers,
                "values": [name, begin, at, end, at],
                "values_data": frame.to_series(at).to_list(),
                "line": {"color": colour, "width": 2},
            }
        )
    chart.set_title({"name": texts.text("book.chart"), "name_font": {"size": 12}})
    chart.set_x_axis({"date_axis": True, "num_format": "d/m", "num_font": {"size": 9}})
    chart.set_y_axis({"num_format": "#,##0", "min": 0, "num_font": {"size": 9}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 620, "height": 320})
    sheet.insert_chart(end + 2, 0, chart)


def _write_unprinted(book: Book, plan: AnyPlan) -> None:
    sheet = add_page(book, "unprinted", plan, landscape=False)
    texts = book.texts
    line = texts.text("book.unprinted_cards", count=plan.unprinted.height)
    row = write_top(book, sheet, plan, [texts.text("book.unprinted"), line])
    codes = plan.unprinted["reason"].unique().sort().to_list()
    shown = [texts.name("unprinted", code) for code in codes]
    frame = plan.unprinted.with_columns(
        pl.col("reason").replace_strict(codes, shown, return_dtype=pl.String)
    )
    columns = [
        column("application_id", "text", 24, book),
        column("waiting_since", "date", 12, book),
        column("urgency", "text", 14, book),
        column("reason", "text", 44, book),
    ]
    write_list(book, sheet, columns, frame, row)


def _write_held(book: Book, plan: AnyPlan) -> None:
    sheet = add_page(book, "held", plan, landscape=False)
    texts, held = book.texts, plan.backlog.held
    line = texts.text("book.held_cards", count=held.height)
    row = write_top(book, sheet, plan, [texts.text("book.held"), line])
    for status, count in status_table(plan, texts).rows:
        row += 1
        book.write(sheet, row, 0, status, book.style("text", font_size=10))
        book.write(sheet, row, 1, count, book.style("count", font_size=10))
    if held.height:
        columns = [
            column("application_id", "text", 34, book),
            column("status", "text", 34, book),
        ]
        if held["area"].null_count() < held.height:
            columns.append(column("area", "text", 22, book))
        write_list(book, sheet, columns, held.sort("application_id", "status"), row + 1)


def _write_rejects(book: Book, plan: AnyPlan) -> None:
    sheet = add_page(book, "rejects", plan, landscape=True)
    texts, rejects = book.texts, plan.backlog.rejects
    count = texts.text("book.rejected", count=rejects.height)
    lines = [texts.text("book.rejects"), count]
    if rejects.height:
        lines.append(texts.text("book.rejects_how"))
    row = write_top(book, sheet, plan, lines)
    if rejects.height:
        write_rejects(book, sheet, rejects.sort("row", maintain_order=True), row)
