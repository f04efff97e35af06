"""The report of a plan, from the figures to the page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ektp_sched.output.book import mark_line
from ektp_sched.output.digest import key_figures
from ektp_sched.output.draw.page import Page, render
from ektp_sched.output.limits import limit_sections
from ektp_sched.output.report.charts import need_charts
from ektp_sched.output.report.plan_data import gather
from ektp_sched.output.view.figures import (
    backlog_section,
    gain_section,
    load_section,
    wait_section,
)
from ektp_sched.output.view.parts import Section, Tile
from ektp_sched.output.view.plan import (
    held_section,
    notice_section,
    oldest_section,
    proof_section,
    shift_section,
    today_section,
)
from ektp_sched.output.view.records import records_section
from ektp_sched.output.view.yesterday import yesterday_section

if TYPE_CHECKING:
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.output.report.plan_data import PlanData


def plan_report(plan: AnyPlan, texts: Language) -> str:
    """Return a plan's report: one HTML file that needs no other.

    Parameters
    ----------
    plan
        Of status ``optimal`` or ``feasible``.
    texts
        Language.

    Returns
    -------
    str
        The same for the same plan, also when read back from its folder.
        It names applications by their id and nobody by name.

    Raises
    ------
    ektp_sched.errors.MissingExtraError
        If the packages that draw charts are not installed.
    """
    need_charts()
    data = gather(plan)
    end = plan.start + timedelta(days=plan.days - 1)
    period = texts.text("book.period", start=plan.start, end=end, count=plan.days)
    page = Page(
        kicker=texts.text("report.plan.kicker", office=plan.office.name),
        title=_title(plan, data, texts),
        under=period,
        banner=texts.text("sheet.provisional") if plan.backlog.provisional else "",
        tiles=tuple(Tile(*line) for line in key_figures(plan, texts)),
        sections=_sections(plan, data, texts),
        footer=_footer(plan, texts),
    )
    return render(page, texts)


def _title(plan: AnyPlan, data: PlanData, texts: Language) -> str:
    last = data.figures.clearance.last_day
    printed, unprinted = plan.assignments.height, plan.unprinted.height
    if not plan.backlog.planned:
        return texts.text("report.plan.none")
    if not unprinted and last is not None:
        return texts.text("report.plan.cleared", count=printed, day=last)
    return texts.text(
        "report.plan.left",
        printed=printed,
        planned=plan.backlog.planned,
        unprinted=unprinted,
        day=plan.start + timedelta(days=plan.days - 1) if last is None else last,
    )


def _sections(plan: AnyPlan, data: PlanData, texts: Language) -> tuple[Section, ...]:
    prints, planned = plan.assignments.height > 0, plan.backlog.planned > 0
    return (
        *([today_section(plan, texts)] if prints else ()),
        yesterday_section(plan, texts),
        records_section(plan, texts),
        *([load_section(data, texts)] if prints else ()),
        shift_section(plan, texts),
        *limit_sections(plan, texts),
        *([backlog_section(plan, data, texts)] if prints else ()),
        *([wait_section(plan, data, texts)] if planned else ()),
        *([oldest_section(plan, texts)] if planned else ()),
        held_section(plan, texts),
        proof_section(plan, texts),
        *([gain_section(data.gains, texts)] if prints and data.gains else ()),
        notice_section(plan, texts),
    )


def _footer(plan: AnyPlan, texts: Language) -> tuple[str, ...]:
    mark, source = mark_line(plan, texts), plan.backlog.source
    marked = () if mark is None else (mark,)
    if source is None:
        return (*marked, texts.text("report.made_memory"))
    lines = [*marked, texts.text("report.made", source=source)]
    if plan.backlog.digest is not None:
        lines.append(texts.text("report.digest", digest=plan.backlog.digest))
    return tuple(lines)
