"""The morning: an export in, the sheets of the day out, and nobody printed twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
from cli_cases import HEADING, OFFICE, ROWS, run

from ektp_sched.trust.checker import Folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from subprocess import CompletedProcess

TUESDAY, WEDNESDAY, THURSDAY = "2017-09-12", "2017-09-13", "2017-09-14"


def office(folder: Path, rows: Iterable[str] = ROWS) -> Path:
    """Make an office folder with one export."""
    (folder / "exports").mkdir(parents=True)
    (folder / "office.toml").write_text(OFFICE)
    drop(folder, TUESDAY, rows)
    return folder


def drop(folder: Path, day: str, rows: Iterable[str]) -> Path:
    """Drop an export as the registry makes it."""
    path = folder / "exports" / f"{day}.csv"
    path.write_text("\n".join([HEADING, *rows, ""]))
    return path


def morning(folder: Path, day: str, *options: object) -> CompletedProcess[str]:
    return run("today", folder, "--on", day, "--by", "Maria", *options)


def printed_on(folder: Path, day: str) -> list[str]:
    plan = pl.read_csv(folder / "plans" / day / "plan.csv", infer_schema=False)
    return plan.filter(pl.col("day") == day)["application_id"].to_list()


def proven(folder: Path, day: str, before: str | None = None) -> None:
    """Check a plan folder with the checker, and against all that it was made of."""
    out = folder / "plans" / day
    check = Folder(out)
    check.run()
    assert not check.wrong, check.wrong[:5]
    given: list[object] = ["--promises", out / "told.csv"]
    if before is not None:
        given += ["--previous", folder / "plans" / before, "--done", out / "done.csv"]
    export = json.loads((out / "summary.json").read_bytes())["source"]
    done = run(
        *("verify", out, "--backlog", folder / "exports" / export),
        *("--office", out / "office.toml", *given),
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_who_was_printed_is_not_printed_again(tmp_path: Path) -> None:
    folder = office(tmp_path)
    assert morning(folder, TUESDAY).returncode == 0
    first = printed_on(folder, TUESDAY)
    drop(folder, WEDNESDAY, ROWS)
    asked = morning(folder, WEDNESDAY)
    assert asked.returncode == 1
    assert TUESDAY in asked.stderr
    assert morning(folder, WEDNESDAY, "--open", "exclude").returncode == 0
    assert not {*first} & {*printed_on(folder, WEDNESDAY)}
    proven(folder, TUESDAY)
    proven(folder, WEDNESDAY, TUESDAY)
    assert morning(folder, THURSDAY, "--open", "plan").returncode == 0
    proven(folder, THURSDAY, WEDNESDAY)
