"""What can go wrong with the input, as one tree.

::

    EktpSchedError
    ├── InputError            a file is not what it should be
    │   ├── OfficeError       office.toml or office.xlsx
    │   ├── BacklogError      the backlog, as a whole
    │   │   └── TooManyRejectsError   more bad rows than allowed
    │   ├── PriorityError     the list of authorised priorities
    │   ├── LogError          a print log
    │   ├── ScenarioError     scenarios.toml, or a history that it names
    │   ├── FolderError       a plan folder, to be read or written
    │   └── LedgerError       the ledger, or an address of it
    ├── AskedError            a question that only the office can answer
    ├── UsageError            an argument out of its range
    │   └── MissingExtraError     an optional part of the program is not installed
    └── UnsupportedRuleError  a rule that no engine here can solve yet
        └── CrossingBlanksError   blanks run out beside other cards

Rules that contradict each other are not an error: they are the status
``infeasible`` of a plan, with the conflict named.  No message ever holds a
person's name or number; rows are named by their number in the sheet.

A message that is `ektp_sched.words.said` is known in both languages: ``str(error)``
is English, ``error.sentence("id")`` what an office reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from ektp_sched.words import Said, in_language, joined, said

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "AskedError",
    "BacklogError",
    "CrossingBlanksError",
    "EktpSchedError",
    "FolderError",
    "InputError",
    "LedgerError",
    "LogError",
    "MissingExtraError",
    "OfficeError",
    "PriorityError",
    "ScenarioError",
    "TooManyRejectsError",
    "UnsupportedRuleError",
    "UsageError",
]


_OF_KEYS: Final = (".toml", ".json")


class EktpSchedError(Exception):
    """Base of every error that this package raises on purpose."""

    def sentence(self, language: str) -> str:
        """Return what is wrong and what would be right, in ``en`` or ``id``."""
        text = self.args[0] if self.args else ""
        return in_language(text, language) if isinstance(text, str) else str(self)

    def __reduce__(self) -> tuple[object, ...]:
        """Return what a copy is made of, in another process too.

        Python would call the class with the message alone, and several need more.
        """
        return _copied, (type(self), self.args), self.__dict__


def _copied(kind: type[EktpSchedError], args: tuple[object, ...]) -> EktpSchedError:
    """Return an error with its arguments and nothing else yet."""
    return kind.__new__(kind, *args)


class InputError(EktpSchedError):
    """A file is not what it should be.

    Parameters
    ----------
    message
        One sentence: what is wrong and what would be right.
    file
        The file's name as the caller gave it.
    row
        Row in the sheet, the heading being row 1.
    column
        Heading, or key such as ``printers[2].cards_per_day``.
    sheet
        Sheet of a workbook.
    problems
        Every problem found, one sentence each; ``message`` alone if empty.
    """

    names_keys: ClassVar[bool] = False
    """Whether ``column`` is a key in every form of such a file."""

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
        sheet: str | None = None,
        problems: Sequence[str] = (),
    ) -> None:
        self.message = message
        self.file = file
        self.row = row
        self.column = column
        self.sheet = sheet
        self.problems = tuple(problems) or (message,)
        place = self._place()
        super().__init__(joined(": ", (place, message)) if place else message)

    def _place(self) -> Said:
        """Return "file, sheet S, row 3, column X"; a key has no such word."""
        is_key = self.names_keys or str(self.file).endswith(_OF_KEYS)
        as_key = self.column if is_key and not self.sheet else None
        where = place(self.sheet, self.row, None if as_key else self.column)
        parts = (self.file, where, as_key)
        return joined(", ", (part for part in parts if part))


def place(
    sheet: str | None = None, row: int | None = None, column: str | None = None
) -> Said:
    """Return "sheet S, row 3, column X" of what is known."""
    parts = (
        sheet and said("sheet {name}", "lembar {name}", name=sheet),
        row and said("row {row}", "baris {row}", row=str(row)),
        column and said("column {name}", "kolom {name}", name=column),
    )
    return joined(", ", (part for part in parts if part))


class OfficeError(InputError):
    """office.toml or office.xlsx is not what it should be."""

    names_keys = True


class BacklogError(InputError):
    """The backlog cannot be read or planned as a whole."""


class TooManyRejectsError(BacklogError):
    """More rows were rejected than the caller allows.

    Parameters
    ----------
    message
        One sentence with the count and the way on.
    backlog
        The `Backlog` that was read, good rows and rejects, for ``rejects.csv``.
    file
        The file's name as the caller gave it.
    """

    def __init__(self, message: str, *, backlog: Any, file: str | None = None) -> None:
        super().__init__(message, file=file)
        self.backlog = backlog


class PriorityError(InputError):
    """The list of authorised priorities is not what it should be."""


class LogError(InputError):
    """A print log is not what it should be."""


class ScenarioError(InputError):
    """scenarios.toml, or a history that it names, is not what it should be."""


class FolderError(InputError):
    """A plan folder cannot be read, or must not be overwritten."""


class LedgerError(InputError):
    """The ledger cannot be read or written, or does not take what it is told."""


class AskedError(EktpSchedError):
    """Nothing is wrong, but only the office can say how to go on.

    Parameters
    ----------
    message
        One sentence with the ways on.
    asks
        What is asked: ``open`` (what became of the cards on earlier sheets), ``gone``
        (whether people are gone from the export), ``sheet`` (what is marked on a void
        sheet), ``rest`` (whether to plan what is left of a day), ``person`` (which of
        two is meant), ``overtaken`` (what to write, as somebody else was first).
    figures
        Numbers in it, by name, for who asks in words of its own.
    """

    def __init__(
        self,
        message: str,
        *,
        asks: Literal["open", "gone", "sheet", "rest", "person", "overtaken"],
        figures: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(message)
        self.asks: Final = asks
        self.figures: Final = dict(figures or {})


class UsageError(EktpSchedError):
    """An argument is out of its range."""


class MissingExtraError(UsageError, ImportError):
    """An optional part of the program is needed and not installed."""


class UnsupportedRuleError(EktpSchedError):
    """The rules are sound, but no engine in this version can solve them."""


class CrossingBlanksError(UnsupportedRuleError):
    """Blanks can run out where other cards are printed too.

    Parameters
    ----------
    message
        One sentence with the way on.
    card
        The card type.
    others
        The card types that share its printers, servers or reserve.
    """

    def __init__(self, message: str, *, card: str, others: Sequence[str]) -> None:
        super().__init__(message)
        self.card = card
        self.others = tuple(others)
