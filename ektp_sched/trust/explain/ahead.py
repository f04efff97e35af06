"""Who stands before an application in a plan, and why."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.people.order import PublicOrder
from ektp_sched.rules import HOLDING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Any

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office

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
_DATES = ("ready_on", "due_on", "promised_on", "pinned_on")


@dataclass(frozen=True, slots=True)
class Ahead:
    """Cards that stand before an application, for one reason."""

    # pin (fixed to that day), not-ready (printed before this one was ready), rank
    # (stricter), waiting (longer, and so more pressure), target (shorter, so that its
    # pressure is higher or grows faster), tie-break, due and promise (a date to keep),
    # printers (what fits where: printers, card types, blanks)
    reason: str
    cards: int  # how many, 1 or more


@dataclass(frozen=True, slots=True)
class Person:
    """An application as the comparison sees it."""

    row: Mapping[str, Any]  # of the backlog
    rank: tuple[float, float]  # of class and area; infinity for none
    target: int  # in days
    printers: tuple[str, ...]  # ids of those that can print it

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
    before: pl.DataFrame,
    backlog: Backlog,
    office: Office,
    person: Person,
    horizon: tuple[date, date],
) -> tuple[Ahead, ...]:
    """Count by reason the cards printed before an application on printers it could use.

    Due dates after the horizon, the first and last day of the plan, do not count.
    """
    rows = _with_rule(before, backlog, office)
    rows = _with_order(rows, office, person, horizon)
    counts = (
        rows.select(_reason(person, horizon[1]).alias("reason"))
        .group_by("reason")
        .len()
        .rows()
    )
    by_reason = dict(counts)
    return tuple(Ahead(code, by_reason[code]) for code in REASONS if code in by_reason)


def _with_rule(cards: pl.DataFrame, backlog: Backlog, office: Office) -> pl.DataFrame:
    """Add dates, target and rank to application ids."""
    target = {name: kind.target_days for name, kind in office.urgency.items()}
    rank = {
        name: float(kind.rank)
        for name, kind in office.urgency.items()
        if kind.rank is not None
    }
    area = {name: float(value) for name, value in office.area_rank.items()}
    columns = ("urgency", "card", "area", "waiting_since", "recorded_at", *_DATES)
    known = backlog.frame.select("application_id", *columns)
    return cards.join(
        known, on="application_id", how="left", maintain_order="left"
    ).with_columns(
        pl.col("urgency").replace_strict(target, return_dtype=pl.Int64).alias("target"),
        _lookup("urgency", rank).alias("class_rank"),
        _lookup("area", area).alias("area_rank"),
    )


def _with_order(
    rows: pl.DataFrame, office: Office, person: Person, horizon: tuple[date, date]
) -> pl.DataFrame:
    """Add whether no rule tells a card apart (same), and whether it comes first."""
    kinds = rows.select("urgency", "card", "area").unique()
    own_view = _seen_by_rules(person.row, office)
    same = [_seen_by_rules(row, office) == own_view for row in kinds.to_dicts()]
    rows = rows.join(
        kinds.with_columns(same=pl.Series(same, dtype=pl.Boolean)),
        on=("urgency", "card", "area"),
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    dates = [
        _seen_date(pl.col(name), name, horizon).eq_missing(
            _seen_date(pl.lit(person.row[name], dtype=pl.Date), name, horizon)
        )
        for name in _DATES
    ]
    since = pl.col("waiting_since") == person.row["waiting_since"]
    rows = rows.with_columns(pl.all_horizontal("same", since, *dates).alias("same"))
    return rows.with_columns(first=_comes_first(rows, office, person))


def _seen_by_rules(row: Mapping[str, Any], office: Office) -> tuple[object, ...]:
    """Return what rules and tiers see of class, card type and area."""
    person = Person.of(row, office)
    card = office.cards.get(row["card"] or "")
    stocked = card is not None and card.stock is not None
    return (
        person.rank,
        person.target,
        person.printers,
        stocked and row["card"],
        stocked and card is not None and row["urgency"] in card.set_aside,
        [
            rule.words.sees(office, (row["urgency"], row["card"], row["area"]))
            for rule in HOLDING
        ],
    )


def _seen_date(when: pl.Expr, name: str, horizon: tuple[date, date]) -> pl.Expr:
    """Return a date as the plan sees it: what can no longer matter is nothing."""
    start, end = horizon
    if name == "ready_on":
        return pl.max_horizontal(when, pl.lit(start))
    if name == "promised_on":
        # One before the start slips by a day more each day, as one for the start.
        when = pl.max_horizontal(when, pl.when(when.is_not_null()).then(pl.lit(start)))
    return pl.when((when >= start) & (when <= end)).then(when)


def _comes_first(rows: pl.DataFrame, office: Office, person: Person) -> pl.Series:
    """Return which same cards come before an application in the public tie-break."""
    same = rows["same"].to_numpy()
    keys: dict[str, pl.DataType] = {
        "application_id": pl.String(),
        "recorded_at": pl.Datetime("us"),
    }
    alike = rows.filter(same).select(pl.col(name).cast(keys[name]) for name in keys)
    own = pl.DataFrame({name: [person.row[name]] for name in keys}, schema=keys)
    ties = PublicOrder.of(pl.concat([alike, own]), office)
    place = ties.ranked(np.arange(alike.height + 1))
    first = np.zeros(rows.height, dtype=np.bool_)
    first[same] = place[:-1] < place[-1]
    return pl.Series("first", first)


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
    since, own_since = pl.col("waiting_since"), pl.lit(row["waiting_since"])
    day = pl.col("day")
    # Pressure is the day of waiting over the target: compared without division.
    theirs = _waited(since, day) * person.target
    ours = _waited(own_since, day) * target
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
        .when(equal & (theirs > ours) & (since < own_since))
        .then(pl.lit("waiting"))
        .when(equal & (theirs > ours))
        .then(pl.lit("target"))
        .when(equal & due)
        .then(pl.lit("due"))
        .when(equal & told)
        .then(pl.lit("promise"))
        .when(pl.col("same") & pl.col("first"))
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
    """Return how many cards more a day needs for an application and who is before it.

    They are the rivals for its place that were ready by then and stand before it by
    rank, pressure and tie-break, and one for itself.
    """
    rows = _with_rule(rivals, backlog, office).with_columns(same=True)
    rows = rows.with_columns(first=_comes_first(rows, office, person))
    stricter, equal = _stricter(person)
    day = pl.col("day")
    theirs = _waited(pl.col("waiting_since"), day) * person.target
    ours = _waited(pl.lit(person.row["waiting_since"]), day) * pl.col("target")
    before = equal & ((theirs > ours) | ((theirs == ours) & pl.col("first")))
    ready = pl.col("ready_on") <= goal
    fixed = pl.col("pinned_on").is_not_null() & (pl.col("pinned_on") == day)
    return int(rows.select(((stricter | before) & ready & ~fixed).sum()).item()) + 1


def least_pressing(
    printed: pl.DataFrame, backlog: Backlog, office: Office, person: Person
) -> tuple[int, int] | None:
    """Return the lowest pressure of a day among cards of an application's rank.

    It is the quotient of the two numbers returned: day of waiting, and target.
    """
    rows = _with_rule(printed, backlog, office)
    equal = rows.filter(_stricter(person)[1])
    waited = equal.select(
        _waited(pl.col("waiting_since"), pl.col("day")).alias("waited"), "target"
    ).unique()
    pairs = waited.rows()
    return min(pairs, key=lambda pair: Fraction(*pair), default=None)
