"""A plan just made: it saves itself, draws its chart, and shows itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from ektp_sched import planning
from ektp_sched.face.verbs import returning

if TYPE_CHECKING:
    from pathlib import Path


class Plan(planning.Plan):  # noqa: D101 (that of the room)
    __doc__ = planning.Plan.__doc__
    __slots__ = ()

    def save(
        self,
        path: str | Path,
        *,
        format: Literal["csv", "parquet"] = "csv",  # noqa: A002 (the option's name)
        xlsx: bool = True,
        all_sheets: bool = False,
        report: bool = True,
        force: bool = False,
        lang: Literal["id", "en"] | None = None,
    ) -> None:
        """Verify the plan and write its folder, whole or not at all.

        Parameters
        ----------
        path
            The folder.  An empty folder or an earlier plan is replaced.
        format
            Of the plan's table.
        xlsx
            Whether to write workbooks too.
        all_sheets
            Whether to write a workbook for every day, not for the first five.
        report
            Whether to write report.html, where the extra ``report`` is installed.
        force
            Also replace a plan folder that was changed since.
        lang
            Language of the sheets; the office's if left out.

        Raises
        ------
        ektp_sched.errors.FolderError
            The folder holds something else, or cannot be written.
        ektp_sched.errors.UsageError
            There is no plan to save.
        """
        from ektp_sched.output import save

        save(
            self,
            path,
            format=format,
            xlsx=xlsx,
            all_sheets=all_sheets,
            report=report,
            force=force,
            lang=lang,
        )

    def chart(self) -> Any:
        """Return the chart of the backlog by day, of altair.

        Raises
        ------
        ektp_sched.errors.MissingExtraError
            If the extra ``report`` is not installed; it is an ImportError.
        ektp_sched.errors.UsageError
            If nothing is printed, so that there is nothing to draw.
        """
        from ektp_sched.output.report import plan_chart

        return plan_chart(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: key figures, days, and the chart."""
        from ektp_sched.output.report import plan_html

        return plan_html(self)


plan: Final = returning(Plan, planning.plan)
