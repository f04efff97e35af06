"""Records that a plan uses otherwise than the export has them, or that have changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.matching import laid_beside, match_ids
from ektp_sched.backlog.model import PLANNED
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.backlog.model import Backlog
    from ektp_sched.office.office import Office
    from ektp_sched.words import Said

RECORDS: Final[Mapping[str, pl.DataType]] = {
    "application_id": pl.String(),
    "field": pl.String(),
    "was": pl.String(),
    "is": pl.String(),
    "used": pl.String(),
    "because": pl.String(),
}
"""Of records.csv: what was known before, what the export says, and what is used."""

UNDONE: Final = "undone"
"""Used is what is without a priority that the last plan used, and was taken back."""

BECAUSE: Final = ("taken", "withheld", "priority", "accepted", "reprint", UNDONE)
"""Why it is used: the export's, until somebody accepts it the one before, and what was
decided here, or is no longer."""

FIELDS: Final[Mapping[str, Said]] = {
    "waiting_since": said("waiting since", "menunggu sejak"),
    "ready_on": said("ready on", "siap cetak sejak"),
    "urgency": said("urgency", "kelas urgensi"),
    "due_on": said("due on", "batas waktu"),
    "card": said("card type", "jenis kartu"),
    "area": said("area", "wilayah"),
    "recorded_at": said("recorded at", "direkam pada"),
    "promised_on": said("told date", "tanggal dijanjikan"),
    "pinned_on": said("fixed print date", "tanggal cetak yang ditetapkan"),
    "status": said("status", "status"),
}
"""What of an application can change, and what people call it everywhere."""

AHEAD: Final = ("waiting_since", "recorded_at", "due_on", "pinned_on", "urgency")
"""Fields of which a change can put a person ahead of others."""

_STAMP: Final = "%Y-%m-%dT%H:%M:%S%.6f"


def in_words(name: str) -> pl.Expr:
    """Return a column of applications as texts, of which an earlier date is less."""
    kind = PLANNED[name]
    if isinstance(kind, pl.Date):
        return pl.col(name).dt.to_string("iso:strict")
    if isinstance(kind, pl.Datetime):
        return pl.col(name).dt.strftime(_STAMP)
    return pl.col(name)


def puts_ahead(field: pl.Expr, new: pl.Expr, old: pl.Expr, office: Office) -> pl.Expr:
    """Return whether a change puts a person ahead: a date that is earlier or was none.

    A class does if it comes first by rank, or of equal rank has the shorter target.
    Of classes that the office has no longer nothing can be said.
    """
    order = {
        name: (kind.rank is None, kind.rank or 0, kind.target_days)
        for name, kind in office.urgency.items()
    }
    places = {key: place for place, key in enumerate(sorted({*order.values()}))}
    place = {name: places[key] for name, key in order.items()}
    new_place, old_place = (
        text.replace_strict(place, default=None, return_dtype=pl.Int64)
        for text in (new, old)
    )
    stricter = (new_place < old_place).fill_null(value=False)
    earlier = new.is_not_null() & (old.is_null() | (new < old))
    dated = field.is_in([name for name in AHEAD if name != "urgency"])
    return pl.when(field == "urgency").then(stricter).otherwise(dated & earlier)


def with_records(backlog: Backlog, records: pl.DataFrame) -> Backlog:
    """Return an export with the values that are used in place of its own.

    Parameters
    ----------
    backlog
        As it was read.
    records
        The columns of `RECORDS`; whom the export has not as print-ready counts for
        nothing.
    """
    frame = backlog.frame
    used = [
        _used(frame, rows, str(field))
        for (field,), rows in records.group_by("field", maintain_order=True)
        if field in FIELDS
    ]
    return replace(backlog, frame=frame.with_columns(used), records=records)


def read_words(field: str, words: pl.Series) -> pl.Series:
    """Return texts of a field as an application has them; null where they are none."""
    kind = PLANNED[field]
    if isinstance(kind, pl.Date):
        return words.str.to_date("%Y-%m-%d", strict=False)
    if isinstance(kind, pl.Datetime):
        return words.str.to_datetime(_STAMP, time_unit="us", strict=False)
    return words


def _used(frame: pl.DataFrame, rows: pl.DataFrame, field: str) -> pl.Series:
    column = frame[field]
    values = pl.DataFrame([read_words(field, rows["used"]).alias("used")])
    at = match_ids(rows["application_id"], frame["application_id"])
    beside = laid_beside(values.with_columns(named=pl.lit(True)), at, len(column))
    named = beside["named"].fill_null(value=False)
    return beside["used"].zip_with(named, column).alias(field)
