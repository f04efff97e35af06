"""checker.py: a second check that shares no code, on plan folders alone."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from builders import (
    START,
    Case,
    make_backlog,
    make_office,
    make_plan,
    planned,
    renewed,
    write_folder,
)
from cli_server import LONGEST
from damages import DAMAGES, Damage, base, slots_of

from ektp_sched.trust import checker

CHECKER = Path(checker.__file__)


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the checker with a bare Python: isolated, without site packages."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(CHECKER), str(folder), *options],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


def found(folder: Path) -> list[str]:
    """Renew a folder's digests and check it; return the codes of what is wrong."""
    renewed(folder)
    check = checker.Folder(folder)
    check.run()
    return [code for code, _ in check.wrong]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stock", "reserve", "shifts"])
def test_the_best_plan_passes(name: str, tmp_path: Path) -> None:
    case, plan = base(name)
    result = run(write_folder(plan, case, tmp_path), "--lang", "en")
    assert (result.returncode, result.stderr) == (0, "")
    assert "read 30, planned 30, held 0, rejected 0, printed" in result.stdout
    assert "no plan that keeps these rules is better" in result.stdout
    assert "does not say that the rule is right or the input true" in result.stdout
    assert "nothing wrong was found" in result.stdout


def test_it_speaks_indonesian(tmp_path: Path) -> None:
    case, plan = base("stock")
    result = run(write_folder(plan, case, tmp_path))
    assert result.returncode == 0
    assert result.stdout.startswith("terbaca 30, direncanakan 30, belum siap cetak 0")
    assert "tidak ditemukan kesalahan" in result.stdout
    assert "sebaik mungkin" in result.stdout


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda d: d.name)
def test_every_damage_is_found_and_named(damage: Damage, tmp_path: Path) -> None:
    case, plan = damage.damaged()
    assert damage.checker in found(write_folder(plan, case, tmp_path))


def test_a_damaged_folder_exits_with_one(tmp_path: Path) -> None:
    damage = next(d for d in DAMAGES if d.code == "printer-capacity")
    case, plan = damage.damaged()
    result = run(write_folder(plan, case, tmp_path), "--lang", "en")
    assert result.returncode == 1
    assert "p1 2017-09-18: 4 > 2: more cards than the limit" in result.stdout
    assert "do not use this plan before they are explained" in result.stdout
    assert "Optimal" not in result.stdout


@pytest.mark.slow
def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("absent", "empty"):
        result = run(tmp_path / name)
        assert (result.returncode, result.stdout) == (2, "")
        assert "there" in result.stderr
        assert "tidak ada" in result.stderr
        assert "Err" not in result.stderr


@pytest.mark.parametrize("key", ["read", "planned", "held", "printed", "unprinted"])
def test_counts_in_the_summary_are_checked(key: str, tmp_path: Path) -> None:
    case, plan = base("stock")
    folder = write_folder(plan, case, tmp_path)
    (folder / "held.csv").write_text("application_id,status\nx,SFE\n", encoding="utf-8")
    path = folder / "summary.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    summary |= {"read": 31, "held": 1, "held_by_status": {"SFE": 1}}
    summary["by_area"][0]["held"] = 1
    path.write_text(json.dumps(summary), encoding="utf-8")
    assert found(folder) == []
    summary[key] += 1
    path.write_text(json.dumps(summary), encoding="utf-8")
    assert set(found(folder)) == {"claim"}


def test_an_unproven_plan_is_not_called_optimal(tmp_path: Path) -> None:
    case, plan = base("stock")
    honest = make_plan(case, slots_of(case, plan))
    folder = write_folder(replace(honest, unprinted=plan.unprinted), case, tmp_path)
    result = run(folder, "--lang", "en")
    assert result.returncode == 0
    assert "Not proven optimal" in result.stdout


def cut_short(folder: Path, proven: int, stated: int) -> None:
    """Call the first tiers proven, and state the prices of as many as wanted."""
    path, proof = folder / "summary.json", folder / "certificate.json"
    summary = json.loads(path.read_text(encoding="utf-8"))
    for number, tier in enumerate(summary["tiers"]):
        tier["proven"] = number < proven
        tier["bound"] = tier["value"] if number < proven else None
    path.write_text(json.dumps(summary | {"status": "feasible"}), encoding="utf-8")
    prices = json.loads(proof.read_text(encoding="utf-8"))
    prices["tiers"] = prices["tiers"][:stated]
    proof.write_text(json.dumps(prices), encoding="utf-8")
    renewed(folder)


