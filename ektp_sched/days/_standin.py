"""Stands in for what imports and supplies will do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from ektp_sched.backlog.statuses import already_printed
from ektp_sched.ledger import Personal, personal
from ektp_sched.ledger.state import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.ledger.state import State
    from ektp_sched.office import Office

__all__ = ["Imported", "as_used", "compare", "office_of"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an export says that is new."""

    facts: Mapping[str, pl.DataFrame]
    people: Personal
    counts: Mapping[str, int] = field(default_factory=dict)


def compare(backlog: Backlog, state: State, office: Office, day: date) -> Imported:
    """Lay an export beside the ledger."""
    done = already_printed(backlog.held["status"], office)
    rows = pl.concat(
        [
            backlog.frame.select("application_id", *FIELDS, state=pl.lit("ready")),
            backlog.held.select("application_id", "status", state=pl.lit("held")),
        ],
        how="diagonal",
    )
    named = state.people.unique("application_id", keep="last", maintain_order=True)
    new = rows.filter(
        ~pl.col("application_id").is_in(named["application_id"].implode())
    )
    people = personal(new["application_id"], "application")
    whole = pl.concat(
        [
            named.select("person", "application_id"),
            pl.DataFrame({"person": people.refs, "application_id": people.texts}),
        ]
    )
    rows = rows.join(whole, on="application_id", how="left", maintain_order="left")
    before = state.seen.filter(pl.col("state") != "gone")
    seen = rows.join(
        before, on=["person", "state", *FIELDS], how="anti", nulls_equal=True
    )
    gone = before.filter(~pl.col("person").is_in(rows["person"].implode()))
    is_done = rows.filter(
        pl.col("application_id").is_in(
            backlog.held["application_id"].filter(done).implode()
        )
    )
    dropped = pl.concat(
        [
            gone.select("person", reason=pl.lit("export-dropped")),
            is_done.select("person", reason=pl.lit("export-done")),
        ]
    )
    prints = (
        state.unknown(day)
        .join(dropped, on="person")
        .select("person", "day", "printer", "plan", "reason", result=pl.lit("printed"))
    )
    return Imported(
        facts={
            "seen": seen.select("person", "state", *FIELDS),
            "gone": gone.select("person"),
            "prints": prints,
        },
        people=people,
        counts={
            "new": new.height,
            "changed": seen.height - new.height,
            "gone": gone.height,
            "back": 0,
            "withheld": 0,
        },
    )


def as_used(
    backlog: Backlog,
    state: State,  # noqa: ARG001
    office: Office,  # noqa: ARG001
) -> tuple[Backlog, pl.DataFrame]:
    """Return the export as it is used."""
    return backlog, pl.DataFrame()


def office_of(
    office: Office,
    state: State,  # noqa: ARG001
    day: date,  # noqa: ARG001
) -> Office:
    """Return the office with what the ledger knows."""
    return office
