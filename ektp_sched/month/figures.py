"""A month in figures, out of the acts of a ledger alone.

Whoever stood on a sheet of a day counts there once: printed that day; or else spoilt;
unprinted, where that was said or the card was made on another day; void, where a later
plan of the day gave another place; open, where nothing is known.  Cards of people who
stood on no sheet of that day are beside the sheets.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.days.supplies import office_of
from ektp_sched.documents.seal import digest_of
from ektp_sched.errors import LedgerError
from ektp_sched.ledger import breaks
from ektp_sched.month.facts import blanks_of, facts_of
from ektp_sched.month.history import histories, working_days
from ektp_sched.month.judged import judge
from ektp_sched.month.sheets import sheets_of
from ektp_sched.office import Office, capacity
from ektp_sched.output.report.plan_data import Wait, quantiles
from ektp_sched.trust.audit.idle import most_cards
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.ledger import Break, Reader
    from ektp_sched.month.facts import Blanks, Facts
    from ektp_sched.month.history import Histories
    from ektp_sched.month.judged import Judged
    from ektp_sched.month.sheets import Sheets

DECISIONS: Final = (
    *("count", "outage", "priority", "accept", "reprint", "undo", "forget", "adopt"),
)
"""Acts in which somebody decided, or counted, something."""


@dataclass(frozen=True, slots=True)
class Month:
    """What happened from one day to another.

    Parameters
    ----------
    office
        As it was on the first day, with all outages recorded.
    first, last
        Its days.
    head, acts
        Hash of the ledger's last act, and how many there are.
    days
        day, plans, on_sheets, printed_from_sheets, spoilt_on_sheets, unprinted, void,
        open, beside_sheets, printed, spoilt (cards), capacity, idle, unknown (of what
        printed and spoilt cards leave of the capacity, what those open may have taken),
        waiting (people at the day's end), told, due, kept, missed: each day that is
        worked, or has cards.
    promises
        person, told_on, promised_on, printed_on, outcome (``kept``, ``missed``,
        ``open``: the day is to come; ``unknown``: nothing is known of the card, or the
        person has left the queue).
    printed, waiting
        person, application_id, urgency, area, card, waiting_since, wait_days (until
        printed, or until the last day), and of the printed day, printer.
    by_operator, by_printer
        operator or printer, printed, spoilt.
    counts
        day, card, blanks, expected, difference.
    blanks
        Of each card type that is counted, what was used and what to ask for.
    outages
        act, resource, begins, ends, left (of a million parts).
    decisions
        act, day, at, kind, by, approved_by, reason, undoes, rows.
    withheld
        field, people: changes of exports that wait to be accepted.
    judged
        Who was printed beside the sheets.
    broken
        What is not as it was written.
    history
        For scenarios.
    names
        person, application_id.
    """

    office: Office
    first: date
    last: date
    head: str
    acts: int
    days: pl.DataFrame
    promises: pl.DataFrame
    printed: pl.DataFrame
    waiting: pl.DataFrame
    by_operator: pl.DataFrame
    by_printer: pl.DataFrame
    counts: pl.DataFrame
    blanks: tuple[Blanks, ...]
    outages: pl.DataFrame
    decisions: pl.DataFrame
    withheld: pl.DataFrame
    judged: Judged
    broken: tuple[Break, ...]
    history: Histories
    names: pl.DataFrame

    @property
    def clean(self) -> bool:
        """Whether nobody was printed out of turn, and nothing was edited."""
        return self.judged.clean and not self.broken

    def total(self, name: str) -> int:
        """Return the sum of a column of `days`."""
        return int(self.days[name].sum())

    def waits(self, group: str) -> tuple[Wait, ...]:
        """Return how long people waited, until printed and at the end, by a column.

        Parameters
        ----------
        group
            ``urgency``, in the office's order, or ``area``, where most wait first; an
            empty text: all together.
        """
        parts = {"printed": self.printed, "end": self.waiting}
        if not group:
            return tuple(_wait("", name, each) for name, each in parts.items())
        both = pl.concat([each[group] for each in parts.values()]).drop_nulls()
        names = both.value_counts(sort=True).sort(
            "count", group, descending=[True, False]
        )[group]
        if group == "urgency":
            names = pl.Series([n for n in self.office.classes if n in names])
        return tuple(
            _wait(name, moment, each.filter(pl.col(group) == name))
            for name in names
            for moment, each in parts.items()
        )

    def outcomes(self) -> dict[str, int]:
        """Return how many promises had each outcome."""
        counts = dict(self.promises["outcome"].value_counts().iter_rows())
        return {name: counts.get(name, 0) for name in _OUTCOMES}


_OUTCOMES: Final = ("kept", "missed", "open", "unknown")


def _wait(group: str, moment: str, people: pl.DataFrame) -> Wait:
    """Return how long some people wait, in days of waiting."""
    waits = np.sort(people["wait_days"].drop_nulls().to_numpy())
    if not len(waits):
        return Wait(group, moment, 0, None, None, None, None)
    low, middle, high = quantiles(waits, np.ones_like(waits))
    return Wait(group, moment, len(waits), low, middle, high, int(waits[-1]))


def month_of(
    folder: OfficeFolder, *, first: date | None = None, last: date | None = None
) -> Month:
    """Return what an office did, out of its ledger.

    Parameters
    ----------
    folder
        The office folder.
    first, last
        Days to tell of; from the first to the last that has a plan or a card.

    Raises
    ------
    ektp_sched.errors.LedgerError
        There is no ledger, or it has neither plan nor card of those days.
    """
    with folder.ledger.reading() as reader:
        facts, sheets = facts_of(reader, folder.office), sheets_of(reader)
        first, last = _period(facts, sheets, first, last)
        office = office_of(folder.office, reader, first)
        judged = judge(reader, facts, sheets, office, first, last)
        promises = _promises(reader, facts, first, last)
        days = _days(folder, reader, facts, sheets, office, first, last)
        judged = replace(judged, idle=_for_sure(judged.idle, days))
        cards = facts.cards.filter(pl.col("day").is_between(first, last))
        outages = office.outages[len(folder.office.outages) :]
        return Month(
            office=office,
            first=first,
            last=last,
            head=reader.head,
            acts=reader.number,
            days=_with_promises(days, promises),
            promises=promises,
            printed=_printed(facts, cards),
            waiting=_waiting(facts, last),
            by_operator=_by(cards, "operator"),
            by_printer=_by(cards, "printer"),
            counts=_counts(reader, first, last),
            blanks=blanks_of(folder, reader, cards, last),
            outages=_outages(reader, first, last),
            decisions=_decisions(reader, first, last),
            withheld=facts.state.withheld.group_by("field")
            .agg(people=pl.len().cast(pl.Int64))
            .sort("field"),
            judged=judged,
            broken=tuple(breaks(reader.connection)),
            history=histories(reader, folder.office, outages, first=first, last=last),
            names=facts.state.people.select("person", "application_id"),
        )


def _period(
    facts: Facts, sheets: Sheets, first: date | None, last: date | None
) -> tuple[date, date]:
    """Return the days to tell of."""
    known = pl.concat([facts.cards["day"], sheets.plans["start"]])
    known = known.filter(known.is_between(first or date.min, last or date.max))
    begin, end = known.min(), known.max()
    if not isinstance(begin, date) or not isinstance(end, date):
        message = said(
            "knows of no sheet and no card of these days; name others with --from and "
            "--to, or record what was printed with `ektp-sched record`",
            "tidak memuat lembar atau kartu pada hari-hari itu; sebutkan hari lain "
            "dengan --from dan --to, atau catat yang tercetak dengan `ektp-sched "
            "record`",
        )
        raise LedgerError(message, file="ledger")
    return first or begin, last or end


def _days(
    folder: OfficeFolder,
    reader: Reader,
    facts: Facts,
    sheets: Sheets,
    office: Office,
    first: date,
    last: date,
) -> pl.DataFrame:
    """Return each day's sheets, cards, capacity and people who wait at its end."""
    within = pl.col("day").is_between(first, last)
    stood = _outcomes(reader, facts, sheets).filter(within)
    cards = facts.cards.filter(within)
    on_sheet = stood.select("person", "day", on_sheet=True)
    made = cards.join(on_sheet, on=("person", "day"), how="left", maintain_order="left")
    good, beside = pl.col("result") == "printed", pl.col("on_sheet").is_null()
    by_day = made.group_by("day").agg(
        beside_sheets=(good & beside).sum().cast(pl.Int64),
        printed=good.sum().cast(pl.Int64),
        spoilt=(~good).sum().cast(pl.Int64),
    )
    outcomes = stood.group_by("day").agg(
        on_sheets=pl.len().cast(pl.Int64),
        **{
            column: (pl.col("outcome") == name).sum().cast(pl.Int64)
            for name, column in _ON_SHEETS.items()
        },
    )
    plans = (
        sheets.plans.filter(pl.col("start").is_between(first, last))
        .group_by(day="start")
        .agg(plans=pl.len().cast(pl.Int64))
    )
    worked = working_days(office, first, last)
    days = pl.concat([worked, by_day["day"], outcomes["day"]]).unique().sort()
    table = days.to_frame()
    for part in (plans, outcomes, by_day):
        table = table.join(part, on="day", how="left", maintain_order="left")
    most = _capacity(folder, reader, office, table["day"])
    used = pl.col("printed") + pl.col("spoilt")
    return (
        table.with_columns(pl.exclude("day").fill_null(0))
        .with_columns(capacity=most)
        .with_columns(left=pl.max_horizontal(pl.col("capacity") - used, 0))
        .with_columns(
            idle=pl.max_horizontal(pl.col("left") - pl.col("open"), 0),
            unknown=pl.min_horizontal("left", "open"),
            waiting=_at_ends(facts, table["day"]),
        )
        .select("day", "plans", "on_sheets", *_ON_SHEETS.values(), *_FURTHER)
    )


_ON_SHEETS: Final = {
    "printed": "printed_from_sheets",
    "spoilt": "spoilt_on_sheets",
    "unprinted": "unprinted",
    "void": "void",
    "open": "open",
}
_FURTHER: Final = (
    *("beside_sheets", "printed", "spoilt", "capacity", "idle", "unknown", "waiting"),
)


def _for_sure(idle: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Leave out of idle capacity what cards may have taken that nobody knows of."""
    return (
        idle.join(days.select("day", "open"), on="day", maintain_order="left")
        .with_columns(idle=pl.col("idle") - pl.col("open"))
        .filter(pl.col("idle") > 0)
        .drop("open")
    )


def _outcomes(reader: Reader, facts: Facts, sheets: Sheets) -> pl.DataFrame:
    """Return person, day, printer, outcome of all who stood on sheets."""
    words = facts.state.results.select("person", "result", said_on="day", said_by="act")
    card = facts.cards.select("person", "day", "result")
    good = card.filter(result="printed").select("person", "day", good=True)
    bad = card.filter(result="spoilt").select("person", "day", bad=True).unique()
    left = (
        reader.facts("prints")
        .filter(pl.col("result") == "unprinted")
        .group_by("person", "day")
        .agg(left_by=pl.col("act").max())
    )
    # What was said before a place was given says nothing of it, but of one taken away.
    is_left = pl.col("left_by").is_not_null()
    is_left &= (pl.col("left_by") > pl.col("act")) | ~pl.col("valid")
    since = pl.col("said_on") > pl.col("day")
    since |= (pl.col("said_on") == pl.col("day")) & (pl.col("said_by") > pl.col("act"))
    settled = (pl.col("result") == "printed") | (since & (pl.col("result") != "open"))
    table = sheets.stood()
    for other in (good, bad, left):
        table = table.join(
            other, on=("person", "day"), how="left", maintain_order="left"
        )
    return table.join(words, on="person", how="left", maintain_order="left").select(
        "person",
        "day",
        "printer",
        outcome=pl.when("good")
        .then(pl.lit("printed"))
        .when("bad")
        .then(pl.lit("spoilt"))
        .when(is_left | (settled & pl.col("valid")))
        .then(pl.lit("unprinted"))
        .when("valid")
        .then(pl.lit("open"))
        .otherwise(pl.lit("void")),
    )


def _capacity(
    folder: OfficeFolder, reader: Reader, office: Office, days: pl.Series
) -> pl.Series:
    """Return the most cards of each day, by what was recorded as broken.

    The office is that of the plan of the day, so that what is edited later changes
    nothing, with the outages that the ledger knows now.
    """
    recorded = set(reader.facts("outages").select("resource", "begins").iter_rows())
    outages = office.outages[len(folder.office.outages) :]
    offices = _offices(folder, reader)
    most = []
    for day in days:
        own = office
        before = [each for start, each in offices if start <= day]
        if before:
            kept = tuple(
                each
                for each in before[-1].outages
                if (each.resource, each.from_) not in recorded
            )
            own = before[-1].model_copy(update={"outages": (*kept, *outages)})
        most.append(most_cards(capacity(own, day, 1), 0))
    return pl.Series("capacity", most, dtype=pl.Int64)


def _offices(folder: OfficeFolder, reader: Reader) -> list[tuple[date, Office]]:
    """Return the office of each morning that is as it was planned with, by its day.

    A later plan of a day has in it only what the machines had left.
    """
    files = {act.plan: act.detail.get("files", {}) for act in reader.acts("plan")}
    offices = []
    for plan in folder.mornings():
        path = plan.path / "office.toml"
        if not path.is_file():
            continue
        digest = files.get(plan.number, {}).get("office.toml")
        if digest == digest_of(path):
            offices.append((plan.day, Office.load(path)))
    return offices


def _at_ends(facts: Facts, days: pl.Series) -> pl.Series:
    """Return how many people wait at each day's end."""
    queue = _with_print_day(facts).filter("in_queue")
    came = queue["known_on"].sort().search_sorted(days, side="right")
    left = queue["printed_on"].drop_nulls().sort().search_sorted(days, side="right")
    return (came.cast(pl.Int64) - left.cast(pl.Int64)).clip(0)


def _with_print_day(facts: Facts) -> pl.DataFrame:
    printed = facts.cards.filter(result="printed").select("person", printed_on="day")
    return facts.people.join(printed, on="person", how="left", maintain_order="left")


def _promises(reader: Reader, facts: Facts, first: date, last: date) -> pl.DataFrame:
    """Return the first date that each person was told, and what became of it."""
    days = {act.number: act.day for act in reader.acts()}
    exported = reader.facts("seen").drop_nulls("promised_on")
    known = _with_print_day(facts).select("person", "printed_on", "in_queue")
    unknown = facts.unknown(last)
    printed = pl.col("printed_on")
    due, end = pl.col("promised_on"), pl.lit(last)
    lost = ~pl.col("in_queue").fill_null(value=False)
    lost |= pl.col("person").is_in(unknown.implode())
    return (
        pl.concat(
            each.select("person", "promised_on", "act")
            for each in (reader.facts("told"), exported)
        )
        .sort("act", maintain_order=True)
        .unique("person", keep="first", maintain_order=True)
        .with_columns(told_on=pl.col("act").replace_strict(days, return_dtype=pl.Date))
        .filter(pl.col("told_on") <= end)
        .join(known, on="person", how="left", maintain_order="left")
        .with_columns(printed_on=pl.when(printed <= end).then(printed))
        .with_columns(
            outcome=pl.when(printed.is_not_null())
            .then(
                pl.when(printed <= due).then(pl.lit("kept")).otherwise(pl.lit("missed"))
            )
            .when(lost)
            .then(pl.lit("unknown"))
            .when(due > end)
            .then(pl.lit("open"))
            .otherwise(pl.lit("missed"))
        )
        .filter((due >= first) | (printed >= first).fill_null(value=False))
        .select("person", "told_on", "promised_on", "printed_on", "outcome")
    )


def _with_promises(days: pl.DataFrame, promises: pl.DataFrame) -> pl.DataFrame:
    """Return the table of days with the promises made, due, kept and missed on each."""
    told = promises.group_by(day="told_on").agg(told=pl.len().cast(pl.Int64))
    due = promises.group_by(day="promised_on").agg(
        due=pl.len().cast(pl.Int64),
        kept=(pl.col("outcome") == "kept").sum().cast(pl.Int64),
        missed=(pl.col("outcome") == "missed").sum().cast(pl.Int64),
    )
    return (
        days.join(told, on="day", how="left", maintain_order="left")
        .join(due, on="day", how="left", maintain_order="left")
        .with_columns(pl.col("told", "due", "kept", "missed").fill_null(0))
    )


_WHOSE: Final = (
    *("person", "application_id", "urgency", "area", "card", "waiting_since"),
)


def _printed(facts: Facts, cards: pl.DataFrame) -> pl.DataFrame:
    """Return who was printed, and after how many days of waiting."""
    wait = (pl.col("day") - pl.col("waiting_since")).dt.total_days() + 1
    people = facts.people.select(*_WHOSE)
    names = facts.state.people.select("person", name="application_id")
    return (
        cards.filter(result="printed")
        .select("person", "day", "printer")
        .join(people, on="person", how="left", maintain_order="left")
        .join(names, on="person", how="left", maintain_order="left")
        .with_columns(pl.coalesce("application_id", "name").alias("application_id"))
        .select(*_WHOSE, "day", "printer", wait_days=wait)
    )


def _waiting(facts: Facts, last: date) -> pl.DataFrame:
    """Return who waits at the end of a day, and for how many days."""
    printed = (pl.col("printed_on") <= last).fill_null(value=False)
    wait = (pl.lit(last) - pl.col("waiting_since")).dt.total_days() + 1
    return (
        _with_print_day(facts)
        .filter("in_queue", pl.col("known_on") <= last, ~printed)
        .select(*_WHOSE, wait_days=wait)
    )


def _by(cards: pl.DataFrame, whom: str) -> pl.DataFrame:
    """Return printed and spoilt cards by operator or printer; null: not said."""
    good = pl.col("result") == "printed"
    return (
        cards.group_by(whom)
        .agg(
            printed=good.sum().cast(pl.Int64),
            spoilt=(~good).sum().cast(pl.Int64),
        )
        .sort(whom, nulls_last=True)
    )


def _of_days(reader: Reader, table: str, first: date, last: date) -> pl.DataFrame:
    """Return the facts of a table with the day of their act, of some days."""
    days = {act.number: act.day for act in reader.acts()}
    day = pl.col("act").replace_strict(days, return_dtype=pl.Date)
    return (
        reader.facts(table)
        .with_columns(day=day)
        .filter(pl.col("day").is_between(first, last))
    )


def _counts(reader: Reader, first: date, last: date) -> pl.DataFrame:
    return _of_days(reader, "counts", first, last).select(
        *("day", "card", "blanks", "expected"),
        difference=pl.col("blanks") - pl.col("expected"),
    )


def _outages(reader: Reader, first: date, last: date) -> pl.DataFrame:
    """Return the outages that touch some days, as they were recorded."""
    ends = pl.col("ends").fill_null(date.max)
    return (
        reader.facts("outages")
        .filter(pl.col("begins") <= last, ends >= first)
        .select("act", "resource", "begins", "ends", "left")
    )


def _decisions(reader: Reader, first: date, last: date) -> pl.DataFrame:
    """Return the acts in which somebody decided something, undone ones too."""
    acts = reader.acts(*DECISIONS, live=False)
    columns = ("day", "at", "kind", "by", "approved_by", "reason", "undoes")
    return pl.DataFrame(
        [
            (act.number, *(getattr(act, name) for name in columns), act.facts)
            for act in acts
            if first <= act.day <= last
        ],
        schema={
            "act": pl.Int64,
            "day": pl.Date,
            **dict.fromkeys(columns[1:-1], pl.String),
            "undoes": pl.Int64,
            "rows": pl.Int64,
        },
        orient="row",
    )
