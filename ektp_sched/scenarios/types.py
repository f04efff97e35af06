"""What one block of replications gives the simulation."""

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
    """What limits one scenario in one block of R replications.

    Parameters
    ----------
    start, days
        First day, and number of calendar days H.
    open
        Whether a day is worked in this scenario, shape (H,), bool.
    printers, servers
        Ids, sorted by code point: the rows of the arrays below.
    printer_cards, server_cards
        Cards by resource, replication and day, shapes (P, R, H) and
        (S, R, H), int64; (P, 1, H) and (S, 1, H) where they are equal in all
        replications.
    reaches
        Whether printer p can use server s, shape (P, S), bool.
    reserve
        Cards a day kept for walk-ins, 0: none.
    supply
        Card type with stock → blanks available up to and including a day if
        none is used, shape (H,), int64.
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


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Applications recorded in the horizon, alike in all scenarios.

    Parameters
    ----------
    classes
        The office's urgency classes, in its order.
    cards
        Applications recorded by class, replication and day, shape (K, R, H),
        int32.
    """

    classes: tuple[str, ...]
    cards: NDArray[np.int32]
