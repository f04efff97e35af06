"""How many of the dates held, and the margin with which most would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

    from ektp_sched.scenarios.ready_by import Counts, Ints

    Floats = NDArray[np.float64]

__all__ = ["Dated", "held_by_group", "share_of_futures", "shifted", "smallest_margin"]



@dataclass(frozen=True, slots=True)
class Dated:
    """The dates of one stream.

    Parameters
    ----------
    place
        Places in the stream that have a date, shape ``(M,)``.
    day
        The day that was told, shape ``(M,)``, each within the horizon.
    group
        What they are counted by, from 0, shape ``(M,)``.
    """

    place: Ints
    day: Ints
    group: Ints


def held_by_group(
    dated: Sequence[Dated], fronts: Sequence[Counts], groups: int
) -> Ints:
    """Count the dates that held in each fresh replication.

    Parameters
    ----------
    dated
        Dates of each stream.
    fronts
        Cards of each stream printed by each day's end in replications that
        set no date, shape ``(F, H)`` each.
    groups
        Number of groups, G.

    Returns
    -------
    ndarray
        Shape ``(G, F)``.
    """
    held = np.zeros((groups, len(fronts[0]) if len(fronts) else 0), dtype=np.int64)
    for dates, front in zip(dated, fronts, strict=True):
        if not len(dates.place):
            continue
        # Those of one group who were told one day are counted in one look:
        # of sorted places the front has passed a first part.
        order = np.lexsort((dates.place, dates.day, dates.group))
        place, day, group = dates.place[order], dates.day[order], dates.group[order]
        new = (np.diff(day, prepend=-1) != 0) | (np.diff(group, prepend=-1) != 0)
        begin = np.flatnonzero(new)
        for lo, hi in zip(begin, np.append(begin[1:], len(place)), strict=True):
            passed = np.searchsorted(place[lo:hi], front[:, day[lo]])
            held[group[lo]] += passed
    return held


def shifted(day: Ints, worked: NDArray[np.bool_], margin: int) -> Ints:
    """Return dates put off by some working days.

    Parameters
    ----------
    day
        Open days, shape ``(M,)``.
    worked
        Days on which the office is open, shape ``(H,)``.
    margin
        Working days, at least 0.

    Returns
    -------
    ndarray
        Shape ``(M,)``; the last open day where the horizon ends before.
    """
    opens = np.flatnonzero(worked)
    at = np.searchsorted(opens, day) + margin
    return opens[np.minimum(at, len(opens) - 1)]


def share_of_futures(held: Ints, dates: int, confidence: Fraction) -> float:
    """Return the share of replications in which enough dates held.

    Parameters
    ----------
    held
        Dates that held, shape ``(F,)``.
    dates
        Dates told.
    confidence
        Share of them that is enough.
    """
    enough = held * confidence.denominator >= confidence.numerator * dates
    return float(enough.mean())


def smallest_margin(
    dated: Sequence[Dated],
    fronts: Sequence[Counts],
    worked: NDArray[np.bool_],
    confidence: Fraction,
) -> int | None:
    """Return the margin that keeps the dates in most futures.

    Parameters
    ----------
    dated, fronts
        As for `held_by_group`.
    worked
        Days on which the office is open, shape ``(H,)``.
    confidence
        Both the share of dates and the share of futures.

    Returns
    -------
    int or None
        Working days by which all dates would have to be later; None if the
        horizon ends before any such day.
    """
    dates = sum(len(d.place) for d in dated)
    most = int(worked.sum())

    def enough(margin: int) -> bool:
        later = [
            Dated(d.place, shifted(d.day, worked, margin), np.zeros_like(d.group))
            for d in dated
        ]
        held = held_by_group(later, fronts, 1)[0]
        share = share_of_futures(held, dates, confidence)
        return share >= float(confidence)

    if not dates or not enough(most):
        return None if dates else 0
    low, high = -1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
