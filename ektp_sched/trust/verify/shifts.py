"""Which shifts a plan works, and every rule that they must keep.

What limits their uses is stated with the rule; which days it may be worked on is read
here once more.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from ektp_sched.office import calendar
from ektp_sched.rules.fields import DAYS
from ektp_sched.rules.shifts import limits_on_uses
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ektp_sched.documents import ShiftUse
    from ektp_sched.documents.trees import Use
    from ektp_sched.office import Office
    from ektp_sched.rules import Limit
    from ektp_sched.rules.shifts import Shift
    from ektp_sched.trust.findings import Findings
    from ektp_sched.words import Said

    Broken = tuple[Limit, range, int]
    Says = Callable[["_ShiftUses", Limit, range, int], tuple[Said, int | None]]


@dataclass(frozen=True, slots=True)
class Worked:
    """A shift that a plan says is worked.

    Parameters
    ----------
    shift
        Its id, as stated.
    day
        Offset from the start.
    cost_idr
        What it is said to cost, rupiah.
    """

    shift: str
    day: int
    cost_idr: int


def read_shifts(shifts: Sequence[ShiftUse], start: date) -> tuple[Worked, ...]:
    """Return the shifts that a plan says are worked, in its order."""
    return tuple(
        Worked(use.shift, (use.day - start).days, use.cost_idr) for use in shifts
    )


def known_uses(
    stated: Iterable[Worked], office: Office, days: int
) -> tuple[tuple[str, int], ...]:
    """Return id and day of each use that can be, once each, by day and id."""
    ids = {shift.id for shift in office.shifts}
    uses = {
        (use.day, use.shift)
        for use in stated
        if use.shift in ids and 0 <= use.day < days
    }
    return tuple((shift, day) for day, shift in sorted(uses))


def shift_costs(office: Office, uses: Iterable[tuple[str, int]]) -> int:
    """Return what uses cost together by the office's table, rupiah."""
    costs = {shift.id: shift.cost_idr for shift in office.shifts}
    return sum(costs[shift] for shift, _ in uses)


class ShiftRules:
    """What an office's tables say of the use of its shifts over a horizon.

    Parameters
    ----------
    office
        Its ``[[shifts]]``, ``[budget]`` and ``[calendar]``.
    start, days
        The horizon.
    """

    def __init__(self, office: Office, start: date, days: int) -> None:
        self.office, self.start, self.days = office, start, days
        rules = office.calendar
        off = {*calendar(office, start, days).holidays, *rules.closed}
        self._kept_free = off - {*rules.open}

    def names(self, shift: Shift, day: date) -> bool:
        """Return whether a shift's ``days`` name a date or its weekday."""
        return day in shift.days or DAYS[day.weekday()] in shift.days

    def kept_free(self, shift: Shift, day: date) -> bool:
        """Return whether a date is a day off that a shift must leave alone."""
        return day in self._kept_free and not shift.on_holidays

    def sums(self, uses: Sequence[Use]) -> set[tuple[tuple[int, ...], int]]:
        """Return every rule as weights of uses and the most they may add up to."""
        days = {day for day, _ in uses}
        sums = {(tuple(int(on == day) for on, _ in uses), 1) for day in days}
        every = [(name, day) for day, names in uses for name in names]
        for limit in limits_on_uses(self.office, self.start, self.days, every):
            weight = self._weights(limit)
            for first, last, most in limit.stretches:
                here = [
                    sum(weight[name] for name in names) if first <= day <= last else 0
                    for day, names in uses
                ]
                sums.add((tuple(here), most))
        return sums

    def stopped_by(
        self, worked: Sequence[tuple[str, int]], shift: str, day: int
    ) -> tuple[str, ...]:
        """Return places of the rules that leave no room for one use more."""
        broken = self.broken([(shift, day), *worked])
        return tuple(
            dict.fromkeys(
                limit.place
                for limit, days, _ in broken
                if day in days and self._weights(limit)[shift]
            )
        )

    def broken(self, worked: Sequence[tuple[str, int]]) -> Iterator[Broken]:
        """Yield each limit on uses that is not kept, in which days, and the uses."""
        for limit in limits_on_uses(self.office, self.start, self.days, worked):
            weight = self._weights(limit)
            for first, last, most in limit.stretches:
                uses = sum(weight[name] for name, on in worked if first <= on <= last)
                if uses > most:
                    yield limit, range(first, last + 1), uses

    def _weights(self, limit: Limit) -> dict[str, int]:
        """Return what a use of each shift counts."""
        ids = [shift.id for shift in self.office.shifts]
        return dict(zip(ids, limit.weights.tolist(), strict=True))

    def may_be_worked(self) -> list[tuple[str, int]]:
        """Return id and day offset of every use, by day and id."""
        dates = [self.start + timedelta(days=day) for day in range(self.days)]
        return [
            (shift.id, number)
            for number, day in enumerate(dates)
            for shift in sorted(self.office.shifts, key=lambda shift: shift.id)
            if self.names(shift, day) and not self.kept_free(shift, day)
        ]


