"""Acts, the facts that they add, the one table that can be erased, and their guards.

Every value is an integer or a text, and dates are ISO texts, so that a row is the same
text in every database and its digest too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from ektp_sched.signs import TOLD

if TYPE_CHECKING:
    from collections.abc import Iterator


METADATA: Final = sa.MetaData()

KINDS: Final = (
    *("begin", "import", "plan", "prints", "handed", "told", "count", "outage"),
    *("priority", "accept", "reprint", "undo", "forget", "adopt", "office"),
    "sheet",
)
"""What an act can be."""

RESULTS: Final = ("printed", "spoilt", "unprinted", "open")
"""What is known of a card on a sheet; open: nobody knows, and somebody said so."""

ACTS: Final = sa.Table(
    "acts",
    METADATA,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),  # UTC, to the second
    sa.Column("day", sa.Text, nullable=False),  # of the office, that it is about
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),  # a name at the office, or the program
    sa.Column("approved_by", sa.Text),
    sa.Column("reason", sa.Text),  # a code
    sa.Column("remark", sa.BigInteger),  # a free text, by its number in `personal`
    sa.Column("rests_on", sa.BigInteger),  # the last act that it knew
    sa.Column("undoes", sa.BigInteger),
    sa.Column("plan", sa.BigInteger, unique=True),  # number of the plan that it makes
    sa.Column("detail", sa.Text, nullable=False),  # JSON, keys sorted
    sa.Column("form", sa.Integer, nullable=False),  # of the digest of its facts
    sa.Column("facts", sa.BigInteger, nullable=False),  # rows
    sa.Column("digest", sa.Text, nullable=False),  # of its rows
    sa.Column("previous", sa.Text, nullable=False),  # hash of the act before
    sa.Column("hash", sa.Text, nullable=False),
)
"""One row an act; nothing of it is ever changed."""

PERSONAL: Final = sa.Table(
    "personal",
    METADATA,
    sa.Column("ref", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("salt", sa.Text, nullable=False),
    # A person is asked for by id, or by a queue number: 12,000 beginnings of ids.
    sa.Index("ix_personal_begins", sa.text(f"substr(text, 1, {TOLD})")),
)
"""All that is about a person, by random numbers: ids and free texts.

