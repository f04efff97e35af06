"""Words for a name that nobody knows: which known one was probably meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from ektp_sched.words import Said, said

if TYPE_CHECKING:
    from collections.abc import Iterable

_KINDS: Final = {
    "area": "wilayah",
    "card type": "jenis kartu",
    "column": "kolom",
    "country": "negara",
    "day": "nama hari",
    "heading": "judul kolom",
    "key": "kunci",
    "language": "bahasa",
    "measure": "ukuran",
    "period": "jangka waktu",
    "printer": "printer",
    "printer or server": "printer atau server",
    "scenario": "skenario",
    "server": "server",
    "sheet": "lembar",
    "tie_break": "nilai tie_break",
    "tier": "tujuan",
    "urgency class": "kelas urgensi",
}
"""Kinds of names in Indonesian, by what they are called in English."""


def letters(text: str) -> str:
    """Return letters and digits in one case, or signs alone: how words compare."""
    lower = text.casefold()
    return "".join(char for char in lower if char.isalnum()) or lower.strip()


def nearest(word: str, known: Iterable[str], least: float = 0.0) -> str | None:
    """Return the known name most like `word`; None if none is like it.

    Upper and lower case are alike, and of equally near names the least by
    code point is returned, so that a sentence never depends on an order.

    The name must be like it at ``least``, from 0 (any name) to 1 (the same).
    """
    by_folded = {name.casefold(): name for name in sorted(known, reverse=True)}
    close = get_close_matches(word.casefold(), sorted(by_folded), n=1, cutoff=least)
    return by_folded[close[0]] if close else None


def kind_of(name: str) -> Said:
    """Return what a kind of names is called, by its English name."""
    return said(name, _KINDS[name])


def unknown(kind: str, word: str, known: Iterable[str]) -> Said:
    """Return 'unknown KIND "WORD"; the nearest known one is "NAME"'."""
    name = nearest(word, known)
    named = kind_of(kind)
    if name is None:
        return said(
            'unknown {kind} "{word}"; none is defined',
            '{kind} "{word}" tidak dikenal; belum ada yang ditetapkan',
            kind=named,
            word=word,
        )
    return said(
        'unknown {kind} "{word}"; the nearest known one is "{name}"',
        '{kind} "{word}" tidak dikenal; yang paling mirip adalah "{name}"',
        kind=named,
        word=word,
        name=name,
    )
