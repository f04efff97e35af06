"""Choose shifts against several installation dates at once.

Three answers to the same question, each exact for the dates given: a rule
that may wait to see whether the thing is installed, one choice for all dates
made now, and each date's own best as if it were known.  The differences are
what waiting to know is worth, and what knowing now would be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.errors import UnsupportedRuleError
from ektp_sched.office import capacity
from ektp_sched.people.cohorts import build_cohorts
from ektp_sched.people.objectives import EARLINESS, PINS, Objective
from ektp_sched.planning.clock import Clock
from ektp_sched.planning.decisions.decide import lay_network
from ektp_sched.planning.decisions.futures import (
    EVERYBODY,
    Future,
    lay_tree,
    without_effect,
)
from ektp_sched.planning.decisions.order import EARLIEST, pin_tiers, tier_order
from ektp_sched.planning.decisions.search import Search, largest
from ektp_sched.planning.network.horizon import days_that_matter
from ektp_sched.planning.scarce import scarce
from ektp_sched.rules import holding_back
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ektp_sched.arguments import Progress
    from ektp_sched.arrays import Ints
    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office, Option
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.planning.decisions.futures import Tree
    from ektp_sched.planning.outcome import Linear, Settled
    from ektp_sched.planning.scarce import Scarce


_UNNAMED = (PINS, EARLINESS, EARLIEST)


@dataclass(frozen=True, slots=True)
class Possible:
    """One way in which things may come."""

    # First day in use, counted from the start; the days of the horizon or more if it
    # comes later.
    day: int
    times: int  # how often it counts, from 1
    office: Office


@dataclass(frozen=True, slots=True)
class Measure:
    """What one tier comes to over all dates."""

    name: str  # name, rank and scale are those of a plan's tier
    rank: int | str | None
    scale: int
    value: int  # the sum of the values that count, times `scale`
    # No choice comes below it; `None` if the time did not reach so far.
    bound: int | None
    proven: bool  # whether the value is proven to be the least, given the tiers before


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice of shifts, and what it comes to."""

    # Shifts on days on which nothing is installed, by day and shift.
    shared: tuple[Option, ...]
    own: tuple[tuple[Option, ...], ...]  # for each date the shifts from that day on
    # Every tier that the office names, over all dates, and the shifts' own.
    tiers: tuple[Measure, ...]
    # For each date the value of every tier, times its scale.
    values: tuple[tuple[int, ...], ...]
    keeps_pins: bool  # whether every pin is kept on every date
    rounds: int  # choices that the master proposed

    @property
    def proven(self) -> bool:
        """Return whether no other choice is better."""
        return all(tier.proven for tier in self.tiers)


@dataclass(frozen=True, slots=True)
class Decision:
    """The three answers."""

    rule: Chosen  # what may wait until it is seen whether the thing is installed
    fixed: Chosen  # what is decided for every day now, whatever comes
    known: Chosen  # each date's own best; the tiers are over all dates


