"""Draws: their distributions, and what leaves them as they are.

Statistical tests are exact in their error probability or allow 5.5 standard
errors; each would refuse a right program with a chance below 1e-6.  Seeds are
fixed, so that no run differs from another.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from math import exp, lgamma, log, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scenario_cases import START, desk, scenarios, world

from ektp_sched.errors import UsageError
from ektp_sched.office import calendar
from ektp_sched.scenarios import BLOCK, NewResource
from ektp_sched.scenarios.world.draws import stream, triangular

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Z = 5.5
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MIX = {"emergency": Fraction(1, 10), "routine": Fraction(9, 10)}
NUMBERS = {"mix": {"routine": 1}}


def dkw(size: int) -> float:
    """Distance of an empirical distribution from its own, exceeded with 1e-7.

    Dvoretzky–Kiefer–Wolfowitz with Massart's constant: 2·exp(−2·n·ε²).
    """
    return sqrt(log(2e7) / (2 * size))


def furthest(
    values: NDArray[Any], cdf: Callable[[int], float], least: int, most: int
) -> float:
    """Largest distance between the share of values up to k and cdf(k)."""
    return max(
        abs(float((values <= k).mean()) - cdf(k)) for k in range(least, most + 1)
    )


def new(**changes: Any) -> NewResource:
    first = (date(2017, 10, 1), date(2017, 10, 20), date(2018, 2, 1))
    usual: dict[str, Any] = {"id": "n", "kind": "servers", "cards": (600, 650, 700)}
    return NewResource(**(usual | {"first": first, "replaces": ()} | changes))


# Distributions.


def test_triangular_quantiles_by_hand() -> None:
    at = np.array([0, 0.125, 0.5, 0.875, 1])
    assert triangular(at, 0, 1, 2) == pytest.approx([0, 0.5, 1, 1.5, 2])
    assert triangular(at, 5, 5, 5).tolist() == [5] * 5
    assert triangular(np.array([0.75]), 0, 0, 1) == pytest.approx([0.5])
    assert triangular(np.array([0.25]), 0, 1, 1) == pytest.approx([0.5])


def cdf(x: float, low: float, likely: float, high: float) -> float:
    if x <= low or x >= high:
        return float(x >= high)
    if x < likely:
        return (x - low) ** 2 / (high - low) / (likely - low)
    return 1 - (high - x) ** 2 / (high - low) / (high - likely)


def test_cards_a_day_are_triangular_and_whole() -> None:
    found = scenarios()
    drawn = np.concatenate(
        [world(found, block=b, size=BLOCK).cards(new()) for b in range(30)]
    )
    assert drawn.min() >= 600
    assert drawn.max() < 700
    # Floored: at most k means below k + 1.
    gap = furthest(drawn, lambda k: cdf(k + 1, 600, 650, 700), 600, 700)
    assert gap <= dkw(len(drawn))


def test_first_days_are_triangular_and_whole() -> None:
    found = scenarios()
    drawn = np.concatenate(
        [world(found, block=b, size=BLOCK).first(new()) for b in range(30)]
    )
    low, likely, high = 19, 38, 142
    assert drawn.min() >= low
    assert drawn.max() <= high
    gap = furthest(drawn, lambda k: cdf(k + 0.5, low, likely, high), low, high)
    assert gap <= dkw(len(drawn))


def test_certain_numbers_are_not_drawn() -> None:
    certain = new(cards=(7, 7, 7), first=(date(2017, 10, 1),) * 3)
    block = world(scenarios())
    assert certain.is_certain
    assert set(block.cards(certain).tolist()) == {7}
    assert set(block.first(certain).tolist()) == {19}
    assert set(block.first(new(first=None)).tolist()) == {0}


def poisson(mean: float) -> Callable[[int], float]:
    return lambda k: sum(
        exp(j * log(mean) - mean - lgamma(j + 1)) for j in range(k + 1)
    )


def negative_binomial(mean: float, dispersion: float) -> Callable[[int], float]:
    """Of mean m and variance D·m: m/(D−1) successes of chance 1/D."""
    r = mean / (dispersion - 1)
    start = r * log(1 / dispersion)
    odds = log(1 - 1 / dispersion)
    return lambda k: sum(
        exp(lgamma(r + j) - lgamma(r) - lgamma(j + 1) + start + j * odds)
        for j in range(k + 1)
    )


@pytest.mark.parametrize("dispersion", [1, Fraction(5, 2), 8])
def test_arrivals_have_the_stated_distribution(dispersion: Any) -> None:
    rules = {"per_working_day": 12, "dispersion": float(dispersion)}
    found = scenarios({"arrivals": rules | NUMBERS})
    block = world(found, days=42, size=BLOCK)
    worked = calendar(desk(), START, 42).open
    cards = block.arrivals.cards[1][:, worked].ravel()
    law = poisson(12) if dispersion == 1 else negative_binomial(12, float(dispersion))
    assert len(cards) == 30_000
    assert furthest(cards, law, 0, 60) <= dkw(len(cards))


def test_shares_and_total_have_the_stated_moments() -> None:
    """Each class and the total have the mean, and D times it as variance."""
    mix = {name: float(share) for name, share in MIX.items()}
    rules = {"per_working_day": 40, "dispersion": 3, "mix": mix}
    office = desk(calendar={"workdays": EVERY_DAY})
    cards = world(
        scenarios({"arrivals": rules}, office=office), days=100, size=BLOCK
    ).arrivals.cards
    both = [(cards[0], 4.0), (cards[1], 36.0), (cards.sum(axis=0), 40.0)]
    for counts, mean in both:
        x = counts.astype(np.float64).ravel()
        assert abs(x.mean() - mean) <= Z * sqrt(3 * mean / x.size)
        away = (x - mean) ** 2
        assert abs(away.mean() - 3 * mean) <= Z * away.std() / sqrt(x.size)
    # Days and futures are independent of each other.
    total = cards.sum(axis=0).astype(np.float64) - 40
    for pairs in (total[:, 1:] * total[:, :-1], total[1:] * total[:-1]):
        assert abs(pairs.mean()) <= Z * pairs.std() / sqrt(pairs.size)


def test_nobody_comes_on_closed_days_or_without_arrivals() -> None:
    found = scenarios({"arrivals": {"per_working_day": 50} | NUMBERS})
    cards = world(found).arrivals.cards
    worked = calendar(desk(), START, 28).open
    assert not cards[:, :, ~worked].any()
    assert cards[1][:, worked].all()
    assert not cards[0].any()
    none = world(scenarios()).arrivals
    assert none.classes == ("emergency", "routine")
    assert none.cards.shape == (2, 50, 28)
    assert none.cards.dtype == np.int32
    assert not none.cards.any()


def breaking(between: float, down: float, **named: Any) -> Any:
    rules = {"mean_days_between": between, "mean_days_down": down}
    return scenarios({"breakdowns": {"server-1": rules}}, **named)


def up(found: Any, days: int = 200, **changes: Any) -> NDArray[np.bool_]:
    worked = changes.pop("worked", np.ones(days, dtype=np.bool_))
    first = changes.pop("first", 0)
    block = world(found, days=days, size=BLOCK, **changes)
    state = block.up("server-1", worked, first)
    assert state is not None
    return state


def test_failures_and_repairs_are_geometric() -> None:
    """Each worked day is one trial of the stated chance, whatever was before."""
    state = up(breaking(20, 4), days=400)
    before = np.vstack([np.ones(BLOCK, dtype=np.bool_), state[:-1]])
    for morning, chance in ((before, 1 / 20), (~before, 1 / 4)):
        trials = int(morning.sum())
        off = abs(int((morning & (state != before)).sum()) - trials * chance)
        assert off <= Z * sqrt(trials * chance * (1 - chance))


def test_spells_have_the_stated_means_and_distribution() -> None:
    """Lengths of first spells up and down against the geometric law, by DKW."""
    states = np.hstack([up(breaking(5, 3), block=b) for b in range(10)])
    failed = (~states).argmax(axis=0)  # days up before the first failure
    assert (~states).any(axis=0).all()
    assert furthest(failed, lambda k: 1 - (4 / 5) ** (k + 1), 0, 60) <= dkw(10_000)
    after = np.array([s[f:].argmax() for s, f in zip(states.T, failed, strict=True)])
    assert furthest(after, lambda k: 1 - (2 / 3) ** k, 1, 60) <= dkw(10_000)
    assert abs(after.mean() - 3) <= Z * sqrt(6 / 10_000)


def test_share_of_days_up_follows_the_markov_chain() -> None:
    state = up(breaking(10, 2), days=60)
    chance = 1.0
    for day in range(60):
        chance = chance * (1 - 1 / 10) + (1 - chance) / 2
        off = abs(int(state[day].sum()) - BLOCK * chance)
        assert off <= 6 * sqrt(BLOCK * chance * (1 - chance))  # 60 tests: 1.2e-7


def test_certain_chances_alternate() -> None:
    state = up(breaking(1, 1), days=5)
    assert state.T.tolist() == [[False, True, False, True, False]] * BLOCK


def test_closed_days_change_nothing() -> None:
    worked = np.array([True, False, False, True, True])
    state = up(breaking(1, 1), days=5, worked=worked)
    assert state[:, 0].tolist() == [False, False, False, True, False]


def test_what_is_new_is_up_before_its_first_day() -> None:
    state = up(breaking(1, 1), days=4, first=np.arange(BLOCK) % 3)
    assert state[:, 0].tolist() == [False, True, False, True]
    assert state[:, 1].tolist() == [True, False, True, False]
    assert state[:, 2].tolist() == [True, True, False, True]


def test_what_has_no_law_never_fails() -> None:
    assert world(scenarios()).up("server-1", np.ones(28, dtype=np.bool_)) is None


# Common random numbers.


def test_streams_are_told_apart_by_their_names() -> None:
    names = [
        ("a", "b"),
        ("ab", ""),
        ("a", ""),
        ("b", "a"),
    ]
    first = [stream(1, 0, *name).random() for name in names]
    first += [stream(2, 0, "a").random(), stream(1, 1, "a").random()]
    assert len(set(first)) == len(first)
    assert stream(1, 0, "a", "b").random() == first[0]


def test_a_seed_means_the_same_for_ever() -> None:
    """These numbers may change only with a new meaning of seeds, announced."""
    first, second = stream(1, 0, "breakdown", "server-1").random(2).tolist()
    assert (first, second) == (0.37872127133721145, 0.14911778404620235)


def test_blocks_sizes_and_horizons_agree() -> None:
    rules = {"per_working_day": 30, "dispersion": 2} | NUMBERS
    found = scenarios(
        {
            "arrivals": rules,
            "breakdowns": {"server-1": {"mean_days_between": 9, "mean_days_down": 2}},
        }
    )
    long = world(found, days=60, size=BLOCK)
    short = world(found, days=20, size=7)
    assert (short.arrivals.cards == long.arrivals.cards[:, :7, :20]).all()
    worked = np.ones(60, dtype=np.bool_)
    one, other = long.up("server-1", worked), short.up("server-1", worked[:20])
    assert one is not None
    assert other is not None
    assert (other == one[:20, :7]).all()
    assert (short.cards(new()) == long.cards(new())[:7]).all()
    assert (short.first(new()) == long.first(new())[:7]).all()
    assert (world(found, block=1).cards(new()) != world(found).cards(new())).any()
    assert (world(found, seed=2).cards(new()) != world(found).cards(new())).any()


def test_another_class_leaves_the_arrivals_of_the_others() -> None:
    few = {"mix": {"routine": Fraction(1, 2), "emergency": Fraction(1, 2)}}
    more = {"urgency": {"urgent": {"target_days": 7}}}
    urgency = desk().model_dump()["urgency"] | more["urgency"]
    share = {k: float(v) for k, v in few["mix"].items()}
    one = world(scenarios({"arrivals": {"per_working_day": 9, "mix": share}}))
    other = world(
        scenarios(
            {"arrivals": {"per_working_day": 9, "mix": share}},
            office=desk(urgency={"urgent": urgency.pop("urgent")} | urgency),
        )
    )
    assert other.arrivals.classes == ("urgent", "emergency", "routine")
    assert other.arrivals.cards[1:].tobytes() == one.arrivals.cards.tobytes()


def test_people_come_on_the_baselines_working_days() -> None:
    saturdays = {"office": {"calendar": {"workdays": [*EVERY_DAY[:6]]}}}
    rules = {"arrivals": {"per_working_day": 50} | NUMBERS}
    saturday = (START + timedelta(days=4)).weekday() == 5
    assert saturday
    weekdays = world(scenarios(rules, sat=saturdays)).arrivals.cards
    assert not weekdays[:, :, 4].any()
    rules["baseline"] = "sat"  # type: ignore[assignment]
    assert world(scenarios(rules, sat=saturdays)).arrivals.cards[1, :, 4].all()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"size": 0}, "size is 0; it must be a whole number from 1 to 1,000"),
        ({"size": 1001}, "size is 1001; it must be a whole number from 1 to 1,000"),
        ({"seed": -1}, "seed is -1; it must be a whole number from 0 to"),
        ({"block": -1}, "block is -1; it must be a whole number from 0 to"),
        ({"days": 0}, "days is 0; it must be a whole number from 1 to 3,660"),
    ],
)
def test_numbers_out_of_range(changes: dict[str, int], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        world(scenarios(), **changes)
    assert str(caught.value).startswith(said)


def test_a_mix_that_nobody_knows() -> None:
    with pytest.raises(UsageError, match="the mix of the arrivals is not known"):
        world(scenarios({"arrivals": {"per_working_day": 5}}))
