"""The audit with all that is known of earlier days: sheets, plans, dates told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
from examples import START, example, read
from test_audit import backlog, day, log, office
from test_audit_plans import SIX, accused, deviating
from test_cli_dates import call

from ektp_sched.backlog.identity import queue_numbers
from ektp_sched.documents.reading import load
from ektp_sched.errors import LogError
from ektp_sched.output import save
from ektp_sched.planning import plan
from ektp_sched.trust.audit.audit import audit
from ektp_sched.yesterday import with_yesterday

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office

RULES = office()
TOLD = pl.DataFrame({"application_id": ["A2"], "ready_by": [day(11)]})
"""Whoever was told the 11th."""


def people(*without: str) -> Backlog:
    return backlog(RULES, *(row for row in SIX if row[0] not in without))


@pytest.mark.slow
def test_everybody_is_judged_by_the_first_date_told() -> None:
    # A2 goes before A1: the date that it was told accounts for that.
    prints = log(("A2", 11, "p1"), ("A1", 12, "p1"))
    assert accused(audit(prints, people(), RULES)) == ["A2"]
    result = audit(prints, people(), RULES, promises=TOLD)
    assert result.clean
    assert result.explained["accounted_by"].to_list() == ["promised_on"]
    # Told the 13th since, the first date still judges; the export's later one too.
    anew = TOLD.with_columns(first_told="ready_by", ready_by=pl.lit(day(13)))
    assert audit(prints, people(), RULES, promises=anew).clean
    later = backlog(RULES, *SIX, promised_on=[None, day(13), *[None] * 4])
    assert not audit(prints, later, RULES).clean
    result = audit(prints, later, RULES, promises=TOLD)
    assert result.clean
    assert "told-earlier" in {notice.code for notice in result.notices}


def test_a_date_that_only_an_earlier_plan_has_judges() -> None:
    before = backlog(RULES, *SIX, promised_on=[None, day(11), *[None] * 4])
    made = plan(before, RULES, start=day(11), days=5)
    prints = log(("A2", 11, "p1"), ("A1", 12, "p1"))
    result = audit(prints, people(), RULES, plans=[made])
    assert result.clean


def test_whoever_the_export_dropped_is_read_from_the_plan() -> None:
    made = plan(people(), RULES, start=day(11), days=5)
    # A6 jumped the queue, and the registry has dropped it since.
    prints = log(("A6", 11, "p1"), ("A1", 12, "p1"))
    later = people("A6", "A1")
    alone = audit(prints, later, RULES)
    assert alone.clean
    assert alone.unlisted.height == 2
    result = audit(prints, later, RULES, plans=[made])
    assert accused(result) == ["A6"]
    assert result.unlisted.is_empty()
    # Nobody who vanished without a print was passed.
    assert result.overtakes["all"] == 5


@pytest.fixture
def morning(tmp_path: Path) -> tuple[Backlog, Office, Path]:
    """The example's plan of a day, in its folder."""
    waiting, rules = read("kupang")
    made = plan(waiting, rules, start=START, days=2)
    save(made, tmp_path / "plan", xlsx=False, report=False)
    return waiting, rules, tmp_path / "plan"


def tick(folder: Path, printer: str, rows: int) -> None:
    """Tick the first rows of a sheet of the first day, as an operator does."""
    sheet = folder / "batches" / str(START) / f"{printer}.csv"
    frame = pl.read_csv(sheet, separator=";", infer_schema=False)
    ticks = pl.when(pl.int_range(pl.len()) < rows).then(pl.lit("v"))
    assert "Tercetak" in frame.columns
    frame.with_columns(ticks.alias("Tercetak")).write_csv(sheet, separator=";")


