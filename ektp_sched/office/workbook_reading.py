"""Reading office.xlsx."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.errors import InputError, OfficeError
from ektp_sched.office.cells import is_blank, parsed
from ektp_sched.office.files import read_bytes
from ektp_sched.office.layout import (
    DATES,
    OFFICE,
    OFFICE_NOTE,
    SCENARIOS,
    SETTINGS,
    SHEETS,
    WEEK,
    Setting,
    Sheet,
)
from ektp_sched.office.looked import RefusedError
from ektp_sched.office.pages import (
    NOT_COMPUTED,
    Page,
    column_letters,
    from_1904,
    read_pages,
    shows_error,
)
from ektp_sched.office.parsing import parse_as
from ektp_sched.rules.forms import Column, Kind
from ektp_sched.rules.nearest import unknown
from ektp_sched.rules.problems import Cell, Problem
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from ektp_sched.office.parsing import T
    from ektp_sched.rules.problems import Path as KeyPath

_MOST_BYTES = 64_000_000
_MOST_CELLS = 2_000_000
_OWNERS: Final = {"cards": "card type", "printers": "printer"}
"""What the owners of a sheet's rows are called, by their table."""

Rows = list[tuple[int, dict[str, str]]]


@dataclass(slots=True)
class Tables:
    """What has been read so far."""

    data: dict[str, Any] = field(default_factory=dict)
    places: dict[KeyPath, Cell] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def put(self, path: tuple[str, ...], value: Any) -> None:
        """Put a value where it stands in office.toml."""
        table = self.data
        for part in path[:-1]:
            table = table.setdefault(part, {})
        table[path[-1]] = value

    def wrong(self, path: KeyPath, sentence: str, sheet: str, row: int) -> None:
        """Note a problem of a row."""
        self.problems.append(Problem(path, sentence, Cell(sheet, row)))


def read_sheets(path: str | Path, model: type[T]) -> T:
    """Read an office from a workbook with one sheet a table."""
    path = Path(path)
    raw = read_bytes(path)
    tables = Tables()
    sheets = sheets_of(raw, str(path), OFFICE_SHEETS, tables)
    tables_from(sheets, tables)
    office = parse_as(
        tables.data,
        model,
        file=str(path),
        places=tables.places,
        further=tables.problems,
    )
    return office.located(path.parent, sha256(raw).hexdigest()).of_workbook()


def settings_rows(name: str) -> Sheet:
    """Return a sheet of single values, one key a row."""
    keys = ("key", "value", "note")
    return Sheet((name,), tuple(Column(key, OFFICE_NOTE) for key in keys))


OFFICE_SHEETS: Final = (settings_rows(OFFICE), WEEK, DATES, *SHEETS)
"""Every sheet of an office."""


def tables_from(sheets: Mapping[str, Rows], tables: Tables) -> None:
    """Put what the rows of an office's sheets say where it stands in office.toml."""
    read_settings(OFFICE, SETTINGS, sheets.get(OFFICE, []), tables)
    _week(sheets.get(WEEK.name, []), tables)
    _dates(sheets.get(DATES.name, []), tables)
    for sheet in SHEETS:
        _entries(sheet, sheets.get(sheet.name, []), tables)
    for sheet in SHEETS:
        if sheet.owner is not None:
            _hand_out(sheet, sheet.owner, tables)


def sheets_of(
    raw: bytes,
    file: str,
    known: Sequence[Sheet],
    tables: Tables,
    error: type[InputError] = OfficeError,
) -> dict[str, Rows]:
    """Return the rows of the sheets of a workbook by name; others are ignored or wrong.

    Those are wrong that are neither the office's nor what may become of it, whichever
    of the two is read.
    """
    try:
        pages = read_pages(raw, most_bytes=_MOST_BYTES, most_cells=_MOST_CELLS)
    except RefusedError as refused:
        raise error(refused.sentence, file=file) from None
    columns = {sheet.name: sheet for sheet in known}
    of_scenarios = SCENARIOS in columns
    sheets = {}
    for page in pages:
        lines = page.frame.rows()
        if page.name in columns:
            _whole(page, file, error)
            sheets[page.name] = _rows(columns[page.name], page, tables)
        elif page.name.startswith(SCENARIOS) is of_scenarios and any(
            not is_blank(cell) for line in lines for cell in line
        ):
            sentence = unknown("sheet", page.name, columns)
            tables.wrong((page.name,), sentence, page.name, 1)
    return sheets


