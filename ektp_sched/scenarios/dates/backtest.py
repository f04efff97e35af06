"""Do the dates hold?  Judged on futures that were not used to set them.

With known rates, fresh replications of the same scenario judge the dates.
With estimated rates there are many worlds: in each, a short history is drawn
from true rates, what it says about them (a posterior) sets the dates, and
futures of the same rates judge them.  The true rates are those stated, and
worse ones; and dates from a good past are judged by a worse future as well.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from datetime import date  # noqa: TC003 - pydantic reads it
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import polars as pl
from pydantic import Field

from ektp_sched.arguments import check_whole
from ektp_sched.backlog.inputs import as_backlog, as_day
from ektp_sched.errors import UsageError
from ektp_sched.office import Notice, calendar
from ektp_sched.office.inputs import as_office
from ektp_sched.scenarios.arguments import MOST_REPLICATIONS
from ektp_sched.scenarios.compare.spread import QUANTILES, order_statistic
from ektp_sched.scenarios.dates.coverage import (
    Dated,
    good_futures,
    held_by_group,
    smallest_margin,
)
from ektp_sched.scenarios.dates.fronts import Fronts, chosen, simulated
from ektp_sched.scenarios.dates.promise import days_printed
from ektp_sched.scenarios.dates.ready_by import as_confidence, next_open, rank_of
from ektp_sched.scenarios.dates.worlds import fitted_worlds, stated_rates, worse_rates
from ektp_sched.scenarios.document import Document, Exact, Share
from ektp_sched.scenarios.simulate.queue import build_queue
from ektp_sched.scenarios.world.draws import BLOCK
from ektp_sched.scenarios.world.loading import as_scenarios
from ektp_sched.showing import OneLine
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Executor
    from fractions import Fraction

    from ektp_sched.backlog import Backlog
    from ektp_sched.backlog.inputs import BacklogLike, DayLike
    from ektp_sched.office import Office
    from ektp_sched.office.inputs import OfficeLike
    from ektp_sched.scenarios.dates.fronts import Course
    from ektp_sched.scenarios.dates.ready_by import Ints
    from ektp_sched.scenarios.world.draws import Progress
    from ektp_sched.scenarios.world.laws import CheckedScenarios
    from ektp_sched.scenarios.world.loading import ScenariosLike

Prior = tuple[float, float]


class Coverage(Document):
    """How many dates of a group held."""

    by: str  # all, urgency or wait
    name: str  # class, or last day of the band of waiting ("" for the open one)
    dates: Share  # dates told, in the mean of all worlds
    share: Share  # share of them that held in the mean of all futures, 0 to 1
    # p10, p50, p90: the share that held in single futures: a tenth of these are below
    # the first, a tenth above the last
    p10: Share
    p50: Share
    p90: Share


class Case(Document):
    """Dates set in one way, and futures of one kind."""

    rates: Literal["known", "estimated"]
    # stated: past and future have the stated rates; worse: in both, breakdowns come
    # twice as often and last twice as long; turned: in the future alone
    truth: Literal["stated", "worse", "turned"]
    history_days: int | None  # working days of history; None where rates are known
    days: int  # calendar days simulated
    # worlds, futures: histories drawn, and fresh replications of each
    worlds: int
    futures: int
    undated: Share  # applications without a date, in the mean of all worlds
    share: Share  # of all dates, those that held
    # of all, then by class, then by days of waiting at the start
    coverage: tuple[Coverage, ...]
    # share of futures in which at least the stated share of dates held
    good_share: Share
    # working days by which all dates would have to be later for that share to be the
    # stated one; None if the horizon ends before
    margin_working_days: int | None

    @property
    def all(self) -> Coverage:
        """The dates of everybody."""
        return self.coverage[0]


class Priors(Document):
    """What was taken for likely before any history: beta priors of a working day."""

    failure: Prior
    repair: Prior


class Backtest(OneLine, Document):
    """What became of the dates.

    Parameters
    ----------
    office
        Name of the office.
    start, days, scenario, policy, replications, seed, confidence
        As of the dates.
    priors
        What was taken for likely before any history.
    cases
        Known rates, then each length of history with each kind of truth.
    notices
        How the shifts that are worked were chosen.
    """

    schema_version: int = 1
    office: str
    start: date
    days: int
    scenario: str
    policy: str
    replications: int
    seed: int
    confidence: Exact
    priors: Priors
    cases: tuple[Case, ...]
    notices: tuple[Notice, ...] = Field(default=(), exclude_if=operator.not_)

    def frame(self) -> pl.DataFrame:
        """Return backtest.csv: a row for each group of each case."""
        rows = []
        for case in self.cases:
            stated = case.document()
            of_case = {
                name: stated[name] for name in ("rates", "truth", "history_days")
            }
            of_all = {
                name: stated[name] for name in ("good_share", "margin_working_days")
            }
            for part in stated["coverage"]:
                rows.append(of_case | part | of_all)
                of_all = dict.fromkeys(of_all)
        return pl.DataFrame(
            rows,
            schema_overrides={
                "history_days": pl.Int64,
                "margin_working_days": pl.Int64,
            },
        )


_WAIT_BANDS: Final = (30, 90, 180, 365)
"""Last day of waiting of each band; a further one is open above."""

FAILURE_PRIOR: Final = (0.5, 20.0)
REPAIR_PRIOR: Final = (1.0, 3.0)
"""Beta priors of the chances to fail, and to be repaired, on a working day."""

_FRESH: Final = 1 << 20
_HISTORY: Final = 1 << 21
_WORLDS: Final = 1 << 22
"""First blocks of the futures that judge, that are the past, and that set dates."""

_MOST_HISTORY: Final = 2_000
_TRUTHS: Final[tuple[Literal["stated", "worse", "turned"], ...]] = (
    "stated",
    "worse",
    "turned",
)


def backtest(
    backlog: BacklogLike,
    office: OfficeLike,
    scenarios: ScenariosLike | None = None,
    *,
    start: DayLike,
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
        As of `ektp_sched.scenarios.dates.promise.promise`.
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
    office, start = as_office(office), as_day(start)
    backlog = as_backlog(backlog, office)
    exact = as_confidence(confidence)
    _check(fresh, history_days, worlds, (*failure_prior, *repair_prior))
    course = chosen(
        backlog,
        as_scenarios(scenarios, office, start),
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
        priors=Priors(failure=failure_prior, repair=repair_prior),
        cases=tuple(cases),
        notices=course.notices,
    )


def _check(
    fresh: int, history_days: Sequence[int], worlds: int, priors: Sequence[float]
) -> None:
    check_whole(
        ("fresh", fresh, 1, MOST_REPLICATIONS),
        ("worlds", worlds, 1, BLOCK),
        *(("history_days", length, 2, _MOST_HISTORY) for length in history_days),
    )
    if not all(0 < value <= 1_000_000 for value in priors):
        raise UsageError(
            said(
                "a prior has {number}; its numbers must be above 0",
                "sebuah prior memuat {number}; angka-angkanya harus di atas 0",
                number=f"{min(priors):g}",
            )
        )


class _Setting:
    """What all cases share."""

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
        # days on which the office is open
        self.worked = calendar(office, course.start, course.days).open
        self.planned = backlog.planned
        sizes = np.diff(queue.first)
        alone = len(queue.singles.rows)
        stream = np.repeat(np.arange(len(sizes)), sizes)
        # stream, place: of each person, stream −1 for a single
        self.stream = np.append(stream, np.full(alone, -1))
        place = np.arange(len(queue.rows)) - queue.first[stream]
        self.place = np.append(place, np.arange(alone))
        single = np.repeat(queue.singles.stream, queue.singles.size)
        urgency = queue.streams.urgency[np.append(stream, single).astype(np.int64)]
        since = np.append(
            queue.since, np.repeat(queue.singles.since, queue.singles.size)
        )
        band = np.searchsorted(_WAIT_BANDS, 1 - since)
        # class times the number of bands of waiting, plus the band
        self.group = urgency * (len(_WAIT_BANDS) + 1) + band
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
        has_date = day < self.course.days
        return Dated(
            self.stream[has_date],
            self.place[has_date],
            day[has_date],
            self.group[has_date],
        )

    def judged(
        self,
        worlds: Sequence[tuple[Dated, Fronts]],
        truth: Literal["stated", "worse", "turned"] = "stated",
        history_days: int | None = None,
    ) -> Case:
        """Return what became of the dates of some worlds."""
        groups = len(self.names) * (len(_WAIT_BANDS) + 1)
        held = [held_by_group(dated, fronts, groups) for dated, fronts in worlds]
        told = [np.bincount(d.group, minlength=groups) for d, _ in worlds]
        good = sum(
            good_futures(kept.sum(axis=0), int(dates.sum()), self.confidence)
            for kept, dates in zip(held, told, strict=True)
        )
        count = len(worlds)
        parts = (_coverage(*group, held, told) for group in self._groups(groups))
        coverage = tuple(part for part in parts if part is not None)
        return Case(
            rates="known" if history_days is None else "estimated",
            truth=truth,
            history_days=history_days,
            days=self.course.days,
            worlds=count,
            futures=self.fresh,
            undated=self.planned - float(np.sum(told)) / count,
            share=coverage[0].share,
            coverage=coverage,
            good_share=good / (count * self.fresh),
            margin_working_days=smallest_margin(worlds, self.worked, self.confidence),
        )

    def _groups(self, groups: int) -> Iterator[tuple[str, str, Ints]]:
        """Yield what dates are counted by, the name, and the groups in it."""
        every = np.arange(groups).reshape(len(self.names), -1)
        yield "all", "", every.ravel()
        for name, row in zip(self.names, every, strict=True):
            yield "urgency", name, row
        for name, column in zip([*map(str, _WAIT_BANDS), ""], every.T, strict=True):
            yield "wait", name, column


def _coverage(
    by: str, name: str, groups: Ints, held: Sequence[Ints], told: Sequence[Ints]
) -> Coverage | None:
    """Return what became of the dates of some groups; None if there are none."""
    dates = [int(counts[groups].sum()) for counts in told]
    kept = [counts[groups].sum(axis=0) for counts in held]
    if not any(dates) and by != "all":
        return None
    total = sum(dates)
    shares = np.sort(
        np.concatenate(
            [k / d if d else np.ones(len(k)) for k, d in zip(kept, dates, strict=True)]
        )
    )
    mean = sum(float(k.mean()) for k in kept) / total if total else 1.0
    at = {key: float(shares[order_statistic(len(shares), q)]) for key, q in QUANTILES}
    told_dates = total / len(dates)
    return Coverage(
        by=by,
        name=name,
        dates=told_dates,
        share=mean,
        p10=at["p10"],
        p50=at["p50"],
        p90=at["p90"],
    )


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
    stated = stated_rates(setting.course.scenarios)
    true = {"stated": stated}
    if stated.breakdowns:
        true["worse"] = worse_rates(stated)
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
            for fitted in fitted_worlds(
                course, length, setting.worlds, _HISTORY, priors
            ):
                sets[name].append(_dates_of(setting, fitted, len(sets[name])))
                done += 1
                if progress is not None:
                    progress("simulate", done / total)
        for truth in _TRUTHS if len(true) > 1 else _TRUTHS[:1]:
            past = "stated" if truth == "turned" else truth
            judges = fresh["worse" if truth == "turned" else truth]
            worlds = [(dated, judges) for dated in sets[past]]
            yield setting.judged(worlds, truth, length)


def _dates_of(setting: _Setting, fitted: CheckedScenarios, world: int) -> Dated:
    course = replace(setting.course, scenarios=fitted)
    size = min(setting.replications, BLOCK)
    return setting.dated(simulated(course, size, first=_WORLDS + world))