@pytest.mark.slow
@pytest.mark.parametrize("proven", [1, 2, 3])
def test_a_plan_cut_short_is_proven_as_far_as_it_says(
    proven: int, tmp_path: Path
) -> None:
    case, plan = base("stock")
    folder = write_folder(plan, case, tmp_path)
    cut_short(folder, proven, proven)
    result = run(folder, "--lang", "en")
    assert (result.returncode, result.stdout.count("(proven)")) == (0, proven)
    assert "Not proven optimal" in result.stdout
    assert "The certificate holds" not in result.stdout
    # One tier more than the certificate shows.
    cut_short(folder, proven + 1, proven)
    assert set(found(folder)) == {"claim"}
    cut_short(folder, 0, 0)
    assert found(folder) == ["proof"]


@pytest.mark.slow
def test_a_folder_that_cannot_be_read_exits_with_two(tmp_path: Path) -> None:
    case, plan = base("stock")
    folder = write_folder(plan, case, tmp_path / "out")
    (folder / "plan.csv").rename(folder / "plan.parquet")
    result = run(folder, "--lang", "en")
    assert result.returncode == 2
    assert "--format csv" in result.stderr
    (folder / "plan.csv").write_text("application_id,day\na,soon\n", encoding="utf-8")
    result = run(folder, "--lang", "en")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("This folder cannot be checked: ")
    assert "Traceback" not in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("office.toml", "target_days = 30", "target_days = 0"),
        ("office.toml", "batch_size = ", "batch_size = 0 # "),
        ("summary.json", '"days": 8', '"days": 10000000'),
        ("summary.json", '"start": "2017-09-12"', '"start": "9999-12-30"'),
        ("certificate.json", "{", "[" * 100_000),
        ("plan.csv", "routine", "r" * 200_000),
    ],
    ids=["target", "batch", "days", "start", "depth", "field"],
)
def test_no_damage_makes_it_crash(
    name: str, old: str, new: str, tmp_path: Path
) -> None:
    case, plan = base("stock")
    path = write_folder(plan, case, tmp_path) / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    result = run(tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_an_applicant_listed_twice_is_found(tmp_path: Path) -> None:
    case, plan = base("stock")
    path = write_folder(plan, case, tmp_path) / "applications.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    assert "once" in found(tmp_path)


def test_the_certificate_must_state_the_scale(tmp_path: Path) -> None:
    case, plan = base("stock")
    path = write_folder(plan, case, tmp_path) / "certificate.json"
    stated = json.loads(path.read_text(encoding="utf-8"))
    stated["tiers"][-1]["scale"] += 1
    path.write_text(json.dumps(stated), encoding="utf-8")
    assert set(found(tmp_path)) == {"proof", "claim"}


def test_a_printer_may_be_called_reserve(tmp_path: Path) -> None:
    """Its limit and that of the reserve are two things."""
    office = make_office(
        servers=[{"id": "s1", "cards_per_day": 9}],
        printers=[
            {"id": "reserve", "cards_per_day": 1},
            {"id": "p2", "cards_per_day": 5, "areas": ["Alak"]},
        ],
        reserve={"cards_per_day": 2},
    )
    rows = [{"application_id": f"A{n}", "waiting_since": START} for n in range(6)]
    case = Case(office, make_backlog(rows, office), 3)
    folder = write_folder(planned(case), case, tmp_path)
    assert found(folder) == []
    crowded = make_plan(case, [(n // 3, "reserve", "s1") for n in range(6)])
    assert "limit" in found(write_folder(crowded, case, tmp_path / "crowded"))


@pytest.mark.slow
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_sheets_that_excel_saved_are_read(
    separator: str, encoding: str, tmp_path: Path
) -> None:
    """Filled in with an accent, and blank rows behind."""
    case, plan = base("stock")
    folder = write_folder(plan, case, tmp_path)
    for path in folder.glob("batches/*/*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
        lines = csv.reader(io.StringIO(text), delimiter=max(";,", key=text.count))
        rows = [
            [*line[:-1], "oke, José"] if n else line for n, line in enumerate(lines)
        ]
        rows.append([" "] * len(rows[0]))
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=separator).writerows(rows)
    result = run(folder, "--lang", "en")
    assert (result.returncode, result.stderr) == (0, "")
    assert "nothing wrong was found" in result.stdout


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
@pytest.mark.parametrize("kind", ["pipe", "folder"])
@pytest.mark.parametrize("name", ["plan.csv", "office.toml", "summary.json", "sheet"])
def test_what_is_no_file_is_never_waited_for(
    name: str, kind: str, tmp_path: Path
) -> None:
    case, plan = base("stock")
    folder = write_folder(plan, case, tmp_path)
    path = folder / name
    if name == "sheet":
        path = next(folder.glob("batches/*/*.csv"))
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    result = subprocess.run(
        [sys.executable, "-I", "-S", str(CHECKER), str(folder), "--lang", "en"],
        capture_output=True,
        encoding="utf-8",
        timeout=LONGEST,
        check=False,
    )
    said = result.stdout + result.stderr
    assert result.returncode == (1 if name == "sheet" else 2)
    assert ("another list than plan.csv" if name == "sheet" else name) in said
    assert "Traceback" not in said
