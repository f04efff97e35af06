"""A plan read back from its folder: it draws its chart, and shows itself."""

from __future__ import annotations

from typing import Any, Final

from ektp_sched import output
from ektp_sched.face.verbs import returning

__all__ = ["SavedPlan", "load"]


class SavedPlan(output.SavedPlan):  # noqa: D101 (that of the room)
    __doc__ = output.SavedPlan.__doc__
    __slots__ = ()

    def chart(self) -> Any:
        """Return the chart of the backlog by day, as of a plan just made."""
        from ektp_sched.output.report import plan_chart

        return plan_chart(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: key figures, days, and the chart."""
        from ektp_sched.output.report import plan_html

        return plan_html(self)


load: Final = returning(SavedPlan, output.load)
