"""Who stands before an application in a plan, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Any

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office

__all__ = ["REASONS", "Ahead", "Person", "cards_ahead", "cards_to_move"]

REASONS = (
    "pin",
    "not-ready",
    "rank",
    "waiting",
    "target",
    "tie-break",
    "due",
    "promise",
    "printers",
)
"""Why a card stands before another, in the order in which they are shown."""

_LAST = float("inf")


@dataclass(frozen=True, slots=True)
class Ahead:
    """Cards that stand before an application, for one reason.

    Parameters
    ----------
    reason
        ``pin`` (fixed to that day), ``not-ready`` (printed before this one
        was ready), ``rank`` (stricter), ``waiting`` (longer, and so more
        pressure), ``target`` (shorter, so that its pressure is higher or
        grows faster), ``tie-break``, ``due`` and ``promise`` (a date to keep),
        ``printers`` (what fits where: printers, card types, blanks).
    cards
        How many, 1 or more.
    """

    reason: str
    cards: int


@dataclass(frozen=True, slots=True)
class Person:
    """An application as the comparison sees it.

    Parameters
    ----------
    row
        Its row of the backlog.
    rank
        Class rank and area rank; infinity for none.
    target
        In days.
    printers
        Ids of the printers that can print it.
    """

    row: Mapping[str, Any]
    rank: tuple[float, float]
    target: int
    printers: tuple[str, ...]

    @classmethod
    def of(cls, row: Mapping[str, Any], office: Office) -> Person:
        """Return a row of the backlog with what the office says of it."""
        by_class = office.class_rank(row["urgency"])
        by_area = office.area_rank.get(row["area"] or "")
        rank = (
            _LAST if by_class is None else by_class,
            _LAST if by_area is None else by_area,
        )
        target = office.urgency[row["urgency"]].target_days
        return cls(row, rank, target, office.eligible(row["card"], row["area"]))


def cards_ahead(
    before: pl.DataFrame, backlog: Backlog, office: Office, person: Person, end: date
) -> tuple[Ahead, ...]:
    """Count the cards before an application by reason.

    Parameters
    ----------
    before
        application_id and day of the cards printed before it on printers that
        it could use.
    backlog, office
        Who they are, and the rule.
    person
        The application.
    end
        Last day of the plan; due dates after it do not count.
    """
    rows = _with_rule(before, backlog, office)
    counts = (
        rows.select(_reason(person, end).alias("reason"))
        .group_by("reason")
        .len()
        .rows()
    )
    found = dict(counts)
    return tuple(Ahead(code, found[code]) for code in REASONS if code in found)


def _with_rule(cards: pl.DataFrame, backlog: Backlog, office: Office) -> pl.DataFrame:
    """Add dates, target and rank to application ids."""
    target = {name: kind.target_days for name, kind in office.urgency.items()}
    rank = {
        name: float(kind.rank)
        for name, kind in office.urgency.items()
        if kind.rank is not None
    }
    area = {name: float(value) for name, value in office.area_rank.items()}
    columns = ("urgency", "area", "waiting_since", "ready_on", "due_on")
    known = backlog.frame.select("application_id", *columns, "promised_on", "pinned_on")
    return cards.join(
        known, on="application_id", how="left", maintain_order="left"
    ).with_columns(
        pl.col("urgency").replace_strict(target, return_dtype=pl.Int64).alias("target"),
        _lookup("urgency", rank).alias("class_rank"),
        _lookup("area", area).alias("area_rank"),
    )


def _lookup(column: str, values: Mapping[str, float]) -> pl.Expr:
    if not values:
        return pl.lit(_LAST)
    return pl.col(column).replace_strict(values, default=_LAST, return_dtype=pl.Float64)


def _stricter(person: Person) -> tuple[pl.Expr, pl.Expr]:
    """Return whether a card's rank is stricter, and whether it is equal."""
    by_class, by_area = pl.col("class_rank"), pl.col("area_rank")
    same = by_class == person.rank[0]
    stricter = (by_class < person.rank[0]) | (same & (by_area < person.rank[1]))
    return stricter, same & (by_area == person.rank[1])


def _waited(since: pl.Expr, day: pl.Expr) -> pl.Expr:
    return (day - since).dt.total_days() + 1


def _reason(person: Person, end: date) -> pl.Expr:
    row, target = person.row, pl.col("target")
    stricter, equal = _stricter(person)
    since, mine = pl.col("waiting_since"), pl.lit(row["waiting_since"])
    day = pl.col("day")
    # Pressure is the day of waiting over the target: compared without division.
    theirs = _waited(since, day) * person.target
    ours = _waited(mine, day) * target
    alike = (since == mine) & (target == person.target)
    due = (pl.col("due_on") >= day) & (pl.col("due_on") <= end)
    due &= pl.col("due_on").ne_missing(pl.lit(row["due_on"], dtype=pl.Date))
    told = pl.col("promised_on").is_not_null()
    told &= pl.col("promised_on").ne_missing(pl.lit(row["promised_on"], dtype=pl.Date))
    return (
        pl.when(pl.col("pinned_on") == day)
        .then(pl.lit("pin"))
        .when(day < row["ready_on"])
        .then(pl.lit("not-ready"))
        .when(stricter)
        .then(pl.lit("rank"))
        .when(equal & (theirs > ours) & (since < mine))
        .then(pl.lit("waiting"))
        .when(equal & (theirs > ours))
        .then(pl.lit("target"))
        .when(equal & due)
        .then(pl.lit("due"))
        .when(equal & told)
        .then(pl.lit("promise"))
        .when(equal & alike)
        .then(pl.lit("tie-break"))
        .when(equal & (target < person.target))
        .then(pl.lit("target"))
        .otherwise(pl.lit("printers"))
    )


def cards_to_move(
    rivals: pl.DataFrame,
    backlog: Backlog,
    office: Office,
    person: Person,
    goal: date,
) -> int:
    """Return how many more cards on a day would bring an application's turn.

    Parameters
    ----------
    rivals
        application_id, day and tied (whether it goes first if nothing else
        decides) of the cards that could take those places.
    backlog, office, person
        Who they are, the rule, and the application.
    goal
        The day with more cards.

    Returns
    -------
    int
        The rivals that were ready by then and stand before the application by
        rank, pressure and tie-break, and one for itself.
    """
    rows = _with_rule(rivals, backlog, office)
    stricter, equal = _stricter(person)
    day = pl.col("day")
    theirs = _waited(pl.col("waiting_since"), day) * person.target
    ours = _waited(pl.lit(person.row["waiting_since"]), day) * pl.col("target")
    first = stricter | (equal & ((theirs > ours) | ((theirs == ours) & pl.col("tied"))))
    ready = pl.col("ready_on") <= goal
    fixed = pl.col("pinned_on").is_not_null() & (pl.col("pinned_on") == day)
    return int(rows.select((first & ready & ~fixed).sum()).item()) + 1
