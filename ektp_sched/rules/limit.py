r"""What a rule on amounts says: limits on counted cards, and four questions of them.

A limit says of each of its stretches of days :math:`D`

.. math:: \sum_k w_k \, x_k(D) \le a \quad\text{or}\quad \ge a,

where :math:`x_k(D)` are the cards of kind :math:`k` that are printed on those
days, on one machine or on all, and :math:`w` are whole weights.  The amount
:math:`a` is a whole number, or a share :math:`q` of all :math:`n(D)` cards of
those days, which is at most :math:`\lfloor q\,n(D) \rfloor` cards and at least
:math:`\lceil q\,n(D) \rceil`.  A limit that names groups is kept as well where,
of one of them, nobody is left at the end of the stretch who could have been
printed by then.

Whatever is asked of a rule is asked of its limits, so a rule is stated once.
All is counted in whole numbers; no answer walks over applications or limits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ektp_sched.arrays import Bools, Ints


Sense: TypeAlias = Literal["most", "least"]

_LARGE: Final = 1 << 62
_MANY: Final = 1 << 40
"""People left where nobody is counted: such a limit is never lifted."""
_ALL: Final = -1
"""Stands for all machines."""
_UNNAMED: Final = -1
"""Stands for a group where a limit names fewer than others."""


def labelled(place: str, name: str | None) -> str:
    """Return a place in office.toml with the id of what stands there."""
    return place if name is None else f"{place} ({name})"


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """One number, or share, of office.toml and all the days on which it holds.

    Parameters
    ----------
    code
        What a breach of it is called, such as ``printer-capacity``.
    place
        Where it stands in office.toml, such as ``quotas[1]``.
    entry
        Index of the printer, server, card type or quota that it belongs to.
    weights
        What a card of each kind counts, shape ``(K,)``, int64.
    first, last
        Its stretches of days, both included: offsets, shape ``(N,)``, int64.
    amount
        Cards of each stretch, shape ``(N,)``, int64; or a share of all cards
        of the stretch, from 0.
    sense
        Whether the amount is the most or the least.
    printer, server
        Index of the machine whose cards count; None: of all.
    unless
        Groups of kinds, shape ``(G, K)``: the limit is lifted where nobody of
        one of them is left.  None: never.
    adds
        What one unit more of its number in office.toml adds to the amount, in
        cards, or takes from that of a minimum.
    rest
        What the amount leaves out of the number, being whole.
    key
        Key of its number, where an entry has several, such as ``at_most``.
    part
        What of an entry it is about, where a number gives several limits.
    id
        Id of the entry that it stands in; None: it has none.
    """

    code: str
    place: str
    entry: int
    weights: Ints
    first: Ints
    last: Ints
    amount: Ints | Fraction
    sense: Sense = "most"
    printer: int | None = None
    server: int | None = None
    unless: Bools | None = None
    adds: int | Fraction = 1
    rest: Fraction = Fraction(0)
    key: str = ""
    part: str = ""
    id: str | None = None

    def among(self, kinds: Ints) -> Limit:
        """Return the same of some kinds, shape ``(K',)``, that stand for all."""
        unless = None if self.unless is None else self.unless[:, kinds]
        return replace(self, weights=self.weights[kinds], unless=unless)

    @property
    def stretches(self) -> Iterator[tuple[int, int, int]]:
        """Yield first and last day and the cards of each stretch; of a share none."""
        if not isinstance(self.amount, Fraction):
            yield from zip(
                self.first.tolist(),
                self.last.tolist(),
                self.amount.tolist(),
                strict=True,
            )

    @property
    def label(self) -> str:
        """Return its place and id, such as ``quotas[1] (alak)``."""
        return labelled(self.place, self.id)


@dataclass(frozen=True, slots=True, eq=False)
class Cards:
    """The cards of a plan: kind, printer, server and day, shape ``(R,)`` each."""

    kind: Ints
    printer: Ints
    server: Ints
    day: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """Who could be printed from a day on, and the day of each, shape ``(N,)``.

    Both days are in ``[0, days]``; ``until`` is ``days`` for who is not printed.
    """

    kind: Ints
    since: Ints
    until: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """Days from or to which cards move, and the machines there, shape ``(B,)``.

    A day may be the number of days, which stands for "not printed".  Limits of
    machines that are not given are left out.
    """

    day: Ints
    printer: Ints | None = None
    server: Ints | None = None


class Limits:
    """The limits of an office as arrays with a row for each stretch of days.

    Kinds that no limit tells apart are one *sort*: what is counted is counted
    by sort, of which there are few.

    Parameters
    ----------
    limits
        In the order in which they are told.
    kinds, printers, servers, days
        How many there are.
    """

    def __init__(
        self,
        limits: Iterable[Limit],
        *,
        kinds: int,
        printers: int,
        servers: int,
        days: int,
    ) -> None:
        self.limits = tuple(limits)
        self.printers, self.servers, self.days = printers, servers, days
        sizes = [len(limit.first) for limit in self.limits]
        self.start: Ints = np.cumsum([0, *sizes])  # first row of each limit
        self.limit: Ints = np.repeat(np.arange(len(sizes)), sizes)
        self.first = _joined([limit.first for limit in self.limits])
        self.last = _joined([limit.last for limit in self.limits])
        self.shares = [
            number
            for number, limit in enumerate(self.limits)
            if isinstance(limit.amount, Fraction)
        ]
        self.amount = _joined(
            [
                0 * limit.first if isinstance(limit.amount, Fraction) else limit.amount
                for limit in self.limits
            ]
        )
        least = [limit.sense == "least" for limit in self.limits]
        self.least: Bools = np.array(least, dtype=bool)[self.limit]
        number, distinct = _distinct([limit.weights for limit in self.limits])
        series = np.array(
            [
                number,
                [_index(limit.printer) for limit in self.limits],
                [_index(limit.server) for limit in self.limits],
            ],
            dtype=np.int64,
        )
        self.weight = series[0]  # (L,), each a row of weights
        self.printer, self.server = series[1:, self.limit]  # (N,) each
        weights = np.array(distinct, dtype=np.int64).reshape(len(distinct), kinds)
        self.group, members = self._groups(kinds)  # (G, L), each a row of members
        self.sort, self.kind = _alike(_distinct([*weights, *members])[1], kinds)
        self.weights: Ints = weights[:, self.kind]  # (V, C)
        self.members: Ints = members[:, self.kind]  # (U, C)
        self.series, column = np.unique(series, axis=1, return_inverse=True)  # (3, M)
        self.column: Ints = column.reshape(-1)[self.limit]

    def _groups(self, kinds: int) -> tuple[Ints, Ints]:
        """Return the groups of each limit, and who is in which; nobody in the last."""
        named = [() if x.unless is None else tuple(x.unless) for x in self.limits]
        number, distinct = _distinct([group for groups in named for group in groups])
        most = max(map(len, named), default=0)
        of_limit = np.full((len(named), most), _UNNAMED)
        has = np.arange(most) < np.array([len(groups) for groups in named])[:, None]
        of_limit[has] = number
        members = np.array([*distinct, np.zeros(kinds, dtype=bool)]).astype(np.int64)
        return of_limit.T, members

    def rows(self, limit: int) -> slice:
        """Return the rows of a limit, one for each of its stretches of days."""
        return slice(int(self.start[limit]), int(self.start[limit + 1]))

    @property
    def names_groups(self) -> bool:
        """Return whether a limit asks who is left."""
        return len(self.group) > 0

    def bound(self, rows: Ints, total: Ints) -> Ints:
        """Return the amount of some rows in cards, of so many cards in all.

        Parameters
        ----------
        rows
            Shape ``(T,)``.
        total
            All cards of their days, shape ``(T,)``.
        """
        bound = self.amount[rows]
        for number in self.shares:
            of_share = self.limit[rows] == number
            bound[of_share] = _in_cards(self.limits[number], total[of_share])
        return bound


def _in_cards(limit: Limit, total: Ints) -> Ints:
    """Return what a share comes to, rounded so that it says the same."""
    share = limit.amount
    assert isinstance(share, Fraction)
    over, under = share.numerator, share.denominator
    if max(over * int(total.max(initial=0)), under) >= _LARGE:
        total = total.astype(object)  # integers of any size: shares are exact
    most = limit.sense == "most"
    cards = total * over // under if most else -(-total * over // under)
    return cards.astype(np.int64)


def _index(machine: int | None) -> int:
    return _ALL if machine is None else machine


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _distinct(arrays: Sequence[Ints]) -> tuple[list[int], list[Ints]]:
    """Return the number of each array among the distinct ones, and these."""
    number: dict[bytes, int] = {}
    known: dict[int, int] = {}  # most limits share one array: look at it once
    distinct: list[Ints] = []
    for array in arrays:
        if id(array) not in known:
            known[id(array)] = number.setdefault(array.tobytes(), len(distinct))
            if len(number) > len(distinct):
                distinct.append(array)
    return [known[id(array)] for array in arrays], distinct


def sorts(
    limits: Sequence[Limit], kinds: int, apart: Sequence[Ints] = ()
) -> tuple[Ints, Ints]:
    """Give kinds that nothing tells apart one number, their sort.

    Parameters
    ----------
    limits
        What tells kinds apart: by weights, then by groups.
    kinds
        How many there are.
    apart
        What else does: a number for each kind, shape ``(K,)`` each.

    Returns
    -------
    tuple
        Sort of each kind, and the first kind of each sort.
    """
    columns = [limit.weights for limit in limits]
    columns += [group for x in limits if x.unless is not None for group in x.unless]
    return _alike(_distinct([*columns, *apart])[1], kinds)


def _effects(changes: Ints) -> tuple[Ints, Ints]:
    """Return the distinct columns of changes, and which of them each one is.

    Parameters
    ----------
    changes
        Of what counts, then of each group, by pair and limit.
    """
    height, shape = len(changes), changes.shape[1:]
    flat = changes.reshape(height, -1)
    code = np.zeros(flat.shape[1], dtype=np.int64)
    for line in flat:
        values, number = np.unique(line, return_inverse=True)
        code = code * (len(values) + 1) + number.reshape(-1)
    _, first, number = np.unique(code, return_index=True, return_inverse=True)
    return flat[:, first], number.reshape(shape)


def _alike(columns: Sequence[Ints], kinds: int) -> tuple[Ints, Ints]:
    """Give kinds that are equal in all columns one number, their sort.

    Returns
    -------
    tuple
        Sort of each kind, and the first kind of each sort.
    """
    sort = np.zeros(kinds, dtype=np.int64)
    for column in columns:
        values, number = np.unique(column, return_inverse=True)
        if len(values) > 1:
            pair = sort * len(values) + number.reshape(-1)
            sort = np.unique(pair, return_inverse=True)[1].reshape(-1)
    return sort, np.unique(sort, return_index=True)[1].astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """A plan's cards as its limits count them, and who is left.

    Parameters
    ----------
    series
        Weighted cards on all days before a day, for each distinct choice of
        weights and machine, shape ``(M, days + 1)``.
    total
        The same of all cards, shape ``(days + 1,)``.
    left
        Who could have been printed by the end of a day and was not, by sort
        and day, shape ``(C, days)``.
    """

    series: Ints
    total: Ints
    left: Ints


def tally(limits: Limits, cards: Cards, waiting: Waiting | None = None) -> Tally:
    """Count a plan once, for all that its limits are asked.

    Parameters
    ----------
    limits
        What is counted for them.
    cards
        What is printed.
    waiting
        Who could be; needed where a limit names groups.
    """
    days, sorts = limits.days, len(limits.kind)
    weight, printer, server = limits.series
    weights = limits.weights[weight]  # (M, C)
    total = _counted(cards.day, (days,))
    daily = np.zeros((len(weight), days), dtype=np.int64)
    if sorts:
        everywhere = (printer == _ALL) & (server == _ALL)
        even = (weights == weights[:, :1]).all(axis=1)
        daily[everywhere & even] = weights[everywhere & even, :1] * total
        uneven = everywhere & ~even
        if uneven.any():
            by_sort = _counted(
                limits.sort[cards.kind] * days + cards.day, (sorts, days)
            )
            daily[uneven] = weights[uneven] @ by_sort
        for machine, other, index, number in (
            (printer, server, cards.printer, limits.printers),
            (server, printer, cards.server, limits.servers),
        ):
            alone = even & (machine != _ALL) & (other == _ALL)
            if alone.any():
                table = _counted(index * days + cards.day, (number, days))
                daily[alone] = weights[alone, :1] * table[machine[alone]]
        crossed = ~everywhere & (~even | ((printer != _ALL) & (server != _ALL)))
        for row in np.flatnonzero(crossed).tolist():
            there = np.ones(len(cards.day), dtype=bool)
            if printer[row] != _ALL:
                there &= cards.printer == printer[row]
            if server[row] != _ALL:
                there &= cards.server == server[row]
            key = limits.sort[cards.kind[there]] * days + cards.day[there]
            daily[row] = weights[row] @ _counted(key, (sorts, days))
    return Tally(_before(daily), _before(total), _left(limits, waiting))


def _counted(key: Ints, shape: tuple[int, ...]) -> Ints:
    size = int(np.prod(shape))
    return np.bincount(key, minlength=size).astype(np.int64, copy=False).reshape(shape)


def _before(daily: Ints) -> Ints:
    """Return the sums over all days before each day, and over all."""
    sums = np.zeros((*daily.shape[:-1], daily.shape[-1] + 1), dtype=np.int64)
    np.cumsum(daily, axis=-1, out=sums[..., 1:])
    return sums


def _left(limits: Limits, waiting: Waiting | None) -> Ints:
    days, sorts = limits.days, len(limits.kind)
    if waiting is None:
        return np.zeros((sorts, days), dtype=np.int64)
    shape = (sorts, days + 1)
    row = limits.sort[waiting.kind] * (days + 1)
    more = _counted(row + waiting.since, shape)
    more -= _counted(row + np.maximum(waiting.since, waiting.until), shape)
    return more.cumsum(axis=1)[:, :days]


@dataclass(frozen=True, slots=True, eq=False)
class Period:
    """One limit over one stretch of days.

    Parameters
    ----------
    limit
        The limit.
    first, last
        Day offsets, both included.
    printed, cards
        What is counted of the cards printed in that time, and all of them.
    bound
        What the amount comes to in cards.
    waiting
        Left waiting at the end though they could have been printed: in the
        group of which fewest are; of a limit that names none, all that count,
        or 0 if who is left was not asked.
    """

    limit: Limit
    first: int
    last: int
    printed: int
    cards: int
    bound: int
    waiting: int

    @property
    def enough(self) -> bool:
        """Return whether the cards printed keep the limit by themselves."""
        if self.limit.sense == "most":
            return self.printed <= self.bound
        return self.printed >= self.bound

    @property
    def kept(self) -> bool:
        """Return whether the limit is kept, or lifted as nobody is left."""
        return self.enough or (self.limit.unless is not None and not self.waiting)


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """Where one card more fits.

    Told apart are limits of all machines, of a printer, and of a server: not
    those of a printer at one server, nor a machine's share of all cards.

    Parameters
    ----------
    days
        By the limits of all machines, shape ``(days,)``.
    printers, servers
        By those of each printer and server, shapes ``(P, days)`` and
        ``(S, days)``.
    """

    days: Bools
    printers: Bools
    servers: Bools

    def places(self, reaches: Bools) -> Bools:
        """Return on which printers and days one card more fits, ``(P, days)``.

        Parameters
        ----------
        reaches
            Whether a printer can use a server, shape ``(P, S)``.
        """
        served = reaches.astype(np.int64) @ self.servers.astype(np.int64) > 0
        return np.asarray(self.days & self.printers & served)


def _stands(waiting: Ints) -> Bools:
    """Return which rows hold: those of whose groups, the first axis, none is empty."""
    return np.asarray((waiting > 0).all(axis=0))


class Standing:
    """How a plan stands to its limits.

    Parameters
    ----------
    limits
        The limits.
    counts
        The plan, counted for them.

    Attributes
    ----------
    printed, total, bound
        What counts, all cards, and what the amount comes to, by row.
    left
        Cards that a maximum still leaves, or that a minimum has too many;
        negative where it is not kept.
    waiting
        Who is left by group and row, shape ``(G, N)``.
    broken
        Which rows are not kept.
    """

    def __init__(self, limits: Limits, counts: Tally) -> None:
        self.limits = limits
        first, after = limits.first, limits.last + 1
        series, total = counts.series, counts.total
        self.printed: Ints = series[limits.column, after] - series[limits.column, first]
        self.total: Ints = total[after] - total[first]
        every = np.arange(len(first))
        self.bound = limits.bound(every, self.total)
        gap = self.bound - self.printed
        self.left: Ints = np.where(limits.least, -gap, gap)
        group = limits.group[:, limits.limit]
        left = limits.members @ counts.left
        self.waiting: Ints = np.where(
            group == _UNNAMED, _MANY, left[group, limits.last]
        )
        self.broken: Bools = (self.left < 0) & _stands(self.waiting)
        self._left = counts.left

    def period(self, row: int) -> Period:
        """Return a row in figures."""
        limits = self.limits
        number, last = limits.limit[row], limits.last[row]
        named = self.waiting[limits.group[:, number] != _UNNAMED, row]
        if not len(named):
            counts = limits.weights[limits.weight[number]] != 0
            named = self._left[counts, last].sum(keepdims=True)
        return Period(
            limit=limits.limits[int(number)],
            first=int(limits.first[row]),
            last=int(last),
            printed=int(self.printed[row]),
            cards=int(self.total[row]),
            bound=int(self.bound[row]),
            waiting=int(named.min()),
        )

    def periods(self, limit: int) -> tuple[Period, ...]:
        """Return each stretch of a limit in figures."""
        start = self.limits.start
        return tuple(map(self.period, range(start[limit], start[limit + 1])))

    def _worsened(self, rows: Ints, printed: Ints, cards: Ints, waiting: Ints) -> Bools:
        """Return which rows are broken after a change, and by it.

        Parameters
        ----------
        rows
            Shape ``(T,)``.
        printed, waiting
            Change of what counts, shape ``(A, T)``, and of who is left in each
            group, shape ``(G, A, T)``.
        cards
            Change of all cards, shape ``(T,)``.
        """
        limits = self.limits
        gap = (
            limits.bound(rows, self.total[rows] + cards) - self.printed[rows] - printed
        )
        left = np.where(limits.least[rows], -gap, gap)
        stands = _stands(self.waiting[:, None, rows] + waiting)
        more = (left < self.left[rows]) | ~self.broken[rows]
        return np.asarray((left < 0) & stands & more)

    def room(self, kind: int, rows: Ints | None = None) -> Room:
        """Return where one card more of a kind, so far not printed, would fit.

        Parameters
        ----------
        kind
            Index of the kind.
        rows
            Which stretches of limits are asked, shape ``(T,)``; None: all.
        """
        limits, sort = self.limits, self.limits.sort[kind]
        rows = np.arange(len(limits.first)) if rows is None else rows
        limit = limits.limit[rows]
        printed = limits.weights[limits.weight, sort][limit]
        waiting = -limits.members[limits.group, sort][:, limit]
        cards = np.ones(len(rows), dtype=np.int64)
        full = rows[self._worsened(rows, printed[None], cards, waiting[:, None])[0]]
        printer, server = limits.printer[full], limits.server[full]
        everywhere = (printer == _ALL) & (server == _ALL)
        on_server = (printer == _ALL) & (server != _ALL)
        return Room(
            days=self._free(full[everywhere], np.zeros_like(limits.printer), 1)[0],
            printers=self._free(full[printer != _ALL], limits.printer, limits.printers),
            servers=self._free(full[on_server], limits.server, limits.servers),
        )

    def _free(self, full: Ints, machine: Ints, number: int) -> Bools:
        """Return the days that no full stretch covers, shape ``(number, days)``."""
        limits = self.limits
        width = limits.days + 1
        row = machine[full] * width
        covers = _counted(row + limits.first[full], (number, width))
        covers -= _counted(row + limits.last[full] + 1, (number, width))
        return np.asarray(covers.cumsum(axis=1)[:, : limits.days] == 0)

    def against(
        self, coming: Ints, to: Slots, away: Slots, going: Ints | None = None
    ) -> Bools:
        """Return the limits that stand against moves, or exchanges, of cards.

        Every pair of cards is asked about for every pair of slots.

        Parameters
        ----------
        coming
            Kind of the card that goes from ``away`` to ``to``, shape ``(A,)``.
        to, away
            Shape ``(B,)``.
        going
            Kind of the card that goes the other way, shape ``(A,)``; None: none.

        Returns
        -------
        ndarray
            Which limits are not kept afterwards, and by more than before,
            shape ``(A, B, L)``, bool.
        """
        limits = self.limits
        none = len(limits.kind)  # a sort that counts nowhere
        other = np.full(len(coming), none) if going is None else limits.sort[going]
        pair = limits.sort[coming] * (none + 1) + other
        pairs, of_pair = np.unique(pair, return_inverse=True)
        into, out = divmod(pairs, none + 1)
        arrives, leaves = self._inside(to), self._inside(away)
        touched = arrives != leaves
        for number in limits.shares:
            ours = limits.rows(number)
            touched[:, ours] |= self._days(to, ours) != self._days(away, ours)
        lifted = np.flatnonzero((self.left < 0) & ~self.broken)
        last = limits.last[lifted]
        touched[:, lifted] |= (to.day[:, None] <= last) != (away.day[:, None] <= last)
        slot, row = np.nonzero(touched)
        step = arrives[slot, row].astype(np.int64) - leaves[slot, row]
        cards = np.zeros(len(row), dtype=np.int64)
        if going is None:
            cards = self._covers(to.day[slot], row) - self._covers(away.day[slot], row)
        last = limits.last[row]
        sooner = (to.day[slot] <= last).astype(np.int64) - (away.day[slot] <= last)
        # A pair of cards is to a limit no more than what it changes: its effect.
        weights = np.pad(limits.weights, ((0, 0), (0, 1)))[limits.weight].T
        members = np.pad(limits.members, ((0, 0), (0, 1)))[limits.group]
        changes = [weights[into] - weights[out]]
        changes += [(group[:, out] - group[:, into]).T for group in members]
        effects, of_limit = _effects(np.stack(changes))
        worse = self._worsened(
            row, effects[0, :, None] * step, cards, effects[1:, :, None] * sooner
        )
        held = np.zeros((effects.shape[1], len(limits.limits), len(to.day)), dtype=bool)
        effect, at = np.nonzero(worse)
        held[effect, limits.limit[row[at]], slot[at]] = True
        every = held[of_limit, np.arange(len(limits.limits))]  # (pairs, L, B)
        return np.asarray(every[of_pair.reshape(-1)].transpose(0, 2, 1))

    def _covers(self, day: Ints, row: Ints) -> Ints:
        """Return 1 where a row's stretch covers a day, else 0; shape of both."""
        limits = self.limits
        inside = (limits.first[row] <= day) & (day <= limits.last[row])
        return inside.astype(np.int64)

    def _days(self, slots: Slots, rows: slice = slice(None)) -> Bools:
        """Return which rows cover the days of slots, shape ``(B, rows)``."""
        limits, day = self.limits, slots.day[:, None]
        return np.asarray((limits.first[rows] <= day) & (day <= limits.last[rows]))

    def _inside(self, slots: Slots) -> Bools:
        """Return which rows count a card in which slot, shape ``(B, rows)``."""
        inside = self._days(slots)
        for machine, given in (
            (self.limits.printer, slots.printer),
            (self.limits.server, slots.server),
        ):
            there = _ALL if given is None else given[:, None]
            inside &= (machine == _ALL) | (machine == there)
        return inside
