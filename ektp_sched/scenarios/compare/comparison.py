"""What a comparison of scenarios came to: the library's object, and comparison.json.

A key is None where an earlier version did not write it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Final

import polars as pl
from pydantic import BeforeValidator, Field, PlainSerializer

from ektp_sched.office import Notice  # noqa: TC001 - pydantic reads it
from ektp_sched.scenarios.compare.answer import (
    LeftOut,
    Queue,
    Sensitivity,
    Turn,
    Verdict,
)
from ektp_sched.scenarios.compare.spread import DaySpread, Spread
from ektp_sched.scenarios.document import Document, Number, Share
from ektp_sched.scenarios.world.laws import (
    Assumption,  # noqa: TC001
    Question,  # noqa: TC001
)
from ektp_sched.showing import OneLine

Rupiah = Annotated[float, PlainSerializer(lambda value: round(value, 2))]


class Wait(Document):
    """Days from recording to print, of people; the unprinted to the end.

    All is None where there is nobody.
    """

    mean: Number | None = None
    p10: Number | None = None
    p50: Number | None = None
    p90: Number | None = None
    mean_interval: tuple[Number, Number] | None = None
    p90_interval: tuple[Number, Number] | None = None
    # initial, new: those of the first backlog, and those recorded since
    initial: Spread | None = None
    new: Spread | None = None


class ClassWait(Wait):
    """The same of one class."""

    late_share: Share | None = None  # of its people, who waited past its target


class Waits(Wait):
    """The same of everybody, and by class and area."""

    by_urgency: dict[str, ClassWait] = Field(default={})
    # of the first backlog's people, as where a new applicant lives is not drawn
    by_area: dict[str, Spread | None] = Field(default={})


class Stretch(Document):
    """Days on which the same binds, by the exact plan on the likeliest numbers."""

    first: date = Field(validation_alias="from", serialization_alias="from")
    last: date = Field(validation_alias="to", serialization_alias="to")
    resources: tuple[str, ...]


class Limiting(Document):
    """What binds: the first thing that a head of office must read."""

    # now, after: what limits a day at the start, and once all that the scenario brings
    # is there: servers, printers, blanks, reserve, closed (nothing can be printed)
    now: str
    after: str
    # capacity_now, capacity_after: cards that such a day allows
    capacity_now: int | None = None
    capacity_after: int | None = None
    # what the scenario's new resources that are there on that day could do by
    # themselves, its servers or its printers; more than capacity_after is money that
    # something else holds back
    offered_after: int = 0
    # share of the worked days of all replications on which each of these binds
    share: dict[str, Share] = Field(default={})
    by_day: tuple[Stretch, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether what is added changes nothing of it."""
        now = self.now, self.capacity_now
        return now == (self.after, self.capacity_after)

    @property
    def holds_back(self) -> bool:
        """Whether what is added could do more than can come out."""
        most = self.capacity_after
        return most is not None and self.offered_after > most


class _Quantities(Document):
    @property
    def quantities(self) -> dict[str, Any]:
        """How each quantity spreads, by its name; those that are not known left out."""
        spreads = Spread | DaySpread
        return {name: part for name, part in self if isinstance(part, spreads)}


def _unknown(value: object) -> bool:
    return value is None or value in ((), {})


class ScenarioFigures(_Quantities):
    """What one scenario comes to."""

    # name, label, cost_idr: as in the file
    name: str
    label: str = ""
    cost_idr: int = 0
    # all that it costs within the horizon beside trips: price, days, shifts,
    # replacements and telling
    total_cost_idr: Spread | None = Field(default=None, exclude_if=_unknown)
    limits: Limiting | None = None
    # shifts that are worked, the same in every future: by id the days
    shifts: dict[str, tuple[date, ...]] = Field(default={}, exclude_if=_unknown)
    # nobody_waits_any_more: by the share of futures at a day's close; nobody_waits_on:
    # the first day of each future by itself
    nobody_waits_any_more: Queue | None = Field(default=None, exclude_if=_unknown)
    backlog_cleared_on: DaySpread | None = None
    nobody_waits_on: DaySpread | None = None
    on_target_on: DaySpread | None = None
    waiting_at_end: Spread | None = None
    longest_wait_days: Spread | None = None
    person_days: Spread | None = None
    wasted_trips: Spread | None = None
    wasted_trip_cost_idr: Spread | None = None
    pressure_days: Spread | None = None
    utilisation: Spread | None = None
    wait_days: Waits | None = None

    @property
    def queue(self) -> Queue | None:
        """When nobody waits any more; in an older file by the middle first day."""
        if self.nobody_waits_any_more is not None or self.nobody_waits_on is None:
            return self.nobody_waits_any_more
        return Queue(on=self.nobody_waits_on.p50)


