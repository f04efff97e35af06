"""What would turn an answer: each input by itself, all else as in the scenarios.

The same search finds up to which date, and from which rate on, saved trips pay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ektp_sched.scenarios.compare.answer import Edge, Point, Sensitivity, Turn
from ektp_sched.scenarios.compare.comparison import BreakEven, CurvePoint, Payoff
from ektp_sched.scenarios.compare.inputs import Inputs, evenly
from ektp_sched.scenarios.compare.measures import trip_cost
from ektp_sched.scenarios.compare.search import Scan, together
from ektp_sched.scenarios.compare.sides import Sides
from ektp_sched.scenarios.compare.verdict import FUTURES
from ektp_sched.scenarios.world.laws import DATES_ONLY, Question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ektp_sched.scenarios.compare.inputs import Input
    from ektp_sched.scenarios.compare.measures import Samples
    from ektp_sched.scenarios.compare.search import Reading, Search, Turning
    from ektp_sched.scenarios.compare.sides import Wanted
    from ektp_sched.scenarios.simulate.runs import Run
    from ektp_sched.scenarios.world.laws import CheckedScenario


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
    searches = _Searches(sides)
    paid = [_paid(sides, *each, searches) for each in _priced(sides)]
    question = run.scenarios.question
    moved: list[Turn | int] = []
    if question is not None:
        trips = told[:, :FUTURES].astype(np.float64)
        areas = run.queue(run.baseline).areas
        heeding = trip_cost(trips, areas, run.baseline.office)
        inputs = Inputs(question, sides, heeding)
        moved = [
            given if isinstance(given, Turn) else searches.add(inputs, given, _turn)
            for given in inputs.all()
        ]
    came = searches.run()
    pairs = [(each, None) if isinstance(each, Turn) else came[each] for each in moved]
    return Turns(
        tuple(turn for turn, _ in pairs),
        tuple(sorted((s for _, s in pairs if s is not None), key=lambda s: -s.swing)),
        tuple(
            edge
            if at is None
            else edge.model_copy(
                update={"installation_date": came[at[0]], "cards_per_day": came[at[1]]}
            )
            for edge, at in paid
        ),
    )


class _Searches:
    """Searches along inputs, whose futures are simulated together step by step."""

    def __init__(self, sides: Sides) -> None:
        self.sides = sides
        self.searches: list[tuple[Scan, Search[Any]]] = []
        self.moved: list[tuple[Inputs, Input]] = []

    def add(
        self,
        inputs: Inputs,
        given: Input,
        steps: Callable[[Input, Scan], Search[Any]],
    ) -> int:
        """Return the place at which the answer of a search will be."""
        scan = Scan(given.advantage, certain=inputs.is_certain and not given.drawn)
        self.searches.append((scan, steps(given, scan)))
        self.moved.append((inputs, given))
        return len(self.moved) - 1

    def run(self) -> list[Any]:
        """Return the answers."""
        return together(self.searches, self._prepare)

    def _prepare(self, wanted: Sequence[tuple[int, int]]) -> None:
        asked: list[Wanted] = []
        for number, place in wanted:
            inputs, given = self.moved[number]
            if given.setting is not None:
                asked += inputs.wanted(given.setting(place))
        self.sides.prepare(asked)


def _turn(given: Input, scan: Scan) -> Search[tuple[Turn, Sensitivity | None]]:
    turnings = yield from scan.search(given.grid)
    first, last = given.grid[0], given.grid[-1]
    always = scan.at(first).by_mean == "yes"
    turn = Turn(
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
    if given.ends is None:
        return turn, None
    yield given.ends
    return turn, _sensitivity(given, scan)


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


def _priced(sides: Sides) -> Iterator[tuple[CheckedScenario, str, Question]]:
    """Yield each scenario with a price, against each baseline."""
    scenarios = sides.run.scenarios
    baselines = {"not-told": scenarios.baseline, "told": DATES_ONLY}
    for scenario in scenarios.scenarios.values():
        if scenario.cost_idr > 0:
            for against, name in baselines.items():
                yield scenario, against, Question(choose=scenario.name, against=name)


def _paid(
    sides: Sides,
    scenario: CheckedScenario,
    against: str,
    question: Question,
    searches: _Searches,
) -> tuple[BreakEven, tuple[int, int] | None]:
    """Return what is known of where a price is paid, and who finds out the rest."""
    edge = BreakEven(scenario=scenario.name, against=against)
    if not scenario.added:
        return _never(edge, "no-resource"), None
    new = scenario.added[0]
    earliest = sides.run.start if new.first is None else new.first[0]
    edge = edge.model_copy(update={"resource": new.id, "earliest": earliest})
    inputs = Inputs(question, sides)
    if inputs.most_saved <= 0:
        # Not even printing everybody at once would save as much.
        return _never(edge, "trips-cost-less"), None
    lowest = partial(_lowest_rate, new.cards[2])
    return edge, (
        searches.add(inputs, inputs.first_day(new), _latest_date),
        searches.add(inputs, inputs.cards_per_day(new), lowest),
    )


def _never(edge: BreakEven, reason: str) -> BreakEven:
    none = Payoff(reason=reason)
    return edge.model_copy(update={"installation_date": none, "cards_per_day": none})


def _latest_date(days: Input, scan: Scan) -> Search[Payoff]:
    turnings = yield from scan.search(days.grid)
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


def _lowest_rate(most: int, rates: Input, scan: Scan) -> Search[Payoff]:  # noqa: ARG001
    """Look from which rate on it pays, up to the highest that is stated."""
    yield [most - 1]
    if scan.at(most - 1).by_mean == "no":
        return Payoff(reason="rate-too-low")
    turnings = yield from scan.search(evenly(0, most - 1))
    rising = [t for t in turnings if scan.at(t.below).by_mean == "no"]
    return Payoff(value=rising[-1].above + 1 if rising else 1)