def check_shifts(
    stated: Sequence[Worked], rules: ShiftRules, findings: Findings
) -> None:
    """Add a violation for every rule that the shifts of a plan break."""
    ids = {shift.id for shift in rules.office.shifts}
    for use in stated:
        if use.shift not in ids:
            findings.add(
                "unknown-shift",
                said(
                    'The plan works shift "{shift}", and no table [[shifts]] has this '
                    "id.",
                    'Rencana memakai shift "{shift}", padahal tidak ada tabel '
                    "[[shifts]] dengan id itu.",
                    shift=use.shift,
                ),
                day=use.day,
            )
        elif not 0 <= use.day < rules.days:
            findings.add(
                "shift-outside",
                said(
                    "Shift {shift} is worked on a day outside the plan's horizon.",
                    "Shift {shift} dipakai pada hari di luar masa rencana.",
                    shift=use.shift,
                ),
                day=use.day,
            )
    order = [(use.day, use.shift) for use in stated]
    if order != sorted(order):
        message = said(
            "The shifts are not sorted by day and id.",
            "Daftar shift tidak urut menurut hari dan id.",
        )
        findings.add("row-order", message)
    known = known_uses(stated, rules.office, rules.days)
    broken = list(rules.broken(known))
    for number, shift in enumerate(rules.office.shifts):
        uses = [u for u in stated if u.shift == shift.id and 0 <= u.day < rules.days]
        days = sorted({use.day for use in uses})
        place = f"shifts[{number + 1}]"
        worked = _ShiftUses(shift, place, uses, days, rules, findings)
        for rule in _RULES:
            rule(worked)
        worked.say([each for each in broken if each[0].place.startswith(place)])
    _budget_is_kept(broken, findings)


def _budget_is_kept(broken: Sequence[Broken], findings: Findings) -> None:
    for limit, _, cost in broken:
        if limit.code == "budget":
            sentence = said(
                "The shifts cost {cost} rupiah together; budget.idr is {most}.",
                "Semua shift bersama-sama berbiaya {cost} rupiah; budget.idr adalah "
                "{most}.",
                cost=cost,
                most=next(limit.stretches)[2],
            )
            findings.add("budget", sentence)


@dataclass(frozen=True, slots=True)
class _ShiftUses:
    """One shift, its place in office.toml, and how a plan works it."""

    shift: Shift
    place: str
    uses: Sequence[Worked]
    days: Sequence[int]
    rules: ShiftRules
    findings: Findings

    def add(self, code: str, message: Said, day: int | None = None) -> None:
        """Add a violation whose message goes on after the shift's id."""
        whole = said(
            "Shift {id} {message}.",
            "Shift {id} {message}.",
            id=self.shift.id,
            message=message,
        )
        self.findings.add(code, whole, day=day)

    def say(self, broken: Iterable[Broken]) -> None:
        """Add a violation for each of its limits that is not kept."""
        for limit, stretch, uses in broken:
            self.add(limit.code, *_SAYS[limit.code](self, limit, stretch, uses))

    def date(self, day: int) -> str:
        return str(self.findings.date_of(day))


