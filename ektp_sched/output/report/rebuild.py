"""Writing the report of a folder anew, from what lies in it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

from ektp_sched.documents.files import json_file, json_text
from ektp_sched.documents.reading import load
from ektp_sched.documents.seal import COMPARISON, SUMMARY
from ektp_sched.output.evidence import refuse_changed
from ektp_sched.output.languages import language
from ektp_sched.output.report.comparison_file import read_comparison
from ektp_sched.output.report.comparison_page import comparison_report
from ektp_sched.output.report.plan_page import plan_report
from ektp_sched.places import replace_file

REPORT: Final = "report.html"


def rebuild(path: str | Path, *, lang: str | None = None) -> Path:
    """Write report.html of a plan or a comparison anew, and its digest.

    Parameters
    ----------
    path
        A folder that ``plan`` or ``compare`` wrote.
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
    if (folder / COMPARISON).exists():
        name = COMPARISON
        comparison = read_comparison(folder)
        stated = json_file(folder / COMPARISON)
        html = comparison_report(comparison, language(lang or comparison.language))
    else:
        name = SUMMARY
        saved = load(folder)
        # The page is written anew; a killed command may have got as far as that.
        refuse_changed(saved, but=(REPORT,))
        stated = saved.summary
        html = plan_report(saved, language(lang or stated["language"]))
    replace_file(folder / REPORT, html.encode())
    _state(folder / name, stated, html)
    return folder / REPORT


def _state(path: Path, stated: dict[str, Any], html: str) -> None:
    """Write the new report's digest among those of the folder's files."""
    if not isinstance(stated.get("files"), dict):
        return
    digest = hashlib.sha256(html.encode("utf-8")).hexdigest()
    files = {**stated["files"], REPORT: digest}
    text = json_text({**stated, "files": dict(sorted(files.items()))})
    replace_file(path, text.encode())
