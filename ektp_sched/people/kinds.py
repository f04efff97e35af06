"""Kinds of application and of printer, and what an office's rules say of each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
import polars as pl

from ektp_sched.office import lots
from ektp_sched.people.keys import compact
from ektp_sched.rules import HOLDING, told_apart

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from datetime import date

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.office import Capacity, Lot, Office
    from ektp_sched.rules import Kind


RankKey: TypeAlias = tuple[int | None, int | None]
"""Rank of the class and of the area; None for none."""

NOTHING = -1
"""Index of nothing: blanks that are not counted."""


_Key = TypeVar("_Key", bound="Hashable")


@dataclass(frozen=True, slots=True)
class Kinds:
    """Combinations of class, card type and area, and what the rules say of them."""

    # Class, card type and area by kind; None for a part that no rule asks for.
    names: tuple[Kind, ...]
    urgency: Ints  # index into `classes`, (K,)
    classes: tuple[str, ...]  # urgency classes that occur, sorted
    target: Ints  # `target_days`, (K,)
    rank: Ints  # index into `ranks`, (K,)
    # Distinct keys (class rank, area rank) that occur, strictest first; None stands for
    # no rank and comes last.
    ranks: tuple[RankKey, ...]
    printer_set: Ints  # index into `printer_sets`, (K,)
    printer_sets: tuple[tuple[str, ...], ...]  # ids of eligible printers, sorted
    printers: Bools  # which printers, sorted by id, are eligible, (K, P)
    stock: Ints  # index into `stocked`, `NOTHING` where blanks are unlimited, (K,)
    stocked: tuple[str, ...]  # card types whose blanks are counted, sorted
    # Index into `takers`, `NOTHING` where all that counts is how many blanks there are.
    taker: Ints
    # Card types in `lots` that occur, each with a class that has blanks set aside, or
    # None for all its other classes.
    takers: tuple[tuple[str, str | None], ...]
    # Blanks of the card types of which some expire or are set aside.
    lots: dict[str, tuple[Lot, ...]]


def read_kinds(
    frame: pl.DataFrame, office: Office, start: date, days: int
) -> tuple[Ints, Kinds]:
    """Return the kind of each application, shape ``(N,)``, and the kinds, sorted."""
    nothing: tuple[Ints, list[str | None]] = np.zeros(frame.height, np.int64), [None]
    by_area = (
        bool(office.area_rank)
        or any(printer.areas is not None for printer in office.printers)
        or any(rule.words.sees_area(office) for rule in HOLDING)
    )
    urgency, classes = _codes(frame["urgency"])
    card, cards = _codes(frame["card"]) if office.cards else nothing
    area, areas = _codes(frame["area"]) if by_area else nothing
    names = list(product(classes, cards, areas))
    code = (urgency * len(cards) + card) * len(areas) + area
    kind, used = compact(code, len(names))
    return kind, kinds_of([names[k] for k in used.tolist()], office, start, days)


def _codes(column: pl.Series) -> tuple[Ints, list[str | None]]:
    """Return texts as numbers of their sorted distinct values; missing is last."""
    names = column.drop_nulls().unique().sort().to_list()
    codes = column.cast(pl.Enum(names)).to_physical().cast(pl.Int64)
    return codes.fill_null(len(names)).to_numpy(), [*names, None]


def kinds_of(names: list[Kind], office: Office, start: date, days: int) -> Kinds:
    """Return kinds, sorted by class, card type and area, as an office sees them."""
    urgencies = [str(urgency) for urgency, _, _ in names]
    classes = sorted(set(urgencies))
    keys: list[RankKey] = [
        (
            office.urgency[urgency].rank,
            None if area is None else office.area_rank.get(area),
        )
        for urgency, (_, _, area) in zip(urgencies, names, strict=True)
    ]
    ranks = sorted(set(keys), key=strictest_first)
    sets = {pair: office.eligible(*pair) for pair in {(c, a) for _, c, a in names}}
    printer_sets = sorted(set(sets.values()))
    set_number = {printers: number for number, printers in enumerate(printer_sets)}
    printer_set = _numbers(set_number[sets[card, area]] for _, card, area in names)
    ids = sorted(printer.id for printer in office.printers)
    reach = np.array(
        [[name in printers for name in ids] for printers in map(set, printer_sets)],
        dtype=bool,
    ).reshape(len(printer_sets), len(ids))
    stocked = sorted(c for c, kind in office.cards.items() if kind.stock is not None)
    by_card = lots(office, start, days)
    takes = [_taker(urgency, card, by_card) for urgency, card, _ in names]
    takers = sorted(
        {t for t in takes if t}, key=lambda taker: (taker[0], taker[1] or "")
    )
    return Kinds(
        names=tuple(names),
        urgency=_numbers(map(classes.index, urgencies)),
        classes=tuple(classes),
        target=_numbers(office.urgency[name].target_days for name in urgencies),
        rank=_numbers(map(ranks.index, keys)),
        ranks=tuple(ranks) or ((None, None),),
        printer_set=printer_set,
        printer_sets=tuple(printer_sets),
        printers=reach[printer_set],
        stock=_numbers(
            stocked.index(card) if card in stocked else NOTHING for _, card, _ in names
        ),
        stocked=tuple(stocked),
        taker=_numbers(takers.index(t) if t else NOTHING for t in takes),
        takers=tuple(takers),
        lots=by_card,
    )


def _numbers(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _taker(
    urgency: str | None, card: str | None, by_card: dict[str, tuple[Lot, ...]]
) -> tuple[str, str | None] | None:
    """Return the card type and, if it has blanks of its own, the class."""
    if card is None or card not in by_card:
        return None
    own = any(lot.kept_for == urgency for lot in by_card[card])
    return card, urgency if own else None


def strictest_first(key: RankKey) -> tuple[tuple[bool, int], ...]:
    """Lower ranks first; none after all."""
    return tuple((part is None, part or 0) for part in key)


def equal_printers(office: Office, capacity: Capacity) -> Ints:
    """Return the group of printers of equal rules that each is in, shape ``(P,)``."""
    by_id = {printer.id: printer for printer in office.printers}
    apart = told_apart(office)
    return first_numbers(
        (
            None if by_id[name].cards is None else frozenset(by_id[name].cards or ()),
            None if by_id[name].areas is None else frozenset(by_id[name].areas or ()),
            capacity.reaches[index].tobytes(),
            name if name in apart else None,
        )
        for index, name in enumerate(capacity.printers)
    )


def pools_of_printers(
    eligible: Bools, office: Office, capacity: Capacity
) -> tuple[Ints, Ints]:
    """Return the pool of each printer: who serves the same people through the same.

    And, finer, the pools where printers that a rule tells from all others are alone.

    ``eligible`` tells which printers serve each kind of people, shape ``(K, P)``.
    """
    keys = [
        (eligible[:, index].tobytes(), capacity.reaches[index].tobytes())
        for index in range(len(capacity.printers))
    ]
    apart = told_apart(office)
    alone = (
        (*key, name if name in apart else None)
        for key, name in zip(keys, capacity.printers, strict=True)
    )
    return first_numbers(keys), first_numbers(alone)


def first_numbers(keys: Iterable[_Key]) -> Ints:
    """Return a number for each key, in the order in which they first come."""
    number: dict[_Key, int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], dtype=int)
