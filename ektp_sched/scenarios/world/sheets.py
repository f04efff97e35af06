"""What may become of the office, on sheets of office.xlsx: written and read back.

Headings are the keys of scenarios.toml, so that the two forms convert into each other;
sheets, columns and their notes follow from the fields, as the office's own do.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, get_origin

import tomlkit

from ektp_sched.errors import ScenarioError
from ektp_sched.office.cells import parsed, text_of
from ektp_sched.office.files import read_bytes
from ektp_sched.office.layout import SCENARIOS, Setting, Sheet
from ektp_sched.office.sentences import type_at
from ektp_sched.office.workbook import Further
from ektp_sched.office.workbook_reading import (
    EMPTY,
    Tables,
    read_settings,
    settings_rows,
    sheets_of,
    twice,
)
from ektp_sched.office.writing import toml_item
from ektp_sched.rules.forms import (
    Column,
    Kind,
    apart,
    column,
    column_of,
    entry_of,
    fields_of,
    form_of,
    is_table,
)
from ektp_sched.rules.nearest import unknown
from ektp_sched.rules.problems import Cell, Problem
from ektp_sched.rules.tables import OfficeTables
from ektp_sched.scenarios.world.model import (
    SCENARIOS_FILE,
    BreakdownRules,
    NewPrinter,
    NewServer,
    Range,
    ScenarioRules,
    ScenariosFile,
)
from ektp_sched.words import Said, in_workbook, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ektp_sched.office.workbook_reading import Rows
    from ektp_sched.rules.fields import Table
    from ektp_sched.rules.problems import Path as KeyPath

Keys = tuple[str, ...]


def _columns(table: type[Table], above: Keys = ()) -> Iterator[tuple[Keys, Column]]:
    """Yield the single values of a table by their keys, with what a cell of each holds.

    What may be certain or a range has a column for the one, and one for each of the
    others.
    """
    for key, field in fields_of(table).items():
        base, path = apart(field)[0], (*above, key)
        name = ".".join(path)
        if is_table(base) and issubclass(base, Range):
            certain = column_of(name, next(iter(fields_of(base).values())))
            note = in_workbook(field.description or "")
            assert isinstance(note, Said)
            yield path, Column(name, note, certain.kind)
        if is_table(base):
            yield from _columns(base, path)
        elif get_origin(base) is dict or (
            get_origin(base) is tuple and is_table(apart(entry_of(base))[0])
        ):
            continue  # a sheet of its own
        else:
            yield path, column_of(name, field)


_OF: Final = column(
    "scenario",
    "Name of the scenario, as on the sheet scenarios.",
    "Nama skenario, seperti pada lembar scenarios.",
    source=SCENARIOS,
)
_NAME: Final = column(
    "name",
    "Name of the scenario: letters, digits, . _ and -; the first is what the others "
    "are compared with, unless baseline says otherwise.",
    "Nama skenario: huruf, angka, . _ dan -; yang pertama menjadi pembanding, kecuali "
    "baseline menyebut yang lain.",
)
_ID: Final = column(
    "id",
    "Id of the printer or server that breaks down.",
    "Id printer atau server yang rusak.",
)
_CLASS: Final = column("urgency", "Urgency class.", "Kelas urgensi.", source="urgency")
_SHARE: Final = column(
    "share",
    "Share of the people; all together 1. No rows: as in the backlog.",
    "Bagian orangnya; jumlahnya 1. Tanpa baris: seperti pada antrean.",
    Kind.SHARE,
)
_KEY: Final = column(
    "key",
    "Key of office.toml, such as calendar.workdays.",
    "Kunci office.toml, misalnya calendar.workdays.",
)
_VALUE: Final = column(
    "value",
    "What it is in the scenario; several separated by semicolons, such as mon; sat.",
    "Nilainya dalam skenario; beberapa dipisah titik koma, misalnya mon; sat.",
)
_INPUT: Final = column(
    "key",
    "Which input: its key, such as arrivals or office.visits.trip_cost_idr.",
    "Masukan yang mana: kuncinya, misalnya arrivals atau office.visits.trip_cost_idr.",
)
_KIND: Final = column(
    "kind",
    "fact: somebody reported it; assumed: nobody did.",
    "fact: ada sumbernya; assumed: dugaan.",
    choices=("fact", "assumed"),
)
_NOTE: Final = column(
    "note", "The source, or why it is assumed.", "Sumbernya, atau alasan menduganya."
)

_ADDED: Final = {"servers": NewServer, "printers": NewPrinter}
_KEYS: Final = {
    "scenarios": dict(_columns(ScenarioRules)),
    "servers": dict(_columns(NewServer)),
    "printers": dict(_columns(NewPrinter)),
    "breakdowns": dict(_columns(BreakdownRules)),
}
SCENARIO_SETTINGS: Final = tuple(
    Setting(path, each) for path, each in _columns(ScenariosFile)
)
"""What the sheet of single values holds."""
_MIXES: Final = ("arrivals", "held")


def _sheet(*name: str, columns: tuple[Column, ...]) -> Sheet:
    return Sheet((SCENARIOS, *name), columns)


_SCENARIOS: Final = _sheet(columns=(_NAME, *_KEYS["scenarios"].values()))
_PARTS: Final = {
    kind: _sheet(kind, columns=(_OF, *_KEYS[kind].values())) for kind in _ADDED
}
_OFFICE: Final = _sheet("office", columns=(_OF, _KEY, _VALUE))
_BREAKDOWNS: Final = _sheet("breakdowns", columns=(_ID, *_KEYS["breakdowns"].values()))
_MIX: Final = {name: _sheet(name, "mix", columns=(_CLASS, _SHARE)) for name in _MIXES}
_SOURCES: Final = _sheet("sources", columns=(_INPUT, _KIND, _NOTE))
SCENARIO_SINGLE: Final = f"{SCENARIOS}_settings"
"""Sheet of single values."""
SCENARIO_SHEETS: Final = (
    *(_SCENARIOS, *_PARTS.values(), _OFFICE, _BREAKDOWNS, *_MIX.values(), _SOURCES),
)
"""The others."""


def further_sheets(tables: Mapping[str, Any]) -> Further:
    """Return the sheets that say what tables of scenarios.toml say.

    Parameters
    ----------
    tables
        Sound ones, or none, for sheets to fill in.
    """
    file = ScenariosFile.model_validate({"scenarios": {}} | dict(tables))
    data = file.model_dump(exclude_unset=True)
    if file.question is not None and not data["question"]:
        data["question"] = {"by": file.question.by}  # asked, with nothing said
    return filled_sheets(data)


def filled_sheets(data: Mapping[str, Any]) -> Further:
    """Return the sheets that tables fill as they stand, sound or not."""
    scenarios = _table(data.get("scenarios"))
    parts = [
        (
            sheet,
            [
                [name, *(_at(entry, path) for path in _KEYS[kind])]
                for name, rules in scenarios.items()
                for entry in _listed(_table(rules).get(kind))
            ],
        )
        for kind, sheet in _PARTS.items()
    ]
    mixes: list[tuple[Sheet, list[list[Any]]]] = [
        (sheet, [[*pair] for pair in _table(_at(data, (name, "mix"))).items()])
        for name, sheet in _MIX.items()
    ]
    sheets = (
        (_SCENARIOS, _named(scenarios, "scenarios")),
        *parts,
        (_OFFICE, [*_differing(scenarios)]),
        (_BREAKDOWNS, _named(_table(data.get("breakdowns")), "breakdowns")),
        *mixes,
        (_SOURCES, [*_marks(_table(data.get("sources")))]),
    )
    return Further(sheets, SCENARIO_SINGLE, SCENARIO_SETTINGS, dict(data))


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _named(tables: Mapping[str, Any], kind: str) -> list[list[Any]]:
    return [
        [name, *(_at(rules, path) for path in _KEYS[kind])]
        for name, rules in tables.items()
    ]


def _at(table: Any, path: Keys) -> Any:
    """Return the value at a path; None for a table, whose parts have their columns."""
    for key in path:
        if not isinstance(table, dict):
            return None
        table = table.get(key)
    is_range = isinstance(table, dict) and path[-1] != "mix"
    return None if is_range else table


def _differing(scenarios: Mapping[str, Any]) -> Iterator[list[str]]:
    for name, rules in scenarios.items():
        for path, value in _leaves(_table(_table(rules).get("office")), ()):
            kind = _kind_at(path)
            text = _text(value, kind)
            yield [name, tomlkit.key(list(path)).as_string(), text]


def _leaves(table: Mapping[str, Any], above: Keys) -> Iterator[tuple[Keys, Any]]:
    for key, value in table.items():
        path = (*above, key)
        if isinstance(value, dict):
            yield from _leaves(value, path)
        else:
            yield path, value


def _kind_at(path: Keys) -> Kind | None:
    """Return what a cell holds for a key of office.toml; None: text as in that file."""
    try:
        annotation = type_at(path, OfficeTables)
    except (KeyError, TypeError, IndexError):
        return None
    base = apart(annotation)[0]
    if get_origin(base) is tuple:
        inner = apart(entry_of(base))[0]
        return None if is_table(inner) else Kind.DAYS if _dated(base) else Kind.LIST
    if is_table(base) or get_origin(base) is dict:
        return None
    return form_of(annotation).kind


def _dated(base: Any) -> bool:
    return form_of(entry_of(base)).kind in (Kind.DATE, Kind.DAYS)


def _text(value: Any, kind: Kind | None) -> str:
    if kind is None or value == []:
        return toml_item(value).as_string()
    return text_of(value, kind)


def _marks(table: Mapping[str, Any], above: str = "") -> Iterator[list[str]]:
    for name, value in table.items():
        key = f"{above}.{name}" if above else name
        if isinstance(value, dict):
            yield from _marks(value, key)
        else:
            kind, _, note = str(value).partition(":")
            yield [key, kind.strip(), note.strip()]


def has_scenarios(path: Path) -> bool:
    """Return whether a workbook says anything of what may become of the office."""
    if path.suffix.lower() != ".xlsx":
        return False
    return bool(read_scenario_sheets(path)[0].data)


def read_scenario_sheets(path: Path) -> tuple[Tables, bytes]:
    """Return what the sheets of a workbook say, with where it stands, and its bytes.

    Raises
    ------
    ektp_sched.errors.ScenarioError
        If it cannot be read as a workbook.
    """
    raw = read_bytes(path, SCENARIOS_FILE)
    tables = Tables()
    known = (*SCENARIO_SHEETS, settings_rows(SCENARIO_SINGLE))
    rows = sheets_of(raw, str(path), known, tables, ScenarioError)
    scenario_tables_from(rows, tables)
    return tables, raw


def scenario_tables_from(rows: Mapping[str, Rows], tables: Tables) -> None:
    """Put what the rows of these sheets say where it stands in scenarios.toml."""
    single = rows.get(SCENARIO_SINGLE, [])
    read_settings(SCENARIO_SINGLE, SCENARIO_SETTINGS, single, tables)
    for path_of, place in list(tables.places.items()):
        tables.places.setdefault(path_of[:1], place)
    _read_named("scenarios", _SCENARIOS, rows, tables)
    for kind in _ADDED:
        _read_added(kind, rows, tables)
    _read_office(rows, tables)
    _read_named("breakdowns", _BREAKDOWNS, rows, tables)
    for name, sheet in _MIX.items():
        _read_mix(name, sheet, rows, tables)
    _read_sources(rows, tables)


def _rows(sheet: Sheet, rows: Mapping[str, Rows]) -> Rows:
    return rows.get(sheet.name, [])


def _read_named(
    table: str, sheet: Sheet, rows: Mapping[str, Rows], tables: Tables
) -> None:
    """Read a sheet with one row for each entry of a table, which it names first."""
    first = sheet.columns[0].key
    for number, row in _rows(sheet, rows):
        name = row.get(first, "").strip()
        entries = tables.data.setdefault(table, {})
        cell = Cell(sheet.name, number, first)
        if not name:
            tables.problems.append(Problem((table,), EMPTY, cell))
        elif name in entries:
            tables.problems.append(Problem((table, name), twice(name), cell))
        else:
            tables.places[table, name] = Cell(sheet.name, number)
            entries[name] = _entry(
                table, (table, name), (sheet.name, number, row), tables
            )


def _entry(
    kind: str, at: KeyPath, where: tuple[str, int, dict[str, str]], tables: Tables
) -> dict[str, Any]:
    """Return what the cells of a row say, and note where each stands."""
    sheet, number, row = where
    entry: dict[str, Any] = {}
    for path, each in _KEYS[kind].items():
        if each.key not in row:
            continue
        place = Cell(sheet, number, each.key)
        tables.places[*at, *path] = place
        tables.places.setdefault((*at, path[0]), place)
        table = entry
        for key in path[:-1]:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                break
        if not isinstance(table, dict) or path[-1] in table:
            sentence = said(
                "is written beside {certain}; write the one number or date, or the "
                "range, and clear the other",
                "ditulis bersama {certain}; tulis satu angka atau tanggal, atau "
                "rentangnya, dan kosongkan yang lain",
                certain=path[0],
            )
            tables.problems.append(Problem((*at, *path), sentence, place))
            continue
        table[path[-1]] = parsed(row[each.key], each.kind)
    return entry


def _scenario(
    sheet: Sheet, number: int, row: dict[str, str], tables: Tables
) -> tuple[str, dict[str, Any]] | None:
    """Return the scenario that a row is about, by its name; None if there is none."""
    name = row.get(_OF.key, "").strip()
    scenarios: dict[str, Any] = tables.data.get("scenarios", {})
    if name in scenarios:
        return name, scenarios[name]
    cell = Cell(sheet.name, number, _OF.key)
    sentence = unknown("scenario", name, scenarios) if name else EMPTY
    tables.problems.append(Problem(("scenarios",), sentence, cell))
    return None


def _read_added(kind: str, rows: Mapping[str, Rows], tables: Tables) -> None:
    sheet = _PARTS[kind]
    for number, row in _rows(sheet, rows):
        about = _scenario(sheet, number, row, tables)
        if about is None:
            continue
        name, scenario = about
        entries = scenario.setdefault(kind, [])
        at = ("scenarios", name, kind, len(entries))
        tables.places[at] = Cell(sheet.name, number)
        entries.append(_entry(kind, at, (sheet.name, number, row), tables))


def _read_office(rows: Mapping[str, Rows], tables: Tables) -> None:
    for number, row in _rows(_OFFICE, rows):
        about = _scenario(_OFFICE, number, row, tables)
        if about is None:
            continue
        name, scenario = about
        path = _path(row.get(_KEY.key, "").strip())
        if path is None or _VALUE.key not in row:
            empty = _KEY.key if path is None else _VALUE.key
            cell = Cell(_OFFICE.name, number, empty)
            sentence = said(
                "must be a key of office.toml, such as calendar.workdays, and its "
                "value; fill both cells",
                "harus berisi kunci office.toml, misalnya calendar.workdays, dan "
                "nilainya; isilah kedua sel",
            )
            tables.problems.append(Problem(("scenarios",), sentence, cell))
            continue
        at = ("scenarios", name, "office")
        for length in range(len(path)):
            place = Cell(_OFFICE.name, number, _KEY.key)
            tables.places.setdefault((*at, *path[:length]), place)
        tables.places[*at, *path] = Cell(_OFFICE.name, number, _VALUE.key)
        table = scenario.setdefault("office", {})
        for key in path[:-1]:
            table = table.setdefault(key, {}) if isinstance(table, dict) else None
        if not isinstance(table, dict) or path[-1] in table:
            cell = Cell(_OFFICE.name, number, _KEY.key)
            again = twice(".".join(path))
            tables.problems.append(Problem((*at, *path), again, cell))
            continue
        table[path[-1]] = _value(row[_VALUE.key], _kind_at(path))


def _path(text: str) -> Keys | None:
    """Return the parts of a dotted key; None if it is none."""
    try:
        table: Any = tomllib.loads(f"{text} = 0")
    except tomllib.TOMLDecodeError:
        return None
    path = []
    while isinstance(table, dict):
        if len(table) != 1:
            return None
        [(key, table)] = table.items()
        path.append(key)
    return tuple(path)


def _value(text: str, kind: Kind | None) -> Any:
    if kind is not None and text.strip() != "[]":
        return parsed(text, kind)
    try:
        return tomllib.loads(f"value = {text.strip()}", parse_float=Decimal)["value"]
    except tomllib.TOMLDecodeError:
        return text.strip()


def _read_mix(
    name: str, sheet: Sheet, rows: Mapping[str, Rows], tables: Tables
) -> None:
    for number, row in _rows(sheet, rows):
        urgency = row.get(_CLASS.key, "").strip()
        table = tables.data.setdefault(name, {}).setdefault("mix", {})
        cell = Cell(sheet.name, number, _CLASS.key)
        if not urgency:
            tables.problems.append(Problem((name, "mix"), EMPTY, cell))
        elif urgency in table:
            tables.problems.append(Problem((name, "mix"), twice(urgency), cell))
        else:
            place = Cell(sheet.name, number, _SHARE.key)
            tables.places[name, "mix", urgency] = place
            tables.places.setdefault((name, "mix"), place)
            tables.places.setdefault((name,), place)
            table[urgency] = parsed(row.get(_SHARE.key, ""), Kind.SHARE)


def _read_sources(rows: Mapping[str, Rows], tables: Tables) -> None:
    for number, row in _rows(_SOURCES, rows):
        key, kind = (row.get(each.key, "").strip() for each in (_INPUT, _KIND))
        marks = tables.data.setdefault("sources", {})
        cell = Cell(_SOURCES.name, number, _INPUT.key)
        if not key:
            tables.problems.append(Problem(("sources",), EMPTY, cell))
        elif key in marks:
            tables.problems.append(Problem(("sources", key), twice(key), cell))
        elif kind not in _KIND.choices:
            sentence = said(
                'is "{kind}"; it must be fact or assumed',
                'isinya "{kind}"; seharusnya fact atau assumed',
                kind=kind,
            )
            place = Cell(_SOURCES.name, number, _KIND.key)
            tables.problems.append(Problem(("sources", key), sentence, place))
        else:
            tables.places["sources", key] = cell
            marks[key] = f"{kind}: {row.get(_NOTE.key, '').strip()}"
