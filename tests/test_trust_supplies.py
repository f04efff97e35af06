"""Blanks that expire or are set aside, and ribbons: cases worked by hand."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from builders import (
    Case,
    FakePlan,
    as_fake,
    day,
    make_backlog,
    make_office,
    make_plan,
    planned,
    write_folder,
)

from ektp_sched.documents import Status
from ektp_sched.output.explain_text import explanation_lines
from ektp_sched.output.languages import language
from ektp_sched.trust import checker, explain, fairness, verify

if TYPE_CHECKING:
    from pathlib import Path

    from builders import Slot

    from ektp_sched.trust import Explanation

CLASSES = {
    "routine": {"target_days": 30, "default": True},
    "urgent": {"target_days": 30},
}
ASIDE = {"stock": 4, "expires_on": day(1), "set_aside": {"urgent": 2}}
COMING = {"deliveries": [{"on": day(3), "cards": 2}]}
INK = {"cards_per_ribbon": 3, "ribbons": 0.5}
MORE_INK = {"ribbon_deliveries": [{"on": day(2), "ribbons": 1}]}


def case_of(*printers: dict[str, Any], **blanks: Any) -> Case:
    """Five routine people, the first the longest waiting, and an urgent one."""
    desks = [
        {"id": name, "cards_per_day": 4} | p
        for name, p in zip("pq", printers, strict=False)
    ]
    cards = {"KTP": {"default": True} | blanks}
    office = make_office(
        urgency=CLASSES,
        cards=cards,
        printers=desks or [{"id": "p", "cards_per_day": 4}],
    )
    rows: list[dict[str, Any]] = [
        {"application_id": f"r{n}", "waiting_since": n - 20} for n in range(5)
    ]
    rows.append({"application_id": "u", "waiting_since": -9, "urgency": "urgent"})
    return Case(office, make_backlog(rows, office), 5)


def at(*days: int | None, printer: str = "p") -> tuple[Slot, ...]:
    return tuple(None if d is None else (d, printer, "s") for d in days)


def said(plan: FakePlan, reason: str) -> FakePlan:
    return replace(plan, unprinted=plan.unprinted.with_columns(reason=pl.lit(reason)))


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run checker.py on a folder with a bare Python."""
    command = [sys.executable, "-I", "-S", checker.__file__, str(folder)]
    return subprocess.run(
        [*command, "--lang", "en"], capture_output=True, text=True, check=False
    )


KEPT = at(0, 0, 3, 3, None, 0)
"""Two of anybody's blanks, one of the urgent; then what comes on day 3."""


def test_a_plan_that_uses_each_blank_in_its_time_passes(tmp_path: Path) -> None:
    case = case_of(**ASIDE, **COMING)
    plan = said(make_plan(case, KEPT), "no-blanks")
    assert verify(plan, case.backlog, case.office) == []
    result = run(write_folder(plan, case, tmp_path / "out"))
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("choice", "when", "why"),
    [
        (at(0, 0, 3, 3, 1, 0), 1, "1 blanks are set aside for urgent"),
        (at(0, 0, 3, 3, 2, 0), 2, "1 blanks could be used until 2017-09-13 only"),
        (at(0, 0, 3, 3, 3, 0), 3, "1 blanks could be used until 2017-09-13 only"),
    ],
)
def test_a_blank_of_another_class_or_an_expired_one_is_found(
    choice: tuple[Slot, ...], when: int, why: str, tmp_path: Path
) -> None:
    case = case_of(**ASIDE, **COMING)
    plan = make_plan(case, choice)
    (found,) = verify(plan, case.backlog, case.office)
    assert (found.code, found.day) == ("blanks", day(when))
    assert found.message == f"1 cards of type KTP find no blank on {day(when)}: {why}."
    result = run(write_folder(plan, case, tmp_path / "out"))
    assert result.returncode == 1
    wrong = f"blanks KTP {day(when)} 1: so many cards find no blank that is theirs"
    assert wrong in result.stdout


