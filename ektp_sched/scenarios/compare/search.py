"""Where an answer turns along one input, found on the same futures.

An input is a row of *places*, 0 to n, such as days or hundredths of a share.  Grid
points come first; between two whose answers differ a bracket is narrowed to two places
next to each other.  So every edge is found that an odd number of edges between two
grid points does not hide: all of them where savings are monotone between these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from ektp_sched.scenarios.compare.answer import Answer  # noqa: TC001
from ektp_sched.scenarios.compare.spread import of_values
from ektp_sched.scenarios.compare.verdict import answer_of, answer_of_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from typing import TypeVar

    import numpy as np
    from numpy.typing import NDArray

    from ektp_sched.scenarios.compare.spread import Spread

    Floats = NDArray[np.float64]
    T = TypeVar("T")
    Search = Generator[Sequence[int], None, T]
    """Yields the places that must be read before it can go on."""

_OPEN: Final = "cannot-be-told"


@dataclass(frozen=True, slots=True)
class Reading:
    """The advantage at one place."""

    spread: Spread
    by_mean: Answer  # what the mean alone answers
    firm: Answer  # what its 95 % interval answers

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the mean; of one future, the mean itself."""
        return self.spread.mean_interval or (self.spread.mean, self.spread.mean)

    def weight(self, side: Answer, *, firmly: bool) -> float:
        """Return by how much a side is answered; 0 or less where it is not."""
        low, high = self.interval
        if side == "yes":
            return low if firmly else self.spread.mean
        return -high if firmly else -self.spread.mean


@dataclass(frozen=True, slots=True)
class Turning:
    """Two places next to each other, at which the mean answers differently."""

    below: int
    # nearest places on either side where the interval of the mean leaves 0 out; None:
    # nowhere up to the end
    low: int | None
    high: int | None

    @property
    def above(self) -> int:
        """The place after the edge."""
        return self.below + 1


@dataclass(slots=True)
class Scan:
    """One input, read at as few places as will do."""

    advantage: Callable[[int], Floats]  # of a place, by future
    certain: bool = False  # whether nothing is drawn, so that one future is all
    readings: dict[int, Reading] = field(default_factory=dict)

    def at(self, place: int) -> Reading:
        """Return the advantage at a place, worked out once."""
        if place not in self.readings:
            spread = of_values(self.advantage(place))
            by_mean = answer_of_mean(spread.mean)
            firm = answer_of(spread, certain=self.certain)
            self.readings[place] = Reading(spread, by_mean, firm)
        return self.readings[place]

    def turnings(self, grid: Sequence[int]) -> list[Turning]:
        """Return every edge between the places of a grid, ascending."""
        [turnings] = together([(self, self.search(grid))])
        return turnings

    def search(self, grid: Sequence[int]) -> Search[list[Turning]]:
        """Look for every edge between the places of a grid, ascending."""
        yield grid
        below: list[int] = []
        for left, right in pairwise(grid):
            below += yield from self._between(left, right)
        turnings = []
        for edge in below:
            sides = self._firm(edge, -1), self._firm(edge + 1, 1)
            low, high = yield from _abreast(sides)
            turnings.append(Turning(edge, low, high))
        return turnings

    def _between(self, left: int, right: int) -> Search[list[int]]:
        edges = []
        while self.at(left).by_mean != self.at(right).by_mean:
            side = self.at(left).by_mean
            edges.append((yield from self._last(left, right, side, firmly=False)))
            left = edges[-1] + 1
            yield [left]
        return edges

    def _firm(self, place: int, step: int) -> Search[int | None]:
        """Return the nearest place from one on at which the interval leaves 0 out."""
        if self.at(place).firm != _OPEN or self.at(place).by_mean == _OPEN:
            return place
        beyond = sorted(
            (other for other in self.readings if (other - place) * step > 0),
            key=lambda other: other * step,
        )
        inner = place
        for other in beyond:
            if self.at(other).firm != _OPEN:
                side = self.at(other).firm
                return (yield from self._last(other, inner, side, firmly=True))
            inner = other
        return None

    def _last(
        self, inside: int, outside: int, side: Answer, *, firmly: bool
    ) -> Search[int]:
        """Return the last place that answers a side, on the way to one that does not.

        By straight lines through the ends (Illinois rule: an end that stays twice
        counts half), each guess being a new place between them.
        """

        def weight(place: int) -> float:
            reading = self.at(place)
            holds = (reading.firm if firmly else reading.by_mean) == side
            amount = abs(reading.weight(side, firmly=firmly))
            return amount if holds else -amount

        gain, loss, stayed = weight(inside), weight(outside), 0
        while abs(outside - inside) > 1:
            width = abs(outside - inside)
            share = gain / (gain - loss) if gain > loss else 0.5
            step = min(max(int(width * share), 1), width - 1)
            guess = inside + step if outside > inside else inside - step
            yield [guess]
            now = weight(guess)
            reading = self.at(guess)
            if (reading.firm if firmly else reading.by_mean) == side:
                inside, gain = guess, now
                loss = loss / 2 if stayed > 0 else loss
                stayed = 1
            else:
                outside, loss = guess, now
                gain = gain / 2 if stayed < 0 else gain
                stayed = -1
        return inside


def _abreast(searches: Sequence[Search[T]]) -> Search[list[T]]:
    """Return what searches come to that read nothing of each other's."""
    came: dict[int, T] = {}
    while len(came) < len(searches):
        wanted: list[int] = []
        for number, search in enumerate(searches):
            if number not in came:
                try:
                    wanted += next(search)
                except StopIteration as ended:
                    came[number] = ended.value
        if wanted:
            yield wanted
    return [came[number] for number in range(len(searches))]


def together(
    searches: Sequence[tuple[Scan, Search[T]]],
    prepare: Callable[[Sequence[tuple[int, int]]], None] | None = None,
) -> list[T]:
    """Return what searches come to, taken step by step side by side.

    Before each step ``prepare`` is told all places that will be read, each beside the
    number of its search.
    """
    came: dict[int, T] = {}
    while len(came) < len(searches):
        wanted: list[tuple[int, int]] = []
        for number, (scan, search) in enumerate(searches):
            if number in came:
                continue
            try:
                places = next(search)
            except StopIteration as ended:
                came[number] = ended.value
            else:
                wanted += [(number, p) for p in places if p not in scan.readings]
        if prepare is not None:
            prepare(wanted)
        for number, place in wanted:
            searches[number][0].at(place)
    return [came[number] for number in range(len(searches))]
