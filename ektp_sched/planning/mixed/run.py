"""Solve a laid program: fractions first, then whole numbers near them.

The relaxation gives the bound.  Its switches and uses are rounded, it is
solved again, and whole numbers next to the fractions make a first plan.  What
is still between the two is searched by branch and bound, so many nodes, among
the choices that a better plan could take at all.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.mixed.atoms import with_sums, with_sums_held
from ektp_sched.planning.mixed.call import branch
from ektp_sched.planning.mixed.master import cheapest, decided, raised
from ektp_sched.planning.mixed.relax import Relaxed, relax, whole_bound

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ektp_sched.arrays import Bools, Floats, Ints
    from ektp_sched.planning.mixed.master import Past
    from ektp_sched.planning.mixed.matrix import Matrix
    from ektp_sched.planning.mixed.model import Laid
    from ektp_sched.planning.mixed.relax import Cut


_NODES = 20_000
"""Nodes of the search where no time limit is set: the same answer every time."""

_SHORT = 300
"""Nodes of a search that only has to find something good."""

_LONG = 30
"""Nodes of a search among many variables, where each takes seconds."""

_MANY = 20_000
"""Variables from which on decisions are searched before all of them."""

_CLOSE = 1e-5
"""A gap, as a part of the value, that decisions alone are not searched for."""

_WIDER = (0.0, 1e-7, 1e-6, 1e-5, 1e-4, math.inf)
"""How far above the bound, as a part of it, choices are looked at in turn."""

_NEAR = 1e-6

_DIVES = 40
"""Programs with fractions in one dive at most."""

_SLIGHT = 0.4
"""What all switches together are worth where it decides between equals."""

_SURE = 0.02
"""What is so near to a whole number is settled at once."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a solve ended."""

    slots: Ints | None  # cards of each kind in each column
    uses: Ints | None  # those that are taken
    value: float  # what the solver says of the objective
    # No solution comes below it, as the solver says, rounded up; `None` if it says
    # nothing.
    bound: int | None
    infeasible: bool  # whether there is none
    values: Floats | None = None  # every variable
    yes: Ints | None = None  # uses and switches
    relaxed: Relaxed | None = None  # the solution with fractions, if one was sought
    cuts: tuple[Cut, ...] = ()  # what was learnt of decisions


def minimise(
    laid: Laid,
    seconds: float | None = None,
    known: Ints | None = None,
    past: Sequence[Past] = (),
    *,
    searched: bool = True,
) -> Ended:
    """Return the best solution found, and what no solution comes below.

    The objective is a whole number in every solution.  ``known`` are uses and switches
    of some solution, ``past`` programs of the tiers before and the values that they are
    held at.  Unless ``searched``, better ones are sought near the fractions alone.
    """
    end = None if seconds is None else time.monotonic() + seconds
    done = None if known is None else _own(laid, known, past)
    if done is not None:
        return done
    relaxed = relax(laid)
    if relaxed is None:
        return Ended(None, None, 0.0, 0, infeasible=True)
    bound: float = relaxed.bound
    best = _near(laid, relaxed, end, known)
    if best is not None and not searched:
        return replace(best, bound=None, relaxed=relaxed)
    decisions = laid.switches[1] - laid.uses[0]
    if best is not None and decisions and _is_wide(relaxed, best):
        best, bound = _by_decisions(laid, relaxed, best, end, past)
    best, bound = _by_search(laid, relaxed, best, bound, end)
    if math.isinf(bound):
        return Ended(None, None, 0.0, 0, infeasible=True)
    if best is None:
        return Ended(None, None, 0.0, round(bound), infeasible=False)
    return replace(best, bound=round(min(bound, best.value)), relaxed=relaxed)


def _is_wide(relaxed: Relaxed, best: Ended) -> bool:
    """Return whether a solution is far from the bound, with many choices between."""
    gap = best.value - relaxed.bound
    many = relaxed.among(best.value - 1).sum() > _MANY
    return bool(many and gap > _CLOSE * abs(best.value))


def _by_search(
    laid: Laid, relaxed: Relaxed, best: Ended | None, bound: float, end: float | None
) -> tuple[Ended | None, float]:
    """Return the best solution and the bound of searches among more and more."""
    for wider in _WIDER:
        if best is not None and best.value < bound + 0.5:
            break
        most = relaxed.bound + wider * max(1, abs(relaxed.bound))
        last = best is not None and wider > 0
        if best is not None:
            most = best.value - 1 if last else min(most, best.value - 1)
        kept = relaxed.among(most)
        if best is not None and kept.sum() > _MANY:
            outcome = _by_sums(laid, kept, end, best)
        else:
            outcome = _search(laid, laid.matrix, kept, _left(end), best)
        # What the search did not look at is above so much.
        above: float | None = most + 1
        if not outcome.infeasible:
            above = None if outcome.bound is None else min(most + 1, outcome.bound)
        if above is not None:
            bound = max(bound, above if math.isinf(above) else whole_bound(above))
        if outcome.slots is not None and (best is None or outcome.value < best.value):
            best = replace(outcome, cuts=() if best is None else best.cuts)
        if last:
            break
    return best, bound


