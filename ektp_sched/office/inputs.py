"""An office in the forms that callers of the library have at hand."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from ektp_sched.errors import UsageError
from ektp_sched.office.office import Office, parse_office
from ektp_sched.words import said

if TYPE_CHECKING:
    from typing import Any, TypeAlias

OfficeLike: TypeAlias = "Office | str | PathLike[str] | Mapping[str, Any]"


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
        what=kind_of_value(office),
    )
    raise UsageError(message)


def kind_of_value(value: object) -> str:
    """Say what kind of thing a value is, and nothing of what it holds."""
    if value is None:
        return "None"
    kind = type(value).__name__
    article = "an" if kind[:1] in "AEIOaeio" else "a"
    return said("{article} {kind}", "{kind}", article=article, kind=kind)
