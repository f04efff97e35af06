"""The quotas of a plan in its report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.output.quotas import COLUMNS, quota_cells, quota_lines, quota_notes
from ektp_sched.output.report.page import Paragraph, Table

if TYPE_CHECKING:
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language
    from ektp_sched.output.report.page import Part

__all__ = ["quota_parts"]


def quota_parts(plan: AnyPlan, texts: Language) -> list[Part]:
    """Return what each quota wants and what is printed, as a table.

    Parameters
    ----------
    plan
        Of an office with quotas.
    texts
        Language.
    """
    lines = quota_lines(plan)
    headings = tuple(texts.text(f"quotas.{name}") for name in COLUMNS)
    rows = tuple(quota_cells(line, texts) for line in lines)
    return [
        Table(texts.text("quotas.caption"), headings, rows, texts=2),
        Paragraph(quota_notes(lines, texts), "note"),
    ]
