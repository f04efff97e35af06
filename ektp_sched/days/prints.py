"""Prints as facts: what of them is new, what corrects, and the act that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.backlog.prints import PRINTED, SPOILT, UNPRINTED
from ektp_sched.days.signature import OTHER, code_of
from ektp_sched.ledger import personal
from ektp_sched.ledger.state import words_of
from ektp_sched.ledger.tables import FACTS
from ektp_sched.yesterday.sheets import OPEN, SHEETS

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from ektp_sched.days.signature import Signature
    from ektp_sched.ledger import Reader, Writer
    from ektp_sched.office import Office

NEEDS_SECOND: Final = "needs-second-name"
"""A row that says otherwise than what a plan rests on."""

_FEW: Final = 20_000
"""People of whom a database is asked by name; of more it tells all it has."""

_PRINTS: Final = (
    *("person", "result", "day", "printer", "operator", "card", "plan"),
    *("reason", "remark"),
)


@dataclass(frozen=True, slots=True)
class Void:
    """A sheet that no longer counted, of which cards were printed all the same."""

    plan: int
    day: date
    printer: str
    cards: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What was written; no act where nothing was new."""

    act: int | None
    counts: dict[str, int]
    void: tuple[Void, ...]


def few(refs: pl.Series) -> list[int] | None:
    """Return the people a database is to be asked of by name; None for all."""
    distinct = refs.drop_nulls().unique()
    return distinct.to_list() if len(distinct) <= _FEW else None


def facts_of(reader: Reader, table: str, refs: pl.Series) -> pl.DataFrame:
    """Return the facts of some people."""
    people = few(refs)
    if people is None:
        return reader.facts(table)
    return reader.facts(table, FACTS[table].c.person.in_(people))


def known_to(reader: Reader, rows: pl.DataFrame) -> pl.DataFrame:
    """Add what an export last said of each person: waiting_since and card."""
    seen = facts_of(reader, "seen", rows["ref"])
    seen = seen.unique("person", keep="last", maintain_order=True)
    return rows.join(
        seen.select("person", "waiting_since", "card"),
        left_on="ref",
        right_on="person",
        how="left",
        maintain_order="left",
    )


def with_corrections(
    reader: Reader, rows: pl.DataFrame, *, may: bool, again: Collection[int] = ()
) -> pl.DataFrame:
    """Add is_new, elsewhere, corrects and, where a plan rests on a word, why not.

    A row says otherwise than before where another word of the same card on the same
    sheet stands; where the card was printed on another day already; or where it says
    beside all sheets that a card printed before is none.  One that is known counts for
    the sheet of that word; ``elsewhere`` has the same command said it by another file.

    Parameters
    ----------
    reader
        The ledger.
    rows
        Those of `ektp_sched.days.places.Places.laid_beside`, judged.
    may
        Whether what a plan rests on may be corrected.
    again
        Numbers of the files that were handed in before.
    """
    said = facts_of(reader, "prints", rows["ref"]).filter(pl.col("result") != OPEN)
    last_plan = max((act.number for act in reader.acts("plan", "adopt")), default=0)
    is_named = pl.col("own_plan").is_not_null() & pl.col("plan").is_not_null()
    rows = rows.with_columns(is_named=is_named)
    told = rows.filter(
        pl.col("why").is_null(), pl.col("ref").is_not_null(), pl.col("result") != OPEN
    ).select(
        *("at", "file", "result", "plan", "stated", "is_sheet", "is_named"),
        (pl.col("read_as") == "log").alias("is_log"),
        day="date",
        person="ref",
        nth=_nth(),
    )
    beside = told.join(
        _with_sources(words_of(said), reader), on=["person", "day"]
    ).with_columns(
        same_sheet=(pl.col("plan") == pl.col("on"))
        | ((pl.col("plan").is_null() | pl.col("on").is_null()) & pl.col("is_latest"))
    )
    known = _known(beside, again)
    elsewhere = _elsewhere(told)
    printed = said.filter(pl.col("result") == PRINTED).select(
        "person", "act", printed="day"
    )
    twice_printed = pl.col("result") == PRINTED
    taken_away = (pl.col("printed") < pl.col("day")) & pl.col("plan").is_null()
    twice = told.join(printed, on="person").filter(
        pl.col("printed") != pl.col("day"), twice_printed | taken_away
    )
    against = pl.concat(
        [beside.filter("same_sheet").select("at", "act"), twice.select("at", "act")]
    ).join(known, on="at", how="anti")
    against = against.group_by("at").agg(said_by=pl.col("act").max())
    rows = rows.join(against, on="at", how="left", maintain_order="left").join(
        known, on="at", how="left", maintain_order="left"
    )
    is_elsewhere = pl.col("at").is_in(elsewhere.implode())
    corrects = pl.col("said_by").is_not_null() & ~is_elsewhere
    refused = corrects & (pl.col("said_by") < last_plan) & (not may)
    return rows.with_columns(
        is_new=pl.col("is_known").is_null() & ~is_elsewhere,
        elsewhere=is_elsewhere,
        corrects=corrects,
        plan=pl.when("is_named")
        .then("plan")
        .otherwise(pl.coalesce("known_on", "plan")),
        why=pl.coalesce("why", pl.when(refused).then(pl.lit(NEEDS_SECOND))),
        column=pl.when(refused).then("result heading").otherwise("column"),
    )


