"""Cards of a kind are at most, or at least, so many a day, a week, or a plan."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, Literal, Protocol, TypeAlias

import numpy as np
from pydantic import BeforeValidator, Field

from ektp_sched.rules.areas import HasAreas, area_problem
from ektp_sched.rules.fields import (
    AreaName,
    CardName,
    ClassName,
    Count,
    Share,
    Table,
    Text,
)
from ektp_sched.rules.forms import Form, quoted
from ektp_sched.rules.limit import Limit
from ektp_sched.rules.nearest import unknown
from ektp_sched.rules.problems import Problem, id_problems
from ektp_sched.rules.rule import Rule
from ektp_sched.rules.stock import HasCards
from ektp_sched.words import by_form, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.rules.limit import Period
    from ektp_sched.rules.world import Kind, World
    from ektp_sched.words import Said

Key: TypeAlias = Literal["at_most", "at_least", "at_most_share", "at_least_share"]

__all__ = [
    "KEYS",
    "QUOTAS",
    "HasQuotas",
    "Key",
    "Quota",
    "code",
    "counts",
    "key_of",
    "place",
]

KEYS: Final[tuple[Key, ...]] = (
    "at_most",
    "at_least",
    "at_most_share",
    "at_least_share",
)
"""Keys of a quota that limit, in the order in which they are looked at."""


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


_ONE_OR_MORE: Final = BeforeValidator(_one_or_more)


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

    id: Annotated[Text | None, Form(quoted("an id", "id", "kia"))] = Field(
        default=None,
        description=said(
            "Short name of the quota, may be empty.",
            "Nama singkat kuota, boleh kosong.",
        ),
    )
    urgency: Annotated[
        Annotated[tuple[ClassName, ...], _ONE_OR_MORE, Field(min_length=1)] | None,
        _selection("emergency"),
    ] = Field(
        default=None,
        description=said(
            "Classes that count, separated by semicolons. Empty: all.",
            "Kelas yang dihitung, dipisah titik koma. Kosong: semua.",
        ),
    )
    card: Annotated[
        Annotated[tuple[CardName, ...], _ONE_OR_MORE, Field(min_length=1)] | None,
        _selection("KTP-el"),
    ] = Field(
        default=None,
        description=said(
            "Card types that count, separated by semicolons. Empty: all.",
            "Jenis kartu yang dihitung, dipisah titik koma. Kosong: semua.",
        ),
    )
    area: Annotated[
        Annotated[tuple[AreaName, ...], _ONE_OR_MORE, Field(min_length=1)] | None,
        _selection("Alak"),
    ] = Field(
        default=None,
        description=said(
            "Areas that count, separated by semicolons. Empty: all.",
            "Wilayah yang dihitung, dipisah titik koma. Kosong: semua.",
        ),
    )
    per: Annotated[Literal["day", "week", "plan"], Form(choice="period")] = Field(
        description=said(
            "Whether the limits hold each working day, each week or over the whole "
            "plan.",
            "Batas berlaku per hari kerja (day), per minggu (week) atau untuk seluruh "
            "rencana (plan).",
        )
    )
    at_most: Count | None = Field(
        default=None,
        description=said(
            "At most so many cards. Empty: no limit.",
            "Paling banyak sekian kartu. Kosong: tanpa batas.",
        ),
    )
    at_least: Count | None = Field(
        default=None,
        description=said(
            "At least so many cards. Empty: no limit.",
            "Paling sedikit sekian kartu. Kosong: tanpa batas.",
        ),
    )
    at_most_share: Share | None = Field(
        default=None,
        description=said(
            "At most this part of all cards printed, 0 to 1.",
            "Paling banyak bagian ini dari semua kartu yang dicetak, 0 sampai 1.",
        ),
    )
    at_least_share: Share | None = Field(
        default=None,
        description=said(
            "At least this part of all cards printed, 0 to 1.",
            "Paling sedikit bagian ini dari semua kartu yang dicetak, 0 sampai 1.",
        ),
    )


class HasQuotas(HasCards, HasAreas, Protocol):
    """What says which quotas a plan must keep to, and the names in them."""

    quotas: tuple[Quota, ...]


def _ids(office: HasQuotas) -> Iterator[Problem]:
    quotas = enumerate(office.quotas)
    named = ((("quotas", index), q.id) for index, q in quotas if q.id is not None)
    yield from id_problems(named, said("quota", "kuota"))


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


def _quotas_name_known_kinds(office: HasQuotas) -> Iterator[Problem]:
    for index, quota in enumerate(office.quotas):
        for at, name in enumerate(quota.urgency or ()):
            if name not in office.urgency:
                sentence = unknown("urgency class", name, office.urgency)
                yield Problem(("quotas", index, "urgency", at), sentence)
        for at, name in enumerate(quota.card or ()):
            if name not in office.cards:
                sentence = unknown("card type", name, office.cards)
                yield Problem(("quotas", index, "card", at), sentence)
        for at, name in enumerate(quota.area or ()):
            wrong = area_problem(office, name)
            if wrong is not None:
                yield Problem(("quotas", index, "area", at), wrong)


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
    name = office.quotas[index].id
    return key_of(index) if name is None else f"{key_of(index)} ({name})"


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
                place(world.office, number),
                number,
                weights[number],
                first,
                last,
                Fraction(amount) if share else np.full(len(first), int(amount)),
                sense="least" if least else "most",
                unless=weights[number][None] > 0,
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
        "quota": period.limit.place,
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
        _quotas_name_known_kinds,
    ),
)
