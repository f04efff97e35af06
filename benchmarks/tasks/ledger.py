"""What the ledger writes and reads, each beside the bare rows in a bare database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from benchmarks.cases import START, scale_case
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.backlog.identity import application_ids, queue_numbers
from ektp_sched.days.folder import OfficeFolder, open_office
from ektp_sched.days.record import record
from ektp_sched.days.signature import Signature
from ektp_sched.ledger import NewAct, breaks, personal
from ektp_sched.morning.intake import take_in as take_in_export
from ektp_sched.office import to_toml

__all__ = ["folder", "prints", "take_in", "verify"]

_SIGNED = Signature(by="benchmark", day=START, confirmed=True)


def take_in(count: str) -> dict[str, Any]:
    """Take in an export of so many people."""
    return _written(int(count), 0)


def prints(count: str, cards: str) -> dict[str, Any]:
    """Record so many cards of so many people."""
    return _written(int(count), int(cards))


def _written(count: int, cards: int) -> dict[str, Any]:
    case = scale_case("site", count)
    with TemporaryDirectory() as scratch:
        office = _office(Path(scratch), count)
        begin = from_frame(case.frame.head(1), case.office)
        backlog = from_frame(case.frame, case.office)
        known: dict[str, Any] = {"open": None, "gone": "accept"}
        take_in_export(office, begin, _SIGNED, **known)  # makes the tables
        listed = Path(scratch, "printed.csv")
        case.frame.select("application_id").tail(cards).with_columns(
            result=pl.lit("printed"), date=pl.lit(START), printer=pl.lit("printer-1")
        ).write_csv(listed)
        if cards:
            take_in_export(office, backlog, _SIGNED, **known)
        with office.ledger.reading() as reader:
            before = reader.number
        with Timer() as spent:
            if cards:
                record(office, [listed], _SIGNED)
            else:
                take_in_export(office, backlog, _SIGNED, **known)
        beside = _bare(office, before, Path(scratch, "bare.db"))
        with office.ledger.reading() as reader:
            printed = reader.facts("prints").height
    faults = [] if printed == cards else [f"{printed} cards recorded"]
    return {**spent.spent(), "beside": beside, "faults": faults}


def _office(path: Path, count: int) -> OfficeFolder:
    path.joinpath("office.toml").write_text(
        to_toml(scale_case("site", count).office), encoding="utf-8"
    )
    return open_office(path)


def _bare(folder: OfficeFolder, before: int, file: Path) -> dict[str, float]:
    """Return the time in which the rows of later acts go into a bare database."""
    with closing(sqlite3.connect(str(folder.ledger.url.database))) as ledger:
        tables = dict(
            ledger.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'table' "
                "AND name NOT IN ('acts', 'alembic_version')"
            )
        )
        refs = f"SELECT ref FROM commitments WHERE act > {before}"
        rows = {
            name: ledger.execute(
                f"SELECT * FROM {name} WHERE "
                + (f"ref IN ({refs})" if name == "personal" else f"act > {before}")
            ).fetchall()
            for name in tables
        }
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file, isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode = WAL")
        bare.execute("PRAGMA synchronous = FULL")
        for statement in tables.values():
            bare.execute(statement)
        with Timer() as writing:
            bare.execute("BEGIN IMMEDIATE")
            for name, lines in rows.items():
                if lines:
                    marks = ", ".join("?" * len(lines[0]))
                    bare.executemany(f"INSERT INTO {name} VALUES ({marks})", lines)
            bare.execute("COMMIT")
    return writing.spent()


def folder(path: str, people: str, facts: str) -> dict[str, Any]:
    """Make an office folder whose ledger has so many people and facts."""
    count = int(people)
    office = _office(Path(path), 1_000)
    numbers = (pl.int_range(count, eager=True) * 7919 + 9_900_000_000_000_001).cast(
        pl.String
    )
    ids = application_ids(numbers, bytes(32))
    with office.ledger.writing() as writer:
        known = personal(ids, "application")
        seen = pl.DataFrame({"person": known.refs}).with_columns(
            state=pl.lit("ready"),
            waiting_since=START - timedelta(days=40),
            urgency=pl.lit("routine"),
            card=pl.lit("KTP-el"),
            area=pl.lit("A"),
        )
        act = NewAct(kind="import", day=START, by="benchmark")
        writer.append(act, {"seen": seen}, known)
        left, plan = int(facts) - 2 * count, 0
        while left > 0:
            plan += 1
            planned = seen.head(left).select(
                "person",
                day=START + timedelta(days=plan),
                printer=pl.lit("printer-1"),
                batch=1,
                position=pl.int_range(pl.len()),
            )
            act = NewAct(kind="plan", day=START, by="benchmark", plan=plan)
            writer.append(act, {"planned": planned})
            left -= planned.height
    last = ids.tail(1)
    return {"queue_number": queue_numbers(last)[0], "id": last[0]}


def verify(path: str) -> dict[str, Any]:
    """Look for edits in a ledger, and fetch the same rows bare."""
    ledger = open_office(path).ledger
    with Timer() as spent, ledger.reading() as reader:
        faults = [str(each) for each in breaks(reader.connection)]
    with closing(sqlite3.connect(str(ledger.url.database))) as bare:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = [name for (name,) in bare.execute(tables)]
        with Timer() as reading:
            for name in names:
                bare.execute(f"SELECT * FROM {name}").fetchall()
    return {**spent.spent(), "beside": reading.spent(), "faults": faults}
