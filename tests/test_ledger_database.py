"""The database of a ledger: addresses, what may go wrong with it, earlier forms."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import traceback
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from ektp_sched.errors import LedgerError
from ektp_sched.ledger import Ledger, NewAct, address, breaks, database, personal

pytestmark = pytest.mark.slow

DAY = date(2017, 9, 12)
SECRET = "hush-hush"


def in_file(folder: Path) -> Ledger:
    return Ledger(address(folder))


def begun(ledger: Ledger) -> Ledger:
    """Return a ledger with a few people, places and prints."""
    people = personal(pl.Series(["A1", "A2", "A3"]), "application")
    remark = personal(pl.Series(["lipatan di sudut"]), "remark")
    places = pl.DataFrame(
        {
            "person": people.refs,
            "day": [DAY, DAY, None],
            "printer": ["printer-1", "printer-1", None],
            "batch": [1, 1, None],
            "position": [1, 2, None],
        }
    )
    prints = pl.DataFrame(
        {
            "person": people.refs[:1],
            "result": "spoilt",
            "day": DAY,
            "printer": "printer-1",
            "remark": remark.refs,
        }
    )
    with ledger.writing() as writer:
        writer.append(NewAct(kind="begin", day=DAY, by="Ina"))
        writer.append(NewAct(kind="import", day=DAY, by="Ina"), {}, people)
        writer.append(
            NewAct(kind="plan", day=DAY, by="Ina", plan=1), {"planned": places}
        )
        writer.append(
            NewAct(kind="prints", day=DAY, by="Ina"), {"prints": prints}, remark
        )
    return ledger


def refusal(ledger: Ledger) -> str:
    """Return what is said of a ledger that cannot be written."""
    with pytest.raises(LedgerError) as refused, ledger.writing() as writer:
        writer.append(NewAct(kind="count", day=DAY, by="Ina"))
    assert refused.value.sentence("id") != refused.value.sentence("en")
    return refused.value.sentence("en")


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://ina:{SECRET}@localhost/office",
        f"postgresql://ina@localhost/office?password={SECRET}",
        f"postgresql://ina@localhost/office?sslpassword={SECRET}",
        f"postgresql://ina:{SECRET}@more@localhost/office",
        f"postgresql://ina:{SECRET}@localhost:port/office",
        f"mysql://ina:{SECRET}@localhost/office",
        SECRET,
        "sqlite://",
    ],
)
def test_an_address_with_a_password_or_of_no_database_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EKTP_LEDGER", raising=False)
    for given in ({"given": text}, {"of_office": text}):
        with pytest.raises(LedgerError) as refused:
            address(tmp_path, **given)
        assert SECRET not in "".join(traceback.format_exception(refused.value))


def test_only_the_environment_may_hold_a_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EKTP_LEDGER", f"postgresql://ina:{SECRET}@localhost/office")
    url = address(tmp_path, of_office="sqlite:///other.db")
    assert url.password == SECRET
    assert SECRET not in database.shown(url) + repr(Ledger(url))
    assert address(tmp_path, given="sqlite:///mine.db").database == str(
        tmp_path / "mine.db"
    )


def test_a_server_that_does_not_answer_is_said_without_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EKTP_LEDGER", f"postgresql://ina:{SECRET}@127.0.0.1:9/office")
    ledger = Ledger(address(tmp_path))
    with pytest.raises(LedgerError) as refused, ledger.writing():
        pass
    told = "".join(traceback.format_exception(refused.value))
    assert SECRET not in told
    assert "does not answer" in told


def test_what_is_no_ledger_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"Dear office, this is a letter.\n" * 200)
    assert "is no ledger" in refusal(in_file(tmp_path))
    assert path.read_bytes().startswith(b"Dear office")
    path.unlink()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    assert "is no ledger" in refusal(in_file(tmp_path))
    path.unlink()
    path.mkdir()
    assert "cannot be opened" in refusal(in_file(tmp_path))


def test_an_empty_file_is_no_ledger_yet(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").touch()
    ledger = in_file(tmp_path)
    assert not ledger.exists
    with pytest.raises(LedgerError, match="not there yet"), ledger.reading():
        pass
    assert begun(ledger).exists


def test_a_later_form_is_refused_and_nothing_changed(tmp_path: Path) -> None:
    ledger = begun(in_file(tmp_path))
    with sqlite3.connect(tmp_path / "ledger.db") as hand:
        hand.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "later version" in refusal(ledger)
    with pytest.raises(LedgerError, match="later version"), ledger.reading():
        pass


def test_a_locked_ledger_says_to_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT", 1)
    ledger = begun(in_file(tmp_path))
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "in use" in refusal(ledger)
    other.execute("ROLLBACK")
    other.close()
    with ledger.reading() as reader:
        assert reader.number == 4


def test_a_clock_before_the_last_act_must_be_confirmed(tmp_path: Path) -> None:
    ledger = begun(in_file(tmp_path))
    with sqlite3.connect(tmp_path / "ledger.db") as hand:
        hand.execute("DROP TRIGGER kept_acts_update")
        hand.execute("UPDATE acts SET at = '2999-01-01T00:00:00Z' WHERE number = 4")
    assert "clock" in refusal(ledger)
    with ledger.writing() as writer:
        act = writer.append(NewAct(kind="count", day=DAY, by="Ina"), confirmed=True)
    assert act.number == 5


def test_a_full_disk_loses_nothing_and_writes_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the end of the disk."""
    begun(in_file(tmp_path))
    program = (
        "import sys, resource, polars as pl\n"
        "from datetime import date\n"
        "from pathlib import Path\n"
        "from ektp_sched.errors import LedgerError\n"
        "from ektp_sched.ledger import Ledger, NewAct, address, personal\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "ledger = Ledger(address(Path(sys.argv[1])))\n"
        "ids = personal(pl.Series([f'B{n}' for n in range(50_000)]), 'application')\n"
        "try:\n"
        "    with ledger.writing() as writer:\n"
        "        act = NewAct(kind='import', day=date(2017, 9, 13), by='Ina')\n"
        "        writer.append(act, {}, ids)\n"
        "except LedgerError as error:\n"
        "    print(error.sentence('en'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "disk is full" in done.stdout
    with in_file(tmp_path).reading() as reader:
        assert reader.number == 4
        assert breaks(reader.connection) == []


def test_a_ledger_on_a_medium_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    """Also one whose last command was killed, with the files that it left beside."""
    office = tmp_path / "office"
    office.mkdir()
    begun(in_file(office))
    left = sqlite3.connect(office / "ledger.db")
    left.execute("SELECT count(*) FROM acts").fetchone()
    left.close()
    (office / "ledger.db").chmod(0o444)
    office.chmod(0o555)
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from ektp_sched.errors import LedgerError\n"
        "from ektp_sched.ledger import Ledger, NewAct, address, breaks\n"
        "with Ledger(address(Path(sys.argv[2]))).writing():\n"
        "    pass  # all is loaded, before who may read it is left\n"
        "os.getuid() or os.setuid(65534)\n"
        "ledger = Ledger(address(Path(sys.argv[1])))\n"
        "with ledger.reading() as reader:\n"
        "    print(reader.number, breaks(reader.connection))\n"
        "try:\n"
        "    with ledger.writing():\n"
        "        pass\n"
        "except LedgerError as error:\n"
        "    print(error.sentence('en'))\n"
    )
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    done = subprocess.run(
        [sys.executable, "-c", program, str(office), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    office.chmod(0o755)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert told[0] == "4 []"
    assert "may only be read" in told[1]


LATER = ("acts", "prints")
FURTHER = """
import sqlalchemy as sa
from alembic import op
revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

def upgrade():
    for table in ("acts", "prints"):  # of personal an index would be lost
        with op.batch_alter_table(table, recreate="always") as batch:
            batch.add_column(sa.Column("later", sa.Text(), nullable=True))
    op.execute("UPDATE prints SET later = result")
"""


def test_a_further_form_keeps_every_digest_and_every_trigger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form only for this test, made as alembic makes tables anew on SQLite."""
    (tmp_path / "office").mkdir()
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions/v0002_later.py").write_text(FURTHER)
    ledger = begun(in_file(tmp_path / "office"))
    monkeypatch.setattr(database, "REVISIONS", ("0001", "0002"))
    versions = (*database.VERSIONS, str(tmp_path / "versions"))
    monkeypatch.setattr(database, "VERSIONS", versions)
    with ledger.reading() as reader:
        assert breaks(reader.connection) == []
        later = reader.connection.exec_driver_sql("SELECT later FROM prints").scalar()
        assert later == "spoilt"
    for table in ("acts", "commitments", "planned", "prints"):
        edit = f"UPDATE {table} SET later = 'x'" if table in LATER else ""
        edit = edit or f'UPDATE {table} SET "row" = "row"'
        with pytest.raises(sa.exc.DatabaseError, match="never edited"):
            edit_of(ledger, edit)


def edit_of(ledger: Ledger, statement: str) -> None:
    with ledger.writing() as writer:
        writer.connection.exec_driver_sql(statement)


def test_the_forms_named_are_those_that_there_are() -> None:
    scripts = ScriptDirectory(
        str(database.__file__).replace("database.py", "migrations")
    )
    there = [script.revision for script in scripts.walk_revisions()]
    assert tuple(there[::-1]) == database.REVISIONS
