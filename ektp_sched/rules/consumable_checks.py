"""What must hold between the keys of blanks and ribbons, as in `checks`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ektp_sched.rules.nearest import unknown
from ektp_sched.rules.problems import Path, Problem
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ektp_sched.rules.consumables import Arrival
    from ektp_sched.rules.tables import OfficeTables

__all__ = ["consumable_problems"]


def consumable_problems(office: OfficeTables) -> tuple[Problem, ...]:
    """Return everything that contradicts itself in blanks and ribbons."""
    return tuple(problem for rule in _RULES for problem in rule(office))


def _blanks_have_stock(office: OfficeTables) -> Iterator[Problem]:
    for name, card in office.cards.items():
        if card.stock is not None:
            continue
        if card.deliveries:
            yield Problem(
                ("cards", name, "deliveries"),
                said(
                    "deliveries without stock; write stock = 0 or what lies there, "
                    "or leave deliveries out where blanks are unlimited",
                    "ada kiriman tanpa stock; isilah stock dengan 0 atau dengan jumlah "
                    "yang ada, atau hapus kirimannya kalau blangko tidak terbatas",
                ),
            )
        for key in ("expires_on", "set_aside"):
            if getattr(card, key):
                yield Problem(
                    ("cards", name, key),
                    said(
                        "without stock; write stock = what lies there, or leave it out "
                        "where blanks are unlimited",
                        "diisi tanpa stock; isilah stock dengan jumlah yang ada, atau "
                        "hapus isian ini kalau blangko tidak terbatas",
                    ),
                )


def _deliveries_stand_by_date(office: OfficeTables) -> Iterator[Problem]:
    for name, card in office.cards.items():
        yield from _by_date(("cards", name, "deliveries"), card.deliveries)
    for index, printer in enumerate(office.printers):
        path = "printers", index, "ribbon_deliveries"
        yield from _by_date(path, printer.ribbon_deliveries)


def _by_date(path: Path, arrivals: Sequence[Arrival]) -> Iterator[Problem]:
    for at, (first, second) in enumerate(pairwise(arrivals), start=1):
        if second.on < first.on:
            yield Problem(
                (*path, at, "on"),
                said(
                    "{second} stands after {first}; write deliveries in the order of "
                    "their dates, or correct one",
                    "{second} tertulis sesudah {first}; tulislah kiriman menurut "
                    "urutan tanggalnya, atau perbaiki salah satunya",
                    second=str(second.on),
                    first=str(first.on),
                ),
            )


def _deliveries_can_be_used(office: OfficeTables) -> Iterator[Problem]:
    for name, card in office.cards.items():
        for at, entry in enumerate(card.deliveries):
            if entry.expires_on is not None and entry.expires_on < entry.on:
                yield Problem(
                    ("cards", name, "deliveries", at, "expires_on"),
                    said(
                        "{until} is before on = {on}; these blanks could never be "
                        "used, so correct one of the dates",
                        "{until} sebelum on = {on}; blangko ini tidak akan pernah "
                        "dapat dipakai, jadi perbaiki salah satu tanggalnya",
                        until=str(entry.expires_on),
                        on=str(entry.on),
                    ),
                )


def _set_aside_names_known_classes(office: OfficeTables) -> Iterator[Problem]:
    for name, card in office.cards.items():
        for urgency in card.set_aside:
            if urgency not in office.urgency:
                sentence = unknown("urgency class", urgency, office.urgency)
                yield Problem(("cards", name, "set_aside", urgency), sentence)


def _set_aside_comes_out_of_the_stock(office: OfficeTables) -> Iterator[Problem]:
    for name, card in office.cards.items():
        kept = sum(card.set_aside.values())
        if card.stock is not None and kept > card.stock:
            yield Problem(
                ("cards", name, "set_aside"),
                said(
                    "{kept} blanks are set aside of a stock of {stock}; set aside as "
                    "many as lie there, or fewer",
                    "{kept} blangko disisihkan dari persediaan {stock}; yang "
                    "disisihkan tidak boleh lebih dari yang ada",
                    kept=kept,
                    stock=card.stock,
                ),
            )


def _set_aside_is_used_first(office: OfficeTables) -> Iterator[Problem]:
    """Require that no delivery expires before what is set aside.

    Then a class does well to use up its own blanks first, and whoever counts
    them needs no search.
    """
    for name, card in office.cards.items():
        if not card.set_aside:
            continue
        for at, entry in enumerate(card.deliveries):
            until = entry.expires_on
            if until is None or (card.expires_on and until >= card.expires_on):
                continue
            first = (
                said(
                    "before the stock does on {day}",
                    "sebelum persediaan pada {day}",
                    day=str(card.expires_on),
                )
                if card.expires_on
                else said(
                    "though the stock has no expires_on",
                    "padahal persediaan tidak memiliki expires_on",
                )
            )
            yield Problem(
                ("cards", name, "deliveries", at, "expires_on"),
                said(
                    "these blanks expire on {until}, {first}; blanks are set aside "
                    "only of a stock that expires first, so correct one of the dates, "
                    "or leave set_aside out",
                    "blangko ini kedaluwarsa pada {until}, {first}; blangko hanya "
                    "dapat disisihkan dari persediaan yang paling dahulu kedaluwarsa, "
                    "jadi perbaiki salah satu tanggalnya, atau hapus set_aside",
                    until=str(until),
                    first=first,
                ),
            )


def _ribbons_are_counted_in_cards(office: OfficeTables) -> Iterator[Problem]:
    for index, printer in enumerate(office.printers):
        if printer.cards_per_ribbon is None:
            for key in ("ribbons", "ribbon_deliveries"):
                if getattr(printer, key) not in (None, ()):
                    yield Problem(
                        ("printers", index, key),
                        said(
                            "without cards_per_ribbon; write how many cards a ribbon "
                            "is good for",
                            "diisi tanpa cards_per_ribbon; tulislah satu pita cukup "
                            "untuk berapa kartu",
                        ),
                    )
        elif printer.ribbons is None:
            yield Problem(
                ("printers", index, "cards_per_ribbon"),
                said(
                    "without ribbons; write ribbons = what lies there, such as 2.5, or "
                    "leave it out where ribbons never run out",
                    "diisi tanpa ribbons; isilah ribbons dengan jumlah pita yang ada, "
                    "atau hapus isian ini kalau pita tidak pernah habis",
                ),
            )


_RULES: Final = (
    _blanks_have_stock,
    _deliveries_stand_by_date,
    _deliveries_can_be_used,
    _set_aside_names_known_classes,
    _set_aside_comes_out_of_the_stock,
    _set_aside_is_used_first,
    _ribbons_are_counted_in_cards,
)