What is erased here leaves its commitment behind, SHA-256 of salt, U+001F and text.
"""


def _facts(name: str, *columns: sa.Column[int] | sa.Column[str]) -> sa.Table:
    """Return a table of facts: the act, the row in it, then what it says."""
    return sa.Table(
        name,
        METADATA,
        sa.Column("act", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("row", sa.BigInteger, primary_key=True, autoincrement=False),
        *columns,
    )


def _person() -> sa.Column[int]:
    """Return whom a fact is about: a number in `PERSONAL`."""
    return sa.Column("person", sa.BigInteger, nullable=False, index=True)


def _text(name: str, *, needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=not needed)


def _number(name: str, *, needed: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=not needed)


FACTS: Final[dict[str, sa.Table]] = {
    table.name: table
    for table in (
        # Whom or what a number stands for: ``application`` or ``remark``.
        _facts(
            "commitments",
            _number("ref", needed=True),
            _text("kind", needed=True),
            _text("commitment", needed=True),
        ),
        # What an export says of an application, where that is new or has changed.
        _facts(
            "seen",
            _person(),
            _text("state", needed=True),  # ready, held, rejected
            _text("waiting_since"),
            _text("ready_on"),
            _text("urgency"),
            _text("due_on"),
            _text("card"),
            _text("area"),
            _text("recorded_at"),
            _text("promised_on"),
            _text("pinned_on"),
            _text("status"),
        ),
        # Whom an export has no longer.
        _facts("gone", _person()),
        # What an export says and waits to be accepted, as it puts a person ahead.
        _facts(
            "withheld",
            _person(),
            _text("field", needed=True),
            _text("export"),  # null: no longer
            _text("used"),
        ),
        # What somebody accepted, ranked, or had printed anew, in place of the export's.
        _facts("overrides", _person(), _text("field", needed=True), _text("value")),
        # The place that a plan gives, where it is another than before; all null: none.
        _facts(
            "planned",
            _person(),
            _text("day"),
            _text("printer"),
            _number("batch"),
            _number("position"),
        ),
        # A date that a person was told.
        _facts("told", _person(), _text("promised_on", needed=True)),
        # What became of a card on a sheet, or beside all sheets.
        _facts(
            "prints",
            _person(),
            _text("result", needed=True),
            _text("day", needed=True),
            _text("printer"),
            _text("operator"),
            _text("card"),
            _number("plan"),  # whose sheet it stood on
            _text("reason"),  # a code
            _number("remark"),
        ),
        # A card given to its owner.
        _facts("handed", _person(), _text("day", needed=True)),
        # Blanks on hand on the morning of the act's day, and how many there should be.
        _facts(
            "counts",
            _text("card", needed=True),
            _number("blanks", needed=True),
            _number("expected"),
        ),
        # What a server or printer can do in some days: ``left`` of a million parts.
        _facts(
            "outages",
            _text("resource", needed=True),
            _text("begins", needed=True),
            _text("ends"),
            _number("left", needed=True),
        ),
        # Sheets of earlier plans that no longer count.
        _facts(
            "voids",
            _number("plan", needed=True),
            _text("day", needed=True),
            _text("printer", needed=True),
        ),
        # Whose text was erased.
        _facts("forgotten", _number("ref", needed=True)),
    )
}
"""Tables of facts by name, in the order in which a digest takes them."""


_TABLES: Final = ("acts", *FACTS, "personal")
_WORD: Final = "the ledger is never edited"
_BODY: Final = f" BEGIN RAISE EXCEPTION '{_WORD}'; END "


def _events(table: str) -> tuple[str, ...]:
    """Return what is refused: of personal texts one can be taken away, none changed."""
    return ("UPDATE",) if table == "personal" else ("UPDATE", "DELETE")


def _of_sqlite() -> Iterator[tuple[str, str, str]]:
    """Yield table, name and statement of each trigger."""
    for table in _TABLES:
        for event in _events(table):
            name = f"kept_{table}_{event.lower()}"
            yield (
                table,
                name,
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{_WORD}'); END",
            )


def set_triggers(connection: sa.Connection) -> None:
    """Set every trigger anew."""
    drop_triggers(connection)
    if connection.dialect.name == "sqlite":
        for _, _, statement in _of_sqlite():
            connection.exec_driver_sql(statement)
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$${_BODY}$$"
    )
    for table in _TABLES:
        for name, events in _of_postgresql(table):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name} BEFORE {events} ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION kept()"
            )


def _of_postgresql(table: str) -> Iterator[tuple[str, str]]:
    yield "kept", " OR ".join(_events(table))
    yield "kept_whole", "TRUNCATE"


def drop_triggers(connection: sa.Connection) -> None:
    """Take every trigger away, where tables are to be made anew."""
    if connection.dialect.name == "sqlite":
        for _, name, _ in _of_sqlite():
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        return
    for table in _TABLES:
        for name, _ in _of_postgresql(table):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")


_STANDING: Final = """
    SELECT c.relname, t.tgname
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgenabled IN ('O', 'A') AND p.prosrc = %s
    AND c.relnamespace = current_schema()::regnamespace
    AND t.tgqual IS NULL AND t.tgtype = CASE
        WHEN t.tgname = 'kept_whole' THEN 34
        WHEN c.relname = 'personal' THEN 18
        ELSE 26
    END
"""
"""Triggers before the statement (2): of truncate (32), update (16) and delete (8)."""


def unguarded(connection: sa.Connection) -> list[str]:
    """Return the tables of which the database does not refuse every edit."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        )
        standing = {(row[0], row[1]) for row in rows}
        lacking = [t for t, name, sql in _of_sqlite() if (name, sql) not in standing]
    else:
        rows = connection.exec_driver_sql(_STANDING, (_BODY,))
        standing = {(row[0], row[1]) for row in rows}
        lacking = [
            table
            for table in _TABLES
            for name, _ in _of_postgresql(table)
            if (table, name) not in standing
        ]
    return [*dict.fromkeys(lacking)]
