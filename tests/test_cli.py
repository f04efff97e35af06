"""The command line: what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from cli_cases import FROM, OFFICE, PLAIN, ROWS, interrupt, run, write_case
from cli_server import LONGEST

from ektp_sched import __version__
from ektp_sched.cli import app as command_line
from ektp_sched.cli.console import Progress
from ektp_sched.cli.interruption import INTERRUPTION
from ektp_sched.output.languages import language

COMMANDS = (
    *("init", "check", "plan", "verify", "explain", "audit", "report"),
    *("promise", "backtest"),
)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small backlog, its office and its plan."""
    folder = tmp_path_factory.mktemp("planned")
    backlog, office = write_case(folder)
    done = run("plan", backlog, "--office", office, *FROM, "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    return folder


def call(
    capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[int, str, str]:
    """Run a command in this process."""
    code = command_line.run([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def raw(folder: Path) -> tuple[object, ...]:
    return ("--backlog", folder / "backlog.csv", "--office", folder / "office.toml")


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, "--help")
    assert code == 0
    assert err == ""
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", out, re.MULTILINE)
    assert "..." not in out[out.index("Commands:") :]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_shows_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, command, "--help")
    assert code == 0
    assert f"  ektp-sched {command} " in out
    assert ("--json" in out) == (command != "init")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "--version") == (0, f"ektp-sched {__version__}\n", "")


def test_no_command_at_all_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = call(capsys)
    assert code == 2
    assert "Usage: ektp-sched" in err


def test_init_prints_what_it_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = call(capsys, "init", tmp_path / "mine", "--xlsx")
    assert code == 0
    assert str(tmp_path / "mine" / "exports") in err
    written = [Path(line).name for line in out.splitlines()]
    assert written == ["office.xlsx", "identity.key"]
    code, out, _ = call(
        capsys, "init", tmp_path / "text", "--from", tmp_path / "mine" / "office.xlsx"
    )
    names = [Path(line).name for line in out.splitlines()]
    assert (code, names) == (0, ["office.toml", "office.schema.json"])
    code, out, _ = call(capsys, "init", tmp_path / "text", "--key")
    assert (code, Path(out.strip()).name) == (0, "identity.key")


@pytest.mark.slow
def test_check_counts_everything(
    planned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ("check", planned / "backlog.csv", "--office", planned / "office.toml")
    code, out, err = call(capsys, *base, *FROM, "--json")
    result = json.loads(out)
    assert (code, err) == (0, "")
    assert result["ok"] is True
    assert result["problems"] == []
    assert result["read"] == result["planned"] == 20
    assert result["held"] == result["rejected"] == 0
    assert result["by_area"] == [{"area": None, "planned": 20, "held": 0}]
    code, out, err = call(capsys, *base, *FROM)
    assert (code, err) == (0, "")
    assert "Test office" in out


def test_check_explains_wrong_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [*ROWS[:17], "X,31/02/2017,,Siti", "Y,2017-01-02,urgnt,Budi", "Z,,,Ani"]
    backlog, office = write_case(tmp_path, rows=rows)
    base = ("check", backlog, "--office", office, "--max-rejects", "0.2")
    code, out, _ = call(capsys, *base)
    assert code == 0
    assert all(f"row {row}" in out.lower() for row in (19, 20, 21))
    assert not any(name in out for name in ("Siti", "Budi", "Ani"))
    code, out, err = call(capsys, *base[:4])
    assert code == 2
    assert "3" in err
    assert "row 20" in out.lower()
    assert json.loads(call(capsys, *base[:4], "--json")[1])["ok"] is False


@pytest.mark.slow
def test_plan_json_is_the_summary_and_stderr_is_silent(
    planned: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    base = ("plan", planned / "backlog.csv", "--office", planned / "office.toml")
    done = run(*base, *FROM, "--out", out, "--json", "--no-xlsx")
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert result == {"out": str(out), **summary}
    assert result["status"] == "optimal"
    assert result["read"] == result["planned"] == result["printed"] == 20
    assert result["start"] == "2017-09-12"
    assert not (out / "plan.xlsx").exists()


@pytest.mark.slow
def test_plan_ends_with_what_a_planner_reads(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    base = ("plan", planned / "backlog.csv", "--office", planned / "office.toml")
    code, said, err = call(capsys, *base, *FROM, "--days", "3", "--out", out)
    assert (code, err) == (0, "")
    assert "12 of 20" in said
    assert "Optimal, proven" in said
    assert str(out) in said
    code, said, _ = call(
        capsys, *base, *FROM, "--days", "3", "--out", out, "--lang", "id"
    )
    assert code == 0
    assert "12 dari 20" in said
    assert "Optimal dan terbukti" in said


@pytest.mark.slow
def test_a_plan_without_a_start_begins_today_and_says_so(
    planned: Path, tmp_path: Path
) -> None:
    base = ("plan", planned / "backlog.csv", "--office", planned / "office.toml")
    before = date.today()
    done = run(*base, "--out", tmp_path / "out", "--no-xlsx", "--json")
    assert done.returncode == 0
    start = date.fromisoformat(json.loads(done.stdout)["start"])
    assert before <= start <= date.today()
    assert done.stderr.startswith("No --start was given")
    assert str(start.year) in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["auto", "flow", "cpsat"])
def test_both_engines_reach_the_same_tiers(
    engine: str, planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ("plan", planned / "backlog.csv", "--office", planned / "office.toml")
    more = (*FROM, "--engine", engine, "--no-xlsx", "--json", "--out", tmp_path / "out")
    code, out, _ = call(capsys, *base, *more)
    assert code == 0
    stated = json.loads((planned / "out" / "summary.json").read_text("utf-8"))
    assert json.loads(out)["tiers"] == stated["tiers"]


@pytest.mark.slow
def test_an_office_workbook_plans_the_same(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        call(capsys, "init", tmp_path, "--from", planned / "office.toml", "--xlsx")[0]
        == 0
    )
    base = ("plan", planned / "backlog.csv", "--office", tmp_path / "office.xlsx")
    code, _, _ = call(capsys, *base, *FROM, "--no-xlsx", "--out", tmp_path / "out")
    assert code == 0
    for name in ("plan.csv", "applications.csv", "office.toml"):
        assert (tmp_path / "out" / name).read_bytes() == (
            planned / "out" / name
        ).read_bytes()


def test_nothing_to_print_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = OFFICE + '[status]\nprintable = ["PRR"]\n'
    office = tmp_path / "office.toml"
    office.write_text(text, "utf-8")
    backlog = tmp_path / "backlog.csv"
    backlog.write_text("application_id,waiting_since,status\nA,2017-01-02,SFE\n")
    base = ("plan", backlog, "--office", office, *FROM, "--out", tmp_path / "out")
    code, out, _ = call(capsys, *base, "--json")
    assert code == 0
    result = json.loads(out)
    assert (result["read"], result["planned"], result["held"]) == (1, 0, 1)
    assert result["printed"] == 0


def test_contradicting_pins_are_exit_1_and_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, office = write_case(tmp_path)
    backlog = tmp_path / "pins.csv"
    lines = [f"P{n},2017-01-02,2017-09-13" for n in range(5)]
    heading = "application_id,waiting_since,pinned_on"
    backlog.write_text("\n".join([heading, *lines, "Q,2017-01-02,2017-09-16"]))
    out = tmp_path / "out"
    base = ("plan", backlog, "--office", office, *FROM, "--out", out)
    code, said, err = call(capsys, *base, "--json")
    assert code == 1
    assert not out.exists()
    result = json.loads(said)
    assert result["status"] == "infeasible"
    (conflict,) = result["conflict"]
    assert conflict["code"] == "pin-closed"
    assert conflict["day"] == "2017-09-16"
    assert conflict["application_ids"] == ["Q"]
    assert "Q" in err
    assert conflict["text"] in re.sub(r"\s+", " ", err)
    backlog.write_text("\n".join([heading, *lines]))
    code, said, err = call(capsys, *base)
    assert (code, said) == (1, "")
    assert not out.exists()
    assert all(f"P{n}" in err for n in range(5))


@pytest.mark.slow
def test_a_sound_plan_is_verified(
    planned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = call(capsys, "verify", planned / "out", *raw(planned), "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "schema_version": 1,
        "ok": True,
        "proven": True,
        "choice_proven": None,
        "solver_proven": False,
        "violations": [],
        "changed_sheets": [],
        "not_checked": [
            "batches/*.xlsx",
            "engine",
            "holidays names",
            "plan.xlsx",
            "prices.csv one_less",
            "prices.csv one_more",
            "report.html",
            "seconds",
            "source",
        ],
    }
    assert call(capsys, "verify", planned / "out", *raw(planned))[0] == 0


@pytest.mark.slow
def test_a_damaged_plan_is_exit_1(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    for file in (planned / "out").iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    lines = (folder / "plan.csv").read_text("utf-8").splitlines()
    (folder / "plan.csv").write_text("\n".join(lines[:-1]) + "\n", "utf-8")
    code, out, _ = call(capsys, "verify", folder, *raw(planned), "--json")
    assert code == 1
    result = json.loads(out)
    assert result["ok"] is False
    assert result["violations"]
    code, out, _ = call(capsys, "verify", folder, *raw(planned))
    assert code == 1
    assert result["violations"][0]["code"] in out


def test_another_office_than_the_planned_one_is_exit_1(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Even where the plan would suit it too, the folder is no evidence for it."""
    backlog, office = planned / "backlog.csv", planned / "office.toml"
    other = tmp_path / "office.toml"
    text = office.read_text("utf-8")
    other.write_text(text + "\n[visits]\nevery_days = 29\n", "utf-8")
    code, out, _ = call(
        capsys,
        "verify",
        planned / "out",
        *("--backlog", backlog, "--office", other, "--json", "--lang", "id"),
    )
    assert code == 1
    found = json.loads(out)["violations"]
    assert found[-1]["message"] == (
        "office.toml di dalam folder tidak sesuai dengan isi berkas aslinya."
    )
    codes = [v["code"] for v in found]
    assert codes == ["stated-figure", "false-evidence"]  # its digest, and its copy


def test_check_refuses_a_start_far_from_all_records_as_plan_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backlog, office = write_case(tmp_path)
    far = ("--office", office, "--start", "2040-01-01")
    code, _, err = call(capsys, "check", backlog, *far)
    assert code == 2
    assert "more than 3,660 days away from every waiting_since of the backlog" in err
    code, _, planned = call(capsys, "plan", backlog, *far, "--out", tmp_path / "out")
    assert (code, planned) == (2, err)
    code, out, _ = call(capsys, "check", backlog, *far, "--json")
    assert code == 2
    assert json.loads(out)["problems"] == [err.strip().removeprefix("ektp-sched: ")]


def test_check_warns_of_a_start_long_after_the_last_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backlog, office = write_case(tmp_path)
    base = ("check", backlog, "--office", office)
    code, out, _ = call(capsys, *base, "--start", "2018-09-12")
    assert code == 0
    assert "The first day is 12 September 2018, 391 days after the latest" in out
    code, out, _ = call(capsys, *base, *FROM)
    assert code == 0
    assert "first day" not in out


@pytest.mark.slow
def test_interrupted_is_130_and_leaves_nothing(tmp_path: Path) -> None:
    rows = [f"A{n:06d},2017-0{1 + n % 8}-1{n % 10},,W" for n in range(100_000)]
    backlog, office = write_case(tmp_path, rows=rows)
    out = tmp_path / "out"
    base = ("plan", backlog, "--office", office, *FROM, "--out", out)
    code, said, err = interrupt(*base, when="Grouping")
    assert code == 130, err
    assert said == b""
    assert err.splitlines()[-1].endswith(INTERRUPTION)
    assert "Traceback" not in err
    assert sorted(os.listdir(tmp_path)) == ["backlog.csv", "office.toml"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("example", "when"),
    [
        # SCIP, and a moment at which what CP-SAT leaves behind would matter.
        ("quotas", "Solving"),
        ("saturdays", "Saying"),
        ("saturdays", "Writing …"),
    ],
)
def test_interrupted_in_a_solver_or_after_one_it_leaves_nothing(
    tmp_path: Path, example: str, when: str
) -> None:
    assert run("init", "case", "--example", example, cwd=tmp_path).returncode == 0
    case = tmp_path / "case"
    files = sorted(os.listdir(case))
    base = ("plan", "backlog.csv", "--office", "office.toml", *FROM)
    more = ("--days", "60", "--out", "new/out", "--lang", "en")
    code, said, err = interrupt(*base, *more, when=when, cwd=case)
    assert code == 130, err
    assert said == b""
    assert err.count(INTERRUPTION) == 1
    assert sorted(os.listdir(case)) == files


_DEAF = """
import hashlib, os, signal, threading
from ektp_sched.cli.interruption import watch

watch(lambda: (os.write(1, b"left"), os._exit(130)), patience=0.2)
# Long after the step below has begun, and long before it ends.
threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)  # one step of many minutes
"""


@pytest.mark.slow
def test_who_is_in_a_long_step_is_left_for() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _DEAF],
        capture_output=True,
        timeout=LONGEST,
        check=False,
        env={**os.environ, **PLAIN},
    )
    assert (done.returncode, done.stdout) == (130, b"left")


def test_interrupted_while_its_libraries_load_it_is_130_too(tmp_path: Path) -> None:
    """A library of that name comes first, and interrupts the one who loads it."""
    (tmp_path / "typer.py").write_text(
        "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(9)\n"
    )
    places = os.pathsep.join([str(tmp_path), PLAIN["PYTHONPATH"]])
    done = run("--version", env={"PYTHONPATH": places})
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == f"{INTERRUPTION}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_shell_completion_can_be_shown(shell: str, tmp_path: Path) -> None:
    done = run(
        env={
            "_EKTP_SCHED_COMPLETE": f"source_{shell}",
            "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
        }
    )
    assert done.returncode == 0, done.stderr
    assert "ektp-sched" in done.stdout


@pytest.mark.slow
def test_shell_completion_knows_the_commands() -> None:
    done = run(
        env={
            "_EKTP_SCHED_COMPLETE": "complete_bash",
            "COMP_WORDS": "ektp-sched ",
            "COMP_CWORD": "1",
        }
    )
    assert set(done.stdout.split()) >= set(COMMANDS)


def fail(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def broken(**_: object) -> None:
        raise error

    monkeypatch.setattr(command_line, "app", broken)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (MemoryError(), 1, "memory"),
        (OSError(28, "No space left on device", "out/x"), 2, "out/x: No space left"),
        (OSError("odd"), 2, "the system refused"),
        (ValueError("Siti 5371"), 1, "mistake in the program (ValueError in"),
    ],
)
def test_any_failure_is_one_line_without_data(
    error: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("EKTP_DEBUG", raising=False)
    fail(monkeypatch, error)
    assert command_line.run([]) == code
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert said in err
    assert "Siti" not in err
    assert "Traceback" not in err


def test_a_developer_can_see_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EKTP_DEBUG", "1")
    fail(monkeypatch, ValueError("inside"))
    assert command_line.run([]) == 1
    assert "ValueError: inside" in capsys.readouterr().err


def test_a_plan_that_fails_its_own_check_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ektp_sched.output import UnverifiedPlanError
    from ektp_sched.trust import Violation
    from ektp_sched.words import said

    fail(
        monkeypatch,
        UnverifiedPlanError(
            [Violation("printer-capacity", said("Too many.", "Terlalu banyak."))]
        ),
    )
    assert command_line.run([]) == 1
    assert "printer-capacity: Too many." in capsys.readouterr().err


def test_progress_is_for_terminals_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Progress(language("en")) as progress:
        progress("solve", 0.5)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Progress(language("id")) as progress:
        progress("solve", 0.5)
        progress("write", 1)
    err = capsys.readouterr().err
    assert "Mencari rencana terbaik … 50%" in err
    assert err.endswith("\r")


@pytest.mark.slow
def test_explain_answers_in_both_languages(
    planned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (planned / "out" / "plan.csv").read_text("utf-8").splitlines()
    wanted, day, printer = lines[-1].split(",")[:3]
    base = ("explain", planned / "out", wanted, *raw(planned))
    code, out, err = call(capsys, *base)
    assert (code, err) == (0, "")
    assert wanted in out
    assert printer in out
    code, out, _ = call(capsys, *base, "--lang", "id")
    assert code == 0
    assert "Permohonan" in out
    code, out, _ = call(capsys, *base, "--day", day, "--json")
    result = json.loads(out)
    assert result["application_id"] == wanted
    assert result["outcome"] == "printed"
    assert result["slot"]["day"] == day
    assert {price["day"] for price in result["prices"]} == {day}
    assert len(result["text"]) > 3


def test_explain_names_the_id_that_was_meant(
    planned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = call(capsys, "explain", planned / "out", "a-07", *raw(planned))
    assert (code, out) == (2, "")
    assert "a-07" in err
    assert "A07" in err
    assert err.count("\n") == 1


def write_log(planned: Path, path: Path, *, swap: bool) -> None:
    """Write the plan as a print log; swapped, the last card came first."""
    rows = (planned / "out" / "plan.csv").read_text("utf-8").splitlines()[1:]
    cards = [row.split(",")[:3] for row in rows]
    if swap:
        cards[0][0], cards[-1][0] = cards[-1][0], cards[0][0]
    lines = ["application_id,printed_at,printer", *map(",".join, cards)]
    path.write_text("\n".join(lines) + "\n", "utf-8")


def test_a_plan_carried_out_is_a_clean_audit(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, out = tmp_path / "log.csv", tmp_path / "audit"
    write_log(planned, log, swap=False)
    code, said, err = call(capsys, "audit", log, *raw(planned), "--out", out, "--json")
    assert (code, err) == (0, "")
    result = json.loads(said)
    assert result["cards"] == 20
    assert result["out_of_turn"] == result["unlisted"] == []
    assert json.loads((out / "audit.json").read_text("utf-8")) == result
    assert sorted(os.listdir(out)) == ["audit.json", "audit.xlsx"]


@pytest.mark.slow
def test_cards_out_of_turn_are_exit_1_and_named(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, out = tmp_path / "log.csv", tmp_path / "audit"
    write_log(planned, log, swap=True)
    jumper, first, printer = log.read_text("utf-8").splitlines()[1].split(",")
    with log.open("a", encoding="utf-8") as further:
        further.write(f"nobody,{first},{printer}\n")
    base = ("audit", log, *raw(planned), "--out", out)
    code, said, _ = call(capsys, *base)
    assert code == 1
    assert jumper in said
    assert str(out) in said
    assert "  log.csv, row 22\n" in said or "  log.csv, baris 22\n" in said
    code, said, _ = call(capsys, *base, "--json")
    assert code == 1
    named = [card["application_id"] for card in json.loads(said)["out_of_turn"]]
    assert jumper in named
    stray = {"application_id": "nobody", "printed_at": first}
    assert json.loads(said)["unlisted"] == [stray | {"file": "log.csv", "row": 22}]


@pytest.mark.slow
def test_agreement_of_two_plans(
    planned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from ektp_sched.example.agreement import main

    base = ("plan", planned / "backlog.csv", "--office", planned / "office.toml")
    short = tmp_path / "short"
    code, _, _ = call(capsys, *base, *FROM, "--days", "2", "--no-xlsx", "--out", short)
    assert code == 0
    assert main([str(planned / "out"), str(planned / "out")]) == 0
    assert "equal, both proven" in capsys.readouterr().out
    assert main([str(planned / "out"), str(short)]) == 1
    assert "DIFFERENT" in capsys.readouterr().out