def _nth() -> pl.Expr:
    """Return which of the cards of its person a row is, as spoilt ones are counted."""
    card = ("file", "ref", "date", "result", "stated")
    number = pl.int_range(1, pl.len() + 1).over(card)
    return pl.when(pl.col("result") == SPOILT).then(number).otherwise(1)


def _with_sources(words: pl.DataFrame, reader: Reader) -> pl.DataFrame:
    """Return words, whether each is of the last act about that person and day.

    And whether its sheet was concluded only, as of a log or list, which names no plan.
    """
    files = [
        (act.number, file.get("plan"), file["read_as"] in SHEETS)
        for act in reader.acts("prints")
        for file in act.detail.get("files", ())
    ]
    schema = {"act": pl.Int64, "named": pl.Int64, "is_sheet": pl.Boolean}
    acts = pl.DataFrame(files, schema=schema, orient="row")
    acts = acts.group_by("act").agg(
        "named", any_sheet=(pl.col("is_sheet") & pl.col("named").is_null()).any()
    )
    named = pl.col("plan").is_in(pl.col("named")) | pl.col("any_sheet")
    return words.join(acts, on="act", how="left", maintain_order="left").select(
        *("person", "day", "act", "row"),
        was="result",
        on="plan",
        was_printer="printer",
        is_latest=pl.col("act") == pl.col("act").max().over("person", "day"),
        is_concluded=~named.fill_null(value=True),
    )


def _known(beside: pl.DataFrame, again: Collection[int]) -> pl.DataFrame:
    """Return the rows that say what is known: at, known_on (a plan), is_known.

    What names no plan may be about a sheet of before: all that a log of a whole day
    says, a file that was handed in before, or one that says of somebody what is known.
    A sheet of an older folder is what a log said of that card already.
    """
    alike = beside.filter(pl.col("was") == pl.col("result"))
    same, named = pl.col("same_sheet"), pl.col("is_named")
    file_day = ["file", "day"]
    repeats = (
        alike.filter(~named & same).select(file_day).unique().with_columns(repeats=True)
    )
    its_own = beside.filter("same_sheet")["at"].unique()
    repeated = pl.col("is_log") | pl.col("file").is_in([*again])
    repeated |= pl.col("repeats").fill_null(value=False)
    concluded = pl.col("is_concluded") & (pl.col("result") == SPOILT)
    concluded &= ~pl.col("at").is_in(its_own.implode())
    same_printer = (pl.col("stated") == pl.col("was_printer")).fill_null(value=True)
    return (
        alike.join(repeats, on=file_day, how="left", maintain_order="left")
        .filter(
            same | (same_printer & pl.when(named).then(concluded).otherwise(repeated))
        )
        .sort("at", "act", "row")
        .group_by("at", maintain_order=True)
        .agg(pl.col("nth").first(), pl.col("on"))
        .filter(pl.col("on").list.len() >= pl.col("nth"))
        .select(
            "at", known_on=pl.col("on").list.get(pl.col("nth") - 1), is_known=pl.lit(1)
        )
    )


