"""Blanks and ribbons by their definitions, and small cases with them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from builders import Case, choices, day, make_backlog, make_office
from hypothesis import strategies as st

from ektp_sched.office import Lot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from builders import Slot

Cards = dict[str | None, list[int]]


def most_with_blanks(
    some: Sequence[Lot], cards: Mapping[str | None, Sequence[int]]
) -> int:
    """Return how many cards can have a blank at most, by augmenting paths."""
    wanted = [
        (name, at)
        for name, row in cards.items()
        for at, n in enumerate(row)
        for _ in range(n)
    ]
    blanks = [lot for lot in some for _ in range(lot.cards)]
    holder: dict[int, int] = {}

    def usable(card: int, blank: int) -> bool:
        (name, at), lot = wanted[card], blanks[blank]
        return lot.first <= at <= lot.last and lot.kept_for in (None, name)

    def place(card: int, seen: set[int]) -> bool:
        for blank in range(len(blanks)):
            if blank not in seen and usable(card, blank):
                seen.add(blank)
                if blank not in holder or place(holder[blank], seen):
                    holder[blank] = card
                    return True
        return False

    return sum(place(card, set()) for card in range(len(wanted)))


@st.composite
def lots_and_cards(draw: st.DrawFn) -> tuple[list[Lot], Cards, int]:
    """Draw blanks as an office may have them, and cards by day and class."""
    days = draw(st.integers(1, 5))
    few = st.integers(0, 3)
    last = draw(st.integers(0, days - 1))
    names = draw(st.sampled_from([[], ["a"], ["a", "b"]]))
    some = [Lot(0, last, draw(st.integers(1, 2)), name) for name in names]
    some.append(Lot(0, last, draw(few)))
    for first in sorted(draw(st.lists(st.integers(0, days - 1), max_size=3))):
        low = max(first, last) if names else first
        some.append(
            Lot(first, draw(st.integers(low, days - 1)), draw(st.integers(1, 2)))
        )
    classes: list[str | None] = [None, *names]
    row = st.lists(st.integers(0, 2), min_size=days, max_size=days)
    return some, {name: draw(row) for name in classes}, days


@st.composite
def consumable_choices(draw: st.DrawFn, most: int = 6) -> tuple[Case, tuple[Slot, ...]]:
    """Draw a small office with blanks and ribbons, a backlog, and any choice."""
    days = draw(st.integers(2, 4))
    last = draw(st.integers(0, days))
    aside = draw(
        st.dictionaries(
            st.sampled_from(["routine", "urgent"]), st.integers(1, 2), max_size=2
        )
    )
    deliveries = [
        {"on": day(first), "cards": draw(st.integers(1, 2))}
        | {"expires_on": day(draw(st.integers(max(first, last if aside else 0), days)))}
        for first in sorted(draw(st.lists(st.integers(0, days - 1), max_size=2)))
    ]
    stock = sum(aside.values()) + draw(st.integers(0, 2))
    ktp: dict[str, Any] = {"default": True, "stock": stock, "expires_on": day(last)}
    ktp |= {"deliveries": deliveries, "set_aside": aside}
    cards = {"KTP": ktp, "KIA": draw(st.sampled_from([{}, {"stock": 1}]))}
    printers: list[dict[str, Any]] = [{"id": "p", "cards_per_day": 2}]
    if draw(st.booleans()):
        printers.append({"id": "q", "cards_per_day": 2})
    if draw(st.booleans()):
        more = {"on": day(draw(st.integers(0, days))), "ribbons": Decimal("0.5")}
        printers[0] |= {"cards_per_ribbon": 3, "ribbons": draw(st.integers(0, 1))}
        printers[0]["ribbon_deliveries"] = [more]
    office = make_office(cards=cards, printers=printers)
    rows = [
        {
            "application_id": f"a{i}",
            "waiting_since": draw(st.sampled_from([-20, -9, -9, 0])),
            "urgency": draw(st.sampled_from(["routine", "urgent"])),
            "card": draw(st.sampled_from(["KTP", "KTP", "KIA"])),
            "ready_on": draw(st.sampled_from([0, 0, 1])),
        }
        for i in range(draw(st.integers(1, most)))
    ]
    case = Case(office, make_backlog(rows, office), days)
    options = [choices(case, row) for row in case.rows()]
    return case, tuple(draw(st.sampled_from(some)) for some in options)
