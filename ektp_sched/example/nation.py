"""A synthetic nation: many offices, each with people who wait; no real person.

Offices are of very different size, as registry offices are: a few large cities, many
small districts.  What is drawn for one does not depend on the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.errors import FolderError, UsageError
from ektp_sched.example.folder import resource
from ektp_sched.example.kupang import SEED, kupang_backlog
from ektp_sched.fleet.blanks import proportional
from ektp_sched.fleet.offices import DEFAULTS
from ektp_sched.office.writing import tables_to_toml
from ektp_sched.places import replace_file
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


OFFICES: Final = 514
"""Regencies and cities of Indonesia."""
APPLICATIONS: Final = 200_000
BACKLOGS: Final = "backlogs"

_LARGEST: Final = 10_000, 50_000_000
_FIRST: Final = 1001
_ROWS: Final = 500_000  # of a file of the data set, about
_OF_KUPANG: Final = ("area", "kelurahan", "pinned_on")
_DAYS: Final = 60  # in which a usual office prints half of its backlog


def write_nation(
    folder: Path,
    *,
    offices: int = OFFICES,
    applications: int = APPLICATIONS,
    force: bool = False,
    told: Callable[[float], object] = lambda _: None,
) -> tuple[Path, ...]:
    """Write offices and their backlogs, a file after another.

    Parameters
    ----------
    folder
        Where to; made if absent.
    offices
        Their number, 1 to 9,000.
    applications
        Of all offices together, at least one for each.
    force
        Whether a nation that is there is replaced.
    told
        Called with the share that is written, 0 to 1.

    Returns
    -------
    tuple of Path
        Folder of the offices, folder of the backlogs.

    Raises
    ------
    ektp_sched.errors.UsageError
        A number is out of its range.
    ektp_sched.errors.FolderError
        There is something already.
    """
    if not 1 <= offices <= 9_000 or not offices <= applications <= _LARGEST[1]:
        message = said(
            "a nation has 1 to {most} offices and, for each, at least one application; "
            "at most {rows} in all",
            "contoh negara berisi 1 sampai {most} kantor dan paling sedikit satu "
            "permohonan per kantor; semuanya paling banyak {rows}",
            most=9_000,
            rows=_LARGEST[1],
        )
        raise UsageError(message)
    described, data = folder / "offices", folder / BACKLOGS
    for place in (described, data):
        if place.exists() and any(place.iterdir()) and not force:
            message = said(
                "is not empty; --force replaces what is there",
                "tidak kosong; --force menggantinya",
            )
            raise FolderError(message, file=str(place))
        place.mkdir(parents=True, exist_ok=True)
        for old in place.iterdir():
            old.unlink()
    replace_file(described / DEFAULTS, resource("nation.toml"))
    sizes = _sizes(offices, applications)
    frames, rows, file = [], 0, 0
    for number, size in enumerate(sizes):
        key = f"{_FIRST + number}"
        text = tables_to_toml(_own(key, size)).encode()
        replace_file(described / f"{key}.toml", text)
        frames.append(_backlog(key, number, size))
        rows += size
        if rows >= _ROWS or number + 1 == offices:
            _write(frames, data / f"{file:04}.parquet")
            frames, rows, file = [], 0, file + 1
            told((number + 1) / offices)
    return described, data


def _sizes(offices: int, applications: int) -> list[int]:
    """Return the applications of each office, at least one."""
    # Sizes as those of towns: the k-th is about 1/√k of the largest, in a drawn order.
    ranks = np.random.Generator(np.random.PCG64(SEED)).permutation(offices) + 1
    weights = (1_000_000 / np.sqrt(ranks)).astype(np.int64).tolist()
    by_key = {f"{number:05}": weight for number, weight in enumerate(weights)}
    shares = proportional(applications - offices, by_key)
    return [1 + share for share in shares.values()]


def _own(key: str, size: int) -> dict[str, object]:
    daily = max(1, size // (2 * _DAYS) + int(key) % 7)
    printers = [
        {"id": f"printer-{number}", "cards_per_day": max(1, daily)}
        for number in range(1, 2 + (size > 5_000))
    ]
    # It does not follow the backlog: what a division by population gets wrong.
    people = 1_000 * (8 + size // 40 + 17 * int(key) % 101)
    return {
        "name": f"Kantor {key} (contoh)",
        "population": people,
        "servers": [{"id": "server-1", "cards_per_day": daily}],
        "printers": printers,
    }


def _backlog(key: str, number: int, size: int) -> pl.DataFrame:
    drawn = kupang_backlog(SEED + number, max(size, 40)).head(size).drop(_OF_KUPANG)
    named = pl.col("application_id").str.replace("^KPG", f"K{key}")
    return drawn.with_columns(named, office=pl.lit(key))


def _write(frames: list[pl.DataFrame], path: Path) -> None:
    pl.concat(frames).write_parquet(path)
