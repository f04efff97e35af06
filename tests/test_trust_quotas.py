"""Trust and quotas: each is checked on its own days, in whole numbers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import (
    Case,
    FakePlan,
    day,
    every_plan,
    make_backlog,
    make_office,
    make_plan,
    tier_vector,
    write_folder,
)
from hypothesis import assume, given
from opinions import what_is_forbidden_breaks_it
from quota_cases import broken, quota_cases
from strategies import FEW, HALF

from ektp_sched.output.explain_text import explanation_lines
from ektp_sched.output.languages import language
from ektp_sched.planning import Status
from ektp_sched.rules import QUOTAS
from ektp_sched.rules.quotas import KEYS
from ektp_sched.trust import checker, explain, fairness, verify

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from builders import Slot

CODES = dict(zip(QUOTAS.codes, KEYS, strict=True))


def quota_codes(plan: FakePlan, case: Case) -> list[tuple[str, Any]]:
    found = verify(plan, case.backlog, case.office)
    return [(CODES[v.code], v.day) for v in found if v.code in CODES]


@pytest.mark.slow
@HALF
@given(drawn=quota_cases())
def test_what_is_broken_is_what_the_definitions_say(
    drawn: tuple[Case, tuple[Slot, ...]],
) -> None:
    case, choice = drawn
    found = quota_codes(make_plan(case, choice), case)
    assert sorted(key for key, _ in found) == sorted(
        key for _, key, _ in broken(case, choice)
    )


@pytest.mark.slow
@FEW
@given(drawn=quota_cases())
def test_the_checker_says_the_same(
    drawn: tuple[Case, tuple[Slot, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    case, choice = drawn
    folder = write_folder(make_plan(case, choice), case, tmp_path_factory.mktemp("out"))
    check = checker.Folder(folder)
    check.run()
    said = sorted(what.split(":")[0] for code, what in check.wrong if code == "quota")
    wanted = sorted((index, key, first) for index, key, first in broken(case, choice))
    assert [line.split("..")[0] for line in said] == [
        f"quotas[{index + 1}].{key} {first}" for index, key, first in wanted
    ]


@HALF
@given(drawn=quota_cases())
def test_moves_and_exchanges_are_forbidden_where_they_would_break_it(
    drawn: tuple[Case, tuple[Slot, ...]],
) -> None:
    case, choice = drawn
    assume(not broken(case, choice))

    def places(moved: Sequence[Slot]) -> set[str]:
        return {f"quotas[{index + 1}]" for index, *_ in broken(case, moved)}

    what_is_forbidden_breaks_it(case, choice, QUOTAS, places)


def one_card_a_day(case: Case) -> Case:
    printers = tuple(
        p.model_copy(update={"cards_per_day": 1}) for p in case.office.printers
    )
    office = case.office.model_copy(update={"printers": printers})
    return Case(office, case.backlog, min(case.days, 4))


@pytest.mark.slow
@HALF
@given(drawn=quota_cases(most=4))
def test_the_best_plan_that_keeps_quotas_overtakes_nobody_without_excuse(
    drawn: tuple[Case, tuple[Slot, ...]],
) -> None:
    case = one_card_a_day(drawn[0])
    plans = [c for c in every_plan(case) if not broken(case, c)]
    assume(plans)
    best = min(plans, key=lambda c: tier_vector(case, c))
    found = fairness(make_plan(case, best), case.backlog, case.office)
    assert found.avoidable == 0


def two_areas(**quota: Any) -> Case:
    """Four who wait longer in Alak, and four in Oebobo; two cards a day."""
    office = make_office(quotas=[{"area": "Oebobo", "per": "day"} | quota])
    rows = [
        {
            "application_id": f"a{i}",
            "waiting_since": -20 if i < 4 else -10,
            "area": "Alak" if i < 4 else "Oebobo",
        }
        for i in range(8)
    ]
    return Case(office, make_backlog(rows, office), 4)


def at(*days: int | None) -> tuple[Slot, ...]:
    return tuple(None if d is None else (d, "p", "s") for d in days)


IN_TURN = at(0, 0, 1, 1, 2, 2, 3, 3)
MIXED = at(0, 1, 2, 3, 0, 1, 2, 3)


def test_a_minimum_broken_is_said_in_one_sentence() -> None:
    case = two_areas(at_least=1, id="oebobo")
    (first, second) = verify(make_plan(case, IN_TURN), case.backlog, case.office)
    assert (first.code, first.day, second.day) == ("quota-at-least", day(0), day(1))
    assert first.message == (
        "quotas[1] (oebobo) wants at least 1 cards of its kind on 2017-09-12; 0 are "
        "printed, and 4 more could have been by then."
    )
    assert verify(make_plan(case, MIXED), case.backlog, case.office) == []


def test_a_share_broken_names_share_and_cards() -> None:
    case = two_areas(at_most_share=Decimal("0.4"), per="plan")
    (found,) = verify(make_plan(case, MIXED), case.backlog, case.office)
    assert found.code == "quota-at-most-share"
    assert found.message == (
        "quotas[1] allows at most 3 (0.4 of 8) cards of its kind from 2017-09-12 to "
        "2017-09-15; 4 are printed."
    )


def test_shares_are_exact() -> None:
    third = Decimal("0.333333333333333333333333333333")
    case = two_areas(at_least_share=third, per="plan")
    two_of_six = at(0, 0, 1, 1, 2, 2, None, None)
    assert quota_codes(make_plan(case, two_of_six), case) == []
    one_of_five = at(0, 0, 1, 1, 2, None, None, None)
    (broken_one,) = quota_codes(make_plan(case, one_of_five), case)
    assert broken_one == ("at_least_share", None)


def test_the_overtakes_that_a_minimum_forces_are_excused_by_it() -> None:
    case = two_areas(at_least=1)
    found = fairness(make_plan(case, MIXED), case.backlog, case.office)
    assert found.avoidable == 0
    assert found.excused == {"quotas[1]": 6}
    free = replace(case, office=case.office.model_copy(update={"quotas": ()}))
    found = fairness(make_plan(free, MIXED), free.backlog, free.office)
    assert (found.avoidable, found.excused) == (6, {})


def test_a_minimum_that_has_cards_to_spare_excuses_nothing() -> None:
    case = two_areas(at_least=1, per="plan")
    found = fairness(make_plan(case, MIXED), case.backlog, case.office)
    assert (found.avoidable, found.excused) == (6, {})


def test_who_is_left_although_there_is_room_is_left_by_the_quota() -> None:
    case = two_areas(at_most=2, per="plan")
    plan = make_plan(case, at(0, 0, 1, 1, 2, 2, None, None))
    by_quota = plan.unprinted.with_columns(reason=pl.lit("quota"))
    assert [v.code for v in verify(plan, case.backlog, case.office)] == [
        "unprinted-reason"
    ] * 2
    held = replace(plan, unprinted=by_quota)
    assert verify(held, case.backlog, case.office) == []
    free = case.office.model_copy(update={"quotas": ()})
    assert {v.code for v in verify(held, case.backlog, free)} == {"unprinted-reason"}


def proven(plan: FakePlan) -> FakePlan:
    tiers = tuple(replace(t, bound=t.value, proven=True) for t in plan.tiers)
    return replace(plan, status=Status.OPTIMAL, tiers=tiers)


@pytest.mark.parametrize("quotas", [True, False])
def test_only_with_quotas_is_a_plan_optimal_by_the_solvers_word(
    quotas: bool, tmp_path: Path
) -> None:
    case = two_areas(at_least=1)
    if not quotas:
        case = replace(case, office=case.office.model_copy(update={"quotas": ()}))
    plan = proven(make_plan(case, MIXED))
    found = [v.code for v in verify(plan, case.backlog, case.office)]
    assert ("status" in found) is not quotas
    check = checker.Folder(write_folder(plan, case, tmp_path / "out"))
    check.run()
    assert not check.proven
    assert (("claim", "status: optimal") in check.wrong) is not quotas


CARDS = {"KTP": {"default": True, "stock": 2}, "KIA": {"stock": 2}}
APART = [
    {"id": "p", "cards_per_day": 2, "cards": ["KTP"], "servers": ["s"]},
    {"id": "q", "cards_per_day": 2, "cards": ["KIA"], "servers": ["t"]},
]
SERVERS = [{"id": "s", "cards_per_day": 9}, {"id": "t", "cards_per_day": 9}]
TWO_DESKS = {"printers": APART, "servers": SERVERS}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, True),
        ({"cards": {"KTP": {"default": True, "stock": 9}, "KIA": {"stock": 9}}}, False),
        ({"printers": APART, "servers": SERVERS}, False),
        (
            {"printers": APART, "servers": SERVERS, "reserve": {"cards_per_day": 1}},
            True,
        ),
    ],
)
def test_with_crossing_blanks_as_well(
    change: dict[str, Any], word: bool, tmp_path: Path
) -> None:
    office = make_office(**{"cards": CARDS} | change)
    rows = [
        {"application_id": f"a{i}", "waiting_since": -3, "card": ("KTP", "KIA")[i % 2]}
        for i in range(6)
    ]
    case = Case(office, make_backlog(rows, office), 3)
    other = ("q", "t") if "printers" in change else ("p", "s")
    choice = ((0, "p", "s"), (0, *other), None, None, None, None)
    plan = proven(make_plan(case, choice))
    found = {v.code for v in verify(plan, case.backlog, case.office)}
    assert ("status" not in found) == word
    check = checker.Folder(write_folder(plan, case, tmp_path / "out"))
    check.run()
    said = ("claim", "status: optimal") not in check.wrong
    assert said == word


def explained(case: Case, choice: tuple[Slot, ...], number: int) -> Any:
    plan = make_plan(case, choice)
    quota = plan.unprinted.with_columns(reason=pl.lit("quota"))
    held = replace(plan, unprinted=quota)
    return explain(held, case.backlog, case.office, f"a{number}")


def test_explain_names_the_minimum_that_takes_the_places() -> None:
    found = explained(two_areas(at_least=1, id="oebobo"), MIXED, 2)
    assert found.rule == "capacity"
    (hold,) = found.holds
    assert (hold.place, hold.held, hold.days) == ("quotas[1] (oebobo)", 2, 2)
    assert explained(two_areas(at_least=1), MIXED, 6).holds == ()


def test_explain_names_the_maximum_that_leaves_places_empty() -> None:
    case = two_areas(at_most=1)
    found = explained(case, at(0, 1, 2, 3, 0, 1, 2, 3), 5)
    assert (found.rule, found.holds) == ("capacity", ())
    found = explained(case, at(None, None, None, None, 0, 1, 2, 3), 5)
    assert found.rule == "quota"
    assert [(h.held, h.days) for h in found.holds] == [(1, 1)]
    found = explained(case, at(0, 0, 1, 1, 2, 3, None, None), 7)
    assert found.rule == "quota"
    assert [(h.held, h.days) for h in found.holds] == [(2, 4)]
    for code in ("en", "id"):
        said = explanation_lines(found, language(code))
        assert any("quotas[1]" in line for line in said)
        assert language(code).text("explain.rule.quota") in said
