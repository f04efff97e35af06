"""CSV as offices write it: titles, four encodings, three separators, odd quotes."""

from __future__ import annotations

import csv
import io
import re
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from ektp_sched.backlog.encodings import REPLACED, decode, replaced
from ektp_sched.backlog.quoting import read_cells
from ektp_sched.backlog.rows_below import (
    SEARCHED_ROWS,
    heading_row,
    known_in,
    likely_heading_row,
)
from ektp_sched.backlog.table import IN_A_CELL, Table, tabulate
from ektp_sched.errors import BacklogError
from ektp_sched.rules.notices import Notice
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_SEPARATORS: Final = (",", ";", "\t")
_NOTHING: Final = " ,;\t\r\n\xa0"
_HEAD: Final = 1 << 20
"""Bytes in which the heading must end."""

_MOST_SIGNS: Final = 131_072
"""Signs of the longest cell that is no damage."""

_SEP_LINE: Final = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"[\t!#$%&*+,./:;<=>?@^_|~-]")


class _Record(NamedTuple):
    """A record of the head: its cells, its row and the lines up to its end."""

    cells: list[str]
    row: int
    lines: int


class _Heading(NamedTuple):
    separator: str
    cells: list[str]
    row: int
    lines: int
    titles: tuple[str, ...]
    """What stands above it."""


def read_delimited(data: bytes, name: str, known: AbstractSet[str]) -> Table:
    """Read a CSV file, every cell as text, given headings as `fold` makes them."""
    text = decode(data, name)
    heading = _heading(text.data, name, known)
    after = _after(text.data, heading.lines)
    cells = read_cells(text, after, heading.separator, len(heading.cells))
    if cells is None:
        raise BacklogError(
            said(
                "is no table that can be read; export it again as CSV UTF-8",
                "bukan tabel yang dapat dibaca; ekspor ulang sebagai CSV UTF-8",
            ),
            file=name,
        )
    first_row = heading.row + 1
    _refuse_long_cells(cells.frame, first_row, name)
    table = tabulate(cells.frame, heading.cells, first_row, malformed=cells.malformed)
    read_as: dict[str, str | int] = {
        "encoding": text.encoding,
        "separator": heading.separator,
        "heading_row": heading.row,
    }
    notices = [Notice("heading-row", {"row": heading.row})] if heading.titles else []
    if len(cells.swallowed):
        notices.append(_in_rows(IN_A_CELL, cells.swallowed, first_row))
    whole = REPLACED.encode() not in text.data
    if not whole:
        marked = cells.frame.select(pl.any_horizontal([*map(replaced, cells.frame)]))
        places = marked.to_series().arg_true()
        notices += (
            [_in_rows("bytes-replaced", places, first_row)] if len(places) else []
        )
    return replace(
        table,
        read_as=read_as,
        notices=tuple(notices),
        whole=whole,
        above=(heading.titles,),
    )


def _in_rows(code: str, places: pl.Series, first_row: int) -> Notice:
    return Notice(code, {"rows": len(places), "row": first_row + int(places[0])})


def _refuse_long_cells(frame: pl.DataFrame, first_row: int, name: str) -> None:
    """Refuse a file with a cell so long that it is none."""
    for column in frame:
        longest = column.str.len_bytes().arg_max()
        if longest is None or len(column[longest]) <= _MOST_SIGNS:
            continue
        raise BacklogError(
            said(
                "has a cell of more than {most} characters; a quotation mark may be "
                "missing there: correct the row, or export it again",
                "memuat sel dengan lebih dari {most} karakter; mungkin ada tanda kutip "
                "yang hilang: perbaiki baris itu, atau ekspor ulang",
                most=_MOST_SIGNS,
            ),
            file=name,
            row=first_row + longest,
        )


def _heading(data: bytes, name: str, known: AbstractSet[str]) -> _Heading:
    """Return the heading, whatever separates its cells and stands above it."""
    text = data[:_HEAD].decode(errors="replace")
    separators: tuple[str, ...] = _SEPARATORS
    skipped = 0
    hint = _SEP_LINE.match(text)
    if hint is not None:
        if not _SEPARATOR.fullmatch(hint[1]):
            raise BacklogError(
                said(
                    "names in its first line (sep=) a sign that separates no cells; "
                    "write a comma, a semicolon or a tab",
                    "menyebut pada baris pertamanya (sep=) tanda yang bukan pemisah "
                    "kolom; tulis koma, titik koma, atau tab",
                ),
                file=name,
                row=1,
            )
        separators, skipped, text = (hint[1],), 1, text[hint.end() :]
    headings = [
        heading
        for separator in separators
        for records in (_records(text, separator), _line_records(text, separator))
        if (heading := _among(records, separator, known)) is not None
    ]
    if not headings:
        raise BacklogError(
            said(
                "is empty; the first row must hold the headings",
                "kosong; baris pertama harus memuat judul kolom",
            ),
            file=name,
        )
    best = max(headings, key=lambda h: (known_in(h.cells, known), len(h.cells)))
    # Spreadsheets do not show the line sep=, so it counts among no rows.
    return best._replace(lines=best.lines + skipped)


def _records(text: str, separator: str) -> list[_Record]:
    """Return the first records, up to one in which a mark is out of place."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=separator, strict=True)
    records: list[_Record] = []
    with suppress(csv.Error):
        for cells in islice(reader, SEARCHED_ROWS):
            records.append(_Record(cells, len(records) + 1, reader.line_num))
    return records


def _line_records(text: str, separator: str) -> list[_Record]:
    """Return the first lines, each a record: for titles with a stray mark."""
    lines = islice(io.StringIO(text, newline=""), SEARCHED_ROWS)
    records: list[_Record] = []
    for row, line in enumerate(lines, 1):
        cells = [line]
        with suppress(csv.Error):
            cells = next(csv.reader([line], delimiter=separator, strict=True))
        records.append(_Record(cells, row, row))
    return records


def _among(
    records: list[_Record], separator: str, known: AbstractSet[str]
) -> _Heading | None:
    rows = [record.cells for record in records]
    filled = [any(cell.strip(_NOTHING) for cell in row) for row in rows]
    if not any(filled):
        return None
    at = heading_row(rows, known)
    if at is None:
        at = likely_heading_row(
            [row if full else [] for row, full in zip(rows, filled, strict=True)]
        )
    if at is None:
        return None
    cells, row, lines = records[at]
    titles = tuple(c for above in rows[:at] for c in above if c.strip(_NOTHING))
    return _Heading(separator, cells, row, lines, titles)


def _after(data: bytes, lines: int) -> int:
    at = 0
    for _ in range(lines):
        at = data.find(b"\n", at) + 1
        if not at:
            return len(data)
    return at
