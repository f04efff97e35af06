"""The office file is changed as an act: whole, once, and by nobody unseen."""

from __future__ import annotations

import errno
import json
import os
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from cli_cases import HEADING, OFFICE, ROWS, run

from ektp_sched.days import office as changing
from ektp_sched.days import open_office
from ektp_sched.days.corrections import undo
from ektp_sched.days.folder import write_waiting
from ektp_sched.days.office import change_office, read_new
from ektp_sched.days.signature import Signature
from ektp_sched.errors import AskedError, FolderError, LedgerError, OfficeError
from ektp_sched.failures import failure
from ektp_sched.ledger import breaks
from ektp_sched.morning import today
from ektp_sched.morning.basis import basis_of, made_of
from ektp_sched.morning.intake import read_export
from ektp_sched.morning.plans import put_plan
from ektp_sched.office import dump
from ektp_sched.trust import checker_ledger
from ektp_sched.trust.checker import Folder

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.days import OfficeFolder
    from ektp_sched.days.office import NewOffice
    from ektp_sched.ledger import Act

pytestmark = pytest.mark.slow

TUESDAY = date(2017, 9, 12)
SIGNED = Signature(by="Maria", day=TUESDAY, confirmed=True)
FASTER = OFFICE.replace("cards_per_day = 4", "cards_per_day = 5", 1)


@pytest.fixture
def office(tmp_path: Path) -> OfficeFolder:
    (tmp_path / "office.toml").write_text(OFFICE)
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "1.csv").write_text("\n".join([HEADING, *ROWS, ""]))
    return open_office(tmp_path)


def text(folder: OfficeFolder) -> str:
    return (folder.path / "office.toml").read_text()


def change(folder: OfficeFolder, new: str, *, rests_on: str | None = None) -> NewOffice:
    read = sha256(text(folder).encode()).hexdigest() if rests_on is None else rests_on
    return change_office(folder, new.encode(), SIGNED, rests_on=read)


def acts(folder: OfficeFolder) -> list[Act]:
    with folder.ledger.reading() as reader:
        assert breaks(reader.connection, []) == []
        return reader.acts(live=False)


def left(folder: OfficeFolder) -> list[str]:
    return [path.name for path in folder.path.iterdir() if path.name[:4] == ".off"]


# -- what differs ----------------------------------------------------------------------


def test_what_differs_is_told_by_key(office: OfficeFolder) -> None:
    new = f"""{OFFICE.replace("target_days = 30", "target_days = 28")}
[[servers]]
id = "server-0"
cards_per_day = 9
[calendar]
workdays = ["mon", "tue"]
closed = [2017-12-27]
[cards.KIA]
stock = 12
"""
    new = new.replace(
        '[[printers]]\nid = "printer-1"', '[[printers]]\nid = "printer-3"'
    )
    changes = {c.key: (c.old, c.new) for c in read_new(office, new.encode()).changes}
    assert changes.pop("calendar.workdays")[1] == "mon, tue"
    assert changes.pop("urgency.routine.target_days") == ("30", "28")
    assert changes.pop("servers[server-0].cards_per_day") == (None, "9")
    assert changes.pop("printers[printer-1].cards_per_day") == ("3", None)
    assert changes.pop("printers[printer-3].cards_per_day") == (None, "3")
    assert changes.pop("cards.KIA.stock") == (None, "12")
    assert changes.pop("calendar.closed")[1] == "2017-12-27"
    others = {key for key in changes if "server-1" in key or "printer-2" in key}
    assert others == set()
    assert read_new(office, f"# a remark\n{OFFICE}".encode()).changes == ()


# -- the act ---------------------------------------------------------------------------


def test_a_change_is_one_act_and_the_same_again_is_none(office: OfficeFolder) -> None:
    changed = change(office, FASTER)
    assert text(office) == FASTER
    begun, act = acts(office)
    assert (begun.kind, act.kind, act.number) == ("begin", "office", changed.act)
    assert act.detail["keys"] == ["servers[server-1].cards_per_day"]
    assert act.detail["sha256"] == sha256(FASTER.encode()).hexdigest()
    assert "5" not in json.dumps(act.detail["keys"])
    assert change(office, FASTER).act is None
    assert len(acts(office)) == 2
    assert left(office) == []
    with pytest.raises(LedgerError):
        undo(office, act.number, SIGNED)
    assert today(open_office(office.path), by="Sri", on=TUESDAY, report=False).place


def test_who_was_overtaken_is_asked_and_nothing_is_lost(office: OfficeFolder) -> None:
    before = office.office.source_digest
    change(office, FASTER)
    other = OFFICE.replace("target_days = 3\n", "target_days = 2\n")
    with pytest.raises(AskedError) as asked:
        change(office, other, rests_on=before)
    assert failure(asked.value).asks == "overtaken"
    assert text(office) == FASTER
    assert len(acts(office)) == 2


