"""A look into a workbook before a reader lays it out in memory.

Most workbooks are ZIP archives of XML.  A small one can hold gigabytes of repeated
bytes, or one cell in the far corner that makes a reader lay out every cell
before it: both are refused here, with bounded memory.  And a reader takes a
cell that shows an error, or a formula that nobody computed, for an empty one:
such cells are looked for here, so that nothing is lost without a word.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from itertools import chain
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree
from xml.parsers import expat

from ektp_sched.office.look_binary import look_into_xls, xlsb_book, xlsb_sheet
from ektp_sched.office.looked import (
    DAMAGED,
    LOCKED,
    Look,
    LookedSheet,
    RefusedError,
    look_into_ods,
)
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK: Final = 1 << 20
_SMALL_BYTES: Final = 100 << 20
_MOST_RATIO: Final = 200
_MOST_DESCRIPTION: Final = 16 << 20
"""Bytes of a part that lists sheets; honest ones have a few thousand."""

_PLAIN: Final = re.compile(rb'<c r="([A-Z]+[0-9]+)"')
_DIGITS: Final = b"0123456789"
_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BESIDE_CELLS: Final = (b"<co", b"<ce", b"<cf", b"<cu")
"""How other elements of a sheet begin that begin like ``<c``."""

_ODD: Final = (b":c ", b":c>", b":c/", b":row", b"\0")
"""Cells under a prefix, or in UTF-16."""

_TELLING: Final = (b"<f", b'"e"', b"'e'", b"E+", b"e+")
_LONG: Final = re.compile(rb"<v>-?[0-9]{15}")
"""What only a walk from cell to cell can judge: formulas, errors, long numbers."""

_REFERENCE: Final = re.compile(r"([A-Za-z]{1,7})([0-9]{1,10})", re.ASCII)
_RANGE: Final = re.compile(
    rb"""mergeCell\s[^<>]*?ref\s*=\s*["']([A-Za-z]+)(\d+):[A-Za-z]+(\d+)["']"""
)
_END: Final = re.compile(
    rb"(?:</([\w.:-]+)\s*|<([\w.:-]+)(?:\s[^<>]*)?/)>\s*(?:<!--.*-->\s*)?$"
)
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,  # such as a negative seek
    KeyError,
    expat.ExpatError,
    ElementTree.ParseError,
    UnicodeError,
    OverflowError,
    IndexError,
    struct.error,
)


def look_into(data: bytes, *, most_bytes: int, most_cells: int) -> Look:
    """Return what a workbook holds, part by part.

    Every part is unpacked to its end, which also checks sizes and checksums.

    ``most_bytes`` are those that its parts may have when unpacked, together;
    ``most_cells`` may one sheet span, empty ones included.  `RefusedError` if it is
    damaged, locked, or too large when it is laid out.
    """
    try:
        if not data.startswith(b"PK"):
            return look_into_xls(data, most_cells)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_sizes(archive, len(data), most_bytes)
            for entry in archive.infolist():
                entry.file_size += 1  # else what a part has beyond it goes unseen
            parts = _parts(archive)
            if "content.xml" in parts:
                # Its other parts, such as pictures, nobody unpacks.
                pieces = _chunks(archive, parts["content.xml"])
                return look_into_ods(pieces, most_cells)
            if "xl/workbook.bin" in parts:
                return _look_into_xlsb(archive, parts, most_cells)
            return _look_into_xlsx(archive, parts, most_cells)
    except _DAMAGE:
        raise RefusedError(DAMAGED) from None


def _look_into_xlsb(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], most_cells: int
) -> Look:
    links, epoch_1904 = xlsb_book(archive.read(parts["xl/workbook.bin"]))
    targets = _targets(archive, parts["xl/_rels/workbook.bin.rels"])
    sheets = tuple(
        xlsb_sheet(archive.read(parts[targets[link]]), most_cells) for link in links
    )
    return Look(sheets, epoch_1904)


