"""Why applications are not printed: one reason each, read off the plan."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ektp_sched.people.placed import Placed
from ektp_sched.people.reasons import true_reasons

if TYPE_CHECKING:
    from ektp_sched.arrays import Ints
    from ektp_sched.office import Capacity
    from ektp_sched.people.people import People
    from ektp_sched.planning.assign import Prints


@dataclass(frozen=True)
class _Planned(Placed):
    """People, and the prints of a plan that is being made."""

    made: Prints

    def prints(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Return application, printer, server and day of each card, (P,) each."""
        made = self.made
        return made.application, made.printer, made.server, made.day


def reasons(people: People, limits: Capacity, made: Prints, left: Ints) -> pl.Series:
    """Return for each application that is not printed the first reason that holds."""
    printed = np.full(len(people.kind), people.days, dtype=np.int64)
    printed[made.application] = made.day
    placed = _Planned(
        **{column.name: getattr(people, column.name) for column in fields(people)},
        limits=limits,
        printed=printed,
        made=made,
    )
    true = true_reasons(placed, left)
    # Where time was over a place may be left: then what is asked last is named.
    holds = np.array([*list(true.values())[:-1], np.ones(len(left), dtype=bool)])
    codes = pl.Series("reason", list(true), dtype=pl.String)
    return codes.gather(np.argmax(holds, axis=0))
