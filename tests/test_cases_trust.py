"""Plan folders that fooled the program once: what is right of each."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from folder_damages import by_checker
from typer.testing import CliRunner

from ektp_sched.backlog import read_backlog
from ektp_sched.cli.app import app
from ektp_sched.office import Office
from ektp_sched.output import check_evidence, check_folder, load
from ektp_sched.trust import verify

CASES = Path(__file__).parents[2] / "shared" / "cases" / "trust"
pytestmark = pytest.mark.skipif(
    not CASES.exists(), reason="the cases kept outside are not here"
)


def codes(folder: Path, backlog: Path, office: Path) -> set[str]:
    rules = Office.load(office)
    people = read_backlog(backlog, rules, provisional=True)
    plan = load(folder)
    found = [*verify(plan, people, rules), *check_folder(plan)]
    return {each.code for each in [*found, *check_evidence(plan, people, rules)]}


def of(case: str, name: str, office: str = "office.toml") -> set[str]:
    folder = CASES / case
    return codes(folder / name, folder / "backlog.csv", folder / office)


def test_a_folder_s_path_is_no_pattern() -> None:
    assert of("glob-folder", "out [2]") == set()
    assert by_checker(CASES / "glob-folder" / "out [2]") == set()
    assert {"tier-value", "certificate-tiers"} <= of("glob-folder", "out[1]")
    assert by_checker(CASES / "glob-folder" / "out[1]")
    path = str(CASES / "glob-folder" / "out [2]")
    result = CliRunner().invoke(app, ["explain", path, "a0", "--lang", "en"])
    assert (result.exit_code, "a0" in result.output) == (0, True)


@pytest.mark.parametrize("name", ["a?b", "a*b", "[]", "[!a]", "{a,b}", "day=2017"])
def test_no_sign_of_a_path_is_a_pattern(name: str, tmp_path: Path) -> None:
    shutil.copytree(CASES / "glob-folder" / "out1", tmp_path / name)
    folder = CASES / "glob-folder"
    found = codes(tmp_path / name, folder / "backlog.csv", folder / "office.toml")
    assert found == set()


def test_a_certificate_is_missed_where_ribbons_cannot_run_out() -> None:
    assert of("downgrade-ribbon-ample", "true-out") == set()
    assert by_checker(CASES / "downgrade-ribbon-ample" / "true-out") == set()
    found = of("downgrade-ribbon-ample", "forged-out")
    assert {"status", "better-exchange"} <= found
    found = by_checker(CASES / "downgrade-ribbon-ample" / "forged-out")
    assert {"claim", "better"} <= found


def test_the_tie_break_is_verified_beside_quotas() -> None:
    assert of("tie-quota", "out") == {"tie-break"}
    assert by_checker(CASES / "tie-quota" / "out") == {"tie"}
    assert of("tie-quota", "out-noquota", "o2.toml") == set()
    assert by_checker(CASES / "tie-quota" / "out-noquota") == set()


def test_an_unknown_server_is_a_violation() -> None:
    folder = CASES / "verify-crash-unknown-server"
    options = ["--backlog", str(folder / "backlog.csv")]
    options += ["--office", str(folder / "office.toml"), "--json"]
    result = CliRunner().invoke(app, ["verify", str(folder / "out"), *options])
    assert result.exit_code == 1
    stated = json.loads(result.stdout)
    assert stated["ok"] is False
    assert "unknown-server" in {each["code"] for each in stated["violations"]}
    assert "rule" in by_checker(folder / "out")
