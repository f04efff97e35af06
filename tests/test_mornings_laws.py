"""Mornings after mornings: nobody twice, nobody lost, and no change without a cause."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from mornings import Life, expected
from reference import reference, slots_of
from strategies import (
    FEW,
    HALF,
    Case,
    cases,
    consumable_cases,
    given_cases,
    mixed_cases,
    pinned_cases,
    quota_cases,
    shift_cases,
)

import ektp_sched as ek
from ektp_sched.backlog.known import GIVEN
from ektp_sched.planning import Status
from ektp_sched.trust import checker, verify

if TYPE_CHECKING:
    from mornings import Expected, Morning
    from strategies import Row

    from ektp_sched.planning import Plan

pytestmark = pytest.mark.slow


# Chains of mornings


def the_numbers_add_up(life: Life, now: Morning, wanted: Expected) -> None:
    known = now.plan.backlog.known
    assert known is not None
    n = known.counts
    assert n.planned_before == n.printed + n.open + n.waiting + n.held + n.gone
    assert now.plan.backlog.planned == n.waiting + n.new
    assert {key: getattr(n, key) for key in wanted.counts} == wanted.counts
    assert n.open_choice == now.choice
    assert known.left.height == n.held + n.gone


def what_is_known_is_what_was_said(life: Life, now: Morning, wanted: Expected) -> None:
    backlog, known = now.plan.backlog, now.plan.backlog.known
    assert known is not None
    names = backlog.frame["application_id"].to_list()
    assert set(names) == wanted.planned
    assert len(names) == len(wanted.planned)
    assert dict(zip(names, known.given.rows(), strict=True)) == wanted.given
    for frame, said in ((known.carried, wanted.carried), (known.left, wanted.left)):
        last = "result" if "result" in frame.columns else "because"
        assert dict(frame.select("application_id", last).iter_rows()) == said
        assert frame["application_id"].is_sorted()


def nobody_is_lost(life: Life, now: Morning) -> None:
    """Whoever is print-ready without a card is planned, or asked about and listed."""
    plan = now.plan
    slots = slots_of(plan)  # each of those planned stands once
    assert slots.keys() == set(plan.backlog.frame["application_id"])
    known = plan.backlog.known
    carried = {}
    if known is not None:
        pairs = known.carried.select("application_id", "result").iter_rows()
        carried = dict(pairs)
    for name in now.export.frame["application_id"]:
        person = life.people[name]
        assert (name in slots) is not (name in carried), name
        if name in carried:
            assert carried[name] == "open" or person.cards == 1 or person.risked


def nobody_stands_on_two_valid_sheets(life: Life, now: Morning) -> None:
    for name in now.plan.backlog.frame["application_id"]:
        person = life.people[name]
        assert person.risked or not person.cards, f"{name} has a card"


def neither_verify_nor_the_bare_checker_finds_anything(now: Morning) -> None:
    assert verify(now.plan, now.plan.backlog, now.office) == []
    check = checker.Folder(now.folder)
    check.run()
    assert not check.wrong, check.wrong[:5]


def the_same_morning_again_is_the_same_to_the_byte(now: Morning) -> None:
    again = ek.plan(
        now.export, now.office, start=now.start, days=now.days, previous=now.folder
    )
    assert again.assignments.equals(now.plan.assignments)
    assert again.unprinted.equals(now.plan.unprinted)


def tomorrow_is_the_rest_of_today_where_all_is_printed(now: Morning) -> None:
    """With everything of the first day printed, dropped, and taken from the stock."""
    tomorrow = now.start + timedelta(days=1)
    today = pl.col("day") < tomorrow
    printed = now.plan.assignments.filter(today)
    here = pl.col("application_id").is_in(printed["application_id"].implode())
    frame = now.export.frame
    office = now.office.model_dump(mode="python", by_alias=True, exclude_unset=True)
    for name, card in office.get("cards", {}).items():
        if "stock" in card:
            used = frame.filter(here & (pl.col("card") == name)).height
            came = [
                x["cards"] for x in card.get("deliveries", ()) if x["on"] == now.start
            ]
            card["stock"] += sum(came) - used
    export = replace(now.export, frame=frame.filter(~here), rows=None)
    again = ek.plan(
        export, office, start=tomorrow, days=now.days - 1, previous=now.folder
    )
    rest = now.plan.assignments.filter(~today)
    assert again.assignments.equals(rest)
    names = [plan.unprinted["application_id"].to_list() for plan in (again, now.plan)]
    assert names[0] == names[1]


@FEW
@given(st.data())
def test_nobody_twice_and_nobody_lost_through_the_mornings(data: st.DataObject) -> None:
    with TemporaryDirectory() as root:
        life = Life(data, Path(root))
        life.open_office()
        for number in range(data.draw(st.integers(2, 6))):
            if number:
                life.pass_night()
                life.edit_office()
            now = life.run()
            if now.previous is not None:
                wanted = expected(
                    now.export,
                    now.office,
                    now.start,
                    now.previous,
                    now.told,
                    now.choice,
                    now.broken,
                )
                the_numbers_add_up(life, now, wanted)
                what_is_known_is_what_was_said(life, now, wanted)
                event(f"open: {wanted.counts['open'] + wanted.counts['replanned'] > 0}")
            nobody_is_lost(life, now)
            nobody_stands_on_two_valid_sheets(life, now)
            neither_verify_nor_the_bare_checker_finds_anything(now)
            the_same_morning_again_is_the_same_to_the_byte(now)
            if now.days > 1:
                tomorrow_is_the_rest_of_today_where_all_is_printed(now)
            life.pass_days(data.draw(st.sampled_from([1, 1, 1, 0, 2, 4])))


# Undisturbed, whatever the rules


def feasible(case: Case) -> Plan:
    plan = case.plan()
    assume(plan.status is not Status.INFEASIBLE)
    assert plan.status is Status.OPTIMAL
    return plan


def next_morning(case: Case, plan: Plan) -> Case:
    """Return the same case again on a plan's own days, as if nothing had happened."""
    columns = ("application_id", "day", "printer", "batch", "position")
    printed = plan.assignments.select(columns).iter_rows()
    slots = {name: dict(zip(GIVEN, slot, strict=True)) for name, *slot in printed}
    nowhere: Row = dict.fromkeys(GIVEN)
    return case.with_rows(
        [row | slots.get(row["application_id"], nowhere) for row in case.rows]
    )


