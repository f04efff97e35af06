"""Search over uses and switches alone, by what prices say of them.

Any prices of the rows give a bound that is linear in uses and switches: a *cut*.
A small program over these alone, in which every cut holds, proposes a decision;
the laid program is solved with fractions half-way between it and the best known,
and its prices are the next cut.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.mixed.call import branch
from ektp_sched.planning.mixed.matrix import Matrix
from ektp_sched.planning.mixed.relax import Cut, Relaxed, relax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.arrays import Floats
    from ektp_sched.planning.mixed.model import Laid

    Past = tuple[Laid, int, Sequence[Cut]]

_CUTS = 60
"""Proposals in one search at most."""


def decided(laid: Laid, values: Floats) -> Laid:
    """Return the program with uses and switches settled."""
    yes = slice(laid.uses[0], laid.switches[1])
    low, high = laid.matrix.low.copy(), laid.matrix.high.copy()
    low[yes] = high[yes] = values
    return replace(laid, matrix=replace(laid.matrix, low=low, high=high))


def raised(
    laid: Laid,
    relaxed: Relaxed,
    best: Floats,
    value: float,
    past: Sequence[Past],
    end: float | None = None,
) -> tuple[float, Floats | None, list[Cut]]:
    """Return a better bound, a decision that may come below a value, and the cuts.

    ``best`` are uses and switches of the best solution known, and ``value`` what it
    comes to; ``past`` are the tiers before.  After ``end`` nothing more is learnt.
    """
    cuts, held, kept, bound = [relaxed.cut], list[Cut](), relaxed.kept, relaxed.least
    point: Floats = best
    last = best
    for _ in range(_CUTS):
        if end is not None and time.monotonic() >= end:
            break
        learnt = relax(decided(laid, point), kept)
        if learnt is not None:
            cuts.append(learnt.cut)
            kept = kept | learnt.kept
        proposed = _possible(laid, cuts, held, past)
        if proposed is None:
            break
        bound = max(bound, max(cut.at(proposed) for cut in cuts))
        if bound > value - 0.5 or (learnt is None and (proposed == last).all()):
            break
        if learnt is not None and (point == last).all() and learnt.value < value - 0.5:
            return bound, point, cuts
        # Half-way first; what that does not exclude is looked at itself.
        again = (proposed == last).all()
        point = proposed if again else (proposed + best) / 2
        last = proposed
    return bound, None, cuts


def cheapest(laid: Laid, past: Sequence[Past], known: Floats) -> Floats | None:
    """Return the best decision of a tier of decisions alone, if cuts can tell.

    Nothing but uses has a cost in the program; ``known`` is a decision that keeps the
    tiers before.
    """
    held = [
        Cut(cut.constant - most, cut.slope) for _, most, cuts in past for cut in cuts
    ]
    return _possible(laid, (), held, past, known)


def _possible(
    laid: Laid,
    cuts: Sequence[Cut],
    held: list[Cut],
    past: Sequence[Past],
    known: Floats | None = None,
) -> Floats | None:
    """Return the best decision by the cuts that keeps the tiers before."""
    cost = laid.matrix.cost[laid.uses[0] : laid.switches[1]]
    for _ in range(_CUTS):
        proposed = propose(laid, [*cuts, *held], len(held))
        if proposed is None:
            return None
        if known is not None and cost @ proposed > cost @ known - 0.5:
            # As good as one that is known to keep them: no need to look.
            return known
        for before, most, _ in past:
            cut = _told(before, proposed)
            if cut is not None and cut.at(proposed) > most + 0.5:
                held.append(Cut(cut.constant - most, cut.slope))
                break
        else:
            return proposed
    return None


def _told(laid: Laid, yes: Floats) -> Cut | None:
    """Return what a tier's prices at a decision say; ``None`` if it has none."""
    if not laid.matrix.cost[: laid.choices].any():
        return Cut(0.0, laid.matrix.cost[laid.uses[0] : laid.switches[1]])
    relaxed = relax(decided(laid, yes))
    return None if relaxed is None else relaxed.cut


def propose(laid: Laid, cuts: Sequence[Cut], held: int) -> Floats | None:
    """Return the decision that the cuts call the best; ``None`` if there is none.

    The last ``held`` cuts may not be above 0; those before bound the objective.
    """
    matrix = _master(laid, cuts, len(cuts) - held)
    kept = np.ones(len(matrix.cost), dtype=bool)
    answer = branch(matrix, kept)
    if answer.values is None:
        return None
    yes: Floats = np.rint(answer.values[:-1])
    return yes


def _master(laid: Laid, cuts: Sequence[Cut], bounds: int) -> Matrix:
    """Lay uses, switches and the objective above the first cut's constant."""
    whole, first, end = laid.matrix, laid.uses[0], laid.switches[1]
    count = end - first
    yes = (whole.column >= first) & (whole.column < end)
    own = laid.own_rows
    at = yes & own[whole.row]
    number = np.cumsum(own) - 1
    scales = [max(1.0, float(np.abs(cut.slope).max()) / 1e3) for cut in cuts]
    scales[:bounds] = [max(scales[:bounds], default=1.0)] * bounds
    floors = [cuts[0].constant if cuts else 0.0] * bounds + [0.4] * (len(cuts) - bounds)
    parts = list(zip(cuts, scales, floors, strict=True))
    above = [-1.0] * bounds + [0.0] * (len(cuts) - bounds)
    slopes = [
        np.append(cut.slope / scale, sign)
        for (cut, scale, _), sign in zip(parts, above, strict=True)
    ]
    most = [(floor - cut.constant) / scale for cut, scale, floor in parts]
    rows = int(own.sum()) + np.repeat(np.arange(len(cuts)), count + 1)
    columns = np.tile(np.arange(count + 1), len(cuts))
    return Matrix(
        cost=np.append(whole.cost[first:end], float(bounds > 0)),
        low=np.append(whole.low[first:end], -math.inf if bounds else 0.0),
        high=np.append(whole.high[first:end], math.inf if bounds else 0.0),
        whole=np.append(np.ones(count, dtype=bool), False),
        row=np.append(number[whole.row[at]], rows),
        column=np.append(whole.column[at] - first, columns),
        value=np.concatenate([whole.value[at], *slopes]),
        least=np.append(whole.least[own], np.full(len(cuts), -math.inf)),
        most=np.append(whole.most[own], most),
    )
