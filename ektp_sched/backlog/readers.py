"""From a file's bytes to a table, whatever kind of file it is."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import fastexcel
import polars as pl

from ektp_sched.backlog.delimited import read_delimited
from ektp_sched.backlog.table import Table, tabulate
from ektp_sched.backlog.texts import as_text, fold
from ektp_sched.errors import BacklogError
from ektp_sched.office.guard import workbook_problem

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path

__all__ = ["kind_of", "read_bytes", "read_table"]

_ENDINGS: Final = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_MAGIC: Final = (
    (b"PK\x03\x04", "xlsx", "an Excel workbook or another ZIP archive"),
    (b"PAR1", "parquet", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0", "ole", "an old or password-protected Excel workbook"),
    (b"%PDF", "pdf", "a PDF document"),
    (b"\x1f\x8b", "gzip", "a gzip archive"),
)
_HEAD: Final = 4096
_SHEETS: Final = frozenset({"backlog", "data"})
_MOST_BYTES: Final = 2 << 30
_SMALL_BYTES: Final = 100 << 20
_MOST_RATIO: Final = 200
_MOST_CELLS: Final = 50_000_000


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    ektp_sched.errors.BacklogError
        If it is missing, a folder, empty or not readable.
    """
    name = str(path)
    if os.path.isdir(path):  # unlike a Path, it takes any name whatever
        message = "is a folder; name the file with the export, such as backlog.csv"
        raise BacklogError(message, file=name)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        message = "there is no such file; name an export in CSV, XLSX or Parquet"
        raise BacklogError(message, file=name) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        raise BacklogError(f"cannot be read: {reason}", file=name) from None
    if not data[:_HEAD].strip() and not data.strip():
        message = "is empty; the first row must hold the headings"
        raise BacklogError(message, file=name)
    return data


def kind_of(path: Path, data: bytes) -> str:
    """Return csv, xlsx or parquet, by ending and by how the file begins.

    Raises
    ------
    ektp_sched.errors.BacklogError
        If the two differ, or it is no kind that can be read.
    """
    ending = path.suffix.lower()
    said = _ENDINGS.get(ending)
    for magic, kind, what in _MAGIC:
        if data.startswith(magic) and kind != (said or kind):
            message = f"is {what}, not what its name says; {_remedy(kind)}"
            raise BacklogError(message, file=str(path))
        if data.startswith(magic) and kind in {"xlsx", "parquet"}:
            return kind
    if ending == ".xls" or data.startswith(tuple(m[0] for m in _MAGIC)):
        message = "is no file that can be read; save it as .xlsx or .csv"
        raise BacklogError(message, file=str(path))
    if said in {"xlsx", "parquet"}:
        what = "an Excel workbook" if said == "xlsx" else "a Parquet file"
        message = f"is not {what}, or is damaged; export it again"
        raise BacklogError(message, file=str(path))
    return "csv"


def _remedy(kind: str) -> str:
    if kind in {"xlsx", "parquet"}:
        return f"give it the ending .{kind}"
    return "save it as .xlsx or .csv"


def read_table(path: Path, known: AbstractSet[str]) -> tuple[Table, str]:
    """Read a sheet from CSV, XLSX or Parquet.

    Parameters
    ----------
    path
        The file.
    known
        Headings that are looked for, as `fold` makes them; they tell the
        separator of a CSV file.

    Returns
    -------
    tuple
        The table, and the SHA-256 of the file's bytes in hexadecimal.

    Raises
    ------
    ektp_sched.errors.BacklogError
        If the file cannot be read, or holds no heading.
    """
    data = read_bytes(path)
    kind = kind_of(path, data)
    with ThreadPoolExecutor(1) as aside:
        digest = aside.submit(lambda: hashlib.sha256(data).hexdigest())
        table = _read(kind, data, str(path), known)
    return table, digest.result()


def _read(kind: str, data: bytes, name: str, known: AbstractSet[str]) -> Table:
    if kind == "xlsx":
        return _read_workbook(data, name)
    if kind == "parquet":
        return _read_parquet(data, name)
    return read_delimited(data, name, known)


def _read_parquet(data: bytes, name: str) -> Table:
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        message = "is no whole Parquet file; it may be cut off: export it again"
        raise BacklogError(message, file=name) from None
    return tabulate(frame, frame.columns, first_row=2)


def _read_workbook(data: bytes, name: str) -> Table:
    problem = _inflated(data) or workbook_problem(
        io.BytesIO(data), most_bytes=_MOST_BYTES, most_cells=_MOST_CELLS
    )
    if problem is not None:
        raise BacklogError(problem, file=name)
    try:
        workbook = fastexcel.read_excel(data)
        named = [sheet for sheet in workbook.sheet_names if fold(sheet) in _SHEETS]
        # Everything as text, from the first row on: no guess at types, and
        # rows keep their numbers.
        frame = workbook.load_sheet(
            named[0] if named else 0, header_row=None, skip_rows=0, dtypes="string"
        ).to_polars()
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError):
        message = "is damaged or has no sheet that can be read; save it again as .xlsx"
        raise BacklogError(message, file=name) from None
    return _below_heading(frame, name)


def _inflated(data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return "is damaged or cut off; save it again as .xlsx"
    if size > max(_SMALL_BYTES, _MOST_RATIO * len(data)):
        return (
            f"unpacks to {size // len(data):,} times its size, as no honest "
            "workbook does; export it again, or as .csv"
        )
    return None


def _below_heading(frame: pl.DataFrame, name: str) -> Table:
    """Take the first row with anything in it for the heading."""
    filled = (
        frame.select(
            pl.any_horizontal([as_text(column).fill_null("") != "" for column in frame])
        ).to_series()
        if frame.width
        else pl.Series([], dtype=pl.Boolean)
    )
    at = filled.arg_max() if filled.any() else None
    if at is None:
        message = "is empty; the first row must hold the headings"
        raise BacklogError(message, file=name)
    headings = [str(cell or "") for cell in frame.row(at)]
    return tabulate(frame.slice(at + 1), headings, first_row=at + 2)
