"""The CSV tables of a plan folder."""

from __future__ import annotations

from contextlib import nullcontext
from io import BytesIO
from typing import TYPE_CHECKING, Final, cast

import polars as pl

from ektp_sched.backlog.known import CARRIED, DONE_REJECTS, GIVEN
from ektp_sched.backlog.model import PLANNED, REJECTS
from ektp_sched.backlog.records import RECORDS
from ektp_sched.documents.plan import PLAN, PRICES, UNPRINTED
from ektp_sched.documents.seal import (
    CARRIED_FILE,
    CHANGES_FILE,
    DONE_REJECTS_FILE,
    RECORDS_FILE,
    SLIPPED_FILE,
)
from ektp_sched.output.shifts import total_savings
from ektp_sched.people.order import by_code_point
from ektp_sched.yesterday.changes import changes, slipped

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.backlog import Backlog
    from ektp_sched.output.figures import AnyPlan

SHIFTS_FILE: Final = "shifts.csv"
_SHIFTS: Final = {
    "shift": pl.String(),
    "day": pl.Date(),
    "cost_idr": pl.Int64(),
    "pressure_days_saved": pl.Float64(),
    "unprinted_saved": pl.Int64(),
    "overdue_saved": pl.Int64(),
    "promise_days_saved": pl.Int64(),
    "person_days_saved": pl.Int64(),
    "wasted_trips_saved": pl.Float64(),
    "needed_for_rules": pl.Boolean(),
}
_AT_ONCE: Final = 1 << 16
"""Rows of which a part of a table has as many."""
_STAMP: Final = "%Y-%m-%dT%H:%M:%S%.6f"


def write_csv(
    frame: pl.DataFrame, target: Path | BytesIO, places: int | None = None
) -> None:
    """Write a table of the root: UTF-8, comma, LF, ISO dates."""
    dates_as_text(frame).write_csv(
        target, datetime_format=_STAMP, float_precision=places
    )


def csv_bytes(frame: pl.DataFrame, places: int | None = None) -> bytes:
    """Return what `write_csv` would write."""
    text = BytesIO()
    write_csv(frame, text, places)
    return text.getvalue()


def dates_as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with its dates in ISO form, each day written out once."""
    written = []
    for column in frame.select(pl.selectors.date()).iter_columns():
        days = column.to_physical()
        first, last = cast("tuple[int | None, int | None]", (days.min(), days.max()))
        if first is None or last is None or last - first >= len(days):
            continue
        span = pl.int_range(first, last + 1, dtype=pl.Int32, eager=True)
        texts = span.cast(pl.Date).dt.to_string("iso:strict")
        written.append(texts.gather(days - first).alias(column.name))
    return frame.with_columns(written)


def write_applications(backlog: Backlog, target: Path | BytesIO) -> None:
    """Write applications.csv: the planned applications, by id.

    After a previous plan each row says where that printed it.
    """
    frame = backlog.frame.select(*PLANNED)
    if backlog.known is not None:
        frame = frame.hstack(backlog.known.given.select(*GIVEN))
    order = by_code_point(frame["application_id"])
    # A part after the other, as a sorted copy of the whole takes much memory.
    with (
        nullcontext(target)
        if isinstance(target, BytesIO)
        else target.open("wb") as file
    ):
        for begin in range(0, max(1, frame.height), _AT_ONCE):
            text = dates_as_text(frame[order[begin : begin + _AT_ONCE]])
            text.write_csv(file, include_header=not begin, datetime_format=_STAMP)


def write_plan(plan: AnyPlan, target: Path | BytesIO) -> None:
    """Write plan.csv: who is printed when and where."""
    write_csv(plan.assignments.select(*PLAN), target, places=6)


def write_tables(plan: AnyPlan, folder: Path) -> None:
    """Write unprinted, rejects, held and prices, and shifts where there are any."""
    backlog = plan.backlog
    write_csv(plan.unprinted.select(*UNPRINTED), folder / "unprinted.csv")
    write_rejects(backlog, folder)
    held = backlog.held.select("application_id", "status")
    write_csv(held.sort("application_id", "status"), folder / "held.csv")
    prices = pl.DataFrame(schema=PRICES) if plan.prices is None else plan.prices
    write_csv(prices.select(*PRICES), folder / "prices.csv")
    if plan.office.shifts:
        (folder / SHIFTS_FILE).write_bytes(shifts_csv(plan))
    for name, table in known_tables(plan).items():
        (folder / name).write_bytes(table)


def known_tables(plan: AnyPlan) -> dict[str, bytes]:
    """Return what became of the plan before, of records and dates told, by file."""
    tables, known = dict[str, bytes](), plan.backlog.known
    if (records := changed_records(plan.backlog)) is not None:
        tables[RECORDS_FILE] = csv_bytes(records.select(*RECORDS))
    if known is not None:
        tables[CARRIED_FILE] = csv_bytes(known.carried.select(*CARRIED))
        tables[CHANGES_FILE] = csv_bytes(changes(plan))
        if known.rejects.height:
            tables[DONE_REJECTS_FILE] = csv_bytes(known.rejects.select(*DONE_REJECTS))
    if dates_told(plan.backlog):
        tables[SLIPPED_FILE] = csv_bytes(slipped(plan))
    return tables


def changed_records(backlog: Backlog) -> pl.DataFrame | None:
    """Return the rows of records.csv; None where there are none."""
    records = backlog.records
    return None if records is None or records.is_empty() else records


def dates_told(backlog: Backlog) -> int:
    """Return to how many of the planned a date was told."""
    return backlog.planned - backlog.frame["promised_on"].null_count()


def shifts_csv(plan: AnyPlan) -> bytes:
    """Return shifts.csv: which are worked, what each costs and saves."""
    rows = []
    for use in plan.shifts:
        saved = total_savings(use)
        pressure = saved.get("pressure")
        whole = [saved.get(name) for name in ("unprinted", "overdue", "promise")]
        rows.append(
            (
                use.shift,
                use.day,
                use.cost_idr,
                None if pressure is None else float(pressure),
                *(None if value is None else int(value) for value in whole),
                use.person_days if use.saves else None,
                float(use.wasted_trips) if use.saves else None,
                use.needed_for_rules,
            )
        )
    return csv_bytes(pl.DataFrame(rows, schema=_SHIFTS, orient="row"), places=2)


def write_rejects(backlog: Backlog, folder: Path) -> None:
    """Write rejects.csv: row in the sheet, headings, reasons."""
    rejects = backlog.rejects.select(*REJECTS)
    write_csv(rejects.sort("row", maintain_order=True), folder / "rejects.csv")
