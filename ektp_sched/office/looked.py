"""What was seen in a workbook before a reader laid it out."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field
from typing import Final

from ektp_sched.words import Said, said

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
