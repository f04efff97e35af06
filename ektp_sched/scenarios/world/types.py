"""What the world hands to the simulator: daily limits and arrivals of a block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Arrivals", "Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Daily limits of one scenario in one block of R replications.

    All days are offsets from ``start``, 0 to ``days - 1``.  Where an array has
    1 in place of R, it is the same in all replications.

    Parameters
    ----------
    start, days
        First day and number of calendar days, H.
    open
        Whether a day is worked in this scenario, shape ``(H,)``.
    printers, servers
        Ids: the rows of the arrays below.
    printer_cards, server_cards
        Cards that each can do, shapes ``(P, R, H)`` and ``(S, R, H)``; 0 on
        days not worked and on days of a breakdown.
    reaches
        Whether a printer can use a server, shape ``(P, S)``.
    reserve
        Cards a day kept free; 0 for none.
    supply
        For each card type with stock, blanks available up to and including a
        day if none is used, shape ``(H,)``.
    printers_unbroken, servers_unbroken
        The same as the cards, had nothing broken down: what a planner knows of
        later days; None where nothing ever breaks down.
    """

    start: date
    days: int
    open: NDArray[np.bool_]
    printers: tuple[str, ...]
    servers: tuple[str, ...]
    printer_cards: NDArray[np.int64]
    server_cards: NDArray[np.int64]
    reaches: NDArray[np.bool_]
    reserve: int
    supply: dict[str, NDArray[np.int64]]
    printers_unbroken: NDArray[np.int64] | None = None
    servers_unbroken: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class Arrivals:
    """New applications of one block of replications, alike in all scenarios.

    Parameters
    ----------
    classes
        The office's urgency classes in its order.
    cards
        Applications by class, replication and day, shape ``(C, R, H)``.
    entropy
        Seed and number of the block, from which it is drawn where a new
        applicant lives, if that limits printing.
    """

    classes: tuple[str, ...]
    cards: NDArray[np.int32]
    entropy: tuple[int, ...] = ()