def _whole(page: Page, file: str, error: type[InputError]) -> None:
    """Refuse cells without a value: they would be taken for empty ones."""
    for row, column in page.uncomputed[:1]:
        raise error(
            NOT_COMPUTED,
            file=file,
            sheet=page.name,
            row=row + 1,
            column=column_letters(column),
        )
    for at, cells in enumerate(page.frame):
        wrong = shows_error(cells)
        if wrong.any():
            raise error(
                said(
                    "shows an error such as #N/A; write a value or clear the cell",
                    "menampilkan kesalahan seperti #N/A; isi atau kosongkan selnya",
                ),
                file=file,
                sheet=page.name,
                row=(wrong.arg_max() or 0) + 1,
                column=column_letters(page.first_column + at),
            )


def _rows(sheet: Sheet, page: Page, tables: Tables) -> Rows:
    """Return the entries of a sheet by heading, blank rows left out."""
    keys = [column.key for column in sheet.columns]
    lines = _dated(sheet, page).rows()
    headings = [(cell or "").strip() for cell in (lines[0] if lines else ())]
    for at, heading in enumerate(headings):
        used = heading or any(not is_blank(line[at]) for line in lines[1:])
        if heading in headings[:at] and heading:
            sentence = said(
                'the heading "{heading}" stands twice; keep one column',
                'judul kolom "{heading}" tertulis dua kali; pertahankan satu kolom '
                "saja",
                heading=heading,
            )
            tables.wrong((sheet.name, heading), sentence, sheet.name, 1)
        elif used and heading not in keys:
            sentence = unknown("heading", heading, keys)
            tables.wrong((sheet.name, heading), sentence, sheet.name, 1)
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        cells = zip(headings, line, strict=True)
        row = {h: cell for h, cell in cells if h in keys and cell and cell.strip()}
        if row:
            rows.append((number, row))
    return rows


def _dated(sheet: Sheet, page: Page) -> pl.DataFrame:
    """Return the cells, with dates that stand as numbers counted from 1899-12-30."""
    dated = {c.key for c in sheet.columns if c.kind in (Kind.DATE, Kind.DAYS)}
    return page.frame.with_columns(
        from_1904(cells, page.numeric[at])
        for at, cells in enumerate(page.frame)
        if page.epoch_1904 and len(cells) and (cells[0] or "").strip() in dated
    )


def read_settings(
    sheet: str, settings: Sequence[Setting], rows: Rows, tables: Tables
) -> None:
    """Put the values of a sheet of settings where they stand in the file."""
    known = {setting.key: setting for setting in settings}
    seen = set()
    for number, row in rows:
        key = row.get("key", "").strip()
        if key not in known:
            tables.wrong((sheet, key), unknown("key", key, known), sheet, number)
        elif key in seen:
            tables.wrong((sheet, key), twice(key), sheet, number)
        elif "value" in row:
            setting = known[key]
            tables.places[setting.path] = Cell(sheet, number, key=setting.key)
            tables.put(setting.path, parsed(row["value"], setting.column.kind))
        seen.add(key)


EMPTY: Final = said(
    "is empty; write a name, or clear the row",
    "kosong; isilah dengan nama, atau kosongkan barisnya",
)


def twice(name: str) -> Said:
    """Return that a name stands in two rows."""
    return said(
        '"{name}" stands in two rows; keep one of them',
        '"{name}" tertulis pada dua baris; pertahankan salah satu saja',
        name=name,
    )


