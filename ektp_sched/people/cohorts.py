"""From people to cohorts: applications that no rule tells apart.

The size of everything after this module depends on how many different
applications there are, not on how many people wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ektp_sched.errors import UsageError
from ektp_sched.people.keys import combined
from ektp_sched.people.people import MISSING, read_people
from ektp_sched.words import said

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.arrays import Ints
    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.people.kinds import Kinds, RankKey
    from ektp_sched.people.people import People

    Ints32 = NDArray[np.int32]

NONE: Final = -1
"""Stands for "no such date" in the columns due, promised and pinned."""

_MOST_DAYS: Final = 3660


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Applications grouped by everything that a rule or a tier can see.

    All days are offsets from the start day.  Cohorts are sorted by their
    fields, so that the order of the backlog's rows changes nothing.  Dates that
    cannot matter any more are taken out, so that they do not multiply cohorts: a due
    date or promise before the start costs the same whatever is done, one beyond the
    horizon costs nothing.
    """

    size: Ints  # number of applications, (C,)
    rank: Ints  # index into `ranks`
    target: Ints  # index into `targets`
    since: Ints  # day of recording; negative for the past
    eligibility: Ints  # index into `printer_sets`
    ready: Ints  # first day on which a card may be printed, 0 to the horizon's length
    due: Ints  # last day that is in time, within the horizon; or `NONE`
    promised: Ints  # promised day, within the horizon; or `NONE`
    pinned: Ints  # day pinned, up to the horizon's length; `NONE` without
    given: Ints  # day given by the previous plan, see `People`; or `NONE`
    kind: Ints  # kind, below `kinds`, by what the caller tells apart
    kinds: int  # at least 1
    example: Ints  # index into the kinds of people of one that the cohort is of
    member: Ints32  # cohort of each application, (N,)
    targets: tuple[int, ...]  # distinct `target_days`
    # Distinct rank keys (class rank, area rank), strictest first; `None` stands for no
    # rank and comes last.
    ranks: tuple[RankKey, ...]
    printer_sets: tuple[tuple[str, ...], ...]  # distinct tuples of eligible printers
    # For each printer set, the card types that need it.
    cards: tuple[frozenset[str | None], ...]
    # Applications by card type that some printer can print within the horizon.
    wanted: dict[str | None, int]
    late_due: Ints  # applications whose due date lies before the start, by rank
    late_promise: Ints  # days by which promises had slipped before the start, by rank
    is_known: bool = False  # whether there is a previous plan
    thaws: int = 0  # day from which on given days are not frozen

    @property
    def frozen(self) -> Ints:
        """Return given days that are frozen, or `NONE`, shape ``(C,)``."""
        return np.where(self.given < self.thaws, self.given, NONE)

    def __len__(self) -> int:
        """Return the number of cohorts."""
        return len(self.size)


def build_cohorts(backlog: Backlog, office: Office, start: date, days: int) -> Cohorts:
    """Group a backlog's applications; refuse a start far from all records."""
    people = read_people(backlog.frame, office, start, days, backlog.known)
    check_start(people.since, start)
    return group(people)


def group(people: People, apart: Ints | None = None) -> Cohorts:
    """Group people, told further apart by a number for each kind, shape ``(K,)``."""
    kinds, days = people.kinds, people.days
    if apart is None:
        apart = np.zeros(len(kinds.names), dtype=np.int64)
    targets, target = np.unique(kinds.target, return_inverse=True)
    first = kinds.rank * len(targets) + target.reshape(-1)
    told = (people.promised != MISSING) & (people.promised < days)
    dates = (
        people.since,
        np.clip(people.ready, 0, days),
        np.where((people.due < 0) | (people.due >= days), NONE, people.due),
        np.where(told, np.maximum(people.promised, 0), NONE),
        np.where(people.pinned < 0, NONE, np.minimum(people.pinned, days)),
        _given(people),
    )
    columns = (
        first[people.kind],
        dates[0],
        kinds.printer_set[people.kind],
        *dates[1:],
        apart[people.kind],
    )
    member, count = combined(columns, len(people.kind))
    numbers = np.zeros(count, dtype=np.int64)
    numbers[member] = np.arange(len(member))
    kind = people.kind[numbers]
    since, ready, due, promised, pinned, given = (
        column[numbers].astype(np.int64) for column in dates
    )
    return Cohorts(
        size=np.bincount(member, minlength=count).astype(np.int64),
        rank=kinds.rank[kind],
        target=target.reshape(-1)[kind],
        since=since,
        eligibility=kinds.printer_set[kind],
        ready=ready,
        due=due,
        promised=promised,
        pinned=pinned,
        given=given,
        kind=apart[kind],
        kinds=int(apart.max(initial=0)) + 1,
        example=kind,
        member=member.astype(np.int32),
        targets=tuple(targets.tolist()) or (1,),
        ranks=kinds.ranks,
        printer_sets=kinds.printer_sets,
        cards=_cards(kinds),
        wanted=_wanted(people),
        late_due=people.late_due,
        late_promise=people.late_promise,
        is_known=people.is_known,
        thaws=people.thaws,
    )


def _given(people: People) -> Ints | Ints32:
    if people.given is None:
        return np.full(len(people.kind), NONE, dtype=np.int32)
    return np.maximum(people.given, NONE)


def _cards(kinds: Kinds) -> tuple[frozenset[str | None], ...]:
    """Return the card types that need each printer set."""
    cards: list[set[str | None]] = [set() for _ in kinds.printer_sets]
    for printers, (_, card, _) in zip(kinds.printer_set, kinds.names, strict=True):
        cards[printers].add(card)
    return tuple(map(frozenset, cards))


def _wanted(people: People) -> dict[str | None, int]:
    """Return how many of each card type some printer can print within the horizon."""
    kinds = people.kinds
    wanted: dict[str | None, int] = {}
    for number, (_, card, _) in enumerate(kinds.names):
        able = kinds.printer_sets[kinds.printer_set[number]]
        cards = int(people.wanted[number]) if able else 0
        wanted[card] = wanted.get(card, 0) + cards
    return wanted


def check_start(since: Ints32, start: date) -> None:
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
