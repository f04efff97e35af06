"""Records that changed, and what is used in their place, old beside new."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.records import RECORDS, UNDONE
from ektp_sched.output.tables import changed_records
from ektp_sched.output.view.parts import Items, Section, Table, columns

if TYPE_CHECKING:
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language

_SHOWN: Final = 12
_COLUMNS: Final = ("application_id", "field", "was", "is", "used", "reason")
_SUMS: Final = {
    "withheld": ("withheld",),
    "taken": ("taken",),
    "decided": ("priority", "accepted", "reprint", UNDONE),
}


def records_section(plan: AnyPlan, texts: Language) -> Section:
    """Return which records changed; nothing where none did."""
    records = changed_records(plan.backlog)
    if records is None:
        return Section("records", "", ())
    table = records_table(records, texts)
    because = without_ready_on(records)["because"]
    sums = ((name, int(because.is_in(codes).sum())) for name, codes in _SUMS.items())
    lines = [
        texts.text(f"records.{name}", count=count) for name, count in sums if count
    ]
    lines += [
        texts.text("records.line", **dict(zip(_COLUMNS, map(str, row), strict=True)))
        for row in table.rows[:_SHOWN]
    ]
    if more := len(table.rows[_SHOWN:]):
        lines.append(texts.text("records.more", count=more))
    return Section("records", texts.text("records.title"), (Items((*lines,)),))


def records_table(records: pl.DataFrame, texts: Language) -> Table:
    """Return old beside new, those first that wait for somebody."""
    shown = without_ready_on(records).sort(
        pl.col("because") != "withheld", maintain_order=True
    )
    rows = tuple(
        (
            name,
            texts.name("field", field),
            *(record_words(field, word, texts) for word in words),
            texts.name("record_because", because),
        )
        for name, field, *words, because in shown.iter_rows()
    )
    return Table(
        caption=texts.text("book.records"),
        columns=columns((texts.text(f"column.{n}") for n in _COLUMNS), len(_COLUMNS)),
        rows=rows,
    )


def record_words(field: str, word: str | None, texts: Language) -> str:
    """Return a value of a record as people read it."""
    if word is None:
        return texts.text("records.nothing")
    if field == "recorded_at":
        stamp = datetime.fromisoformat(word)
        return f"{texts.plain_date(stamp.date())} {stamp:%H:%M:%S}"
    if field.endswith(("_on", "_since")):
        return texts.plain_date(date.fromisoformat(word))
    return word


def without_ready_on(records: pl.DataFrame) -> pl.DataFrame:
    """Leave out when a person is ready where that goes with the day of waiting."""
    since = records.filter(pl.col("field") == "waiting_since")
    since = since.with_columns(field=pl.lit("ready_on"))
    on = [*RECORDS]
    return records.join(
        since.select(on), on=on, how="anti", nulls_equal=True, maintain_order="left"
    )
