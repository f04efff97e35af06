"""Printers that nothing tells apart: by the rules, or by the people who wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ektp_sched.rules import told_apart

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from ektp_sched.arrays import Bools, Ints
    from ektp_sched.office import Capacity, Office


_Key = TypeVar("_Key", bound="Hashable")


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
