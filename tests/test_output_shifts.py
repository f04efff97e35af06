"""Shifts and their budget in files, on the screen and in the workbook."""

from __future__ import annotations

import io
import json
import shutil
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from output_cases import SHIFTS, cells, make
from rich.console import Console

from ektp_sched.documents import DecisionCut, DecisionProof, Leaf, Saving, TierPrices
from ektp_sched.documents.seal import seal
from ektp_sched.errors import FolderError
from ektp_sched.output import check_folder, language, load, save
from ektp_sched.output.report import plan_report
from ektp_sched.output.report.plan_charts import load_chart
from ektp_sched.output.report.plan_data import gather
from ektp_sched.output.shifts import shift_sentence
from ektp_sched.output.tables import shifts_csv
from ektp_sched.output.terminal import show_plan
from ektp_sched.planning import Status

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.planning import Plan

HUGE = 10**40 + 7


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make(tmp_path_factory.mktemp("case"), rate=4, rules=SHIFTS)


@pytest.fixture(scope="module")
def out(made: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parent") / "out"
    save(made, folder, verify=False)
    return folder


def summary_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_bytes())
    return found


def resealed(folder: Path, summary: dict[str, Any]) -> None:
    """Write summary.json as somebody who can also write its digests."""
    summary["files"] = seal(folder, summary)
    text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
    (folder / "summary.json").write_text(text, "utf-8")


@pytest.mark.slow
def test_the_cases_shifts_are_what_the_tests_below_count_on(made: Plan) -> None:
    worked = [(use.shift, use.day.isoformat()) for use in made.shifts]
    assert worked == [("overtime", "2017-09-13"), ("saturday", "2017-09-16")]


@pytest.mark.slow
def test_the_table_of_shifts(made: Plan, out: Path) -> None:
    head, *lines = (out / "shifts.csv").read_text("utf-8").splitlines()
    assert head == (
        "shift,day,cost_idr,pressure_days_saved,unprinted_saved,overdue_saved,"
        "promise_days_saved,person_days_saved,wasted_trips_saved,needed_for_rules"
    )
    for line, use in zip(lines, made.shifts, strict=True):
        pressure = sum(s.amount for s in use.saves if s.name == "pressure")
        trips = round(Fraction(use.person_days, 30), 2)
        assert line == (
            f"{use.shift},{use.day},{use.cost_idr},{float(pressure):.2f},0,0,0,"
            f"{use.person_days},{float(trips):.2f},false"
        )
        assert use.person_days > 0


def test_the_summary_says_what_is_worked_and_why_a_flow_was_not_enough(
    made: Plan, out: Path
) -> None:
    summary = summary_of(out)
    assert summary["engine"] == "flow"
    assert summary["engine_reason"]["code"] == "yes-no"
    assert summary["engine_reason"]["rules"] == ["shifts", "budget"]
    first = summary["shifts"][0]
    assert first["id"] == "overtime"
    assert first["day"] == "2017-09-13"
    assert first["cost_idr"] == 500_000
    assert first["person_days"] == made.shifts[0].person_days
    assert first["wasted_trips"] == round(first["person_days"] / 30, 2)
    saves = {(s["tier"], s["rank"]): s["exact"] for s in first["saves"]}
    assert saves[("unprinted", 0)] == "0"
    assert Fraction(saves[("pressure", None)]) > 0
    tiers = {tier["name"]: tier for tier in summary["tiers"]}
    assert tiers["cost_idr"] | {"rank": None} == tiers["cost_idr"]
    assert tiers["cost_idr"]["value"] == 3_000_000
    assert tiers["shifts"]["exact"] == "2"


def test_a_used_saturday_is_a_day_as_any_other(out: Path) -> None:
    saturday = out / "batches" / "2017-09-16"
    assert {path.name for path in saturday.iterdir()} == {
        "printer-1.csv",
        "printer-1.xlsx",
        "printer-2.csv",
        "printer-2.xlsx",
    }
    uses = {use["resource"]: use for use in summary_of(out)["uses"]}
    # Tuesday to Friday and Monday 4 cards, one more of overtime, 2 on Saturday.
    assert uses["server-1"]["capacity"] == 23
    assert uses["server-1"]["cards"] == 20


def test_an_office_without_shifts_has_no_such_file(tmp_path: Path) -> None:
    save(make(tmp_path / "case"), tmp_path / "out", xlsx=False, report=False)
    assert not (tmp_path / "out" / "shifts.csv").exists()
    summary = summary_of(tmp_path / "out")
    assert summary["shifts"] == []
    assert summary["engine_reason"] is None
    stated = json.loads((tmp_path / "out" / "certificate.json").read_bytes())
    assert stated["decisions"] is None


def test_the_folder_is_read_back_without_loss(made: Plan, out: Path) -> None:
    saved = load(out)
    assert saved.shifts == made.shifts
    assert saved.tiers == made.tiers
    assert saved.certificate == made.certificate
    assert check_folder(saved) == []


