"""What a reader would get wrong in workbooks of the older forms, .xls and .xlsb.

Both are rows of records: a number that says what it is, a size, the content.
[MS-XLS] and [MS-XLSB] describe them; here only cells are looked at that hold an
error or a number, merged cells, and what dates count from.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from ektp_sched.office.looked import DAMAGED, LOCKED, Look, LookedSheet, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ERRORS: Final = {
    0: "#NULL!",
    7: "#DIV/0!",
    15: "#VALUE!",
    23: "#REF!",
    29: "#NAME?",
    36: "#NUM!",
    42: "#N/A",
}
_ANY_ERROR: Final = "#VALUE!"

_FREE: Final = 0xFFFFFFFA
"""Sector numbers from here on are marks, not places."""

_BLOCK: Final = 64
_MOST_COLUMNS: Final = 256


def look_into_xls(data: bytes, most_cells: int) -> Look:
    """Return what an .xls workbook (BIFF5 or BIFF8) holds."""
    compound = _Compound(data)
    if "encryptedpackage" in compound.entries:
        raise RefusedError(LOCKED)
    stream = compound.stream("workbook" if "workbook" in compound.entries else "book")
    places: list[int] = []
    epoch_1904 = False
    for kind, at, size in _biff(stream, 0):
        if kind == 0x2F:
            raise RefusedError(LOCKED)
        if kind == 0x85 and stream[at + 5] in {0, 1, 2, 6}:
            is_cells = stream[at + 5] == 0
            places.append(struct.unpack_from("<I", stream, at)[0] if is_cells else -1)
        elif kind == 0x22 and size >= 2:
            epoch_1904 = stream[at] == 1
        elif kind == 0x0A:
            break
    if not places:
        raise RefusedError(DAMAGED)
    sheets = tuple(
        None if place < 0 else _xls_sheet(stream, place, most_cells) for place in places
    )
    return Look(sheets, epoch_1904)


class _Compound:
    """A file of files: sectors that are chained by a table."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._sector = 1 << struct.unpack_from("<H", data, 30)[0]
        if self._sector not in {512, 4096}:
            raise RefusedError(DAMAGED)
        self._most = len(data) // self._sector + 1
        self._table = _words(b"".join(map(self._part, self._table_parts())))
        (directory,) = struct.unpack_from("<I", data, 48)
        self.entries = _entries(self._stream(directory))

    def _part(self, number: int) -> bytes:
        return self._data[(number + 1) * self._sector : (number + 2) * self._sector]

    def _table_parts(self) -> list[int]:
        (more,) = struct.unpack_from("<I", self._data, 68)
        listed = [*_words(self._data[76:512])]
        for _ in range(self._most):
            if more >= _FREE:
                break
            *numbers, more = _words(self._part(more))
            listed += numbers
        return [number for number in listed if number < _FREE][: self._most]

    def _chain(self, first: int, table: tuple[int, ...]) -> Iterator[int]:
        for _ in table:
            if first >= _FREE:
                return
            yield first
            first = table[first]
        if first < _FREE:
            raise RefusedError(DAMAGED)  # it bites its tail

    def _stream(self, first: int) -> bytes:
        return b"".join(map(self._part, self._chain(first, self._table)))

    def stream(self, name: str) -> bytes:
        """Return a stream by its name; a short one lies in blocks of another."""
        first, size = self.entries[name]
        (cutoff,) = struct.unpack_from("<I", self._data, 56)
        if size >= cutoff:
            return self._stream(first)[:size]
        (smalls,) = struct.unpack_from("<I", self._data, 60)
        table = _words(self._stream(smalls))
        pool = self._stream(self.entries["root entry"][0])
        blocks = (
            pool[at * _BLOCK : (at + 1) * _BLOCK] for at in self._chain(first, table)
        )
        return b"".join(blocks)[:size]


def _words(raw: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])


def _entries(raw: bytes) -> dict[str, tuple[int, int]]:
    """Return first sector and size of each stream, by its name in small letters."""
    streams: dict[str, tuple[int, int]] = {}
    for at in range(0, len(raw) - 127, 128):
        length = struct.unpack_from("<H", raw, at + 64)[0]
        name = raw[at : at + max(length - 2, 0)].decode("utf-16-le", "replace").lower()
        streams.setdefault(name, struct.unpack_from("<II", raw, at + 116))
    return streams


