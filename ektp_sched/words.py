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
import os
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

LANGUAGES: Final = ("en", "id")
"""Codes of the languages that sentences are written in."""

Figure = str | int


class Said(str):
    """A sentence in English that knows itself in Indonesian.

    Joining it to other text with ``+`` or an f-string gives a plain `str` in
    English; `said` with figures and `joined` keep both languages.

    Attributes
    ----------
    indonesian
        The same in Indonesian.
    workbook
        What is said instead where the file is a workbook; None: the same.
    page
        What is said instead where nobody types commands; None: the same.
    """

    __slots__ = ("indonesian", "page", "workbook")
    indonesian: str
    workbook: Said | None
    page: Said | None

    def __new__(
        cls,
        english: str,
        indonesian: str,
        workbook: Said | None = None,
        page: Said | None = None,
    ) -> Self:
        """Return the sentence."""
        sentence = super().__new__(cls, english)
        sentence.indonesian = indonesian
        sentence.workbook = workbook
        sentence.page = page
        return sentence

    def __reduce__(
        self,
    ) -> tuple[type[Said], tuple[str, str, Said | None, Said | None]]:
        """Return what a copy is made of, in another process too."""
        return Said, (str(self), self.indonesian, self.workbook, self.page)


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
    filled = _filled(english, indonesian, figures)
    for form in _other_forms(figures.values()):
        other = {
            name: _in_form(value, form) if isinstance(value, str) else value
            for name, value in figures.items()
        }
        setattr(filled, form, _filled(english, indonesian, other))
    return filled


def by_form(text: Said, workbook: Said) -> Said:
    """Return what is said of a file that is text, and otherwise of a workbook.

    Parameters
    ----------
    text
        In the words of a text file, such as brackets and quotes.
    workbook
        In those of sheets, rows and cells; `in_workbook` takes it.
    """
    return Said(str(text), text.indonesian, workbook)


def typed(
    english: str, indonesian: str, /, page: Said | None = None, **figures: Figure
) -> Said:
    """Return words about commands and options, for whoever types them.

    Parameters
    ----------
    english, indonesian, figures
        As of `said`.
    page
        What a page says in their place; nothing if left out.  `on_page` takes it.
    """
    sentence = said(english, indonesian, **figures)
    sentence.page = Said("", "") if page is None else page
    return sentence


def joined(separator: str, parts: Iterable[str]) -> Said:
    """Return sentences joined in each language."""
    listed = [*parts]
    whole = _joined(separator, listed)
    for form in _other_forms(listed):
        other = [_in_form(part, form) for part in listed]
        setattr(whole, form, _joined(separator, other))
    return whole


def all_of(names: Sequence[str]) -> Said:
    """Return names as a list in words: a, b and c."""
    *before, last = names or [""]
    if not before:
        return Said(last, last)
    return said(
        "{before} and {last}",
        "{before} dan {last}",
        before=", ".join(before),
        last=last,
    )


def in_workbook(sentence: str) -> str:
    """Return a sentence as it is said of a workbook."""
    return _in_form(sentence, "workbook")


def on_page(sentence: str) -> str:
    """Return a sentence as it is said where nobody types commands."""
    return _in_form(sentence, "page")


def in_language(sentence: str, code: str) -> str:
    """Return a sentence in a language; plain text is the same in all."""
    if code == "id" and isinstance(sentence, Said):
        return sentence.indonesian
    return str(sentence)


def grouped(number: int, code: str) -> str:
    """Return a whole number as a language groups its digits: 10,000 or 10.000."""
    return f"{number:,}" if code == "en" else f"{number:,}".replace(",", ".")


_MONTHS: Final = (
    ("January", "Januari"),
    ("February", "Februari"),
    ("March", "Maret"),
    ("April", "April"),
    ("May", "Mei"),
    ("June", "Juni"),
    ("July", "Juli"),
    ("August", "Agustus"),
    ("September", "September"),
    ("October", "Oktober"),
    ("November", "November"),
    ("December", "Desember"),
)
_WEEKDAYS: Final = (
    ("Monday", "Senin"),
    ("Tuesday", "Selasa"),
    ("Wednesday", "Rabu"),
    ("Thursday", "Kamis"),
    ("Friday", "Jumat"),
    ("Saturday", "Sabtu"),
    ("Sunday", "Minggu"),
)


def in_full(day: date) -> Said:
    """Return a date such as "Tuesday, 12 September 2017"."""
    month, weekday = Said(*_MONTHS[day.month - 1]), Said(*_WEEKDAYS[day.weekday()])
    return joined("", (weekday, f", {day.day} ", month, f" {day.year}"))


_REASONS: Final = {
    errno.EACCES: "tidak diizinkan",
    errno.EBUSY: "sedang dipakai",
    errno.EDQUOT: "jatah ruang penyimpanan habis",
    errno.EEXIST: "sudah ada",
    errno.EFBIG: "berkasnya terlalu besar",
    errno.EIO: "perangkat penyimpanan bermasalah",
    errno.EISDIR: "folder, bukan berkas",
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


def system_reason(error: OSError | int) -> Said:
    """Return why the system refused something, as its own words for it say.

    Parameters
    ----------
    error
        As Python raised it, or its number alone.
    """
    if isinstance(error, int):
        error = OSError(error, os.strerror(error))
    if error.strerror is None:
        return said("the system refused", "ditolak oleh sistem")
    if error.errno in _REASONS:
        return Said(error.strerror, _REASONS[error.errno])
    return Said(error.strerror, f"ditolak oleh sistem, kode {error.errno}")


def _filled(english: str, indonesian: str, figures: Mapping[str, Figure]) -> Said:
    return Said(
        english.format(**{k: _figure(v, "en") for k, v in figures.items()}),
        indonesian.format(**{k: _figure(v, "id") for k, v in figures.items()}),
    )


_FORMS: Final = ("workbook", "page")
"""In which else a sentence may be said."""


def _in_form(sentence: str, form: str) -> str:
    other = getattr(sentence, form, None)
    return other if isinstance(other, Said) else sentence


def _other_forms(parts: Iterable[object]) -> list[str]:
    """Return the forms in which any of some parts is said otherwise."""
    listed = [part for part in parts if isinstance(part, Said)]
    return [
        form
        for form in _FORMS
        if any(getattr(part, form) is not None for part in listed)
    ]


def _joined(separator: str, parts: list[str]) -> Said:
    between = in_language(separator, "id")
    return Said(
        separator.join(parts), between.join(in_language(p, "id") for p in parts)
    )


def _figure(value: Figure, code: str) -> str:
    return grouped(value, code) if isinstance(value, int) else in_language(value, code)
