"""Every edit of a ledger is found, whoever can write its database."""

from __future__ import annotations

import os
import random
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import sqlalchemy as sa

from ektp_sched.ledger import Ledger, NewAct, breaks, personal, short_head
from ektp_sched.ledger.chain import FIRST, act_hash
from ektp_sched.ledger.database import connect
from ektp_sched.ledger.tables import ACTS, FACTS, METADATA, PERSONAL, drop_triggers
from ektp_sched.ledger.verify import verify_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = date(2017, 9, 12)
QUICK = os.environ.get("EKTP_PROFILE") == "quick"
EDITS = {"sqlite": 100 if QUICK else 1_000, "postgresql": 20 if QUICK else 100}


@pytest.fixture
def ledger(ledger_url: sa.URL) -> Ledger:
    """A ledger with rows in every table."""
    ledger = Ledger(ledger_url)
    people = personal(pl.Series([f"A{n}" for n in range(9)]), "application")
    remark = personal(pl.Series(["kartu tertekuk", "sakit"]), "remark")
    who = people.refs
    facts: list[tuple[str, dict[str, Any]]] = [
        ("import", {"seen": {"person": who, "state": "ready", "waiting_since": DAY}}),
        ("import", {"gone": {"person": who[:1]}}),
        (
            "accept",
            {"overrides": {"person": who[:1], "field": "area", "value": "Alak"}},
        ),
        (
            "import",
            {"withheld": {"person": who[:1], "field": "area", "export": "Kota"}},
        ),
        ("plan", {"planned": {"person": who, "day": DAY, "printer": "p1", "batch": 1}}),
        ("told", {"told": {"person": who[:2], "promised_on": DAY}}),
        ("prints", {"prints": {"person": who[:3], "result": "printed", "day": DAY}}),
        ("handed", {"handed": {"person": who[:2], "day": DAY}}),
        ("count", {"counts": {"card": "KTP-el", "blanks": 500, "expected": None}}),
        ("outage", {"outages": {"resource": "p1", "begins": DAY, "left": 0}}),
        ("plan", {"voids": {"plan": 1, "day": DAY, "printer": "p1"}}),
    ]
    with ledger.writing() as writer:
        writer.append(NewAct(kind="begin", day=DAY, by="Ina"), {}, people, remark)
        for at, (kind, rows) in enumerate(facts):
            new = NewAct(
                kind=kind,
                day=DAY,
                by="Ina",
                reason="jam" if at % 2 else None,
                remark=int(remark.refs[0]) if kind == "accept" else None,
                plan=at if kind == "plan" else None,
                detail={"at": at},
            )
            frames = {name: pl.DataFrame(row) for name, row in rows.items()}
            writer.append(new, frames)
        gone = pl.DataFrame({"ref": remark.refs[1:]})
        writer.append(NewAct(kind="forget", day=DAY, by="Ina"), {"forgotten": gone})
        query = sa.delete(PERSONAL).where(PERSONAL.c.ref == int(remark.refs[1]))
        writer.connection.execute(query)
    return ledger


class Undo(Exception):
    """Takes back what a hand did, once it was looked at."""


def hand(ledger: Ledger) -> sa.Connection:
    """Return a database in which nothing refuses an edit."""
    connection = connect(ledger.url, writes=True).connect()
    connection.begin()
    drop_triggers(connection)
    return connection


def seen(connection: sa.Connection, *heads: str) -> set[str]:
    """Return what is seen beside that the triggers are gone."""
    found: set[str] = {broken.what for broken in breaks(connection, heads)}
    return found - {"trigger"}


def edits(connection: sa.Connection, draw: random.Random) -> Iterator[Any]:
    """Yield single edits: a value, a row taken away, a row put in, two exchanged."""
    tables = [ACTS, PERSONAL, *FACTS.values()]
    while True:
        table = draw.choice(tables)
        rows = [dict(r) for r in connection.execute(sa.select(table)).mappings()]
        row = draw.choice(rows)
        is_row = sa.and_(*(column == row[column.name] for column in table.primary_key))
        what = draw.random()
        if what < 0.1:
            yield sa.delete(table).where(is_row)
        elif what < 0.2 and table is not ACTS:
            key = [*table.primary_key][-1].name
            yield sa.insert(table).values({**row, key: row[key] + 10**6})
        else:
            column = draw.choice([*table.columns])
            value = row[column.name]
            is_text = isinstance(column.type, sa.Text)
            others = [r[column.name] for r in rows if r[column.name] != value]
            choices = [
                *others[:3],
                "" if is_text else 0,
                f"{value} " if is_text else 77,
            ]
            choices += [None] * column.nullable
            new = draw.choice([c for c in choices if c != value or c is None])
            if new == value:
                continue
            yield sa.update(table).where(is_row).values({column.name: new})


