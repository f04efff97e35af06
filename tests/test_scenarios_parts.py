"""Queue, kinds, sets and orders of a simulation, worked out by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from reference import reference
from slow_queue import Desk
from strategies import Case, cases, desk, person
from strategies_scenarios import limits_of

from ektp_sched.errors import UnsupportedRuleError, UsageError
from ektp_sched.scenarios import CAUSES, Arrivals, Outcome, build_queue, simulate
from ektp_sched.scenarios.simulate.order import check_range
from ektp_sched.scenarios.simulate.polymatroid import daily_sets

if TYPE_CHECKING:
    from collections.abc import Sequence

CERTAIN: tuple[frozenset[tuple[str, int]], ...] = (frozenset(),)
CLASSES = {"routine": {"target_days": 30, "default": True}, "fast": {"target_days": 3}}


def run(case: Case, policy: str = "pressure", new: Sequence[int] = (0,)) -> Outcome:
    """Simulate one certain future, with so many new ones on each day."""
    queue = build_queue(case.backlog, case.office, case.start, case.days)
    cards = np.zeros((len(queue.classes), 1, case.days), dtype=np.int32)
    cards[0] += np.array(new, dtype=np.int32)
    arrivals = Arrivals(queue.classes, cards)
    return simulate(queue, limits_of(case, CERTAIN), arrivals, policy, record="dates")


def printed_by_day(case: Case, policy: str = "pressure") -> list[list[str]]:
    """Return who is printed on each day."""
    queue = build_queue(case.backlog, case.office, case.start, case.days)
    outcome = run(case, policy)
    assert outcome.front is not None
    assert outcome.single_days is not None
    names = case.backlog.frame["application_id"]
    found: list[list[str]] = [[] for _ in range(case.days)]
    for stream, line in enumerate(outcome.front[:, 0]):
        begin = queue.first[stream]
        for day, (low, high) in enumerate(pairwise([0, *line.tolist()])):
            found[day] += names[queue.rows[begin + low : begin + high]].to_list()
    days = outcome.single_days[:, 0].tolist()
    for row, day in zip(queue.singles.rows.tolist(), days, strict=True):
        if day < case.days:
            found[day].append(names[row])
    return [sorted(names) for names in found]


# Who is printed


def test_pressure_counts_what_accrues_until_the_next_working_day() -> None:
    document = desk(urgency=CLASSES, calendar={"workdays": ["tue", "wed"]})
    rows = (person("old", 30), person("new", 0, urgency="fast"))
    case = Case(document, rows, days=8)
    # Tuesday to Wednesday: 31 / 30 against 1 / 3.
    assert printed_by_day(case)[:2] == [["old"], ["new"]]
    # Tuesday alone, seven days to the next: 238 / 30 = 7.93 against 28 / 3 = 9.33.
    alone = case.with_document(calendar={"workdays": ["tue"]})
    assert printed_by_day(alone) == [["new"], *[[]] * 6, ["old"]]


def test_policies_differ() -> None:
    rows = (
        person("old", 90),
        person("new", 5, urgency="fast"),
        person("middle", 40, urgency="fast"),
    )
    case = Case(desk(urgency=CLASSES), rows, days=3)
    assert printed_by_day(case, "fifo") == [["old"], ["middle"], ["new"]]
    assert printed_by_day(case, "class-order") == [["middle"], ["new"], ["old"]]
    assert printed_by_day(case) == [["middle"], ["old"], ["new"]]


def test_due_dates_come_first_within_three_days_and_no_longer_when_missed() -> None:
    rows = (
        person("a", 9),
        person("b", 8),
        person("soon", 0, due_on=3),
        person("later", 0, due_on=5),
        person("sooner", 0, due_on=0),
    )
    case = Case(desk(), rows, days=6)
    assert printed_by_day(case)[:4] == [["sooner"], ["soon"], ["later"], ["a"]]
    missed = case.with_rows([*rows[:2], person("missed", 0, due_on=-1)])
    assert printed_by_day(missed)[:3] == [["a"], ["b"], ["missed"]]


def test_a_pin_comes_first_on_its_day_and_not_before() -> None:
    rows = (person("a", 9), person("b", 8), person("pin", 0, pinned_on=1))
    case = Case(desk(), rows, days=3)
    for policy in ("pressure", "class-order", "fifo"):
        assert printed_by_day(case, policy) == [["a"], ["pin"], ["b"]]


def test_people_recorded_on_a_day_may_be_printed_on_it() -> None:
    case = Case(desk(), (), days=3)
    outcome = run(case, new=(2, 0, 1))
    assert outcome.printed.tolist() == [[1, 1, 1]]
    assert outcome.waiting.tolist() == [[1, 0, 0]]
    assert outcome.waits.new[:, :2].tolist() == [[2, 1]]
    assert outcome.longest_wait.tolist() == [1]
    assert outcome.pressure.tolist() == [1]
    assert outcome.on_target_day.tolist() == [0]
    assert outcome.cleared_day.tolist() == [0]


def test_who_can_be_printed_in_no_case_is_left_out() -> None:
    printers = [{"id": "p", "cards_per_day": 1, "areas": ["A"]}]
    rows = (
        person("1", 5, area="A"),
        person("2", 5, area="B"),
        person("3", 5, area="A", ready_on=9),
        person("4", 5, area="A", pinned_on=7),
    )
    outcome = run(Case(desk(printers=printers), rows, days=7))
    assert outcome.left_out == {"no-printer": 1, "not-ready": 1, "pinned-later": 1}
    assert outcome.waiting[0].tolist() == [0] * 7
    nobody = run(Case(desk(printers=printers), rows[1:2], days=7))
    assert nobody.cleared_day.tolist() == [7]


def test_few_who_were_told_a_date_make_nobody_else_stand_out_of_turn() -> None:
    people = [person(f"u{n}", waited=n) for n in range(1, 21)]
    told = [person(f"t{n}", promised_on=n) for n in (2, 3)]
    case = Case(desk(4), (*people, *told), days=7)
    queue = build_queue(case.backlog, case.office, case.start, case.days)
    assert len(queue.rows) == len(people)
    assert len(queue.singles.rows) == len(told)


def test_no_capacity_is_never() -> None:
    document = desk(
        outages=[{"resource": "s", "from": date(2017, 1, 1), "to": date(2020, 1, 1)}]
    )
    outcome = run(Case(document, (person("1", 40),), days=7))
    assert outcome.cleared_day.tolist() == [7]
    assert outcome.on_target_day.tolist() == [7]
    assert outcome.longest_wait.tolist() == [46]
    assert outcome.person_days.tolist() == [[7]]


# What limits


@pytest.mark.parametrize(
    ("cause", "tables"),
    [
        ("servers", {}),
        ("printers", {"servers": [{"id": "s", "cards_per_day": 99}]}),
        ("blanks", {"cards": {"KTP-el": {"stock": 1}}}),
        ("reserve", {"reserve": {"cards_per_day": 1}}),
    ],
)
def test_what_ends_a_day(cause: str, tables: dict[str, object]) -> None:
    printers = [{"id": "p", "cards_per_day": 3}]
    document = desk(2, printers=printers) | tables
    card = "KTP-el" if cause == "blanks" else None
    rows = tuple(person(str(n), 5, card=card) for n in range(7))
    outcome = run(Case(document, rows, days=1))
    assert outcome.binding[0].tolist() == [int(c == cause) for c in CAUSES]
    few = run(Case(document, rows[:1], days=1))
    assert few.binding[0].tolist() == [1, 0, 0, 0, 0]


@given(cases(most=6))
def test_sets_bound_exactly_what_a_maximum_flow_can_print(case: Case) -> None:
    queue = build_queue(case.backlog, case.office, case.start, case.days)
    sets = daily_sets(queue.kinds, limits_of(case, CERTAIN))
    limits = reference(case).limits
    reserve = case.office.reserve.cards_per_day
    for day in range(min(3, case.days)):
        office = Desk(limits, day, set(), reserve)
        for cards in product(range(3), repeat=min(4, len(queue.kinds))):
            wanted = np.array([*cards, *[0] * (len(queue.kinds) - len(cards))])
            count = Counter(
                {
                    names: sum(
                        wanted[k]
                        for k, other in enumerate(queue.kinds.printers)
                        if other == names
                    )
                    for names in queue.kinds.printers
                }
            )
            total = int(wanted.sum())
            fits = office.flow(count) == total and total <= office.total
            bounds = [int(b[day if len(b) > 1 else 0, 0]) for b in sets.bound]
            assert bool((sets.members @ wanted <= bounds).all()) == fits


def test_more_kinds_than_can_be_followed_are_refused() -> None:
    printers = [
        {"id": f"p{n}", "cards_per_day": 1, "areas": [f"A{n}"]} for n in range(13)
    ]
    rows = tuple(person(str(n), 1, area=f"A{n}") for n in range(13))
    case = Case(desk(printers=printers), rows, days=2)
    with pytest.raises(UnsupportedRuleError, match=r"^13 kinds .* use policy replan"):
        run(case)
    assert run(case.with_rows(rows[:12])).printed.tolist() == [[1, 1]]


def test_wrong_arguments_are_refused() -> None:
    case = Case(desk(), (person("1"),), days=2)
    with pytest.raises(UsageError, match="policy is 'best'; it must be one of"):
        run(case, "best")
    queue = build_queue(case.backlog, case.office, case.start, 3)
    arrivals = Arrivals(queue.classes, np.zeros((1, 1, 2), dtype=np.int32))
    with pytest.raises(UsageError, match="the same classes and days"):
        simulate(queue, limits_of(case, CERTAIN), arrivals)
    with pytest.raises(UnsupportedRuleError, match="too large for exact integers"):
        check_range(queue, 10**18)
