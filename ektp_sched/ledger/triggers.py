"""What makes a database refuse an edit of acts and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ektp_sched.ledger.tables import FACTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

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
