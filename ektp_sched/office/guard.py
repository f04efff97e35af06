"""A look into an .xlsx workbook before a reader lays it out in memory.

A workbook is a ZIP archive of XML.  A small one can hold gigabytes of repeated
bytes, or one cell in the far corner that makes a reader lay out every cell
before it: both are refused here, with bounded memory.  And a reader takes a
cell that shows an error, or a formula that nobody computed, for an empty one:
such cells are looked for here, so that nothing is lost without a word.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree
from xml.parsers import expat

from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.words import Said

__all__ = ["DAMAGED", "LARGEST_EXACT", "Look", "LookedSheet", "RefusedError", "look_into", "walk_through"]

LARGEST_EXACT: Final = 2**53
"""Above this a binary fraction, as sheets keep numbers, skips whole numbers."""

DAMAGED: Final = said(
    "is damaged, cut off or no workbook; save it again as .xlsx",
    "rusak, terpotong, atau bukan buku kerja; simpan ulang sebagai .xlsx",
)
_LOCKED: Final = said(
    "is protected by a password; save it without one",
    "dilindungi kata sandi; simpan tanpa kata sandi",
)
_CHUNK: Final = 1 << 20
_SMALL_BYTES: Final = 100 << 20
_MOST_RATIO: Final = 200
_MOST_DESCRIPTION: Final = 16 << 20
"""Bytes of a part that lists sheets; honest ones have a few thousand."""

_PLAIN_COLUMN: Final = re.compile(rb'<c r="([A-Z]+)[0-9]+"')
_PLAIN_ROW: Final = re.compile(rb'<c r="[A-Z]+([0-9]+)"')
_BESIDE_CELLS: Final = (b"<co", b"<ce", b"<cf", b"<cu")
"""How other elements of a sheet begin that begin like ``<c``."""

_ODD: Final = (b":c ", b":c>", b":c/", b":row", b"\0")
"""Cells under a prefix, or in UTF-16."""

_TELLING: Final = (b"<f", b'"e"', b"'e'", b"E+", b"e+")
_LONG: Final = re.compile(rb"<v>-?[0-9]{15}")
"""What only a walk from cell to cell can judge: formulas, errors, long numbers."""

_REFERENCE: Final = re.compile(r"([A-Za-z]{1,7})([0-9]{1,10})", re.ASCII)
_RANGE: Final = re.compile(
    rb"""mergeCell\s[^<>]*?ref\s*=\s*["']([A-Za-z]+)(\d+):([A-Za-z]+)(\d+)["']"""
)
_END: Final = re.compile(rb"(?:</([\w.:-]+)\s*|<([\w.:-]+)(?:\s[^<>]*)?/)>\s*(?:<!--.*-->\s*)?$")
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
)


