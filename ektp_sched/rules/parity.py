r"""Day by day, districts have had like shares of their applications printed.

Of a district with :math:`A` applications in the backlog that is planned, :math:`a` are
printed so far.  At the end of every day on which anything could be printed,

.. math:: \left| \frac{a}{A} - \frac{b}{B} \right| \le w

for every two of the districts listed, in whole numbers :math:`B a - A b \le \lfloor w A
B \rfloor` both ways; unless one of the two has nobody left who is ready, has a printer
and is not pinned to a later day.  A district without applications drops out.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol

import numpy as np
from pydantic import Field

from ektp_sched.rules.areas import HasAreas
from ektp_sched.rules.fields import AreaName, Share, Table, Text, noted
from ektp_sched.rules.forms import Form, quoted
from ektp_sched.rules.limit import Limit, labelled
from ektp_sched.rules.problems import Problem, entry_id_problems
from ektp_sched.rules.rule import Rule
from ektp_sched.rules.told import Told, percent
from ektp_sched.words import Said, by_form, joined, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.rules.capacity import BarePrinter
    from ektp_sched.rules.limit import Period
    from ektp_sched.rules.world import Kind, World

_THOUSANDTHS: Final = 1000
"""Parts of ``within`` that are told as one unit more or less."""


class Parity(Table):
    """Entry of ``[[parity]]``: districts that are to be served alike."""

    id: Annotated[Text | None, Form(quoted("an id", "id", "kota"))] = noted(
        "Short name of the entry, may be empty.",
        "Nama singkat, boleh kosong.",
        default=None,
    )
    areas: Annotated[
        tuple[AreaName, ...],
        Field(min_length=2, max_length=12),
        Form(
            by_form(
                said(
                    'two to twelve areas in brackets, such as ["Alak", "Oebobo"]',
                    'dua sampai dua belas wilayah dalam kurung siku, misalnya ["Alak", '
                    '"Oebobo"]',
                ),
                said(
                    "two to twelve areas separated by ;, such as Alak; Oebobo",
                    "dua sampai dua belas wilayah yang dipisahkan dengan ;, misalnya "
                    "Alak; Oebobo",
                ),
            )
        ),
    ] = noted(
        "Areas to be served alike, separated by semicolons, 2 to 12.",
        "Wilayah yang harus dilayani setara, dipisah titik koma, 2 sampai 12.",
    )
    within: Share = noted(
        "By how much the printed shares of two areas may differ each day, 0 to 1.",
        "Selisih paling besar antara bagian tercetak dua wilayah setiap hari, 0 sampai "
        "1.",
    )


class HasParity(HasAreas, Protocol):
    """What says which districts are to be served alike."""

    parity: tuple[Parity, ...]


def _ids(office: HasParity) -> Iterator[Problem]:
    kind = said("parity", "kesetaraan")
    yield from entry_id_problems("parity", office.parity, kind)


def _areas_are_named_once(office: HasParity) -> Iterator[Problem]:
    for index, entry in enumerate(office.parity):
        for at, name in enumerate(entry.areas):
            if name in entry.areas[:at]:
                sentence = said(
                    '"{name}" is named twice; name each area once',
                    '"{name}" disebut dua kali; sebutkan setiap wilayah satu kali saja',
                    name=name,
                )
                yield Problem(("parity", index, "areas", at), sentence)


def _key(entry: int) -> str:
    return f"parity[{entry + 1}]"


def _limits(world: World[HasParity]) -> Iterator[Limit]:
    if not world.office.parity:
        return
    last = world.printable_days()
    for number, entry in enumerate(world.office.parity):
        members = {
            area: world.weights(lambda kind, area=area: kind[2] == area)  # type: ignore[misc]
            for area in entry.areas
        }
        size = {area: int(of @ world.applications) for area, of in members.items()}
        present = [area for area in entry.areas if size[area]]
        for more, less in permutations(present, 2):
            most = size[more] * size[less]
            amount = Fraction(entry.within) * most
            yield Limit(
                "parity",
                _key(number),
                number,
                size[less] * members[more] - size[more] * members[less],
                np.zeros_like(last),
                last,
                np.full(len(last), int(amount)),
                unless=np.stack([members[more], members[less]]) > 0,
                adds=Fraction(most, _THOUSANDTHS),
                rest=amount % 1,
                key="within",
                part=f"{more} – {less}",
                id=entry.id,
            )


def _says(world: World[HasParity], period: Period) -> Said:
    more, less = period.limit.part.split(" – ")
    gap = Fraction(period.printed) / period.limit.adds / _THOUSANDTHS
    return said(
        "Up to {day} the share printed of {more} is {gap} above that of {less}; "
        "{place} allows {within} as long as somebody is left in both.",
        "Sampai {day} bagian yang tercetak dari {more} lebih besar {gap} daripada "
        "{less}; {place} membolehkan {within} selama di keduanya masih ada yang "
        "menunggu.",
        day=world.date(period.last),
        more=more,
        less=less,
        gap=percent(gap),
        place=period.limit.label,
        within=percent(Fraction(world.office.parity[period.limit.entry].within)),
    )


def _sees(office: HasParity, kind: Kind) -> tuple[str | None, ...]:
    return tuple(kind[2] if kind[2] in entry.areas else None for entry in office.parity)


def _sees_area(office: HasParity) -> bool:
    return bool(office.parity)


def _place(office: HasParity, entry: int) -> str:
    return labelled(_key(entry), office.parity[entry].id)


def _keys(_office: HasParity, _entry: int) -> tuple[str, ...]:
    return ("within",)


def _whom(office: HasParity, entry: int) -> Said:
    return said(
        "areas {names}",
        "wilayah {names}",
        names=joined(", ", office.parity[entry].areas),
    )


def _wants(office: HasParity, entry: int, _key: str) -> Said:
    return said(
        "shares printed that differ by at most {within}",
        "bagian tercetak yang berselisih paling banyak {within}",
        within=percent(Fraction(office.parity[entry].within)),
    )


def _span(_office: HasParity, _entry: int, _key: str, count: int) -> Said:
    if not count:
        return said("no day with a place", "tidak ada hari kerja")
    return said("each day ({count})", "setiap hari ({count})", count=count)


def _stated(office: HasParity, entry: int, key: str) -> dict[str, Any]:
    areas, within = office.parity[entry].areas, office.parity[entry].within
    return {"areas": list(areas), "per": "day", "limit": key, "value": str(within)}


def _shown(figure: Fraction) -> Said:
    return percent(figure / _THOUSANDTHS)


def _change(_office: HasParity, _entry: int, room: int) -> Said:
    return said(
        "A within larger by {room} thousandths would make room.",
        "Angka within yang lebih besar {room} perseribu sudah cukup.",
        room=room,
    )


def _concerns(office: HasParity, entry: int, printer: BarePrinter) -> bool:
    areas = {*office.parity[entry].areas}
    return printer.areas is None or bool(areas & {*printer.areas})


PARITY = Rule(
    "parity",
    ("parity",),
    _limits,
    _says,
    runs_out=True,
    problems=(_ids, _areas_are_named_once),
    needs={"areas": ["-", "."], "within": 1},
    told=Told(
        reason="parity",
        title=said("Parity between areas", "Kesetaraan antarwilayah"),
        caption=said(
            "Parity: by how much the printed shares of two areas differ",
            "Kesetaraan: selisih bagian tercetak antara dua wilayah",
        ),
        note=said(
            "Difference: the greatest of each day, from the least to the most. Every "
            "two areas of every day are in parity.csv.",
            "Selisih: yang terbesar setiap hari, dari yang paling kecil sampai yang "
            "paling besar. Setiap dua wilayah pada setiap hari ada di parity.csv.",
        ),
        amounts=(said("Difference", "Selisih"), said("Allowed", "Dibolehkan")),
        sees=_sees,
        sees_area=_sees_area,
        place=_place,
        keys=_keys,
        whom=_whom,
        wants=_wants,
        span=_span,
        stated=_stated,
        shown=_shown,
        change=_change,
        concerns=_concerns,
    ),
    texts={
        "report.cmp.left.rules.parity": (
            "Like shares of districts",
            "Bagian serupa antarkecamatan",
        ),
        "unprinted.parity": (
            "parity between areas leaves no place for it",
            "kesetaraan antarwilayah tidak menyisakan tempat",
        ),
        "explain.rule.parity": (
            "Parity between areas holds it: there is a free place, but one card more "
            "of its area would put it too far ahead of another.",
            "Yang menahannya kesetaraan antarwilayah: ada tempat kosong, tetapi satu "
            "kartu lagi dari wilayahnya akan membuatnya terlalu jauh di depan wilayah "
            "lain.",
        ),
        "notice.parity-left-out": (
            "The office has {count} entries in [[parity]]; this command leaves "
            "them out of account.",
            "Kantor ini punya {count} entri dalam [[parity]]; perintah ini tidak "
            "memperhitungkannya.",
            "The office has 1 entry in [[parity]]; this command leaves it out of "
            "account.",
        ),
    },
)
"""Whether districts are served alike."""
