"""The public order: who comes first among those whom no tier tells apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.office import Office


_LAST: Final = np.iinfo(np.int64).max
_MOST_DIGITS: Final = 18
_SPARSE: Final = 8
"""Numbers spread over as many times their count are sorted, not dealt."""


@dataclass(frozen=True, slots=True)
class PublicOrder:
    """The tie-break of an office among some applications, without sorting them.

    By recorded_at, missing last, then by application_id by code point.  A lottery draws
    for each application the SHA-256, in hexadecimal, of "seed:application_id" in UTF-8;
    lower draws come first.
    """

    # What is compared first: recorded_at in microseconds; in a lottery the first sixty
    # bits of the draw, (N,).
    first: Ints
    # Texts compared where `first` is equal: the application_id; in a lottery the whole
    # draw before it.
    then: pl.Series
    drawn: bool  # whether this is a lottery

    @classmethod
    def of(cls, frame: pl.DataFrame, office: Office) -> PublicOrder:
        """Return the order of applications by application_id and recorded_at."""
        ids, rules = frame["application_id"], office.plan
        if rules.tie_break == "lottery":
            draws = [
                hashlib.sha256(f"{rules.seed}:{name}".encode()).hexdigest()
                for name in ids.to_list()
            ]
            # Fifteen hexadecimal digits are sixty bits, which int64 holds.
            first = np.array([int(draw[:15], 16) for draw in draws], dtype=np.int64)
            return cls(first, pl.Series(draws, dtype=pl.String) + ids, True)
        recorded = frame["recorded_at"].cast(pl.Datetime("us")).to_physical()
        return cls(recorded.fill_null(_LAST).to_numpy(), ids, False)

    def rows(self) -> Ints:
        """Return the row numbers of all in this order, shape ``(N,)``."""
        order = np.argsort(self.first) if self.drawn else by_code_point(self.then)
        first = self.first[order]
        if self.drawn and (first[1:] == first[:-1]).any():
            everybody = np.arange(len(order))
            order[self.ranked(everybody)] = everybody
            return order
        if self.drawn or (first == _LAST).all():
            return order
        return order[np.argsort(first, kind="stable")]

    def falls(self, sequence: Ints, pair: Bools, ids: pl.Series) -> Bools:
        """Return where an application comes strictly before its predecessor.

        Parameters
        ----------
        sequence
            Rows, shape ``(R,)``.
        pair
            Which neighbours to compare, shape ``(R - 1,)``.
        ids
            The application_id of each entry of ``sequence``.
        """
        first = self.first[sequence]
        late = pair & (first[1:] < first[:-1])
        same = pair & (first[1:] == first[:-1])
        if same.any():
            texts = self.then.gather(sequence) if self.drawn else ids
            behind = (texts.slice(1) < texts.slice(0, len(texts) - 1)).to_numpy()
            late |= same & behind
        return np.asarray(late)

    def ranked(self, rows: Ints) -> Ints:
        """Return the place of each of some rows, each once, among them, from 0."""
        table = pl.DataFrame(
            {"first": self.first[rows], "then": self.then.gather(rows)}
        )
        order = table.select(pl.arg_sort_by("first", "then")).to_series().to_numpy()
        place = np.empty(len(rows), dtype=np.int64)
        place[order] = np.arange(len(rows))
        return place


def by_code_point(ids: pl.Series) -> Ints:
    """Return the rows in the order of their ids, which are all different.

    Ids of an office begin alike and differ in a few last characters; where these are
    as many digits each, or plain ASCII and at most eight, comparing them as one integer
    is the same order and several times faster.
    """
    if ids.is_sorted():
        return np.arange(len(ids), dtype=np.int64)
    pairs = zip(str(ids.min()), str(ids.max()), strict=False)
    alike = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    table = ids.to_frame("id").select(pl.col("id").str.slice(alike))
    rest = pl.col("id")
    length = rest.str.len_bytes()
    shortest, longest = table.select(length.min(), length.max().alias("most")).row(0)
    even = shortest == longest <= _MOST_DIGITS
    if even and table.select(rest.str.contains("^[0-9]+$").all()).item():
        return _by_number(table.to_series().cast(pl.Int64).to_numpy())
    plain = (length == rest.str.len_chars()) & (length <= 8)
    zero = rest.str.contains("\0", literal=True)
    if not table.select(plain.all() & ~zero.any()).item():
        return ids.arg_sort().cast(pl.Int64).to_numpy()
    key = rest.str.pad_end(8, "\0").cast(pl.Binary)
    number = key.bin.reinterpret(dtype=pl.UInt64, endianness="big")
    return table.select(number.arg_sort()).to_series().cast(pl.Int64).to_numpy()


def _by_number(numbers: Ints) -> Ints:
    """Return the order of numbers that are all different."""
    low = int(numbers.min())
    span = int(numbers.max()) - low + 1
    if span > _SPARSE * len(numbers):
        return np.argsort(numbers)
    # Numbers given out one after another say themselves where they belong.
    place = np.full(span, -1, dtype=np.int64)
    place[numbers - low] = np.arange(len(numbers))
    return place[place >= 0]


def precedence(rank: Ints, target: Ints, other_rank: Ints, other_target: Ints) -> Ints:
    """Return how applications come before others by rank, or else by target.

    0 never, 1 by rank whenever they were recorded, 2 by a shorter target if recorded no
    later, 3 with the same target if recorded earlier.
    """
    level = rank == other_rank
    return np.select(
        [
            rank < other_rank,
            level & (target < other_target),
            level & (target == other_target),
        ],
        [1, 2, 3],
    )
