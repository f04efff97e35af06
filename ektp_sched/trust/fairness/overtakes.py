"""Who was printed before whom, counted by groups and never pair by pair.

B overtakes A if B is printed on an earlier day although A was ready on that
day, comes first, and exchanging their slots keeps every rule.  The exchange
improves what A gains and worsens what B loses, tier by tier; pairs are counted
with cumulative tables over waiting_since and gain.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.trust.counts.blank_moves import BlankMoves
from ektp_sched.trust.counts.moves import FREE, Moves
from ektp_sched.trust.facts import MISSING
from ektp_sched.trust.fairness.cells import Cells, Sorts, cells_of
from ektp_sched.trust.verify.tiers import stretches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ektp_sched.trust.facts import Facts

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["Pair", "count_overtakes"]


_NEVER: Final = 1 << 40
_FIRST: Final = -_NEVER
_SAMPLE: Final = 10
_TABLE: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Pair:
    """Two applications whose order is not the rule's."""

    # passed, by: application_id of the one overtaken, and of the one printed before
    passed: str
    by: str
    # day, passed_day: day offsets on which they are printed; days for "not printed"
    day: int
    passed_day: int


@dataclass(slots=True)
class _Counts:
    """Overtakes counted so far."""

    # pairs whose exchange keeps every rule and worsens no tier before the one it
    # improves
    avoidable: int = 0
    # pairs whose exchange would worsen an earlier tier, by that tier
    accounted: Counter[str] = field(default_factory=Counter)
    # pairs whose exchange would break a rule that holds cards back, by its place in
    # office.toml, and worsen no tier before the one it improves
    excused: Counter[str] = field(default_factory=Counter)
    longest: int = 0  # most days between the two prints of a pair in accounted
    sample: list[Pair] = field(default_factory=list)  # a few avoidable pairs


def count_overtakes(facts: Facts) -> _Counts:
    """Count all overtakes of a plan, avoidable or accounted for."""
    cells, sorts, _ = cells_of(facts)
    moves, blanks = Moves(facts), BlankMoves(facts)
    counts = _Counts(excused=Counter(dict.fromkeys(moves.places, 0)))
    limited = moves.sort[sorts.kind]
    for day in np.unique(cells.day[cells.day < facts.days]).tolist():
        ahead = cells.take(cells.day == day)
        behind = cells.take((cells.day > day) & (cells.ready <= day))
        for later, able in _days_behind(facts, sorts, ahead, behind):
            passed = behind.take(behind.day == later)
            able &= blanks.allowed(sorts.taker, able, day, later)
            held = moves.against_exchange(day, later)[limited[:, None], limited]
            _count_pair(facts, sorts, ahead, passed, able & (held == FREE), counts)
            for place in np.unique(held[able & (held != FREE)]).tolist():
                if moves.rules[place].holds_back:
                    excused, by_place = able & (held == place), _Counts()
                    _count_pair(facts, sorts, ahead, passed, excused, by_place)
                    counts.excused[moves.places[place]] += by_place.avoidable
    return counts


def _days_behind(
    facts: Facts, sorts: Sorts, ahead: Cells, behind: Cells
) -> Iterator[tuple[int, Bools]]:
    """Yield later days on which somebody overtaken is printed.

    With each comes which sorts (behind, ahead) contain overtakes at all; in a
    plan without dates and promises there are none, so this is the fast path.
    """
    number, width = len(sorts.rank), facts.days + 1
    earliest = np.full((number, width), _NEVER, dtype=np.int64)
    np.minimum.at(earliest, (behind.sort, behind.day), behind.since)
    latest = np.full(number, _FIRST, dtype=np.int64)
    np.maximum.at(latest, ahead.sort, ahead.since)
    present = latest > _FIRST
    for later in np.flatnonzero((earliest < _NEVER).any(axis=0)).tolist():
        since = earliest[:, later][:, None]
        able = sorts.swap & (since < _NEVER) & present
        able &= (
            (sorts.first == 1)
            | ((sorts.first == 2) & (since <= latest))
            | ((sorts.first == 3) & (since < latest))
        )
        if able.any():
            yield later, able


def _count_pair(
    facts: Facts,
    sorts: Sorts,
    ahead: Cells,
    passed: Cells,
    able: Bools,
    counts: _Counts,
) -> None:
    """Count the overtakes between two days."""
    day, later = int(ahead.day[0]), int(passed.day[0])
    for sort in np.flatnonzero(able.any(axis=0)).tolist():
        overtaken = passed.take(able[passed.sort, sort])
        overtaking = ahead.take(ahead.sort == sort)
        first = sorts.first[overtaken.sort, sort]
        # Doubled, so that "earlier" and "no later" are one comparison.
        since = np.where(first == 1, _FIRST, 2 * overtaken.since + (first == 3))
        for by_rank in np.unique(first == 1).tolist():
            part = (first == 1) == by_rank
            _count_sort(
                facts,
                (overtaking, overtaken.take(part), since[part]),
                (day, later),
                by_rank,
                counts,
            )


