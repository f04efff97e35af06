"""What the sheets of an office hold, from the tables of its file, sound or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ektp_sched.office.layout import DATES, WEEK
from ektp_sched.rules.calendar import CalendarRules
from ektp_sched.rules.fields import DAYS
from ektp_sched.rules.forms import fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ektp_sched.office.layout import Sheet


def value_at(tables: Any, path: tuple[str, ...]) -> Any:
    """Return what stands at a path; None if nothing does."""
    for part in path:
        tables = tables.get(part) if isinstance(tables, dict) else None
    return tables


def rows_of(sheet: Sheet, tables: Mapping[str, Any]) -> list[list[Any]]:
    """Return the rows of a sheet, in its columns' order."""
    keys = [column.key for column in sheet.columns]
    if sheet is WEEK:
        return _week(_table(value_at(tables, ("calendar",))))
    if sheet is DATES:
        return _beside([_listed(value_at(tables, ("calendar", key))) for key in keys])
    if sheet.owner is not None:
        rows = _parts(sheet, sheet.owner, tables)
        return [[name, *(entry.get(k) for k in keys[1:])] for name, entry in rows]
    whole = value_at(tables, sheet.path)
    if sheet.flat:
        return [[name, value] for name, value in _table(whole).items()]
    if sheet.named:
        named = _table(whole).items()
        return [[name, *(_table(v).get(k) for k in keys[1:])] for name, v in named]
    return [[_table(entry).get(key) for key in keys] for entry in _listed(whole)]


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _week(rules: dict[str, Any]) -> list[list[Any]]:
    """Return the days of the week with what holds on them."""
    usual = fields_of(CalendarRules)["workdays"].default
    worked, share = rules.get("workdays", usual), _table(rules.get("share"))
    return [[day, day in [*worked], share.get(day)] for day in DAYS]


def _beside(lists: list[list[Any]]) -> list[list[Any]]:
    longest = max(len(values) for values in lists)
    return [
        [values[row] if row < len(values) else None for values in lists]
        for row in range(longest)
    ]


def _parts(
    sheet: Sheet, owner: str, tables: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entries that stand with those of another table, and their name."""
    owners = tables.get(owner, {})
    named = (
        owners.items()
        if isinstance(owners, dict)
        else [(_table(each).get("id"), each) for each in _listed(owners)]
    )
    keys = [column.key for column in sheet.columns[1:]]
    for name, table in named:
        entries = _table(table).get(sheet.name, [])
        if isinstance(entries, dict):
            entries = [dict(zip(keys, e, strict=True)) for e in entries.items()]
        yield from ((str(name), _table(entry)) for entry in _listed(entries))
