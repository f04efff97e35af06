"""Forms made from the rules' own fields and words: sheets of office.xlsx to type in.

A form is what its cells say: sheet → number of the row → heading → text, as a workbook
would hold it.  Whatever the rules add to the sheets stands in it by itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from ektp_sched.desk.typed import day_of
from ektp_sched.errors import UsageError
from ektp_sched.office.cells import joined, split, text_of
from ektp_sched.office.layout import DATES, OFFICE, SETTINGS, SHEETS, WEEK, Sheet
from ektp_sched.office.parsing import located_in
from ektp_sched.office.rows import rows_of, value_at
from ektp_sched.office.workbook_reading import Tables, tables_from
from ektp_sched.rules.fields import DAYS, RESOURCES
from ektp_sched.rules.forms import Column, Kind, fields_of
from ektp_sched.rules.tables import OfficeTables
from ektp_sched.words import Said, grouped, in_language, in_workbook, said
from ektp_sched.words import joined as joined_said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ektp_sched.rules.problems import Cell, Problem

Cells: TypeAlias = dict[str, dict[int, dict[str, str]]]
"""What a form says."""

Sent: TypeAlias = "Mapping[str, Sequence[str]]"
"""What a browser sends: the names of controls, each with its values."""

_SHEETS: Final = {sheet.name: sheet for sheet in (WEEK, DATES, *SHEETS)}
_SETTINGS: Final = {setting.key: setting for setting in SETTINGS}
_ISO: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:[., ]\d{3})+", re.ASCII)
_DIGITS: Final = re.compile(r"[+-]?\d+", re.ASCII)
_ROW: Final = re.compile(r"\d{1,6}", re.ASCII)
_SENTENCE: Final = re.compile(
    r"(?<=[.])\s+(?=[A-Z])|: |; (?=[a-z0-9])|, (?=a whole number|bilangan bulat)"
)
"""Where a note has said in a few words what a field is about."""
_EMPTY: Final = re.compile(r"(?:Empty|Kosong): (.+?)\.")
_OF_CELLS: Final = re.compile(
    r", separated by semicolons|, dipisah titik koma|, one a row|, satu per baris"
    r"|, as in the sheet \w+|, seperti di lembar \w+"
    r"| \(mon … sun\)| \(mon Senin … sun Minggu\)"
)
"""What a note says of cells, and of no control."""
_FEW: Final = 6
_UNGROUPED: Final = frozenset({"seed", "rank"})


@dataclass(frozen=True, slots=True)
class Control:
    """One value of a form.

    Parameters
    ----------
    name
        What a browser sends it under; the several values of a list, with ``[]`` after.
    column
        What it holds, with its note, its choices and its default.
    widget
        ``text``, ``select``, ``tick``, ``ticks`` or ``days``.
    text
        What it says, as a person writes it; of ``days``, its dates alone.
    options
        What it may say, of those to choose from; what it says is always among them.
    chosen
        What it says, of ``ticks`` and ``days``.
    default
        What holds where it is empty, as a person writes it.
    problems
        What is wrong with it, a sentence each.
    """

    name: str
    column: Column
    widget: str
    text: str
    options: tuple[str, ...]
    chosen: tuple[str, ...]
    default: str
    problems: tuple[str, ...]

    @property
    def label(self) -> Said:
        """What it is about, in a few words."""
        return label_of(self.column.note)

    @property
    def hint(self) -> Said:
        """What else is to be said of it."""
        english, indonesian = (_EMPTY.sub("", rest).strip() for rest in self._rests)
        return Said(english, indonesian)

    @property
    def empty(self) -> Said:
        """What holds where it is empty, in a few words."""
        if self.default or self.column.kind is Kind.FLAG:
            return Said(self.default, self.default)
        words = [_EMPTY.search(rest) for rest in self._rests]
        english, indonesian = (each[1] if each else "" for each in words)
        if not english and self.column.kind is Kind.DATE:
            return said("dd-mm-yyyy", "hh-bb-tttt")
        return Said(english, indonesian)

    @property
    def _rests(self) -> list[str]:
        notes = _notes(self.column.note)
        return ["".join(_SENTENCE.split(note, 1)[1:]) for note in notes]

    @property
    def ticked(self) -> bool:
        """Whether what may be yes or no is yes."""
        return (self.text or self.default) == "yes"

    @property
    def states(self) -> tuple[str, str]:
        """What is sent of it where it is no, and where it is yes; unchanged if so."""
        return ("no", self.text or "") if self.ticked else (self.text or "", "yes")

    def sent(self) -> Iterator[tuple[str, list[str]]]:
        """Yield what a browser sends of it, left as it is."""
        if self.widget in ("ticks", "days"):
            yield f"{self.name}[]", [o for o in self.options if o in self.chosen]
        if self.widget == "tick":
            yield self.name, [self.states[self.ticked]]
        elif self.widget != "ticks":
            yield self.name, [self.text]


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of a table."""

    name: str  # ``printers.2``, as buttons name it; ``calendar.2.closed`` of a date
    title: str  # what it is called, as far as that is known
    controls: tuple[Control, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A table with its entries."""

    name: str  # ``printers``; ``calendar.closed`` of a list of dates
    title: Said
    rows: tuple[Row, ...]
    fixed: bool  # whether none can be added or removed


@dataclass(frozen=True, slots=True)
class Chapter:
    """What stands in one table of office.toml, and in tables that are part of it."""

    key: str
    title: Said
    note: Said
    settings: tuple[Control, ...]
    blocks: tuple[Block, ...]
    problems: tuple[str, ...]

    @property
    def wrong(self) -> bool:
        """Whether anything in it is."""
        return any(True for _ in self.faults())

    def faults(self) -> Iterator[tuple[str, Said]]:
        """Yield the place of each that is wrong, with what it is called."""
        if self.problems:
            yield self.key, self.title
        for control in self.settings:
            if control.problems:
                yield control.name, control.label
        for block in self.blocks:
            for row in block.rows:
                title = Said(row.title, row.title) if row.title else block.title
                if row.problems:
                    yield row.name, joined_said(": ", (block.title, title))
                for control in row.controls:
                    if control.problems:
                        yield control.name, joined_said(": ", (title, control.label))

    @property
    def summary(self) -> str:
        """What it says, in a few words: what its entries are called, and its values."""
        texts = [c.text for c in self.settings if c.widget != "tick"]
        own = [block for block in self.blocks if block.name.startswith(self.key)]
        texts += [row.title for block in own for row in block.rows]
        parts = [*dict.fromkeys(text for text in texts if text)]
        more = " …" if parts[_FEW:] else ""
        return ", ".join(parts[:_FEW]) + more

    def controls(self) -> Iterator[Control]:
        """Yield all that it holds."""
        yield from self.settings
        for block in self.blocks:
            for row in block.rows:
                yield from row.controls


def cells_of(tables: Mapping[str, Any]) -> Cells:
    """Return what the tables of an office's file say, sound or not."""
    cells: Cells = defaultdict(dict)
    for number, setting in enumerate(SETTINGS):
        text = text_of(value_at(tables, setting.path), setting.column.kind)
        cells[OFFICE][number] = {"key": setting.key, "value": text}
    for sheet in _SHEETS.values():
        for number, values in enumerate(rows_of(sheet, tables)):
            cells[sheet.name][number] = {
                column.key: text_of(value, column.kind)
                for column, value in zip(sheet.columns, values, strict=True)
                if sheet is not DATES or value is not None
            }
    return dict(cells)


def cells_sent(sent: Sent, language: str) -> Cells:
    """Return what a browser sent of a form; names that are none of its are left out."""
    cells: Cells = defaultdict(lambda: defaultdict(dict))
    numbers = {setting.key: at for at, setting in enumerate(SETTINGS)}
    for name, values in sent.items():
        several = name.endswith("[]")
        sheet, _, rest = name.removesuffix("[]").partition(".")
        if sheet == OFFICE and rest in numbers:
            column = _SETTINGS[rest].column
            row = cells[OFFICE][numbers[rest]]
            row["key"], key = rest, "value"
        else:
            number, _, key = rest.partition(".")
            known = {each.key: each for each in _columns(sheet)}
            if key not in known or not _ROW.fullmatch(number):
                continue
            column, row = known[key], cells[sheet][int(number)]
        text = joined([*values]) if several else read_cell(values[-1], column, language)
        before = row.get(key, "")
        row[key] = f"{before}; {text}" if before and text else before or text
    for at, day in cells[WEEK.name].items():
        day["day"] = DAYS[at % 7]
    return {sheet: dict(sorted(rows.items())) for sheet, rows in cells.items()}


def _columns(sheet: str) -> tuple[Column, ...]:
    return _SHEETS[sheet].columns if sheet in _SHEETS else ()


def tables_of(cells: Cells) -> Tables:
    """Return the tables that a form says, with where each thing stands in it."""
    rows = {
        sheet: [
            (number, {key: text for key, text in row.items() if text.strip()})
            for number, row in entries.items()
        ]
        for sheet, entries in cells.items()
    }
    tables = Tables()
    tables_from({s: [r for r in each if r[1]] for s, each in rows.items()}, tables)
    return tables


def with_step(cells: Cells, step: str) -> Cells:
    """Return a form with an entry more (``add printers``) or fewer (``remove …``)."""
    verb, _, name = step.partition(" ")
    sheet, *rest = name.split(".")
    rows = {number: dict(row) for number, row in cells.get(sheet, {}).items()}
    keys = [column.key for column in _columns(sheet)]
    if verb == "add" and keys:
        rows[max(rows, default=-1) + 1] = dict.fromkeys(rest or keys, "")
    elif verb == "remove" and rest and _ROW.fullmatch(rest[0]):
        row = rows.pop(int(rest[0]), {})
        left = {key: text for key, text in row.items() if key not in rest[1:]}
        if rest[1:] and left:
            rows[int(rest[0])] = left
    return cells | {sheet: rows}


def with_names(cells: Cells, before: Cells) -> Cells:
    """Return a form in which what named an entry follows it to its new name."""
    renamed: dict[str, dict[str, str]] = defaultdict(dict)
    known = _names(cells)
    for sheet in SHEETS:
        first = sheet.columns[0].key
        for number, row in cells.get(sheet.name, {}).items():
            old = before.get(sheet.name, {}).get(number, {}).get(first, "").strip()
            new = row.get(first, "").strip()
            if new and old and new != old and sheet.owner is None:
                renamed[sheet.name][old] = new
    renamed[RESOURCES] = renamed["servers"] | renamed["printers"]
    followed: Cells = {}
    for name, rows in cells.items():
        followed[name] = {number: dict(row) for number, row in rows.items()}
        for row in followed[name].values():
            for column in _columns(name):
                new_names = {
                    old: new
                    for old, new in renamed[column.names or ""].items()
                    if old not in known[column.names or ""]
                }
                if new_names and row.get(column.key):
                    several = column.kind is Kind.LIST
                    texts = split(row[column.key]) if several else [row[column.key]]
                    texts = [new_names.get(text.strip(), text) for text in texts]
                    row[column.key] = joined(texts) if several else texts[0]
    return followed


def problems_by_name(
    problems: Iterable[Problem], places: Mapping[tuple[str | int, ...], Cell]
) -> dict[str, list[str]]:
    """Return what is wrong by the control, entry or chapter of which it is said.

    What is said of none of them stands under the empty name.
    """
    by_name: dict[str, list[str]] = defaultdict(list)
    for problem in problems:
        cell, sentence = located_in(problem, places)
        if cell is None:
            keys = [".".join(map(str, problem.path[:n])) for n in (1, 2)]
            names = [f"{OFFICE}.{key}" for key in keys if key in _SETTINGS]
            name = next(iter(names), keys[0] if keys[0] in _CHAPTERS else "")
        elif cell.key:
            name = f"{cell.sheet}.{cell.key}"
        else:
            shown = {column.key for column in _columns(cell.sheet)} - {"day"}
            column = f".{cell.column}" if cell.column in shown else ""
            name = f"{cell.sheet}.{cell.row}{column}"
        by_name[name].append(sentence)
    return dict(by_name)


def chapters(
    cells: Cells, language: str, problems: Mapping[str, Sequence[str]] | None = None
) -> tuple[Chapter, ...]:
    """Return what a form holds, in the order of office.toml."""
    form = _Form(cells, _names(cells), language, problems or {})
    return tuple(form.chapter(key) for key in _CHAPTERS)


def sent_of(form: Iterable[Chapter]) -> dict[str, list[str]]:
    """Return what a browser sends of a form that nobody changed."""
    controls = [control for chapter in form for control in chapter.controls()]
    return {name: values for each in controls for name, values in each.sent() if values}


def _names(cells: Cells) -> dict[str, tuple[str, ...]]:
    """Return what each table's entries are called, those of `resources` included."""
    names: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for sheet in SHEETS:
        rows, first = cells.get(sheet.name, {}).values(), sheet.columns[0].key
        texts = [row.get(first, "").strip() for row in rows]
        names[sheet.name] = tuple(dict.fromkeys(text for text in texts if text))
    usual = fields_of(OfficeTables)["urgency"].get_default(call_default_factory=True)
    names["urgency"] = names["urgency"] or tuple(usual)
    names[RESOURCES] = names["servers"] + names["printers"]
    return names


@dataclass(frozen=True, slots=True)
class _Form:
    """A form in the making."""

    cells: Cells
    names: Mapping[str, tuple[str, ...]]
    language: str
    problems: Mapping[str, Sequence[str]]

    def chapter(self, key: str) -> Chapter:
        """Return what stands in a table of office.toml."""
        settings, sheets = _CHAPTERS[key]
        texts = {
            row["key"]: row["value"] for row in self.cells.get(OFFICE, {}).values()
        }
        note = fields_of(OfficeTables)[key].description if key != OFFICE else None
        return Chapter(
            key,
            title_of(key),
            Said(*_notes(note)),
            tuple(
                self.control(f"{OFFICE}.{setting}", _SETTINGS[setting].column, text)
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
            title = _written(title, columns[0].kind, self.language)
        controls = (
            self.control(f"{sheet}.{number}.{each.key}", each, cells.get(each.key, ""))
            for each in columns
        )
        wrong = tuple(self.problems.get(f"{sheet}.{number}", ()))
        return Row(name, title, tuple(controls), wrong)

    def control(self, name: str, column: Column, text: str) -> Control:
        """Return the control for a cell."""
        names = self.names[column.names] if column.names else ()
        kind, widget = column.kind, "text"
        options, chosen = names or column.choices, tuple[str, ...]()
        if kind is Kind.FLAG:
            widget = "tick"
        elif kind is Kind.DAYS:
            parts, widget, options = split(text), "days", DAYS
            chosen = tuple(part for part in parts if part in DAYS)
            dates = [part for part in parts if part not in DAYS]
            text = "; ".join(_written(part, Kind.DATE, self.language) for part in dates)
        elif kind is Kind.LIST and names:
            chosen, widget = tuple(split(text)), "ticks"
            options = tuple(dict.fromkeys((*chosen, *names)))
        elif kind is Kind.TEXT and options:
            widget = "select"
            options = tuple(dict.fromkeys((*options, *([text] if text else ()))))
        else:
            options = ()
        default = _default(column)
        if column.key not in _UNGROUPED:
            text = _written(text, kind, self.language)
            default = _written(default, kind, self.language)
        return Control(
            name,
            column,
            widget,
            text,
            options,
            chosen,
            default,
            tuple(self.problems.get(name, ())),
        )


def _default(column: Column) -> str:
    """Return what a cell says where it is empty, if one can say it."""
    value, several = column.default, column.kind in (Kind.LIST, Kind.DAYS)
    if isinstance(value, dict) or isinstance(value, tuple) is not several:
        return ""
    return text_of([*value] if several else value, column.kind)


def _written(text: str, kind: Kind, language: str) -> str:
    """Return what a cell says as a person writes it."""
    iso = _ISO.fullmatch(text)
    if kind is Kind.DATE and iso:
        return f"{iso[3]}-{iso[2]}-{iso[1]}"
    if kind is Kind.WHOLE and _DIGITS.fullmatch(text):
        return grouped(int(text), language)
    if kind is Kind.SHARE and language == "id":
        return text.replace(".", ",")
    # A number of digits alone is no date here, though a sheet may keep one as such.
    return text.removeprefix("'") if kind is Kind.DATE else text


def read_cell(text: str, column: Column, language: str) -> str:
    """Return what a person wrote as a cell says it; what it is not stays as it is."""
    word, kind = text.strip(), column.kind
    if kind is Kind.DATE:
        return _day(word)
    if kind is Kind.DAYS:
        return joined([_day(each) for each in split(text)])
    if kind is Kind.WHOLE and _GROUPED.fullmatch(word):
        return re.sub("[., ]", "", word)
    if kind is Kind.SHARE and language == "id":
        return word.replace(",", ".")
    return text


def _day(word: str) -> str:
    try:
        return day_of(word).isoformat()
    except UsageError:
        return f"'{word}" if _DIGITS.fullmatch(word) else word


def label_of(note: str | None) -> Said:
    """Return what the note of a field says in a few words."""
    english, indonesian = (_SENTENCE.split(each, 1)[0] for each in _notes(note))
    return Said(english.rstrip("."), indonesian.rstrip("."))


def _notes(note: str | None) -> tuple[str, str]:
    """Return a note as it is said of a form, in English and in Indonesian."""
    sentence = in_workbook(note or "")
    texts = str(sentence), in_language(sentence, "id")
    english, indonesian = (_OF_CELLS.sub("", text) for text in texts)
    return english, indonesian


def _chapters() -> dict[str, tuple[list[str], list[Sheet]]]:
    """Return the settings and sheets of each table of office.toml, in its order."""
    tables = [OFFICE, *fields_of(OfficeTables)]
    parts: dict[str, tuple[list[str], list[Sheet]]] = {key: ([], []) for key in tables}
    for setting in SETTINGS:
        parts[setting.path[0] if setting.path[1:] else OFFICE][0].append(setting.key)
    for sheet in (WEEK, DATES, *SHEETS):
        key = "calendar" if sheet is WEEK else sheet.owner or sheet.path[0]
        parts[key][1].append(sheet)
    return {key: part for key, part in parts.items() if any(part)}


_CHAPTERS: Final = _chapters()

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
}


def title_of(name: str, other: str | None = None) -> Said:
    """Return what a table is called; a new one by its key, or as is given."""
    return _TITLES.get(name, Said(name, name) if other is None else label_of(other))
