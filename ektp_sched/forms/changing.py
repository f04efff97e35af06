"""A file of rules as a form, and what somebody typed as the file that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from pydantic.fields import FieldInfo

from ektp_sched.errors import OfficeError, ScenarioError
from ektp_sched.forms.books import Book, Cells, office_book, scenario_book, title_of
from ektp_sched.forms.controls import Chapter, sent_of
from ektp_sched.forms.editing import Change, applied, changes_between, edited
from ektp_sched.office.files import read_bytes, read_tables
from ektp_sched.office.office import office_of
from ektp_sched.office.sentences import type_at
from ektp_sched.office.workbook import workbook_bytes
from ektp_sched.office.workbook_reading import (
    OFFICE_SHEETS,
    Tables,
    sheets_of,
    tables_from,
)
from ektp_sched.public import visible
from ektp_sched.rules.problems import Problem, key_path
from ektp_sched.scenarios.world.loading import judged_scenarios, scenarios_beside
from ektp_sched.scenarios.world.model import SCENARIOS_FILE
from ektp_sched.scenarios.world.sheets import further_sheets, read_scenario_sheets
from ektp_sched.words import grouped, in_language, said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ektp_sched.forms.books import Sent
    from ektp_sched.office import Office
    from ektp_sched.rules.problems import Path as KeyPath

_WORKBOOK: Final = ".xlsx"
_NOTHING: Final = "–"


@dataclass(frozen=True, slots=True)
class Told:
    """One change, for people."""

    place: str  # such as "Printers · printer-1 · Cards on a full day"
    key: str  # such as ``printers[1].cards_per_day``
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into a form.

    Parameters
    ----------
    chapters
        The form as it was typed, with what is wrong beside it.
    changes
        What it says otherwise than the file.
    told
        The same, for people.
    content
        The file as it would be; None while anything is wrong.
    problems
        What is wrong and said of no place of the form.
    wrong
        How many things are wrong.
    elsewhere
        What would be wrong with other files by what is sound here.
    """

    chapters: tuple[Chapter, ...]
    changes: tuple[Change, ...]
    told: tuple[Told, ...]
    content: bytes | None
    problems: tuple[str, ...]
    wrong: int
    elsewhere: tuple[Problem, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of the file as it would be, by which a second look is known."""
        return "" if self.content is None else sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class RulesForm:
    """A file of rules, sound or not, and the form that it makes.

    Parameters
    ----------
    path
        The file: a text, or a workbook.
    raw
        Its bytes.
    tables
        What it says, as in a file of text.
    language
        Of the form: how its numbers are written.
    book
        What it may say.
    judged
        Returns all that is wrong with tables.
    bound
        Returns a workbook that says what sound tables say, and all else that stands in
        this one.
    further
        What is wrong with the file beside what its tables say.
    elsewhere
        Returns what tables that are sound make wrong of other files.
    """

    path: Path
    raw: bytes
    tables: Mapping[str, Any]
    language: str
    book: Book
    judged: Callable[[Mapping[str, Any]], Sequence[Problem]]
    bound: Callable[[Mapping[str, Any]], bytes]
    further: tuple[Problem, ...] = ()
    elsewhere: Callable[[Mapping[str, Any]], tuple[Problem, ...]] = lambda _: ()

    @property
    def digest(self) -> str:
        """SHA-256 of the file, which travels in the form."""
        return sha256(self.raw).hexdigest()

    def shown(self) -> Typed:
        """Return the form as the file fills it, with what is wrong with the file."""
        return self._typed(self.book.cells_of(self.tables), ())

    def typed(self, sent: Sent, step: str = "") -> Typed:
        """Return what somebody sent, and what becomes of the file by it.

        Parameters
        ----------
        sent
            Names of controls, each with its values; what a form does not have is left
            out, and what it has and was not sent is empty.
        step
            ``add printers`` or ``remove printers.2``, if an entry is to come or go.
        """
        book = self.book
        filled = sent_of(book.form(book.cells_of(self.tables), self.language))
        before = book.cells_sent(filled, self.language)
        # A page shows no sign that nobody sees; what holds one stays as it is.
        seen = {name: [visible(v) for v in values] for name, values in filled.items()}
        kept = {
            name: filled[name] if seen.get(name) == [*values] else values
            for name, values in sent.items()
        }
        cells = book.cells_sent(kept, self.language)
        if step:
            cells = book.with_step(cells, step)
        cells, wrong = book.with_names(cells, before)
        changes = changes_between(book.tables_of(before), book.tables_of(cells))
        return self._typed(cells, changes, wrong, asked=not step)

    def changed(self, changes: tuple[Change, ...]) -> Typed:
        """Return what becomes of the file by changes that were chosen elsewhere."""
        return self._typed(self.book.cells_of(applied(self.tables, changes)), changes)

    def _typed(
        self,
        cells: Cells,
        changes: tuple[Change, ...],
        wrong: Sequence[Problem] = (),
        *,
        asked: bool = True,
    ) -> Typed:
        after = self.book.tables_of(cells)
        tables = applied(self.tables, changes)
        listed = [*self.further, *wrong, *after.problems, *self.judged(tables)]
        content = None
        if not listed:
            try:
                content = self._content(changes, tables)
            except OfficeError as error:
                listed = [Problem((), error.message)]
        by_name = self.book.problems_by_name(listed, after.places) if asked else {}
        return Typed(
            self.book.form(cells, self.language, by_name),
            changes,
            tuple(self._told(change) for change in changes),
            content,
            tuple(by_name.get("", ())),
            len(listed),
            self.elsewhere(tables) if content and changes else (),
        )

    def _content(self, changes: Sequence[Change], tables: Mapping[str, Any]) -> bytes:
        """Return the file with changes: a text keeps its remarks, a workbook is new."""
        if not changes:
            return self.raw
        if self.path.suffix.lower() == _WORKBOOK:
            return self.bound(tables)
        return edited(self.raw.decode(), changes).encode()

    def _told(self, change: Change) -> Told:
        place: list[str] = [title_of(str(change.path[0]))]
        node: Any = self.tables.get(str(change.path[0]))
        for length, part in enumerate(change.path[1:], 2):
            annotation = _type_at(change.path[:length], self.book)
            if isinstance(part, int):
                inside = isinstance(node, list) and part < len(node)
                node = node[part] if inside else change.after
                values = [*node.values()] if isinstance(node, dict) else []
                place.append(self._value(values[0]) if values else str(part + 1))
                continue
            is_field = isinstance(annotation, FieldInfo)
            place.append(title_of(part, annotation.description) if is_field else part)
            node = node.get(part) if isinstance(node, dict) else None
        return Told(
            " · ".join(in_language(part, self.language) for part in place),
            key_path(change.path),
            self._value(change.before),
            self._value(change.after),
        )

    def _value(self, value: Any) -> str:
        """Return a value as a person writes it."""
        if isinstance(value, dict):
            parts = (f"{key} {self._value(part)}" for key, part in value.items())
            return "; ".join(parts) or _NOTHING
        if isinstance(value, list):
            return "; ".join(map(self._value, value)) or _NOTHING
        if isinstance(value, bool):
            word = said("yes", "ya") if value else said("no", "tidak")
            return in_language(word, self.language)
        if isinstance(value, int):
            return grouped(value, self.language)
        if isinstance(value, Decimal):
            return f"{value:f}".replace(".", "," if self.language == "id" else ".")
        if isinstance(value, date):
            return f"{value.day:02}-{value.month:02}-{value.year:04}"
        return _NOTHING if value is None else str(value)


def _type_at(path: KeyPath, book: Book) -> Any:
    """Return the type of what stands at a path; None where keys are free."""
    try:
        return type_at(path, book.model)
    except (KeyError, TypeError, IndexError):
        return None


def office_form(path: Path, language: str) -> RulesForm:
    """Return the form that an office file makes.

    Parameters
    ----------
    path
        office.toml or office.xlsx.
    language
        ``id`` or ``en``: how numbers are written in the form.

    Raises
    ------
    ektp_sched.errors.OfficeError
        If it cannot be read at all.
    """
    further: tuple[Problem, ...] = ()
    if path.suffix.lower() != _WORKBOOK:
        read, raw = read_tables(path)
    else:
        raw, tables = read_bytes(path), Tables()
        tables_from(sheets_of(raw, str(path), OFFICE_SHEETS, tables), tables)
        read, further = tables.data, tuple(tables.problems)

    def bound(tables: Mapping[str, Any]) -> bytes:
        office, _ = office_of(tables)
        assert office is not None
        scenarios = read_scenario_sheets(path)[0].data
        return workbook_bytes(office, further_sheets(scenarios) if scenarios else None)

    return RulesForm(
        *(path, raw, read, language, office_book()),
        judged=lambda tables: office_of(tables)[1],
        bound=bound,
        further=further,
        elsewhere=lambda tables: _wrong_scenarios(path, read, tables),
    )


def _wrong_scenarios(
    path: Path, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Problem, ...]:
    """Return what is wrong with an office's scenarios since it is another."""
    offices = [office_of(tables)[0] for tables in (before, after)]
    beside = scenarios_beside(path)
    if beside is None or None in offices:
        return ()
    try:
        if beside.suffix.lower() == _WORKBOOK:
            tables = read_scenario_sheets(beside)[0].data
        else:
            tables, _ = read_tables(beside, SCENARIOS_FILE)
    except ScenarioError:  # their own page says what is wrong with them
        return ()
    old, new = (
        judged_scenarios(tables, office, folder=path.parent)[1]
        for office in offices
        if office is not None
    )
    known = {(each.path, str(each.sentence)) for each in old}
    return tuple(each for each in new if (each.path, str(each.sentence)) not in known)


def scenario_form(path: Path, office: Office, language: str) -> RulesForm:
    """Return the form that a file of scenarios makes.

    Parameters
    ----------
    path
        scenarios.toml, or the office.xlsx whose sheets say what may become of it.
    office
        The office as it is.
    language
        ``id`` or ``en``: how numbers are written in the form.

    Raises
    ------
    ektp_sched.errors.ScenarioError
        If it cannot be read at all.
    """
    further: tuple[Problem, ...] = ()
    if path.suffix.lower() != _WORKBOOK:
        tables, raw = read_tables(path, SCENARIOS_FILE)
    else:
        sheets, raw = read_scenario_sheets(path)
        tables, further = sheets.data, tuple(sheets.problems)
    return RulesForm(
        *(path, raw, tables, language, scenario_book(office)),
        judged=lambda tables: judged_scenarios(tables, office, folder=path.parent)[1],
        bound=lambda tables: workbook_bytes(office, further_sheets(tables)),
        further=further,
    )
