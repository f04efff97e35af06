"""The laws that every plan obeys, on generated offices and backlogs.

What a law demands is recalculated by `reference.py`, person by person; the number
of examples comes from the hypothesis profile (`conftest`).
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, groupby
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from opinions import nothing_is_wrong, planned_by_both
from reference import digest, enumerated, reference, slots_of
from strategies import FEW, HALF, Case, cases, given_cases, pinned_cases, tiny_cases

from ektp_sched.planning import Status
from ektp_sched.planning import case as case_module
from ektp_sched.planning.network import flow as flow_module
from ektp_sched.trust import check_certificate, verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from reference import Reference, Slot
    from strategies import Row

    from ektp_sched.planning import Plan

    Drawn = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True)
class Made:
    """A case, its plan, and what is known of both person by person."""

    case: Case
    plan: Plan
    problem: Reference
    slots: dict[str, Slot]


def values(plan: Plan) -> tuple[int, ...]:
    return tuple(tier.value for tier in plan.tiers)


def feasible(case: Case) -> Plan:
    """Plan a case whose rules do not contradict."""
    plan = case.plan()
    assume(plan.status is not Status.INFEASIBLE)
    assert plan.status is Status.OPTIMAL
    return plan


# What a plan must keep


def every_rule_is_kept(made: Made) -> None:
    assert made.problem.broken(made.slots) == []


def each_application_is_printed_at_most_once(made: Made) -> None:
    # slots_of fails on an id that stands twice, in either table or in both.
    assert sorted(made.slots) == sorted(made.case.backlog.frame["application_id"])


def nobody_is_printed_before_being_ready(made: Made) -> None:
    frame = made.case.backlog.frame
    printed = made.plan.assignments.join(frame, on="application_id")
    assert (printed["day"] >= printed["ready_on"]).all()
    waited = (printed["day"] - printed["waiting_since"]).dt.total_days()
    assert printed["wait_days"].to_list() == waited.to_list()


def there_is_no_avoidable_overtake(made: Made) -> None:
    avoidable, accounted, _ = made.problem.overtakes(made.slots)
    event(f"an earlier tier accounts for an overtake: {bool(accounted)}")
    if "pressure" in made.case.office.plan.tiers:
        assert avoidable == set()


def no_legal_exchange_improves_the_tiers_or_the_tie_break(made: Made) -> None:
    problem = made.problem
    for late, early, change in problem.exchanges(made.slots):
        assert change >= (0,) * len(change)
        if not any(change):
            assert problem.tie_break(early) < problem.tie_break(late)


def equal_printers_share_a_day_evenly_earlier_ids_first(made: Made) -> None:
    limits = made.problem.limits
    rules = {
        p["id"]: repr((p.get("servers"), p.get("cards"), p.get("areas")))
        for p in made.case.document["printers"]
    }
    count = Counter(slot[:2] for slot in made.slots.values() if slot is not None)
    for day in range(made.case.days):
        for one, other in combinations(sorted(rules), 2):
            same = limits.printers[one][day] == limits.printers[other][day]
            if rules[one] == rules[other] and same:
                assert count[day, one] - count[day, other] in (0, 1)


def batches_are_cut_in_order_of_rank_pressure_and_tie_break(made: Made) -> None:
    case, problem = made.case, made.problem
    people = {p.name: p for p in problem.people}
    size = case.office.plan.batch_size
    rows = made.plan.assignments.to_dicts()
    places = [(r["day"], r["printer"], r["batch"], r["position"]) for r in rows]
    assert places == sorted(places)
    for (day, _), group in groupby(rows, key=lambda r: (r["day"], r["printer"])):
        queue = list(group)
        numbers = [(n // size + 1, n % size + 1) for n in range(len(queue))]
        assert [(r["batch"], r["position"]) for r in queue] == numbers
        keys = []
        for row in queue:
            one = people[row["application_id"]]
            waited = (day - case.start).days - one.since + 1
            assert row["pressure"] == round(waited / one.target, 6)
            pressure = Decimal(-waited) / one.target
            keys.append((one.rank, pressure, problem.tie_break(one)))
        assert keys == sorted(keys)


def reasons_say_why_a_card_is_not_printed(made: Made) -> None:
    problem, slots = made.problem, made.slots
    reasons = dict(made.plan.unprinted.select("application_id", "reason").iter_rows())
    for one in problem.people:
        if one.name not in reasons:
            continue
        if not one.printers:
            expected = "no-printer"
        elif one.pinned is not None and one.pinned >= made.case.days:
            expected = "pinned-later"
        elif one.ready >= made.case.days:
            expected = "not-ready"
        else:
            # Room for it, were there blanks without end?
            free = replace(problem, limits=replace(problem.limits, supply={}))
            fits = any(
                not free.broken({**slots, one.name: slot})
                for slot in free.choices(one)
                if slot is not None
            )
            expected = "no-blanks" if fits else "capacity"
        assert reasons[one.name] == expected


def neither_verify_nor_the_bare_checker_finds_anything(made: Made) -> None:
    nothing_is_wrong(made.plan, made.case)


LAWS = (
    every_rule_is_kept,
    each_application_is_printed_at_most_once,
    nobody_is_printed_before_being_ready,
    there_is_no_avoidable_overtake,
    no_legal_exchange_improves_the_tiers_or_the_tie_break,
    equal_printers_share_a_day_evenly_earlier_ids_first,
    batches_are_cut_in_order_of_rank_pressure_and_tie_break,
    reasons_say_why_a_card_is_not_printed,
    neither_verify_nor_the_bare_checker_finds_anything,
)
"""Asked of one plan together: to draw and to plan it is what takes the time."""


@FEW
@given(cases() | pinned_cases())
def test_every_plan_obeys_every_law(case: Case) -> None:
    plan = feasible(case)
    made = Made(case, plan, reference(case), slots_of(plan))
    for law in LAWS:
        law(made)


# The optimum


@given(tiny_cases() | given_cases(tiny_cases()))
def test_flow_is_cpsat_is_brute_force(case: Case) -> None:
    problem = reference(case)
    best = enumerated(problem)
    assert problem.optimum() == best
    for plan in planned_by_both(case, best):
        assert [tier.name for tier in plan.tiers] == [n for n, _ in problem.tiers]
        assert values(plan) == best == problem.values(slots_of(plan))
        assert verify(plan, case.backlog, case.office) == []


@HALF
@given(pinned_cases() | given_cases(pinned_cases()))
def test_flow_is_cpsat_is_shortest_paths_person_by_person(case: Case) -> None:
    problem = reference(case)
    best = problem.optimum()
    for plan in planned_by_both(case, best):
        assert values(plan) == best == problem.values(slots_of(plan))
        assert problem.broken(slots_of(plan)) == []
        assert all(tier.proven and tier.bound == tier.value for tier in plan.tiers)
        assert check_certificate(plan, case.backlog, case.office) == []
        nothing_is_wrong(plan, case)
        assert [t.scale for t in plan.tiers] == [
            problem.scale if name == "pressure" else 1 for name, _ in problem.tiers
        ]


@HALF
@given(cases())
def test_a_promise_slips_only_if_forced(case: Case) -> None:
    tables = {k: dict(v) for k, v in case.document["urgency"].items()}
    for table in tables.values():
        table.pop("rank", None)
    plan_table = case.document["plan"] | {
        "tiers": ["unprinted", "overdue", "promise", "pressure"]
    }
    case = case.with_document(urgency=tables, area_rank={}, plan=plan_table)
    # Without pressure in the reference: what comes later must not matter.
    forced = reference(case, tiers=("unprinted", "overdue", "promise")).optimum()
    assert values(case.plan())[:3] == forced


# What must not matter


def with_rows_shuffled(case: Case, draw: Drawn) -> Case:
    return case.with_rows(draw(st.permutations(case.rows)))


def with_tables_reversed(case: Case, draw: Drawn) -> Case:
    document = deepcopy(case.document)
    for key in ("servers", "printers", "outages"):
        document[key].reverse()
    return replace(case, document=document)


def with_outages_of_no_effect(case: Case, draw: Drawn) -> Case:
    resources = [r["id"] for r in case.document["servers"] + case.document["printers"]]
    resource = draw(st.sampled_from(resources))
    worked = reference(case).limits.worked
    closed = [d for d, open_ in enumerate(worked) if not open_]
    extra = [{"resource": resource, "from": case.start, "to": case.day(99), "share": 1}]
    extra += [
        {"resource": resource, "from": case.day(d), "to": case.day(d), "share": 0}
        for d in closed
    ]
    return case.with_document(outages=case.document["outages"] + extra)


@FEW
@given(pinned_cases(), st.data())
def test_order_and_outages_without_effect_change_no_byte(
    case: Case, data: st.DataObject
) -> None:
    known = digest(case.plan())
    for other in (with_rows_shuffled, with_tables_reversed, with_outages_of_no_effect):
        assert digest(other(case, data.draw).plan()) == known


@HALF
@given(pinned_cases())
def test_ids_renamed_in_order_give_the_renamed_plan(case: Case) -> None:
    plan_table = {k: v for k, v in case.document["plan"].items() if k != "tie_break"}
    case = case.with_document(plan=plan_table)
    names = sorted(row["application_id"] for row in case.rows)
    new = {name: f"{number:04d}" for number, name in enumerate(names)}
    renamed = case.with_rows(
        [row | {"application_id": new[row["application_id"]]} for row in case.rows]
    ).plan()
    plan = case.plan()
    for table in ("assignments", "unprinted"):
        old = getattr(plan, table)
        ids = old["application_id"].replace_strict(new, return_dtype=old.dtypes[0])
        assert old.with_columns(ids).equals(getattr(renamed, table))
    assert plan.tiers == renamed.tiers
    assert plan.certificate == renamed.certificate
    assert [(c.code, c.day, c.figures) for c in plan.conflict] == [
        (c.code, c.day, c.figures) for c in renamed.conflict
    ]


@FEW
@given(pinned_cases() | given_cases(pinned_cases()))
def test_days_beyond_need_may_be_trimmed_or_not(case: Case) -> None:
    trimmed = feasible(case)
    with patch.object(case_module, "days_that_matter", lambda _, limits: limits.days):
        whole = case.plan()
    assert trimmed.tiers == whole.tiers
    assert trimmed.prices is not None
    assert whole.prices is not None
    assert trimmed.prices.equals(whole.prices)
    assert check_certificate(trimmed, case.backlog, case.office) == []
    assert check_certificate(whole, case.backlog, case.office) == []


@HALF
@given(pinned_cases() | given_cases(pinned_cases()), st.sampled_from((1, 2, 5)))
def test_guided_flow_is_direct_flow(case: Case, coarse: int) -> None:
    direct = feasible(case)
    with (
        patch.object(flow_module, "_DIRECT", 0),
        patch.object(flow_module, "_COARSE", coarse),
    ):
        guided = case.plan()
    assert guided.tiers == direct.tiers
    assert guided.prices is not None
    assert direct.prices is not None
    assert guided.prices.equals(direct.prices)
    assert check_certificate(guided, case.backlog, case.office) == []
    assert reference(case).broken(slots_of(guided)) == []


# More and less


@HALF
@given(cases(), st.data())
def test_more_capacity_or_stock_never_worsens_a_plan(
    case: Case, data: st.DataObject
) -> None:
    document = deepcopy(case.document)
    more = data.draw(st.integers(1, 3))
    stocked = [card for card in document["cards"].values() if "stock" in card]
    for card in stocked:
        if data.draw(st.booleans()):
            card["stock"] += more
    for resource in (*document["servers"], *document["printers"]):
        if data.draw(st.booleans()):
            resource["cards_per_day"] += more
    if "KIA" not in document["cards"] and data.draw(st.booleans()):
        document["printers"][0].pop("servers", None)
    better = replace(case, document=document)
    assert values(better.plan()) <= values(case.plan())


@HALF
@given(cases(), st.data())
def test_one_more_application_never_improves_a_plan(
    case: Case, data: st.DataObject
) -> None:
    assume(case.rows)
    extra: Row = dict(data.draw(st.sampled_from(case.rows)))
    extra["application_id"] = "one-more"
    extra["waiting_since"] -= timedelta(days=data.draw(st.integers(0, 5)))
    if data.draw(st.booleans()):
        extra["due_on"] = case.day(data.draw(st.integers(-1, 5)))
    assert values(case.plan()) <= values(case.with_rows([*case.rows, extra]).plan())


PRICED = pinned_cases(reserve=False)


@HALF
@given(PRICED | given_cases(PRICED), st.data())
def test_prices_are_what_one_card_more_or_less_changes(
    case: Case, data: st.DataObject
) -> None:
    plan = feasible(case)
    assert plan.prices is not None
    problem = reference(case)
    base = values(plan)
    table = plan.prices.partition_by("resource", "day", maintain_order=True)
    worked = sum(problem.limits.worked)
    assert len(table) == worked * len(problem.limits.printers | problem.limits.servers)
    assume(table)
    scales = [tier.scale for tier in plan.tiers]
    named = [(t.name, None if t.rank is None else str(t.rank)) for t in plan.tiers]
    for part in data.draw(st.lists(st.sampled_from(table), min_size=1, max_size=3)):
        resource, day = part.row(0)[:2]
        assert part.select("tier", "rank").rows() == named
        offset = (day - case.start).days
        limit = (problem.limits.printers | problem.limits.servers)[resource][offset]
        for by, column in ((1, "one_more"), (-1, "one_less")):
            stated = part[column].to_list()
            if limit + by < 0:
                assert stated == [None] * len(base)
                continue
            changed = problem.limits.changed(resource, offset, by)
            best = replace(problem, limits=changed).optimum()
            if best is None:
                assert stated == [None] * len(base)
                continue
            event(f"{column} matters: {best != base}")
            assert stated == [
                (a - b) / scale for a, b, scale in zip(best, base, scales, strict=True)
            ]


# Days left out


@pytest.mark.slow
@FEW
@given(cases(most=9), st.data())
def test_days_left_out_end_with_the_last_print_of_the_best_plan(
    case: Case, data: st.DataObject
) -> None:
    pins = data.draw(st.sets(st.integers(0, max(0, len(case.rows) - 1)), max_size=1))
    rows = [
        row | {"pinned_on": case.day(data.draw(st.integers(-1, 15)))}
        if number in pins
        else row
        for number, row in enumerate(case.rows)
    ]
    case = case.with_rows(rows)
    plan = case.plan(days=None)
    assume(plan.status is not Status.INFEASIBLE)
    assert plan.status is Status.OPTIMAL

    def left(days: int) -> int:
        best = reference(case, days=days, tiers=("unprinted",)).optimum()
        assert best is not None
        return sum(best)

    assert left(plan.days) == left(plan.days + 20) == plan.unprinted.height
    last = plan.assignments["day"].max()
    if plan.unprinted.is_empty() and last is not None:
        assert isinstance(last, date)
        assert (last - case.start).days + 1 == plan.days
    longer = case.plan(days=plan.days + 20)
    if plan.unprinted.is_empty() and longer.unprinted.is_empty():
        assert [t.value for t in plan.tiers] == [t.value for t in longer.tiers]
