"""Cards of a kind are at most, or at least, so many a day, a week, or a plan."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from ektp_sched.rules.limit import Limit
from ektp_sched.rules.rule import Rule
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.rules.decisions import Quota
    from ektp_sched.rules.limit import Period
    from ektp_sched.rules.world import Kind, World
    from ektp_sched.words import Said

Key: TypeAlias = Literal["at_most", "at_least", "at_most_share", "at_least_share"]

__all__ = ["KEYS", "QUOTAS", "Key", "code", "counts", "key_of"]

KEYS: Final[tuple[Key, ...]] = (
    "at_most",
    "at_least",
    "at_most_share",
    "at_least_share",
)
"""Keys of a quota that limit, in the order in which they are looked at."""


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


def code(key: Key) -> str:
    """Return what a breach of a key is called, such as ``quota-at-most``."""
    return f"quota-{key.replace('_', '-')}"


def _limits(world: World) -> Iterator[Limit]:
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
                Fraction(amount) if share else np.full(len(first), int(amount)),
                sense="least" if least else "most",
                unless=weights[number][None] > 0 if least else None,
                id=quota.id,
            )


def _says(world: World, period: Period) -> Said:
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


QUOTAS = Rule(
    "quotas",
    tuple(map(code, KEYS)),
    _limits,
    _says,
    holds_back=True,
    reason="quota",
)
