"""Reading an office from a file."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ektp_sched.office.files import read_tables
from ektp_sched.office.parsing import parse_office
from ektp_sched.office.workbook_reading import read_workbook

if TYPE_CHECKING:
    from ektp_sched.office.model import Office

__all__ = ["load_office"]


def load_office(path: str | Path) -> Office:
    """Read an office from ``office.toml`` or ``office.xlsx``.

    Parameters
    ----------
    path
        File in either form; the ending ``.xlsx`` tells them apart.

    Raises
    ------
    ektp_sched.errors.OfficeError
        If there is no such file, it cannot be read, or the office in it is
        not what it should be; with every problem found.
    """
    path = Path(path)
    if path.suffix.lower() == ".xlsx":
        return read_workbook(path)
    tables, raw = read_tables(path)
    office = parse_office(tables, file=str(path))
    return office.located(path.parent, sha256(raw).hexdigest())
