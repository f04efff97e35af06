"""A month at the office, from the command line alone: what its end must show."""

from __future__ import annotations

import csv
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from month_world import DAYS, STOCK, live

if TYPE_CHECKING:
    from pathlib import Path

    from month_world import World

DELIVERY = 1500


@pytest.mark.slow
def test_a_month_at_the_office(tmp_path: Path) -> None:
    """It is one test, as it takes long: several would be shared out, each with a month.

    Somebody is printed out of turn, so that the audit, out of the ledger, ends with 1.
    """
    month = live(tmp_path / "kupang")
    month.ektp(None, "audit", ".", "--out", "month", code=1)
    audit = json.loads((month.folder / "month/audit.json").read_bytes())
    nobody_is_printed_twice(month)
    the_blanks_said_each_morning_are_those_in_the_cupboard(month)
    the_ledger_knows_what_happened(month, audit)
    who_jumped_the_queue_is_named_and_nobody_else(month, audit)
    promises_are_counted_as_they_were_held(month, audit)
    the_chain_holds_with_every_head_on_paper(month)
    the_emergency_was_printed_on_its_day(month)
    the_report_of_the_month_is_there_and_names_nobody(month, audit)
    every_plan_of_the_month_passes_the_checker(month)


def nobody_is_printed_twice(month: World) -> None:
    assert month.twice == []
    assert len(month.printed) > len(DAYS) * 40


def the_blanks_said_each_morning_are_those_in_the_cupboard(month: World) -> None:
    """But for the cards of the lost sheet, on the one morning before the count."""
    wrong = {day: more for day, more in month.blanks_said.items() if more}
    assert wrong == {DAYS[9]: len(month.lost)}
    assert month.blanks == STOCK + DELIVERY - len(month.printed) - month.spoilt


def the_ledger_knows_what_happened(month: World, audit: dict[str, Any]) -> None:
    assert audit["totals"]["printed"] == len(month.printed)
    assert audit["totals"]["spoilt"] == month.spoilt


def who_jumped_the_queue_is_named_and_nobody_else(
    month: World, audit: dict[str, Any]
) -> None:
    assert [row["application_id"] for row in audit["out_of_turn"]] == [month.friend]
    assert audit["out_of_turn"][0]["operator"] == "operator-4"
    assert audit["withheld"]
    records = [*month.folder.glob("plans/**/records.csv")]
    rows = [row for path in records for row in _rows(path)]
    withheld = {row["application_id"] for row in rows if row["because"] == "withheld"}
    assert withheld == {month.jumper}
    assert month.jumper not in month.printed


def promises_are_counted_as_they_were_held(month: World, audit: dict[str, Any]) -> None:
    told = {
        row["application_id"]: date.fromisoformat(row["ready_by"])
        for row in _rows(month.folder / "lists/told.csv")
    }
    at = month.heading.index("promised_on")
    for one, row in month.people.items():  # the registry told some before
        if row[at]:
            told[one] = min(date.fromisoformat(row[at]), told.get(one, date.max))
    last = DAYS[-1]
    due = {one: day for one, day in told.items() if day <= last}
    kept = sum(month.printed.get(one, date.max) <= day for one, day in due.items())
    early = sum(one in month.printed for one in told.keys() - due.keys())
    assert audit["promises"]["kept"] == kept + early
    assert audit["promises"]["missed"] == len(due) - kept
    assert kept > len(due) // 2


def the_chain_holds_with_every_head_on_paper(month: World) -> None:
    heads = [word for head in month.heads for word in ("--head", head)]
    month.ektp(None, "ledger", "verify", *heads)
    other = month.heads[0].replace(month.heads[0][0], "x")
    month.ektp(None, "ledger", "verify", "--head", other, code=1)


def the_emergency_was_printed_on_its_day(month: World) -> None:
    assert month.printed[month.urgent] == DAYS[11]


def the_report_of_the_month_is_there_and_names_nobody(
    month: World, audit: dict[str, Any]
) -> None:
    assert audit["from"] == DAYS[0].isoformat()
    pages = [*(month.folder / "month").glob("*.html")]
    assert pages
    for page in pages:
        text = page.read_text("utf-8")
        assert month.friend not in text
        assert "Warga Contoh" not in text


def every_plan_of_the_month_passes_the_checker(month: World) -> None:
    from ektp_sched.trust.checker import Folder

    folders = [path.parent for path in month.folder.glob("plans/**/summary.json")]
    assert len(folders) == len(DAYS) + 2  # two days were planned anew at noon
    for folder in folders:
        check = Folder(folder)
        check.run()
        assert not check.wrong, (folder.name, check.wrong[:3])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]
