"""A rule for buying shifts while a date is uncertain, and what it is worth.

Shifts are chosen against the days on which something may be installed.
The days are drawn from a scenario's range, or listed; on each of them the
office is the scenario's with that day, at its likely cards, and its network is
exact.  Who is recorded later and what breaks down is not looked at.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.arguments import MOST_WORKERS, check_one_of, check_whole
from ektp_sched.backlog.inputs import as_backlog, as_day
from ektp_sched.errors import CrossingBlanksError, UnsupportedRuleError, UsageError
from ektp_sched.planning.needed import days_needed
from ektp_sched.scenarios.arguments import LONGEST_DAYS
from ektp_sched.scenarios.world.capacities import installed
from ektp_sched.scenarios.world.draws import BLOCK, first_days
from ektp_sched.scenarios.world.loading import as_scenarios
from ektp_sched.showing import OneLine
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ektp_sched.backlog import Backlog
    from ektp_sched.backlog.inputs import BacklogLike, DayLike
    from ektp_sched.office import Office, Option
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.planning.decisions.against import Decision, Measure, Possible
    from ektp_sched.scenarios.world.laws import (
        CheckedScenario,
        CheckedScenarios,
        NewResource,
    )
    from ektp_sched.scenarios.world.loading import ScenariosLike
    from ektp_sched.words import Said

    Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Worked:
    """A shift on a day."""

    shift: str
    day: date
    cost_idr: int  # rupiah

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON would hold it."""
        day = self.day.isoformat()
        return {"shift": self.shift, "day": day, "cost_idr": self.cost_idr}


