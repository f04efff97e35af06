"""The commands ``ledger …``: what they say, in which language, with which code."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cli_cases import OFFICE, run
from test_ledger_database import begun, in_file

from ektp_sched.trust import checker

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SECRET = "hush-hush"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office folder with a ledger of four acts, without plan folders."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "office.toml").write_text(OFFICE)
    begun(in_file(folder))
    return folder


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(made, tmp_path / "office")


def edited(office: Path) -> Path:
    with sqlite3.connect(office / "ledger.db") as hand:
        hand.execute("DROP TRIGGER kept_prints_update")
        hand.execute("UPDATE prints SET result = 'printed'")
    hand.close()
    return office


def test_a_ledger_as_it_was_written_verifies(office: Path) -> None:
    done = run("ledger", "verify", cwd=office)
    assert done.returncode == 0, done.stderr
    assert "--head" in done.stdout  # that none was given is said
    done = run("ledger", "verify", office, "--json")
    document = json.loads(done.stdout)
    assert document["ok"]
    assert (document["acts"], document["protected"], document["unprotected"]) == (
        4,
        3,
        1,
    )
    head = document["head"]
    done = run("ledger", "verify", office, "--head", head[:20], "--json")
    assert json.loads(done.stdout)["unprotected"] == 0


def test_every_break_is_a_sentence_in_the_language_asked_for(office: Path) -> None:
    done = run("ledger", "verify", edited(office))
    assert done.returncode == 1
    assert "act 4" in done.stdout
    assert "trigger" in done.stdout
    done = run("ledger", "verify", office, "--json", "--lang", "id")
    breaks = json.loads(done.stdout)["breaks"]
    assert {each["what"] for each in breaks} == {"facts", "trigger"}
    assert "catatan 4" in breaks[0]["message"]
    done = run("ledger", "verify", office, "--head", "12345-12345-12345-12345")
    assert "12345-12345-12345-12345" in done.stdout


def test_a_wrong_head_is_one_sentence(office: Path) -> None:
    """Of a ledger that paper contradicts nothing else is said to be on paper or not."""
    head = "12345-12345-12345-12345"
    done = run("ledger", "verify", office, "--head", head)
    assert done.returncode == 1
    (sentence,) = done.stdout.splitlines()
    assert head in sentence
    alone = [sys.executable, "-I", str(checker.__file__), str(office), "--lang", "en"]
    done = subprocess.run(
        [*alone, "--head", head], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert head in done.stdout
    assert "last head on paper" not in done.stdout


def test_a_plan_act_without_its_folder_is_said(office: Path) -> None:
    done = run("ledger", "verify", office, "--plans", "--json")
    assert done.returncode == 1
    assert [plan["plan"] for plan in json.loads(done.stdout)["plans"]] == [1]


def test_history_shows_the_acts_asked_for(office: Path) -> None:
    done = run("ledger", "history", office, "--json")
    acts = json.loads(done.stdout)["acts"]
    assert [act["kind"] for act in acts] == ["begin", "import", "plan", "prints"]
    done = run("ledger", "history", office, "--kind", "prints", "--json")
    assert [act["number"] for act in json.loads(done.stdout)["acts"]] == [4]
    done = run("ledger", "history", office, "--from", "2017-09-13", "--json")
    assert json.loads(done.stdout)["acts"] == []
    done = run("ledger", "history", office, "--lang", "id")
    assert "rencana" in done.stdout
    assert "A1" not in done.stdout
    done = run("ledger", "history", office, "--kind", "party")
    assert done.returncode == 2
    assert "prints" in done.stderr


def test_the_address_is_told_without_its_password(office: Path) -> None:
    assert run("ledger", "url", office).stdout.strip().endswith("ledger.db")
    address = f"postgresql://ina:{SECRET}@127.0.0.1:9/office"
    done = run("ledger", "url", office, env={"EKTP_LEDGER": address})
    assert done.returncode == 0
    assert "127.0.0.1" in done.stdout
    for words in (("verify",), ("backup", "x.zip"), ("history",)):
        done = run(
            *("ledger", words[0], office, *words[1:]),
            env={"EKTP_LEDGER": address, "EKTP_DEBUG": "1"},
        )
        assert done.returncode == 2
        assert SECRET not in done.stdout + done.stderr
    done = run("ledger", "url", office, "--ledger", address)
    assert done.returncode == 2
    assert SECRET not in done.stderr
    (office / "office.toml").write_text(f'{OFFICE}[ledger]\nurl = "{address}"\n')
    done = run("ledger", "url", office)
    assert done.returncode == 2
    assert SECRET not in done.stderr
    assert "ledger.url" in done.stderr


def test_the_office_file_says_where_the_ledger_is(office: Path) -> None:
    (office / "ledger.db").rename(office / "mine.db")
    url = 'url = "sqlite:///mine.db"'
    (office / "office.toml").write_text(f"{OFFICE}[ledger]\n{url}\n")
    assert run("ledger", "verify", office).returncode == 0
    assert "mine.db" in run("ledger", "url", office).stdout
    known = run("status", office, "A1", "--json")
    assert json.loads(known.stdout)["known"], known.stderr


def test_backup_and_restore_say_what_they_did(office: Path, tmp_path: Path) -> None:
    file = tmp_path / "copy.zip"
    done = run("ledger", "backup", office, file, "--json")
    assert json.loads(done.stdout)["acts"] == 4
    assert run("ledger", "backup", office, file).returncode == 2
    (office / "ledger.db").unlink()
    absent = run("ledger", "verify", office)
    assert absent.returncode == 2
    assert "not there yet" in absent.stderr
    done = run("ledger", "restore", file, cwd=office)
    assert done.returncode == 0, done.stderr
    assert run("ledger", "verify", office).returncode == 0
    done = run("ledger", "restore", office, tmp_path / "none.zip")
    assert done.returncode == 2


def test_a_word_that_is_no_command_names_the_nearest(office: Path) -> None:
    done = run("ledger", "verfy", office)
    assert done.returncode == 2
    assert "ektp-sched ledger verify" in done.stderr
    done = run("ledger")
    assert done.returncode == 2
    for name in ("verify", "history", "backup", "restore", "forget", "url"):
        told = run("ledger", name, "--help").stdout
        assert f"ektp-sched ledger {name}" in told.partition("Example")[2]


@pytest.mark.parametrize("words", [("today",), ("record", "--all"), ("ledger", "url")])
def test_a_wrong_address_is_said_in_the_offices_language(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    office = OFFICE.replace('language = "en"', 'language = "id"')
    (tmp_path / "office.toml").write_text(office)
    done = run(*words, "--ledger", "no address", cwd=tmp_path)
    assert done.returncode == 2
    assert "alamat" in done.stderr
