"""What is left of blanks that expire or are set aside, and of ribbons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.office import lots, ribbon_cards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.office import Lot
    from ektp_sched.output.figures import AnyPlan
    from ektp_sched.output.languages import Language

__all__ = ["BlanksLeft", "RibbonsLeft", "blanks_left", "consumables", "ribbons_left"]


@dataclass(frozen=True, slots=True)
class BlanksLeft:
    """The blanks of one card type at the end of the horizon.

    Parameters
    ----------
    card
        The card type.
    came
        Blanks that could be used on some day.
    used
        Cards printed.
    expired
        What expired unused before the last day.
    set_aside
        Class → what is left of the blanks for it alone.
    left
        All that is left to use, what is set aside included.
    """

    card: str
    came: int
    used: int
    expired: int
    set_aside: dict[str, int]
    left: int


@dataclass(frozen=True, slots=True)
class RibbonsLeft:
    """The ribbons of one printer at the end of the horizon.

    Parameters
    ----------
    printer
        Its id.
    used
        Cards printed.
    left
        Cards that its ribbons are still good for.
    """

    printer: str
    used: int
    left: int


def blanks_left(plan: AnyPlan) -> tuple[BlanksLeft, ...]:
    """Return what becomes of blanks that expire or are set aside.

    A class uses its own first; of the others those that expire first are
    used first, so that no other way leaves less to expire.
    """
    some = lots(plan.office, plan.start, plan.days)
    if not some:
        return ()
    prints = (
        plan.assignments.select("application_id", "day")
        .join(plan.backlog.frame, on="application_id")
        .group_by("card", "day", "urgency")
        .len("cards")
        .sort("day", "urgency")
        .with_columns(day=(pl.col("day") - plan.start).dt.total_days())
    )
    return tuple(
        _left(card, found, prints.filter(card=card), plan.days)
        for card, found in some.items()
    )


def _left(
    card: str, some: Sequence[Lot], prints: pl.DataFrame, days: int
) -> BlanksLeft:
    left = [lot.cards for lot in some]
    for day, urgency, cards in prints.select("day", "urgency", "cards").iter_rows():
        usable = [
            (lot.kept_for is None, lot.last, at)
            for at, lot in enumerate(some)
            if lot.first <= day <= lot.last and lot.kept_for in (None, urgency)
        ]
        wanted = cards
        for _, _, at in sorted(usable):
            taken = min(wanted, left[at])
            left[at] -= taken
            wanted -= taken
    ends = [lot.last < days - 1 for lot in some]
    pairs = list(zip(some, left, ends, strict=True))
    return BlanksLeft(
        card=card,
        came=sum(lot.cards for lot in some),
        used=int(prints["cards"].sum()),
        expired=sum(cards for _, cards, ended in pairs if ended),
        set_aside={
            lot.kept_for: cards
            for lot, cards, ended in pairs
            if lot.kept_for is not None and cards and not ended
        },
        left=sum(cards for _, cards, ended in pairs if not ended),
    )


def ribbons_left(plan: AnyPlan) -> tuple[RibbonsLeft, ...]:
    """Return what is left of the ribbons of each printer that has any."""
    allowed = ribbon_cards(plan.office, plan.start, plan.days)
    used = dict(plan.assignments["printer"].value_counts().iter_rows())
    return tuple(
        RibbonsLeft(name, used.get(name, 0), int(np.max(cards)) - used.get(name, 0))
        for name, cards in allowed.items()
    )


def consumables(plan: AnyPlan, texts: Language) -> list[tuple[str, str]]:
    """Return labels and values of blanks and ribbons that the plan must watch."""
    lines = [
        (texts.text("consumables.blanks", card=one.card), _blanks(one, texts))
        for one in blanks_left(plan)
    ]
    for one in ribbons_left(plan):
        label = texts.text("consumables.ribbons", printer=one.printer)
        value = texts.text("consumables.good_for", used=one.used, left=one.left)
        lines.append((label, value))
    return lines


def _blanks(one: BlanksLeft, texts: Language) -> str:
    parts = [texts.text("consumables.used_of", used=one.used, came=one.came)]
    if one.expired:
        parts.append(texts.text("consumables.expire", cards=one.expired))
    anybody = one.left - sum(one.set_aside.values())
    if anybody:
        parts.append(texts.text("consumables.left", cards=anybody))
    parts += [
        texts.text("consumables.set_aside", urgency=name, cards=cards)
        for name, cards in sorted(one.set_aside.items())
    ]
    return "; ".join(parts)
