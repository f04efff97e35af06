"""The report of a plan, from the figures to the page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ektp_sched.output.digest import key_figures, proof
from ektp_sched.output.report.charts import need_charts
from ektp_sched.output.report.page import Page, Paragraph, Section, Tile, render
from ektp_sched.output.report.plan_data import gather
from ektp_sched.output.report.plan_figures import (
    backlog_part,
    gains_parts,
    load_parts,
    wait_parts,
)
from ektp_sched.output.report.plan_limits import limit_parts
from ektp_sched.output.report.plan_shifts import shift_parts
from ektp_sched.output.report.plan_tables import (
    held_parts,
    oldest_parts,
    proof_parts,
    today_parts,
)
from ektp_sched.rules import HOLDING, holding_back
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.output.report.page import Part
    from ektp_sched.output.report.plan_data import PlanData

__all__ = ["plan_report"]


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
    parts: dict[str, list[Part]] = {}
    if plan.assignments.height:
        parts["today"] = today_parts(plan, texts)
        parts["load"] = load_parts(data, texts)
    if plan.office.shifts:
        parts["shifts"] = shift_parts(plan, texts)
    for rule in holding_back(plan.office):
        parts[rule.name] = limit_parts(plan, rule, texts)
    if plan.assignments.height:
        parts["backlog"] = [backlog_part(plan, data, texts)]
    if plan.backlog.planned:
        parts["waits"] = wait_parts(plan, data, texts)
        parts["oldest"] = oldest_parts(plan, texts)
    parts["held"] = held_parts(plan, texts)
    parts["proof"] = [Paragraph(proof(plan, texts)), *proof_parts(plan, texts)]
    if data.gains is not None and plan.assignments.height:
        parts["gains"] = gains_parts(data.gains, texts)
    if plan.notices:
        parts["warnings"] = [Paragraph(texts.notice(each)) for each in plan.notices]
    first = data.figures.clearance.by_day["day"]
    day = first[0] if first.len() else plan.start
    titles = {name: f"report.{name}.title" for name in parts}
    titles |= {"warnings": "book.warnings"}
    titles |= {"shifts": "shifts.title"}
    long = texts.long_date(day)
    of_rules = {
        rule.name: in_language(rule.words.title, texts.code) for rule in HOLDING
    }
    return tuple(
        Section(
            name,
            of_rules.get(name) or texts.text(titles[name], day=long),
            tuple(each),
        )
        for name, each in parts.items()
    )


def _footer(plan: AnyPlan, texts: Language) -> tuple[str, ...]:
    source = plan.backlog.source
    if source is None:
        return (texts.text("report.made_memory"),)
    lines = [texts.text("report.made", source=source)]
    if plan.backlog.digest is not None:
        lines.append(texts.text("report.digest", digest=plan.backlog.digest))
    return tuple(lines)
