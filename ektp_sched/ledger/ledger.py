"""A ledger: acts are appended, facts are read, nothing is ever changed."""

from __future__ import annotations

import json
import os
import re
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Self

import polars as pl
import sqlalchemy as sa

from ektp_sched.errors import LedgerError
from ektp_sched.ledger import database
from ektp_sched.ledger.chain import (
    FIRST,
    FORM,
    FORMS,
    act_hash,
    commitment_of,
    digest_of,
)
from ektp_sched.ledger.database import connect, is_current, migrate, sentences, shown
from ektp_sched.ledger.tables import ACTS, FACTS, KINDS, PERSONAL
from ektp_sched.words import said, typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CONTROL: Final = r"[\x00-\x1f\x7f]+"
"""What would cut a line of a digest."""

_LOCK: Final = "SELECT pg_advisory_xact_lock(1263091540)"
_STAMP: Final = "%Y-%m-%dT%H:%M:%SZ"

_REF_BITS: Final = 62
_SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAct:
    """What is to be written of an act.

    Parameters
    ----------
    kind
        One of `ektp_sched.ledger.tables.KINDS`.
    day
        Day of the office that it is about.
    by
        Who did it: a name at the office.
    reason
        A code, such as ``jam``; a free text goes through `personal`.
    remark
        Number of a free text.
    approved_by
        A second name.
    undoes
        Number of the act that counts no longer.
    plan
        Number of the plan that it makes.
    detail
        Whatever else is to be known: no names, no numbers of persons.
    """

    kind: str
    day: date
    by: str
    reason: str | None = None
    remark: int | None = None
    approved_by: str | None = None
    undoes: int | None = None
    plan: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Act:
    """One entry of a ledger, as it is written; see `ektp_sched.ledger.tables.ACTS`."""

    number: int
    at: str
    day: date
    kind: str
    by: str
    approved_by: str | None
    reason: str | None
    remark: int | None
    rests_on: int | None
    undoes: int | None
    plan: int | None
    detail: Mapping[str, Any]
    facts: int
    hash: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Return the act that a row of the table is."""
        values = {name: row[name] for name in cls.__dataclass_fields__}
        values["day"] = date.fromisoformat(row["day"])
        values["detail"] = json.loads(row["detail"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Personal:
    """Texts that can be erased, and what they are known by.

    Parameters
    ----------
    refs
        Random numbers, int64, in the order of the texts.
    texts, salts
        What stands in the table of personal texts.
    kind
        ``application`` or ``remark``.
    """

    refs: pl.Series
    texts: pl.Series
    salts: pl.Series
    kind: str


def personal(texts: pl.Series, kind: str) -> Personal:
    """Return a random number and a salt for each of some texts, to be appended.

    Numbers ascend, so that a table of them grows at its end.
    """
    number = len(texts)
    raw = os.urandom(8 * number)
    refs = pl.Series("ref", [*memoryview(raw).cast("Q")], dtype=pl.UInt64)
    digits = secrets.token_hex(_SALT_BYTES * number)
    step = 2 * _SALT_BYTES
    salts = [digits[at : at + step] for at in range(0, step * number, step)]
    return Personal(
        refs=(refs & (2**_REF_BITS - 1)).cast(pl.Int64).sort(),
        texts=_plain(texts),
        salts=pl.Series("salt", salts, dtype=pl.String),
        kind=kind,
    )


def _plain(texts: pl.Series) -> pl.Series:
    """Return texts on one line each, as a line of a digest is."""
    return texts.cast(pl.String).str.replace_all(_CONTROL, " ")


class Reader:
    """What can be asked of a ledger, all of one moment."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.number: int
        self.undone: frozenset[int]
        self._count()

    def _count(self) -> None:
        """Set the last act's number, and which acts count no longer."""
        query = sa.select(ACTS.c.number, ACTS.c.undoes).order_by(ACTS.c.number.desc())
        acts = self.connection.execute(query).all()
        undone: set[int] = set()
        for number, undoes in acts:  # of an act that is undone, the undoing too
            if undoes is not None and number not in undone:
                undone.add(undoes)
        self.undone = frozenset(undone)
        self.number = acts[0].number if acts else 0

    @property
    def head(self) -> str:
        """Return the hash of the last act."""
        query = sa.select(ACTS.c.hash).where(ACTS.c.number == self.number)
        return self.connection.execute(query).scalar() or FIRST

    def acts(self, *kinds: str, live: bool = True) -> list[Act]:
        """Return acts of some kinds, or all, in order; without those undone if live."""
        query = sa.select(ACTS).order_by(ACTS.c.number)
        if kinds:
            query = query.where(ACTS.c.kind.in_(kinds))
        rows = self.connection.execute(query).mappings()
        try:
            acts = [Act.of(dict(row)) for row in rows]
        except (ValueError, TypeError) as error:
            raise _edited(self.connection) from error
        return [act for act in acts if not (live and act.number in self.undone)]

    def facts(
        self, name: str, *where: sa.ColumnElement[bool], live: bool = True
    ) -> pl.DataFrame:
        """Return the facts of a table in order; those of acts undone too, unless live.

        Columns whose name is that of a day are dates.
        """
        table = FACTS[name]
        query = sa.select(table).order_by(table.c.act, table.c.row).where(*where)
        if live and self.undone:
            query = query.where(table.c.act.not_in(sorted(self.undone)))
        return frame_of(self.connection.execute(query), table)

    def refs_of(self, ids: pl.Series) -> pl.Series:
        """Return whom each id stands for; null for one that was never seen.

        A card printed anew has a number of its own, and the id of the one before.
        """
        return refs_of(self.names(), ids)

    def names(self) -> pl.DataFrame:
        """Return person and application_id of all not forgotten, as they came."""
        return self.people().drop_nulls().drop("since")

    def people(self, *, live: bool = True) -> pl.DataFrame:
        """Return everybody as they came; of acts undone too, unless live.

        Returns
        -------
        polars.DataFrame
            person, application_id (null where it was forgotten), since (the act that
            first named the person).
        """
        commitments = FACTS["commitments"]
        query = (
            sa.select(commitments.c.ref, PERSONAL.c.text, commitments.c.act)
            .join_from(
                commitments, PERSONAL, commitments.c.ref == PERSONAL.c.ref, isouter=True
            )
            .where(commitments.c.kind == "application")
            .order_by(commitments.c.act, commitments.c.row)
        )
        if live and self.undone:
            query = query.where(commitments.c.act.not_in(sorted(self.undone)))
        return pl.DataFrame(
            _tuples(self.connection.execute(query)),
            schema={
                "person": pl.Int64,
                "application_id": pl.String,
                "since": pl.Int64,
            },
            orient="row",
        )


