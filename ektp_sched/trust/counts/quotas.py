r"""What quotas say of a plan, period by period, in whole numbers.

A share a of n cards in all is a limit in cards: at most
:math:`\lfloor a n \rfloor`, at least :math:`\lceil a n \rceil`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from ektp_sched.office import calendar
from ektp_sched.trust.facts import MISSING, Facts, counted
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.office.decisions import Quota
    from ektp_sched.trust.findings import Findings
    from ektp_sched.words import Said

    Ints = NDArray[np.int64]

Rule: TypeAlias = Literal["at_most", "at_least", "at_most_share", "at_least_share"]

__all__ = [
    "RULES",
    "Period",
    "Rule",
    "Tally",
    "check_quotas",
    "limit_of",
    "periods",
    "place",
    "spans",
    "tally",
]

RULES: Final[tuple[Rule, ...]] = (
    "at_most",
    "at_least",
    "at_most_share",
    "at_least_share",
)
"""Keys of a quota that limit, in the order in which they are looked at."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Cards that a plan prints, as quotas count them.

    Parameters
    ----------
    printed
        Cards of each quota's kind by day, shape ``(Q, days)``.
    cards
        All cards by day, shape ``(days,)``.
    waiting
        Applications of the kind that could be printed by the end of a day and
        are not: ready by then, with an eligible printer, not pinned later.
        Shape ``(Q, days)``.
    """

    printed: Ints
    cards: Ints
    waiting: Ints


@dataclass(frozen=True, slots=True)
class Period:
    """One limit of a quota over one stretch of days.

    Parameters
    ----------
    quota
        Index of the quota.
    rule
        Which of its keys.
    first, last
        Day offsets, both included.
    printed, cards
        Cards of the kind, and all cards, printed in that time.
    limit
        What the key comes to in cards.
    waiting
        Of the kind, left waiting at the end of it though they could have been
        printed; see ``Tally``.
    """

    quota: int
    rule: Rule
    first: int
    last: int
    printed: int
    cards: int
    limit: int
    waiting: int

    @property
    def enough(self) -> bool:
        """Return whether the cards printed keep the limit by themselves."""
        if self.rule.startswith("at_most"):
            return self.printed <= self.limit
        return self.printed >= self.limit

    @property
    def kept(self) -> bool:
        """Return whether the limit is kept; a minimum is where nobody is left."""
        nobody = self.rule.startswith("at_least") and not self.waiting
        return self.enough or nobody


def place(office: Office, index: int) -> str:
    """Return a quota's place in office.toml, with its id if it has one."""
    name = office.quotas[index].id
    return f"quotas[{index + 1}]" if name is None else f"quotas[{index + 1}] ({name})"


def spans(
    quota: Quota, rule: Rule, office: Office, start: date, days: int
) -> list[tuple[int, int]]:
    """Return the stretches of days over each of which a limit holds.

    Parameters
    ----------
    quota
        Its ``per`` counts.
    rule
        A maximum holds on every day, and in weeks that the horizon cuts too; a
        minimum on working days of the calendar, and in whole weeks.
    office, start, days
        The calendar and the horizon.

    Returns
    -------
    list of tuple of int
        First and last day offset, ascending.
    """
    least = rule.startswith("at_least")
    if quota.per == "plan":
        return [(0, days - 1)]
    if quota.per == "day":
        open_ = calendar(office, start, days).open
        return [(d, d) for d in range(days) if not least or open_[d]]
    weeks = [(monday, monday + 6) for monday in range(-start.weekday(), days, 7)]
    if least:
        return [(a, b) for a, b in weeks if a >= 0 and b < days]
    return [(max(a, 0), min(b, days - 1)) for a, b in weeks]


