"""Blanks and ribbons that are left, and machines that are out, as the ledger knows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.backlog.prints import PRINTED, SPOILT
from ektp_sched.ledger import NewAct
from ektp_sched.ledger.state import cards_of, words_of
from ektp_sched.ledger.tables import FACTS
from ektp_sched.rules.capacity import Outage
from ektp_sched.rules.stock import CardType, Delivery

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ektp_sched.ledger import Act, Reader
    from ektp_sched.office import Office
    from ektp_sched.rules.ribbons import Printer

OFFICE_FILE: Final = "office.toml"
"""Who counted, where the office file says how many blanks there are."""

WHOLE: Final = 1_000_000
"""What a machine can do on a day without an outage, in parts."""

_FOR_NOW: Final = date(2999, 12, 31)
"""Last day of an outage of which nobody knows when it ends."""

_RIBBON_PARTS: Final = WHOLE

_Lots = dict[date | None, int]
"""Blanks by the last day on which they can be used."""


@dataclass(frozen=True, slots=True)
class Down:
    """Days on which a server or printer can do less, as somebody recorded them.

    Parameters
    ----------
    resource
        Its id.
    begins, ends
        First and last day; the last is None until somebody says when it works again.
    left
        What it can still do, in parts of `WHOLE`.
    """

    resource: str
    begins: date
    ends: date | None
    left: int


def office_of(
    office: Office,
    reader: Reader,
    day: date,
    standing: pl.DataFrame | None = None,
) -> Office:
    """Return the office as it is on the morning of a day.

    Parameters
    ----------
    office
        What the office file says.
    reader
        The ledger.
    day
        First day to be planned.
    standing
        Cards on sheets of that day that still hold, which will take blanks and ribbons
        too: the first five columns of `used`.

    Returns
    -------
    Office
        Its stock is what the last count, the deliveries since and the cards printed and
        spoilt since leave, those of that day too, should it have begun; what is to come
        stays a delivery.  Its ribbons are counted down alike, and outages recorded
        stand beside those of the file.
    """
    acts = reader.acts("count")
    if not acts and not reader.facts("outages").height:
        return office
    first = min((act.day for act in acts), default=day)
    prints = used(reader, first)
    if standing is not None:
        prints = pl.concat([prints, standing], how="diagonal")
    cards = {
        name: _card_type(name, card, office, reader, day, acts, prints)
        for name, card in office.cards.items()
    }
    known = {each.id for each in (*office.servers, *office.printers)}
    recorded = tuple(
        Outage.model_validate(
            {
                "resource": down.resource,
                "from": down.begins,
                "to": down.ends or _FOR_NOW,
                "share": Decimal(down.left) / WHOLE,
            }
        )
        for down in outages(reader)
        if down.resource in known and (down.ends is None or down.ends >= day)
    )
    return office.model_copy(
        update={
            "cards": cards,
            "printers": _with_ribbons(office.printers, acts, prints, day),
            "outages": (*office.outages, *recorded),
        }
    )


def blanks_left(office: Office, reader: Reader, day: date) -> dict[str, int]:
    """Return how many blanks there should be on the morning of a day, by card type.

    Without card types of which none were ever counted.  Below 0: more cards are
    recorded than there were blanks.
    """
    acts = reader.acts("count")
    prints = used(reader, min((act.day for act in acts), default=day))
    left = {}
    for name, card in office.cards.items():
        before = prints.filter(pl.col("day") < day)
        lots = _lots(name, card, office, reader, day, before)
        if lots is not None:
            left[name] = sum(lots.values())
    return left


def counted_in_file(
    office: Office, reader: Reader, day: date
) -> tuple[NewAct, dict[str, pl.DataFrame]] | None:
    """Return the act that what the office file says of its stock amounts to.

    The first is the opening count.  A later one is needed where the file says another
    number than it did, which is not what was last counted either.

    Returns
    -------
    tuple
        The act and its facts; None where the file says nothing new.
    """
    stock = {n: c.stock for n, c in sorted(office.cards.items()) if c.stock is not None}
    ribbons = {
        printer.id: str(printer.ribbons or 0)
        for printer in office.printers
        if printer.cards_per_ribbon is not None
    }
    noted: dict[str, Any] = {"stock": {}, "ribbons": {}}
    for act in reader.acts("count"):
        if act.by == OFFICE_FILE:
            noted["stock"] |= act.detail["stock"]
            noted["ribbons"] |= act.detail["ribbons"]
    last = dict(counts(reader).select("card", "blanks").iter_rows())
    new = {
        name: blanks
        for name, blanks in stock.items()
        if blanks not in (noted["stock"].get(name), last.get(name))
    }
    fresh = {name: n for name, n in ribbons.items() if noted["ribbons"].get(name) != n}
    if not new and not fresh:
        return None
    expected = blanks_left(office, reader, day)
    facts = pl.DataFrame(
        {
            "card": [*new],
            "blanks": [*new.values()],
            "expected": [expected.get(name) for name in new],
        },
        schema={"card": pl.String, "blanks": pl.Int64, "expected": pl.Int64},
    )
    detail = {"stock": new, "ribbons": fresh}
    return NewAct(kind="count", day=day, by=OFFICE_FILE, detail=detail), {
        "counts": facts
    }


def used(reader: Reader, since: date) -> pl.DataFrame:
    """Return the blanks that cards used from a day on.

    Nobody has a card printed twice, and `ektp_sched.ledger.state` says which print
    holds; each spoilt card costs a blank.  A card that turns out to be none, beside all
    sheets, is that same blank.

    Returns
    -------
    polars.DataFrame
        person, day, printer, card, result (``printed`` or ``spoilt``), operator,
        reason, remark, act: a row a blank.
    """
    prints = reader.facts("prints", FACTS["prints"].c.day >= since.isoformat())
    words = words_of(prints)
    sheet = ("person", "day", "sheet")
    # Of what one act says, each word is a card: of one printed and then spoilt, two.
    was_spoilt = pl.col("result").last().over(sheet) == SPOILT
    was_spoilt &= pl.col("result") == PRINTED
    spoilt = words.filter((pl.col("result") == SPOILT) | was_spoilt)
    spoilt = spoilt.with_columns(result=pl.lit(SPOILT))
    columns = ("person", "day", "printer", "card", "result")
    further = ("operator", "reason", "remark", "act")
    return pl.concat([cards_of(words), spoilt]).select(*columns, *further)


def outages(reader: Reader) -> list[Down]:
    """Return the outages recorded, of each machine and day the last word alone.

    Whatever was said until further notice ends with the next word about a day of it.
    """
    standing: list[tuple[Down, bool]] = []  # and whether it was until further notice
    rows = reader.facts("outages").select("resource", "begins", "ends", "left")
    for resource, begins, ends, left in rows.iter_rows():
        new = Down(resource, begins, ends, left)
        standing = [
            (part, is_open)
            for old, is_open in standing
            for part in _without(old, new, is_open=is_open)
        ]
        standing.append((new, ends is None))
    return [each for each, _ in standing if each.left < WHOLE]


def _without(old: Down, new: Down, *, is_open: bool) -> Iterable[Down]:
    """Yield what is left of an outage on days of which another says nothing."""
    if old.resource != new.resource:
        yield old
        return
    if old.begins < new.begins:
        before = new.begins - timedelta(days=1)
        ends = before if old.ends is None else min(old.ends, before)
        yield Down(old.resource, old.begins, ends, old.left)
    is_after = new.ends is not None and old.ends is not None and old.ends > new.ends
    if is_after and not is_open:
        assert new.ends is not None
        begins = max(old.begins, new.ends + timedelta(days=1))
        yield Down(old.resource, begins, old.ends, old.left)


def counts(reader: Reader) -> pl.DataFrame:
    """Return the counts in the order of their days: card, day, blanks."""
    days = {act.number: act.day for act in reader.acts("count")}
    return (
        reader.facts("counts")
        .with_columns(
            day=pl.col("act").replace_strict(days, default=None, return_dtype=pl.Date)
        )
        .sort("day", "act", "row", maintain_order=True)
    )


def _lots(
    name: str,
    card: CardType,
    office: Office,
    reader: Reader,
    day: date,
    prints: pl.DataFrame,
) -> _Lots | None:
    """Return what of all that came before a day lies there; None if never counted.

    A day begins with its count, then comes what is delivered, then cards are printed;
    blanks that expire first are used first.
    """
    every = counts(reader).filter(pl.col("card") == name, pl.col("day") <= day)
    if card.stock is None or every.is_empty():
        return None
    counted = dict(every.select("day", "blanks").iter_rows())
    own = pl.col("card").fill_null(office.default_card or "") == name
    by_day = prints.filter(own)["day"].value_counts()
    taken = {on: number for on, number in by_day.iter_rows() if on <= day}
    came = [each for each in card.deliveries if min(counted) <= each.on < day]
    lots: _Lots = {}
    for on in sorted({*counted, *taken, *(each.on for each in came)}):
        if on in counted:
            change = counted[on] - sum(_usable(lots, on).values())
            lots = _taken(_usable(lots, on), -min(change, 0), card.expires_on)
            last = max(lots, key=_expiry, default=card.expires_on)
            lots[last] = lots.get(last, 0) + max(change, 0)
        for delivery in came:
            if delivery.on == on:
                key = delivery.expires_on
                lots[key] = lots.get(key, 0) + delivery.cards
        lots = _taken(lots, taken.get(on, 0), card.expires_on, on)
    return _usable(lots, day)


def _expiry(day: date | None) -> date:
    return day or date.max


def _usable(lots: Mapping[date | None, int], day: date) -> _Lots:
    """Return what has not expired; blanks owed stay so."""
    return {k: n for k, n in lots.items() if n and (n < 0 or _expiry(k) >= day)}


def _taken(
    lots: Mapping[date | None, int],
    cards: int,
    owed_by: date | None,
    day: date = date.min,
) -> _Lots:
    """Return lots without some cards; of those that are not there, some are owed."""
    left = dict(lots)
    cards -= sum(min(number, 0) for number in left.values())
    left = {key: number for key, number in left.items() if number > 0}
    for key in sorted(left, key=_expiry):
        if _expiry(key) >= day:
            take = min(cards, left[key])
            left[key] -= take
            cards -= take
    if cards:
        left[owed_by] = left.get(owed_by, 0) - cards
    return left


def _card_type(
    name: str,
    card: CardType,
    office: Office,
    reader: Reader,
    day: date,
    acts: Sequence[Act],
    prints: pl.DataFrame,
) -> CardType:
    """Return a card type with what is left of its blanks."""
    lots = _lots(name, card, office, reader, day, prints)
    if lots is None:
        return card
    lots = _taken(lots, 0, card.expires_on)
    owed = -min(sum(lots.values()), 0)
    stock = max(lots.pop(card.expires_on, 0), 0)
    rest = [
        Delivery(on=day, cards=cards, expires_on=expires)
        for expires, cards in sorted(lots.items(), key=lambda lot: _expiry(lot[0]))
        if cards > 0
    ]
    to_come = []
    for delivery in card.deliveries:
        if delivery.on == day:  # some of it may be printed already
            cards = delivery.cards - min(owed, delivery.cards)
            owed -= delivery.cards - cards
            if cards:
                to_come.append(delivery.model_copy(update={"cards": cards}))
        elif delivery.on > day:
            to_come.append(delivery)
    set_aside: dict[str, int] = {}
    if card.set_aside:
        own = pl.col("card").fill_null(office.default_card or "") == name
        told = (a.day for a in acts if name in a.detail.get("stock", {}))
        since = max(told, default=acts[0].day)  # the opening count may be undone
        recent = prints.filter(own, pl.col("day").is_between(since, day))
        by_class = Counter(_classes(recent, office, reader))
        room = stock
        for urgency, kept in sorted(card.set_aside.items()):
            blanks = min(max(kept - by_class[urgency], 0), room)
            room -= blanks
            if blanks:
                set_aside[urgency] = blanks
    return card.model_copy(
        update={
            "stock": stock,
            "deliveries": (*rest, *to_come),
            "set_aside": set_aside,
        }
    )


def _classes(prints: pl.DataFrame, office: Office, reader: Reader) -> pl.Series:
    """Return the urgency class of each card, as its export had it last."""
    seen = reader.facts("seen").unique("person", keep="last", maintain_order=True)
    ranked = reader.facts("overrides", FACTS["overrides"].c.field == "urgency")
    ranked = ranked.unique("person", keep="last", maintain_order=True)
    return (
        prints.join(seen.select("person", "urgency"), on="person", how="left")
        .join(ranked.select("person", "value"), on="person", how="left")
        .select(pl.coalesce("value", "urgency").fill_null(office.default_urgency))
        .to_series()
    )


def _with_ribbons(
    printers: Sequence[Printer], acts: Sequence[Act], prints: pl.DataFrame, day: date
) -> tuple[Printer, ...]:
    """Return the printers with what is left of their ribbons."""
    since: dict[str, date] = {}
    for act in acts:
        since |= dict.fromkeys(act.detail.get("ribbons", {}), act.day)
    changed = []
    for printer in printers:
        if printer.cards_per_ribbon is None or printer.id not in since:
            changed.append(printer)
            continue
        first = since[printer.id]
        on_it = pl.col("printer") == printer.id
        cards = prints.filter(on_it, pl.col("day").is_between(first, day)).height
        came = [d for d in printer.ribbon_deliveries if first <= d.on < day]
        whole = Fraction(printer.ribbons or 0) + sum(Fraction(d.ribbons) for d in came)
        parts = int((whole - Fraction(cards, printer.cards_per_ribbon)) * _RIBBON_PARTS)
        left = Decimal(max(parts, 0)) / _RIBBON_PARTS
        to_come = tuple(d for d in printer.ribbon_deliveries if d.on >= day)
        update = {"ribbons": left, "ribbon_deliveries": to_come}
        changed.append(printer.model_copy(update=update))
    return tuple(changed)