def _look_into_xlsx(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], most_cells: int
) -> Look:
    names, epoch_1904 = _described(archive, parts)
    scans = {n: _scan(archive, p, most_cells) for n, p in parts.items()}
    for name, sheet in scans.items():
        if sheet is not None:
            sheet.part = name
    longest = max(part.file_size for part in parts.values())
    return Look(tuple(scans[name] for name in names), epoch_1904, longest)


def walk_through(data: bytes, sheet: LookedSheet) -> None:
    """Look at every cell of a sheet that seemed to need no closer look."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _Walk(sheet).through(archive, _parts(archive)[sheet.part])
    except _DAMAGE:
        raise RefusedError(DAMAGED) from None


def _parts(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    parts = {_plain_name(part.filename): part for part in archive.infolist()}
    if len(parts) < len(archive.infolist()):
        raise RefusedError(DAMAGED)  # two of one name: readers differ on which counts
    return parts


def _check_sizes(archive: zipfile.ZipFile, packed: int, most_bytes: int) -> None:
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError(LOCKED)
    size = sum(part.file_size for part in parts)
    if size > max(_SMALL_BYTES, _MOST_RATIO * packed):
        raise RefusedError(
            said(
                "unpacks to {times} times its size, as no honest workbook does; export "
                "it again, or as .csv",
                "menjadi {times} kali ukurannya bila dibuka, tidak seperti berkas "
                "Excel yang wajar; ekspor ulang, atau sebagai .csv",
                times=size // packed,
            )
        )
    if size > most_bytes:
        raise RefusedError(
            said(
                "unpacks to more than {most} bytes; save it again, or as .csv",
                "menjadi lebih dari {most} bita bila dibuka; simpan ulang, atau "
                "sebagai .csv",
                most=most_bytes,
            )
        )


def _plain_name(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/").lower()).lstrip("/")


def _described(
    archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]
) -> tuple[list[str], bool]:
    """Return the part of each sheet, and whether dates count from 1904."""
    book = _tree(archive, parts["xl/workbook.xml"])
    targets = _targets(archive, parts["xl/_rels/workbook.xml.rels"])
    sheets = []
    epoch_1904 = False
    for element in book.iter():
        kind = _local(element.tag)
        if kind == "sheet":
            link = next((v for k, v in element.items() if _local(k) == "id"), None)
            sheets.append(targets[link or ""])
        elif kind == "workbookPr":
            epoch_1904 = element.get("date1904", "0").lower() in {"1", "true", "on"}
    return sheets, epoch_1904


def _targets(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> dict[str, str]:
    """Return the part that each link of a workbook leads to."""
    targets = {}
    for link in _tree(archive, part).iter():
        target = link.get("Target", "").replace("\\", "/")
        if not target.startswith(("/xl/", "xl/")):
            target = f"xl/{target}"
        targets[link.get("Id", "")] = _plain_name(target)
    return targets


def _tree(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> ElementTree.Element:
    if part.file_size > _MOST_DESCRIPTION:
        raise RefusedError(DAMAGED)
    raw = archive.read(part)
    if b"<!DOCTYPE" in raw:
        raise RefusedError(DAMAGED)
    return ElementTree.fromstring(raw)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part in pieces that cut no cell or tag in two."""
    kept: list[bytes] = []
    for chunk in _chunks(archive, part):
        cut = max(chunk.rfind(b"<c "), chunk.rfind(b"<c>"))
        cut = cut if cut >= 0 else chunk.rfind(b"<")
        if cut < 0:
            kept.append(chunk)
            continue
        yield b"".join((*kept, chunk[:cut]))
        kept = [chunk[cut:]]
    yield b"".join(kept)


def _scan(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, most_cells: int
) -> LookedSheet | None:
    """Read a part to its end; None if it is no sheet of cells."""
    sheet = LookedSheet(most_cells)
    root: bytes | None = None
    telling = False
    tail = b""
    for piece in _pieces(archive, part):
        if root is None and piece.strip():
            root = _root(piece)
        tail = (tail + piece)[-_TAIL:]
        if root != b"worksheet":
            continue
        cells = None if telling else _plain_cells(piece)
        if cells is None:
            telling = True
        else:
            _measure(sheet, piece, cells)
        for column, row, last_row in _RANGE.findall(piece):
            at = _number(column.decode()) - 1
            sheet.merge(int(row) - 1, at, int(last_row) - 1)
    if root is not None:
        _check_end(root, tail)
    if root != b"worksheet":
        return None
    if telling:
        _Walk(sheet).through(archive, part)
    return sheet


