"""Shares as fractions of small whole numbers that say the same."""

from __future__ import annotations

from fractions import Fraction


def just_below(share: Fraction, most: int) -> Fraction:
    """Return the largest fraction up to a share with a denominator up to a number.

    Of so many cards at most, a part is at most the share exactly if it is at
    most this fraction: the part is itself one with such a denominator.  So a
    share of many decimals costs a solver of floats no digits.
    """
    return min(_neighbours(share, most))


def just_above(share: Fraction, most: int) -> Fraction:
    """Return the least fraction from a share on with a denominator up to a number.

    Of so many cards at most, a part is at least the share exactly if it is at least
    this fraction; see ``just_below``.
    """
    return max(_neighbours(share, most))


def _neighbours(share: Fraction, most: int) -> tuple[Fraction, Fraction]:
    """Return the neighbours of a share in the Farey sequence of an order.

    They are the last convergent of its continued fraction, and the last
    intermediate one (Hardy and Wright, *An Introduction to the Theory of
    Numbers*, ch. 3 and 10).
    """
    if share.denominator <= most:
        return share, share
    before, last = (0, 1), (1, 0)
    above, below = share.numerator, share.denominator
    while True:
        whole = above // below
        denominator = before[1] + whole * last[1]
        if denominator > most:
            break
        before, last = last, (before[0] + whole * last[0], denominator)
        above, below = below, above - whole * below
    times = (most - before[1]) // last[1]
    between = (before[0] + times * last[0], before[1] + times * last[1])
    return Fraction(*last), Fraction(*between)
