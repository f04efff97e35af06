"""Shifts: more capacity on a day, if the plan decides so, and what they may cost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Final, Protocol

import numpy as np
from pydantic import Field, PlainValidator, field_validator
from pydantic_core import PydanticCustomError

from ektp_sched.rules.calendar import calendar
from ektp_sched.rules.capacity import HasMachines, by_id, stretches
from ektp_sched.rules.fields import (
    DAYS,
    DayName,
    Days,
    Exact,
    Flag,
    ResourceName,
    Rupiah,
    Table,
    Text,
    a_day,
    noted,
)
from ektp_sched.rules.forms import Form, Kind, listed, quoted
from ektp_sched.rules.limit import Limit
from ektp_sched.rules.nearest import unknown
from ektp_sched.rules.problems import Problem, entry_id_problems
from ektp_sched.rules.rule import Rule, Stated, Without
from ektp_sched.rules.tiers import DECISION_TIERS
from ektp_sched.rules.world import weeks
from ektp_sched.words import by_form, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.rules.aims import PlanRules
    from ektp_sched.rules.calendar import Calendar
    from ektp_sched.rules.capacity import Server


def _weekday_or_date(value: object) -> object:
    if not isinstance(value, str):
        return a_day(value)
    if value not in DAYS:
        sentence = unknown("day", value, DAYS)
        raise PydanticCustomError("sentence", "{text}", {"text": sentence})
    return value


ShiftDay = Annotated[
    DayName | date,
    PlainValidator(_weekday_or_date),
    Form(
        by_form(
            said(
                'a day such as "sat", or a date without quotes',
                'hari, misalnya "sat", atau tanggal tanpa tanda kutip',
            ),
            said(
                "a day such as sat, or a date such as 2017-12-27",
                "hari, misalnya sat, atau tanggal, misalnya 2017-12-27",
            ),
        )
    ),
]
_DAYS: Final = Form(
    by_form(
        said(
            "days or dates in brackets, such as {example}",
            "hari atau tanggal dalam kurung siku, misalnya {example}",
            example='["sat", 2017-12-27]',
        ),
        said(
            "days or dates, separated by ;, such as sat; 2017-12-27",
            "hari atau tanggal, dipisahkan dengan ;, misalnya sat; 2017-12-27",
        ),
    ),
    kind=Kind.DAYS,
    choices=DAYS,
)


class Shift(Table):
    """Entry of ``[[shifts]]``: more capacity on a day, if the plan decides so."""

    id: Annotated[Text, Form(quoted("an id", "id", "saturday"))] = noted(
        "Short name of the extra shift: letters, digits, . _ -; up to 40.",
        "Nama singkat shift tambahan: huruf, angka, titik, garis; sampai 40.",
    )
    days: Annotated[tuple[ShiftDay, ...], _DAYS] = noted(
        "Days (mon … sun) or dates on which it may be used, separated by semicolons.",
        "Hari (mon Senin … sun Minggu) atau tanggal shift ini boleh dipakai, "
        "dipisah titik koma.",
        min_length=1,
    )
    share: Annotated[Exact, Field(gt=0, le=4)] = noted(
        "Cards that it adds, part of a full day: above 0, up to 4. Empty: 1.",
        "Tambahan kartu, bagian dari sehari penuh: di atas 0 sampai 4. Kosong: 1.",
        default=Decimal(1),
    )
    cost_idr: Rupiah = noted(
        "Cost of each day on which it is used, in rupiah. Empty: 0.",
        "Biaya setiap hari dipakai, dalam rupiah. Kosong: 0.",
        default=0,
    )
    max_uses: Annotated[Days, Field(ge=1, le=3660)] | None = noted(
        "Most days of a plan on which it is used. Empty: no limit.",
        "Paling banyak berapa hari dipakai dalam satu rencana. Kosong: tanpa batas.",
        default=None,
    )
    max_per_week: Annotated[Days, Field(ge=1, le=7)] | None = noted(
        "Most days a week, Monday to Sunday. Empty: no limit.",
        "Paling banyak berapa hari seminggu, Senin sampai Minggu. Kosong: tanpa batas.",
        default=None,
    )
    rest_days: Annotated[Days, Field(ge=0, le=3660)] = noted(
        "Least whole days between two uses. Empty: 0.",
        "Paling sedikit berapa hari penuh di antara dua pemakaian. Kosong: 0.",
        default=0,
    )
    resources: Annotated[
        tuple[ResourceName, ...] | None,
        Form(
            listed("at least one id", "paling sedikit satu id", "server-1", end="all"),
        ),
    ] = noted(
        "Printers and servers that it opens, separated by semicolons. Empty: all.",
        "Printer dan server yang ditambahnya, dipisah titik koma. Kosong: semua.",
        default=None,
        min_length=1,
    )
    on_holidays: Flag = noted(
        "Whether also on holidays and closed dates.",
        "Apakah boleh juga pada hari libur dan tanggal tutup.",
        default=False,
    )

    @field_validator("days")
    @classmethod
    def _weekdays_then_dates(cls, value: tuple[ShiftDay, ...]) -> tuple[ShiftDay, ...]:
        names = {day for day in value if isinstance(day, str)}
        dates = {day for day in value if isinstance(day, date)}
        return (*sorted(names, key=DAYS.index), *sorted(dates))

    def opens(self, resource: str) -> bool:
        """Return whether it adds cards to a printer or server."""
        return self.resources is None or resource in self.resources

    def after(self, on: date, last: date, *, used: bool) -> Shift | None:
        """Return it from the day after one on, up to another; None if nothing is left.

        A use on that day leaves out what its rest and its most in a week leave out.
        """
        today = DAYS[on.weekday()]
        named = {day for day in self.days if isinstance(day, str)}
        by_date = named if used else named & {today}
        if not by_date and on not in self.days:
            return self
        first = on + timedelta(days=1)
        if used:
            first += timedelta(days=self.rest_days)
            if self.max_per_week == 1:
                first = max(first, on + timedelta(days=7 - on.weekday()))
        ahead = (first + timedelta(days=n) for n in range((last - first).days + 1))
        dates = {each for each in ahead if DAYS[each.weekday()] in by_date}
        own = {each for each in self.days if isinstance(each, date)}
        dates |= {each for each in own if (each >= first if used else each != on)}
        uses = self.max_uses
        if used and uses is not None:
            uses -= 1
        days = (*sorted(named - by_date, key=DAYS.index), *sorted(dates))
        if not days or uses == 0:
            return None
        return self.model_copy(update={"days": days, "max_uses": uses})


class Budget(Table):
    """Table ``[budget]``: rupiah that all shifts of a plan may cost together."""

    idr: Rupiah = noted(
        "Rupiah that all shifts of a plan may cost together. Empty: no limit.",
        "Rupiah paling banyak untuk semua shift dalam satu rencana. Kosong: tanpa "
        "batas.",
    )


class HasShifts(HasMachines, Protocol):
    """What says which shifts a plan may use, and for how much."""

    shifts: tuple[Shift, ...]
    budget: Budget | None


class HasShiftsAndAims(HasShifts, Protocol):
    """What says in which order plans are better, too."""

    plan: PlanRules


def _ids(office: HasShifts) -> Iterator[Problem]:
    yield from entry_id_problems("shifts", office.shifts, said("shift", "shift"))


def _rest_leaves_the_most_uses_a_week(office: HasShifts) -> Iterator[Problem]:
    for index, shift in enumerate(office.shifts):
        most = _uses_in_a_week(shift.rest_days)
        if shift.max_per_week is not None and shift.max_per_week > most:
            yield Problem(
                ("shifts", index, "max_per_week"),
                said(
                    "{uses} a week cannot be with rest_days = {rest}, which leaves "
                    "{most} at most; correct one of them",
                    "{uses} kali seminggu tidak mungkin dengan rest_days = {rest}, "
                    "yang hanya memungkinkan {most}; perbaiki salah satunya",
                    uses=shift.max_per_week,
                    rest=shift.rest_days,
                    most=most,
                ),
            )


def _uses_in_a_week(rest_days: int) -> int:
    """Return on how many days from Monday to Sunday there can be a use."""
    return 6 // (rest_days + 1) + 1


_PLACE: Final = re.compile(r"shifts\[(\d+)\]\.(\w+)")


def _states(office: HasShifts, place: str, *_: object) -> Stated | None:
    if place == "budget.idr" and office.budget is not None:
        return Stated("budget", {"value": office.budget.idr})
    if not (numbered := _PLACE.fullmatch(place)):
        return None
    shift, key = office.shifts[int(numbered[1]) - 1], numbered[2]
    return Stated(key, {"shift": shift.id, "value": getattr(shift, key) or 0})


def _withouts(office: HasShiftsAndAims) -> Iterator[Without]:
    for number, shift in enumerate(office.shifts):
        kept = tuple(each for each in office.shifts if each is not shift)
        if not kept and not set(office.plan.tiers).isdisjoint(DECISION_TIERS):
            # A tier of the shifts' own needs one, and where it stands the
            # other tiers are parted; so the last one stays for a day long past.
            kept = (shift.model_copy(update={"days": (date.min,)}),)
        yield Without(f"shifts[{number + 1}]", shift.id, {"shifts": kept})
    if office.budget is not None:
        yield Without("budget", None, {"budget": None})


SHIFTS = Rule(
    "shifts",
    problems=(
        _ids,
        _rest_leaves_the_most_uses_a_week,
    ),
    states=_states,
    withouts=_withouts,
    texts={
        "conflict_rule.budget": (
            "`{place}` allows Rp {value} for all shifts together.",
            "`{place}` membolehkan Rp {value} untuk semua shift.",
        ),
        "conflict_rule.max_uses": (
            "`{place}` allows shift {shift} on at most {value} days.",
            "`{place}` membolehkan shift {shift} paling banyak {value} hari.",
        ),
        "conflict_rule.max_per_week": (
            "`{place}` allows shift {shift} on at most {value} days a week.",
            "`{place}` membolehkan shift {shift} paling banyak {value} hari seminggu.",
        ),
        "conflict_rule.rest_days": (
            "`{place}` wants {value} whole days of rest between two uses of shift "
            "{shift}.",
            "`{place}` meminta {value} hari istirahat penuh di antara dua pemakaian "
            "shift {shift}.",
        ),
        "conflict_rule.room_budget": (
            "Rp {room} more would make room.",
            "Tambahan Rp {room} sudah cukup.",
        ),
        "conflict_rule.room_max_uses": (
            "{room} uses more would make room.",
            "Tambahan {room} hari sudah cukup.",
            "1 use more would make room.",
        ),
        "conflict_rule.room_max_per_week": (
            "{room} more a week would make room.",
            "Tambahan {room} hari seminggu sudah cukup.",
        ),
        "conflict_rule.room_rest_days": (
            "{room} days of rest fewer would make room.",
            "Istirahat yang lebih pendek {room} hari sudah cukup.",
            "1 day of rest fewer would make room.",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class Option:
    """A shift that may be used on a day.

    Parameters
    ----------
    shift
        Its id.
    day
        Offset from the first day of the horizon, from 0.
    cost_idr
        What using it on that day costs, in rupiah.
    """

    shift: str
    day: int
    cost_idr: int


def options(office: HasShifts, start: date, days: int) -> tuple[Option, ...]:
    """Return every use of a shift that a plan may decide about.

    A shift may be used on a day that it names, by weekday or date, whether
    worked or closed by the week; on a holiday or a ``closed`` date only with
    ``on_holidays``, unless ``open`` makes it a working day.  A use that adds
    no card to any printer or server is left out.

    Parameters
    ----------
    office
        Its `[[shifts]]` and `[calendar]` decide.
    start
        First day.
    days
        Number of calendar days, 1 to 3,660.

    Returns
    -------
    tuple of Option
        By day, then by the shift's id.

    Raises
    ------
    ektp_sched.errors.UsageError
        If `days` is out of its range.
    """
    if not office.shifts:
        return ()
    known = calendar(office, start, days)
    kept_free = _kept_free(office, known)
    uses = []
    for shift in office.shifts:
        printers, servers = shift_cards(office, shift, start, days)
        usable = _named(shift, start, days)
        usable &= printers.any(axis=0) | servers.any(axis=0)
        if not shift.on_holidays:
            usable &= ~kept_free
        uses += [
            Option(shift.id, day, shift.cost_idr)
            for day in np.flatnonzero(usable).tolist()
        ]
    return tuple(sorted(uses, key=lambda option: (option.day, option.shift)))


def _kept_free(office: HasShifts, known: Calendar) -> Bools:
    """Return the days that are closed by more than the week, shape (days,)."""
    free = np.zeros(known.days, dtype=np.bool_)
    for day in (*known.holidays, *office.calendar.closed):
        offset = (day - known.start).days
        if 0 <= offset < known.days:
            free[offset] = True
    return free & ~known.open


def _named(shift: Shift, start: date, days: int) -> Bools:
    """Return the days that a shift names, shape (days,)."""
    weekday = (start.weekday() + np.arange(days)) % 7
    named: Bools = np.isin(
        weekday, [DAYS.index(day) for day in shift.days if isinstance(day, str)]
    )
    for day in shift.days:
        if isinstance(day, date) and 0 <= (day - start).days < days:
            named[(day - start).days] = True
    return named


def shift_cards(
    office: HasMachines, shift: Shift, start: date, days: int
) -> tuple[Ints, Ints]:
    """Return what a shift adds on each day on which it were used.

    That is the cards that each printer and each server can do more, sorted by id,
    shapes ``(P, days)`` and ``(S, days)``, int64.  Neither the weekday's share nor
    whether the day is worked counts.
    """
    return (
        _more_cards(office, shift, by_id(office.printers), start, days),
        _more_cards(office, shift, by_id(office.servers), start, days),
    )


def _more_cards(
    office: HasMachines,
    shift: Shift,
    resources: Sequence[Server],
    start: date,
    days: int,
) -> Ints:
    cards = np.zeros((len(resources), days), dtype=np.int64)
    for row, resource in zip(cards, resources, strict=True):
        if shift.opens(resource.id):
            full = resource.cards_per_day * Fraction(shift.share)
            for first, last, left in stretches(office, resource, start, days):
                row[first:last] = int(full * left)
    return cards


def limits_on_uses(
    office: HasShifts, start: date, days: int, uses: Iterable[tuple[str, int]]
) -> Iterator[Limit]:
    """Yield what limits the uses of shifts: their kinds are the shifts, in order.

    Rest begins on each day of ``uses``, id and day; no other stretch can be broken.
    """
    used = set(uses)
    whole = np.array([0]), np.array([days - 1])
    if office.budget is not None:
        costs = np.array([shift.cost_idr for shift in office.shifts], dtype=np.int64)
        most = np.array([office.budget.idr], dtype=np.int64)
        yield Limit("budget", "budget.idr", 0, costs, *whole, most)
    counts = np.eye(len(office.shifts), dtype=np.int64)
    for number, shift in enumerate(office.shifts):
        begun = np.array(sorted(on for name, on in used if name == shift.id), dtype=int)
        rest = begun, np.minimum(begun + shift.rest_days, days - 1)
        week = weeks(start, days, whole=False)
        for code, key, (first, last), most_uses in (
            ("shift-uses", "max_uses", whole, shift.max_uses),
            ("shift-week", "max_per_week", week, shift.max_per_week),
            ("shift-rest", "rest_days", rest, 1 if shift.rest_days else None),
        ):
            if most_uses is not None:
                place = f"shifts[{number + 1}].{key}"
                amount = np.full(len(first), most_uses, dtype=np.int64)
                yield Limit(code, place, number, counts[number], first, last, amount)
