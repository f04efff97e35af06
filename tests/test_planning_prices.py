"""Prices of one card more and one less, worked by hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from strategies import START, Case, desk, person

if TYPE_CHECKING:
    from ektp_sched.planning import Plan


def prices(plan: Plan, resource: str, day: int) -> dict[str, tuple[Any, Any]]:
    """Return (one_more, one_less) by tier."""
    assert plan.prices is not None
    rows = plan.prices.rows(named=True)
    return {
        row["tier"]: (row["one_more"], row["one_less"])
        for row in rows
        if (row["resource"], (row["day"] - plan.start).days) == (resource, day)
    }


def test_left_and_right_prices_differ() -> None:
    # One card a day on s, three days; a waited 89 days, b 59, c 29, target 30.
    # Day of waiting today: 90, 60, 30.  a on day 0, b on 1, c on 2:
    #   b pays 60, c pays 30 + 31 = 61; 121 thirtieths.
    # One more on day 0: b moves up, c to day 1: 30 are left, saving 91/30.
    # One less on day 0: a on 1, b on 2, c never: 90 + (60 + 61) + (30+31+32)
    #   = 304, and one card is unprinted; the change is 183/30 = 6.1.
    rows = person("a", 89), person("b", 59), person("c", 29)
    plan = Case(desk(1), rows, days=3).plan()
    assert [tier.value for tier in plan.tiers] == [0, 0, 0, 121]
    found = prices(plan, "s", 0)
    assert found["unprinted"] == (0.0, 1.0)
    assert found["pressure"] == (-91 / 30, 183 / 30)
    assert found["overdue"] == found["promise"] == (0.0, 0.0)
    # Printers have 10 cards a day: more or less of those is worth nothing.
    assert set(prices(plan, "p", 0).values()) == {(0.0, 0.0)}


def test_a_resource_without_cards_has_no_price_of_one_less() -> None:
    document = desk(1)
    document["outages"] = [{"resource": "s", "from": START, "to": START}]
    plan = Case(document, (person("a", 29),), days=2).plan()
    assert prices(plan, "s", 0)["pressure"] == (-1.0, None)
    # One less on day 1: nobody is printed; pressure of day 1 is 31/30 more.
    assert prices(plan, "s", 1)["unprinted"] == (0.0, 1.0)
    assert prices(plan, "s", 1)["pressure"] == (0.0, 31 / 30)


def test_one_less_has_no_price_where_a_pin_could_not_be_kept() -> None:
    plan = Case(desk(1), (person("a", pinned_on=1),), days=3).plan()
    assert prices(plan, "s", 1)["pressure"] == (0.0, None)
    assert prices(plan, "s", 0)["pressure"] == (0.0, 0.0)


def test_closed_days_have_no_price() -> None:
    document = desk(1)
    document["calendar"]["closed"] = [date(2017, 9, 13)]
    plan = Case(document, (person("a"),), days=3).plan()
    assert plan.prices is not None
    assert prices(plan, "s", 1) == {}
    assert plan.prices.height == 2 * 2 * 4


def test_prices_stand_by_resource_day_and_tier() -> None:
    classes = {
        "emergency": {"target_days": 3, "rank": 0},
        "routine": {"target_days": 30, "default": True},
    }
    rows = person("a", urgency="emergency"), person("b")
    plan = Case(desk(1, urgency=classes), rows, days=2).plan()
    assert plan.prices is not None
    columns = ["resource", "day", "tier", "rank", "one_more", "one_less"]
    assert plan.prices.columns == columns
    first = plan.prices.head(8).select("resource", "tier", "rank").rows()
    assert first == [
        ("p", "unprinted", "0"),
        ("p", "unprinted", None),
        ("p", "overdue", "0"),
        ("p", "promise", "0"),
        ("p", "pressure", "0"),
        ("p", "overdue", None),
        ("p", "promise", None),
        ("p", "pressure", None),
    ]


def test_a_card_more_on_one_of_equal_printers_is_worth_the_same() -> None:
    printers = [{"id": name, "cards_per_day": 1} for name in ("p", "q")]
    rows = tuple(person(f"n{n}", 29) for n in range(4))
    plan = Case(desk(9, printers=printers), rows, days=2).plan()
    # A third card today spares one person day 30 of waiting: 30/30.
    assert prices(plan, "p", 0) == prices(plan, "q", 0)
    assert prices(plan, "p", 0)["pressure"][0] == -1.0


def test_an_earlier_tier_may_gain_at_a_later_ones_cost() -> None:
    # a is due today and b waits long; one card today, one tomorrow, target 30.
    # One less today: the due date is missed and b goes first tomorrow:
    # pressure was b's 400; then a pays 1 + 2, b 400: 3 more, and one unprinted.
    rows = person("a", 0, due_on=0), person("b", 399)
    plan = Case(desk(1), rows, days=2).plan()
    assert [tier.value for tier in plan.tiers] == [0, 0, 0, 400]
    found = prices(plan, "s", 0)
    assert found["unprinted"] == (0.0, 1.0)
    assert found["overdue"] == (0.0, 1.0)
    assert found["pressure"] == (-400 / 30, 3 / 30)
