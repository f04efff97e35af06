"""Forgetting somebody: what is gone, what still holds, what is said to remain."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest
from cli_cases import run

from ektp_sched.backlog.identity import make_key
from ektp_sched.days import OfficeFolder, open_office
from ektp_sched.days.corrections import reprint, undo
from ektp_sched.days.forget import forget, forgotten_refs
from ektp_sched.days.signature import Signature
from ektp_sched.errors import LedgerError, UsageError
from ektp_sched.ledger import breaks
from ektp_sched.ledger.backup import back_up
from ektp_sched.trust import checker

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

OFFICE = """\
name = "Kantor"
language = "en"
[[servers]]
id = "server-1"
cards_per_day = 4
[[printers]]
id = "printer-1"
cards_per_day = 4
[identity]
from = "NIK"
"""
ROWS = [
    f"53710112000{n:05d},2017-0{1 + n % 8}-1{n % 10},Warga Nomor {n},Alak,ket {n}"
    for n in range(11, 21)
]
NAME = "Warga Nomor 16"  # of the first who is printed


def export(rows: list[str]) -> str:
    return "\n".join(["NIK,waiting_since,nama,kelurahan,catatan", *rows]) + "\n"


@pytest.fixture
def office(tmp_path: Path) -> OfficeFolder:
    """An office of two mornings, whose second export has one person less."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "office.toml").write_text(OFFICE)
    make_key(tmp_path / "identity.key")
    (tmp_path / "exports/one.csv").write_text(export(ROWS))
    done = run("today", tmp_path, "--on", "2017-09-12", "--by", "Ina")
    assert done.returncode == 0, done.stderr
    rest = [row for row in ROWS if NAME not in row]
    (tmp_path / "exports/two.csv").write_text(export(rest))
    done = run(*("today", tmp_path, "--on", "2017-09-13", "--open", "exclude"))
    assert done.returncode == 0, done.stderr
    return open_office(tmp_path)


def number(name: str) -> str:
    return next(row for row in ROWS if name in row).split(",")[0]


def id_of(office: OfficeFolder, name: str) -> str:
    from ektp_sched.backlog.identity import id_of_number

    return str(id_of_number(number(name), office.office))


