"""Why a row cannot be used: codes as in rejects.csv, and their words."""

from __future__ import annotations

import re
from typing import Final

from ektp_sched.words import Said, joined, said, typed

NEAREST: Final = "nearest is "
"""What stands before the known name that an unknown one is most like."""

ONE_OF: Final = "must be one of "
"""What stands before the known names."""

_ROW: Final = re.compile(r"row (\d+)(?: of sheet (.+))? stays", re.DOTALL)

_REASONS: Final = {
    "missing": said(
        "is needed, but empty",
        "wajib diisi, tetapi kosong",
    ),
    "lost-number": said(
        "a spreadsheet cut the number (like 5.37E+15) and it cannot be repaired; take "
        "it from the source again",
        "angkanya dipotong lembar kerja (seperti 5,37E+15) dan tidak dapat dipulihkan;"
        " ambil lagi dari data asal",
    ),
    "bad-date": said(
        "is no date that can be read",
        "bukan tanggal yang dapat dibaca",
    ),
    "ready-before-waiting": said(
        "ready for print before it was recorded",
        "siap cetak sebelum tanggal perekaman",
    ),
    "unknown-class": said(
        "unknown urgency class",
        "kelas urgensi tidak dikenal",
    ),
    "unknown-card": said(
        "unknown card type",
        "jenis kartu tidak dikenal",
    ),
    "unknown-area": said(
        "unknown area",
        "wilayah tidak dikenal",
    ),
    "duplicate": said(
        "the application ID stands in another row too",
        "ID permohonan sudah ada pada baris lain",
    ),
    "error-cell": said(
        "the cell shows an error of a sheet (like #N/A); correct it at the source",
        "selnya menampilkan kesalahan lembar kerja (seperti #N/A); perbaiki di asalnya",
    ),
    "malformed": said(
        "more cells than headings, a quotation mark out of place, or signs that are no"
        " text",
        "jumlah selnya melebihi jumlah judul, ada tanda kutip yang tidak pada "
        "tempatnya, atau ada huruf yang rusak",
    ),
    "unknown-printer": said(
        "the office has no such printer",
        "printer ini tidak ada di kantor",
    ),
    "unknown-result": said(
        "unknown result; write ok or spoilt",
        "hasil cetak tidak dikenal; tulislah ok atau rusak",
    ),
    "unknown-in-plan": said(
        "nobody of the previous plan; the sheet may be of another plan or office",
        "tidak ada dalam rencana sebelumnya; mungkin daftar dari rencana atau kantor "
        "lain",
    ),
    "unknown-queue-number": said(
        "nobody of the previous plan has this queue number, or two have",
        "nomor antrean ini tidak ada dalam rencana sebelumnya, atau dipakai dua orang",
    ),
    "unknown-mark": said(
        "no mark that can be read; write x, or belum, or under Spoilt why",
        "tanda ini tidak dapat dibaca; tulislah x, atau belum, atau sebabnya di bawah "
        "Rusak",
    ),
    "remark-without-mark": said(
        "a remark stands beside boxes without any mark; tick what became of the card",
        "ada catatan di samping kotak yang kosong; tandai apa yang terjadi dengan "
        "kartu itu",
    ),
    "marks-contradict": said(
        "handed over, and spoilt or not printed as well",
        "ditandai diserahkan, tetapi juga rusak atau belum tercetak",
    ),
    "filled-twice-differently": said(
        "the sheet was filled twice, and the marks differ",
        "daftar ini diisi dua kali dengan tanda yang berbeda",
    ),
    "printed-before-recorded": said(
        "printed before it was recorded",
        "dicetak sebelum tanggal perekaman",
    ),
    "printed-in-future": said(
        "printed after the first day of the new plan",
        "dicetak sesudah hari pertama rencana baru",
    ),
    "unknown-in-ledger": said(
        "no export had this person yet; with {reason} it is a card from the reserve",
        "belum ada ekspor yang memuat orang ini; dengan {reason} dicatat sebagai kartu "
        "cadangan",
        reason=typed("--reason", "--reason", said("a reason", "alasan")),
    ),
    "unknown-number-in-ledger": said(
        "nobody of any export has this queue number, or two have",
        "nomor antrean ini tidak ada dalam ekspor mana pun, atau dipakai dua orang",
    ),
    "day-to-come": said(
        "the day is still to come",
        "harinya belum tiba",
    ),
    "needs-second-name": said(
        "other than what was recorded, and a plan rests on that; with {reason} and "
        "{second} it is corrected",
        "lain dari yang sudah dicatat, dan sudah ada rencana yang memakainya; dengan "
        "{reason} dan {second} dibetulkan",
        reason=typed("--reason", "--reason", said("a reason", "alasan")),
        second=typed(
            "--approved-by", "--approved-by", said("a second name", "nama kedua")
        ),
    ),
    "printed-on-two-printers": said(
        "printed on another printer too; that row counts",
        "juga dicetak di printer lain; baris itu yang dipakai",
    ),
    "spoilt-without-reason": said(
        "spoilt, and no reason is given; it counts as spoilt",
        "rusak tanpa sebab; tetap dihitung rusak",
    ),
    "bad-date: year-out-of-range": said(
        "the year is outside 1900 to 2199",
        "tahunnya di luar jangkauan 1900 sampai 2199",
    ),
    "bad-date: unknown-form": said(
        "unknown form of a date; write it like 31/12/2016 or 2016-12-31",
        "bentuk tanggal tidak dikenal; tulislah seperti 31/12/2016 atau 2016-12-31",
    ),
    "bad-date: not-in-the-office-form": said(
        "the date is not in the form of the office's [dates] format",
        "bentuk tanggal tidak sesuai dengan [dates] format pada data kantor",
    ),
    "bad-date: two-digit-year": said(
        "the year has two digits; write four",
        "tahunnya dua angka; tulislah empat angka",
    ),
    "bad-date: unknown-month": said(
        "unknown name of a month",
        "nama bulan tidak dikenal",
    ),
    "bad-date: no-such-time": said(
        "there is no such time of day",
        "jamnya tidak ada",
    ),
    "bad-date: day-first": said(
        "the month is above 12; dates are read day, month, year",
        "bulannya lebih dari 12; tanggal dibaca hari, bulan, tahun",
    ),
    "bad-date: no-such-day": said(
        "there is no such day in the calendar",
        "tanggal itu tidak ada dalam kalender",
    ),
}


