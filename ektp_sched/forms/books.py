"""Files of rules as the sheets of a workbook, of which forms are made.

A form is what its cells say: sheet → number of the row → heading → text, as a workbook
would hold it.  Whatever the rules add to the sheets stands in it by itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field as of_class
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pydantic import ValidationError

from ektp_sched.forms.controls import (
    Block,
    Chapter,
    Control,
    Row,
    control_of,
    label_of,
    notes_of,
    read_cell,
    written_cell,
)
from ektp_sched.forms.marks import marks_follow
from ektp_sched.office.cells import joined, split, text_of
from ektp_sched.office.layout import (
    DATES,
    OFFICE,
    SCENARIOS,
    SETTINGS,
    SHEETS,
    WEEK,
    Setting,
    Sheet,
)
from ektp_sched.office.parsing import located_in
from ektp_sched.office.rows import rows_of, value_at
from ektp_sched.office.workbook_reading import Tables, tables_from
from ektp_sched.rules.fields import DAYS, RESOURCES, Table
from ektp_sched.rules.forms import Column, Kind, fields_of
from ektp_sched.rules.problems import Problem
from ektp_sched.rules.tables import OfficeTables
from ektp_sched.scenarios.world.laws import DATES_ONLY
from ektp_sched.scenarios.world.model import ScenariosFile
from ektp_sched.scenarios.world.sheets import (
    SCENARIO_SETTINGS,
    SCENARIO_SHEETS,
    SCENARIO_SINGLE,
    filled_sheets,
    further_sheets,
    scenario_tables_from,
)
from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ektp_sched.office.workbook_reading import Rows
    from ektp_sched.rules.problems import Cell

Cells: TypeAlias = dict[str, dict[int, dict[str, str]]]
"""What a form says."""

Sent: TypeAlias = "Mapping[str, Sequence[str]]"
"""What a browser sends: the names of controls, each with its values."""

_Rows: TypeAlias = dict[str, list[list[Any]]]
_Filled: TypeAlias = "tuple[Mapping[str, Any], _Rows]"

_ROW: Final = re.compile(r"\d{1,6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Book:
    """A file of rules, sheet by sheet.

    Parameters
    ----------
    model
        Its tables, whose order is that of chapters.
    single
        Name of the sheet of single values.
    settings, sheets
        What stands there, by key, and the other sheets, by name.
    chapters
        Keys and sheets of each chapter.
    filled
        Returns the single values and the rows of the sheets that tables fill.
    read
        Puts what rows say into tables.
    known
        What the entries of tables elsewhere are called, which may be named here.
    refers
        The table that a control names entries of where its column does not say so, by
        its name without a row, such as ``scenarios_settings.baseline``; and what else
        it may say.
    parts
        Sheets whose ids are further entries of a table, by that table.
    follow
        Returns what a form says in which all else follows entries to their new names,
        and what is wrong with that, from it and from what it said before.
    """

    model: type[Table]
    single: str
    settings: Mapping[str, Setting]
    sheets: Mapping[str, Sheet]
    chapters: Mapping[str, tuple[list[str], list[Sheet]]]
    filled: Callable[[Mapping[str, Any]], _Filled]
    read: Callable[[Mapping[str, Rows], Tables], None]
    known: Mapping[str, tuple[str, ...]] = of_class(default_factory=dict)
    refers: Mapping[str, tuple[str, ...]] = of_class(default_factory=dict)
    parts: Mapping[str, str] = of_class(default_factory=dict)
    follow: Callable[[Cells, Cells], tuple[Cells, list[Problem]]] | None = None

    def cells_of(self, tables: Mapping[str, Any]) -> Cells:
        """Return what the tables of a file say."""
        cells: Cells = defaultdict(dict)
        values, rows = self.filled(tables)
        for number, setting in enumerate(self.settings.values()):
            text = text_of(value_at(values, setting.path), setting.column.kind)
            cells[self.single][number] = {"key": setting.key, "value": text}
        for sheet in self.sheets.values():
            for number, row in enumerate(rows[sheet.name]):
                cells[sheet.name][number] = {
                    column.key: text_of(value, column.kind)
                    for column, value in zip(sheet.columns, row, strict=True)
                    if sheet is not DATES or value is not None
                }
        return dict(cells)

    def cells_sent(self, sent: Sent, language: str) -> Cells:
        """Return what a browser sent; names that are none of the form are left out."""
        cells: Cells = defaultdict(lambda: defaultdict(dict))
        numbers = {key: at for at, key in enumerate(self.settings)}
        for name, values in sent.items():
            several = name.endswith("[]")
            sheet, _, rest = name.removesuffix("[]").partition(".")
            if sheet == self.single and rest in numbers:
                column, key = self.settings[rest].column, "value"
                row = cells[sheet][numbers[rest]]
                row["key"] = rest
            else:
                number, _, key = rest.partition(".")
                known = {each.key: each for each in self._columns(sheet)}
                if key not in known or not _ROW.fullmatch(number):
                    continue
                column, row = known[key], cells[sheet][int(number)]
            text = (
                joined([*values])
                if several
                else read_cell(values[-1], column, language)
            )
            before = row.get(key, "")
            row[key] = f"{before}; {text}" if before and text else before or text
        for at, day in cells.get(WEEK.name, {}).items():
            day["day"] = DAYS[at % 7]
        return {sheet: dict(sorted(rows.items())) for sheet, rows in cells.items()}

    def tables_of(self, cells: Cells) -> Tables:
        """Return the tables that a form says, with where each thing stands in it."""
        rows: dict[str, Rows] = {}
        for sheet, entries in cells.items():
            said_rows = (
                (number, {key: text for key, text in row.items() if text.strip()})
                for number, row in entries.items()
            )
            rows[sheet] = [row for row in said_rows if row[1]]
        tables = Tables()
        self.read(rows, tables)
        return tables

    def with_step(self, cells: Cells, step: str) -> Cells:
        """Return a form with an entry more (``add …``) or fewer (``remove …``)."""
        verb, _, name = step.partition(" ")
        sheet, *rest = name.split(".")
        rows = {number: dict(row) for number, row in cells.get(sheet, {}).items()}
        keys = [column.key for column in self._columns(sheet)]
        if verb == "add" and keys:
            rows[max(rows, default=-1) + 1] = dict.fromkeys(rest or keys, "")
        elif verb == "remove" and rest and _ROW.fullmatch(rest[0]):
            row = rows.pop(int(rest[0]), {})
            left = {key: text for key, text in row.items() if key not in rest[1:]}
            if rest[1:] and left:
                rows[int(rest[0])] = left
        return cells | {sheet: rows}

    def with_names(self, cells: Cells, before: Cells) -> tuple[Cells, list[Problem]]:
        """Return a form in which what named an entry follows it to its new name.

        And what is wrong with that.
        """
        renamed: dict[str, dict[str, str]] = defaultdict(dict)
        for table, sheet, key in self._entries():
            further = self.known.get(table, ()) if sheet != table else ()
            rows = cells.get(sheet, {})
            renamed[table] |= _renames(key, rows, before.get(sheet, {}), {*further})
        renamed[RESOURCES] = renamed["servers"] | renamed["printers"]
        followed = {
            name: {number: dict(row) for number, row in rows.items()}
            for name, rows in cells.items()
        }
        for name, rows in followed.items():
            for row in rows.values():
                for column, key in self._said_in(name, row):
                    new_names = renamed[self.named_in(f"{name}.{column.key}", column)]
                    if new_names:
                        row[key] = _renamed(row.get(key, ""), column, new_names)
        return self.follow(followed, before) if self.follow else (followed, [])

    def named_in(self, place: str, column: Column) -> str:
        """Return the table that a control names entries of; empty: none."""
        return next(iter(self.refers.get(place, ())), column.names or "")

    def _said_in(
        self, sheet: str, row: Mapping[str, str]
    ) -> Iterator[tuple[Column, str]]:
        """Yield what the cells of a row hold, and where each stands in it."""
        if sheet == self.single:
            yield self.settings[row["key"]].column, "value"
        for column in self._columns(sheet):
            yield column, column.key

    def _entries(self) -> Iterator[tuple[str, str, str]]:
        """Yield tables that have entries, each with a sheet and the key of names."""
        for sheet in self.sheets.values():
            yield sheet.name, sheet.name, sheet.columns[0].key
        for sheet_name, table in self.parts.items():
            yield table, sheet_name, "id"

    def problems_by_name(
        self, problems: Iterable[Problem], places: Mapping[tuple[str | int, ...], Cell]
    ) -> dict[str, list[str]]:
        """Return what is wrong by the control, entry or chapter of which it is said.

        What is said of none of them stands under the empty name.
        """
        by_name: dict[str, list[str]] = defaultdict(list)
        for problem in problems:
            cell, sentence = located_in(problem, places)
            if cell is None:
                keys = [".".join(map(str, problem.path[:n])) for n in (2, 1)]
                names = [f"{self.single}.{key}" for key in keys if key in self.settings]
                name = next(iter(names), keys[1] if keys[1] in self.chapters else "")
            elif cell.key:
                name = f"{cell.sheet}.{cell.key}"
            else:
                shown = {column.key for column in self._columns(cell.sheet)} - {"day"}
                column = f".{cell.column}" if cell.column in shown else ""
                name = f"{cell.sheet}.{cell.row}{column}"
            by_name[name].append(sentence)
        return dict(by_name)

    def form(
        self,
        cells: Cells,
        language: str,
        problems: Mapping[str, Sequence[str]] | None = None,
    ) -> tuple[Chapter, ...]:
        """Return what a form holds, in the order of the file's tables."""
        form = _Form(self, cells, self._names(cells), language, problems or {})
        return tuple(form.chapter(key) for key in self.chapters)

    def _columns(self, sheet: str) -> tuple[Column, ...]:
        return self.sheets[sheet].columns if sheet in self.sheets else ()

    def _names(self, cells: Cells) -> dict[str, tuple[str, ...]]:
        """Return what the entries of each table are called, machines together too."""
        names: dict[str, tuple[str, ...]] = defaultdict(tuple, self.known)
        for table, sheet, key in self._entries():
            texts = [row.get(key, "").strip() for row in cells.get(sheet, {}).values()]
            own = tuple(dict.fromkeys(text for text in texts if text))
            if sheet != table:
                own = tuple(dict.fromkeys((*names[table], *own)))
            names[table] = own or names[table]
        names[RESOURCES] = names["servers"] + names["printers"]
        return names


