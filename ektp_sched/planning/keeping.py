"""Who is printed in the pool of the printer that the previous plan gave.

Tiers look at days alone.  With the day of each card settled, any choice of pools
within the day is as good that keeps the limits of printers and servers, the reserve
and who may use what.  So what is left is one minimum-cost flow: a card costs 1 in a
pool that is not its own.  What printers use up, which no network counts, is left as it
is used where that flow would use up more of it than there is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.people.keys import compact, distinct_rows
from ektp_sched.planning.network.problem import Face, TierProblem
from ektp_sched.planning.network.program import Arc
from ektp_sched.rules import printer_supplies

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.office import Office
    from ektp_sched.planning.network.program import Program
    from ektp_sched.yesterday.places import GivenPlaces

    Members = NDArray[np.int32]

_NO_POOL = -1


def pool_of_printers(program: Program) -> Ints:
    """Return the pool of each printer, shape ``(P,)``; -1 for one that is in none."""
    pools = np.full(len(program.capacity.printers), _NO_POOL, dtype=np.int64)
    for number, printers in enumerate(program.pools):
        pools[list(printers)] = number
    return pools


def given_columns(program: Program, given: GivenPlaces) -> Ints:
    """Return the column of the day and printer given; the last for none.

    ``given`` is of each application, (N,).
    """
    printed = (given.printer >= 0) & (given.day >= 0)
    printed &= given.day < program.capacity.days
    of_day = np.full(program.capacity.days, program.columns, dtype=np.int64)
    of_day[program.column_day[::-1]] = np.arange(program.columns)[::-1]
    pool = pool_of_printers(program)[given.printer]
    first = of_day[np.where(printed, given.day, 0)]
    there = printed & (pool >= 0) & (first < program.columns)
    columns: Ints = np.where(there, first + pool, program.columns)
    return columns


def keep_pools(
    program: Program,
    office: Office,
    given: GivenPlaces,
    member: Members,
    column: Ints,
    settle: Callable[[], None],
) -> Ints | None:
    """Give, in place, as many as can be the pool of their printer on their day.

    Returned are the cards on each network arc; ``None`` if nobody changes the pool.

    Parameters
    ----------
    program
        The network, with the capacity of the shifts that are worked.
    office
        Whose supplies count.
    given
        Of each application, in the order of the tie-break.
    member, column
        Cohort of each application, and its column; the last is "not printed".
    settle
        Makes the exchanges of columns, in place, that the tie-break asks for.  Who has
        changed the pool may make one possible; each brings somebody forward to an
        earlier day, so the rounds end.
    """
    if len(program.pools) < 2:
        return None
    supplies = printer_supplies(office, program.capacity.start, program.capacity.days)
    through = None
    while (request := _Request.of(program, given, member, column)) is not None:
        column[:], through = _moved(program, request, supplies)
        moved = column.copy()
        settle()
        if (column == moved).all():
            break
    return through


def _moved(
    program: Program, request: _Request, supplies: dict[str, Ints]
) -> tuple[Ints, Ints]:
    """Return columns of the same days, as many own as can be, and what is on arcs."""
    face = Face.whole(program)
    moved, through = request.answer(program, face)
    counted = _counted(program, supplies)
    if any((_used(program, moved, pool) > most).any() for pool, most in counted):
        held = (program.kind == Arc.PRINTER) & np.isin(
            program.owner, [pool for pool, _ in counted]
        )
        used = np.bincount(request.column, minlength=program.columns)
        limit = program.limit.copy()
        limit[held] = used[program.tail[held]]
        moved, through = request.answer(
            replace(program, limit=limit), replace(face, full=face.full | held)
        )
    return moved, through


def _counted(program: Program, supplies: dict[str, Ints]) -> list[tuple[int, Ints]]:
    """Return pools of one printer of which supplies are counted, and the cards."""
    names = program.capacity.printers
    return [
        (number, supplies[names[printers[0]]])
        for number, printers in enumerate(program.pools)
        if len(printers) == 1 and names[printers[0]] in supplies
    ]


def _used(program: Program, column: Ints, pool: int) -> Ints:
    """Return the cards of a pool up to each day."""
    printed = column[column < program.columns]
    day = program.column_day[printed[program.column_pool[printed] == pool]]
    used: Ints = np.cumsum(np.bincount(day, minlength=program.capacity.days))
    return used


@dataclass(frozen=True, slots=True)
class _Request:
    """Who may change the pool, in groups of the same day, pools and own pool."""

    people: Ints  # rows of the column, in the order of the tie-break, (R,)
    column: Ints  # of all
    group: Ints  # of each of the people, (R,)
    day: Ints  # number of each group's open day, (G,)
    own: Ints  # its own pool, (G,)
    able: Bools  # which pools it may use, (G, pools)
    pattern: Ints  # which of them are alike, (G,)

    @classmethod
    def of(
        cls, program: Program, given: GivenPlaces, member: Members, column: Ints
    ) -> _Request | None:
        """Ask for all on days on which somebody is not in his own pool."""
        pools = len(program.pools)
        printed = np.flatnonzero(column < program.columns)
        at = column[printed]
        mask = program.mask[member[printed]]
        wish = given.printer[printed]
        own = pool_of_printers(program)[wish]
        wanted = at - program.column_pool[at] + own
        asks = (wish >= 0) & (own >= 0)
        asks &= given.day[printed] == program.column_day[at]
        asks[asks] = program.masks[mask[asks], wanted[asks]]
        elsewhere = asks & (wanted != at)
        if not elsewhere.any():
            return None
        own = np.where(asks, own, _NO_POOL)
        day = at // pools
        days = np.zeros(program.columns // pools, dtype=bool)
        days[day[elsewhere]] = True
        chosen = days[day]
        people, mask, day, own = (x[chosen] for x in (printed, mask, day, own))
        pair, pairs = compact(mask * len(days) + day, len(program.masks) * len(days))
        first = pairs % len(days) * pools
        able = program.masks[
            (pairs // len(days))[:, None], first[:, None] + np.arange(pools)
        ]
        example, pattern = distinct_rows(able)
        key = (day * len(example) + pattern[pair]) * (pools + 1) + own + 1
        group, keys = compact(key, len(days) * len(example) * (pools + 1))
        of_day, of_pattern = np.divmod(keys // (pools + 1), len(example))
        return cls(
            people,
            column,
            group,
            of_day,
            keys % (pools + 1) - 1,
            able[example][of_pattern],
            of_day * len(example) + of_pattern,
        )

    def answer(self, program: Program, face: Face) -> tuple[Ints, Ints]:
        """Return the columns of all, as many people in their own pool as can be.

        And the cards on each network arc.
        """
        from ektp_sched.planning.network.flow import FlowSolver

        pools = len(program.pools)
        owner, pool = np.nonzero(self.able)
        cost = (self.own[owner] >= 0) & (pool != self.own[owner])
        # All others stay where they are: a group for each column, without a choice.
        stay = np.bincount(self.column, minlength=program.columns + 1)[:-1]
        stay -= np.bincount(self.column[self.people], minlength=program.columns)
        rest = np.flatnonzero(stay)
        size = np.append(np.bincount(self.group, minlength=len(self.own)), stay[rest])
        width = np.append(self.able.sum(axis=1), np.ones_like(rest))
        problem = TierProblem(
            program=program,
            face=replace(
                face, mask=np.append(self.pattern, self.pattern.max() + 1 + rest)
            ),
            group=np.arange(len(size)),
            size=size,
            start=np.append(0, np.cumsum(width)),
            choice=np.append(self.day[owner] * pools + pool, rest),
            cost=np.append(cost, np.zeros_like(rest)).astype(np.int64),
        )
        flow = FlowSolver().solve(problem)
        cards = flow.cards[: len(owner)]
        # Within a group the first in the tie-break have their own pool.
        by_group = np.lexsort((pool, cost, owner))
        columns = np.repeat(problem.choice[by_group], cards[by_group])
        moved = self.column.copy()
        moved[self.people[np.argsort(self.group, kind="stable")]] = columns
        return moved, flow.through
