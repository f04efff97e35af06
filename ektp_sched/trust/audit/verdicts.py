"""From counts to verdicts: out of turn, or accounted for and by what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.trust.audit.dates import count_unaccounted, date_tiers
from ektp_sched.trust.audit.overtakes import count_overtakes, kinds_of
from ektp_sched.trust.audit.queue import MISSING, stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.office import Office
    from ektp_sched.trust.audit.overtakes import Overtakes
    from ektp_sched.trust.audit.plans import Sheets
    from ektp_sched.trust.audit.queue import Queue

    Ints = NDArray[np.int64]

__all__ = ["verdicts"]


def verdicts(
    queue: Queue, office: Office, listed: pl.DataFrame, sheets: Sheets | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the cards out of turn, and those that something accounts for.

    Parameters
    ----------
    queue, office
        Who waited, and the order of the tiers.
    listed
        The log's rows of listed applications, as `match_rows` returns them.
    sheets
        What the sheets said, if a plan was given.

    Returns
    -------
    tuple
        The frames ``out_of_turn`` and ``explained`` of an `Audit`.
    """
    kinds = kinds_of(queue)
    waits = stretches(queue)
    found = count_overtakes(queue, waits, kinds)
    left = count_unaccounted(queue, waits, kinds, found, office)
    left = np.where(queue.pinned == queue.printed, 0, left)
    cards = np.flatnonzero(found.passed)
    table = _table(queue, found, left, cards, office).join(
        listed.filter("first"), on="application", how="left", maintain_order="left"
    )
    said: tuple[str, ...] = ()
    followed = pl.lit(value=False)
    if sheets is not None:
        said = ("sheet_day", "sheet_printer")
        table = table.join(
            sheets.said, on="application", how="left", maintain_order="left"
        )
        followed = pl.lit(pl.Series(sheets.followed[cards], dtype=pl.Boolean))
    recorded = pl.col("reason").is_not_null()
    table = table.with_columns(
        out=(pl.col("unaccounted") > 0) & ~recorded & ~followed,
        accounted_by=pl.when(pl.col("unaccounted") == 0)
        .then("accounted_by")
        .when(followed)
        .then(pl.lit("sheet"))
        .otherwise(pl.lit("reason")),
    )
    accused = _out_of_turn(table.filter("out"), said)
    return accused, _explained(table.filter(~pl.col("out")))


def _table(
    queue: Queue, found: Overtakes, left: Ints, cards: Ints, office: Office
) -> pl.DataFrame:
    longer = np.maximum(0, queue.since[cards] - found.oldest[cards])
    return pl.DataFrame(
        {
            "application": cards,
            "passed": found.passed[cards],
            "longest_passed_days": longer,
            "unaccounted": left[cards],
            "accounted_by": _accounts(queue, found, cards, office),
            "claim": _claims(queue, cards),
        },
        schema_overrides={"accounted_by": pl.String, "claim": pl.String},
    )


def _accounts(queue: Queue, found: Overtakes, cards: Ints, office: Office) -> pl.Series:
    """Return what accounts for each card if nothing is left over."""
    tiers = date_tiers(office)
    exchanges = (found.stricter + found.equal)[cards]
    # A date that could still be kept after the log excuses nobody.
    due = (queue.due[cards] >= queue.printed[cards]) & (queue.due[cards] <= queue.last)
    due &= "overdue" in tiers
    told = queue.promised[cards]
    promise = (told != MISSING) & (told <= queue.last) & ("promise" in tiers)
    names = np.array(
        ["due_on, promised_on", "due_on", "promised_on", "pinned_on", "printer"]
    )
    pinned = queue.pinned[cards] == queue.printed[cards]
    number = np.select(
        [exchanges == 0, pinned, due & promise, due], [4, 3, 0, 1], default=2
    )
    return pl.Series(names, dtype=pl.String).gather(number)


def _claims(queue: Queue, cards: Ints) -> pl.Series:
    """Return the date that a card had, for when it accounts for nothing."""
    due, promised = queue.due[cards], queue.promised[cards]
    missed = (due != MISSING) & (due < queue.printed[cards])
    number = np.select(
        [missed, due != MISSING, promised != MISSING], [1, 2, 3], default=0
    )
    names = [None, "due-missed", "due-not-needed", "promise-not-needed"]
    return pl.Series(names, dtype=pl.String).gather(number)


def _out_of_turn(table: pl.DataFrame, said: tuple[str, ...]) -> pl.DataFrame:
    return table.sort(
        "unaccounted",
        "longest_passed_days",
        "printed_at",
        "application_id",
        descending=[True, True, False, False],
    ).select(
        "application_id",
        "printed_at",
        "passed",
        "longest_passed_days",
        pl.col("claim").alias("reason"),
        *said,
        "unaccounted",
        pl.col("machine").alias("printer"),
        "operator",
    )


def _explained(table: pl.DataFrame) -> pl.DataFrame:
    return table.sort(
        "accounted_by",
        "operator",
        "reason",
        "printed_at",
        "application_id",
        nulls_last=True,
    ).select(
        "application_id",
        "printed_at",
        "passed",
        "longest_passed_days",
        "accounted_by",
        "operator",
        "reason",
    )