def _count_sort(
    facts: Facts,
    cells: tuple[Cells, Cells, Ints],
    days: tuple[int, int],
    by_rank: bool,
    counts: _Counts,
) -> None:
    ahead, passed, since = cells
    parts = _tiers_that_count(facts, by_rank, days[1])
    names = [name for part in parts for name in part]
    steps = _changes(facts, (ahead.due, ahead.promised), days, parts)
    gain = _changes(facts, (passed.due, passed.promised), days, parts, wins=by_rank)[-1]
    loss = steps[-1]
    total, below = _dominated(
        (since, gain, passed.count), 2 * ahead.since, steps, by_rank
    )
    weight = ahead.count
    shares = [int(weight @ part) for part in below]
    for name, share, earlier in zip(names, shares, [0, *shares], strict=False):
        if share > earlier:
            counts.accounted[name] += share - earlier
            counts.longest = max(counts.longest, days[1] - days[0])
    avoidable = total - below[-1] if names else total
    pairs = int(weight @ avoidable)
    counts.avoidable += pairs
    if pairs and len(counts.sample) < _SAMPLE:
        overtaker = int(np.flatnonzero(avoidable)[0])
        worst = loss[overtaker] if names else 0
        who = (since <= 2 * ahead.since[overtaker]) & (gain >= worst)
        ids = facts.frame["application_id"]
        other = int(passed.one[np.flatnonzero(who)[0]])
        counts.sample.append(Pair(ids[other], ids[int(ahead.one[overtaker])], *days))


def _dominated(
    passed: tuple[Ints, Ints, Ints], until: Ints, losses: list[Ints], by_rank: bool
) -> tuple[Ints, list[Ints]]:
    """Count, for each cell ahead, whom it passed; and those who gained less.

    ``passed`` holds doubled waiting_since, gain and count of those behind; ``until``
    the doubled waiting_since of each cell ahead, which does not matter ``by_rank``;
    ``losses`` what each would lose, below which the gain must be, one count for each
    entry.
    """
    since, gain, count = passed
    moments = np.unique(since)
    gains = np.unique(gain)
    row = np.searchsorted(moments, since)
    upto = np.searchsorted(moments, until, side="right")
    if by_rank:
        upto = np.full(len(until), len(moments), dtype=np.int64)
    total = np.zeros(len(until), dtype=np.int64)
    below = [np.zeros(len(until), dtype=np.int64) for _ in losses]
    step = max(1, _TABLE // (len(moments) + 1))
    for low in range(0, len(gains), step):
        high = min(len(gains), low + step)
        column = np.searchsorted(gains, gain) - low
        inside = (column >= 0) & (column < high - low)
        table = np.zeros((len(moments) + 1, high - low + 1), dtype=np.int64)
        np.add.at(table, (row[inside] + 1, column[inside] + 1), count[inside])
        table = table.cumsum(axis=0).cumsum(axis=1)
        total += table[upto, -1]
        for part, loss in zip(below, losses, strict=True):
            place = np.clip(np.searchsorted(gains, loss) - low, 0, high - low)
            part += table[upto, place]
    return total, below


def _tiers_that_count(facts: Facts, by_rank: bool, later: int) -> list[list[str]]:
    """Return the tiers that stand before the one an exchange surely improves.

    ``overdue`` and ``promise`` by stretch: in each, all tiers of a stricter rank stand
    before those of the other.  Within a rank an exchange leaves the number of unprinted
    as it is, and improves ``pressure``.  A stricter rank (``by_rank``) surely improves
    the first stretch of tiers with ``pressure``, or with ``unprinted`` where it is not
    printed (``later`` is ``days``).
    """
    sure = ["pressure"]
    if by_rank and later == facts.days:
        sure.append("unprinted")
    counting: list[list[str]] = []
    for names in stretches(facts.office):
        first = min((names.index(n) for n in sure if n in names), default=None)
        before = names[: 0 if by_rank and first is not None else first]
        counting.append([name for name in before if name in ("overdue", "promise")])
        if first is not None:
            break
    return counting


def _changes(
    facts: Facts,
    dates: tuple[Ints, Ints],
    days: tuple[int, int],
    parts: list[list[str]],
    *,
    wins: bool = False,
) -> list[Ints]:
    """Return what changes between two days, tiers packed into one number each.

    For each tier the changes up to it, so that larger numbers matter more; at least one
    entry, the last being all of them.  ``dates`` are due and promised, ``(K,)`` each;
    ``wins`` says that any change in a stretch outweighs all that others have there.
    """
    changes: list[Ints] = []
    for names in parts:
        of_stretch = [_change(name, dates, days) for name in names]
        if wins and of_stretch:
            moved = np.logical_or.reduce([change > 0 for change in of_stretch])
            most = _width(facts, names[0]) - 1
            of_stretch = [
                np.where(moved, most, 0),
                *(0 * change for change in of_stretch[1:]),
            ]
        changes += of_stretch
    widths = [_width(facts, name) for names in parts for name in names]
    return _packed(changes, widths) or [np.zeros(len(dates[0]), dtype=np.int64)]


def _change(name: str, dates: tuple[Ints, Ints], days: tuple[int, int]) -> Ints:
    (due, promised), (day, later) = dates, days
    if name == "overdue":
        return np.asarray((due >= day) & (due < later), dtype=np.int64)
    slip = np.maximum(0, later - np.maximum(promised, day))
    return np.where(promised == MISSING, 0, slip)


def _width(facts: Facts, name: str) -> int:
    """Return how many changes there are, "outweighs all" being one more."""
    return 3 if name == "overdue" else facts.days + 2


def _packed(changes: list[Ints], widths: list[int]) -> list[Ints]:
    packed: list[Ints] = []
    for change, width in zip(changes, widths, strict=True):
        packed.append(packed[-1] * width + change if packed else change)
    scale = 1
    for index in range(len(packed) - 1, -1, -1):
        packed[index] = packed[index] * scale
        scale *= widths[index]
    return packed
