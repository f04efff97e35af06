"""Shifts at the command line: what `plan` says of them and of each rule."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from cli_cases import FROM, OFFICE, run, write_case
from output_cases import SHIFTS, files_of

from ektp_sched.trust import checker

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

WANTED = (*FROM, "--days", "10", "--no-xlsx", "--no-report")


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("case")
    return write_case(folder, office=OFFICE + SHIFTS)


def planned(case: tuple[Path, Path], out: Path, *more: str) -> str:
    backlog, office = case
    done = run("plan", backlog, "--office", office, *WANTED, "--out", out, *more)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_plan_says_which_shifts_are_worked_and_verify_agrees(
    case: tuple[Path, Path], tmp_path: Path
) -> None:
    said = planned(case, tmp_path / "out")
    assert "worked, for Rp 3,000,000 of a budget of Rp 3,000,000" in said
    assert re.search(r"Sat 16 Sep 2017, saturday +2,500,000", said)
    assert "What each rule is worth" not in said
    backlog, office = case
    raw = ("--backlog", backlog, "--office", office)
    checked = run("verify", tmp_path / "out", *raw)
    assert checked.returncode == 0, checked.stderr
    assert "The choice of shifts is proven too" in checked.stdout
    listed = json.loads(run("verify", tmp_path / "out", *raw, "--json").stdout)
    assert (listed["proven"], listed["choice_proven"]) == (True, True)


def test_the_folder_alone_proves_the_choice(
    case: tuple[Path, Path], tmp_path: Path
) -> None:
    planned(case, tmp_path / "out")
    check = checker.Folder(tmp_path / "out")
    check.run()
    assert (check.wrong, check.whole, check.chosen) == ([], True, True)
    path = tmp_path / "out" / "certificate.json"
    stated = json.loads(path.read_bytes())
    stated["decisions"]["leaves"][-1].pop()
    path.write_text(json.dumps(stated), encoding="utf-8")
    backlog, office = case
    raw = ("--backlog", backlog, "--office", office)
    checked = run("verify", tmp_path / "out", *raw)
    assert checked.returncode == 1
    assert "choice-leaves: " in checked.stdout


def test_json_is_the_summary(case: tuple[Path, Path], tmp_path: Path) -> None:
    said = json.loads(planned(case, tmp_path / "out", "--json"))
    written = json.loads((tmp_path / "out" / "summary.json").read_bytes())
    assert said == {"out": str(tmp_path / "out"), **written}
    assert [use["id"] for use in said["shifts"]] == ["overtime", "saturday"]


@pytest.mark.parametrize(
    ("lang", "title", "line"),
    [
        (
            "en",
            "What each rule is worth: the plan made again without it",
            "  Cost of shifts: 3,000,000 → 500,000 rupiah (−2,500,000)",
        ),
        (
            "id",
            "Nilai setiap aturan: rencana disusun lagi tanpa aturan itu",
            "  Biaya shift: 3.000.000 → 500.000 rupiah (−2.500.000)",
        ),
    ],
)
def test_what_each_rule_is_worth(
    case: tuple[Path, Path], tmp_path: Path, lang: str, title: str, line: str
) -> None:
    out = tmp_path / "out"
    said = planned(case, out, "--what-if-dropped", "--lang", lang)
    begin, end = said.split(title)
    assert "shifts[1] (saturday)" not in begin
    assert end.splitlines()[1].endswith("shifts[1] (saturday):")
    assert line in end.splitlines()
    plain = tmp_path / "plain"
    planned(case, plain, "--lang", lang)
    one, other = files_of(out), files_of(plain)
    del one["summary.json"], other["summary.json"]  # It holds times.
    assert one == other


def test_what_each_rule_is_worth_for_programs(
    case: tuple[Path, Path], tmp_path: Path
) -> None:
    said = json.loads(planned(case, tmp_path / "out", "--what-if-dropped", "--json"))
    saturday, overtime, budget = said["dropped"]
    assert (saturday["rule"], saturday["id"]) == ("shifts[1]", "saturday")
    assert (overtime["rule"], overtime["id"]) == ("shifts[2]", "overtime")
    assert (budget["rule"], budget["id"]) == ("budget", None)
    tiers = {(t["name"], t["rank"]): t for t in saturday["tiers"]}
    assert tiers["cost_idr", None] == {
        "name": "cost_idr",
        "rank": None,
        "value": 3_000_000,
        "without": 500_000,
        "more": -2_500_000,
        "more_exact": "-2500000",
        "proven": True,
    }
    assert tiers["pressure", None]["more"] > 0
    stated = {(t["name"], t["rank"]): t["value"] for t in said["tiers"]}
    assert {key: t["value"] for key, t in tiers.items()} == stated


def test_an_office_without_such_rules_is_told_so(tmp_path: Path) -> None:
    plain = write_case(tmp_path)
    said = planned(plain, tmp_path / "out", "--what-if-dropped")
    assert "The office has no shifts, no budget and no quotas" in said


def test_more_workers_reach_the_same_tiers(
    case: tuple[Path, Path], tmp_path: Path
) -> None:
    one = json.loads(planned(case, tmp_path / "one", "--json"))
    two = json.loads(planned(case, tmp_path / "two", "--json", "--workers", "2"))
    assert one["tiers"] == two["tiers"]


def test_help_says_what_more_workers_cost() -> None:
    said = " ".join(run("plan", "--help").stdout.split())
    assert "gives up repeatability" in said
    assert "--what-if-dropped" in said


def test_no_workers_is_refused(case: tuple[Path, Path], tmp_path: Path) -> None:
    backlog, office = case
    done = run(
        *("plan", backlog, "--office", office, "--out", tmp_path / "out"),
        *("--workers", "0"),
    )
    assert done.returncode == 2
    assert "--workers" in done.stderr
    assert not (tmp_path / "out").exists()
