"""What a comparison says, read anew from comparison.json and daily.csv alone."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

import polars as pl
import pytest
from whatif_cases import START, office, people, scenarios

from ektp_sched.scenarios import Comparison, compare

WORLD: Final[dict[str, Any]] = {
    "arrivals": {"per_working_day": 4},
    "breakdowns": {"server-1": {"mean_days_between": 5, "mean_days_down": 2}},
}


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
    ("futures", "policy"), [(1, "fifo"), (40, "pressure"), (3, "replan")]
)
def test_nobody_waits_any_more_is_what_the_days_say(futures: int, policy: str) -> None:
    document, daily = written(compared(futures, policy))
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
    assert document["dates_only"]["nobody_waits_any_more"] == said_of(document, "now")


def said_of(document: dict[str, Any], name: str) -> Any:
    (scenario,) = (one for one in document["scenarios"] if one["name"] == name)
    return scenario["nobody_waits_any_more"]


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
        scenarios(rules, arrivals={"per_working_day": 6}),
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
