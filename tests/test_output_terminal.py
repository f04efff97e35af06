"""What commands show at their end."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from output_cases import make
from rich.console import Console

from ektp_sched.office import Notice
from ektp_sched.output import language, save
from ektp_sched.output.terminal import (
    show_conflict,
    show_plan,
    show_verification,
)
from ektp_sched.output.understood import show_check, show_rejects
from ektp_sched.planning import Conflict, Status
from ektp_sched.trust import Violation
from ektp_sched.words import said

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.planning import Plan


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make(tmp_path_factory.mktemp("case"))


def screen(width: int = 100, *, terminal: bool = False) -> Console:
    return Console(
        file=io.StringIO(),
        width=width,
        force_terminal=terminal,
        color_system="standard" if terminal else None,
    )


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines)


@pytest.mark.slow
def test_a_plan_in_english(made: Plan, tmp_path: Path) -> None:
    save(made, tmp_path / "out")
    console = screen()
    show_plan(made, console, language("en"), tmp_path / "out")
    assert (
        shown(console).split("\nThe files are in ")[0]
        == """\
Print plan of Kantor & Uji from 12 September 2017

Print date       printer-1  printer-2  All cards  Left to print  Past class target
Tue 12 Sep 2017          4          4          8             12                 11
Wed 13 Sep 2017          4          4          8              4                  3
Thu 14 Sep 2017          2          2          4              0                  0

Rows read                         27 read = 20 planned + 4 held + 3 rejected
Printed in this plan              20 of 20 applications
Last day with prints              Thursday, 14 September 2017
All within the class target from  Thursday, 14 September 2017
Longest wait                      239 days at the start, nobody at the end of the plan
Past the class target             18 at the start, 0 at the end of the plan
Wait until printed                133.2 days on average, 239 at most
Due dates missed                  0 (applications with a due date: 1)
Promises slipped                  0 days in all (promises: 1)
Held                              PROCESSING 4

Rejected: 3
  row 26, column waiting_since: there is no such day in the calendar
  row 27, column application_id: is needed, but empty
  row 28, column waiting_since; urgency: is needed, but empty; unknown urgency class

