"""Kinds of application, and what an office's rules say of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.office import lots
from ektp_sched.rules.quotas import counts
from ektp_sched.trust.matching import UNKNOWN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.office import Capacity, Lot, Office
    from ektp_sched.rules import Kind

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["Kinds", "RankKey", "counted", "distinct_rows", "read_kinds"]

RankKey = tuple[int | None, int | None]
"""Rank of the class and of the area; None for none."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Combinations of class, card type and area, and what the rules say of them.

    Parameters
    ----------
    names
        Class, card type and area by kind; None for a part no rule asks for.
    target
        ``target_days`` by kind, shape ``(K,)``.
    rank
        Index into ``ranks`` by kind.
    ranks
        Distinct keys (class rank, area rank) that occur, strictest first.
    printers
        Which printers are eligible, shape ``(K, P)``.
    stock
        Index into ``stocked`` by kind, ``UNKNOWN`` where blanks are unlimited.
    stocked
        Card types whose blanks are counted, sorted.
    urgency
        Index into ``classes`` by kind.
    classes
        Urgency classes that occur, sorted.
    sign
        Index into ``signs`` by kind.
    signs
        Combinations of quotas that count a card, shape ``(S, Q)``.
    taker
        Index into ``takers`` by kind, ``UNKNOWN`` where all that counts is how
        many blanks there are.
    takers
        Card types in ``lots`` that occur, each with a class that has blanks
        set aside, or ``None`` for all its other classes.
    lots
        Blanks of the card types of which some expire or are set aside.
    """

    names: tuple[Kind, ...]
    target: Ints
    rank: Ints
    ranks: tuple[RankKey, ...]
    printers: Bools
    stock: Ints
    stocked: tuple[str, ...]
    urgency: Ints
    classes: tuple[str, ...]
    sign: Ints
    signs: Bools
    taker: Ints
    takers: tuple[tuple[str, str | None], ...]
    lots: dict[str, tuple[Lot, ...]]


def counted(key: Ints, shape: tuple[int, ...]) -> Ints:
    """Count flat indices into an array of a shape."""
    size = int(np.prod(shape))
    return np.bincount(key, minlength=size).astype(np.int64, copy=False).reshape(shape)


def distinct_rows(flags: Bools) -> tuple[Ints, Ints]:
    """Return the first row of each distinct row of flags, and each row's number.

    Parameters
    ----------
    flags
        Shape ``(R, K)``.

    Returns
    -------
    tuple
        Shape ``(D,)`` row indices, and shape ``(R,)`` numbers below D.
    """
    height = len(flags)
    bits = np.packbits(flags, axis=1)
    words = np.zeros((height, -(-bits.shape[1] // 8) * 8), dtype=np.uint8)
    words[:, : bits.shape[1]] = bits
    number = np.zeros(height, dtype=np.int64)
    for word in np.ascontiguousarray(words).view(np.uint64).T:
        values, inner = np.unique(word, return_inverse=True)
        if len(values) > 1:
            key = number * len(values) + inner.reshape(-1)
            number = np.unique(key, return_inverse=True)[1].reshape(-1)
    first = np.zeros(int(number.max(initial=-1)) + 1, dtype=np.int64)
    first[number[::-1]] = np.arange(height)[::-1]
    return first, number


def _texts(column: pl.Series) -> tuple[Ints, list[str | None]]:
    """Give each distinct text of a column a number; missing comes last."""
    names = column.drop_nulls().unique().sort().to_list()
    codes = column.cast(pl.Enum(names)).to_physical().cast(pl.Int64)
    return codes.fill_null(len(names)).to_numpy(), [*names, None]


def read_kinds(
    frame: pl.DataFrame, office: Office, limits: Capacity
) -> tuple[Ints, Kinds]:
    """Return the kind of each application, and what the rules say of kinds.

    Parameters
    ----------
    frame
        The accepted applications.
    office, limits
        The rules, and the printers and stocks by name.

    Returns
    -------
    tuple
        Index of each application's kind, shape ``(N,)``, and the kinds.
    """
    zero = np.zeros(frame.height, dtype=np.int64)
    nothing: tuple[Ints, list[str | None]] = (zero, [None])
    by_area = (
        bool(office.area_rank)
        or any(p.areas is not None for p in office.printers)
        or any(quota.area is not None for quota in office.quotas)
    )
    urgency, classes = _texts(frame["urgency"])
    card, cards = _texts(frame["card"]) if office.cards else nothing
    area, areas = _texts(frame["area"]) if by_area else nothing
    code = (urgency * len(cards) + card) * len(areas) + area
    seen = counted(code, (len(classes) * len(cards) * len(areas),)) > 0
    used = np.flatnonzero(seen)
    number = np.cumsum(seen) - 1
    triples = [
        (
            classes[c // (len(areas) * len(cards))],
            cards[c // len(areas) % len(cards)],
            areas[c % len(areas)],
        )
        for c in used.tolist()
    ]
    classes_of = used // (len(areas) * len(cards))
    known = tuple(str(name) for name in classes[:-1])
    return number[code], _rules_of(triples, classes_of, known, office, limits)


def _rules_of(
    triples: list[Kind],
    urgency: Ints,
    classes: tuple[str, ...],
    office: Office,
    limits: Capacity,
) -> Kinds:
    stocked = tuple(sorted(limits.supply))
    keys: list[RankKey] = [
        (
            office.urgency[str(name)].rank,
            None if area is None else office.area_rank.get(area),
        )
        for name, _, area in triples
    ]
    ranks = tuple(sorted(set(keys), key=_strictness))
    allowed = [set(office.eligible(card, area)) for _, card, area in triples]
    signs_of = np.array(
        [[counts(quota, kind) for quota in office.quotas] for kind in triples],
        dtype=bool,
    ).reshape(len(triples), len(office.quotas))
    signs, sign = distinct_rows(signs_of)
    some = lots(office, limits.start, limits.days)
    takes = [_taker(urgency_, card, some) for urgency_, card, _ in triples]
    takers = tuple(sorted({t for t in takes if t is not None}, key=_by_class))
    return Kinds(
        names=tuple(triples),
        target=np.array(
            [office.urgency[str(name)].target_days for name, _, _ in triples],
            dtype=np.int64,
        ),
        rank=np.array([ranks.index(key) for key in keys], dtype=np.int64),
        ranks=ranks or ((None, None),),
        printers=np.array(
            [[name in names for name in limits.printers] for names in allowed],
            dtype=bool,
        ).reshape(len(triples), len(limits.printers)),
        stock=np.array(
            [
                stocked.index(card) if card in limits.supply else UNKNOWN
                for _, card, _ in triples
            ],
            dtype=np.int64,
        ),
        stocked=stocked,
        urgency=urgency,
        classes=classes,
        sign=sign,
        signs=signs_of[signs],
        taker=np.array(
            [UNKNOWN if t is None else takers.index(t) for t in takes], dtype=np.int64
        ),
        takers=takers,
        lots=some,
    )


def _taker(
    urgency: str | None, card: str | None, some: dict[str, tuple[Lot, ...]]
) -> tuple[str, str | None] | None:
    """Return the card type and, if it has blanks of its own, the class."""
    if card not in some or card is None:
        return None
    own = any(lot.kept_for == urgency for lot in some[card])
    return card, urgency if own else None


def _by_class(taker: tuple[str, str | None]) -> tuple[str, str]:
    return taker[0], taker[1] or ""


def _strictness(key: RankKey) -> tuple[tuple[bool, int], ...]:
    """Lower ranks first; none after all."""
    return tuple((part is None, part or 0) for part in key)
