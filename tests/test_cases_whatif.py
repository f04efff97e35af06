"""What if, against the exact plan; and cases of what-if found from outside."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from cli_cases import run
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import FEW, Case, cases, days_of, desk, make_backlog, person
from whatif_cases import START, office, people, scenarios

from ektp_sched.office import Office
from ektp_sched.output.comparison_text import comparison_lines, need_lines
from ektp_sched.output.languages import language
from ektp_sched.output.report.comparison_file import save_comparison
from ektp_sched.output.report.comparison_page import comparison_report
from ektp_sched.planning import Status
from ektp_sched.scenarios import (
    Goal,
    certain_scenarios,
    compare,
    draw,
    limits_of,
    need,
    promise,
    scenarios_of,
    simulate,
)
from ektp_sched.scenarios.simulate.queue import build_queue
from ektp_sched.words import LANGUAGES

if TYPE_CHECKING:
    from ektp_sched.planning import Plan

CASES = Path(__file__).parents[2] / "shared" / "cases" / "what-if"
MONDAY = date(2024, 1, 1)


def folder_of(name: str) -> Path:
    if not CASES.exists():
        pytest.skip("../shared/cases is not beside this repository")
    return CASES / name


# --- nobody has a price ---------------------------------------------------------

UNPRICED: dict[str, dict[str, Any]] = {
    "alone, nobody comes": {"scenarios": {"now": {}}},
    "alone": {"arrivals": {"per_working_day": 3}, "scenarios": {"now": {}}},
    "a baseline with a new server": {
        "arrivals": {"per_working_day": 3},
        "scenarios": {"now": {"servers": [{"id": "s2", "cards_per_day": 9}]}},
    },
    "two without anything new": {
        "scenarios": {
            "now": {},
            "saturdays": {
                "office": {
                    "calendar": {"workdays": ["mon", "tue", "wed", "thu", "fri", "sat"]}
                }
            },
        }
    },
    "two new servers for nothing": {
        "arrivals": {"per_working_day": 3},
        "scenarios": {
            "now": {},
            "one": {"servers": [{"id": "s2", "cards_per_day": 9}]},
            "other": {
                "servers": [
                    {
                        "id": "s3",
                        "cards_per_day": {"low": 5, "likely": 9, "high": 30},
                        "from": START + timedelta(days=9),
                    }
                ]
            },
        },
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("name", UNPRICED)
def test_without_a_price_there_is_a_folder_and_no_break_even(
    name: str, tmp_path: Path
) -> None:
    rules = office()
    found = compare(
        people(40, rules),
        rules,
        scenarios_of(UNPRICED[name], rules, start=START),
        start=START,
        days=40,
        replications=12,
    )
    save_comparison(found, tmp_path / "out")
    document = json.loads((tmp_path / "out/comparison.json").read_bytes())
    assert document["break_even"]["scenario"] is None
    assert document["break_even"]["others"] == []
    assert (tmp_path / "out/report.html").exists()
    for code in LANGUAGES:
        assert [*comparison_lines(found, tmp_path, language(code))]


def test_the_case_without_a_price(tmp_path: Path) -> None:
    folder = folder_of("compare-no-priced-scenario")
    done = run(
        "compare", "backlog.csv", "--office", "office.toml", "--scenarios",
        "scenarios.toml", "--start", MONDAY, "--days", 100, "--replications", 200,
        "--out", tmp_path / "c", cwd=folder,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads((tmp_path / "c/comparison.json").read_bytes())
    # 100 people at 27 a day: four working days.
    cleared = document["scenarios"][0]["backlog_cleared_on"]
    assert cleared["p10"] == cleared["p90"] == "2024-01-04"
    # 30 a working day come and 27 leave.
    assert document["scenarios"][0]["nobody_waits_on"]["never_share"] == 1


# --- the old backlog, and nobody at all -----------------------------------------


@pytest.mark.slow
def test_the_old_backlog_is_not_nobody_waiting() -> None:
    """Ten a day are printed; 50 wait, and 8 come each working day."""
    rules = office()
    found = compare(
        people(50, rules),
        rules,
        scenarios_of(
            {"arrivals": {"per_working_day": 8}, "scenarios": {"now": {}}}, rules
        ),
        start=START,
        days=90,
        replications=1,
    )
    now = found.scenario("now").quantities
    cleared, nobody = now["backlog_cleared_on"].p50, now["nobody_waits_on"].p50
    assert isinstance(cleared, date)
    assert isinstance(nobody, date)
    assert cleared < nobody
    waiting = dict(found.daily().select("day", "waiting_p50").iter_rows())
    assert waiting[nobody] == 0
    assert all(count for day, count in waiting.items() if day < nobody)
    queue = found.scenario("now").nobody_waits_any_more
    assert queue is not None
    assert queue.on is not None
    assert cleared < queue.on <= nobody
    for code in LANGUAGES:
        words = language(code)
        page = comparison_report(found, words)
        title = page.split("<h1>")[1].split("</h1>")[0]
        lines = "\n".join(comparison_lines(found, Path("out"), words))
        press = page.split('class="press">')[1].split("</p>")[0]
        for day in (cleared, queue.on):
            assert words.plain_date(day) in title
            assert words.plain_date(day) in press
            assert words.short_date(day) in lines


@pytest.mark.slow
def test_a_day_that_never_comes_is_said() -> None:
    rules = office()
    found = compare(
        people(50, rules),
        rules,
        scenarios_of(
            {"arrivals": {"per_working_day": 30}, "scenarios": {"now": {}}}, rules
        ),
        start=START,
        days=30,
        replications=5,
    )
    assert found.document()["scenarios"][0]["nobody_waits_on"]["p50"] is None
    english = comparison_report(found, language("en"))
    assert "nobody waits any more not by 10 October 2017" in english
    indonesian = comparison_report(found, language("id"))
    assert "tidak ada lagi yang menunggu (belum sampai 10 Oktober 2017)" in indonesian


def test_who_is_not_ready_or_pinned_later_does_not_wait() -> None:
    rules = Office.model_validate(desk(5))
    rows = [person(f"A{n}", 3) for n in range(4)]
    rows += [person("B", 9, ready_on=6), person("C", 9, pinned_on=4)]
    queue = build_queue(make_backlog(rows), rules, date(2017, 9, 12), 10)
    world = draw(
        certain_scenarios(rules),
        start=date(2017, 9, 12), days=10, seed=0, block=0, size=1,
    )  # fmt: skip
    limits = limits_of(certain_scenarios(rules).named(None), world)
    outcome = simulate(queue, limits, world.arrivals)
    assert outcome.nobody_waits_day.tolist() == [0]
    assert outcome.cleared_day.tolist() == [6]


@pytest.mark.slow
def test_an_edge_before_the_first_day_possible_is_no_edge() -> None:
    """A server that pays only if it comes at once, and comes after weeks."""
    rules = office()
    found = compare(
        people(200, rules),
        rules,
        scenarios(
            rules,
            scenarios={
                "now": {},
                "late": {
                    "cost_idr": 100_000,
                    "servers": [
                        {
                            "id": "server-2",
                            "cards_per_day": 40,
                            "from": START + timedelta(days=21),
                        }
                    ],
                },
            },
        ),
        start=START,
        days=60,
        replications=1,
    )
    pays = found.document()["break_even"]
    assert pays["earliest"] == "2017-10-02"
    assert pays["installation_date"]["value"] < pays["earliest"]
    for code, sentence in (
        ("en", "and on no day of this scenario does it"),
        ("id", "dalam skenario ini itu tidak mungkin"),
    ):
        words = language(code)
        page = comparison_report(found, words)
        assert sentence in page
        assert words.text("report.cmp.pays_until", day="") not in page
        assert sentence in "\n".join(comparison_lines(found, Path("out"), words))


# --- promise and plan -----------------------------------------------------------


def told_days(case: Case) -> dict[str, int | None]:
    made = promise(
        case.backlog,
        case.office,
        certain_scenarios(case.office),
        start=case.start,
        days=case.days,
    )
    assert made.policy == "plan"
    return {
        name: None if day is None else (day - case.start).days
        for name, day in made.people.select("application_id", "ready_by").iter_rows()
    }


@pytest.mark.slow
@FEW
@given(cases(most=14))
def test_without_chance_dates_are_the_days_of_the_plan(case: Case) -> None:
    made: Plan = case.plan()
    assume(made.status is Status.OPTIMAL and case.backlog.planned)
    assert told_days(case) == days_of(made)


def test_the_case_of_a_promise_before_pressure(tmp_path: Path) -> None:
    folder = folder_of("promise-ignores-promised_on")
    done = run(
        "promise", "backlog.csv", "--office", "office.toml", "--start", MONDAY,
        "--days", 30, "--out", tmp_path / "pr", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0
    told = pl.read_csv(tmp_path / "pr/promises.csv")
    days = dict(told.select("application_id", "ready_by").iter_rows())
    assert days["A0099"] == "2024-01-01"
    assert [days[f"A{n:04d}"] for n in (0, 8, 9)] == [
        "2024-01-01",
        "2024-01-01",
        "2024-01-02",
    ]
    document = json.loads((tmp_path / "pr/promises.json").read_bytes())
    assert (document["certain"], document["policy"]) == (True, "plan")


def ten_a_day(*rows: dict[str, Any]) -> Case:
    everybody = [person(f"A{n:04d}", 30) for n in range(40)]
    week = {"workdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
    return Case(desk(10, calendar=week), (*everybody, *rows))


def test_a_promise_of_today_is_kept_before_older_cards() -> None:
    case = ten_a_day(person("P", 1, promised_on=0))
    told = told_days(case)
    assert told["P"] == 0
    assert sorted(told, key=lambda name: (told[name], name))[:10] == [
        *(f"A{n:04d}" for n in range(9)),
        "P",
    ]
    assert told["A0009"] == 1


def simulated_days(case: Case) -> dict[str, int | None]:
    """Days of the simulated order, nothing by chance."""
    certain = certain_scenarios(case.office)
    world = draw(certain, start=case.start, days=case.days, seed=0, block=0, size=1)
    queue = build_queue(case.backlog, case.office, case.start, case.days)
    limits = limits_of(certain.named(None), world)
    outcome = simulate(queue, limits, world.arrivals, record="dates")
    assert outcome.front is not None
    assert outcome.single_days is not None
    names = case.backlog.frame["application_id"].to_list()
    days: dict[str, int | None] = dict.fromkeys(names)
    for number, front in enumerate(outcome.front[:, 0]):
        rows = queue.rows[queue.first[number] : queue.first[number + 1]]
        on = np.searchsorted(front, np.arange(len(rows)), side="right")
        for row, day in zip(rows.tolist(), on.tolist(), strict=True):
            days[names[row]] = day if day < case.days else None
    for row, day in zip(
        queue.singles.rows.tolist(), outcome.single_days[:, 0].tolist(), strict=True
    ):
        days[names[row]] = day if day < case.days else None
    return days


@pytest.mark.parametrize(
    ("tiers", "day"),
    [
        (None, 0),
        (["unprinted", "promise", "overdue", "pressure"], 0),
        (["unprinted", "pressure", "promise"], 4),
        (["pressure"], 4),
    ],
)
def test_a_promise_counts_where_the_office_places_it(
    tiers: list[str] | None, day: int
) -> None:
    case = ten_a_day(person("P", 1, promised_on=0))
    if tiers is not None:
        case = case.with_document(plan={"tiers": tiers})
    assert simulated_days(case)["P"] == day
    assert told_days(case) == days_of(case.plan())


def test_of_a_due_date_and_a_promise_the_tier_before_decides() -> None:
    rows = (person("D", 1, due_on=0), person("P", 9, promised_on=0))
    for tiers, first in ((["overdue", "promise"], "D"), (["promise", "overdue"], "P")):
        case = Case(desk(1, plan={"tiers": ["unprinted", *tiers, "pressure"]}), rows)
        assert simulated_days(case)[first] == 0
        assert days_of(case.plan())[first] == 0


@pytest.mark.slow
@FEW
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(-2, 9)), max_size=30))
def test_promises_in_turn_stay_in_the_stream(told: list[tuple[int, int]]) -> None:
    """Dates in the order of recording are followed without one entry a person."""
    rules = Office.model_validate(desk(3))
    waited = sorted((wait for wait, _ in told), reverse=True)
    promised = sorted(day for _, day in told)
    rows = [
        person(f"A{n:02d}", wait, promised_on=day)
        for n, (wait, day) in enumerate(zip(waited, promised, strict=True))
    ]
    queue = build_queue(make_backlog(rows), rules, date(2017, 9, 12), 12)
    assert len(queue.singles) == 0
    case = Case(desk(3), tuple(rows), days=12)
    days = [simulated_days(case)[row["application_id"]] for row in rows]
    assert days == [n // 3 for n in range(len(rows))]


@pytest.mark.slow
@FEW
@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=40),
    st.integers(1, 7),
    st.integers(1, 9),
    st.sampled_from((["mon", "tue", "wed"], ["mon", "tue", "wed", "thu", "fri"])),
    st.booleans(),
)
def test_what_is_there_from_the_start_prints_as_the_plan_does(
    waited: list[int], old: int, new: int, week: list[str], from_the_start: bool
) -> None:
    """Day by day, nothing by chance, whether or not the first day is named."""
    case = Case(
        desk(old, calendar={"workdays": week}),
        tuple(person(f"A{n:02d}", wait) for n, wait in enumerate(waited)),
        days=60,
    )
    server: dict[str, Any] = {"id": "s2", "cards_per_day": new, "replaces": ["s"]}
    if from_the_start:
        server["from"] = case.start
    known = scenarios_of(
        {"scenarios": {"now": {}, "new": {"servers": [server]}}},
        case.office,
        start=case.start,
    )
    found = compare(
        case.backlog, case.office, known, start=case.start, days=60, replications=1
    )
    faster = case.with_document(servers=[{"id": "s2", "cards_per_day": new}])
    printed = faster.plan().assignments["day"]
    simulated = found.daily().filter(pl.col("scenario") == "new")
    assert simulated["printed_p50"].to_list() == [
        int((printed == day).sum()) for day in simulated["day"]
    ]


# --- need -----------------------------------------------------------------------


def without_a_printer() -> tuple[Any, Office]:
    rules = Office.model_validate(
        desk(5, cards={"A": {"default": True}, "B": {}})
        | {"printers": [{"id": "p", "cards_per_day": 1000, "cards": ["A"]}]}
    )
    rows = [person(f"A{n:02d}", 1, card="A") for n in range(40)]
    return make_backlog([*rows, person("Z1", 214, card="B")]), rules


FROM = date(2017, 9, 12)
GOALS = (
    Goal("cleared", FROM + timedelta(days=19)),
    Goal("on-target", FROM + timedelta(days=19)),
    Goal("nobody-over", FROM + timedelta(days=19), 60),
)


@pytest.mark.parametrize("goal", GOALS)
def test_who_can_never_be_printed_is_named(goal: Goal) -> None:
    backlog, rules = without_a_printer()
    found = need(
        backlog, rules, resource="s", goal=goal, start=FROM, days=60, replications=20
    )
    assert (found.cards_per_day, found.deterministic) == (None, None)
    assert found.reason == "other-limit"
    assert found.left_out == {"no-printer": 1}
    assert found.left_out_kinds == (("B", None),)
    assert found.without_them is not None
    needed = found.without_them.cards_per_day
    assert needed == found.without_them.deterministic
    assert needed == {"cleared": 2, "on-target": 1, "nobody-over": 1}[goal.kind]
    for code, sentence in (("en", "no printer"), ("id", "printer mana pun")):
        text = "\n".join(need_lines(found, language(code)))
        assert sentence in text
        assert "Z1" in text


def test_who_does_not_matter_to_a_goal_is_named_and_counts_not() -> None:
    backlog, rules = without_a_printer()
    goal = Goal("nobody-over", FROM + timedelta(days=19), 300)
    found = need(backlog, rules, resource="s", goal=goal, start=FROM)
    assert found.cards_per_day == found.deterministic == 1
    assert found.without_them is None
    assert "Z1" in "\n".join(need_lines(found, language("en")))


@pytest.mark.parametrize("goal", ["--nobody-over", "--cleared-by", "--on-target-by"])
def test_the_case_of_who_is_left_out(goal: str) -> None:
    folder = folder_of("need-left-out-no-printer")
    options = [goal, "60", "--by", "2024-01-20"]
    done = run(
        "need", "backlog.csv", "--office", "office.toml", "--resource", "s1",
        *(options if goal == "--nobody-over" else [goal, "2024-01-20"]),
        "--start", MONDAY, "--days", 60, "--lang", "en", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 1
    assert "No number of cards a day of s1 is enough" in done.stdout
    assert "Z1" in done.stdout


def answer(case: Case, goal: Goal, days: int) -> tuple[Any, ...]:
    found = need(
        case.backlog,
        case.office,
        resource=case.document["servers"][0]["id"],
        goal=goal,
        start=case.start,
        days=days,
    )
    return found.cards_per_day, found.deterministic, found.left_out, found.tried


@pytest.mark.slow
@FEW
@given(cases(most=8), st.sampled_from(("cleared", "on-target", "nobody-over")))
def test_the_horizon_changes_no_answer_and_both_halves_agree(
    case: Case, kind: Any
) -> None:
    assume(case.backlog.planned)
    goal = Goal(kind, case.day(3), 20 if kind == "nobody-over" else None)
    short = answer(case, goal, 4)
    assert short == answer(case, goal, 40)
    assert short[0] == short[1]


def test_pins_are_kept() -> None:
    """Nine are pinned to one day; without them, one a day would do."""
    rows = [person(f"A{n}", 5, pinned_on=3) for n in range(9)]
    case = Case(desk(4), (*rows, person("B", 9)))
    goal = Goal("nobody-over", case.day(6), 20)
    found = need(case.backlog, case.office, resource="s", goal=goal, start=case.start)
    assert found.cards_per_day == found.deterministic == 9


def test_pins_are_kept_in_futures_too_but_not_against_a_breakdown() -> None:
    rows = [person(f"A{n}", 5, pinned_on=3) for n in range(9)]
    case = Case(desk(4), (*rows, person("B", 9)))
    known = scenarios_of(
        {
            "scenarios": {"now": {}},
            "breakdowns": {"s": {"mean_days_between": 3, "mean_days_down": 2}},
        },
        case.office,
    )
    found = need(
        case.backlog,
        case.office,
        known,
        resource="s",
        goal=Goal("nobody-over", case.day(6), 20),
        start=case.start,
        replications=200,
    )
    assert found.cards_per_day == 9


def test_a_pin_that_cannot_be_kept_is_no_number() -> None:
    week = {"workdays": ["tue", "wed", "thu", "fri"]}
    case = Case(desk(4, calendar=week), (person("A", 5, pinned_on=4),))  # Saturday
    goal = Goal("nobody-over", case.day(6), 20)
    found = need(case.backlog, case.office, resource="s", goal=goal, start=case.start)
    assert (found.cards_per_day, found.deterministic) == (None, None)
