"""What a notebook shows of a result: a table and a chart."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from ektp_sched.errors import UsageError
from ektp_sched.output.conflict_text import conflict_lines
from ektp_sched.output.digest import key_figures, proof
from ektp_sched.output.languages import language
from ektp_sched.output.report.charts import available, need_charts, plain_svg
from ektp_sched.output.report.comparison_answer import warning_sentence
from ektp_sched.output.report.comparison_charts import fan_chart
from ektp_sched.output.report.comparison_tables import overview_table
from ektp_sched.output.report.comparison_text import headline, press_paragraph
from ektp_sched.output.report.comparison_words import Words
from ektp_sched.output.report.plan_charts import backlog_chart
from ektp_sched.output.report.plan_data import gather
from ektp_sched.output.view.parts import Table, written
from ektp_sched.output.view.plan import days_table
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.output.report.charts import Spec
    from ektp_sched.scenarios.compare.comparison import Comparison


def plan_chart(plan: AnyPlan) -> Any:
    """Return the chart of a plan's backlog by day, of altair.

    Parameters
    ----------
    plan
        With prints.

    Raises
    ------
    ektp_sched.errors.MissingExtraError
        If the extra ``report`` is not installed.
    ektp_sched.errors.UsageError
        If the plan prints nothing.
    """
    need_charts()
    if not plan.assignments.height:
        message = said(
            "the plan prints nothing (status {status}): nothing to draw",
            "rencana ini tidak mencetak apa pun (status {status}): tidak ada yang "
            "digambar",
            status=str(plan.status),
        )
        raise UsageError(message)
    return _of_altair(_backlog(plan))


def _backlog(plan: AnyPlan) -> Spec:
    return backlog_chart(plan, gather(plan), language(plan.office.language))


def _of_altair(chart: Spec) -> Any:
    from altair import LayerChart

    return LayerChart.from_dict(chart)


def plan_html(plan: AnyPlan) -> str:
    """Return a plan as a notebook shows it."""
    texts = language(plan.office.language)
    title = texts.text("terminal.planned", office=plan.office.name, start=plan.start)
    head = f"<h3>{escape(title)}</h3>"
    if plan.status not in ("optimal", "feasible"):
        every = getattr(plan, "conflict", ())
        why = [line for each in every for line in conflict_lines(each, plan, texts)]
        said = [texts.text(f"terminal.{plan.status}"), *why]
        return head + "".join(f"<p>{escape(each)}</p>" for each in said)
    days = days_table(plan, texts)
    parts = [
        head,
        _pairs(key_figures(plan, texts)),
        _table(replace(days, rows=days.rows[: days.first]), texts),
        f"<p>{escape(proof(plan, texts))}</p>",
    ]
    if plan.assignments.height and available():
        parts.append(plain_svg(_backlog(plan), texts))
    return "".join(parts)


def comparison_chart(comparison: Comparison) -> Any:
    """Return the chart of every scenario's backlog by day, of altair.

    Raises
    ------
    ektp_sched.errors.MissingExtraError
        If the extra ``report`` is not installed.
    """
    need_charts()
    return _of_altair(fan_chart(Words(comparison, language(comparison.language))))


def comparison_html(comparison: Comparison) -> str:
    """Return a comparison as a notebook shows it."""
    words = Words(comparison, language(comparison.language))
    table = overview_table(words)
    title = " ".join(filter(None, (warning_sentence(words), headline(words))))
    parts = [
        f"<h3>{escape(title)}</h3>",
        f"<p>{escape(press_paragraph(words))}</p>",
        _table(table, words.texts),
    ]
    if available():
        parts.append(plain_svg(fan_chart(words), words.texts))
    return "".join(parts)


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return f"<table>{''.join(map(_row, pairs))}</table>"


def _table(table: Table, texts: Language) -> str:
    headings = _row((column.heading for column in table.columns), "th")
    return f"<table>{headings}{''.join(map(_row, written(table, texts)))}</table>"


def _row(cells: Iterable[str], tag: str = "td") -> str:
    written_out = "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells)
    return f"<tr>{written_out}</tr>"
