"""Counts by inversion: the quantiles themselves, and that more is never fewer."""

from __future__ import annotations

from decimal import Decimal, localcontext
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.scenarios.world.inversion import MOST_SCATTERED, quantiles

MEANS = st.floats(0, 300, allow_subnormal=False)
SCATTERED = st.one_of(st.just(1.0), st.floats(1, 3 * MOST_SCATTERED))
UNIFORM = st.floats(0, 1, exclude_max=True)


def quantile(uniform: float, mean: float, dispersion: float) -> int:
    """The least count whose distribution function exceeds a number, to 60 digits."""
    with localcontext(prec=60):
        m, d, below = Decimal(mean), Decimal(dispersion), Decimal(0)
        weight = (-m if d == 1 else -m / (d - 1) * d.ln()).exp()
        count = 0
        while below + weight <= Decimal(uniform):
            below += weight
            weight *= (m + (d - 1) * count) / (d * (count + 1))
            count += 1
        return count


@pytest.mark.parametrize(
    ("mean", "dispersion"),
    [(0.02, 1), (3.5, 1), (90, 1), (700, 1), (0.3, 9), (45, 1.0001), (90, 2.5)],
)
def test_counts_are_the_exact_quantiles(mean: float, dispersion: float) -> None:
    uniform = np.concatenate(
        [np.random.default_rng(1).random(60), [2**-50, 1e-9, 1 - 1e-9, 1 - 2**-40]]
    )
    drawn = quantiles(uniform[:, None], np.array([mean]), np.array([dispersion]))
    wanted = [quantile(u, mean, dispersion) for u in uniform.tolist()]
    assert drawn[:, 0].tolist() == wanted


@given(
    st.lists(st.tuples(MEANS, MEANS, SCATTERED), min_size=1, max_size=8),
    st.lists(UNIFORM, min_size=1, max_size=20),
)
def test_a_larger_mean_never_draws_fewer(
    futures: list[tuple[float, float, float]], numbers: list[float]
) -> None:
    first, second, dispersion = np.array(futures).T
    uniform = np.repeat(np.array(numbers)[:, None], len(futures), axis=1)
    low = quantiles(uniform, np.minimum(first, second), dispersion)
    high = quantiles(uniform, np.maximum(first, second), dispersion)
    assert (low <= high).all()
    assert (low >= 0).all()


@given(
    st.lists(st.tuples(MEANS, SCATTERED), min_size=1, max_size=8),
    st.lists(UNIFORM, min_size=1, max_size=5),
)
def test_a_future_is_drawn_alike_whoever_else_is(
    futures: list[tuple[float, float]], numbers: list[float]
) -> None:
    mean, dispersion = np.array(futures).T
    uniform = np.repeat(np.array(numbers)[:, None], len(futures), axis=1)
    together = quantiles(uniform, mean, dispersion)
    alone = [
        quantiles(uniform[:, [at]], mean[[at]], dispersion[[at]])[:, 0]
        for at in range(len(futures))
    ]
    assert together.T.tolist() == [counts.tolist() for counts in alone]


def test_the_most_scattered_keep_mean_and_variance() -> None:
    size, mean, dispersion = 400_000, 40_000.0, 5e5
    uniform = (np.arange(size) + 0.5)[:, None] / size
    counts = quantiles(uniform, np.array([mean]), np.array([dispersion]))
    assert abs(counts.mean() / mean - 1) < 0.01
    assert abs(counts.std() / sqrt(mean * dispersion) - 1) < 0.01
