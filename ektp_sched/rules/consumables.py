"""The tables of office.toml with what printing uses up: blanks and ribbons.

Attribute names are the keys of the file, as in `ektp_sched.rules.reading`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ektp_sched.rules.fields import Count, Day, Flag, Ribbons, Table, Text

__all__ = ["Arrival", "CardType", "Delivery", "RibbonDelivery"]


class Arrival(Table):
    """What comes on a day.

    Attributes
    ----------
    on
        The day on which it can first be used.
    """

    on: Day


class Delivery(Arrival):
    """An entry of ``deliveries``: blank cards that come on a day.

    Attributes
    ----------
    on
        The day on which they can first be used.
    cards
        1 to 1,000,000,000.
    expires_on
        The last day on which they can be used; None: no limit.
    """

    cards: Annotated[Count, Field(ge=1)]
    expires_on: Day | None = None


class CardType(Table):
    """Table ``[cards.NAME]``: a kind of card and its blanks.

    Attributes
    ----------
    default
        Whether an application without a card type is of this one.
    stock
        Blanks on the morning of the first day; None: unlimited.
    expires_on
        The last day on which these can be used; None: no limit.
    deliveries
        What is added later, by date.
    set_aside
        Urgency class → how many blanks of the stock are for it alone.
    """

    default: Flag = False
    stock: Count | None = None
    expires_on: Day | None = None
    deliveries: tuple[Delivery, ...] = ()
    set_aside: dict[Text, Annotated[Count, Field(ge=1)]] = Field(default_factory=dict)


class RibbonDelivery(Arrival):
    """An entry of ``ribbon_deliveries``: ribbons that come on a day.

    Attributes
    ----------
    on
        The day on which they can first be used.
    ribbons
        Above 0, up to 1,000,000; an exact decimal, such as 0.5 for half a one.
    """

    ribbons: Annotated[Ribbons, Field(gt=0)]