class Difference(_Quantities):
    """A scenario less the baseline, replication by replication.

    Days are calendar days, only where both have the day; a negative one is sooner.
    """

    name: str
    baseline: str = ""
    backlog_cleared_on: Spread | None = None
    nobody_waits_on: Spread | None = None
    on_target_on: Spread | None = None
    waiting_at_end: Spread | None = None
    longest_wait_days: Spread | None = None
    person_days: Spread | None = None
    wasted_trips: Spread | None = None
    wasted_trip_cost_idr: Spread | None = None
    pressure_days: Spread | None = None
    utilisation: Spread | None = None
    # less the trips of the baseline with dates told
    wasted_trips_against_told: Spread | None = Field(default=None, exclude_if=_unknown)
    wasted_trip_cost_idr_against_told: Spread | None = Field(
        default=None, exclude_if=_unknown
    )
    # money for each day that a person waits less; None where it costs nothing or saves
    # no day
    idr_per_person_day: Rupiah | None = None


class _OnDay(Document):
    day: date


class CurvePoint(Spread, _OnDay):
    """Saved trips less the cost, rupiah, if the resource works from that day."""


class Payoff(Document):
    """Up to where something pays, or why it never does."""

    value: int | date | None = None  # a date, or cards a day; None where there is none
    reason: str | None = None  # code of why there is none, or None
    curve: tuple[CurvePoint, ...] = ()


class BreakEven(Document):
    """Where a scenario's cost is just paid by the trips that it saves."""

    # scenario, resource: the scenario with a cost, and the resource that it brings
    scenario: str | None = None
    resource: str | None = None
    # first day on which the scenario can have the resource in use
    earliest: date | None = None
    # not-told (the baseline as it is) or told (with ready-by dates)
    against: str = "not-told"
    # installation_date, cards_per_day: latest date and lowest rate that still pay
    installation_date: Payoff = Payoff()
    cards_per_day: Payoff = Payoff()

    @property
    def is_reached(self) -> bool:
        """Whether the resource can be there on a day on which it still pays."""
        latest = self.installation_date.value
        if self.earliest is None or not isinstance(latest, date):
            return True
        return self.earliest <= latest

    @property
    def pays_till_then(self) -> bool:
        """Whether it pays on every day looked at up to the latest that pays."""
        latest, curve = self.installation_date.value, self.installation_date.curve
        return not isinstance(latest, date) or all(
            round(row.mean, 3) >= 0 for row in curve if row.day <= latest
        )


_FREE: Final = Payoff(reason="no-cost")
_NONE_PRICED: Final = BreakEven(installation_date=_FREE, cards_per_day=_FREE)


def _listed(stated: Any) -> Any:
    """Return all entries that JSON holds as the first and, in it, the others."""
    if not isinstance(stated, dict):
        return stated or ()
    priced = stated.get("scenario") is not None
    return (stated, *stated.get("others", ())) if priced else ()


def _nested(edges: tuple[BreakEven, ...]) -> dict[str, Any]:
    first, *others = [edge.document() for edge in edges or (_NONE_PRICED,)]
    return first | {"others": others}


class PolicyGap(Document):
    """How far the policy is from the optimum of a tier, nothing being uncertain."""

    tier: str
    rank: int | str | None = None
    # policy, optimum: in the tier's unit
    policy: float = 0.0
    optimum: float = 0.0
    gap: float | None = None  # a share of the optimum; None where that is 0


