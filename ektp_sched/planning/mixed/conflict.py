"""A smallest set of rules that cannot hold together, and what would make room."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.documents import Conflict, RuleOfConflict
from ektp_sched.people.cohorts import NONE
from ektp_sched.people.objectives import Objective
from ektp_sched.people.people import MISSING
from ektp_sched.planning.mixed.pose import pose
from ektp_sched.planning.mixed.run import feasible

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Set as AbstractSet

    from ektp_sched.arrays import Ints
    from ektp_sched.planning.mixed.pose import Problem


PINS_RULE = "pins"
"""Stands for all dates that applications are pinned to."""


def contradiction(
    problem: Problem, deadline: float | None = None
) -> tuple[Conflict, ...]:
    """Return a smallest set of rules that no plan keeps together.

    Rules are left out one after another for good, as long as the others still
    contradict each other (the deletion filter of Chinneck and Dravnieks,
    1991); what remains is contradictory, and without any one of it a plan
    exists.

    Nothing is returned if time did not suffice to find out.
    """
    every = _places(problem)
    dropped: set[str] = set()
    if possible(problem, dropped):
        return ()
    for place in every:
        if deadline is not None and time.monotonic() >= deadline:
            return ()
        fewer = _pinning(problem, ()) if place == PINS_RULE else problem
        if not possible(fewer, dropped | {place}):
            problem = fewer
            dropped.add(place)
    kept = [place for place in every if place not in dropped]
    rules = tuple(_rule(problem, place, frozenset(dropped)) for place in kept)
    ids = pins_of(problem) if PINS_RULE in kept else ()
    day = next((rule.day for rule in rules if rule.day is not None), None)
    start = problem.limits.start
    return (Conflict("rules", day or start, {"rules": len(rules)}, ids, rules),)


def _places(problem: Problem) -> list[str]:
    """Return the places of all rules that could be left out."""
    on_uses = dict.fromkeys(row.rule for row in problem.limiting if row.rule != "day")
    pinned = (problem.cohorts.pinned != NONE).any()
    return [*problem.rows.places, *on_uses, *([PINS_RULE] if pinned else [])]


def possible(problem: Problem, dropped: AbstractSet[str] = frozenset()) -> bool:
    """Return whether some plan keeps every rule but those at the dropped places."""
    return _solve(problem, frozenset(dropped), None) is not None


def _solve(
    problem: Problem, dropped: frozenset[str], relieved: str | None
) -> float | None:
    tier = Objective("unprinted", None, 1, problem.limits.days)
    mip = problem.mip((tier,), dropped)
    outcome = feasible(mip.lay(None, None, [], relieved))
    return None if outcome.infeasible else outcome.value


def too_many_pins(
    problem: Problem, ids: Collection[str], deadline: float | None = None
) -> Problem:
    """Return the problem with some of these pins alone: giving up any makes room.

    All of them together must be too much; ever smaller parts are given up for good as
    long as the rest still is.  Every other rule is kept.
    """
    named = problem.people.frame["application_id"].is_in(list(ids)).to_numpy()
    rows = np.flatnonzero(named)
    part = len(rows)
    while part > 1:
        part = -(-part // 2)
        for begin in range(len(rows) - part, -1, -part):
            if deadline is not None and time.monotonic() >= deadline:
                return _pinning(problem, rows)
            fewer = np.delete(rows, slice(begin, begin + part))
            if len(fewer) and not possible(_pinning(problem, fewer)):
                rows = fewer
    return _pinning(problem, rows)


def _pinning(problem: Problem, rows: Ints | tuple[()]) -> Problem:
    """Return the problem of the same people without any pin but those of the rows."""
    pinned = np.full_like(problem.people.pinned, MISSING)
    kept = np.asarray(rows, dtype=np.int64)
    pinned[kept] = problem.people.pinned[kept]
    people = replace(problem.people, pinned=pinned)
    return pose(people, problem.limits, problem.scarce)


def _rule(problem: Problem, place: str, dropped: frozenset[str]) -> RuleOfConflict:
    """Say of one rule what it wants, what is possible, and where it fails."""
    room = None
    if place != PINS_RULE and not place.endswith("rest_days"):
        relief = _solve(problem, dropped, place)
        room = None if relief is None else math.ceil(relief - 1e-6)
    days = _failing(problem, place, dropped)
    start = problem.limits.start
    day = None if days is None else start + timedelta(days=days[0])
    last = None if days is None else start + timedelta(days=days[1])
    return RuleOfConflict(place, day, last, room, _down(problem, place, days))


def _failing(
    problem: Problem, place: str, dropped: frozenset[str]
) -> tuple[int, int] | None:
    """Return the first period in which a rule alone breaks the others."""
    rows = problem.rows.rows
    periods = list(dict.fromkeys(row.period for row in rows if row.rule == place))
    low, high = 0, len(periods)
    if not periods:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        earlier = set(periods[low:middle])
        kept = [row for row in rows if row.rule != place or row.period in earlier]
        fewer = replace(problem, rows=replace(problem.rows, rows=kept))
        if possible(fewer, set(dropped)):
            low = middle
        else:
            high = middle
    return periods[low].first, periods[low].last


def _down(
    problem: Problem, place: str, days: tuple[int, int] | None
) -> tuple[str, ...]:
    """Return the printers of the cards held back that do nothing in its period."""
    asked = [
        limit.weights
        for rule, limit in problem.stated
        if rule.holds_back and limit.place == place
    ]
    if days is None or not asked:
        return ()
    cohorts, limits = problem.cohorts, problem.limits
    counted = np.any(asked, axis=0)[cohorts.kind]
    sets = np.unique(cohorts.eligibility[counted]).tolist()
    names = {name for number in sets for name in cohorts.printer_sets[number]}
    cards = limits.printer_cards[:, days[0] : days[1] + 1].sum(axis=1)
    idle = zip(limits.printers, cards.tolist(), strict=True)
    return tuple(name for name, done in idle if name in names and not done)


def pins_of(problem: Problem) -> tuple[str, ...]:
    """Return the ids of all who are pinned to a day of the plan, sorted."""
    days = problem.limits.days
    pinned = (problem.cohorts.pinned != NONE) & (problem.cohorts.pinned < days)
    rows = np.flatnonzero(pinned[problem.cohorts.member])
    return tuple(problem.people.frame["application_id"].gather(rows).sort().to_list())
