"""The database of a ledger: its address, its tables, and what it says in sentences."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from ektp_sched.errors import LedgerError, MissingExtraError
from ektp_sched.ledger.tables import drop_triggers, set_triggers
from ektp_sched.words import said

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from ektp_sched.words import Said

FILE: Final = "ledger.db"
"""The ledger in an office folder, unless an address is given."""

VARIABLE: Final = "EKTP_LEDGER"
"""An address in the environment, the only one that may hold a password."""

_SCHEMES: Final = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
WAIT: Final = 30
"""Seconds that a writer waits for another."""

REVISIONS: Final = ("0001",)
"""Forms of the tables by their migrations, the first one first."""

VERSIONS: Final = (str(Path(__file__).parent / "migrations/versions"),)
"""Where alembic finds what brings the tables from one to the next."""


def address(
    folder: Path, *, given: str | None = None, of_office: str | None = None
) -> sa.URL:
    """Return where an office's ledger is.

    Parameters
    ----------
    folder
        The office folder; ``ledger.db`` in it unless an address is given.
    given, of_office
        Of the command line and of office.toml; ``EKTP_LEDGER`` comes between the two.

    Raises
    ------
    ektp_sched.errors.LedgerError
        The address is none, or has a password where it may not stand.
    """
    of_system = os.environ.get(VARIABLE) or None
    text = given or of_system or of_office
    if text is None:
        return sa.URL.create("sqlite+pysqlite", database=str(folder / FILE))
    source = "--ledger" if given else VARIABLE if of_system else "office.toml"
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        url = None
    driver = None if url is None else _SCHEMES.get(url.drivername.partition("+")[0])
    is_file = driver is not None and driver.startswith("sqlite")
    if (
        url is None
        or driver is None
        or "@" in (url.host or "")  # a password that holds one: part of it would show
        or (is_file and url.database in (None, "", ":memory:"))
    ):
        message = said(
            "the address is none of a database; write postgresql://user@host/name, or "
            "sqlite:///file.db, and in a password %40 for @ and %2F for /",
            "alamat itu bukan alamat basis data; tulis postgresql://user@host/nama, "
            "atau sqlite:///berkas.db, dan dalam kata sandi %40 untuk @ dan %2F untuk "
            "/",
        )
        raise LedgerError(message, file=source)
    has_password = url.password or any("password" in k.lower() for k in url.query)
    if has_password and source != VARIABLE:
        message = said(
            "the address holds a password, and this would be copied into every plan "
            "folder or seen by others; set {variable}, or use a .pgpass file",
            "alamat itu memuat kata sandi, yang akan ikut tersalin ke setiap folder "
            "rencana atau terlihat orang lain; gunakan {variable}, atau berkas .pgpass",
            variable=VARIABLE,
        )
        raise LedgerError(message, file=source)
    if is_file:
        return sa.URL.create(driver, database=str(folder / str(url.database)))
    return url.set(drivername=driver)


def shown(url: sa.URL) -> str:
    """Return an address for people: a file's name, or without any password."""
    if url.drivername.startswith("sqlite"):
        return Path(url.database or FILE).name
    return url.set(drivername="postgresql", query={}).render_as_string()


