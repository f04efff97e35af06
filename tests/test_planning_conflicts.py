"""Pins that contradict the rules: named, with their day, and none too many."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import assume, event, given
from reference import reference
from strategies import HALF, START, Case, desk, person, pinned_cases

from ektp_sched.planning import Conflict, Plan, Status


def contradiction(case: Case) -> Conflict:
    """Return the one conflict of a case."""
    plan = case.plan()
    assert plan.status is Status.INFEASIBLE
    assert plan.assignments.is_empty()
    assert plan.unprinted.is_empty()
    assert plan.tiers == ()
    assert plan.certificate is None
    assert plan.prices is None
    (conflict,) = plan.conflict
    return conflict


def test_pin_on_a_closed_day() -> None:
    document = desk()
    document["calendar"]["closed"] = [date(2017, 9, 13)]
    rows = person("a", pinned_on=1), person("b", pinned_on=0)
    conflict = contradiction(Case(document, rows, days=3))
    assert conflict.code == "pin-closed"
    assert conflict.day == date(2017, 9, 13)
    assert conflict.application_ids == ("a",)


def test_pin_before_ready_on() -> None:
    rows = (person("a", pinned_on=1, ready_on=2), person("b"))
    conflict = contradiction(Case(desk(), rows, days=3))
    assert (conflict.code, conflict.application_ids) == ("pin-not-ready", ("a",))
    assert conflict.day == date(2017, 9, 13)


def test_pin_without_an_eligible_printer() -> None:
    printers = [{"id": "p", "cards_per_day": 1, "areas": ["Alak"]}]
    rows = (person("a", pinned_on=1, area="Oebobo"),)
    conflict = contradiction(Case(desk(printers=printers), rows, days=3))
    assert (conflict.code, conflict.application_ids) == ("pin-no-printer", ("a",))


def test_more_pins_than_cards_on_a_day() -> None:
    rows = [person(f"n{n}", n, pinned_on=1) for n in range(4)]
    rows.append(person("elsewhere", pinned_on=2))
    conflict = contradiction(Case(desk(2), tuple(rows), days=3))
    assert conflict.code == "pin-capacity"
    assert conflict.day == date(2017, 9, 13)
    # Three pins for two cards: giving up any one makes room for the others.
    assert len(conflict.application_ids) == 3
    assert set(conflict.application_ids) < {"n0", "n1", "n2", "n3"}
    assert conflict.figures == {"pins": 3, "room": 2}


FIRST = {"from": START, "to": START}


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ({"outages": [{"resource": "p"} | FIRST]}, "pin-printers-down"),
        ({"outages": [{"resource": "s"} | FIRST]}, "pin-servers-down"),
        ({"outages": [{"resource": n} | FIRST for n in "ps"]}, "pin-printers-down"),
        # A tenth of a day leaves no whole card.
        ({"outages": [{"resource": "p", "share": 0.1} | FIRST]}, "pin-printers-down"),
        ({"reserve": {"cards_per_day": 20}}, "pin-reserve"),
    ],
)
def test_pins_on_a_day_on_which_nothing_works_for_them(
    rules: dict[str, Any], code: str
) -> None:
    """Each of them is named, and those whose printer works are not."""
    document = desk(
        printers=[
            {"id": "p", "cards_per_day": 9, "servers": ["s"], "areas": ["Oebobo"]},
            {"id": "q", "cards_per_day": 9, "servers": ["t"], "areas": ["Alak"]},
        ],
        servers=[{"id": "s", "cards_per_day": 9}, {"id": "t", "cards_per_day": 9}],
        **rules,
    )
    if code == "pin-reserve":
        document["printers"].pop()
        document["servers"].pop()
    rows = [person("b", 3, area="Oebobo", pinned_on=0)]
    rows += [person("a", 1, area="Oebobo", pinned_on=0)]
    rows += [person("elsewhere", area="Alak"), person("later", area="Oebobo")]
    conflict = contradiction(Case(document, tuple(rows), days=2))
    assert (conflict.code, conflict.day) == (code, START)
    assert conflict.application_ids == ("a", "b")
    assert conflict.figures == {"pins": 2}


def test_a_printer_that_begins_later_is_no_missing_record() -> None:
    """In its area it is the only one, and not there yet."""
    printers = [
        {"id": "p", "cards_per_day": 5, "areas": ["Oebobo"]},
        {"id": "q", "cards_per_day": 5, "areas": ["Alak"], "from": date(2017, 9, 14)},
    ]
    rows = (person("a", area="Alak", pinned_on=1), person("b", area="Oebobo"))
    conflict = contradiction(Case(desk(printers=printers), rows, days=3))
    assert (conflict.code, conflict.application_ids) == ("pin-printers-down", ("a",))


def test_pins_beyond_the_reserve() -> None:
    rows = tuple(person(f"n{n}", pinned_on=0) for n in range(2))
    document = desk(3, reserve={"cards_per_day": 2})
    assert contradiction(Case(document, rows, days=2)).code == "pin-capacity"


def test_pins_without_blanks() -> None:
    # The blanks of day 1 come too late for two pins on day 0.
    delivery = {"on": date(2017, 9, 13), "cards": 5}
    document = desk(9, cards={"KTP-el": {"stock": 1, "deliveries": [delivery]}})
    rows = tuple(person(f"n{n}", card="KTP-el", pinned_on=0) for n in range(2))
    conflict = contradiction(Case(document, rows, days=3))
    assert conflict.code == "pin-no-blanks"
    assert conflict.application_ids == ("n0", "n1")


def test_pins_of_two_days_without_blanks() -> None:
    document = desk(9, cards={"KTP-el": {"stock": 1}})
    rows = (
        person("a", card="KTP-el", pinned_on=0),
        person("b", card="KTP-el", pinned_on=2),
    )
    conflict = contradiction(Case(document, rows, days=3))
    assert conflict.code == "pin-no-blanks"
    assert conflict.application_ids == ("a", "b")


def test_every_pin_that_is_impossible_alone_is_named() -> None:
    document = desk()
    document["calendar"]["closed"] = [date(2017, 9, 13)]
    rows = (
        person("closed", pinned_on=1),
        person("early", pinned_on=0, ready_on=2),
        person("fine", pinned_on=2),
    )
    plan = Case(document, rows, days=3).plan()
    assert plan.status is Status.INFEASIBLE
    named = {c.code: c.application_ids for c in plan.conflict}
    assert named == {"pin-closed": ("closed",), "pin-not-ready": ("early",)}


@pytest.mark.parametrize("engine", ["flow", "cpsat"])
@pytest.mark.parametrize("days", [3, None])
def test_both_engines_and_an_open_horizon_say_infeasible(
    engine: str, days: int | None
) -> None:
    rows = tuple(person(f"n{n}", pinned_on=1) for n in range(2))
    plan = Case(desk(1), rows).plan(engine=engine, days=days)
    assert plan.status is Status.INFEASIBLE
    assert plan.engine == engine
    assert [c.code for c in plan.conflict] == ["pin-capacity"]


def _with_pins_of(case: Case, names: set[str]) -> Case:
    return case.with_rows(
        [
            row if row["application_id"] in names else row | {"pinned_on": None}
            for row in case.rows
        ]
    )


def _possible(case: Case, names: set[str]) -> bool:
    problem: Any = reference(_with_pins_of(case, names), tiers=("unprinted",))
    return problem.optimum() is not None


@pytest.mark.slow
@HALF
@given(pinned_cases())
def test_contradictions_are_found_and_none_of_their_pins_is_innocent(
    case: Case,
) -> None:
    pinned = {
        row["application_id"]
        for row in case.rows
        if row["pinned_on"] is not None
        and case.start <= row["pinned_on"] < case.day(case.days)
    }
    assume(pinned)
    plan: Plan = case.plan()
    event(f"status {plan.status}")
    assert (plan.status is Status.INFEASIBLE) == (not _possible(case, pinned))
    assert bool(plan.conflict) == (plan.status is Status.INFEASIBLE)
    days = {row["application_id"]: row["pinned_on"] for row in case.rows}
    for conflict in plan.conflict:
        names = set(conflict.application_ids)
        assert names <= pinned
        assert list(conflict.application_ids) == sorted(names)
        assert conflict.figures["pins"] == len(names)
        assert conflict.day == max(days[name] for name in names)
        assert not _possible(case, names)
        if conflict.code in ("pin-capacity", "pin-no-blanks"):
            assert all(_possible(case, names - {name}) for name in names)
            assert len(plan.conflict) == 1
        else:
            assert not any(_possible(case, {name}) for name in names)
    alone = {name for name in pinned if not _allowed(case, name)}
    if alone:
        assert {n for c in plan.conflict for n in c.application_ids} == alone


def _allowed(case: Case, name: str) -> bool:
    """Return whether a pin could be kept, had it the day and its blanks alone."""
    problem = reference(case)
    limits = problem.limits
    cards = limits.printers | limits.servers
    one = next(p for p in problem.people if p.name == name)
    day = one.pinned
    assert day is not None
    return (limits.total is None or limits.total[day] > 0) and any(
        problem.may(one, (day, printer, server))
        and min(cards[printer][day], cards[server][day]) > 0
        for printer in one.printers
        for server in limits.reach[printer]
    )
