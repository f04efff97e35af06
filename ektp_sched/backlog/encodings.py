"""Text files as bytes in one encoding, with one end of a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from ektp_sched.errors import BacklogError
from ektp_sched.words import said

if TYPE_CHECKING:
    import polars as pl

    from ektp_sched.arrays import Ints

REPLACED: Final = "\ufffd"
"""Stands where bytes were no text."""

_BOM: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_MULTIBYTE: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3}"
)
_TEXT_PER_NOTHING: Final = 20
"""Bytes for each zero byte in damaged text at least; a binary file has more zeros."""

_CR: Final = ord("\r")
_LF: Final = ord("\n")


class Text(NamedTuple):
    """A text file in UTF-8 without mark, each line ended by LF or CR LF."""

    data: bytes  # the bytes; `REPLACED` where some were no text
    encoding: str  # what it was read as: utf-8, utf-16 or windows-1252
    # Places of LF that were a CR alone: the end of a row, or of a line in a cell.
    returns: Ints = np.zeros(0, dtype=np.int64)


def decode(data: bytes, name: str) -> Text:
    """Return a text file in one encoding.

    A mark at the beginning decides, then whether all of it is UTF-8.  A file
    with letters in UTF-8 and other bytes besides is damaged UTF-8: to take all
    of it for Windows-1252 would change every other letter, and so ids.
    """
    if data.startswith(_UTF16):
        text = Text(data.decode("utf-16", errors="replace").encode(), "utf-16")
    elif data.startswith(_BOM) or data.isascii():
        text = Text(_repaired(data.removeprefix(_BOM)), "utf-8")
    else:
        text = _unmarked(data, name)
    nothings = text.data.count(b"\0")
    if nothings * _TEXT_PER_NOTHING > len(text.data):
        raise BacklogError(
            said(
                "is no text but a binary file; export it as CSV, XLSX or Parquet",
                "bukan berkas teks; ekspor sebagai CSV, XLSX atau Parquet",
            ),
            file=name,
        )
    if nothings:
        text = text._replace(data=text.data.replace(b"\0", REPLACED.encode()))
    return _with_line_ends(text)


def _unmarked(data: bytes, name: str) -> Text:
    repaired = _repaired(data)
    if repaired is data or _MULTIBYTE.search(data):
        return Text(repaired, "utf-8")
    try:
        return Text(data.decode("cp1252").encode(), "windows-1252")
    except UnicodeDecodeError as error:
        before = _with_line_ends(Text(data[: error.start], "")).data
        raise BacklogError(
            said(
                "is text in no known encoding; save it as CSV UTF-8",
                "memakai pengodean huruf yang tidak dikenal; simpan sebagai CSV UTF-8",
            ),
            file=name,
            row=before.count(b"\n") + 1,
        ) from None


def _repaired(data: bytes) -> bytes:
    """Return the bytes as they are if they are UTF-8, else the rest replaced."""
    if data.isascii():
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        return data.decode(errors="replace").encode()
    return data


def _with_line_ends(text: Text) -> Text:
    """Return a text in which no line ends in CR alone, nor in CR CR LF."""
    data = text.data
    if b"\r" not in data:
        return text
    signs = np.frombuffer(data, dtype=np.uint8)
    returns = np.flatnonzero(signs == _CR)
    follows = signs[np.minimum(returns + 1, len(signs) - 1)]
    if (follows == _LF).all():
        return text
    data = re.sub(rb"\r+\n", b"\n", data)
    returns = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _CR)
    return Text(data.replace(b"\r", b"\n"), text.encoding, returns)


def replaced(cells: pl.Series) -> pl.Series:
    """Return in which cells bytes were no text, boolean."""
    return cells.str.contains(REPLACED, literal=True).fill_null(value=False)
