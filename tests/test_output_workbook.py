"""plan.xlsx: the planner's one workbook."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
from output_cases import cells, make, texts_of

from ektp_sched.backlog import from_frame
from ektp_sched.office import Notice, Office
from ektp_sched.output import language, load, save
from ektp_sched.output import workbook as book_module
from ektp_sched.output.view.plan import one_more
from ektp_sched.planning import plan

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.planning import Plan


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def english(made: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("en") / "out"
    save(made, out, report=False)
    return out / "plan.xlsx"


def sheet(path: Path, name: str) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(path)
    return cells(path, book.sheetnames.index(name))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "names"),
    [
        ("en", ["Summary", "Today", "By day", "Whole plan", "Held", "Rejects"]),
        (
            "id",
            [
                "Ringkasan",
                "Hari ini",
                "Per hari",
                "Seluruh rencana",
                "Belum siap cetak",
                "Baris ditolak",
            ],
        ),
    ],
)
def test_sheets_by_language(
    made: Plan, tmp_path: Path, lang: str, names: list[str]
) -> None:
    save(made, tmp_path / "out", lang=lang, report=False)
    assert openpyxl.load_workbook(tmp_path / "out/plan.xlsx").sheetnames == names


@pytest.mark.slow
def test_the_summary(english: Path) -> None:
    rows = sheet(english, "Summary")
    assert [row[0] for row in rows[:4]] == [
        "Kantor & Uji",
        "Card print plan",
        "12 September 2017 to 21 September 2017 (10 calendar days)",
        "Optimal, proven: by this office's order of objectives no plan is better. It "
        "means that the rule was followed as well as it can be; it does not say that "
        "the rule is right or the data true.",
    ]
    figures = {row[0]: row[1] for row in rows[4:] if isinstance(row[1], str)}
    assert figures["Rows read"] == "27 read = 20 planned + 4 held + 3 rejected"
    assert figures["Printed in this plan"] == "20 of 20 applications"
    assert figures["Last day with prints"] == "Thursday, 14 September 2017"
    assert figures["Longest wait"] == (
        "239 days at the start, nobody at the end of the plan"
    )
    assert figures["Past the class target"] == (
        "18 at the start, 0 at the end of the plan"
    )
    assert figures["Due dates missed"] == "0 (applications with a due date: 1)"
    limits = {row[0]: row[1:4] for row in rows if row[0] in ("server-1", "printer-1")}
    assert limits == {
        "server-1": (20, 24, "2 of 3"),
        "printer-1": (10, 18, "0 of 3"),
    }


def test_objectives_in_their_order(made: Plan, english: Path) -> None:
    rows = sheet(english, "Summary")
    begin = next(i for i, row in enumerate(rows) if row[0] == "Objective")
    assert rows[begin][1:4] == ("Value", "Cannot be less than", "Proven")
    assert rows[begin + 1][:4] == ("Unprinted, rank 0 (cards)", 0, 0, "yes")
    last = rows[begin + len(made.tiers)]
    assert last[0] == "Pressure (pressure-days)"
    assert last[1] == pytest.approx(float(made.tiers[-1].amount))


def test_one_card_more_is_worth_what_the_prices_say(made: Plan) -> None:
    assert made.prices is not None
    first = made.prices.filter(
        (pl.col("day") == date(2017, 9, 12))
        & (pl.col("tier") == "pressure")
        & (pl.col("resource") == "server-1")
    )
    assert one_more(made)["server-1"] == pytest.approx(-first["one_more"].sum())
    assert one_more(made)["server-1"] > 0
    assert one_more(made)["printer-1"] == 0
    assert one_more(replace(made, prices=None)) == {}


def test_today(made: Plan, english: Path) -> None:
    rows = sheet(english, "Today")
    assert rows[1][0] == "Today  –  Tuesday, 12 September 2017"
    assert rows[2][0] == "8 cards  ·  printer-1: 4  ·  printer-2: 4"
    assert rows[3][:4] == ("Printer", "Batch", "No.", "Application ID")
    today = made.assignments.filter(pl.col("day") == date(2017, 9, 12))
    assert [row[3] for row in rows[4:]] == today["application_id"].to_list()


def test_the_whole_plan(made: Plan, english: Path) -> None:
    rows = sheet(english, "Whole plan")
    assert rows[3][:5] == ("Print date", "Printer", "Batch", "No.", "Application ID")
    assert rows[3][-3:] == ("nama", "NIK", "=note")
    assert [row[4] for row in rows[4:]] == made.assignments["application_id"].to_list()
    assert rows[4][0] == datetime(2017, 9, 12)
    assert rows[4][-3] == "Warga 9"


def test_days(english: Path) -> None:
    rows = sheet(english, "By day")
    assert rows[2] == (
        "Print date",
        "printer-1",
        "printer-2",
        "All cards",
        "Left to print",
        "Past class target",
    )
    assert [row[1:] for row in rows[3:]] == [
        (4, 4, 8, 12, 11),
        (4, 4, 8, 4, 3),
        (2, 2, 4, 0, 0),
    ]


def test_held(english: Path) -> None:
    rows = sheet(english, "Held")
    assert rows[3][:2] == ("PROCESSING", 4)
    assert rows[4] == ("Application ID", "Status", "Area")
    assert rows[5] == ("K-006", "PROCESSING", "Area 0")
    assert len(rows) == 9


@pytest.mark.slow
def test_rejects_mark_the_bad_cell_and_show_nothing_of_it(english: Path) -> None:
    rows = sheet(english, "Rejects")
    assert rows[1:5] == [
        ("Rejects", None, None, None, None),
        ("3 rows cannot be used", None, None, None, None),
        (rows[3][0], None, None, None, None),
        ("Row", "waiting_since", "application_id", "urgency", "Reason"),
    ]
    assert [row[:4] for row in rows[5:]] == [
        (26, "✗", None, None),
        (27, None, "✗", None),
        (28, "✗", None, "✗"),
    ]
    assert rows[5][4] == "there is no such day in the calendar"
    assert rows[7][4] == "is needed, but empty; unknown urgency class"
    book = openpyxl.load_workbook(english)["Rejects"]
    marked = [c for row in book.iter_rows() for c in row if c.value == "✗"]
    assert {cell.fill.start_color.rgb for cell in marked} == {"FFFFC7CE"}
    for word in ("Rahasia", "53719", "Penting", "31/02"):
        assert word not in texts_of(english)


@pytest.mark.slow
def test_no_rejects_is_said_too(tmp_path: Path) -> None:
    save(make(tmp_path / "case", bad=False), tmp_path / "out", report=False)
    rows = sheet(tmp_path / "out/plan.xlsx", "Rejects")
    assert [row[0] for row in rows[1:]] == ["Rejects", "0 rows cannot be used"]


@pytest.mark.slow
def test_many_kinds_of_bad_columns_are_named_in_one(made: Plan, tmp_path: Path) -> None:
    bad = pl.DataFrame(
        {
            "row": range(2, 22),
            "column": [f"column {n}" for n in range(20)],
            "reason": ["missing"] * 20,
        }
    )
    backlog = replace(made.backlog, rejects=bad, read=44)
    save(replace(made, backlog=backlog), tmp_path / "out", report=False)
    rows = sheet(tmp_path / "out/plan.xlsx", "Rejects")
    assert rows[4] == ("Row", "Column", "Reason")
    assert rows[5] == (2, "column 0", "is needed, but empty")


@pytest.mark.slow
def test_what_stays_unprinted(tmp_path: Path) -> None:
    made = make(tmp_path / "case", days=2)
    save(made, tmp_path / "out", lang="id", report=False)
    rows = sheet(tmp_path / "out/plan.xlsx", "Belum tercetak")
    assert rows[2][0] == "4 permohonan tidak tercetak sampai akhir rencana"
    assert {row[3] for row in rows[4:]} == {"kapasitas tidak cukup"}
    assert [row[0] for row in rows[4:]] == made.unprinted["application_id"].to_list()


@pytest.mark.slow
def test_a_long_list_says_where_the_rest_is(
    made: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_module, "LONGEST", 2)
    save(made, tmp_path / "out", report=False)
    path = tmp_path / "out/plan.xlsx"
    said = "This list holds 2 of 20 rows; the CSV files hold all."
    assert sheet(path, "Whole plan")[3][0] == said
    assert len(sheet(path, "Whole plan")) == 7
    rejects = sheet(path, "Rejects")
    assert rejects[4][0] == "This list holds 2 of 3 rows; the CSV files hold all."
    assert len(rejects) == 8


def test_the_document_is_dated_by_its_plan(english: Path) -> None:
    properties = openpyxl.load_workbook(english).properties
    assert properties.created == datetime(2017, 9, 12)
    assert properties.title == language("en").text("book.title")


@pytest.mark.slow
def test_what_is_worth_knowing(made: Plan, tmp_path: Path) -> None:
    noticed = replace(made, notices=(Notice("pinned-before-start", {"count": 2}),))
    save(noticed, tmp_path / "out", report=False)
    said = "2 applications are fixed for a day before the start; this is ignored."
    rows = sheet(tmp_path / "out/plan.xlsx", "Summary")
    assert [row[0] for row in rows[-2:]] == ["Worth knowing", f"•  {said}"]
    saved = load(tmp_path / "out")
    assert saved.notices == noticed.notices
    assert saved.summary["warnings"] == [
        {"code": "pinned-before-start", "figures": {"count": 2}, "text": said}
    ]


@pytest.mark.slow
def test_without_ranks_and_areas(tmp_path: Path) -> None:
    office = Office.model_validate(
        {
            "name": "x",
            "language": "en",
            "servers": [{"id": "s", "cards_per_day": 1}],
            "printers": [{"id": "server-like", "cards_per_day": 1}],
        }
    )
    frame = pl.DataFrame(
        {
            "application_id": ["a", "b"],
            "waiting_since": [date(2017, 9, 1)] * 2,
            "ready_on": [date(2017, 9, 1), date(2018, 1, 1)],
        }
    )
    made = plan(from_frame(frame, office), office, start=date(2017, 9, 12), days=2)
    save(made, tmp_path / "out", report=False)
    rows = sheet(tmp_path / "out/plan.xlsx", "Summary")
    firsts = [row[0] for row in rows]
    assert "Pressure (pressure-days)" in firsts
    assert "By area" not in firsts
    assert {"Server s", "Printer server-like"} <= set(firsts)
    figures = {row[0]: row[1] for row in rows}
    assert figures["Unprinted"] == "1 (ready only after the plan ends)"
