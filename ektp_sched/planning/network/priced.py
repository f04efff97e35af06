"""An office whose blanks have a price: what it takes of them at each, tier by tier.

Blanks of one card type come in *lots*, each on a day of its own.  An office may take as
many of a lot as it likes, at the lot's price.  That is a network again: its chain of
blanks is as wide as if it had taken all there are of each lot, and a blank that it does
not take stands in the chain like a card, from the lot's day on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.planning.network.flow import FlowSolver
from ektp_sched.planning.network.problem import (
    Face,
    TierProblem,
    exact_total,
    next_face,
    tier_problem,
)
from ektp_sched.planning.network.program import Arc, Program, build_program

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ektp_sched.arrays import Ints
    from ektp_sched.office import Capacity
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.objectives import Objective


@dataclass(frozen=True, slots=True)
class Answer:
    """The best that an office can do in a tier at some prices of blanks."""

    taken: tuple[int, ...]  # of each lot, in one of the best plans
    cost: int  # of that plan in the tier, blanks not counted, times ``times``
    prices: Ints  # of the network's nodes, (nodes,)
    face: Face  # what is left free


@dataclass(frozen=True, slots=True)
class PricedOffice:
    """The network of an office that may take of each lot of blanks what it likes."""

    program: Program  # the last columns are blanks left where they are, one a lot
    cohorts: Cohorts
    ample: int  # blanks of each lot, more than can be used
    lots: int

    def whole(self) -> Face:
        """Return the face before any tier."""
        return Face.whole(self.program)

    def at(
        self,
        tier: Objective,
        face: Face,
        prices: Sequence[int],
        *,
        times: int = 1,
        guess: Ints | None = None,
    ) -> Answer | None:
        """Return what is best at prices of the lots; None where no plan is possible.

        Parameters
        ----------
        tier
            What counts.
        face
            What the tiers before it left free.
        prices
            Of a blank of each lot, in units of the tier's scaled cost / ``times``.
        times
            What each of the tier's costs is multiplied by.
        guess
            Prices of nodes at prices of blanks that are much alike.
        """
        problem = self._problem(tier, face, prices, times, [self.ample] * self.lots)
        made = FlowSolver().priced(problem, guess)
        if made is None:
            return None
        flow, node = made
        last = np.flatnonzero(problem.choice == self.program.columns)
        own = problem.owner[last] - (len(problem.size) - self.lots)
        taken = np.zeros(self.lots, dtype=np.int64)
        taken[own[own >= 0]] = flow.cards[last[own >= 0]]
        paid = sum(p * t for p, t in zip(prices, taken.tolist(), strict=True))
        cost = exact_total(problem, flow) - paid
        return Answer(tuple(taken.tolist()), cost, node, next_face(problem, node))

    def values(
        self,
        tiers: Iterable[Objective],
        taken: Sequence[int],
        guesses: Sequence[Ints | None],
    ) -> list[int]:
        """Return what each tier comes to with so many blanks of each lot.

        What is lost before the start is not counted.

        Raises
        ------
        ValueError
            No plan is possible with so few.
        """
        face, values, solver = self.whole(), [], FlowSolver()
        masks, mask = face.masks.copy(), face.mask
        masks[mask[len(self.cohorts) :], -1] = False
        face = replace(face, masks=masks)
        left = [self.ample - min(self.ample, cards) for cards in taken]
        for tier, guess in zip(tiers, guesses, strict=True):
            problem = self._problem(tier, face, [0] * self.lots, 1, left)
            made = solver.priced(problem, guess)
            if made is None:
                msg = "pins need more blanks"
                raise ValueError(msg)
            values.append(exact_total(problem, made[0]))
            face = next_face(problem, made[1])
        return values

    def _problem(
        self,
        tier: Objective,
        face: Face,
        prices: Sequence[int],
        times: int,
        blanks: Sequence[int],
    ) -> TierProblem:
        """Return a tier's problem with a group of blanks for each lot beside people."""
        count = len(self.cohorts)
        people = replace(face, mask=face.mask[:count])
        base = tier_problem(self.program, self.cohorts, people, tier)
        rows = face.masks[face.mask[count:]]
        owner, choice = np.nonzero(rows)
        taken = choice == self.program.columns
        price = np.array(prices, dtype=np.int64)[owner]
        groups = len(base.size)
        return TierProblem(
            self.program,
            face,
            np.append(base.group, groups + np.arange(self.lots)),
            np.append(base.size, np.array(blanks, dtype=np.int64)),
            np.append(base.start, base.start[-1] + np.cumsum(rows.sum(axis=1))),
            np.append(base.choice, choice),
            np.append(base.cost * times, np.where(taken, price, 0)),
        )


def stretches(own: Ints, arrivals: Sequence[int]) -> Ints:
    """Return a supply that steps by one on each day on which any blanks come later.

    Nobody could print on the first day with it, so blanks count in any office.
    """
    steps = np.diff(own, prepend=own[0]) > 0
    steps[[day for day in arrivals if day]] = True
    return np.cumsum(steps).astype(np.int64)


def priced_office(
    cohorts: Cohorts,
    limits: Capacity,
    last_day: int,
    card: str,
    own: Ints,
    arrivals: Sequence[int],
) -> PricedOffice | None:
    """Lay the network; None where no card of the type could be printed.

    Parameters
    ----------
    cohorts
        Who waits.
    limits
        Of the horizon, with `stretches` for the blanks of the card type.
    last_day
        From which day on no optimal plan prints anything.
    card
        Card type of the blanks.
    own
        Blanks that the office has itself up to each day, shape ``(days,)``.
    arrivals
        Day of each lot, ascending.
    """
    program = build_program(cohorts, limits, last_day)
    if card not in program.stocked:
        return None
    ample, lots, columns = cohorts.wanted[card] + 1, len(arrivals), program.columns
    chain = np.flatnonzero(
        (program.kind == Arc.STOCK) & (program.owner == program.stocked.index(card))
    )
    last = program.day[chain]
    limit = program.limit.copy()
    come = np.searchsorted(np.array(arrivals), last, side="right")
    limit[chain] = own[last] + ample * come
    tail, head = (n + lots * (n >= columns) for n in (program.tail, program.head))
    begins = tail[chain[np.searchsorted(last, np.array(arrivals))]]
    none = np.full(lots, -1, dtype=np.int64)
    masks = np.insert(program.masks, [columns] * lots, values=False, axis=1)
    waits = np.zeros((lots, masks.shape[1]), dtype=bool)
    waits[np.arange(lots), columns + np.arange(lots)] = True
    waits[:, -1] = True
    wide = replace(
        program,
        column_pool=np.append(program.column_pool, none),
        column_day=np.append(program.column_day, np.array(arrivals, dtype=np.int64)),
        tail=np.append(tail, columns + np.arange(lots)),
        head=np.append(head, begins),
        limit=np.append(limit, np.full(lots, ample)),
        kind=np.append(program.kind, np.full(lots, Arc.LINK)),
        owner=np.append(program.owner, none),
        day=np.append(program.day, none),
        nodes=program.nodes + lots,
        masks=np.concatenate([masks, waits]),
        mask=np.append(program.mask, len(masks) + np.arange(lots)),
    )
    slim = replace(cohorts, member=cohorts.member[:0])
    return PricedOffice(wide, slim, ample, lots)
