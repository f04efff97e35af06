"""Sentences that are written once, in every language of an office.

A sentence stands where it is needed, its languages beside each other::

    said(
        "has {rows} rows and no heading",
        "berisi {rows} baris tanpa judul kolom",
        rows=12_000,
    )

It is a `str`, the English one, so that it can be logged, compared and raised
as any text; `in_language` gives the other.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "LANGUAGES",
    "Said",
    "grouped",
    "in_language",
    "joined",
    "said",
    "system_reason",
]

LANGUAGES: Final = ("en", "id")
"""Codes of the languages that sentences are written in."""

Figure = str | int


class Said(str):
    """A sentence in English that knows itself in Indonesian.

    Joining it to other text with ``+`` or an f-string gives a plain `str` in
    English; `said` with figures and `joined` keep both languages.
    """

    __slots__ = ("indonesian",)
    indonesian: str

    def __new__(cls, english: str, indonesian: str) -> Self:
        """Return the sentence."""
        sentence = super().__new__(cls, english)
        sentence.indonesian = indonesian
        return sentence


def said(english: str, indonesian: str, /, **figures: Figure) -> Said:
    """Return a sentence in both languages.

    Parameters
    ----------
    english, indonesian
        The same sentence, with a ``{name}`` for each figure.
    figures
        Names, whole numbers (digits are grouped as the language groups them;
        give a `str` where they must not be) and other sentences.
    """
    return Said(
        english.format(**{k: _figure(v, "en") for k, v in figures.items()}),
        indonesian.format(**{k: _figure(v, "id") for k, v in figures.items()}),
    )


def joined(separator: str, parts: Iterable[str]) -> Said:
    """Return sentences joined in each language."""
    listed = [*parts]
    return Said(
        separator.join(listed), separator.join(in_language(p, "id") for p in listed)
    )


def in_language(sentence: str, code: str) -> str:
    """Return a sentence in a language; plain text is the same in all."""
    if code == "id" and isinstance(sentence, Said):
        return sentence.indonesian
    return str(sentence)


def grouped(number: int, code: str) -> str:
    """Return a whole number as a language groups its digits: 10,000 or 10.000."""
    return f"{number:,}" if code == "en" else f"{number:,}".replace(",", ".")


_REASONS: Final = {
    errno.EACCES: "tidak diizinkan",
    errno.EBUSY: "sedang dipakai",
    errno.EDQUOT: "jatah ruang penyimpanan habis",
    errno.EEXIST: "sudah ada",
    errno.EFBIG: "berkasnya terlalu besar",
    errno.EIO: "perangkat penyimpanan bermasalah",
    errno.EISDIR: "itu folder",
    errno.ELOOP: "tautannya berputar",
    errno.EMFILE: "terlalu banyak berkas terbuka",
    errno.ENAMETOOLONG: "namanya terlalu panjang",
    errno.ENFILE: "terlalu banyak berkas terbuka",
    errno.ENOENT: "berkas atau folder itu tidak ada",
    errno.ENOSPC: "ruang penyimpanan habis",
    errno.ENOTDIR: "bagian dari namanya bukan folder",
    errno.ENOTEMPTY: "foldernya tidak kosong",
    errno.EPERM: "tidak diizinkan",
    errno.EROFS: "hanya dapat dibaca",
}


def system_reason(error: OSError) -> Said:
    """Return why the system refused something, as its own words for it say."""
    english = error.strerror or type(error).__name__
    return Said(english, _REASONS.get(error.errno or 0, english))


def _figure(value: Figure, code: str) -> str:
    return grouped(value, code) if isinstance(value, int) else in_language(value, code)
