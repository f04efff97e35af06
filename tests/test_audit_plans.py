"""The audit beside the sheets: who followed them, what stopped, who deviated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from audit_brute import FIRST, Case
from audit_cases import PRINTERS, backlog_of, cases, log_of
from examples import read
from hypothesis import given
from hypothesis import strategies as st
from test_audit import U, backlog, day, log, office

from ektp_sched.backlog import read_backlog
from ektp_sched.backlog.identity import ids_of, queue_numbers
from ektp_sched.documents import Plan, Status
from ektp_sched.office import Office
from ektp_sched.planning import plan
from ektp_sched.trust.audit.audit import Audit, audit

ROWS = ("application_id", "day", "printer", "batch", "position")


def sheet_of(start: date, assignments: pl.DataFrame) -> Plan:
    """Return a plan as far as the audit reads it."""
    nothing: Any = None
    return Plan(
        office=nothing,
        backlog=backlog(office(), ("nobody", 1, "routine")),
        start=start,
        days=30,
        status=Status.FEASIBLE,
        engine="flow",
        assignments=assignments,
        unprinted=nothing,
    )


def sheet(start: int, *rows: tuple[Any, ...]) -> Plan:
    """Rows are id, day in September, printer, batch, position."""
    table = [(name, day(on), *rest) for name, on, *rest in rows]
    schema = {"application_id": pl.String, "day": pl.Date, "printer": pl.String}
    schema |= dict.fromkeys(("batch", "position"), pl.Int64)
    return sheet_of(day(start), pl.DataFrame(table, schema=schema, orient="row"))


SIX = [(f"A{n}", n, "routine") for n in range(1, 7)]
"""A1 has waited longest."""

ASKED = sheet(
    11,
    *(("A1", 11, "p1", 1, 1), ("A2", 11, "p1", 1, 2), ("A3", 11, "p2", 1, 1)),
    *(("A4", 11, "p2", 1, 2), ("A5", 12, "p1", 1, 1), ("A6", 12, "p2", 1, 1)),
)


REST = (("A4", 12, "p2", 1, 1), ("A5", 12, "p2", 1, 2), ("A6", 13, "p2", 1, 1))


def accused(result: Audit) -> list[str]:
    return sorted(result.out_of_turn["application_id"])


def deviating(result: Audit) -> list[tuple[str, str]]:
    assert result.deviations is not None
    return sorted(result.deviations.select("application_id", "deviation").rows())


def judge(rows: list[tuple[Any, ...]], *plans: Plan, **tables: Any) -> Audit:
    rules = office(**tables)
    return audit(log(*rows), backlog(rules, *SIX), rules, plans=plans or (ASKED,))


def test_whoever_follows_the_sheets_is_not_accused_after_a_jam() -> None:
    # p1 jams on the 11th before A2, which is printed next day; p2 goes on.
    rows = [("A1", 11, "p1"), ("A3", 11, "p2"), ("A4", 11, "p2")]
    rows += [("A2", 12, "p1"), ("A5", 12, "p1"), ("A6", 12, "p2")]
    rules = office()
    people = backlog(rules, *SIX)
    assert accused(audit(log(*rows), people, rules)) == ["A3", "A4"]
    result = audit(log(*rows), people, rules, plans=[ASKED])
    assert result.clean
    assert deviating(result) == []
    assert result.stopped is not None
    assert result.stopped.rows() == [(day(11), "p1", 2, 1, 1, False)]


def test_what_a_jam_accounts_for_is_counted_and_not_hidden() -> None:
    rows = [("A1", 11, "p1"), ("A3", 11, "p2"), ("A4", 11, "p2")]
    rows += [("A2", 12, "p1"), ("A5", 12, "p1"), ("A6", 12, "p2")]
    result = judge(rows)
    explained = result.explained.select("application_id", "left_by_jam", "accounted_by")
    assert explained.rows() == [("A3", 1, "jam"), ("A4", 1, "jam")]
    assert result.overtakes["all"] == result.overtakes["jam"] == 2
    assert result.to_dict()["overtakes"] == result.overtakes


def test_who_carries_a_jammed_sheet_to_another_printer_is_accounted_for() -> None:
    rows = [("A1", 11, "p1"), ("A2", 11, "p2"), ("A3", 11, "p2"), ("A4", 11, "p2")]
    result = judge(rows)
    assert result.deviations is not None
    assert result.deviations.select(
        "application_id", "deviation", "accounted_by"
    ).rows() == [("A2", "other-printer", "jam")]
    # Without a jam it is not: p1 made as many cards as its sheet has.
    result = judge([*rows, ("A6", 11, "p1")])
    assert result.deviations is not None
    moved = result.deviations.filter(pl.col("deviation") == "other-printer")
    assert moved["accounted_by"].to_list() == [None]


def test_who_follows_the_sheet_of_yesterdays_plan_is_counted_apart() -> None:
    # Planned anew for the 12th, the office goes on with the sheets of the 11th.
    later = sheet(12, ("A2", 12, "p1", 1, 1), ("A6", 13, "p1", 1, 1))
    rows = [("A1", 11, "p1"), ("A3", 11, "p2"), ("A4", 11, "p2")]
    rows += [("A2", 12, "p1"), ("A6", 12, "p2"), ("A5", 13, "p2")]
    result = judge(rows, ASKED, later)
    assert result.clean
    by = dict(result.explained.select("application_id", "accounted_by").rows())
    assert by["A6"] == "earlier-sheet"
    assert result.overtakes["earlier_sheet"] == 1
    assert result.deviations is not None
    ahead = result.deviations.filter(pl.col("application_id") == "A6")
    assert ahead["accounted_by"].to_list() == ["earlier-sheet"]
    # Nobody gave A5 the 11th.
    result = judge([("A5", 11, "p1"), *rows], ASKED, later)
    assert accused(result) == ["A5"]


def test_a_day_planned_again_at_noon_has_two_valid_sheets() -> None:
    # p1 is out from noon on: what is left goes to p2, and A4 to the next day.
    noon = sheet(11, ("A2", 11, "p2", 1, 1), ("A3", 11, "p2", 1, 2), *REST)
    rows = [("A1", 11, "p1"), ("A4", 11, "p2"), ("A2", 11, "p2"), ("A3", 11, "p2")]
    result = judge(rows, ASKED, noon)
    assert result.clean
    assert deviating(result) == []


def test_without_the_days_plan_it_is_said_that_a_jam_cannot_be_known() -> None:
    rows = [("A1", 11, "p1"), ("A3", 11, "p2"), ("A4", 11, "p2"), ("A2", 12, "p1")]
    rules = office()
    alone = audit(log(*rows), backlog(rules, *SIX), rules)
    later = judge(rows, sheet(12, ("A2", 12, "p1", 1, 1)))
    for result in (alone, later):
        assert accused(result) == ["A3", "A4"]
        figures = {n.code: n.figures for n in result.notices}
        assert figures["no-sheets"] == {"count": 2}
    assert "no-sheets" not in {n.code for n in judge(rows).notices}


@pytest.mark.slow
def test_after_a_jam_nobody_who_followed_the_sheets_is_accused() -> None:
    # The example office: printer-2 stops at half its sheet, the next morning is planned
    # again, and the log is what the sheets said.
    people, rules = read("kupang")
    first, second = date(2017, 9, 12), date(2017, 9, 13)
    morning = plan(people, rules, start=first, days=4)
    asked = morning.assignments.filter(pl.col("day") == first)
    position = pl.int_range(pl.len()).over("printer")
    jam = (pl.col("printer") == "printer-2") & (
        position >= pl.len().over("printer") / 2
    )
    done = asked.filter(~jam)
    waiting = people.frame.join(done, on="application_id", how="anti")
    again = plan(replace(people, frame=waiting), rules, start=second, days=4)
    today = again.assignments.filter(pl.col("day") == second)
    prints = pl.concat([done, today]).select(
        "application_id", "printer", printed_at="day"
    )
    alone = audit(prints, people, rules)
    assert not alone.clean
    result = audit(prints, people, rules, plans=[morning, again])
    assert result.clean
    assert deviating(result) == []
    assert set(result.explained["accounted_by"]) == {"jam"}
    assert result.overtakes["jam"] == result.overtakes["all"]
    assert result.overtakes["all"] == alone.overtakes["out_of_turn"]


def test_a_day_without_any_print_is_a_stop_and_its_outage_is_named() -> None:
    rows = [("A3", 11, "p2"), ("A4", 11, "p2")]
    rows += [("A1", 12, "p1"), ("A2", 12, "p1"), ("A6", 12, "p2"), ("A5", 13, "p1")]
    out = [{"resource": "p1", "from": day(11), "to": day(11)}]
    result = judge(rows, outages=out)
    assert result.clean
    assert result.stopped is not None
    assert result.stopped.rows()[0] == (day(11), "p1", 2, 0, 2, True)


def test_who_prints_ahead_of_the_sheet_is_accused_with_what_it_said() -> None:
    rows = [("A6", 11, "p1"), ("A1", 11, "p1"), ("A3", 11, "p2"), ("A4", 11, "p2")]
    rows += [("A5", 12, "p1"), ("A2", 12, "p2")]
    result = judge(rows)
    assert accused(result) == ["A6"]
    assert result.out_of_turn.select("sheet_day", "sheet_printer").rows() == [
        (day(12), "p2")
    ]
    # A2 was not left by a jam: the printer printed a card that was not its turn.
    assert deviating(result) == [("A2", "skipped"), ("A6", "ahead")]
    assert result.stopped is not None
    assert result.stopped.is_empty()


def test_a_card_left_out_of_the_middle_and_one_on_another_printer_are_named() -> None:
    rows = [("A2", 11, "p1"), ("A4", 11, "p2"), ("A3", 11, "p1")]
    rows += [("A5", 12, "p1"), ("A6", 12, "p2"), ("A1", 13, "p1")]
    result = judge(rows)
    assert result.clean
    assert deviating(result) == [("A1", "skipped"), ("A3", "other-printer")]


def test_a_card_on_no_sheet_is_judged_by_the_rule() -> None:
    rules = office()
    people = backlog(rules, *SIX, ("B", 10, "routine"))
    rows = [("A1", 11, "p1"), ("B", 11, "p1"), ("A3", 11, "p2"), ("A4", 11, "p2")]
    result = audit(log(*rows), people, rules, plans=[ASKED])
    assert accused(result) == ["B"]
    assert deviating(result) == [("A2", "skipped"), ("B", "no-sheet")]


def test_a_spoilt_print_is_no_deviation() -> None:
    rules = office()
    rows = [("A1", 11, "p1"), ("A2", 11, "p1"), ("A3", 11, "p2"), ("A4", 11, "p2")]
    rows += [("A1", 12, "p1"), ("A5", 12, "p1"), ("A6", 12, "p2")]
    results = ["spoilt", *["ok"] * 6]
    result = audit(
        log(*rows, result=results), backlog(rules, *SIX), rules, plans=[ASKED]
    )
    assert result.clean
    assert deviating(result) == []


@pytest.mark.slow
def test_the_plan_that_began_last_is_in_force() -> None:
    later = sheet(12, ("A6", 12, "p1", 1, 1), ("A5", 13, "p1", 1, 1))
    rows = [("A1", 11, "p1"), ("A2", 11, "p1"), ("A3", 11, "p2"), ("A4", 11, "p2")]
    rows += [("A6", 12, "p1"), ("A5", 13, "p1")]
    for plans in ((ASKED, later), (later, ASKED)):
        result = judge(rows, *plans)
        assert result.clean
        assert result.explained["accounted_by"].to_list() == ["sheet"]
    assert accused(judge(rows)) == []
    assert accused(judge(rows, later, sheet(11))) == []


def test_days_before_the_first_plan_are_judged_by_the_rule_alone() -> None:
    result = judge([("A6", 9, "p1"), *[(f"A{n}", 11, "p1") for n in (1, 2)]])
    assert accused(result) == ["A6"]
    assert ("A6", "no-sheet") not in deviating(result)


@pytest.mark.parametrize("after", [14, 30])
def test_a_due_date_after_the_log_excuses_nobody(after: int) -> None:
    rules = office(urgency={"routine": {"target_days": 30, "default": True}})
    people = backlog(
        rules, *SIX[:2], due_on=[None, day(after)], promised_on=[None, day(after)]
    )
    result = audit(log(("A2", 11, "p1"), ("X", 13, "p1")), people, rules)
    assert accused(result) == ["A2"]


def test_a_due_date_within_the_log_excuses() -> None:
    rules = office()
    people = backlog(rules, *SIX[:2], due_on=[None, day(13)])
    result = audit(log(("A2", 11, "p1"), ("X", 13, "p1")), people, rules)
    assert result.clean
    assert result.explained["accounted_by"].to_list() == ["due_on"]


# A plan carried out has nobody out of turn and no deviation, whatever its tiers.


def test_a_plan_with_any_tiers_carried_out_is_followed() -> None:
    rules = office(plan={"tiers": ["unprinted"]})
    people = backlog(rules, *SIX, *((f"U{n}", n, U) for n in range(1, 5)))
    made = plan(people, rules, start=day(12), days=10)
    prints = made.assignments.select(
        "application_id", pl.col("day").alias("printed_at"), "printer"
    )
    result = audit(prints, people, rules, plans=[made])
    assert result.clean
    assert deviating(result) == []


# Pair by pair, on unruly logs and sheets.


@st.composite
def sheets(draw: st.DrawFn, case: Case) -> list[Plan]:
    plans = []
    for start in draw(st.lists(st.integers(0, 8), min_size=1, max_size=3)):
        rows = [
            (
                person["application_id"],
                FIRST + timedelta(draw(st.integers(start, 9))),
                draw(st.sampled_from(PRINTERS)),
                1,
                number,
            )
            for number, person in enumerate(case.people)
            if draw(st.integers(0, 4))
        ]
        schema = {"application_id": pl.String, "day": pl.Date, "printer": pl.String}
        schema |= dict.fromkeys(("batch", "position"), pl.Int64)
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        plans.append(sheet_of(FIRST + timedelta(start), frame))
    return plans


class Followed:
    """What the module's text defines, card by card."""

    def __init__(self, case: Case, plans: list[Plan]) -> None:
        self.case = case
        self.plans = sorted(plans, key=lambda each: each.start)
        self.first = {
            name: row
            for person in case.people
            if (row := case.first_print(person)) is not None
            for name in (person["application_id"],)
        }

    def asked(self, on: date) -> dict[str, tuple[date, str, int]]:
        """Return the plan in force: id → day, printer, position."""
        begun = [each for each in self.plans if each.start <= on]
        if not begun:
            return {}
        rows = begun[-1].assignments.iter_rows(named=True)
        return {
            r["application_id"]: (r["day"], r["printer"], r["position"]) for r in rows
        }

    def followed(self, name: str) -> str | None:
        """Return whose sheet a first good print followed: sheet, earlier_sheet."""
        on = self.first[name]["printed_at"]
        begun = [each for each in self.plans if each.start <= on]
        giving = [
            each.start
            for each in begun
            if not each.assignments.filter(
                pl.col("application_id") == name, pl.col("day") <= on
            ).is_empty()
        ]
        if not giving:
            return None
        return "sheet" if begun[-1].start in giving else "earlier_sheet"

    def unknown(self) -> set[str]:
        """Return who stood on a sheet of a day before the log, and is in no print."""
        names = {row["application_id"] for row in self.case.prints}
        days = [FIRST + timedelta(n) for n in range((self.case.start - FIRST).days)]
        on_sheets = {
            name for on in days for name, a in self.asked(on).items() if a[0] == on
        }
        return on_sheets - names

    def left(self) -> set[tuple[str, date]]:
        """Return who was left at the end of a stopped sheet, with its day."""
        left = set()
        for offset in range((self.case.end - self.case.start).days + 1):
            on = self.case.start + timedelta(offset)
            asked = {n: a for n, a in self.asked(on).items() if a[0] == on}
            tried = {
                (row["application_id"], row["printer"])
                for row in self.case.prints
                if row["printed_at"] == on
            }
            for printer in PRINTERS:
                here = {n: a[2] for n, a in asked.items() if a[1] == printer}
                reached = max(
                    (p for n, p in here.items() if (n, printer) in tried), default=-1
                )
                if self.foreign(on, printer):
                    continue
                for name, position in here.items():
                    done = self.first.get(name)
                    printed = done is not None and done["printed_at"] <= on
                    if (
                        position > reached
                        and not printed
                        and name not in {n for n, _ in tried}
                    ):
                        left.add((name, on))
        return left

    def foreign(self, on: date, printer: str) -> bool:
        if not any(each.start <= on for each in self.plans):
            return False
        good: dict[str, dict[str, Any]] = {}
        for row in sorted(self.case.prints, key=lambda row: row["printed_at"]):
            if row["result"] == "ok":
                good.setdefault(row["application_id"], row)
        asked = self.asked(on)
        return any(
            row["printed_at"] == on
            and row["printer"] == printer
            and row["reason"] is None
            and (name not in asked or asked[name][0] > on)
            and not self.gave(name, on)
            for name, row in good.items()
        )

    def gave(self, name: str, on: date) -> bool:
        """Return whether any plan begun gives a card that day or an earlier one."""
        return any(
            not each.assignments.filter(
                pl.col("application_id") == name, pl.col("day") <= on
            ).is_empty()
            for each in self.plans
            if each.start <= on
        )


