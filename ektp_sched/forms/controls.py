"""Forms made from the rules' own fields and words: sheets of office.xlsx to type in.

A form is what its cells say: sheet → number of the row → heading → text, as a workbook
would hold it.  Whatever the rules add to the sheets stands in it by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ektp_sched.errors import UsageError
from ektp_sched.forms.typed import day_of
from ektp_sched.office.cells import joined, split, text_of
from ektp_sched.rules.fields import DAYS
from ektp_sched.rules.forms import Column, Kind
from ektp_sched.words import Said, grouped, in_language, in_workbook, said
from ektp_sched.words import joined as joined_said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_ISO: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?:[., ]\d{3})+", re.ASCII)
_DIGITS: Final = re.compile(r"[+-]?\d+", re.ASCII)
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
        notes = notes_of(self.column.note)
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


def sent_of(form: Iterable[Chapter]) -> dict[str, list[str]]:
    """Return what a browser sends of a form that nobody changed."""
    controls = [control for chapter in form for control in chapter.controls()]
    return {name: values for each in controls for name, values in each.sent() if values}


def control_of(
    name: str,
    column: Column,
    text: str,
    *,
    names: tuple[str, ...],
    language: str,
    problems: tuple[str, ...],
) -> Control:
    """Return the control of a cell, which may name some entries."""
    kind, widget = column.kind, "text"
    options, chosen = names or column.choices, tuple[str, ...]()
    if kind is Kind.FLAG:
        widget = "tick"
    elif kind is Kind.DAYS:
        parts, widget, options = split(text), "days", DAYS
        chosen = tuple(part for part in parts if part in DAYS)
        dates = [part for part in parts if part not in DAYS]
        text = "; ".join(written_cell(part, Kind.DATE, language) for part in dates)
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
        text = written_cell(text, kind, language)
        default = written_cell(default, kind, language)
    return Control(name, column, widget, text, options, chosen, default, problems)


def _default(column: Column) -> str:
    """Return what a cell says where it is empty, if one can say it."""
    value, several = column.default, column.kind in (Kind.LIST, Kind.DAYS)
    if isinstance(value, dict) or isinstance(value, tuple) is not several:
        return ""
    return text_of([*value] if several else value, column.kind)


def written_cell(text: str, kind: Kind, language: str) -> str:
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
    english, indonesian = (_SENTENCE.split(each, 1)[0] for each in notes_of(note))
    return Said(english.rstrip("."), indonesian.rstrip("."))


def notes_of(note: str | None) -> tuple[str, str]:
    """Return a note as it is said of a form, in English and in Indonesian."""
    sentence = in_workbook(note or "")
    texts = str(sentence), in_language(sentence, "id")
    english, indonesian = (_OF_CELLS.sub("", text) for text in texts)
    return english, indonesian
