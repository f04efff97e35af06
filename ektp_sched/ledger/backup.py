"""One file that holds a whole ledger, the same whatever database it is in.

It is a ZIP archive: for each table a file of lines, each the JSON list of a row's
values, and ``manifest.json`` with the columns, the number of rows and the SHA-256 of
each of these files.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import zipfile
import zlib
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import sqlalchemy as sa

from ektp_sched.documents.summary import PROGRAM
from ektp_sched.errors import LedgerError
from ektp_sched.ledger.chain import Break, breaks
from ektp_sched.ledger.database import (
    REVISIONS,
    connect,
    is_current,
    migrate,
    sentences,
    shown,
)
from ektp_sched.ledger.ledger import NewAct, Writer, insert
from ektp_sched.ledger.tables import ACTS, FACTS, METADATA, PERSONAL
from ektp_sched.places import put_in_place, sync, workplace
from ektp_sched.words import said, system_reason

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterator
    from datetime import date

    from ektp_sched.ledger.ledger import Ledger

_WHAT: Final = "ektp-sched ledger"
_FORM: Final = 1
_TABLES: Final = (ACTS.name, PERSONAL.name, *FACTS)
_BYTES: Final = 1 << 20
_ROWS: Final = 50_000
"""Rows that are put into a database at once."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds.

    Parameters
    ----------
    path
        The file.
    acts, rows
        How many acts, and rows of all tables together.
    head
        Hash of its last act.
    """

    path: Path
    acts: int
    rows: int
    head: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a restored ledger.

    Parameters
    ----------
    backup
        What it was restored from.
    kept
        Where the ledger is that was there before: a file's name, or a schema's.
    forgotten
        Persons and remarks that were forgotten after the backup, and again now.
    breaks
        What of the backup is not as it was written.
    """

    backup: Backup
    kept: str | None
    forgotten: int
    breaks: tuple[Break, ...]


def back_up(ledger: Ledger, path: Path) -> Backup:
    """Write a ledger into one file, whole or not at all, for nobody else to read.

    Raises
    ------
    ektp_sched.errors.LedgerError
        There is no ledger, it cannot be read, or the file is there or cannot be
        written.
    """
    if os.path.lexists(path):
        message = said(
            "is there already, and a backup replaces nothing; name a new file",
            "sudah ada, dan cadangan tidak menggantikan apa pun; sebutkan berkas baru",
        )
        raise LedgerError(message, file=str(path))
    with ledger.reading() as reader, _of_file(path), _new_file(path) as raw:
        manifest: dict[str, Any] = {
            "what": _WHAT,
            "form": _FORM,
            "program": PROGRAM,
            "revision": REVISIONS[-1],
            "written_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "acts": reader.number,
            "head": reader.head,
            "tables": {},
        }
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            for name in _TABLES:
                with file.open(f"{name}.ndjson", "w", force_zip64=True) as member:
                    manifest["tables"][name] = _write_table(
                        reader.connection, METADATA.tables[name], member.write
                    )
            file.writestr("manifest.json", json.dumps(manifest, indent=2) + "\n")
    return _backup(path, manifest)


def _backup(path: Path, manifest: dict[str, Any]) -> Backup:
    rows = sum(table["rows"] for table in manifest["tables"].values())
    return Backup(path, manifest["acts"], rows, manifest["head"])


@contextmanager
def _new_file(path: Path) -> Iterator[Any]:
    """Yield a file that only its owner may read, put in place at the end."""
    _refuse_no_folder(path)
    with workplace(path) as place:
        handle = os.open(place.new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        with os.fdopen(handle, "w+b") as raw:
            yield raw
        sync(place.new)
        put_in_place(place)


def _refuse_no_folder(path: Path) -> None:
    if not path.parent.is_dir():
        message = said(
            "lies in a folder that is not there; make it, or name another",
            "terletak di folder yang tidak ada; buatlah foldernya, atau sebutkan yang "
            "lain",
        )
        raise LedgerError(message, file=str(path))


@contextmanager
def _of_file(path: Path) -> Iterator[None]:
    """Turn what the system says of a file into one sentence."""
    try:
        yield
    except OSError as error:
        message = said(
            "cannot be read or written ({why}); name another place",
            "tidak dapat dibaca atau ditulis ({why}); sebutkan tempat lain",
            why=system_reason(error),
        )
        raise LedgerError(message, file=str(error.filename or path)) from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any]]]:
    """Open a backup all of whose files are as they were written.

    Raises
    ------
    ektp_sched.errors.LedgerError
        It is none, or is damaged.
    """
    message = said(
        "is no whole backup of a ledger; name a file that `ektp-sched ledger backup` "
        "wrote",
        "bukan cadangan buku besar yang utuh; sebutkan berkas yang ditulis "
        "`ektp-sched ledger backup`",
    )
    try:
        with zipfile.ZipFile(path) as file:
            manifest = json.loads(file.read("manifest.json"))
            if manifest["what"] != _WHAT:
                raise LedgerError(message, file=str(path))
            _refuse_later(path, manifest)
            for name in _TABLES:
                told = manifest["tables"][name]
                known = {column.name for column in METADATA.tables[name].columns}
                with file.open(f"{name}.ndjson") as member:
                    digest = hashlib.sha256()
                    while part := member.read(_BYTES):
                        digest.update(part)
                is_same = digest.hexdigest() == told["sha256"]
                if not is_same or not {*told["columns"]} <= known:
                    raise LedgerError(message, file=str(path))
            yield file, manifest
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError),
        *(NotImplementedError, pl.exceptions.PolarsError),
    ):
        raise LedgerError(message, file=str(path)) from None


