"""An export once more, without some people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ektp_sched.backlog.checks import check_rows
from ektp_sched.backlog.headings import known_headings, match_headings
from ektp_sched.backlog.promised import PromisedTable
from ektp_sched.backlog.readers import read_table
from ektp_sched.backlog.rejects import Findings
from ektp_sched.backlog.texts import as_text

if TYPE_CHECKING:
    import polars as pl

    from ektp_sched.office.office import Office


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
