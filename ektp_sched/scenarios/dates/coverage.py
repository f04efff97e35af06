"""How many of the dates held, and the margin with which most would."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

    from ektp_sched.scenarios.dates.fronts import Fronts
    from ektp_sched.scenarios.dates.ready_by import Ints


@dataclass(frozen=True, slots=True)
class Dated:
    """Dates that were told, and what they are counted by."""

    # stream, place: whose they are, shape (M,) each: the place in a stream, or for
    # stream −1 among the singles
    stream: Ints
    place: Ints
    day: Ints  # the day told, within the horizon
    group: Ints  # from 0

    def __len__(self) -> int:
        """Return the number of dates."""
        return len(self.day)


def held_by_group(dated: Dated, fronts: Fronts, groups: int) -> Ints:
    """Count by group the dates that held in replications that set none, ``(G, F)``."""
    held = np.zeros((groups, fronts.replications), dtype=np.int64)
    alone = dated.stream < 0
    kept = fronts.singles[dated.place[alone]] <= dated.day[alone, None]
    np.add.at(held, dated.group[alone], kept)
    # Those of one stream and group who were told one day are counted in one
    # look: of their places in order the front has passed a first part.
    fields = [f[~alone] for f in (dated.group, dated.stream, dated.day, dated.place)]
    order = np.lexsort(fields[::-1])
    group, stream, day, place = (field[order] for field in fields)
    new = np.ones(len(order), dtype=np.bool_)
    keys = np.stack([group, stream, day])
    new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    begin = np.flatnonzero(new)
    for lo, hi in pairwise([*begin.tolist(), len(order)]):
        front = fronts.streams[stream[lo], :, day[lo]]
        held[group[lo]] += np.searchsorted(place[lo:hi], front)
    return held


def shifted(day: Ints, worked: NDArray[np.bool_], margin: int) -> Ints:
    """Return open days put off by some working days, at least 0.

    It is the last open day where the horizon ends before.
    """
    opens = np.flatnonzero(worked)
    at = np.searchsorted(opens, day) + margin
    return opens[np.minimum(at, len(opens) - 1)]


def good_futures(held: Ints, dates: int, confidence: Fraction) -> int:
    """Return in how many futures enough of the dates held, a share of all told."""
    enough = held * confidence.denominator >= confidence.numerator * dates
    return int(enough.sum())


def smallest_margin(
    worlds: Sequence[tuple[Dated, Fronts]],
    worked: NDArray[np.bool_],
    confidence: Fraction,
) -> int | None:
    """Return the margin that keeps enough dates in enough futures.

    Working days by which all dates would have to be later; None if the horizon ends
    before. The confidence is both the share of dates and the share of futures.
    """

    def enough(margin: int) -> bool:
        good = total = 0
        for dated, fronts in worlds:
            later = shifted(dated.day, worked, margin)
            moved = Dated(dated.stream, dated.place, later, np.zeros_like(dated.group))
            held = held_by_group(moved, fronts, 1)[0]
            good += good_futures(held, len(dated), confidence)
            total += len(held)
        return good * confidence.denominator >= confidence.numerator * total

    low, high = -1, int(worked.sum())
    if not enough(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
