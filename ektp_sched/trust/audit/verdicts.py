"""From counts to verdicts: out of turn, or accounted for and by what.

Where a plan was given, the log is held beside its sheets.  In force on a day are the
plans that began last, on that day or before: several where a day was planned again.
A card printed on day d *followed the sheets* if a plan in force on d gives it d or an
earlier day: whoever prints what is left of yesterday's sheet follows it too.  If only
a plan that began before does, it followed an *earlier sheet*.  A card that followed
a sheet accuses nobody, whom it passed being the plan's affair.

Where a plan leaves sheets of an earlier one of the same day in force, a printer has
several papers that day (``paper`` of the assignments), and each is judged by itself.

A sheet was *stopped* where its last cards, in the order of batch and position,
were not printed on its day, and its printer printed nothing on that day that no sheet
and no recorded reason asked for: a jam or an outage leaves the end of a sheet.  That
somebody who is left there was passed on that day is the jam's doing.

Whoever *deviates* is listed with what the sheet said: ``ahead`` of its day, on
``no-sheet`` of the plan in force, on ``other-printer`` on its day, or ``skipped``
while later cards of the same sheet, or cards of no sheet, were printed there; and
with what accounts for that: an earlier sheet, a jam (its own printer made fewer good
prints that day than its sheet has), or a recorded reason.

Overtakes are counted apart by what accounts for them, the first that holds: the jam;
the printers, for whoever was printed where this card cannot be; the dates and pins of
tiers that stand earlier; the sheet, or earlier sheet, that this card followed; the
reason recorded with it.  What is left is out of turn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.people.people import MISSING
from ektp_sched.trust.audit.overtakes import count_overtakes, date_tiers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.documents import Plan
    from ektp_sched.office import Capacity, Office
    from ektp_sched.trust.audit.overtakes import Overtakes
    from ektp_sched.trust.audit.queue import Queue


@dataclass(frozen=True, slots=True)
class Sheets:
    """What the sheets said of the prints of a log."""

    # application, sheet_day, sheet_printer of each first good print that a plan in
    # force on its day names
    said: pl.DataFrame
    # whether an application's first good print followed the sheets, or if not an
    # earlier one, shape (N,)
    followed: Bools
    earlier: Bools
    # application, day (offset): left at the end of a sheet that was stopped
    left: pl.DataFrame
    # day, printer, planned, printed, left, outage (whether the office states one for
    # that printer and day)
    stopped: pl.DataFrame
    # application_id, deviation, sheet_day, sheet_printer, printed_at, printer,
    # operator, reason, accounted_by; by day
    deviations: pl.DataFrame

    def excuse(self, queue: Queue) -> Queue:
        """Take those whom a stopped sheet left for tried on its day."""
        by, on = (self.left[name].to_numpy() for name in ("application", "day"))
        return replace(
            queue,
            tried_by=np.append(queue.tried_by, by),
            tried_on=np.append(queue.tried_on, on),
        )


def sheets_of(
    plans: Sequence[Plan],
    rows: pl.DataFrame,
    backlog: pl.DataFrame,
    office: Office,
    limits: Capacity,
) -> Sheets:
    """Line up the prints of a log with the sheets in force on each day.

    Of two plans that begin on the same day the later one says what is left.
    """
    asked = _asked(plans)
    first = _beside(rows.filter("first"), asked, plans)
    ahead = (pl.col("sheet_day") > pl.col("printed_at")).fill_null(value=True)
    strays = first.filter((pl.col("plan") >= 0) & ahead)
    listed = first.filter(pl.col("application").is_not_null())
    followed, earlier = np.zeros((2, backlog.height), dtype=bool)
    on_time = listed.filter(pl.col("sheet_day") <= pl.col("printed_at"))
    followed[on_time["application"].to_numpy()] = True
    earlier[listed.filter("earlier")["application"].to_numpy()] = True
    sheets = _sheets(asked, plans, rows, strays, limits)
    return Sheets(
        said=listed.select("application", "sheet_day", "sheet_printer"),
        followed=followed,
        earlier=earlier,
        left=sheets.filter("left")
        .join(
            backlog.select("application_id").with_row_index("application"),
            on="application_id",
        )
        .select(
            pl.col("application").cast(pl.Int64),
            day=(pl.col("sheet_day") - pl.lit(limits.start)).dt.total_days(),
        ),
        stopped=_stopped(sheets, office),
        deviations=_deviations(first, strays, sheets, rows),
    )


def _asked(plans: Sequence[Plan]) -> pl.DataFrame:
    """Return all that the plans ask for, with the number of the plan by its start."""
    return pl.concat(
        plan.assignments.select(
            "application_id",
            pl.col("day").alias("sheet_day"),
            pl.col("printer").cast(pl.String).alias("sheet_printer"),
            "batch",
            "position",
            plan=pl.lit(number, dtype=pl.Int64),
            paper=pl.col("paper")
            if "paper" in plan.assignments.columns
            else pl.lit(number, dtype=pl.Int64),
        )
        for number, plan in enumerate(sorted(plans, key=lambda plan: plan.start))
    )


def _beside(
    first: pl.DataFrame, asked: pl.DataFrame, plans: Sequence[Plan]
) -> pl.DataFrame:
    """Return first good prints with the plan, and what its sheet said of them.

    It is a plan in force that gives the card that day or an earlier one, of several one
    that says the same printer and else the last; without any, the last in force.
    ``earlier``: only one that began before gives it that.
    """
    starts = pl.Series(sorted(plan.start for plan in plans), dtype=pl.Date)
    first = first.with_columns(last=_in_force(first["printed_at"], plans))
    on_time = (
        first.filter(pl.col("last") >= 0)
        .select("application_id", "printed_at", "machine", "last")
        .join(asked, on="application_id")
        .filter(
            pl.col("plan") <= pl.col("last"),
            pl.col("sheet_day") <= pl.col("printed_at"),
        )
    )
    together = starts.gather(on_time["plan"]) == starts.gather(on_time["last"])
    agrees = (pl.col("sheet_printer") == pl.col("machine")) & (
        pl.col("sheet_day") == pl.col("printed_at")
    )
    given = (
        on_time.with_columns(together=together)
        .sort("together", pl.col("together") & agrees, "plan")
        .group_by("application_id", maintain_order=True)
        .agg(pl.col("together", "plan").last())
    )
    return (
        first.join(given, on="application_id", how="left", maintain_order="left")
        .with_columns(
            plan=pl.when("together").then("plan").otherwise("last"),
            earlier=~pl.col("together").fill_null(value=True),
        )
        .join(asked, on=("application_id", "plan"), how="left", maintain_order="left")
    )


def _in_force(days: pl.Series, plans: Sequence[Plan]) -> pl.Series:
    """Return the number of the plan in force on each day; -1 before the first."""
    starts = pl.Series(sorted(plan.start for plan in plans), dtype=pl.Date)
    return starts.search_sorted(days, side="right").cast(pl.Int64) - 1


def _sheets(
    asked: pl.DataFrame,
    plans: Sequence[Plan],
    rows: pl.DataFrame,
    strays: pl.DataFrame,
    limits: Capacity,
) -> pl.DataFrame:
    """Return the sheets of the log's days, card by card, and what became of each.

    To the columns of `asked` come machine, operator, reason and first_at of the
    first good print, open (no print until its day was over), left and skipped.
    """
    last = limits.start + timedelta(days=limits.days - 1)
    in_force = asked.filter(
        pl.col("sheet_day").is_between(limits.start, last),
        asked["plan"] == _in_force(asked["sheet_day"], plans),
    )
    prints = rows.select(
        "application_id",
        sheet_day="printed_at",
        sheet_printer="machine",
        tried=pl.lit(value=True),
    ).unique()
    first = rows.filter("first").select(
        "application_id", "machine", "operator", "reason", first_at="printed_at"
    )
    foreign = (
        strays.filter(~pl.col("earlier"), pl.col("reason").is_null())
        .select(
            sheet_day="printed_at", sheet_printer="machine", foreign=pl.lit(value=True)
        )
        .unique()
    )
    sheet = ("sheet_day", "sheet_printer")
    paper = (*sheet, "paper")
    on_day = prints.select("application_id", "sheet_day", that_day="tried").unique()
    order = pl.int_range(pl.len()).over(paper)
    handled = pl.col("that_day") | (pl.col("first_at") <= pl.col("sheet_day"))
    return (
        in_force.sort(*paper, "batch", "position")
        .join(prints, on=("application_id", *sheet), how="left", maintain_order="left")
        .join(
            on_day,
            on=("application_id", "sheet_day"),
            how="left",
            maintain_order="left",
        )
        .join(first, on="application_id", how="left", maintain_order="left")
        .join(foreign, on=sheet, how="left", maintain_order="left")
        .with_columns(
            pl.col("tried", "that_day", "foreign").fill_null(value=False), order=order
        )
        .with_columns(
            open=~handled.fill_null(pl.col("that_day")),
            reached=pl.when("tried").then("order").max().over(paper).fill_null(-1),
        )
        .with_columns(
            left=pl.col("open")
            & ~pl.col("foreign")
            & (pl.col("order") > pl.col("reached"))
        )
        .with_columns(skipped=pl.col("open") & ~pl.col("left"))
    )


def _stopped(sheets: pl.DataFrame, office: Office) -> pl.DataFrame:
    """Return the sheets whose end was left, by day and printer."""
    sheet = ("sheet_day", "sheet_printer")
    stopped = (
        sheets.group_by(sheet)
        .agg(
            planned=pl.len().cast(pl.Int64),
            printed=(~pl.col("open")).sum().cast(pl.Int64),
            left=pl.col("left").sum().cast(pl.Int64),
        )
        .filter(pl.col("left") > 0)
        .sort(sheet)
    )
    outage = [_stated_outage(office, *key) for key in stopped.select(sheet).rows()]
    return stopped.rename(
        dict(zip(sheet, ("day", "printer"), strict=True))
    ).with_columns(pl.Series("outage", outage, dtype=pl.Boolean))


def _stated_outage(office: Office, day: date, printer: str) -> bool:
    """Return whether an outage of a printer, or of a server it uses, is stated."""
    servers = next((p.servers for p in office.printers if p.id == printer), None)
    used = {printer, *(s.id for s in office.servers if not servers or s.id in servers)}
    return any(o.resource in used and o.from_ <= day <= o.to for o in office.outages)


def _deviations(
    first: pl.DataFrame, strays: pl.DataFrame, sheets: pl.DataFrame, rows: pl.DataFrame
) -> pl.DataFrame:
    """Return who deviates from the sheets, what the sheet said, and what accounts."""
    moved = first.filter(
        pl.col("sheet_day") == pl.col("printed_at"),
        pl.col("sheet_printer") != pl.col("machine"),
    ).join(
        _jammed(sheets, rows),
        on=("sheet_day", "sheet_printer"),
        how="left",
        maintain_order="left",
    )
    skipped = sheets.filter("skipped").with_columns(printed_at="first_at")
    names = pl.when(pl.col("sheet_day").is_null()).then(pl.lit("no-sheet"))
    earlier = pl.when("earlier").then(pl.lit("earlier-sheet"))
    nothing = pl.lit(None, dtype=pl.String)
    parts = (
        strays.with_columns(
            deviation=names.otherwise(pl.lit("ahead")), account=earlier
        ),
        moved.with_columns(deviation=pl.lit("other-printer"), account="jam"),
        skipped.with_columns(deviation=pl.lit("skipped"), account=nothing),
    )
    columns = ("application_id", "deviation", "sheet_day", "sheet_printer")
    further = ("printed_at", pl.col("machine").alias("printer"), "operator", "reason")
    reason = pl.when(pl.col("reason").is_not_null()).then(pl.lit("reason"))
    account = pl.coalesce("account", reason).alias("accounted_by")
    return pl.concat(part.select(*columns, *further, account) for part in parts).sort(
        pl.coalesce("sheet_day", "printed_at"), *columns
    )


def _jammed(sheets: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the sheets of which a printer made fewer good prints than they have."""
    sheet = ("sheet_day", "sheet_printer")
    made = rows.filter("good").group_by(sheet_day="printed_at", sheet_printer="machine")
    return (
        sheets.group_by(sheet)
        .agg(planned=pl.len())
        .join(made.agg(made=pl.len()), on=sheet, how="left")
        .filter(pl.col("made").fill_null(0) < pl.col("planned"))
        .select(*sheet, jam=pl.lit("jam"))
    )


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The frames ``out_of_turn`` and ``explained`` of an `Audit`, and its counts."""

    out_of_turn: pl.DataFrame
    explained: pl.DataFrame
    overtakes: dict[str, int]


def verdicts(queue: Queue, listed: pl.DataFrame, sheets: Sheets | None) -> Verdicts:
    """Judge each card that was printed while others came first."""
    every = overtakes = count_overtakes(queue)
    if sheets is not None and not sheets.left.is_empty():
        overtakes = count_overtakes(sheets.excuse(queue))
    cards = np.flatnonzero(every.passed)
    table = _table(queue, every.take(cards), overtakes.take(cards), cards).join(
        listed.filter("first"), on="application", how="left", maintain_order="left"
    )
    of_sheets: tuple[str, ...] = ()
    followed = earlier = pl.lit(value=False)
    if sheets is not None:
        of_sheets = ("left_by_jam", "sheet_day", "sheet_printer")
        table = table.join(
            sheets.said, on="application", how="left", maintain_order="left"
        )
        followed, earlier = (
            pl.lit(pl.Series(marked[cards], dtype=pl.Boolean))
            for marked in (sheets.followed, sheets.earlier)
        )
    table = table.with_columns(
        accounted_by=pl.when(pl.col("unaccounted") == 0)
        .then("accounted_by")
        .when(followed)
        .then(pl.lit("sheet"))
        .when(earlier)
        .then(pl.lit("earlier-sheet"))
        .when(pl.col("reason").is_not_null())
        .then(pl.lit("reason"))
    )
    accused = pl.col("accounted_by").is_null()
    return Verdicts(
        _out_of_turn(table.filter(accused), of_sheets),
        _explained(table.filter(~accused), of_sheets[:1]),
        _counts(table),
    )


def _counts(table: pl.DataFrame) -> dict[str, int]:
    """Count the overtakes by what accounts for them; they add up to ``all``."""
    rest = pl.col("unaccounted") > 0
    counts = {
        "all": pl.col("passed") + pl.col("left_by_jam"),
        "jam": pl.col("left_by_jam"),
        "printer": pl.col("passed") - pl.col("free"),
        "earlier_tier": pl.col("free") - pl.col("unaccounted"),
        **{
            name.replace("-", "_"): pl.when(rest & (pl.col("accounted_by") == name))
            .then("unaccounted")
            .otherwise(0)
            for name in ("sheet", "earlier-sheet", "reason")
        },
        "out_of_turn": pl.when(pl.col("accounted_by").is_null())
        .then("unaccounted")
        .otherwise(0),
    }
    sums = table.select(count.sum().alias(name) for name, count in counts.items())
    return {name: int(value) for name, value in sums.row(0, named=True).items()}


def _table(
    queue: Queue, every: Overtakes, overtakes: Overtakes, cards: Ints
) -> pl.DataFrame:
    """Return the cards that passed anybody; ``overtakes`` leaves a jam's out."""
    pinned = queue.pinned[cards] == queue.printed[cards]
    oldest = np.where(overtakes.passed > 0, overtakes.oldest, every.oldest)
    accounts = _accounts(queue, overtakes, cards)
    jam = pl.Series(overtakes.passed == 0)
    return pl.DataFrame(
        {
            "application": cards,
            "passed": overtakes.passed,
            "left_by_jam": every.passed - overtakes.passed,
            "longest_passed_days": np.maximum(0, queue.since[cards] - oldest),
            "free": overtakes.free,
            "unaccounted": np.where(pinned, 0, overtakes.unaccounted),
            "accounted_by": pl.select(
                pl.when(jam).then(pl.lit("jam")).otherwise(accounts)
            ).to_series(),
            "claim": _claims(queue, cards),
        },
        schema_overrides={"accounted_by": pl.String, "claim": pl.String},
    )


def _accounts(queue: Queue, overtakes: Overtakes, cards: Ints) -> pl.Series:
    """Return what accounts for each card if nothing is left over."""
    tiers = date_tiers(queue)
    # A date that could still be kept after the log excuses nobody.
    due = (queue.due[cards] >= queue.printed[cards]) & (queue.due[cards] < queue.days)
    due &= "overdue" in tiers
    told = queue.promised[cards]
    promise = (told != MISSING) & (told < queue.days) & ("promise" in tiers)
    names = np.array(
        ["due_on, promised_on", "due_on", "promised_on", "pinned_on", "printer"]
    )
    pinned = queue.pinned[cards] == queue.printed[cards]
    number = np.select(
        [overtakes.free == 0, pinned, due & promise, due], [4, 3, 0, 1], default=2
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


def _out_of_turn(table: pl.DataFrame, of_sheets: tuple[str, ...]) -> pl.DataFrame:
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
        *of_sheets,
        "unaccounted",
        pl.col("machine").alias("printer"),
        "operator",
    )


def _explained(table: pl.DataFrame, of_sheets: tuple[str, ...]) -> pl.DataFrame:
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
        *of_sheets,
    )