def _renames(
    key: str,
    rows: Mapping[int, Mapping[str, str]],
    before: Mapping[int, Mapping[str, str]],
    kept: set[str],
) -> dict[str, str]:
    """Return the new names of entries by their old ones.

    Nothing follows an entry of which another still has the name, one that takes the
    name of another, or two of one name that have two now.
    """
    pairs = {
        (before[number].get(key, "").strip(), row.get(key, "").strip())
        for number, row in rows.items()
        if number in before
    }
    kept |= {old for old, new in pairs if old == new}
    pairs = {(old, new) for old, new in pairs if old and new and old != new}
    olds = [old for old, _ in pairs]
    return {
        old: new for old, new in pairs if not {old, new} & kept and olds.count(old) == 1
    }


def _renamed(text: str, column: Column, names: Mapping[str, str]) -> str:
    if column.kind is Kind.LIST and text:
        return joined([names.get(each, each) for each in split(text)])
    return names.get(text.strip(), text)


@dataclass(frozen=True, slots=True)
class _Form:
    """A form in the making."""

    book: Book
    cells: Cells
    names: Mapping[str, tuple[str, ...]]
    language: str
    problems: Mapping[str, Sequence[str]]

    def chapter(self, key: str) -> Chapter:
        """Return what stands in a table of office.toml."""
        settings, sheets = self.book.chapters[key]
        texts = {
            row["key"]: row["value"]
            for row in self.cells.get(self.book.single, {}).values()
        }
        field = fields_of(self.book.model).get(key)
        return Chapter(
            key,
            title_of(key),
            Said(*notes_of(None if field is None else field.description)),
            tuple(
                self.control(
                    f"{self.book.single}.{setting}",
                    self.book.settings[setting].column,
                    text,
                )
                for setting in settings
                for text in [texts.get(setting, "")]
            ),
            tuple(block for sheet in sheets for block in self.blocks(sheet)),
            tuple(self.problems.get(key, ())),
        )

    def blocks(self, sheet: Sheet) -> Iterator[Block]:
        """Yield a sheet as tables: one, or one for each list of dates."""
        numbers = self.cells.get(sheet.name, {})
        if sheet is DATES:
            for column in sheet.columns:
                name = f"{sheet.name}.{column.key}"
                rows = (
                    self.row(
                        f"{sheet.name}.{number}.{column.key}",
                        (column,),
                        {column.key: cells[column.key]},
                    )
                    for number, cells in numbers.items()
                    if column.key in cells
                )
                yield Block(name, title_of(name), tuple(rows), fixed=False)
            return
        name, is_week = sheet.name, sheet is WEEK
        columns = sheet.columns[1:] if is_week else sheet.columns
        filled = (
            self.row(f"{name}.{number}", columns, cells)
            for number, cells in numbers.items()
        )
        yield Block(name, title_of(name), tuple(filled), fixed=is_week)

    def row(
        self, name: str, columns: Sequence[Column], cells: Mapping[str, str]
    ) -> Row:
        """Return an entry with its controls."""
        sheet, number, *_ = name.split(".")
        title = next(iter(cells.values()), "")
        if len(columns) == 1:
            title = written_cell(title, columns[0].kind, self.language)
        controls = (
            self.control(f"{sheet}.{number}.{each.key}", each, cells.get(each.key, ""))
            for each in columns
        )
        wrong = tuple(self.problems.get(f"{sheet}.{number}", ()))
        return Row(name, title, tuple(controls), wrong)

    def control(self, name: str, column: Column, text: str) -> Control:
        """Return the control for a cell."""
        sheet = name.partition(".")[0]
        place = name if sheet == self.book.single else f"{sheet}.{column.key}"
        table = self.book.named_in(place, column)
        others = self.book.refers.get(place, ())[1:]
        return control_of(
            name,
            column,
            text,
            names=(*self.names[table], *others) if table else (),
            language=self.language,
            problems=tuple(self.problems.get(name, ())),
        )


