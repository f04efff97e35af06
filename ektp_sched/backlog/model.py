"""The backlog as the rest of the program sees it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.table import row_figure
from ektp_sched.showing import OneLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ektp_sched.backlog.known import Known
    from ektp_sched.rules.notices import Notice

PLANNED: Final[Mapping[str, pl.DataType]] = {
    "application_id": pl.String(),
    "waiting_since": pl.Date(),
    "ready_on": pl.Date(),
    "urgency": pl.String(),
    "due_on": pl.Date(),
    "card": pl.String(),
    "area": pl.String(),
    "recorded_at": pl.Datetime("us"),
    "promised_on": pl.Date(),
    "pinned_on": pl.Date(),
    "status": pl.String(),
}
"""Columns of the planned applications, in order, before those passed through."""

HELD: Final[Mapping[str, pl.DataType]] = {
    "application_id": pl.String(),
    "status": pl.String(),
    "area": pl.String(),
}

REJECTS: Final[Mapping[str, pl.DataType]] = {
    "row": pl.Int64(),
    "column": pl.String(),
    "reason": pl.String(),
}

PRIORITIES: Final[Mapping[str, pl.DataType]] = {
    "application_id": pl.String(),
    "urgency": pl.String(),
    "due_on": pl.Date(),
    "reason": pl.String(),
    "by": pl.String(),
}


def count_rules(rules: pl.Series | None, labels: Iterable[str]) -> dict[str, int]:
    """Return how many applications each ``[[classify]]`` rule gave their class."""
    counts = dict.fromkeys(labels, 0)
    if rules is not None:
        counts |= dict(rules.drop_nulls().value_counts().iter_rows())
    return counts


@dataclass(frozen=True, slots=True, repr=False)
class Backlog(OneLine):
    """Every row of an export: planned, held or rejected.

    Parameters
    ----------
    frame
        Planned applications in the order of the file: the columns of
        `PLANNED`, then those passed through as text under their own headings,
        then ``queue_number`` where ids were made from a number.
    held
        Read but not printable: application_id, status, area; those that are not
        ready yet, and those already printed.
    rejects
        Row in the sheet (the heading being row 1), headings and reasons, one
        line per rejected row; several are joined by "; ".  A reason is a code,
        or "code: detail"; never what stood in a cell.
    read
        Rows with anything in them, the heading left out.
    extra
        Headings passed through, for the office's own sheets alone.
    notices
        What was noticed and is no error.
    digest, source
        SHA-256 of the file's bytes and the file's name; None without a file.
    classified
        Planned rows whose class came from a rule, by rule.
    prioritised, priority_unmatched
        Planned applications that the priority list names, and lines of that
        list that name none.
    priorities
        The lines that were used: application_id, urgency, due_on, reason, by.
    provisional
        Whether more rows were rejected than allowed, and a plan was asked for
        all the same.
    read_as
        What the file was taken for, such as encoding, sheet and row of the
        heading; empty without a file.
    done
        How many of the held are printed already, by ``status.done``.
    held_classes
        How many of the held that are not printed already are of which class.
    rows
        Row in the sheet of each planned application, int64; None without a file.
        `first_row` names one to people.
    sheets
        Names of the sheets that were read as one, else empty; `rows` are then
        those that `ektp_sched.backlog.table.rows_of_sheets` makes.
    known
        What is known of yesterday; None where it was not compared with an earlier plan.
        Who is printed or asked about is then taken out of `frame`.
    rejected_ids
        Those that could be read of rejected rows.
    rules
        Of each planned application, the key of `classified` that it counts for, null
        for none; None where no rule looks at a column of the file.
    records
        The columns of `ektp_sched.backlog.records.RECORDS`, sorted by id and field:
        what of `frame` is not as the export says, or has changed; None without a
        ledger.
    """

    frame: pl.DataFrame
    held: pl.DataFrame
    rejects: pl.DataFrame
    read: int
    extra: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    digest: str | None = None
    source: str | None = None
    classified: dict[str, int] = field(default_factory=dict)
    prioritised: int = 0
    priority_unmatched: int = 0
    priorities: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=dict(PRIORITIES))
    )
    provisional: bool = False
    read_as: Mapping[str, str | int] = field(default_factory=dict)
    done: int = 0
    held_classes: Mapping[str, int] = field(default_factory=dict)
    rows: pl.Series | None = None
    sheets: tuple[str, ...] = ()
    known: Known | None = None
    rejected_ids: pl.Series | None = None
    rules: pl.Series | None = None
    records: pl.DataFrame | None = None

    @property
    def planned(self) -> int:
        """Number of applications that can be planned."""
        return self.frame.height

    @property
    def held_count(self) -> int:
        """Number of applications that are not printable yet, or printed already."""
        return self.held.height

    @property
    def rejected(self) -> int:
        """Number of rows that could not be used."""
        return self.rejects.height

    def only(self, kept: pl.Series) -> Backlog:
        """Return the backlog with some of its planned applications alone.

        Parameters
        ----------
        kept
            Boolean, one a planned application.  What `read` counts is as before.
        """
        if kept.all():
            return self
        others = self.frame.select("application_id").filter(~kept)
        rules = None if self.rules is None else self.rules.filter(kept)
        priorities = self.priorities.join(others, on="application_id", how="anti")
        nobody = self.priorities.height - priorities.height
        records = self.records
        if records is not None:
            records = records.join(others, on="application_id", how="anti")
        return replace(
            self,
            records=records,
            frame=self.frame.filter(kept),
            rows=None if self.rows is None else self.rows.filter(kept),
            rules=rules,
            classified=count_rules(rules, self.classified),
            priorities=priorities,
            prioritised=priorities.height,
            priority_unmatched=self.priority_unmatched + nobody,
        )

    def first_row(self, marked: pl.Series) -> int | str:
        """Return where the first planned application that is marked stands.

        Parameters
        ----------
        marked
            Boolean, one a planned application; some are true.

        Returns
        -------
        int or str
            Row in the sheet, such as 12; ``Alak!12`` where several sheets were
            read as one; – without a file.
        """
        if self.rows is None:
            return "–"
        return row_figure(self.rows[marked.arg_true()[0]], self.sheets)

    def counts_by_area(self) -> pl.DataFrame:
        """Return planned and held applications by area, sorted by its name.

        Returns
        -------
        polars.DataFrame
            area (null where none was given, last), planned, held.
        """
        tagged = pl.concat(
            [
                self.frame.select("area", planned=pl.lit(1), held=pl.lit(0)),
                self.held.select("area", planned=pl.lit(0), held=pl.lit(1)),
            ]
        )
        return (
            tagged.group_by("area")
            .agg(pl.col("planned", "held").cast(pl.Int64).sum())
            .sort("area", nulls_last=True)
        )