def _own(laid: Laid, known: Ints, past: Sequence[Past]) -> Ended | None:
    """Return the best decision of a tier of decisions alone, and what it comes to."""
    if laid.matrix.cost[: laid.choices].any() or not any(cuts for *_, cuts in past):
        return None
    point = cheapest(laid, past, known.astype(np.float64))
    if point is None:
        return None
    yes = slice(laid.uses[0], laid.switches[1])
    value = float(laid.matrix.cost[yes] @ point)
    if (point == known).all():
        return Ended(None, None, value, round(value), infeasible=False)
    settled = decided(laid, point)
    again = relax(settled)
    outcome = None if again is None else _rounded(settled, again, None)
    if outcome is None:
        return None
    return replace(outcome, bound=round(value))


def _by_decisions(
    laid: Laid,
    relaxed: Relaxed,
    best: Ended,
    end: float | None,
    past: Sequence[Past],
) -> tuple[Ended, int]:
    """Return the best solution, and a bound by what decisions alone can do."""
    bound = relaxed.bound
    while best.value > bound + 0.5 and best.yes is not None:
        yes = best.yes.astype(np.float64)
        least, point, cuts = raised(laid, relaxed, yes, best.value, past, end)
        bound = max(bound, whole_bound(least))
        best = replace(best, cuts=tuple(cuts))
        if point is None:
            break
        settled = decided(laid, point)
        again = relax(settled, relaxed.kept)
        outcome = None if again is None else _rounded(settled, again, end)
        if outcome is None or outcome.value >= best.value:
            break
        best = outcome
    return best, bound


def _left(end: float | None) -> float | None:
    return None if end is None else end - time.monotonic()


def feasible(laid: Laid) -> Ended:
    """Return any solution, or that there is none; the objective is a relief."""
    every = np.ones(len(laid.matrix.cost), dtype=bool)
    return _search(laid, laid.matrix, every, None, None)


def _near(
    laid: Laid, relaxed: Relaxed, end: float | None, known: Ints | None
) -> Ended | None:
    """Return a whole solution next to a fractional one, if there is one."""
    yes = slice(laid.uses[0], laid.switches[1])
    for point in _points(laid, relaxed, end, known):
        settled = decided(laid, point)
        again: Relaxed | None = relaxed
        if not np.allclose(relaxed.values[yes], point, atol=_NEAR):
            again = relax(settled, relaxed.kept)
        outcome = None if again is None else _rounded(settled, again, end)
        if outcome is not None:
            return outcome
    return None


def _points(
    laid: Laid, relaxed: Relaxed, end: float | None, known: Ints | None
) -> Iterator[Floats]:
    """Yield uses and switches that may be part of a good solution."""
    yes = slice(laid.uses[0], laid.switches[1])
    values = relaxed.values[yes]
    point = np.rint(values)
    if np.allclose(values, point, atol=_NEAR):
        yield point
    else:
        dived = _dive(laid, relaxed) if laid.sums[0] < laid.sums[1] else None
        if dived is not None:
            yield dived
        # With cards in parts a search is short, and its answer seldom far off.
        whole = laid.matrix.whole.copy()
        whole[slice(*laid.slots)] = False
        matrix = replace(laid.matrix, whole=whole)
        outcome = _search(laid, matrix, relaxed.kept, _left(end), nodes=_SHORT)
        if outcome.yes is not None:
            point = outcome.yes.astype(np.float64)
            yield point
    if known is not None and not (known == point).all():
        yield known.astype(np.float64)


def _dive(laid: Laid, relaxed: Relaxed) -> Floats | None:
    """Return uses and switches as good as any fractions; ``None`` if it fails.

    Switches are on where that costs nothing.  Of what is in parts, the nearest to a
    whole number is settled, and again.
    """
    first, end = laid.switches
    matrix, yes = laid.matrix, slice(laid.uses[0], end)
    cost, low, high = matrix.cost.copy(), matrix.low.copy(), matrix.high.copy()
    cost[first:end] -= _SLIGHT / (end - first)
    for _ in range(_DIVES):
        tried = replace(laid, matrix=replace(matrix, cost=cost, low=low, high=high))
        again = relax(tried, relaxed.kept)
        if again is None or matrix.cost @ again.values > relaxed.bound + 0.5:
            return None
        values = again.values[yes]
        part = np.abs(values - np.rint(values))
        if (part < _NEAR).all():
            return np.rint(values)
        part[part < _NEAR] = 1
        settled = np.flatnonzero(part <= max(part.min(), _SURE))
        low[yes][settled] = high[yes][settled] = np.rint(values[settled])
    return None