def decide_against(
    backlog: Backlog,
    possible: Sequence[Possible],
    *,
    start: date,
    days: int,
    count: int,
    time_limit: float | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Decision:
    """Choose the shifts that are best over all that may come.

    Until the day of one of ``possible``, each day once, the offices are alike.  Each
    tier is the sum of its ``count`` largest values: of all for the mean.  After
    ``time_limit`` seconds the best choices so far are taken.  Quotas, blanks that run
    out beside other cards, expire or are set aside, and ribbons are refused: no network
    says so.
    """
    rules = holding_back(possible[0].office)
    if rules:
        msg = said(
            "{name}: shifts are chosen against dates by one network a date, and no "
            "network can count {rule}; ask this with a copy of the office without "
            "them, or plan single dates",
            "{name}: shift dipilih terhadap tanggal dengan satu jaringan untuk tiap "
            "tanggal, dan jaringan tidak dapat menghitung {rule}; pakailah salinan "
            "berkas kantor tanpa {rule}, atau susun rencana untuk satu tanggal",
            name=rules[0].name,
            rule=rules[0].subject,
        )
        raise UnsupportedRuleError(msg)
    deadline = Clock(time_limit, None).deadline
    report = progress or (lambda _stage, _share: None)
    cohorts = build_cohorts(backlog, possible[0].office, start, days)
    futures = _futures(cohorts, possible, start, days)
    case = _Case(cohorts, start, days, deadline, workers)
    report("rule", 0.1)
    rule = case.choose(futures, count, known=True)
    report("fixed", 0.6)
    fixed = case.choose(futures, count, known=False)
    report("dates", 0.8)
    each = [case.choose([replace(f, times=1)], 1, known=True) for f in futures]
    return Decision(rule, fixed, _joined(each, futures, count))


@dataclass(frozen=True, slots=True)
class _Case:
    """What all three answers are about."""

    cohorts: Cohorts
    start: date
    days: int
    deadline: float | None
    workers: int

    def choose(self, futures: Sequence[Future], count: int, *, known: bool) -> Chosen:
        """Return the best choice over some futures."""
        tree = lay_tree(futures, self.start, known=known)
        office = futures[0].office
        uses = without_effect(tree.columns)
        pins = pin_tiers(self.cohorts, self.days)
        order = pins + tier_order(office, self.cohorts, self.days, uses)
        search = Search(futures, tree, order, count, self.deadline, self.workers)
        settled = search.settle()
        parts = search.best
        named = [p for p, tier in enumerate(order) if tier.name not in _UNNAMED]
        values = [
            tuple(of_date[p] + self._lost(order[p]) for p in named)
            for of_date in search.values(parts)
        ]
        shared, *own = (
            _worked(tree, parts, owner) for owner in range(EVERYBODY, len(futures))
        )
        return Chosen(
            shared=shared,
            own=tuple(own),
            tiers=tuple(self._measure(search, settled, p) for p in named),
            values=tuple(values),
            keeps_pins=order[0].name != PINS or search.measure(parts, 0) == 0,
            rounds=search.rounds,
        )

    def _measure(
        self, search: Search, settled: Sequence[Settled], place: int
    ) -> Measure:
        tier = search.order[place]
        more = search.count * self._lost(tier)
        done = place < len(settled)
        return Measure(
            name=tier.name,
            rank=tier.label if isinstance(tier, Objective) else None,
            scale=tier.scale if isinstance(tier, Objective) else 1,
            value=search.measure(search.best, place) + more,
            bound=settled[place].bound + more if done else None,
            proven=done and settled[place].proven,
        )

    def _lost(self, tier: Objective | Linear) -> int:
        """Return what is lost before the start, whatever is done."""
        return tier.constant(self.cohorts) if isinstance(tier, Objective) else 0


def _worked(tree: Tree, parts: Ints, owner: int) -> tuple[Option, ...]:
    """Return the shifts that are worked in the columns of one owner."""
    taken = (tree.columns[i] for i in np.flatnonzero(parts).tolist())
    return tuple(o for column in taken if column.owner == owner for o in column.options)


def _futures(
    cohorts: Cohorts, possible: Sequence[Possible], start: date, days: int
) -> tuple[Future, ...]:
    """Lay the network of every future."""
    limits = [capacity(way.office, start, days) for way in possible]
    for way, limit in zip(possible, limits, strict=True):
        _refuse(scarce(way.office, cohorts, limit))
    own = [days_that_matter(cohorts, limit) for limit in limits]
    # Until a future parts from the others it meets what they meet.
    last = [
        max(n, min(way.day, max(own))) for n, way in zip(own, possible, strict=True)
    ]
    networks = (
        lay_network(way.office, cohorts, limit, last_day)[0]
        for way, limit, last_day in zip(possible, limits, last, strict=True)
    )
    return tuple(
        Future(way.day, way.times, way.office, network, [[] for _ in network.tiers])
        for way, network in zip(possible, networks, strict=True)
    )


def _refuse(short: Scarce) -> None:
    """Refuse what runs out in a way that no network can say."""
    places = [f"cards.{name}" for name in short.lots] + list(short.ribbons)
    if places:
        msg = said(
            "{places}: shifts cannot be chosen against several dates where blanks that "
            "expire or are set aside, or ribbons, can run out; take expires_on, "
            "set_aside and cards_per_ribbon out of the office for this question",
            "{places}: shift tidak dapat dipilih terhadap beberapa tanggal bila "
            "blangko yang kedaluwarsa atau disisihkan, atau pita, dapat habis; hapus "
            "expires_on, set_aside, dan cards_per_ribbon dari kantor untuk pertanyaan "
            "ini",
            places=", ".join(places),
        )
        raise UnsupportedRuleError(msg)


def _joined(each: Sequence[Chosen], futures: Sequence[Future], count: int) -> Chosen:
    """Return each future's own best as one answer over all of them."""
    times = [future.times for future in futures]
    values = tuple(one.values[0] for one in each)
    tiers = []
    for place, tier in enumerate(each[0].tiers):
        bounds = [b for one in each if (b := one.tiers[place].bound) is not None]
        proven = all(one.tiers[place].proven for one in each)
        whole = len(bounds) == len(each)
        bound = largest(bounds, times, count) if whole else None
        value = largest([one[place] for one in values], times, count)
        tiers.append(replace(tier, value=value, bound=bound, proven=proven))
    return Chosen(
        shared=(),
        own=tuple(one.shared + one.own[0] for one in each),
        tiers=tuple(tiers),
        values=values,
        keeps_pins=all(one.keeps_pins for one in each),
        rounds=sum(one.rounds for one in each),
    )
