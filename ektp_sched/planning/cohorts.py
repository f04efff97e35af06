"""From people to cohorts: applications that no rule tells apart.

The size of everything after this module depends on how many different
applications there are, not on how many people wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.errors import UsageError
from ektp_sched.people.keys import compact
from ektp_sched.words import said

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office

    Ints = NDArray[np.int64]

__all__ = ["NONE", "Cohorts", "build_cohorts", "check_start", "compact", "rank_label"]

NONE = -1
"""Stands for "no such date" in the columns due, promised and pinned."""

_MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Applications grouped by everything that a rule or a tier can see.

    All days are offsets from the start day.  Cohorts are sorted by their
    fields, so that the order of the backlog's rows changes nothing.
    """

    size: Ints  # number of applications, (C,)
    since: Ints  # day of recording; negative for the past
    ready: Ints  # first day on which a card may be printed, at least 0
    target: Ints  # index into `targets`
    rank: Ints  # index into `ranks`
    # Last day that is in time; `NONE` without, or when the date can no longer matter.
    due: Ints
    promised: Ints  # promised day, at least 0; `NONE` without, or beyond the horizon
    pinned: Ints  # day pinned; `NONE` without
    eligibility: Ints  # index into `printer_sets`
    targets: tuple[int, ...]  # distinct `target_days`
    # Distinct rank keys (class rank, area rank), strictest first; `None` stands for no
    # rank and comes last.
    ranks: tuple[tuple[int | None, int | None], ...]
    printer_sets: tuple[tuple[str, ...], ...]  # distinct tuples of eligible printers
    # For each printer set, the card types that need it.
    cards: tuple[frozenset[str | None], ...]
    # Applications by card type that some printer can print within the horizon.
    wanted: dict[str | None, int]
    late_due: Ints  # applications whose due date lies before the start, by rank
    late_promise: Ints  # days by which promises had slipped before the start, by rank
    member: NDArray[np.int32]  # cohort of each application, (N,)
    kind: Ints  # kind, below `kinds`
    kinds: int  # how many kinds the caller tells apart, at least 1

    def __len__(self) -> int:
        """Return the number of cohorts."""
        return len(self.size)


def rank_label(office: Office, key: tuple[int | None, int | None]) -> int | str | None:
    """Return a rank (of class, of area) as ``summary.json`` writes it.

    It is the one rank in use, ``"class/area"`` where both are in use, and ``None``
    without ranks.
    """
    by_class = any(c.rank is not None for c in office.urgency.values())
    if by_class and office.area_rank:
        return "/".join("-" if part is None else str(part) for part in key)
    return key[0] if by_class else key[1]


def build_cohorts(
    backlog: Backlog,
    office: Office,
    start: date,
    days: int,
    kind: Ints | None = None,
) -> Cohorts:
    """Group the backlog's applications into cohorts, sorted.

    ``kind`` of each application, shape ``(N,)``, tells them further apart.
    A start far from all records is refused.
    """
    frame = backlog.frame
    since = _offset(frame, "waiting_since", start)
    check_start(since, start)
    target, rank, targets, ranks = _classes(frame, office)
    ready = np.clip(_offset(frame, "ready_on", start), 0, days)
    eligibility, printer_sets, cards, wanted = _eligibility(frame, office, ready < days)
    due, promised, pinned, late_due, late_promise = _dates(
        frame, start, days, rank, len(ranks)
    )
    kind = np.zeros(frame.height, dtype=np.int64) if kind is None else kind
    kinds = int(kind.max(initial=0)) + 1
    low = int(since.min(initial=0))
    fields = (
        (rank, len(ranks)),
        (target, len(targets)),
        (since - low, int(since.max(initial=0)) - low + 1),
        (eligibility, max(1, len(printer_sets))),
        (ready, days + 1),
        (due + 1, days + 1),
        (promised + 1, days + 1),
        (pinned + 1, days + 2),
        (kind, kinds),
    )
    member, columns = _group(fields, frame.height)
    size = np.bincount(member, minlength=len(columns[0])).astype(np.int64)
    return Cohorts(
        size=size,
        rank=columns[0],
        target=columns[1],
        since=columns[2] + low,
        eligibility=columns[3],
        ready=columns[4],
        due=columns[5] - 1,
        promised=columns[6] - 1,
        pinned=columns[7] - 1,
        targets=targets,
        ranks=ranks,
        printer_sets=printer_sets,
        cards=cards,
        wanted=wanted,
        late_due=late_due,
        late_promise=late_promise,
        member=member.astype(np.int32),
        kind=columns[8],
        kinds=kinds,
    )


def _group(
    fields: tuple[tuple[Ints, int], ...], height: int
) -> tuple[Ints, list[Ints]]:
    """Return the number of each row among the distinct ones, and those by field."""
    member = np.zeros(height, dtype=np.int64)
    count = min(1, height)
    columns: list[Ints] = []
    for values, size in fields:
        if size == 1:
            columns.append(np.zeros(count, dtype=np.int64))
            continue
        member, distinct = compact(member * size + values, max(1, count) * size)
        parent = distinct // size
        columns = [column[parent] for column in columns]
        columns.append(distinct % size)
        count = len(distinct)
    return member, columns


