"""What a planner's trial of the commands after a plan brought to light."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from cli_cases import FROM, HEADING, OFFICE, ROWS, run

from ektp_sched.backlog import from_frame
from ektp_sched.errors import LogError
from ektp_sched.office.office import office_of
from ektp_sched.trust.audit.log import log_from_frame

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.office import Notice


def small(tmp_path: Path, *, rows: list[str] = ROWS, office: str = OFFICE) -> None:
    (tmp_path / "office.toml").write_text(office)
    (tmp_path / "b.csv").write_text("\n".join([HEADING, *rows]) + "\n")


RAW = ("--backlog", "b.csv", "--office", "office.toml")


@pytest.mark.slow
def test_a_plan_with_a_priority_list_is_judged_with_it_alone(tmp_path: Path) -> None:
    small(tmp_path)
    listed = "application_id,urgency,reason,by\nA03,emergency,sick,head\n"
    (tmp_path / "p.csv").write_text(listed)
    rest = ("--office", "office.toml", "--out", "out", *FROM)
    made = run("plan", "b.csv", *rest, "--priority", "p.csv", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    asked = run("explain", "out", "A03", *RAW, cwd=tmp_path)
    assert asked.returncode == 2
    assert "--priority" in asked.stderr
    checked = run("verify", "out", *RAW, cwd=tmp_path)
    assert checked.returncode == 1
    assert checked.stdout.splitlines()[1].strip().startswith("priority-missing")
    for more in (("--priority", "p.csv"), ()):
        raw = RAW if more else ()
        assert (
            "emergency"
            in run("explain", "out", "A03", *raw, *more, cwd=tmp_path).stdout
        )
    assert (
        run("verify", "out", *RAW, "--priority", "p.csv", cwd=tmp_path).returncode == 0
    )
    (tmp_path / "log.csv").write_text("application_id,printed_at,printer\n")
    log = ("audit", "log.csv", *RAW, "--plan", "out", "--out", "aud")
    assert "--priority" in run(*log, cwd=tmp_path).stderr


@pytest.mark.parametrize("word", ["darurat", "Gawat Darurat", "EMERGENCY"])
def test_rules_may_call_a_class_by_the_words_of_both_languages(word: str) -> None:
    document = tomllib.loads(OFFICE) | {
        "classify": [{"column": "KET", "matches": "x", "urgency": word}],
        "quotas": [
            {"id": "q", "urgency": [word, "biasa"], "per": "day", "at_most_share": 0.5},
        ],
        "cards": {"KTP-el": {"stock": 9, "set_aside": {word: 3}}},
    }
    office, problems = office_of(document)
    assert problems == []
    assert office is not None
    assert office.classify[0].urgency == "emergency"
    assert office.quotas[0].urgency == ("emergency", "routine")
    assert list(office.cards["KTP-el"].set_aside) == ["emergency"]


def test_a_word_that_means_no_class_of_the_office_is_refused() -> None:
    rule = {"column": "KET", "matches": "x", "urgency": "kilat"}
    _, problems = office_of(tomllib.loads(OFFICE) | {"classify": [rule]})
    assert len(problems) == 1


def left_out(*notices: Notice) -> list[dict[str, str | int]]:
    return [n.figures for n in notices if n.code == "urgency-left-out"]


def test_classes_that_nobody_named_are_said_to_be_routine(tmp_path: Path) -> None:
    bare: dict[str, Any] = {"servers": [{"id": "s", "cards_per_day": 1}]}
    bare |= {"printers": [{"id": "p", "cards_per_day": 1}], "name": "T"}
    office, _ = office_of(bare)
    assert office is not None
    assert left_out(*office.warnings()) == []
    figures = {"urgency": "routine", "target_days": 30}
    rows = {"application_id": ["A"], "waiting_since": ["2017-09-01"]}
    assert left_out(*from_frame(pl.DataFrame(rows), office).notices) == []
    classed = pl.DataFrame(rows | {"urgency": ["biasa"]})
    assert left_out(*from_frame(classed, office).notices) == [figures]
    rule = {"column": "KET", "matches": "x", "urgency": "routine"}
    ruled, _ = office_of(bare | {"classify": [rule]})
    assert ruled is not None
    assert left_out(*ruled.warnings()) == [figures]
    assert left_out(*from_frame(classed, ruled).notices) == []
    assert left_out(*office.of_workbook().warnings()) == [figures]
    named, _ = office_of(tomllib.loads(OFFICE))
    assert named is not None
    assert left_out(*named.of_workbook().warnings()) == []


@pytest.mark.slow
def test_check_counts_what_is_wrong_and_plan_says_where_the_rows_are(
    tmp_path: Path,
) -> None:
    bad = [f"B{n},2017-02-31,,x" for n in range(7)] + ["C,,nonsense,x"]
    small(tmp_path, rows=[*ROWS, *bad])
    checked = run("check", "b.csv", "--office", "office.toml", cwd=tmp_path)
    assert checked.returncode == 2
    assert "7 rows: " in checked.stdout
    assert "(such as row 22, column waiting_since)" in checked.stdout
    assert "1 row: is needed, but empty (row 29, column waiting_since)" in (
        checked.stdout
    )
    assert "rejects.csv" not in checked.stdout + checked.stderr
    rest = ("--office", "office.toml", "--out", "out", *FROM)
    refused = run("plan", "b.csv", *rest, cwd=tmp_path)
    assert refused.returncode == 2
    assert "all rejected rows are in out/rejects.csv" in refused.stderr


def test_a_printer_is_known_by_letters_and_digits(tmp_path: Path) -> None:
    office, _ = office_of(tomllib.loads(OFFICE))
    assert office is not None
    rows = {"application_id": ["A", "B"], "printed_at": ["2017-09-12"] * 2}
    log = log_from_frame(pl.DataFrame(rows | {"printer": ["Printer 1"] * 2}), office)
    assert log.frame["printer"].to_list() == ["printer-1"] * 2
    with pytest.raises(LogError) as caught:
        log_from_frame(pl.DataFrame(rows | {"printer": ["printer-1", "x"]}), office)
    assert "printer ini tidak ada di kantor" in caught.value.sentence("id")