_TAIL: Final = 512
_ROOT: Final = re.compile(rb"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)[\s/>]")


def _root(piece: bytes) -> bytes | None:
    """Return the name of a part's first element; None if it is no XML."""
    if piece.startswith((b"\xff\xfe", b"\xfe\xff")):
        return b"worksheet"  # in UTF-16, which only a walk can read
    if not piece.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return b""
    match = _ROOT.search(piece)
    return b"" if match is None else match[1]


def _check_end(root: bytes, tail: bytes) -> None:
    """Refuse XML that ends before its first element does."""
    if not root or tail.startswith(b"\xff\xfe") or b"\0" in tail:
        return
    match = _END.search(tail)
    name = b"" if match is None else (match[1] or match[2] or b"")
    if name.rpartition(b":")[2] != root:
        raise RefusedError(DAMAGED)


def _plain_cells(piece: bytes) -> bytes | None:
    """Return where its cells are, such as ``A1 B1``; None if one needs a closer look.

    That is, if they are not written as spreadsheets do, or there is something to judge.
    """
    tags = piece.count(b"<c") - sum(map(piece.count, _BESIDE_CELLS))
    cells = _PLAIN.findall(piece)
    if tags != len(cells) or any(sign in piece for sign in (*_ODD, *_TELLING)):
        return None
    return None if _LONG.search(piece) else b" ".join(cells)


def _measure(sheet: LookedSheet, piece: bytes, cells: bytes) -> None:
    if cells:
        columns = {*cells.translate(None, _DIGITS).split()}
        rows = {*cells.translate(None, _LETTERS).split()}
        furthest = max(_number(letters.decode()) for letters in columns)
        sheet.reach(max(map(int, rows)), furthest)
    sheet.values += piece.count(b"<v>") - piece.count(b"<v></v>")
    sheet.values += piece.count(b"<is>")


class _Walk:
    """From cell to cell through one sheet, as its reader goes."""

    def __init__(self, sheet: LookedSheet) -> None:
        self._sheet = sheet
        self._row = -1
        self._column = -1
        self._kind = ""
        self._text: list[str] | None = None
        self._value = ""
        self._formula = False

    def through(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        self._sheet.values = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        for chunk in chain(_chunks(archive, part), [b""]):
            parser.Parse(chunk, not chunk)

    def _doctype(self, *_: object) -> None:
        raise RefusedError(DAMAGED)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            number = attributes.get("r", "")
            self._row = int(number) - 1 if number.isdecimal() else self._row + 1
            self._column = -1
        elif name == "c":
            self._place(attributes.get("r"))
            self._kind = attributes.get("t", "n")
            self._formula, self._value = False, ""
        elif name == "f":
            self._formula = True
        elif name in {"v", "t"}:
            self._text = []

    def _place(self, reference: str | None) -> None:
        match = None if reference is None else _REFERENCE.fullmatch(reference)
        if match is None:
            self._column += 1
        else:
            self._row, self._column = int(match[2]) - 1, _number(match[1]) - 1
        if self._row < 0 or self._column < 0:
            raise RefusedError(DAMAGED)
        self._sheet.reach(self._row + 1, self._column + 1)

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in {"v", "t"} and self._text is not None:
            self._value += "".join(self._text)
            self._text = None
        elif name == "c":
            self._judge()

    def _judge(self) -> None:
        value = self._value.strip()
        if self._kind == "e" and value:
            self._sheet.note(self._row, self._column, error=value)
        elif self._kind == "n" and value:
            self._sheet.note(self._row, self._column, number=float(value))
        elif value:
            self._sheet.note(self._row, self._column)
        elif self._formula and self._kind != "str":
            self._sheet.uncomputed.append((self._row, self._column))


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
