"""The verb of a fleet: one function of an office, run by any executor."""

from __future__ import annotations

import json
import multiprocessing
import os
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.backlog.inputs import as_day
from ektp_sched.errors import FolderError, MissingExtraError, UsageError
from ektp_sched.fleet.offices import refuse_offices
from ektp_sched.fleet.one import Order, Outcome, plan_office
from ektp_sched.fleet.parts import parts_of
from ektp_sched.fleet.summary import NAME, Fleet, save_fleet
from ektp_sched.output.batches import file_stems
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date
    from os import PathLike

    Told = Callable[[Outcome, int, int], object]

__all__ = ["Fleet", "fleet"]

_OFFICES: Final = "offices"
_PARTS: Final = "parts"


def fleet(
    backlogs: str | PathLike[str],
    offices: str | PathLike[str],
    out: str | PathLike[str],
    *,
    start: date | str,
    days: int | None = None,
    column: str = "office",
    max_rejects: float = 0.01,
    sheets: bool = False,
    force: bool = False,
    executor: Executor | None = None,
    workers: int | None = None,
    dask: str | None = None,
    lang: str = "id",
    told: Told | None = None,
) -> Fleet:
    """Plan many offices, each alone, and write one page over all of them.

    A second run does only what is missing or has changed.  Which executor runs it makes
    no difference to a byte of what is written.

    Parameters
    ----------
    backlogs
        A Parquet data set, an export, or a folder of such files.
    offices
        Folder with ``defaults.toml`` and a file for each office, ``KEY.toml``.
    out
        Folder to write: ``offices/KEY/`` for each, fleet.csv, fleet.json, index.html.
    start
        First day.
    days
        Calendar days to plan, 1 to 3660; None: in each office until all are printed.
    column
        Heading of the column that says whose an application is.
    max_rejects
        Share of an office's rows, 0 to 1, that may be unusable.
    sheets
        Whether to write workbooks and a page for each office too.
    force
        Whether a plan folder that somebody changed is replaced; else that office fails.
    executor
        Runs `ektp_sched.fleet.one.plan_office`; it is left open.
    workers
        Processes of our own where there is no executor; None: one a processor.
    dask
        Address of a Dask scheduler that runs it, with workers that see the same paths.
    lang
        Language of the page, ``id`` or ``en``.
    told
        Called with each outcome, how many are there, and of how many.

    Returns
    -------
    Fleet
        What became of each office, those that wait longest first.

    Raises
    ------
    ektp_sched.errors.InputError
        Backlogs or offices are not what they should be; a failure of one office is its
        outcome instead.
    ektp_sched.errors.UsageError
        An argument is out of its range.
    """
    if sum(given is not None for given in (executor, workers, dask)) > 1:
        message = said(
            "an executor, a number of workers and a Dask scheduler exclude each other; "
            "name one of them",
            "executor, jumlah pekerja, dan penjadwal Dask tidak dapat dipakai bersama; "
            "sebutkan salah satu",
        )
        raise UsageError(message)
    place, described = Path(out), Path(offices)
    refuse_offices(described)
    begin = as_day(start)
    ordered = {
        "start": begin.isoformat(),
        "days": days,
        "max_rejects": max_rejects,
        "sheets": sheets,
    }
    may_keep = _ordered_before(place) == ordered
    place.mkdir(parents=True, exist_ok=True)
    save_fleet(Fleet((), ordered), place, lang, whole=False)
    parts = parts_of(Path(backlogs), column, place / _PARTS)
    stems = file_stems(part.key for part in parts)
    order = partial(
        Order,
        offices=described,
        start=begin,
        days=days,
        max_rejects=max_rejects,
        sheets=sheets,
        may_keep=may_keep,
        force=force,
    )
    orders = [
        order(key=part.key, part=part.path, out=place / _OFFICES / stems[part.key])
        for part in parts
    ]
    outcomes = []
    with _executor(executor, workers, dask) as running:
        futures = [running.submit(plan_office, each) for each in orders]
        try:
            for future in as_completed(futures):
                outcomes.append(future.result())
                if told is not None:
                    told(outcomes[-1], len(outcomes), len(futures))
        except BaseException:
            running.shutdown(wait=False, cancel_futures=True)
            raise
    made = Fleet.of(outcomes, ordered)
    save_fleet(made, place, lang)
    return made


def _ordered_before(out: Path) -> Mapping[str, Any] | None:
    """Return what an earlier run was told; None where there was none.

    Raises
    ------
    ektp_sched.errors.FolderError
        The folder holds something else.
    """
    if not out.exists() or not any(out.iterdir()):
        return None
    try:
        document = json.loads((out / NAME).read_bytes())
        ordered: Mapping[str, Any] = document["ordered"]
    except (OSError, ValueError, KeyError, TypeError):
        message = said(
            "holds something else than a fleet's plans; name another folder",
            "berisi sesuatu yang bukan rencana banyak kantor; sebutkan folder lain",
        )
        raise FolderError(message, file=str(out)) from None
    return ordered


@contextmanager
def _executor(
    given: Executor | None, workers: int | None, dask: str | None
) -> Iterator[Executor]:
    if given is not None:
        yield given
        return
    if dask is None:
        # Threads of polars do not survive a fork.
        spawning = multiprocessing.get_context("spawn")
        count = workers or os.cpu_count() or 1
        with ProcessPoolExecutor(count, mp_context=spawning) as pool:
            yield pool
        return
    try:
        distributed = import_module("distributed")
    except ModuleNotFoundError:
        message = said(
            "a Dask scheduler needs the package distributed; install it with "
            "`pip install 'ektp-sched[fleet]'`",
            "penjadwal Dask memerlukan paket distributed; pasanglah dengan "
            "`pip install 'ektp-sched[fleet]'`",
        )
        raise MissingExtraError(message) from None
    with distributed.Client(dask) as client, client.get_executor(pure=False) as pool:
        yield pool