class Comparison(OneLine, Document):
    """Scenarios side by side, on the same people, arrivals and breakdowns.

    Parameters
    ----------
    question, verdict
        What is asked, and its answer; None: nothing is.
    verdict_against_told
        The answer to the same question against ``dates_only``, where it is
        asked against the baseline.
    turns, sensitivities
        What would turn the answer, and what each input by itself does to it.
    office, language
        Name and language of the baseline's office.
    replications, seed, start, days, policy
        What was simulated.
    baseline
        Name of the scenario that the others are compared with.
    people
        initial, unprintable (no printer may ever print them), later (ready or
        pinned after the last day), held.
    scenarios
        In the order of the file.
    dates_only
        The baseline with ready-by dates told to everyone.
    differences
        One for each scenario but the baseline, and for ``dates_only``.
    break_even
        For each scenario with a cost, against both baselines.
    gap
        How far the policy is from the exact optimum where nothing is
        uncertain, tier by tier.
    left_out
        What the rules that the policy leaves out do, by plans made anew each day.
    assumptions
        The inputs: key, value, kind (``fact`` or ``assumed``) and note.
    notices
        What a reader should know.
    table
        daily.csv: scenario, day, waiting, printed and the queue left.
    seconds
        By stage: the one part that differs between equal runs.
    """

    schema_version: int = 1
    program: str = "ektp-sched"
    question: Question | None = Field(default=None, exclude_if=_unknown)
    verdict: Verdict | None = Field(default=None, exclude_if=_unknown)
    verdict_against_told: Verdict | None = Field(default=None, exclude_if=_unknown)
    turns: tuple[Turn, ...] = Field(default=(), exclude_if=_unknown)
    sensitivities: tuple[Sensitivity, ...] = Field(default=(), exclude_if=_unknown)
    office: str = ""
    language: str = "id"
    replications: int = Field(ge=1)
    seed: int = 0
    start: date
    days: int = Field(ge=1, le=3660)
    policy: str = "pressure"
    baseline: str
    people: dict[str, int] = Field(default={})
    scenarios: tuple[ScenarioFigures, ...] = Field(min_length=1)
    dates_only: ScenarioFigures | None = None
    differences: tuple[Difference, ...] = ()
    break_even: Annotated[
        tuple[BreakEven, ...], BeforeValidator(_listed), PlainSerializer(_nested)
    ] = ()
    gap: tuple[PolicyGap, ...] = ()
    left_out: tuple[LeftOut, ...] = Field(default=(), exclude_if=_unknown)
    assumptions: tuple[Assumption, ...] = ()
    notices: tuple[Notice, ...] = ()
    table: pl.DataFrame = Field(default_factory=pl.DataFrame, exclude=True)
    seconds: dict[str, float] = Field(default={}, exclude=True)

    @property
    def last_day(self) -> date:
        """Last day that was simulated."""
        return self.start + timedelta(days=self.days - 1)

    @property
    def base(self) -> ScenarioFigures:
        """The scenario with which the others are compared, or the first."""
        named = [each for each in self.scenarios if each.name == self.baseline]
        return (named or self.scenarios)[0]

    @property
    def others(self) -> list[ScenarioFigures]:
        """All scenarios but the baseline."""
        return [each for each in self.scenarios if each.name != self.base.name]

    @property
    def learnt(self) -> tuple[Notice, ...]:
        """Those notices that no file tells: how shifts were chosen, what rules do."""
        kinds = "shifts-", "left-out-"
        return tuple(one for one in self.notices if one.code.startswith(kinds))

    def scenario(self, name: str) -> ScenarioFigures:
        """Return the figures of a scenario.

        Raises
        ------
        KeyError
            If there is none of that name.
        """
        for scenario in self.scenarios:
            if scenario.name == name:
                return scenario
        raise KeyError(name)

    def difference(self, name: str) -> Difference | None:
        """Return a scenario less the baseline; None where nothing is known of it."""
        return next((each for each in self.differences if each.name == name), None)

    def daily(self) -> pl.DataFrame:
        """Return daily.csv: every scenario's days, one below the other."""
        return self.table
