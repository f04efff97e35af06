"""Plans called optimal on the solver's word that a few moves, or a shift, better."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
from hypothesis import event, given
from hypothesis import strategies as st
from mixes_brute import Small
from strategies import FEW, START, Case, desk, mixed_cases, person

from ektp_sched.planning import Status
from ektp_sched.trust.facts import read_facts
from ektp_sched.trust.findings import Findings
from ektp_sched.trust.verify.chains import better_chain, useful_shift
from ektp_sched.trust.verify.improvements import check_improvements
from ektp_sched.trust.verify.rules import check_rules
from ektp_sched.trust.verify.tiers import demanded, value_of, values

if TYPE_CHECKING:
    from ektp_sched.planning import Plan
    from ektp_sched.trust.facts import Facts

Slot = tuple[int, str, str]


def forged(
    case: Case, plan: Plan, slots: dict[str, Slot], uses: tuple[Any, ...] = ()
) -> Facts:
    """Return the facts of a plan whose cards have these slots, and no others."""
    rows = [
        {
            "application_id": name,
            "day": case.day(day),
            "printer": printer,
            "server": server,
        }
        for name, (day, printer, server) in slots.items()
    ]
    table = pl.DataFrame(rows, schema_overrides={"day": pl.Date})
    for name, kind in plan.assignments.schema.items():
        if name not in table.columns:
            table = table.with_columns(pl.lit(None, kind).alias(name))
    frame = case.backlog.frame
    left = frame.filter(~pl.col("application_id").is_in(list(slots)))
    left = left.select("application_id", "waiting_since", "urgency")
    left = left.with_columns(pl.lit("capacity").alias("reason"))
    changed = replace(plan, assignments=table, unprinted=left, shifts=uses, rows=None)
    return read_facts(changed, case.backlog, case.office)


def slots_of(case: Case, plan: Plan) -> dict[str, Slot]:
    table = plan.assignments.select("application_id", "day", "printer", "server")
    return {n: ((d - case.start).days, p, s) for n, d, p, s in table.iter_rows()}


def vector(facts: Facts) -> tuple[int, ...]:
    found = values(facts)
    return tuple(value_of(tier, found) for tier in demanded(facts))


def kept(facts: Facts) -> bool:
    findings = Findings(facts.start)
    check_rules(facts, findings)
    return not findings.violations


def codes(facts: Facts) -> set[str]:
    findings = Findings(facts.start)
    check_improvements(facts, findings)
    return set(findings.codes())


def two_areas() -> Case:
    document = desk(
        4,
        areas={"Alak": [], "Oebobo": []},
        servers=[{"id": "s1", "cards_per_day": 4}],
        printers=[
            {"id": "p1", "cards_per_day": 2, "areas": ["Alak"]},
            {"id": "p2", "cards_per_day": 2},
        ],
        quotas=[{"area": "Alak", "per": "plan", "at_most": 1000}],
    )
    rows = [person(f"a{i}", 10, area="Alak") for i in range(4)]
    rows += [person(f"o{i}", 10, area="Oebobo") for i in range(4)]
    return Case(document, tuple(rows), START, 2)


def test_a_card_makes_room_for_another_on_its_printer() -> None:
    case = two_areas()
    plan = case.plan()
    assert plan.status is Status.OPTIMAL
    assert codes(forged(case, plan, slots_of(case, plan))) == set()
    slots: dict[str, Slot] = {
        "a0": (0, "p1", "s1"),
        "a1": (0, "p1", "s1"),
        "a2": (0, "p2", "s1"),
        "a3": (0, "p2", "s1"),
        "o0": (1, "p2", "s1"),
        "o1": (1, "p2", "s1"),
    }
    facts = forged(case, plan, slots)
    assert kept(facts)
    assert codes(facts) == {"better-chain"}


def saturday(**rules: object) -> Case:
    shift = {"id": "sat", "days": ["sat"], "cost_idr": 100, **rules}
    rows = [person(f"a{i}", 10) for i in range(9)]
    return Case(desk(1, shifts=[shift]), tuple(rows), START, 8)


def test_a_shift_that_plainly_helps_is_missed() -> None:
    case = saturday()
    plan = case.plan()
    assert plan.shifts
    assert useful_shift(forged(case, plan, slots_of(case, plan), plan.shifts)) is None
    without = saturday(max_uses=1)
    without = without.with_document(budget={"idr": 0})
    plan = without.plan()
    assert not plan.shifts
    assert useful_shift(forged(without, plan, slots_of(without, plan))) is None
    facts = forged(case, plan, slots_of(without, plan))
    assert kept(facts)
    assert "useful-shift" in codes(facts)


@FEW
@given(mixed_cases())
def test_no_best_plan_is_accused(case: Case) -> None:
    plan = case.plan()
    if plan.status is not Status.OPTIMAL:
        return
    facts = read_facts(plan, case.backlog, case.office)
    assert better_chain(facts) is None
    assert useful_shift(facts) is None


@st.composite
def worse(draw: st.DrawFn) -> tuple[Case, Facts] | None:
    """Draw a case and a plan of it that keeps every rule, good or not."""
    case = draw(mixed_cases())
    plan = case.plan()
    if plan.status is not Status.OPTIMAL:
        return None
    slots = slots_of(case, plan)
    for name in (
        draw(st.lists(st.sampled_from(sorted(slots)), max_size=3)) if slots else ()
    ):
        place = slots.pop(name, None)
        if place is not None and draw(st.booleans()):
            later = draw(st.integers(place[0], case.days - 1))
            slots[name] = (later, *place[1:])
    if not slots:
        return None
    uses: tuple[Any, ...] = plan.shifts
    fewer = draw(st.booleans())
    if uses and fewer:
        uses = uses[1:]
    facts = forged(case, plan, slots, uses)
    return (case, facts) if kept(facts) else None


@FEW
@given(worse())
def test_whoever_is_accused_could_do_better(drawn: tuple[Case, Facts] | None) -> None:
    if drawn is None:
        return
    case, facts = drawn
    chain, use = better_chain(facts), useful_shift(facts)
    best = Small(case).best()
    event(f"better {vector(facts) != best}, chain {bool(chain)}, shift {bool(use)}")
    assert best is not None
    if chain or use:
        assert vector(facts) > best
