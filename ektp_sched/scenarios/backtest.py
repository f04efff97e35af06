"""Do the dates hold?  Judged on futures that were not used to set them.

With known rates, fresh replications of the same scenario judge the dates.
With estimated rates there are many worlds: in each, a short history is drawn
from true rates, what it says about them (a posterior) sets the dates, and
futures of the same rates judge them.  The true rates are those stated, and
worse ones; and dates from a good past are judged by a worse future as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ektp_sched.errors import UsageError
from ektp_sched.office import calendar
from ektp_sched.office.calendar import LONGEST_HORIZON
from ektp_sched.scenarios.coverage import (
    Dated,
    good_futures,
    held_by_group,
    smallest_margin,
)
from ektp_sched.scenarios.draws import BLOCK, draw
from ektp_sched.scenarios.fronts import Fronts, chosen, simulated
from ektp_sched.scenarios.history import BreakdownFit, fit_arrivals, transitions
from ektp_sched.scenarios.laws import ArrivalLaw
from ektp_sched.scenarios.promise import days_printed
from ektp_sched.scenarios.queue import build_queue
from ektp_sched.scenarios.ready_by import as_confidence, next_open, rank_of
from ektp_sched.scenarios.spread import order_statistic

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Executor
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.scenarios.fronts import Course, Progress
    from ektp_sched.scenarios.laws import Scenarios
    from ektp_sched.scenarios.ready_by import Ints

    Prior = tuple[float, float]

__all__ = ["WAIT_BANDS", "Backtest", "Case", "Coverage", "backtest"]

WAIT_BANDS: Final = (30, 90, 180, 365)
"""Last day of waiting of each band; a further one is open above."""

_FRESH: Final = 1 << 20
_HISTORY: Final = 1 << 21
_WORLDS: Final = 1 << 22
"""First blocks of the futures that judge, that are the past, and that set dates."""

_MOST_HISTORY: Final = 2_000
FAILURE_PRIOR: Final = (0.5, 20.0)
REPAIR_PRIOR: Final = (1.0, 3.0)
_ARRIVAL_PRIOR: Final = (0.5, 0.0)

_WORSE: Final = (2.0, 0.5)
"""What chances of failure and repair are in a worse world, times the stated."""

_TRUTHS: Final = ("stated", "worse", "turned")


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many dates of a group held.

    Parameters
    ----------
    by
        ``all``, ``urgency`` or ``wait``.
    name
        Class, or last day of the band of waiting ("" for the open one).
    dates
        Dates told, in the mean of all worlds.
    share
        Share of them that held in the mean of all futures, 0 to 1.
    """

    by: str
    name: str
    dates: float
    share: float


@dataclass(frozen=True, slots=True)
class Case:
    """Dates set in one way, and futures of one kind.

    Parameters
    ----------
    truth
        ``known``; or, where rates are estimated, ``stated``: past and future
        have the stated ones; ``worse``: in both, breakdowns come twice as often
        and last twice as long; ``turned``: in the future alone.
    history_days
        Working days of history; None where rates are known.
    days
        Calendar days simulated.
    worlds, futures
        Histories drawn, and fresh replications of each.
    undated
        Applications without a date, in the mean of all worlds.
    coverage
        Of all, then by class, then by days of waiting at the start.
    worst_tenth
        Share of dates that held in all but the worst tenth of futures.
    good_share
        Share of futures in which at least the stated share of dates held.
    margin
        Working days by which all dates would have to be later for that share
        to be the stated one; None if the horizon ends before.
    """

    truth: str
    history_days: int | None
    days: int
    worlds: int
    futures: int
    undated: float
    coverage: tuple[Coverage, ...]
    worst_tenth: float
    good_share: float
    margin: int | None

    @property
    def share(self) -> float:
        """Share of all dates that held."""
        return self.coverage[0].share

    def document(self) -> dict[str, Any]:
        """Return the object that stands in backtest.json."""
        return {
            "rates": "known" if self.history_days is None else "estimated",
            "truth": "stated" if self.truth == "known" else self.truth,
            "history_days": self.history_days,
            "days": self.days,
            "worlds": self.worlds,
            "futures": self.futures,
            "undated": round(self.undated, 6),
            "share": round(self.share, 6),
            "coverage": [
                {
                    "by": c.by,
                    "name": c.name,
                    "dates": round(c.dates, 6),
                    "share": round(c.share, 6),
                }
                for c in self.coverage
            ],
            "worst_tenth": round(self.worst_tenth, 6),
            "good_share": round(self.good_share, 6),
            "margin_working_days": self.margin,
        }