def a_proof(limits: TierPrices) -> DecisionProof:
    """One of every part, with numbers beyond 64 bits."""
    cut = DecisionCut(
        tier=1,
        name=limits.name,
        rank=limits.rank,
        scale=limits.scale,
        weights=(HUGE, 1),
        constant=-HUGE,
        slope=(0, HUGE),
        printers=limits.prices.printers,
        servers=limits.prices.servers,
        reserve=(0, HUGE),
        stock=limits.prices.stock,
    )
    path = (((0, 1), 1, False), ((1,), 0, True))
    leaf = Leaf(path, (HUGE, 0), ((0, HUGE),), ((0, 3),))
    return DecisionProof(
        uses=((1, ("overtime",)), (4, ("overtime", "saturday"))),
        rows=(("budget.idr", (500_000, 3_000_000), 3_000_000),),
        cuts=(cut,),
        leaves=((leaf,), ()),
    )


def test_the_proof_of_the_shifts_keeps_numbers_of_any_length(
    made: Plan, tmp_path: Path
) -> None:
    assert made.certificate is not None
    proof = a_proof(made.certificate.tiers[0])
    known = replace(made.certificate, decisions=proof)
    changed = replace(made, certificate=known)
    save(changed, tmp_path / "out", verify=False, xlsx=False, report=False)
    raw = json.loads((tmp_path / "out" / "certificate.json").read_bytes())["decisions"]
    assert raw["uses"] == [[1, ["overtime"]], [4, ["overtime", "saturday"]]]
    assert raw["rows"] == [["budget.idr", [500_000, 3_000_000], 3_000_000]]
    (cut,) = raw["cuts"]
    assert (cut["tier"], cut["weights"], cut["slope"]) == (1, [HUGE, 1], [0, HUGE])
    assert (cut["constant"], cut["reserve"]) == (-HUGE, [0, HUGE])
    assert raw["leaves"] == [
        [
            {
                "path": [[[0, 1], 1, False], [[1], 0, True]],
                "times": [HUGE, 0],
                "cuts": [[0, HUGE]],
                "rows": [[0, 3]],
            }
        ],
        [],
    ]
    assert load(tmp_path / "out").certificate == known


@pytest.mark.parametrize(
    ("key", "value"), [("id", "sunday"), ("day", "2018-01-06"), ("day", "2017-09-11")]
)
def test_a_shift_that_cannot_be_is_damage(
    out: Path, tmp_path: Path, key: str, value: str
) -> None:
    folder = tmp_path / "out"
    shutil.copytree(out, folder)
    summary = summary_of(folder)
    summary["shifts"][1][key] = value
    resealed(folder, summary)
    with pytest.raises(FolderError, match=r"summary\.json.*shifts\.1.*no shift of"):
        load(folder)


