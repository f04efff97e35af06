"""What is known of one person, in the sentences of a counter."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from ektp_sched.backlog.records import FIELDS
from ektp_sched.words import Said, in_full, joined, said, typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.counter.status import Print, Standing

_DECIDED: Final = {
    "priority": said("on a priority list", "dari daftar prioritas"),
    "accept": said("accepted", "diterima"),
    "reprint": said("for a card printed anew", "untuk pencetakan ulang"),
}
_OF_EXPORT: Final = frozenset({"export-dropped", "export-done"})
"""Reasons of prints that nobody recorded here."""


def status_lines(standing: Standing) -> list[Said]:
    """Return what is known of a person, a sentence or two a line; no number of it."""
    if not standing.known:
        return [*_unknown(standing)]
    return [
        *_who(standing),
        *_before(standing),
        *_cards(standing),
        *_place(standing),
        *_told(standing),
        *_withheld(standing),
    ]


def _unknown(standing: Standing) -> Iterator[Said]:
    yield said(
        "Nobody is known here by that number: no export has had it yet.",
        "Tidak ada yang dikenal dengan nomor itu: belum ada ekspor yang memuatnya.",
    )
    if standing.forgotten:
        yield said(
            "Or the office has forgotten the person, as it may after handing over.",
            "Atau kantor sudah menghapus data orang itu, seperti yang boleh dilakukan "
            "setelah kartu diserahkan.",
        )


def _who(standing: Standing) -> Iterator[Said]:
    name = standing.queue_number or standing.shown_id
    who = said("This person", "Orang ini") if name is None else Said(name, name)
    since = standing.fields.get("waiting_since")
    if since is None:
        yield said("{who} is known here.", "{who} dikenal di sini.", who=who)
        return
    yield said(
        "{who}: waiting since {since}, day {count} of waiting. "
        "Urgency {urgency}{target}.",
        "{who}: menunggu sejak {since}, hari menunggu ke-{count}. Kelas "
        "urgensi {urgency}{target}.",
        who=who,
        since=in_full(date.fromisoformat(since)),
        count=standing.day_of_waiting or 0,
        urgency=standing.fields.get("urgency") or "–",
        target=""
        if standing.target_days is None
        else said(
            " (to be printed within {count} days)",
            " (seharusnya dicetak dalam {count} hari)",
            count=standing.target_days,
        ),
    )


def _before(standing: Standing) -> Iterator[Said]:
    """Say of a card printed anew what became of the one before."""
    if standing.before:
        last = standing.before[-1]
        yield said(
            "This is a card printed anew; of the one before: {what}",
            "Ini kartu yang dicetak ulang; kartu sebelumnya: {what}",
            what=card_sentence(last),
        )


def _cards(standing: Standing) -> Iterator[Said]:
    for card in standing.prints:
        yield card_sentence(card)
    last = standing.prints[-1] if standing.prints else None
    if standing.handed is not None:
        yield said(
            "It was handed over on {day}.",
            "Kartu sudah diserahkan pada {day}.",
            day=in_full(standing.handed),
        )
    elif last is not None and last.result == "printed":
        yield said(
            "Nothing is recorded of its being handed over.",
            "Belum tercatat bahwa kartu sudah diserahkan.",
        )


def card_sentence(card: Print) -> Said:
    """Return what became of a card."""
    at = "" if card.printer is None else f", {card.printer}"
    by = "" if card.operator is None else f", {card.operator}"
    why = "" if card.reason is None else f" ({card.reason})"
    figures = {"day": in_full(card.day), "at": at, "by": by, "why": why}
    if card.result == "printed":
        if card.reason in _OF_EXPORT:
            return said(
                "Printed on {day}{at}, as the export says; nobody recorded it here.",
                "Dicetak pada {day}{at} menurut ekspor; di sini tidak dicatat.",
                **figures,
            )
        return said(
            "Printed on {day}{at}{by}{why}.",
            "Dicetak pada {day}{at}{by}{why}.",
            **figures,
        )
    if card.result == "spoilt":
        return said(
            "Spoilt on {day}{at}{by}{why}.",
            "Rusak saat dicetak pada {day}{at}{by}{why}.",
            **figures,
        )
    if card.result == "unprinted":
        return said(
            "On the sheet of {day}{at}, and not printed{why}.",
            "Ada di lembar {day}{at}, tetapi tidak dicetak{why}.",
            **figures,
        )
    return said(
        "On the sheet of {day}{at}, and nobody knows whether it was printed.",
        "Ada di lembar {day}{at}, tetapi tidak diketahui apakah sudah dicetak.",
        **figures,
    )


def _place(standing: Standing) -> Iterator[Said]:
    last = standing.prints[-1] if standing.prints else None
    if last is not None and last.result == "printed":
        return
    place = standing.place
    day = None if place is None else place.day
    if place is None or day is None:
        yield _no_place(standing)
    elif last is not None and last.day >= day:
        yield _day_to_come(standing)
    else:
        sentence = (
            said(
                "To be printed on {day}: {printer}, batch {batch}, position {position} "
                "(plan {plan}).",
                "Akan dicetak pada {day}: {printer}, kelompok {batch}, nomor "
                "{position} (rencana {plan}).",
                **_slot(standing),
            )
            if day >= standing.on
            else said(
                "On the sheet of {day}: {printer}, batch {batch}, position {position} "
                "(plan {plan}). What became of it is not recorded yet.",
                "Ada di lembar {day}: {printer}, kelompok {batch}, nomor {position} "
                "(rencana {plan}). Hasilnya belum dicatat.",
                **_slot(standing),
            )
        )
        yield sentence


def _day_to_come(standing: Standing) -> Said:
    """Say whether the next plan can hold somebody whose day went by without a card."""
    if standing.state == "gone":
        return said(
            "The last export has it no longer, so no plan gives it a new day; ask why "
            "where exports are made.",
            "Ekspor terakhir tidak memuatnya lagi, jadi tidak ada rencana yang memberi "
            "hari baru; tanyakan sebabnya di tempat ekspor dibuat.",
        )
    if standing.state in {"held", "rejected"}:
        return _no_place(standing)
    return said(
        "The next plan gives a new day, unless it stays open.",
        "Rencana berikutnya memberi hari baru, kecuali statusnya tetap terbuka.",
    )


def _slot(standing: Standing) -> dict[str, str]:
    place = standing.place
    if place is None or place.day is None:
        return {}
    figures = {"batch": place.batch, "position": place.position, "plan": place.plan}
    return {
        "day": in_full(place.day),
        "printer": place.printer or "–",
        **{name: "–" if n is None else str(n) for name, n in figures.items()},
    }


def _no_place(standing: Standing) -> Said:
    if standing.state == "gone":
        return said(
            "The last export has it no longer, and no sheet either.",
            "Ekspor terakhir tidak memuatnya lagi, dan lembar cetak juga tidak.",
        )
    if standing.state == "held":
        return said(
            "Not planned: the export has it with status {status}, which is not that of "
            "a record ready to be printed.",
            "Tidak direncanakan: di ekspor statusnya {status}, yang bukan status siap "
            "cetak.",
            status=standing.fields.get("status") or "–",
        )
    if standing.state == "rejected":
        return said(
            "Not planned: its row in the export cannot be used; see rejects.csv.",
            "Tidak direncanakan: barisnya di ekspor tidak dapat dipakai; lihat "
            "rejects.csv.",
        )
    if standing.state is None and standing.before:
        return said(
            "The next plan gives it a day.",
            "Rencana berikutnya akan memberinya hari cetak.",
        )
    if standing.planned_to is None:
        return said("No plan has been made yet.", "Belum ada rencana yang disusun.")
    reason = _reason(standing.unprinted)
    return said(
        "Not printed in the plan up to {day}{reason}.",
        "Tidak dicetak dalam rencana sampai {day}{reason}.",
        day=in_full(standing.planned_to),
        reason="" if reason is None else joined("", (": ", reason)),
    )


def _reason(code: str | None) -> Said | None:
    """Return the words of a plan for why somebody has no day."""
    if code is None:
        return None
    from ektp_sched.output.languages import language

    english, indonesian = (language(each).name("unprinted", code) for each in _CODES)
    return Said(english, indonesian)


_CODES: Final = ("en", "id")


def _told(standing: Standing) -> Iterator[Said]:
    if standing.promised_on is None:
        return
    day, late = in_full(standing.promised_on), standing.days_late
    printed = bool(standing.prints) and standing.prints[-1].result == "printed"
    has_day = standing.place is not None and standing.place.day is not None
    if printed and late is None:
        yield said(
            "The date told, {day}, was kept.",
            "Tanggal yang dijanjikan, {day}, ditepati.",
            day=day,
        )
    elif printed:
        yield said(
            "The date told was {day}; the card came {count} days later.",
            "Tanggal yang dijanjikan {day}; kartu terlambat {count} hari.",
            day=day,
            count=late or 0,
        )
    elif late is not None:
        yield said(
            "The date told is {day}, and it slips by {count} days at least; say so.",
            "Tanggal yang dijanjikan {day}, dan mundur sedikitnya {count} hari; "
            "sampaikan.",
            day=day,
            count=late,
        )
    elif has_day:
        yield said(
            "The date told, {day}, is kept by this plan.",
            "Tanggal yang dijanjikan, {day}, ditepati rencana ini.",
            day=day,
        )
    else:
        yield said(
            "The date told is {day}, and there is no day for it now.",
            "Tanggal yang dijanjikan {day}, dan sekarang belum ada harinya.",
            day=day,
        )


def _withheld(standing: Standing) -> Iterator[Said]:
    for each in standing.withheld:
        yield said(
            "Since {day} the export says: {field} {export} (before: {used}). That "
            "would put it ahead of others, so it waits {how}.",
            "Sejak {day} ekspor menyebut: {field} {export} (sebelumnya: {used}). Itu "
            "mendahulukannya dari yang lain, jadi menunggu {how}.",
            how=typed(
                "for `ektp-sched record --accept`",
                "`ektp-sched record --accept`",
                said("to be accepted", "persetujuan"),
            ),
            day=in_full(each.day),
            field=FIELDS[each.field],
            export=value_said(each.export),
            used=value_said(each.used),
        )
    for decision in standing.decisions:
        if decision.kind == "reprint" and decision.field != "waiting_since":
            continue  # A card printed anew begins anew: its other fields say no more.
        why = "" if decision.reason is None else f" ({decision.reason})"
        yield said(
            "Decided on {day}: {field} {value}, {kind}{why}.",
            "Diputuskan pada {day}: {field} {value}, {kind}{why}.",
            day=in_full(decision.day),
            field=FIELDS[decision.field],
            value=value_said(decision.value),
            kind=_DECIDED.get(decision.kind, decision.kind),
            why=why,
        )


def value_said(text: str | None) -> Said:
    """Return a value of a record; a day as people write it."""
    if not text:
        return said("none", "tidak ada")
    try:
        return in_full(date.fromisoformat(text))
    except ValueError:
        return Said(text, text)
