"""Cards of a kind are at most, or at least, so many a day, a week, or a plan."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Protocol, TypeAlias

import numpy as np
from pydantic import BeforeValidator, Field, PrivateAttr

from ektp_sched.rules.calendar import HasCalendar
from ektp_sched.rules.fields import (
    AreaName,
    CardName,
    ClassName,
    Count,
    Share,
    Table,
    Text,
    noted,
)
from ektp_sched.rules.forms import Form, quoted
from ektp_sched.rules.limit import Limit, labelled
from ektp_sched.rules.problems import Problem, entry_id_problems
from ektp_sched.rules.rule import Rule
from ektp_sched.rules.told import Told, cards, decimal, percent
from ektp_sched.words import Said, by_form, joined, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.arrays import Ints
    from ektp_sched.rules.capacity import BarePrinter
    from ektp_sched.rules.limit import Period
    from ektp_sched.rules.world import Kind, World

Key: TypeAlias = Literal["at_most", "at_least", "at_most_share", "at_least_share"]

KEYS: Final[tuple[Key, ...]] = (
    "at_most",
    "at_least",
    "at_most_share",
    "at_least_share",
)
"""Keys of a quota that limit, in the order in which they are looked at."""


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


_NAMES: Final = Annotated[tuple[Text, ...], Field(min_length=1)]
_ONE_OR_MORE: Final = BeforeValidator(
    _one_or_more, json_schema_input_type=Text | _NAMES
)


def _selection(name: str) -> Form:
    return Form(
        by_form(
            said(
                'a name or names, such as "{name}" or ["{name}"]',
                'satu nama atau lebih, misalnya "{name}" atau ["{name}"]',
                name=name,
            ),
            said(
                "a name, or names separated by ;, such as {name}",
                "satu nama, atau beberapa nama yang dipisahkan dengan ;, misalnya "
                "{name}",
                name=name,
            ),
        )
    )


class Quota(Table):
    """Entry of ``[[quotas]]``: how many cards of a kind a plan must keep to.

    A card is of the kind if it meets every selection given.
    """

    id: Annotated[Text | None, Form(quoted("an id", "id", "kia"))] = noted(
        "Short name of the quota, may be empty.",
        "Nama singkat kuota, boleh kosong.",
        default=None,
    )
    urgency: Annotated[
        Annotated[tuple[ClassName, ...], _ONE_OR_MORE, Field(min_length=1)] | None,
        _selection("emergency"),
    ] = noted(
        "Classes that count, separated by semicolons. Empty: all.",
        "Kelas yang dihitung, dipisah titik koma. Kosong: semua.",
        default=None,
    )
    card: Annotated[
        Annotated[tuple[CardName, ...], _ONE_OR_MORE, Field(min_length=1)] | None,
        _selection("KTP-el"),
    ] = noted(
        "Card types that count, separated by semicolons. Empty: all.",
        "Jenis kartu yang dihitung, dipisah titik koma. Kosong: semua.",
        default=None,
    )
    area: Annotated[
        Annotated[tuple[AreaName, ...], _ONE_OR_MORE, Field(min_length=1)] | None,
        _selection("Alak"),
    ] = noted(
        "Areas that count, separated by semicolons. Empty: all.",
        "Wilayah yang dihitung, dipisah titik koma. Kosong: semua.",
        default=None,
    )
    per: Annotated[Literal["day", "week", "plan"], Form(choice="period")] = noted(
        "Whether the limits hold each working day, each week or over the whole plan.",
        "Batas berlaku per hari kerja (day), per minggu (week) atau untuk seluruh "
        "rencana (plan).",
    )
    at_most: Count | None = noted(
        "At most so many cards. Empty: no limit.",
        "Paling banyak sekian kartu. Kosong: tanpa batas.",
        default=None,
    )
    at_least: Count | None = noted(
        "At least so many cards. Empty: no limit.",
        "Paling sedikit sekian kartu. Kosong: tanpa batas.",
        default=None,
    )
    at_most_share: Share | None = noted(
        "At most this part of all cards printed, 0 to 1.",
        "Paling banyak bagian ini dari semua kartu yang dicetak, 0 sampai 1.",
        default=None,
    )
    at_least_share: Share | None = noted(
        "At least this part of all cards printed, 0 to 1.",
        "Paling sedikit bagian ini dari semua kartu yang dicetak, 0 sampai 1.",
        default=None,
    )

    # cards printed before the first day, in its week or in the whole plan
    _printed: int = PrivateAttr(default=0)

    def after(self, printed: int) -> Quota:
        """Return the same where so many cards of its first week or plan are printed."""
        quota = self.model_copy()
        quota._printed = printed  # noqa: SLF001 - of its own copy
        return quota

    def amounts(self, amount: int, first: Ints) -> Ints:
        """Return what is left of an amount in stretches with these first days."""
        amounts = np.full(len(first), amount, dtype=np.int64)
        if self.per != "day":
            amounts -= self._printed * (first == 0)
        return np.maximum(amounts, 0)


class HasQuotas(HasCalendar, Protocol):
    """What says which quotas a plan must keep to."""

    quotas: tuple[Quota, ...]


def _ids(office: HasQuotas) -> Iterator[Problem]:
    yield from entry_id_problems("quotas", office.quotas, said("quota", "kuota"))


def _quotas_select_something(office: HasQuotas) -> Iterator[Problem]:
    for index, quota in enumerate(office.quotas):
        if quota.urgency is None and quota.card is None and quota.area is None:
            yield Problem(
                ("quotas", index),
                said(
                    "selects no cards; name what it is about in urgency, card or area",
                    "tidak memilih kartu mana pun; isilah urgency, card, atau area",
                ),
            )


def _quotas_set_a_limit(office: HasQuotas) -> Iterator[Problem]:
    for index, quota in enumerate(office.quotas):
        limits = (quota.at_most, quota.at_least)
        shares = (quota.at_most_share, quota.at_least_share)
        if all(limit is None for limit in (*limits, *shares)):
            yield Problem(
                ("quotas", index),
                said(
                    "limits nothing; write at_most, at_least, at_most_share or "
                    "at_least_share",
                    "tidak membatasi apa pun; isilah at_most, at_least, at_most_share, "
                    "atau at_least_share",
                ),
            )


def _least_is_at_most_the_most(office: HasQuotas) -> Iterator[Problem]:
    for index, quota in enumerate(office.quotas):
        for key, least, most in (
            ("", quota.at_least, quota.at_most),
            ("_share", quota.at_least_share, quota.at_most_share),
        ):
            if least is not None and most is not None and least > most:
                yield Problem(
                    ("quotas", index, f"at_least{key}"),
                    said(
                        "{least} is above {key} = {most}; exchange them, or correct "
                        "one",
                        "{least} lebih besar daripada {key} = {most}; tukarkan "
                        "keduanya, atau perbaiki salah satunya",
                        least=str(least),
                        key=f"at_most{key}",
                        most=str(most),
                    ),
                )


def counts(quota: Quota, kind: Kind) -> bool:
    """Return whether a card of a kind counts for a quota."""
    selections = (quota.urgency, quota.card, quota.area)
    return all(
        names is None or name in names
        for name, names in zip(kind, selections, strict=True)
    )


def key_of(index: int) -> str:
    """Return a quota's place in office.toml, without its id."""
    return f"quotas[{index + 1}]"


