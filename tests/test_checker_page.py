"""The pages that follow checker.py by hand say what it says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders import write_folder
from damages import base
from typer.testing import CliRunner

from ektp_sched.cli.app import app
from ektp_sched.trust import checker

DOCS = Path(__file__).resolve().parents[1] / "docs"
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
CHECKER = Path(checker.__file__)


def said(command: str) -> list[str]:
    """Run a command of the page; return what it prints."""
    program, *words = command.split()
    if program == "ektp-sched":
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output
        return []
    return subprocess.run(
        [sys.executable, "-I", "-S", *words],
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
        check=False,
    ).stdout.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("page", ["checker.md", "pemeriksa.md"])
def test_a_page_runs(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("checker.py", "checker_choice.py"):
        shutil.copy(CHECKER.with_name(name), tmp_path)
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    consoles = sum(kind == "console" for kind, _, _ in blocks)
    assert consoles == 3
    for kind, name, text in blocks:
        if kind != "console":
            (tmp_path / name).write_text(text, encoding="utf-8")
            continue
        consoles -= 1
        if not consoles:  # the last speaks of a forged plan
            plan = tmp_path / "rencana" / "plan.csv"
            rows = plan.read_text(encoding="utf-8").replace("A1,", "A0,")
            rows = rows.replace("A5,", "A1,").replace("A0,", "A5,")
            plan.write_text(rows, encoding="utf-8")
        output: list[str] = []
        for line in text.splitlines():
            if line.startswith("$ "):
                output = said(line[2:])
            else:
                assert line in output
                output = output[output.index(line) + 1 :]


def test_without_its_second_half_a_choice_of_shifts_cannot_be_checked(
    tmp_path: Path,
) -> None:
    case, plan = base("shifts")
    folder = write_folder(plan, case, tmp_path / "out")
    shutil.copy(CHECKER, tmp_path)
    result = subprocess.run(
        [sys.executable, "-I", "-S", str(tmp_path / "checker.py"), str(folder)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert "checker_choice.py: is not there" in result.stderr
