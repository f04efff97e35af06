"""What may be shown of a text that stood in somebody's file.

A screen and a page show no control signs, and neither they nor a file that may
be passed on show what looks personal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

HIDDEN: Final = "*"
"""Stands for a cell that is not shown."""

FEWEST: Final = 5
"""People below whom nothing is counted in public."""

PERSONAL: Final = r"\d(?:[ .'/-]?\d){4}|\d[-/.]\d|\d\W*[^\W\d]{3,}\W*\d{4}|@|.{61}"
"""Five digits, a date, an address of mail, a long text; for `re` and polars."""

_SECRET: Final = re.compile(PERSONAL, re.DOTALL)
_UNSHOWN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_LISTED: Final = 30
_WORDS: Final = (
    "akta alamat ambil antre antrean antrian application area baru birth blangko by "
    "cap card case cetak class code daftar data date dates day days desa dicetak "
    "dinas diambil dob due email full gender gol golongan hari hasil heading hp id "
    "identitas identity jam janji jatuh jenis jk kab kabupaten kartu kasus kategori "
    "kd kec kecamatan kel kelamin kelas kelurahan keperluan keterangan ket kk klmin "
    "kode kota ktp ktpel lahir lengkap lgkp lhr lokasi mesin name nama nik no "
    "nomor note notes number of office on operator order pemohon pencetak "
    "pendaftaran pengajuan perekaman permohonan petugas phone pinned place "
    "post pos printed printer prioritas priority promise promised prop propinsi prov "
    "provinsi queue reason ready rec reg registrasi registration regis rekam result "
    "rt rw seq serial seks sex siap since stat status surat suket tanggal target telp "
    "telepon tempat tenggat terima tgl time tmpt tunggu tempo type urgency urgensi "
    "urut usia umur village waiting waktu wilayah work"
)
"""Words that headings of an export are made of, in both languages."""

_JOINED: Final = re.compile(
    f"(?:{'|'.join(sorted(_WORDS.split(), key=len, reverse=True))})+"
)


def visible(text: str) -> str:
    """Return text with each sign that is not seen, or controls a screen, as �.

    Line breaks and tabs stay.
    """
    return text if text.isascii() and text.isprintable() else _UNSHOWN.sub("�", text)


def looks_personal(text: str) -> bool:
    """Return whether a text may be a number, a date, an address or a long note."""
    return _SECRET.search(text) is not None


def is_heading(text: str) -> bool:
    """Return whether a text is made of the words of headings, and names nobody."""
    if looks_personal(text):
        return False
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return bool(words) and all(_JOINED.fullmatch(word) for word in words)


def columns_shown(headings: Sequence[str]) -> str:
    """Return headings for a sentence: a column that may name a person by its place.

    Returns
    -------
    str
        Such as ``"TGL_REKAM", 3, "KET"``; empty where no heading is one, which is
        then no row of headings.
    """
    listed = [(at, text) for at, text in enumerate(headings, 1) if text]
    if not any(is_heading(text) for _, text in listed):
        return ""
    shown = [f'"{text}"' if is_heading(text) else str(at) for at, text in listed]
    more = ["…"] if len(shown) > _LISTED else []
    return ", ".join([*shown[:_LISTED], *more])