def test_what_is_wrong_is_not_recorded(office: OfficeFolder) -> None:
    wrong = FASTER.replace("target_days = 30", "target_days = 0")
    with pytest.raises(OfficeError) as caught:
        change(office, wrong)
    assert caught.value.file == "office.toml"
    assert "target_days" in str(caught.value)
    with pytest.raises(LedgerError):
        change(office, f'{FASTER}[ledger]\nurl = "sqlite:///other.db"\n')
    assert text(office) == OFFICE
    assert not office.ledger.exists or acts(office) == []


def test_a_workbook_is_taken_in_the_form_of_the_folder(
    office: OfficeFolder, tmp_path: Path
) -> None:
    new = office.path / "new"
    new.mkdir()
    (new / "office.toml").write_text(FASTER)
    (new / "exports").mkdir()
    faster = open_office(new).office
    dump(faster, new / "office.xlsx")
    digest = office.office.source_digest or ""
    changed = change_office(office, new / "office.xlsx", SIGNED, rests_on=digest)
    assert [each.key for each in changed.changes] == ["servers[server-1].cards_per_day"]
    assert open_office(office.path).office == faster
    (new / "office.toml").unlink()
    workbook = open_office(new)
    with pytest.raises(OfficeError):
        read_new(workbook, OFFICE.encode())


# -- killed between act and file -------------------------------------------------------


def test_what_was_never_committed_is_taken_away(office: OfficeFolder) -> None:
    change(office, FASTER)
    write_waiting(office.path, 3, OFFICE.encode())
    assert open_office(office.path).office.servers[0].cards_per_day == 5
    assert left(office) == []


@pytest.mark.parametrize("edited", [False, True])
def test_what_was_committed_is_put_in_place_by_whoever_comes_next(
    office: OfficeFolder, monkeypatch: pytest.MonkeyPatch, *, edited: bool
) -> None:
    calls = iter([False])

    def killed(*_: Any) -> bool:
        try:
            return next(calls)
        except StopIteration:
            raise KeyboardInterrupt from None

    with monkeypatch.context() as context:
        context.setattr(changing, "settle_office", killed)
        with pytest.raises(KeyboardInterrupt):
            change(office, FASTER)
    assert text(office) == OFFICE
    assert len(left(office)) == 1
    by_hand = f"{OFFICE}# by hand\n"
    if edited:
        (office.path / "office.toml").write_text(by_hand)
    now = open_office(office.path).office
    assert now.servers[0].cards_per_day == (4 if edited else 5)
    assert text(office) == (by_hand if edited else FASTER)
    assert left(office) == []


def test_a_file_that_is_open_elsewhere_is_put_in_place_later(
    office: OfficeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as context:
        context.setattr("ektp_sched.days.folder.replace_file", denied)
        with pytest.raises(FolderError):
            change(office, FASTER)
        with pytest.raises(FolderError):
            open_office(office.path)
    assert open_office(office.path).office.servers[0].cards_per_day == 5
    assert [act.kind for act in acts(office)] == ["begin", "office"]


def test_no_plan_is_made_for_an_office_that_was_changed(office: OfficeFolder) -> None:
    today(office, by="Sri", on=TUESDAY, days=5, report=False)
    wednesday = date(2017, 9, 13)
    export = office.path / "exports" / "1.csv"
    backlog = read_export(office, export, wednesday, 0.5)
    change(office, FASTER)
    basis = basis_of(office, backlog, wednesday)
    made = made_of(office, basis, wednesday, 5, None)
    signed = Signature(by="Sri", day=wednesday, confirmed=True)
    with pytest.raises(LedgerError):
        put_plan(office, made, basis.state, signed, report=False)
    assert not (office.path / "plans" / "2017-09-13").exists()


# -- who else knows of it --------------------------------------------------------------


def test_the_command_and_the_checkers_know_the_act(
    office: OfficeFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    new = office.path / "lists"
    new.mkdir()
    (new / "new.toml").write_text(FASTER)
    where = ("record", office.path, "--office", new / "new.toml", "--by", "Maria")
    done = run(*where, "--reason", "new machine", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["changes"] == [
        {"key": "servers[server-1].cards_per_day", "old": "4", "new": "5"}
    ]
    today(open_office(office.path), by="Sri", on=TUESDAY, days=5, report=False)
    assert run("ledger", "verify", office.path, "--plans").returncode == 0
    shown = run("ledger", "history", office.path, "--kind", "office")
    assert "Maria" in shown.stdout
    (act,) = [act for act in acts(office) if act.kind == "office"]
    assert act.reason == "other"  # its words can be erased
    assert checker_ledger.main(office.path, None, [], "en", Folder) == 0
    assert checker_ledger.TEXTS["edited"][0] not in capsys.readouterr().out
    (office.path / "office.toml").write_text(OFFICE)
    assert checker_ledger.main(office.path, None, [], "en", Folder) == 0
    edited = f"act {act.number}: {checker_ledger.TEXTS['edited'][0]}"
    assert edited in capsys.readouterr().out
