"""The commands promise and backtest: files, JSON, and refusals in a sentence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest
from cli_cases import FROM, ROWS, one_sentence, run, write_case

from ektp_sched.cli import app as command_line
from ektp_sched.output.report import converter

if TYPE_CHECKING:
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
[scenarios.more]
cost_idr = 1_000_000
[[scenarios.more.servers]]
id = "server-2"
cards_per_day = 4
"""
QUICK = ("--days", "40", "--replications", "60")


@pytest.fixture
def case(tmp_path: Path) -> tuple[object, ...]:
    backlog, office = write_case(tmp_path)
    (tmp_path / "scenarios.toml").write_text(SCENARIOS, "utf-8")
    files = ("--office", office, "--scenarios", tmp_path / "scenarios.toml")
    return (backlog, *files, *FROM, *QUICK)


def call(
    capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str, str]:
    code = command_line.run([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_promise_writes_dates_posters_and_a_new_backlog(
    case: tuple[object, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = (tmp_path / "backlog.csv").read_bytes()
    out, new = tmp_path / "dates", tmp_path / "new.csv"
    code, said, err = call(capsys, "promise", *case, "--out", out, "--write", new)
    assert (code, err) == (0, "")
    assert "20 applications have a ready-by date" in said
    assert sorted(path.name for path in out.iterdir()) == [
        "poster.en.html",
        "poster.id.html",
        "promises.csv",
        "promises.json",
    ]
    table = pl.read_csv(out / "promises.csv", try_parse_dates=True)
    assert table.columns == ["application_id", "ready_by", "confidence", "likely_on"]
    assert table["application_id"].to_list() == [row[:3] for row in ROWS]
    assert (table["likely_on"] <= table["ready_by"]).all()
    assert table["ready_by"].dt.weekday().max() == 5
    assert (tmp_path / "backlog.csv").read_bytes() == raw
    told = pl.read_csv(new, try_parse_dates=True)
    assert dict(told.select("application_id", "promised_on").iter_rows()) == dict(
        table.select("application_id", "ready_by").iter_rows()
    )
    for path in out.iterdir():
        assert "Warga" not in path.read_text("utf-8")
    plan = tmp_path / "plan"
    office = tmp_path / "office.toml"
    done = call(capsys, "plan", new, "--office", office, *FROM, "--out", plan)
    assert done[0] == 0


def test_promise_as_json_and_for_another_scenario(
    case: tuple[object, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ("promise", *case, "--out", tmp_path / "d", "--json")
    _, said, _ = call(capsys, *base)
    _, more, _ = call(capsys, *base, "--scenario", "more", "--confidence", "0.8")
    first, second = json.loads(said), json.loads(more)
    assert (first["scenario"], second["scenario"]) == ("now", "more")
    assert (first["confidence"], second["confidence"]) == (0.9, 0.8)
    assert second["last"] < first["last"]
    assert first["dated"] == first["applications"] == 20
    assert first["copy"] is None


def test_promise_without_scenarios_says_that_nothing_is_uncertain(
    case: tuple[object, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = (*case[:3], *FROM)
    code, said, _ = call(capsys, "promise", *bare, "--out", tmp_path / "d")
    assert code == 0
    assert "nobody else is recorded and nothing breaks down" in said.lower()
    poster = (tmp_path / "d" / "poster.en.html").read_text("utf-8")
    assert "nobody else is recorded and nothing breaks down" in poster
    assert "Of 100 cards" not in poster


def test_a_date_told_before_stays_unless_replaced(
    case: tuple[object, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.xlsx"
    base = ("promise", *case, "--out", tmp_path / "d")
    call(capsys, *base, "--write", one)
    again = ("promise", one, *case[1:], "--out", tmp_path / "d", "--write", two)
    later = (*again, "--confidence", "0.95", "--json")
    assert json.loads(call(capsys, *later)[1])["copy"]["filled"] == 0
    result = json.loads(call(capsys, *later, "--replace")[1])
    assert result["copy"] == {"filled": 20, "kept": 0, "left_out": 0}


def test_backtest_prints_a_table_and_writes_its_files(
    case: tuple[object, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--fresh", "40", "--history-days", "20", "--worlds", "2")
    base = ("backtest", *case, *options)
    code, said, err = call(capsys, *base, "--out", tmp_path / "b", "--lang", "en")
    assert (code, err) == (0, "")
    assert "Rates known as stated" in said
    assert "Estimated from 20 working days" in said
    names = sorted(path.name for path in (tmp_path / "b").iterdir())
    assert names == ["backtest.csv", "backtest.html", "backtest.json"]
    code, said, _ = call(
        capsys, *base, "--json", "--failure-prior", 1, 9, "--repair-prior", 2, 3
    )
    result = json.loads(said)
    assert result["priors"] == {"failure": [1.0, 9.0], "repair": [2.0, 3.0]}
    truths = [(c["rates"], c["truth"]) for c in result["cases"]]
    assert truths[0] == ("known", "stated")
    assert truths[1:] == [("estimated", t) for t in ("stated", "worse", "turned")]


@pytest.mark.parametrize(
    ("command", "page", "again"),
    [("compare", "report.html", "report"), ("backtest", "backtest.html", "backtest")],
)
def test_charts_that_cannot_be_drawn_are_missed_aloud(
    case: tuple[object, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    page: str,
    again: str,
) -> None:
    converter._stop()
    monkeypatch.setattr(converter, "_CHILD", "import os; os.abort()")
    fresh = ("--fresh", "40") if command == "backtest" else ()
    options = (*case, *fresh, "--out", tmp_path / "b", "--lang", "en")
    code, _, err = call(capsys, command, *options)
    converter._stop()
    assert code == 0
    assert err.startswith(f"{page} was left out: the library that draws charts failed")
    assert f"`ektp-sched {again}` tries again" in err
    assert not (tmp_path / "b" / page).exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--confidence", "1.5"), "confidence is 1.5; it must lie between 0 and 1"),
        (("--confidence", "0"), "confidence is 0.0; it must lie between 0 and 1"),
        (("--replications", "0"), "the value must be at least 1;"),
        (("--replications", "1000001"), "the value must be at most 1,000,000;"),
        (("--replications", "5"), "at least 9 can"),
        (
            ("--scenario", "mroe"),
            'unknown scenario "mroe"; the nearest known one is "more"',
        ),
        (("--scenarios", "nowhere.toml"), "nowhere.toml: there is no such file"),
    ],
)
@pytest.mark.parametrize("command", ["promise", "backtest"])
def test_bad_options_end_in_one_sentence(
    command: str,
    case: tuple[object, ...],
    tmp_path: Path,
    options: tuple[str, ...],
    sentence: str,
) -> None:
    out = tmp_path / "out"
    said = one_sentence(run(command, *case, "--out", out, *options))
    assert sentence in said
    assert not out.exists()


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("backlog.csv", "never altered"),
        ("office.toml", "must end in .csv or .xlsx"),
        ("new.ods", "must end in .csv or .xlsx"),
        ("missing/new.csv", "lies in no folder that is there"),
    ],
)
def test_the_new_backlog_is_another_file(
    case: tuple[object, ...], tmp_path: Path, target: str, sentence: str
) -> None:
    out = tmp_path / "out"
    done = run("promise", *case, "--out", out, "--write", tmp_path / target)
    assert sentence in one_sentence(done)
    assert not out.exists()