def newest_of(people: pl.DataFrame) -> pl.DataFrame:
    """Return each id's row; of a card printed anew the application made for that."""
    known = people.drop_nulls("application_id")
    return known.unique("application_id", keep="last", maintain_order=True)


def refs_of(people: pl.DataFrame, ids: pl.Series) -> pl.Series:
    """Return whom of some people each id stands for; null for none."""
    return ids.to_frame("application_id").join(
        newest_of(people).select("application_id", "person"),
        on="application_id",
        how="left",
        maintain_order="left",
    )["person"]


_DAYS: Final = frozenset(
    {"day", "waiting_since", "ready_on", "due_on", "promised_on", "pinned_on"}
    | {"begins", "ends"}
)
_STAMPS: Final = frozenset({"recorded_at"})


def frame_of(rows: sa.CursorResult[Any], table: sa.Table) -> pl.DataFrame:
    """Return rows of a table of facts as a frame."""
    schema = {
        column.name: pl.String if isinstance(column.type, sa.Text) else pl.Int64
        for column in table.columns
    }
    try:
        frame = pl.DataFrame(_tuples(rows), schema=schema, orient="row")
        days = [name for name in frame.columns if name in _DAYS]
        stamps = [name for name in frame.columns if name in _STAMPS]
        return frame.with_columns(
            pl.col(days).str.to_date("%Y-%m-%d"),
            pl.col(stamps).str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us"),
        )
    except (pl.exceptions.PolarsError, TypeError) as error:
        raise _edited(rows.connection) from error


def _edited(connection: sa.Connection) -> LedgerError:
    message = said(
        "holds a value that no version of ektp-sched writes; see `ektp-sched ledger "
        "verify`, and restore a backup with `ektp-sched ledger restore`",
        "memuat nilai yang tidak pernah ditulis ektp-sched; lihat `ektp-sched ledger "
        "verify`, lalu pulihkan cadangan dengan `ektp-sched ledger restore`",
    )
    return LedgerError(message, file=shown(connection.engine.url))


def _tuples(rows: sa.CursorResult[Any]) -> list[tuple[Any, ...]]:
    """Return rows as the driver makes them, several times faster than one by one."""
    return [] if rows.cursor is None else [*rows.cursor.fetchall()]