def _refuse_later(path: Path, manifest: dict[str, Any]) -> None:
    if manifest["form"] != _FORM or manifest["revision"] not in REVISIONS:
        message = said(
            "was written by a later version of ektp-sched; use that version",
            "ditulis oleh versi ektp-sched yang lebih baru; gunakan versi itu",
        )
        raise LedgerError(message, file=str(path))


def _write_table(
    connection: sa.Connection, table: sa.Table, write: Callable[[bytes], object]
) -> dict[str, Any]:
    """Write the rows of a table; return what the manifest says of it."""
    names = [column.name for column in table.columns]
    columns = ", ".join(f'"{name}"' for name in names)
    order = ", ".join(f'"{column.name}"' for column in table.primary_key)
    # A million rows are read by the driver itself in half the time.
    cursor: Any = connection.connection.cursor()
    cursor.execute(f'SELECT {columns} FROM "{table.name}" ORDER BY {order}')
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    digest, rows = hashlib.sha256(), 0
    while part := cursor.fetchmany(_ROWS):
        text = "\n".join([*map(encode, part), ""]).encode()
        digest.update(text)
        rows += len(part)
        write(text)
    return {"columns": names, "rows": rows, "sha256": digest.hexdigest()}


def restore(
    ledger: Ledger,
    path: Path,
    *,
    by: str,
    day: date,
    forgotten: Collection[int] = (),
    force: bool = False,
) -> Restored:
    """Put a ledger in place from a backup, of whichever database that is.

    All is checked before: digests, chain, texts.  A ledger that is there is kept
    beside.

    Parameters
    ----------
    ledger
        Where it is to be.
    path
        The backup.
    by, day
        Who restores it, and when.
    forgotten
        Numbers of persons and remarks that were forgotten since.
    force
        Also where the ledger that is there has acts that the backup has not, or
        cannot be read; and where the backup's own chain is broken.

    Raises
    ------
    ektp_sched.errors.LedgerError
        Nothing is changed then.
    """
    with _of_file(path), _opened(path) as (file, manifest):
        source = _Source(path, file, manifest, by, day, forgotten, force)
        is_file = ledger.url.drivername.startswith("sqlite")
        return (_into_file if is_file else _into_server)(ledger, source)


@dataclass(frozen=True, slots=True)
class _Source:
    """A backup whose digests hold, and how it is to be restored."""

    path: Path
    file: zipfile.ZipFile
    manifest: dict[str, Any]
    by: str
    day: date
    forgotten: Collection[int]
    force: bool

    def rows(self, name: str) -> Iterator[list[Any]]:
        """Yield the rows of a table."""
        with self.file.open(f"{name}.ndjson") as member:
            yield from map(json.loads, member)

    def hashes(self) -> list[str]:
        """Return the hashes of its acts, in order."""
        at = self.manifest["tables"]["acts"]["columns"].index("hash")
        return [row[at] for row in self.rows("acts")]

    def refuse_lost(self, there: list[str], file: str) -> None:
        """Refuse to put away acts that the backup has not."""
        ours = self.hashes()
        if self.force or there == ours[: len(there)]:
            return
        message = said(
            "has acts that the backup has not; give --force to restore the backup "
            "nevertheless (this ledger is then kept beside)",
            "memuat catatan yang tidak ada dalam cadangan; gunakan --force untuk tetap "
            "memulihkan cadangan (buku besar ini lalu disimpan di sampingnya)",
        )
        raise LedgerError(message, file=file)

    def load(self, connection: sa.Connection) -> tuple[int, tuple[Break, ...]]:
        """Fill an empty database; return how many were forgotten again, and breaks."""
        migrate(connection, until=self.manifest["revision"])
        again: list[int] = []
        for name in _TABLES:
            columns = self.manifest["tables"][name]["columns"]
            table = METADATA.tables[name]
            schema = {
                column: pl.String
                if isinstance(table.columns[column].type, sa.Text)
                else pl.Int64
                for column in columns
            }
            rows = self.rows(name)
            while part := [*islice(rows, _ROWS)]:
                frame = pl.DataFrame(part, schema=schema, orient="row")
                if name == PERSONAL.name and self.forgotten:
                    gone = frame["ref"].is_in([*self.forgotten])
                    again += frame.filter(gone)["ref"].to_list()
                    frame = frame.filter(~gone)
                insert(connection, table, frame)
        migrate(connection)
        if again:
            act = NewAct(kind="forget", day=self.day, by=self.by, reason="restored")
            facts = {"forgotten": pl.DataFrame({"ref": sorted(again)})}
            Writer(connection).append(act, facts, confirmed=True)
        broken = tuple(breaks(connection))
        if broken and not self.force:
            message = said(
                "cannot be restored, as it is not as it was written: {what} Give "
                "--force to restore it nevertheless.",
                "tidak dapat dipulihkan karena tidak seperti saat ditulis: {what} "
                "Gunakan --force untuk tetap memulihkannya.",
                what=broken[0].message,
            )
            raise LedgerError(message, file=str(self.path))
        return len(again), broken