def _filled_office(tables: Mapping[str, Any]) -> _Filled:
    return tables, {s.name: rows_of(s, tables) for s in (WEEK, DATES, *SHEETS)}


def _filled_scenarios(tables: Mapping[str, Any]) -> _Filled:
    try:
        further = further_sheets(tables)
    except ValidationError:  # what is wrong is shown where it stands
        further = filled_sheets(tables)
    return further.data, {s.name: [[*r] for r in rows] for s, rows in further.sheets}


def _book(
    model: type[Table],
    single: str,
    settings: Sequence[Setting],
    sheets: Sequence[Sheet],
    **how: Any,
) -> Book:
    """Return a book whose chapters are the tables of a model that say anything."""
    chapters: dict[str, tuple[list[str], list[Sheet]]] = {
        key: ([], []) for key in (single, *fields_of(model))
    }
    for setting in settings:
        chapters[setting.path[0] if setting.path[1:] else single][0].append(setting.key)
    for sheet in sheets:
        key = "calendar" if sheet is WEEK else sheet.owner or sheet.path[0]
        if sheet.path[0] == SCENARIOS:
            key = next((part for part in sheet.path[1:] if part in chapters), key)
        chapters[key][1].append(sheet)
    return Book(
        model,
        single,
        {setting.key: setting for setting in settings},
        {sheet.name: sheet for sheet in sheets},
        {key: chapter for key, chapter in chapters.items() if any(chapter)},
        **how,
    )


