"""Bad moments: what is read is never replaced, and who ends a command is heard."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cli_cases import FROM, PLAIN, one_sentence, run, run_killed, write_case
from cli_server import LONGEST
from output_cases import files_of, make

from ektp_sched.output import check_folder, load, save
from ektp_sched.output.report import converter
from ektp_sched.trust import verify

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

CASES = Path(__file__).parents[2] / "shared" / "cases"
CASE = CASES / "attack" / "force-deletes-inputs"
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and links of POSIX")
IDENTITY = '\n[identity]\nfrom = "NIK"\nkey = "o/held.csv"\n'


@pytest.fixture
def planned(tmp_path: Path) -> Path:
    """A folder with a plan in ``o``, and the files that it was made from."""
    backlog, office = write_case(tmp_path)
    done = run("plan", backlog, "--office", office, *FROM, "--out", tmp_path / "o",
               "--no-report", "--no-xlsx")  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tmp_path


def plan_again(folder: Path, backlog: str, office: str, *more: object) -> str:
    """Plan over the earlier plan with --force; return why that was refused."""
    before = files_of(folder)
    done = run("plan", backlog, "--office", office, *FROM, "--out", "o", "--force",
               *more, cwd=folder)  # fmt: skip
    assert files_of(folder) == before
    return one_sentence(done)


@pytest.mark.skipif(not CASE.is_dir(), reason="the cases lie beside the project")
def test_force_never_deletes_what_it_reads(tmp_path: Path) -> None:
    folder = tmp_path / "case"
    shutil.copytree(CASE, folder)
    base = (*FROM, "--days", 30, "--no-report", "--no-xlsx", "--out", "o")
    done = run("plan", "backlog.csv", "--office", "office.toml", *base, cwd=folder)
    assert done.returncode == 0, done.stderr
    for name in ("identity.key", "office.toml", "backlog.csv"):
        shutil.copy(folder / name, folder / "o" / name)
    said = plan_again(folder, "o/backlog.csv", "o/office.toml")
    assert said.startswith("o/backlog.csv: is read by this command and lies in o")
    assert plan_again(folder, "backlog.csv", "office.toml").startswith("o: holds ")


def linked(folder: Path) -> str:
    (folder / "link.csv").symlink_to(folder / "o/applications.csv")
    return "link.csv"


def link_out_of_it(folder: Path) -> str:
    (folder / "o/link.csv").symlink_to(folder / "backlog.csv")
    return "o/link.csv"


def hard_link(folder: Path) -> str:
    (folder / "o/held.csv").unlink()
    os.link(folder / "backlog.csv", folder / "o/held.csv")
    return "backlog.csv"


def roundabout(folder: Path) -> str:
    return f"{folder}/o/../o/applications.csv"


@POSIX
@pytest.mark.parametrize("act", [linked, link_out_of_it, hard_link, roundabout])
def test_a_backlog_in_the_folder_is_seen_by_any_name(
    planned: Path, act: Callable[[Path], str]
) -> None:
    name = act(planned)
    said = plan_again(planned, name, "office.toml")
    assert said.startswith(f"{name}: is read by this command and lies in o")


def test_office_priority_list_and_key_are_seen_too(planned: Path) -> None:
    assert "o/office.toml: is read" in plan_again(
        planned, "backlog.csv", "o/office.toml"
    )
    said = plan_again(
        planned, "backlog.csv", "office.toml", "--priority", "o/rejects.csv"
    )
    assert said.startswith("o/rejects.csv: is read")
    office = planned / "office.toml"
    office.write_text(office.read_text() + IDENTITY)
    said = plan_again(planned, "backlog.csv", "office.toml")
    assert "held.csv: is read by this command" in said


def test_a_converted_office_is_not_its_own_target(tmp_path: Path) -> None:
    _, office = write_case(tmp_path)
    before = office.read_bytes()
    done = run("init", tmp_path, "--from", office, "--force")
    assert "is the file that is converted" in one_sentence(done)
    assert office.read_bytes() == before


def test_a_log_is_not_the_audit_of_itself(planned: Path) -> None:
    folder = planned / "audit"
    folder.mkdir()
    (folder / "audit.xlsx").write_bytes(b"PK")
    done = run("audit", "audit/audit.xlsx", "--backlog", "backlog.csv", "--office",
               "office.toml", "--out", "audit", cwd=planned)  # fmt: skip
    assert one_sentence(done).startswith("audit/audit.xlsx: is read by this command")


@POSIX
@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGHUP])
def test_whoever_ends_a_command_is_answered_as_an_interruption(
    planned: Path, kind: signal.Signals
) -> None:
    code = (
        "import os, sys, time\n"
        "import ektp_sched.planning as planning\n"
        "from ektp_sched.cli.entry import main\n"
        "def slow(*_, **__):\n"
        "    print('begun', flush=True); time.sleep(3600)\n"
        "planning.plan = slow\n"
        "main()\n"
    )
    before = files_of(planned)
    process = subprocess.Popen(
        [sys.executable, "-c", code, "plan", "backlog.csv", "--office", "office.toml",
         *FROM, "--out", "o"],
        cwd=planned, env={**os.environ, **PLAIN}, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # Under nohup the suite itself has been told to ignore one of them.
        preexec_fn=lambda: signal.signal(kind, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(kind)
    _, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 130
    assert err.splitlines()[-1].endswith("interrupted; nothing was left half written")
    assert files_of(planned) == before


def apart_from_clocks(folder: Path) -> dict[str, bytes]:
    """Return the files of a plan folder, without the seconds that it took."""
    return {k: v for k, v in files_of(folder).items() if k != "summary.json"}


def killed_again_and_again(folder: Path, kills: int) -> dict[str, int]:
    """Plan over a plan, kill it, and look; count whose plan stood there then.

    Two plans that differ take turns, so that a mixture of both would be seen.
    """
    ways = ("--days", 20), ("--days", 30)
    base = ("plan", "backlog.csv", "--office", "office.toml", *FROM, "--no-report",
            "--out", "o", "--force")  # fmt: skip
    whole = []
    for way in ways:
        begun = time.monotonic()
        assert run(*base, *way, cwd=folder).returncode == 0
        longest = time.monotonic() - begun
        whole.append(apart_from_clocks(folder / "o"))
    assert whole[0] != whole[1]
    chance, now, seen = random.Random(20170912), 1, dict.fromkeys(("old", "new"), 0)
    for _ in range(kills):
        moment = chance.uniform(0, 1.2 * longest)
        run_killed(moment, *base, *ways[1 - now], cwd=folder)
        saved = load(folder / "o")  # whoever comes next completes or undoes it
        assert verify(saved, saved.backlog, saved.office) == []
        assert check_folder(saved) == []
        left = apart_from_clocks(folder / "o")
        stands = 0 if left == whole[0] else 1
        same = left == whole[stands]
        assert same  # not compared in the assertion, which would show all files
        assert not [*folder.glob(".ektp-sched-*")]
        seen["old" if stands == now else "new"] += 1
        now = stands
    return seen


@POSIX
def test_a_kill_at_any_moment_leaves_the_old_plan_or_the_new(planned: Path) -> None:
    killed_again_and_again(planned, 12)


@POSIX
@pytest.mark.parametrize(
    ("end", "code", "said"),
    [
        ("| true", 0, "standard output was closed"),
        (">&-", 0, "standard output was closed"),
        ("> /dev/full", 1, "standard output cannot be written"),
    ],
)
def test_a_reader_that_goes_away_stops_nothing(
    planned: Path, end: str, code: int, said: str
) -> None:
    if end == "> /dev/full" and not Path("/dev/full").exists():
        pytest.skip("no such device here")
    command = (
        f"{sys.executable} -m ektp_sched plan backlog.csv --office office.toml "
        f"--start 2017-09-12 --out p --no-report --no-xlsx --json {end}; "
        "exit ${PIPESTATUS[0]}"
    )
    done = subprocess.run(
        ["bash", "-c", command], cwd=planned, env={**os.environ, **PLAIN},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert (planned / "p/summary.json").exists()


@pytest.mark.parametrize("child", ["import os; os.abort()", "", "print('{}')"])
def test_a_chart_that_cannot_be_drawn_costs_the_report_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, child: str
) -> None:
    if child == "print('{}')":
        child = 'import sys\nfor _ in sys.stdin: print(\'{"error": "X"}\', flush=True)'
    converter._stop()
    monkeypatch.setattr(converter, "_CHILD", child)
    made: Any = make(tmp_path / "case")
    save(made, tmp_path / "out", xlsx=False)
    assert (tmp_path / "out/summary.json").exists()
    assert not (tmp_path / "out/report.html").exists()
    with pytest.raises(converter.ChartsError, match="could not be drawn"):
        converter.to_svg(vl_spec={})
    converter._stop()