def test_nobody_is_short_without_a_reason() -> None:
    case = case_of(stock=6, expires_on=day(1), set_aside={"urgent": 1})
    plan = make_plan(case, at(0, 0, 0, 0, 1, 1))
    assert verify(plan, case.backlog, case.office) == []
    few = case_of(stock=5, expires_on=day(1), set_aside={"urgent": 1})
    plan = make_plan(few, at(0, 0, 0, 0, 1, 1))
    (found,) = verify(plan, few.backlog, few.office)
    assert found.message.endswith("find no blank on 2017-09-13: none is left.")


def test_a_class_takes_of_anybodys_when_its_own_are_used_up() -> None:
    case = case_of(stock=6, set_aside={"routine": 3})
    plan = make_plan(case, at(0, 0, 0, 0, 1, 1))
    assert verify(plan, case.backlog, case.office) == []


def test_more_cards_than_the_ribbons_are_good_for(tmp_path: Path) -> None:
    """Half a ribbon of three is one card; one and a half are four."""
    case = case_of(INK | MORE_INK)
    kept = said(make_plan(case, at(0, 2, 2, 2, None, None)), "no-ribbon")
    assert verify(kept, case.backlog, case.office) == []
    assert run(write_folder(kept, case, tmp_path / "kept")).returncode == 0
    plan = said(make_plan(case, at(0, 1, 2, 2, None, None)), "no-ribbon")
    (found,) = verify(plan, case.backlog, case.office)
    assert (found.code, found.day, found.printer) == ("ribbons", day(1), "p")
    assert found.message == (
        "Up to 2017-09-13, p prints 1 cards more than its ribbons are good for."
    )
    result = run(write_folder(plan, case, tmp_path / "out"))
    assert result.returncode == 1
    assert "ribbons p 2017-09-13: 2 > 1: more cards than the limit" in result.stdout


@pytest.mark.parametrize("damage", ["another's", "expired", "ribbon"])
def test_damage_to_what_the_program_plans_is_found(damage: str, tmp_path: Path) -> None:
    case = case_of(INK | MORE_INK, {"cards_per_day": 1}, **ASIDE, **COMING)
    made = as_fake(planned(case))
    assert (made.status, made.engine) == ("optimal", "milp")
    assert verify(made, case.backlog, case.office) == []
    result = run(write_folder(made, case, tmp_path / "made"))
    assert result.returncode == 0
    assert "The certificate holds" in result.stdout
    # One of anybody's two blanks, and the one that is the urgent's, on days 0 and 1.
    choice = {
        "another's": (*at(0, None), *at(0, 1, None, None, printer="q")),
        "expired": at(None, 0, 2, None, None, None, printer="q"),
        "ribbon": at(0, 1, None, None, None, None),
    }[damage]
    plan = make_plan(case, choice)
    codes = {v.code for v in verify(plan, case.backlog, case.office)}
    assert ("ribbons" if damage == "ribbon" else "blanks") in codes
    result = run(write_folder(plan, case, tmp_path / "out"))
    assert result.returncode == 1
    wrong = "2 > 1" if damage == "ribbon" else "find no blank"
    assert wrong in result.stdout


def test_ribbons_make_printers_unequal(tmp_path: Path) -> None:
    case = case_of(INK, INK)
    plan = said(make_plan(case, at(0, None, None, None, None, None)), "no-ribbon")
    found = {v.code for v in verify(plan, case.backlog, case.office)}
    assert found == {"unprinted-reason"}
    plain = case_of({}, {})
    plan = make_plan(plain, at(0, 0, 0, None, None, None))
    found = {v.code for v in verify(plan, plain.backlog, plain.office)}
    assert "uneven-share" in found
    only_q = at(0, printer="q") + at(None, None, None, None, None)
    plan = make_plan(case, only_q)
    assert "uneven-share" not in {
        v.code for v in verify(plan, case.backlog, case.office)
    }
    check = checker.Folder(write_folder(plan, case, tmp_path / "out"))
    check.run()
    assert "uneven" not in {code for code, _ in check.wrong}


