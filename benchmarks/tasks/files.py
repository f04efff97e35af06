"""Input files, and the least that any program does with one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

__all__ = ["least", "make", "next_export"]

_LAG, _SPOILT = 50, 100
"""One in so many printed cards is still in the export; one in so many was spoilt."""


def make(folder: str, kind: str, count: str, days: str) -> dict[str, Any]:
    """Write office.toml and backlog.csv of `benchmarks.cases.scale_case`."""
    from benchmarks.cases import START, scale_case
    from ektp_sched.office import to_toml

    case = scale_case(kind, int(count), int(days))
    where = Path(folder)
    (where / "office.toml").write_text(to_toml(case.office), encoding="utf-8")
    case.frame.write_csv(where / "backlog.csv")
    second = START + timedelta(days=1)
    return {"start": START.isoformat(), "second": second.isoformat()}


def least(source: str, target: str) -> dict[str, Any]:
    """Read a CSV with its dates, sort it by date and id, and write it."""
    frame = pl.read_csv(source, try_parse_dates=True, glob=False)
    frame.sort("waiting_since", "application_id").write_csv(target)
    return {}


def next_export(folder: str, plan_folder: str) -> dict[str, Any]:
    """Write the second day's export, and what was printed on the first.

    Most of it is gone from the export, some still in it, some was spoilt, and as many
    people are new as were printed.
    """
    frame = pl.read_csv(Path(folder, "backlog.csv"), try_parse_dates=True)
    planned = pl.read_csv(Path(plan_folder, "plan.csv"), try_parse_dates=True)
    first = planned["day"].min()
    printed = planned.filter(pl.col("day") == first).select("application_id")
    numbered = printed.with_row_index("at")
    spoilt, lag = pl.col("at") % _SPOILT == 0, pl.col("at") % _LAG == 1
    gone = numbered.filter(~(spoilt | lag))["application_id"]
    result = pl.when(spoilt).then(pl.lit("spoilt")).otherwise(pl.lit("printed"))
    told = numbered.select("application_id", result=result, reason=pl.lit("ribbon"))
    new = frame.head(len(gone)).with_columns(
        ("B" + pl.col("application_id").str.slice(1)).alias("application_id"),
        pl.lit(first).alias("waiting_since"),
        pl.lit(first).alias("ready_on"),
    )
    stay = frame.filter(~pl.col("application_id").is_in(gone.implode()))
    pl.concat([stay, new]).write_csv(Path(folder, "second.csv"))
    told.write_csv(Path(folder, "printed.csv"))
    return {}
