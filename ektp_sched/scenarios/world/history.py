r"""What a history says about a rate, with its uncertainty.

Arrivals: the cards of class :math:`k` in :math:`T` worked days, :math:`n_k`,
with variance :math:`D` times the mean, inform its rate like a Poisson count
of :math:`n_k/D` in :math:`T/D` days (quasi-likelihood, McCullagh and Nelder
1989, ch. 9).  With a gamma prior of shape :math:`a` and rate :math:`b` the
posterior is :math:`\Gamma(a + n_k/D,\ b + T/D)`.  :math:`D` is estimated from the
daily totals by Pearson's statistic over :math:`T-1`, at least 1, and drawn as a
scaled inverse chi-square with as many degrees of freedom.

Breakdowns: each worked day on whose morning a resource was up is a trial of
failing, each on which it was down one of being repaired, so that beta priors
give beta posteriors.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ArrivalFit", "BreakdownFit", "fit_arrivals", "transitions"]


@dataclass(frozen=True, slots=True)
class ArrivalFit:
    """Arrivals of some worked days.

    Parameters
    ----------
    classes
        Names, the office's in its order.
    cards
        Cards by class in all days together.
    days
        Worked days, at least 2.
    dispersion
        Estimated variance over mean of the daily total, from 1.
    prior
        Shape and rate of the gamma prior of each class's rate.
    """

    classes: tuple[str, ...]
    cards: tuple[int, ...]
    days: int
    dispersion: float
    prior: tuple[float, float]

    def dispersions(
        self, generator: np.random.Generator, size: int
    ) -> NDArray[np.float64]:
        """Return one dispersion a replication, shape (size,), from 1."""
        degrees = self.days - 1
        drawn = self.dispersion * degrees / generator.chisquare(degrees, size)
        return np.maximum(drawn, 1.0)

    def means(self) -> dict[str, Fraction]:
        """Return the posterior mean of each class's daily count."""
        shape, rate = (Fraction(part) for part in self.prior)
        by = Fraction(self.dispersion)
        return {
            name: (shape + seen / by) / (rate + self.days / by)
            for name, seen in zip(self.classes, self.cards, strict=True)
        }

    def rates(
        self, name: str, generator: np.random.Generator, by: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return one mean of a class's daily count a replication.

        Parameters
        ----------
        name
            The class.
        generator
            The class's own stream.
        by
            Dispersion of each replication, shape (R,).
        """
        shape, rate = self.prior
        seen = self.cards[self.classes.index(name)]
        return generator.gamma(shape + seen / by) / (rate + self.days / by)


@dataclass(frozen=True, slots=True)
class BreakdownFit:
    """What was seen of one resource.

    Parameters
    ----------
    failures, days_up
        Failures, and worked days on whose morning it was up.
    repairs, days_down
        Repairs, and worked days on whose morning it was down.
    failure_prior, repair_prior
        Parameters of the beta priors.
    """

    failures: int
    days_up: int
    repairs: int
    days_down: int
    failure_prior: tuple[float, float]
    repair_prior: tuple[float, float]

    @property
    def means(self) -> tuple[float, float]:
        """Posterior means of the chances of failure and of repair."""
        (a, b), (c, d) = self.failure_prior, self.repair_prior
        return (
            (a + self.failures) / (a + b + self.days_up),
            (c + self.repairs) / (c + d + self.days_down),
        )

    def chances(
        self, generator: np.random.Generator, size: int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return chances of failure and of repair, one each a replication."""
        a, b = self.failure_prior
        failure = generator.beta(
            a + self.failures, b + self.days_up - self.failures, size
        )
        a, b = self.repair_prior
        repair = generator.beta(
            a + self.repairs, b + self.days_down - self.repairs, size
        )
        return failure, repair


def fit_arrivals(
    classes: tuple[str, ...], cards: NDArray[np.int64], prior: tuple[float, float]
) -> ArrivalFit:
    """Return what daily counts say about the rates.

    Parameters
    ----------
    classes
        Names, K.
    cards
        Cards by class and worked day, shape (K, T), T at least 2.
    prior
        Shape and rate of the gamma prior.
    """
    total = cards.sum(axis=0)
    days, mean = len(total), total.mean()
    spread = ((total - mean) ** 2).sum() / mean / (days - 1) if mean else 1.0
    return ArrivalFit(
        classes=classes,
        cards=tuple(int(count) for count in cards.sum(axis=1)),
        days=days,
        dispersion=max(1.0, float(spread)),
        prior=prior,
    )


def transitions(up: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return failures, days up, repairs and days down of a daily record.

    The first day tells only in which state the second one began.

    Parameters
    ----------
    up
        Whether the resource worked, shape (T,), one entry a worked day.
    """
    before, after = up[:-1], up[1:]
    return (
        int((before & ~after).sum()),
        int(before.sum()),
        int((~before & after).sum()),
        int((~before).sum()),
    )
