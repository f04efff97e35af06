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
from ektp_sched.office.files import replace_file
from ektp_sched.words import said, system_reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.backlog.promised import PromisedTable

__all__ = ["check_target", "write_backlog_copy"]

_ENDINGS: Final = (".csv", ".xlsx")
_MOST_ROWS: Final = 1_048_575
"""Rows below the heading that a sheet can hold."""

_LONGEST: Final = 32_767
"""Signs that a cell can hold."""


def check_target(path: str | Path, inputs: Sequence[Path]) -> Path:
    """Return where a copy may be written.

    Parameters
    ----------
    path
        The new file.
    inputs
        Files that were read and must stay.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the ending is neither .csv nor .xlsx, its folder is missing, or the
        file is one that was read.
    """
    target, shown = Path(path), str(path)
    if target.suffix.lower() not in _ENDINGS:
        message = "must end in .csv or .xlsx, as the new backlog is written in one"
        raise FolderError(message, file=shown)
    if target.is_dir() or not target.parent.is_dir():
        why = "is a folder" if target.is_dir() else "lies in no folder that is there"
        raise FolderError(f"{why}; name a new file", file=shown)
    if any(p.exists() and target.exists() and target.samefile(p) for p in inputs):
        message = "is a file that is read here and is never altered; name a new file"
        raise FolderError(message, file=shown)
    return target


def write_backlog_copy(table: PromisedTable, path: Path, start: date) -> None:
    """Write a backlog, whole or not at all.

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
        If it cannot be written, or a sheet is too short for it.
    """
    if path.suffix.lower() == ".csv":
        raw = _delimited(table)
    elif _too_large(table.frame):
        message = said(
            "cannot hold this backlog, as a sheet ends after {rows} rows and a cell "
            "after {signs} signs; give it the ending .csv",
            "tidak dapat memuat antrean ini, sebab satu lembar paling banyak {rows} "
            "baris dan satu sel {signs} huruf; beri akhiran .csv",
            rows=_MOST_ROWS,
            signs=_LONGEST,
        )
        raise FolderError(message, file=str(path))
    else:
        raw = _workbook(table, start)
    try:
        replace_file(path, raw)
    except OSError as error:
        message = said(
            "cannot be written: {reason}; name another file",
            "tidak dapat ditulis: {reason}; sebutkan berkas lain",
            reason=system_reason(error),
        )
        raise FolderError(message, file=str(path)) from None


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