def place(office: HasQuotas, index: int) -> str:
    """Return a quota's place in office.toml, with its id if it has one."""
    return labelled(key_of(index), office.quotas[index].id)


def code(key: Key) -> str:
    """Return what a breach of a key is called, such as ``quota-at-most``."""
    return f"quota-{key.replace('_', '-')}"


def _limits(world: World[HasQuotas]) -> Iterator[Limit]:
    quotas = world.office.quotas
    weights = [world.weights(partial(counts, quota)) for quota in quotas]
    for key in KEYS:
        least = key.startswith("at_least")
        for number, quota in enumerate(quotas):
            amount: int | Fraction | None = getattr(quota, key)
            if amount is None:
                continue
            first, last = world.stretches(quota.per, whole=least)
            share = key.endswith("share")
            yield Limit(
                code(key),
                key_of(number),
                number,
                weights[number],
                first,
                last,
                Fraction(amount) if share else quota.amounts(int(amount), first),
                sense="least" if least else "most",
                unless=weights[number][None] > 0 if least else None,
                key=key,
                id=quota.id,
            )


def _says(world: World[HasQuotas], period: Period) -> Said:
    quota = world.office.quotas[period.limit.entry]
    most = period.limit.sense == "most"
    limit = said("{limit}", "{limit}", limit=period.bound)
    if isinstance(period.limit.amount, Fraction):
        limit = said(
            "{limit} ({share} of {cards})",
            "{limit} ({share} dari {cards})",
            limit=period.bound,
            share=str(quota.at_most_share if most else quota.at_least_share),
            cards=period.cards,
        )
    first, last = world.date(period.first), world.date(period.last)
    when = said("on {first}", "pada {first}", first=first)
    if period.first != period.last:
        when = said(
            "from {first} to {last}",
            "dari {first} sampai {last}",
            first=first,
            last=last,
        )
    figures: dict[str, str | int] = {
        "quota": period.limit.label,
        "limit": limit,
        "when": when,
        "printed": period.printed,
    }
    if most:
        return said(
            "{quota} allows at most {limit} cards of its kind {when}; {printed} are "
            "printed.",
            "{quota} mengizinkan paling banyak {limit} kartu dari kelompoknya {when}; "
            "yang dicetak {printed}.",
            **figures,
        )
    return said(
        "{quota} wants at least {limit} cards of its kind {when}; {printed} are "
        "printed, and {waiting} more could have been by then.",
        "{quota} meminta paling sedikit {limit} kartu dari kelompoknya {when}; yang "
        "dicetak {printed}, padahal {waiting} lagi dapat dicetak sampai saat itu.",
        waiting=period.waiting,
        **figures,
    )


