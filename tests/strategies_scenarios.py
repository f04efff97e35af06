"""Strategies for simulations: offices and backlogs with breakdowns and arrivals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st
from strategies import Case, cases

from ektp_sched.office import capacity
from ektp_sched.scenarios import Arrivals, Limits, build_queue

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ektp_sched.scenarios import Queue

    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """A case with breakdowns and arrivals in a few replications."""

    case: Case
    broken: tuple[frozenset[tuple[str, int]], ...]
    """By replication, resources and days on which they can do nothing."""
    cards: NDArray[np.int32]
    """New applications by class, replication and day."""

    @property
    def queue(self) -> Queue:
        """The backlog on the first morning."""
        return build_queue(
            self.case.backlog, self.case.office, self.case.start, self.case.days
        )

    @property
    def limits(self) -> Limits:
        """The capacity of all replications."""
        return limits_of(self.case, self.broken)

    @property
    def arrivals(self) -> Arrivals:
        """The new applications."""
        return Arrivals(tuple(self.case.office.urgency), self.cards, entropy=(7,))


def limits_of(case: Case, broken: tuple[frozenset[tuple[str, int]], ...]) -> Limits:
    """Return a case's capacity, zero where a resource is broken."""
    fixed = capacity(case.office, case.start, case.days)

    def cards(names: tuple[str, ...], table: Ints) -> Ints:
        every = np.repeat(table[:, None, :], max(1, len(broken)), axis=1)
        for number, events in enumerate(broken):
            for name, day in events:
                if name in names:
                    every[names.index(name), number, day] = 0
        return every[:, :1] if not any(broken) else every

    return Limits(
        start=case.start,
        days=case.days,
        open=fixed.open,
        printers=fixed.printers,
        servers=fixed.servers,
        printer_cards=cards(fixed.printers, fixed.printer_cards),
        server_cards=cards(fixed.servers, fixed.server_cards),
        reaches=fixed.reaches,
        reserve=case.office.reserve.cards_per_day,
        supply=fixed.supply,
    )


@st.composite
def worlds(
    draw: st.DrawFn, *, most: int = 14, pins: bool = True, replications: int = 3
) -> World:
    """Draw a case, breakdowns and arrivals."""
    case = draw(cases(most=most, pins=pins))
    size = draw(st.integers(1, replications))
    names = [r["id"] for r in case.document["servers"] + case.document["printers"]]
    event = st.tuples(st.sampled_from(names), st.integers(0, case.days - 1))
    broken = draw(
        st.lists(st.frozensets(event, max_size=6), min_size=size, max_size=size)
    )
    classes = len(case.office.urgency)
    flat = draw(
        st.lists(
            st.sampled_from((0, 2, 0, 1, 0, 3, 0, 0)),
            min_size=classes * size * case.days,
            max_size=classes * size * case.days,
        )
    )
    cards = np.array(flat, dtype=np.int32).reshape(classes, size, case.days)
    return World(case, tuple(broken), cards)