@pytest.mark.slow
def test_each_of_a_thousand_edits_is_found(ledger: Ledger) -> None:
    draw = random.Random(20170912)
    connection = hand(ledger)
    assert seen(connection) == set()
    tried = 0
    for edit in edits(connection, draw):
        try:
            with connection.begin_nested():
                connection.execute(edit)
                assert seen(connection), edit.compile(
                    compile_kwargs={"literal_binds": True}
                )
                raise Undo
        except (Undo, sa.exc.IntegrityError) as end:
            tried += isinstance(end, Undo)
        if tried == EDITS[connection.dialect.name]:
            break
    assert seen(connection) == set()
    connection.close()


def rewritten(connection: sa.Connection, number: int, **values: Any) -> None:
    """Change an act, and hash it and all after it anew."""
    rows = connection.execute(sa.select(ACTS).order_by(ACTS.c.number)).mappings()
    previous = FIRST
    for row in [dict(row) for row in rows]:
        row |= {"previous": previous}
        if row["number"] == number:
            row |= values
        row["hash"] = previous = act_hash(row)
        query = sa.update(ACTS).where(ACTS.c.number == row["number"])
        connection.execute(query.values(row))


@pytest.mark.slow
def test_a_rewritten_chain_is_found_by_a_head_on_paper_alone(ledger: Ledger) -> None:
    with ledger.reading() as reader:
        acts = reader.acts(live=False)
    old, new = (short_head(acts[at].hash) for at in (1, -1))
    connection = hand(ledger)
    assert seen(connection, old, new, acts[-1].hash) == set()
    rewritten(connection, 5, by="Budi")
    assert seen(connection) == set()
    assert seen(connection, old) == set()  # which stands before what was rewritten
    assert seen(connection, new) == {"head"}
    assert seen(connection, "") == {"head"}
    connection.close()


def test_acts_exchanged_or_left_out_are_found(ledger: Ledger) -> None:
    connection = hand(ledger)
    move = "UPDATE acts SET number = {} WHERE number = {}"
    for places in ((99, 4), (4, 5), (5, 99)):
        connection.exec_driver_sql(move.format(*places))
    assert seen(connection) >= {"link", "hash"}
    connection.rollback()
    connection.close()
    connection = hand(ledger)
    connection.execute(sa.delete(ACTS).where(ACTS.c.number == 6))
    assert seen(connection) >= {"gap", "stray"}
    connection.close()


def test_a_trigger_that_is_gone_or_does_nothing_is_said(ledger: Ledger) -> None:
    with ledger.writing() as writer:
        connection = writer.connection
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER kept_told_delete")
            connection.exec_driver_sql("DROP TRIGGER kept_prints_update")
            connection.exec_driver_sql(
                "CREATE TRIGGER kept_prints_update BEFORE UPDATE ON prints "
                "BEGIN SELECT 1; END"
            )
        else:
            connection.exec_driver_sql("DROP TRIGGER kept_whole ON told")
            connection.exec_driver_sql("ALTER TABLE prints DISABLE TRIGGER kept")
    with ledger.reading() as reader:
        found = breaks(reader.connection)
    assert {(broken.what, broken.table) for broken in found} == {
        ("trigger", "told"),
        ("trigger", "prints"),
    }
    assert all(broken.message.indonesian != broken.message for broken in found)


@pytest.mark.slow
def test_the_database_refuses_every_edit(ledger: Ledger) -> None:
    for table in (ACTS, PERSONAL, *FACTS.values()):
        name = [*table.columns][-1].name
        statements = [f'UPDATE "{table.name}" SET "{name}" = "{name}"']
        if table is not PERSONAL:
            statements.append(f'DELETE FROM "{table.name}"')
        for statement in statements:
            with pytest.raises(sa.exc.DBAPIError, match="never edited"):
                executed(ledger, statement)


def executed(ledger: Ledger, statement: str) -> None:
    with ledger.writing() as writer:
        writer.connection.exec_driver_sql(statement)


def test_bytes_that_look_like_a_text_are_found(ledger: Ledger) -> None:
    """Only SQLite would keep them, and show them alike."""
    if not ledger.url.drivername.startswith("sqlite"):
        return
    edits = [
        "UPDATE prints SET result = CAST(result AS BLOB)",
        "UPDATE prints SET result = CAST(x'ff' AS TEXT)",
        "UPDATE acts SET \"by\" = CAST(x'ff' AS TEXT) WHERE number = 3",
        "UPDATE personal SET text = text || char(0) || 'x'",
        "UPDATE planned SET printer = printer || char(0)",
        "UPDATE acts SET number = 'x' WHERE number = 3",
    ]
    for edit in edits:
        connection = hand(ledger)
        connection.exec_driver_sql(edit)
        assert seen(connection), edit
        connection.close()


def test_what_came_after_the_last_head_is_counted(ledger: Ledger) -> None:
    with ledger.reading() as reader:
        acts = reader.acts(live=False)
        plan = verify_ledger(reader)
        third = verify_ledger(reader, [short_head(acts[2].hash)])
        none = verify_ledger(reader, ["00000-00000-00000-00000"])
    last = max(act.number for act in acts if act.kind == "plan")
    assert plan.protected == last
    assert plan.unprotected == len(acts) - last
    assert third.protected == 3
    assert none.protected == 0
    assert [broken.what for broken in none.breaks] == ["head"]
    assert {*METADATA.tables} >= {*FACTS}