_PER: Final = {
    "day": (said("a day", "per hari"), said("each day's cards", "kartu setiap hari")),
    "week": (
        said("a week", "per minggu"),
        said("each week's cards", "kartu setiap minggu"),
    ),
    "plan": (
        said("in the plan", "selama rencana"),
        said("the plan's cards", "semua kartu rencana"),
    ),
}
_SPANS: Final = {
    ("day", False): said("each day", "setiap hari"),
    ("day", True): said("each working day", "setiap hari kerja"),
    ("week", False): said("each week", "setiap minggu"),
    ("week", True): said("each whole week", "setiap minggu penuh"),
}
_NO_SPAN: Final = {
    "day": said("no working day in the plan", "tidak ada hari kerja dalam rencana"),
    "week": said("no whole week in the plan", "tidak ada minggu penuh dalam rencana"),
}


def _sees(office: HasQuotas, kind: Kind) -> tuple[bool, ...]:
    return tuple(counts(quota, kind) for quota in office.quotas)


def _sees_area(office: HasQuotas) -> bool:
    return any(quota.area is not None for quota in office.quotas)


def _keys(office: HasQuotas, entry: int) -> tuple[Key, ...]:
    quota = office.quotas[entry]
    return tuple(key for key in KEYS if getattr(quota, key) is not None)


def _whom(office: HasQuotas, entry: int) -> Said:
    """Return which cards a quota counts, such as "area Alak, card KIA"."""
    quota, either = office.quotas[entry], said(" or ", " atau ")
    parts = (
        (said("area", "wilayah"), quota.area),
        (said("class", "kelas"), quota.urgency),
        (said("card", "kartu"), quota.card),
    )
    return joined(
        ", ",
        [
            joined(" ", [name, joined(either, names)])
            for name, names in parts
            if names is not None
        ],
    )


def _wants(office: HasQuotas, entry: int, key: str) -> Said:
    """Return what a key of a quota wants, such as "at most 5 cards a day"."""
    quota = office.quotas[entry]
    number, (per, of_all) = getattr(quota, key), _PER[quota.per]
    words = said("at most", "paling banyak")
    if key.startswith("at_least"):
        words = said("at least", "paling sedikit")
    if key.endswith("share"):
        share = said(
            "{share} of {of_all}",
            "{share} dari {of_all}",
            share=percent(Fraction(number)),
            of_all=of_all,
        )
        return joined(" ", [words, share])
    return joined(" ", [words, cards(number), per])


