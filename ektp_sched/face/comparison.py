"""A comparison of scenarios: it saves itself, draws its chart, and shows itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ektp_sched import scenarios
from ektp_sched.face.verbs import returning

if TYPE_CHECKING:
    from pathlib import Path


class Comparison(scenarios.Comparison):  # noqa: D101 (that of the room)
    __doc__ = scenarios.Comparison.__doc__

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write comparison.json, daily.csv and the report, whole or not at all.

        Parameters
        ----------
        path
            The folder.
        force
            Also replace an earlier comparison that was changed since.

        Raises
        ------
        ektp_sched.errors.FolderError
            If the folder holds something else, or cannot be written.
        """
        from ektp_sched.output.report.comparison_file import save_comparison

        save_comparison(self, path, force=force)

    def chart(self) -> Any:
        """Return the chart of every scenario's backlog by day, of altair.

        Raises
        ------
        ektp_sched.errors.MissingExtraError
            If the extra ``report`` is not installed; it is an ImportError.
        """
        from ektp_sched.output.report import comparison_chart

        return comparison_chart(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: findings, figures, and the chart."""
        from ektp_sched.output.report import comparison_html

        return comparison_html(self)


compare: Final = returning(Comparison, scenarios.compare)