def _biff(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and size of each record."""
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if at + 4 + size > len(stream):
            raise RefusedError(DAMAGED)
        yield kind, at + 4, size
        at += 4 + size


def _xls_sheet(stream: bytes, place: int, most_cells: int) -> LookedSheet:
    sheet = LookedSheet(most_cells=most_cells)
    records = _biff(stream, place)
    if next(records, (0, 0, 0))[0] & 0xFF != 0x09:
        raise RefusedError(DAMAGED)
    depth = 1
    for kind, at, size in records:
        if kind in {0x09, 0x209, 0x409, 0x809}:  # a chart inside
            depth += 1
        elif kind == 0x0A:
            depth -= 1
            if not depth:
                return sheet
        elif depth == 1:
            _xls_record(sheet, stream, kind, at, size)
    raise RefusedError(DAMAGED)  # it has no end


def _xls_record(
    sheet: LookedSheet, stream: bytes, kind: int, at: int, size: int
) -> None:
    if kind == 0xE5:
        (count,) = struct.unpack_from("<H", stream, at)
        for box in range(at + 2, min(at + 2 + 8 * count, at + size - 7), 8):
            first, last, column, _ = struct.unpack_from("<4H", stream, box)
            sheet.merge(first, column, last)
        return
    if kind not in _XLS_CELLS:
        return
    row, column = struct.unpack_from("<HH", stream, at)
    if column >= _MOST_COLUMNS:
        raise RefusedError(DAMAGED)
    if kind == 0xBD:  # several numbers in one record
        for offset in range(at + 4, at + size - 2, 6):
            number = _rk(struct.unpack_from("<I", stream, offset + 2)[0])
            sheet.note(row, column + (offset - at - 4) // 6, number=number)
    else:
        _xls_cell(sheet, stream, kind, at)


def _xls_cell(sheet: LookedSheet, stream: bytes, kind: int, at: int) -> None:
    row, column = struct.unpack_from("<HH", stream, at)
    error: int | None = None
    number: float | None = None
    if kind in _XLS_FORMULAS and stream[at + 12 : at + 14] == b"\xff\xff":
        if stream[at + 6] > 2:
            return  # an empty text
        error = stream[at + 8] if stream[at + 6] == 2 else None
    elif kind in _XLS_FORMULAS or kind == 0x203:
        (number,) = struct.unpack_from("<d", stream, at + 6)
    elif kind == 0x27E:
        number = _rk(struct.unpack_from("<I", stream, at + 6)[0])
    elif kind == 0x205 and stream[at + 7]:
        error = stream[at + 6]
    shown = None if error is None else _ERRORS.get(error, _ANY_ERROR)
    sheet.note(row, column, error=shown, number=number)


_XLS_FORMULAS: Final = frozenset({0x06, 0x206, 0x406})
_XLS_CELLS: Final = _XLS_FORMULAS | {0xBD, 0x203, 0x27E, 0x205, 0xFD, 0x204, 0xD6}


def _rk(word: int) -> float:
    """Return the number that 30 bits stand for."""
    if word & 2:
        signed = (word >> 2) - (1 << 30 if word & 0x80000000 else 0)
        number = float(signed)
    else:
        (number,) = struct.unpack("<d", struct.pack("<Q", (word & 0xFFFFFFFC) << 32))
    return number / 100 if word & 1 else number


def xlsb_book(raw: bytes) -> tuple[list[str], bool]:
    """Return the link of each sheet of xl/workbook.bin, and the epoch."""
    links: list[str] = []
    epoch_1904 = False
    for kind, at, size in _records(raw):
        if kind == 153 and size >= 4:
            epoch_1904 = bool(raw[at] & 1)
        elif kind == 156:
            (length,) = struct.unpack_from("<I", raw, at + 8)
            links.append(raw[at + 12 : at + 12 + 2 * length].decode("utf-16-le"))
    return links, epoch_1904


def xlsb_sheet(raw: bytes, most_cells: int) -> LookedSheet | None:
    """Return what a sheet holds; None if the part is none."""
    sheet = LookedSheet(most_cells=most_cells)
    row = -1
    begun = ended = False
    for kind, at, size in _records(raw):
        if kind == 129:
            begun = True
        elif kind == 130:
            ended = True
        elif kind == 0 and begun:
            (row,) = struct.unpack_from("<I", raw, at)
        elif kind == 176:
            first, last, column, _ = struct.unpack_from("<4I", raw, at)
            sheet.merge(first, column, last)
        elif 2 <= kind <= 11 and begun and size >= 8:
            _xlsb_cell(sheet, raw, row, kind, at)
    if begun and not ended:
        raise RefusedError(DAMAGED)
    return sheet if begun else None


def _xlsb_cell(sheet: LookedSheet, raw: bytes, row: int, kind: int, at: int) -> None:
    (column,) = struct.unpack_from("<I", raw, at)
    if kind in {3, 11}:
        sheet.note(row, column, error=_ERRORS.get(raw[at + 8], _ANY_ERROR))
    elif kind == 2:
        number = _rk(struct.unpack_from("<I", raw, at + 8)[0])
        sheet.note(row, column, number=number)
    elif kind in {5, 9}:
        sheet.note(row, column, number=struct.unpack_from("<d", raw, at + 8)[0])
    elif kind in {6, 8} and not struct.unpack_from("<I", raw, at + 8)[0]:
        return  # an empty text
    else:
        sheet.note(row, column)


def _records(raw: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield kind, place and size of each record."""
    at = 0
    while at < len(raw):
        kind = raw[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (raw[at] & 0x7F) << 7
            at += 1
        size = 0
        for shift in (0, 7, 14, 21):
            byte = raw[at]
            at += 1
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        if at + size > len(raw):
            raise RefusedError(DAMAGED)
        yield kind, at, size
        at += size
