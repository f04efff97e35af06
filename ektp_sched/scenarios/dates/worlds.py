"""Worlds whose rates nobody knows: a history of each, and what it says."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.errors import UsageError
from ektp_sched.office import calendar
from ektp_sched.rules.calendar import LONGEST_HORIZON
from ektp_sched.scenarios.world.draws import draw
from ektp_sched.scenarios.world.history import BreakdownFit, fit_arrivals, transitions
from ektp_sched.scenarios.world.laws import ArrivalLaw
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.scenarios.dates.fronts import Course
    from ektp_sched.scenarios.world.laws import CheckedScenarios

    Prior = tuple[float, float]

_ARRIVAL_PRIOR: Final = (0.5, 0.0)
_WORSE: Final = (2.0, 0.5)
"""What chances of failure and repair are in a worse world, times the stated."""


def stated_rates(scenarios: CheckedScenarios) -> CheckedScenarios:
    """Return scenarios with the rates that are stated, or likeliest, for certain."""
    law = scenarios.arrivals
    if law is not None and law.fit is not None:
        fit = law.fit
        total = max(1, sum(fit.cards))
        mix = {
            name: Fraction(count, total)
            for name, count in zip(fit.classes, fit.cards, strict=True)
        }
        rate = Fraction(sum(fit.cards), fit.days)
        law = ArrivalLaw(rate * law.factor, Fraction(str(fit.dispersion)), mix)
    laws = {n: replace(b, fit=None) for n, b in scenarios.breakdowns.items()}
    return replace(scenarios, arrivals=law, breakdowns=laws)


def worse_rates(scenarios: CheckedScenarios) -> CheckedScenarios:
    """Return scenarios in which breakdowns come twice as often, and last so long."""
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


def fitted_worlds(
    course: Course, length: int, worlds: int, block: int, priors: tuple[Prior, Prior]
) -> Iterator[CheckedScenarios]:
    """Yield what each world's history says about the rates.

    The scenarios of the course have the true rates.  A history has ``length`` working
    days, at least 2, and comes from futures of ``block`` that are taken for the past;
    the priors are beta priors of the chances to fail and to be repaired.
    """
    scenarios = course.scenarios
    days = _span(course, length)
    past = draw(
        scenarios,
        start=course.start,
        days=days,
        seed=course.seed,
        block=block,
        size=worlds,
    )
    common = calendar(scenarios.office, course.start, days).open
    own = calendar(course.scenario.office, course.start, days).open
    recorded = past.arrivals.cards
    if past.arrivals.held is not None:
        recorded = recorded - past.arrivals.held
    cards = recorded[:, :, common][:, :, :length].astype(np.int64)
    states = {}
    for name in scenarios.breakdowns:
        up = past.up(name, own)
        if up is not None:
            states[name] = up[own][:length]
    for world in range(worlds):
        law = scenarios.arrivals
        if law is not None:
            fit = fit_arrivals(past.arrivals.classes, cards[:, world], _ARRIVAL_PRIOR)
            law = ArrivalLaw.of_history(fit)
        laws = {
            name: scenarios.breakdowns[name].fitted(
                BreakdownFit(*transitions(up[:, world]), *priors)
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
    message = said(
        "history_days is {length}; so many working days are not found in {days} days",
        "history_days berisi {length}; hari kerja sebanyak itu tidak ada dalam {days} "
        "hari",
        length=length,
        days=LONGEST_HORIZON,
    )
    raise UsageError(message)