@dataclass(frozen=True, slots=True, repr=False)
class Against(OneLine):
    """A rule for buying shifts, and what it is worth to wait, or to know.

    Parameters
    ----------
    office
        The office of the scenario.
    scenario, resource
        Whose date is uncertain.
    start, days
        The horizon.
    people
        Applications planned.
    dates
        First days in use, ascending, and how often each counts.
    seed
        With which they were drawn; None: they were listed.
    aim
        ``mean`` or ``worst-tenth``.
    counted
        How many of the dates a tier is the mean of: all, or the worst tenth
        rounded up.
    decision
        What was decided.
    """

    office: Office
    scenario: str
    resource: str
    start: date
    days: int
    people: int
    dates: tuple[tuple[date, int], ...]
    seed: int | None
    aim: str
    counted: int
    decision: Decision

    @property
    def status(self) -> str:
        """``optimal``, ``feasible``, or ``infeasible`` if a pin cannot be kept."""
        if not self.decision.rule.keeps_pins:
            return "infeasible"
        return "optimal" if self.decision.rule.proven else "feasible"

    @property
    def count(self) -> int:
        """How many dates there are, those that repeat counted each time."""
        return sum(times for _, times in self.dates)

    @property
    def always(self) -> tuple[Worked, ...]:
        """Shifts before the first of the dates: bought whatever comes."""
        return tuple(w for w in self._shared() if w.day < self.dates[0][0])

    @property
    def while_waiting(self) -> tuple[Worked, ...]:
        """Shifts each bought only if nothing is in use by that morning."""
        return tuple(w for w in self._shared() if w.day >= self.dates[0][0])

    @property
    def afterwards(self) -> tuple[tuple[date, date, tuple[Worked, ...]], ...]:
        """Shifts once it is in use: first and last date of a stretch, and which."""
        stretches: list[tuple[date, date, tuple[Worked, ...]]] = []
        for at, (on, _) in enumerate(self.dates):
            worked = self._own(at)
            if stretches and stretches[-1][2] == worked:
                stretches[-1] = stretches[-1][0], on, worked
            else:
                stretches.append((on, on, worked))
        return tuple(stretches)

    @property
    def decided_now(self) -> tuple[Worked, ...]:
        """Shifts of the best choice that does not wait."""
        return self._worked(self.decision.fixed.shared)

    def amount(self, measure: Measure) -> Fraction:
        """Return a tier in its unit, as the mean of the dates that count."""
        return self._mean(measure.value, measure)

    def worth(self) -> tuple[tuple[Fraction, Fraction] | None, ...]:
        """Return for each tier what waiting, and what knowing now, is worth.

        None where it is not proven.  Tiers are compared in their order, so
        behind the first that differs a negative figure is no loss.
        """
        kept = self.decision.fixed.keeps_pins and self.decision.known.keeps_pins
        return tuple(
            (
                self.amount(before) - self.amount(now),
                self.amount(now) - self.amount(best),
            )
            if kept and now.proven and before.proven and best.proven
            else None
            for now, before, best in self.triples()
        )

    def triples(self) -> Iterator[tuple[Measure, Measure, Measure]]:
        """Yield each tier under the rule, decided now, and with the date known."""
        made = self.decision
        yield from zip(made.rule.tiers, made.fixed.tiers, made.known.tiers, strict=True)

    def document(self) -> dict[str, Any]:
        """Return what against.json holds."""
        return {
            "schema_version": 1,
            "scenario": self.scenario,
            "resource": self.resource,
            "start": self.start.isoformat(),
            "days": self.days,
            "planned": self.people,
            "seed": self.seed,
            "aim": self.aim,
            "counted": self.counted,
            "status": self.status,
            "rule": {
                "always": _entries(self.always),
                "while_not_installed": _entries(self.while_waiting),
                "once_installed": [
                    {
                        "from": first.isoformat(),
                        "to": last.isoformat(),
                        "shifts": _entries(worked),
                    }
                    for first, last, worked in self.afterwards
                ],
            },
            "decided_now": _entries(self.decided_now),
            "tiers": self._tiers(),
            "dates": self._dates(),
        }

    def _tiers(self) -> list[dict[str, Any]]:
        parts = zip(self.triples(), self.worth(), strict=True)
        return [
            {
                "name": now.name,
                "rank": now.rank,
                "value": float(self.amount(now)),
                "exact": str(self.amount(now)),
                "bound": None
                if now.bound is None
                else float(self._mean(now.bound, now)),
                "proven": now.proven,
                "decided_now": float(self.amount(before)),
                "each_date_known": float(self.amount(best)),
                "waiting_is_worth": None if worth is None else float(worth[0]),
                "knowing_is_worth": None if worth is None else float(worth[1]),
            }
            for (now, before, best), worth in parts
        ]

    def _dates(self) -> list[dict[str, Any]]:
        """Return what the rule buys and comes to on each date."""
        rule = self.decision.rule
        entries = []
        for at, (on, times) in enumerate(self.dates):
            before = [w for w in self._shared() if w.day < on]
            values = zip(rule.tiers, rule.values[self._network(at)], strict=True)
            entries.append(
                {
                    "on": on.isoformat(),
                    "times": times,
                    "shifts": _entries([*before, *self._own(at)]),
                    "tiers": [
                        {
                            "name": tier.name,
                            "rank": tier.rank,
                            "value": float(Fraction(value, tier.scale)),
                        }
                        for tier, value in values
                    ],
                }
            )
        return entries

    def _network(self, at: int) -> int:
        """Return which future a date is; all beyond the horizon are one."""
        return min(at, len(self.decision.rule.values) - 1)

    def _own(self, at: int) -> tuple[Worked, ...]:
        return self._worked(self.decision.rule.own[self._network(at)])

    def _bound(self, measure: Measure) -> float | None:
        bound = measure.bound
        return None if bound is None else float(self._mean(bound, measure))

    def _mean(self, value: int, measure: Measure) -> Fraction:
        return Fraction(value, measure.scale * self.counted)

    def _shared(self) -> tuple[Worked, ...]:
        return self._worked(self.decision.rule.shared)

    def _worked(self, options: Iterable[Option]) -> tuple[Worked, ...]:
        return tuple(
            Worked(o.shift, self.start + timedelta(days=o.day), o.cost_idr)
            for o in options
        )


def _entries(worked: Iterable[Worked]) -> list[dict[str, Any]]:
    return [one.to_dict() for one in worked]


_AIMS: Final = ("mean", "worst-tenth")
"""What of the tiers over all dates is to be small."""

_RANGE: Final = "from = { earliest = …, likely = …, latest = … }"


