"""On which sheet of which plan each row of a filled sheet or list stood."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.ledger.tables import FACTS
from ektp_sched.yesterday.sheets import SHEETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.ledger import Reader

_LATER: Final = re.compile(r"/\d+$")
"""How the path of a plan ends that is not the first of its day."""


class Places:
    """The places that plans gave people, one after the other.

    Parameters
    ----------
    reader
        The ledger.
    people
        Whose places are asked for; None for all.
    on
        The day on which it is asked.
    """

    def __init__(self, reader: Reader, people: Sequence[int] | None, on: date) -> None:
        where = [] if people is None else [FACTS["planned"].c.person.in_(people)]
        acts = reader.acts("plan", "adopt")
        self.on = on
        self._plans = pl.DataFrame(
            [
                (
                    act.number,
                    act.plan,
                    date.fromisoformat(act.detail["start"]),
                    act.detail["path"],
                )
                for act in acts
            ],
            schema={
                "act": pl.Int64,
                "plan": pl.Int64,
                "start": pl.Date,
                "path": pl.String,
            },
            orient="row",
        )
        self._given = (
            reader.facts("planned", *where)
            .drop_nulls("day")
            .join(self._plans.select("act", "plan"), on="act", maintain_order="left")
            .select(
                "act", "plan", ref="person", sheet_day="day", sheet_printer="printer"
            )
        )
        self.first: Final[date] = min(self._plans["start"].to_list(), default=date.min)

    def of_plans(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return rows with ``plan`` set to the one whose sheet of ``day`` they are on.

        An act of a plan says only who has another place than before: of the first plan
        from a day on, all places are on its sheets.
        """
        whole = self._plans.filter(~pl.col("path").str.contains(_LATER.pattern))
        whole = whole.sort("start", "plan").unique("start", keep="last")
        at = rows.with_row_index("place").sort("day")
        based = at.join_asof(
            whole.select("start", base="plan").sort("start"),
            left_on="day",
            right_on="start",
        )
        return (
            based.sort("place")
            .with_columns(
                plan=pl.when(pl.col("plan").is_not_null()).then(
                    pl.max_horizontal("plan", "base")
                )
            )
            .select(rows.columns)
        )

    def numbers(self, paths: Sequence[str | None]) -> pl.Series:
        """Return the number of the plan that lies at each path; null for none."""
        number = dict(self._plans.select("path", "plan").iter_rows())
        return pl.Series([number.get(path) for path in paths], dtype=pl.Int64)

    def laid_beside(self, rows: pl.DataFrame, plans: pl.Series) -> pl.DataFrame:
        """Add what the plans say of each row: plan, and day and printer it has not.

        Parameters
        ----------
        rows
            Those of `ektp_sched.yesterday.filled.rows_of`, with ``ref``.
        plans
            In the folder of which plan each file lies; null for none.

        Returns
        -------
        polars.DataFrame
            With plan, known, is_sheet and stated as
            `ektp_sched.yesterday.filled.judged` asks for them.
        """
        rows = rows.with_columns(
            own_plan=plans.gather(rows["file"]),
            known=pl.col("ref").is_not_null(),
            is_sheet=pl.col("read_as").is_in(SHEETS),
        )
        rows = self._with_days(rows)
        day, printer = pl.col("sheet_day"), pl.col("sheet_printer")
        pairs = rows.select("at", "ref", "date", "printer", "own_plan").join(
            self._given, on="ref"
        )
        there = pl.when(pl.col("date").is_null())
        pairs = pairs.filter(
            there.then(day <= self.on).otherwise(day == pl.col("date")),
            (pl.col("plan") <= pl.col("own_plan")).fill_null(value=True),
        )
        same_printer = (printer == pl.col("printer")).fill_null(value=True)
        last = pairs.sort("at", same_printer, "act").unique(
            "at", keep="last", maintain_order=True
        )
        based = self.of_plans(last.select("at", "plan", day="sheet_day"))
        last = last.select("at", "sheet_day", "sheet_printer").join(
            based.select("at", "plan"), on="at"
        )
        rows = rows.join(last, on="at", how="left", maintain_order="left")
        on_sheet = pl.col("plan").is_not_null()
        rows = rows.with_columns(
            pl.when(on_sheet).then(pl.coalesce("own_plan", "plan")).alias("plan"),
            pl.coalesce("date", "sheet_day", pl.lit(self.on)).alias("date"),
        )
        printer = pl.coalesce("printer", "sheet_printer")
        stated = pl.when("is_sheet").then(printer).otherwise("printer")
        return rows.with_columns(printer=printer, stated=stated)

    def _with_days(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Say of a sheet without a date on it whose it is: most of its people know."""
        silent = rows.filter("is_sheet", pl.col("date").is_null())
        if silent.is_empty():
            return rows
        sheet = ["sheet_day", "sheet_printer"]
        sheets = (
            silent.select("file", "ref")
            .join(self._given.filter(pl.col("sheet_day") <= self.on), on="ref")
            .group_by("file", *sheet)
            .agg(pl.col("ref").n_unique(), pl.col("act").max())
            .sort("file", "ref", "act")
            .unique("file", keep="last")
        )
        rows = rows.join(
            sheets.drop("ref", "act"), on="file", how="left", maintain_order="left"
        )
        return rows.with_columns(
            pl.when("is_sheet")
            .then(pl.coalesce("date", "sheet_day"))
            .otherwise("date"),
            pl.when(pl.col("is_sheet") & pl.col("date").is_null())
            .then(pl.coalesce("printer", "sheet_printer"))
            .otherwise("printer"),
        ).drop(sheet)