def _rounded(laid: Laid, relaxed: Relaxed, end: float | None) -> Ended | None:
    """Return a whole solution with uses and switches settled, if there is one."""
    taken = np.bincount(laid.owner, relaxed.values[: laid.choices], len(laid.size))
    if not np.allclose(taken, laid.size, atol=_NEAR):
        # The solver gave up; its prices are a bound, but this is no solution.
        return None
    slots = slice(*laid.slots)
    low = np.floor(relaxed.values[slots] + _NEAR)
    high = np.ceil(relaxed.values[slots] - _NEAR)
    if (low == high).all():
        return _outcome(laid, relaxed.values, relaxed.value, None)
    if laid.sums[0] < laid.sums[1]:
        narrow = _near_sums(laid, relaxed)
    else:
        narrow = _bounded(laid.matrix, slots, low, high)
    best = _search(laid, narrow, relaxed.kept, _left(end), nodes=_SHORT)
    if best.slots is None:
        best = _by_sums(laid, relaxed.kept, end)
    for wider in _WIDER[:-1]:
        if best.slots is not None and (wider or best.value < relaxed.bound + 0.5):
            break
        kept = relaxed.among(relaxed.bound * (1 + wider))
        outcome = _search(laid, laid.matrix, kept, _left(end), best, nodes=_SHORT)
        if outcome.slots is not None:
            best = outcome
    return None if best.slots is None else best


def _by_sums(
    laid: Laid, kept: Bools, end: float | None, known: Ended | None = None
) -> Ended:
    """Search for the best whole sums of what the rules count, and days near them.

    That days may be in parts makes the bound no worse than that of fractions.
    """
    summed = with_sums(laid)
    if summed is None:
        return _search(laid, laid.matrix, kept, _left(end), known, nodes=_LONG)
    count = len(kept)
    every = np.append(kept, np.ones(len(summed.cost) - count, dtype=bool))
    outcome = _search(laid, summed, every, _left(end), nodes=_SHORT)
    if outcome.values is None:
        return outcome
    held = with_sums_held(laid, summed, outcome.values)
    near = _search(laid, held, every, _left(end), nodes=_SHORT)
    if near.values is None:
        # The atoms are no variables of the program that a next search starts in.
        return replace(outcome, slots=None, values=None)
    return replace(near, values=near.values[:count], bound=outcome.bound)


def _near_sums(laid: Laid, relaxed: Relaxed) -> Matrix:
    """Return the program with sums of cards next to those of fractions."""
    sums = slice(*laid.sums)
    low = np.floor(relaxed.values[sums] + _NEAR) - 1
    high = np.ceil(relaxed.values[sums] - _NEAR) + 1
    return _bounded(laid.matrix, sums, np.maximum(0, low), high)


def _bounded(matrix: Matrix, variables: slice, low: Floats, high: Floats) -> Matrix:
    """Return the program with some variables within narrower bounds."""
    lows, highs = matrix.low.copy(), matrix.high.copy()
    lows[variables], highs[variables] = low, high
    return replace(matrix, low=lows, high=highs)


def _search(
    laid: Laid,
    matrix: Matrix,
    kept: Bools,
    seconds: float | None,
    known: Ended | None = None,
    nodes: int = _NODES,
) -> Ended:
    """Branch and bound over some variables; the others are 0."""
    if laid.stuck:
        return Ended(None, None, 0.0, 0, infeasible=True)
    answer = branch(
        matrix,
        kept,
        seconds=seconds,
        nodes=nodes if seconds is None or nodes < _NODES else None,
        near=0.9,
        start=None if known is None else known.values,
    )
    if answer.infeasible:
        return Ended(None, None, 0.0, 0, infeasible=True)
    bound = None if answer.bound is None else whole_bound(answer.bound)
    if answer.values is None:
        return Ended(None, None, 0.0, bound, infeasible=False)
    return _outcome(laid, answer.values, answer.value, bound)


def _outcome(laid: Laid, values: Floats, value: float, bound: int | None) -> Ended:
    """Return a solution, its whole numbers rounded."""
    return Ended(
        np.rint(values[slice(*laid.slots)]).astype(np.int64),
        np.rint(values[slice(*laid.uses)]).astype(np.int64),
        value,
        bound,
        infeasible=False,
        values=values,
        yes=np.rint(values[laid.uses[0] : laid.switches[1]]).astype(np.int64),
    )
