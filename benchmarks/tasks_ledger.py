"""What the ledger writes and reads, each beside the bare rows in a bare database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl

from benchmarks.cases import START, scale_case
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.backlog.identity import application_ids, queue_numbers
from ektp_sched.days.folder import OfficeFolder, open_office
from ektp_sched.days.record import record
from ektp_sched.days.signature import Signature
from ektp_sched.ledger import Ledger, NewAct, breaks, personal
from ektp_sched.morning.intake import take_in
from ektp_sched.office import to_toml

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ledger_folder", "ledger_verify", "ledger_writes"]

_SIGNED = Signature(by="benchmark", day=START, confirmed=True)


def ledger_writes(count: str, cards: str) -> dict[str, Any]:
    """Take in an export of so many people, then record so many cards.

    Returns
    -------
    dict
        Seconds of each, and of the same rows put into a bare file.
    """
    case = scale_case("site", int(count))
    with TemporaryDirectory() as scratch:
        folder = _office(Path(scratch), "site", int(count))
        begin = from_frame(case.frame.head(1), case.office)
        take_in(folder, begin, _SIGNED, open=None, gone="accept")  # makes the tables
        backlog = from_frame(case.frame, case.office)
        with folder.ledger.reading() as reader:
            before = reader.number
        with Timer() as taking:
            take_in(folder, backlog, _SIGNED, open=None, gone="accept")
        bare_import = _bare(folder, before, Path(scratch, "bare.db"))
        listed = Path(scratch, "printed.csv")
        case.frame.select("application_id").tail(int(cards)).with_columns(
            result=pl.lit("printed"), date=pl.lit(START), printer=pl.lit("printer-1")
        ).write_csv(listed)
        with folder.ledger.reading() as reader:
            before = reader.number
        with Timer() as recording:
            recorded = record(folder, [listed], _SIGNED)
        bare_prints = _bare(folder, before, Path(scratch, "bare.db"))
        with folder.ledger.reading() as reader:
            prints = reader.facts("prints").height
    faults = [] if prints == int(cards) else [f"{prints} cards recorded"]
    return {
        "import": taking.seconds,
        "bare_import": bare_import,
        "prints": recording.seconds,
        "bare_prints": bare_prints,
        "act": recorded.act,
        "faults": faults,
    }


def _office(path: Path, kind: str, count: int) -> OfficeFolder:
    path.joinpath("office.toml").write_text(
        to_toml(scale_case(kind, count).office), encoding="utf-8"
    )
    return open_office(path)


def _bare(folder: OfficeFolder, before: int, file: Path) -> float:
    """Return seconds in which the rows of later acts go into a bare database."""
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
    return writing.seconds


def ledger_folder(path: str, people: str, facts: str) -> dict[str, Any]:
    """Make an office folder whose ledger has so many people and facts.

    Returns
    -------
    dict
        The queue number and the id of one person.
    """
    count = int(people)
    folder = _office(Path(path), "site", 1_000)
    numbers = (pl.int_range(count, eager=True) * 7919 + 9_900_000_000_000_001).cast(
        pl.String
    )
    ids = application_ids(numbers, bytes(32))
    with folder.ledger.writing() as writer:
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


def ledger_verify(path: str, rounds: str) -> dict[str, Any]:
    """Look for edits in a ledger, and fetch the same rows bare.

    Returns
    -------
    dict
        Seconds of each, in turn, and what was found to be edited.
    """
    ledger: Ledger = open_office(path).ledger
    seconds: dict[str, list[float]] = {"verify": [], "bare": []}
    faults: list[str] = []
    for _ in range(int(rounds)):
        with Timer() as verifying, ledger.reading() as reader:
            faults += [str(each) for each in breaks(reader.connection)]
        seconds["verify"].append(verifying.seconds)
        with closing(sqlite3.connect(str(ledger.url.database))) as bare:
            names: Iterable[str] = [
                name
                for (name,) in bare.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table'"
                )
            ]
            with Timer() as reading:
                for name in names:
                    bare.execute(f"SELECT * FROM {name}").fetchall()
        seconds["bare"].append(reading.seconds)
    return {**seconds, "faults": faults}
