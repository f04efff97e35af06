"""The synthetic backlog of the example: 12,000 applications, no real person.

Every choice is whole-number arithmetic on the raw stream of PCG64, which NumPy
keeps the same on all platforms and in all versions; so a seed means the same
bytes everywhere.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.example.districts import (
    DISTRICTS,
    MET_SPELLINGS,
    POPULATION_SHARE,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.arrays import Ints

SEED: Final = 20170912
APPLICATIONS: Final = 12_000

_OLDEST = date(2016, 9, 13)
_FIRST_OF_THE_REST = date(2016, 9, 19)
_LAST = date(2017, 9, 11)
START: Final = date(2017, 9, 12)
"""The first morning after the last of them was recorded."""

_STATUS = {
    "PRINT_READY_RECORD": 760,
    "PRR": 110,
    "SENT_FOR_ENROLLMENT": 88,
    "PROCESSING": 22,
    "DUPLICATE_RECORD": 12,
    "ENROLL_FAILURE_AT_CENTRAL": 8,
}
_COLUMNS = (
    "application_id",
    "waiting_since",
    "ready_on",
    "urgency",
    "due_on",
    "area",
    "recorded_at",
    "promised_on",
    "pinned_on",
    "status",
    "kelurahan",
    "nama",
    "nik",
    "keterangan",
)
_PRINTABLE = ("PRINT_READY_RECORD", "PRR")
_PERMILLE_BY_AGE = {  # share of each class among records up to so many days old
    14: {"emergency": 60, "urgent": 160, "priority": 180, "routine": 600},
    60: {"emergency": 4, "urgent": 40, "priority": 150, "routine": 806},
    400: {"emergency": 0, "urgent": 6, "priority": 90, "routine": 904},
}


class _Dice:
    """Whole numbers from the raw stream of one seeded generator."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def below(self, limit: int, size: int) -> Ints:
        """Draw ``size`` numbers in 0 … limit − 1, limit below 2³¹."""
        raw = np.asarray(self._bits.random_raw(size), dtype=np.uint64)
        scaled = (raw >> np.uint64(32)) * np.uint64(limit)
        return (scaled >> np.uint64(32)).astype(np.int64)

    def pick(self, weights: Ints, size: int) -> Ints:
        """Draw ``size`` indices, each with the frequency of its weight."""
        edges = np.cumsum(weights)
        return np.searchsorted(edges, self.below(int(edges[-1]), size), side="right")


def kupang_backlog(
    seed: int = SEED,
    applications: int = APPLICATIONS,
    *,
    replacements: bool = False,
    children: bool = False,
) -> pl.DataFrame:
    """Make the example's backlog in the columns of a backlog file."""
    dice = _Dice(seed)
    waiting = _waiting_since(dice, applications)
    status = _status(dice, applications)
    ready = _ready_on(dice, waiting)
    urgency = _urgency(dice, waiting)
    district, kelurahan = _places(dice, applications)
    drawn = pl.DataFrame(
        {
            "number": np.arange(1, applications + 1),
            "waiting_since": _dates(waiting),
            "ready_on": _dates(ready),
            "urgency": urgency,
            "area": district,
            "status": status,
            "kelurahan": kelurahan,
        }
    )
    dates = [
        _clock(dice, applications),
        _due_on(dice, applications),
        _promised_on(dice, applications),
        _pinned_on(),
        pl.when(pl.col("status").is_in(_PRINTABLE)).then("ready_on"),
    ]
    made = drawn.with_columns(_names()).with_columns(dates).select(_COLUMNS)
    # Drawn last, so that the rest is the same with them and without.
    if replacements:
        made = made.with_columns(_replaced(dice, applications))
    if children:
        kind = np.where(dice.below(10, applications) < 3, "KIA", "KTP-el")
        made = made.with_columns(card=pl.Series(kind))
    return made


def _replaced(dice: _Dice, size: int) -> pl.Expr:
    chosen = pl.lit(pl.Series(dice.below(5, size) < 2))
    chosen &= pl.col("urgency") == "routine"
    return (
        pl.when(chosen)
        .then(pl.lit("replacement"))
        .otherwise("urgency")
        .alias("urgency")
    )


def _dates(days: Ints) -> pl.Series:
    return pl.Series(days.astype(np.int32)).cast(pl.Date)