class Writer(Reader):
    """A ledger that nobody else writes meanwhile."""

    def append(
        self,
        new: NewAct,
        facts: Mapping[str, pl.DataFrame] | None = None,
        *texts: Personal,
        rests_on: int | None = None,
        confirmed: bool = False,
    ) -> Act:
        """Write an act with its facts, after the last one.

        Parameters
        ----------
        new
            What is to be written.
        facts
            Rows by table, with the table's columns but ``act`` and ``row``; a column
            that is missing is null.
        texts
            Personal texts that the facts name, or the act.
        rests_on
            Number of the last act that was known; the last one if left out.
        confirmed
            Whether a clock that lies before the last act is right.

        Raises
        ------
        ektp_sched.errors.LedgerError
            The clock lies before the last act.
        """
        facts = facts or {}
        if new.kind not in KINDS or {*facts} - {*FACTS}:
            raise ValueError(new.kind, *facts)
        last = (
            self.connection.execute(
                sa.select(ACTS).order_by(ACTS.c.number.desc()).limit(1)
            )
            .mappings()
            .first()
        )
        now = _now(self.connection)
        if last is not None and now < last["at"] and not confirmed:
            message = said(
                "the clock says {now}, before the last act ({last}); set the clock, or "
                "confirm the day{how}",
                "jam menunjukkan {now}, sebelum catatan terakhir ({last}); betulkan "
                "jamnya, atau pastikan harinya{how}",
                how=typed(" with --on DATE", " dengan --on TANGGAL"),
                now=now,
                last=last["at"],
            )
            raise LedgerError(message, file=shown(self.connection.engine.url))
        number = 1 if last is None else last["number"] + 1
        if new.undoes is not None and not 0 < new.undoes < number:
            raise ValueError(new.undoes)
        frames = {name: frame for name, frame in facts.items() if len(frame)}
        committed = [_commitments(each) for each in texts if len(each.refs)]
        if committed:
            frames["commitments"] = pl.concat(committed)
        columns = FORMS[FORM]
        rows = {
            name: _rows(frames[name], FACTS[name]) for name in columns if name in frames
        }
        lines = {name: _lines(frame, columns[name]) for name, frame in rows.items()}
        act: dict[str, Any] = {
            "number": number,
            "at": now,
            "day": new.day.isoformat(),
            "kind": new.kind,
            "by": _word(new.by),
            "approved_by": _word(new.approved_by),
            "reason": _word(new.reason),
            "remark": new.remark,
            "rests_on": number - 1 if rests_on is None else rests_on,
            "undoes": new.undoes,
            "plan": new.plan,
            "detail": _encodable(
                json.dumps(new.detail, sort_keys=True, ensure_ascii=False)
            ),
            "form": FORM,
            "facts": sum(map(len, lines.values())),
            "digest": digest_of(lines),
            "previous": FIRST if last is None else last["hash"],
        }
        act["hash"] = act_hash(act)
        self.connection.execute(sa.insert(ACTS), act)
        for each in texts:
            if each.refs.is_empty():
                continue
            frame = pl.DataFrame(
                {"ref": each.refs, "text": each.texts, "salt": each.salts}
            )
            insert(self.connection, PERSONAL, frame)
        for name, frame in rows.items():
            insert(self.connection, FACTS[name], frame.with_columns(act=number))
        self._count()
        return Act.of(act)


def _now(connection: sa.Connection) -> str:
    """Return the time in UTC: of the server, where several computers write."""
    if connection.dialect.name == "sqlite":
        return datetime.now(UTC).strftime(_STAMP)
    now: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return now.astimezone(UTC).strftime(_STAMP)


def _word(text: str | None) -> str | None:
    """Return a text that a line of a digest and every database can hold."""
    return None if text is None else _encodable(re.sub(_CONTROL, " ", text))


def _encodable(text: str) -> str:
    """Return a text without the halves of signs that a file's name can have."""
    return text.encode("utf-8", "replace").decode()


def _commitments(texts: Personal) -> pl.DataFrame:
    # A salted hash has no columnar form.
    pairs = zip(texts.salts.to_list(), texts.texts.to_list(), strict=True)
    left = [commitment_of(salt, text) for salt, text in pairs]
    return pl.DataFrame({"ref": texts.refs, "commitment": left}).select(
        "ref", "commitment", kind=pl.lit(texts.kind)
    )


