"""An input file, and the least that any program does with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

__all__ = ["baseline", "make"]


def make(folder: str, count: str) -> dict[str, Any]:
    """Write office.toml and backlog.csv of one site without due dates.

    Parameters
    ----------
    folder
        Where; it exists.
    count
        Number of applications.
    """
    from benchmarks.cases import START, scale_case
    from ektp_sched.office import to_toml

    case = scale_case("site", int(count))
    where = Path(folder)
    (where / "office.toml").write_text(to_toml(case.office), encoding="utf-8")
    case.frame.write_csv(where / "backlog.csv")
    return {"start": START.isoformat(), "days": case.days}


def baseline(source: str, target: str) -> dict[str, Any]:
    """Read a CSV with its dates, sort it by date and id, and write it.

    Parameters
    ----------
    source, target
        Files.
    """
    frame = pl.read_csv(source, try_parse_dates=True, glob=False)
    frame.sort("waiting_since", "application_id").write_csv(target)
    return {"rows": frame.height}
