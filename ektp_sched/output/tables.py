"""The CSV tables of a plan folder."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import polars as pl

from ektp_sched.backlog.known import CARRIED, DONE_REJECTS, GIVEN
from ektp_sched.backlog.model import PLANNED, REJECTS
from ektp_sched.backlog.records import RECORDS
from ektp_sched.documents.seal import (
    CARRIED_FILE,
    CHANGES_FILE,
    DONE_REJECTS_FILE,
    RECORDS_FILE,
    SLIPPED_FILE,
)
from ektp_sched.documents.tables import PLAN, PRICES, UNPRINTED
from ektp_sched.output.shifts import total_savings
from ektp_sched.yesterday.changes import changes, slipped

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.output.figures import AnyPlan

    Ints = NDArray[np.int64]

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
_MOST_DIGITS: Final = 18
_SPARSE: Final = 8
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


def applications_csv(backlog: Backlog) -> memoryview:
    """Return applications.csv: the planned applications, by id.

    After a previous plan each row says where that printed it.  It needs no plan, so a
    caller can have it made while one is.
    """
    text, frame = BytesIO(), backlog.frame.select(*PLANNED)
    if backlog.known is not None:
        frame = frame.hstack(backlog.known.given.select(*GIVEN))
    write_csv(_by_id(frame), text)
    return text.getbuffer()


def write_plan(plan: AnyPlan, folder: Path, *, parquet: bool) -> None:
    """Write plan.csv, or plan.parquet."""
    if parquet:
        plan.assignments.select(*PLAN).write_parquet(folder / "plan.parquet")
    else:
        (folder / "plan.csv").write_bytes(plan_csv(plan))


def plan_csv(plan: AnyPlan) -> memoryview:
    """Return plan.csv: who is printed when and where."""
    text = BytesIO()
    write_csv(plan.assignments.select(*PLAN), text, places=6)
    return text.getbuffer()


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


def _by_id(frame: pl.DataFrame) -> pl.DataFrame:
    ids = frame["application_id"]
    if ids.is_sorted():
        return frame
    numbers = _numbers(ids)
    if numbers is None:
        return frame.sort("application_id")
    return frame[_order(numbers.to_numpy())]


def _order(numbers: Ints) -> Ints:
    """Return the order of numbers that are all different."""
    low = int(numbers.min())
    span = int(numbers.max()) - low + 1
    if span > _SPARSE * len(numbers):
        return np.argsort(numbers)
    # Numbers given out one after another say themselves where they belong.
    place = np.full(span, -1, dtype=np.int64)
    place[numbers - low] = np.arange(len(numbers))
    return place[place >= 0]


def _numbers(ids: pl.Series) -> pl.Series | None:
    """Return numbers that sort as ids of one form such as KPG-000123 do.

    Sorting numbers is several times faster than sorting text.
    """
    first = str(ids[0])
    stem = first.rstrip("0123456789")
    width = len(first) - len(stem)
    if not 0 < width <= _MOST_DIGITS or not ids.str.starts_with(stem).all():
        return None
    rest = ids.str.slice(len(stem))
    alike = rest.str.contains(rf"^[0-9]{{{width}}}$").all()
    return rest.cast(pl.Int64) if alike else None