@pytest.mark.slow
@given(st.data())
def test_sheets_excuse_exactly_what_the_cards_say(data: st.DataObject) -> None:
    case = data.draw(cases())
    plans = data.draw(sheets(case))
    truth = Followed(case, plans)
    left = truth.left()
    expected = set()
    for b in case.people:
        row = truth.first.get(b["application_id"])
        if row is None or row["reason"] is not None:
            continue
        wronged = [
            a
            for a in case.people
            if a is not b
            and case.passed(a, b)
            and a["application_id"] not in truth.unknown()
            and (a["application_id"], row["printed_at"]) not in left
            and case.exchangeable(a, b)
            and not case.accounted(a, b)
        ]
        if wronged and truth.followed(b["application_id"]) is None:
            expected.add(b["application_id"])
    result = audit(log_of(case), backlog_of(case), case.office, plans=plans)
    assert set(result.out_of_turn["application_id"]) == expected
    assert result.stopped is not None
    assert result.stopped["left"].sum() == len(left)
    assert result.overtakes == overtakes_of(case, truth, left)


def overtakes_of(
    case: Case, truth: Followed, left: set[tuple[str, date]]
) -> dict[str, int]:
    """Count whom each card passed by what accounts for it, pair by pair."""
    names = ("all", "jam", "printer", "earlier_tier", "sheet", "earlier_sheet")
    counts = dict.fromkeys((*names, "reason", "out_of_turn"), 0)
    for b in case.people:
        row = truth.first.get(b["application_id"])
        for a in case.people:
            if row is None or a is b or not case.passed(a, b):
                continue
            if a["application_id"] in truth.unknown():
                continue
            account = truth.followed(b["application_id"])
            if row["reason"] is not None:
                account = account or "reason"
            if case.accounted(a, b):
                account = "earlier_tier"
            if not case.exchangeable(a, b):
                account = "printer"
            if (a["application_id"], row["printed_at"]) in left:
                account = "jam"
            counts["all"] += 1
            counts[account or "out_of_turn"] += 1
    return counts


