"""Trees that prove plans under rules that are no network: found, and believed by none.

Whatever is stated, a worse plan is never proven: not by the proof of the better one,
nor with any of its numbers changed.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
import pytest
from builders import Case as Made
from builders import make_backlog, make_office
from hypothesis import assume, given
from hypothesis import strategies as st
from opinions import nothing_is_wrong
from proof_trial import changed, numbers
from quota_cases import quota_cases
from strategies import (
    Case,
    consumable_cases,
    crossing_cases,
    mixed_cases,
    quota_shift_cases,
)
from strategies import quota_cases as small_quota_cases
from test_rules_parity import shift_cases

from ektp_sched import plan, verify
from ektp_sched.documents import Certificate, Status
from ektp_sched.documents.certificate import certificate_text
from ektp_sched.documents.files import form_of
from ektp_sched.planning.mixed import solve
from ektp_sched.planning.mixed.hulls import lines
from ektp_sched.planning.trees import search
from ektp_sched.planning.trees.fractions import Fractions, Point
from ektp_sched.planning.trees.program import Count, Step
from ektp_sched.planning.trees.search import Effort
from ektp_sched.trust import check_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.documents import Plan, TreeProof

DRAWN = st.one_of(
    small_quota_cases(),
    consumable_cases(),
    crossing_cases(),
    mixed_cases(),
    quota_shift_cases(),
    shift_cases(),
)


def planned(case: Any) -> Plan:
    """Return the plan of a case that trees prove, or leave the case out."""
    made = plan(case.backlog, case.office, start=case.start, days=case.days)
    assume(made.engine == "milp" and made.tiers)
    return made


def trees_of(made: Plan) -> TreeProof:
    assert made.certificate is not None
    assert made.certificate.trees is not None
    return made.certificate.trees


def with_trees(made: Plan, trees: TreeProof) -> Plan:
    assert made.certificate is not None
    return replace(made, certificate=replace(made.certificate, trees=trees))


@given(DRAWN)
def test_every_tier_is_proven_and_the_proof_is_accepted(case: Case) -> None:
    made = planned(case)
    assert made.status is Status.OPTIMAL
    assert len(trees_of(made).tiers) == len(made.tiers)
    assert verify(made, case.backlog, case.office) == []
    assert check_certificate(made, case.backlog, case.office) == []
    text = certificate_text(made.certificate)  # type: ignore[arg-type]
    assert form_of(Certificate).validate_json(text, strict=True) == made.certificate


def worse(case: Any) -> Iterator[Plan]:
    """Yield plans that keep every rule and are worse than the best."""
    office = case.office
    first = office.printers[0]
    slower = first.model_copy(update={"cards_per_day": max(0, first.cards_per_day - 1)})
    fewer = {
        "printers": {"printers": (slower, *office.printers[1:])},
        "reserve": {"reserve": office.reserve.model_copy(update={"cards_per_day": 1})},
    }
    for update in fewer.values():
        strict = office.model_copy(update=update)
        made = plan(case.backlog, strict, start=case.start, days=case.days)
        if made.tiers:
            yield replace(made, office=office)


@given(DRAWN)
def test_the_better_plans_proof_proves_no_worse_one(case: Case) -> None:
    made = planned(case)
    best, trees = [tier.value for tier in made.tiers], trees_of(made)
    for other in worse(case):
        values = [tier.value for tier in other.tiers]
        if values <= best or verify(
            replace(other, certificate=None, status=Status.FEASIBLE),
            case.backlog,
            case.office,
        ):
            continue  # What it breaks, or states otherwise, is not about the proof.
        claimed = replace(
            trees,
            tiers=tuple(
                replace(tree, value=value)
                for tree, value in zip(trees.tiers, values, strict=True)
            ),
        )
        for stated in (trees, claimed):
            told = replace(with_trees(made, stated), assignments=other.assignments)
            told = replace(
                told, unprinted=other.unprinted, tiers=other.tiers, rows=None
            )
            codes = {v.code for v in verify(told, case.backlog, case.office)}
            assert "certificate-tree" in codes


@given(case=DRAWN, draw=st.data())
def test_no_change_of_a_number_proves_a_value_that_is_not_the_least(
    case: Case, draw: st.DataObject
) -> None:
    """What a change leaves right is right of the best plan, and of it alone."""
    made = planned(case)
    others = [
        other
        for other in worse(case)
        if [t.value for t in other.tiers] > [t.value for t in made.tiers]
    ]
    assume(others)
    other = draw.draw(st.sampled_from(others))
    values = [tier.value for tier in other.tiers]
    trees = trees_of(made)
    told = replace(
        trees,
        tiers=tuple(
            replace(tree, value=value)
            for tree, value in zip(trees.tiers, values, strict=True)
        ),
    )
    places = [path for path in numbers(told) if path[-1] not in ("value", "scale")]
    assume(places)
    for _ in range(8):
        path = draw.draw(st.sampled_from(places))
        by = draw.draw(st.sampled_from((-1, 1, 2, 7, 1000)))
        forged = with_trees(made, changed(told, path, by))
        forged = replace(forged, assignments=other.assignments, rows=None)
        forged = replace(forged, unprinted=other.unprinted, tiers=other.tiers)
        assert verify(forged, case.backlog, case.office) != []


@given(case=st.one_of(quota_shift_cases(), shift_cases()), draw=st.data())
def test_a_proof_that_leaves_out_or_repeats_shifts_is_refused(
    case: Case, draw: st.DataObject
) -> None:
    made = planned(case)
    trees = trees_of(made)
    assume(trees.uses)
    use = draw.draw(st.sampled_from(trees.uses))
    others = tuple(each for each in trees.uses if each != use)
    for uses in (others, (*trees.uses, use), ()):
        forged = with_trees(made, replace(trees, uses=uses))
        codes = {v.code for v in verify(forged, case.backlog, case.office)}
        assert "certificate-tree" in codes


class Faulty(Fractions):
    """Linear programs whose answers are wrong now and then."""

    random = Random(1)

    def best(self, path: Any, on: Any) -> Point:
        point = super().best(path, on)
        wrong = self.random.choice(["price", "value", "none", ""])
        if wrong == "price":
            noise = [self.random.choice([-1, 0, 2, 7]) for _ in point.price]
            return replace(point, price=point.price + np.array(noise))
        if wrong == "value":
            return replace(point, value=point.value + self.random.choice([-5, 40]))
        return replace(point, value=math.inf) if wrong == "none" else point


@given(DRAWN)
def test_no_fault_of_the_search_makes_a_worse_plan_the_best(case: Case) -> None:
    """Wrong prices, wrong values, and "there is none" where there is."""
    best = [tier.value for tier in planned(case).tiers]
    with patch.object(search, "Fractions", Faulty):
        made = plan(case.backlog, case.office, start=case.start, days=case.days)
    values = [tier.value for tier in made.tiers]
    first = next((n for n, t in enumerate(made.tiers) if not t.proven), len(best))
    assert values[:first] == best[:first]
    assert verify(made, case.backlog, case.office) == []


def test_a_tree_that_lost_a_branch_is_not_whole() -> None:
    steps = [Step(Count((0,), 0, day), 1, above=False) for day in range(3)]
    above = [replace(step, above=True) for step in steps]
    paths = [(steps[0], steps[1]), (steps[0], above[1]), (above[0],)]
    assert search.leave_nothing_out(paths)
    assert search.leave_nothing_out([()])
    for at in range(3):
        assert not search.leave_nothing_out(paths[:at] + paths[at + 1 :])
    assert not search.leave_nothing_out([*paths, (above[0],)])
    assert not search.leave_nothing_out([(steps[0],), (replace(above[0], number=2),)])


@given(quota_cases(most=9))
def test_a_search_without_a_tree_claims_nothing(drawn: tuple[Any, Any]) -> None:
    case, _ = drawn
    with patch.multiple(solve, _BEFORE=Effort(parts=0), _AFTER=Effort(parts=0)):
        made = planned(case)
    whole = planned(case)
    for tier, known in zip(made.tiers, whole.tiers, strict=True):
        assert tier.value >= known.value
        assert not tier.proven or tier.value == known.value
    assert verify(made, case.backlog, case.office) == []


@pytest.mark.parametrize(
    ("up", "down", "least"), [(1, 1, 0), (3, 1, 0), (7, 3, -2), (2, 5, 4)]
)
def test_lines_leave_out_no_whole_point_and_let_no_other_in(
    up: int, down: int, least: int
) -> None:
    most = (9, 8, 14)
    told = list(lines(up, down, least, most))
    for y, x in product(range(most[1] + 1), range(most[0] + 1)):
        if x + y <= most[2] and up * x - down * y >= least:
            assert all(a * x + b * y >= bound for a, b, bound in told)
    # On the whole points of a strip the hull says what the row says.
    for y in range(most[1] + 1):
        lowest = max(0, -(-(least + down * y) // up))
        if lowest <= most[0] and lowest + y <= most[2] and lowest:
            below = [a * (lowest - 1) + b * y < bound for a, b, bound in told]
            assert any(below) or up * (lowest - 1) - down * y >= least


def test_a_share_of_each_day_is_proven_with_lines_of_its_hull() -> None:
    """At most a third of each day for Alak: fractions alone would fill the day."""
    office = make_office(
        printers=[{"id": "p", "cards_per_day": 5}],
        quotas=[{"area": "Alak", "per": "day", "at_most_share": Decimal("0.34")}],
    )
    rows = [
        {"application_id": f"a{n}", "area": "Alak" if n % 3 else "Oebobo"}
        | {"waiting_since": -n % 17}
        for n in range(24)
    ]
    backlog = make_backlog(rows, office)
    made = plan(backlog, office, start="2017-09-12", days=7)
    assert made.status is Status.OPTIMAL
    assert any(getattr(row, "line", None) for row in trees_of(made).rows)
    assert verify(made, backlog, office) == []


@pytest.mark.parametrize("within", ["0.1", "0.2", "0.3"])
def test_districts_whose_sizes_share_a_factor_are_counted_as_they_are(
    within: str,
) -> None:
    """Four and six: shares are compared in 24ths, as prices are put on these."""
    office = make_office(
        parity=[{"areas": ["Alak", "Oebobo"], "within": Decimal(within)}],
        printers=[{"id": "p", "cards_per_day": 3}],
    )
    rows = [
        {"application_id": f"{area}{n}", "area": area, "waiting_since": since - n}
        for area, size, since in (("Alak", 4, -2), ("Oebobo", 6, -9))
        for n in range(size)
    ]
    case = Made(office, make_backlog(rows, office), 3)
    made = plan(case.backlog, office, start=case.start, days=case.days)
    assert made.status is Status.OPTIMAL
    assert nothing_is_wrong(made, case).whole
