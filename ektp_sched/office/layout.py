"""How the tables of office.toml lie on the sheets of office.xlsx.

Headings are the keys of the file, so that the two forms convert into each
other; single values stand in the sheet ``office``, one key a row.  All but their
order follows from the fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_origin

from ektp_sched.rules.calendar import CalendarRules
from ektp_sched.rules.fields import DAYS
from ektp_sched.rules.forms import (
    Column,
    Rows,
    apart,
    column_of,
    entry_of,
    fields_of,
    is_table,
    rows_of,
)
from ektp_sched.rules.tables import OfficeTables
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.rules.fields import Table


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with one entry a row."""

    path: tuple[str, ...]  # keys of the table in office.toml
    columns: tuple[Column, ...]  # in order
    # Whether the first column is the entry's key in the table, as in `[urgency.NAME]`;
    # otherwise the table is an array.
    named: bool = False
    # Whether an entry is one value rather than a table, as in `[columns]`.
    flat: bool = False
    # Table of whose entries each row is a part, as `deliveries` are of `cards`; the
    # first column says of which.
    owner: str | None = None

    @property
    def name(self) -> str:
        """Its name: that of the table, such as visits_areas of `[visits.areas]`."""
        return "_".join(self.path)


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the sheet ``office``."""

    path: tuple[str, ...]  # keys in office.toml
    column: Column  # what its cell holds

    @property
    def key(self) -> str:
        """The path, joined by dots."""
        return ".".join(self.path)


OFFICE: Final = "office"
SCENARIOS: Final = "scenarios"
"""What the names of sheets begin with that are none of the office's: what may become
of it, which other commands read."""

OFFICE_NOTE: Final = said(
    "One row, one rule. Change the column value only. Empty: the default holds.",
    "Satu baris satu aturan. Ubah hanya kolom value. Kosong: pakai nilai baku.",
)
_CALENDAR: Final = {
    key: column_of(key, field) for key, field in fields_of(CalendarRules).items()
}
WEEK: Final = Sheet(
    ("week",),
    (
        Column(
            "day",
            said("Day of the week.", "Hari: mon Senin … sun Minggu."),
            choices=DAYS,
        ),
        _CALENDAR["workdays"],
        _CALENDAR["share"],
    ),
)
DATES: Final = Sheet(("calendar",), (_CALENDAR["closed"], _CALENDAR["open"]))

_FIRST: Final = ("name", "language", "calendar", "reserve")
"""Tables whose settings stand before those of the others."""
_LAST: Final = ("classify", "columns", "areas", "area_rank", "visits_areas")
"""Sheets after those of the others: how an export is read, and areas."""


def _settings() -> Iterator[Setting]:
    daily = {("calendar", c.key) for c in (*WEEK.columns, *DATES.columns)}
    for name, field in fields_of(OfficeTables).items():
        base = apart(field)[0]
        if is_table(base):
            for key, part in fields_of(base).items():
                if rows_of(part) is None and (name, key) not in daily:
                    yield Setting((name, key), column_of(key, part))
        elif get_origin(base) not in (dict, tuple):
            yield Setting((name,), column_of(name, field))


def _sheets(table: type[Table], above: tuple[str, ...] = ()) -> Iterator[Sheet]:
    for key, field in fields_of(table).items():
        base, rows = apart(field)[0], rows_of(field) or Rows()
        path = (*above, key)
        if is_table(base):
            yield from _sheets(base, path)
        elif get_origin(base) in (dict, tuple) and (rows.columns or _entry(base)):
            entry, named = _entry(base), get_origin(base) is dict
            yield Sheet(path, _columns(entry, rows), named, flat=entry is None)
            yield from _parts(key, entry)


def _parts(owner: str, entry: Any) -> Iterator[Sheet]:
    """Yield the sheets of what the entries of a table hold more than one of."""
    for key, field in fields_of(entry).items() if entry else ():
        rows = rows_of(field)
        if rows is not None:
            part = _entry(apart(field)[0])
            yield Sheet((key,), _columns(part, rows), flat=part is None, owner=owner)


def _entry(base: Any) -> Any:
    """Return the table that each entry of a list or dict is; None if it is none."""
    inner = apart(entry_of(base))[0]
    return inner if is_table(inner) else None


def _columns(entry: Any, rows: Rows) -> tuple[Column, ...]:
    fields = fields_of(entry).items() if entry else ()
    own = {key: column_of(key, field) for key, field in fields if not rows_of(field)}
    keys = dict.fromkeys((*rows.first, *own))
    return (*rows.columns, *(own[key] for key in keys))


def _place(name: str, order: tuple[str, ...], other: int) -> int:
    return order.index(name) if name in order else other


SETTINGS: Final = tuple(
    sorted(_settings(), key=lambda s: _place(s.path[0], _FIRST, len(_FIRST)))
)
SHEETS: Final = tuple(
    sorted(_sheets(OfficeTables), key=lambda sheet: _place(sheet.name, _LAST, -1))
)
