"""Whom an export lists, by name, whatever becomes of the row.

For the office's own eyes alone: names are kept in no file and in no ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.checks import check_rows
from ektp_sched.backlog.headings import known_headings, match_headings
from ektp_sched.backlog.numbers import is_number_heading, read_numbers
from ektp_sched.backlog.readers import read_table
from ektp_sched.backlog.rejects import Findings
from ektp_sched.backlog.rows_below import without_rows_below
from ektp_sched.backlog.texts import clean, fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ektp_sched.office import Office

PERSONS: Final = {
    "application_id": pl.String(),
    "name": pl.String(),
    "number": pl.String(),
    "area": pl.String(),
    "waiting_since": pl.Date(),
}
"""Columns of `everybody`."""

_WHOLE_NAMES: Final = frozenset(
    {"nama", "namalengkap", "namalgkp", "namapemohon", "namapenduduk", "namawarga"}
    | {"name", "fullname", "applicantname", "namapendudukwni"}
)
_PARTS: Final = ("firstname", "givenname", "middlename", "lastname", "familyname")
"""What columns with names are called, as `fold` makes it."""


def everybody(path: Path, office: Office) -> pl.DataFrame:
    """Return everybody whom an export lists and gives an id.

    Parameters
    ----------
    path
        The export.
    office
        Says which heading is which column.

    Returns
    -------
    polars.DataFrame
        The columns of `PERSONS`, in the order of the file: planned, held and rejected
        rows.  ``name`` is null where the export has none, ``number`` (of identity)
        where it has none or ids are made of it.

    Raises
    ------
    ektp_sched.errors.BacklogError
        It cannot be read, or a needed column is missing.
    """
    table, _ = read_table(path, known_headings(office), several=True)
    columns = match_headings(table, office, str(path))
    since = columns.at["waiting_since"]
    table = without_rows_below(table, columns.whom, since, office.dates.format)
    checked = check_rows(table, columns, office, Findings(table.rows, table.sheets))
    extra = {fold(heading): at for heading, at in columns.extra.items()}
    whole = [at for heading, at in extra.items() if heading in _WHOLE_NAMES]
    named = whole[:1] or [extra[part] for part in _PARTS if part in extra]
    numbered = [at for heading, at in extra.items() if is_number_heading(heading)]
    nothing = pl.repeat(None, len(table.rows), dtype=pl.String, eager=True)
    read = checked.columns | {
        "name": _joined([table.cells(at) for at in named]) if named else nothing,
        "number": read_numbers(table.numbers(numbered[0])).values
        if numbered
        else nothing,
    }
    frame = pl.DataFrame(
        {name: read[name].cast(kind) for name, kind in PERSONS.items()}
    )
    people = frame.drop_nulls("application_id")
    return people.unique("application_id", keep="first", maintain_order=True)


def _joined(cells: Sequence[pl.Series]) -> pl.Series:
    """Return the parts of names, one beside the other; null where there is none."""
    parts = pl.DataFrame([clean(each).alias(str(n)) for n, each in enumerate(cells)])
    whole = pl.concat_str(pl.all(), separator=" ", ignore_nulls=True)
    plain = whole.str.replace_all(r"\s+", " ").replace("", None)
    return parts.select(plain).to_series()
