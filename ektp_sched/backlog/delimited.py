"""CSV as offices write it: four encodings, three separators, odd quotes."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from ektp_sched.backlog.table import Table, tabulate
from ektp_sched.backlog.texts import fold
from ektp_sched.errors import BacklogError

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

__all__ = ["decode", "read_delimited"]

_SEPARATORS: Final = (",", ";", "\t")
_NOTHING: Final = " ,;\t\r\n\xa0"
_HEAD: Final = 1 << 20
"""Bytes in which the heading must end."""

_SEP_LINE: Final = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


class _Heading(NamedTuple):
    separator: str
    cells: list[str]
    row: int
    lines: int


def decode(data: bytes, name: str) -> bytes:
    """Return a text file as UTF-8 without byte order mark, lines ending in LF.

    UTF-8, UTF-16 with its mark and Windows-1252 are understood.

    Raises
    ------
    ektp_sched.errors.BacklogError
        If the file is no text in any of these.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        if data.startswith(_UTF16):
            data = data.decode("utf-16").encode()
        elif not data.isascii():
            data = _as_utf8(data)
    except UnicodeError:
        message = "is text in no known encoding; save it as CSV UTF-8"
        raise BacklogError(message, file=name) from None
    if b"\0" in data:
        message = "is no text but a binary file; export it as CSV, XLSX or Parquet"
        raise BacklogError(message, file=name)
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    return data


def _as_utf8(data: bytes) -> bytes:
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252").encode()
    return data


def read_delimited(data: bytes, name: str, known: AbstractSet[str]) -> Table:
    """Read a CSV file, every cell as text.

    Parameters
    ----------
    data
        The file's bytes.
    name
        Its name, for errors.
    known
        Headings that are looked for, as `fold` makes them.

    Raises
    ------
    ektp_sched.errors.BacklogError
        If it is no text, or has no heading.
    """
    data = decode(data, name)
    heading = _heading(data, name, known)
    width = len(heading.cells)
    # Positions for headings, and one more column for what is beyond them.
    first = heading.separator.join(map(str, range(width + 1))).encode()
    cells = memoryview(data)[_after(data, heading.lines) :]
    body = b"\n".join((first, cells))
    astray = _quotes_astray(body, heading.separator)
    frame = None if astray else _read(body, heading.separator)
    if frame is None:
        frame = _read(_requoted(body, heading, name), heading.separator)
    if frame is None:
        message = "is no table that can be read; export it again as CSV UTF-8"
        raise BacklogError(message, file=name)
    return tabulate(
        frame,
        heading.cells,
        heading.row + 1,
        overflow=frame.width > width,
    )


def _heading(data: bytes, name: str, known: AbstractSet[str]) -> _Heading:
    head = data[:_HEAD].decode(errors="replace")
    hint = _SEP_LINE.match(head)
    skipped = 0 if hint is None else 1
    text = head if hint is None else head[hint.end() :]
    separators = _SEPARATORS if hint is None else (hint[1],)
    found = [_first_record(text, separator) for separator in separators]
    if not found[0].cells:
        message = "is empty; the first row must hold the headings"
        raise BacklogError(message, file=name)
    best = max(
        found,
        key=lambda one: (len(known & {*map(fold, one.cells)}), len(one.cells)),
    )
    return best._replace(lines=best.lines + skipped)


def _first_record(text: str, separator: str) -> _Heading:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row, cells in enumerate(reader, 1):
            if any(cell.strip(_NOTHING) for cell in cells):
                return _Heading(separator, cells, row, reader.line_num)
    except csv.Error:
        pass
    return _Heading(separator, [], 0, 0)


def _after(data: bytes, lines: int) -> int:
    at = 0
    for _ in range(lines):
        at = data.find(b"\n", at) + 1
        if not at:
            return len(data)
    return at


def _quotes_astray(body: bytes, separator: str) -> bool:
    """Return whether a quotation mark stands where none should."""
    count = body.count(b'"')
    if not count:
        return False
    mark = re.escape(separator.encode())
    # A pattern that begins with the mark itself is searched for many times faster.
    plain = rb'[^"\n\r' + mark + rb"]"
    inside = re.compile(rb'"(?<=' + plain + rb'")(?=' + plain + rb")")
    return bool(count % 2 or inside.search(body))


def _read(body: bytes, separator: str) -> pl.DataFrame | None:
    """Return all cells as text; None if they are no table."""
    try:
        return pl.read_csv(
            io.BytesIO(body),
            separator=separator,
            infer_schema=False,
            truncate_ragged_lines=True,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None


def _requoted(body: bytes, heading: _Heading, name: str) -> bytes:
    """Return the lines quoted anew; a line that makes no sense overflows.

    With a mark out of place nobody can tell where a cell with a line break
    ends, so each line is taken for a row, and no row is swallowed by another.
    """
    mark = re.escape(heading.separator)
    cell = rf'(?: *"(?:[^"]|"")*" *|[^"{mark}][^{mark}]*|)'
    lines = pl.Series(body.decode().replace("\r\n", "\n").split("\n"))
    sound = lines.str.contains(rf"^{cell}(?:{mark}{cell})*$")
    broken = heading.separator * len(heading.cells) + "x"
    whole = pl.select(pl.when(sound).then(lines).otherwise(pl.lit(broken))).to_series()
    out = io.StringIO(newline="")
    reader = csv.reader(whole, delimiter=heading.separator, skipinitialspace=True)
    writer = csv.writer(
        out,
        delimiter=heading.separator,
        quoting=csv.QUOTE_ALL,
        lineterminator="\n",
    )
    try:
        writer.writerows(reader)
    except csv.Error:
        message = "has a cell of more than 131,072 characters; export it again"
        raise BacklogError(message, file=name) from None
    return out.getvalue().encode()
