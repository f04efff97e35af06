"""Printers that nothing tells apart: by the rules, or by the people who wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from numpy.typing import NDArray

    from ektp_sched.office import Capacity, Office

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

_Key = TypeVar("_Key", bound="Hashable")


def equal_printers(office: Office, capacity: Capacity) -> Ints:
    """Return the group of printers of equal rules that each is in, shape ``(P,)``."""
    by_id = {printer.id: printer for printer in office.printers}
    ribbons = _own_ribbons(office, capacity)
    return first_numbers(
        (
            None if by_id[name].cards is None else frozenset(by_id[name].cards or ()),
            None if by_id[name].areas is None else frozenset(by_id[name].areas or ()),
            capacity.reaches[index].tobytes(),
            ribbons[index],
        )
        for index, name in enumerate(capacity.printers)
    )


def pools_of_printers(
    eligible: Bools, office: Office, capacity: Capacity
) -> tuple[Ints, Ints]:
    """Return the pool of each printer: who serves the same people through the same.

    And, finer, the pools where printers of which ribbons are counted are alone.

    ``eligible`` tells which printers serve each kind of people, shape ``(K, P)``.
    """
    keys = [
        (eligible[:, index].tobytes(), capacity.reaches[index].tobytes())
        for index in range(len(capacity.printers))
    ]
    alone = zip(keys, _own_ribbons(office, capacity), strict=True)
    return first_numbers(keys), first_numbers(alone)


def _own_ribbons(office: Office, capacity: Capacity) -> list[str | None]:
    """Return the names of printers of which ribbons are counted, None for the others.

    Ribbons may run out in one and not in the other.
    """
    by_id = {printer.id: printer for printer in office.printers}
    return [
        None if by_id[name].cards_per_ribbon is None else name
        for name in capacity.printers
    ]


def first_numbers(keys: Iterable[_Key]) -> Ints:
    """Return a number for each key, in the order in which they first come."""
    number: dict[_Key, int] = {}
    return np.array([number.setdefault(key, len(number)) for key in keys], dtype=int)
