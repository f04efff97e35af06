"""The first page of the planner's workbook: the plan at a glance."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ektp_sched.output.digest import key_figures, proof
from ektp_sched.output.draw.sheet import Sheet
from ektp_sched.output.limits import limit_sections
from ektp_sched.output.lists import add_page, write_top
from ektp_sched.output.understood import reconciled
from ektp_sched.output.view.plan import (
    area_section,
    notice_section,
    proof_section,
    shift_section,
)
from ektp_sched.output.view.yesterday import yesterday_section

if TYPE_CHECKING:
    from ektp_sched.output.book import Book
    from ektp_sched.output.figures import AnyPlan


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
