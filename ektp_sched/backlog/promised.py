"""An export once more: with the dates that people were told, or without some people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ektp_sched.backlog.checks import check_rows
from ektp_sched.backlog.dates import parse_dates
from ektp_sched.backlog.headings import known_headings, match_headings
from ektp_sched.backlog.readers import read_table
from ektp_sched.backlog.rejects import Findings
from ektp_sched.backlog.rows_below import without_rows_below
from ektp_sched.backlog.texts import as_text, clean

if TYPE_CHECKING:
    from ektp_sched.office.office import Office


_COLUMN = "promised_on"


@dataclass(frozen=True, slots=True)
class PromisedTable:
    """The people's rows of an export, cell by cell as they were, and the dates told."""

    # As in the file; `promised_on` is added where no column was one.
    headings: tuple[str, ...]
    frame: pl.DataFrame  # one column of text a heading, named "0", "1", …
    filled: int  # rows that got a date
    kept: int  # rows that had one already, and kept it
    left_out: int  # rows that no table can hold: more cells than headings


def promised_table(
    path: str | Path, office: Office, dates: pl.DataFrame, *, replace: bool = False
) -> PromisedTable:
    """Read an export again, as with this office before, and fill in ``promised_on``.

    ``dates`` are application_id and ready_by, null for no date; a date that was told
    before is kept unless ``replace``.
    """
    path = Path(path)
    table, _ = read_table(path, known_headings(office), several=True)
    columns = match_headings(table, office, str(path))
    since = columns.at["waiting_since"]
    table = without_rows_below(table, columns.whom, since, office.dates.format)
    findings = Findings(table.rows, table.sheets)
    checked = check_rows(table, columns, office, findings)
    ids = checked.columns["application_id"]
    told = dates.drop_nulls("ready_by")
    new = ids.replace_strict(
        told["application_id"], told["ready_by"], default=None, return_dtype=pl.Date
    )
    if findings.good is not None:
        new = new.set(~findings.good, None)
    headings, frame = (
        table.headings,
        table.frame.select(as_text(c) for c in table.frame),
    )
    at = columns.at.get(_COLUMN)
    if at is None:
        at, headings = len(headings), (*headings, _COLUMN)
        empty = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
        frame = frame.with_columns(empty.alias(str(at)))
    before = frame[str(at)]
    taken = clean(before).is_not_null()
    fill = new.is_not_null() if replace else new.is_not_null() & ~taken
    text = _written(new, office.dates.format)
    cells = pl.select(pl.when(fill).then(text).otherwise(before)).to_series()
    return PromisedTable(
        headings=headings,
        frame=frame.with_columns(cells.alias(str(at))),
        filled=int(fill.sum()),
        kept=int((new.is_not_null() & ~fill).sum()),
        left_out=len(table.malformed),
    )


def _written(days: pl.Series, form: str | None) -> pl.Series:
    """Return dates in the form in which the office's files are read."""
    if form is not None:
        probe = pl.Series([date(2017, 11, 22)])
        again, why = parse_dates(probe.dt.strftime(form), form)
        if why is None and again.equals(probe):
            return days.dt.strftime(form)
    return days.dt.strftime("%Y-%m-%d")


def without_people(
    path: str | Path, office: Office, ids: pl.Series
) -> PromisedTable | None:
    """Return the rows of an export but those of some ids; None if it has none of them.

    Raises
    ------
    ektp_sched.errors.BacklogError
        If the file cannot be read as an export of this office.
    """
    path = Path(path)
    table, _ = read_table(path, known_headings(office), several=True)
    columns = match_headings(table, office, str(path))
    findings = Findings(table.rows, table.sheets)
    checked = check_rows(table, columns, office, findings)
    theirs = checked.columns["application_id"].is_in(ids.implode())
    theirs = theirs.fill_null(value=False)
    if not theirs.any():
        return None
    frame = table.frame.select(as_text(column) for column in table.frame)
    return PromisedTable(
        headings=table.headings,
        frame=frame.filter(~theirs),
        filled=0,
        kept=0,
        left_out=len(table.malformed),
    )