def _week(rows: Rows, tables: Tables) -> None:
    if not rows:
        return
    workdays: list[str] = []
    shares: dict[str, Any] = {}
    seen = set()
    for number, row in rows:
        day = row.get("day", "").strip()
        if day in seen:
            tables.wrong((WEEK.name, day), twice(day), WEEK.name, number)
        seen.add(day)
        worked = parsed(row.get("workdays", "no"), Kind.FLAG)
        if not isinstance(worked, bool):
            sentence = said(
                '"{word}" in the column workdays; it must be yes or no',
                '"{word}" pada kolom workdays; seharusnya ya atau tidak',
                word=str(worked),
            )
            tables.wrong((WEEK.name, day), sentence, WEEK.name, number)
        elif worked:
            place = Cell(WEEK.name, number, "day")
            tables.places["calendar", "workdays", len(workdays)] = place
            workdays.append(day)
        if "share" in row:
            tables.places["calendar", "share", day] = Cell(WEEK.name, number, "share")
            shares[day] = parsed(row["share"], Kind.SHARE)
    tables.put(("calendar", "workdays"), workdays)
    tables.put(("calendar", "share"), shares)


def _dates(rows: Rows, tables: Tables) -> None:
    for column in DATES.columns:
        dates: list[Any] = []
        for number, row in rows:
            if column.key in row:
                path = ("calendar", column.key, len(dates))
                tables.places[path] = Cell(DATES.name, number, column.key)
                dates.append(parsed(row[column.key], column.kind))
        tables.put(("calendar", column.key), dates)


def _entries(sheet: Sheet, rows: Rows, tables: Tables) -> None:
    first = sheet.columns[0].key
    names: dict[str, Any] = {}
    entries: list[Any] = []
    for number, row in rows:
        place = Cell(sheet.name, number)
        entry = {
            column.key: parsed(row[column.key], column.kind)
            for column in sheet.columns
            if column.key in row
        }
        if not sheet.named:
            tables.places[sheet.name, len(entries)] = place
            entries.append(entry)
            continue
        name = entry.pop(first, None)
        if name is None:
            cell = Cell(sheet.name, number, first)
            tables.problems.append(Problem((sheet.name,), EMPTY, cell))
        elif name in names:
            tables.wrong((sheet.name, name), twice(name), sheet.name, number)
        else:
            tables.places[*sheet.path, name] = place
            names[name] = _value(sheet, entry) if sheet.flat else entry
    if names or entries:
        tables.put(sheet.path, names if sheet.named else entries)


def _value(sheet: Sheet, entry: dict[str, Any]) -> Any:
    value = sheet.columns[1]
    return entry.get(value.key, [] if value.kind is Kind.LIST else "")


def _hand_out(sheet: Sheet, owner: str, tables: Tables) -> None:
    """Move a sheet's rows to the card types or printers that they are about."""
    column = sheet.columns[0].key
    owners = _owners(owner, tables)
    for index, entry in enumerate(tables.data.pop(sheet.name, [])):
        name = entry.pop(column, "")
        place = tables.places[sheet.name, index]
        if name not in owners:
            sentence = unknown(_OWNERS[owner], name, owners) if name else EMPTY
            tables.problems.append(Problem((sheet.name, index, column), sentence))
            continue
        table, path = owners[name]
        tables.places.setdefault((*path, sheet.name), place)
        if sheet.flat:
            _hand_value(sheet, table, (path, index), entry, tables)
        else:
            entries = table.setdefault(sheet.name, [])
            tables.places[*path, sheet.name, len(entries)] = place
            entries.append(entry)


def _owners(table: str, tables: Tables) -> dict[str, tuple[dict[str, Any], KeyPath]]:
    entries = tables.data.get(table, {})
    if isinstance(entries, dict):
        return {name: (entry, (table, name)) for name, entry in entries.items()}
    return {str(e.get("id")): (e, (table, at)) for at, e in enumerate(entries)}


def _hand_value(
    sheet: Sheet,
    table: dict[str, Any],
    at: tuple[KeyPath, int],
    entry: dict[str, Any],
    tables: Tables,
) -> None:
    """Move a row with a name and a value, such as a class and its blanks."""
    (path, index), (_, key, value) = at, sheet.columns
    place = tables.places[sheet.name, index]
    if key.key not in entry:
        problem = Problem(
            (sheet.name, index, key.key), EMPTY, replace(place, column=key.key)
        )
        tables.problems.append(problem)
        return
    name = str(entry[key.key])
    values = table.setdefault(sheet.name, {})
    path = (*path, sheet.name, name)
    if name in values:
        tables.problems.append(Problem(path, twice(name), place))
    tables.places[path] = place
    values[name] = entry.get(value.key, "")
