"""Prints as facts: what of them is new, what corrects, and the act that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.backlog.prints import PRINTED, SPOILT, UNPRINTED
from ektp_sched.days.signature import OTHER, code_of
from ektp_sched.ledger import personal
from ektp_sched.ledger.tables import FACTS
from ektp_sched.yesterday.sheets import OPEN

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.days.signature import Signature
    from ektp_sched.ledger import Reader, Writer
    from ektp_sched.office import Office

__all__ = [
    "NEEDS_SECOND",
    "Counted",
    "Void",
    "few",
    "known_to",
    "with_corrections",
    "write_prints",
]

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


def _of(reader: Reader, table: str, refs: pl.Series) -> pl.DataFrame:
    """Return the facts of some people."""
    people = few(refs)
    if people is None:
        return reader.facts(table)
    return reader.facts(table, FACTS[table].c.person.in_(people))


def known_to(reader: Reader, rows: pl.DataFrame) -> pl.DataFrame:
    """Add what an export last said of each person: waiting_since and card."""
    seen = _of(reader, "seen", rows["ref"])
    seen = seen.unique("person", keep="last", maintain_order=True)
    return rows.join(
        seen.select("person", "waiting_since", "card"),
        left_on="ref",
        right_on="person",
        how="left",
        maintain_order="left",
    )


def with_corrections(reader: Reader, rows: pl.DataFrame, *, may: bool) -> pl.DataFrame:
    """Add is_new, corrects and, where a plan rests on what was said, why not.

    A row says otherwise than before where another word of the same card on the same
    sheet stands; where the card was printed on another day already; or where it says
    beside all sheets that a card printed before is none.
    """
    words = _of(reader, "prints", rows["ref"])
    last_plan = max((act.number for act in reader.acts("plan", "adopt")), default=0)
    words = words.filter(pl.col("result") != OPEN)
    same = words.join(
        words.group_by("person", "day").agg(last=pl.col("act").max()),
        on=["person", "day"],
    ).filter(pl.col("act") == pl.col("last"))
    told = rows.filter(
        pl.col("why").is_null(), pl.col("ref").is_not_null(), pl.col("result") != OPEN
    ).select("at", "result", day="date", person="ref", plan="plan")
    beside = told.join(
        same.select("person", "day", "act", was="result", on="plan"),
        on=["person", "day"],
    ).filter((pl.col("plan") == pl.col("on")).fill_null(value=True))
    known = beside.filter(pl.col("was") == pl.col("result"))["at"].unique()
    printed = words.filter(pl.col("result") == PRINTED).select(
        "person", "act", printed="day"
    )
    again = pl.col("result") == PRINTED
    taken_away = (pl.col("printed") < pl.col("day")) & pl.col("plan").is_null()
    twice = told.join(printed, on="person").filter(
        pl.col("printed") != pl.col("day"), again | taken_away
    )
    against = pl.concat([beside.select("at", "act"), twice.select("at", "act")])
    against = against.filter(~pl.col("at").is_in(known.implode()))
    against = against.group_by("at").agg(said_by=pl.col("act").max())
    rows = rows.join(against, on="at", how="left", maintain_order="left")
    corrects = pl.col("said_by").is_not_null()
    refused = corrects & (pl.col("said_by") < last_plan) & (not may)
    return rows.with_columns(
        is_new=~pl.col("at").is_in(known.implode()),
        corrects=corrects,
        why=pl.coalesce("why", pl.when(refused).then(pl.lit(NEEDS_SECOND))),
        column=pl.when(refused).then("result heading").otherwise("column"),
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
    new = rows.join(
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
    before = _of(writer, "handed", rows["ref"])["person"]
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
