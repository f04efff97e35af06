"""The simulator against one person at a time, and the laws that it keeps."""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import event, given
from hypothesis import strategies as st
from slow_queue import Newcomer, slow
from strategies import HALF
from strategies_scenarios import World, worlds

from ektp_sched.scenarios import CAUSES, POLICIES, Outcome, simulate
from ektp_sched.scenarios.simulate.simulate import arrivals_by_stream

if TYPE_CHECKING:
    from slow_queue import Slow

    from ektp_sched.scenarios import Queue


def newcomers(world: World, queue: Queue, replication: int) -> list[Newcomer]:
    """Return the new applications one by one, in the words of the office."""
    new = arrivals_by_stream(queue, world.limits, world.arrivals)[:, replication]
    office, streams = world.case.office, queue.streams
    found = []
    for stream, day in np.argwhere(new):
        cell, kind = streams.cell[stream], streams.kind[stream]
        area = queue.areas[int(queue.cell_share[cell].argmax())]
        one = Newcomer(
            urgency=queue.classes[streams.urgency[stream]],
            since=int(day),
            printers=queue.kinds.printers[kind],
            card=queue.kinds.card[kind],
            area_rank=inf if area is None else office.area_rank.get(area, inf),
            cell=int(cell),
        )
        found += [one] * int(new[stream, day])
    return found


def days_of_people(queue: Queue, outcome: Outcome, replication: int) -> dict[int, int]:
    """Return the day of each row of the backlog that is printed."""
    assert outcome.front is not None
    assert outcome.single_days is not None
    found: dict[int, int] = {}
    for stream in range(len(queue.streams)):
        rows = queue.rows[queue.first[stream] : queue.first[stream + 1]]
        done = 0
        for day, upto in enumerate(outcome.front[stream, replication].tolist()):
            found |= dict.fromkeys(rows[done:upto].tolist(), day)
            done = upto
    for row, day in zip(
        queue.singles.rows.tolist(),
        outcome.single_days[:, replication].tolist(),
        strict=True,
    ):
        if day < queue.days:
            found[row] = day
    return found


def same_as_slow(
    world: World, queue: Queue, outcome: Outcome, r: int, one: Slow
) -> None:
    names = world.case.backlog.frame["application_id"]
    fast = {names[row]: day for row, day in days_of_people(queue, outcome, r).items()}
    assert fast == {
        p.name: one.day_of[i]
        for i, p in enumerate(one.people)
        if p.name and i in one.day_of
    }
    assert dict(one.left_out) == outcome.left_out
    days = range(one.days)
    assert outcome.printed[r].tolist() == [len(one.printed_on(d)) for d in days]
    assert outcome.waiting[r].tolist() == [len(one.waiting_after(d)) for d in days]
    assert outcome.queued[r].tolist() == [len(one.queue_after(d)) for d in days]
    assert outcome.cleared_day[r] == one.cleared_day()
    assert outcome.on_target_day[r] == one.on_target_day()
    assert outcome.nobody_waits_day[r] == one.nobody_waits_day()
    assert outcome.longest_wait[r] == one.longest_wait()
    assert outcome.pressure[r] == one.pressure()
    old, new = one.person_days()
    assert outcome.person_days[:, r].tolist() == [old[a] for a in outcome.areas]
    cells = range(len(outcome.person_days_new))
    assert outcome.person_days_new[:, r].tolist() == [new[c] for c in cells]


def summed_waits(outcome: Outcome, *, printed: bool) -> Counter[tuple[str, bool, int]]:
    table = outcome.waits if printed else outcome.waiting_at_end
    found: Counter[tuple[str, bool, int]] = Counter()
    for is_new, counts in ((False, table.initial), (True, table.new)):
        for stream, wait in np.argwhere(counts):
            name = outcome.classes[outcome.urgency[stream]]
            found[name, is_new, int(wait)] += int(counts[stream, wait])
    return found


@HALF
@given(worlds(), st.sampled_from(POLICIES))
def test_everything_is_as_with_one_person_at_a_time(world: World, policy: str) -> None:
    queue = world.queue
    outcome = simulate(queue, world.limits, world.arrivals, policy, record="dates")
    event(f"kinds: {len(queue.kinds)}")
    event(f"singles: {min(3, len(queue.singles))}")
    assert outcome.replications == len(world.broken)
    runs = []
    for r, broken in enumerate(world.broken):
        one = slow(world.case, policy, newcomers(world, queue, r), set(broken))
        same_as_slow(world, queue, outcome, r, one)
        if any(p.name for p in one.people):
            assert outcome.capacity[r].tolist() == one.capacity
        runs.append(one)
    for printed in (True, False):
        waits = sum((one.waits(printed=printed) for one in runs), Counter())
        assert summed_waits(outcome, printed=printed) == waits
        table = outcome.waits if printed else outcome.waiting_at_end
        by_area = sum((one.waits_by_area(printed=printed) for one in runs), Counter())
        assert by_area == {
            (outcome.areas[area], int(wait)): table.area[area, wait]
            for area, wait in np.argwhere(table.area)
        }
    ended = np.array([[why == "queue-empty" for why in one.ended] for one in runs])
    worked = world.limits.open
    empty = outcome.binding[:, CAUSES.index("queue-empty")]
    assert empty[worked].tolist() == ended.sum(axis=0).tolist()
    assert outcome.binding.sum(axis=1).tolist() == (worked * len(runs)).tolist()


@given(worlds(), st.sampled_from(POLICIES))
def test_nobody_is_lost(world: World, policy: str) -> None:
    queue = world.queue
    outcome = simulate(queue, world.limits, world.arrivals, policy)
    future = np.maximum(queue.singles.since, 0)
    old = len(queue.rows) + np.array(
        [queue.singles.size[future <= day].sum() for day in range(queue.days)]
    )
    recorded = old + np.cumsum(world.cards.sum(axis=0), axis=1)
    printed = np.cumsum(outcome.printed, axis=1)
    assert (recorded == printed + outcome.waiting).all()
    assert (outcome.waiting >= 0).all()
    assert (outcome.printed <= outcome.capacity).all()


@given(worlds(), st.sampled_from(POLICIES), st.integers(1, 2))
def test_how_replications_are_split_changes_nothing(
    world: World, policy: str, chunk: int
) -> None:
    args = world.queue, world.limits, world.arrivals, policy
    whole = simulate(*args, record="dates")
    parts = simulate(*args, record="dates", chunk=chunk)
    np.testing.assert_equal(plain(parts), plain(whole))


def plain(outcome: Outcome) -> dict[str, object]:
    found = {name: getattr(outcome, name) for name in Outcome.__slots__}
    for name in ("waits", "waiting_at_end"):
        table = found[name]
        found[name] = {part: getattr(table, part) for part in table.__slots__}
    return found
