"""Parity between areas: by its definition, card by card, against all that asks it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

import pytest
from builders import (
    EVERY_DAY,
    Case,
    choices,
    day,
    every_plan,
    make_backlog,
    make_office,
    make_plan,
    planned,
    renewed,
    tier_vector,
    write_folder,
)
from folder_damages import by_checker, by_verify
from hypothesis import assume, given
from hypothesis import strategies as st
from opinions import nothing_is_wrong, what_is_forbidden_breaks_it
from reference import could_be_printed
from strategies import FEW, HALF

import ektp_sched as ek
from ektp_sched.errors import OfficeError, UsageError
from ektp_sched.office import Office
from ektp_sched.output import language
from ektp_sched.output.conflict_text import conflict_lines
from ektp_sched.output.explain_text import explanation_lines
from ektp_sched.output.limits import limits_csv
from ektp_sched.planning import Status
from ektp_sched.rules.names import names_in
from ektp_sched.rules.parity import PARITY
from ektp_sched.trust import checker, explain, fairness, verify

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from builders import Slot

AREAS = ("Alak", "Oebobo", "Kelapa Lima")


def broken(case: Case, choice: Sequence[Slot]) -> set[tuple[int, int, str, str]]:
    """Return entry, day, and the area too far ahead of which, by the definition."""
    rows, wrong = case.rows(), set()
    limits, people = case.limits, case.problem.people
    for index, entry in enumerate(case.office.parity):
        of = {
            a: [n for n, row in enumerate(rows) if row["area"] == a]
            for a in entry.areas
        }
        of = {area: members for area, members in of.items() if members}
        for at in range(case.days):
            works = any(
                limits.printer_cards[p, at]
                and any(
                    limits.reaches[p, s] and limits.server_cards[s, at]
                    for s in range(len(limits.servers))
                )
                for p in range(len(limits.printers))
            )
            if not works or (limits.total is not None and not limits.total[at]):
                continue
            share, left = {}, {}
            for area, members in of.items():
                done = [choice[n] is not None and choice[n][0] <= at for n in members]  # type: ignore[index]
                share[area] = Fraction(sum(done), len(members))
                left[area] = any(
                    not printed and could_be_printed(people[n], at)
                    for n, printed in zip(members, done, strict=True)
                )
            for more, less in permutations(of, 2):
                apart = share[more] - share[less] > Fraction(entry.within)
                if apart and left[more] and left[less]:
                    wrong.add((index, at, more, less))
    return wrong


@st.composite
def parity_cases(draw: st.DrawFn) -> tuple[Case, tuple[Slot, ...]]:
    """Draw a case with parity, and a plan that may break it and nothing else."""
    entries = [
        {
            "areas": draw(st.permutations(AREAS).map(lambda a: a[: 2 + len(a) % 2])),
            "within": Decimal(draw(st.sampled_from(["0", "0.1", "0.34", "0.5", "1"]))),
        }
        for _ in range(draw(st.integers(1, 2)))
    ]
    rows = []
    for number in range(draw(st.integers(1, 6))):
        since = draw(st.integers(-9, 2))
        rows.append(
            {
                "application_id": f"a{number}",
                "waiting_since": since,
                "ready_on": since + draw(st.sampled_from([0, 0, 5])),
                "area": draw(st.sampled_from([*AREAS, None])),
                "pinned_on": draw(st.sampled_from([None] * 6 + [1])),
            }
        )
    office = make_office(parity=entries)
    case = Case(office, make_backlog(rows, office), draw(st.integers(1, 4)))
    options = [choices(case, row) for row in case.rows()]
    assume(all(options))
    return case, tuple(draw(st.sampled_from(slots)) for slots in options)


def alike(sizes: dict[str, int], within: str, days: int, **changes: Any) -> Case:
    """Return people of areas, all ready, at an office of one card a day."""
    office = make_office(
        parity=[{"areas": list(AREAS[: len(sizes)]), "within": Decimal(within)}],
        printers=[{"id": "p", "cards_per_day": 1}],
        **changes,
    )
    rows = [
        {"application_id": f"{area[0]}{n}", "waiting_since": -9 + n, "area": area}
        for area, size in sizes.items()
        for n in range(size)
    ]
    return Case(office, make_backlog(rows, office), days)


def days_by_area(plan: Any, case: Case) -> dict[str, list[int]]:
    area = dict(case.backlog.frame.select("application_id", "area").iter_rows())
    days: dict[str, list[int]] = {}
    for name, on in plan.assignments.select("application_id", "day").iter_rows():
        days.setdefault(area[name], []).append((on - case.start).days)
    return {area: sorted(of) for area, of in days.items()}


def test_two_areas_take_turns() -> None:
    case = alike({"Alak": 2, "Oebobo": 2}, "0.5", 4)
    plan = planned(case)
    assert plan.status is Status.OPTIMAL
    first, other = days_by_area(plan, case).values()
    assert sorted([*first, *other]) == [0, 1, 2, 3]
    assert {0, 1} & {*first}
    assert {0, 1} & {*other}
    nothing_is_wrong(plan, case)


def test_its_areas_are_names_that_the_office_gives() -> None:
    office = alike({"Alak": 3, "Oebobo": 3}, "0.5", 4).office
    assert {"Alak", "Oebobo"} <= {*names_in(office, "area")}


def test_a_share_that_no_card_can_take_is_never_begun() -> None:
    case = alike({"Alak": 2, "Oebobo": 2}, "0.4", 4)
    plan = planned(case)
    assert plan.assignments.height == 0
    assert set(plan.unprinted["reason"]) == {"parity"}
    nothing_is_wrong(plan, case)


def test_a_small_area_may_finish_at_once_and_binds_nobody_then() -> None:
    case = alike({"Alak": 1, "Oebobo": 5}, "0.1", 6)
    plan = planned(case)
    assert plan.assignments.height == 6
    assert days_by_area(plan, case)["Alak"] == [0]
    nothing_is_wrong(plan, case)


def test_an_area_without_applications_drops_out() -> None:
    case = alike({"Alak": 2, "Oebobo": 0, "Kelapa Lima": 2}, "0.5", 4)
    plan = planned(case)
    assert plan.assignments.height == 4
    nothing_is_wrong(plan, case)


def test_pins_that_set_areas_apart_are_a_contradiction_in_thousandths() -> None:
    case = alike({"Alak": 3, "Oebobo": 3}, "0.4", 2)
    frame = case.backlog.frame
    rows = [
        {**row, "pinned_on": day(int(row["application_id"][1:]))}
        if row["area"] == "Alak" and row["application_id"] in ("A0", "A1")
        else row
        for row in case.rows()
    ]
    office = case.office
    pinned = Case(
        office,
        make_backlog(
            [
                {
                    "application_id": row["application_id"],
                    "waiting_since": (row["waiting_since"] - case.start).days,
                    "area": row["area"],
                    "pinned_on": None
                    if row["pinned_on"] is None
                    else (row["pinned_on"] - case.start).days,
                }
                for row in rows
            ],
            office,
        ),
        2,
    )
    assert frame.height == 6
    plan = planned(pinned)
    assert plan.status is Status.INFEASIBLE
    (conflict,) = plan.conflict
    assert {rule.place for rule in conflict.rules} == {"parity[1]", "pins"}
    (entry,) = [rule for rule in conflict.rules if rule.place == "parity[1]"]
    # Two of three are printed, none of the others: 667 thousandths, not 400.
    assert entry.room == 267
    for code in ("en", "id"):
        lines = conflict_lines(conflict, plan, language(code))
        assert any("parity[1]" in line and "267" in line for line in lines)


def test_where_no_day_is_worked_nobody_is_ahead() -> None:
    case = alike({"Alak": 1, "Oebobo": 1}, "0.5", 2)
    kept = case.office.reserve.model_copy(update={"cards_per_day": 100})
    idle = replace(case, office=case.office.model_copy(update={"reserve": kept}))
    plan = planned(idle)
    assert plan.status is Status.OPTIMAL
    assert plan.assignments.is_empty()
    nothing_is_wrong(plan, idle)


def test_how_many_days_must_be_said() -> None:
    case = alike({"Alak": 1, "Oebobo": 1}, "0.5", 2)
    with pytest.raises(UsageError, match="parity"):
        ek.plan(case.backlog, case.office, start=case.start)


@FEW
@given(drawn=parity_cases())
def test_what_is_broken_is_what_the_definition_says(
    drawn: tuple[Case, tuple[Slot, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    case, choice = drawn
    plan, wrong = make_plan(case, choice), broken(*drawn)
    said = [v for v in verify(plan, case.backlog, case.office) if v.code == "parity"]
    assert sorted(str(v.day) for v in said) == sorted(
        str(day(at)) for _, at, _, _ in wrong
    )
    check = checker.Folder(write_folder(plan, case, tmp_path_factory.mktemp("out")))
    check.run()
    assert sorted(what for code, what in check.wrong if code == "parity") == sorted(
        f"parity[{entry + 1}] {day(at)}: {more}, {less}"
        for entry, at, more, less in wrong
    )
    assert not [what for code, what in check.wrong if what.startswith("parity.csv")]


@HALF
@given(drawn=parity_cases())
def test_the_plan_is_the_best_of_all_that_keep_it(
    drawn: tuple[Case, tuple[Slot, ...]],
) -> None:
    case, _ = drawn
    kept = [tier_vector(case, c) for c in every_plan(case) if not broken(case, c)]
    plan = planned(case)
    if not kept:
        assert plan.status is Status.INFEASIBLE
        return
    assert plan.status is Status.OPTIMAL
    assert tuple(tier.value for tier in plan.tiers) == min(kept)
    nothing_is_wrong(plan, case)
    assert fairness(plan, case.backlog, case.office).avoidable == 0


@st.composite
def shift_cases(draw: st.DrawFn) -> Case:
    """Draw parity beside a shift that alone opens some days."""
    days = 4
    rows = []
    for number in range(draw(st.integers(2, 5))):
        since = draw(st.integers(-9, 3))
        rows.append(
            {
                "application_id": f"a{number}",
                "waiting_since": since,
                "ready_on": since + draw(st.sampled_from([0, 0, 2])),
                "area": draw(st.sampled_from(AREAS[:2])),
            }
        )
    closed = draw(st.sets(st.integers(0, days - 1), min_size=1, max_size=2))
    office = make_office(
        parity=[
            {
                "areas": list(AREAS[:2]),
                "within": Decimal(draw(st.sampled_from(["0", "0.25", "0.34", "0.5"]))),
            }
        ],
        printers=[{"id": "p", "cards_per_day": draw(st.integers(1, 2))}],
        calendar={"workdays": EVERY_DAY, "closed": [day(at) for at in sorted(closed)]},
        shifts=[
            {
                "id": "x",
                "days": [day(at) for at in sorted(closed)],
                "cost_idr": draw(st.integers(0, 2)),
                "share": Decimal(1),
                "on_holidays": True,
            }
        ],
        plan={
            "tiers": draw(
                st.sampled_from(
                    [
                        ["unprinted", "pressure", "cost_idr", "shifts"],
                        ["cost_idr", "unprinted", "pressure"],
                    ]
                )
            )
        },
    )
    return Case(office, make_backlog(rows, office), days)


@FEW
@given(case=shift_cases())
def test_a_day_that_only_a_shift_opens_counts_if_it_is_worked(case: Case) -> None:
    opened = [(case.start + timedelta(days=at)) for at in range(case.days)]
    may = [
        ("x", at) for at, on in enumerate(opened) if on in case.office.calendar.closed
    ]
    best = []
    for number in range(len(may) + 1):
        for worked in combinations(may, number):
            under = Case(case.office, case.backlog, case.days, worked=worked)
            best += [
                tier_vector(under, c) for c in every_plan(under) if not broken(under, c)
            ]
    plan = planned(case)
    assert plan.status is Status.OPTIMAL
    assert tuple(tier.value for tier in plan.tiers) == min(best)
    nothing_is_wrong(plan, case)


def test_a_free_shift_that_would_set_areas_apart_is_not_missing() -> None:
    rows = [
        {"application_id": f"a{n}", "waiting_since": 0, "area": AREAS[n % 2]}
        for n in range(4)
    ]
    shift = {"id": "x", "days": [day(3)], "cost_idr": 0, "share": Decimal(1)}
    for within, printed in (("0.25", 0), ("0.5", 4)):
        office = make_office(
            parity=[{"areas": list(AREAS[:2]), "within": Decimal(within)}],
            printers=[{"id": "p", "cards_per_day": 1}],
            calendar={"workdays": EVERY_DAY, "closed": [day(3)]},
            shifts=[shift | {"on_holidays": True}],
            plan={"tiers": ["unprinted", "pressure", "cost_idr", "shifts"]},
        )
        case = Case(office, make_backlog(rows, office), 4)
        plan = planned(case)
        assert (plan.assignments.height, len(plan.shifts)) == (printed, printed // 4)
        nothing_is_wrong(plan, case)


@given(drawn=parity_cases())
def test_moves_and_exchanges_are_forbidden_where_they_would_break_it(
    drawn: tuple[Case, tuple[Slot, ...]],
) -> None:
    case, choice = drawn
    assume(not broken(case, choice))

    def places(moved: Sequence[Slot]) -> set[str]:
        return {f"parity[{entry + 1}]" for entry, *_ in broken(case, moved)}

    what_is_forbidden_breaks_it(case, choice, PARITY, places)


def test_explain_says_that_parity_holds_it() -> None:
    case = alike({"Alak": 2, "Oebobo": 2}, "0.4", 4)
    plan = planned(case)
    answer = explain(plan, case.backlog, case.office, "A0")
    assert answer.rule == "parity"
    assert [hold.place for hold in answer.holds] == ["parity[1]"]
    assert answer.to_dict()["parity"][0]["parity"] == "parity[1]"
    for code in ("en", "id"):
        texts = language(code)
        assert texts.text("explain.rule.parity") in explanation_lines(answer, texts)


def test_the_folder_says_how_far_apart_areas_were(tmp_path: Path) -> None:
    case = alike({"Alak": 2, "Oebobo": 2}, "0.5", 4)
    plan = ek.plan(case.backlog, case.office, start=case.start, days=case.days)
    plan.save(tmp_path / "out", xlsx=False, report=False)
    summary = json.loads((tmp_path / "out" / "summary.json").read_bytes())
    (entry,) = summary["parity"]
    assert entry["parity"] == "parity[1]"
    assert (entry["areas"], entry["value"]) == (["Alak", "Oebobo"], "0.5")
    assert (entry["periods"], entry["kept"]) == (4, 4)
    assert entry["cards"] == [500, 500]
    head, *lines = (tmp_path / "out" / "parity.csv").read_text("utf-8").splitlines()
    assert head == "parity,limit,from,to,printed,all_printed,cards,left,kept"
    assert len(lines) == 2 * 4
    assert limits_csv(plan, PARITY).decode().splitlines() == [head, *lines]
    assert ek.load(tmp_path / "out").status is Status.OPTIMAL


@pytest.mark.parametrize("within", ["0.5", None])
def test_a_folder_may_be_older_than_parity_only_without_it(
    within: str | None, tmp_path: Path
) -> None:
    case = alike({"Alak": 2, "Oebobo": 2}, within or "0.5", 4)
    if within is None:
        case = replace(case, office=case.office.model_copy(update={"parity": ()}))
    folder = write_folder(planned(case), case, tmp_path / "out")
    assert by_verify(folder, case) == by_checker(folder) == set()
    summary = json.loads((folder / "summary.json").read_bytes())
    del summary["parity"]
    (folder / "summary.json").write_text(json.dumps(summary), "utf-8")
    renewed(folder)
    assert by_verify(folder, case) == ({"stated-figure"} if within else set())
    assert by_checker(folder) == ({"claim"} if within else set())


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ('areas = ["Alak"]\nwithin = 0.1', "areas"),
        ('areas = ["Alak", "Alak"]\nwithin = 0.1', "areas"),
        ('areas = ["Alak", "Oebobo"]\nwithin = 1.5', "within"),
        ('areas = ["Alak", "Oebobo"]\nwithin = -0.1', "within"),
        ('areas = ["Alak", "Oebobo"]', "within"),
        ('areas = ["Alak", "Sikumana"]\nwithin = 0.1', "areas"),
        ("within = 0.1", "areas"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "id"])
def test_what_is_wrong_in_the_file_is_said_at_its_key(
    entry: str, key: str, lang: str, tmp_path: Path
) -> None:
    path = tmp_path / "office.toml"
    path.write_text(
        f'name = "Contoh"\nlanguage = "{lang}"\n'
        '[[servers]]\nid = "s"\ncards_per_day = 5\n'
        '[[printers]]\nid = "p"\ncards_per_day = 5\n'
        "[areas]\nAlak = []\nOebobo = []\n"
        f"[[parity]]\n{entry}\n",
        encoding="utf-8",
    )
    with pytest.raises(OfficeError) as refusal:
        Office.load(path)
    assert f"parity[1].{key}" in str(refusal.value) or "parity[1]" in str(refusal.value)
