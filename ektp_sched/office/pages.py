"""The sheets of a workbook of any kind, every cell as text and none lost."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal

import fastexcel
import numpy as np
import polars as pl

from ektp_sched.office.guard import look_into, walk_through
from ektp_sched.office.looked import DAMAGED, TOO_HARD, Look, LookedSheet, RefusedError
from ektp_sched.office.trial import Trial, is_panic
from ektp_sched.public import looks_personal, visible
from ektp_sched.rules.fields import SHEET_ERRORS
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NOT_COMPUTED: Final = said(
    "holds a formula without a value; open the workbook in Excel or LibreOffice, save "
    "it, and try again",
    "berisi rumus tanpa nilai; buka berkas ini di Excel atau LibreOffice, simpan, "
    "lalu coba lagi",
)
UNREADABLE: Final = "#####"
"""What a sheet shows where it can show no date, and so does this program."""

_LARGEST_EXACT: Final = 2**53
"""Above this a binary fraction, as sheets keep numbers, skips whole numbers."""

_DAYS_TO_1904: Final = 1462
_SMALL: Final = 1 << 18
_LITTLE_MEMORY: Final = 1 << 29
"""Bytes of a file, and of its cells, for which nothing can run out of memory."""

_ONE_AT_A_TIME: Final = Lock()


@dataclass(slots=True, eq=False)
class Page:
    """One sheet."""

    name: str  # as on its tab
    hidden: bool  # whether nobody sees it
    # All cells as text, from the first row on; what shows an error says so, and a
    # number beyond the whole numbers that sheets keep stands as 1.23E+16.
    frame: pl.DataFrame
    first_column: int = 0  # column in the sheet of the first one in `frame`, from 0
    # Rows and columns in the sheet, from 0, of formulas without a value.
    uncomputed: tuple[tuple[int, int], ...] = ()
    # Column of `frame` → which of its cells are numbers and no text; only where that
    # makes a difference.
    numeric: dict[int, pl.Series] = field(default_factory=dict)
    epoch_1904: bool = False  # whether those numbers count days from 1904-01-01
    place: int = 1  # which sheet of the workbook it is, from 1

    @property
    def shown(self) -> str:
        """The name, or the place of a sheet whose name may tell of a person."""
        name = " ".join(self.name.split())
        return f"#{self.place}" if looks_personal(name) else visible(name)


def read_pages(data: bytes, *, most_bytes: int, most_cells: int) -> list[Page]:
    """Read all sheets of an .xlsx, .xlsm, .xlsb, .xls or .ods, in the order of tabs."""
    look = _looked(data, most_bytes, most_cells)
    try:
        with _muted():
            return _pages(data, look)
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError):
        raise RefusedError(DAMAGED) from None
    except MemoryError:
        raise RefusedError(TOO_HARD) from None
    except BaseException as error:
        if is_panic(error):
            raise RefusedError(DAMAGED) from None
        raise


def _looked(data: bytes, most_bytes: int, most_cells: int) -> Look:
    """Look into a workbook, and try in a child to read one that may take much."""
    look: Look | None = None
    if len(data) <= _SMALL:
        look = look_into(data, most_bytes=most_bytes, most_cells=most_cells)
        if look.most_memory <= _LITTLE_MEMORY:
            return look
    trial = Trial("workbook", data)
    try:
        look = look or look_into(data, most_bytes=most_bytes, most_cells=most_cells)
        survived = trial.survived()
    finally:
        trial.stop()
    if not survived:
        raise RefusedError(DAMAGED if survived is False else TOO_HARD)
    return look


@contextmanager
def _muted() -> Iterator[None]:
    """Keep what a library in Rust says of a panic off the screen."""
    with _ONE_AT_A_TIME, ExitStack() as after:
        with suppress(OSError):
            screen = os.dup(2)
            after.callback(os.close, screen)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            after.callback(os.close, nowhere)
            os.dup2(nowhere, 2)
            after.callback(os.dup2, screen, 2)
        yield


def _pages(data: bytes, look: Look) -> list[Page]:
    book = fastexcel.read_excel(data)
    if len(book.sheet_names) != len(look.sheets):
        raise RefusedError(DAMAGED)
    pages = []
    for index, looked in enumerate(look.sheets):
        if looked is None:
            continue
        sheet = _load(book, index, "string")
        columns = sheet.available_columns()
        first = columns[0].absolute_index if columns else 0
        hidden = sheet.visible != "visible"
        page = Page(sheet.name, hidden, sheet.to_polars(), first, place=index + 1)
        page.epoch_1904 = look.epoch_1904
        if look.epoch_1904:
            numbers = _load(book, index, "boolean").to_polars()
            page.numeric = {
                at: column.is_not_null() for at, column in enumerate(numbers)
            }
        _correct(page, looked, data)
        pages.append(page)
    return pages


def _load(
    book: fastexcel.ExcelReader, index: int, kind: Literal["string", "boolean"]
) -> fastexcel.ExcelSheet:
    # From the first row on and with no guess at types, so that rows keep their numbers.
    return book.load_sheet(index, header_row=None, skip_rows=0, dtypes=kind)


def _correct(page: Page, looked: LookedSheet, data: bytes) -> None:
    """Put right what the reader took for empty, or for another number."""
    filled = sum(len(column) - column.null_count() for column in page.frame)
    if looked.valued is None and looked.part and filled != looked.values:
        walk_through(data, looked)
    cells = dict.fromkeys(_lost(page, looked), UNREADABLE) | looked.errors
    for at, number in looked.long_numbers.items():
        if abs(number) > _LARGEST_EXACT:
            cells[at] = f"{number:.14E}"  # as a sheet shows what no cell can hold
    page.frame = _with_cells(page.frame, cells, page.first_column)
    page.uncomputed = tuple(looked.uncomputed)
    for column, numeric in _marked(page, looked.long_numbers).items():
        page.numeric[column] = page.numeric.get(column, numeric) | numeric
    page.frame = _with_merges(page, looked.merges)


def from_1904(cells: pl.Series, numeric: pl.Series) -> pl.Series:
    """Return a column with its numbers, days from 1904, counted from 1899-12-30."""
    later = (cells.cast(pl.Float64, strict=False) + _DAYS_TO_1904).cast(pl.String)
    return later.str.strip_suffix(".0").zip_with(numeric, cells)


def shows_error(cells: pl.Series) -> pl.Series:
    """Return which cells of text show an error of a sheet, boolean."""
    if cells.dtype != pl.String or not cells.str.contains(r"[#:]").any():
        return pl.repeat(False, len(cells), eager=True)
    return cells.str.strip_chars().str.contains(SHEET_ERRORS).fill_null(value=False)


def _lost(page: Page, looked: LookedSheet) -> list[tuple[int, int]]:
    """Return the cells that hold something and were read as empty."""
    if looked.valued is None or not looked.valued[0] or not page.frame.width:
        return []
    rows, columns = (np.array(part, np.int64) for part in looked.valued)
    columns = columns - page.first_column
    height, width = page.frame.shape
    inside = (rows < height) & (columns >= 0) & (columns < width)
    rows, columns = rows[inside], columns[inside]
    empty = np.column_stack([c.is_null().to_numpy() for c in page.frame])
    lost = empty[rows, columns]
    return list(
        zip(
            rows[lost].tolist(),
            (columns[lost] + page.first_column).tolist(),
            strict=True,
        )
    )


def _with_cells(
    frame: pl.DataFrame, cells: dict[tuple[int, int], str], first_column: int
) -> pl.DataFrame:
    by_column: dict[int, dict[int, str]] = {}
    for (row, column), text in cells.items():
        by_column.setdefault(column - first_column, {})[row] = text
    for column, texts in by_column.items():
        if 0 <= column < frame.width and max(texts) < frame.height:
            values = frame.to_series(column).scatter([*texts], [*texts.values()])
            frame = frame.with_columns(values)
    return frame


def _marked(page: Page, at: Iterable[tuple[int, int]]) -> dict[int, pl.Series]:
    rows: dict[int, list[int]] = {}
    for row, column in at:
        rows.setdefault(column - page.first_column, []).append(row)
    none = pl.repeat(False, page.frame.height, eager=True)
    return {column: none.clone().scatter(at, True) for column, at in rows.items()}


def _with_merges(page: Page, merges: list[tuple[int, int, int]]) -> pl.DataFrame:
    """Let a value that is merged over rows count for each of them.

    Not in a row that has nothing of its own: that would make a person of a gap.
    """
    frame = page.frame
    merges = [m for m in merges if m[1] - page.first_column in range(frame.width)]
    if not merges or not frame.height:
        return frame
    alive = frame.select(pl.any_horizontal(pl.all().fill_null("") != "")).to_series()
    for first, column, last in merges:
        at = column - page.first_column
        if first >= frame.height:
            continue
        last = min(last, frame.height - 1)
        rows = pl.int_range(first + 1, last + 1, eager=True).filter(
            alive[first + 1 : last + 1]
        )
        values = frame.to_series(at)
        if values[first] is not None and len(rows):
            frame = frame.with_columns(values.scatter(rows, values[first]))
            if at in page.numeric:
                numeric = page.numeric[at]
                page.numeric[at] = numeric.scatter(rows, numeric[first])
    return frame


def column_letters(column: int) -> str:
    """Return the letters over a column, counted from 0: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
