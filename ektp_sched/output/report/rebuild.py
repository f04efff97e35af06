"""Writing the report of a folder anew."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.errors import FolderError
from ektp_sched.output.languages import language
from ektp_sched.output.reading import check_folder, load
from ektp_sched.output.report.plan_report import plan_report
from ektp_sched.output.seal import SUMMARY, TEMPORARY
from ektp_sched.output.summary import json_text

if TYPE_CHECKING:
    from ektp_sched.output.reading import SavedPlan

__all__ = ["REPORT", "rebuild"]

REPORT: Final = "report.html"


def rebuild(path: str | Path, *, lang: str | None = None) -> Path:
    """Write report.html of a plan folder anew, and its digest.

    Parameters
    ----------
    path
        A folder that `plan` wrote.
    lang
        ``id`` or ``en``; None: the language that the folder was written in.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    ektp_sched.errors.FolderError
        If it is no such folder, or what the report would tell of was changed.
    ektp_sched.errors.MissingExtraError
        If the extra ``report`` is not installed.
    """
    folder = Path(path)
    saved = load(folder)
    _refuse_changed(saved)
    html = plan_report(saved, language(lang or saved.summary["language"]))
    target = folder / REPORT
    _replace(target, html)
    _state(folder / SUMMARY, saved.summary, html)
    return target


def _refuse_changed(saved: SavedPlan) -> None:
    """Raise if the folder is not what was proven when it was written."""
    found = [each for each in check_folder(saved) if each.code != "changed-sheet"]
    if found:
        what = found[0].message.rstrip(".")
        message = (
            f"was changed since it was written ({what}), so its proof may "
            "not hold any more; verify it, or plan again"
        )
        raise FolderError(message, file=str(saved.path))


def _state(path: Path, summary: dict[str, Any], html: str) -> None:
    """Write the new report's digest into the summary."""
    files = dict(summary["files"])
    files[REPORT] = hashlib.sha256(html.encode("utf-8")).hexdigest()
    stated = {**summary, "files": dict(sorted(files.items()))}
    _replace(path, json_text(stated))


def _replace(path: Path, text: str) -> None:
    """Put a file in place of another, whole or not at all."""
    new = path.with_name(f"{TEMPORARY}{path.name}")
    try:
        new.write_text(text, encoding="utf-8", newline="\n")
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
