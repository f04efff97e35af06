r"""What two whole sums that a row compares can be, told so that fractions gain nothing.

A row :math:`A x - B y \ge r` of two whole sums x and y also keeps every line under the
least x of each y, :math:`\lceil (r + B y) / A \rceil`.  The lines of the lower hull of
these points say all there is to say of x and y.
"""

from __future__ import annotations

from itertools import pairwise
from math import gcd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def lines(
    up: int, down: int, least: int, most: tuple[int, int, int]
) -> Iterator[tuple[int, int, int]]:
    """Yield lines ``above x + below y >= bound`` that ``up x - down y >= least`` keeps.

    ``most`` are the largest x, y and x + y.
    """
    points = [
        (y, max(0, -(-(least + down * y) // up)))
        for y in range(min(most[1], most[2]) + 1)
    ]
    points = [(y, x) for y, x in points if x <= most[0] and x + y <= most[2]]
    if not points:
        return
    corners: list[tuple[int, int]] = []
    for y, x in points:
        while len(corners) > 1 and _turns(corners[-2], corners[-1], (y, x)):
            corners.pop()
        corners.append((y, x))
    for (y, x), (later, more) in pairwise(corners):
        above, below = later - y, x - more
        part = gcd(above, below)
        above, below = above // part, below // part
        yield above, below, above * x + below * y
    if len(corners) == 1 and corners[0][1]:
        yield 1, 0, corners[0][1]
    if points[-1][0] < most[1]:
        yield 0, -1, -points[-1][0]


def _turns(
    first: tuple[int, int], middle: tuple[int, int], last: tuple[int, int]
) -> bool:
    """Return whether a middle point is not below the line of two others."""
    rise = (middle[1] - first[1]) * (last[0] - first[0])
    return rise >= (last[1] - first[1]) * (middle[0] - first[0])
