"""What is known of yesterday beside today's backlog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 (pydantic reads it)
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import polars as pl
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

GIVEN: Final[Mapping[str, pl.DataType]] = {
    "given_on": pl.Date(),
    "given_printer": pl.String(),
    "given_batch": pl.Int64(),
    "given_position": pl.Int64(),
}
"""Where the previous plan prints an application; in applications.csv the last four."""

CARRIED: Final[Mapping[str, pl.DataType]] = {
    "application_id": pl.String(),
    "result": pl.String(),
    "date": pl.Date(),
    "source": pl.String(),
}
"""Who of earlier sheets, or of the first day's that still hold, is one of `RESULTS`
though the export has them still."""

RESULTS: Final = ("printed", "open")

LEFT: Final[Mapping[str, pl.DataType]] = {
    "application_id": pl.String(),
    "was": pl.Date(),
    "because": pl.String(),
}
"""Who was planned before and is not now, because of one of `LEAVING`."""

SPOILT_GONE: Final = "spoilt-gone"
SPOILT_DONE: Final = "spoilt-done"
LEAVING: Final = ("gone", "held", "rejected", SPOILT_GONE, SPOILT_DONE)
"""The last two: spoilt here, and the export has them no longer, or calls them done."""

DONE_REJECTS: Final[Mapping[str, pl.DataType]] = {
    "source": pl.String(),
    "sheet": pl.String(),
    "row": pl.Int64(),
    "column": pl.String(),
    "reason": pl.String(),
}
"""Rows of filled sheets and logs that say nothing that can be used, and remarks."""

REMARK: Final = "spoilt-without-reason"
"""The reason of a row that counts all the same."""

_Count = Annotated[int, Field(ge=0)]


class _Written(BaseModel):
    """Keys that a later version adds are no error; wrong ones are."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", strict=True, defer_build=True
    )


class Reading(_Written):
    """How one filled sheet, list or log was read, and what it says."""

    source: str  # the file's name
    read_as: Literal["all-but-marked", "ticked-only", "list", "log"]
    printed: _Count
    spoilt: _Count
    unprinted: _Count
    open: _Count
    rejected: _Count


class Counts(_Written):
    """What became of yesterday's plan, in numbers that add up.

    ``planned_before = printed + open + waiting + held + gone``, and what is planned now
    is ``waiting + new``.  Of today's export, read = planned + held + rejected + taken
    out.
    """

    start: date  # first day of the previous plan
    planned_before: _Count  # applications that it, or its day, planned; printed or not
    printed: _Count  # since
    open: _Count  # on an earlier sheet, and nothing known of them; asked about
    waiting: _Count  # planned again today
    held: _Count  # held or rejected in today's export
    gone: _Count  # no longer in the export, and not printed
    new: _Count  # planned today and not by the previous plan
    spoilt: _Count  # of those waiting
    unprinted: _Count  # of those waiting: on an earlier sheet and not printed
    replanned: _Count  # of those waiting: open ones that are planned again
    returned: _Count  # of the new: on a sheet of a folder before
    taken_out: _Count  # print-ready in the export, and printed or asked about
    carried_printed: _Count  # handed on in carried.csv
    carried_open: _Count
    overdue_registry: _Count  # printed five working days ago, and still print-ready
    promises_joined: _Count  # dates told that the promises file adds
    promises_earlier_in_export: _Count  # told twice, the export's date is earlier
    promises_earlier_in_file: _Count
    promises_unknown: _Count  # of people who are not planned today
    open_choice: Literal["exclude", "plan"] | None
    readings: tuple[Reading, ...] = ()
    # Of the gone and held: spoilt, and the export drops them or calls them done.
    # Earlier versions did not count them.
    spoilt_gone: _Count | None = None

    @model_serializer(mode="wrap")
    def _stated(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        counts: dict[str, Any] = written(self)
        if self.spoilt_gone is None:
            del counts["spoilt_gone"]
        return counts


def stands(carried: pl.DataFrame, start: date) -> pl.Series:
    """Return who of those carried stands on a sheet of the first day that still holds.

    Of all others that are open the sheet is older.
    """
    return (carried["result"] == "open") & (carried["date"] == start)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of yesterday, laid beside today's backlog.

    Parameters
    ----------
    given
        The columns of `GIVEN`, one row for each planned application, in the order of
        the backlog's frame; all null for one that the previous plan does not print.
    carried
        The columns of `CARRIED`, sorted by id.
    left
        The columns of `LEFT`, sorted by id.
    rejects
        The columns of `DONE_REJECTS`.
    counts
        What became of yesterday's plan.
    """

    given: pl.DataFrame
    carried: pl.DataFrame
    left: pl.DataFrame
    rejects: pl.DataFrame
    counts: Counts