Optimal, proven: by this office's order of objectives no plan is better. \
It means that the rule was followed as well as it can be; \
it does not say that the rule is right or the data true.
"""
    )
    tail = shown(console).split("\nThe files are in ")[1].splitlines()
    out = tmp_path / "out"
    assert tail == [
        str(out),
        f"To read and to print: {out / 'report.html'}.",
        f"Open {out / 'plan.xlsx'} first; the operators' sheets are in "
        f"{out / 'batches'}.",
    ]


def test_a_narrow_terminal_in_indonesian(made: Plan) -> None:
    console = screen(46, terminal=True)
    show_plan(made, console, language("id"))
    text = shown(console)
    assert "Sel 12 Sep 2017" in text
    assert "printer-1" not in text
    assert "Optimal dan terbukti" in text
    plain = "".join(part.split("m", 1)[-1] for part in text.split("\x1b["))
    assert max(len(line) for line in plain.splitlines()) <= 46


def test_nothing_is_coloured_without_a_terminal(made: Plan) -> None:
    console = screen()
    show_plan(made, console, language("en"))
    assert "\x1b" not in shown(console)
    assert "─" not in shown(console)


def test_more_than_ten_days(tmp_path: Path) -> None:
    made = make(tmp_path / "case", days=40, rate=1)
    console = screen()
    show_plan(made, console, language("en"))
    assert "… and 10 more days up to Monday, 9 October 2017" in shown(console)


@pytest.mark.parametrize(("lang", "word"), [("en", "PROVISIONAL"), ("id", "SEMENTARA")])
def test_a_provisional_plan_says_so_first(made: Plan, lang: str, word: str) -> None:
    screens = []
    for provisional in (False, True):
        backlog = replace(made.backlog, provisional=provisional)
        console = screen(200)
        show_plan(replace(made, backlog=backlog), console, language(lang))
        screens.append(shown(console))
    assert word not in screens[0]
    assert screens[1].splitlines()[1].startswith(f"{word} – ")


def test_the_gap_of_a_plan_without_proof(made: Plan) -> None:
    pressure = replace(made.tiers[-1], bound=30, proven=False, value=90, scale=30)
    promise = replace(made.tiers[2], bound=None, proven=False, rank=None)
    open_plan = replace(
        made, status=Status.FEASIBLE, tiers=(promise, pressure), certificate=None
    )
    console = screen(200)
    show_plan(open_plan, console, language("en"))
    name = language("en").name("tier", promise.name)
    assert (
        "Every rule is kept, but the search ended (by the time limit, or after its "
        "most steps) before the whole plan was proven optimal. Not proven: "
        f"{name}: 0, with no bound known; Pressure: 3; by the solver's word it cannot "
        "be less than 1." in shown(console)
    )
    assert "Optimal" not in shown(console)
    least = replace(made.tiers[-1], bound=90, proven=False, value=90, scale=30)
    console = screen(200)
    show_plan(replace(open_plan, tiers=(least,)), console, language("en"))
    assert "Pressure: 3, by the solver's word the least possible." in shown(console)


def test_what_was_proven_before_the_time_was_over_is_said(made: Plan) -> None:
    last = replace(made.tiers[-1], bound=None, proven=False)
    open_plan = replace(
        made, status=Status.FEASIBLE, tiers=(*made.tiers[:-1], last), prices=None
    )
    console = screen(500)
    show_plan(open_plan, console, language("en"))
    first = made.tiers[0]
    assert (
        f"Proven, no plan is better in: Unprinted, rank 0: {first.amount}; Unprinted"
    ) in shown(console)
    assert shown(console).count("Not proven: Pressure: ") == 1
    console = screen(500)
    show_plan(open_plan, console, language("id"))
    assert "Terbukti, tidak ada rencana yang lebih baik untuk: " in shown(console)


def test_notices_and_the_seed(made: Plan) -> None:
    rules = made.office.plan.model_copy(update={"tie_break": "lottery", "seed": 12345})
    office = made.office.model_copy(update={"plan": rules})
    noticed = replace(
        made, office=office, notices=(Notice("pinned-before-start", {"count": 2}),)
    )
    console = screen()
    show_plan(noticed, console, language("id"))
    assert "Perhatian: 2 permohonan ditetapkan pada tanggal" in shown(console)
    assert "Urutan seri diundi dengan bilangan awal 12345." in shown(console)


def test_names_with_brackets_are_no_markup(made: Plan) -> None:
    office = made.office.model_copy(update={"name": "[bold]Kantor[/bold] [x]"})
    console = screen()
    show_plan(replace(made, office=office), console, language("en"))
    assert "Print plan of [bold]Kantor[/bold] [x] from" in shown(console)


def test_nothing_to_print(made: Plan) -> None:
    from ektp_sched.planning import plan

    backlog = replace(made.backlog, frame=made.backlog.frame.clear(), read=7)
    empty = plan(backlog, made.office, start=date(2017, 9, 12), days=3)
    console = screen()
    show_plan(empty, console, language("en"))
    assert "7 read = 0 planned + 4 held + 3 rejected" in shown(console)
    assert "There is nothing to print." in shown(console)


def test_rules_that_contradict(made: Plan) -> None:
    conflict = Conflict("pin-closed", date(2017, 9, 16), {"pins": 1}, ("K-001",))
    none = replace(made, status=Status.INFEASIBLE, conflict=(conflict,))
    console = screen()
    show_conflict(none, console, language("en"))
    assert shown(console) == (
        "The rules contradict each other, so no plan was written.\n"
        "  K-001 must be printed on 16 September 2017, but the office is closed on that"
        " day."
    )
    console = screen()
    show_conflict(replace(made, status=Status.UNKNOWN), console, language("id"))
    assert "--time-limit" in shown(console)


def test_verification() -> None:
    console = screen()
    show_verification([], console, language("en"), certified=True)
    assert shown(console).splitlines()[:2] == [
        "Verified: every rule is kept and every figure is right.",
        "The proof of optimality holds: by these rules no plan is better.",
    ]
    console = screen()
    show_verification([], console, language("id"), certified=False)
    assert "tidak disertai bukti" in shown(console)
    console = screen()
    show_verification([], console, language("en"), certified=True, proven="Proven: A.")
    some = "The proof holds for some objectives; in the others a better plan may exist."
    assert some in " ".join(shown(console).split())
    assert "Proven: A." in shown(console)
    assert "no plan is better." not in shown(console)
    console = screen()
    found = [
        Violation(
            "printer-capacity",
            said("Too many cards on {n}.", "Terlalu banyak kartu pada {n}.", n=n),
        )
        for n in range(25)
    ]
    show_verification(found, console, language("en"), certified=True)
    lines = shown(console).splitlines()
    assert lines[0] == "Verification failed: 25 violations."
    assert lines[1] == "  printer-capacity: Too many cards on 0."
    assert lines[-1] == "  … and 5 more violations"
    assert len(lines) == 22


def test_violations_of_one_kind_are_one_line_that_names_whom() -> None:
    console = screen()
    found = [Violation("position", said("Wrong.", "Salah."), f"A{n}") for n in range(5)]
    found += [Violation("digest", said("Other.", "Lain."))] * 2
    show_verification(found, console, language("en"), certified=True)
    assert shown(console).splitlines() == [
        "Verification failed: 7 violations.",
        "  position: Wrong. A0, A1, A2, … (+2)",
        "  digest: Other. (× 2)",
    ]
    console = screen()
    show_verification(found, console, language("id"), certified=True)
    assert shown(console).splitlines()[1:] == [
        "  position: Salah. A0, A1, A2, … (+2)",
        "  digest: Lain. (× 2)",
    ]


def test_check(made: Plan) -> None:
    console = screen()
    notices = (Notice("status-column-missing"),)
    show_check(made.office, made.backlog, notices, console, language("id"))
    lines = shown(console).splitlines()
    assert lines[0] == "Pemeriksaan Kantor & Uji"
    assert lines[1].split("  ")[-1].strip() == (
        "27 terbaca = 20 direncanakan + 4 belum siap cetak + 3 ditolak"
    )
    assert lines[-1] == "Data dan kantor dapat dipakai."
    console = screen()
    show_check(made.office, None, (), console, language("en"))
    assert shown(console) == "Check of Kantor & Uji\nBacklog and office can be used."


def test_many_rejects_are_cut(made: Plan) -> None:
    rejects = made.backlog.rejects
    many = replace(made.backlog, rejects=rejects.vstack(rejects).vstack(rejects))
    console = screen()
    show_rejects(many, console, language("en"))
    assert "… and 4 more rows, see rejects.csv" in shown(console)
    console = screen()
    show_rejects(many, console, language("en"), written=False)
    assert "rejects.csv" not in shown(console)
    assert "3 rows" in shown(console)
    console = screen()
    show_rejects(replace(many, rejects=rejects.clear()), console, language("en"))
    assert shown(console) == ""
