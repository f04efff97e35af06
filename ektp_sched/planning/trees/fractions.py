"""Prices of one part of all plans, guessed by linear programs and made whole.

Whatever they are, what they say is counted in whole numbers afterwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.planning.mixed.relax import relax, solve
from ektp_sched.planning.trees.program import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ektp_sched.arrays import Bools, Floats, Ints
    from ektp_sched.planning.mixed.matrix import Matrix
    from ektp_sched.planning.mixed.model import Laid
    from ektp_sched.planning.trees.program import Count, Program, Step

    Path = tuple[Step, ...]

_SCALES: Final = (1, 2, 3, 4, 6, 12, 60, 420, 1 << 16, 1 << 24, 1 << 32)
"""What prices are multiplied by before they are rounded, in turn."""

_NONE: Final = 1e-9
_LARGE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Point:
    """The best fractions of a part, and the prices that go with them."""

    value: float  # infinite where there are none
    values: Floats | None  # of every variable
    price: Floats  # of each row of the program and then of each count in the path


@dataclass(slots=True)
class Fractions:
    """The linear program of one tier, and where its rows are."""

    program: Program
    bare: bool = False  # whether no tier is held, and which is least is all the same
    laid: Laid = field(init=False)
    rows: Ints = field(init=False)  # where each sort of rows ends
    kept: Bools | None = None  # choices that mattered so far
    solved: int = 0  # programs

    def __post_init__(self) -> None:
        """Lay the program without any step."""
        mip = self.program.mip
        own, held = (None, ()) if self.bare else (self.program.own, self.program.held)
        cost = mip.groups.costs[-1] if own is None else None
        self.laid = mip.lay(cost, own, held)
        moved = 0 if mip.uses is None else len(np.unique(mip.uses.arc))
        groups, inner = len(mip.groups.size), mip.split.program.nodes - 1
        flows = groups, inner, moved, len(mip.sums)
        rules = len(mip.side), len(mip.ordered), len(mip.limiting), len(held)
        self.rows = np.cumsum([*flows, *rules])
        # A sum that comes to less than one more is as good: fractions of a long row of
        # large numbers are easier to find with that room.
        most = self.laid.matrix.most.copy()
        values = most[len(most) - len(held) :]
        values[values > _LARGE] += 0.5
        self.laid = replace(self.laid, matrix=replace(self.laid.matrix, most=most))

    def best(self, path: Path, on: Mapping[int, bool]) -> Point:
        """Return the best fractions of a part."""
        laid = self._within(path, on)
        self.solved += 1
        relaxed = relax(laid, self.kept)
        if relaxed is None:
            return Point(math.inf, None, self._ray(laid))
        self.kept = relaxed.kept
        return Point(relaxed.value, relaxed.values, relaxed.price)

    def parts(self, point: Point, path: Path) -> Iterator[Part]:
        """Yield prices of a part in whole numbers, coarse ones first."""
        price = point.price
        if math.isfinite(point.value):
            for scale in _SCALES:
                yield self._whole(price, scale, path, scale)
            return
        sizes = np.abs(price[np.abs(price) > _NONE])
        units = {1.0, float(sizes.min(initial=1.0))}
        for unit in sorted(units):
            for scale in _SCALES:
                yield self._whole(price / unit, scale, path, 0)

    def _whole(self, price: Floats, scale: int, path: Path, own: int) -> Part:
        mip = self.program.mip
        split = mip.split
        _, inner, _, _, *rules, steps = np.split(price, self.rows)
        rows, ordered, limiting, tiers = (np.rint(each * scale) for each in rules)
        at_node = np.append(inner, 0.0)
        rise = at_node[split.program.head] - at_node[split.program.tail]
        paid = np.rint(rise[: split.arcs] * scale)
        paid[self.program.links] = 0
        named = {
            number: each
            for number, each in _positive(rows).items()
            if mip.side[number].named is not None
        }
        return Part(
            path,
            self._times(steps * scale, path),
            (*(max(0, -int(each)) for each in tiers.tolist()), own),
            _positive(paid),
            named,
            _positive(ordered),
            {
                number: each
                for number, each in _positive(-limiting).items()
                if mip.limiting[number].rule != "day"
            },
        )

    def _times(self, price: Floats, path: Path) -> tuple[int, ...]:
        """Return the price of each step: what counts is the last of its kind."""
        times = [0] * len(path)
        for number, count in enumerate(_counts(path)):
            each = round(price[number])
            for place in range(len(path) - 1, -1, -1):
                step = path[place]
                if step.count == count and step.above is (each > 0):
                    times[place] = abs(each)
                    break
        return tuple(times)

    def _within(self, path: Path, on: Mapping[int, bool]) -> Laid:
        """Return the program of a part: a row for each count, switches settled."""
        matrix, first = self.laid.matrix, self.laid.switches[0]
        low, high = matrix.low.copy(), matrix.high.copy()
        for switch, is_on in on.items():
            low[first + switch] = high[first + switch] = is_on
        for step in path:
            if step.count.switch is not None:
                at = first + step.count.switch
                low[at] = high[at] = step.above
        counts = _counts(path)
        rows, columns = [matrix.row], [matrix.column]
        least, most = [matrix.least], [matrix.most]
        for number, count in enumerate(counts):
            if count.uses:
                slots = np.array(count.uses) + self.laid.uses[0]
            else:
                slots = np.flatnonzero(self.program.slots_of(count))
                slots += self.laid.slots[0]
            rows.append(np.full(len(slots), len(matrix.least) + number))
            columns.append(slots)
            steps = [step for step in path if step.count == count]
            least.append(
                np.array(
                    [max((s.number + 1.0 for s in steps if s.above), default=-math.inf)]
                )
            )
            most.append(
                np.array(
                    [
                        min(
                            (1.0 * s.number for s in steps if not s.above),
                            default=math.inf,
                        )
                    ]
                )
            )
        row = np.concatenate(rows)
        value = np.append(matrix.value, np.ones(len(row) - len(matrix.value)))
        return replace(
            self.laid,
            matrix=replace(
                matrix,
                low=low,
                high=high,
                row=row,
                column=np.concatenate(columns),
                value=value,
                least=np.concatenate(least),
                most=np.concatenate(most),
            ),
        )

    def _ray(self, laid: Laid) -> Floats:
        """Return prices under which nothing keeps all rows of a program.

        They are those of the least that its rows have to be broken by.
        """
        matrix = laid.matrix
        nodes = (
            len(laid.size),
            len(laid.size) + self.program.mip.split.program.nodes - 1,
        )
        broken = np.ones(len(matrix.least), dtype=bool)
        broken[slice(*nodes)] = False
        size = _units(matrix)
        up = np.flatnonzero(broken & np.isfinite(matrix.least))
        down = np.flatnonzero(broken & np.isfinite(matrix.most))
        count, more = len(matrix.cost), len(up) + len(down)
        row = np.concatenate([matrix.row, up, down])
        order = np.argsort(row, kind="stable")
        column = np.concatenate([matrix.column, np.arange(more) + count])
        value = np.concatenate([matrix.value, size[up], -size[down]])
        elastic = replace(
            matrix,
            cost=np.append(np.zeros(count), np.ones(more)),
            low=np.append(matrix.low, np.zeros(more)),
            high=np.append(matrix.high, np.full(more, math.inf)),
            whole=np.zeros(count + more, dtype=bool),
            row=row[order],
            column=column[order],
            value=value[order],
        )
        self.solved += 1
        solution = solve(elastic, np.ones(count + more, dtype=bool))
        return np.zeros(len(matrix.least)) if solution is None else solution[1]


def _units(matrix: Matrix) -> Floats:
    """Return what one unit of each row is, so that none outweighs the others."""
    largest = np.ones(len(matrix.least))
    np.maximum.at(largest, matrix.row, np.abs(matrix.value))
    return largest


def _counts(path: Path) -> tuple[Count, ...]:
    """Return the counts of cards in a path, once each."""
    return tuple(dict.fromkeys(s.count for s in path if s.count.switch is None))


def _positive(price: Floats) -> dict[int, int]:
    return {int(at): int(price[at]) for at in np.flatnonzero(price > 0).tolist()}