def limit_of(quota: Quota, rule: Rule, cards: int) -> int:
    """Return what a limit comes to in cards, of so many cards in all."""
    value = Fraction(getattr(quota, rule))
    if rule == "at_most_share":
        return value * cards // 1
    return -(-value * cards // 1) if rule == "at_least_share" else int(value)


def tally(facts: Facts) -> Tally:
    """Count a plan's cards, and who is left, by quota and day.

    Parameters
    ----------
    facts
        The plan laid beside its applications.
    """
    kinds, days = facts.kinds, facts.days
    rows, good = facts.rows, facts.valid()
    shape = (len(kinds.signs), days)
    sign = kinds.sign[facts.kind]
    at = rows.day[good].astype(np.int64)
    by_sign = counted(sign[rows.application[good]] * days + at, shape)
    able = np.asarray(kinds.printers.any(axis=1))[facts.kind]
    pinned = np.where(facts.pinned == MISSING, 0, facts.pinned)
    begins = np.maximum(np.maximum(facts.ready, pinned), 0).astype(np.int64)
    width = days + 1
    begins = np.minimum(begins, days)
    ends = np.maximum(facts.printed.astype(np.int64), begins)
    wide = (len(kinds.signs), width)
    steps = counted(sign[able] * width + begins[able], wide)
    steps -= counted(sign[able] * width + ends[able], wide)
    member = kinds.signs.T.astype(np.int64)
    return Tally(
        printed=member @ by_sign,
        cards=by_sign.sum(axis=0),
        waiting=member @ steps.cumsum(axis=1)[:, :days],
    )


def periods(facts: Facts, found: Tally) -> tuple[Period, ...]:
    """Return every limit of every quota over every stretch of days.

    Parameters
    ----------
    facts
        The plan and its office.
    found
        Its cards, as `tally` counts them.

    Returns
    -------
    tuple of Period
        By quota, then key, then time.
    """
    return tuple(_periods(facts, found))


def _periods(facts: Facts, found: Tally) -> Iterator[Period]:
    office = facts.office
    cards = _sums(found.cards)
    for index, quota in enumerate(office.quotas):
        printed, waiting = _sums(found.printed[index]), found.waiting[index].tolist()
        for rule in RULES:
            if getattr(quota, rule) is None:
                continue
            for first, last in spans(quota, rule, office, facts.start, facts.days):
                some = printed[last + 1] - printed[first]
                every = cards[last + 1] - cards[first]
                limit = limit_of(quota, rule, every)
                figures = (some, every, limit, waiting[last])
                yield Period(index, rule, first, last, *figures)


def _sums(daily: Ints) -> list[int]:
    """Return the sum of the days before each day, one entry more than days."""
    return [0, *np.cumsum(daily).tolist()]


def check_quotas(facts: Facts, findings: Findings) -> None:
    """Add a violation for every period in which a quota is not kept.

    Parameters
    ----------
    facts
        The plan and the office.
    findings
        Where violations go.
    """
    if not facts.office.quotas:
        return
    found = periods(facts, tally(facts))
    for rule in RULES:
        code = f"quota-{rule.replace('_', '-')}"
        some = [period for period in found if period.rule == rule]
        wrong = np.array([not period.kept for period in some], dtype=bool)
        for (index,) in findings.places(code, wrong):
            period = some[index]
            day = period.first if period.first == period.last else None
            findings.add(code, _sentence(period, facts, findings), day=day)


def _sentence(period: Period, facts: Facts, findings: Findings) -> Said:
    """Return what a quota wants of a period, and what is printed in it."""
    quota = facts.office.quotas[period.quota]
    most = period.rule.startswith("at_most")
    limit = said("{limit}", "{limit}", limit=period.limit)
    if period.rule.endswith("share"):
        limit = said(
            "{limit} ({share} of {cards})",
            "{limit} ({share} dari {cards})",
            limit=period.limit,
            share=str(getattr(quota, period.rule)),
            cards=period.cards,
        )
    first, last = (str(findings.date_of(d)) for d in (period.first, period.last))
    when = said("on {first}", "pada {first}", first=first)
    if period.first != period.last:
        when = said(
            "from {first} to {last}",
            "dari {first} sampai {last}",
            first=first,
            last=last,
        )
    figures: dict[str, str | int] = {
        "quota": place(facts.office, period.quota),
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
