"""The second morning on the command line: what it takes, says and refuses."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest
from builders import renewed
from cli_cases import FROM, run, write_case

from ektp_sched.trust import checker

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

NEXT = ("--start", "2017-09-13")
QUICK = ("--no-xlsx", "--no-report")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a backlog, its office and the plan of the first morning."""
    folder = tmp_path_factory.mktemp("first")
    backlog, office = write_case(folder)
    done = run("plan", backlog, "--office", office, *FROM, "--out", folder / "one")
    assert done.returncode == 0, done.stderr
    return folder


def yesterday(first: Path) -> list[str]:
    plan = pl.read_csv(first / "one/plan.csv", try_parse_dates=True)
    return plan.filter(pl.col("day") == plan["day"].min())["application_id"].to_list()


def morning(first: Path, out: Path, *more: object) -> subprocess.CompletedProcess[str]:
    return run(
        *("plan", first / "backlog.csv", "--office", first / "office.toml", *NEXT),
        *("--previous", first / "one", "--out", out, *more),
    )


@pytest.fixture
def ticked(first: Path, tmp_path: Path) -> Path:
    """Fill in both sheets: one card spoilt in CSV, one not printed in a workbook."""
    copy = shutil.copytree(first, tmp_path / "ticked")
    sheets = copy / "one/batches/2017-09-12"
    path = sheets / "printer-1.csv"
    heading, card, *others = path.read_text("utf-8-sig").splitlines()
    cells = card.split(",")
    cells[heading.split(",").index("Spoilt")] = "x crooked"
    path.write_text("\n".join([heading, ",".join(cells), *others]) + "\n", "utf-8")
    path = sheets / "printer-2.xlsx"
    book = openpyxl.load_workbook(path)
    row = next(row for row in book.worksheets[0] if row[-1].value == "☐")
    next(cell for cell in row if cell.value == "☐").value = "no"
    book.save(path)
    return copy


def test_who_was_on_a_sheet_is_asked_about(first: Path, tmp_path: Path) -> None:
    asked = morning(first, tmp_path / "two", *QUICK)
    assert asked.returncode == 1
    assert asked.stdout == ""
    (sentence,) = asked.stderr.splitlines()
    assert str(len(yesterday(first))) in sentence
    assert "2017-09-12 (printer-1, printer-2)" in sentence
    assert "--open exclude" in sentence
    assert "--open plan" in sentence
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize(("choice", "again"), [("exclude", False), ("plan", True)])
def test_both_ways_on(first: Path, tmp_path: Path, choice: str, again: bool) -> None:
    out = tmp_path / "two"
    done = morning(first, out, "--open", choice, *QUICK)
    assert done.returncode == 0, done.stderr
    planned = set(pl.read_csv(out / "applications.csv")["application_id"])
    assert (set(yesterday(first)) <= planned) is again
    carried = pl.read_csv(out / "carried.csv")
    assert set(carried["application_id"]) == (set() if again else {*yesterday(first)})
    assert "What became of the plan of 12 September 2017" in done.stdout


def test_filled_sheets_are_read_where_they_lie(ticked: Path, tmp_path: Path) -> None:
    out = tmp_path / "two"
    done = morning(ticked, out)
    assert done.returncode == 0, done.stderr
    said = {
        line.split(" is read")[0].strip(): line for line in done.stdout.splitlines()
    }
    assert "all printed but those marked" in said["batches/2017-09-12/printer-1.csv"]
    assert "1 spoilt" in said["batches/2017-09-12/printer-1.csv"]
    assert "1 not printed" in said["batches/2017-09-12/printer-2.xlsx"]
    known = ("--previous", ticked / "one")
    raw = ("--backlog", ticked / "backlog.csv", "--office", ticked / "office.toml")
    verified = run("verify", out, *raw, *known, "--json")
    assert verified.returncode == 0, verified.stdout
    assert json.loads(verified.stdout)["violations"] == []
    checked = subprocess.run(
        [sys.executable, checker.__file__, out], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_a_day_s_folder_is_handed_in_whole(ticked: Path, tmp_path: Path) -> None:
    """An untouched sheet is then printed, and each sheet counts once."""
    sheets = ticked / "one/batches/2017-09-12"
    (sheets / "printer-1.csv").write_bytes(
        (sheets / "printer-1.csv").read_bytes().replace(b"x crooked", b"", 1)
    )
    done = morning(ticked, tmp_path / "two", "--done", sheets, "--json", *QUICK)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)["previous"]
    assert [each["source"][-13:] for each in counts["readings"]] == [
        "printer-2.xlsx"[-13:],
        "printer-1.csv",
    ]
    assert counts["printed"] == len(yesterday(ticked)) - 1
    raw = ("--backlog", ticked / "backlog.csv", "--office", ticked / "office.toml")
    known = ("--previous", ticked / "one", "--open", "exclude", "--json")
    other = run("verify", tmp_path / "two", *raw, *known)
    assert other.returncode == 1
    (violation,) = json.loads(other.stdout)["violations"]
    assert "printer-1.csv" in violation["message"]
    refused = morning(ticked, tmp_path / "three", "--done", sheets.parent, *QUICK)
    assert refused.returncode == 2
    assert "2017-09-12" in refused.stderr