def _day_is_allowed(worked: _ShiftUses) -> None:
    for number in worked.days:
        day = worked.rules.start + timedelta(days=number)
        if not worked.rules.names(worked.shift, day):
            what = said(
                "is worked on {day}, which {place}.days does not name",
                "dipakai pada {day}, yang tidak disebut {place}.days",
                day=str(day),
                place=worked.place,
            )
            worked.add("shift-day", what, number)
        if worked.rules.kept_free(worked.shift, day):
            what = said(
                "is worked on {day}, a holiday or closed date, and {place}.on_holidays "
                "is not true",
                "dipakai pada {day}, hari libur atau tanggal tutup, padahal "
                "{place}.on_holidays bukan true",
                day=str(day),
                place=worked.place,
            )
            worked.add("shift-holiday", what, number)


def _once_a_day(worked: _ShiftUses) -> None:
    for number, times in sorted(Counter(use.day for use in worked.uses).items()):
        if times > 1:
            what = said(
                "is worked {times} times on {day}; {place} can be worked once a day",
                "dipakai {times} kali pada {day}; {place} dapat dipakai sekali sehari",
                times=times,
                day=worked.date(number),
                place=worked.place,
            )
            worked.add("shift-twice", what, number)


def _costs_what_it_costs(worked: _ShiftUses) -> None:
    for use in worked.uses:
        if use.cost_idr != worked.shift.cost_idr:
            what = said(
                "on {day} is said to cost {stated} rupiah; {place}.cost_idr is {cost}",
                "pada {day} dinyatakan berbiaya {stated} rupiah; {place}.cost_idr "
                "adalah {cost}",
                day=worked.date(use.day),
                stated=use.cost_idr,
                place=worked.place,
                cost=worked.shift.cost_idr,
            )
            worked.add("shift-cost", what, use.day)


def _too_many(
    _: _ShiftUses, limit: Limit, __: range, uses: int
) -> tuple[Said, int | None]:
    what = said(
        "is worked on {uses} days; {place} is {most}",
        "dipakai pada {uses} hari; {place} adalah {most}",
        uses=uses,
        place=limit.place,
        most=next(limit.stretches)[2],
    )
    return what, None


def _too_many_in_a_week(
    worked: _ShiftUses, limit: Limit, week: range, uses: int
) -> tuple[Said, int | None]:
    since_monday = (worked.rules.start.weekday() + week[0]) % 7
    what = said(
        "is worked on {uses} days of the week from {monday}; {place} is {most}",
        "dipakai pada {uses} hari dalam minggu mulai {monday}; {place} adalah {most}",
        uses=uses,
        monday=worked.date(week[0] - since_monday),
        place=limit.place,
        most=next(limit.stretches)[2],
    )
    return what, None


def _too_soon(
    worked: _ShiftUses, limit: Limit, stretch: range, _: int
) -> tuple[Said, int | None]:
    first, second = [day for day in worked.days if day in stretch][:2]
    what = said(
        "is worked on {first} and {second}; {place} wants {rest} whole days between",
        "dipakai pada {first} dan {second}; {place} menghendaki {rest} hari penuh di "
        "antaranya",
        first=worked.date(first),
        second=worked.date(second),
        place=limit.place,
        rest=worked.shift.rest_days,
    )
    return what, second


_RULES: Final[Sequence[Callable[[_ShiftUses], None]]] = (
    _day_is_allowed,
    _once_a_day,
    _costs_what_it_costs,
)
_SAYS: Final[dict[str, Says]] = {
    "shift-uses": _too_many,
    "shift-week": _too_many_in_a_week,
    "shift-rest": _too_soon,
}
