"""Histories for scenarios out of the ledger: who came, and which machine was down.

Who is print-ready in an export, and in none before, came since the export before: by
equal parts on each working day in between, the first days having one more where it does
not divide.  The first import tells who waited already, and nobody of it came.  Of a
machine that was out for a whole day its morning is said to be down; one that lost some
hours is up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.office import calendar

if TYPE_CHECKING:
    from ektp_sched.ledger import Reader
    from ektp_sched.office import Office
    from ektp_sched.rules.capacity import Outage

_AHEAD: Final = 366
"""Days after a closed day among which the next one that is worked is looked for."""


@dataclass(frozen=True, slots=True)
class Histories:
    """What `arrivals.history` and `breakdowns.NAME.history` of a scenarios.toml name.

    Parameters
    ----------
    arrivals
        day, urgency, cards: a row for each working day and class, also of none.
    outages
        day, resource, up (1 or 0): a row for each working day and machine in use.
    """

    arrivals: pl.DataFrame
    outages: pl.DataFrame


def histories(
    reader: Reader,
    office: Office,
    outages: tuple[Outage, ...] = (),
    *,
    first: date | None = None,
    last: date | None = None,
) -> Histories:
    """Return what happened, as scenarios read it.

    Parameters
    ----------
    reader
        The ledger.
    office
        The office.
    outages
        Those that the ledger knows, beside those of the office file.
    first, last
        Days to tell of; all from the first import's on if left out.
    """
    imports = sorted({act.day for act in reader.acts("import")})
    if not imports:
        return Histories(_ARRIVALS.clear(), _OUTAGES.clear())
    end = imports[-1] if last is None else min(last, imports[-1])
    begin = imports[0] if first is None else max(first, imports[0])
    arrivals = _arrivals(reader, office, imports).filter(
        pl.col("day").is_between(begin, end)
    )
    days = working_days(office, begin, end if last is None else last)
    return Histories(arrivals, _up(office, (*office.outages, *outages), days))


_ARRIVALS: Final = pl.DataFrame(
    schema={"day": pl.Date, "urgency": pl.String, "cards": pl.Int64}
)
_OUTAGES: Final = pl.DataFrame(
    schema={"day": pl.Date, "resource": pl.String, "up": pl.Int64}
)


def came(reader: Reader, office: Office) -> tuple[int, int]:
    """Return how many people came, and on how many working days as far as is known."""
    imports = sorted({act.day for act in reader.acts("import")})
    if not imports:
        return 0, 0
    arrivals = _arrivals(reader, office, imports)
    return int(arrivals["cards"].sum()), arrivals["day"].n_unique()


def working_days(office: Office, first: date, last: date) -> pl.Series:
    """Return the days on which an office works, both ends included."""
    length = max(0, (last - first).days + 1)
    if not length:
        return pl.Series("day", [], dtype=pl.Date)
    offsets = np.flatnonzero(calendar(office, first, length).open)
    return pl.Series(
        "day", [first + timedelta(days=int(at)) for at in offsets], dtype=pl.Date
    )


def _arrivals(reader: Reader, office: Office, imports: list[date]) -> pl.DataFrame:
    """Return all working days after the first import with the cards of each class."""
    days = working_days(office, imports[0], imports[-1] + timedelta(days=_AHEAD))
    days = days.filter(days > imports[0])
    if days.is_empty() or len(imports) == 1:
        return _ARRIVALS.clear()
    told = _told(days, pl.Series("day", imports, dtype=pl.Date))
    ends = told["told_on"].unique().sort()
    days = days.filter(days <= ends[-1])
    spans = pl.DataFrame(
        {"day": days, "told_on": ends.gather(ends.search_sorted(days))}
    )
    classes = pl.DataFrame(
        {"urgency": [*office.classes]}, schema={"urgency": pl.String}
    )
    newcomers = _newcomers(reader, office).join(told, on="day")
    counts = newcomers.group_by("told_on", "urgency").agg(pl.col("people").sum())
    place, size = pl.int_range(pl.len()).over("told_on"), pl.len().over("told_on")
    total = pl.col("people").fill_null(0)
    return (
        spans.with_columns(place=place, size=size.cast(pl.Int64))
        .join(classes, how="cross")
        .join(counts, on=("told_on", "urgency"), how="left", maintain_order="left")
        .select(
            "day",
            "urgency",
            cards=total // pl.col("size")
            + (pl.col("place") < total % pl.col("size")).cast(pl.Int64),
        )
    )


def _told(days: pl.Series, imports: pl.Series) -> pl.DataFrame:
    """Return day, told_on: up to which working day each import but the first tells.

    One on a closed day tells of the days before, or else of the next.
    """
    known, before = imports[1:], imports[:-1]
    until = days.search_sorted(known, side="right").cast(pl.Int64) - 1
    last = days.gather(until.clip(0))
    is_new = (until >= 0) & (last > before)
    after = days.gather(days.search_sorted(known))
    return pl.DataFrame({"day": known, "told_on": last.zip_with(is_new, after)})


def _newcomers(reader: Reader, office: Office) -> pl.DataFrame:
    """Return day, urgency, people: who is first seen print-ready, by the import's."""
    acts = {act.number: act.day for act in reader.acts("import")}
    is_known = pl.col("urgency").is_in([*office.classes])
    return (
        reader.facts("seen")
        .filter(pl.col("state") == "ready", pl.col("act").is_in([*acts]))
        .unique("person", keep="first", maintain_order=True)
        .select(
            day=pl.col("act").replace_strict(acts, return_dtype=pl.Date),
            urgency=pl.when(is_known)
            .then("urgency")
            .otherwise(pl.lit(office.default_urgency)),
        )
        .group_by("day", "urgency")
        .agg(people=pl.len().cast(pl.Int64))
    )


def _up(office: Office, outages: tuple[Outage, ...], days: pl.Series) -> pl.DataFrame:
    """Return of each machine on which working days it was up."""
    frames = []
    for machine in (*office.servers, *office.printers):
        used = days.filter(
            days.is_between(machine.from_ or date.min, machine.to or date.max)
        )
        down = pl.repeat(False, len(used), eager=True)
        for outage in outages:
            if outage.resource == machine.id and not outage.share:
                down |= used.is_between(outage.from_, outage.to)
        frames.append(
            pl.DataFrame({"day": used, "up": (~down).cast(pl.Int64)}).select(
                "day", pl.lit(machine.id).alias("resource"), "up"
            )
        )
    return pl.concat([_OUTAGES, *frames])
