"""What the limits of a rule that holds cards back come to, in a plan's report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.output.limits import (
    limit_cells,
    limit_headings,
    limit_lines,
    limit_notes,
)
from ektp_sched.output.report.page import Paragraph, Table
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.output.report.page import Part
    from ektp_sched.rules import Rule

__all__ = ["limit_parts"]


def limit_parts(plan: AnyPlan, rule: Rule, texts: Language) -> list[Part]:
    """Return what each number of a rule wants and what is printed, as a table."""
    lines = limit_lines(plan, rule)
    rows = tuple(limit_cells(line, rule, plan.office, texts) for line in lines)
    caption = in_language(rule.words.caption, texts.code)
    return [
        Table(caption, limit_headings(rule, texts), rows, texts=2),
        Paragraph(limit_notes(lines, rule, texts), "note"),
    ]
