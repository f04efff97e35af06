"""Trust and what printing uses up: blanks that expire or are set aside, ribbons."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from builders import Case, keeps_limits, make_plan, write_folder
from consumable_cases import (
    consumable_choices,
    lots_and_cards,
    most_with_blanks,
)
from hypothesis import assume, event, given
from hypothesis import strategies as st
from strategies import FEW, HALF

from ektp_sched.office import capacity
from ektp_sched.people.blanks import Blanks
from ektp_sched.trust import checker, fairness, verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest
    from builders import FakePlan, Slot
    from consumable_cases import Cards

    from ektp_sched.office import Lot

    Drawn = tuple[list[Lot], Cards, int]
    Chosen = tuple[Case, tuple[Slot, ...]]


def counted(some: list[Lot], cards: Cards) -> Blanks:
    return Blanks(some, {name: np.array(row) for name, row in cards.items()})


def total(cards: Cards) -> int:
    return sum(map(sum, cards.values()))


def changed(cards: Cards, *steps: tuple[str | None, int, int]) -> Cards:
    found = {name: list(row) for name, row in cards.items()}
    for name, at, more in steps:
        if at < len(found[name]):
            found[name][at] += more
    return found


@given(drawn=lots_and_cards())
def test_no_other_way_finds_a_blank_for_more_cards(drawn: Drawn) -> None:
    some, cards, _ = drawn
    short = counted(some, cards).short
    assert int(short.sum()) == total(cards) - most_with_blanks(some, cards)


@HALF
@given(drawn=lots_and_cards())
def test_a_blank_is_left_on_the_days_on_which_one_card_more_finds_one(
    drawn: Drawn,
) -> None:
    some, cards, days = drawn
    assume(not counted(some, cards).short.any())
    for name in cards:
        wanted = [
            most_with_blanks(some, changed(cards, (name, at, 1))) == total(cards) + 1
            for at in range(days)
        ]
        assert counted(some, cards).spare(name).tolist() == wanted


@given(drawn=lots_and_cards())
def test_an_exchange_is_allowed_if_every_card_still_finds_a_blank(drawn: Drawn) -> None:
    some, cards, days = drawn
    blanks = counted(some, cards)
    assume(not blanks.short.any())
    for one, other in itertools.product(cards, repeat=2):
        for at, later in itertools.combinations(range(days + 1), 2):
            if not cards[other][at] or (later < days and not cards[one][later]):
                continue
            away = [(one, later, -1), (other, at, -1)]
            after = changed(cards, (one, at, 1), (other, later, 1), *away)
            fits = most_with_blanks(some, after) == total(after)
            assert blanks.exchanges(one, other, at, later) == fits
            moved = changed(cards, (one, at, 1), (one, later, -1))
            fits = most_with_blanks(some, moved) == total(moved)
            assert blanks.moves(one, at, later) == fits
            moved = changed(cards, (other, later, 1), (other, at, -1))
            fits = most_with_blanks(some, moved) == total(moved)
            assert blanks.moves(other, later, at) == fits


def slots_of(case: Case, choice: Sequence[Slot]) -> dict[str, Slot]:
    return dict(zip(case.backlog.frame["application_id"], choice, strict=True))


def broken(case: Case, choice: Sequence[Slot]) -> list[str]:
    """Return every rule that a plan breaks, by the definitions."""
    return case.problem.broken(slots_of(case, choice))


def codes(plan: FakePlan, case: Case) -> set[str]:
    return {found.code for found in verify(plan, case.backlog, case.office)}


def checked(plan: FakePlan, case: Case, root: pytest.TempPathFactory) -> set[str]:
    check = checker.Folder(write_folder(plan, case, root.mktemp("out")))
    check.run()
    return {code for code, _ in check.wrong}


@FEW
@given(drawn=consumable_choices())
def test_what_is_broken_is_what_the_definitions_say(
    drawn: Chosen, tmp_path_factory: pytest.TempPathFactory
) -> None:
    case, choice = drawn
    plan = make_plan(case, choice)
    found, said = codes(plan, case), checked(plan, case, tmp_path_factory)
    assume(keeps_limits(case, choice))
    wrong = broken(case, choice)
    assert ("ribbons" in found) == any("ribbon" in rule for rule in wrong)
    assert bool(found & {"blanks", "ribbons"}) == bool(wrong)
    assert bool(said & {"blanks", "limit"}) == bool(wrong)


def reason(case: Case, choice: tuple[Slot, ...], number: int) -> str | None:
    """Return why an application is not printed, by the definition."""
    limits = capacity(case.office, case.start, case.days)
    ready = max(0, (case.rows()[number]["ready_on"] - case.start).days)
    code = "capacity"
    for at in range(ready, case.days):
        for printer in limits.printers:
            more = (*choice[:number], (at, printer, "s"), *choice[number + 1 :])
            used = sum(s is not None and s[:2] == (at, printer) for s in more)
            if used > limits.printer_cards[limits.printers.index(printer), at]:
                continue
            code = "no-ribbon" if code == "capacity" else code
            if case.problem.broken_ribbons([slot for slot in more if slot]):
                continue
            code = "no-blanks"
            if not broken(case, more):
                return None
    return code


@FEW
@given(
    drawn=consumable_choices(),
    code=st.sampled_from(["capacity", "no-ribbon", "no-blanks"]),
)
def test_only_true_reasons_pass(
    drawn: Chosen, code: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    case, choice = drawn
    assume(not broken(case, choice))
    ids = [row["application_id"] for row in case.rows()]
    plan = make_plan(case, choice)
    assume(plan.unprinted.height)
    true = {name: reason(case, choice, number) for number, name in enumerate(ids)}
    table = plan.unprinted.with_columns(reason=pl.lit(code))
    said = replace(plan, unprinted=table)
    right = all(true[name] == code for name in table["application_id"])
    event(f"{code}: {right}")
    assert ("unprinted-reason" not in codes(said, case)) == right
    assert ("reason" not in checked(said, case, tmp_path_factory)) == right


@HALF
@given(drawn=consumable_choices())
def test_overtakes_are_those_whose_exchange_keeps_every_rule(drawn: Chosen) -> None:
    case, choice = drawn
    assume(not broken(case, choice))
    found = fairness(make_plan(case, choice), case.backlog, case.office)
    avoidable, _, _ = case.problem.overtakes(slots_of(case, choice))
    assert found.avoidable == len(avoidable)
