"""Every fact that an explanation states, counted again from the plan in plain loops."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any

from hypothesis import event, given
from hypothesis import strategies as st
from mixes_brute import Small
from reference import Slot, reference, slots_of
from strategies import (
    FEW,
    Case,
    cases,
    consumable_cases,
    mixed_cases,
    quota_cases,
    shift_cases,
)

from ektp_sched.output.explain_text import explanation_lines
from ektp_sched.output.languages import language
from ektp_sched.planning import Status
from ektp_sched.trust.explain.explain import explain

if TYPE_CHECKING:
    from reference import Limits, Person

    from ektp_sched.planning import Plan
    from ektp_sched.trust.explain.model import Explanation

CASES = st.one_of(
    cases(), mixed_cases(), quota_cases(), consumable_cases(), shift_cases()
)


class Told:
    """One application of one plan, looked at in plain loops."""

    def __init__(self, case: Case, plan: Plan, name: str) -> None:
        self.case, self.plan = case, plan
        self.problem = reference(case)
        self.people = {person.name: person for person in self.problem.people}
        self.rows = {
            row["application_id"]: row for row in case.backlog.frame.to_dicts()
        }
        self.slots = slots_of(plan)
        self.me, self.row = self.people[name], self.rows[name]
        self.uses = [(use.shift, (use.day - case.start).days) for use in plan.shifts]
        self.limits = Small(case).limits(self.uses)
        assignments = plan.assignments.to_dicts()
        self.printed = {row["application_id"]: row for row in assignments}

    def places(self, limits: Limits) -> list[int]:
        """Return the days on which some printer of its own could print it."""
        return [
            day
            for day in range(self.case.days)
            if (limits.total is None or limits.total[day] > 0)
            and any(
                limits.printers[p][day] > 0
                and any(limits.servers[s][day] > 0 for s in limits.reach[p])
                for p in self.me.printers
            )
        ]

    def left(self, limits: Limits) -> list[tuple[int, str]]:
        """Return the days and printers with a place that is left for it."""
        left = limits
        for slot in self.slots.values():
            if slot is not None:
                left = left.changed(slot[1], slot[0], -1).changed(slot[2], slot[0], -1)
        used = [slot[0] for slot in self.slots.values() if slot is not None]
        return [
            (day, p)
            for day in range(self.case.days)
            for p in self.me.printers
            if left.printers[p][day] > 0
            and any(left.servers[s][day] > 0 for s in left.reach[p])
            and (limits.total is None or limits.total[day] > used.count(day))
        ]

    def free(self, limits: Limits) -> list[int]:
        """Return the days on which a place is left for it."""
        return sorted({day for day, _ in self.left(limits)})

    def before(self) -> dict[str, dict[str, Any]]:
        """Return the rows of the cards before it on printers that could print it."""
        mine = self.printed.get(self.me.name)

        def first(row: dict[str, Any]) -> bool:
            if mine is None or row["day"] < mine["day"]:
                return True
            place = (row["batch"], row["position"])
            here = (row["day"], row["printer"]) == (mine["day"], mine["printer"])
            return here and place < (mine["batch"], mine["position"])

        return {
            name: row
            for name, row in self.printed.items()
            if row["printer"] in self.me.printers and first(row)
        }

    def pressure(self, person: Person, day: int) -> Fraction:
        return Fraction(day - person.since + 1, person.target)

    def seen(self, person: Person) -> tuple[object, ...]:
        """Return all that rules and tiers see of somebody."""
        row, days = self.rows[person.name], self.case.days

        def within(day: int | None) -> int | None:
            return None if day is None or not 0 <= day < days else day

        card = self.case.office.cards.get(row["card"] or "")
        stocked = card is not None and card.stock is not None
        promised = person.promised
        quotas = [
            all(
                names is None or row[key] in names
                for key, names in (
                    ("urgency", q.urgency),
                    ("card", q.card),
                    ("area", q.area),
                )
            )
            for q in self.case.office.quotas
        ]
        return (
            (person.rank, person.target, person.since, max(0, person.ready)),
            set(person.printers),
            (within(person.due), within(person.pinned)),
            within(promised if promised is None else max(0, promised)),
            row["card"] if stocked else None,
            stocked and row["urgency"] if card and card.set_aside else None,
            quotas,
        )

    def reason(self, row: dict[str, Any]) -> set[str]:
        """Return every reason that is true of a card before it."""
        other, me = self.people[row["application_id"]], self.me
        day = (row["day"] - self.case.start).days
        true = {"printers"}
        true |= {"pin"} if other.pinned == day else set()
        true |= {"not-ready"} if day < me.ready else set()
        true |= {"rank"} if other.rank < me.rank else set()
        if other.rank == me.rank:
            true |= {"waiting"} if other.since < me.since else set()
            true |= {"target"} if other.target < me.target else set()
            met = other.due is not None and day <= other.due < self.case.days
            true |= {"due"} if met and other.due != me.due else set()
            told = self.rows[other.name]["promised_on"]
            true |= (
                {"promise"} if told not in (None, self.row["promised_on"]) else set()
            )
        order = self.problem.tie_break
        if self.seen(other) == self.seen(me) and order(other) < order(me):
            true |= {"tie-break"}
        return true

    def stands_before(self, other: Person, day: int) -> bool:
        """Return whether another comes first by rank, pressure and tie-break."""
        if other.rank != self.me.rank:
            return other.rank < self.me.rank
        theirs, ours = self.pressure(other, day), self.pressure(self.me, day)
        order = self.problem.tie_break
        return theirs > ours or (theirs == ours and order(other) < order(self.me))


def check(told: Told, said: Explanation) -> None:
    case, me = told.case, told.me
    slot: Slot = told.slots[me.name]
    own = case.days if slot is None else slot[0]
    days = [d for d in told.places(told.limits) if me.ready <= d < own]
    free = [d for d in told.free(told.limits) if me.ready <= d < own]
    assert set(free) <= set(days)
    check_rule(told, said, days, free)
    before = told.before()
    assert said.before == len(before)
    reasons = [told.reason(row) for row in before.values()]
    for part in said.ahead:
        assert part.cards <= sum(part.reason in true for true in reasons), part
    sure = [true - {"printers"} for true in reasons]
    named = {part.reason: part.cards for part in said.ahead}
    assert named.get("printers", 0) >= sum(not true for true in sure)
    for limit in said.limits:
        check_limit(told, limit.resource, limit.full, limit.days, days)
    for idle in said.idle:
        use = idle.shift, (idle.day - case.start).days
        more = Small(case).limits([*told.uses, use])
        assert use not in told.uses
        assert use[1] in told.free(more)
    for move in said.moves:
        check_move(told, move, days, free)


def check_rule(told: Told, said: Explanation, days: list[int], free: list[int]) -> None:
    me, case = told.me, told.case
    slot = told.slots[me.name]
    if said.rule in ("first-day", "ready"):
        assert slot is not None
        assert not days
        assert (said.rule == "ready") == (me.ready > 0)
    elif said.rule == "pin":
        assert slot is not None
        assert slot[0] == me.pinned
    elif said.rule == "no-printer":
        assert not me.printers
    elif said.rule == "not-ready":
        assert me.ready >= case.days
    elif said.rule == "pinned-later":
        assert me.pinned is not None
        assert me.pinned >= case.days
    elif said.rule == "capacity":
        assert not free
    else:
        assert said.rule in ("exchange", "no-blanks", "no-ribbon", "quota")
        assert free
    if said.rule in ("no-blanks", "no-ribbon", "exchange") and not case.office.quotas:
        moved = [blanks_after(told, day) for day in free]
        assert any(kept == [] for kept in moved) == (said.rule == "exchange")


def blanks_after(told: Told, day: int) -> list[str]:
    """Return what moving it to a free place breaks, on the best printer."""
    broken = []
    for at, printer in told.left(told.limits):
        if at == day:
            slots = told.slots | {told.me.name: (day, printer, "")}
            taken = [slot for slot in slots.values() if slot is not None]
            broken.append(
                told.problem.broken_blanks(slots) + told.problem.broken_ribbons(taken)
            )
    return min(broken, key=len)


def check_limit(told: Told, name: str, full: int, worked: int, days: list[int]) -> None:
    limits = told.limits
    if name == "reserve":
        assert limits.total is not None
        cards: list[int] = limits.total
        used = [slot[0] for slot in told.slots.values() if slot is not None]
    else:
        cards = (limits.printers | limits.servers)[name]
        taken = [slot for slot in told.slots.values() if slot is not None]
        used = [slot[0] for slot in taken if name in slot[1:]]
    able = [day for day in days if cards[day] > 0]
    assert worked == len(able)
    assert full == sum(used.count(day) >= cards[day] for day in able) > 0


def check_move(told: Told, move: Any, days: list[int], free: list[int]) -> None:
    me, case, day = told.me, told.case, move.day
    at = -1 if day is None else (day - case.start).days
    if move.code == "free":
        assert at == free[0]
    elif move.code == "due":
        assert told.row["due_on"] is None
    elif move.code == "cards":
        assert at == days[-1]
        slot = told.slots[me.name]
        if slot is None:
            left = told.plan.unprinted.filter(reason="capacity")["application_id"]
            rivals = [told.people[n] for n in left if n != me.name]
            rivals = [p for p in rivals if set(p.printers) & set(me.printers)]
        else:
            rivals = [
                told.people[n]
                for n, s in told.slots.items()
                if s is not None
                and s[0] == slot[0]
                and s[1] in me.printers
                and n != me.name
            ]
        own = case.days if slot is None else slot[0]
        before = [
            p
            for p in rivals
            if p.ready <= at and p.pinned != own and told.stands_before(p, own)
        ]
        assert move.cards == len(before) + 1
    elif move.code == "pressure":
        there = [
            told.pressure(told.people[n], at)
            for n, s in told.slots.items()
            if s is not None
            and s[0] == at
            and s[1] in me.printers
            and told.people[n].rank == me.rank
        ]
        assert move.needed == round(float(min(there)), 6)
        assert move.own == round(float(told.pressure(me, at)), 6)
        assert min(there) > told.pressure(me, at)
    else:
        raise AssertionError(move.code)


@FEW
@given(CASES)
def test_every_fact_of_an_explanation_is_true(case: Case) -> None:
    plan = case.plan()
    if plan.status not in (Status.OPTIMAL, Status.FEASIBLE):
        return
    for name in case.backlog.frame["application_id"]:
        told = Told(case, plan, name)
        said = explain(plan, case.backlog, case.office, name)
        event(f"{said.rule} {[move.code for move in said.moves]}")
        check(told, said)
        slot = told.slots[name]
        assert said.outcome == ("unprinted" if slot is None else "printed")
        if slot is not None:
            assert said.slot is not None
            day = case.start + timedelta(days=slot[0])
            assert (said.slot.day, said.slot.printer) == (day, slot[1])
            wait = (day - told.row["waiting_since"]).days
            assert said.slot.wait_days == wait


@FEW
@given(cases())
def test_sentences_say_the_figures(case: Case) -> None:
    plan = case.plan()
    if plan.status is not Status.OPTIMAL:
        return
    for name in case.backlog.frame["application_id"]:
        said = explain(plan, case.backlog, case.office, name)
        for lang in ("en", "id"):
            words = language(lang)
            lines = explanation_lines(said, words)
            assert name in lines[0]
            figures = chain(
                ((f"explain.reason.{p.reason}", p.cards) for p in said.ahead),
                [("explain.ahead", said.before)] if said.before else [],
            )
            for key, count in figures:
                wanted = words.text(key, count=count)
                assert any(line.removeprefix("- ") == wanted for line in lines)
