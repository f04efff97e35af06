"""Which shifts of an office are worked in its futures: a roster, made today.

It is the same in every future and whatever number is tried, as people are asked weeks
before.  What is limited over the whole horizon, by a budget or by ``max_uses``, goes on
the days on which today's plan works it: the exact plan for those who wait, at the
scenario's likely numbers.  A shift without such a limit is worked on every day on which
its own limits allow it, each time the earliest.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ektp_sched.errors import UnsupportedRuleError
from ektp_sched.office import options
from ektp_sched.planning.solve import plan_with_shifts, shifts_worked
from ektp_sched.rules.notices import Notice
from ektp_sched.scenarios.world.capacities import installed, likely_office
from ektp_sched.scenarios.world.left_out import as_simulated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office
    from ektp_sched.planning import Plan
    from ektp_sched.scenarios.world.laws import CheckedScenario, CheckedScenarios

_SECONDS: Final = 60
"""Time for the plan that chooses the days of one scenario."""


def rostered(
    scenarios: CheckedScenarios,
    names: Iterable[str],
    backlog: Backlog,
    start: date,
    days: int,
) -> tuple[CheckedScenarios, tuple[Notice, ...]]:
    """Return scenarios with the shifts that are worked in each of those named.

    And a notice of each way in which they were chosen: ``shifts-planned`` (on the days
    of today's plan), ``shifts-whenever`` (whenever they may be) or ``shifts-unplanned``
    (such a plan could not be found, so each as early as it may be), with figures
    ``scenario`` (their names), ``days`` (shifts worked) and ``cost_idr``.
    """
    changed = dict(scenarios.scenarios)
    alike: dict[tuple[str, int, int], list[str]] = {}
    for name in names:
        made, code = with_roster(changed[name], backlog, start, days)
        changed[name] = made
        if code:
            key = code, len(made.worked_shifts), made.shifts_idr
            alike.setdefault(key, []).append(name)
    notices = (
        Notice(
            code,
            {"scenario": ", ".join(those), "days": count, "cost_idr": cost},
        )
        for (code, count, cost), those in alike.items()
    )
    return replace(scenarios, scenarios=changed), tuple(notices)


def with_roster(
    scenario: CheckedScenario, backlog: Backlog, start: date, days: int
) -> tuple[CheckedScenario, str]:
    """Return a scenario with the shifts that are worked, and how they were chosen.

    The latter is the code of a notice; empty where the office has no shifts.
    """
    office = scenario.office
    if not office.shifts:
        return scenario, ""
    scarce = office.budget is not None or any(s.max_uses for s in office.shifts)
    used = _planned(scenario, backlog, start, days) if scarce else None
    code = "shifts-planned"
    if used is None:
        code = "shifts-unplanned" if scarce else "shifts-whenever"
        used = list(_as_early(office, start, days))
    worked = tuple((name, start + timedelta(days=day)) for name, day in used)
    return replace(scenario, worked_shifts=worked), code


def _planned(
    scenario: CheckedScenario, backlog: Backlog, start: date, days: int
) -> list[tuple[str, int]] | None:
    office = installed(scenario, start, days)
    shifts = {"shifts": office.shifts, "budget": office.budget}
    office = as_simulated(office, start).model_copy(update=shifts)
    try:
        used = shifts_worked(backlog, office, start=start, days=days, seconds=_SECONDS)
    except UnsupportedRuleError:
        return None
    return None if used is None else [(one.shift, one.day) for one in used]


def _as_early(office: Office, start: date, days: int) -> Iterator[tuple[str, int]]:
    """Yield every use that the limits on shifts allow, each as early as it may be."""
    shifts = {shift.id: shift for shift in office.shifts}
    on: dict[str, list[int]] = {name: [] for name in shifts}
    left = None if office.budget is None else office.budget.idr
    for option in options(office, start, days):
        shift, before = shifts[option.shift], on[option.shift]
        monday = option.day - (start.weekday() + option.day) % 7
        of_week = sum(day >= monday for day in before[-7:])
        if (
            (left is None or option.cost_idr <= left)
            and (shift.max_uses is None or len(before) < shift.max_uses)
            and (shift.max_per_week is None or of_week < shift.max_per_week)
            and (not before or option.day - before[-1] > shift.rest_days)
        ):
            before.append(option.day)
            left = None if left is None else left - option.cost_idr
            yield option.shift, option.day


def likely_plan(
    scenario: CheckedScenario, backlog: Backlog, start: date, days: int
) -> Plan:
    """Return the exact plan of a scenario on its likely numbers, with its roster."""
    office = likely_office(scenario, start, days).model_copy(
        update={"shifts": scenario.office.shifts}
    )
    used = scenario.shifts_from(start, days)
    return plan_with_shifts(backlog, office, start=start, days=days, used=used)
