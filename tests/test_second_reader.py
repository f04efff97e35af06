"""What a comparison says, read anew from comparison.json and daily.csv alone."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

import numpy as np
import polars as pl
import pytest
from whatif_cases import START, office, people, scenarios

from ektp_sched.scenarios import Comparison, compare
from ektp_sched.scenarios.compare.measures import costs
from ektp_sched.scenarios.world.laws import Worth

WORLD: Final[dict[str, Any]] = {
    "arrivals": {"per_working_day": 4},
    "breakdowns": {"server-1": {"mean_days_between": 5, "mean_days_down": 2}},
}

NEW: Final[dict[str, Any]] = {
    "servers": [{"id": "server-2", "cards_per_day": 40, "replaces": ["server-1"]}]
}
# Without a price nothing is asked, and nothing searched that would turn an answer.
FREE: Final[dict[str, Any]] = {"scenarios": {"now": {}, "new": NEW}}


def compared(replications: int, policy: str = "pressure", **tables: Any) -> Comparison:
    rules = office(12)
    return compare(
        people(60, rules),
        rules,
        scenarios(rules, **WORLD | tables),
        start=START,
        days=45,
        replications=replications,
        policy=policy,
    )


def written(found: Comparison) -> tuple[dict[str, Any], pl.DataFrame]:
    """Return both files as somebody else reads them."""
    daily = pl.read_csv(found.daily().write_csv().encode(), try_parse_dates=True)
    return json.loads(json.dumps(found.document())), daily


def queue_of(daily: pl.DataFrame, futures: int) -> dict[str, Any]:
    """Return when nobody waits any more, counted in the futures of each day."""
    left = daily["queued_futures"].to_list()
    free = [day for day, count in enumerate(left) if 2 * (futures - count) >= futures]
    if not free:
        return {"on": None, "share": None, "queue_days_share": None}
    later = [
        count
        for day, count in enumerate(left)
        if day > free[0] and daily["worked"][day]
    ]
    return {
        "on": daily["day"][free[0]].isoformat(),
        "share": round(1 - left[free[0]] / futures, 6),
        "queue_days_share": round(sum(later) / len(later) / futures, 6)
        if later
        else None,
    }


@pytest.mark.parametrize(
    ("futures", "policy"), [(1, "fifo"), (40, "pressure"), (2, "replan")]
)
def test_nobody_waits_any_more_is_what_the_days_say(futures: int, policy: str) -> None:
    document, daily = written(compared(futures, policy, **FREE))
    for scenario in document["scenarios"]:
        days = daily.filter(pl.col("scenario") == scenario["name"])
        said = scenario["nobody_waits_any_more"]
        counted = queue_of(days, futures)
        assert {key: said[key] for key in counted} == pytest.approx(counted, abs=1e-6)
        assert said["on"] is not None
        # The middle future of that day leaves nobody, and of no day before it does.
        on = date.fromisoformat(said["on"])
        middle = pl.col("queued_p50") == 0
        assert days.filter(middle)["day"].min() == on
        assert (days["queued_p90"] <= days["waiting_p90"]).all()
        # Who is left on a closed day was there the day before.
        free = days["queued_futures"]
        closed = ~days["worked"][1:]
        assert (free[1:].filter(closed) >= free[:-1].filter(closed)).all()
        if not said["queue_days_share"]:
            assert said["returns_share"] == 0 or futures > 1
    assert (
        document["dates_only"]["nobody_waits_any_more"]
        == (side_of(document, "now")["nobody_waits_any_more"])
    )


def side_of(document: dict[str, Any], name: str) -> Any:
    sides = [*document["scenarios"], document["dates_only"]]
    (side,) = (one for one in sides if one["name"] == name)
    return side


def test_a_queue_returns_after_a_breakdown_and_that_is_counted() -> None:
    outage = {
        "resource": "server-1",
        "from": date(2017, 9, 25),
        "to": date(2017, 9, 26),
    }
    rules = office(12, outages=[outage])
    found = compare(
        people(12, rules),
        rules,
        scenarios(rules, **FREE, arrivals={"per_working_day": 6}),
        start=START,
        days=45,
        replications=30,
    )
    said = found.scenario("now").nobody_waits_any_more
    assert said is not None
    # Twelve people are one day's cards, and who comes on it is recorded that day.
    assert said.on == START
    assert (said.share, said.returns_share) == (1, 1)
    assert said.queue_days_share is not None
    assert 1 / 32 <= said.queue_days_share < 1


SATURDAYS: Final[dict[str, Any]] = {
    "now": {},
    "new": NEW | {"cost_idr": 100_000},
    "saturdays": {
        "cost_idr_per_day": 700,
        "office": {
            "calendar": {"workdays": ["mon", "tue", "wed", "thu", "fri", "sat"]}
        },
    },
}


def cost_of(document: dict[str, Any], daily: pl.DataFrame, name: str) -> int:
    """Return the price and the further days of a scenario, by what daily.csv works."""
    worked = [
        daily.filter(pl.col("scenario") == one)["worked"]
        for one in (name, document["baseline"])
    ]
    further = int((worked[0] & ~worked[1]).sum())
    rules = SATURDAYS[name]
    return int(rules.get("cost_idr", 0) + further * rules.get("cost_idr_per_day", 0))


def answered(verdict: dict[str, Any]) -> str:
    low, high = verdict["advantage"]["mean_interval"]
    if low > 0:
        return "yes"
    return "no" if high < 0 else "cannot-be-told"


def turns_at(document: dict[str, Any], name: str, value: float) -> bool:
    """Return whether an input turns the answer at a value, or nowhere if below 0."""
    (turn,) = (one for one in document["turns"] if one["input"] == name)
    if value < 0:
        return turn["state"] in ("always", "never")
    # At a whole value nothing is won or lost, and both its sides are edges.
    first, last = turn["edges"][0]["below"], turn["edges"][-1]["above"]
    return bool(first <= value <= last <= first + 2)


@pytest.mark.parametrize(
    ("choose", "against", "worth"),
    [
        ("new", "now", 0),
        ("saturdays", "now", 40),
        ("new", "dates_only", 40),
        ("now", "saturdays", 0),
    ],
)
def test_the_verdict_is_what_its_own_figures_say(
    choose: str, against: str, worth: int
) -> None:
    found = compared(
        30,
        scenarios=SATURDAYS,
        question={"choose": choose, "against": against},
        worth={"day_without_card_idr": worth},
        told={"heeded": Decimal("0.5"), "cost_idr": 3000},
    )
    document, daily = written(found)
    for name in SATURDAYS:
        total = side_of(document, name)["total_cost_idr"]
        assert total["mean"] == total["p90"] == cost_of(document, daily, name)
    assert side_of(document, "dates_only")["total_cost_idr"]["mean"] == 3000
    verdict = document["verdict"]
    assert document["question"] == verdict["question"]
    judged = [verdict]
    if against == "now":
        judged.append(document["verdict_against_told"])
        assert judged[1]["question"]["against"] == "dates_only"
    else:
        assert document.get("verdict_against_told") is None
    for one in judged:
        ours = side_of(document, one["question"]["choose"])
        theirs = side_of(document, one["question"]["against"])

        def less(key: str, theirs: Any = theirs, ours: Any = ours) -> float:
            return float(theirs[key]["mean"] - ours[key]["mean"])

        saved = less("wasted_trip_cost_idr") + worth * less("person_days")
        assert one["saved_idr"] == pytest.approx(saved, abs=1e-3)
        assert one["cost_idr"] == pytest.approx(-less("total_cost_idr"), abs=1e-3)
        mean = one["saved_idr"] - one["cost_idr"]
        assert one["advantage"]["mean"] == pytest.approx(mean, abs=1e-3)
        assert one["answer"] == answered(one)
        assert one["futures"] == document["replications"]
    price = side_of(document, choose)["cost_idr"] + verdict["advantage"]["mean"]
    assert turns_at(document, "price", price)
    days = [
        side_of(document, name)["person_days"]["mean"] for name in (against, choose)
    ]
    daily_worth = worth - verdict["advantage"]["mean"] / (days[0] - days[1])
    assert turns_at(document, "day_without_card_idr", daily_worth)


def test_who_does_not_heed_a_date_comes_as_today() -> None:
    def trips(heeded: str) -> tuple[float, float]:
        told = {"heeded": Decimal(heeded)}
        document, _ = written(compared(20, **FREE, told=told))
        told, now = side_of(document, "dates_only"), side_of(document, "now")
        assert told["person_days"] == now["person_days"]
        if heeded == "0":
            assert told["wasted_trips"] == now["wasted_trips"]
            assert told["wasted_trip_cost_idr"] == now["wasted_trip_cost_idr"]
        return told["wasted_trips"]["mean"], now["wasted_trips"]["mean"]

    (everybody, now), (half, _) = trips("1"), trips("0.5")
    assert trips("0") == (now, now)
    assert half == pytest.approx((everybody + now) / 2, abs=1e-6)
    assert everybody < half < now


def test_a_price_counts_by_the_years_in_which_it_is_used_up() -> None:
    scenario = scenarios(office()).named("new")
    worked = np.arange(45) % 7 < 5
    # 45 days of a price of 100,000 over one year, or over a tenth of one: all of it.
    for years, counted in (("1", 100_000 * 45 / 365), ("0.1", 100_000)):
        worth = Worth(years_of_use=Fraction(years))
        cost = costs(scenario, worth, worked, worked, np.array([0, 50_000]))
        assert cost["bought_idr"].tolist() == [100_000, 150_000]
        expected = [counted, 1.5 * counted]
        assert cost["total_cost_idr"].tolist() == pytest.approx(expected)


def test_it_would_have_paid_had_it_been_there_before_it_can_be() -> None:
    late = {
        "cost_idr": 20_000,
        "servers": [NEW["servers"][0] | {"from": date(2017, 10, 9)}],
    }
    document, _ = written(compared(20, scenarios={"now": {}, "new": late}))
    verdict, edge = document["verdict"], document["break_even"]
    assert answered(verdict) == "no"
    assert verdict["answer"] == "not-on-these-dates"
    assert verdict["pays_until"] == edge["installation_date"]["value"]
    assert verdict["pays_until"] < verdict["earliest"] == edge["earliest"]


def test_without_a_price_nothing_is_asked() -> None:
    found = compared(2, scenarios={"now": {}, "same": {}})
    assert (found.question, found.verdict) == (None, None)
    asked = compared(
        1, scenarios={"now": {}, "same": {}}, question={"choose": "same"}
    ).verdict
    assert asked is not None
    assert (asked.answer, asked.share, asked.tie_share) == ("cannot-be-told", 0, 1)


def test_what_replaces_a_server_that_died_is_paid_in_each_future() -> None:
    def totals(price: int, **tables: Any) -> list[float]:
        dying = {
            "mean_days_between": 8,
            "mean_days_down": 2,
            "for_good": Decimal("0.5"),
            "replaced_after": 6,
            "replacement_cost_idr": price,
        }
        dead = {"server-1": dying}
        document, _ = written(compared(40, **FREE, breakdowns=dead, **tables))
        spread = side_of(document, "now")["total_cost_idr"]
        return [spread[key] for key in ("mean", "p10", "p50", "p90")]

    once, twice = totals(1000), totals(2000)
    assert once[0] > 0
    assert all(cost % 1000 == 0 for cost in once[1:])
    assert twice == pytest.approx([2 * cost for cost in once])
    # Over half a year 45 days are a quarter of a price, and a bit less.
    part = totals(1000, worth={"years_of_use": Decimal("0.5")})
    assert part == pytest.approx([cost * 45 / 182.5 for cost in once], abs=1e-3)
    assert totals(0) == [0, 0, 0, 0]


@pytest.mark.parametrize("policy", ["fifo", "pressure"])
def test_more_arrivals_never_shorten_the_queue(policy: str) -> None:
    rules = office(12)
    few = scenarios(rules, **WORLD | FREE)
    left, on = [], []
    for rate in (4, 5, 7):
        found = compare(
            people(60, rules),
            rules,
            few.with_arrivals(rate),
            start=START,
            days=45,
            replications=20,
            policy=policy,
        )
        _, daily = written(found)
        left.append(
            daily.select("queued_p10", "queued_p50", "queued_futures").to_numpy()
        )
        queue = found.scenario("now").nobody_waits_any_more
        assert queue is not None
        on.append(queue.on or date.max)
    assert on == sorted(on)
    for fewer, more in pairwise(left):
        assert (more >= fewer).all()