def _span(office: HasQuotas, entry: int, key: str, count: int) -> Said:
    per = office.quotas[entry].per
    if not count:
        return _NO_SPAN[per]
    if per == "plan":
        return said("the plan", "seluruh rencana")
    span = _SPANS[per, key.startswith("at_least")]
    return said("{span} ({count})", "{span} ({count})", span=span, count=count)


def _stated(office: HasQuotas, entry: int, key: str) -> dict[str, Any]:
    quota = office.quotas[entry]
    return {"per": quota.per, "limit": key, "value": str(getattr(quota, key))}


def _shown(figure: Fraction) -> Said:
    return decimal(figure, 0)


def _change(office: HasQuotas, entry: int, room: int) -> Said:
    """Return what change of a quota would make room for a plan."""
    quota = office.quotas[entry]
    keys = _keys(office, entry)
    if any(key.endswith("share") for key in keys):
        return said(
            "{cards} of the kind more or fewer would make room.",
            "{cards} kelompok itu lebih banyak atau lebih sedikit sudah cukup.",
            cards=cards(room),
        )
    if keys == ("at_least",) and quota.at_least is not None:
        return said(
            "At most {possible} are possible if the other rules stay.",
            "Paling banyak {possible} yang mungkin kalau aturan lainnya tetap.",
            possible=max(0, quota.at_least - room),
        )
    if keys == ("at_most",) and quota.at_most is not None:
        return said(
            "At least {possible} cannot be avoided if the other rules stay.",
            "Paling sedikit {possible} tidak terhindarkan kalau aturan lainnya tetap.",
            possible=quota.at_most + room,
        )
    return said(
        "A change by {cards} would make room.",
        "Perubahan sebanyak {cards} sudah cukup.",
        cards=cards(room),
    )


def _concerns(office: HasQuotas, entry: int, printer: BarePrinter) -> bool:
    """Return whether a printer prints any card of a quota's kind."""
    quota = office.quotas[entry]
    return all(
        prints is None or wanted is None or bool({*prints} & {*wanted})
        for prints, wanted in (
            (printer.cards, quota.card),
            (printer.areas, quota.area),
        )
    )


QUOTAS = Rule(
    "quotas",
    tuple(map(code, KEYS)),
    _limits,
    _says,
    problems=(
        _ids,
        _quotas_select_something,
        _quotas_set_a_limit,
        _least_is_at_most_the_most,
    ),
    needs={"per": "plan"},
    told=Told(
        reason="quota",
        title=said("Quotas", "Kuota"),
        caption=said(
            "Quotas: what each wants, and what is printed",
            "Kuota: yang diminta dan yang tercetak",
        ),
        note=said(
            "Printed and limit: the least and the most of all days or weeks. Each of "
            "them is in quotas.csv.",
            "Tercetak dan batas: yang paling sedikit dan yang paling banyak di antara "
            "semua hari atau minggu. Rinciannya ada di quotas.csv.",
        ),
        amounts=(
            said("Printed", "Tercetak"),
            said("Limit in cards", "Batas dalam kartu"),
        ),
        sees=_sees,
        sees_area=_sees_area,
        place=place,
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
        "report.cmp.left.rules.quotas": ("Quotas", "Kuota"),
        "unprinted.quota": (
            "a quota leaves no place for it",
            "kuota tidak menyisakan tempat",
        ),
        "explain.rule.quota": (
            "A quota holds it: there is a free place, but one card more of its kind on "
            "that day, or one fewer later, would break a quota.",
            "Yang menahannya kuota: ada tempat kosong, tetapi satu kartu lagi dari "
            "kelompoknya pada hari itu, atau satu kartu kurang sesudahnya, akan "
            "melanggar kuota.",
        ),
        "notice.quotas-left-out": (
            "The office has {count} quotas in [[quotas]]; this command leaves "
            "them out of account.",
            "Kantor ini punya {count} kuota dalam [[quotas]]; perintah ini tidak "
            "memperhitungkannya.",
            "The office has 1 quota in [[quotas]]; this command leaves it out of "
            "account.",
        ),
    },
)
