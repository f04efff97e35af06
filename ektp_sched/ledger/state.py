"""What the acts of a ledger add up to.

An act says of a card on a sheet all that there is to say, so that the last one about it
holds; a word beside all sheets is about the newest sheet of its day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.prints import PRINTED
from ektp_sched.backlog.records import FIELDS, in_words
from ektp_sched.ledger.tables import FACTS

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.ledger.ledger import Reader


_SHEET: Final = ("person", "day", "sheet")


def words_of(prints: pl.DataFrame) -> pl.DataFrame:
    """Return what the last act says of each card on each sheet.

    That nothing is known is no word beside another.

    Parameters
    ----------
    prints
        Facts in the order of acts: person, day, result, plan, act, row.

    Returns
    -------
    polars.DataFrame
        Some of these rows, several where an act says several things of a card, with
        ``sheet``: the plan whose sheet each is about, null for none.
    """
    sheet = pl.col("plan").fill_null(pl.col("plan").max().over("person", "day"))
    is_word = pl.col("result") != "open"
    last = pl.col("act").filter(is_word).max().over(_SHEET)
    is_last = pl.col("act") == pl.coalesce(last, pl.col("act").max().over(_SHEET))
    return prints.with_columns(sheet=sheet).filter(is_last)


def cards_of(words: pl.DataFrame) -> pl.DataFrame:
    """Return the print of each card that is there, one a person.

    That a card is not printed on another sheet takes none away; a later word beside all
    sheets does.

    Parameters
    ----------
    words
        What `words_of` returns.
    """
    last = words.unique(_SHEET, keep="last", maintain_order=True)
    beside = pl.col("plan").is_null() & (pl.col("result") != "open")
    return (
        last.filter((pl.col("result") == PRINTED) | beside)
        .sort("day", "act", "row", maintain_order=True)
        .unique("person", keep="last", maintain_order=True)
        .filter(result=PRINTED)
    )


def last_words(prints: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Return the last word of each person; of whom a card is there, its print.

    Of others the last day counts, and of a day of which several plans are, what was
    said of the sheet that holds goes before what was said of others; that nothing is
    known is no word beside another.

    Parameters
    ----------
    prints
        As of `words_of`.
    places
        person, day, act: the last place of each on the sheets.

    Returns
    -------
    polars.DataFrame
        A row of `prints` for each person.
    """
    cards = cards_of(words_of(prints)).select(prints.columns)
    since = (pl.col("day") == pl.col("given_on")) & (pl.col("act") > pl.col("given_by"))
    others = (
        prints.join(cards, on="person", how="anti", maintain_order="left")
        .join(
            places.select("person", given_on="day", given_by="act"),
            on="person",
            how="left",
            maintain_order="left",
        )
        .with_columns(since=since.fill_null(value=False))
        .sort("day", "since", pl.col("result") != "open", "act", "row")
        .unique("person", keep="last", maintain_order=True)
        .select(prints.columns)
    )
    return pl.concat([cards, others])


@dataclass(frozen=True, slots=True)
class State:
    """What is known now.

    Parameters
    ----------
    number
        Of the last act.
    people
        person, application_id (null where it was forgotten), since (the act that first
        named the person), in that order.
    seen
        person, state (``ready``, ``held``, ``rejected``, ``gone``) and
        `ektp_sched.backlog.records.FIELDS` as the last export that had the person says
        them, of one held or rejected those of before; nobody whom no export had.
    withheld
        person, field, export, used (texts): what the export says and waits to be
        accepted, and what is used in its place, null for nothing.
    overrides
        person, field, value (text, empty for nothing), because (``priority``,
        ``accepted``, ``reprint``), was (what was used before it was accepted): what
        somebody decided in place of the export's.
    put_back
        person, field, was (text, empty for nothing): what the last plan used of a
        priority that was taken back since, and in whose place nothing is decided.
    changed
        person, field, was, is (texts): what exports say otherwise than at the last
        plan; ``was`` is what was used then.
    given
        person, day, printer, batch, position, plan, given_by (the act): the one place
        of a person on the sheets, the day null for one that the last plan does not
        print.
    results
        person, result, day, printer, operator, card, plan, reason, act: the last word
        of each card, by its day, then in the order of acts; ``open`` is none where
        there is a word of that day or later.  Of a day of which several plans are, what
        was said of the sheet that holds goes before what was said of others.
    handed
        person, day: of cards given to their owners.
    told
        person, promised_on: the first date told.
    """

    number: int
    people: pl.DataFrame
    seen: pl.DataFrame
    withheld: pl.DataFrame
    overrides: pl.DataFrame
    put_back: pl.DataFrame
    changed: pl.DataFrame
    given: pl.DataFrame
    results: pl.DataFrame
    handed: pl.DataFrame
    told: pl.DataFrame

    def unknown(self, day: date) -> pl.DataFrame:
        """Return who stands on a sheet before a day and nothing is known of it.

        Returns
        -------
        polars.DataFrame
            The columns of `given`.
        """
        return self._silent(pl.col("day") < day)

    def standing(self, day: date) -> pl.DataFrame:
        """Return who stands on a sheet of a day and has neither card nor mishap yet.

        Returns
        -------
        polars.DataFrame
            The columns of `given`.
        """
        return self._silent(pl.col("day") == day)

    def _silent(self, where: pl.Expr) -> pl.DataFrame:
        return silent(self.given.filter(where), self.results)