def _day_number(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


def _waiting_since(dice: _Dice, size: int) -> Ints:
    """Working days, sorted; more of them late than early."""
    days = np.arange(_day_number(_FIRST_OF_THE_REST), _day_number(_LAST) + 1)
    working = days[(days + 3) % 7 < 5]
    weights = 200 + np.arange(len(working), dtype=np.int64)
    drawn = np.sort(working[dice.pick(weights, size)])
    drawn[0] = _day_number(_OLDEST)
    return drawn


def _status(dice: _Dice, size: int) -> NDArray[np.str_]:
    drawn = dice.pick(np.array(list(_STATUS.values())), size)
    drawn[0] = 0
    return np.array(list(_STATUS))[drawn]


def _ready_on(dice: _Dice, waiting: Ints) -> Ints:
    """Return days 1 to 20 after the recording, the start day at the latest."""
    ready = waiting + 1 + dice.below(20, len(waiting))
    latest: Ints = np.minimum(ready, _day_number(START))
    return latest


def _urgency(dice: _Dice, waiting: Ints) -> NDArray[np.str_]:
    names = np.array(list(_PERMILLE_BY_AGE[14]))
    age = _day_number(START) - waiting
    result = np.full(len(waiting), "routine", dtype=names.dtype)
    oldest_done = 0
    for oldest, share in _PERMILLE_BY_AGE.items():
        drawn = names[dice.pick(np.array(list(share.values())), len(waiting))]
        here = (age > oldest_done) & (age <= oldest)
        result[here] = drawn[here]
        oldest_done = oldest
    result[0] = "routine"
    return result


def _places(dice: _Dice, size: int) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """District and kelurahan; some as clerks write them."""
    officially, names = zip(
        *((d, k) for d, ks in DISTRICTS.items() for k in ks), strict=True
    )
    weights = [POPULATION_SHARE[d] * 5040 // len(DISTRICTS[d]) for d in officially]
    drawn = dice.pick(np.array(weights), size)
    as_met = np.array([MET_SPELLINGS.get(k, k) for k in names])
    upper = np.array([d.upper() for d in officially])
    habit = dice.below(100, size)
    district = np.array(officially)[drawn]
    district = np.where(habit < 8, upper[drawn], district)
    district = np.where(habit >= 95, as_met[drawn], district)
    kelurahan = np.where(habit % 4 == 0, as_met[drawn], np.array(names)[drawn])
    return district, kelurahan


def _names() -> list[pl.Expr]:
    number = pl.col("number").cast(pl.String)
    return [
        ("KPG-" + number.str.zfill(6)).alias("application_id"),
        ("Warga Contoh " + number.str.zfill(6)).alias("nama"),
        # Numbers ending in 000 look as if a spreadsheet had rounded them.
        ("990000" + number.str.zfill(9) + "1").alias("nik"),
        pl.lit("data contoh, bukan orang nyata").alias("keterangan"),
    ]


def _clock(dice: _Dice, size: int) -> pl.Expr:
    """Time of recording between 8:00 and 15:59, known for nine in ten."""
    second = pl.Series(dice.below(8 * 3600, size)) + 8 * 3600
    known = pl.Series(dice.below(10, size) > 0)
    stamp = pl.col("waiting_since").cast(pl.Datetime("us")) + pl.duration(
        seconds=pl.lit(second)
    )
    text = stamp.dt.strftime("%Y-%m-%dT%H:%M:%S")
    return pl.when(known).then(text).alias("recorded_at")


def _due_on(dice: _Dice, size: int) -> pl.Expr:
    """Return a date of the outside world for one in forty of the pressing cases."""
    offset = pl.Series(10 + dice.below(80, size))
    chosen = pl.Series(dice.below(40, size) == 0)
    pressing = pl.col("urgency") != "routine"
    due = pl.lit(START) + pl.duration(days=pl.lit(offset))
    return pl.when(chosen & pressing).then(due).alias("due_on")


def _promised_on(dice: _Dice, size: int) -> pl.Expr:
    """Return the date that one in two hundred was told at the counter."""
    offset = pl.Series(14 + dice.below(60, size))
    chosen = pl.Series(dice.below(200, size) == 0)
    printable = pl.col("status").is_in(_PRINTABLE)
    day = pl.lit(START) + pl.duration(days=pl.lit(offset))
    return pl.when(chosen & printable).then(day).alias("promised_on")


def _pinned_on() -> pl.Expr:
    """Three cards that a bus to the edge of town takes along on one day."""
    in_naioni = (
        (pl.col("kelurahan") == "Naioni")
        & pl.col("status").is_in(_PRINTABLE)
        & (pl.col("ready_on") < START)
    )
    return (
        pl.when(in_naioni & (in_naioni.cum_sum() <= 3))
        .then(pl.lit(date(2017, 9, 15)))
        .alias("pinned_on")
    )