def _rows(frame: pl.DataFrame, table: sa.Table) -> pl.DataFrame:
    """Return a frame with all columns of a table but ``act``, as they are stored."""
    kinds: dict[str, Any] = {
        c.name: pl.String if isinstance(c.type, sa.Text) else pl.Int64
        for c in table.columns
        if c.name not in {"act", "row"}
    }
    if unknown := {*frame.columns} - {*kinds}:
        raise ValueError(unknown)
    columns = [
        _stored(pl.col(name), frame.schema[name], kind)
        if name in frame.columns
        else pl.lit(None, kind).alias(name)
        for name, kind in kinds.items()
    ]
    return frame.select(columns).with_row_index("row", 1)


def _stored(column: pl.Expr, given: pl.DataType, kind: Any) -> pl.Expr:
    if isinstance(given, pl.Date):
        return column.dt.strftime("%Y-%m-%d")
    if isinstance(given, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.6f")
    if kind == pl.String:
        return column.cast(kind).str.replace_all(_CONTROL, " ")
    return column.cast(kind)


def _lines(frame: pl.DataFrame, columns: tuple[str, ...]) -> list[str]:
    """Return the lines that a digest is taken of; see `ektp_sched.ledger.chain`."""
    values = [("=" + pl.col(name).cast(pl.String)).fill_null("") for name in columns]
    return frame.select(pl.concat_str(values, separator="\x1f")).to_series().to_list()


def insert(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame) -> None:
    """Put rows into a table, with those columns that the frame has."""
    if frame.is_empty():
        return
    names = ", ".join(f'"{name}"' for name in frame.columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * frame.width)
        statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'
        connection.exec_driver_sql(statement, frame.rows())
        return
    text = BytesIO()
    frame.write_csv(text, include_header=False, quote_style="non_numeric")
    cursor = connection.connection.cursor()
    statement = f'COPY "{table.name}" ({names}) FROM STDIN WITH (FORMAT csv)'
    with cursor.copy(statement) as copy:
        copy.write(text.getvalue())


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger at an address; tables are made when it is first written.

    Parameters
    ----------
    url
        As `ektp_sched.ledger.database.address` returns it.
    """

    url: sa.URL

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Yield what can be asked, all of one moment.

        Raises
        ------
        ektp_sched.errors.LedgerError
            There is no ledger yet, or it cannot be read.
        """
        if self._is_missing:
            raise self._absent()
        with sentences(self.url), connect(self.url).connect() as connection:
            current = is_current(connection)
        if current is None:
            raise self._absent()
        if not current:
            with self.writing():
                pass  # brings it to today's form
        with sentences(self.url), connect(self.url).connect() as connection:
            if connection.dialect.name == "postgresql":
                options = {"isolation_level": "REPEATABLE READ"}
                connection = connection.execution_options(**options)
            with connection.begin():
                yield Reader(connection)

    @contextmanager
    def writing(self, *, begun: bool = False) -> Iterator[Writer]:
        """Yield what can be appended; all of it is kept, or nothing if anything fails.

        Others wait meanwhile.

        Parameters
        ----------
        begun
            Whether there must be a ledger; else its tables are made.

        Raises
        ------
        ektp_sched.errors.LedgerError
            It cannot be written, or another writer takes too long.
        """
        if begun and not self.exists:
            raise self._absent()
        engine = connect(self.url, writes=True)
        with sentences(self.url), engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                # What is read after the lock is what the writer before has left.
                options = {"isolation_level": "READ COMMITTED"}
                connection = connection.execution_options(**options)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    wait = f"SET LOCAL lock_timeout = '{database.WAIT}s'"
                    connection.exec_driver_sql(wait)
                    connection.exec_driver_sql(_LOCK)
                migrate(connection)
                yield Writer(connection)

    @property
    def exists(self) -> bool:
        """Return whether there is a ledger at the address; a database must answer."""
        if self._is_missing:
            return False
        with sentences(self.url), connect(self.url).connect() as connection:
            return is_current(connection) is not None

    @property
    def place(self) -> str:
        """Return its address, without any password."""
        if self.url.drivername.startswith("sqlite"):
            return f"sqlite:///{self.url.database}"
        return shown(self.url)

    @property
    def _is_missing(self) -> bool:
        """Return whether there is no file to be opened: opening would make one."""
        is_file = self.url.drivername.startswith("sqlite")
        return is_file and not os.path.exists(str(self.url.database))

    def _absent(self) -> LedgerError:
        message = said(
            "is not there yet; {how} first",
            "belum ada; {how} dahulu",
            how=typed(
                "run `ektp-sched today` in the office folder",
                "jalankan `ektp-sched today` di folder kantor",
                said("plan the first day", "rencanakan hari pertama"),
            ),
        )
        return LedgerError(message, file=shown(self.url))
