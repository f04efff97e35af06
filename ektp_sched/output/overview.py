"""The first page of the planner's workbook: the plan at a glance."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.output.digest import cell_shown, key_figures, proof, reconciled
from ektp_sched.output.figures import uses
from ektp_sched.output.limits import (
    limit_cells,
    limit_headings,
    limit_lines,
    limit_notes,
)
from ektp_sched.output.lists import add_page, write_top
from ektp_sched.output.shifts import (
    ALWAYS,
    no_shift,
    shift_notes,
    shifts_saved,
    unsaid,
)
from ektp_sched.rules import holding_back
from ektp_sched.rules.tiers import DECISION_TIERS
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from ektp_sched.output.book import Book
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.rules import Rule

__all__ = ["one_more", "write_overview"]

_WIDTHS: Final = (36, 16, 15, 15, 18)
_WIDE: Final = 100
"""Characters on one line over all columns."""


def write_overview(book: Book, plan: AnyPlan) -> None:
    """Write key figures, proof, objectives, limits, areas and warnings."""
    texts = book.texts
    sheet = add_page(book, "summary", plan, landscape=False)
    for index, width in enumerate(_WIDTHS):
        sheet.set_column(index, index, width)
    end = plan.start + timedelta(days=plan.days - 1)
    period = texts.text("book.period", start=plan.start, end=end, count=plan.days)
    row = write_top(book, sheet, plan, [texts.text("book.title"), period])
    row = _paragraph(book, sheet, row + 1, proof(plan, texts))
    row = _section(book, sheet, row, texts.text("book.key_figures"))
    counted = (texts.text("digest.reconciled_label"), reconciled(plan.backlog, texts))
    for label, value in (counted, *key_figures(plan, texts)):
        row = _line(book, sheet, row, label, value)
    row = _tiers(book, sheet, row + 1, plan)
    if plan.office.shifts:
        row = _shifts(book, sheet, row + 1, plan)
    for rule in holding_back(plan.office):
        row = _rule(book, sheet, row + 1, plan, rule)
    row = _limits(book, sheet, row + 1, plan)
    row = _areas(book, sheet, row + 1, plan)
    if plan.notices:
        row = _section(book, sheet, row + 1, texts.text("book.warnings"))
        for notice in plan.notices:
            row = _paragraph(book, sheet, row, f"•  {texts.notice(notice)}")


def _section(book: Book, sheet: Any, row: int, title: str) -> int:
    style = book.style("section")
    sheet.write_string(row, 0, title, style)
    for column in range(1, len(_WIDTHS)):
        sheet.write_blank(row, column, None, style)
    return row + 1


def _paragraph(book: Book, sheet: Any, row: int, text: str) -> int:
    lines = -(-len(text) // _WIDE)
    sheet.set_row(row, 15 * lines)
    style = book.style("paragraph")
    sheet.merge_range(row, 0, row, len(_WIDTHS) - 1, "", style)
    sheet.write_string(row, 0, text, style)
    return row + 1


def _line(book: Book, sheet: Any, row: int, label: str, value: str) -> int:
    """Write a label and its value, which takes the rest of the row."""
    room = int(sum(_WIDTHS[1:]) * 1.15)
    sheet.set_row(row, 16 * -(-len(value) // room))
    sheet.write_string(row, 0, label, book.style("text", valign="top"))
    style = book.style("text", bold=True, text_wrap=True, valign="top")
    sheet.merge_range(row, 1, row, len(_WIDTHS) - 1, "", style)
    sheet.write_string(row, 1, value, style)
    return row + 1


def _table(
    book: Book,
    sheet: Any,
    row: int,
    headings: Sequence[str],
    rows: Sequence[Any],
    *,
    wrap: bool = False,
) -> int:
    """Write a small table: texts left, numbers right; long texts in two lines."""
    sheet.set_row(row, 28)
    for index, heading in enumerate(headings):
        align = "left" if index == 0 else "center"
        style = book.style("heading", align=align, indent=int(align == "left"))
        sheet.write_string(row, index, heading, style)
    for values in rows:
        row += 1
        if wrap:
            sheet.set_row(row, 15 * _lines(values))
        for index, value in enumerate(values):
            name = "text" if isinstance(value, str) else "count"
            more: dict[str, Any] = (
                {"align": "center"} if index and name == "text" else {}
            )
            if isinstance(value, float):
                more = {"num_format": "#,##0.00"}
            if wrap:
                more |= {"text_wrap": True, "valign": "top"}
            book.write(sheet, row, index, value, book.style(name, **more))
    return row + 1


def _lines(texts: Sequence[str]) -> int:
    """Return how many lines a row of texts takes in columns of `_WIDTHS`."""
    pairs = zip(texts, _WIDTHS, strict=True)
    return max(-(-len(text) // (width - 2)) for text, width in pairs)


def _tiers(book: Book, sheet: Any, row: int, plan: AnyPlan) -> int:
    """Write the value of every objective, one row a rank."""
    texts = book.texts
    # What the shifts cost knows no rank, and stands in their own table.
    tiers = [tier for tier in plan.tiers if tier.name not in DECISION_TIERS]
    names = list(dict.fromkeys(tier.name for tier in tiers))
    ranks = list(dict.fromkeys(tier.rank for tier in tiers))
    if not names:
        return row
    row = _section(book, sheet, row, texts.text("book.objectives"))
    units = [f"{texts.name('tier', n)} ({texts.name('unit', n)})" for n in names]
    values = {(tier.name, tier.rank): tier.amount for tier in tiers}
    label = "book.everybody" if ranks == [None] else "book.rank_none"
    rows = []
    for rank in ranks:
        shown = texts.text(label) if rank is None else str(rank)
        rows.append((shown, *(_number(values.get((name, rank))) for name in names)))
    return _table(book, sheet, row, [texts.text("book.rank"), *units], rows)


def _shifts(book: Book, sheet: Any, row: int, plan: AnyPlan) -> int:
    """Write which shifts are worked, what each costs and saves."""
    texts = book.texts
    row = _section(book, sheet, row, texts.text("shifts.title"))
    if not plan.shifts:
        return _paragraph(book, sheet, row, no_shift(plan, texts))
    names = ("day_shift", "cost", *ALWAYS)
    headings = [texts.text(f"shifts.{name}") for name in names]
    saved = shifts_saved(plan.shifts)
    rows = []
    for use, values in zip(plan.shifts, saved.rows, strict=True):
        day = f"{texts.weekday(use.day)} {texts.short_date(use.day)}, {use.shift}"
        known = dict(zip(saved.names, values, strict=True))
        cells = [known[name] for name in ALWAYS]
        said = [unsaid(use, texts) if v is None else _number(v) for v in cells]
        rows.append((day, use.cost_idr, *said))
    row = _table(book, sheet, row, headings, rows)
    return _paragraph(book, sheet, row, shift_notes(plan, texts))


def _rule(book: Book, sheet: Any, row: int, plan: AnyPlan, rule: Rule) -> int:
    """Write what each number of a rule wants and what is printed."""
    texts, lines = book.texts, limit_lines(plan, rule)
    row = _section(book, sheet, row, in_language(rule.words.title, texts.code))
    rows = [limit_cells(line, rule, plan.office, texts) for line in lines]
    row = _table(book, sheet, row, limit_headings(rule, texts), rows, wrap=True)
    return _paragraph(book, sheet, row, limit_notes(lines, rule, texts))


def _number(value: Fraction | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value.denominator == 1 else float(value)


def _limits(book: Book, sheet: Any, row: int, plan: AnyPlan) -> int:
    """Write how far printers and servers are used: the full ones limit."""
    found = uses(plan)
    if not found:
        return row
    texts = book.texts
    row = _section(book, sheet, row, texts.text("book.limits"))
    names = ("resource", "cards_done", "capacity", "full_days", "one_more")
    headings = [texts.text(f"book.{name}") for name in names]
    gains = one_more(plan)
    rows = []
    for use in found:
        kind = texts.text("column.server" if use.is_server else "column.printer")
        full = texts.text("book.full_of", full=use.days_full, days=use.days)
        gain = gains.get(use.resource)
        own = use.resource.startswith(kind.lower())
        label = use.resource if own else f"{kind} {use.resource}"
        rows.append((label, use.cards, use.limit, full, gain))
    row = _table(book, sheet, row, headings, rows)
    if gains:
        note = book.style("note", font_size=9)
        sheet.write_string(row, 0, texts.text("book.one_more_note"), note)
        row += 1
    return row


def one_more(plan: AnyPlan) -> dict[str, float]:
    """Return the pressure-days that one card more on the first day would save."""
    if plan.prices is None or not plan.assignments.height:
        return {}
    first = plan.assignments["day"].min()
    saved = (
        plan.prices.filter((pl.col("day") == first) & (pl.col("tier") == "pressure"))
        .group_by("resource")
        .agg(-pl.col("one_more").sum())
    )
    return {name: gain + 0.0 for name, gain in saved.iter_rows() if gain is not None}


def _areas(book: Book, sheet: Any, row: int, plan: AnyPlan) -> int:
    table = plan.backlog.counts_by_area()
    if table["area"].null_count() == table.height:
        return row
    texts = book.texts
    row = _section(book, sheet, row, texts.text("book.areas"))
    headings = [
        texts.text(key) for key in ("column.area", "book.planned", "book.held_short")
    ]
    rows = [
        (cell_shown(area, "area", texts), planned, held)
        for area, planned, held in table.iter_rows()
    ]
    return _table(book, sheet, row, headings, rows)