def _into_file(ledger: Ledger, source: _Source) -> Restored:
    path = Path(str(ledger.url.database))
    _refuse_no_folder(path)
    with ExitStack() as held:
        held.enter_context(sentences(ledger.url))
        old = _locked(ledger, path, source, held)
        place = held.enter_context(workplace(path))
        engine = connect(ledger.url, anew=place.new)
        with engine.connect() as connection, connection.begin():
            again, broken = source.load(connection)
        kept = None
        if os.path.lexists(path):
            place.new.chmod(stat.S_IMODE(path.stat().st_mode))
            kept = _kept_beside(path)
        sync(place.new)
        put_in_place(place)
        if old is not None:
            # Who waits to write it must not: it is no longer the ledger.
            old.execute("UPDATE alembic_version SET version_num = 'replaced'")
            old.execute("COMMIT")
    return Restored(
        _backup(source.path, source.manifest),
        None if kept is None else kept.name,
        again,
        broken,
    )


def _locked(
    ledger: Ledger, path: Path, source: _Source, held: ExitStack
) -> sqlite3.Connection | None:
    """Keep others from writing the ledger that is there, until another is in place.

    Nothing of it is left beside it then: SQLite would take that for the new one's.
    """
    import sqlite3

    if not os.path.lexists(path):
        return None
    try:
        if not ledger.exists:
            return None
        old = held.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
        with sentences(ledger.url):
            old.execute("PRAGMA busy_timeout = 30000")
            old.execute("PRAGMA journal_mode = DELETE")
            old.execute("PRAGMA journal_mode = MEMORY")
            old.execute("BEGIN EXCLUSIVE")
            rows = old.execute("SELECT hash FROM acts ORDER BY number").fetchall()
        source.refuse_lost([row[0] for row in rows], path.name)
    except LedgerError:
        if not source.force:
            raise
        return None
    return old


def _kept_beside(path: Path) -> Path:
    """Copy what was there before, and what its last command left beside it."""
    names = (path.with_name(f"{path.stem}-before-{n}{path.suffix}") for n in count(1))
    kept = next(name for name in names if not os.path.lexists(name))
    for ending in ("", "-wal"):
        old, new = (each.with_name(f"{each.name}{ending}") for each in (path, kept))
        if old.exists():
            shutil.copy2(old, new)
            sync(new)
    for ending in ("-wal", "-shm"):
        path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
    return kept


def _into_server(ledger: Ledger, source: _Source) -> Restored:
    """Restore in one transaction; what was there moves to a schema of its own."""
    with (
        sentences(ledger.url),
        connect(ledger.url, writes=True).connect() as connection,
        connection.begin(),
    ):
        connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1263091540)")
        kept = None
        if is_current(connection) is not None:
            query = sa.select(ACTS.c.hash).order_by(ACTS.c.number)
            hashes = [*connection.execute(query).scalars()]
            source.refuse_lost(hashes, shown(ledger.url))
            there = {*sa.inspect(connection).get_schema_names()}
            names = (f"ektp_before_{n}" for n in count(1))
            kept = next(name for name in names if name not in there)
            connection.exec_driver_sql(f"CREATE SCHEMA {kept}")
            for name in ("alembic_version", *_TABLES):
                connection.exec_driver_sql(f'ALTER TABLE "{name}" SET SCHEMA {kept}')
        again, broken = source.load(connection)
    return Restored(_backup(source.path, source.manifest), kept, again, broken)