def connect(
    url: sa.URL, *, writes: bool = False, anew: Path | None = None
) -> sa.Engine:
    """Return the database of an address; nothing is asked of it yet.

    Parameters
    ----------
    url
        The address.
    writes
        Whether it is to be written.
    anew
        Another file in place of that of the address, which nobody else knows yet and
        which is worth nothing before it is whole: no journal is left beside it.

    Raises
    ------
    ektp_sched.errors.MissingExtraError
        It is a PostgreSQL, and what speaks with it is not installed.
    """
    if not url.drivername.startswith("sqlite"):
        # Rows go out as UTF-8, whatever PGCLIENTENCODING says.
        options = {"connect_timeout": 10, "client_encoding": "utf8"}
        try:
            return sa.create_engine(url, poolclass=sa.NullPool, connect_args=options)
        except ModuleNotFoundError:
            raise MissingExtraError(_INSTALL) from None
    path = anew or Path(str(url.database))
    opens = _open_anew if anew else _open if writes else _open_to_read
    engine = sa.create_engine(url, poolclass=sa.NullPool, creator=lambda: opens(path))

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # The driver begins no transaction of its own accord.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _open(path: Path) -> sqlite3.Connection:
    connection = _sqlite(path)
    _keep_readable(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA cache_size = -65536")  # KiB: an import, in memory
    return connection


def _open_anew(path: Path) -> sqlite3.Connection:
    connection = _sqlite(path)
    connection.execute("PRAGMA journal_mode = MEMORY")
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def _open_to_read(path: Path) -> sqlite3.Connection:
    """Open a ledger that is only read, also where nothing may be written at all."""
    import sqlite3

    try:
        connection = _sqlite(path)
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        wal = path.with_name(f"{path.name}-wal")
        left = wal.exists() and wal.stat().st_size > 0  # what only that file has
        if left or not path.is_file() or os.access(path.parent, os.W_OK):
            raise
        connection = _sqlite(path, "?mode=ro&immutable=1")
    connection.execute("PRAGMA query_only = ON")
    return connection


def _sqlite(path: Path, how: str = "") -> sqlite3.Connection:
    import sqlite3

    place = f"{path.absolute().as_uri()}{how}" if how else str(path)
    return sqlite3.connect(place, timeout=WAIT, isolation_level=None, uri=bool(how))


def _keep_readable(connection: sqlite3.Connection) -> None:
    """Let others read while one writes; for that change alone SQLite does not wait."""
    for _ in range(20 * WAIT):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except connection.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY":
                raise
            time.sleep(0.05)
        else:
            return


def is_current(connection: sa.Connection) -> bool | None:
    """Return whether the tables have this version's form; None where there are none.

    Raises
    ------
    ektp_sched.errors.LedgerError
        They are of a later version, or no ledger's.
    """
    names = {*sa.inspect(connection).get_table_names()}
    file = shown(connection.engine.url)
    if not names & {"acts", "alembic_version"}:
        if names and connection.dialect.name == "sqlite":
            raise LedgerError(_NO_LEDGER, file=file)
        return None
    if not names >= {"acts", "alembic_version"}:
        raise LedgerError(_NO_LEDGER, file=file)
    query = "SELECT version_num FROM alembic_version"
    revision = connection.exec_driver_sql(query).scalar()
    if revision not in REVISIONS:
        message = said(
            "was written by a later version of ektp-sched; use that version",
            "ditulis oleh versi ektp-sched yang lebih baru; gunakan versi itu",
        )
        raise LedgerError(message, file=file)
    return bool(revision == REVISIONS[-1])


def migrate(connection: sa.Connection, until: str = "head") -> None:
    """Bring the tables to this version's form, then set every trigger anew.

    Parameters
    ----------
    connection
        In a transaction that writes.
    until
        Form at which to stop, for rows that were written in it.

    Raises
    ------
    ektp_sched.errors.LedgerError
        The tables are of a later version, or no ledger's.
    """
    current = is_current(connection)
    if current:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "ektp_sched.ledger:migrations")
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(VERSIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    if current is not None:
        drop_triggers(connection)
    command.upgrade(config, until)
    set_triggers(connection)


@contextmanager
def sentences(url: sa.URL) -> Iterator[None]:
    """Turn what a database says into one sentence, without any password."""
    try:
        yield
    except Exception as error:
        message = sentence_of(_said_by_database(error))
        if message is None:
            raise
        raise LedgerError(message, file=shown(url)) from None


def _said_by_database(error: Exception) -> object:
    """Return what the driver raised, be it through SQLAlchemy or while copying rows."""
    if isinstance(error, sa.exc.DBAPIError):
        return error.orig
    driver = type(error).__module__.partition(".")[0]
    return error if driver in {"psycopg", "sqlite3"} else None


_INSTALL: Final = said(
    "a ledger in PostgreSQL needs the package psycopg; install it with "
    "`pip install 'ektp-sched[postgresql]'`",
    "buku besar di PostgreSQL memerlukan paket psycopg; pasanglah dengan "
    "`pip install 'ektp-sched[postgresql]'`",
)

_NO_LEDGER: Final = said(
    "is no ledger; name the ledger, or restore it from a backup with "
    "`ektp-sched ledger restore`",
    "bukan buku besar; sebutkan buku besarnya, atau pulihkan dari cadangan dengan "
    "`ektp-sched ledger restore`",
)

_CODES: Final = {
    "SQLITE_BUSY": "busy",
    "SQLITE_LOCKED": "busy",
    "SQLITE_READONLY": "readonly",
    "SQLITE_CANTOPEN": "unopened",
    "SQLITE_PERM": "readonly",
    "SQLITE_FULL": "full",
    "SQLITE_IOERR": "full",
    "SQLITE_NOTADB": "other",
    "SQLITE_CORRUPT": "corrupt",
    "SQLITE_PROTOCOL": "busy",
    # PostgreSQL, by class or code
    "28": "password",
    "3D000": "no-database",
    "25006": "readonly",
    "42501": "readonly",
    "53100": "full",
    "53300": "busy",
    "55P03": "busy",
    "40": "busy",
    "08": "unreached",
    "25P03": "busy",
    "57014": "busy",
    "57": "unreached",
    "58": "full",
    "42P01": "other",
    "XX": "corrupt",
    "22021": "letters",
    "22P05": "letters",
}


def _kind(error: Any) -> str | None:
    if error is None:
        return None
    name = getattr(error, "sqlite_errorname", None)
    if isinstance(name, str) and name != "SQLITE_ERROR":
        return next((k for code, k in _CODES.items() if name.startswith(code)), None)
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return _CODES.get(state) or _CODES.get(state[:2])
    text = str(error)
    if type(error).__module__ == "sqlite3":
        return "other" if "no such" in text else "corrupt"
    if any(word in text for word in ("password", "authentication", "pg_hba.conf")):
        return "password"
    if "too many" in text:
        return "busy"
    if "does not exist" in text:
        return "no-database"
    # An address with a word that the driver does not know is a ProgrammingError.
    kinds = {kind.__name__ for kind in type(error).__mro__}
    is_unanswered = kinds & {"OperationalError", "ProgrammingError"}
    return "unreached" if hasattr(error, "sqlstate") and is_unanswered else None


def sentence_of(error: object) -> Said | None:
    """Return what is wrong with the database and what would be right."""
    kind = _kind(error)
    if kind is None:
        return None
    return {
        "busy": said(
            "is in use by another command; wait until that one is done and try again; "
            "nothing was recorded",
            "sedang dipakai perintah lain; tunggu sampai selesai lalu coba lagi; tidak "
            "ada yang dicatat",
        ),
        "readonly": said(
            "may only be read; allow writing to it and to its folder; nothing was "
            "recorded",
            "hanya boleh dibaca; izinkan penulisan ke berkas dan foldernya; tidak ada "
            "yang dicatat",
        ),
        "unopened": said(
            "cannot be opened; name a place that exists and that you may write to",
            "tidak dapat dibuka; sebutkan tempat yang ada dan boleh Anda tulisi",
        ),
        "full": said(
            "cannot be written, the disk is full or fails; free some space; nothing "
            "was recorded",
            "tidak dapat ditulis karena disk penuh atau rusak; kosongkan sebagian; "
            "tidak ada yang dicatat",
        ),
        "other": _NO_LEDGER,
        "corrupt": said(
            "is damaged; restore it from a backup with `ektp-sched ledger restore`",
            "rusak; pulihkan dari cadangan dengan `ektp-sched ledger restore`",
        ),
        "password": said(
            "refuses the user or the password; correct {variable} or the .pgpass file",
            "menolak pengguna atau kata sandi; perbaiki {variable} atau berkas .pgpass",
            variable=VARIABLE,
        ),
        "no-database": said(
            "has no such database or user; create it, or correct the address",
            "tidak memiliki basis data atau pengguna itu; buatlah, atau perbaiki "
            "alamatnya",
        ),
        "letters": said(
            "cannot keep every letter; make the database anew with ENCODING 'UTF8'; "
            "nothing was recorded",
            "tidak dapat menyimpan semua huruf; buat ulang basis datanya dengan "
            "ENCODING 'UTF8'; tidak ada yang dicatat",
        ),
        "unreached": said(
            "does not answer; start the database server, or correct the address",
            "tidak menjawab; jalankan server basis data, atau perbaiki alamatnya",
        ),
    }[kind]
