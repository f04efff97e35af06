r"""Ready-by dates: order statistics of the day on which a card is printed.

The n-th person of a stream (people of one class whom nothing tells apart but
their place in the queue) has a card at the end of day d in those replications
in which more than n cards of the stream were printed by then.  Of R
replications the date is the first day on which this holds in at least

.. math:: k = \lceil c\,(R + 1) \rceil

of them: the k-th smallest of R exchangeable print days is not exceeded by one
more of the same kind with a probability of at least c.  So a date is always a
day that was simulated; nothing is interpolated, and all is whole numbers.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.errors import UsageError
from ektp_sched.words import said

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Counts = NDArray[np.int32] | NDArray[np.int64]


def as_confidence(confidence: float | Fraction) -> Fraction:
    """Return a confidence in (0, 1) as written, so that 0.9 is nine tenths."""
    try:
        exact = Fraction(str(confidence))
    except ValueError:
        exact = Fraction(0)
    if not 0 < exact < 1:
        raise UsageError(
            said(
                "confidence is {share}; it must lie between 0 and 1, such as 0.9",
                "confidence {share}; nilainya harus antara 0 dan 1, misalnya 0.9",
                share=str(confidence),
            )
        )
    return exact


def needed_replications(confidence: Fraction) -> int:
    """Return the fewest replications that can carry a confidence."""
    return ceil(confidence / (1 - confidence))


def rank_of(confidence: Fraction, replications: int) -> int:
    """Return k, the number of replications that must have printed a card.

    A `UsageError` says if so few replications cannot carry that confidence.
    """
    rank = ceil(confidence * (replications + 1))
    if rank > replications:
        raise UsageError(
            said(
                "{count} replications cannot carry a confidence of {share}; at least "
                "{least} can",
                "{count} simulasi tidak cukup untuk confidence {share}; perlu paling "
                "sedikit {least}",
                count=replications,
                share=f"{float(confidence):g}",
                least=needed_replications(confidence),
            )
        )
    return rank


def printed_in(front: Counts, rank: int) -> Counts:
    """Return the cards printed by each day in at least `rank` replications, ``(H,)``.

    It is the (R − k + 1)-th smallest count of each day, k the rank, 1 to R.  No row of
    the front ``(R, H)``, cards of one stream by each day's end, ever falls, nor does
    this.
    """
    at = len(front) - rank
    row: Counts = np.partition(front, at, axis=0)[at]
    return row


def first_days(upto: Counts, places: Counts) -> Ints:
    """Return the first day on which more cards than `places` are printed, H for never.

    Cards by each day's end, ``(H,)``, never fall; places in the stream are from 0,
    ``(N,)``.
    """
    return np.searchsorted(upto, places, side="right").astype(np.int64)


def next_open(worked: NDArray[np.bool_]) -> Ints:
    """Return for each day the first open day that is not before it, ``(H + 1,)``.

    H where there is none, and for H itself.
    """
    horizon = len(worked)
    day = np.where(worked, np.arange(horizon), horizon)
    ahead = np.minimum.accumulate(day[::-1])[::-1]
    return np.append(ahead, horizon).astype(np.int64)
