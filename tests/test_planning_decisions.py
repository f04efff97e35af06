"""The parts of the choice of shifts: cuts, dead nodes, the master, leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from proof_sums import covers, sums
from strategies import HALF, START, Case, desk, person, shift_cases

from ektp_sched.office import capacity, options
from ektp_sched.people.cohorts import build_cohorts
from ektp_sched.planning import Status
from ektp_sched.planning.decisions import proof as proof_module
from ektp_sched.planning.decisions.cuts import bounded, learn, live_nodes, stack
from ektp_sched.planning.decisions.master import Master, Relaxation, solve
from ektp_sched.planning.decisions.network import Network
from ektp_sched.planning.decisions.proof import Demand, leaves
from ektp_sched.planning.decisions.rules import Row, rows
from ektp_sched.planning.decisions.uses import list_uses
from ektp_sched.planning.network.program import build_program
from ektp_sched.planning.tiers import objectives
from ektp_sched.rules.tiers import DECISION_TIERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ektp_sched.planning.decisions.cuts import Cut
    from ektp_sched.planning.decisions.network import Point
    from ektp_sched.planning.decisions.uses import Uses

    Ints = NDArray[np.int64]

WEEK = ["mon", "tue", "wed", "thu", "fri"]


@dataclass
class Laid:
    """A network over shifts of which none is decided."""

    network: Network
    rows: tuple[Row, ...]

    @property
    def best(self) -> Point:
        return self.network.none()

    @property
    def most(self) -> Point:
        return self.network.most()


def laid(case: Case) -> Laid:
    """Lay a case of which nothing is decided."""
    office, start, days = case.office, case.start, case.days
    limits = capacity(office, start, days)
    cohorts = build_cohorts(case.backlog, office, start, days)
    can = options(office, start, days)
    every = capacity(office, start, days, [(o.shift, o.day) for o in can])
    program = build_program(cohorts, every, days)
    uses = list_uses(office, program, limits, can)
    tiers = objectives(office, cohorts, days)
    network = Network(program, cohorts, uses, tiers)
    return Laid(network, rows(office, uses, start))


def choices(uses: Uses) -> Iterator[Ints]:
    """Every decision, at most one use a day."""
    days = np.unique(uses.day)
    each = [[-1, *np.flatnonzero(uses.day == day).tolist()] for day in days]
    for taken in product(*each):
        parts = np.zeros(len(uses), dtype=np.int64)
        parts[[use for use in taken if use >= 0]] = 1
        yield parts


def learnt(found: Laid, point: Point, number: int) -> Cut:
    groups = stack(
        found.network.program, found.network.cohorts, found.network.tiers[: number + 1]
    )
    prices = point.prices[: number + 1]
    return learn(
        found.network.program, found.network.uses, groups, point.limits, prices
    )


def says(cut: Cut, parts: Ints) -> int:
    """What a cut says of its tiers, weighed, under a decision."""
    return cut.constant - sum(a for a, y in zip(cut.slope, parts, strict=True) if y)


def weighed(cut: Cut, point: Point) -> int:
    return sum(w * v for w, v in zip(cut.weights, point.values, strict=False))


def small(*shifts: dict[str, Any], people: int, **tables: Any) -> Case:
    document = desk(1, calendar={"workdays": WEEK}, shifts=list(shifts), **tables)
    crowd = [person(f"n{n}", 9) for n in range(people)]
    return Case(document, tuple(crowd), days=7)


# Cuts


@pytest.mark.slow
@given(shift_cases())
def test_a_cut_is_exact_where_it_is_learnt_and_a_bound_everywhere(case: Case) -> None:
    case = case.with_rows([row | {"pinned_on": None} for row in case.rows])
    if not case.rows:
        return
    found = laid(case)
    every = [found.network.value(parts) for parts in choices(found.network.uses)]
    for number in range(len(found.network.tiers)):
        for point in (every[0], every[-1]):
            cut = learnt(found, point, number)
            assert cut.weights[-1] == 1
            assert says(cut, point.parts) == weighed(cut, point)
            for other in every:
                assert says(cut, other.parts) <= weighed(cut, other)


def test_a_cut_by_hand() -> None:
    # Five working days and seven people; each shift adds cards one for one.
    sat = {"id": "sat", "days": ["sat"]}
    over = {"id": "over", "days": ["wed"], "share": 3}
    found = laid(small(sat, over, people=7))
    cut = learnt(found, found.best, 0)
    assert cut.constant == 2
    assert found.network.uses.day.tolist() == [1, 4]
    assert cut.slope == (3, 1)
    assert cut.above([]) == 2


@pytest.mark.slow
@HALF
@given(shift_cases(), st.randoms(use_true_random=False))
def test_any_prices_give_a_bound(case: Case, draw: Any) -> None:
    case = case.with_rows([row | {"pinned_on": None} for row in case.rows])
    if not case.rows:
        return
    found = laid(case)
    number = len(found.network.tiers) - 1
    groups = stack(found.network.program, found.network.cohorts, found.network.tiers)
    price = np.array([draw.randint(-9, 9) for _ in range(found.network.program.nodes)])
    price[found.network.program.sink] = 0
    weights = (*(draw.randint(0, 3) for _ in range(number)), 1)
    cut = bounded(found.network.program, found.network.uses, groups, weights, price)
    for parts in choices(found.network.uses):
        assert says(cut, parts) <= weighed(cut, found.network.value(parts))


def nested() -> Case:
    """Ranks within ranks, with due dates, promises and fine pressures."""
    draw = Random(25)
    classes = {
        f"c{n}": {"target_days": (3571, 2797)[n % 2], "rank": n, "default": n == 0}
        for n in range(4)
    }
    document = desk(
        draw.choice([1, 2]),
        calendar={"workdays": WEEK},
        urgency=classes,
        area_rank={"A": 0, "B": 1},
        shifts=[
            {"id": "sat", "days": ["sat", "sun"], "cost_idr": 2},
            {"id": "over", "days": ["wed", "fri"], "cost_idr": 1},
        ],
        budget={"idr": 3},
    )
    people = [
        person(
            f"n{n}",
            draw.choice((3000, 400, 3, 0)),
            urgency=f"c{draw.randrange(4)}",
            area=draw.choice("AB"),
            due_on=draw.randrange(7),
            promised_on=draw.randrange(7),
            ready_on=START + timedelta(days=draw.choice((0, 0, 1, 2, 3))),
        )
        for n in range(24)
    ]
    return Case(document, tuple(people), days=7)


@pytest.mark.slow
def test_numbers_beyond_64_bits() -> None:
    case = nested()
    found = laid(case)
    number = len(found.network.tiers) - 1
    cuts = [learnt(found, point, number) for point in (found.best, found.most)]
    assert max(abs(p) for cut in cuts for p in cut.price) >= 1 << 64
    for cut, point in zip(cuts, (found.best, found.most), strict=True):
        assert says(cut, point.parts) == weighed(cut, point)
        for parts in choices(found.network.uses):
            assert says(cut, parts) <= weighed(cut, found.network.value(parts))
    plan = case.plan()
    assert plan.status is Status.OPTIMAL
    assert sums(plan, case).faults() == []
    allowed = [
        parts
        for parts in choices(found.network.uses)
        if all(int(row.weight @ parts) <= row.most for row in found.rows)
    ]
    wanted = min(found.network.value(parts).values for parts in allowed)
    assert tuple(t.value for t in plan.tiers if t.name not in DECISION_TIERS) == wanted


# Nodes that nothing can pass


def test_a_closed_day_is_dead_until_a_shift_opens_it() -> None:
    case = small({"id": "sat", "days": ["sat"]}, people=7)
    found = laid(case)
    program = found.network.program
    assert program.column_day.tolist() == [0, 1, 2, 3, 4, 6]
    shut = live_nodes(program, found.best.limits)
    assert np.flatnonzero(~shut[: program.columns]).tolist() == [4]
    assert live_nodes(program, found.most.limits).all()


def test_a_dead_day_promises_no_more_than_its_narrowest_part() -> None:
    # The printer does ten cards, the server one: Saturday is worth one card.
    found = laid(small({"id": "sat", "days": ["sat"]}, people=9))
    for number in range(len(found.network.tiers)):
        cut = learnt(found, found.best, number)
        gain = weighed(cut, found.best) - weighed(cut, found.most)
        # No bound that is linear in the use and right at both can say less.
        assert cut.slope == (gain,)


def test_a_shift_for_one_resource_of_a_closed_day_is_worth_nothing() -> None:
    found = laid(small({"id": "sat", "days": ["sat"], "resources": ["p"]}, people=9))
    assert learnt(found, found.best, 0).slope == (0,)


# The master


SIZES = st.sampled_from((1, 10**6, 10**15, 10**18, 10**25, 10**60))


class Bound(NamedTuple):
    """A number less what each use lowers it by: at most this or that."""

    constant: int
    slope: tuple[int, ...]

    def at(self, parts: Sequence[int]) -> int:
        taken = zip(self.slope, parts, strict=True)
        return self.constant - sum(a for a, y in taken if y)

    def asked_of(self, master: Master, floor: int, *values: int) -> None:
        """Ask for what it says above a floor, of uses and a value."""
        need = self.constant - floor
        if need > 0:
            terms = {use: min(a, need) for use, a in enumerate(self.slope)}
            master.ask(terms | dict.fromkeys(values, 1), need)


def posed(
    limits: list[Row], held: list[Bound], bounds: list[Bound], span: tuple[int, int]
) -> Master:
    """Pose a master: held bounds at most 0, the largest of the others least."""
    master = Master(len(bounds[0].slope))
    for row in limits:
        master.ask({use: -w for use, w in enumerate(row.weight.tolist())}, -row.most)
    value = master.new(span[1] - span[0])
    for bound in held:
        bound.asked_of(master, 0)
    for bound in bounds:
        bound.asked_of(master, span[0], value)
    master.goal = {value: 1}
    return master


@st.composite
def masters(
    draw: st.DrawFn,
) -> tuple[list[Row], list[Bound], list[Bound], tuple[int, int]]:
    """Draw a master over up to six uses, with numbers of any size."""
    count = draw(st.integers(1, 6))

    def bounds(size: int) -> list[Bound]:
        number = st.integers(0, 9 * size)
        slopes = st.lists(number, min_size=count, max_size=count).map(tuple)
        one = st.builds(Bound, st.integers(-size, 19 * size), slopes)
        return draw(st.lists(one, min_size=1, max_size=4))

    weights = draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    row = Row("budget.idr", np.array(weights), draw(st.integers(0, 7)))
    size = draw(SIZES)
    low = draw(st.integers(0, 3)) * size
    return [row], bounds(draw(SIZES)), bounds(size), (low, low + 25 * size)


def least(
    limits: list[Row], held: list[Bound], bounds: list[Bound], span: tuple[int, int]
) -> int | None:
    """The best value over all decisions; None if none obeys."""
    found = []
    for parts in product((0, 1), repeat=len(bounds[0].slope)):
        value = max(span[0], *(bound.at(parts) for bound in bounds))
        obeys = all(int(row.weight @ np.array(parts)) <= row.most for row in limits)
        kept = all(bound.at(parts) <= 0 for bound in held)
        found += [value] if obeys and kept and value <= span[1] else []
    return min(found, default=None)


@given(masters())
def test_the_master_is_exact_in_numbers_of_any_size(
    master: tuple[list[Row], list[Bound], list[Bound], tuple[int, int]],
) -> None:
    _, held, _, (low, high) = master
    wanted = least(*master)
    answer = solve(posed(*master), high - low)
    if wanted is None:
        assert answer.parts is None
        return
    assert answer.parts is not None
    assert all(bound.at(answer.parts.tolist()) <= 0 for bound in held)
    assert low + answer.bound <= wanted
    if high - low < 1 << 58:
        assert low + answer.bound == wanted
    else:
        # Values so large are told apart by a part of their span only.
        assert wanted - low - answer.bound <= (high - low) >> 17


@given(masters())
def test_the_relaxation_takes_numbers_of_any_size(
    master: tuple[list[Row], list[Bound], list[Bound], tuple[int, int]],
) -> None:
    limits, held, bounds, (low, high) = master
    far = [bound._replace(constant=bound.constant << 1100) for bound in held]
    further = [bound._replace(constant=bound.constant << 1100) for bound in bounds]
    whole = posed(limits, [*held, *far], [*bounds, *further], (low, high))
    found = Relaxation(whole, high - low).solve()
    if found is not None:
        parts, _ = found
        assert ((parts > -0.01) & (parts < 1.01)).all()


# Leaves


def alike(uses: int, twice: int) -> list[Demand]:
    """Twice the number of uses must be an odd number: only halves would do."""
    return [
        Demand("row", 0, -twice, (-2,) * uses),
        Demand("cut", 0, twice, (2,) * uses),
    ]


def test_equal_days_need_no_tree() -> None:
    demands = alike(uses=30, twice=29)
    found = leaves(demands, 30, (tuple(range(30)),))
    assert found is not None
    assert len(found) <= 2
    assert covers([leaf.path for leaf in found])


def test_too_many_parts_are_left_to_the_solver() -> None:
    demands = alike(uses=30, twice=29)
    with patch.object(proof_module, "_MOST", 60):
        assert leaves(demands, 30, ()) is None


@pytest.mark.parametrize("size", [1, 10**9, 1 << 80, 1 << 1200])
def test_leaves_of_numbers_of_any_size(size: int) -> None:
    # Of three uses at most one is taken, and a better decision needs two.
    demands = [
        Demand("row", 0, -1, (-1, -1, -1)),
        Demand("cut", 0, 2 * size, (size, size, size)),
        Demand("cut", 1, size, (0, 0, size)),
    ]
    found = leaves(demands, 3, ())
    assert found is not None
    assert covers([leaf.path for leaf in found])


def test_nothing_is_proven_against_a_decision_that_meets_all() -> None:
    demands = [Demand("row", 0, -1, (-1, -1)), Demand("cut", 0, 3, (3, 1))]
    assert leaves(demands, 2, ((0, 1),)) is None


# The proof as a whole: what is damaged is found


def proven() -> Case:
    case = small(
        {"id": "sat", "days": ["sat", "sun"], "share": 3, "cost_idr": 5},
        {"id": "over", "days": ["wed", "fri"], "share": 2, "cost_idr": 3},
        people=20,
    )
    return case.with_document(budget={"idr": 8})


def test_a_proof_without_one_of_its_leaves_holds_not_every_decision() -> None:
    proof = sums(proven().plan(), proven())
    assert proof.faults() == []
    tier = max(range(len(proof.proof.leaves)), key=lambda t: len(proof.proof.leaves[t]))
    fewer = list(proof.proof.leaves)
    fewer[tier] = fewer[tier][1:]
    broken = replace(proof, proof=replace(proof.proof, leaves=tuple(fewer)))
    assert broken.faults() == [f"tier {tier}: some decision is in no leaf"]


def test_a_leaf_without_its_cuts_is_no_contradiction() -> None:
    proof = sums(proven().plan(), proven())
    bare = tuple(
        tuple(replace(leaf, cuts=()) for leaf in part) for part in proof.proof.leaves
    )
    faults = replace(proof, proof=replace(proof.proof, leaves=bare)).faults()
    assert any("not positive" in fault for fault in faults)


def test_a_cut_that_says_too_much_is_found() -> None:
    case = proven()
    proof = sums(case.plan(), case)
    found = laid(case)
    truth = {
        found.network.uses.options_of(parts): found.network.value(parts).values
        for parts in choices(found.network.uses)
    }
    assert proof.too_high(truth) == []
    cuts = tuple(replace(cut, constant=cut.constant + 1) for cut in proof.proof.cuts)
    assert replace(proof, proof=replace(proof.proof, cuts=cuts)).too_high(truth) != []
