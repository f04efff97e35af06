"""Every rule: one case that it lets pass and one in which it holds somebody back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from strategies import START, Case, crossing_cases, days_of, desk, person

from ektp_sched.errors import UnsupportedRuleError
from ektp_sched.planning import Status

ENGINES = pytest.mark.parametrize("engine", ["flow", "cpsat"])


def printed(
    document: dict[str, Any],
    *people: dict[str, Any],
    days: int = 4,
    engine: str = "auto",
) -> dict[str, int | None]:
    """Plan and return the days; both engines are asked by the laws."""
    plan = Case(document, people, days=days).plan(engine=engine)
    assert plan.status is Status.OPTIMAL
    return days_of(plan)


def crowd(count: int) -> list[dict[str, Any]]:
    return [person(f"n{number}", 9 - number) for number in range(count)]


def two_printers(**second: Any) -> list[dict[str, Any]]:
    return [{"id": "p", "cards_per_day": 1}, {"id": "q", "cards_per_day": 1} | second]


@ENGINES
def test_printer_capacity(engine: str) -> None:
    wide = desk(9, printers=[{"id": "p", "cards_per_day": 3}])
    assert printed(wide, *crowd(3), engine=engine) == {"n0": 0, "n1": 0, "n2": 0}
    narrow = desk(9, printers=[{"id": "p", "cards_per_day": 2}])
    assert printed(narrow, *crowd(3), engine=engine) == {"n0": 0, "n1": 0, "n2": 1}


@ENGINES
def test_server_capacity(engine: str) -> None:
    assert printed(desk(3), *crowd(3), engine=engine) == {"n0": 0, "n1": 0, "n2": 0}
    assert printed(desk(2), *crowd(3), engine=engine) == {"n0": 0, "n1": 0, "n2": 1}


@ENGINES
def test_printer_reaches_only_its_servers(engine: str) -> None:
    servers = [{"id": "s", "cards_per_day": 1}, {"id": "t", "cards_per_day": 2}]
    printers = [{"id": "p", "cards_per_day": 9}, {"id": "q", "cards_per_day": 9}]
    free = desk(servers=servers, printers=printers)
    assert set(printed(free, *crowd(3), engine=engine).values()) == {0}
    printers = [p | {"servers": ["s"]} for p in printers]
    bound = desk(servers=servers, printers=printers)
    days = printed(bound, *crowd(3), engine=engine)
    assert days == {"n0": 0, "n1": 1, "n2": 2}


@ENGINES
def test_a_printer_with_two_servers_leaves_one_to_its_neighbour(engine: str) -> None:
    # q reaches s alone, p both: for two cards a day p must take t.
    servers = [{"id": "s", "cards_per_day": 1}, {"id": "t", "cards_per_day": 1}]
    document = desk(servers=servers, printers=two_printers(servers=["s"]))
    plan = Case(document, tuple(crowd(2)), days=1).plan(engine=engine)
    assert plan.unprinted.is_empty()
    pairs = plan.assignments.select("printer", "server").rows()
    assert pairs == [("p", "t"), ("q", "s")]


def test_card_types_of_a_printer() -> None:
    document = desk(9, printers=two_printers(cards=["KIA"]))
    document["cards"] = {"KTP-el": {"default": True}, "KIA": {}}
    kia = [person(f"k{n}", 9 - n, card="KIA") for n in range(2)]
    assert printed(document, *kia) == {"k0": 0, "k1": 0}
    ktp = [person(f"e{n}", 9 - n, card="KTP-el") for n in range(2)]
    assert printed(document, *ktp) == {"e0": 0, "e1": 1}


def test_areas_of_a_printer() -> None:
    document = desk(9, printers=two_printers(areas=["Alak"]))
    near = [person(f"a{n}", 9 - n, area="Alak") for n in range(2)]
    assert printed(document, *near) == {"a0": 0, "a1": 0}
    far = [person(f"b{n}", 9 - n, area=None) for n in range(2)]
    assert printed(document, *far) == {"b0": 0, "b1": 1}


def test_card_and_area_must_both_fit() -> None:
    printers = [{"id": "p", "cards_per_day": 1, "areas": ["Alak"], "cards": ["KIA"]}]
    document = desk(9, printers=printers)
    document["cards"] = {"KTP-el": {"default": True}, "KIA": {}}
    days = printed(
        document,
        person("both", 0, card="KIA", area="Alak"),
        person("area", 99, card="KTP-el", area="Alak"),
        person("card", 99, card="KIA", area="Oebobo"),
    )
    assert days == {"both": 0, "area": None, "card": None}


@pytest.mark.parametrize("resource", ["printers", "servers"])
def test_from_and_to_are_inclusive(resource: str) -> None:
    document = desk(1, printers=[{"id": "p", "cards_per_day": 1}])
    document[resource][0] |= {"from": date(2017, 9, 13), "to": date(2017, 9, 14)}
    assert printed(document, *crowd(3)) == {"n0": 1, "n1": 2, "n2": None}
    document[resource][0] |= {"from": START, "to": date(2017, 9, 30)}
    assert printed(document, *crowd(3)) == {"n0": 0, "n1": 1, "n2": 2}


@pytest.mark.parametrize("resource", ["p", "s"])
def test_outage_leaves_a_share_rounded_down(resource: str) -> None:
    document = desk(3, printers=[{"id": "p", "cards_per_day": 3}])
    outage = {"resource": resource, "from": START, "to": START}
    # 3 × 0.67 = 2.01 and 3 × 0.66 = 1.98: two cards and one.
    document["outages"] = [outage | {"share": Decimal("0.67")}]
    assert list(printed(document, *crowd(3)).values()) == [0, 0, 1]
    document["outages"] = [outage | {"share": Decimal("0.66")}]
    assert list(printed(document, *crowd(3)).values()) == [0, 1, 1]
    document["outages"] = [outage]
    assert list(printed(document, *crowd(3)).values()) == [1, 1, 1]


def test_shares_multiply_and_are_rounded_once() -> None:
    # 10 × 0.5 × 0.5 × 0.8 = 2; rounded at each step it would be 5, 2, 1.
    document = desk(10)
    document["calendar"]["share"] = {"tue": Decimal("0.8")}
    half = {"resource": "s", "from": START, "to": START, "share": Decimal("0.5")}
    document["outages"] = [half, half]
    assert list(printed(document, *crowd(3)).values()) == [0, 0, 1]


def test_weekends_holidays_closed_and_open_days() -> None:
    document = desk(1)
    document["calendar"] = {"workdays": ["mon", "tue", "wed", "thu", "fri"]}
    document["calendar"] |= {"country": "ID"}
    # From Wednesday 20 September 2017; Thursday is the Islamic new year,
    # Friday worked, Saturday and Sunday not.
    case = Case(document, tuple(crowd(3)), start=date(2017, 9, 20), days=7)
    assert days_of(case.plan()) == {"n0": 0, "n1": 2, "n2": 5}
    document["calendar"] |= {"closed": [date(2017, 9, 22)], "open": [date(2017, 9, 21)]}
    case = Case(document, tuple(crowd(3)), start=date(2017, 9, 20), days=7)
    assert days_of(case.plan()) == {"n0": 0, "n1": 1, "n2": 5}
    document["calendar"] |= {"open": [date(2017, 9, 22), date(2017, 9, 23)]}
    case = Case(document, tuple(crowd(3)), start=date(2017, 9, 20), days=7)
    assert days_of(case.plan()) == {"n0": 0, "n1": 2, "n2": 3}


@ENGINES
def test_reserve_is_kept_free_each_working_day(engine: str) -> None:
    document = desk(3)
    assert set(printed(document, *crowd(3), engine=engine).values()) == {0}
    document["reserve"] = {"cards_per_day": 2}
    days = printed(document, *crowd(3), engine=engine)
    assert days == {"n0": 0, "n1": 1, "n2": 2}
    document["reserve"] = {"cards_per_day": 5}
    assert set(printed(document, *crowd(3), engine=engine).values()) == {None}


@ENGINES
def test_blanks_run_out_and_are_delivered(engine: str) -> None:
    document = desk(9, cards={"KTP-el": {"stock": 2}})
    people = [row | {"card": "KTP-el"} for row in crowd(5)]
    days = printed(document, *people, engine=engine)
    assert list(days.values()) == [0, 0, None, None, None]
    # A delivery can be used on its day; one before the start is ignored.
    coming = [(date(2017, 9, 11), 50), (date(2017, 9, 14), 2)]
    document["cards"]["KTP-el"]["deliveries"] = [
        {"on": day, "cards": cards} for day, cards in coming
    ]
    days = printed(document, *people, engine=engine)
    assert list(days.values()) == [0, 0, 2, 2, None]
    document["cards"]["KTP-el"]["stock"] = 5
    assert set(printed(document, *people, engine=engine).values()) == {0}


def test_delivery_on_a_closed_day_waits_for_the_next_open_one() -> None:
    document = desk(9)
    document["calendar"]["closed"] = [date(2017, 9, 13)]
    delivery = {"on": date(2017, 9, 13), "cards": 1}
    document["cards"] = {"KTP-el": {"stock": 0, "deliveries": [delivery]}}
    assert printed(document, person("a", card="KTP-el")) == {"a": 2}


def test_blanks_of_two_types_apart() -> None:
    document = desk(
        servers=[{"id": "s", "cards_per_day": 9}, {"id": "t", "cards_per_day": 9}],
        printers=[
            {"id": "p", "cards_per_day": 9, "cards": ["KTP-el"], "servers": ["s"]},
            {"id": "q", "cards_per_day": 9, "cards": ["KIA"], "servers": ["t"]},
        ],
        cards={"KTP-el": {"default": True, "stock": 1}, "KIA": {"stock": 2}},
    )
    people = [person(f"e{n}", 9 - n, card="KTP-el") for n in range(2)]
    people += [person(f"k{n}", 9 - n, card="KIA") for n in range(3)]
    days = printed(document, *people)
    assert days == {"e0": 0, "e1": None, "k0": 0, "k1": 0, "k2": None}


@given(crossing_cases())
def test_blanks_that_cross_need_a_number_of_days(case: Case) -> None:
    with pytest.raises(UnsupportedRuleError) as caught:
        case.plan(days=None)
    text = str(caught.value)
    assert "cards.KTP-el.stock" in text
    assert "KIA" in text
    assert "\n" not in text


def test_blanks_that_cross_are_no_matter_where_there_are_enough() -> None:
    document = desk(9, cards={"KTP-el": {"default": True, "stock": 2}, "KIA": {}})
    people = [person("a", card="KTP-el"), person("b", card="KTP-el")]
    assert set(printed(document, *people, person("c", card="KIA")).values()) == {0}


def test_stock_of_a_card_that_nobody_asks_for_is_no_matter() -> None:
    document = desk(9, cards={"KTP-el": {"default": True}, "KIA": {"stock": 0}})
    assert printed(document, person("a", card="KTP-el")) == {"a": 0}


@ENGINES
def test_ready_on(engine: str) -> None:
    assert printed(desk(), person("a", ready_on=0), engine=engine) == {"a": 0}
    assert printed(desk(), person("a", ready_on=3), engine=engine) == {"a": 3}
    assert printed(desk(), person("a", ready_on=4), engine=engine) == {"a": None}


@ENGINES
def test_a_pin_is_hard(engine: str) -> None:
    people = [person("late", 900, pinned_on=3), person("new", 0, pinned_on=0)]
    days = printed(desk(1), *people, person("other", 50), engine=engine)
    assert days == {"late": 3, "new": 0, "other": 1}


def test_a_pin_takes_the_slot_of_a_stricter_rank() -> None:
    classes = {
        "emergency": {"target_days": 3, "rank": 0},
        "routine": {"target_days": 30, "default": True},
    }
    people = person("r", pinned_on=0), person("e", 9, urgency="emergency")
    assert printed(desk(1, urgency=classes), *people) == {"r": 0, "e": 1}


def test_a_pin_before_the_start_is_ignored_with_a_notice() -> None:
    case = Case(desk(), (person("a", 9, pinned_on=-1),), days=2)
    plan = case.plan()
    assert days_of(plan) == {"a": 0}
    notices = {n.code: n.figures for n in plan.notices}
    assert notices["pinned-before-start"] == {"count": 1}


def test_a_pin_beyond_the_horizon_is_unprinted_with_that_reason() -> None:
    plan = Case(desk(), (person("a", 9, pinned_on=2),), days=2).plan()
    assert plan.status is Status.OPTIMAL
    assert plan.unprinted["reason"].to_list() == ["pinned-later"]
    assert plan.tiers[0].value == 1


@pytest.mark.parametrize(
    ("document", "row", "reason"),
    [
        (desk(1), person("a", ready_on=9), "not-ready"),
        (desk(1, reserve={"cards_per_day": 1}), person("a"), "capacity"),
        (
            desk(1, cards={"KTP-el": {"stock": 0}}),
            person("a", card="KTP-el"),
            "no-blanks",
        ),
        (
            desk(1, printers=[{"id": "p", "cards_per_day": 1, "areas": ["Alak"]}]),
            person("a", area="Oebobo"),
            "no-printer",
        ),
        (desk(1), person("a", pinned_on=6), "pinned-later"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_reasons(document: dict[str, Any], row: dict[str, Any], reason: str) -> None:
    plan = Case(document, (row,), days=3).plan()
    assert plan.status is Status.OPTIMAL
    assert plan.unprinted["reason"].to_list() == [reason]


def test_a_horizon_without_an_open_day_prints_nobody() -> None:
    document = desk(1)
    document["calendar"] = {"workdays": ["mon"]}
    plan = Case(document, (person("a"),), days=3).plan()
    assert plan.status is Status.OPTIMAL
    assert plan.unprinted["reason"].to_list() == ["capacity"]
    assert plan.prices is not None
    assert plan.prices.is_empty()
