"""What would turn an answer: each input by itself, all else as in the scenarios.

The same search finds up to which date, and from which rate on, saved trips pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.scenarios.compare.answer import Edge, Point, Sensitivity, Turn
from ektp_sched.scenarios.compare.comparison import BreakEven, CurvePoint, Payoff
from ektp_sched.scenarios.compare.inputs import Inputs, evenly
from ektp_sched.scenarios.compare.measures import trip_cost
from ektp_sched.scenarios.compare.search import Scan
from ektp_sched.scenarios.compare.sides import Sides
from ektp_sched.scenarios.compare.verdict import FUTURES
from ektp_sched.scenarios.world.laws import DATES_ONLY, Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ektp_sched.scenarios.compare.inputs import Input
    from ektp_sched.scenarios.compare.measures import Samples
    from ektp_sched.scenarios.compare.search import Reading, Turning
    from ektp_sched.scenarios.simulate.runs import Run
    from ektp_sched.scenarios.world.laws import CheckedScenario

__all__ = ["Turns", "turns_of"]


@dataclass(frozen=True, slots=True)
class Turns:
    """All that turns an answer, and what pays."""

    turns: tuple[Turn, ...]
    sensitivities: tuple[Sensitivity, ...]
    break_even: tuple[BreakEven, ...]


def turns_of(
    run: Run, by_scenario: Mapping[str, Samples], told: NDArray[np.generic]
) -> Turns:
    """Return what turns the answer to a run's question, and where prices are paid.

    Parameters
    ----------
    run
        What was simulated.
    by_scenario
        What came of each scenario, and of the baseline with dates told.
    told
        Trips in vain of those who heed a date by area, ``(A, R)``.
    """
    sides = Sides(run, by_scenario[DATES_ONLY])
    pays = _break_even(sides)
    question = run.scenarios.question
    if question is None:
        return Turns((), (), pays)
    trips = told[:, :FUTURES].astype(np.float64)
    areas = run.queue(run.baseline).areas
    heeding = trip_cost(trips, areas, run.baseline.office)
    inputs = Inputs(question, sides, heeding)
    turns, sensitivities = [], []
    for given in inputs.all():
        if isinstance(given, Turn):
            turns.append(given)
            continue
        scan = Scan(given.advantage, certain=inputs.is_certain and not given.drawn)
        turns.append(_turn(given, scan))
        if given.ends is not None:
            sensitivities.append(_sensitivity(given, scan))
    sensitivities.sort(key=lambda each: -each.swing)
    return Turns(tuple(turns), tuple(sensitivities), pays)


def _turn(given: Input, scan: Scan) -> Turn:
    turnings = scan.turnings(given.grid)
    first, last = given.grid[0], given.grid[-1]
    always = scan.at(first).by_mean == "yes"
    return Turn(
        input=given.name,
        resource=given.resource,
        unit=given.unit,
        value=given.value,
        state="edges" if turnings else "always" if always else "never",
        tried=(given.value_at(first), given.value_at(last)),
        edges=tuple(_edge(given, scan, turning) for turning in turnings),
        curve=tuple(
            _point(given, place, scan.at(place))
            for place in _shown(given, scan, turnings)
        ),
        closed_form=given.closed_form,
    )


def _edge(given: Input, scan: Scan, turning: Turning) -> Edge:
    low, high = (
        None if place is None else given.value_at(place)
        for place in (turning.low, turning.high)
    )
    return Edge(
        below=given.value_at(turning.below),
        above=given.value_at(turning.above),
        answer_below=scan.at(turning.below).by_mean,
        answer_above=scan.at(turning.above).by_mean,
        interval=(low, high),
    )


def _shown(given: Input, scan: Scan, turnings: list[Turning]) -> list[int]:
    """Return the places of a curve: all that were read, or those around a formula's."""
    if not given.closed_form:
        return sorted(scan.readings)
    marks = [turning.above for turning in turnings] + list(given.ends or ())
    last = min(given.grid[-1], 2 * max(marks, default=0) or given.grid[-1])
    return list(evenly(given.grid[0], last))


def _point(given: Input, place: int, reading: Reading) -> Point:
    return Point(
        value=given.value_at(place),
        mean=reading.spread.mean,
        interval=reading.interval,
        answer=reading.firm,
    )


def _sensitivity(given: Input, scan: Scan) -> Sensitivity:
    assert given.ends is not None
    low, high = (_point(given, place, scan.at(place)) for place in given.ends)
    return Sensitivity(
        input=given.name,
        resource=given.resource,
        unit=given.unit,
        value=given.value,
        low=low,
        high=high,
    )


def _break_even(sides: Sides) -> tuple[BreakEven, ...]:
    """Return where each scenario with a price is paid, against each baseline."""
    scenarios = sides.run.scenarios
    baselines = {"not-told": scenarios.baseline, "told": DATES_ONLY}
    return tuple(
        _paid(sides, scenario, against, Question(choose=scenario.name, against=name))
        for scenario in scenarios.scenarios.values()
        if scenario.cost_idr > 0
        for against, name in baselines.items()
    )


def _paid(
    sides: Sides, scenario: CheckedScenario, against: str, question: Question
) -> BreakEven:
    edge = BreakEven(scenario=scenario.name, against=against)
    if not scenario.added:
        return _never(edge, "no-resource")
    new = scenario.added[0]
    earliest = sides.run.start if new.first is None else new.first[0]
    edge = edge.model_copy(update={"resource": new.id, "earliest": earliest})
    inputs = Inputs(question, sides)
    if inputs.most_saved <= 0:
        # Not even printing everybody at once would save as much.
        return _never(edge, "trips-cost-less")
    days, rates = inputs.first_day(new), inputs.cards_per_day(new)
    return edge.model_copy(
        update={
            "installation_date": _latest_date(days, inputs.is_certain),
            "cards_per_day": _lowest_rate(rates, new.cards[2], inputs.is_certain),
        }
    )


def _never(edge: BreakEven, reason: str) -> BreakEven:
    none = Payoff(reason=reason)
    return edge.model_copy(update={"installation_date": none, "cards_per_day": none})


def _latest_date(days: Input, certain: bool) -> Payoff:
    scan = Scan(days.advantage, certain=certain)
    turnings = scan.turnings(days.grid)
    curve = tuple(
        CurvePoint(day=_day(days, place), **dict(scan.at(place).spread))
        for place in sorted(scan.readings)
    )
    if scan.at(days.grid[-1]).by_mean != "no":
        return Payoff(reason="beyond-horizon", curve=curve)
    falling = [t for t in turnings if scan.at(t.above).by_mean == "no"]
    if not falling:
        return Payoff(reason="never-pays", curve=curve)
    return Payoff(value=_day(days, falling[-1].below), curve=curve)


def _day(days: Input, place: int) -> date:
    day = days.value_at(place)
    assert isinstance(day, date)
    return day


def _lowest_rate(rates: Input, most: int, certain: bool) -> Payoff:
    """Return from which rate on it pays, up to the highest that is stated."""
    scan = Scan(rates.advantage, certain=certain)
    if scan.at(most - 1).by_mean == "no":
        return Payoff(reason="rate-too-low")
    turnings = scan.turnings(evenly(0, most - 1))
    rising = [t for t in turnings if scan.at(t.below).by_mean == "no"]
    return Payoff(value=rising[-1].above + 1 if rising else 1)
