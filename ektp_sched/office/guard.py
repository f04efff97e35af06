"""A look into a workbook before a reader unpacks it into memory.

A workbook is a ZIP archive.  A small file can hold gigabytes of repeated
bytes, or one cell in the far corner that makes a reader lay out every cell
before it; both are refused here, with bounded memory.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["error_cell", "workbook_problem"]

_CHUNK = 1 << 20
_OVERLAP = 64
_REFERENCE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_ERROR = re.compile(rb"""<c\s(?=[^>]*\st\s*=\s*["']e["'])[^>]*""")
_DAMAGED = "is damaged or no workbook; save it again as .xlsx"


def workbook_problem(
    file: str | Path | IO[bytes], *, most_bytes: int, most_cells: int
) -> str | None:
    """Return why a workbook must not be opened; None if it may.

    Parameters
    ----------
    file
        Path or binary file of the workbook.
    most_bytes
        Bytes that its parts may have when unpacked, together.
    most_cells
        Cells that one sheet may span, empty ones included.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > most_bytes:
                return f"unpacks to more than {most_bytes:,} bytes; save it again"
            if any(part.flag_bits & 1 for part in parts):
                return "is protected by a password; save it without one"
            for part in parts:
                if _span(archive, part) > most_cells:
                    return f"has a sheet of more than {most_cells:,} cells"
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        return _DAMAGED
    return None


def _span(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Return the cells from A1 to the furthest one named in a part.

    Reading it to the end also checks its size and checksum.
    """
    last_row = last_column = 0
    is_sheet = part.filename.startswith("xl/worksheets/")
    with archive.open(part) as stream:
        kept = b""
        while chunk := stream.read(_CHUNK):
            for match in _REFERENCE.finditer(kept + chunk) if is_sheet else ():
                last_row = max(last_row, int(match[2]))
                last_column = max(last_column, _number(match[1]))
            kept = chunk[-_OVERLAP:]
    return last_row * last_column


def error_cell(file: str | Path | IO[bytes]) -> str | None:
    """Return where a checked workbook holds an error such as #N/A, if it does.

    Readers take such a cell for an empty one.
    """
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            found = None
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                found = _ERROR.search(archive.read(name))
            if found is not None:
                at = _REFERENCE.search(found[0])
                cell = "a cell" if at is None else f"cell {(at[1] + at[2]).decode()}"
                return f"{cell} of {name.rpartition('/')[2]}"
    return None


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