_URGENCY: Final = fields_of(OfficeTables)["urgency"]

_OFFICE_BOOK: Final = _book(
    OfficeTables,
    OFFICE,
    SETTINGS,
    (WEEK, DATES, *SHEETS),
    filled=_filled_office,
    read=tables_from,
    known={"urgency": tuple(_URGENCY.get_default(call_default_factory=True))},
)


def office_book() -> Book:
    """Return the office as a book."""
    return _OFFICE_BOOK


def scenario_book(office: OfficeTables) -> Book:
    """Return what may become of an office as a book, which may name what it has."""
    servers, printers = (
        tuple(each.id for each in machines)
        for machines in (office.servers, office.printers)
    )
    return _book(
        ScenariosFile,
        SCENARIO_SINGLE,
        SCENARIO_SETTINGS,
        SCENARIO_SHEETS,
        filled=_filled_scenarios,
        read=scenario_tables_from,
        follow=_follow,
        refers=_REFERS,
        parts={f"{SCENARIOS}_{kind}": kind for kind in ("servers", "printers")},
        known={
            "urgency": tuple(office.urgency),
            "cards": tuple(office.cards),
            "areas": tuple(office.areas),
            "servers": servers,
            "printers": printers,
        },
    )


_REFERS: Final = {
    f"{SCENARIO_SINGLE}.baseline": (SCENARIOS,),
    f"{SCENARIO_SINGLE}.question.choose": (SCENARIOS,),
    f"{SCENARIO_SINGLE}.question.against": (SCENARIOS, DATES_ONLY),
    f"{SCENARIOS}_breakdowns.id": (RESOURCES,),
    f"{SCENARIOS}_servers.replaces": ("servers",),
    f"{SCENARIOS}_printers.replaces": ("printers",),
}


