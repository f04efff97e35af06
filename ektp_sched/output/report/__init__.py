"""Reports that people look at: one HTML file each, with charts, for any screen."""

from ektp_sched.output.report.charts import available as charts_available
from ektp_sched.output.report.comparison_page import (
    comparison_report,
    write_comparison_report,
)
from ektp_sched.output.report.notebook import (
    comparison_chart,
    comparison_html,
    plan_chart,
    plan_html,
)
from ektp_sched.output.report.plan_page import plan_report
from ektp_sched.output.report.rebuild import rebuild

__all__ = [
    "charts_available",
    "comparison_chart",
    "comparison_html",
    "comparison_report",
    "plan_chart",
    "plan_html",
    "plan_report",
    "rebuild",
    "write_comparison_report",
]
