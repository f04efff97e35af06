"""What a comparison of scenarios found, as figures and as one document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.showing import OneLine

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from ektp_sched.office import Notice, Office
    from ektp_sched.scenarios.compare.spread import DaySpread, Spread

    Quantity = Spread | DaySpread

__all__ = [
    "BreakEven",
    "Comparison",
    "Difference",
    "Limiting",
    "Payoff",
    "ScenarioFigures",
    "Waits",
]

SCHEMA_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Waits:
    """Days from recording to print, of people; the unprinted to the end.

    Parameters
    ----------
    all
        Everybody in all replications; None if there is nobody.
    initial, new
        Those of the first backlog, and those recorded since.
    by_urgency, by_area
        The same by class; and of the first backlog's people by area, as where
        a new applicant lives is not drawn.
    late_share
        By class, the share of people who waited past the class's target.
    """

    all: Spread | None
    initial: Spread | None
    new: Spread | None
    by_urgency: dict[str, dict[str, Spread | None]]
    by_area: dict[str, Spread | None]
    late_share: dict[str, float]

    def document(self) -> dict[str, Any]:
        """Return the object that stands in comparison.json."""
        everybody = _document(self.all) or dict.fromkeys(("mean", "p10", "p50", "p90"))
        return everybody | {
            "initial": _document(self.initial),
            "new": _document(self.new),
            "by_urgency": {
                name: (_document(parts["all"]) or {})
                | {
                    "initial": _document(parts["initial"]),
                    "new": _document(parts["new"]),
                    "late_share": round(self.late_share[name], 6),
                }
                for name, parts in self.by_urgency.items()
            },
            "by_area": {name: _document(part) for name, part in self.by_area.items()},
        }


@dataclass(frozen=True, slots=True)
class Limiting:
    """What binds: the first thing that a head of office must read."""

    # now, after: what limits a day at the start, and once all that the scenario brings
    # is there: servers, printers, blanks, reserve, closed (nothing can be printed)
    now: str
    after: str
    # capacity_now, capacity_after: cards that such a day allows
    capacity_now: int
    capacity_after: int
    # what the resources named in the scenario could do by themselves; more than
    # capacity_after is money that something else holds back
    offered_after: int
    # share of the worked days of all replications on which each of these binds
    share: dict[str, float]
    # first day, last day and what binds, from the prices of the exact plan on the
    # likeliest numbers
    stretches: tuple[tuple[date, date, tuple[str, ...]], ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the object that stands in comparison.json."""
        return {
            "now": self.now,
            "after": self.after,
            "capacity_now": self.capacity_now,
            "capacity_after": self.capacity_after,
            "offered_after": self.offered_after,
            "share": {name: round(value, 6) for name, value in self.share.items()},
            "by_day": [
                {"from": a.isoformat(), "to": b.isoformat(), "resources": list(names)}
                for a, b, names in self.stretches
            ],
        }


