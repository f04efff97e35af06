"""Cells of a CSV file, whatever became of its quotation marks.

By the grammar a cell begins and ends with a mark, or holds none; a mark within
is doubled.  Where all marks of a file keep to that, polars reads it.  One mark
too few and one too many later would make one cell of all the rows between, so
a file with any mark out of place is read line by line: lines that keep to the
grammar stay as they are, lines that mean one thing only are quoted anew, lines
that belong to a cell with line breaks are joined, and each other line is a row
that is malformed by itself.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.arrays import Ints
    from ektp_sched.backlog.encodings import Text

    Places = Ints

_QUOTE: Final = ord('"')
_LF: Final = ord("\n")
_SAMPLE: Final = 1000
_HEAD: Final = 1 << 18
"""Bytes that are enough to know what rows of a table look like."""

_LONGEST_CELL: Final = 100
"""Lines that a cell of a damaged file may have."""

_DATE: Final = r"""["' ]*(?:\d{1,4}[-/. ]\w{1,9}[-/. ]\d{2,4}|\d{8}|\d{5})"""
"""How a cell with a date begins, roughly."""

_WITHIN: Final = re.compile(r'[^"]*(?:""[^"]*)*')
"""What stands in a quoted cell, up to the mark that ends it."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a file, one row a record, empty lines too."""

    frame: pl.DataFrame  # one column of text a heading
    # Places of records that cannot be read: a mark is out of place, or something stands
    # beyond the last heading.
    malformed: pl.Series
    # Places of records with a cell of several lines that look like rows of this table:
    # by the grammar one cell, perhaps rows behind a lost mark.
    swallowed: pl.Series


def read_cells(text: Text, after: int, separator: str, width: int) -> Cells | None:
    """Read the records below a heading, which ends at ``after``; None if no table."""
    # Positions for headings, so that equal ones cannot hide one another; polars
    # takes a file of one column with empty lines for another.
    numbers = separator.join(map(str, range(max(width, 2)))).encode()
    page = b"\n".join((numbers, memoryview(text.data)[after:]))
    returns = text.returns[text.returns >= after] + len(numbers) + 1 - after
    if 0 < 2 * len(returns) <= _lines(page):
        heading = text.data[:after].rstrip(b"\r\n").rpartition(b"\n")[2]
        page = _with_cells_joined(page, returns, separator, width, heading.decode())
    damaged: list[int] = []
    if not _marks_in_place(page, separator):
        page, damaged = _by_lines(page, separator)
    overlong = np.zeros(0, dtype=np.int64)
    frame = _read(page, separator, cut=False)
    if frame is None:
        # Some row has more cells than there are headings, even if empty ones.
        overlong = _filled_beyond(page, separator, max(width, 2))
        frame = _read(page, separator, cut=True)
    if frame is None:
        return None
    swallowed = pl.Series([], dtype=pl.Int64)
    if frame.height != _lines(page) - 1:
        if frame.height != len(_record_ends(page)) - 1:
            return None
        swallowed = _rows_in_cells(frame, separator)
    # The numbers are the first record, which the frame does not have.
    malformed = pl.Series(np.union1d(overlong, damaged) - 1, dtype=pl.Int64)
    return Cells(frame[:, :width], malformed, swallowed)


def _read(page: bytes, separator: str, *, cut: bool) -> pl.DataFrame | None:
    """Return all cells as text, those beyond the headings cut off if asked."""
    try:
        return pl.read_csv(
            io.BytesIO(page),
            separator=separator,
            infer_schema=False,
            truncate_ragged_lines=cut,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None


def _signs(data: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(data, dtype=np.uint8)


def _lines(data: bytes) -> int:
    return data.count(b"\n") + (not data.endswith(b"\n"))


def _marks(data: bytes) -> Places:
    return np.flatnonzero(_signs(data) == _QUOTE)


def _marks_in_place(data: bytes, separator: str) -> bool:
    """Return whether all quotation marks keep to the grammar.

    Of marks in their order every second one opens and every other closes, a
    doubled one closes and opens again.
    """
    if b'"' not in data:
        return True
    marks, signs = _marks(data), _signs(data)
    if len(marks) % 2:
        return False
    border = np.zeros(256, dtype=bool)
    border[[ord(separator), _LF, ord("\r"), _QUOTE]] = True
    opening, closing = marks[::2], marks[1::2]
    before = signs[opening[opening > 0] - 1]
    after = signs[closing[closing < len(signs) - 1] + 1]
    return bool(border[before].all() and border[after].all())


def _outside(places: Places, marks: Places) -> Places:
    """Return the places that stand in no quoted cell."""
    return places[np.searchsorted(marks, places) % 2 == 0] if len(marks) else places


def _record_ends(data: bytes) -> Places:
    ends = _outside(np.flatnonzero(_signs(data) == _LF), _marks(data))
    return ends if data.endswith(b"\n") else np.append(ends, len(data))


def _filled_beyond(data: bytes, separator: str, width: int) -> Places:
    """Return the records in which anything stands beyond the last heading."""
    signs = _signs(data)
    ends = _record_ends(data)
    cuts = _outside(np.flatnonzero(signs == ord(separator)), _marks(data))
    before = np.searchsorted(cuts, np.append(-1, ends[:-1]))
    overlong = np.flatnonzero(np.searchsorted(cuts, ends) - before >= width)
    blank = np.zeros(256, dtype=bool)
    blank[[ord(sign) for sign in (separator, " ", "\t", "\r", '"')]] = True
    filled = np.append(~blank[signs], [False, False])
    # From the separator that ends the last cell with a heading to the row's end.
    bounds = np.stack((cuts[before[overlong] + width - 1], ends[overlong]), axis=1)
    beyond = np.logical_or.reduceat(filled, bounds.ravel())[::2]
    return overlong[beyond]


def _sample(lines: pl.Series, separator: str) -> pl.DataFrame:
    """Return the cells of the first lines, which are the numbers and sound ones."""
    frame = _read("\n".join(lines.head(_SAMPLE)).encode(), separator, cut=True)
    return pl.DataFrame() if frame is None else frame


def _dated(sample: pl.DataFrame) -> list[int]:
    """Return the columns in which most cells are dates."""
    return [
        at
        for at, column in enumerate(sample)
        if 2 * column.str.contains(rf"^(?:{_DATE})").sum() > column.count()
    ]


def _row_pattern(sample: pl.DataFrame, separator: str) -> str:
    """Return a pattern of lines that look like rows of this table.

    By the columns that hold dates, as every table here has one; without any, by
    the number of cells.
    """
    mark = re.escape(separator)
    cell = rf'(?:"[^"]*"|[^"{mark}]*)'
    rest = rf"(?:[^{mark}\d][^{mark}]*)?"
    ways = [
        rf"(?:{cell}{mark}){{{at}}}{_DATE}{rest}(?:{mark}|$)"
        if at
        else rf"{_DATE}{rest}{mark}"
        for at in _dated(sample)
    ]
    if not ways:
        ways = [rf"(?:{cell}{mark}){{{max(sample.width, 3) - 1}}}{cell}$"]
    return rf"^(?:{'|'.join(ways)})"


def _rows_in_cells(frame: pl.DataFrame, separator: str) -> pl.Series:
    """Return the records with a cell whose further lines look like rows."""
    pattern = _row_pattern(frame.head(_SAMPLE), separator)
    records = []
    for column in frame:
        broken = column.str.contains("\n", literal=True).fill_null(value=False)
        places = broken.arg_true()
        if len(places):
            lines = pl.DataFrame({"at": places, "line": column[places]})
            lines = lines.with_columns(pl.col("line").str.split("\n").list.slice(1))
            looks = lines.explode("line").filter(pl.col("line").str.contains(pattern))
            records.append(looks["at"])
    numbers = pl.concat(records) if records else pl.Series([], dtype=pl.Int64)
    return numbers.cast(pl.Int64).unique().sort()


def _with_cells_joined(
    page: bytes, returns: Places, separator: str, width: int, heading: str
) -> bytes:
    """Return records in which a return within a cell without marks is a blank.

    Most returns end rows.  One that stands in a cell leaves two pieces that
    have as many cells as the headings together, and the second is no row: it
    has no date in its place, and does not begin as rows of this table do.
    Nor is it the heading of another page.
    """
    lines = page[:_HEAD].decode(errors="replace").split("\n")
    sample = _sample(pl.Series([line for line in lines if '"' not in line]), separator)
    if not sample.width:
        return page
    row, dated = re.compile(_row_pattern(sample, separator)), _dated(sample)
    begins = {_form(line.split(separator)[0]) for line in lines if row.search(line)}
    joined = bytearray(page)
    for place in returns.tolist():
        start, end = joined.rfind(b"\n", 0, place) + 1, joined.find(b"\n", place + 1)
        before = joined[start:place].decode()
        after = joined[place + 1 : end if end >= 0 else len(joined)].decode()
        cut = before.count(separator)
        if (
            before.strip()
            and after.strip()
            and cut + after.count(separator) + 1 == width
            and cut not in dated
            and not row.search(after)
            and _form(after.split(separator)[0]) not in begins
            and after.rstrip() != heading.rstrip()
            and not after.startswith('"')
            and _stands_alone(before, separator)
        ):
            joined[place] = ord(" ")
    return bytes(joined)


def _stands_alone(line: str, separator: str) -> bool:
    """Return whether a line ends in a cell that is in no way a part of a quoted one."""
    left_open = _left_open(line, separator, inside=False)
    if left_open is None:
        # A mark out of place is a sign of inches only where it ends no cell.
        return _left_open(line, separator, inside=True) is None
    # Behind the mark that closes a cell nothing of that cell can follow.
    return not left_open and not line.rstrip().endswith('"')


def _form(cell: str) -> str:
    """Return how a cell is made of digits and letters: A12 is as B7."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", cell.strip(" \"'")))


def _by_lines(data: bytes, separator: str) -> tuple[bytes, list[int]]:
    """Return records that keep to the grammar, and the places of those lost.

    A record that is lost is an empty line, so that places stay as they were.
    """
    lines = data.decode().replace("\r\n", "\n").removesuffix("\n").split("\n")
    column = pl.Series(lines)
    mark = re.escape(separator)
    cell = rf'(?:"(?:[^"]|"")*"|[^"{mark}]*)'
    sound = column.str.contains(rf"^{cell}(?:{mark}{cell})*$")
    row = re.compile(_row_pattern(_sample(column.filter(sound), separator), separator))
    loose = re.compile(
        rf' *"(?P<quoted>{_WITHIN.pattern})" *(?={mark}|$)'
        rf'|(?P<plain> *(?:[^" {mark}][^{mark}]*)?)(?={mark}|$)'
    )
    records: list[str] = []
    malformed: list[int] = []
    done = 0
    for at in (~sound).arg_true().to_list():
        if at < done:
            continue
        records += lines[done:at]
        done = _cell_end(lines, at, separator, row) or at + 1
        record = "\n".join(lines[at:done])
        if done == at + 1:
            quoted = _quoted_anew(record, separator, loose)
            if quoted is None:
                malformed.append(len(records))
            record = quoted or ""
        records.append(record)
    records += lines[done:]
    return ("\n".join(records) + "\n").encode(), malformed


def _cell_end(
    lines: list[str], at: int, separator: str, row: re.Pattern[str]
) -> int | None:
    """Return after which line a record ends that has line breaks in cells.

    None if it is no such record: it breaks the grammar, or would swallow a line
    that looks like a row.
    """
    inside = _left_open(lines[at], separator, inside=False)
    for end in range(at + 1, min(at + _LONGEST_CELL, len(lines))):
        if not inside or row.search(lines[end]):
            return None
        inside = _left_open(lines[end], separator, inside=True)
        if inside is False:
            return end + 1
    return None


def _left_open(line: str, separator: str, *, inside: bool) -> bool | None:
    """Return whether a line ends in a quoted cell; None if it breaks the grammar."""
    at = 0
    while True:
        if not inside and line.startswith('"', at):
            inside, at = True, at + 1
        if inside:
            within = _WITHIN.match(line, at)
            at = len(line) if within is None else within.end()
            if at == len(line):
                return True
            at, inside = at + 1, False
            if at < len(line) and line[at] != separator:
                return None
        else:
            cut = line.find(separator, at)
            end = len(line) if cut < 0 else cut
            if line.find('"', at, end) >= 0:
                return None
            at = end
        if at == len(line):
            return False
        at += 1


def _quoted_anew(line: str, separator: str, loose: re.Pattern[str]) -> str | None:
    """Return a line whose marks mean one thing only, as the grammar has it."""
    cells: list[str] = []
    at = 0
    while at <= len(line):
        cell = loose.match(line, at)
        if cell is None:
            return None
        quoted, plain = cell["quoted"], cell["plain"]
        if quoted is None and '"' in plain:
            quoted = plain.replace('"', '""')
        cells.append(plain if quoted is None else f'"{quoted}"')
        at = cell.end() + 1
    return separator.join(cells)
