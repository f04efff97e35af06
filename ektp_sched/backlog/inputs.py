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
from ektp_sched.office.model import Office
from ektp_sched.office.parsing import parse_office
from ektp_sched.words import said

if TYPE_CHECKING:
    from typing import TypeAlias

__all__ = ["BacklogLike", "DayLike", "OfficeLike", "as_backlog", "as_day", "as_office"]


class ArrowTable(Protocol):
    """A table of pyarrow, pandas or another library that speaks Arrow."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return its columns, by Arrow's PyCapsule interface."""


BacklogLike: TypeAlias = (
    "Backlog | str | PathLike[str] | pl.DataFrame | pl.LazyFrame | ArrowTable"
    " | Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]]"
)
OfficeLike: TypeAlias = "Office | str | PathLike[str] | Mapping[str, Any]"
DayLike: TypeAlias = "date | str"


def as_office(office: object) -> Office:
    """Return an office, read from its file or made from tables if need be.

    Parameters
    ----------
    office
        An `Office`, the path of office.toml or office.xlsx, or its tables as a
        mapping, with the keys of office.toml.

    Raises
    ------
    ektp_sched.errors.OfficeError
        The file or the tables are not what they should be.
    ektp_sched.errors.UsageError
        It is none of these.
    """
    if isinstance(office, Office):
        return office
    if isinstance(office, str | PathLike):
        return Office.load(Path(office))
    if isinstance(office, Mapping):
        return parse_office(office)
    message = said(
        "office is {what}; give an Office, the path of office.toml or office.xlsx, or "
        "its tables as a dict",
        "office berisi {what}; berikan Office, jalur office.toml atau office.xlsx, "
        "atau tabelnya sebagai dict",
        what=_kind(office),
    )
    raise UsageError(message)


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
        what=_kind(backlog),
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
            what=repr(day) if isinstance(day, str) else _kind(day),
        )
        raise UsageError(message) from None


def _table(value: object) -> pl.DataFrame | None:
    if isinstance(value, pl.DataFrame):
        return value
    if isinstance(value, pl.LazyFrame):
        return value.collect()
    try:
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


def _kind(value: object) -> str:
    """Say what kind of thing a value is, and nothing of what it holds."""
    if value is None:
        return "None"
    kind = type(value).__name__
    return said("{article} {kind}", "{kind}", article=_article(kind), kind=kind)


def _article(noun: str) -> str:
    return "an" if noun[:1] in "AEIOaeio" else "a"
