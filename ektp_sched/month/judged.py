"""The prints of a ledger before the audit of `ektp_sched.trust`: who went ahead.

The ledger makes what that audit asks for: a log of the cards, the sheets of each plan,
and who waited.  Nobody is said to have been passed before the office knew them with the
place in the queue that they have, nor who has left the queue unprinted, nor of whose
card nothing is known.  Days before the first plan are not judged, as there was no sheet
to follow.  What accounts for a card beside the sheets is a reason recorded with it, or
a priority decided no later than that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog import Backlog
from ektp_sched.backlog.model import HELD, PLANNED, REJECTS
from ektp_sched.documents import Plan, Status
from ektp_sched.trust import audit
from ektp_sched.trust.audit.log import PrintLog

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.ledger import Reader
    from ektp_sched.month.facts import Facts
    from ektp_sched.month.sheets import Sheets
    from ektp_sched.office import Office
    from ektp_sched.trust import Audit

PRIORITY: Final = "priority"
"""What accounts for a card beside the sheets: its person was put ahead before."""

REMARK: Final = "remark"
"""The reason of a card of which only a free text says why."""

_DECIDED: Final = ("priority", "accept")

_OUT_OF_TURN: Final = {
    "person": pl.Int64,
    "printed_at": pl.Date,
    "printer": pl.String,
    "operator": pl.String,
    "sheet_day": pl.Date,
    "sheet_printer": pl.String,
    "passed": pl.Int64,
    "longest_passed_days": pl.Int64,
}
_DEVIATIONS: Final = {
    "person": pl.Int64,
    "deviation": pl.String,
    "sheet_day": pl.Date,
    "sheet_printer": pl.String,
    "printed_at": pl.Date,
    "printer": pl.String,
    "operator": pl.String,
    "reason": pl.String,
    "accounted_by": pl.String,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """Who was printed beside the sheets, and who was passed over.

    Parameters
    ----------
    out_of_turn
        person, printed_at, printer, operator, sheet_day, sheet_printer (null: none),
        passed (people), longest_passed_days: printed from no valid sheet of that day
        although others came first, and nothing accounts for it.
    deviations
        person, deviation (as `ektp_sched.trust.audit.verdicts` has them), sheet_day,
        sheet_printer, printed_at, printer, operator, reason, accounted_by (null:
        nothing does).
    stopped
        day, printer, planned, printed, left: sheets whose end was left.
    idle
        day, idle, waiting: further cards that could have been printed for people who
        waited.
    audit
        The whole; None where no day can be judged.
    """

    out_of_turn: pl.DataFrame
    deviations: pl.DataFrame
    stopped: pl.DataFrame
    idle: pl.DataFrame
    audit: Audit | None

    @property
    def clean(self) -> bool:
        """Whether nobody was printed out of turn."""
        return self.out_of_turn.is_empty()


def judge(
    reader: Reader,
    facts: Facts,
    sheets: Sheets,
    office: Office,
    first: date,
    last: date,
) -> Judged:
    """Return who was printed beside the sheets, and what accounts for it.

    Parameters
    ----------
    reader, facts, sheets
        The ledger.
    office
        As it was on the first day, with all outages recorded.
    first, last
        Days to be judged.
    """
    log = _log(reader, facts, office, sheets, first, last)
    if log.is_empty():
        return Judged(
            pl.DataFrame(schema=_OUT_OF_TURN),
            pl.DataFrame(schema=_DEVIATIONS),
            pl.DataFrame(schema={"day": pl.Date, "printer": pl.String}),
            pl.DataFrame(
                schema={"day": pl.Date, "idle": pl.Int64, "waiting": pl.Int64}
            ),
            None,
        )
    people = _waiting(facts, office, last)
    printed = facts.cards.filter(result="printed").select("person", printed_on="day")
    # Nobody was left out of whose card nothing is known.
    is_known = ~pl.col("person").is_in(facts.unknown(last).implode())
    nobody = people.only(pl.repeat(False, people.planned, eager=True))
    plans = [
        _plan(office, nobody if at else people, start, asked.filter(is_known))
        for at, (start, asked) in enumerate(sheets.asked(printed))
        if start <= last
    ]
    rejects = pl.DataFrame(schema=dict(REJECTS))
    whole = audit(PrintLog(log, rejects, log.height), people, office, plans=plans)
    if whole.deviations is None or whole.stopped is None:
        raise AssertionError
    said = _said(reader)
    deviations = (
        _persons(whole.deviations, _DEVIATIONS)
        .join(said, on=("person", "sheet_day"), how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("reason") == PRIORITY)
            .then(pl.lit(PRIORITY))
            .when((pl.col("deviation") == "skipped") & pl.col("why").is_not_null())
            .then(pl.lit("reason"))
            .otherwise("accounted_by")
            .alias("accounted_by"),
            pl.coalesce("why", "reason").alias("reason"),
        )
        .drop("why")
    )
    return Judged(
        _persons(whole.out_of_turn, _OUT_OF_TURN),
        deviations,
        whole.stopped,
        whole.idle,
        whole,
    )


def _log(
    reader: Reader,
    facts: Facts,
    office: Office,
    sheets: Sheets,
    first: date,
    last: date,
) -> pl.DataFrame:
    """Return the cards of the days that can be judged, as a print log has them."""
    begun = sheets.plans["start"].min()
    days = {act.number: act.day for act in reader.acts(*_DECIDED)}
    ranked = (
        reader.facts("overrides")
        .filter(pl.col("act").is_in([*days]))
        .group_by("person")
        .agg(
            put_on=pl.col("act").replace_strict(days, return_dtype=pl.Date).min(),
        )
    )
    remarked = pl.when(pl.col("remark").is_not_null()).then(pl.lit(REMARK))
    put_ahead = (pl.col("put_on") <= pl.col("day")).fill_null(value=False)
    return (
        facts.cards.filter(
            pl.col("day").is_between(first, last),
            pl.lit(begun is not None) & (pl.col("day") >= pl.lit(begun, pl.Date)),
            pl.col("printer").is_in([printer.id for printer in office.printers]),
        )
        .join(ranked, on="person", how="left", maintain_order="left")
        .select(
            row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
            application_id=_id("person"),
            printed_at="day",
            printer="printer",
            good=pl.col("result") == "printed",
            operator="operator",
            reason=pl.when(put_ahead)
            .then(pl.lit(PRIORITY))
            .otherwise(pl.coalesce("reason", remarked)),
        )
    )


def _waiting(facts: Facts, office: Office, last: date) -> Backlog:
    """Return who waited, and since when the office knew it."""
    known = [printer.id for printer in office.printers]
    unplaced = facts.cards.filter(
        pl.col("result") == "printed", ~pl.col("printer").is_in(known).fill_null(False)
    )["person"]
    first = facts.people["known_on"].min()
    since = pl.when(pl.col("ranked_on") > pl.lit(first, pl.Date)).then("ranked_on")
    frame = facts.people.filter(
        "in_queue",
        pl.col("known_on") <= last,
        pl.col("waiting_since").is_not_null(),
        ~pl.col("person").is_in(unplaced.implode()),
        ~pl.col("person").is_in(facts.unknown(last).implode()),
    ).with_columns(
        application_id=_id("person"),
        ready_on=pl.max_horizontal("ready_on", "waiting_since", since),
    )
    return Backlog(
        frame=frame.select(*PLANNED),
        held=pl.DataFrame(schema=dict(HELD)),
        rejects=pl.DataFrame(schema=dict(REJECTS)),
        read=frame.height,
    )


def _said(reader: Reader) -> pl.DataFrame:
    """Return person, sheet_day, why: the reason for which a card was not printed."""
    rows = reader.facts("prints").filter(
        pl.col("result").is_in(["unprinted", "spoilt"])
    )
    why = pl.coalesce(
        "reason", pl.when(pl.col("remark").is_not_null()).then(pl.lit(REMARK))
    )
    return (
        rows.select("person", sheet_day="day", why=why)
        .drop_nulls("why")
        .unique(("person", "sheet_day"), keep="last", maintain_order=True)
    )


def _plan(office: Office, people: Backlog, start: date, asked: pl.DataFrame) -> Plan:
    """Return a plan that says of its sheets what an audit asks."""
    return Plan(
        office=office,
        backlog=people,
        start=start,
        days=1,
        status=Status.FEASIBLE,
        engine="ledger",
        assignments=asked.select(
            _id("person").alias("application_id"),
            *("day", "printer", "batch", "position", "paper"),
        ),
        unprinted=pl.DataFrame(schema={"application_id": pl.String}),
    )


def _id(person: str) -> pl.Expr:
    """Return ids for an audit: no number that anything takes for a person's."""
    return pl.concat_str(pl.lit("p"), pl.col(person).cast(pl.String))


def _persons(frame: pl.DataFrame, schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """Return an audit's list by persons."""
    person = pl.col("application_id").str.slice(1).cast(pl.Int64)
    return frame.with_columns(person.alias("person")).select(*schema)
