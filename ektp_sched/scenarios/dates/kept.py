"""Dates told before, beside those of today's forecast: kept, and who slips."""

from __future__ import annotations

from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from pydantic import BaseModel, ConfigDict

from ektp_sched.backlog.told import Told, held_dates, read_told, told_where
from ektp_sched.errors import UsageError
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.backlog import Backlog
    from ektp_sched.backlog.told import ToldLike
    from ektp_sched.office import Office


class Kept(BaseModel):
    """What became of the dates told before; in promises.json under ``previous``.

    ``kept + dropped`` are all of the file and of the export.
    """

    model_config = ConfigDict(frozen=True)

    kept: int  # people waiting who were told a date before, and keep it
    told_anew: int  # of these: told another date since, which then holds
    told_now: int  # told a date today for the first time
    slipped: int  # of the kept: today's forecast holds their date no longer
    dropped: int  # people of the file who are not waiting any more
    only_in_export: int  # of the kept: the export has a date and the file none
    earlier_in_export: int  # of the kept: told twice, and the export's date is earlier
    earlier_in_file: int


@dataclass(frozen=True, slots=True)
class Before:
    """The dates told before today."""

    # `held_dates` of everybody who waits, in the backlog's order
    frame: pl.DataFrame
    told_anew: int
    dropped: int

    def promised(self, backlog: Backlog) -> Backlog:
        """Return the backlog with the dates that hold, whoever recorded them."""
        dates = self.frame["promised_on"]
        return replace(backlog, frame=backlog.frame.with_columns(dates))

    def keeping(self, people: pl.DataFrame) -> pl.DataFrame:
        """Return everybody's dates, those told before in the place of today's."""
        told, first = self.frame["promised_on"], self.frame["first_told"]
        own = told.is_not_null()
        ready_by = told.zip_with(own, people["ready_by"])
        shares = self.frame["confidence"].zip_with(own, people["confidence"])
        return people.with_columns(
            ready_by.alias("ready_by"),
            shares.alias("confidence"),
            first.zip_with(own, people["ready_by"]).alias("first_told"),
            # Whoever was told a day may come on it.
            pl.min_horizontal("earliest", ready_by).alias("earliest"),
        )

    def counts(self, people: pl.DataFrame, slipped: pl.DataFrame) -> Kept:
        """Count, given everybody's dates and those that slip."""
        kept = self.frame.height - self.frame["promised_on"].null_count()
        where = told_where(self.frame)
        return Kept(
            kept=kept,
            told_anew=self.told_anew,
            told_now=people.height - people["ready_by"].null_count() - kept,
            slipped=slipped.height,
            dropped=self.dropped,
            only_in_export=where["only_in_export"],
            earlier_in_export=where["earlier_in_export"],
            earlier_in_file=where["earlier_in_file"],
        )


def read_before(
    backlog: Backlog, office: Office, previous: ToldLike | None, told: ToldLike | None
) -> Before | None:
    """Read the dates told before; None where none are given."""
    if previous is None:
        if told is None:
            return None
        raise UsageError(
            said(
                "who was told another date is a change of dates told before; name "
                "their promises.csv too, as previous",
                "tanggal baru mengubah tanggal yang sudah diberitahukan; sebutkan "
                "juga promises.csv yang lama, sebagai previous",
            )
        )
    before = read_told(_file(previous), backlog, office)
    anew = None if told is None else read_told(_file(told), backlog, office, anew=True)
    frame = held_dates(backlog, before if anew is None else _with(before, anew))
    return Before(
        frame,
        told_anew=0 if anew is None else anew.frame.height - anew.strangers,
        dropped=before.strangers,
    )


def _file(source: ToldLike) -> ToldLike:
    """Return promises.csv of a folder that `promise` wrote, or the file itself."""
    if isinstance(source, str | PathLike) and Path(source).is_dir():
        return Path(source) / "promises.csv"
    return source


def _with(before: Told, anew: Told) -> Told:
    """Put the dates told since in the place of earlier ones, which stay the first."""
    frame = before.frame.join(
        anew.frame.select("application_id", since="promised_on"),
        on="application_id",
        how="full",
        coalesce=True,
        maintain_order="left_right",
    )
    return replace(
        before,
        frame=frame.select(
            "application_id",
            promised_on=pl.coalesce("since", "promised_on"),
            first_told=pl.coalesce("first_told", "since"),
            confidence="confidence",
        ),
    )


def slips(people: pl.DataFrame, told: pl.Series, forecast: pl.Series) -> pl.DataFrame:
    """Return whose date told today's forecast does not hold.

    application_id, promised_on, new_date, days_late: the latest first, null for no
    date yet last.
    """
    return (
        people.select("application_id")
        .with_columns(told.alias("promised_on"), forecast.alias("new_date"))
        .filter(
            pl.col("promised_on").is_not_null()
            & (pl.col("new_date") > pl.col("promised_on")).fill_null(value=True)
        )
        .with_columns(
            days_late=(pl.col("new_date") - pl.col("promised_on")).dt.total_days()
        )
        .sort("days_late", "application_id", descending=[True, False], nulls_last=True)
    )
