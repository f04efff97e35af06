"""Two days of one office: the exports, what was printed, and both mornings."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl

from benchmarks.cases import START, scale_case
from benchmarks.measure import Timer
from ektp_sched.backlog import from_frame
from ektp_sched.office import to_toml
from ektp_sched.planning import plan
from ektp_sched.trust import verify

if TYPE_CHECKING:
    from benchmarks.cases import Case

__all__ = ["mornings", "next_export", "two_days"]

_SECOND = START + timedelta(days=1)
_LAG, _SPOILT = 50, 100
"""One in so many printed cards is still in the export; one in so many was spoilt."""


def mornings(kind: str, count: str, days: str, rounds: str) -> dict[str, Any]:
    """Plan the second day with and without the first, in turn, after a warm-up.

    Parameters
    ----------
    kind, count, days
        As in `benchmarks.cases.scale_case`.
    rounds
        How often.

    Returns
    -------
    dict
        Processor seconds of each plan and of its verification; cards moved; faults.
    """
    _both(scale_case(kind, 1_000, int(days)), 1)
    return _both(scale_case(kind, int(count), int(days)), int(rounds))


def _both(case: Case, rounds: int) -> dict[str, Any]:
    yesterday = plan(
        from_frame(case.frame, case.office), case.office, start=START, days=case.days
    )
    today = pl.col("day") == START
    frame, told = _next(case.frame, yesterday.assignments.filter(today))
    backlog = from_frame(frame, case.office)
    names = ("first", "second", "verify", "verify_second")
    spent: dict[str, list[float]] = {name: [] for name in names}
    faults: list[str] = []
    moved = 0
    with TemporaryDirectory() as folder:
        listed = Path(folder, "printed.csv")
        told.write_csv(listed)
        known: dict[str, Any] = {"previous": yesterday, "done": listed}
        for _ in range(rounds):
            for name, options in (("first", {}), ("second", known)):
                with Timer() as planning:
                    made = plan(
                        backlog, case.office, start=_SECOND, days=case.days, **options
                    )
                with Timer() as checking:
                    faults += map(str, verify(made, made.backlog, case.office))
                spent[name].append(planning.cpu)
                check = "verify" if name == "first" else "verify_second"
                spent[check].append(checking.cpu)
                if made.status != "optimal":
                    faults.append(f"the {name} morning is {made.status}")
            moved = sum(tier.value for tier in made.tiers if tier.name == "moved")
    return {**spent, "moved": moved, "faults": faults}


def _next(
    frame: pl.DataFrame, printed: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the second day's export, and the list of what was printed."""
    numbered = printed.select("application_id").with_row_index("at")
    spoilt, lag = pl.col("at") % _SPOILT == 0, pl.col("at") % _LAG == 1
    gone = numbered.filter(~(spoilt | lag))["application_id"]
    result = pl.when(spoilt).then(pl.lit("spoilt")).otherwise(pl.lit("printed"))
    told = numbered.select("application_id", result=result, reason=pl.lit("ribbon"))
    stay = frame.filter(~pl.col("application_id").is_in(gone.implode()))
    new = frame.head(len(gone)).with_columns(
        ("B" + pl.col("application_id").str.slice(1)).alias("application_id"),
        pl.lit(START).alias("waiting_since"),
        pl.lit(START).alias("ready_on"),
    )
    return pl.concat([stay, new]), told


def two_days(folder: str, kind: str, count: str, days: str) -> dict[str, Any]:
    """Write the office and the first day's export.

    Parameters
    ----------
    folder
        Where; it exists.
    kind, count, days
        As in `benchmarks.cases.scale_case`.
    """
    case = scale_case(kind, int(count), int(days))
    where = Path(folder)
    (where / "office.toml").write_text(to_toml(case.office), encoding="utf-8")
    case.frame.write_csv(where / "first.csv")
    return {"start": START.isoformat(), "second": _SECOND.isoformat()}


def next_export(folder: str, plan_folder: str) -> dict[str, Any]:
    """Write the second day's export, and the list of what was printed.

    Parameters
    ----------
    folder
        As of `two_days`.
    plan_folder
        The first day's plan.
    """
    where = Path(folder)
    frame = pl.read_csv(where / "first.csv", try_parse_dates=True)
    printed = pl.read_csv(Path(plan_folder, "plan.csv"), try_parse_dates=True)
    export, told = _next(frame, printed.filter(pl.col("day") == START))
    export.write_csv(where / "second.csv")
    told.write_csv(where / "printed.csv")
    return {"rows": export.height}
