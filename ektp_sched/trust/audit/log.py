"""A print log, as an office keeps it: read, and checked row by row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.prints import (
    IDENTITY,
    PRINTED,
    UNPRINTED,
    meanings,
    positions_of,
    read_days,
    read_ids,
    read_printers,
    read_results,
)
from ektp_sched.backlog.readers import read_table
from ektp_sched.backlog.reasons import in_words
from ektp_sched.backlog.rejects import Findings
from ektp_sched.backlog.rows_below import without_rows_below
from ektp_sched.backlog.table import Table, tabulate
from ektp_sched.backlog.texts import clean
from ektp_sched.errors import BacklogError, LogError, place
from ektp_sched.public import columns_shown, is_heading
from ektp_sched.rules.nearest import nearest
from ektp_sched.words import Said, joined, said

if TYPE_CHECKING:
    from os import PathLike

    from ektp_sched.office import Notice, Office

_NEEDED: Final = ("application_id", "printed_at", "printer")
_SCHEMA: Final = {
    "row": pl.Int64,
    "application_id": pl.String,
    "printed_at": pl.Date,
    "printer": pl.String,
    "good": pl.Boolean,
    "operator": pl.String,
    "reason": pl.String,
}


NO_PRINTS: Final = pl.DataFrame(schema=_SCHEMA)


@dataclass(frozen=True, slots=True)
class PrintLog:
    """Prints that can be judged, and rows that cannot."""

    # row (in the sheet, the heading being row 1), application_id, printed_at (a date),
    # printer, good (false for a spoilt or failed print), operator, reason; in the order
    # of the file
    frame: pl.DataFrame
    # row, column, reason: one line a row; never what stood in a cell
    rejects: pl.DataFrame
    read: int  # rows with anything in them, the heading left out
    source: str | None = None  # the file's name; None without a file
    notices: tuple[Notice, ...] = ()  # what was noticed while reading and is no error


def read_log(
    path: str | PathLike[str], office: Office, *, max_rejects: float = 0.01
) -> PrintLog:
    """Read a print log from CSV, XLSX or Parquet.

    Needed are application_id (or the office's identity column, which becomes
    the same keyed id as in the backlog), printed_at and printer; result,
    operator and reason may be there.  An empty result, or one of "ok",
    "printed", "berhasil", "tercetak" and the like, is a good print; "spoilt",
    "failed", "rusak", "gagal" and the like is one that used capacity and a
    blank, and gave no card; "unprinted", "belum" and the like is none.  Any other word
    rejects the row.  A `LogError` tells of a missing column, and of more unusable rows
    than the share ``max_rejects``, 0 to 1.
    """
    name = str(path)
    try:
        table, _ = read_table(Path(path), {*meanings(office)})
    except BacklogError as error:
        raise LogError(
            error.message, file=error.file, sheet=error.sheet, row=error.row
        ) from None
    return _parse(table, office, name, max_rejects)


def log_from_frame(
    frame: pl.DataFrame, office: Office, *, max_rejects: float = 0.01
) -> PrintLog:
    """Return the log that a frame of text or dates holds, checked like a file."""
    table = tabulate(frame, frame.columns, first_row=2)
    return _parse(table, office, None, max_rejects)


def _positions(table: Table, office: Office, file: str | None) -> dict[str, int]:
    """Return the position of each column."""
    at = positions_of(table, meanings(office), file, LogError)
    wanted = [n for n in _NEEDED if n not in at]
    if "application_id" in wanted and IDENTITY in at:
        wanted.remove("application_id")
    if wanted:
        raise LogError(_missing(wanted[0], table.headings, office), file=file)
    return at


def _missing(name: str, headings: tuple[str, ...], office: Office) -> Said:
    near = nearest(name, filter(is_heading, headings))
    also = hint = said("", "")
    if name == "application_id" and office.identity is not None:
        number = office.identity.from_
        also = said(' (or "{number}")', ' (atau "{number}")', number=number)
    if near is not None:
        hint = said(
            '; the nearest is "{near}"', '; yang paling mirip "{near}"', near=near
        )
    nothing = said(
        "none; the first row must hold them",
        "tidak ada satu pun; baris pertama harus memuatnya",
    )
    return said(
        "has no column {name}{also}; found were {list}{hint}",
        "tidak memuat kolom {name}{also}; yang ada: {list}{hint}",
        name=name,
        also=also,
        list=columns_shown(headings) or nothing,
        hint=hint,
    )


def _parse(
    table: Table, office: Office, file: str | None, max_rejects: float
) -> PrintLog:
    at = _positions(table, office, file)
    whom = at.get("application_id", at.get(IDENTITY, 0))
    table = without_rows_below(table, whom, at["printed_at"], office.dates.format)
    bad = Findings(table.rows)
    if not table.malformed.is_empty():
        bad.leave_out(table.malformed, "", "malformed")
    ids = _ids(table, at, office, file, bad)
    when = read_days(table, at["printed_at"], office, bad, needed=True)
    results = pl.repeat(None, len(table.rows), dtype=pl.String, eager=True)
    if "result" in at:
        results = read_results(table, at["result"], bad)
    names = [printer.id for printer in office.printers]
    printers = read_printers(table, at["printer"], names, bad, needed=True)
    frame = pl.DataFrame(
        {
            "row": table.rows,
            "application_id": ids,
            "printed_at": when,
            "printer": printers,
            "good": results.is_null() | (results == PRINTED),
            "operator": _optional(table, at, "operator"),
            "reason": _optional(table, at, "reason"),
        },
        schema=_SCHEMA,
    )
    printed = results.ne_missing(UNPRINTED)
    usable = printed if bad.good is None else printed & bad.good
    kept = frame.filter(usable)
    read = frame.height + len(table.malformed)
    log = PrintLog(kept, bad.frame(), read, file, table.notices)
    _refuse(log, max_rejects)
    return log


def _ids(
    table: Table, at: dict[str, int], office: Office, file: str | None, bad: Findings
) -> pl.Series:
    try:
        return read_ids(table, at, office, bad)
    except BacklogError as error:
        raise LogError(error.message, file=error.file or file) from None


def _optional(table: Table, at: dict[str, int], name: str) -> pl.Series:
    if name not in at:
        return pl.repeat(None, len(table.rows), dtype=pl.String, eager=True)
    return clean(table.cells(at[name]))


def _refuse(log: PrintLog, max_rejects: float) -> None:
    """Stop where too much of the log is unusable to judge anything by it."""
    bad = log.rejects
    share = max_rejects if log.frame.height else 0.0
    if bad.height <= share * log.read:
        return
    lines = [
        joined(": ", (place(None, row, column), in_words(reason)))
        for row, column, reason in bad.head(20).iter_rows()
    ]
    row, column, reason = bad.row(0)
    message = said(
        "{bad} of {read} rows cannot be used, the first for this: {reason}; correct "
        "these rows and try again",
        "{bad} dari {read} baris tidak dapat dipakai, yang pertama karena ini: "
        "{reason}; perbaiki baris itu lalu coba lagi",
        bad=bad.height,
        read=log.read,
        reason=in_words(reason),
    )
    raise LogError(
        message, file=log.source, row=row, column=column, problems=[message, *lines]
    )
