"""Ways to damage a valid plan, each with what verify must call it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl
from builders import (
    Case,
    FakePlan,
    Slot,
    as_fake,
    day,
    make_backlog,
    make_office,
    make_plan,
    planned,
    shift_use,
)

if TYPE_CHECKING:
    from collections.abc import Callable

PEOPLE = 30


def _people(seed: int, *, cards: bool) -> list[dict[str, Any]]:
    rows = []
    for i in range(PEOPLE):
        row: dict[str, Any] = {
            "application_id": f"a{i:02d}",
            "waiting_since": -(i % 5) * 9 - 1,
            "urgency": ("routine", "urgent", "emergency")[(i * seed) % 7 % 3],
            "area": ("North", "South")[i % 2],
            "recorded_at": datetime(2017, 8, 1, 23 - i % 20),
        }
        if cards:
            row["card"] = "KIA" if i % 5 == 4 else "KTP"
        rows.append(row)
    rows[3]["due_on"] = 1
    rows[7]["promised_on"] = 2
    rows[9]["ready_on"] = 3
    rows[10]["ready_on"] = 6
    rows[11]["ready_on"] = 30
    rows[12]["pinned_on"] = 2
    rows[13]["pinned_on"] = 40
    return rows


@cache
def base(name: str) -> tuple[Case, FakePlan]:
    """Return a case and its best plan.

    "stock" has cards, "reserve" has ranks, "shifts" has shifts and a budget.
    """
    urgency: dict[str, Any] = {
        "routine": {"target_days": 30, "default": True},
        "urgent": {"target_days": 10},
        "emergency": {"target_days": 3},
    }
    week = {"workdays": ["mon", "tue", "wed", "thu", "fri"], "share": {"fri": 0.5}}
    common: dict[str, Any] = {"calendar": week, "plan": {"batch_size": 2}}
    if name == "stock":
        office = make_office(
            **common,
            urgency=urgency,
            cards={
                "KTP": {
                    "default": True,
                    "stock": 9,
                    "deliveries": [{"on": day(3), "cards": 2}],
                },
                "KIA": {},
            },
            servers=[
                {"id": "s1", "cards_per_day": 5},
                {"id": "s2", "cards_per_day": 2},
            ],
            printers=[
                {"id": "p1", "cards_per_day": 3, "servers": ["s1"], "cards": ["KTP"]},
                {"id": "p2", "cards_per_day": 3, "servers": ["s1"], "cards": ["KTP"]},
                {"id": "p4", "cards_per_day": 1, "servers": ["s2"], "cards": ["KIA"]},
            ],
        )
        case = Case(office, make_backlog(_people(3, cards=True), office), 8)
    elif name == "shifts":
        office = make_office(
            calendar={"workdays": week["workdays"], "closed": [day(7)]},
            plan={"batch_size": 2},
            urgency=urgency,
            servers=[{"id": "s1", "cards_per_day": 4}],
            printers=[
                {"id": "p1", "cards_per_day": 2},
                {"id": "p2", "cards_per_day": 2, "areas": ["North"]},
            ],
            shifts=[
                {"id": "saturday", "days": ["sat"], "share": 0.5, "cost_idr": 3}
                | {"resources": ["p1", "s1"]},
                {"id": "evening", "days": ["wed", "fri", "mon", day(7)], "cost_idr": 2}
                | {"max_uses": 2, "max_per_week": 1, "rest_days": 1},
            ],
            budget={"idr": 7},
        )
        case = Case(office, make_backlog(_people(3, cards=False), office), 8)
    else:
        urgency["emergency"]["rank"] = 0
        office = make_office(
            **common,
            urgency=urgency,
            servers=[
                {"id": "s1", "cards_per_day": 3},
                {"id": "s2", "cards_per_day": 3},
            ],
            printers=[
                {"id": "p1", "cards_per_day": 2},
                {"id": "p2", "cards_per_day": 2},
                {"id": "p3", "cards_per_day": 2, "servers": ["s2"], "areas": ["North"]},
            ],
            reserve={"cards_per_day": 2},
        )
        people = _people(5, cards=False)
        case = Case(office, make_backlog(people, office), 8)
    plan = as_fake(planned(case))
    assert plan.status == "optimal"
    return case, plan


def slots_of(case: Case, plan: FakePlan) -> list[Slot]:
    found: dict[str, Slot] = {
        row["application_id"]: (
            (row["day"] - case.start).days,
            row["printer"],
            row["server"],
        )
        for row in plan.assignments.to_dicts()
    }
    return [found.get(row["application_id"]) for row in case.rows()]


@dataclass(frozen=True)
class Damage:
    """One kind of damage: the case it is done to, and the code expected."""

    name: str
    case: str
    code: str
    checker: str
    apply: Callable[[Case, FakePlan], FakePlan]

    def damaged(self) -> tuple[Case, FakePlan]:
        case, plan = base(self.case)
        return case, self.apply(case, plan)


DAMAGES: list[Damage] = []


def _damage(
    case: str, code: str, checker: str
) -> Callable[[Callable[[Case, FakePlan], FakePlan]], None]:
    def add(function: Callable[[Case, FakePlan], FakePlan]) -> None:
        DAMAGES.append(Damage(function.__name__, case, code, checker, function))

    return add


def _moved(case: Case, plan: FakePlan, name: str, slot: Slot) -> FakePlan:
    """Move one application and state every figure of the new plan rightly."""
    slots = slots_of(case, plan)
    names = [row["application_id"] for row in case.rows()]
    slots[names.index(name)] = slot
    return make_plan(case, slots)


def _set(plan: FakePlan, row: int, **values: Any) -> FakePlan:
    table = plan.assignments
    changed = table.with_columns(
        pl.when(pl.int_range(pl.len()) == row)
        .then(pl.lit(value, dtype=table.schema[name]))
        .otherwise(pl.col(name))
        .alias(name)
        for name, value in values.items()
    )
    return replace(plan, assignments=changed)


def _who(plan: FakePlan, **wanted: Any) -> str:
    """The last printed application with these values."""
    rows = plan.assignments.filter(**wanted)
    assert rows.height, wanted
    return str(rows["application_id"][-1])


@_damage("reserve", "printed-twice", "once")
def a_card_is_printed_twice(case: Case, plan: FakePlan) -> FakePlan:
    table = plan.assignments
    return replace(plan, assignments=pl.concat([table, table.tail(1)]))


@_damage("reserve", "missing-application", "once")
def an_application_is_dropped(case: Case, plan: FakePlan) -> FakePlan:
    table = plan.assignments
    return replace(plan, assignments=table.head(table.height - 1))


@_damage("reserve", "missing-application", "once")
def an_unprinted_application_is_dropped(case: Case, plan: FakePlan) -> FakePlan:
    return replace(plan, unprinted=plan.unprinted.tail(plan.unprinted.height - 1))


@_damage("reserve", "unknown-application", "once")
def a_stranger_is_printed(case: Case, plan: FakePlan) -> FakePlan:
    return _set(plan, 2, application_id="nobody")


@_damage("reserve", "printed-and-unprinted", "once")
def a_printed_application_is_also_unprinted(case: Case, plan: FakePlan) -> FakePlan:
    row = plan.unprinted.head(1).with_columns(
        plan.assignments["application_id"].head(1).alias("application_id")
    )
    both = pl.concat([plan.unprinted, row]).sort("application_id")
    return replace(plan, unprinted=both)


@_damage("reserve", "before-ready", "rule")
def a_card_is_printed_before_it_is_ready(case: Case, plan: FakePlan) -> FakePlan:
    return _moved(case, plan, "a11", (7, "p1", "s1"))


@_damage("reserve", "outside-horizon", "rule")
def a_card_is_printed_after_the_horizon(case: Case, plan: FakePlan) -> FakePlan:
    last = plan.assignments.height - 1
    return _set(plan, last, day=day(case.days))


@_damage("reserve", "closed-day", "limit")
def a_card_is_printed_on_a_saturday(case: Case, plan: FakePlan) -> FakePlan:
    name = _who(plan, day=day(6))
    return _moved(case, plan, name, (4, "p1", "s1"))


@_damage("reserve", "printer-capacity", "limit")
def a_printer_does_too_many(case: Case, plan: FakePlan) -> FakePlan:
    slots = slots_of(case, plan)
    on_day = [i for i, s in enumerate(slots) if s and s[0] == 6]
    for i in on_day:
        slots[i] = (6, "p1", "s1" if i % 2 else "s2")
    return make_plan(case, slots)


@_damage("reserve", "server-capacity", "limit")
def a_server_does_too_many(case: Case, plan: FakePlan) -> FakePlan:
    table = plan.assignments.with_columns(
        pl.when(pl.col("day") == day(0))
        .then(pl.lit("s2"))
        .otherwise("server")
        .alias("server")
    )
    return replace(plan, assignments=table)


@_damage("reserve", "ineligible-printer", "rule")
def a_printer_serves_another_area(case: Case, plan: FakePlan) -> FakePlan:
    south = {r["application_id"] for r in case.rows() if r["area"] == "South"}
    table = plan.assignments.filter(pl.col("application_id").is_in(south))
    row = table.row(0, named=True)
    at = (row["day"] - case.start).days
    return _moved(case, plan, row["application_id"], (at, "p3", "s2"))


@_damage("stock", "ineligible-printer", "rule")
def a_printer_prints_another_card(case: Case, plan: FakePlan) -> FakePlan:
    return _moved(case, plan, _who(plan, printer="p4", day=day(6)), (6, "p1", "s1"))


@_damage("stock", "server-not-reached", "rule")
def a_printer_uses_a_server_out_of_reach(case: Case, plan: FakePlan) -> FakePlan:
    return _set(plan, 0, server="s2")


@_damage("stock", "unknown-printer", "rule")
def a_printer_is_invented(case: Case, plan: FakePlan) -> FakePlan:
    return _set(plan, 0, printer="p0")


@_damage("reserve", "reserve", "limit")
def the_reserve_is_used(case: Case, plan: FakePlan) -> FakePlan:
    slots = slots_of(case, plan)
    waiting = [
        i
        for i, (row, s) in enumerate(zip(case.rows(), slots, strict=True))
        if s is None and row["ready_on"] <= day(0) and row["pinned_on"] is None
    ]
    slots[waiting[0]] = (7, "p1", "s1")
    slots[waiting[1]] = (7, "p2", "s1")
    return make_plan(case, slots)


@_damage("stock", "blanks", "limit")
def more_blanks_are_used_than_there_are(case: Case, plan: FakePlan) -> FakePlan:
    slots = slots_of(case, plan)
    rows = case.rows()
    waiting = [
        i
        for i, s in enumerate(slots)
        if s is None
        and rows[i]["card"] == "KTP"
        and rows[i]["ready_on"] <= day(7)
        and rows[i]["pinned_on"] is None
    ]
    slots[waiting[0]] = (7, "p1", "s1")
    return make_plan(case, slots)


@_damage("reserve", "pin-moved", "rule")
def a_pinned_card_is_moved(case: Case, plan: FakePlan) -> FakePlan:
    slots = slots_of(case, plan)
    rows = case.rows()
    other = next(
        i
        for i, s in enumerate(slots)
        if s and s[0] == 0 and rows[i]["area"] == rows[12]["area"]
    )
    slots[12], slots[other] = slots[other], slots[12]
    return make_plan(case, slots)


@_damage("reserve", "pin-unprinted", "rule")
def a_pinned_card_is_not_printed(case: Case, plan: FakePlan) -> FakePlan:
    return _moved(case, plan, "a12", None)


@_damage("reserve", "pin-moved", "rule")
def a_card_pinned_beyond_is_printed(case: Case, plan: FakePlan) -> FakePlan:
    return _moved(case, plan, "a13", (7, "p1", "s1"))


@_damage("reserve", "unprinted-reason", "reason")
def a_reason_is_false(case: Case, plan: FakePlan) -> FakePlan:
    table = plan.unprinted.with_columns(
        pl.when(pl.col("reason") == "capacity")
        .then(pl.lit("no-blanks"))
        .otherwise("reason")
        .alias("reason")
    )
    assert not table.equals(plan.unprinted)
    return replace(plan, unprinted=table)


@_damage("stock", "unprinted-reason", "reason")
def missing_blanks_are_called_capacity(case: Case, plan: FakePlan) -> FakePlan:
    table = plan.unprinted.with_columns(
        pl.col("reason").replace("no-blanks", "capacity")
    )
    assert not table.equals(plan.unprinted)
    return replace(plan, unprinted=table)


@_damage("reserve", "unprinted-since", "row")
def an_unprinted_date_is_wrong(case: Case, plan: FakePlan) -> FakePlan:
    table = plan.unprinted.with_columns(pl.col("waiting_since") + timedelta(days=1))
    return replace(plan, unprinted=table)


@_damage("reserve", "unprinted-urgency", "row")
def an_unprinted_class_is_wrong(case: Case, plan: FakePlan) -> FakePlan:
    table = plan.unprinted.with_columns(urgency=pl.lit("emergency"))
    return replace(plan, unprinted=table)


@_damage("reserve", "wait-days", "row")
def a_wait_is_wrong(case: Case, plan: FakePlan) -> FakePlan:
    return _set(plan, 1, wait_days=int(plan.assignments["wait_days"][1]) + 1)


@_damage("reserve", "urgency", "row")
def a_class_is_wrong(case: Case, plan: FakePlan) -> FakePlan:
    other = {"routine": "urgent", "urgent": "routine", "emergency": "routine"}
    return _set(plan, 1, urgency=other[plan.assignments["urgency"][1]])


@_damage("reserve", "pressure", "row")
def a_pressure_is_wrong(case: Case, plan: FakePlan) -> FakePlan:
    return _set(plan, 1, pressure=float(plan.assignments["pressure"][1]) + 2e-6)


@_damage("reserve", "batch", "row")
def a_batch_is_wrong(case: Case, plan: FakePlan) -> FakePlan:
    table = plan.assignments
    row = int(table.with_row_index("i").filter(position=1)["i"][-1])
    return _set(plan, row, batch=int(table["batch"][row]) + 1)


@_damage("reserve", "position", "row")
def a_position_is_wrong(case: Case, plan: FakePlan) -> FakePlan:
    last = plan.assignments.height - 1
    return _set(plan, last, position=int(plan.assignments["position"][last]) + 1)


@_damage("reserve", "order", "row")
def two_cards_stand_in_the_wrong_order(case: Case, plan: FakePlan) -> FakePlan:
    table = plan.assignments
    row = int(table.with_row_index("i").filter(position=2)["i"][0])
    places = ("day", "printer", "server", "batch", "position")
    order = list(range(table.height))
    order[row - 1], order[row] = row, row - 1
    mixed = table.select(pl.all().exclude(places))[order]
    swapped = table.select(places).hstack(mixed).select(table.columns)
    return replace(plan, assignments=swapped)


@_damage("reserve", "row-order", "row")
def the_rows_are_not_sorted(case: Case, plan: FakePlan) -> FakePlan:
    return replace(plan, assignments=plan.assignments.reverse())


@_damage("stock", "uneven-share", "uneven")
def the_later_of_two_equal_printers_does_more(case: Case, plan: FakePlan) -> FakePlan:
    swap = {"p1": "p2", "p2": "p1"}
    slots: list[Slot] = [
        slot and (slot[0], swap.get(slot[1], slot[1]), slot[2])
        for slot in slots_of(case, plan)
    ]
    return make_plan(case, slots)


def _tier(plan: FakePlan, index: int, **values: Any) -> FakePlan:
    tiers = list(plan.tiers)
    tiers[index] = replace(tiers[index], **values)
    return replace(plan, tiers=tuple(tiers))


@_damage("reserve", "tier-value", "claim")
def a_tier_value_is_wrong(case: Case, plan: FakePlan) -> FakePlan:
    value = plan.tiers[-1].value - 1
    return _tier(plan, len(plan.tiers) - 1, value=value, bound=value)


@_damage("reserve", "tier-list", "claim")
def the_tiers_change_places(case: Case, plan: FakePlan) -> FakePlan:
    return replace(plan, tiers=(*plan.tiers[1:], plan.tiers[0]))


@_damage("reserve", "tier-list", "claim")
def a_tier_has_another_rank(case: Case, plan: FakePlan) -> FakePlan:
    return _tier(plan, 0, rank=1)


@_damage("reserve", "tier-claim", "claim")
def a_bound_lies_above_its_value(case: Case, plan: FakePlan) -> FakePlan:
    return _tier(plan, 0, bound=plan.tiers[0].value + 1)


@_damage("reserve", "tier-claim", "claim")
def a_tier_is_called_proven_without_a_bound(case: Case, plan: FakePlan) -> FakePlan:
    return _tier(plan, 1, bound=None)


@_damage("reserve", "status", "claim")
def a_plan_without_certificate_is_called_optimal(
    case: Case, plan: FakePlan
) -> FakePlan:
    return replace(plan, certificate=None)


@_damage("reserve", "tie-break", "tie")
def the_tie_break_is_broken(case: Case, plan: FakePlan) -> FakePlan:
    slots, rows = slots_of(case, plan), case.rows()
    fields = ("waiting_since", "ready_on", "urgency", "area", "due_on", "promised_on")
    for i, one in enumerate(rows):
        for k, other in enumerate(rows):
            alike = all(one[f] == other[f] for f in fields)
            alike &= one["pinned_on"] is None and other["pinned_on"] is None
            mine, theirs = slots[i], slots[k]
            if alike and mine and theirs and mine[0] < theirs[0]:
                slots[i], slots[k] = theirs, mine
                return make_plan(case, slots, certificate=plan.certificate)
    raise AssertionError


@_damage("reserve", "certificate-choice", "proof")
def a_worse_plan_keeps_its_certificate(case: Case, plan: FakePlan) -> FakePlan:
    slots, rows = slots_of(case, plan), case.rows()
    late = max(
        (i for i, s in enumerate(slots) if s and rows[i]["area"] == "North"),
        key=lambda i: (slots[i] or (0,))[0],
    )
    early = next(
        i
        for i, s in enumerate(slots)
        if s and s[0] == 0 and rows[i]["urgency"] == "emergency"
    )
    slots[late], slots[early] = slots[early], slots[late]
    worse = make_plan(case, slots, certificate=plan.certificate)
    values = [tier.value for tier in worse.tiers]
    certificate: Any = plan.certificate
    prices = tuple(
        replace(tier, value=value)
        for tier, value in zip(certificate.tiers, values, strict=True)
    )
    return replace(worse, certificate=replace(certificate, tiers=prices))


def _priced(plan: FakePlan, kind: str, name: str, at: int, change: int) -> FakePlan:
    certificate: Any = plan.certificate
    last = certificate.tiers[-1]
    lines = dict(getattr(last.prices, kind))
    line = list(lines[name])
    line[at] += change
    prices = replace(last.prices, **{kind: lines | {name: tuple(line)}})
    tiers = (*certificate.tiers[:-1], replace(last, prices=prices))
    return replace(plan, certificate=replace(certificate, tiers=tiers))


@_damage("reserve", "certificate-sign", "proof")
def an_idle_day_has_a_price(case: Case, plan: FakePlan) -> FakePlan:
    return _priced(plan, "servers", "s1", 0, 1)


@_damage("stock", "certificate-choice", "proof")
def a_price_is_too_high(case: Case, plan: FakePlan) -> FakePlan:
    return _priced(plan, "printers", "p4", 0, 10_000)


@_damage("stock", "certificate-tiers", "proof")
def a_certificate_is_for_other_values(case: Case, plan: FakePlan) -> FakePlan:
    certificate: Any = plan.certificate
    first = replace(certificate.tiers[0], value=certificate.tiers[0].value + 1)
    tiers = (first, *certificate.tiers[1:])
    return replace(plan, certificate=replace(certificate, tiers=tiers))


@_damage("stock", "certificate-horizon", "proof")
def a_certificate_is_for_another_horizon(case: Case, plan: FakePlan) -> FakePlan:
    certificate: Any = plan.certificate
    return replace(plan, certificate=replace(certificate, days=case.days + 1))


def _worked(plan: FakePlan, *uses: tuple[str, int]) -> FakePlan:
    """State that a plan works other shifts, at their costs."""
    costs = {"saturday": 3, "evening": 2}
    shifts = [shift_use(name, day(at), costs.get(name, 1)) for name, at in uses]
    return replace(plan, shifts=tuple(sorted(shifts, key=lambda s: (s.day, s.shift))))


def _more(plan: FakePlan, *uses: tuple[str, int]) -> FakePlan:
    kept = [(use.shift, (use.day - plan.start).days) for use in plan.shifts]
    return _worked(plan, *kept, *uses)


@_damage("shifts", "unknown-shift", "shift")
def a_shift_is_invented(case: Case, plan: FakePlan) -> FakePlan:
    return _more(plan, ("night", 2))


@_damage("shifts", "shift-outside", "shift")
def a_shift_is_worked_after_the_horizon(case: Case, plan: FakePlan) -> FakePlan:
    return _more(plan, ("saturday", 11))


@_damage("shifts", "shift-twice", "shift")
def a_shift_is_worked_twice_on_a_day(case: Case, plan: FakePlan) -> FakePlan:
    return replace(plan, shifts=(plan.shifts[0], *plan.shifts))


@_damage("shifts", "shift-day", "shift")
def a_shift_is_worked_on_another_weekday(case: Case, plan: FakePlan) -> FakePlan:
    return _more(plan, ("saturday", 5))


@_damage("shifts", "shift-holiday", "shift")
def a_shift_is_worked_on_a_closed_date(case: Case, plan: FakePlan) -> FakePlan:
    return _more(plan, ("evening", 7))


@_damage("shifts", "shift-cost", "shift")
def a_shift_is_said_to_cost_less(case: Case, plan: FakePlan) -> FakePlan:
    first = replace(plan.shifts[0], cost_idr=0)
    return replace(plan, shifts=(first, *plan.shifts[1:]))


@_damage("shifts", "budget", "shift")
def the_shifts_cost_more_than_the_budget(case: Case, plan: FakePlan) -> FakePlan:
    return _worked(plan, *(("evening", at) for at in (1, 3, 6)), ("saturday", 4))


@_damage("shifts", "shift-uses", "shift")
def a_shift_is_worked_too_often(case: Case, plan: FakePlan) -> FakePlan:
    return _worked(plan, ("evening", 1), ("evening", 3), ("evening", 6))


@_damage("shifts", "shift-week", "shift")
def a_shift_is_worked_too_often_in_a_week(case: Case, plan: FakePlan) -> FakePlan:
    return _worked(plan, ("evening", 1), ("evening", 3))


@_damage("shifts", "shift-rest", "shift")
def a_shift_has_no_rest(case: Case, plan: FakePlan) -> FakePlan:
    return _worked(plan, ("evening", 6), ("evening", 7))


@_damage("shifts", "row-order", "shift")
def the_shifts_are_not_sorted(case: Case, plan: FakePlan) -> FakePlan:
    return replace(plan, shifts=plan.shifts[::-1])


@_damage("shifts", "closed-day", "limit")
def a_saturday_is_printed_without_its_shift(case: Case, plan: FakePlan) -> FakePlan:
    kept = tuple(use for use in plan.shifts if use.shift != "saturday")
    return replace(plan, shifts=kept)


@_damage("shifts", "printer-capacity", "limit")
def a_printer_works_in_a_shift_that_does_not_open_it(
    case: Case, plan: FakePlan
) -> FakePlan:
    at = (plan.assignments["day"] == day(4)).arg_max()
    return _set(plan, at or 0, printer="p2")


@_damage("shifts", "tier-value", "claim")
def the_cost_of_the_shifts_is_wrong(case: Case, plan: FakePlan) -> FakePlan:
    names = [tier.name for tier in plan.tiers]
    return _tier(plan, names.index("cost_idr"), value=1, bound=1)


@_damage("shifts", "tier-list", "claim")
def a_tier_of_the_shifts_is_left_out(case: Case, plan: FakePlan) -> FakePlan:
    return replace(plan, tiers=plan.tiers[:-1])