def test_a_table_of_shifts_that_says_something_else_is_found(
    out: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    shutil.copytree(out, folder)
    path = folder / "shifts.csv"
    path.write_text(path.read_text("utf-8").replace("500000", "400000"), "utf-8")
    resealed(folder, summary_of(folder))
    (found,) = check_folder(load(folder))
    assert found.code == "stated-figure"
    assert "shifts.csv" in found.message


def screen_of(plan: Plan, code: str) -> str:
    console = Console(record=True, width=160, file=io.StringIO())
    show_plan(plan, console, language(code))
    return console.export_text()


def test_the_screen_says_which_shifts_are_worked_and_what_they_save(
    made: Plan,
) -> None:
    shown = screen_of(made, "en")
    total = "2 worked, for Rp 3,000,000 of a budget of Rp 3,000,000"
    assert total in shown
    days = [line.split() for line in shown.splitlines()]
    row = next(words for words in days if "overtime" in words)
    assert row[:6] == ["Wed", "13", "Sep", "2017,", "overtime", "500,000"]
    assert "so the figures do not add up" in shown
    indonesian = screen_of(made, "id")
    assert "2 dipakai, dengan biaya Rp 3.000.000 dari anggaran Rp 3.000.000" in (
        indonesian
    )
    assert "Sab 16 Sep 2017" in indonesian


def test_savings_in_other_tiers_have_their_own_column(made: Plan) -> None:
    first = made.shifts[0]
    more = Saving("unprinted", None, 3, 1)
    changed = replace(made, shifts=(replace(first, saves=(more, *first.saves)),))
    assert "Cards printed in time" in screen_of(changed, "en")
    assert "Cards printed in time" not in screen_of(made, "en")
    said = shift_sentence(changed.shifts[0], language("en"))
    assert "3 cards not printed" in said


def test_a_shift_whose_worth_is_not_known_says_so(made: Plan) -> None:
    bare = replace(made.shifts[0], saves=(), person_days=0, wasted_trips=Fraction(0))
    changed = replace(made, shifts=(bare,))
    shown = screen_of(changed, "en")
    line = next(line for line in shown.splitlines() if "overtime" in line)
    assert line.split()[-3:] == ["–", "–", "–"]
    assert "–: not known" in shown
    row = shifts_csv(changed).splitlines()[1]
    assert row == b"overtime,2017-09-13,500000,,,,,,,false"
    said = shift_sentence(bare, language("id"))
    assert said.startswith("Rabu, 13 September 2017: shift overtime, Rp 500.000.")
    assert "tidak diketahui" in said


@pytest.mark.slow
def test_a_shift_that_the_rules_need_says_so_everywhere(
    made: Plan, tmp_path: Path
) -> None:
    first, second = made.shifts
    use = replace(
        second,
        needed_for_rules=True,
        saves=(),
        person_days=0,
        wasted_trips=Fraction(0),
    )
    made = replace(made, shifts=(first, use))
    save(made, tmp_path / "out", verify=False)
    assert load(tmp_path / "out").shifts == made.shifts
    assert check_folder(load(tmp_path / "out")) == []
    entry = next(e for e in summary_of(tmp_path / "out")["shifts"] if not e["saves"])
    assert (entry["id"], entry["needed_for_rules"]) == ("saturday", True)
    table = (tmp_path / "out" / "shifts.csv").read_text("utf-8").splitlines()
    assert "saturday,2017-09-16,2500000,,,,,,,true" in table
    shown = screen_of(made, "en")
    line = next(line for line in shown.splitlines() if "saturday" in line)
    assert line.split()[-3:] == ["*", "*", "*"]
    assert "*: needed for the rules" in shown
    assert "–:" not in shown
    assert "diperlukan oleh aturan" in shift_sentence(use, language("id"))
    rows = cells(tmp_path / "out" / "plan.xlsx")
    (row,) = (row for row in rows if row[0] == "Sat 16 Sep 2017, saturday")
    assert row[1:5] == (2_500_000, "*", "*", "*")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "It is needed for the rules" in page


def test_a_plan_that_works_no_shift_says_so(made: Plan) -> None:
    idle = replace(made, shifts=())
    assert "none would make the plan better" in screen_of(idle, "en")
    unproven = replace(idle, status=Status.FEASIBLE)
    assert "No extra shift is worked in this plan." in screen_of(unproven, "en")


def test_no_budget_is_no_limit(tmp_path: Path) -> None:
    made = make(tmp_path, rate=4, rules=SHIFTS.split("[budget]")[0])
    assert "for Rp 3,000,000; no budget is set" in screen_of(made, "en")


def test_the_workbook_lists_shifts(made: Plan, out: Path) -> None:
    rows = cells(out / "plan.xlsx")
    (head,) = (row for row in rows if row[0] == "Day, shift")
    assert [text for text in head if text] == [
        "Day, shift",
        "Cost (Rp)",
        "Pressure-days saved",
        "Days of waiting saved",
        "Trips in vain saved",
    ]
    (line,) = (row for row in rows if row[0] == "Sat 16 Sep 2017, saturday")
    assert line[1] == 2_500_000
    assert line[3] == made.shifts[1].person_days


@pytest.mark.slow
@pytest.mark.parametrize("code", ["en", "id"])
def test_the_report_has_a_sentence_a_shift_and_marks_its_day(
    made: Plan, code: str
) -> None:
    texts = language(code)
    page = plan_report(made, texts)
    assert '<section aria-labelledby="shifts">' in page
    for use in made.shifts:
        assert shift_sentence(use, texts) in page
    assert texts.text("shifts.mark") in page
    idle = plan_report(replace(made, shifts=()), texts)
    assert texts.text("shifts.mark") not in idle
    assert f"{texts.name('tier', 'cost_idr')} (rupiah)" in page


@pytest.mark.slow
def test_a_page_made_anew_from_its_folder_is_the_same(made: Plan, out: Path) -> None:
    assert plan_report(load(out), language("en")) == (
        (out / "report.html").read_text("utf-8")
    )


def marked(plan: Plan) -> list[str]:
    """Return the moments at which the chart of the load has a triangle."""
    chart = load_chart(gather(plan).load, language("en"))
    points = [part for part in chart["layer"] if part["mark"]["type"] == "point"]
    return [row["day"] for part in points for row in part["data"]["values"]]


@pytest.mark.slow
def test_triangles_stand_over_the_days_with_a_shift(made: Plan) -> None:
    assert marked(made) == ["2017-09-13T10:00:00Z", "2017-09-16T10:00:00Z"]
    assert marked(replace(made, shifts=())) == []


def test_by_week_the_middle_of_a_week_with_a_shift_is_marked(made: Plan) -> None:
    load = gather(made).load
    weekly = replace(
        load,
        every="1w",
        total=load.total.head(1).with_columns(
            day=date(2017, 9, 11), until=date(2017, 9, 17)
        ),
        shifts=(date(2017, 9, 11),),
    )
    chart = load_chart(weekly, language("en"))
    assert "2017-09-14T06:00:00Z" in json.dumps(chart)