@pytest.mark.slow
def test_ticks_on_the_sheets_are_the_log_where_there_is_none(
    morning: tuple[Backlog, Office, Path],
) -> None:
    waiting, rules, folder = morning
    asked = load(folder).assignments.filter(pl.col("day") == START)
    counts = dict(asked.group_by("printer").len().iter_rows())
    for name, count in counts.items():
        tick(folder, name, count // 2 if name == "printer-2" else count)
    result = audit(None, waiting, rules, previous=folder)
    half = counts["printer-2"] // 2
    assert result.cards == asked.height - counts["printer-2"] + half
    assert result.clean
    assert deviating(result) == []
    notices = {n.code: n.figures["count"] for n in result.notices}
    assert notices["prints-from-sheets"] == result.cards
    assert notices["sheets-open"] == counts["printer-2"] - half
    # Nothing is known of the rest of that sheet: nobody is said to have passed them
    # (were one of them printed next day, it would be),
    assert result.overtakes["all"] == 0
    # unless the office says that they were not printed. Then it was a jam.
    jam = audit(None, waiting, rules, previous=folder, open="plan")
    assert jam.clean
    assert jam.overtakes["jam"] == jam.overtakes["all"] > 0
    # Printed next day, the rest of that sheet was not printed before.
    rest = asked.filter(pl.col("printer") == "printer-2").tail(
        counts["printer-2"] - half
    )
    later = rest.select(
        "application_id", "printer", printed_at=pl.col("day").dt.offset_by("1d")
    )
    told = audit(later, waiting, rules, previous=folder)
    assert told.overtakes["jam"] == told.overtakes["all"] == jam.overtakes["all"]


@pytest.mark.slow
def test_a_log_holds_for_its_own_days_and_sheets_for_others(
    morning: tuple[Backlog, Office, Path],
) -> None:
    waiting, rules, folder = morning
    tick(folder, "printer-1", 3)
    asked = load(folder).assignments.filter(pl.col("day") == START)
    prints = asked.head(2).select("application_id", "printer", printed_at="day")
    assert audit(prints, waiting, rules, previous=folder).cards == 2
    later = prints.with_columns(printed_at=pl.lit(START).dt.offset_by("1d"))
    result = audit(later, waiting, rules, previous=folder)
    assert result.cards == 3
    assert result.doubles.height == 2


def test_without_any_print_it_is_said(morning: tuple[Backlog, Office, Path]) -> None:
    waiting, rules, folder = morning
    with pytest.raises(LogError):
        audit(None, waiting, rules, previous=folder)
    with pytest.raises(LogError):
        audit(None, replace(waiting), rules)


def test_whoever_stood_on_sheets_before_the_log_is_not_said_to_be_passed() -> None:
    made = plan(people(), RULES, start=day(11), days=5)
    first = made.assignments.filter(pl.col("day") == day(11))["application_id"]
    # The log begins on the 12th, with one who is on no sheet.
    waiting = backlog(RULES, *SIX, ("B", 9, "routine"))
    prints = log(("B", 12, "p1"))
    result = audit(prints, waiting, RULES, plans=[made])
    assert result.overtakes["all"] == len(SIX) - len(first)
    notices = {n.code: n.figures["count"] for n in result.notices}
    assert notices["sheets-before-log"] == len(first)
    asked = audit(prints, waiting, RULES, plans=[made], open="plan")
    assert asked.overtakes["all"] == len(SIX)


def test_whoever_a_plan_carries_as_printed_was_not_passed() -> None:
    monday = plan(people(), RULES, start=day(11), days=5)
    gone = monday.assignments.filter(pl.col("day") == day(11))["application_id"]
    known = with_yesterday(
        people(), RULES, start=day(12), previous=monday, open="exclude"
    )
    assert known.known is not None
    carried = known.known.carried.with_columns(result=pl.lit("printed"))
    known = replace(known, known=replace(known.known, carried=carried))
    tuesday = plan(known, RULES, start=day(12), days=5)
    waiting = backlog(RULES, *SIX, ("B", 9, "routine"))
    for choice in (None, "plan"):
        result = audit(
            log(("B", 12, "p1")), waiting, RULES, plans=[tuesday], open=choice
        )
        assert result.overtakes["all"] == len(SIX) - len(gone)


def test_queue_numbers_of_those_dropped_are_read_beside_the_plan() -> None:
    ids = pl.Series(["0123456789ABCDEF", "ZZZZZZZZZZZZZZZZ", "AAAAAAAAAAAAAAAA"])
    rows = [(name, n, "routine") for n, name in enumerate(ids, 1)]
    made = plan(backlog(RULES, *rows), RULES, start=day(11), days=3)
    number = queue_numbers(ids)[2].lower()
    # The last in the queue was printed first, and the export has dropped it.
    waiting = backlog(RULES, *rows[:2])
    result = audit(log((number, 11, "p1")), waiting, RULES, plans=[made])
    assert accused(result) == ["AAAAAAAAAAAAAAAA"]
    assert result.unlisted.is_empty()


@pytest.mark.slow
def test_the_command_audits_ticks_without_a_log(
    morning: tuple[Backlog, Office, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, folder = morning
    tick(folder, "printer-1", 3)
    source, out = example("kupang"), folder.parent / "audit"
    files = ("--backlog", source / "backlog.csv", "--office", source / "office.toml")
    base = ("audit", *files, "--out", out, "--previous", folder, "--json")
    code, said, err = call(capsys, *base)
    assert (code, err) == (0, "")
    assert json.loads(said)["cards"] == 3
    dates = folder.parent / "promises.csv"
    dates.write_text("application_id,ready_by\nKPG-000001,besok\n")
    assert call(capsys, *base, "--promises", dates)[0] == 2
    assert call(capsys, "audit", *files, "--out", out)[0] == 2