def _follow(cells: Cells, before: Cells) -> tuple[Cells, list[Problem]]:
    """Let marks follow; what others are compared with never changes without a word."""
    rows, first = cells.get(SCENARIOS, {}), min(before.get(SCENARIOS, {}), default=None)
    said_rows = cells.get(SCENARIO_SINGLE, {}).values()
    unsaid = not any(r["key"] == "baseline" and r["value"].strip() for r in said_rows)
    problems = []
    if unsaid and len(rows) > 1 and first not in (None, *rows):
        sentence = said(
            "the scenario that the others were compared with is gone; choose another",
            "skenario pembandingnya dihapus; pilihlah pembanding yang lain",
        )
        problems.append(Problem(("baseline",), sentence))
    return marks_follow(cells, before), problems


_TITLES: Final = {
    OFFICE: said("Name and language", "Nama dan bahasa"),
    "calendar": said("Days of work", "Hari kerja"),
    "week": said("In a week", "Dalam seminggu"),
    "calendar.closed": said("Closed days", "Tanggal tutup"),
    "calendar.open": said("Extra days of work", "Hari kerja tambahan"),
    "urgency": said("Urgency classes", "Kelas urgensi"),
    "cards": said("Cards and blanks", "Kartu dan blangko"),
    "deliveries": said("Deliveries of blanks", "Kiriman blangko"),
    "set_aside": said("Blanks set aside", "Blangko yang disisihkan"),
    "servers": said("Servers", "Server"),
    "printers": said("Printers", "Printer"),
    "ribbon_deliveries": said("Deliveries of ribbons", "Kiriman pita"),
    "outages": said("Outages", "Gangguan"),
    "shifts": said("Extra shifts", "Shift tambahan"),
    "budget": said("Budget of shifts", "Anggaran shift"),
    "quotas": said("Quotas", "Kuota"),
    "parity": said("Areas served alike", "Wilayah dilayani setara"),
    "reserve": said("Reserve", "Cadangan"),
    "plan": said("Plan", "Rencana"),
    "visits": said("Trips of residents", "Ongkos warga"),
    "visits_areas": said("Trips by area", "Ongkos menurut wilayah"),
    "columns": said("Headings of the export", "Judul kolom ekspor"),
    "dates": said("Dates in the export", "Tanggal dalam ekspor"),
    "status": said("Statuses in the export", "Status dalam ekspor"),
    "identity": said("Queue numbers", "Nomor antrean"),
    "classify": said("Classes by words", "Kelas menurut kata"),
    "areas": said("Areas", "Wilayah"),
    "area_rank": said("Areas first", "Wilayah didahulukan"),
    "privacy": said("Privacy", "Privasi"),
    "ledger": said("Ledger", "Buku besar"),
    SCENARIO_SINGLE: said("What is compared", "Yang dibandingkan"),
    "question": said("Question", "Pertanyaan"),
    "arrivals": said("New people", "Pendaftar baru"),
    "scenarios_arrivals_mix": said("Their classes", "Kelas mereka"),
    "held": said("Held people", "Orang tertahan"),
    "scenarios_held_mix": said("Their classes", "Kelas mereka"),
    "breakdowns": said("Breakdowns", "Kerusakan"),
    "scenarios_breakdowns": said("Breakdowns", "Kerusakan"),
    "told": said("Told dates", "Tanggal yang diberitahukan"),
    "worth": said("What is weighed", "Yang ditimbang"),
    "scenarios": said("Scenarios", "Skenario"),
    "scenarios_servers": said("Servers added", "Server tambahan"),
    "scenarios_printers": said("Printers added", "Printer tambahan"),
    "scenarios_office": said("Rules that differ", "Aturan yang berbeda"),
    "sources": said("Facts and assumptions", "Fakta dan dugaan"),
    "scenarios_sources": said("Facts and assumptions", "Fakta dan dugaan"),
}


def title_of(name: str, other: str | None = None) -> Said:
    """Return what a table is called; a new one by its key, or as is given."""
    return _TITLES.get(name, Said(name, name) if other is None else label_of(other))
