"""``compare`` and ``need`` as processes: what they leave, say and refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest
from cli_cases import FROM, interrupt, one_sentence, run, write_case

from ektp_sched.errors import FolderError
from ektp_sched.output.report.comparison_file import read_comparison

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = pytest.mark.slow

SCENARIOS = """\
baseline = "now"
[arrivals]
per_working_day = 1
[breakdowns.server-1]
mean_days_between = 10
mean_days_down = 2
[scenarios.now]
[scenarios.faster]
cost_idr = 1_000_000
[[scenarios.faster.servers]]
id = "server-2"
cards_per_day = { low = 5, likely = 6, high = 8 }
replaces = ["server-1"]
from = { earliest = 2017-09-13, likely = 2017-09-14, latest = 2017-09-18 }
"""
SIZES = ("--days", "40", "--replications", "30")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    write_case(tmp_path)
    (tmp_path / "scenarios.toml").write_text(SCENARIOS, "utf-8")
    return tmp_path


def compared(
    folder: Path, *further: object, out: str = "out"
) -> subprocess.CompletedProcess[str]:
    return run(
        "compare",
        "backlog.csv",
        "--office",
        "office.toml",
        "--scenarios",
        "scenarios.toml",
        *FROM,
        *SIZES,
        "--out",
        out,
        *further,
        cwd=folder,
    )


@pytest.mark.slow
def test_compare_leaves_a_whole_folder_and_says_what_it_found(case: Path) -> None:
    done = compared(case)
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in (case / "out").iterdir()} == {
        "comparison.json",
        "daily.csv",
        "report.html",
    }
    comparison = read_comparison(case / "out")
    daily = comparison.daily()
    assert [each.name for each in comparison.scenarios] == ["now", "faster"]
    spreads = [
        f"{name}_{at}"
        for name in ("waiting", "printed", "queued")
        for at in ("p10", "p50", "p90")
    ]
    assert daily.columns[:11] == ["scenario", "day", *spreads]
    assert daily.height == 2 * 40
    lines = done.stdout.splitlines()
    # faster is priced, so that it is what is asked about.
    assert lines[0].startswith("No, by money: faster ")
    title = lines.index(next(x for x in lines if x.startswith("Scenarios for Test")))
    assert lines[title].startswith("Scenarios for Test office, from 12 September 2017")
    assert lines[title + 1].startswith("- now: servers limit a day to 4 cards.")
    assert (
        "- faster: now servers limit a day to 4 cards; afterwards" in lines[title + 2]
    )
    assert lines[-1] == "Written: out"


def test_equal_calls_leave_equal_files(case: Path) -> None:
    assert compared(case).returncode == 0
    assert compared(case, out="again").returncode == 0
    for name in ("daily.csv", "report.html"):
        assert (case / "out" / name).read_bytes() == (
            case / "again" / name
        ).read_bytes()
    first, second = (
        json.loads((case / folder / "comparison.json").read_bytes())
        for folder in ("out", "again")
    )
    del first["seconds"], second["seconds"]
    assert first == second


def test_json_is_the_document_and_the_folder(case: Path) -> None:
    done = compared(case, "--json")
    found = json.loads(done.stdout)
    assert found["out"] == "out"
    assert found["replications"] == 30


def test_an_earlier_comparison_is_replaced_but_nothing_else(case: Path) -> None:
    assert compared(case).returncode == 0
    assert compared(case).returncode == 0
    (case / "out" / "daily.csv").write_text("changed", "utf-8")
    refused = one_sentence(compared(case))
    assert "was changed since it was written (daily.csv)" in refused
    assert compared(case, "--force").returncode == 0
    (case / "mine").mkdir()
    (case / "mine" / "notes.txt").write_text("mine", "utf-8")
    assert "holds notes.txt" in one_sentence(compared(case, "--force", out="mine"))
    assert (case / "mine" / "notes.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("server-1]", "server-9]", "server-9"),
        ('baseline = "now"', 'baseline = "noww"', "noww"),
        ("mean_days_down", "mean_day_down", "mean_days_down"),
        ("low = 5, likely = 6", "low = 7, likely = 6", "low"),
        ("earliest = 2017-09-13", "earliest = 2017-09-17", "earliest"),
        ("earliest = 2017-09-13", "earliest = 2017-01-13", "start"),
        ("per_working_day = 1", "per_working_day = -1", "per_working_day"),
        (
            "per_working_day = 1",
            "per_working_day = 1\nmix = { emergency = 0.5, routine = 0.4 }",
            "mix",
        ),
        (
            "per_working_day = 1",
            "per_working_day = 1\nmix = { emergency = 0.5, routin = 0.5 }",
            "routine",
        ),
    ],
)
def test_bad_scenarios_are_named_in_one_sentence(
    case: Path, before: str, after: str, sentence: str
) -> None:
    text = SCENARIOS.replace(before, after)
    assert text != SCENARIOS
    (case / "scenarios.toml").write_text(text, "utf-8")
    said = one_sentence(compared(case))
    assert said.startswith("scenarios.toml")
    assert sentence in said
    assert not (case / "out").exists()


@pytest.mark.parametrize("count", ["0", "1000001", "-3", "many"])
def test_replications_out_of_range_are_refused(case: Path, count: str) -> None:
    said = one_sentence(compared(case, "--replications", count))

    assert "--replications" in said


def test_interrupted_it_says_so_and_leaves_nothing(case: Path) -> None:
    more = ("--replications", "1000000", "--out", "out")
    files = ("--office", "office.toml", "--scenarios", "scenarios.toml")
    base = ("compare", "backlog.csv", *files, *FROM, *more)
    code, _, said = interrupt(*base, when="Simulating … [1-9]", cwd=case)
    assert code == 130
    assert "interrupted" in said
    assert "futures were done" in said
    assert not (case / "out").exists()


def test_need_says_a_whole_number_and_the_exact_one(case: Path) -> None:
    done = run(
        "need",
        "backlog.csv",
        "--office",
        "office.toml",
        "--resource",
        "server-1",
        "--cleared-by",
        "2017-09-15",
        *FROM,
        "--days",
        "30",
        "--json",
        cwd=case,
    )
    assert done.returncode == 0
    found = json.loads(done.stdout)
    # Twenty cards on Tuesday to Friday.
    assert (found["cards_per_day"], found["deterministic"], found["now"]) == (5, 5, 4)


def test_need_counts_who_is_expected_beside_a_file(case: Path) -> None:
    # One a working day comes after the start, and stands in no row of the file.
    done = run(
        *("need", "backlog.csv", "--office", "office.toml"),
        *("--scenarios", "scenarios.toml", "--resource", "server-1"),
        *("--cleared-by", "2017-10-20", *FROM, "--replications", "20", "--json"),
        cwd=case,
    )
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["cards_per_day"] > answer["deterministic"]


def test_need_takes_what_compare_takes(case: Path) -> None:
    def asked(*further: object) -> subprocess.CompletedProcess[str]:
        files = ("backlog.csv", "--office", "office.toml", "--out", "need")
        goal = ("--resource", "server-1", "--cleared-by", "2017-09-15")
        return run("need", *files, *goal, *FROM, "--days", "30", *further, cwd=case)

    done = asked("--json")
    assert done.returncode == 0
    printed = json.loads(done.stdout)
    written = json.loads((case / "need" / "need.json").read_bytes())
    assert printed.pop("out") == "need"
    assert printed == {key: written[key] for key in printed}
    assert asked().stdout.splitlines()[-1] == "Written: need"
    changed = (case / "need" / "need.json").read_text("utf-8").replace("4", "3")
    (case / "need" / "need.json").write_text(changed, "utf-8")
    assert "was changed since it was written" in one_sentence(asked())
    assert asked("--force").returncode == 0
    assert "policy replan makes a plan" in one_sentence(asked("--policy", "replan"))


def test_need_answers_no_with_exit_1_where_nothing_is_enough(case: Path) -> None:
    done = run(
        *("need", "backlog.csv", "--office", "office.toml"),
        *("--resource", "server-1", "--cleared-by", "2017-09-12"),
        *FROM,
        *("--days", "30"),
        cwd=case,
    )
    assert done.returncode == 1
    assert "No number of cards a day of server-1 is enough" in done.stdout


@pytest.mark.parametrize(
    ("goal", "sentence"),
    [
        ((), "give one goal"),
        (("--cleared-by", "2017-10-01", "--on-target-by", "2017-10-01"), "give one"),
        (("--nobody-over", "30"), "--nobody-over and --by go together"),
        (("--cleared-by", "soon"), "'soon' is not a date"),
    ],
)
def test_need_asks_for_one_goal(
    case: Path, goal: tuple[str, ...], sentence: str
) -> None:
    done = run(
        *("need", "backlog.csv", "--office", "office.toml"),
        *("--resource", "server-1"),
        *goal,
        cwd=case,
    )
    assert sentence in one_sentence(done)


def test_a_folder_that_is_no_comparison_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"holds no comparison\.json"):
        read_comparison(tmp_path)
    (tmp_path / "comparison.json").write_text("[]", "utf-8")
    pl.DataFrame({"day": [1]}).write_csv(tmp_path / "daily.csv")
    with pytest.raises(FolderError, match="is no comparison"):
        read_comparison(tmp_path)
    (tmp_path / "comparison.json").write_text("{", "utf-8")
    with pytest.raises(FolderError, match="cannot be read"):
        read_comparison(tmp_path)