def silent(given: pl.DataFrame, results: pl.DataFrame) -> pl.DataFrame:
    """Return the places given of which nothing is known.

    What was said before a place was given says nothing of it, as of a card spoilt in
    the morning that the rest of the day prints again; but a print.

    Parameters
    ----------
    given, results
        As a `State` has them, of some people or all.
    """
    words = results.select("person", "result", said_on="day", said_by="act")
    final = pl.col("result") == "printed"
    since = pl.col("said_on") > pl.col("day")
    since |= (pl.col("said_on") == pl.col("day")) & (
        pl.col("said_by") > pl.col("given_by")
    )
    return (
        given.join(words, on="person", how="left", maintain_order="left")
        .filter(~(since | final).fill_null(value=False))
        .select(given.columns)
    )


def state_of(reader: Reader) -> State:
    """Return what the acts of a ledger that still count add up to."""
    words = reader.facts("seen")
    withheld = reader.facts("withheld")
    seen = _latest(words)
    gone = _latest(reader.facts("gone")).select("person", gone="act")
    is_gone = (pl.col("gone") > pl.col("act")).fill_null(value=False)
    seen = seen.join(gone, on="person", how="left", maintain_order="left").with_columns(
        state=pl.when(is_gone).then(pl.lit("gone")).otherwise("state")
    )
    plans = {act.number: act.plan for act in reader.acts("plan", "adopt")}
    planned = _latest(reader.facts("planned")).with_columns(
        plan=pl.col("act").replace_strict(plans, default=None, return_dtype=pl.Int64)
    )
    handed = _latest(reader.facts("handed"))
    told = reader.facts("told").unique("person", keep="first", maintain_order=True)
    overrides, last_plan = _overrides(reader, withheld), max(plans, default=0)
    return State(
        number=reader.number,
        people=reader.people(),
        seen=seen.select("person", "state", *FIELDS),
        withheld=_fields(withheld, "export").drop("act"),
        overrides=overrides,
        put_back=_put_back(reader, overrides, last_plan),
        changed=_changed(words, withheld, last_plan),
        given=planned.select(
            *("person", "day", "printer", "batch", "position", "plan"), given_by="act"
        ),
        results=last_words(reader.facts("prints"), planned).drop("row", "remark"),
        handed=handed.select("person", "day"),
        told=told.select("person", "promised_on"),
    )


def _latest(facts: pl.DataFrame) -> pl.DataFrame:
    return facts.unique("person", keep="last", maintain_order=True)


def _fields(facts: pl.DataFrame, word: str) -> pl.DataFrame:
    """Return the last word of each field; where that is null it counts no longer."""
    last = facts.unique(["person", "field"], keep="last", maintain_order=True)
    return last.filter(pl.col(word).is_not_null()).drop("row")


def _overrides(reader: Reader, withheld: pl.DataFrame) -> pl.DataFrame:
    """Return what was decided, by which kind of act, and what was used before."""
    words = {"accept": "accepted", "import": "accepted"}
    acts = reader.acts("priority", "accept", "reprint", "import")
    kinds = {act.number: words.get(act.kind, act.kind) for act in acts}
    before = withheld.filter(pl.col("export").is_not_null())
    before = before.unique(["person", "field"], keep="last", maintain_order=True)
    return (
        _fields(reader.facts("overrides"), "value")
        .join(
            before.select("person", "field", was="used"),
            on=["person", "field"],
            how="left",
            maintain_order="left",
        )
        .select(
            "person",
            "field",
            "value",
            "was",
            because=pl.col("act").replace_strict(
                kinds, default=None, return_dtype=pl.String
            ),
        )
    )


def _put_back(reader: Reader, overrides: pl.DataFrame, last_plan: int) -> pl.DataFrame:
    """Return what a plan used of priorities that count no longer."""
    undone_then: set[int] = set()
    for act in reversed(reader.acts("undo", live=False)):
        if act.number < last_plan and act.number not in undone_then:
            undone_then.add(act.undoes or 0)
    taken_back = [
        act.number
        for act in reader.acts("priority", live=False)
        if act.number < last_plan and act.number in reader.undone - undone_then
    ]
    if not taken_back:
        return overrides.select("person", "field", was="value").clear()
    counted = FACTS["overrides"].c.act.not_in(sorted(undone_then))
    then = reader.facts("overrides", counted, live=False)
    return (
        _fields(then.filter(pl.col("act") < last_plan), "value")
        .filter(pl.col("act").is_in(taken_back))
        .join(overrides, on=["person", "field"], how="anti", maintain_order="left")
        .select("person", "field", was="value")
    )


def _changed(
    seen: pl.DataFrame, withheld: pl.DataFrame, last_plan: int
) -> pl.DataFrame:
    """Return what exports say since a plan, beside what was used then."""
    then = pl.col("act") <= last_plan
    since = _latest(seen.filter(~then))
    before = _latest(seen.filter(then).join(since, on="person", how="semi"))
    before = before.filter(pl.col("waiting_since").is_not_null())
    words = [
        frame.unpivot(index="person", variable_name="field", value_name=name)
        for name, frame in (
            (name, frame.select("person", *map(in_words, FIELDS)))
            for name, frame in (("was", before), ("is", since))
        )
    ]
    key = ["person", "field"]
    used = _fields(withheld.filter(then), "export").select(
        *key, "used", stood=pl.lit(True)
    )
    stood = pl.col("stood").is_not_null()
    return (
        words[0]
        .join(words[1], on=key, maintain_order="left")
        .join(used, on=key, how="left", maintain_order="left")
        .with_columns(was=pl.when(stood).then("used").otherwise("was"))
        .filter(pl.col("was").ne_missing(pl.col("is")))
        .select(*key, "was", "is")
    )
