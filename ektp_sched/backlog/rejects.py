"""Rows that cannot be used: where, which column, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from ektp_sched.backlog.model import REJECTS
from ektp_sched.backlog.table import split_rows


@dataclass(slots=True)
class Findings:
    """What is wrong with the rows of one table, gathered check by check."""

    rows: pl.Series  # row in the sheet of each row of the table, int64
    # Names of the sheets that were read as one; then `split_rows` tells which row of
    # which sheet a row is.
    sheets: tuple[str, ...] = ()
    _frames: list[pl.DataFrame] = field(default_factory=list)
    _bad: pl.Series | None = None

    def add(self, bad: pl.Series, column: str, reason: str | pl.Series) -> None:
        """Note a reason for each row that `bad` marks; null counts as false.

        It is a code, or one text a row of the table, and never what a cell says.
        """
        bad = bad.fill_null(value=False)
        if not bad.any():
            return
        why = reason.filter(bad) if isinstance(reason, pl.Series) else reason
        self.leave_out(self.rows.filter(bad), column, why)
        self._bad = bad if self._bad is None else self._bad | bad

    def leave_out(self, rows: pl.Series, column: str, reason: str | pl.Series) -> None:
        """Note a reason for rows in the sheet that the table does not have."""
        why = reason if isinstance(reason, pl.Series) else pl.lit(reason)
        self._frames.append(pl.select(row=rows, column=pl.lit(column), reason=why))

    def read(
        self,
        column: str,
        parsed: tuple[pl.Series, pl.Series | None],
        *,
        needed: bool = False,
    ) -> pl.Series:
        """Return what was read of a column; note what was refused, or is missing."""
        values, why = parsed
        if why is not None:
            self.add(why.is_not_null(), column, why)
        if needed:
            empty = values.is_null()
            self.add(empty if why is None else empty & why.is_null(), column, "missing")
        return values

    @property
    def good(self) -> pl.Series | None:
        """Which rows of the table have no finding, boolean; None if all."""
        return None if self._bad is None else ~self._bad

    def frame(self) -> pl.DataFrame:
        """Return one line per rejected row, in the order of the sheet.

        Of several sheets, each column is named after its sheet: ``Alak!TGL_REKAM``.
        """
        kinds = [pl.col(name).cast(kind) for name, kind in REJECTS.items()]
        if not self._frames:
            return pl.DataFrame(schema=dict(REJECTS))
        lines = (
            pl.concat(self._frames)
            .sort("row", maintain_order=True)
            .group_by("row", maintain_order=True)
            .agg(pl.col("column", "reason").str.join("; "))
        )
        if self.sheets:
            row, sheet = split_rows(lines["row"], self.sheets)
            lines = lines.with_columns(
                row.alias("row"), column=pl.format("{}!{}", sheet, "column")
            )
        return lines.select(kinds)
