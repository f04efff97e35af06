"""A plan's problem with rules that break the network, and its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ektp_sched.office import capacity, options
from ektp_sched.people.cohorts import group
from ektp_sched.planning.decisions.cuts import stack
from ektp_sched.planning.decisions.rules import rows as on_uses
from ektp_sched.planning.decisions.uses import arc_limits, list_uses
from ektp_sched.planning.mixed.lots import kept_classes, lot_rows, takers
from ektp_sched.planning.mixed.model import Mip
from ektp_sched.planning.mixed.rows import Rows, Slots, limit_rows
from ektp_sched.planning.mixed.split import split
from ektp_sched.planning.network.program import build_program
from ektp_sched.rules import RULES, World
from ektp_sched.rules.limit import sorts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.arrays import Ints
    from ektp_sched.office import Capacity, Office
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.people.objectives import Objective
    from ektp_sched.people.people import People
    from ektp_sched.planning.decisions.rules import Row
    from ektp_sched.planning.decisions.uses import Uses
    from ektp_sched.planning.mixed.split import Split
    from ektp_sched.planning.network.program import Program
    from ektp_sched.planning.scarce import Scarce
    from ektp_sched.rules import Kind, Limit, Rule


@dataclass(frozen=True, slots=True)
class Problem:
    """A plan's problem with rules that break the network."""

    people: People  # who waits
    cohorts: Cohorts  # the people by kind
    # A class, card type and area for each kind, of all that the rows do not tell apart.
    kinds: tuple[Kind, ...]
    sort: Ints  # which of them each kind of the people is
    limits: Capacity  # capacity without any shift
    program: Program  # the network for all that could be open
    split: Split  # the same by kind
    uses: Uses | None  # what could be decided; `None` without shifts
    limiting: tuple[Row, ...]  # what limits that
    stated: tuple[tuple[Rule, Limit], ...]  # limits that the rows say, but for lots
    rows: Rows  # what they say
    scarce: Scarce  # blanks and ribbons that are counted by rows

    @property
    def office(self) -> Office:
        """Return what limits."""
        return self.people.office

    def mip(
        self, tiers: Sequence[Objective], dropped: frozenset[str] = frozenset()
    ) -> Mip:
        """Return the mixed-integer program of some tiers, without the dropped rules."""
        return Mip(
            split=self.split,
            groups=stack(self.split.program, self.cohorts, tiers),
            uses=self.uses,
            limiting=[row for row in self.limiting if row.rule not in dropped],
            limits=arc_limits(self.program, self.limits),
            side=[row for row in self.rows.rows if row.rule not in dropped],
            switches=self.rows.switches,
            ordered=self.rows.ordered,
            draws=self.rows.draws,
            sums=self.rows.sums,
        )


def pose(people: People, limits: Capacity, scarce: Scarce) -> Problem:
    """Lay the network by kind and the rules on kinds; limits are without any shift."""
    office, start, days = people.office, people.start, people.days
    can = options(office, start, days)
    used = [(option.shift, option.day) for option in can]
    every = capacity(office, start, days, used) if used else limits
    names = people.kinds.names
    finer = _stated(World(office, every, names, people.applications), scarce)
    sort, first = sorts(
        [limit for _, limit in finer], len(names), _by_lots(names, scarce)
    )
    stated = tuple((rule, limit.among(first)) for rule, limit in finer)
    kinds = tuple(names[number] for number in first.tolist())
    cohorts = group(people, sort)
    program = build_program(cohorts, every, days, scarce.counted, scarce.alone)
    wide = split(program, cohorts)
    uses = list_uses(office, program, limits, can) if office.shifts else None
    by_shift: frozenset[int] = frozenset()
    if office.shifts:
        plain = _stated(World(office, limits, names, people.applications), scarce)
        by_shift = _by_shift(stated, plain)
    rows, slots = Rows(), Slots.of(program, wide, cohorts, by_shift)
    of_kinds = [limit for _, limit in stated if limit.printer is None]
    limit_rows(rows, slots, of_kinds)
    for card, card_lots in scarce.lots.items():
        lot_rows(rows, slots, card, card_lots, kinds)
    of_printers = [limit for _, limit in stated if limit.printer is not None]
    limit_rows(rows, slots, of_printers)
    return Problem(
        people,
        cohorts,
        kinds,
        sort,
        limits,
        program,
        wide,
        uses,
        () if uses is None else on_uses(office, uses, start),
        stated,
        rows,
        scarce,
    )


def _by_shift(
    stated: Sequence[tuple[Rule, Limit]], plain: Sequence[tuple[Rule, Limit]]
) -> frozenset[int]:
    """Return last days of stretches that are there only if a shift is worked."""
    days: set[int] = set()
    for (_, limit), (_, without) in zip(stated, plain, strict=True):
        days |= {*limit.last.tolist()} - {*without.last.tolist()}
    return frozenset(days)


def _stated(world: World, scarce: Scarce) -> tuple[tuple[Rule, Limit], ...]:
    """Return the limits that no network can say, with their rules, place by place.

    Those first that can hold cards back.
    """
    stated = [
        (rule, limit)
        for rule in sorted(RULES, key=lambda rule: not rule.holds_back)
        for limit in sorted(rule.limits(world), key=lambda limit: limit.entry)
        if rule.holds_back or limit.place in scarce.places
    ]
    return tuple(stated)


def _by_lots(kinds: Sequence[Kind], scarce: Scarce) -> list[Ints]:
    """Return whose blanks each kind takes, for each card type with lots."""
    return [
        takers(kinds, card, (None, *reversed(kept_classes(lots))))
        for card, lots in scarce.lots.items()
    ]
