"""The language that an office file states, however broken the file is otherwise."""

from __future__ import annotations

import re
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ektp_sched.words import LANGUAGES

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator
    from pathlib import Path

_OF_OFFICES: Final = "id"
"""The language of an office that names none."""

_MOST_BYTES = 1_000_000
_MOST_SHEETS = 40
# None of them looks at a sign more than a few times, whatever a file holds.
_KEY = re.compile(rb"""^[ \t]*language[ \t]*=[ \t]*["']([a-z]{2})["']""", re.MULTILINE)
_SHEET_PART = re.compile(
    r"xl/(?:worksheets/sheet\d*|sharedStrings)\.xml", re.IGNORECASE
)
_SHARED = re.compile(r"<si>([^<]*(?:<(?!/?si>)[^<]*)*)</si>")
_CELL = re.compile(r'<c r="([AB])(\d{1,7})"([^<>/]*)>([^<]*(?:<(?!/?c[ >])[^<]*)*)</c>')
_TAG = re.compile(r"<[^<>]*>")


def office_language(path: Path) -> str:
    """Return what an office file states, without asking whether it is sound."""
    stated = ""
    with suppress(Exception):  # what is wrong is said when it is read in earnest
        if stat.S_ISREG(path.stat().st_mode):
            is_workbook = path.suffix.lower() == ".xlsx"
            stated = _of_workbook(path) if is_workbook else _of_text(path)
    return stated if stated in LANGUAGES else _OF_OFFICES


def _of_text(path: Path) -> str:
    with path.open("rb") as file:
        match = _KEY.search(file.read(_MOST_BYTES).replace(b"\r", b"\n"))
    return match[1].decode("ascii", "replace") if match else ""


def _of_workbook(path: Path) -> str:
    """Look for the cell beside "language" in a workbook's own text."""
    import zipfile

    with zipfile.ZipFile(path) as book:
        names = sorted(filter(_SHEET_PART.fullmatch, book.namelist()))[
            : _MOST_SHEETS + 1
        ]
        parts = {name: _part(book, name) for name in names}
    shared = [
        _plain(text)
        for name, part in parts.items()
        if "shared" in name.lower()
        for text in _SHARED.findall(part)
    ]
    for part in parts.values():
        cells = dict(_cells(part, shared))
        row = next((at[1] for at, text in cells.items() if text == "language"), "")
        if row:
            return cells.get(("B", row), "")
    return ""


def _part(book: zipfile.ZipFile, name: str) -> str:
    with book.open(name) as part:
        return part.read(_MOST_BYTES).decode("utf-8", "replace")


def _cells(sheet: str, shared: list[str]) -> Iterator[tuple[tuple[str, str], str]]:
    for column, row, attributes, content in _CELL.findall(sheet):
        text = _plain(content)
        if 't="s"' in attributes:
            known = text.isdecimal() and int(text) < len(shared)
            text = shared[int(text)] if known else ""
        yield (column, row), text.strip()


def _plain(markup: str) -> str:
    from html import unescape

    return unescape(_TAG.sub("", markup))
