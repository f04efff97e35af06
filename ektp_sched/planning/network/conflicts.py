"""Pins that contradict the calendar, the capacity or each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from ektp_sched.documents import Conflict
from ektp_sched.people.cohorts import NONE
from ektp_sched.people.objectives import Objective
from ektp_sched.planning.network.problem import Face, exact_total, tier_problem
from ektp_sched.planning.network.program import Arc

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from ektp_sched.arrays import Ints
    from ektp_sched.people.cohorts import Cohorts
    from ektp_sched.planning.network.program import Program


def keeps_pins(program: Program, cohorts: Cohorts) -> bool:
    """Return whether all pins can be kept together."""
    wanted = _wanted(program, cohorts)
    return not wanted.any() or _keeps(program, cohorts, wanted)


def pin_conflicts(
    program: Program, cohorts: Cohorts, frame: pl.DataFrame
) -> tuple[Conflict, ...]:
    """Return why the pins cannot all be kept; nothing if they can.

    Each pin that is impossible by itself is named.  If all are possible one
    by one, one smallest set is named that is too much together: giving up
    any one of its pins makes room for the rest.
    """
    wanted = _wanted(program, cohorts)
    pinned = np.flatnonzero(wanted)
    if not len(pinned):
        return ()
    alone = _impossible(program, cohorts, frame, pinned)
    if alone:
        return alone
    if _keeps(program, cohorts, wanted):
        return ()
    for day in np.unique(cohorts.pinned[pinned]).tolist():
        today = np.where(cohorts.pinned == day, wanted, 0)
        if not _keeps(program, cohorts, today):
            wanted = today
            break
    return (_too_many(program, cohorts, frame, _smallest(program, cohorts, wanted)),)


def _wanted(program: Program, cohorts: Cohorts) -> Ints:
    """Return how many of each cohort are pinned to a day of the horizon."""
    days = program.capacity.days
    pinned = (cohorts.pinned != NONE) & (cohorts.pinned < days)
    return np.where(pinned, cohorts.size, 0)


def _keeps(program: Program, cohorts: Cohorts, wanted: Ints) -> bool:
    """Return whether so many pins of each cohort can be kept together."""
    from ektp_sched.planning.network.flow import FlowSolver

    masks = program.masks.copy()
    masks[:, -1] = True
    face = replace(Face.whole(program), masks=masks)
    wanted_cohorts = replace(cohorts, size=wanted)
    objective = Objective("unprinted", None, 1, program.capacity.days)
    problem = tier_problem(program, wanted_cohorts, face, objective)
    return exact_total(problem, FlowSolver().solve(problem)) == 0


def _smallest(program: Program, cohorts: Cohorts, wanted: Ints) -> Ints:
    """Return a set of pins that is too much, but not with any one fewer."""
    kept = wanted.copy()
    for cohort in np.flatnonzero(wanted).tolist():
        low, high = 0, int(kept[cohort])
        while low < high:
            kept[cohort] = (low + high) // 2
            if _keeps(program, cohorts, kept):
                low = int(kept[cohort]) + 1
            else:
                high = int(kept[cohort])
        kept[cohort] = low
    return kept


def _ids(cohorts: Cohorts, frame: pl.DataFrame, chosen: Ints) -> tuple[str, ...]:
    """Return the first ids of each cohort, as many as are chosen."""
    chosen_ids: list[str] = []
    for cohort in np.flatnonzero(chosen).tolist():
        rows = np.flatnonzero(cohorts.member == cohort)
        ids = frame["application_id"].gather(rows).sort().to_list()
        chosen_ids += ids[: int(chosen[cohort])]
    return tuple(sorted(chosen_ids))


def _impossible(
    program: Program, cohorts: Cohorts, frame: pl.DataFrame, pinned: Ints
) -> tuple[Conflict, ...]:
    """Say of each pin that can never be kept why, by reason and day."""
    code, day = _codes(program, cohorts, pinned), cohorts.pinned[pinned]
    wrong = zip(code[code > ""].tolist(), day[code > ""].tolist(), strict=True)
    conflicts = []
    for reason, pin in dict.fromkeys(wrong):
        chosen = np.zeros(len(cohorts), dtype=np.int64)
        alike = pinned[(code == reason) & (day == pin)]
        chosen[alike] = cohorts.size[alike]
        ids = _ids(cohorts, frame, chosen)
        date = program.capacity.start + timedelta(days=pin)
        conflicts.append(Conflict(reason, date, {"pins": len(ids)}, ids))
    return tuple(conflicts)


def _codes(program: Program, cohorts: Cohorts, pinned: Ints) -> NDArray[np.str_]:
    """Return why each pin is impossible by itself, empty where it is not."""
    limits, day = program.capacity, cohorts.pinned[pinned]
    eligible = np.array(
        [[name in some for name in limits.printers] for some in cohorts.printer_sets]
    )[cohorts.eligibility[pinned]]
    prints = eligible & (limits.printer_cards[:, day] > 0).T
    served = (limits.reaches.astype(np.int64) @ limits.server_cards)[:, day] > 0
    kept = np.zeros(len(day), bool) if limits.total is None else limits.total[day] == 0
    reasons = {
        "pin-no-printer": ~eligible.any(axis=1),
        "pin-closed": ~limits.open[day],
        "pin-not-ready": cohorts.ready[pinned] > day,
        "pin-printers-down": ~prints.any(axis=1),
        "pin-servers-down": ~(prints & served.T).any(axis=1),
        "pin-reserve": kept,
    }
    return np.select(list(reasons.values()), list(reasons), default="")


def _too_many(
    program: Program, cohorts: Cohorts, frame: pl.DataFrame, chosen: Ints
) -> Conflict:
    """Say what limits a set of pins that is too much together."""
    ample = replace(
        program,
        limit=np.where(
            program.kind == Arc.STOCK, int(cohorts.size.sum()) + 1, program.limit
        ),
    )
    blanks = _keeps(ample, cohorts, chosen)
    ids = _ids(cohorts, frame, chosen)
    day = int(cohorts.pinned[np.flatnonzero(chosen)].max())
    figures: dict[str, str | int] = {"pins": len(ids), "room": len(ids) - 1}
    date = program.capacity.start + timedelta(days=day)
    return Conflict("pin-no-blanks" if blanks else "pin-capacity", date, figures, ids)
