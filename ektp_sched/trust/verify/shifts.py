"""Which shifts a plan works, and every rule that they must keep.

The rules are read once more here, from the office's tables and nothing that
chooses shifts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ektp_sched.office import calendar
from ektp_sched.rules.fields import DAYS
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ektp_sched.documents import ShiftUse
    from ektp_sched.documents.certificate import Use
    from ektp_sched.office import Office
    from ektp_sched.rules.shifts import Shift
    from ektp_sched.trust.findings import Findings
    from ektp_sched.words import Said

__all__ = [
    "ShiftRules",
    "Worked",
    "check_shifts",
    "known_uses",
    "read_shifts",
    "shift_costs",
]


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
        days = sorted({day for day, _ in uses})
        limits = {(tuple(int(on == day) for on, _ in uses), 1) for day in days}
        if self.office.budget is not None:
            costs = tuple(
                shift_costs(self.office, [(name, day) for name in names])
                for day, names in uses
            )
            limits.add((costs, self.office.budget.idr))
        for shift in self.office.shifts:
            used = [shift.id in names for _, names in uses]
            if shift.max_uses is not None:
                limits.add((tuple(map(int, used)), shift.max_uses))
            spans = [(day, day + shift.rest_days, 1) for day in days]
            if shift.max_per_week is not None:
                first = self.start.weekday()
                mondays = {7 * self.week(day) - first for day in days}
                spans += [(day, day + 6, shift.max_per_week) for day in mondays]
            for first, last, most in spans:
                pairs = zip(used, uses, strict=True)
                here = [own and first <= day <= last for own, (day, _) in pairs]
                limits.add((tuple(map(int, here)), most))
        return limits

    def stopped_by(
        self, worked: Sequence[tuple[str, int]], shift: str, day: int
    ) -> tuple[str, ...]:
        """Return places of the rules that leave no room for one use more."""
        taken = [(shift, day), *worked]
        number = [one.id for one in self.office.shifts].index(shift)
        own = self.office.shifts[number]
        days = {on for name, on in taken if name == shift}
        week = {on for on in days if self.week(on) == self.week(day)}
        budget = self.office.budget
        near = any(0 < abs(on - day) <= own.rest_days for on in days)
        stops = {
            "budget.idr": budget is not None
            and shift_costs(self.office, taken) > budget.idr,
            "max_uses": own.max_uses is not None and len(days) > own.max_uses,
            "max_per_week": own.max_per_week is not None
            and len(week) > own.max_per_week,
            "rest_days": near,
        }
        return tuple(
            place if "." in place else f"shifts[{number + 1}].{place}"
            for place, stop in stops.items()
            if stop
        )

    def week(self, day: int) -> int:
        """Return the number of a day's week, Monday to Sunday, from the start's."""
        return (day + self.start.weekday()) // 7

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
    for number, shift in enumerate(rules.office.shifts, 1):
        uses = [u for u in stated if u.shift == shift.id and 0 <= u.day < rules.days]
        days = sorted({use.day for use in uses})
        worked = _ShiftUses(shift, f"shifts[{number}]", uses, days, rules, findings)
        for rule in _RULES:
            rule(worked)
    _budget_is_kept(stated, rules, findings)


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


def _uses_are_counted(worked: _ShiftUses) -> None:
    uses, most = len(worked.days), worked.shift.max_uses
    if most is not None and uses > most:
        what = said(
            "is worked on {uses} days; {place}.max_uses is {most}",
            "dipakai pada {uses} hari; {place}.max_uses adalah {most}",
            uses=uses,
            place=worked.place,
            most=most,
        )
        worked.add("shift-uses", what)


def _weeks_are_counted(worked: _ShiftUses) -> None:
    most, first = worked.shift.max_per_week, worked.rules.start.weekday()
    weeks = Counter(worked.rules.week(day) for day in worked.days)
    for week, uses in sorted(weeks.items()):
        if most is not None and uses > most:
            what = said(
                "is worked on {uses} days of the week from {monday}; "
                "{place}.max_per_week is {most}",
                "dipakai pada {uses} hari dalam minggu mulai {monday}; "
                "{place}.max_per_week adalah {most}",
                uses=uses,
                monday=worked.date(7 * week - first),
                place=worked.place,
                most=most,
            )
            worked.add("shift-week", what)


def _rest_is_kept(worked: _ShiftUses) -> None:
    rest = worked.shift.rest_days
    for first, second in pairwise(worked.days):
        if second - first <= rest:
            what = said(
                "is worked on {first} and {second}; {place}.rest_days wants {rest} "
                "whole days between",
                "dipakai pada {first} dan {second}; {place}.rest_days menghendaki "
                "{rest} hari penuh di antaranya",
                first=worked.date(first),
                second=worked.date(second),
                place=worked.place,
                rest=rest,
            )
            worked.add("shift-rest", what, second)


def _budget_is_kept(
    stated: Sequence[Worked], rules: ShiftRules, findings: Findings
) -> None:
    budget = rules.office.budget
    if budget is None:
        return
    cost = shift_costs(rules.office, known_uses(stated, rules.office, rules.days))
    if cost > budget.idr:
        findings.add(
            "budget",
            said(
                "The shifts cost {cost} rupiah together; budget.idr is {most}.",
                "Semua shift bersama-sama berbiaya {cost} rupiah; budget.idr adalah "
                "{most}.",
                cost=cost,
                most=budget.idr,
            ),
        )


_RULES: Final[Sequence[Callable[[_ShiftUses], None]]] = (
    _day_is_allowed,
    _once_a_day,
    _costs_what_it_costs,
    _uses_are_counted,
    _weeks_are_counted,
    _rest_is_kept,
)