def test_ticks_are_no_damage(ticked: Path) -> None:
    out = ticked / "one"
    raw = ("--backlog", ticked / "backlog.csv", "--office", ticked / "office.toml")
    verified = run("verify", out, *raw, "--json")
    assert verified.returncode == 0
    assert json.loads(verified.stdout)["changed_sheets"] == ["batches"]
    checked = subprocess.run(
        [sys.executable, checker.__file__, out], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_filled_sheets_outlive_any_force(ticked: Path) -> None:
    """Also where the folder is read too, and where it is not."""
    before = (ticked / "one/batches/2017-09-12/printer-1.csv").read_bytes()
    again = run(
        *("plan", ticked / "backlog.csv", "--office", ticked / "office.toml", *FROM),
        *("--out", ticked / "one", "--force", *QUICK),
    )
    over = morning(ticked, ticked / "one", "--force", *QUICK)
    for refused in (again, over):
        assert refused.returncode == 2
        assert len(refused.stderr.splitlines()) == 1
    assert "printer-1.csv" in again.stderr
    assert (ticked / "one/batches/2017-09-12/printer-1.csv").read_bytes() == before


def test_json_has_all_that_the_screen_says(ticked: Path, tmp_path: Path) -> None:
    done = morning(ticked, tmp_path / "two", "--json", *QUICK)
    document = json.loads(done.stdout)
    counts = document["previous"]
    parts = ("printed", "open", "waiting", "held", "gone")
    assert counts["planned_before"] == sum(counts[name] for name in parts)
    assert document["planned"] == counts["waiting"] + counts["new"]
    assert [each["read_as"] for each in counts["readings"]] == ["all-but-marked"] * 2
    changes = pl.read_csv(tmp_path / "two/changes.csv")
    assert sum(document["moved_because"].values()) == changes.height
    assert document["slipped"] == 0


def test_a_list_and_dates_told_are_taken(first: Path, tmp_path: Path) -> None:
    """The list says who was printed; of the dates one cannot be kept."""
    (tmp_path / "done.csv").write_text(
        "application_id\n" + "\n".join(yesterday(first)) + "\n"
    )
    plan = pl.read_csv(first / "one/plan.csv", try_parse_dates=True)
    late = plan.sort("day")["application_id"][-1]
    (tmp_path / "told.csv").write_text(
        f"application_id,ready_by,confidence,likely_on\n{late},2017-09-12,0.9,2017-09-12\n"
    )
    out = tmp_path / "two"
    taken = ("--done", tmp_path / "done.csv", "--promises", tmp_path / "told.csv")
    done = morning(first, out, *taken)
    assert done.returncode == 0, done.stderr
    assert "a list of cards" in done.stdout
    assert "1 must be phoned" in done.stdout
    assert late in (out / "slipped.csv").read_text("utf-8")
    sheet = openpyxl.load_workbook(out / "plan.xlsx")["To be phoned"]
    assert any(late in row for row in sheet.iter_rows(values_only=True))
    raw = ("--backlog", first / "backlog.csv", "--office", first / "office.toml")
    verified = run("verify", out, *raw, "--previous", first / "one", *taken)
    assert verified.returncode == 0, verified.stdout
    page = run("report", out, "--lang", "id")
    assert page.returncode == 0, page.stderr


def test_commands_on_a_second_morning_ask_for_the_first(
    first: Path, tmp_path: Path
) -> None:
    out = tmp_path / "two"
    assert morning(first, out, "--open", "exclude", *QUICK).returncode == 0
    raw = ("--backlog", first / "backlog.csv", "--office", first / "office.toml")
    for command in (
        ("verify", out, *raw),
        ("explain", out, "A01", *raw),
    ):
        refused = run(*command)
        assert refused.returncode == 2, command
        assert "--previous" in refused.stderr
        known = ("--previous", first / "one", "--open", "exclude")
        assert run(*command, *known).returncode == 0, command
    waiting = pl.read_csv(out / "applications.csv")["application_id"][0]
    assert run("explain", out, waiting).returncode == 0
    assert run("explain", out, waiting, "--open", "plan").returncode == 2


def change(folder: Path) -> None:
    (folder / "unprinted.csv").write_text("application_id,waiting_since,urgency,reason")


def forge(folder: Path) -> None:
    """Print two cards on each other's days, and seal the folder anew."""
    path = folder / "plan.csv"
    heading, *rows = path.read_text("utf-8").splitlines()
    cells = [row.split(",") for row in rows]
    cells[0][0], cells[-1][0] = cells[-1][0], cells[0][0]
    text = "\n".join([heading, *map(",".join, cells)]) + "\n"
    path.write_text(text, "utf-8")
    renewed(folder)


def remove(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize("act", [change, forge, remove])
def test_a_previous_folder_must_be_as_it_was_written(
    first: Path, tmp_path: Path, act: object
) -> None:
    copy = shutil.copytree(first, tmp_path / "copy")
    act(copy / "one")  # type: ignore[operator]
    refused = morning(copy, tmp_path / "two", "--open", "exclude", *QUICK)
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert str(copy / "one") in refused.stderr
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--start", "2017-09-11", "--open", "plan"), "2017-09-12"),
        (("--done", "no-such-file.csv"), "no-such-file.csv"),
        (("--promises", "no-such-file.csv"), "no-such-file.csv"),
        (("--open", "perhaps"), "exclude"),
        (("--gone", "no"), "accept"),
        (("--against", "scenarios.toml"), "--previous"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    first: Path, tmp_path: Path, options: tuple[str, ...], word: str
) -> None:
    refused = morning(first, tmp_path / "two", *options)
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert word in refused.stderr
    assert not (tmp_path / "two").exists()


def test_options_of_yesterday_need_a_plan_of_yesterday(
    first: Path, tmp_path: Path
) -> None:
    for option in (("--open", "plan"), ("--gone", "accept")):
        refused = run(
            *("plan", first / "backlog.csv", "--office", first / "office.toml"),
            *(*FROM, "--out", tmp_path / "two", *option),
        )
        assert refused.returncode == 2
        assert "previous" in refused.stderr
