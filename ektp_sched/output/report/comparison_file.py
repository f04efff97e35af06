"""The folder of a comparison: written, and comparison.json and daily.csv read back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from pydantic import ValidationError

from ektp_sched.documents.files import damaged, json_file
from ektp_sched.documents.seal import COMPARISON
from ektp_sched.errors import FolderError
from ektp_sched.office.files import ordinary_bytes
from ektp_sched.output.placing import sealed_folder
from ektp_sched.output.report.comparison_page import write_comparison_report
from ektp_sched.places import settle
from ektp_sched.scenarios.compare.comparison import Comparison
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.words import Said


DAILY: Final = "daily.csv"

_AGAIN: Final = said(
    "run `ektp-sched compare` again", "jalankan `ektp-sched compare` lagi"
)
_COLUMNS: Final = ("scenario", "day", "waiting_p10", "waiting_p50", "waiting_p90")


def comparison_of(
    document: dict[str, Any], daily: pl.DataFrame, file: str = COMPARISON
) -> Comparison:
    """Return what comparison.json and daily.csv hold, ``file`` naming the first.

    Raises
    ------
    ektp_sched.errors.FolderError
        Naming the first wrong key.
    """
    try:
        return Comparison.model_validate({**document, "table": daily})
    except ValidationError as error:
        raise damaged(error, file, _AGAIN) from None


def read_comparison(path: str | Path) -> Comparison:
    """Read the folder of a comparison.

    Parameters
    ----------
    path
        A folder that `compare` wrote.

    Raises
    ------
    ektp_sched.errors.FolderError
        Naming the file and the key, if one is missing or damaged.
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
            again=_AGAIN,
        )
        raise FolderError(message, file=str(path)) from None
    if not isinstance(document, dict) or "scenarios" not in document:
        message = said(
            "its {name} is no comparison; {again}",
            "{name} di dalamnya bukan perbandingan; {again}",
            name=COMPARISON,
            again=_AGAIN,
        )
        raise FolderError(message, file=str(path))
    lacking = _lacking(daily)
    if lacking:
        message = said(
            "lacks {what}; {again}",
            "tidak memuat {what}; {again}",
            what=lacking,
            again=_AGAIN,
        )
        raise FolderError(message, file=str(folder / DAILY))
    return comparison_of(document, daily, str(folder / COMPARISON))


def _lacking(daily: pl.DataFrame) -> str | Said:
    """Return what a table would have to hold beside what it does; empty for nothing."""
    missing = ", ".join(name for name in _COLUMNS if name not in daily.columns)
    if missing or daily.schema["day"] == pl.Date:
        return missing
    return said("a column of dates called day", "kolom tanggal yang bernama day")


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
