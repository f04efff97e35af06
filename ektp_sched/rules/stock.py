"""No more cards of a type are printed up to a day than blanks have come by then.

Card types of which blanks expire or are set aside are no limit of this rule: of
those a number up to a day does not say who can be printed.  They lie in lots.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol

import numpy as np
from pydantic import Field

from ektp_sched.rules.calendar import HasCalendar
from ektp_sched.rules.fields import ClassName, Count, Day, Flag, Table, noted
from ektp_sched.rules.forms import Form, Kind, Rows, column, inline
from ektp_sched.rules.limit import Limit
from ektp_sched.rules.problems import Path, Problem, default_problem
from ektp_sched.rules.rule import Rule, Stated, Without
from ektp_sched.words import joined, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from ektp_sched.arrays import Ints
    from ektp_sched.rules.limit import Period
    from ektp_sched.rules.told import Printed
    from ektp_sched.rules.world import Kind as CardKind
    from ektp_sched.rules.world import World
    from ektp_sched.words import Said

Blanks = Annotated[Count, Field(ge=1)]
_ENTRY: Final = "{ on = 2017-10-02, cards = 10000 }"
_CARD: Final = column(
    "card",
    "Card type, as in the sheet cards.",
    "Jenis kartu, seperti di lembar cards.",
    source="cards",
)


class Arrival(Table):
    """What comes on a day, on which it can first be used."""

    on: Day


class Delivery(Arrival):
    """An entry of ``deliveries``: blank cards that come on a day."""

    on: Day = noted(
        "Date on which the blanks come; usable that day.",
        "Tanggal blangko datang; dapat dipakai hari itu juga.",
    )
    cards: Blanks = noted("Number of blanks.", "Jumlah blangko.")
    expires_on: Day | None = noted(
        "Last day on which these blanks can be used. Empty: no limit.",
        "Hari terakhir blangko ini dapat dipakai. Kosong: tanpa batas.",
        default=None,
    )


class CardType(Table):
    """Table ``[cards.NAME]``: a kind of card and its blanks."""

    default: Flag = noted(
        "Whether it is for applications without a card type; yes at one type.",
        "Apakah untuk permohonan tanpa jenis kartu; ya pada satu jenis.",
        default=False,
    )
    stock: Count | None = noted(
        "Blanks there on the morning of the first day. Empty: unlimited.",
        "Blangko yang ada pada pagi hari pertama. Kosong: tidak terbatas.",
        default=None,
    )
    expires_on: Day | None = noted(
        "Last day on which this stock can be used. Empty: no limit.",
        "Hari terakhir stok ini dapat dipakai. Kosong: tanpa batas.",
        default=None,
    )
    deliveries: Annotated[
        tuple[
            Annotated[
                Delivery, Form(inline("an entry", "isian", _ENTRY, "deliveries"))
            ],
            ...,
        ],
        Form(inline("entries", "isian", f"[{_ENTRY}]", "deliveries")),
        Rows(_CARD),
    ] = noted(
        "Blanks that come later, by date.",
        "Blangko yang datang kemudian, menurut tanggal.",
        default=(),
    )
    set_aside: Annotated[
        dict[ClassName, Blanks],
        Form(
            inline(
                "blanks by urgency class",
                "blangko menurut kelas urgensi",
                "{ emergency = 200 }",
                "set_aside",
            )
        ),
        Rows(
            _CARD,
            column(
                "urgency",
                "Urgency class that the blanks are kept for, as in the sheet urgency.",
                "Kelas urgensi yang blangkonya disisihkan, seperti di lembar urgency.",
                source="urgency",
            ),
            column(
                "cards",
                "How many blanks of the stock are for that class alone.",
                "Berapa blangko dari stok hanya untuk kelas itu.",
                Kind.WHOLE,
            ),
        ),
    ] = noted(
        "Blanks of the stock that are for one class alone, by class.",
        "Blangko dari stok yang hanya untuk satu kelas, menurut kelas.",
        default_factory=dict,
    )


class HasCards(HasCalendar, Protocol):
    """What says which card types there are, and their blanks."""

    cards: dict[str, CardType]


def _one_default(office: HasCards) -> Iterator[Problem]:
    defaults = {name: card.default for name, card in office.cards.items()}
    yield from default_problem("cards", defaults)


def _blanks_have_stock(office: HasCards) -> Iterator[Problem]:
    for name, card in office.cards.items():
        if card.stock is not None:
            continue
        if card.deliveries:
            yield Problem(
                ("cards", name, "deliveries"),
                said(
                    "deliveries without stock; write stock = 0 or what lies there, "
                    "or leave deliveries out where blanks are unlimited",
                    "ada kiriman tanpa stock; isilah stock dengan 0 atau dengan jumlah "
                    "yang ada, atau hapus kirimannya kalau blangko tidak terbatas",
                ),
            )
        for key in ("expires_on", "set_aside"):
            if getattr(card, key):
                yield Problem(
                    ("cards", name, key),
                    said(
                        "without stock; write stock = what lies there, or leave it out "
                        "where blanks are unlimited",
                        "diisi tanpa stock; isilah stock dengan jumlah yang ada, atau "
                        "hapus isian ini kalau blangko tidak terbatas",
                    ),
                )


def _deliveries_stand_by_date(office: HasCards) -> Iterator[Problem]:
    for name, card in office.cards.items():
        yield from by_date(("cards", name, "deliveries"), card.deliveries)


def by_date(path: Path, arrivals: Sequence[Arrival]) -> Iterator[Problem]:
    """Yield that deliveries do not stand in the order of their dates."""
    for at, (first, second) in enumerate(pairwise(arrivals), start=1):
        if second.on < first.on:
            yield Problem(
                (*path, at, "on"),
                said(
                    "{second} stands after {first}; write deliveries in the order of "
                    "their dates, or correct one",
                    "{second} tertulis sesudah {first}; tulislah kiriman menurut "
                    "urutan tanggalnya, atau perbaiki salah satunya",
                    second=str(second.on),
                    first=str(first.on),
                ),
            )


def _deliveries_can_be_used(office: HasCards) -> Iterator[Problem]:
    for name, card in office.cards.items():
        for at, entry in enumerate(card.deliveries):
            if entry.expires_on is not None and entry.expires_on < entry.on:
                yield Problem(
                    ("cards", name, "deliveries", at, "expires_on"),
                    said(
                        "{until} is before on = {on}; these blanks could never be "
                        "used, so correct one of the dates",
                        "{until} sebelum on = {on}; blangko ini tidak akan pernah "
                        "dapat dipakai, jadi perbaiki salah satu tanggalnya",
                        until=str(entry.expires_on),
                        on=str(entry.on),
                    ),
                )


def _set_aside_comes_out_of_the_stock(office: HasCards) -> Iterator[Problem]:
    for name, card in office.cards.items():
        kept = sum(card.set_aside.values())
        if card.stock is not None and kept > card.stock:
            yield Problem(
                ("cards", name, "set_aside"),
                said(
                    "{kept} blanks are set aside of a stock of {stock}; set aside as "
                    "many as lie there, or fewer",
                    "{kept} blangko disisihkan dari persediaan {stock}; yang "
                    "disisihkan tidak boleh lebih dari yang ada",
                    kept=kept,
                    stock=card.stock,
                ),
            )


def _set_aside_is_used_first(office: HasCards) -> Iterator[Problem]:
    """Require that no delivery expires before what is set aside.

    Then a class does well to use up its own blanks first, and whoever counts
    them needs no search.
    """
    for name, card in office.cards.items():
        if not card.set_aside:
            continue
        for at, entry in enumerate(card.deliveries):
            until = entry.expires_on
            if until is None or (card.expires_on and until >= card.expires_on):
                continue
            first = (
                said(
                    "before the stock does on {day}",
                    "sebelum persediaan pada {day}",
                    day=str(card.expires_on),
                )
                if card.expires_on
                else said(
                    "though the stock has no expires_on",
                    "padahal persediaan tidak memiliki expires_on",
                )
            )
            yield Problem(
                ("cards", name, "deliveries", at, "expires_on"),
                said(
                    "these blanks expire on {until}, {first}; blanks are set aside "
                    "only of a stock that expires first, so correct one of the dates, "
                    "or leave set_aside out",
                    "blangko ini kedaluwarsa pada {until}, {first}; blangko hanya "
                    "dapat disisihkan dari persediaan yang paling dahulu kedaluwarsa, "
                    "jadi perbaiki salah satu tanggalnya, atau hapus set_aside",
                    until=str(until),
                    first=first,
                ),
            )


def supply(office: HasCards, start: date, days: int) -> dict[str, Ints]:
    """Return the blanks that have come up to each day, by card type with stock."""
    return {
        name: _supply(card.stock, card, start, days)
        for name, card in sorted(office.cards.items())
        if card.stock is not None
    }


def _supply(stock: int, card: CardType, start: date, days: int) -> Ints:
    added = np.zeros(days, dtype=np.int64)
    if card.expires_on is None or card.expires_on >= start:
        added[0] = stock
    for delivery in card.deliveries:
        offset = (delivery.on - start).days
        if 0 <= offset < days:
            added[offset] += delivery.cards
    return np.cumsum(added)


@dataclass(frozen=True, slots=True)
class Lot:
    """Blanks of one card type that come, and expire, together.

    Parameters
    ----------
    first, last
        Days on which they can be used, offsets in the horizon, inclusive.
    cards
        How many, from 0.
    kept_for
        The class that they are set aside for; ``None``: anybody.
    """

    first: int
    last: int
    cards: int
    kept_for: str | None = None


def lots(office: HasCards, start: date, days: int) -> dict[str, tuple[Lot, ...]]:
    """Return the blanks of each card type that are more than a number a day.

    These are the types of which blanks are set aside, or expire before the
    last day of the horizon.  What is set aside comes out of the stock.

    Parameters
    ----------
    office
        Its ``[cards]`` decide.
    start
        First day.
    days
        Number of calendar days.

    Returns
    -------
    dict
        Card type, sorted → its lots that can be used in the horizon: those
        set aside, by class, then the stock, then the deliveries by date.
    """
    by_card = {}
    for name, card in sorted(office.cards.items()):
        card_lots = _lots(card, start, days)
        if card.set_aside or any(lot.last < days - 1 for lot in card_lots):
            by_card[name] = tuple(s for s in card_lots if s.last >= s.first and s.cards)
    return by_card


def _lots(card: CardType, start: date, days: int) -> list[Lot]:
    if card.stock is None:
        return []

    def until(day: date | None) -> int:
        return days - 1 if day is None else min(days - 1, (day - start).days)

    last = until(card.expires_on)
    kept = sorted(card.set_aside.items())
    card_lots = [Lot(0, last, cards, name) for name, cards in kept]
    card_lots.append(Lot(0, last, card.stock - sum(card.set_aside.values())))
    for delivery in card.deliveries:
        first = (delivery.on - start).days
        if 0 <= first < days:
            card_lots.append(Lot(first, until(delivery.expires_on), delivery.cards))
    return card_lots


def _of_type(card: str, kind: CardKind) -> bool:
    return kind[1] == card


def _limits(world: World[HasCards]) -> Iterator[Limit]:
    supply, start = world.capacity.supply, world.capacity.start
    apart = lots(world.office, start, world.days) if supply else {}
    for number, (name, cards) in enumerate(sorted(supply.items())):
        if name not in apart:
            weights = world.weights(partial(_of_type, name))
            days = world.up_to_each_day()
            yield Limit("blanks", f"cards.{name}.stock", number, weights, *days, cards)


def _says(world: World[HasCards], period: Period) -> Said:
    return said(
        "{used} cards of type {card} are printed up to {day}; there are "
        "{supply} blanks.",
        "{used} kartu jenis {card} dicetak sampai {day}; blangkonya hanya {supply}.",
        used=period.printed,
        card=sorted(world.capacity.supply)[period.limit.entry],
        day=world.date(period.last),
        supply=period.bound,
    )


def _left(
    office: HasCards, start: date, days: int, printed: Callable[[], Sequence[Printed]]
) -> Iterator[tuple[Said, Said]]:
    """Yield what becomes of blanks that expire or are set aside.

    A class uses its own first; of the others those that expire first are used
    first, so that no other way leaves less to expire.
    """
    for card, card_lots in lots(office, start, days).items():
        unused = [lot.cards for lot in card_lots]
        order = sorted(
            (lot.kept_for is None, lot.last, number)
            for number, lot in enumerate(card_lots)
        )
        for alike in printed():
            wanted = alike.cards if alike.card == card else 0
            for *_, number in order:
                lot = card_lots[number]
                usable = lot.kept_for in (None, alike.urgency)
                if usable and lot.first <= alike.day <= lot.last:
                    taken = min(wanted, unused[number])
                    unused[number] -= taken
                    wanted -= taken
        yield (
            said("Blanks of {card}", "Blangko {card}", card=card),
            joined("; ", _what_is_left(card_lots, unused, days)),
        )


def _what_is_left(
    card_lots: Sequence[Lot], unused: list[int], days: int
) -> Iterator[Said]:
    came = sum(lot.cards for lot in card_lots)
    yield said(
        "{used} of {came} used",
        "{used} dari {came} terpakai",
        used=came - sum(unused),
        came=came,
    )
    expired, left = 0, Counter[str | None]()
    for lot, cards in zip(card_lots, unused, strict=True):
        if lot.last < days - 1:
            expired += cards
        else:
            left[lot.kept_for] += cards
    if expired:
        expire = "{cards} expire unused", "{cards} kedaluwarsa tanpa terpakai"
        yield said(*expire, cards=expired)
    if left[None]:
        yield said("{cards} left", "{cards} tersisa", cards=left[None])
    for urgency in sorted(name for name, cards in left.items() if name and cards):
        yield said(
            "{cards} left for {urgency} alone",
            "{cards} tersisa khusus {urgency}",
            cards=left[urgency],
            urgency=urgency,
        )


def _uncounted(office: HasCards, start: date, days: int) -> Iterator[str]:
    for name in lots(office, start, days):
        card = office.cards[name]
        if card.set_aside:
            yield f"cards.{name}.set_aside"
        if any((card.expires_on, *(entry.expires_on for entry in card.deliveries))):
            yield f"cards.{name}.expires_on"


def _states(
    office: HasCards, place: str, start: date, days: int, last: date | None
) -> Stated | None:
    table, _, rest = place.partition(".")
    name, _, key = rest.rpartition(".")
    card = name.strip('"')
    if table != "cards":
        return None
    figures: dict[str, Any] = {"card": card}
    if key == "set_aside":
        kept = office.cards[card].set_aside
        figures |= {"value": sum(kept.values()), "names": ", ".join(kept)}
        return Stated(key, {**figures, "count": figures["value"]})
    if (card_lots := lots(office, start, days).get(card)) is not None:
        gone = sum(lot.cards for lot in card_lots if lot.last < days - 1)
        figures |= {"value": sum(lot.cards for lot in card_lots), "gone": gone}
        return Stated("stock_lots", figures)
    come = supply(office, start, days)[card]
    if last is None:
        return Stated("stock", {**figures, "value": int(come[0])})
    figures |= {"value": int(come[(last - start).days]), "day": last}
    return Stated("stock_on", figures)


def _withouts(office: HasCards) -> Iterator[Without]:
    """Yield what is set aside, and what expires, of each card type."""
    for name, card in office.cards.items():
        later = tuple(
            entry.model_copy(update={"expires_on": None}) for entry in card.deliveries
        )
        updates: dict[str, dict[str, Any]] = {
            "set_aside": {"set_aside": {}},
            "expires_on": {"expires_on": None, "deliveries": later},
        }
        for key, update in updates.items():
            other = card.model_copy(update=update)
            if other != card:
                cards = {"cards": office.cards | {name: other}}
                yield Without(f"cards.{name}.{key}", None, cards)


_ROOM: Final = (
    "{room} blanks more would make room.",
    "Tambahan {room} blangko sudah cukup.",
    "1 blank more would make room.",
)

STOCK = Rule(
    "stock",
    ("blanks",),
    _limits,
    _says,
    runs_out=True,
    problems=(
        _one_default,
        _blanks_have_stock,
        _deliveries_stand_by_date,
        _deliveries_can_be_used,
        _set_aside_comes_out_of_the_stock,
        _set_aside_is_used_first,
    ),
    left=_left,
    lack="no-blanks",
    uncounted=_uncounted,
    states=_states,
    withouts=_withouts,
    texts={
        "unprinted.no-blanks": (
            "not enough blank cards",
            "blangko tidak cukup",
        ),
        "explain.rule.no-blanks": (
            "Blanks hold it: the printers could do more, but there are not enough "
            "blank cards to print it earlier.",
            "Yang menahannya blangko: printer masih sanggup, tetapi blangko kartu "
            "tidak cukup untuk lebih awal.",
        ),
        "explain.supply.set-aside": (
            "On {day} there were {count} blanks, but they are set aside for class "
            "{name}.",
            "Pada {day} ada {count} blangko, tetapi disisihkan untuk kelas {name}.",
            "On {day} there was 1 blank, but it is set aside for class {name}.",
        ),
        "explain.supply.expired": (
            "{count} blanks could be used until {day} only; they have expired.",
            "{count} blangko hanya dapat dipakai sampai {day}; kini sudah kedaluwarsa.",
            "1 blank could be used until {day} only; it has expired.",
        ),
        "conflict_rule.stock": (
            "`{place}` has {value} blanks of {card} in stock.",
            "`{place}` menyebut persediaan {value} blangko {card}.",
        ),
        "conflict_rule.stock_on": (
            "`{place}`: by {day} there are {value} blanks of {card}, deliveries "
            "included.",
            "`{place}`: sampai {day} ada {value} blangko {card}, termasuk kiriman.",
        ),
        "conflict_rule.set_aside": (
            "`{place}` keeps {value} blanks of {card} for {names}.",
            "`{place}` menyisihkan {value} blangko {card} untuk {names}.",
            "`{place}` keeps 1 blank of {card} for {names}.",
        ),
        "conflict_rule.stock_lots": (
            "`{place}`: {value} blanks of {card} lie there or come, of which {gone} "
            "expire within the plan.",
            "`{place}`: {value} blangko {card} ada atau akan datang, {gone} di "
            "antaranya kedaluwarsa dalam masa rencana.",
        ),
        "conflict_rule.room_stock": _ROOM,
        "conflict_rule.room_stock_on": _ROOM,
        "conflict_rule.room_set_aside": (
            "{room} blanks fewer set aside in all would make room.",
            "{room} blangko lebih sedikit yang disisihkan seluruhnya sudah cukup.",
            "1 blank fewer set aside in all would make room.",
        ),
        "conflict_rule.room_stock_lots": (
            "{room} blanks more, usable on any day of the plan, would make room.",
            "Tambahan {room} blangko yang dapat dipakai pada hari mana pun dalam masa "
            "rencana sudah cukup.",
            "1 blank more, usable on any day of the plan, would make room.",
        ),
    },
)
