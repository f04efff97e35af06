"""Shares as fractions of small whole numbers, against every such fraction."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ektp_sched.planning.mixed.shares import just_above, just_below

SHARES = st.fractions(0, 1) | st.decimals(0, 1, places=20).map(Fraction)


@given(SHARES, st.integers(1, 40))
def test_they_are_the_nearest_on_either_side(share: Fraction, most: int) -> None:
    every = {Fraction(n, d) for d in range(1, most + 1) for n in range(d + 1)}
    assert just_below(share, most) == max(one for one in every if one <= share)
    assert just_above(share, most) == min(one for one in every if one >= share)


@given(SHARES, st.integers(1, 60), st.data())
def test_of_so_few_cards_they_say_the_same_as_the_share(
    share: Fraction, most: int, data: st.DataObject
) -> None:
    cards = data.draw(st.integers(0, most))
    part = data.draw(st.integers(0, cards))
    assert (part <= share * cards) == (part <= just_below(share, most) * cards)
    assert (part >= share * cards) == (part >= just_above(share, most) * cards)
