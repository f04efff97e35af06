"""Changed records in a plan folder: right ones verify, and false ones are seen."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import polars as pl
import pytest
from builders import renewed
from cli_cases import ROWS, run
from test_today import TUESDAY, WEDNESDAY, drop, morning, office, proven

from ektp_sched.trust.checker import Folder

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

CHANGES = {
    "A18,2017-03-18,,": "A18,2017-03-20,,",  # later: taken
    "A19,2017-04-19,,": "A19,2017-04-19,emergency,",  # stricter: waits
    "A20,2017-05-10,,": "A20,2017-01-10,,",  # earlier: waits
}


@cache
def mornings() -> Path:
    """Return an office folder after two mornings, between which three changed."""
    folder = office(Path(mkdtemp()) / "office")
    morning(folder, TUESDAY)
    rows = "\n".join(ROWS)
    for old, new in CHANGES.items():
        assert old in rows
        rows = rows.replace(old, new)
    drop(folder, WEDNESDAY, rows.split("\n"))
    morning(folder, WEDNESDAY, open="exclude")
    return folder


@pytest.mark.slow
def test_a_folder_says_what_changed_and_holds_against_the_raw_export() -> None:
    folder = mornings()
    assert not (folder / "plans" / TUESDAY / "records.csv").exists()
    out = folder / "plans" / WEDNESDAY
    records = pl.read_csv(out / "records.csv", infer_schema=False)
    assert records.drop("field").rows() == [
        ("A18", "2017-03-18", "2017-03-20", "2017-03-20", "taken"),
        ("A18", "2017-03-18", "2017-03-20", "2017-03-20", "taken"),
        ("A19", "routine", "emergency", "routine", "withheld"),
        ("A20", "2017-05-10", "2017-01-10", "2017-05-10", "withheld"),
        ("A20", "2017-05-10", "2017-01-10", "2017-05-10", "withheld"),
    ]
    proven(folder, WEDNESDAY, TUESDAY)


@pytest.mark.slow
def test_explain_says_old_beside_new() -> None:
    out = mornings() / "plans" / WEDNESDAY
    told = json.loads(run("explain", out, "A20", "--json").stdout)
    moved = {"was": "2017-05-10", "is": "2017-01-10", "used": "2017-05-10"}
    assert told["records"] == [
        {"field": name, **moved, "because": "withheld"}
        for name in ("ready_on", "waiting_since")
    ]
    assert any("10 January 2017" in line for line in told["text"])
    assert "records" not in json.loads(run("explain", out, "A01", "--json").stdout)


def test_the_workbook_has_old_beside_new() -> None:
    out = mornings() / "plans" / WEDNESDAY
    sheets = pl.read_excel(
        out / "plan.xlsx", sheet_id=0, engine="calamine", has_header=False
    )
    cells = {cell for row in sheets["Changed records"].rows() for cell in row}
    assert {"A18", "A19", "A20", "10 January 2017", "emergency"} <= cells


def rewritten(
    old: str, new: str, *, applications: tuple[str, str] | None = None
) -> Callable[[Path], None]:
    """Return how somebody writes another line, who then writes all digests anew."""

    def damage(out: Path) -> None:
        for name, pair in (
            ("records.csv", (old, new)),
            ("applications.csv", applications),
        ):
            if pair is not None:
                text = (out / name).read_text()
                assert text.count(pair[0]) == 1, text
                (out / name).write_text(text.replace(*pair))

    return damage


SINCE = "A20,waiting_since,2017-05-10,2017-01-10,2017-05-10,withheld\n"
READY = "A20,ready_on,2017-05-10,2017-01-10,2017-05-10,withheld\n"
CLASS = "A19,urgency,routine,emergency,routine,withheld\n"
FORGERIES = {
    "what the export says": rewritten(SINCE, SINCE.replace("2017-01-10", "2017-02-10")),
    "what was known before": rewritten(
        SINCE, "A20,waiting_since,2017-06-10,2017-01-10,2017-05-10,withheld\n"
    ),
    "what is used": rewritten(CLASS, CLASS.replace("y,routine", "y,emergency")),
    "why": rewritten(SINCE, SINCE.replace("withheld", "taken")),
    "accepted, and not used": rewritten(CLASS, CLASS.replace("withheld", "accepted")),
    "a date by priority": rewritten(SINCE, SINCE.replace("withheld", "priority")),
    "no such reason": rewritten(SINCE, SINCE.replace("withheld", "friend")),
    "nobody": rewritten(SINCE, SINCE + "A99,urgency,routine,emergency,routine,taken\n"),
    "twice": rewritten(SINCE, SINCE + SINCE),
    "a row that is not there": rewritten(CLASS, ""),
    "a row of somebody who did not change": rewritten(
        CLASS,
        "A17,waiting_since,2017-06-17,2017-02-17,2017-06-17,withheld\n" + CLASS,
        applications=("A17,2017-02-17,", "A17,2017-06-17,"),
    ),
    "an earlier date that nobody accepted": rewritten(
        READY + SINCE,
        (READY + SINCE)
        .replace("2017-05-10,w", "2017-01-10,w")
        .replace("withheld", "taken"),
        applications=("A20,2017-05-10,2017-05-10", "A20,2017-01-10,2017-01-10"),
    ),
}
UNREAD = {
    "no field": rewritten(SINCE, SINCE.replace("waiting_since", "wait")),
    "no date": rewritten(SINCE, SINCE.replace("2017-05-10,w", "10 May,w")),
    "no such class": rewritten(CLASS, CLASS.replace("routine,w", "kilat,w")),
    "an empty day of waiting": rewritten(SINCE, SINCE.replace("2017-05-10,w", ",w")),
    "other columns": rewritten("was,is", "is,was"),
}


def judged(tmp_path: Path, damage: Callable[[Path], None]) -> tuple[int, set[str]]:
    """Return how verify ends, and the codes of what it finds."""
    folder = tmp_path / "office"
    shutil.copytree(mornings(), folder)
    out = folder / "plans" / WEDNESDAY
    damage(out)
    renewed(out)
    done = run(
        *("verify", out, "--backlog", folder / "exports" / f"{WEDNESDAY}.csv"),
        *("--office", out / "office.toml", "--promises", out / "told.csv"),
        *("--previous", folder / "plans" / TUESDAY, "--done", out / "done.csv"),
        "--json",
    )
    if done.returncode == 2:
        assert "records.csv" in done.stderr
        return 2, set()
    found = json.loads(done.stdout)["violations"]
    return done.returncode, {violation["code"] for violation in found}


@pytest.mark.slow
@pytest.mark.parametrize("name", FORGERIES)
def test_a_false_record_is_found(tmp_path: Path, name: str) -> None:
    code, codes = judged(tmp_path, FORGERIES[name])
    assert code == 1
    # Without the row the folder's applications are not those of the export.
    wanted = "false-evidence" if name == "a row that is not there" else "false-record"
    assert wanted in codes


@pytest.mark.parametrize("name", UNREAD)
def test_a_damaged_record_is_refused_by_row(tmp_path: Path, name: str) -> None:
    assert judged(tmp_path, UNREAD[name])[0] == 2


@pytest.mark.parametrize(
    "name", ["what is used", "accepted, and not used", "nobody", "twice"]
)
def test_the_checker_finds_what_the_folder_alone_shows(
    tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    shutil.copytree(mornings() / "plans" / WEDNESDAY, out)
    FORGERIES[name](out)
    check = Folder(renewed(out))
    check.run()
    assert any(c == "claim" and w.startswith("records.csv") for c, w in check.wrong)


@pytest.mark.slow
def test_a_file_of_records_is_none_of_a_plan_without_them(tmp_path: Path) -> None:
    code, _ = judged(tmp_path, lambda out: (out / "records.csv").unlink())
    assert code == 1
    out = tmp_path / "tuesday"
    shutil.copytree(mornings() / "plans" / TUESDAY, out)
    (out / "records.csv").write_text("application_id,field,was,is,used,because\n")
    export = mornings() / "exports" / f"{TUESDAY}.csv"
    office_file = out / "office.toml"
    done = run(
        *("verify", renewed(out), "--backlog", export, "--office", office_file),
        *("--promises", out / "told.csv"),
    )
    assert done.returncode == 1
    assert "records.csv" in done.stdout
