"""How a quantity spreads over replications: mean, percentiles, intervals.

Percentiles are order statistics, never interpolated: P90 of R values is the
smallest value that at least nine tenths of them do not exceed.  So a date is
always a day that was simulated.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil, sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.scenarios.document import Document, Number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

QUANTILES: Final = (("p10", 10), ("p50", 50), ("p90", 90))
"""Names of the percentiles shown, and their hundredths."""

_NORMAL: Final = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""

_STUDENT: Final = (12.706204736, 4.302652730, 3.182446305)
"""The same of Student's t with 1, 2 and 3 degrees of freedom."""


class Spread(Document):
    """A number in all replications."""

    mean: Number  # arithmetic mean
    # p10, p50, p90: order statistics
    p10: Number
    p50: Number
    p90: Number
    # mean_interval, p90_interval: 95 % intervals of the mean (Student's t) and of P90
    # (from order statistics, free of any distribution); None where there are too few
    # replications for one
    mean_interval: tuple[Number, Number] | None = None
    p90_interval: tuple[Number, Number] | None = None


class DaySpread(Document):
    """A day in all replications, some of which may never see it."""

    # mean day, rounded up to a whole one; None if any replication has none
    mean: date | None = None
    # p10, p50, p90: order statistics; None where they lie beyond the horizon
    p10: date | None = None
    p50: date | None = None
    p90: date | None = None
    never_share: Number = 0  # share of replications without such a day, 0 to 1
    # 95 % interval of P90; None where it cannot be told, an end beyond the horizon
    # being None
    p90_interval: tuple[date | None, date | None] | None = None


def order_statistic(count: int, percent: int) -> int:
    """Return the index, from 0, of a percentile, 1 to 100, among sorted values."""
    return max(0, -(-count * percent // 100) - 1)


def rank_interval(count: int, percent: int) -> tuple[int, int] | None:
    """Return the order statistics that enclose a percentile with 95 %.

    The number of values below the true percentile is binomial, whatever the
    distribution (Conover, *Practical Nonparametric Statistics*, 1999, 3.2).  They are
    indices from 0; None if so few values enclose nothing with that confidence.
    """
    share = percent / 100
    spread = _NORMAL * sqrt(count * share * (1 - share))
    low = int(count * share - spread) - 1
    high = ceil(count * share + spread)
    return None if low < 0 or high >= count else (low, high)


def student(degrees: int) -> float:
    """Return the two-sided 95 % quantile of Student's t, of 1 degree or more.

    By its expansion around the normal one (Abramowitz and Stegun, *Handbook of
    Mathematical Functions*, 26.7.5), 0.1 % too small at most.
    """
    if degrees <= len(_STUDENT):
        return _STUDENT[degrees - 1]
    z, quantile = _NORMAL, _NORMAL
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    for power, term in enumerate(terms, 1):
        quantile += term / degrees**power
    return quantile


def of_values(values: Floats) -> Spread:
    """Return how numbers spread, one a replication, ``(R,)``, R at least 1."""
    count = len(values)
    ordered = np.sort(values)
    at = {name: float(ordered[order_statistic(count, q)]) for name, q in QUANTILES}
    mean = float(np.mean(values))
    interval = None
    if count > 1:
        half = student(count - 1) * float(np.std(values, ddof=1)) / sqrt(count)
        interval = mean - half, mean + half
    ends = rank_interval(count, 90)
    around = None
    if ends is not None:
        around = float(ordered[ends[0]]), float(ordered[ends[1]])
    return Spread(
        mean=mean,
        p10=at["p10"],
        p50=at["p50"],
        p90=at["p90"],
        mean_interval=interval,
        p90_interval=around,
    )


def of_days(days: Floats, horizon: int, start: date) -> DaySpread:
    """Return how a day spreads, an offset by replication, the horizon for never."""
    count = len(days)
    ordered = np.sort(days)

    def on(index: int) -> date | None:
        day = int(ordered[index])
        return None if day >= horizon else start + timedelta(days=day)

    never = int((days >= horizon).sum())
    mean = None if never else start + timedelta(days=ceil(float(days.mean())))
    ends = rank_interval(count, 90)
    return DaySpread(
        mean=mean,
        p10=on(order_statistic(count, 10)),
        p50=on(order_statistic(count, 50)),
        p90=on(order_statistic(count, 90)),
        never_share=never / count,
        p90_interval=None if ends is None else (on(ends[0]), on(ends[1])),
    )


def of_histogram(counts: NDArray[np.int64]) -> Spread | None:
    """Return how the waits of many people spread, people by days of wait, ``(W,)``.

    Without intervals, as people of one replication wait together; None for nobody.
    """
    total = int(counts.sum())
    if not total:
        return None
    upto = np.cumsum(counts)
    at = {
        name: float(np.searchsorted(upto, order_statistic(total, q), side="right"))
        for name, q in QUANTILES
    }
    mean = float(counts @ np.arange(len(counts))) / total
    return Spread(mean=mean, p10=at["p10"], p50=at["p50"], p90=at["p90"])
