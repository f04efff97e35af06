"""The verb of a fleet: one function of an office, run by any executor."""

from __future__ import annotations

import json
import multiprocessing
import os
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.arguments import check_whole
from ektp_sched.backlog.inputs import as_day
from ektp_sched.errors import FolderError, MissingExtraError, UsageError
from ektp_sched.fleet.blanks import Ministry, clear_proofs, share_out
from ektp_sched.fleet.offices import refuse_offices
from ektp_sched.fleet.one import Order, Outcome, plan_office
from ektp_sched.fleet.parts import parts_of
from ektp_sched.fleet.summary import NAME, Fleet, save_fleet
from ektp_sched.output.batches import file_stems
from ektp_sched.rules.calendar import LONGEST_HORIZON
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date
    from os import PathLike

    from ektp_sched.backlog.inputs import DayLike

    Told = Callable[[Outcome, int, int], object]
    Dividing = Callable[[float], object]

_OFFICES: Final = "offices"
_PARTS: Final = "parts"
_BLANKS: Final = "blanks"
_MOST_BLANKS: Final = 10**9
_MOST_DELIVERIES: Final = 3


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
    blanks: int | None = None,
    deliveries: Mapping[DayLike, int] | None = None,
    dividing: Dividing | None = None,
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
    blanks
        Blanks that the ministry has for all of them, from 0: each office gets, beside
        its own, as many as make the tiers of all together best.  It needs ``days``.
    deliveries
        Further blanks by the day on which they come, within ``days``, at most three;
        each is divided too.
    dividing
        Called with the share of that division that is done, 0 to 1.

    Returns
    -------
    Fleet
        What became of each office, those that wait longest first.

    Raises
    ------
    ektp_sched.errors.InputError
        Backlogs or offices are not what they should be; a failure of one office is its
        outcome instead.
    ektp_sched.errors.UnsupportedRuleError
        An office has rules that leave its blanks without a price.
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
    begin = as_day(start)
    lots = _lots(begin, days, blanks, deliveries or {})
    place, described = Path(out), Path(offices)
    refuse_offices(described)
    ordered: dict[str, Any] = {
        "start": begin.isoformat(),
        "days": days,
        "max_rejects": max_rejects,
        "sheets": sheets,
    }
    before = _ordered_before(place)
    if before is not None:
        # Whose share of blanks has changed is seen office by office.
        before = {name: before[name] for name in before if name != _BLANKS}
    may_keep = before == ordered
    if lots:
        ordered[_BLANKS] = {str(begin + timedelta(day)): cards for day, cards in lots}
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
    if not lots:
        clear_proofs(place)
    shares, outcomes = None, []
    with _executor(executor, workers, dask) as running:
        if lots and days is not None:
            ministry = Ministry(lots, parts, stems, described, begin, days, max_rejects)
            shares = share_out(ministry, place, running, dividing or (lambda _: None))
            outcomes = [
                Outcome(key, "failed", {}, why) for key, why in shares.failed.items()
            ]
        orders = [
            order(
                key=part.key,
                part=part.path,
                out=place / _OFFICES / stems[part.key],
                blanks=None if shares is None else shares.of(part.key),
            )
            for part in parts
            if shares is None or part.key not in shares.failed
        ]
        futures = [running.submit(plan_office, each) for each in orders]
        try:
            for future in as_completed(futures):
                outcomes.append(future.result())
                if told is not None:
                    told(outcomes[-1], len(outcomes), len(parts))
        except BaseException:
            running.shutdown(wait=False, cancel_futures=True)
            raise
    made = Fleet.of(outcomes, ordered, None if shares is None else shares.document)
    save_fleet(made, place, lang)
    return made


def _lots(
    start: date, days: int | None, blanks: int | None, later: Mapping[DayLike, int]
) -> tuple[tuple[int, int], ...]:
    """Return day and number of the blanks at hand and of each delivery, if any.

    Raises
    ------
    ektp_sched.errors.UsageError
        A number or a day is none, or the plans have no end.
    """
    if blanks is None and not later:
        return ()
    check_whole(("blanks", 0 if blanks is None else blanks, 0, _MOST_BLANKS))
    check_whole(("deliveries", len(later), 0, _MOST_DELIVERIES))
    if days is None:
        message = said(
            "blanks can run out, so days must say over how many days they are divided, "
            "a whole number from 1 to {most}",
            "blangko dapat habis, jadi days harus menyatakan untuk berapa hari "
            "pembagiannya, bilangan bulat dari 1 sampai {most}",
            most=LONGEST_HORIZON,
        )
        raise UsageError(message)
    lots = {0: blanks or 0}
    for day, cards in later.items():
        on = as_day(day, "deliveries")
        check_whole((f"deliveries[{on}]", cards, 1, _MOST_BLANKS))
        if not 0 < (on - start).days < days:
            message = said(
                "a delivery comes on {day}; it must come after the first day, {start}, "
                "and within the days of the plans",
                "ada kiriman pada {day}; kiriman harus datang sesudah hari pertama, "
                "{start}, dan dalam hari-hari rencana",
                day=on.isoformat(),
                start=start.isoformat(),
            )
            raise UsageError(message)
        lots[(on - start).days] = cards
    return tuple(sorted(lots.items()))


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
