"""What proves a tier by a tree: parts that hold every plan, and why none is better.

Nothing in it rests on a solver.  Everything named can be laid again from office.toml
and the applications; what the numbers mean and prove is section 4 of docs/model.md.
Days count from the start, 0; lists are counted from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from ektp_sched.documents.entries import Count, Rank

Multiple = Annotated[int, Field(ge=0)]

Use = tuple[Count, tuple[str, ...]]
"""Day offset, and the shifts that are worked together on that day."""

KindName = tuple[str | None, str | None, str | None]
"""Class, card type and area; None where the office tells nobody apart by it."""

Step = tuple[Count, Multiple, bool]
"""Index of what is counted, a number, and whether it is more than that, or at most."""

Priced = tuple[Count, Annotated[int, Field(ge=1)]]
"""Index of a row, and its price."""


@dataclass(frozen=True, slots=True)
class Cards:
    """How many cards of some kinds are printed on some days.

    Parameters
    ----------
    kinds
        Indices of kinds, ascending.
    first, last
        The days, both included.
    printers
        On which printers; None: on all.
    """

    of: Literal["cards"]
    kinds: tuple[Count, ...]
    first: Count
    last: Count
    printers: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class SomebodyLeft:
    """1 if at the end of a day somebody is left who could be printed by then, else 0.

    Parameters
    ----------
    kinds
        Of whom: indices of kinds, ascending.
    last
        The day.
    """

    of: Literal["left"]
    kinds: tuple[Count, ...]
    last: Count


@dataclass(frozen=True, slots=True)
class Printing:
    """1 if any card is printed on a day, else 0.

    Parameters
    ----------
    last
        The day.
    """

    of: Literal["printing"]
    last: Count


@dataclass(frozen=True, slots=True)
class Used:
    """How many of some uses of shifts are taken.

    Parameters
    ----------
    uses
        Indices of uses, ascending.
    """

    of: Literal["used"]
    uses: tuple[Count, ...]


Counted = Annotated[Cards | SomebodyLeft | Printing | Used, Field(discriminator="of")]
"""A whole number that every plan has."""


@dataclass(frozen=True, slots=True)
class LimitRow:
    r"""One limit of the office on one stretch of days.

    Parameters
    ----------
    place
        Where it stands in office.toml, such as ``quotas[1]``, ``parity[1]``,
        ``cards.KIA.stock``, ``printers[1].ribbons``; or ``printers.ID``,
        ``servers.ID`` or ``reserve`` for what these can do on a day.
    key
        Key of its number where the place has several, such as ``at_least``; else
        empty.
    part
        What of it, where a number gives several limits: for parity ``A – B``, the
        district that is not to be ahead and the other one; else empty.
    first, last
        The stretch, both days included.
    line
        None for the limit itself.  Else whole numbers :math:`\alpha, \beta, \gamma`:
        with x cards of the kinds that the limit, written as "at least", counts above
        0, and y of those below, every whole x and y that keep it keep :math:`\alpha x +
        \beta y \ge \gamma` too.
    """

    of: Literal["limit"]
    place: str
    key: str
    part: str
    first: Count
    last: Count
    line: tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class LeftRow:
    """Where nobody is left, all who could be are printed.

    Parameters
    ----------
    left
        Index of the number that says whether somebody is.
    """

    of: Literal["left"]
    left: Count


@dataclass(frozen=True, slots=True)
class OrderRow:
    """Where nobody is left and nobody new is ready, nobody is left later either.

    Parameters
    ----------
    left, later
        Indices of two such numbers for the same kinds, the earlier day first.
    """

    of: Literal["order"]
    left: Count
    later: Count


@dataclass(frozen=True, slots=True)
class BlankRow:
    """Each card of a type that is printed on some days takes a blank from a lot.

    Parameters
    ----------
    card
        A card type of which blanks expire or are set aside.
    first, last
        The days, both included.
    """

    of: Literal["blanks"]
    card: str
    first: Count
    last: Count


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A class takes from what is set aside for it at most what it prints.

    Parameters
    ----------
    card, urgency
        The card type, and the class.
    first, last
        The days, both included.
    """

    of: Literal["own"]
    card: str
    urgency: str
    first: Count
    last: Count


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """Where nothing is printed on a day, no card is.

    Parameters
    ----------
    printing
        Index of the number that says whether anything is.
    """

    of: Literal["printed"]
    printing: Count


@dataclass(frozen=True, slots=True)
class UseRow:
    """A rule on shifts: uses by their weights add up to at most a number.

    Parameters
    ----------
    weights
        Of each use, without a common divisor.
    most
        The number, divided by that and rounded down.
    """

    of: Literal["use"]
    weights: tuple[Multiple, ...]
    most: Multiple


TreeRow = Annotated[
    LimitRow | LeftRow | OrderRow | BlankRow | OwnRow | PrintedRow | UseRow,
    Field(discriminator="of"),
]
"""What every plan keeps."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of all plans, and why none of them is better.

    Parameters
    ----------
    path
        Steps that lead to it.
    times
        Price of each step, from 0.
    tiers
        How often each tier up to the tree's own counts, from 0.
    rows
        Index and price of each row that counts.
    """

    path: tuple[Step, ...]
    times: tuple[Multiple, ...]
    tiers: tuple[Multiple, ...]
    rows: tuple[Priced, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """Somebody is left in every plan.

    Parameters
    ----------
    left
        Index of the number that says so.
    because
        Why it cannot be 0; its path is this one step, its tiers are none.
    """

    left: Count
    because: Part


@dataclass(frozen=True, slots=True)
class TierTree:
    """Why no plan is better in one tier that is as good in those before.

    Parameters
    ----------
    name, rank, scale, value
        As in ``Tier``.
    step
        The costs of each application differ by multiples of it, from 1.
    parts
        A binary tree from left to right, "at most" before "more"; none for a tier at
        0, which nothing is below.
    """

    name: str
    rank: Rank
    scale: int
    value: int
    step: Annotated[int, Field(ge=1)]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class TreeProof:
    """Trees for the tiers, in their order, as far as they are proven.

    Parameters
    ----------
    kinds
        Those that something counted names.
    counted
        What steps and rows are about.
    rows
        What prices are put on.
    facts
        What is proven first, each with the help of those before.
    tiers
        A tree each.
    uses
        All sets of shifts that may be worked together on a day.  Of those of a day at
        most one is taken.
    """

    kinds: tuple[KindName, ...]
    counted: tuple[Counted, ...]
    rows: tuple[TreeRow, ...]
    facts: tuple[Fact, ...]
    tiers: tuple[TierTree, ...]
    uses: tuple[Use, ...] = ()
