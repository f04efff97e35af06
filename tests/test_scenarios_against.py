"""Shifts against the dates of a scenario: which dates, which offices, refusals."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from scenario_cases import START, desk, scenarios, world
from strategies import make_backlog, person

from ektp_sched.errors import UsageError
from ektp_sched.scenarios import against

if TYPE_CHECKING:
    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.scenarios import Against

RANGE = {
    "earliest": date(2017, 9, 14),
    "likely": date(2017, 9, 16),
    "latest": date(2017, 9, 21),
}
NEW = {
    "id": "server-3",
    "cards_per_day": {"low": 20, "likely": 30, "high": 60},
    "from": RANGE,
    "replaces": ["server-1", "server-2"],
}
SATURDAY = {"id": "sat", "days": ["sat"], "cost_idr": 5}


def office() -> Office:
    servers = [
        {"id": "server-1", "cards_per_day": 3},
        {"id": "server-2", "cards_per_day": 1},
    ]
    return desk(servers=servers, shifts=[SATURDAY], cards={})


def waiting(count: int) -> Backlog:
    return make_backlog([person(f"A{n:02d}", n) for n in range(count)])


def found(count: int = 30, added: dict[str, Any] = NEW, **more: Any) -> Against:
    known = scenarios(office=office(), soon={"servers": [added]})
    return against(waiting(count), known, start=START, **more)


def test_the_dates_are_those_that_compare_draws() -> None:
    known = scenarios(office=office(), soon={"servers": [NEW]})
    resource = known.scenarios["soon"].added[0]
    drawn = world(known, seed=7, size=40).first(resource).tolist()
    wanted = Counter(START + timedelta(days=day) for day in drawn)
    made = found(dates=40, seed=7)
    assert dict(made.dates) == wanted
    assert made.count == made.counted == 40
    assert (made.scenario, made.resource, made.seed) == ("soon", "server-3", 7)


def test_the_new_one_does_its_likely_cards_and_the_old_stand_by() -> None:
    # Tuesday and Wednesday print 4 each, Thursday the 14th and Friday 30 each: 68.
    for count, left in ((68, 0), (69, 1)):
        made = found(count, dates=[date(2017, 9, 14)], days=4)
        names = [tier.name for tier in made.decision.rule.tiers]
        assert made.decision.rule.values[0][names.index("unprinted")] == left


def test_dates_beyond_the_horizon_are_one_and_still_named() -> None:
    late = [date(2017, 12, 1), date(2017, 12, 2), date(2018, 1, 1)]
    made = found(30, dates=[date(2017, 9, 15), *late], days=8)
    assert [day for day, _ in made.dates] == [date(2017, 9, 15), *late]
    assert len(made.decision.rule.values) == 2
    values = [one["tiers"] for one in made.document()["dates"]]
    assert values[1] == values[2] == values[3]
    assert made.afterwards[-1][1] == date(2018, 1, 1)


def test_a_date_listed_twice_counts_twice() -> None:
    days = [date(2017, 9, 15), date(2017, 12, 1), date(2017, 12, 1)]
    made = found(30, dates=days, days=8)
    assert made.dates == ((days[0], 1), (days[1], 2))
    amounts = {tier.name: made.amount(tier) for tier in made.decision.rule.tiers}
    one, two = (values[-2] for values in made.decision.rule.values)
    assert amounts["cost_idr"] * 3 == one + 2 * two


@pytest.mark.slow
def test_the_worst_tenth_is_rounded_up() -> None:
    assert found(dates=11, aim="worst-tenth").counted == 2
    assert found(dates=10, aim="worst-tenth").counted == 1


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"aim": "median"}, "aim is 'median'; it must be one of mean, worst-tenth"),
        ({"dates": []}, "dates is 0; it must be a whole number from 1 to 1,000"),
        ({"dates": 1001}, "dates is 1001"),
        ({"seed": -1}, "seed is -1"),
        ({"days": 0}, "days is 0; it must be a whole number from 1 to 3,660"),
        ({"time_limit": 0}, "time_limit is 0"),
        ({"workers": 0}, "workers is 0; it must be a whole number from 1 to 256"),
        ({"workers": 2.0}, "workers is 2.0; it must be a whole number"),
        ({"scenario": "later"}, 'unknown scenario "later"'),
        ({"dates": [date(2017, 9, 11)]}, "2017-09-11 is before the start 2017-09-12"),
    ],
)
def test_arguments_out_of_range(more: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        found(**more)


def test_two_things_on_uncertain_dates() -> None:
    other = NEW | {"id": "server-4", "replaces": []}
    known = scenarios(office=office(), soon={"servers": [NEW, other]})
    with pytest.raises(
        UsageError, match=r"several uncertain dates \(server-3, server-4"
    ):
        against(waiting(3), known, start=START)
