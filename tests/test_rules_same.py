"""Limits answer what trust's own counts answer: held until trust asks limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from builders import Case, make_plan
from consumable_cases import consumable_choices
from hypothesis import event, given
from hypothesis import strategies as st
from quota_cases import quota_cases
from strategies import cases, consumable_cases

from ektp_sched.rules import RULES
from ektp_sched.rules.limit import Slots
from ektp_sched.rules.quotas import QUOTAS
from ektp_sched.trust.counts.consumables import check_ribbons, ribbons_left
from ektp_sched.trust.counts.quota_moves import QuotaMoves
from ektp_sched.trust.counts.quotas import check_quotas, periods
from ektp_sched.trust.counts.quotas import tally as quota_tally
from ektp_sched.trust.counts.standing import standing_of, world_of
from ektp_sched.trust.facts import read_facts
from ektp_sched.trust.findings import Findings
from ektp_sched.trust.verify import rules as old
from ektp_sched.trust.verify.room import lasts, room

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders import Slot

    from ektp_sched.trust.facts import Facts
    from ektp_sched.trust.findings import Violation

    Chosen = tuple[Any, tuple[Slot, ...]]

_OLD = (
    old._capacity_is_kept,
    old._reserve_is_kept,
    old._blanks_suffice,
    check_ribbons,
    check_quotas,
)


@st.composite
def loose_plans(draw: st.DrawFn) -> Chosen:
    """Draw any office, and any plan, which breaks limits of every kind."""
    drawn = draw(st.one_of(cases(pins=True), consumable_cases()))
    case = Case(drawn.office, drawn.backlog, drawn.days, drawn.start)
    office = case.office
    slots = st.tuples(
        st.integers(0, case.days - 1) | st.just(0),
        st.sampled_from([printer.id for printer in office.printers]),
        st.sampled_from([server.id for server in office.servers]),
    )
    return case, tuple(draw(st.none() | slots | slots) for _ in case.rows())


DRAWN = st.one_of(quota_cases(), consumable_choices(), loose_plans())


def facts_of(drawn: Chosen) -> Facts:
    case, choice = drawn
    return read_facts(make_plan(case, choice), case.backlog, case.office)


def new_violations(facts: Facts) -> Iterator[Violation]:
    world = world_of(facts)
    for rule in RULES:
        standing = standing_of(facts, [rule])
        limits = standing.limits
        findings = Findings(facts.start)
        for row in np.flatnonzero(standing.broken).tolist():
            period = standing.period(row)
            number = period.limit.printer
            findings.add(
                period.limit.code,
                rule.says(world, period),
                day=rule.day(period),
                printer=None if number is None else facts.limits.printers[number],
            )
        assert len(limits.limits) >= len({v.code for v in findings.found})
        yield from findings.listed()


@given(drawn=DRAWN)
def test_what_is_broken(drawn: Chosen) -> None:
    facts = facts_of(drawn)
    findings = Findings(facts.start)
    for check in _OLD:
        check(facts, findings)
    event(str(sorted(set(findings.codes()))))
    assert list(new_violations(facts)) == findings.listed()


@given(drawn=DRAWN)
def test_quotas_period_by_period(drawn: Chosen) -> None:
    facts = facts_of(drawn)
    standing = standing_of(facts, [QUOTAS])
    found = [standing.period(row) for row in range(len(standing.limits.first))]
    said = {
        (
            f"quota-{p.rule.replace('_', '-')}",
            p.quota,
            p.first,
            p.last,
            p.printed,
            p.cards,
            p.limit,
            p.waiting,
            p.enough,
            p.kept,
        )
        for p in periods(facts, quota_tally(facts))
    }
    assert said == {
        (
            p.limit.code,
            p.limit.entry,
            p.first,
            p.last,
            p.printed,
            p.cards,
            p.bound,
            p.waiting,
            p.enough,
            p.kept,
        )
        for p in found
    }
    assert [not p.kept for p in found] == standing.broken.tolist()


@given(drawn=DRAWN)
def test_room(drawn: Chosen) -> None:
    facts = facts_of(drawn)
    if not len(facts.kinds.names):
        return
    days, kinds = facts.days, facts.kinds
    capacity, reserve, stock, ribbons, quotas = RULES
    machines = standing_of(facts, [capacity, reserve]).room(0)
    assert (machines.places(facts.limits.reaches) == room(facts)).all()
    ribbon = standing_of(facts, [ribbons]).room(0).printers
    assert (ribbon == lasts(ribbons_left(facts))).all()
    used = old.used_blanks(facts)
    blocked = QuotaMoves(facts).blocked()
    by_stock, by_quota = standing_of(facts, [stock]), standing_of(facts, [quotas])
    for kind in range(len(kinds.names)):
        number = kinds.stock[kind]
        free = np.ones(days, dtype=bool)
        if number >= 0 and kinds.stocked[number] not in kinds.lots:
            left = facts.limits.supply[kinds.stocked[number]] - used[number]
            free = lasts(left[None])[0]
        assert by_stock.room(kind).days.tolist() == free.tolist()
        if not by_quota.broken.any():
            days_free = by_quota.room(kind).days
            assert days_free.tolist() == (~blocked[kinds.sign[kind]]).tolist()


@given(drawn=DRAWN)
def test_moves_and_exchanges_of_quotas(drawn: Chosen) -> None:
    facts = facts_of(drawn)
    standing = standing_of(facts, [QUOTAS])
    if standing.broken.any() or not facts.office.quotas:
        return
    event("kept")
    moves, kinds, days = QuotaMoves(facts), facts.kinds, facts.days
    entry = np.array([limit.entry for limit in standing.limits.limits])
    sign = np.unique(kinds.sign, return_index=True)[1]
    pairs = np.array([(a, b) for a in sign for b in sign]).reshape(-1, 2).T
    for day in range(days):
        later = np.arange(day + 1, days + 1)
        to = Slots(np.full(len(later), day))
        held = standing.against(sign, to, Slots(later))
        for number in range(len(sign)):
            for at, other in enumerate(later.tolist()):
                said = set(entry[held[number, at]].tolist())
                assert said == set(moves.against_move(number, day, other))
        held = standing.against(pairs[0], to, Slots(later), pairs[1])
        for at, other in enumerate(later.tolist()):
            wanted = moves.against_exchange(day, other).reshape(-1)
            for number, limits in enumerate(held[:, at]):
                first = min(entry[limits].tolist(), default=-1)
                assert first == wanted[number]