def in_words(reasons: str) -> Said:
    """Return the words of one or more reasons of a row, joined by "; "."""
    return joined("; ", [_in_words(reason) for reason in reasons.split("; ")])


def _in_words(reason: str) -> Said:
    if reason in _REASONS:
        return _REASONS[reason]
    code, _, detail = reason.partition(": ")
    stays = _ROW.fullmatch(detail)
    if stays and stays[2]:
        return said(
            "the same application ID as row {row} of the sheet {sheet}, and that row "
            "stays",
            "ID permohonan sama dengan baris {row} di lembar {sheet}, dan baris itu "
            "yang dipakai",
            row=stays[1],
            sheet=stays[2],
        )
    if stays:
        return said(
            "the same application ID as row {row}, and row {row} stays",
            "ID permohonan sama dengan baris {row}, dan baris {row} yang dipakai",
            row=stays[1],
        )
    if code not in _REASONS:
        return Said(reason, reason)
    if detail.startswith(ONE_OF):
        return said(
            "{unknown}; it must be one of {names}",
            "{unknown}; yang ada: {names}",
            unknown=_REASONS[code],
            names=detail.removeprefix(ONE_OF),
        )
    if not detail.startswith(NEAREST):
        return _REASONS[code]
    return said(
        "{unknown}; the nearest is {name}",
        "{unknown}; yang paling mirip adalah {name}",
        unknown=_REASONS[code],
        name=detail.removeprefix(NEAREST),
    )
