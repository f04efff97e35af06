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

from ektp_sched.people.cohorts import NONE
from ektp_sched.people.objectives import names_of
from ektp_sched.rules.tiers import DATES, FROZEN, MOVED, stretches
from ektp_sched.trust.counts.moves import FREE, BlankMoves, Moves
from ektp_sched.trust.fairness.cells import Cells, Sorts, cells_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.people.placed import Placed
    from ektp_sched.trust.facts import Facts


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


def compared(
    sorts: Sorts, ahead: Cells, passed: Cells, able: Bools
) -> Iterator[tuple[Ints, Ints, Ints, bool]]:
    """Yield who comes first of whom, sort by sort of those ahead.

    With the cells ahead, by number, come those behind that come first for some of
    them, and up to which day of recording they do: the doubled ``since`` of those
    ahead must be no less than that number.  Last: whether all come first by rank.
    ``able`` says by sort of the one behind and of the one ahead who may be compared.
    """
    able = able & (sorts.first > 0)
    for sort in np.unique(ahead.sort[np.any(able, axis=0)[ahead.sort]]).tolist():
        overtaken = np.flatnonzero(able[:, sort][passed.sort])
        overtaking = np.flatnonzero(ahead.sort == sort)
        first = sorts.first[:, sort][passed.sort[overtaken]]
        # Doubled, so that "earlier" and "no later" are one comparison.
        since = 2 * passed.since[overtaken] + (first == 3)
        for by_rank in (False, True):
            part = np.flatnonzero((first == 1) == by_rank)
            if len(part):
                until = np.full(len(part), _FIRST) if by_rank else since[part]
                yield overtaking, overtaken[part], until, by_rank


def _count_pair(
    facts: Facts,
    sorts: Sorts,
    ahead: Cells,
    passed: Cells,
    able: Bools,
    counts: _Counts,
) -> None:
    """Count the overtakes between two days."""
    days = int(ahead.day[0]), int(passed.day[0])
    for chosen, overtaken, since, by_rank in compared(sorts, ahead, passed, able):
        cells = ahead.take(chosen), passed.take(overtaken), since
        _count_sort(facts, cells, days, by_rank, counts)


def _count_sort(
    facts: Facts,
    cells: tuple[Cells, Cells, Ints],
    days: tuple[int, int],
    by_rank: bool,
    counts: _Counts,
) -> None:
    ahead, passed, since = cells
    exchange = Exchange(facts, days, by_rank)
    names, gain, losses = exchange.names, exchange.gain(passed), exchange.losses(ahead)
    loss = losses[-1]
    total, below = dominated((since, gain, passed.count), 2 * ahead.since, losses)
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
        other = int(passed.example[np.flatnonzero(who)[0]])
        counts.sample.append(
            Pair(ids[other], ids[int(ahead.example[overtaker])], *days)
        )


def dominated(
    passed: tuple[Ints, Ints, Ints], until: Ints, losses: list[Ints]
) -> tuple[Ints, list[Ints]]:
    """Count, for each cell ahead, whom it passed; and those who gained less.

    ``passed`` holds doubled waiting_since, gain and count of those behind; ``until``
    the doubled waiting_since of each cell ahead; ``losses`` what each would lose,
    below which the gain must be, one count for each entry.
    """
    since, gain, count = passed
    if not losses:
        order = np.argsort(since)
        so_far = np.append(0, np.cumsum(count[order]))
        return so_far[np.searchsorted(since[order], until, side="right")], []
    moments = np.unique(since)
    gains = np.unique(gain)
    row = np.searchsorted(moments, since)
    upto = np.searchsorted(moments, until, side="right")
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


class Exchange:
    """What an exchange of slots between two days changes, tiers before others first.

    Counted are ``overdue``, ``promise`` and what keeps given days where they stand
    before the tier that an exchange surely improves.  Within a rank an exchange leaves
    the number of unprinted as it is, and improves ``pressure``.  A stricter rank
    (``by_rank``) surely improves the first stretch of tiers with ``pressure``, or with
    ``unprinted`` where it is not printed (the later day is ``placed.days``); in each
    stretch all its tiers stand before those of the other.
    """

    def __init__(self, placed: Placed, days: tuple[int, int], by_rank: bool) -> None:
        self._days, office = days, placed.office
        prints = by_rank and days[1] == placed.days
        # How many changes there are.
        self._widths = {"overdue": 2, "promise": placed.days + 1, MOVED: 3, FROZEN: 3}
        # Each tier with whether it counts of those passed, and of those ahead.
        self._steps: list[tuple[str, bool, bool]] = []
        tiers = names_of(office, known=placed.is_known)
        for names in stretches(tiers, decided=bool(office.shifts)):
            if prints and "unprinted" in names:  # settled first in its stretch
                break
            first = names.index("pressure") if "pressure" in names else None
            before = [name for name in names[:first] if name in self._widths]
            self._steps += [(name, True, not by_rank) for name in before]
            if first is not None:
                break
            if by_rank:
                self._steps += [(name, False, True) for name in before]
        else:
            if placed.is_known and MOVED not in tiers:  # last of all, without rank
                self._steps.append((MOVED, True, True))
        self.names = [name for name, *_ in self._steps]

    def losses(self, ahead: Cells) -> list[Ints]:
        """Return what those ahead lose, for each tier what they do up to it.

        Tiers are packed into one number, so that larger numbers matter more; at least
        one entry, the last being all tiers.
        """
        counts = [of_ahead for _, _, of_ahead in self._steps]
        packed = self._packed(ahead, counts)
        return packed or [np.zeros(len(ahead.sort), dtype=np.int64)]

    def gain(self, passed: Cells) -> Ints:
        """Return what those behind gain, packed likewise."""
        counts = [of_passed for _, of_passed, _ in self._steps]
        packed = self._packed(passed, counts)
        return packed[-1] if packed else np.zeros(len(passed.sort), dtype=np.int64)

    def _change(self, name: str, cells: Cells) -> Ints:
        day, later = self._days
        if name == "overdue":
            return np.asarray((cells.due >= day) & (cells.due < later), dtype=np.int64)
        if name in (MOVED, FROZEN):
            given = getattr(cells, DATES[name])
            kept: Ints = np.where(given == day, 1, np.where(given == later, -1, 0))
            return kept
        slip = np.maximum(0, later - np.maximum(cells.promised, day))
        return np.where(cells.promised == NONE, 0, slip)

    def _packed(self, cells: Cells, counts: list[bool]) -> list[Ints]:
        widths = [self._widths[name] for name in self.names]
        packed: list[Ints] = []
        for name, is_counted, width in zip(self.names, counts, widths, strict=True):
            digit = self._change(name, cells) * is_counted
            if name in (MOVED, FROZEN):  # from -1: back to the given day
                digit = digit + 1
            packed.append(packed[-1] * width + digit if packed else digit)
        scale = 1
        for index in range(len(packed) - 1, -1, -1):
            packed[index] = packed[index] * scale
            scale *= widths[index]
        return packed
