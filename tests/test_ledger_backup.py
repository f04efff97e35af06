"""A backup is whole or not there, and is the same for both databases."""

from __future__ import annotations

import json
import stat
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from test_ledger_database import begun, in_file

from ektp_sched.errors import LedgerError
from ektp_sched.ledger import Ledger, NewAct, address, breaks
from ektp_sched.ledger.backup import Restored, back_up, restore

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

DAY = date(2017, 9, 13)


def put_back(ledger: Ledger, file: Path, *, force: bool = False) -> Restored:
    return restore(ledger, file, by="Ina", day=DAY, force=force)


def all_of(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    with ledger.reading() as reader:
        assert breaks(reader.connection) == []
        from ektp_sched.ledger.tables import METADATA

        return {
            name: [
                tuple(row)
                for row in reader.connection.execute(
                    sa.select(table).order_by(*table.primary_key)
                )
            ]
            for name, table in METADATA.tables.items()
        }


def refused(ledger: Ledger, file: Path) -> str:
    with pytest.raises(LedgerError) as told:
        put_back(ledger, file)
    return told.value.sentence("en")


def test_a_ledger_comes_back_in_either_database(
    ledger_url: sa.URL, tmp_path: Path
) -> None:
    ledger = begun(Ledger(ledger_url))
    was = all_of(ledger)
    file = tmp_path / "copy.zip"
    done = back_up(ledger, file)
    assert (done.acts, done.rows) == (4, sum(map(len, was.values())))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (tmp_path / "elsewhere").mkdir()
    other = in_file(tmp_path / "elsewhere")
    assert put_back(other, file).kept is None
    assert all_of(other) == was
    again = tmp_path / "again.zip"
    back_up(other, again)
    # And into the first, of which it is the same.
    assert put_back(ledger, again).kept is not None
    assert all_of(ledger) == was
    with ledger.writing() as writer:
        writer.append(NewAct(kind="count", day=DAY, by="Ina"))


def test_a_ledger_with_other_acts_is_kept_unless_somebody_insists(
    ledger_url: sa.URL, tmp_path: Path
) -> None:
    ledger = begun(Ledger(ledger_url))
    file = tmp_path / "copy.zip"
    back_up(ledger, file)
    with ledger.writing() as writer:
        writer.append(NewAct(kind="count", day=DAY, by="Ina"))
    was = all_of(ledger)
    assert "acts that the backup has not" in refused(ledger, file)
    assert all_of(ledger) == was
    kept = put_back(ledger, file, force=True).kept
    assert len(all_of(ledger)["acts"]) == 4
    if ledger.url.drivername.startswith("sqlite"):
        old = Ledger(address(tmp_path, given=f"sqlite:///{kept}"))
        assert all_of(old) == was
    else:
        with ledger.reading() as reader:
            query = f"SELECT count(*) FROM {kept}.acts"
            assert reader.connection.exec_driver_sql(query).scalar() == 5


def test_a_damaged_ledger_makes_way_for_its_backup(tmp_path: Path) -> None:
    ledger = begun(in_file(tmp_path))
    was = all_of(ledger)
    file = tmp_path / "copy.zip"
    back_up(ledger, file)
    (tmp_path / "ledger.db").write_bytes(b"not any more" * 1000)
    refused(ledger, file)
    kept = put_back(ledger, file, force=True).kept
    assert all_of(ledger) == was
    assert (tmp_path / str(kept)).read_bytes().startswith(b"not any more")
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_a_backup_replaces_nothing_and_is_whole_or_not_there(tmp_path: Path) -> None:
    ledger = begun(in_file(tmp_path))
    file = tmp_path / "copy.zip"
    file.write_text("mine")
    with pytest.raises(LedgerError, match="is there already"):
        back_up(ledger, file)
    assert file.read_text() == "mine"
    with pytest.raises(LedgerError, match="not there"):
        back_up(ledger, tmp_path / "nowhere/copy.zip")


def changed(file: Path, member: str, old: str, new: str, *, sealed: bool) -> Path:
    """Return a copy of a backup with another text, its manifest made to fit or not."""
    import hashlib

    target = file.with_name("changed.zip")
    target.unlink(missing_ok=True)
    with zipfile.ZipFile(file) as source:
        members = {name: source.read(name).decode() for name in source.namelist()}
    assert old in members[member]
    members[member] = members[member].replace(old, new)
    if sealed:
        manifest = json.loads(members["manifest.json"])
        digest = hashlib.sha256(members[member].encode()).hexdigest()
        manifest["tables"][member.removesuffix(".ndjson")]["sha256"] = digest
        members["manifest.json"] = json.dumps(manifest)
    with zipfile.ZipFile(target, "w") as out:
        for name, text in members.items():
            out.writestr(name, text)
    return target


def test_a_backup_that_was_edited_is_refused(tmp_path: Path) -> None:
    ledger = begun(in_file(tmp_path))
    file = tmp_path / "copy.zip"
    back_up(ledger, file)
    (tmp_path / "new").mkdir()
    new = in_file(tmp_path / "new")
    edit = ("prints.ndjson", "spoilt", "printed")
    assert "no whole backup" in refused(new, changed(file, *edit, sealed=False))
    assert "not as it was written" in refused(new, changed(file, *edit, sealed=True))
    later = changed(file, "manifest.json", '"0001"', '"9999"', sealed=False)
    assert "later version" in refused(new, later)
    half = tmp_path / "half.zip"
    half.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert "no whole backup" in refused(new, half)
    assert "cannot be read" in refused(new, tmp_path / "absent.zip")
    assert list((tmp_path / "new").iterdir()) == []


def test_who_was_forgotten_since_does_not_come_back(
    ledger_url: sa.URL, tmp_path: Path
) -> None:
    ledger = begun(Ledger(ledger_url))
    file = tmp_path / "copy.zip"
    back_up(ledger, file)
    with ledger.reading() as reader:
        ref = int(reader.names()["person"][0])
    (tmp_path / "new").mkdir()
    new = in_file(tmp_path / "new")
    done = restore(new, file, by="Ina", day=DAY, forgotten={ref, 77})
    assert done.forgotten == 1
    with new.reading() as reader:
        assert reader.names()["application_id"].to_list() == ["A2", "A3"]
        assert [act.kind for act in reader.acts()][-1] == "forget"
        assert breaks(reader.connection) == []
