"""The office file as a form, and what somebody typed as the file that says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from pydantic.fields import FieldInfo

from ektp_sched.desk.forms import (
    Cells,
    Chapter,
    cells_of,
    cells_sent,
    chapters,
    problems_by_name,
    sent_of,
    tables_of,
    title_of,
    with_names,
    with_step,
)
from ektp_sched.errors import OfficeError
from ektp_sched.office.editing import Change, applied, changes_between, edited
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
from ektp_sched.rules.tables import OfficeTables
from ektp_sched.scenarios.world.sheets import further_sheets, read_scenario_sheets
from ektp_sched.words import grouped, in_language, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ektp_sched.desk.forms import Sent

__all__ = ["OfficeForm", "Told", "Typed", "office_form"]

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
    """What somebody typed into the form of an office.

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
    """

    chapters: tuple[Chapter, ...]
    changes: tuple[Change, ...]
    told: tuple[Told, ...]
    content: bytes | None
    problems: tuple[str, ...]
    wrong: int

    @property
    def digest(self) -> str:
        """SHA-256 of the file as it would be, by which a second look is known."""
        return "" if self.content is None else sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class OfficeForm:
    """The office file of a folder, sound or not, and the form that it makes.

    Parameters
    ----------
    path
        The file.
    raw
        Its bytes.
    tables
        What it says, as in office.toml.
    language
        Of the form: how its numbers are written.
    """

    path: Path
    raw: bytes
    tables: Mapping[str, Any]
    language: str
    further: tuple[Problem, ...] = field(default=())

    @property
    def digest(self) -> str:
        """SHA-256 of the file, which travels in the form."""
        return sha256(self.raw).hexdigest()

    def shown(self) -> Typed:
        """Return the form as the file fills it, with what is wrong with the file."""
        return self._typed(cells_of(self.tables), ())

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
        filled = sent_of(chapters(cells_of(self.tables), self.language))
        before = cells_sent(filled, self.language)
        # A page shows no sign that nobody sees; what holds one stays as it is.
        seen = {name: [visible(v) for v in values] for name, values in filled.items()}
        kept = {
            name: filled[name] if seen.get(name) == [*values] else values
            for name, values in sent.items()
        }
        cells = with_names(cells_sent(kept, self.language), before)
        if step:
            cells = with_step(cells, step)
        return self._typed(
            cells, changes_between(tables_of(before), tables_of(cells)), asked=not step
        )

    def _typed(
        self, cells: Cells, changes: tuple[Change, ...], *, asked: bool = True
    ) -> Typed:
        after = tables_of(cells)
        tables = applied(self.tables, changes)
        office, problems = office_of(tables)
        listed = [*self.further, *after.problems, *problems]
        content = None
        if office is not None and not listed:
            try:
                content = self._content(changes, tables)
            except OfficeError as error:
                listed = [Problem((), error.message)]
        by_name = problems_by_name(listed, after.places) if asked else {}
        return Typed(
            chapters(cells, self.language, by_name),
            changes,
            tuple(self._told(change) for change in changes),
            content,
            tuple(by_name.get("", ())),
            len(listed),
        )

    def _content(self, changes: Sequence[Change], tables: Mapping[str, Any]) -> bytes:
        """Return the file with changes: a text keeps its remarks, a workbook is new."""
        if not changes:
            return self.raw
        if self.path.suffix.lower() != _WORKBOOK:
            return edited(self.raw.decode(), changes).encode()
        scenarios = read_scenario_sheets(self.path)[0].data
        office, _ = office_of(tables)
        assert office is not None
        return workbook_bytes(office, further_sheets(scenarios) if scenarios else None)

    def _told(self, change: Change) -> Told:
        place: list[str] = [title_of(str(change.path[0]))]
        node: Any = self.tables.get(str(change.path[0]))
        for length, part in enumerate(change.path[1:], 2):
            annotation = type_at(change.path[:length], OfficeTables)
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


def office_form(path: Path, language: str) -> OfficeForm:
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
    if path.suffix.lower() != _WORKBOOK:
        read, raw = read_tables(path)
        return OfficeForm(path, raw, read, language)
    raw, tables = read_bytes(path), Tables()
    tables_from(sheets_of(raw, str(path), OFFICE_SHEETS, tables), tables)
    return OfficeForm(path, raw, tables.data, language, tuple(tables.problems))
