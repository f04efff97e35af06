"""The sheets of each day, out of the places that the plans of a ledger gave.

A plan writes only the places that are others than before, so that a place holds until
the next word of its person.  In force on a day are the plans that began last, on that
day or before: several where a day was planned again.  Who had a place on a day while a
plan was in force on it stood on a sheet of that day, and at its end on a valid one
unless a later plan of that day gave another place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.ledger import Reader

_NEVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class Sheets:
    """Which plans there were, and who stood on the sheets of each day.

    Parameters
    ----------
    plans
        act, start, until (the day before the next plan of another day; null for the
        last ones), in the order of the acts.
    places
        person, day, printer, batch, position, paper (the act of the plan that first
        has it while it is in force on that day; null if none has), act, and next (the
        act of the person's next word).
    """

    plans: pl.DataFrame
    places: pl.DataFrame

    def stood(self) -> pl.DataFrame:
        """Return who stood on the sheets of each day.

        Returns
        -------
        polars.DataFrame
            person, day, printer, act (which gave the place), valid (whether still so
            at the day's end): the last place of a person on a day.
        """
        first, last = _in_force(self.plans, self.places["day"])
        return (
            self.places.with_columns(valid=pl.col("next") > last)
            .filter(pl.col("paper").is_not_null(), first.is_not_null())
            .sort("act", maintain_order=True)
            .unique(("person", "day"), keep="last", maintain_order=True)
            .select("person", "day", "printer", "act", "valid")
        )

    def asked(self, printed: pl.DataFrame) -> Iterator[tuple[date, pl.DataFrame]]:
        """Yield of each plan its start, and what it asked for of that an audit needs.

        That are the sheets of the days on which it is in force; where it is, all that
        it says of those printed then; and new places of those printed later.

        Parameters
        ----------
        printed
            person, printed_on.
        """
        places = self.places.join(
            printed, on="person", how="left", maintain_order="left"
        )
        for act, start, until in self.plans.iter_rows():
            end = date.max if until is None else until
            then = pl.col("printed_on").is_between(start, end)
            later = (pl.col("act") == act) & (pl.col("day") <= pl.col("printed_on"))
            yield (
                start,
                places.filter(
                    (pl.col("act") <= act) & (act < pl.col("next")),
                    pl.col("day").is_not_null(),
                    pl.col("day").is_between(start, end)
                    | then.fill_null(value=False)
                    | later.fill_null(value=False),
                ).with_columns(paper=pl.col("paper").fill_null(act)),
            )


def sheets_of(reader: Reader) -> Sheets:
    """Return the sheets that the plans of a ledger made."""
    acts = reader.acts("plan", "adopt")
    starts = [
        date.fromisoformat(act.detail.get("start", act.day.isoformat())) for act in acts
    ]
    days = pl.Series("start", sorted({*starts}), dtype=pl.Date)
    after = days.shift(-1) - pl.duration(days=1)
    plans = pl.DataFrame(
        {"act": [act.number for act in acts], "start": starts},
        schema={"act": pl.Int64, "start": pl.Date},
    ).join(
        pl.DataFrame({"start": days, "until": pl.select(after).to_series()}),
        on="start",
        how="left",
        maintain_order="left",
    )
    places = (
        reader.facts("planned")
        .filter(pl.col("act").is_in(plans["act"].implode()))
        .with_columns(next=pl.col("act").shift(-1).over("person").fill_null(_NEVER))
    )
    first, last = _in_force(plans, places["day"])
    paper = pl.max_horizontal(pl.col("act"), first)
    held = (paper <= last) & (paper < pl.col("next"))
    places = places.with_columns(paper=pl.when(held).then(paper))
    columns = ("person", "day", "printer", "batch", "position", "paper", "act", "next")
    return Sheets(plans, places.select(columns))


def _in_force(plans: pl.DataFrame, days: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return the acts of the first and the last plan in force on each day, or null."""
    ends = (
        plans.group_by("start")
        .agg(first=pl.col("act").min(), last=pl.col("act").max())
        .sort("start")
    )
    begun = (
        days.to_frame("day")
        .with_row_index("row")
        .sort("day", nulls_last=False)
        .join_asof(ends, left_on="day", right_on="start")
        .sort("row")
    )
    return begun["first"], begun["last"]