@dataclass(frozen=True, slots=True)
class Backtest:
    """What became of the dates.

    Parameters
    ----------
    office
        Name of the office.
    start, days, scenario, policy, replications, seed, confidence
        As of the dates.
    failure_prior, repair_prior
        What was taken for likely before any history.
    cases
        Known rates, then each length of history with each kind of truth.
    """

    office: str
    start: date
    days: int
    scenario: str
    policy: str
    replications: int
    seed: int
    confidence: Fraction
    failure_prior: Prior
    repair_prior: Prior
    cases: tuple[Case, ...]

    def document(self) -> dict[str, Any]:
        """Return backtest.json."""
        return {
            "schema_version": 1,
            "office": self.office,
            "start": self.start.isoformat(),
            "days": self.days,
            "scenario": self.scenario,
            "policy": self.policy,
            "replications": self.replications,
            "seed": self.seed,
            "confidence": float(self.confidence),
            "priors": {
                "failure": list(self.failure_prior),
                "repair": list(self.repair_prior),
            },
            "cases": [case.document() for case in self.cases],
        }


def backtest(
    backlog: Backlog,
    office: Office,
    scenarios: Scenarios,
    *,
    start: date,
    days: int = 365,
    scenario: str | None = None,
    replications: int = 2_000,
    seed: int = 1,
    confidence: float = 0.9,
    policy: str = "pressure",
    fresh: int = 1_000,
    history_days: Sequence[int] = (),
    worlds: int = 20,
    failure_prior: Prior = FAILURE_PRIOR,
    repair_prior: Prior = REPAIR_PRIOR,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Set dates, and look whether they hold in futures that did not set them.

    Parameters
    ----------
    backlog, office, scenarios, start, days, scenario, replications, seed, \
confidence, policy, executor, progress
        As of `ektp_sched.scenarios.promise.promise`.
    fresh
        Futures that judge, 1 to 1,000,000.
    history_days
        For each, dates are also set from a history of so many working days, 2
        to 2,000; in each world at most 1,000 replications set them.
    worlds
        Histories drawn for each, 1 to 1,000.
    failure_prior, repair_prior
        Beta priors of the chances to fail, and to be repaired, on a working
        day; above 0.

    Raises
    ------
    ektp_sched.errors.UsageError
        If a number is out of its range, or there is no such scenario.
    """
    exact = as_confidence(confidence)
    _check(fresh, history_days, worlds, (*failure_prior, *repair_prior))
    course = chosen(
        backlog,
        scenarios,
        scenario,
        start=start,
        days=days,
        replications=max(replications, fresh),
        seed=seed,
        policy=policy,
        executor=executor,
    )
    rank_of(exact, replications)
    setting = _Setting(course, backlog, office, exact, replications, fresh, worlds)
    known, cleared = _known(setting)
    cases = [known]
    if history_days:
        shorter = setting.until(cleared + cleared // 2 + 30)
        priors = failure_prior, repair_prior
        cases += _estimated(shorter, history_days, priors, progress)
    return Backtest(
        office=office.name,
        start=start,
        days=days,
        scenario=course.scenario.name,
        policy=policy,
        replications=replications,
        seed=seed,
        confidence=exact,
        failure_prior=failure_prior,
        repair_prior=repair_prior,
        cases=tuple(cases),
    )


def _check(
    fresh: int, history_days: Sequence[int], worlds: int, priors: Sequence[float]
) -> None:
    ranges = [("fresh", fresh, 1, 1_000_000), ("worlds", worlds, 1, BLOCK)]
    ranges += [("history_days", length, 2, _MOST_HISTORY) for length in history_days]
    for name, value, least, most in ranges:
        if type(value) is not int or not least <= value <= most:
            message = (
                f"{name} is {value}; it must be a whole number from {least} to {most:,}"
            )
            raise UsageError(message)
    if not all(0 < value <= 1_000_000 for value in priors):
        message = f"a prior has {min(priors):g}; its numbers must be above 0"
        raise UsageError(message)


class _Setting:
    """What all cases share.

    Attributes
    ----------
    course, confidence, replications, fresh, worlds
        As given.
    worked
        Days on which the office is open.
    stream, place
        Of each person, stream −1 for a single.
    group
        Class times the number of bands of waiting, plus the band.
    names
        Classes.
    """

    def __init__(
        self,
        course: Course,
        backlog: Backlog,
        office: Office,
        confidence: Fraction,
        replications: int,
        fresh: int,
        worlds: int,
    ) -> None:
        queue = course.queue
        self._given = backlog, office
        self.course, self.confidence = course, confidence
        self.replications, self.fresh, self.worlds = replications, fresh, worlds
        self.worked = calendar(office, course.start, course.days).open
        self.planned = backlog.planned
        sizes = np.diff(queue.first)
        alone = len(queue.singles.rows)
        stream = np.repeat(np.arange(len(sizes)), sizes)
        self.stream = np.append(stream, np.full(alone, -1))
        place = np.arange(len(queue.rows)) - queue.first[stream]
        self.place = np.append(place, np.arange(alone))
        single = np.repeat(queue.singles.stream, queue.singles.size)
        urgency = queue.streams.urgency[np.append(stream, single).astype(np.int64)]
        since = np.append(
            queue.since, np.repeat(queue.singles.since, queue.singles.size)
        )
        band = np.searchsorted(WAIT_BANDS, 1 - since)
        self.group = urgency * (len(WAIT_BANDS) + 1) + band
        self.names = queue.classes

    def until(self, days: int) -> _Setting:
        """Return the same with a horizon of at most so many days."""
        course = self.course
        if days >= course.days:
            return self
        backlog, office = self._given
        queue = build_queue(backlog, course.scenario.office, course.start, days)
        return _Setting(
            replace(course, queue=queue, days=days),
            backlog,
            office,
            self.confidence,
            self.replications,
            self.fresh,
            self.worlds,
        )

    def dated(self, fronts: Fronts) -> Dated:
        """Return the dates that replications set."""
        rank = rank_of(self.confidence, fronts.replications)
        day = next_open(self.worked)[days_printed(fronts, self.course.queue, rank)]
        some = day < self.course.days
        return Dated(
            self.stream[some], self.place[some], day[some], self.group[some]
        )

    def judged(
        self,
        worlds: Sequence[tuple[Dated, Fronts]],
        truth: str = "known",
        history_days: int | None = None,
    ) -> Case:
        """Return what became of the dates of some worlds."""
        groups = len(self.names) * (len(WAIT_BANDS) + 1)
        held = np.zeros(groups)
        told = np.zeros(groups)
        shares, good = [], 0
        for dated, fronts in worlds:
            kept = held_by_group(dated, fronts, groups)
            held += kept.mean(axis=1)
            told += np.bincount(dated.group, minlength=groups)
            together = kept.sum(axis=0)
            shares.append(together / max(1, len(dated)))
            good += good_futures(together, len(dated), self.confidence)
        every = np.sort(np.concatenate(shares))
        count = len(worlds)
        return Case(
            truth=truth,
            history_days=history_days,
            days=self.course.days,
            worlds=count,
            futures=self.fresh,
            undated=self.planned - float(told.sum()) / count,
            coverage=tuple(self._coverage(held / count, told / count)),
            worst_tenth=float(every[order_statistic(len(every), 10)]),
            good_share=good / len(every),
            margin=smallest_margin(worlds, self.worked, self.confidence),
        )

    def _coverage(
        self, held: NDArray[np.float64], told: NDArray[np.float64]
    ) -> Iterator[Coverage]:
        def one(by: str, name: str, kept: float, dates: float) -> Coverage:
            return Coverage(by, name, dates, kept / dates if dates else 1.0)

        yield one("all", "", float(held.sum()), float(told.sum()))
        shape = len(self.names), len(WAIT_BANDS) + 1
        kept, dates = held.reshape(shape), told.reshape(shape)
        for axis, by, names in (
            (1, "urgency", self.names),
            (0, "wait", [*map(str, WAIT_BANDS), ""]),
        ):
            sums = kept.sum(axis=axis).tolist(), dates.sum(axis=axis).tolist()
            for name, some, of in zip(names, *sums, strict=True):
                if of:
                    yield one(by, name, some, of)


def _known(setting: _Setting) -> tuple[Case, int]:
    """Return the case of known rates, and the last day on which a date matters."""
    course = setting.course
    dated = setting.dated(simulated(course, setting.replications))
    fresh = simulated(course, setting.fresh, first=_FRESH)
    size = np.diff(course.queue.first)[:, None, None]
    waiting = (fresh.streams < size).any(axis=(0, 1)).sum()
    last = max(int(waiting), int(fresh.singles.max(initial=0)))
    return setting.judged([(dated, fresh)]), last


def _estimated(
    setting: _Setting,
    lengths: Sequence[int],
    priors: tuple[Prior, Prior],
    progress: Progress | None,
) -> Iterator[Case]:
    """Yield the cases of rates estimated from each length of history."""
    stated = _stated(setting.course.scenarios)
    true = {"stated": stated}
    if stated.breakdowns:
        true["worse"] = _worse(stated)
    fresh = {
        name: simulated(
            replace(setting.course, scenarios=scenarios), setting.fresh, first=_FRESH
        )
        for name, scenarios in true.items()
    }
    done, total = 0, len(lengths) * len(true) * setting.worlds
    for length in lengths:
        sets: dict[str, list[Dated]] = {}
        for name, scenarios in true.items():
            course = replace(setting.course, scenarios=scenarios)
            sets[name] = []
            for fitted in _fitted(setting, course, length, priors):
                sets[name].append(_dates_of(setting, fitted, len(sets[name])))
                done += 1
                if progress is not None:
                    progress("simulate", done / total)
        for truth in _TRUTHS if len(true) > 1 else _TRUTHS[:1]:
            past = "stated" if truth == "turned" else truth
            judges = fresh["worse" if truth == "turned" else truth]
            worlds = [(dated, judges) for dated in sets[past]]
            yield setting.judged(worlds, truth, length)


def _dates_of(setting: _Setting, fitted: Scenarios, world: int) -> Dated:
    course = replace(setting.course, scenarios=fitted)
    size = min(setting.replications, BLOCK)
    return setting.dated(simulated(course, size, first=_WORLDS + world))


def _stated(scenarios: Scenarios) -> Scenarios:
    """Return scenarios with the likeliest rates for certain."""
    law = scenarios.arrivals
    if law is not None and law.fit is not None:
        fit = law.fit
        total = max(1, sum(fit.cards))
        mix = {
            name: Fraction(count, total)
            for name, count in zip(fit.classes, fit.cards, strict=True)
        }
        rate = Fraction(sum(fit.cards), fit.days)
        law = ArrivalLaw(rate, Fraction(str(fit.dispersion)), mix)
    laws = {n: replace(b, fit=None) for n, b in scenarios.breakdowns.items()}
    return replace(scenarios, arrivals=law, breakdowns=laws)


def _worse(scenarios: Scenarios) -> Scenarios:
    """Return scenarios in which more breaks down, and for longer."""
    failing, repairing = _WORSE
    laws = {
        name: replace(
            law,
            failure=min(1.0, law.failure * failing),
            repair=law.repair * repairing,
        )
        for name, law in scenarios.breakdowns.items()
    }
    return replace(scenarios, breakdowns=laws)


def _fitted(
    setting: _Setting, course: Course, length: int, priors: tuple[Prior, Prior]
) -> Iterator[Scenarios]:
    """Yield what each world's history says about the rates."""
    scenarios = course.scenarios
    days = _span(course, length)
    past = draw(
        scenarios,
        start=course.start,
        days=days,
        seed=course.seed,
        block=_HISTORY,
        size=setting.worlds,
    )
    common = calendar(scenarios.office, course.start, days).open
    own = calendar(course.scenario.office, course.start, days).open
    cards = past.arrivals.cards[:, :, common][:, :, :length].astype(np.int64)
    states = {}
    for name in scenarios.breakdowns:
        up = past.up(name, own)
        if up is not None:
            states[name] = up[own][:length]
    for world in range(setting.worlds):
        law = scenarios.arrivals
        if law is not None:
            fit = fit_arrivals(past.arrivals.classes, cards[:, world], _ARRIVAL_PRIOR)
            law = replace(law, fit=fit)
        laws = {
            name: replace(
                scenarios.breakdowns[name],
                fit=BreakdownFit(*transitions(up[:, world]), *priors),
            )
            for name, up in states.items()
        }
        yield replace(scenarios, arrivals=law, breakdowns=laws)


def _span(course: Course, length: int) -> int:
    """Return calendar days that hold so many working days of both offices."""
    for days in range(2 * length + 60, LONGEST_HORIZON + 1, 2 * length + 60):
        offices = course.scenarios.office, course.scenario.office
        if all(calendar(o, course.start, days).open.sum() >= length for o in offices):
            return days
    message = (
        f"history_days is {length}; so many working days are not found in "
        f"{LONGEST_HORIZON:,} days"
    )
    raise UsageError(message)
