"""Blanks that expire or are set aside, and ribbons: worked optima, brute force."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from reference import broken_quotas, reference, slots_of
from strategies import (
    HALF,
    START,
    Case,
    consumable_cases,
    days_of,
    desk,
    person,
)
from test_planning_mixed import values

from ektp_sched.errors import UsageError
from ektp_sched.planning import Status
from ektp_sched.planning.mixed.relax import Relaxed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reference import Slot
    from strategies import Document, Row

    from ektp_sched.planning import Plan


CLASSES = {
    "urgent": {"target_days": 3},
    "routine": {"target_days": 30, "default": True},
}


def cards(**blanks: Any) -> Document:
    return {"KTP-el": {"default": True} | blanks}


def waiting(count: int, name: str = "r", **fields: Any) -> tuple[Row, ...]:
    """Return so many people, the first the longest waiting."""
    known = {"card": "KTP-el"} | fields
    return tuple(person(f"{name}{n}", 50 - n, **known) for n in range(count))


def day_by_name(slots: Mapping[str, Slot]) -> dict[str, int | None]:
    return {name: None if slot is None else slot[0] for name, slot in slots.items()}


def best(case: Case) -> list[int] | None:
    """Return the least tier values of all plans, each tried card by card."""
    known = reference(case)
    names = [person.name for person in known.people]
    plans = (
        dict(zip(names, slots, strict=True))
        for slots in product(*map(known.choices, known.people))
    )
    values = (
        [
            sum(known.cost(tier, p, known.day(plan[p.name])) for p in known.people)
            for tier in known.tiers
        ]
        for plan in plans
        if not known.broken(plan) and not broken_quotas(case, day_by_name(plan))
    )
    return min(values, default=None)


def after(days: int) -> Any:
    return START + timedelta(days=days)


@pytest.mark.slow
@HALF
@given(consumable_cases())
def test_no_plan_that_keeps_blanks_and_ribbons_is_better(case: Case) -> None:
    wanted = best(case)
    plan = case.plan()
    if wanted is None:
        assert plan.status is Status.INFEASIBLE
        return
    assert plan.status is Status.OPTIMAL
    assert not reference(case).broken(slots_of(plan))
    assert values(plan) == wanted


def places_of(case: Case) -> Iterator[str]:
    """Yield the places of the rules that can be left out of a case."""
    for number, _ in enumerate(case.document.get("quotas", []), 1):
        yield f"quotas[{number}]"
    for name, card in case.document.get("cards", {}).items():
        for key in ("stock", "set_aside"):
            if card.get(key) not in (None, {}):
                yield f"cards.{name}.{key}"
    for number, printer in enumerate(case.document["printers"], 1):
        if "ribbons" in printer:
            yield f"printers[{number}].ribbons"
    yield "pins"


def dropped(case: Case, place: str) -> Case:
    """Return the case without one of its rules."""
    if place == "pins":
        return case.with_rows([row | {"pinned_on": None} for row in case.rows])
    if place.startswith("cards."):
        _, name, key = place.split(".")
        cards = case.document["cards"]
        card = _kind(case, name) if key == "stock" else cards[name] | {"set_aside": {}}
        return case.with_document(cards=cards | {name: card})
    table, number = place.partition("]")[0].split("[")
    entries = [*case.document[table]]
    key, free = ("at_", {"at_most": 10**9}) if table == "quotas" else ("ribbon", {})
    kept = {k: v for k, v in entries[int(number) - 1].items() if key not in k}
    entries[int(number) - 1] = kept | free
    return case.with_document(**{table: entries})


def _kind(case: Case, name: str) -> Document:
    return {k: v for k, v in case.document["cards"][name].items() if k == "default"}


@pytest.mark.slow
@given(consumable_cases())
def test_a_contradiction_is_as_small_as_can_be(case: Case) -> None:
    """Alone its rules contradict each other, and all but any one of them do not."""
    plan = case.plan()
    if plan.status is not Status.INFEASIBLE or plan.conflict[0].code != "rules":
        return
    places = {rule.place for rule in plan.conflict[0].rules}
    named = plan.conflict[0].application_ids  # whose pins are too many, and no others
    case = case.with_rows(
        [
            row if row["application_id"] in named else row | {"pinned_on": None}
            for row in case.rows
        ]
    )
    # A stock of which all cards come is no rule that could be left out.
    every = {*places_of(case)} - places
    stocks = {place for place in every if place.endswith(".stock")}
    for place in every - stocks:
        case = dropped(case, place)
    assert case.plan().status is Status.INFEASIBLE
    for place in places:
        again = dropped(case, place).plan()
        if again.status is Status.INFEASIBLE:
            assert stocks
            (conflict, *_) = again.conflict
            others = {rule.place for rule in conflict.rules}
            assert conflict.code == "pin-no-blanks" or others & stocks


def test_what_expires_is_used_before_what_does_not() -> None:
    """Three of five blanks can be used on the first day only, and two can be."""
    document = desk(
        2,
        cards=cards(
            stock=3, expires_on=after(0), deliveries=[{"on": after(1), "cards": 2}]
        ),
    )
    plan = Case(document, waiting(6), days=5).plan()
    assert (plan.status, plan.engine) == (Status.OPTIMAL, "milp")
    assert days_of(plan) == {"r0": 0, "r1": 0, "r2": 1, "r3": 1, "r4": None, "r5": None}
    assert set(plan.unprinted["reason"]) == {"no-blanks"}


def test_a_delivery_can_expire_before_the_stock_does() -> None:
    """The stock is kept for the days on which the delivery is gone."""
    document = desk(
        1,
        cards=cards(
            stock=2,
            deliveries=[{"on": after(1), "cards": 5, "expires_on": after(2)}],
        ),
    )
    plan = Case(document, waiting(5), days=6).plan()
    assert days_of(plan) == {"r0": 0, "r1": 1, "r2": 2, "r3": 3, "r4": None}


def test_blanks_set_aside_are_not_for_others() -> None:
    document = desk(3, urgency=CLASSES, cards=cards(stock=4, set_aside={"urgent": 2}))
    rows = (*waiting(4), person("u", 1, urgency="urgent", card="KTP-el"))
    plan = Case(document, rows, days=3).plan()
    assert plan.engine == "milp"
    printed = {name for name, day in days_of(plan).items() if day is not None}
    assert printed == {"r0", "r1", "u"}


def test_a_class_may_also_use_what_is_not_set_aside() -> None:
    document = desk(9, urgency=CLASSES, cards=cards(stock=4, set_aside={"urgent": 2}))
    rows = waiting(5, "u", urgency="urgent")
    plan = Case(document, rows, days=2).plan()
    assert list(days_of(plan).values()).count(None) == 1


def test_a_ribbon_stops_its_printer_alone() -> None:
    """Half a ribbon of five is two cards; one more comes on the third day."""
    printers = [
        {
            "id": "a",
            "cards_per_day": 2,
            "cards_per_ribbon": 5,
            "ribbons": Decimal("0.5"),
            "ribbon_deliveries": [{"on": after(2), "ribbons": 1}],
        },
        {"id": "b", "cards_per_day": 1},
    ]
    plan = Case(desk(9, printers=printers), waiting(10), days=4).plan()
    assert (plan.status, plan.engine) == (Status.OPTIMAL, "milp")
    by = plan.assignments.group_by("day", "printer").len().sort("day", "printer")
    assert [
        ((day - START).days, printer, count) for day, printer, count in by.iter_rows()
    ] == [
        (0, "a", 2),
        (0, "b", 1),
        (1, "b", 1),
        (2, "a", 2),
        (2, "b", 1),
        (3, "a", 2),
        (3, "b", 1),
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"cards": cards(stock=9, expires_on=after(60))},
        {"cards": cards(stock=9, set_aside={"routine": 1})},
        {
            "printers": [
                {"id": "p", "cards_per_day": 5, "cards_per_ribbon": 3, "ribbons": 2}
            ]
        },
    ],
)
def test_a_rule_that_cannot_bind_leaves_the_plan_to_the_network(
    more: dict[str, Any],
) -> None:
    plain = Case(desk(2), waiting(5), days=4).plan()
    kept = Case(desk(2, **more), waiting(5), days=4).plan()
    assert (kept.engine, kept.status) == ("flow", Status.OPTIMAL)
    assert kept.certificate is not None
    assert (days_of(kept), kept.tiers) == (days_of(plain), plain.tiers)


@pytest.mark.parametrize(
    ("more", "place", "room"),
    [
        ({"cards": cards(stock=1, expires_on=after(0))}, "cards.KTP-el.stock", 1),
        (
            {"cards": cards(stock=1, set_aside={"urgent": 1}), "urgency": CLASSES},
            "cards.KTP-el.set_aside",
            1,
        ),
        (
            {
                "printers": [
                    {"id": "p", "cards_per_day": 5, "cards_per_ribbon": 3, "ribbons": 0}
                ]
            },
            "printers[1].ribbons",
            1,
        ),
    ],
)
def test_a_pin_against_each_rule_is_a_contradiction(
    more: dict[str, Any], place: str, room: int
) -> None:
    plan = Case(
        desk(2, **more), (person("a", 5, pinned_on=1, card="KTP-el"),), days=3
    ).plan()
    assert plan.status is Status.INFEASIBLE
    (conflict,) = plan.conflict
    rules = {rule.place: rule.room for rule in conflict.rules}
    assert set(rules) == {place, "pins"} | (
        {"cards.KTP-el.stock"} if place.endswith("aside") else set()
    )
    assert rules[place] == room
    assert conflict.application_ids == ("a",)


def test_what_is_set_aside_for_several_classes_is_relieved_in_all() -> None:
    """Two pinned cards need two of the blanks that are kept for two other classes."""
    classes = CLASSES | {"haji": {"target_days": 5}}
    kept = {"urgent": 2, "haji": 2}
    pinned = [person(f"a{n}", 5, pinned_on=1, card="KTP-el") for n in range(2)]

    def plan(aside: dict[str, int]) -> Plan:
        blanks = cards(stock=4, set_aside=aside)
        return Case(
            desk(4, cards=blanks, urgency=classes), tuple(pinned), days=3
        ).plan()

    rooms = {rule.place: rule.room for rule in plan(kept).conflict[0].rules}
    assert rooms["cards.KTP-el.set_aside"] == 2
    assert plan(kept | {"haji": 1}).status is Status.INFEASIBLE
    assert plan({"urgent": 1, "haji": 1}).status is Status.OPTIMAL


def test_a_pin_against_the_calendar_is_named_for_it_beside_other_rules() -> None:
    quota = {"per": "day", "urgency": ["routine"], "at_most": 9}
    document = desk(2, quotas=[quota], calendar={"workdays": ["mon"]})
    plan = Case(document, (person("a", 5, pinned_on=1),), days=7).plan()
    (conflict,) = plan.conflict
    assert (conflict.code, conflict.application_ids) == ("pin-closed", ("a",))


def test_a_saturday_is_bought_for_blanks_that_expire() -> None:
    monday = START - timedelta(days=1)
    document = desk(
        1,
        calendar={"workdays": ["mon", "tue", "wed", "thu", "fri"]},
        cards=cards(stock=9, expires_on=monday + timedelta(days=5)),
        shifts=[{"id": "saturday", "days": ["sat"], "cost_idr": 5}],
    )
    plan = Case(document, waiting(7), monday, 14).plan()
    assert [use.day for use in plan.shifts] == [monday + timedelta(days=5)]
    assert plan.assignments.height == 6


def test_days_must_be_stated_only_where_something_can_run_out() -> None:
    short = Case(desk(2, cards=cards(stock=3, expires_on=after(0))), waiting(3))
    with pytest.raises(UsageError, match=r"days is left out; cards\.KTP-el can run"):
        short.plan(days=None)
    enough = Case(desk(2, cards=cards(stock=3, expires_on=after(9))), waiting(3))
    assert enough.plan(days=None).days == 2


def test_what_expired_before_the_start_is_no_blank() -> None:
    document = desk(2, cards=cards(stock=3, expires_on=after(-1)))
    plan = Case(document, waiting(1), days=3).plan()
    assert list(plan.unprinted["reason"]) == ["no-blanks"]


def test_a_wide_search_without_any_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is there for a search over uses and switches alone."""
    module = import_module("ektp_sched.planning.mixed.run")
    monkeypatch.setattr(module, "_is_wide", lambda *_: True)
    monkeypatch.setattr(Relaxed, "bound", property(lambda _: 0))
    later = [{"on": after(1), "cards": 2}]
    blanks = cards(stock=3, expires_on=after(0), deliveries=later)
    plan = Case(desk(2, cards=blanks), waiting(6), days=5).plan()
    assert (plan.status, plan.unprinted.height) == (Status.OPTIMAL, 2)


def test_ribbons_of_a_printer_that_serves_nobody_who_waits_are_nobodys_limit() -> None:
    printers = [
        {"id": "p", "cards_per_day": 1, "areas": ["Alak"]},
        {"id": "q", "cards_per_day": 1, "areas": ["Maulafa"]}
        | {"cards_per_ribbon": 1, "ribbons": 1},
    ]
    rows = tuple(person(f"n{n}", area="Alak") for n in range(2))
    made = Case(desk(9, printers=printers), rows, days=2).plan()
    assert made.status == "optimal"
    assert set(made.assignments["printer"]) == {"p"}