# Queue numbers stand wherever ids do.


def test_queue_numbers_are_read_however_they_are_written() -> None:
    ids = pl.Series(["0123456789ABCDEF", "ZZZZZZZZZZZZZZZZ"])
    frame = pl.DataFrame({"application_id": ids})
    first, second = queue_numbers(ids)
    asked = pl.Series([first.lower(), second.replace("-", ""), "other", None, ids[0]])
    assert ids_of(asked, frame).to_list() == [ids[0], ids[1], "other", None, ids[0]]


def test_log_and_priority_list_take_queue_numbers(tmp_path: Any) -> None:
    numbers = [f"99000000000000{n:02}" for n in range(10, 16)]
    (tmp_path / "identity.key").write_text("ab" * 32)
    text = 'name = "Contoh"\n[identity]\nfrom = "NIK"\n[urgency.emergency]\n'
    text += "target_days = 3\n[urgency.routine]\ntarget_days = 30\ndefault = true\n"
    text += '[[servers]]\nid = "s"\ncards_per_day = 9\n[[printers]]\nid = "p"\n'
    (tmp_path / "office.toml").write_text(text + "cards_per_day = 9\n")
    rules = Office.load(tmp_path / "office.toml")
    export = tmp_path / "backlog.csv"
    lines = [f"{number},2017-09-0{n + 1}" for n, number in enumerate(numbers)]
    export.write_text("\n".join(["NIK,waiting_since", *lines]) + "\n")
    people = read_backlog(export, rules)
    queue = people.frame.sort("waiting_since")["queue_number"].to_list()

    listed = tmp_path / "priority.csv"
    listed.write_text(
        f"Nomor antrean,urgency,reason,by\n{queue[3].lower()},emergency,sakit,kepala\n"
    )
    preferred = read_backlog(export, rules, priority=listed)
    assert (preferred.prioritised, preferred.priority_unmatched) == (1, 0)

    prints = pl.DataFrame(
        {"queue_number": [queue[5]], "printed_at": [day(12)], "printer": ["p"]}
    )
    result = audit(prints, people, rules)
    assert result.unlisted.is_empty()
    assert result.out_of_turn["passed"].to_list() == [5]
