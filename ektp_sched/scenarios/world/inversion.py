r"""Counts from uniform numbers, by inversion.

A count is the least :math:`k` whose distribution function exceeds the uniform number.
So with the same numbers a larger mean gives no smaller count anywhere.

With mean :math:`m` and variance :math:`Dm` a count is Poisson where :math:`D = 1` and
else negative binomial with :math:`r = m / (D - 1)`; the ratio of two weights that
follow each other is

.. math:: \frac{p_{k+1}}{p_k} = \frac{(D - 1)(r + k)}{D (k + 1)}
          = \frac{m + (D - 1) k}{D (k + 1)}

in both cases.  The weights are laid over all counts beyond which less than
:math:`2^{-60}` of either tail lies, by the sub-gaussian lower and the sub-gamma upper
bound (Boucheron, Lugosi and Massart 2013, ch. 2), and then sum to 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MOST_SCATTERED: Final = 1_024
"""Largest dispersion of people who come one by one.

Above it they come in groups, as small as makes that of the groups no larger; the
variance is then too large by less than one part in so many.
"""

_TAIL: Final = 42.0
"""exp(-42) is below 2 to the power -60."""

_CELLS: Final = 1 << 22
"""Weights that are laid at a time."""


def quantiles(uniform: Floats, mean: Floats, dispersion: Floats) -> Ints:
    """Return counts, shape ``(N, R)``.

    Parameters
    ----------
    uniform
        Numbers from 0 to below 1, shape ``(N, R)``.
    mean, dispersion
        Mean, and variance over mean (at least 1), of each column, shape ``(R,)``.
    """
    group = np.ceil(dispersion / MOST_SCATTERED)
    mean, dispersion = mean / group, 1 + (dispersion - 1) / group
    if (mean == mean[0]).all() and (dispersion == dispersion[0]).all():
        low, below = _distribution(mean[:1], dispersion[:1])
        counts = low + np.searchsorted(below[0], uniform, side="right")
    else:
        counts = np.empty(uniform.shape, dtype=np.int64)
        low, high = _window(mean, dispersion)
        by_width = np.argsort(high - low, kind="stable")
        begin = 0
        while begin < len(by_width):
            widths = (high - low)[by_width[begin:]] + 1
            cells = widths * np.arange(1, len(widths) + 1)
            end = begin + max(1, int((cells <= _CELLS).sum()))
            columns = by_width[begin:end]
            least, below = _distribution(mean[columns], dispersion[columns])
            for column, first, table in zip(columns, least, below, strict=True):
                places = np.searchsorted(table, uniform[:, column], side="right")
                counts[:, column] = first + places
            begin = end
    return (counts * group).astype(np.int64)


def _window(mean: Floats, dispersion: Floats) -> tuple[Ints, Ints]:
    """Return the least and the largest count that is considered, ``(R,)`` each."""
    away = np.sqrt(2 * _TAIL * mean * dispersion)
    low = np.maximum(np.floor(mean - away), 0)
    high = np.ceil(mean + away + _TAIL * dispersion)
    return low.astype(np.int64), high.astype(np.int64)


def _distribution(mean: Floats, dispersion: Floats) -> tuple[Ints, Floats]:
    """Return the least counts, ``(R,)``, and the distribution from them, ``(R, W)``."""
    low, high = _window(mean, dispersion)
    count = low[:, None] + np.arange((high - low).max() + 1)
    rising = mean[:, None] + (dispersion - 1)[:, None] * count[:, :-1]
    weight = np.zeros(count.shape)
    with np.errstate(divide="ignore"):
        ratio = np.log(rising / (dispersion[:, None] * count[:, 1:]))
    np.cumsum(ratio, axis=1, out=weight[:, 1:])
    weight = np.exp(weight - weight.max(axis=1, keepdims=True))
    below = np.cumsum(weight, axis=1)
    return low, below / below[:, -1:]