def check_start(since: Ints, start: date) -> None:
    """Refuse a start over 3,660 days before the earliest record or after the latest.

    ``since`` counts days from the start to each record, shape ``(N,)``.
    """
    if not len(since):
        return
    if int(since.min()) > _MOST_DAYS or -int(since.max()) > _MOST_DAYS:
        first, last = (
            (np.datetime64(start) + int(day)).astype(object)
            for day in (since.min(), since.max())
        )
        msg = said(
            "start {start} lies more than {days} days away from every waiting_since of "
            "the backlog, {first} to {last}; give a start near those dates",
            "start {start} berjarak lebih dari {days} hari dari semua waiting_since "
            "dalam data, {first} sampai {last}; berikan tanggal mulai yang dekat "
            "dengan tanggal itu",
            start=start.isoformat(),
            days=_MOST_DAYS,
            first=str(first),
            last=str(last),
        )
        raise UsageError(msg)


def _offset(frame: pl.DataFrame, column: str, start: date) -> Ints:
    """Days after the start; for a missing date the smallest int64."""
    days = frame[column]
    missing = np.iinfo(np.int64).min
    if days.null_count() == len(days):
        return np.full(len(days), missing, dtype=np.int64)
    moments = days.to_numpy().view(np.int64)
    offsets: Ints = moments - np.datetime64(start).astype(np.int64)
    if days.null_count():
        offsets[moments == missing] = missing
    return offsets


def _codes(column: pl.Series) -> tuple[Ints, list[str]]:
    """Return texts as numbers of their sorted distinct values; missing is last."""
    names = column.drop_nulls().unique().sort().to_list()
    codes = column.cast(pl.Enum(names)).to_physical().cast(pl.Int64)
    return codes.fill_null(len(names)).to_numpy(), names


def _classes(
    frame: pl.DataFrame, office: Office
) -> tuple[Ints, Ints, tuple[int, ...], tuple[tuple[int | None, int | None], ...]]:
    """Return target and rank of each application, as indices, with what they mean."""
    urgency, names = _codes(frame["urgency"])
    if not names:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, (1,), ((None, None),)
    classes = [office.urgency[name] for name in names]
    targets = tuple(sorted({c.target_days for c in classes}))
    target = np.array([targets.index(c.target_days) for c in classes])[urgency]
    areas: list[str | None] = [None]
    area = np.zeros(frame.height, dtype=np.int64)
    if office.area_rank:
        area, known = _codes(frame["area"])
        areas = [*known, None]
    keys = [
        (c.rank, office.area_rank.get(a) if a is not None else None)
        for c in classes
        for a in areas
    ]
    pair, used = compact(urgency * len(areas) + area, len(keys))
    ranks = tuple(sorted({keys[k] for k in used.tolist()}, key=_strictest_first))
    rank = np.array([ranks.index(keys[k]) for k in used.tolist()])[pair]
    return target, rank, targets, ranks


def _strictest_first(key: tuple[int | None, int | None]) -> tuple[float, float]:
    return tuple(float("inf") if part is None else part for part in key)  # type: ignore[return-value]


def _eligibility(
    frame: pl.DataFrame, office: Office, due: NDArray[np.bool_]
) -> tuple[
    Ints,
    tuple[tuple[str, ...], ...],
    tuple[frozenset[str | None], ...],
    dict[str | None, int],
]:
    """Return the printer set of each application, as an index, and the demand."""
    zeros = np.zeros(frame.height, dtype=np.int64)
    card, cards = _codes(frame["card"]) if office.cards else (zeros, [])
    by_area = any(printer.areas is not None for printer in office.printers)
    area, areas = _codes(frame["area"]) if by_area else (zeros, [])
    pair, used = compact(
        card * (len(areas) + 1) + area, (len(cards) + 1) * (len(areas) + 1)
    )
    sets: list[tuple[str, ...]] = []
    kinds: list[str | None] = []
    for key in used.tolist():
        c, a = divmod(key, len(areas) + 1)
        kinds.append(cards[c] if c < len(cards) else None)
        sets.append(office.eligible(kinds[-1], areas[a] if a < len(areas) else None))
    distinct = tuple(sorted(set(sets)))
    of_pair = np.array([distinct.index(s) for s in sets], dtype=np.int64)
    of_set = tuple(
        frozenset(k for k, s in zip(kinds, sets, strict=True) if s == d)
        for d in distinct
    )
    able = np.array([bool(names) for names in sets], dtype=bool)[pair]
    counts = np.bincount(card[due & able], minlength=len(cards) + 1).tolist()
    wanted = dict(zip([*cards, None], counts, strict=True))
    return of_pair[pair], distinct, of_set, wanted


def _dates(
    frame: pl.DataFrame, start: date, days: int, rank: Ints, ranks: int
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Return due, promised and pinned days, and what was late before the start.

    A due date or promise before the start costs the same whatever is done,
    one beyond the horizon costs nothing: both are taken out here, so that
    they do not multiply cohorts.
    """
    missing = np.iinfo(np.int64).min
    due = _offset(frame, "due_on", start)
    promised = _offset(frame, "promised_on", start)
    pinned = _offset(frame, "pinned_on", start)
    past_due = (due < 0) & (due != missing)
    past_promise = np.where((promised < 0) & (promised != missing), -promised, 0)
    late_due = np.bincount(rank[past_due], minlength=ranks).astype(np.int64)
    late_promise = np.zeros(ranks, dtype=np.int64)
    np.add.at(late_promise, rank, past_promise)
    promised = np.where(past_promise > 0, 0, promised)
    return (
        np.where((due < 0) | (due >= days), NONE, due),
        np.where((promised < 0) | (promised >= days), NONE, promised),
        np.where(pinned < 0, NONE, np.minimum(pinned, days)),
        late_due,
        late_promise,
    )
