"""What would turn an answer: the search against every place, formulas against runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from whatif_cases import START, office, people, scenarios

from ektp_sched.scenarios import CheckedScenarios, Comparison, compare
from ektp_sched.scenarios.compare.answer import Turn
from ektp_sched.scenarios.compare.inputs import Input, Inputs
from ektp_sched.scenarios.compare.search import Scan
from ektp_sched.scenarios.compare.sides import AS_IT_IS, Setting, Sides
from ektp_sched.scenarios.compare.verdict import answer_of_mean
from ektp_sched.scenarios.simulate.runs import Run
from ektp_sched.scenarios.world.laws import MEASURES, Measure, Question

if TYPE_CHECKING:
    from ektp_sched.office import Office
    from ektp_sched.scenarios.compare.comparison import BreakEven

pytestmark = pytest.mark.slow

DAYS: Final = 45
FUTURES: Final = 40
WORLD: Final[dict[str, Any]] = {
    "arrivals": {"per_working_day": 4},
    "breakdowns": {"server-1": {"mean_days_between": 5, "mean_days_down": 2}},
}
RULES: Final = office(12)


def world(**tables: Any) -> CheckedScenarios:
    """Return the scenarios of a small world, some tables being others."""
    return scenarios(RULES, **WORLD | tables)


def compared(stated: CheckedScenarios, *, futures: int = FUTURES) -> Comparison:
    waiting = people(60, RULES)
    return compare(waiting, RULES, stated, start=START, days=DAYS, replications=futures)


def asked(
    stated: CheckedScenarios,
    by: Measure = "money",
    *,
    futures: int = FUTURES,
    rules: Office = RULES,
) -> Inputs:
    """Return the inputs of the question whether the new server should be chosen."""
    run = Run(people(60, rules), stated, START, DAYS, futures, 1, "pressure")
    return Inputs(Question(choose="new", against="now", by=by), Sides(run, {}))


def searched(given_: Inputs) -> dict[str, Input]:
    """Return all inputs that are simulated, by name."""
    every = [one for one in given_.all() if isinstance(one, Input)]
    return {one.name: one for one in every if not one.closed_form}


def scan_of(one: Input) -> Scan:
    return Scan(one.advantage)


@given(
    st.lists(st.integers(-40, 40), min_size=9, max_size=9),
    st.integers(2, 60),
    st.floats(0, 30),
)
def test_between_grid_points_every_edge_is_found(
    knots: list[int], width: int, spread: float
) -> None:
    # Straight from knot to knot: between two of them the sign changes at most once,
    # by way of 0 or past it.
    places = np.arange(8 * width + 1)
    means = np.interp(places, places[::width], knots)
    noise = np.array([-1, 1, -1, 1]) * spread
    read: list[int] = []

    def advantage(place: int) -> np.ndarray[Any, np.dtype[np.float64]]:
        read.append(place)
        return np.asarray(means[place] + noise)

    scan = Scan(advantage)
    edges = scan.turnings(places[::width].tolist())
    answers = [answer_of_mean(float(np.mean(m + noise))) for m in means]
    changes = [at for at, (one, two) in enumerate(pairwise(answers)) if one != two]
    assert [edge.below for edge in edges] == changes
    assert len(read) == len(set(read))
    for edge in edges:
        for end, side in ((edge.low, -1), (edge.high, 1)):
            _is_nearest_firm(scan, edge.below if side < 0 else edge.above, end, side)


def _is_nearest_firm(scan: Scan, begin: int, end: int | None, side: int) -> None:
    """Hold that 0 is in the interval up to an end next to which it is not."""
    if end is None or end == begin:
        return
    assert scan.at(end).firm != "cannot-be-told"
    assert scan.at(end - side).firm == "cannot-be-told"


@pytest.mark.parametrize("name", ["arrivals", "mean_days_down", "first_day", "blanks"])
def test_a_search_finds_what_a_full_grid_shows(name: str) -> None:
    cards = {"KTP-el": {"default": True, "stock": 90}}
    rules = office(12, cards=cards)
    stated = scenarios(rules, **WORLD)
    run = Run(people(60, rules), stated, START, DAYS, 20, 1, "pressure")
    one = searched(Inputs(Question(choose="new", against="now"), Sides(run, {})))[name]
    last = min(one.grid[-1], 100 if name == "blanks" else 60)
    grid = [*(place for place in one.grid if place < last), last]
    answers = [
        answer_of_mean(float(one.advantage(at).mean())) for at in range(last + 1)
    ]
    changes = [
        at for at, (left, right) in enumerate(pairwise(answers)) if left != right
    ]
    assert [edge.below for edge in scan_of(one).turnings(grid)] == changes


def test_scarce_blanks_have_an_edge_on_either_side() -> None:
    # With half the blanks both run out alike; with all of them both print at ease;
    # between the two a faster server prints a late delivery sooner.
    late = [{"on": START + timedelta(days=28), "cards": 150}]
    cards = {"KTP-el": {"default": True, "stock": 20, "deliveries": late}}
    rules = office(10, cards=cards)
    tables = {name: dict(each) for name, each in _tables(33_000).items()}
    run = Run(
        people(100, rules), scenarios(rules, scenarios=tables), START, 60, 1, 1, "fifo"
    )
    inputs = Inputs(Question(choose="new", against="now"), Sides(run, {}))
    assert inputs.is_certain
    blanks = inputs.blanks()
    assert isinstance(blanks, Input)
    answers = [answer_of_mean(blanks.advantage(at)[0]) for at in range(201)]
    changes = [at for at, (one, two) in enumerate(pairwise(answers)) if one != two]
    scan = Scan(blanks.advantage, certain=True)
    edges = scan.turnings(blanks.grid)
    assert [edge.below for edge in edges] == changes
    sides = [scan.at(edge.above).by_mean for edge in edges]
    assert [side for side in sides if side != "cannot-be-told"] == ["yes", "no"]
    assert all((edge.low, edge.high) == (edge.below, edge.above) for edge in edges)


def _tables(cost: int, **server: Any) -> dict[str, Any]:
    """Return both scenarios, the new server at another price, day or rate."""
    fast = {
        "id": "server-2",
        "cards_per_day": 40,
        "replaces": ["server-1"],
        "from": START + timedelta(days=7),
    }
    return {"now": {}, "new": {"cost_idr": cost, "servers": [fast | server]}}


def test_each_moved_input_is_what_a_file_that_states_it_comes_to() -> None:
    one = searched(asked(world()))
    failing = {"mean_days_between": 5, "mean_days_down": 2}
    day = START + timedelta(days=3)
    files: dict[str, tuple[int, dict[str, Any]]] = {
        "arrivals": (7, {"arrivals": {"per_working_day": 7}}),
        "mean_days_between": (
            8,
            {"breakdowns": {"server-1": failing | {"mean_days_between": 9}}},
        ),
        "mean_days_down": (
            3,
            {"breakdowns": {"server-1": failing | {"mean_days_down": 4}}},
        ),
        "first_day": (3, {"scenarios": _tables(100_000, **{"from": day})}),
        "cards_per_day": (19, {"scenarios": _tables(100_000, cards_per_day=20)}),
    }
    for name, (place, tables) in files.items():
        moved, stated = one[name].advantage(place), asked(world(**tables))
        same = stated.advantage(AS_IT_IS)
        np.testing.assert_allclose(moved, same, rtol=0, atol=1e-3, err_msg=name)


def test_a_formula_turns_where_a_file_that_states_it_does() -> None:
    found = compared(world())
    turns = {turn.input: turn for turn in found.turns}

    def mean(name: str, value: Any) -> float:
        rules, tables = RULES, {}
        if name == "price":
            tables = {"scenarios": _tables(int(value))}
        elif name == "trip_cost_idr":
            visits = rules.visits.model_copy(update={"trip_cost_idr": int(value)})
            rules = rules.model_copy(update={"visits": visits})
        else:
            exact = int(value) if name == "day_without_card_idr" else value
            tables = {"worth": {name: exact}}
        stated = asked(scenarios(rules, **WORLD | tables), rules=rules)
        return float(stated.advantage(AS_IT_IS).mean())

    for name in ("price", "trip_cost_idr", "day_without_card_idr", "years_of_use"):
        turn = turns[name]
        assert (turn.state, turn.closed_form) == ("edges", True), name
        first, last = turn.edges[0], turn.edges[-1]
        assert answer_of_mean(mean(name, first.below)) == first.answer_below, name
        assert answer_of_mean(mean(name, last.above)) == last.answer_above, name


def test_who_heeds_a_date_turns_the_answer_as_a_file_that_states_it() -> None:
    cheap = {"scenarios": _tables(2_000), "told": {"heeded": 0.5}}
    question = {"choose": "new", "against": "dates_only"}
    found = compared(world(**cheap, question=question), futures=12)
    turn = next(each for each in found.turns if each.input == "heeded")
    assert (turn.state, turn.closed_form, turn.value) == ("edges", True, 0.5)
    (edge,) = turn.edges
    ends = (edge.below, edge.answer_below), (edge.above, edge.answer_above)
    for value, answer in ends:
        stated = world(**cheap | {"told": {"heeded": value}})
        judged = compared(stated, futures=12).verdict_against_told
        assert judged is not None
        assert answer_of_mean(judged.advantage.mean) == answer


@pytest.mark.parametrize("by", MEASURES)
def test_what_stands_in_the_scenarios_is_the_verdict_itself(by: Measure) -> None:
    question = {"choose": "new", "against": "now", "by": by}
    found = compared(world(question=question), futures=12)
    assert found.verdict is not None
    for each in searched(asked(world(), by, futures=12)).values():
        if each.name in ("mean_days_between", "mean_days_down"):
            place = int(float(str(each.value))) - 1
        elif each.name == "arrivals":
            place = 4
        elif each.name == "first_day":
            place = 7
        else:
            place = 39
        assert each.advantage(place).mean() == pytest.approx(
            found.verdict.advantage.mean, abs=1e-3
        )
    by_input = {turn.input: turn for turn in found.turns}
    moved = by_input["price"].reason
    assert moved == (None if by == "money" else "not-by-money")


def test_more_arrivals_never_save_less_and_a_price_asks_for_more() -> None:
    edges = []
    for cost in (20_000, 100_000, 200_000):
        stated = world(scenarios=_tables(cost))
        arrivals = searched(asked(stated, futures=20))["arrivals"]
        means = [float(arrivals.advantage(place).mean()) for place in range(17)]
        assert means == sorted(means)
        edges += [edge.below for edge in scan_of(arrivals).turnings(arrivals.grid)]
    assert edges == sorted(edges)
    assert edges


def test_the_reverse_question_turns_at_the_same_values() -> None:
    def edges(choose: str, against: str) -> list[Any]:
        question = {"choose": choose, "against": against}
        found = compared(world(question=question), futures=20)
        turns = {(turn.input, turn.resource): turn for turn in found.turns}
        names = ("arrivals", "mean_days_between", "mean_days_down", "trip_cost_idr")
        return [
            (name, edge.below, edge.above, edge.interval, edge.answer_below)
            for (name, _), turn in turns.items()
            if name in names
            for edge in turn.edges
        ]

    other = {"yes": "no", "no": "yes"}
    plain = edges("new", "now")
    assert plain
    assert edges("now", "new") == [(*each, other[last]) for *each, last in plain]


def test_the_interval_of_an_edge_covers_it() -> None:
    # A mean of 50 that falls by 1 a place, seen in forty futures.
    generator, covered = np.random.default_rng(7), 0
    for _ in range(300):
        drawn = generator.normal(50.5, 20, 40)
        scan = Scan(lambda place, at=drawn: at - place)  # type: ignore[misc]
        (edge,) = scan.turnings(list(range(0, 201, 25)))
        assert edge.low is not None
        assert edge.high is not None
        covered += edge.low <= 50 < edge.high
    # 95 % of 300, and three deviations of chance.
    assert covered >= 273


@pytest.mark.parametrize(("idr", "reason"), [(100, "by-area"), (0, "costs-nothing")])
def test_a_trip_that_only_areas_price_is_not_said_to_cost_nothing(
    idr: int, reason: str
) -> None:
    area = {"every_days": 10, "trip_cost_idr": idr}
    visits = {"every_days": 10, "trip_cost_idr": 0, "areas": {"Alak": area}}
    rules = office(12, areas={"Alak": [], "Oebobo": []}, visits=visits)
    turn = asked(scenarios(rules, **WORLD), rules=rules).trip_cost()
    assert isinstance(turn, Turn)
    assert turn.reason == reason


def test_inputs_that_nothing_can_move_say_why() -> None:
    rules = office(12)
    tables = {
        "now": {},
        "more": {"cost_idr": 10, "office": {"reserve": {"cards_per_day": 0}}},
    }
    stated = scenarios(rules, baseline="now", scenarios=tables)
    found = compare(
        people(20, rules), rules, stated, start=START, days=20, replications=2
    )
    reasons = {
        turn.input: turn.reason for turn in found.turns if turn.state == "no-input"
    }
    assert reasons == {
        "mean_days_between": "never-fails",
        "mean_days_down": "never-fails",
        "first_day": "no-resource",
        "cards_per_day": "no-resource",
        "blanks": "none-counted",
        "heeded": "nobody-told",
    }
    never = {turn.input for turn in found.turns if turn.state == "never"}
    assert {"arrivals", "trip_cost_idr"} <= never


def test_the_widest_swing_comes_first_and_ends_are_those_of_the_file() -> None:
    early, late = START + timedelta(days=4), START + timedelta(days=20)
    day = {"earliest": early, "likely": START + timedelta(days=9), "latest": late}
    cards = {"low": 20, "likely": 30, "high": 40}
    server = _tables(100_000, **{"from": day, "cards_per_day": cards})
    found = compared(world(scenarios=server), futures=20)
    swings = [each.swing for each in found.sensitivities]
    assert swings == sorted(swings, reverse=True)
    ends: dict[str, Any] = {
        each.input: (each.low.value, each.high.value) for each in found.sensitivities
    }
    assert ends["first_day"] == (early, late)
    assert ends["cards_per_day"] == (20, 40)
    assert ends["arrivals"] == (2, 8)
    assert ends["trip_cost_idr"] == (500, 2000)


def test_what_pays_is_read_from_the_same_search() -> None:
    def both(cost: int) -> tuple[BreakEven, dict[str, Turn]]:
        found = compared(world(scenarios=_tables(cost)), futures=20)
        return found.break_even[0], {turn.input: turn for turn in found.turns}

    pays, turns = both(20_000)
    assert pays.installation_date.value == turns["first_day"].edges[-1].below
    assert pays.cards_per_day.value == turns["cards_per_day"].edges[-1].above
    pays, turns = both(200_000)
    assert pays.installation_date.reason == "trips-cost-less"
    assert turns["first_day"].state == turns["cards_per_day"].state == "never"


def test_nobody_is_followed_again_in_a_future_that_is_the_same() -> None:
    # Trips cost more from Alak, whose people come last: it counts who is printed when.
    far: dict[str, Any] = {"areas": {"Alak": {"trip_cost_idr": 3000}}}
    scarce = {"KTP-el": {"default": True, "stock": 70}}
    rules = office(12, visits=far | {"trip_cost_idr": 1000}, cards=scarce)
    waiting = people(60, rules)
    last = pl.when(pl.int_range(pl.len()) < 40).then(pl.lit("Oebobo"))
    frame = waiting.frame.with_columns(area=last.otherwise(pl.lit("Alak")))
    waiting = replace(waiting, frame=frame)

    stated = scenarios(rules, **WORLD)
    run = Run(waiting, stated, START, DAYS, 12, 1, "pressure")
    new = stated.scenarios["new"].added[0]
    days = [START + timedelta(days=day) for day in (0, 3, 4, 30)]
    settings = [
        *(Setting(breakdown=("server-1", mean, None)) for mean in (5, 6, 4, 8)),
        *(Setting(breakdown=("server-1", None, mean)) for mean in (1, 3)),
        *(Setting(moved=replace(new, first=(day,) * 3)) for day in days),
        *(Setting(moved=replace(new, cards=(rate,) * 3)) for rate in (1, 20, 45)),
        *(Setting(blanks=share) for share in (99, 50, 101, 150)),
    ]
    sides = Sides(run, {})
    for setting in settings:
        for name in ("new", "now"):
            # By the wait every day of everybody is gone through.
            whole = sides.samples(name, "wait", setting)
            short = sides.samples(name, "money", setting)
            for key in ("wasted_trip_cost_idr", "person_days"):
                np.testing.assert_array_equal(short[key], whole[key])
