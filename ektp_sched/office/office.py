"""The office: its tables, held to what they say of each other, and its file."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from ektp_sched.office.advice import advice, urgency_left_out
from ektp_sched.office.files import read_tables
from ektp_sched.office.parsing import parse_as, validate_as
from ektp_sched.rules.registry import problems_of
from ektp_sched.rules.tables import OfficeTables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.rules.notices import Notice
    from ektp_sched.rules.problems import Problem


class Office(OfficeTables):
    """An office: servers, printers, calendar, classes, stock and rules.

    Its attributes are those of `OfficeTables`, each as in office.toml.

    Raises
    ------
    pydantic.ValidationError
        If a key or value is not what it should be, or two contradict each
        other.  `Office.load` turns this into an `ektp_sched.errors.OfficeError`.
    """

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        problems = problems_of(self)
        if problems:
            text = "; ".join(f"{p.key}: {p.sentence}" for p in problems)
            raise PydanticCustomError(
                "office", "{text}", {"text": text, "problems": problems}
            )
        return self

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read an office from ``office.toml`` or ``office.xlsx``.

        Parameters
        ----------
        path
            File in either form; the ending ``.xlsx`` tells them apart.

        Raises
        ------
        ektp_sched.errors.OfficeError
            If there is no such file, it cannot be read, or the office in it is
            not what it should be; with every problem found, a sentence each.
        """
        path = Path(path)
        if path.suffix.lower() == ".xlsx":
            from ektp_sched.office.workbook_reading import read_sheets

            return read_sheets(path, cls)
        tables, raw = read_tables(path)
        office = parse_as(tables, cls, file=str(path))
        return office.located(path.parent, sha256(raw).hexdigest())

    def warnings(self) -> tuple[Notice, ...]:
        """Return what is allowed but probably not meant."""
        if self.classes_are_missed:
            return (*advice(self), urgency_left_out(self))
        return advice(self)


def load_office(path: str | Path) -> Office:
    """Read an office, as `Office.load` does."""
    return Office.load(path)


def read_workbook(path: str | Path) -> Office:
    """Read an office from a workbook with one sheet a table.

    Parameters
    ----------
    path
        A file such as `write_workbook` makes.

    Raises
    ------
    ektp_sched.errors.OfficeError
        If it is no such workbook, or the office in it is not what it should
        be; with every problem found, each with its sheet and row.
    """
    from ektp_sched.office.workbook_reading import read_sheets

    return read_sheets(path, Office)


def parse_office(data: Mapping[str, Any], *, file: str | None = None) -> Office:
    """Return the office that tables describe, or raise every problem found."""
    return parse_as(data, Office, file=file)


def office_of(data: Mapping[str, Any]) -> tuple[Office | None, list[Problem]]:
    """Return the office that tables describe, or None, and all its problems."""
    return validate_as(data, Office)
