"""The waiting room on the morning of the first day, ready to be simulated.

Applications of one class and kind without dates of their own are a *stream*:
they are printed in the order in which they were recorded, whatever the policy,
so that a number of printed cards says who has them.  Dates that they were told
may follow in that order; whoever was told a later one than somebody behind is
no longer part of it.  All others are *singles*.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.people.cohorts import NONE, build_cohorts
from ektp_sched.people.keys import compact
from ektp_sched.people.objectives import names_of
from ektp_sched.people.order import PublicOrder
from ektp_sched.rules.tiers import DATES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.people.cohorts import Cohorts

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Kinds:
    """Every kind that occurs, the one with the fewest printers first."""

    # ids of the printers that may print it, by kind
    printers: tuple[tuple[str, ...], ...]
    # card type whose blanks it uses, if these are counted, by kind
    card: tuple[str | None, ...]

    def __len__(self) -> int:
        """Return the number of kinds."""
        return len(self.printers)


def _kinds_of(
    cohorts: Cohorts,
    card: Ints,
    cards: Sequence[str | None],
    kept: NDArray[np.bool_],
    office: Office,
) -> tuple[Kinds, Ints]:
    """Return the kinds of a backlog, and the kind of each application.

    Applications that are not kept get kind 0.  Where none counts, the one kind is what
    the default card needs.
    """
    counted = [_counted(name, office) for name in cards]
    names = [*(n if c else None for n, c in zip(cards, counted, strict=True)), None]
    blank = np.where(np.array(counted, dtype=bool), np.arange(len(cards)), len(cards))
    key = cohorts.eligibility[cohorts.member] * len(names) + blank[card]
    number, used = compact(key[kept], max(1, len(cohorts.printer_sets)) * len(names))
    occurring = [
        (cohorts.printer_sets[k // len(names)], names[k % len(names)])
        for k in used.tolist()
    ] or [_default(office)]
    fewest_first = [
        (len(printers), printers, name or "") for printers, name in occurring
    ]
    order = sorted(range(len(occurring)), key=fewest_first.__getitem__)
    place = np.empty(len(occurring), dtype=np.int64)
    place[order] = np.arange(len(occurring))
    kind = np.zeros(len(key), dtype=np.int64)
    kind[kept] = place[number]
    kinds = Kinds(
        printers=tuple(occurring[k][0] for k in order),
        card=tuple(occurring[k][1] for k in order),
    )
    return kinds, kind


def _counted(card: str | None, office: Office) -> bool:
    return card is not None and office.cards[card].stock is not None


def _default(office: Office) -> tuple[tuple[str, ...], str | None]:
    card = office.default_card
    return office.eligible(card, None), card if _counted(card, office) else None


_LEFT_OUT = ("no-printer", "not-ready", "pinned-later")
"""Why an application can be printed in no case within the horizon."""


_FIELDS = ("stream", "since", "ready", "due", "promised", "pinned", "area")


@dataclass(frozen=True, slots=True)
class Streams:
    """Every combination of an urgency class and a cell, sorted by kind.

    A *cell* is a kind and a rank of the area: what card and area decide.
    """

    urgency: Ints  # class, as a place in the office's order, shape (K,)
    # cell, kind: shape (K,)
    cell: Ints
    kind: Ints
    rank: Ints  # 0 is the strictest, shape (K,)
    target: Ints  # target of the class in days, shape (K,)

    def __len__(self) -> int:
        """Return the number of streams."""
        return len(self.kind)


@dataclass(frozen=True, slots=True)
class Singles:
    """Applications with a due date, a pin, a promise out of turn, or ready later.

    Those that agree in everything and follow each other in the public
    tie-break are one entry.
    """

    stream: Ints  # the stream of their class, kind and rank, shape (U,)
    # since, ready: day of recording and first day on which printing is allowed
    since: Ints
    ready: Ints
    # due, promised, pinned: NONE without one; a promise before the start is one for day
    # 0, as each day more slips alike
    due: Ints
    promised: Ints
    pinned: Ints
    area: Ints  # place in the queue's areas
    size: Ints  # applications of each entry
    rows: Ints  # rows of the backlog, entry by entry, shape (sum of size,)

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.size)


@dataclass(frozen=True, slots=True, eq=False)
class Queue:
    """The backlog of one office, as streams and singles.

    Parameters
    ----------
    start, days
        First day and number of calendar days.
    classes
        The office's urgency classes in its order.
    scale
        Least common multiple of all targets: pressure times this is whole.
    dates
        ``due`` and ``promised`` in the order of the office's tiers, as far as
        they come before ``pressure``.
    areas
        Names of the areas, sorted; None, for no area, is last.
    kinds, streams, singles
        Who can be printed where, in which group.
    first
        Where each stream's people begin below, shape ``(K + 1,)``.
    rows, since, promised, area
        Row in the backlog, day of recording, promised day (``NONE`` without)
        and area of each person in a stream, in the order of printing; shape
        ``(N,)``.
    cell_share
        Applications by cell and area, from which new ones take theirs, shape
        ``(cells, areas)``.
    rows_left_out
        Rows of the backlog that can be printed in no case, by reason.
    """

    start: date
    days: int
    classes: tuple[str, ...]
    scale: int
    dates: tuple[str, ...]
    areas: tuple[str | None, ...]
    kinds: Kinds
    streams: Streams
    singles: Singles
    first: Ints
    rows: Ints
    since: Ints
    promised: Ints
    area: Ints
    cell_share: Ints
    rows_left_out: dict[str, Ints]

    @property
    def left_out(self) -> dict[str, int]:
        """Number of applications that can be printed in no case, by reason."""
        return {reason: len(rows) for reason, rows in self.rows_left_out.items()}

    @property
    def initial(self) -> int:
        """Number of applications that can be printed."""
        return len(self.rows) + len(self.singles.rows)

    @property
    def longest(self) -> int:
        """Most days that anybody can wait up to the last day of the horizon."""
        oldest = self.since.min(initial=0), self.singles.since.min(initial=0)
        return self.days - 1 - int(min(oldest))


def build_queue(backlog: Backlog, office: Office, start: date, days: int) -> Queue:
    """Sort a backlog into streams and singles.

    Parameters
    ----------
    backlog
        Who waits.
    office
        The scenario's office, with all its printers.
    start, days
        First day and number of calendar days, 1 to 3,660.

    Returns
    -------
    Queue
        Without the applications that can be printed in no case: no printer
        takes them, or they are not ready or pinned beyond the last day.

    Raises
    ------
    ektp_sched.errors.UsageError
        The start lies more than 3,660 days away from every date of recording.
    """
    frame = backlog.frame
    cohorts = build_cohorts(backlog, office, start, days)
    cards: list[str | None] = [*office.cards] if office.cards else [None]
    areas: list[str | None] = [*frame["area"].drop_nulls().unique().sort(), None]
    card = _places(frame["card"], cards)
    area = _places(frame["area"], areas)
    kept, left_out = _printable(cohorts, days)
    kinds, kind = _kinds_of(cohorts, card, cards, kept, office)
    cell, cells = _cells(kind, area, areas, kept, office)
    streams = _streams(cells, office)
    urgency = _places(frame["urgency"], [*office.urgency])
    stream = _stream_table(streams)[urgency, cell]
    order = PublicOrder.of(frame, office).rows()
    order = order[kept[order]]
    since, promised = (
        column[cohorts.member] for column in (cohorts.since, cohorts.promised)
    )
    dated = (cohorts.due != NONE) | (cohorts.pinned != NONE) | (cohorts.ready > 0)
    dated = dated[cohorts.member]
    rows = order[~dated[order]]
    rows = rows[np.lexsort((since[rows], stream[rows]))]
    in_turn = _in_turn(stream[rows], promised[rows], days)
    dated[rows[~in_turn]] = True
    rows = rows[in_turn]
    share = np.zeros((len(cells), len(areas)), dtype=np.int64)
    np.add.at(share, (cell[order], area[order]), 1)
    if not len(order):
        share[0, -1] = 1
    return Queue(
        start=start,
        days=days,
        classes=tuple(office.urgency),
        scale=office.lcm_targets,
        dates=_dates(office),
        areas=tuple(areas),
        kinds=kinds,
        streams=streams,
        singles=_singles(cohorts, order[dated[order]], stream, area),
        first=np.searchsorted(stream[rows], np.arange(len(streams) + 1)),
        rows=rows,
        since=since[rows],
        promised=promised[rows],
        area=area[rows],
        cell_share=share,
        rows_left_out=left_out,
    )


def _places(column: pl.Series, known: Sequence[str | None]) -> Ints:
    """Return each text as a place in a list; missing ones are the last."""
    names = [name for name in known if name is not None]
    if not names:
        return np.zeros(len(column), dtype=np.int64)
    places = column.cast(pl.Enum(names)).to_physical().cast(pl.Int64)
    return places.fill_null(len(known) - 1).to_numpy()


def _printable(cohorts: Cohorts, days: int) -> tuple[Bools, dict[str, Ints]]:
    """Return who can be printed, and which rows cannot by reason."""
    nowhere = np.array([not names for names in cohorts.printer_sets], dtype=bool)
    reasons = {
        "no-printer": nowhere[cohorts.eligibility],
        "not-ready": cohorts.ready >= days,
        "pinned-later": cohorts.pinned >= days,
    }
    out = np.zeros(len(cohorts), dtype=bool)
    rows = {}
    for reason in _LEFT_OUT:
        rows[reason] = np.flatnonzero((reasons[reason] & ~out)[cohorts.member])
        out |= reasons[reason]
    return ~out[cohorts.member], {k: at for k, at in rows.items() if len(at)}


def _dates(office: Office) -> tuple[str, ...]:
    """Return which dates come before pressure, in the order of the tiers."""
    tiers = names_of(office, known=False)
    before = tiers[: tiers.index("pressure")] if "pressure" in tiers else tiers
    return tuple(DATES[tier] for tier in before if tier in DATES)


def _in_turn(stream: Ints, promised: Ints, days: int) -> Bools:
    """Return who can stand in the stream, being told no later date than those behind.

    Either everybody who is told no later date than anybody behind, or all who are told
    none, who then wait on in order: in each stream the more of the two.
    """
    told = stream * (days + 1) + np.where(promised == NONE, days, promised)
    before_all = told <= np.minimum.accumulate(told[::-1])[::-1]
    untold = promised == NONE
    streams = int(stream.max(initial=0)) + 1
    before, none = (
        np.bincount(stream[way], minlength=streams) for way in (before_all, untold)
    )
    in_turn: Bools = np.where((before >= none)[stream], before_all, untold)
    return in_turn


def _cells(
    kind: Ints, area: Ints, areas: Sequence[str | None], kept: Bools, office: Office
) -> tuple[Ints, list[tuple[int, float]]]:
    """Return each application's cell, and the kind and area rank of each.

    Where nobody is kept, the one cell is that of no area.
    """
    area_ranks = [office.area_rank.get(name, inf) if name else inf for name in areas]
    distinct = sorted({*area_ranks, inf})
    rank = np.array([distinct.index(r) for r in area_ranks], dtype=np.int64)[area]
    key = kind * len(distinct) + rank
    used, number = np.unique(key[kept], return_inverse=True)
    cell = np.zeros(len(key), dtype=np.int64)
    cell[kept] = number
    pairs = [divmod(k, len(distinct)) for k in used.tolist()]
    return cell, [(k, distinct[r]) for k, r in pairs] or [(0, inf)]


def _streams(cells: list[tuple[int, float]], office: Office) -> Streams:
    """Return every class in every cell, kind by kind."""
    classes = list(office.urgency.values())
    keys = [
        (kind, cell, number, inf if c.rank is None else c.rank, area_rank, c)
        for cell, (kind, area_rank) in enumerate(cells)
        for number, c in enumerate(classes)
    ]
    ranks = sorted({(key[3], key[4]) for key in keys})
    return Streams(
        urgency=np.array([key[2] for key in keys], dtype=np.int64),
        cell=np.array([key[1] for key in keys], dtype=np.int64),
        kind=np.array([key[0] for key in keys], dtype=np.int64),
        rank=np.array([ranks.index((key[3], key[4])) for key in keys], dtype=np.int64),
        target=np.array([key[5].target_days for key in keys], dtype=np.int64),
    )


def _stream_table(streams: Streams) -> Ints:
    """Return the stream of each class and cell."""
    shape = streams.urgency.max(initial=0) + 1, streams.cell.max(initial=0) + 1
    table = np.zeros(shape, dtype=np.int64)
    table[streams.urgency, streams.cell] = np.arange(len(streams))
    return table


def _singles(cohorts: Cohorts, rows: Ints, stream: Ints, area: Ints) -> Singles:
    """Return the entries of the given rows, which stand in tie-break order."""
    member = cohorts.member[rows]
    since, due, promised, pinned = (
        column[member]
        for column in (cohorts.since, cohorts.due, cohorts.promised, cohorts.pinned)
    )
    ready = np.maximum(cohorts.ready[member], since)
    fields = [stream[rows], since, ready, due, promised, pinned]
    order = np.lexsort(fields[::-1])
    columns = np.stack([*(field[order] for field in fields), area[rows][order]])
    begins = np.ones(len(rows), dtype=bool)
    begins[1:] = (columns[:, 1:] != columns[:, :-1]).any(axis=0)
    first = np.flatnonzero(begins)
    named = dict(zip(_FIELDS, columns[:, first], strict=True))
    return Singles(
        **named,
        size=np.diff(np.append(first, len(rows))),
        rows=rows[order],
    )
