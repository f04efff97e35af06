"""What came of a block of replications, in exact whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Counts = NDArray[np.int32]

__all__ = ["Outcome", "Waits", "joined", "shared_out"]


@dataclass(frozen=True, slots=True)
class Waits:
    """People by days of wait, added up over all replications.

    Parameters
    ----------
    initial, new
        By stream, of the first day and recorded later, shape ``(K, W)``.
    area
        Those of the first day by area, shape ``(A, W)``.
    """

    initial: Ints
    new: Ints
    area: Ints


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario in one block of R replications.

    All days are offsets from the start, H standing for never.

    Parameters
    ----------
    start, days
        First day and number of calendar days, H.
    classes, areas
        Names; an area of None is no area.
    urgency, cell
        Class and cell of each stream, shape ``(K,)``.
    scale
        Pressure is this many times pressure-days.
    left_out
        Applications that can be printed in no case, by reason; they are in
        none of the figures.
    waiting
        Recorded and not printed at the end of each day, shape ``(R, H)``.
    printed
        Cards printed on each day, ``(R, H)``.
    capacity
        Cards that could have been printed with ample people and blanks,
        ``(R, H)``.
    cleared_day
        Day on which the last application of the first morning is printed,
        ``(R,)``.
    on_target_day
        First day at whose end nobody's day of waiting exceeds the target of
        the class, ``(R,)``.
    nobody_waits_day
        First day at whose end nobody waits who may be printed (recorded, ready,
        not pinned to a later day), ``(R,)``; H for none.
    longest_wait
        Largest number of days from recording to print, or to the last day for
        those still waiting, ``(R,)``; -1 for nobody.
    person_days
        Days at whose end somebody of the first morning waited, summed over
        people, by area, ``(A, R)``.
    person_days_new
        The same of new applications, by cell, ``(cells, R)``; where a new
        applicant lives is drawn only as far as it limits printing.
    cell_share
        Applications of the backlog by cell and area, ``(cells, A)``, by which
        these days can be shared out.
    pressure
        Scaled accrued pressure of everybody, ``(R,)``.
    binding
        Replications in which each of `CAUSES` ended the printing of a worked
        day, ``(H, 5)``.
    waits, waiting_at_end
        Waits of those printed, and up to the last day of those who were not.
    front
        People printed up to the end of each day, by stream, those of the first
        morning before all others, ``(K, R, H)``; None unless asked for.
    single_days
        Day on which each person of the singles is printed, ``(N, R)``; None
        unless asked for.
    person_dates
        Under policy ``replan``, instead of these two: day on which each
        application of the first morning is printed, in the order of the
        backlog, those left out not counted; ``(N, R)``.
    """

    start: date
    days: int
    classes: tuple[str, ...]
    areas: tuple[str | None, ...]
    urgency: Ints
    cell: Ints
    scale: int
    left_out: dict[str, int]
    waiting: Counts
    printed: Counts
    capacity: Counts
    cleared_day: Ints
    on_target_day: Ints
    nobody_waits_day: Ints
    longest_wait: Ints
    person_days: Ints
    person_days_new: Ints
    cell_share: Ints
    pressure: Ints
    binding: Ints
    waits: Waits
    waiting_at_end: Waits
    front: Counts | None = None
    single_days: NDArray[np.int16] | None = None
    person_dates: NDArray[np.int16] | None = None

    @property
    def replications(self) -> int:
        """Number of replications, R."""
        return len(self.pressure)

    def person_days_by_area(self) -> NDArray[np.float64]:
        """Return everybody's days of waiting by area, ``(A, R)``.

        New applications count by the backlog's shares of their cell.
        """
        return shared_out(self.person_days, self.person_days_new, self.cell_share)


def shared_out(old: Ints, new: Ints, cell_share: Ints) -> NDArray[np.float64]:
    """Return days of waiting by area, those of new applications shared out.

    Parameters
    ----------
    old
        Of the first morning's people, by area, ``(A, R)``.
    new
        Of new applications, by cell, ``(cells, R)``.
    cell_share
        Applications of the backlog by cell and area, ``(cells, A)``.
    """
    shares = cell_share / np.maximum(cell_share.sum(axis=1, keepdims=True), 1)
    days: NDArray[np.float64] = old + shares.T @ new
    return days


_ROWS = (
    "waiting",
    "printed",
    "capacity",
    "cleared_day",
    "on_target_day",
    "nobody_waits_day",
    "longest_wait",
    "pressure",
)
_COLUMNS = (
    "person_days",
    "person_days_new",
    "front",
    "single_days",
    "person_dates",
)
_SUMS = ("binding", "waits", "waiting_at_end")


def joined(parts: Sequence[Outcome]) -> Outcome:
    """Return several blocks of the same scenario as one.

    Parameters
    ----------
    parts
        At least one; their replications follow each other.
    """
    if len(parts) == 1:
        return parts[0]
    together = {f.name: getattr(parts[0], f.name) for f in fields(Outcome)}
    for axis, names in ((0, _ROWS), (1, _COLUMNS)):
        for name in names:
            arrays = [getattr(part, name) for part in parts]
            if arrays[0] is not None:
                together[name] = np.concatenate(arrays, axis=axis)
    together["binding"] = sum(part.binding for part in parts)
    for name in _SUMS[1:]:
        tables = [getattr(part, name) for part in parts]
        together[name] = Waits(
            initial=sum(t.initial for t in tables),
            new=sum(t.new for t in tables),
            area=sum(t.area for t in tables),
        )
    return Outcome(**together)