@pytest.mark.parametrize(
    ("printer", "blanks", "word"),
    [
        ({}, {"stock": 9}, False),
        ({}, {"stock": 9, "set_aside": {"urgent": 1}}, False),
        ({}, {"stock": 5, "set_aside": {"urgent": 1}}, True),
        ({}, {"stock": 9, "expires_on": day(1)}, True),
        ({}, {"stock": 9, "expires_on": day(4)}, False),
        (INK, {}, True),
    ],
)
def test_only_then_is_a_plan_optimal_by_the_solvers_word(
    printer: dict[str, Any], blanks: dict[str, Any], word: bool, tmp_path: Path
) -> None:
    case = case_of(printer, **blanks)
    choice = at(0, None, None, None, None, None)
    plan = said(make_plan(case, choice), "no-ribbon")
    tiers = tuple(replace(t, bound=t.value, proven=True) for t in plan.tiers)
    plan = replace(plan, status=Status.OPTIMAL, tiers=tiers)
    found = {v.code for v in verify(plan, case.backlog, case.office)}
    assert ("status" not in found) == word
    check = checker.Folder(write_folder(plan, case, tmp_path / "out"))
    check.run()
    assert not check.proven
    assert (("claim", "status: optimal") not in check.wrong) == word


def test_blanks_set_aside_excuse_an_overtake() -> None:
    """The urgent one comes first with a blank that r2 and r3 may not use."""
    case = case_of(**ASIDE, **COMING)
    found = fairness(make_plan(case, KEPT), case.backlog, case.office)
    assert found.avoidable == 0
    shared = case_of(**{**ASIDE, "set_aside": {}}, **COMING)
    found = fairness(make_plan(shared, KEPT), shared.backlog, shared.office)
    # The urgent one and r2, r3 or r4 could then exchange their days.
    assert found.avoidable == 3


def explained(case: Case, choice: tuple[Slot, ...], name: str) -> Explanation:
    plan = make_plan(case, choice)
    return explain(plan, case.backlog, case.office, name)


def lines(found: Explanation, code: str = "en") -> str:
    return "\n".join(explanation_lines(found, language(code)))


def test_explain_names_the_class_that_blanks_are_set_aside_for() -> None:
    case = case_of(**ASIDE | {"expires_on": day(4)}, **COMING)
    found = explained(case, KEPT, "r2")
    assert found.rule == "no-blanks"
    (hold,) = found.supplies
    assert (hold.code, hold.name, hold.cards) == ("set-aside", "urgent", 1)
    assert hold.day == day(2)
    assert "On 14 September 2017 there was 1 blank, but it is set aside" in lines(found)
    assert "ada 1 blangko, tetapi disisihkan untuk kelas urgent" in lines(found, "id")


def test_explain_names_the_day_on_which_blanks_expired() -> None:
    case = case_of(stock=3, expires_on=day(1), **COMING)
    found = explained(case, at(0, 0, 3, 3, None, None), "r2")
    # On day 1 there is a blank, so that the plan is no good, but no rule holds it.
    assert (found.rule, found.supplies) == ("exchange", ())
    late = make_backlog(
        [{"application_id": "r", "waiting_since": -5, "ready_on": 2}], case.office
    )
    found = explained(replace(case, backlog=late), at(3), "r")
    assert found.rule == "no-blanks"
    (hold,) = found.supplies
    assert (hold.code, hold.cards, hold.day) == ("expired", 3, day(1))
    assert "3 blanks could be used until 13 September 2017 only" in lines(found)


def test_explain_names_the_printer_whose_ribbons_are_used_up() -> None:
    case = case_of(INK | MORE_INK)
    found = explained(case, at(0, 2, 2, 2, None, None), "r1")
    assert found.rule == "no-ribbon"
    (hold,) = found.supplies
    assert (hold.code, hold.name, hold.day) == ("ribbon", "p", day(1))
    assert "The ribbons of p allow no card more until 13 September 2017." in lines(
        found
    )
    assert "Pita p tidak cukup untuk satu kartu lagi sampai" in lines(found, "id")
