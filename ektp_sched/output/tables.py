"""The CSV tables of a plan folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.model import PLANNED, REJECTS

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.backlog import Backlog
    from ektp_sched.output.figures import AnyPlan

__all__ = ["PLAN", "PRICES", "UNPRINTED", "write_csv", "write_rejects", "write_tables"]

PLAN: Final = {
    "application_id": pl.String(),
    "day": pl.Date(),
    "printer": pl.String(),
    "server": pl.String(),
    "batch": pl.Int64(),
    "position": pl.Int64(),
    "wait_days": pl.Int64(),
    "urgency": pl.String(),
    "pressure": pl.Float64(),
}
UNPRINTED: Final = {
    "application_id": pl.String(),
    "waiting_since": pl.Date(),
    "urgency": pl.String(),
    "reason": pl.String(),
}
PRICES: Final = {
    "resource": pl.String(),
    "day": pl.Date(),
    "tier": pl.String(),
    "rank": pl.String(),
    "one_more": pl.Float64(),
    "one_less": pl.Float64(),
}

_MOST_DIGITS: Final = 18
_STAMP: Final = "%Y-%m-%dT%H:%M:%S%.6f"


def write_csv(frame: pl.DataFrame, path: Path, places: int | None = None) -> None:
    """Write a table of the root: UTF-8, comma, LF, ISO dates.

    Parameters
    ----------
    frame
        What to write.
    path
        New file.
    places
        Decimals of every float; None: as many as needed.
    """
    frame.write_csv(path, datetime_format=_STAMP, float_precision=places)


def write_tables(plan: AnyPlan, folder: Path, *, parquet: bool) -> None:
    """Write applications, plan, unprinted, rejects, held and prices.

    Parameters
    ----------
    plan
        A verified plan.
    folder
        Where to write.
    parquet
        Whether the plan itself becomes plan.parquet.
    """
    backlog = plan.backlog
    planned = backlog.frame.select(*PLANNED)
    write_csv(_by_id(planned), folder / "applications.csv")
    assignments = plan.assignments.select(*PLAN)
    if parquet:
        assignments.write_parquet(folder / "plan.parquet")
    else:
        write_csv(assignments, folder / "plan.csv", places=6)
    write_csv(plan.unprinted.select(*UNPRINTED), folder / "unprinted.csv")
    write_rejects(backlog, folder)
    held = backlog.held.select("application_id", "status")
    write_csv(held.sort("application_id", "status"), folder / "held.csv")
    prices = pl.DataFrame(schema=PRICES) if plan.prices is None else plan.prices
    write_csv(prices.select(*PRICES), folder / "prices.csv")


def write_rejects(backlog: Backlog, folder: Path) -> None:
    """Write rejects.csv: row in the sheet, headings, reasons."""
    rejects = backlog.rejects.select(*REJECTS)
    write_csv(rejects.sort("row", maintain_order=True), folder / "rejects.csv")


def _by_id(frame: pl.DataFrame) -> pl.DataFrame:
    ids = frame["application_id"]
    if ids.is_sorted():
        return frame
    numbers = _numbers(ids)
    return (
        frame.sort("application_id") if numbers is None else frame[numbers.arg_sort()]
    )


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
