"""The folder of a comparison: comparison.json, daily.csv and the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ektp_sched.documents.seal import COMPARISON
from ektp_sched.output.placing import sealed_folder
from ektp_sched.output.report import write_comparison_report
from ektp_sched.output.report.comparison_file import DAILY

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.scenarios.compare.comparison import Comparison


def save_comparison(
    comparison: Comparison,
    path: str | Path,
    *,
    force: bool = False,
    lang: str | None = None,
) -> None:
    """Write the folder of a comparison, whole or not at all.

    Parameters
    ----------
    comparison
        What to write.
    path
        The folder.  A missing or empty one, and an earlier comparison that
        was not changed, are replaced.
    force
        Also replace an earlier one that was changed since.
    lang
        Language of the report; None: the office's.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder holds something else, or cannot be written.
    """
    document = comparison.document()
    whole = document | {"seconds": comparison.seconds}
    with sealed_folder(path, whole, index=COMPARISON, force=force) as folder:
        comparison.daily().write_csv(folder / DAILY)
        write_comparison_report(comparison, folder, lang=lang)