def against(
    backlog: BacklogLike,
    scenarios: ScenariosLike,
    *,
    start: DayLike,
    office: OfficeLike | None = None,
    days: int | None = None,
    scenario: str | None = None,
    dates: int | Sequence[DayLike] = 50,
    seed: int = 1,
    aim: str = "mean",
    time_limit: float | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Against:
    """Choose shifts against the days on which something may be installed.

    Until the first day in use nobody knows which of the dates it will be, so
    a shift on such a day is bought for all dates that are still to come, or
    for none; from that day on each date has a choice of its own.

    Parameters
    ----------
    backlog
        Who waits, in any form that ``plan`` takes.
    scenarios
        As for ``compare``; one adds a printer or server on an uncertain date.
    start, days
        As for ``plan``; days left out, as many as the latest date takes.
    office
        The office as it is; left out with what ``load_scenarios`` returns alone.
    scenario
        Which one; None: the only one with an uncertain date.
    dates
        How many to draw, 1 to 1,000; or the dates themselves.
    seed
        With which they are drawn: the first of those that ``compare`` draws.
    aim
        ``mean``: the mean of each tier over the dates is least, tier by tier.
        ``worst-tenth``: the mean of its largest tenth, rounded up.
    time_limit
        Seconds after which the best rule so far is returned.
    workers
        Search workers, 1 to 256; with one, the same input gives the same rule.
    progress
        Called with a stage's name and the share of the work done.

    Raises
    ------
    UsageError
        An argument is out of its range, or the scenario has no uncertain date
        or no shifts.
    UnsupportedRuleError
        It has a rule that no network can say.
    """
    # Only who asks this loads what a choice of shifts takes.
    from ektp_sched.planning.decisions.against import decide_against

    check_one_of("aim", aim, _AIMS)
    check_whole(("workers", workers, 1, MOST_WORKERS))
    start = as_day(start)
    known = as_scenarios(scenarios, office, start)
    backlog = as_backlog(backlog, known.office)
    chosen = _chosen(known, scenario)
    new = _uncertain(chosen, listed=not isinstance(dates, int))
    if not chosen.office.shifts:
        raise UsageError(
            said(
                "the office has no shifts to choose among; add one to the office file",
                "kantor ini tidak punya shift untuk dipilih; tambahkan dalam berkas "
                "kantor",
            )
        )
    drawn = _dates(dates, new, start, seed)
    counted = sum(drawn.values())
    if aim != _AIMS[0]:
        counted = -(-counted // 10)
    try:
        days = _horizon(days, backlog, chosen, new, start, max(drawn))
        decision = decide_against(
            backlog,
            _possible(chosen, new, drawn, start, days),
            start=start,
            days=days,
            count=counted,
            time_limit=time_limit,
            workers=workers,
            progress=progress,
        )
    except CrossingBlanksError as error:
        raise UnsupportedRuleError(_crossing(error)) from None
    return Against(
        office=chosen.office,
        scenario=chosen.name,
        resource=new.id,
        start=start,
        days=days,
        people=backlog.planned,
        dates=tuple(sorted(drawn.items())),
        seed=seed if isinstance(dates, int) else None,
        aim=aim,
        counted=counted,
        decision=decision,
    )


def _crossing(error: CrossingBlanksError) -> Said:
    return said(
        "cards.{card}.stock: shifts are chosen against dates by one network a date, "
        "and no network can count blanks that can run out on printers, servers or a "
        "reserve shared with {others}; give {card} printers and servers of its own or "
        "enough stock, or plan single dates",
        "cards.{card}.stock: shift dipilih terhadap tanggal dengan satu jaringan per "
        "tanggal, dan jaringan tidak dapat menghitung blangko yang bisa habis pada "
        "printer, server, atau cadangan yang dipakai bersama {others}; beri {card} "
        "printer dan server sendiri atau persediaan yang cukup, atau rencanakan "
        "tanggal satu per satu",
        card=error.card,
        others=", ".join(error.others),
    )


def _chosen(scenarios: CheckedScenarios, name: str | None) -> CheckedScenario:
    if name is not None:
        return scenarios.named(name)
    uncertain = [
        s for s in scenarios.scenarios.values() if any(map(_is_range, s.added))
    ]
    if len(uncertain) == 1:
        return uncertain[0]
    if not uncertain:
        raise UsageError(
            said(
                "no scenario adds a printer or server on an uncertain date; give one "
                "{form}, or name a scenario and list the dates",
                "tidak ada skenario yang menambah printer atau server pada tanggal "
                "yang belum pasti; beri {form}, atau sebut satu skenario dan daftar "
                "tanggalnya",
                form=_RANGE,
            )
        )
    raise UsageError(
        said(
            "several scenarios have an uncertain date ({names}); name one of them",
            "beberapa skenario punya tanggal yang belum pasti ({names}); sebut satu",
            names=", ".join(s.name for s in uncertain),
        )
    )


def _is_range(resource: NewResource) -> bool:
    return resource.first is not None and resource.first[0] < resource.first[2]


def _uncertain(scenario: CheckedScenario, *, listed: bool) -> NewResource:
    """Return what is installed on an uncertain date."""
    candidates = [one for one in scenario.added if _is_range(one)]
    if not candidates and listed:
        candidates = list(scenario.added)
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        raise UsageError(
            said(
                "scenario {name} has several uncertain dates ({names}); shifts are "
                "chosen against one, so write a plain date for the others",
                "skenario {name} punya beberapa tanggal yang belum pasti ({names}); "
                "shift dipilih terhadap satu saja, jadi tulis tanggal biasa untuk "
                "yang lain",
                name=repr(scenario.name),
                names=", ".join(one.id for one in candidates),
            )
        )
    raise UsageError(
        said(
            "scenario {name} has no date range; give what it adds {form}",
            "skenario {name} tidak punya rentang tanggal; beri tambahannya {form}",
            name=repr(scenario.name),
            form=_RANGE,
        )
    )


def _dates(
    dates: int | Sequence[DayLike], new: NewResource, start: date, seed: int
) -> dict[date, int]:
    """Return the dates, drawn or as listed, and how often each occurs."""
    count = dates if isinstance(dates, int) else len(dates)
    check_whole(("dates", count, 1, BLOCK), ("seed", seed, 0, 2**63 - 1))
    if isinstance(dates, int):
        offsets = first_days(new, start, seed, 0, count).tolist()
        return dict(Counter(start + timedelta(days=day) for day in offsets))
    listed = [as_day(on, "dates") for on in dates]
    early = min(listed)
    if early < start:
        raise UsageError(
            said(
                "the date {early} is before the start {start}; nothing new can begin "
                "then",
                "tanggal {early} sebelum hari mulai {start}; tidak ada yang baru dapat "
                "mulai saat itu",
                early=early.isoformat(),
                start=start.isoformat(),
            )
        )
    return dict(Counter(listed))


def _possible(
    scenario: CheckedScenario,
    new: NewResource,
    dates: Mapping[date, int],
    start: date,
    days: int,
) -> list[Possible]:
    """Return what may come; all that comes after the horizon is one."""
    from ektp_sched.planning.decisions.against import Possible

    times: Counter[int] = Counter()
    for on, often in dates.items():
        times[min((on - start).days, days)] += often
    return [
        Possible(day, often, _office(scenario, new, (start, days), day))
        for day, often in sorted(times.items())
    ]


def _horizon(
    days: int | None,
    backlog: Backlog,
    scenario: CheckedScenario,
    new: NewResource,
    start: date,
    latest: date,
) -> int:
    """Return the days asked for, or as many as the latest date takes."""
    if days is not None:
        check_whole(("days", days, 1, LONGEST_DAYS))
        return days
    day = (latest - start).days
    office = _office(scenario, new, (start, LONGEST_DAYS), day)
    return days_needed(backlog, office, start)


def _office(
    scenario: CheckedScenario, new: NewResource, horizon: tuple[date, int], day: int
) -> Office:
    """Return the scenario's office with what is new from a certain day on."""
    start, days = horizon
    on = start + timedelta(days=day)
    certain = replace(new, first=(on, on, on), cards=(new.cards[1],) * 3)
    return installed(scenario.at(certain), start, days)
