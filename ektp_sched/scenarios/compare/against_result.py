"""A rule for buying shifts while a date is uncertain, and what it is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ektp_sched.showing import OneLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ektp_sched.office import Office, Option
    from ektp_sched.planning.decisions.against import Decision, Measure

__all__ = ["Against", "Worked"]


@dataclass(frozen=True, slots=True)
class Worked:
    """A shift on a day.

    Parameters
    ----------
    shift, day
        Which, and when.
    cost_idr
        What it costs, rupiah.
    """

    shift: str
    day: date
    cost_idr: int

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
        found: list[tuple[date, date, tuple[Worked, ...]]] = []
        for at, (on, _) in enumerate(self.dates):
            mine = self._own(at)
            if found and found[-1][2] == mine:
                found[-1] = found[-1][0], on, mine
            else:
                found.append((on, on, mine))
        return tuple(found)

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
        found = []
        for at, (on, times) in enumerate(self.dates):
            before = [w for w in self._shared() if w.day < on]
            values = zip(rule.tiers, rule.values[self._network(at)], strict=True)
            found.append(
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
        return found

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