@dataclass(frozen=True, slots=True)
class ScenarioFigures:
    """What one scenario comes to."""

    # name, label, cost_idr: as in the file
    name: str
    label: str
    cost_idr: int
    limits: Limiting
    quantities: dict[str, Quantity]  # by name, in the order of the document
    waits: Waits
    daily: pl.DataFrame  # day, waiting and printed at P10, P50, P90

    def document(self) -> dict[str, Any]:
        """Return the object that stands in comparison.json."""
        return {
            "name": self.name,
            "label": self.label,
            "cost_idr": self.cost_idr,
            "limits": self.limits.document(),
            **{name: part.document() for name, part in self.quantities.items()},
            "wait_days": self.waits.document(),
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """A scenario against the baseline, replication by replication."""

    name: str
    baseline: str
    # scenario less baseline, by name. For days, in calendar days and only where both
    # have the day; a negative one is sooner. Trips also less those of the baseline with
    # dates told, …_against_told.
    quantities: dict[str, Spread | None]
    # money for each day that a person waits less; None where it costs nothing or saves
    # no day
    idr_per_person_day: float | None

    def document(self) -> dict[str, Any]:
        """Return the object that stands in comparison.json."""
        money = self.idr_per_person_day
        return {
            "name": self.name,
            "baseline": self.baseline,
            **{name: _document(part) for name, part in self.quantities.items()},
            "idr_per_person_day": None if money is None else round(money, 2),
        }


@dataclass(frozen=True, slots=True)
class Payoff:
    """Up to where something pays, or why it never does."""

    value: str | int | None  # a date as text, or cards a day; None where there is none
    reason: str | None  # code of why there is none, or None
    # tried points with the saved trips less the cost, in rupiah
    curve: tuple[dict[str, Any], ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the object that stands in comparison.json."""
        return {"value": self.value, "reason": self.reason, "curve": list(self.curve)}


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where a scenario's cost is just paid by the trips that it saves."""

    # scenario, resource: the scenario with a cost, and the resource that it brings
    scenario: str
    resource: str | None
    # first day on which the scenario can have the resource in use
    earliest: date | None
    against: str  # not-told (the baseline as it is) or told (with ready-by dates)
    # installation_date, cards_per_day: latest date and lowest rate that still pay
    installation_date: Payoff
    cards_per_day: Payoff

    def document(self) -> dict[str, Any]:
        """Return the object that stands in comparison.json."""
        return {
            "scenario": self.scenario or None,
            "resource": self.resource,
            "earliest": None if self.earliest is None else self.earliest.isoformat(),
            "against": self.against,
            "installation_date": self.installation_date.document(),
            "cards_per_day": self.cards_per_day.document(),
        }


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(OneLine):
    """Scenarios side by side, on the same people, arrivals and breakdowns.

    Parameters
    ----------
    office
        The baseline's office.
    start, days, replications, seed, policy
        What was simulated.
    baseline
        Name of the scenario that the others are compared with.
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
        uncertain: tier, policy's value, optimum.
    assumptions
        key, value, kind (``fact`` or ``assumed``) and note.
    people
        initial, unprintable (no printer may ever print them), later (ready or
        pinned after the last day), held.
    notices
        What a reader should know.
    """

    office: Office
    start: date
    days: int
    replications: int
    seed: int
    policy: str
    baseline: str
    scenarios: tuple[ScenarioFigures, ...]
    dates_only: ScenarioFigures
    differences: tuple[Difference, ...]
    break_even: tuple[BreakEven, ...]
    gap: tuple[dict[str, Any], ...]
    assumptions: tuple[dict[str, Any], ...]
    people: dict[str, int]
    notices: tuple[Notice, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)

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

    def document(self) -> dict[str, Any]:
        """Return comparison.json, without the times that it took."""
        none = Payoff(None, "no-cost")
        nothing = BreakEven("", None, None, "not-told", none, none)
        first, *others = [one.document() for one in self.break_even or (nothing,)]
        return {
            "schema_version": SCHEMA_VERSION,
            "program": "ektp-sched",
            "office": self.office.name,
            "language": self.office.language,
            "replications": self.replications,
            "seed": self.seed,
            "start": self.start.isoformat(),
            "days": self.days,
            "policy": self.policy,
            "baseline": self.baseline,
            "people": self.people,
            "scenarios": [one.document() for one in self.scenarios],
            "dates_only": self.dates_only.document(),
            "differences": [one.document() for one in self.differences],
            "break_even": first | {"others": others},
            "gap": list(self.gap),
            "assumptions": list(self.assumptions),
            "notices": [
                {"code": one.code, "figures": one.figures} for one in self.notices
            ],
        }

    def daily(self) -> pl.DataFrame:
        """Return daily.csv: every scenario's days, one below the other."""
        import polars as pl

        return pl.concat([one.daily for one in self.scenarios])


def _document(part: Spread | None) -> dict[str, Any] | None:
    return None if part is None else part.document()
