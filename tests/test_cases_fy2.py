"""What a planner's trial of the commands after a plan brought to light."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli_cases import FROM, HEADING, OFFICE, ROWS, run

if TYPE_CHECKING:
    from pathlib import Path


def small(tmp_path: Path, *, rows: list[str] = ROWS, office: str = OFFICE) -> None:
    (tmp_path / "office.toml").write_text(office)
    (tmp_path / "b.csv").write_text("\n".join([HEADING, *rows]) + "\n")


RAW = ("--backlog", "b.csv", "--office", "office.toml")


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
