"""What was seen in a workbook before a reader laid it out, and in OpenDocument."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Iterable


DAMAGED: Final = said(
    "is damaged, cut off or no workbook; save it again as .xlsx",
    "rusak, terpotong, atau bukan berkas Excel; simpan ulang sebagai .xlsx",
)
TOO_HARD: Final = said(
    "cannot be read: it is damaged, or needs more memory than there is; save it again, "
    "or as .csv",
    "tidak dapat dibaca: rusak, atau membutuhkan memori lebih dari yang ada; simpan "
    "ulang, atau sebagai .csv",
)
LOCKED: Final = said(
    "is protected by a password; save it without one",
    "dilindungi kata sandi; simpan tanpa kata sandi",
)
_LONG: Final = 10**15


_CELLS: Final = frozenset({"table:table-cell", "table:covered-table-cell"})


class RefusedError(Exception):
    """A workbook or Parquet must not be read: what is wrong and what would be right."""

    def __init__(self, sentence: Said) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(slots=True)
class LookedSheet:
    """One sheet, and the cells in it that a reader would get wrong.

    Rows and columns count from 0.
    """

    most_cells: int  # cells that it may span, empty ones included
    # (row, column) → what the cell shows, such as `#N/A`.
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    # (row, column) of formulas that have no value.
    uncomputed: list[tuple[int, int]] = field(default_factory=list)
    # (row, column) → a number of 16 digits or more in a numeric cell.
    long_numbers: dict[tuple[int, int], float] = field(default_factory=dict)
    # (first row, first column, last row) of cells merged over rows.
    merges: list[tuple[int, int, int]] = field(default_factory=list)
    values: int = 0  # how many cells hold something
    # Rows and columns of those; None until each was looked at.
    valued: tuple[array[int], array[int]] | None = None
    last_row: int = 0  # last row and column that it reaches, counted from 1
    last_column: int = 0
    part: str = ""  # where in the archive it lies

    def note(
        self,
        row: int,
        column: int,
        *,
        error: str | None = None,
        number: float | None = None,
    ) -> None:
        """Take down a cell that holds something."""
        if self.valued is None:
            self.valued = (array("L"), array("L"))
        self.valued[0].append(row)
        self.valued[1].append(column)
        self.values += 1
        if error is not None:
            self.errors[row, column] = error
        elif number is not None and _LONG <= abs(number) < math.inf:
            self.long_numbers[row, column] = number
        self.reach(row + 1, column + 1)

    def reach(self, row: int, column: int) -> None:
        """Take down how far the sheet reaches, and refuse one that is too large."""
        self.last_row = max(self.last_row, row)
        self.last_column = max(self.last_column, column)
        if self.last_row * self.last_column > self.most_cells:
            raise RefusedError(
                said(
                    "has a sheet of more than {most} cells, most of them empty; delete "
                    "rows and columns after the list, or save it as .csv",
                    "memiliki lembar dengan lebih dari {most} sel, kebanyakan kosong; "
                    "hapus baris dan kolom setelah daftar, atau simpan sebagai .csv",
                    most=self.most_cells,
                )
            )

    def merge(self, first_row: int, column: int, last_row: int) -> None:
        """Take down cells that are merged over rows."""
        if last_row > first_row:
            self.merges.append((first_row, column, last_row))


@dataclass(frozen=True, slots=True)
class Look:
    """What a workbook holds."""

    # In the order of their tabs; None for a page that is no sheet of cells.
    sheets: tuple[LookedSheet | None, ...]
    epoch_1904: bool  # whether day 0 of its dates is 1904-01-01
    # Bytes that no cell has more of; None where that is not known.
    longest: int | None = None

    @property
    def most_memory(self) -> float:
        """Bytes that all its cells take at most."""
        cells = sum(s.last_row * s.last_column for s in self.sheets if s is not None)
        return math.inf if self.longest is None else self.longest * cells


def look_into_ods(chunks: Iterable[bytes], most_cells: int) -> Look:
    """Return what content.xml holds; ExpatError if it is no whole XML."""
    walk = _Walk(most_cells)
    for chunk in chunks:
        walk.parser.Parse(chunk)
    walk.parser.Parse(b"", True)
    return Look(tuple(walk.sheets), walk.epoch_1904)


class _Walk:
    """From cell to cell; the names are those that every writer uses."""

    def __init__(self, most_cells: int) -> None:
        self.sheets: list[LookedSheet] = []
        self.epoch_1904 = False
        self._most_cells = most_cells
        self._row = self._column = self._rows = 0
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []
        self._tables = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise RefusedError(DAMAGED)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self._tables += 1
            if self._tables == 1:
                self.sheets.append(LookedSheet(self._most_cells))
                self._row = 0
        elif self._tables != 1:
            if tag == "table:null-date":
                date = attributes.get("table:date-value", "")
                self.epoch_1904 = date.startswith("1904")
        elif tag == "table:table-row":
            self._rows = int(attributes.get("table:number-rows-repeated", "1"))
            self._column = 0
        elif tag in _CELLS:
            self._cell, self._text = attributes, []

    def _characters(self, text: str) -> None:
        if self._cell is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        if tag == "table:table":
            self._tables -= 1
        elif self._tables != 1:
            return
        elif tag == "table:table-row":
            self._row += self._rows
        elif tag in _CELLS and self._cell is not None:
            self._judge(self._cell, "".join(self._text).strip())
            self._cell = None

    def _judge(self, cell: dict[str, str], text: str) -> None:
        sheet = self.sheets[-1]
        times = int(cell.get("table:number-columns-repeated", "1"))
        kind = cell.get("office:value-type")
        error = text or None if cell.get("calcext:value-type") == "error" else None
        if kind is None and not text:
            if "table:formula" in cell:
                sheet.uncomputed.append((self._row, self._column))
        elif kind != "string" or text:
            sheet.reach(self._row + self._rows, self._column + times)
            number = float(cell["office:value"]) if kind == "float" else None
            for row in range(self._row, self._row + self._rows):
                for column in range(self._column, self._column + times):
                    sheet.note(row, column, error=error, number=number)
        last = self._row + int(cell.get("table:number-rows-spanned", "1")) - 1
        sheet.merge(self._row, self._column, last)
        self._column += times