# Undisturbed

WHATEVER = (
    cases()
    | pinned_cases()
    | quota_cases()
    | consumable_cases()
    | shift_cases()
    | mixed_cases()
)


@HALF
@given(WHATEVER | given_cases(WHATEVER))
def test_an_undisturbed_replan_is_the_same_to_the_byte(case: Case) -> None:
    plan = feasible(case)
    again = next_morning(case, plan).plan()
    event(f"{plan.engine}, printed: {plan.assignments.height > 0}")
    assert again.assignments.equals(plan.assignments)
    assert again.unprinted.equals(plan.unprinted)
    uses = [[(use.shift, use.day) for use in p.shifts] for p in (plan, again)]
    assert uses[0] == uses[1]
    assert not any(
        tier.value for tier in again.tiers if tier.name in ("moved", "frozen")
    )


# Places


@HALF
@given(given_cases(cases(pins=True)))
def test_who_keeps_the_day_keeps_the_place_and_the_others_come_in_order(
    case: Case,
) -> None:
    plan = feasible(case)
    problem = reference(case)
    people = {p.name: p for p in problem.people}
    was = {row["application_id"]: row for row in case.rows}
    alike = {
        p["id"]: repr((p.get("servers"), p.get("cards"), p.get("areas")))
        for p in case.document["printers"]
    }
    size = case.office.plan.batch_size
    rows = plan.assignments.to_dicts()
    cards: dict[tuple[object, str], int] = defaultdict(int)
    for row in rows:
        cards[row["day"], row["printer"]] += 1
    kept = set()
    for row in rows:
        given_slot = was[row["application_id"]]
        day, printer = given_slot["given_on"], given_slot["given_printer"]
        if printer is None or row["day"] != day:
            continue
        place = (given_slot["given_batch"] - 1) * size + given_slot["given_position"]
        if alike.get(printer) == alike[row["printer"]] and place <= cards[day, printer]:
            kept.add(row["application_id"])
            assert [row[key] for key in ("printer", "batch", "position")] == [
                given_slot[f"given_{key}"] for key in ("printer", "batch", "position")
            ]
    event(f"places kept: {min(3, len(kept))}")
    for (day, _), group in groupby(rows, key=lambda r: (r["day"], r["printer"])):
        queue = [people[r["application_id"]] for r in group]
        keys = [
            (
                p.rank,
                -((day - case.start).days - p.since + 1) / p.target,
                problem.tie_break(p),
            )
            for p in queue
            if p.name not in kept
        ]
        assert keys == sorted(keys)
