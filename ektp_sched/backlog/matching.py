"""Find ids among ids, fast and exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.arrays import Bools, Ints


UNKNOWN: Final = -1
"""Stands for an id, printer or server that is not there."""

_FEW: Final = 16
"""Wanted ids are few where there are more than so many times as many ids."""


def match_ids(wanted: pl.Series, ids: pl.Series, hint: Ints | None = None) -> Ints:
    """Return where each wanted id stands among ids, ``UNKNOWN`` if nowhere.

    Hashes are looked up in a table, which is several times faster than
    joining texts.  Neither they nor a hint are believed where the texts do
    not then agree.
    """
    if hint is not None and len(hint) == len(wanted):
        inside = (hint >= 0) & (hint < len(ids))
        if inside.all() and _agree(wanted, ids, hint).all():
            return hint
    hashes, hashes_wanted = ids.hash(), wanted.hash()
    if _FEW * len(wanted) < len(ids):
        # Of few wanted no table of all ids is made, but of those who may be meant.
        alike = hashes.is_in(hashes_wanted.unique().implode()).arg_true()
        at = _guess(hashes_wanted.to_numpy(), hashes.gather(alike).to_numpy())
        known = np.flatnonzero(at >= 0)
        at[known] = alike.to_numpy()[at[known]]
    else:
        at = _guess(hashes_wanted.to_numpy(), hashes.to_numpy())
    sure = _agree(wanted, ids, at)
    if sure.all():
        return at
    doubtful = np.flatnonzero(~sure)
    # Equal ids have equal hashes: few of those who may be meant are left to compare.
    meant = hashes_wanted.gather(doubtful).unique()
    near = hashes.is_in(meant.implode()).arg_true()
    table = pl.DataFrame({"id": ids.gather(near), "at": near}).unique(
        "id", keep="first"
    )
    exact = pl.DataFrame({"id": wanted.gather(doubtful)}).join(
        table, on="id", how="left", maintain_order="left"
    )
    at[doubtful] = exact["at"].cast(pl.Int64).fill_null(UNKNOWN).to_numpy()
    return at


def rows_at(frame: pl.DataFrame, at: Ints) -> pl.DataFrame:
    """Return the rows at some places, all null at a place that is `UNKNOWN`."""
    places = pl.Series(at)
    return frame.select(pl.all().gather(places.set(places == UNKNOWN, None)))


def laid_beside(frame: pl.DataFrame, at: Ints, height: int) -> pl.DataFrame:
    """Return so many rows, each of a frame at its place, and null where none is."""
    row = np.full(height, UNKNOWN, np.int64)
    known = np.flatnonzero(at != UNKNOWN)
    row[at[known]] = known
    return rows_at(frame, row)


def _agree(wanted: pl.Series, ids: pl.Series, at: Ints) -> Bools:
    """Return where the id that stands at a place is the one wanted."""
    if not len(ids):
        return np.zeros(len(wanted), dtype=bool)
    agree = ids.gather(np.maximum(at, 0)) == wanted
    return np.asarray(agree.fill_null(value=False).to_numpy() & (at >= 0))


def _guess(wanted: NDArray[np.uint64], hashes: NDArray[np.uint64]) -> Ints:
    """Find each wanted hash among hashes, round by round for those that collide."""
    at = np.full(len(wanted), UNKNOWN, dtype=np.int64)
    bits = min(24, max(8, len(hashes).bit_length() + 4))
    seeking, free = np.arange(len(wanted)), np.arange(len(hashes))
    for shift in (64 - bits, 0, 20):
        low = np.uint64((1 << bits) - 1)
        table = np.full(1 << bits, UNKNOWN, dtype=np.int32)
        table[(hashes[free] >> np.uint64(shift)) & low] = free
        guess = table[(wanted[seeking] >> np.uint64(shift)) & low]
        hit = (guess >= 0) & (hashes[guess] == wanted[seeking]) if len(hashes) else []
        at[seeking[hit]] = guess[hit]
        taken = np.zeros(len(hashes), dtype=bool)
        taken[guess[hit]] = True
        seeking, free = seeking[at[seeking] < 0], free[~taken[free]]
        if not len(seeking) or not len(free):
            break
        bits = min(bits, max(8, len(free).bit_length() + 6))
    return at