def bytes_of(folder: Path) -> bytes:
    """Return all that lies in a folder, workbooks unpacked."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".xlsx":
            sheets = openpyxl.load_workbook(path).worksheets
            cells = [c.value for sheet in sheets for row in sheet for c in row]
            found.append("\n".join(map(str, cells)).encode())
        elif path.is_file():
            found.append(path.read_bytes())
    return b"\n".join(found)


def test_somebody_is_forgotten_everywhere_and_all_still_holds(
    office: OfficeFolder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ident = id_of(office, NAME)
    copy = tmp_path_factory.mktemp("backup") / "copy.zip"
    back_up(office.ledger, copy)
    assert NAME.encode() in bytes_of(office.path)
    assert ident.encode() in (office.path / "ledger.db").read_bytes()
    done = forget(office, number(NAME), by="Ina", reason="permintaan sendiri")
    assert done.persons == 1
    assert done.rewritten == ("exports/one.csv",)
    left = bytes_of(office.path)
    assert NAME.encode() not in left
    assert number(NAME).encode() not in left
    assert b"Warga Nomor 17" in left  # others stay
    for path in office.path.glob("ledger.db*"):
        assert ident.encode() not in path.read_bytes()
    with office.ledger.reading() as reader:
        assert breaks(reader.connection) == []
        last = reader.acts()[-1]
        assert last.kind == "forget"
        assert ident not in json.dumps(last.detail)
        refs = set(reader.facts("forgotten")["ref"])
    assert forgotten_refs(office) == refs
    for plan in office.plans():
        check = checker.Folder(plan.path)
        check.run()
        assert check.wrong == []
    verified = run("ledger", "verify", office.path, "--plans")
    assert verified.returncode == 0, verified.stdout
    # An older backup brings nobody back.
    (office.path / "ledger.db").unlink()
    restored = run("ledger", "restore", office.path, copy, "--by", "Ina")
    assert restored.returncode == 0, restored.stderr
    assert ident.encode() not in (office.path / "ledger.db").read_bytes()


def test_who_is_in_the_newest_export_is_not_forgotten(office: OfficeFolder) -> None:
    before = bytes_of(office.path / "exports")
    with pytest.raises(LedgerError, match="newest export"):
        forget(office, number("Warga Nomor 17"), by="Ina")
    with pytest.raises(UsageError) as unknown:
        forget(office, "5371011299999999", by="Ina")
    assert "5371011299999999" not in str(unknown.value)
    assert bytes_of(office.path / "exports") == before
    # Also one that was only dropped, and not read yet.
    (office.path / "exports/three.csv").write_text(export(ROWS))
    with pytest.raises(LedgerError, match="newest export"):
        forget(office, number(NAME), by="Ina")


def test_the_checker_checks_a_whole_office(
    office: OfficeFolder, tmp_path: Path
) -> None:
    """Without this package: from the database, and from a backup."""
    backup = tmp_path / "copy.zip"
    back_up(office.ledger, backup)
    head = office_head(office)

    def check(*words: object) -> tuple[int, str]:
        program = [sys.executable, "-I", checker.__file__, office.path, *words]
        done = subprocess.run(
            [str(word) for word in program],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    for source in ((), ("--ledger", backup)):
        code, told = check(*source, "--head", head, "--lang", "en")
        assert code == 0, told
        assert check(*source, "--head", "00000-00000-00000-00000")[0] == 1
    plan = office.plans()[-1].path / "plan.csv"
    whole = plan.read_text()
    plan.write_text(whole.replace("printer-1", "printer-2", 1))
    code, told = check("--lang", "en")
    assert code == 1
    assert re.search(r"plan\.csv: not what its act sealed", told)
    assert run("ledger", "verify", office.path, "--plans").returncode == 1
    plan.write_text(whole)
    with office.ledger.writing() as writer:
        for trigger in ("kept_seen_update", "kept_acts_update"):
            writer.connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        edit = "UPDATE seen SET waiting_since = '2010-01-01'"
        writer.connection.exec_driver_sql(edit)
    code, told = check("--lang", "en")
    assert code == 1
    assert "rows were changed" in told


def office_head(office: OfficeFolder) -> str:
    summary = json.loads((office.plans()[-1].path / "summary.json").read_bytes())
    return str(summary["ledger"]["head"])


def test_those_handed_over_long_ago_are_forgotten_together(
    office: OfficeFolder,
) -> None:
    import polars as pl

    from ektp_sched.ledger import NewAct

    with office.ledger.writing() as writer:
        persons = writer.names()["person"]
        handed = {"person": persons, "day": office.plans()[0].day}
        new = NewAct(kind="handed", day=office.plans()[1].day, by="Ina")
        act = writer.append(new, {"handed": pl.DataFrame(handed)})
    restore_day = office.plans()[1].day
    done = forget(office, handed_over_before=restore_day, by="Ina")
    assert (done.persons, done.in_export) == (1, 9)
    sign = Signature(by="Sri", day=restore_day, reason="misclick", approved_by="Ina")
    with pytest.raises(LedgerError, match="forgotten"):
        undo(office, act.number, sign)


def test_a_name_that_only_an_undone_act_knows_is_forgotten(
    office: OfficeFolder,
) -> None:
    """So it is with a card from the reserve, and with one printed anew by mistake."""
    ident = id_of(office, NAME)
    sign = Signature(by="Sri", day=date(2017, 9, 13), reason="lost-card")
    two = replace(sign, approved_by="Ina", confirmed=True)
    anew, _ = reprint(office, [ident], two)
    assert anew is not None
    undo(office, anew, two)
    assert forget(office, ident, by="Ina").persons == 1
    for path in office.path.glob("ledger.db*"):
        assert ident.encode() not in path.read_bytes()
