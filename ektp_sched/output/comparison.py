"""The folder of a comparison: comparison.json, daily.csv and the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.errors import FolderError
from ektp_sched.office.ordinary import ordinary_bytes
from ektp_sched.output.placing import sealed_folder
from ektp_sched.output.plain_json import json_file
from ektp_sched.output.seal import COMPARISON
from ektp_sched.places import settle
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.scenarios.compare.comparison import Comparison

__all__ = ["AGAIN", "COMPARISON", "DAILY", "read_comparison", "save_comparison"]

DAILY: Final = "daily.csv"

AGAIN: Final = said(
    "run `ektp-sched compare` again", "jalankan `ektp-sched compare` lagi"
)


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
    from ektp_sched.output.report import write_comparison_report

    document = comparison.document()
    daily = comparison.daily()
    whole = document | {"seconds": comparison.seconds}
    with sealed_folder(path, whole, index=COMPARISON, force=force) as folder:
        daily.write_csv(folder / DAILY)
        write_comparison_report(document, daily, folder, lang=lang)


def read_comparison(path: str | Path) -> tuple[dict[str, Any], pl.DataFrame]:
    """Read comparison.json and daily.csv of a folder.

    Parameters
    ----------
    path
        A folder that `save_comparison` wrote.

    Raises
    ------
    ektp_sched.errors.FolderError
        If it is none.
    """
    folder = Path(path)
    settle(folder)
    for name in (COMPARISON, DAILY):
        if not (folder / name).exists():
            message = said(
                "holds no {name}; give a folder that `ektp-sched compare` wrote",
                "tidak memuat {name}; sebutkan folder yang ditulis `ektp-sched "
                "compare`",
                name=name,
            )
            raise FolderError(message, file=str(path))
    try:
        document = json_file(folder / COMPARISON)
        daily = pl.read_csv(ordinary_bytes(folder / DAILY), try_parse_dates=True)
    except (OSError, ValueError, RecursionError, pl.exceptions.PolarsError):
        message = said(
            "its {first} or {second} cannot be read; {again}",
            "{first} atau {second} di dalamnya tidak dapat dibaca; {again}",
            first=COMPARISON,
            second=DAILY,
            again=AGAIN,
        )
        raise FolderError(message, file=str(path)) from None
    if not isinstance(document, dict) or "scenarios" not in document:
        message = said(
            "its {name} is no comparison; {again}",
            "{name} di dalamnya bukan perbandingan; {again}",
            name=COMPARISON,
            again=AGAIN,
        )
        raise FolderError(message, file=str(path))
    return document, daily
