"""Blanks that were used and are left, and how many to ask for, and by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from ektp_sched.days.supplies import blanks_left
from ektp_sched.output import load

if TYPE_CHECKING:
    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.documents import Plan
    from ektp_sched.ledger import Reader
    from ektp_sched.rules.stock import CardType


@dataclass(frozen=True, slots=True)
class Blanks:
    """One card type.

    Parameters
    ----------
    card
        Its name.
    printed, spoilt
        Blanks used, of some days.
    left
        How many there should be on the morning after; None where nobody counts.
    ask
        For how many people of the last plan there is no blank, also with all that is to
        come in its horizon; None without a plan.
    gone_on
        Day on which the last plan uses the last one; None if some are left.
    """

    card: str
    printed: int
    spoilt: int
    left: int | None
    ask: int | None
    gone_on: date | None


def blanks_of(
    folder: OfficeFolder, reader: Reader, cards: pl.DataFrame, last: date
) -> tuple[Blanks, ...]:
    """Return what became of the blanks of each card type whose stock is stated.

    Parameters
    ----------
    folder, reader
        The office.
    cards
        As `ektp_sched.days.supplies.used` has them, of some days.
    last
        The last of these days.
    """
    office = folder.office
    known = {act.plan for act in reader.acts("plan", "adopt") if act.day <= last}
    plans = [plan for plan in folder.mornings() if plan.number in known]
    plan = load(plans[-1].path) if plans else None
    left = blanks_left(office, reader, last + timedelta(days=1))
    rows = []
    for name, card in office.cards.items():
        if card.stock is None:
            continue
        own = cards.filter(pl.col("card").fill_null(office.default_card or "") == name)
        spoilt = own.filter(result="spoilt").height
        ask, gone_on = (None, None) if plan is None else _outlook(plan, name)
        rows.append(
            Blanks(name, own.height - spoilt, spoilt, left.get(name), ask, gone_on)
        )
    return tuple(rows)


def _outlook(plan: Plan, name: str) -> tuple[int | None, date | None]:
    """Return for how many people a plan lacks blanks, and when the last one is used."""
    card: CardType | None = plan.office.cards.get(name)
    if card is None or card.stock is None:
        return None, None
    end = plan.start + timedelta(days=plan.days - 1)
    come = card.stock + sum(each.cards for each in card.deliveries if each.on <= end)
    people = plan.backlog.frame.select("application_id", "card")
    people = people.filter(
        pl.col("card").fill_null(plan.office.default_card or "") == name
    )
    days = plan.assignments.join(people, on="application_id", how="semi")["day"]
    gone_on = days.max() if len(days) and len(days) >= come else None
    return max(0, people.height - come), gone_on if isinstance(gone_on, date) else None
