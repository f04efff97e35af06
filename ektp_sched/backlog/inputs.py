"""Arguments of the library in the forms that callers have at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from ektp_sched.backlog.model import Backlog
from ektp_sched.backlog.read import from_frame, read_backlog
from ektp_sched.errors import UsageError
from ektp_sched.office.inputs import kind_of_value
from ektp_sched.words import said

if TYPE_CHECKING:
    from typing import TypeAlias

    from ektp_sched.office.office import Office


class ArrowTable(Protocol):
    """A table of pyarrow, pandas or another library that speaks Arrow."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return its columns, by Arrow's PyCapsule interface."""


BacklogLike: TypeAlias = (
    "Backlog | str | PathLike[str] | pl.DataFrame | pl.LazyFrame | ArrowTable"
    " | Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]]"
)
DayLike: TypeAlias = "date | str"


def as_backlog(backlog: object, office: Office) -> Backlog:
    """Return a backlog, read from an export or taken from a table if need be.

    Parameters
    ----------
    backlog
        A `Backlog`, the path of an export, a polars, pandas or pyarrow table,
        a LazyFrame, columns by name, or a list of rows as dicts.
    office
        Says how an export or a table is read.

    Raises
    ------
    ektp_sched.errors.BacklogError
        The export or the table is not what it should be.
    ektp_sched.errors.UsageError
        It is none of these.
    """
    if isinstance(backlog, Backlog):
        return backlog
    if isinstance(backlog, str | PathLike):
        return read_backlog(Path(backlog), office)
    frame = _table(backlog)
    if frame is not None:
        return from_frame(frame, office)
    message = said(
        "backlog is {what}; give a Backlog, the path of an export, a polars, pandas or "
        "pyarrow table, columns by name, or a list of rows as dicts",
        "backlog berisi {what}; berikan Backlog, jalur berkas ekspor, tabel polars, "
        "pandas, atau pyarrow, kolom menurut namanya, atau daftar baris sebagai dict",
        what=kind_of_value(backlog),
    )
    raise UsageError(message)


def as_day(day: object, name: str = "start") -> date:
    """Return a calendar date.

    Parameters
    ----------
    day
        A date, a date with a time (the date as it stands counts), or text such
        as ``"2017-09-12"``.
    name
        The argument's name, for the error.

    Raises
    ------
    ektp_sched.errors.UsageError
        It is no date.
    """
    if isinstance(day, datetime):
        return day.date()
    if isinstance(day, date):
        return day
    # A numpy date knows how to become Python's.
    plain = day.item() if hasattr(day, "item") else day
    if isinstance(plain, date):
        return as_day(plain, name)
    try:
        if isinstance(plain, str):
            return datetime.fromisoformat(plain.strip()).date()
        raise ValueError
    except ValueError:
        message = said(
            '{name} is {what}; give a date such as date(2017, 9, 12) or "2017-09-12"',
            "{name} berisi {what}; berikan tanggal seperti date(2017, 9, 12) atau "
            '"2017-09-12"',
            name=name,
            what=repr(day) if isinstance(day, str) else kind_of_value(day),
        )
        raise UsageError(message) from None


def _table(value: object) -> pl.DataFrame | None:
    if isinstance(value, pl.DataFrame):
        return value
    try:
        if isinstance(value, pl.LazyFrame):
            return value.collect()
        if hasattr(value, "notna") and hasattr(value, "columns"):
            return _from_pandas(value)
        if hasattr(value, "__arrow_c_stream__"):
            return pl.DataFrame(value)
        rows = isinstance(value, Sequence) and not isinstance(value, str | bytes)
        if isinstance(value, Mapping) and value:
            return pl.DataFrame(dict(value), strict=False)
        if rows and all(isinstance(row, Mapping) for row in value):  # type: ignore[attr-defined]
            return pl.DataFrame(list(value), strict=False, infer_schema_length=None)  # type: ignore[call-overload]
    except (pl.exceptions.PolarsError, TypeError, ValueError) as error:
        message = said(
            "backlog is no table: its columns differ in length, or a column holds "
            "values of several kinds; give one list of equal length for each column",
            "backlog bukan tabel: panjang kolomnya berbeda, atau satu kolom berisi "
            "nilai beberapa jenis; berikan satu daftar sama panjang untuk setiap kolom",
        )
        raise UsageError(message) from error
    return None


def _from_pandas(frame: Any) -> pl.DataFrame:
    """Take a pandas table without pyarrow: what is missing there is null here."""
    plain = frame.astype(object).where(frame.notna(), None)
    columns = {str(name): plain[name].tolist() for name in plain.columns}
    return pl.DataFrame(columns, strict=False, infer_schema_length=None)