def _elsewhere(told: pl.DataFrame) -> pl.Series:
    """Return the rows about a spoilt card that an earlier file tells of as well.

    Two sheets tell of two cards, unless both are of the same plan.
    """
    spoilt = told.filter(pl.col("result") == SPOILT)
    other = spoilt.select(
        *("file", "plan", "stated", "is_sheet", "is_named", "day", "person")
    )
    both_named = pl.col("is_named") & pl.col("is_named_right")
    both_sheets = pl.col("is_sheet") & pl.col("is_sheet_right")
    same_plan = (pl.col("plan") == pl.col("plan_right")).fill_null(value=False)
    same_printer = pl.col("stated") == pl.col("stated_right")
    return (
        spoilt.join(other, on=["person", "day"])
        .filter(
            pl.col("file_right") < pl.col("file"),
            pl.when(both_named).then(same_plan).otherwise(~both_sheets),
            same_printer.fill_null(value=True),
        )
        .group_by("at", "file_right", "nth")
        .len()
        .filter(pl.col("len") >= pl.col("nth"))["at"]
        .unique()
    )


def write_prints(
    writer: Writer,
    usable: pl.DataFrame,
    signature: Signature,
    office: Office,
    detail: dict[str, Any],
) -> Counted:
    """Write what is new of rows that can be used, in one act."""
    open_boxes = usable.filter(pl.col("result") == OPEN).height
    rows = usable.filter(pl.col("result") != OPEN)
    nobody = rows["ref"].is_null()
    strangers = personal(
        rows["application_id"].filter(nobody).unique(maintain_order=True),
        "application",
    )
    if nobody.any():
        ids = rows["application_id"]
        made = ids.filter(nobody).replace_strict(
            strangers.texts, strangers.refs, return_dtype=pl.Int64
        )
        rows = rows.with_columns(
            rows["ref"].scatter(nobody.arg_true(), made).alias("ref")
        )
    # All that one act says of a card on a sheet is said again, if any of it is new.
    sheet = ["ref", "date", "plan"]
    again = rows.filter("is_new").select(sheet).unique()
    new = rows.filter(~pl.col("elsewhere")).join(
        again, on=sheet, how="semi", nulls_equal=True, maintain_order="left"
    )
    told = new["reason"].drop_nulls().unique()
    codes = {text: code_of(text) for text in told}
    remarks = new["reason"].is_in([t for t, code in codes.items() if code == OTHER])
    texts = personal(new["reason"].filter(remarks.fill_null(value=False)), "remark")
    at = remarks.fill_null(value=False).arg_true()
    remark = pl.repeat(None, new.height, dtype=pl.Int64, eager=True)
    prints = new.select(
        "result",
        "printer",
        "operator",
        "plan",
        person="ref",
        day="date",
        card=pl.col("card").fill_null(pl.lit(office.default_card, pl.String)),
        reason=pl.col("reason").replace_strict(
            codes, default=None, return_dtype=pl.String
        ),
    ).with_columns(remark.scatter(at, texts.refs).alias("remark"))
    before = facts_of(writer, "handed", rows["ref"])["person"]
    handed = (
        rows.filter("handed", ~pl.col("ref").is_in(before.implode()))
        .select(person="ref", day="date")
        .unique("person", maintain_order=True)
    )
    counts = dict.fromkeys((PRINTED, SPOILT, UNPRINTED), 0)
    counts |= dict(new.filter("is_new")["result"].value_counts().iter_rows())
    counts |= {
        "handed": handed.height,
        "known": rows.filter(~pl.col("is_new")).height,
        "corrected": int(new["corrects"].sum()),
        "off_sheet": len(strangers.refs),
        "beside": new.filter(pl.col("plan").is_null() & ~pl.col("off_sheet")).height,
        "open": open_boxes,
    }
    if prints.is_empty() and handed.is_empty():
        return Counted(None, counts, ())
    if len(strangers.refs):
        detail = {**detail, "off_sheet": len(strangers.refs)}
    facts = {"prints": prints.select(*_PRINTS), "handed": handed}
    act = signature.write(writer, "prints", facts, strangers, texts, detail=detail)
    return Counted(act.number, counts, _void(writer, prints))


def _void(reader: Reader, prints: pl.DataFrame) -> tuple[Void, ...]:
    """Return the void sheets whose cards were printed all the same."""
    key = ["plan", "day", "printer"]
    voids = reader.facts("voids").select(key).unique()
    cards = prints.filter(pl.col("result").is_in([PRINTED, SPOILT]))
    on_void = cards.join(voids, on=key, how="semi").group_by(key).len().sort(key)
    return tuple(Void(*row) for row in on_void.iter_rows())