class RefusedError(Exception):
    """A workbook must not be read.

    Parameters
    ----------
    sentence
        What is wrong and what would be right.
    sheet, row, column
        Where, if it is one cell; the column as a letter.
    """

    def __init__(
        self,
        sentence: Said,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.sheet = sheet
        self.row = row
        self.column = column


@dataclass(slots=True)
class LookedSheet:
    """One sheet, and the cells in it that a reader would get wrong.

    Rows and columns count from 0.

    Parameters
    ----------
    errors
        (row, column) → what the cell shows, such as ``#N/A``.
    uncomputed
        (row, column) of formulas that have no value.
    long_numbers
        (row, column) → a number of 16 digits or more in a numeric cell.
    merges
        (first row, first column, last row) of cells merged over rows.
    values
        How many cells hold something.
    valued
        Rows and columns of those; None until the sheet is walked through.
    last_row, last_column
        How far it reaches, counted from 1.
    part
        Where in the archive it lies.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    uncomputed: list[tuple[int, int]] = field(default_factory=list)
    long_numbers: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: list[tuple[int, int, int]] = field(default_factory=list)
    values: int = 0
    valued: tuple[array[int], array[int]] | None = None
    last_row: int = 0
    last_column: int = 0
    part: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What a workbook holds.

    Parameters
    ----------
    sheets
        In the order of their tabs; None for a page that is no sheet of cells.
    epoch_1904
        Whether day 0 of its dates is 1904-01-01.
    """

    sheets: tuple[LookedSheet | None, ...]
    epoch_1904: bool


def look_into(data: bytes, *, most_bytes: int, most_cells: int) -> Look:
    """Return what a workbook holds, part by part.

    Every part is unpacked to its end, which also checks sizes and checksums.

    Parameters
    ----------
    data
        The file's bytes.
    most_bytes
        Bytes that its parts may have when unpacked, together.
    most_cells
        Cells that one sheet may span, empty ones included.

    Raises
    ------
    RefusedError
        If it is damaged, locked, or too large when it is laid out.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_sizes(archive, len(data), most_bytes)
            parts = _parts(archive)
            sheets, epoch_1904 = _described(archive, parts)
            scans = {n: _scan(archive, p, most_cells) for n, p in parts.items()}
    except _DAMAGE:
        raise RefusedError(DAMAGED) from None
    looked: list[LookedSheet | None] = []
    for part in sheets:
        sheet = scans[part]
        if sheet is not None:
            sheet.part = part
        looked.append(sheet)
    return Look(tuple(looked), epoch_1904)


def walk_through(data: bytes, sheet: LookedSheet, *, most_cells: int) -> None:
    """Look at every cell of a sheet that seemed to need no closer look.

    Raises
    ------
    RefusedError
        If it is damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _Walk(sheet, most_cells).through(archive, _parts(archive)[sheet.part])
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
        raise RefusedError(_LOCKED)
    size = sum(part.file_size for part in parts)
    if size > max(_SMALL_BYTES, _MOST_RATIO * packed):
        raise RefusedError(
            said(
                "unpacks to {times} times its size, as no honest workbook does; export "
                "it again, or as .csv",
                "menjadi {times} kali ukurannya bila dibuka, tidak seperti buku kerja "
                "yang wajar; ekspor ulang, atau sebagai .csv",
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
    links = _tree(archive, parts["xl/_rels/workbook.xml.rels"])
    targets = {
        link.get("Id"): link.get("Target", "") for link in links.iter() if link.get("Id")
    }
    sheets = []
    epoch_1904 = False
    for element in book.iter():
        kind = _local(element.tag)
        if kind == "sheet":
            link = next((v for k, v in element.items() if _local(k) == "id"), None)
            target = targets[link].replace("\\", "/")
            inside = target.lstrip("/") if target.startswith(("/xl/", "xl/")) else f"xl/{target}"
            sheets.append(_plain_name(inside))
        elif kind == "workbookPr":
            epoch_1904 = element.get("date1904", "0").lower() in {"1", "true", "on"}
    return sheets, epoch_1904


def _tree(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> ElementTree.Element:
    if part.file_size > _MOST_DESCRIPTION:
        raise RefusedError(DAMAGED)
    raw = archive.read(part)
    if b"<!DOCTYPE" in raw:
        raise RefusedError(DAMAGED)
    return ElementTree.fromstring(raw)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part in pieces that cut no cell or tag in two."""
    kept: list[bytes] = []
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
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
    sheet = LookedSheet()
    root: bytes | None = None
    telling = False
    tail = b""
    for piece in _pieces(archive, part):
        if root is None and piece.strip():
            root = _root(piece)
        tail = (tail + piece)[-_TAIL:]
        if root != b"worksheet":
            continue
        telling = telling or not _is_plain(piece)
        if not telling:
            _measure(sheet, piece)
        for first, row, last, last_row in _RANGE.findall(piece):
            if int(last_row) > int(row):
                merge = (int(row) - 1, _number(first.decode()) - 1, int(last_row) - 1)
                sheet.merges.append(merge)
        _bound(sheet, most_cells)
    if root is not None:
        _check_end(root, tail)
    if root != b"worksheet":
        return None
    if telling:
        _Walk(sheet, most_cells).through(archive, part)
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


def _is_plain(piece: bytes) -> bool:
    """Return whether cells are written as spreadsheets do, with nothing to judge."""
    tags = piece.count(b"<c") - sum(map(piece.count, _BESIDE_CELLS))
    return tags == len(_PLAIN_COLUMN.findall(piece)) and not (
        any(sign in piece for sign in (*_ODD, *_TELLING)) or _LONG.search(piece)
    )


def _measure(sheet: LookedSheet, piece: bytes) -> None:
    columns, rows = set(_PLAIN_COLUMN.findall(piece)), set(_PLAIN_ROW.findall(piece))
    if columns:
        furthest = max(_number(letters.decode()) for letters in columns)
        sheet.last_column = max(sheet.last_column, furthest)
        sheet.last_row = max(sheet.last_row, *map(int, rows))
    sheet.values += piece.count(b"<v>") - piece.count(b"<v></v>")
    sheet.values += piece.count(b"<is>")


def _bound(sheet: LookedSheet, most_cells: int) -> None:
    if sheet.last_row * sheet.last_column > most_cells:
        raise RefusedError(
            said(
                "has a sheet of more than {most} cells, most of them empty or beyond "
                "the list; delete the rows and columns after the list, or save it as "
                ".csv",
                "memiliki lembar dengan lebih dari {most} sel, kebanyakan kosong atau di "
                "luar daftar; hapus baris dan kolom setelah daftar, atau simpan sebagai "
                ".csv",
                most=most_cells,
            )
        )


class _Walk:
    """From cell to cell through one sheet, as its reader goes."""

    def __init__(self, sheet: LookedSheet, most_cells: int) -> None:
        self._sheet = sheet
        self._most_cells = most_cells
        self._row = -1
        self._column = -1
        self._kind = ""
        self._text: list[str] | None = None
        self._value = ""
        self._formula = False
        self._depth = 0
        self._rows: array[int] = array("L")
        self._columns: array[int] = array("L")

    def through(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        self._sheet.values = 0
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk)
        parser.Parse(b"", True)
        self._sheet.valued = (self._rows, self._columns)
        self._sheet.values = len(self._rows)

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
        sheet = self._sheet
        sheet.last_row = max(sheet.last_row, self._row + 1)
        sheet.last_column = max(sheet.last_column, self._column + 1)
        _bound(sheet, self._most_cells)

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
        at, value, sheet = (self._row, self._column), self._value.strip(), self._sheet
        if value:
            self._rows.append(self._row)
            self._columns.append(self._column)
        elif self._formula and self._kind != "str":
            sheet.uncomputed.append(at)
        if self._kind == "e" and value:
            sheet.errors[at] = value
        elif self._kind == "n" and value and _is_long(value):
            sheet.long_numbers[at] = value


def _is_long(text: str) -> bool:
    try:
        return abs(float(text)) >= 10**15
    except ValueError:
        return False


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
