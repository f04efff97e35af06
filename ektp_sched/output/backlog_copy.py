"""A new backlog file with the dates told; the one that was read stays as it is."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl
import xlsxwriter

from ektp_sched.errors import FolderError
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.backlog.promised import PromisedTable

__all__ = ["backlog_copy", "check_target"]

_ENDINGS: Final = (".csv", ".xlsx")
_MOST_ROWS: Final = 1_048_575
"""Rows below the heading that a sheet can hold."""

_LONGEST: Final = 32_767
"""Signs that a cell can hold."""


def check_target(
    path: str | Path, inputs: Sequence[Path], out: Path | None = None
) -> Path:
    """Return where a copy may be written.

    Parameters
    ----------
    path
        The new file.
    inputs
        Files that were read and must stay.
    out
        A folder that is written too, and replaced whole; None: there is none.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the ending is neither .csv nor .xlsx, its folder is missing, the
        file is one that was read, or it lies in the other folder.
    """
    target, why = Path(path), None
    if target.suffix.lower() not in _ENDINGS:
        why = said(
            "must end in .csv or .xlsx, as the new backlog is written in one",
            "harus berakhiran .csv atau .xlsx, sebab antrean baru ditulis sebagai itu",
        )
    elif target.is_dir():
        why = said("is a folder; name a new file", "adalah folder; sebutkan berkas")
    elif out is not None and out.resolve() in target.resolve().parents:
        why = said(
            "lies in {folder}, which is replaced whole; name a file elsewhere",
            "terletak di dalam {folder}, yang diganti seluruhnya; sebutkan berkas di "
            "tempat lain",
            folder=str(out),
        )
    elif not target.parent.is_dir():
        why = said(
            "lies in no folder that is there; name a new file",
            "terletak di folder yang tidak ada; sebutkan berkas baru",
        )
    elif target.exists() and any(p.exists() and target.samefile(p) for p in inputs):
        why = said(
            "is a file that is read here and is never altered; name a new file",
            "adalah berkas yang dibaca di sini dan tidak pernah diubah; sebutkan "
            "berkas baru",
        )
    if why is not None:
        raise FolderError(why, file=str(path))
    return target


def backlog_copy(table: PromisedTable, path: Path, start: date) -> bytes:
    """Return a backlog as the bytes of its file.

    Parameters
    ----------
    table
        Its rows.
    path
        As `check_target` returns it; CSV in UTF-8 with commas, or a workbook
        in which every cell is text.
    start
        Date of the workbook, so that equal input gives equal bytes.

    Raises
    ------
    ektp_sched.errors.FolderError
        If a sheet is too short for it.
    """
    if path.suffix.lower() == ".csv":
        return _delimited(table)
    if _too_large(table.frame):
        message = said(
            "cannot hold this backlog, as a sheet ends after {rows} rows and a cell "
            "after {signs} signs; give it the ending .csv",
            "tidak dapat memuat antrean ini, sebab satu lembar paling banyak {rows} "
            "baris dan satu sel {signs} karakter; beri akhiran .csv",
            rows=_MOST_ROWS,
            signs=_LONGEST,
        )
        raise FolderError(message, file=str(path))
    return _workbook(table, start)


def _delimited(table: PromisedTable) -> bytes:
    heading = io.StringIO()
    csv.writer(heading, lineterminator="\n").writerow(table.headings)
    # Headings may repeat one another, which no frame can.
    rows = table.frame.write_csv(include_header=False)
    return (heading.getvalue() + rows).encode()


def _too_large(frame: pl.DataFrame) -> bool:
    if frame.height > _MOST_ROWS:
        return True
    longest = frame.select(pl.all().str.len_chars().max()).row(0)
    return any(length > _LONGEST for length in longest if length)


def _workbook(table: PromisedTable, start: date) -> bytes:
    memory = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(memory, options) as workbook:
        workbook.set_properties({"created": datetime.combine(start, time())})
        sheet = workbook.add_worksheet("backlog")
        sheet.freeze_panes(1, 0)
        for row, cells in enumerate([table.headings, *table.frame.iter_rows()]):
            for at, cell in enumerate(cells):
                if cell:
                    sheet.write_string(row, at, cell)
    return memory.getvalue()
